"""What a fault row is run on: topics, Redis, workers, a feeder, and a judge of the end."""

import json
import os
import shutil
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from kafka.errors import KafkaError
from redis import Redis
from redis.exceptions import RedisError

from local import held
from local.services import Process, start_redis
from local.stack import ROOT
from local.waiting import wait_until
from producers.network.importing import write_network
from streams.contract import topics
from streams.state.keys import BEGUN, OUTBOX, POSITIONS, WORKERS, key
from tests.cities import worlds
from tests.cities.worlds import Sent, settings_of
from tests.faults import load
from tests.faults.feeder import Feeder
from tests.faults.figures import Figures
from tests.faults.node import Broker, Partitions
from tests.faults.oracle import Oracle, differences, live
from tests.warm import WarmStack

SESSION_S = 3
RESTARTED = (1, 6, -9)  # crashed, no progress, killed: a supervisor starts these anew
HISTORY = Path(os.environ.get("FAULT_HISTORY", str(ROOT / ".cache" / "faults")))
PER_S = 100.0
INPUTS = topics.TICKED


def port_of(url: str) -> int:
    """The port of a Redis on this machine."""
    return int(url.rsplit(":", maxsplit=1)[1].partition("/")[0])


class Rig(WarmStack):
    """One row's processes on the shared broker: own topics, own Redis, workers by name."""

    def __init__(self, folder: Path, broker: Broker, env: dict[str, str] | None = None) -> None:
        super().__init__(folder, env={"BOMNAE_SESSION_S": str(SESSION_S), **(env or {})})
        self.broker = broker
        self.sent: list[Sent] = []
        self.restarts: list[int] = []
        self._crew: list[Process] = []
        self._born = 0
        self._feeders: list[Feeder] = []

    def _start_stores(self) -> None:
        self.broker.fresh_topics()
        self.env["BOMNAE_KAFKA"] = self.broker.address
        folder = self.folder / "network"
        write_network(load.network(), folder)
        self.env["BOMNAE_NETWORK"] = str(folder)
        self.start_redis()

    def start_redis(self, *, appendfsync: str = "always") -> None:
        """Redis on its files and, once it has had one, on its port."""
        url = self.env.get("BOMNAE_REDIS", "")
        port = port_of(url) if url else 0
        redis, self.env["BOMNAE_REDIS"] = start_redis(
            self.folder, appendfsync=appendfsync, port=port
        )
        self._keep(redis)
        self._real_redis = self.env["BOMNAE_REDIS"]

    def kill_redis(self) -> None:
        self.processes["redis"].kill()
        self.processes["redis"].stop()

    def restart_redis(self) -> None:
        """On the same port and files, wherever the workers' way to it leads."""
        redis, _ = start_redis(self.folder, port=self.redis_port)
        self._keep(redis)
        wait_until(self._redis_answers, "Redis")

    def _redis_answers(self) -> bool:
        try:
            with self.store() as store:
                return bool(store.ping())
        except RedisError:
            return False

    def lead_to(self, url: str) -> None:
        """From here on this is the Redis that the row and its commands ask."""
        self._real_redis = self.env["BOMNAE_REDIS"] = url

    @property
    def redis_port(self) -> int:
        return port_of(self._real_redis)

    def stands(self) -> bool:
        """Whether a worker says that it does not get on; the screens show it."""
        return any(seen.endswith(" stands") for seen in self.hash_of(WORKERS).values())

    def store(self) -> Any:
        return Redis.from_url(self._real_redis, socket_timeout=60)

    def worker(self, env: dict[str, str] | None = None) -> Process:
        """One more worker."""
        self._born += 1
        return self.python(f"worker-{self._born}", "streams", "worker", env=env)

    def crew(self, size: int, env: dict[str, str] | None = None) -> list[Process]:
        """Workers under a supervisor, which starts one that crashed anew; all are in the group."""
        return self.crew_of([env or {}] * size)

    def crew_of(self, settings: Sequence[dict[str, str]]) -> list[Process]:
        """A crew of a worker for each of these settings."""
        started = [self.worker(each) for each in settings]
        self._crew += started
        for process in started:
            process.wait_said("worker started")
        self.wait_members(len(self._crew))
        return started

    def wait_members(self, size: int) -> None:
        """Wait until the group of workers is of this size and at rest."""
        wait_until(
            lambda: len(self.broker.members()), f"a group of {size}", lambda seen: seen == size
        )

    def leave_crew(self, process: Process) -> None:
        """Stop a worker for good: nobody starts it anew."""
        self._crew.remove(process)
        process.stop()

    def tend(self) -> None:
        """What a supervisor does: start what crashed; RuntimeError for what must not be started."""
        for process in self._crew:
            if process.exit_code is None:
                continue
            if process.exit_code not in RESTARTED:
                process.check_running()
            self.restarts.append(process.exit_code)
            process.stop()
            process.start()

    def feed(self, log: Sequence[Sent], *, per_s: float = PER_S, address: str = "") -> Feeder:
        """Begin to publish a log; it counts as sent from here on."""
        self.sent += log
        feeder = Feeder(address or self.broker.address, log, per_s).start()
        self._feeders.append(feeder)
        self._open.callback(feeder.stop)
        return feeder

    def positions(self) -> Partitions:
        """Topic/partition -> offset of the next message that the state does not contain."""
        with self.store() as store:
            found = held.rows(store, POSITIONS, worlds.PARTITIONS)
        return {name.decode(): int(offset) + 1 for name, offset in found.items()}

    def hash_of(self, name: str) -> dict[str, str]:
        """A hash of Redis as text."""
        with self.store() as store:
            return {
                k.decode(): v.decode(errors="backslashreplace")
                for k, v in store.hgetall(name).items()
            }

    def numbers_of(self, name: str) -> dict[str, int]:
        """The numbers in a hash of every partition, added up."""
        with self.store() as store:
            return held.numbers(store, name, worlds.PARTITIONS)

    def is_half_applied(self) -> bool:
        with self.store() as store:
            return bool(store.exists(*(key(BEGUN, p) for p in range(worlds.PARTITIONS))))

    def lag(self) -> int:
        """Messages in the log that the state does not contain; derived ones once inputs are in."""
        for chosen in (INPUTS, (topics.LINK_EVENTS,)):
            ends = self.broker.ends(chosen)
            at = self.positions()
            if lag := sum(end - at.get(name, 0) for name, end in ends.items()):
                return lag
        return 0

    def wait_drained(self, within_s: float = 300) -> float:
        """Wait until the state contains the whole log; how long it took, s."""
        begin = time.monotonic()

        def lag() -> int | Exception:
            self.tend()
            try:
                return self.lag()
            except (RedisError, KafkaError, OSError) as error:
                return error

        try:
            wait_until(lag, "no lag behind the log", lambda seen: seen == 0, within_s=within_s)
        except TimeoutError as error:
            raise TimeoutError(f"{error}, positions {self.positions()}") from None
        return time.monotonic() - begin

    def enough(self) -> None:
        """The fault is over: end the load here. For rows with one load, longer than they need."""
        (feeder,) = self._feeders
        feeder.stop()
        self.sent = self.sent[: feeder.sent]

    def ahead(self) -> Partitions:
        """Marks that only messages of after this moment reach, in every input partition."""
        assert not any(feeder.is_done for feeder in self._feeders), "the load ended too early"
        return {name: end + 1 for name, end in self.broker.ends(INPUTS).items()}

    def wait_past(self, marks: Partitions, within_s: float = 180) -> float:
        """Wait until every partition has come to its mark; how long it took, s."""
        begin = time.monotonic()

        def short_of() -> Partitions | RedisError:
            self.tend()
            try:
                at = self.positions()
            except RedisError as error:
                return error
            return {name: at.get(name, 0) for name, mark in marks.items() if at.get(name, 0) < mark}

        wait_until(short_of, f"positions at {marks}", lambda seen: seen == {}, within_s=within_s)
        return time.monotonic() - begin

    def wait_working(self, processes: Iterable[Process] = (), least: int = 1) -> None:
        """Wait until so many more messages of the feeds are in, with these processes alive."""
        begin = self._inputs_in()

        def is_moving() -> bool:
            for process in processes:
                process.check_running()
            self.tend()
            return self._inputs_in() >= begin + least

        wait_until(is_moving, "progress")

    def _inputs_in(self) -> int:
        """How many messages of the input topics the state contains."""
        names = {topic.name for topic in INPUTS}
        return sum(at for name, at in self.positions().items() if name.split("/")[0] in names)

    def oracle(self) -> Oracle:
        """All that was sent, folded offline."""
        return Oracle(load.network(), settings_of(self)).fold(self.sent)

    def verdict(self, oracle: Oracle) -> list[str]:
        """The differences between the state and the offline fold."""
        expected = oracle.hashes()
        with self.store() as store:
            return differences(expected, live(store, expected))

    def outbox(self) -> Counter[str]:
        """How often each alert id stands in the outbox."""
        with self.store() as store:
            entries = held.entries(store, OUTBOX, worlds.PARTITIONS)
        return Counter(json.loads(fields[b"a"])["id"] for _, fields in entries)

    def judge(self, figures: Figures, *, within_s: float = 300) -> None:
        """Everything sent, everything folded, and the state identical to the offline fold."""
        for feeder in self._feeders:
            feeder.wait()
        self.wait_drained(within_s)
        lost = len(self.sent) - sum(self.broker.ends(INPUTS).values())
        oracle = self.oracle()
        found = self.verdict(oracle)
        (self.folder / "verdict.txt").write_text("\n".join(found) + "\n", encoding="utf-8")
        figures.noted |= {"messages": len(self.sent), "restarts": len(self.restarts)}
        assert not found, f"{len(found)} differences, the first: {found[:3]}"
        audit = self.run(f"audit-{time.monotonic_ns()}", "streams", "audit")
        assert "identical" in audit, audit
        figures.noted["verdict"] = "identical"
        figures.exactly("lost", lost, 0, "messages")
        sent, due = self.outbox(), oracle.alerts
        figures.noted["alerts"] = sum(due.values())
        figures.exactly("alert ids lost", sum((due - sent).values()), 0)
        figures.exactly("alert ids too many", sum((sent - due).values()), 0)

    def keep_history(self, name: str) -> Path:
        """Input log, Redis, verdict and logs of the processes, in a folder of their own."""
        folder = HISTORY / f"{name}-{time.strftime('%H%M%S')}"
        folder.mkdir(parents=True, exist_ok=True)
        for path in (*self.folder.glob("*.log"), *self.folder.glob("*.txt")):
            shutil.copy(path, folder)
        with (folder / "sent.jsonl").open("w", encoding="utf-8") as sent:
            for topic, partition, payload in self.sent:
                line = [topic.name, partition, payload.decode(errors="backslashreplace")]
                sent.write(json.dumps(line, ensure_ascii=False) + "\n")
        try:
            self._keep_stores(folder)
        except (RedisError, KafkaError, OSError, TimeoutError) as error:
            (folder / "unread.txt").write_text(repr(error), encoding="utf-8")
        return folder

    def _keep_stores(self, folder: Path) -> None:
        with self.store() as store:
            hashes = {
                name.decode(): {
                    k.decode(): v.decode(errors="backslashreplace")
                    for k, v in store.hgetall(name).items()
                }
                for name in store.scan_iter("bomnae:*")
                if store.type(name) == b"hash"
            }
        text = json.dumps(hashes, ensure_ascii=False, indent=1, sort_keys=True)
        (folder / "redis.json").write_text(text, encoding="utf-8")
        with (folder / "log.jsonl").open("w", encoding="utf-8") as log:
            for topic in (*INPUTS, topics.LINK_EVENTS, topics.DEAD_LETTERS):
                for each in self.broker.read(topic):
                    value = (each.value or b"").decode(errors="backslashreplace")
                    line = [topic.name, each.partition, each.offset, value]
                    log.write(json.dumps(line, ensure_ascii=False) + "\n")
