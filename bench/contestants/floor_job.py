"""The floor: what fetching, decoding and one numpy pass a fetched chunk cost on this machine.

No rules, no gate, no delta, no history: each chunk is joined with the works of its links, summed by
link and minute. What it says is how fast any job in this language could be on these columns.
"""

import argparse
import asyncio
import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import redis
from aiokafka import AIOKafkaConsumer, TopicPartition

PARTITIONS = 4
MINUTES = 512
MINUTE_MS = 60_000


class Columns(msgspec.Struct):
    """A message of many."""

    links: list[str]
    speeds_kmh: list[float]
    observed_ms: list[int]


class Speed(msgspec.Struct):
    """A message of one."""

    link_id: str
    speed_kmh: float
    observed_ms: int


class Windows:
    """Sums by link and minute, and when each link closes."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self.index = {name: at for at, name in enumerate(facts["links"])}
        self.closes_ms = np.full(len(self.index), np.iinfo(np.int64).max)
        for link, starts_ms, _ in facts["works"]:
            self.closes_ms[self.index[link]] = starts_ms
        shape = len(self.index), MINUTES
        self.sums, self.samples = np.zeros(shape), np.zeros(shape, dtype=np.int64)
        self.closed = 0
        self.first = 0
        self._columns = msgspec.json.Decoder(Columns)
        self._speeds = msgspec.json.Decoder(list[Speed])

    def add(self, payloads: list[bytes]) -> int:
        """Sum a chunk; how many observations it had."""
        names: list[str] = []
        speeds: list[float] = []
        times: list[int] = []
        if payloads[0].startswith(b'{"links"'):
            for payload in payloads:
                columns = self._columns.decode(payload)
                names += columns.links
                speeds += columns.speeds_kmh
                times += columns.observed_ms
        else:
            rows = self._speeds.decode(b"[" + b",".join(payloads) + b"]")
            names = [row.link_id for row in rows]
            speeds = [row.speed_kmh for row in rows]
            times = [row.observed_ms for row in rows]
        links = np.fromiter(map(self.index.__getitem__, names), np.int64, len(names))
        at_ms = np.array(times, dtype=np.int64)
        minutes = at_ms // MINUTE_MS
        self.first = self.first or int(minutes.min()) - 1
        self.closed += int(np.count_nonzero(at_ms >= self.closes_ms[links]))
        begin = int(minutes.min())
        span = int(minutes.max()) - begin + 1
        cell, cells = links * span + (minutes - begin), len(self.index) * span
        at = slice(begin - self.first, begin - self.first + span)
        found = np.bincount(cell, weights=np.array(speeds), minlength=cells)
        self.sums[:, at] += found.reshape(-1, span)
        self.samples[:, at] += np.bincount(cell, minlength=cells).reshape(-1, span)
        return len(names)

    def last_minutes(self) -> tuple[bytes, bytes]:
        """Counts and sums of the minute before each link's last one."""
        counts = self.samples.copy()
        links = np.arange(len(counts))
        counts[links, MINUTES - 1 - np.argmax(counts[:, ::-1] > 0, axis=1)] = 0
        at = links, MINUTES - 1 - np.argmax(counts[:, ::-1] > 0, axis=1)
        return self.samples[at].tobytes(), self.sums[at].tobytes()


async def fold(kafka: str, topic: str, store: Any, windows: Windows) -> None:
    """Read from the beginning until it is stopped."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False)
    await consumer.start()
    pairs = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    consumer.assign(pairs)
    await consumer.seek_to_beginning(*pairs)
    done = said = 0
    while True:
        found = await consumer.getmany(timeout_ms=100)
        payloads = [record.value for records in found.values() for record in records]
        if payloads:
            done += windows.add(payloads)
        elif said != done:  # all there is: what was summed goes out whole
            samples, sums = windows.last_minutes()
            store.mset({"floor:samples": samples, "floor:sums": sums, "floor:done": done})
            said = done


def main() -> None:
    """Run until it is stopped."""
    parser = argparse.ArgumentParser()
    for name in ("--kafka", "--redis", "--facts", "--folder", "--topic"):
        parser.add_argument(name, required=True)
    options = parser.parse_args()
    facts = json.loads(Path(options.facts).read_text(encoding="utf-8"))
    store = redis.Redis.from_url(options.redis)
    asyncio.run(fold(options.kafka, options.topic, store, Windows(facts)))


if __name__ == "__main__":
    main()
