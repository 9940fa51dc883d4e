"""The demo: a simulated city that runs for days, whatever of it ends."""

import argparse
import asyncio
import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from aiokafka.errors import KafkaError
from kafka.errors import KafkaError as AdminError
from redis import Redis

from local import fresh_log, held
from local.history import History
from local.keeping import Keeper
from local.services import Process, answers, free_port
from local.stack import Stack, seconds_since
from local.waiting import wait_until
from producers.publishing.topic_setup import ensure_topics
from producers.simulator.past import LISTS_EVERY_S, SWEEP_EVERY_S
from streams.contract.errors import LogError
from streams.contract.settings import Settings
from streams.delivery.command.cli import EXIT_UNSETTLED
from streams.delivery.deciding.keys import DISPATCHERS
from streams.state.keys import POSITIONS, TOPIC_IDS

PACE = {  # fewer and larger batches: what the embedded broker does grows with their number
    "BOMNAE_TICK_MS": "2000",
    "PRODUCER_LINGER": "0.05",  # Faust's: what a worker derives of one tick goes in one batch, s
}
COARSE = {  # the past needs no fine time, and its feeds were asked as seldom as it says
    "BOMNAE_TICK_MS": "10000",
    "BOMNAE_TAGO_POLL_S": str(SWEEP_EVERY_S),
    **dict.fromkeys(
        ("BOMNAE_ITS_POLL_S", "BOMNAE_UTIC_POLL_S", "BOMNAE_PERMITS_POLL_S"), str(LISTS_EVERY_S)
    ),
}
ON_THE_LOG = ("archive", "worker", "dispatch", "clock", "producers", "reports")
"""In the order they start; the archive ends last, when it has what the others wrote."""
LOOK_S = 1.0
TRIES = 5
AWAY = (KafkaError, AdminError, OSError, TimeoutError)
FEEDS_EVERY = 5  # looks between two questions for the feeds


