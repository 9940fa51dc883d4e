"""What a measured run stands on: broker and Redis of its own, logs written fast, processes held
still while their log is written, and what each of them used of the processors.
"""

import asyncio
import os
import signal
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import redis
from aiokafka import AIOKafkaProducer

from bench.views import clock_ms
from bench.workload import PARTITIONS, Log
from local.services import Process, start_apache_kafka, start_broker
from local.stack import JARS, Stack
from local.waiting import wait_until

PATIENT = {"BOMNAE_WATCHDOG_S": "3600"}  # held still while its log is written, and not dead
REQUEST_BYTES = 1_000_000
Record = tuple[bytes | None, bytes]
"""Key and payload."""


class WrongResultError(RuntimeError):
    """What came out is not what the oracle says: the run measured nothing."""


@dataclass(frozen=True, slots=True)
class Broker:
    """A running broker that several runs share one after another, each with topics of its own."""

    process: Process
    address: str
    kind: str

    @property
    def hold_s(self) -> int:
        """The session of its clients. The embedded one lets a group wait half of it to begin."""
        return 80 if self.kind == "apache" else 8


@contextmanager
def running_broker(folder: Path, kind: str) -> Iterator[Broker]:
    """Apache Kafka ("apache") or the embedded broker, stopped at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    made = start_apache_kafka(folder, JARS) if kind == "apache" else start_broker(folder)
    try:
        yield Broker(*made, kind)
    finally:
        made[0].stop()


@dataclass(frozen=True, slots=True)
class Timed:
    """One measured stretch: how long, and what each process used of the processors in it, s."""

    seconds: float
    cpu_s: dict[str, float]


class Rig(Stack):
    """Redis and topics of one run on a broker that is there, and the client to look into Redis."""

    def __init__(self, folder: Path, *, broker: Broker, network: Path | None = None) -> None:
        env = dict(PATIENT) | {"BOMNAE_SESSION_S": str(broker.hold_s)}
        env |= {"BOMNAE_NETWORK": str(network)} if network else {}
        super().__init__(folder, kafka=broker.address, env=env)
        self._broker = broker

    def __enter__(self) -> Self:
        super().__enter__()
        self.processes["kafka"] = self._broker.process
        self.redis: Any = redis.Redis.from_url(self.env["BOMNAE_REDIS"])
        self._open.callback(self.redis.close)
        return self

    @property
    def is_apache(self) -> bool:
        return self._broker.kind == "apache"

    @property
    def kafka(self) -> str:
        return self.env["BOMNAE_KAFKA"]

    @property
    def partitions(self) -> int:
        """Of the wide topics."""
        return int(self.env.get("BOMNAE_PARTITIONS", PARTITIONS))

    def make_topics(self) -> None:
        self.run("topics", "producers", "topics")

    def write(self, log: Log) -> None:
        """Write payloads to their places, each place in order."""
        places = {place: [(None, payload) for payload in made] for place, made in log.items()}
        publish(self.kafka, places)

    def wait_folded(self, until_ms: int, within_s: float) -> None:
        """Wait until the workers' roads have come to an event time in every partition."""
        workers = [each for each in self.processes.values() if each.name.startswith("worker")]

        def is_there() -> bool:
            for worker in workers:
                if worker.exit_code is not None:
                    raise RuntimeError(f"{worker.name} ended:\n{worker.output[-2000:]}")
            return clock_ms(self.redis, self.partitions) >= until_ms

        wait_until(is_there, f"the clock at {until_ms}", within_s=within_s)

    @contextmanager
    def timed(self) -> Iterator[list[Timed]]:
        """Times its body; the list has the one result after it."""
        found: list[Timed] = []
        before, start = self.cpu(), time.monotonic()
        yield found
        seconds = time.monotonic() - start
        after = self.cpu()
        found.append(Timed(seconds, {name: after[name] - before.get(name, 0) for name in after}))

    def cpu(self) -> dict[str, float]:
        """What each process that runs has used of the processors so far, s."""
        running = {name: each for name, each in self.processes.items() if each.exit_code is None}
        return {name: cpu_s(each.pid) for name, each in running.items()}


@contextmanager
def held(process: Process) -> Iterator[None]:
    """The process stands still within, as if it were not yet there, and goes on after."""
    os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process.pid, signal.SIGCONT)


def publish(address: str, places: Mapping[tuple[str, int], Iterable[Record]]) -> None:
    """Write records to their places in whole batches, each place in order, all at once."""
    asyncio.run(_publish(address, places))


async def _publish(address: str, places: Mapping[tuple[str, int], Iterable[Record]]) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=address,
        acks="all",
        max_batch_size=REQUEST_BYTES,
        max_request_size=2 * REQUEST_BYTES,
        request_timeout_ms=120_000,
    )
    await producer.start()
    try:
        writing = (_write(producer, place, records) for place, records in places.items())
        await asyncio.gather(*writing)
    finally:
        await producer.stop()


async def _write(
    producer: AIOKafkaProducer, place: tuple[str, int], records: Iterable[Record]
) -> None:
    batch, waiting = producer.create_batch(), 0
    for key, value in records:
        if batch.append(key=key, value=value, timestamp=None) is None:
            await (await producer.send_batch(batch, place[0], partition=place[1]))
            batch, waiting = producer.create_batch(), 0
            batch.append(key=key, value=value, timestamp=None)
        waiting += 1
    if waiting:
        await (await producer.send_batch(batch, place[0], partition=place[1]))


def cpu_s(pid: int) -> float:
    """What the threads of a process have used of the processors, user and system, s.

    By the scheduler's own count, in ns: the ticks of `stat` are too coarse for a short stretch.
    """
    used = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread that has just ended
            used += int((task / "schedstat").read_text(encoding="utf-8").split()[0])
    return used / 1e9


def resident_mb(pid: int) -> float:
    """Resident memory of a process in MB."""
    return _status_mb(pid, "VmRSS")


def peak_mb(pid: int) -> float:
    """The most resident memory a process has had, MB."""
    return _status_mb(pid, "VmHWM")


def _status_mb(pid: int, name: str) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024
