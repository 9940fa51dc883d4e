"""What the embedded broker costs as its log grows, and a day of the demo pushed through it.

    python -m bench.broker [--hours 24] [--log-minutes 20]

Each round is what 2 s of the demo write: batches of every partition, a reader that follows them,
and the worker's two questions for all ends. The log is begun anew as the demo does it (0: never).
Exits 1 when a message is lost, repeated or out of its place, or, with a log that is begun anew,
when the last tenth of the log's life costs more than GOAL times its first.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

import aiokafka

from bench.rig import resident_mb
from local import fresh_log
from local.services import Process, answers, start_broker
from local.waiting import wait_until
from producers.publishing.topic_setup import ensure_topics
from streams.contract import topics
from streams.contract.settings import Settings

ROUND_S = 2.0
GOAL = 4.0
BATCHES = {topics.BUS_POSITIONS: (6, 2), topics.LINK_EVENTS: (3, 2)}  # batches, messages in each
PAYLOAD_BYTES = 400
PARTITIONS = 4


class Cost(NamedTuple):
    """One log's life: the broker's CPU a round in its first and last tenth, ms; its memory, MB."""

    first_ms: float
    last_ms: float
    resident_mb: float


def pattern() -> Iterator[tuple[fresh_log.Place, int, int]]:
    """What a round writes: partition, batches, messages in each."""
    for topic in topics.ALL:
        if topic in topics.TICKED or topic is topics.LINK_EVENTS:
            for partition in range(topic.partitions(PARTITIONS)):
                yield (topic.name, partition), *BATCHES.get(topic, (1, 1))


class Log:
    """The broker with a writer, and a reader who checks that each message comes in its place."""

    def __init__(self, folder: Path) -> None:
        self.broker, self.address = start_broker(folder)
        self.written: dict[fresh_log.Place, int] = {place: 0 for place, _, _ in pattern()}
        self.read = dict(self.written)

    @asynccontextmanager
    async def clients(self) -> Any:
        """The topics, and a writer and a reader that goes on where the last one was."""
        settings = Settings.from_env({"BOMNAE_KAFKA": self.address})
        await asyncio.to_thread(ensure_topics, settings)
        if any(self.written.values()):
            await fresh_log.lay(self.address, self._tails, self.written)
        async with AsyncExitStack() as stack:
            writer = aiokafka.AIOKafkaProducer(bootstrap_servers=self.address, acks="all")
            await writer.start()
            stack.push_async_callback(writer.stop)
            reader = aiokafka.AIOKafkaConsumer(
                bootstrap_servers=self.address,
                auto_offset_reset="none",
                enable_auto_commit=False,
                fetch_max_wait_ms=50,
            )
            await reader.start()
            stack.push_async_callback(reader.stop)
            reader.assign([aiokafka.TopicPartition(*place) for place in self.read])
            for place, offset in self.read.items():
                reader.seek(aiokafka.TopicPartition(*place), offset)
            yield writer, reader

    async def round(self, writer: Any, reader: Any) -> None:
        """Write, follow, ask for the ends."""
        sent = [
            await self._send(writer, place, messages)
            for place, batches, messages in pattern()
            for _ in range(batches)
        ]
        await asyncio.gather(*sent)
        while self.read != self.written:
            found = await reader.getmany(timeout_ms=10_000)
            if not found:
                raise RuntimeError("the reader was given nothing for 10 s")
            for partition, records in found.items():
                self._check((partition.topic, partition.partition), records)
        for _ in range(round(ROUND_S)):
            await reader.end_offsets(reader.assignment())

    async def _send(self, writer: Any, place: fresh_log.Place, messages: int) -> Any:
        batch = writer.create_batch()
        for _ in range(messages):
            value = str(self.written[place]).encode().ljust(PAYLOAD_BYTES)
            batch.append(key=None, value=value, timestamp=None)
            self.written[place] += 1
        return await writer.send_batch(batch, place[0], partition=place[1])

    def _check(self, place: fresh_log.Place, records: list[Any]) -> None:
        for record in records:
            if not record.offset == int(record.value) == self.read[place]:
                raise RuntimeError(f"{place} gave {record.offset} for {self.read[place]}")
            self.read[place] += 1

    async def renew(self) -> None:
        """As the demo does it, half of a round not read yet."""
        positions = {place: offset - 2 for place, offset in self.read.items()}
        self._tails = await fresh_log.read_tails(self.address, positions, PARTITIONS)
        offsets = fresh_log.next_offsets(self._tails, positions)
        if {place: offsets[place] for place in self.written} != self.written:
            raise RuntimeError("the tails do not reach the ends")
        self.broker.stop()
        self.broker.start()
        wait_until(lambda: answers(int(self.address.rpartition(":")[2])), "the broker")


def cpu_ms(process: Process) -> float:
    """What a process has used of the processors so far, ms."""
    stat = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) * 1000 / os.sysconf("SC_CLK_TCK")


async def live(log: Log, rounds: int) -> Cost:
    """One log from its beginning to its end."""
    async with log.clients() as (writer, reader):
        tenth = max(1, rounds // 10)
        tenths = []
        for begin in range(0, rounds, tenth):
            before_ms = cpu_ms(log.broker)
            for _ in range(begin, min(begin + tenth, rounds)):
                await log.round(writer, reader)
            tenths.append((cpu_ms(log.broker) - before_ms) / tenth)
    return Cost(tenths[0], tenths[-1], resident_mb(log.broker.pid))


async def measure(log: Log, hours: float, log_minutes: float) -> list[Cost]:
    """The logs of so many hours of the demo, one after the other; a line for each."""
    left = round(hours * 3600 / ROUND_S)
    life = round(log_minutes * 60 / ROUND_S) or left
    costs = []
    while left > 0:
        begun_s = time.monotonic()
        costs.append(await live(log, min(life, left)))
        left -= life
        cost, written = costs[-1], sum(log.written.values())
        print(
            f"log {len(costs):3}: {written:9,} messages so far, broker {cost.first_ms:6.1f} ms a "
            f"round at its beginning, {cost.last_ms:6.1f} at its end, "
            f"{cost.resident_mb:4.0f} MB; took {time.monotonic() - begun_s:.0f} s",
            flush=True,
        )
        if left > 0:
            await log.renew()
    return costs


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.broker", description=__doc__)
    parser.add_argument("--hours", type=float, default=24, help="of the demo (24)")
    parser.add_argument("--log-minutes", type=float, default=20, help="a log's life; 0: for ever")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bomnae-bench-") as folder:
        log = Log(Path(folder))
        try:
            costs = asyncio.run(measure(log, options.hours, options.log_minutes))
        finally:
            log.broker.stop()
    growth = mean(c.last_ms for c in costs) / mean(c.first_ms for c in costs)
    most_mb = max(cost.resident_mb for cost in costs)
    print(f"{sum(log.written.values()):,} messages, each read once, in its place")
    print(f"a round costs {growth:.1f} times as much at a log's end as at its beginning")
    print(f"broker's memory at most {most_mb:.0f} MB")
    return int(options.log_minutes > 0 and growth > GOAL)


if __name__ == "__main__":
    sys.exit(main())
