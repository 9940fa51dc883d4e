"""From an observation written to Kafka until Redis has told it on, at low and at half load.

A probe link a partition is reported every 100 ms beside the load; its time is from just before the
write to when a reader of the deltas has it. The clock ticks once a second, as it does live. What a
worker does once, with its first permits and its first tick, is over before: a load before the
measured one has to be told to its last probe.
"""

import asyncio
import threading
import time
from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from aiokafka import AIOKafkaProducer

from bench.rig import Broker, Rig
from bench.views import follow_links
from bench.workload import FEED, Workload, made_network, made_works
from local.waiting import wait_until
from producers.network.importing import write_network
from streams.contract import topics, wire
from streams.contract.records import SpeedBatch, Tick
from streams.contract.times import now_ms

EVERY_S = 0.1
BATCH = 250
SETTLE_S = 3.0


class Load:
    """Observations of now at so many a second, ticks and probes, written by one task."""

    def __init__(self, workload: Workload, per_s: float, *, batch: int = BATCH) -> None:
        self._per_s, self._batch = per_s, batch
        self._random = np.random.default_rng(7)
        self._shares = [
            [name for name, p in zip(workload.ids, workload.partition, strict=True) if p == at]
            for at in range(workload.partitions)
        ]
        self.probes = {share.pop() for share in self._shares}
        self.names = [name for share in self._shares for name in share]
        self.ticked_ms = 0  # the time of the last tick
        self.sent: dict[tuple[str, int], float] = {}  # link, observed -> monotonic s

    async def run(self, address: str, seconds: float) -> None:
        producer = AIOKafkaProducer(bootstrap_servers=address, acks=1, linger_ms=0)
        await producer.start()
        begin = time.monotonic()
        try:
            tasks = (self._ticks, self._batches, self._probes)
            await asyncio.gather(*(task(producer, begin + seconds) for task in tasks))
            await self._tick(producer)
        finally:
            await producer.stop()

    async def _tick(self, producer: AIOKafkaProducer) -> None:
        self.ticked_ms = now_ms() // 1000 * 1000
        payload = wire.encode(Tick(self.ticked_ms))
        for topic in topics.TICKED:
            for partition in range(topic.partitions(len(self._shares))):
                await producer.send(topic.name, payload, partition=partition)

    async def _ticks(self, producer: AIOKafkaProducer, until: float) -> None:
        while time.monotonic() < until:
            await self._tick(producer)
            await asyncio.sleep(1 - time.time() % 1)

    async def _batches(self, producer: AIOKafkaProducer, until: float) -> None:
        """Whole batches, as far apart as the rate says, round after round over the links."""
        turns = [cycle(share) for share in self._shares]
        due, number = time.monotonic(), 0
        while time.monotonic() < until:
            partition, number = number % len(turns), number + 1
            names = list(islice(turns[partition], self._batch))
            await self._send(producer, partition, names, self._speeds(names))
            due += self._batch / self._per_s
            await asyncio.sleep(max(0.0, min(due, until) - time.monotonic()))

    def _speeds(self, names: Sequence[str]) -> list[float]:
        """What is measured on these links now, km/h."""
        speeds: list[float] = self._random.uniform(5, 90, len(names)).round(1).tolist()
        return speeds

    async def _probes(self, producer: AIOKafkaProducer, until: float) -> None:
        links = sorted(self.probes, key=lambda name: topics.partition_of(name, len(self.probes)))
        number = 0
        while time.monotonic() < until:
            partition, number = number % len(links), number + 1
            link, at_ms = links[partition], now_ms()
            self.sent[link, at_ms] = time.monotonic()
            await self._send(producer, partition, [link], [5.0 + number % 90], at_ms)
            await asyncio.sleep(EVERY_S)

    @staticmethod
    async def _send(
        producer: AIOKafkaProducer,
        partition: int,
        names: list[str],
        speeds: list[float],
        at_ms: int = 0,
    ) -> None:
        at_ms = at_ms or now_ms()
        times = (at_ms,) * len(names)
        payload = wire.encode(SpeedBatch(FEED, at_ms, tuple(names), tuple(speeds), times))
        await producer.send(topics.LINK_SPEEDS.name, payload, partition=partition)


def measure(
    folder: Path, broker: Broker, *, per_s: float, seconds: float, links: int = 5_000
) -> list[float]:
    """The time of every probe, ms, once a load before has been told."""
    network = made_network(links)
    write_network(network, folder / "city")
    workload = Workload(network, made_works(network, 200))
    with Rig(folder / "run", broker=broker, network=folder / "city") as rig:
        rig.make_topics()
        rig.write(workload.permits())
        worker = rig.start_worker()
        worker.wait_said("worker started")
        before, load = Load(workload, per_s), Load(workload, per_s)
        with _noting(rig.env["BOMNAE_REDIS"], load.probes) as seen:
            for each, lasts_s in ((before, SETTLE_S), (load, seconds)):
                asyncio.run(each.run(rig.kafka, lasts_s))
                last = dict(each.sent.keys())
                wait_until(lambda: _has_all(seen, last), "the last probe", within_s=60)  # noqa: B023
    return _late_ms(load.sent, list(seen))


Seen = tuple[str, int, float]
"""Link, observed ms, monotonic s of its arrival."""


def _has_all(seen: Iterable[Seen], last: dict[str, int]) -> bool:
    newest = {link: at_ms for link, at_ms, _ in list(seen)}
    return all(newest.get(link, 0) >= at_ms for link, at_ms in last.items())


def _late_ms(sent: dict[tuple[str, int], float], seen: list[Seen]) -> list[float]:
    """How late each probe was told: it, or a later one of its link that took its place."""
    told: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for link, at_ms, at_s in seen:
        told[link].append((at_ms, at_s))
    late = []
    for (link, at_ms), at_s in sent.items():
        first = bisect_left(told[link], (at_ms, 0.0))
        late.append(1000 * (told[link][first][1] - at_s))
    return late


@contextmanager
def _noting(redis_url: str, links: set[str]) -> Iterator[deque[Seen]]:
    """Notes when each view of these links arrived, in a thread: link, observed ms, monotonic s."""
    seen: deque[Seen] = deque()
    stop, ready = threading.Event(), threading.Event()

    def note(link: str, observed_ms: int) -> None:
        seen.append((link, observed_ms, time.monotonic()))

    thread = threading.Thread(
        target=lambda: asyncio.run(follow_links(redis_url, links, note, ready, stop))
    )
    thread.start()
    ready.wait(10)
    try:
        yield seen
    finally:
        stop.set()
        thread.join()