class Demo:
    """One demo in a folder; what it tells goes to `say`, with the time since the start."""

    def __init__(
        self, folder: Path, options: argparse.Namespace, say: Callable[[str], None] = print
    ) -> None:
        self._options = options
        self._say = say
        self._begun_s = time.monotonic()
        self.stack = Stack(folder, kafka=options.kafka, env=PACE | _crews(folder, options.port))
        self._history = History(self.stack, self.tell, options.seed)
        self._keeper = Keeper(self.tell)
        self._stopped: set[str] = set()
        self._fresh_s = 0.0  # when the log was begun, by the monotonic clock
        self._city = self._map = ""

    @property
    def has_failed(self) -> bool:
        """Whether anything ended that nobody had told to."""
        return self._keeper.restarts > 0

    def tell(self, text: str) -> None:
        self._say(f"[{seconds_since(self._begun_s)}] {text}")

    def run(self, is_done: Callable[[], bool] = lambda: False) -> None:
        """Start everything, say where the map is once it moves, keep it until done."""
        self.tell("broker and Redis ...")
        with self.stack:
            self.start()
            if self._options.measure:
                return
            self._show_how_to_break()
            self._history.begin()
            self.keep(is_done)

    def start(self) -> None:
        """From nothing to a moving picture."""
        stack = self.stack
        self.tell("simulated city (portals of TAGO, ITS, UTIC and permits; 20 minutes of past) ...")
        self._city = stack.start_city(seed=self._options.seed, at=self._options.at)
        stack.env["BOMNAE_DATASETS"] = str(stack.folder / "city" / "datasets")
        stack.env |= self._history.settings()
        stack.run("topics", "producers", "topics")
        stack.start_worker()
        self._map = stack.start_map(self._options.port)
        self.tell("the map server is up; the past goes through the log ...")
        stack.run("past", "producers", "replay", str(stack.past), "--speed", "max", env=COARSE)
        stack.start_feeds()
        self.tell("the feeds are polled ...")
        with ThreadPoolExecutor(1) as beside:
            sending = None if self._options.measure else beside.submit(self._send_alerts)
            self._wait_moving()
            if sending:
                self._wait_sent(sending.result())
        self._fresh_s = time.monotonic()
        self.tell(f"the picture moves: map on {self._map}/  (simulated data)")
        self.tell(f"portals on {self._city}. Ctrl-C stops everything.")
        if sending:
            log = sending.result().log
            self.tell(f"a receiver checks every alert's signature: tail -f {log}")

    def _wait_moving(self) -> None:
        """Wait for the first picture in which buses move, saying meanwhile what it lacks."""
        said = ""

        def is_shown() -> bool:
            nonlocal said
            lacks = lacking(self._map)
            if lacks and lacks != said:
                self.tell(f"{lacks} ...")
            said = lacks
            return not lacks

        wait_until(is_shown, "a moving picture", within_s=120)

    def _wait_sent(self, sink: Process) -> None:
        """Wait until alerts are sent to somebody who listens, as the map server sees it: else the
        first that it says is that they are not.
        """
        sink.wait_said("sink on")
        with self._redis() as redis:
            wait_until(lambda: redis.zcard(DISPATCHERS), "a dispatcher", lambda seen: seen > 0)
        wait_until(lambda: is_sending(self._map), "the dispatcher on the map")

    def keep(self, is_done: Callable[[], bool]) -> None:
        """Start anew what ends, begin the log anew in time, name feeds that stopped."""
        looks = 0
        while not is_done():
            self._history.go_on(self._map)
            due = self._keeper.look(self.stack.processes)
            for name in due:
                self._start_anew(name)
            if not due and self._is_log_long():
                self.renew_log(is_lost=False)
            if looks % FEEDS_EVERY == 0:
                self._name_stopped()
            looks += 1
            time.sleep(LOOK_S)

    def _start_anew(self, name: str) -> None:
        if name == "broker":
            self.renew_log(is_lost=True)
        else:
            self._keeper.start(name, self.stack.processes[name])

    def _is_log_long(self) -> bool:
        age_s = time.monotonic() - self._fresh_s
        return self._options.kafka == "embedded" and age_s > 60 * float(self._options.log_minutes)

    def renew_log(self, *, is_lost: bool) -> None:
        """Begin the broker's log anew where the state stands; `is_lost`: the old one is gone."""
        begun_s = time.monotonic()
        followers = [name for name in ON_THE_LOG if name in self.stack.processes]
        for name in reversed(followers):
            self.stack.processes[name].stop()
        positions = self._positions()
        tails = {} if is_lost else self._tails(self._history.unread(positions))
        offsets = fresh_log.next_offsets(tails, positions)
        self._lay(tails, offsets)
        self._history.carry_over(tails, offsets)
        with self._redis() as redis:
            redis.delete(
                TOPIC_IDS
            )  # the topics are others now, with what the state was folded from
        for name in followers:
            self._keeper.start(name, self.stack.processes[name])
        self._fresh_s = time.monotonic()
        why = "is lost: messages that were not folded yet are gone" if is_lost else "was long"
        took_s = self._fresh_s - begun_s
        self.tell(f"the log {why}; begun anew in {took_s:.1f} s, the state is kept")

    def _lay(
        self, tails: dict[fresh_log.Place, list[Any]], offsets: dict[fresh_log.Place, int]
    ) -> None:
        """A broker started anew, with our topics and these messages; RuntimeError when not."""
        broker, address = self.stack.processes["broker"], self.stack.env["BOMNAE_KAFKA"]
        port = int(address.rpartition(":")[2])
        for _ in range(TRIES):
            self._keeper.start("broker", broker)
            broker.wait_until(lambda: answers(port), "the embedded broker")
            try:
                ensure_topics(self._settings())
                asyncio.run(fresh_log.lay(address, tails, offsets))
            except (*AWAY, LogError) as error:  # a client that asks first makes topics its way
                self.tell(f"the broker took no fresh log ({type(error).__name__}: {error})")
            else:
                return
        raise RuntimeError(f"the broker took no fresh log in {TRIES} tries")

    def _tails(self, positions: dict[fresh_log.Place, int]) -> dict[fresh_log.Place, list[Any]]:
        address = self.stack.env["BOMNAE_KAFKA"]
        try:
            return asyncio.run(
                fresh_log.read_tails(address, positions, self._settings().partitions)
            )
        except AWAY as error:
            self.tell(f"the old log cannot be read ({type(error).__name__}): it is left behind")
            return {}

    def _settings(self) -> Settings:
        ours = {k: v for k, v in self.stack.env.items() if k.startswith("BOMNAE_")}
        return Settings.from_env(ours)

    def _redis(self) -> Any:
        return Redis.from_url(self.stack.env["BOMNAE_REDIS"], socket_timeout=10)

    def _positions(self) -> dict[fresh_log.Place, int]:
        """The last offset of each partition that the state contains."""
        with self._redis() as redis:
            found = held.rows(redis, POSITIONS, self._settings().partitions)
        split = {name.decode().rpartition("/"): int(offset) for name, offset in found.items()}
        return {(topic, int(partition)): at for (topic, _, partition), at in split.items()}

    def _show_how_to_break(self) -> None:
        url = f"{self._city}/misbehave?feed=its.speeds&mode="
        self.tell(f"break a feed: curl -X POST '{url}silence'   and mend it: '{url}ok'")

    def _name_stopped(self) -> None:
        """Say of each feed that stopped for its key how it is woken."""
        with suppress(OSError, ValueError):
            rows = {row["feed"]: row for row in _json(f"{self._map}/api/v1/feeds")["feeds"]}
            stopped = {feed for feed, row in rows.items() if row["status"] == "stopped"}
            for feed in sorted(stopped - self._stopped):
                pid = self.stack.processes["producers"].pid
                self.tell(
                    f"{feed} stopped, its key or quota is refused ({rows[feed]['code']}). Mend it: "
                    f"curl -X POST '{self._city}/misbehave?feed={feed}&mode=ok'   "
                    f"and have it asked at once: kill -HUP {pid}"
                )
            self._stopped = stopped

    def _send_alerts(self) -> Process:
        """Subscribe a receiver to every alert, and begin to send them; the receiver."""
        door = f"127.0.0.1:{free_port()}"
        options = ["--url", f"http://{door}/", "--title", "모의 현장반"]
        added = self.stack.run(
            *("subscriptions", "streams", "subscriptions", "add", *options),
            fine=(0, EXIT_UNSETTLED),  # it is in the log: a busy worker takes it up later
        )
        endpoint = re.findall(r"\bep_\w+", added)[0]
        sink = self.stack.python(
            "sink", "streams", "sink", "--listen", door, "--endpoint", endpoint
        )
        self.stack.python("dispatch", "streams", "dispatch")
        return sink


def _crews(folder: Path, port: int) -> dict[str, str]:
    """The settings that let alerts and crews' answers work on this machine alone."""
    return {
        "BOMNAE_SECRET": token_urlsafe(32),
        "BOMNAE_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "BOMNAE_PHOTOS": str(folder / "photos"),
        "BOMNAE_WEBHOOK_NETWORKS": "127.0.0.0/8",
    }


def lacking(url: str) -> str:
    """What the map server has not yet: it is ready, and buses move; "" where nothing is lacking."""
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5):  # noqa: S310 - our own server
            pass
    except urllib.error.HTTPError as unready:
        with unready:
            return "; ".join(json.load(unready)["reasons"])
    except OSError:
        return "the map server does not answer"
    return "" if is_moving(url) else "no bus moves in the picture yet"


def is_moving(url: str) -> bool:
    """Whether the picture holds speeds and a bus that moved within the last 15 s."""
    try:
        snapshot = _json(f"{url}/api/v1/snapshot")
    except OSError:
        return False
    speeds = sum(1 for speed in snapshot["speeds"] if speed >= 0)
    newest_ms = max((bus[5] for bus in snapshot["buses"]), default=0)
    return speeds > 50 and snapshot["t"] - newest_ms < 15_000


def is_sending(url: str) -> bool:
    """Whether the map server knows of somebody who sends alerts."""
    rows = _json(f"{url}/api/v1/snapshot")["undelivered"]
    return all(row["endpoint"] for row in rows)  # "": no dispatcher works


def _json(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own server
        return json.load(answer)
