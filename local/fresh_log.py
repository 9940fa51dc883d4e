"""A fresh log under a kept state: the retention that the embedded broker lacks.

Tansu in memory lists every batch of a partition at each fetch from it and at each question for its
end, so all it does grows with the log; it has no retention, and DeleteRecords ends the connection.
So now and then the demo begins its log anew. What is worth keeping is laid into the new log at the
very offsets it had, behind one batch that spans all before it: positions, origins and receipts go
on as they were, and to every reader it is a log whose beginning retention took.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from typing import Any

import aiokafka

from streams.contract import topics
from streams.kafka.clients import start

Place = tuple[str, int]
QUIET_MS = 400  # the broker may understate an end: a log is read until it gives nothing more
WITHIN_S = 30.0
KEPT = 1000  # newest messages kept of a topic that people write or that is read from its beginning
READ_ANEW = (*topics.TOLD, topics.RECEIPTS, topics.DEAD_LETTERS)
BATCH_BYTES = 1 << 20
MAX_WAIT_MS = 500


def places(wide: int) -> list[Place]:
    """Every partition of every topic."""
    return [(topic.name, p) for topic in topics.ALL for p in range(topic.partitions(wide))]


def keep_from(place: Place, position: int, end: int) -> int:
    """The first offset to keep: the last message that was folded and what comes after it, the last
    of any, of some topics more.

    The one that was folded is what a worker knows its log by: the broker understates the end of a
    log that nobody has written to since it was laid, and a log without it passes for another.
    """
    kept = KEPT if place[0] in _names(READ_ANEW) else 1
    folded = position if place[0] in _names(topics.FOLDED) else end
    return max(0, min(folded, end - kept))


def _names(chosen: Iterable[topics.Topic]) -> set[str]:
    return {topic.name for topic in chosen}


async def read_tails(
    address: str, positions: Mapping[Place, int], wide: int
) -> dict[Place, list[Any]]:
    """The messages to keep, by partition; `positions`: the last offset that the state contains."""
    tails: dict[Place, list[Any]] = {place: [] for place in places(wide)}
    async with AsyncExitStack() as stack:
        consumer = aiokafka.AIOKafkaConsumer(
            bootstrap_servers=address,
            auto_offset_reset="none",
            enable_auto_commit=False,
            fetch_max_wait_ms=MAX_WAIT_MS,  # the broker stops listing a partition after it
        )
        await start(consumer)
        stack.push_async_callback(consumer.stop)
        at = {place: aiokafka.TopicPartition(*place) for place in tails}
        ends = await consumer.end_offsets(list(at.values()))
        consumer.assign(list(at.values()))
        for place, partition in at.items():
            end = max(ends[partition], positions.get(place, -1) + 1)
            consumer.seek(partition, keep_from(place, positions.get(place, -1), end))
        deadline = time.monotonic() + WITHIN_S
        while time.monotonic() < deadline:
            found = await consumer.getmany(timeout_ms=MAX_WAIT_MS + QUIET_MS)
            if not found:
                break
            for partition, records in found.items():
                tails[partition.topic, partition.partition] += records
    return tails


def next_offsets(
    tails: Mapping[Place, Sequence[Any]], positions: Mapping[Place, int]
) -> dict[Place, int]:
    """Where each log goes on; a partition of which nothing is known begins at 0 and is left out."""
    known = {place: position + 1 for place, position in positions.items() if position >= 0}
    last = {place: tail[-1].offset + 1 for place, tail in tails.items() if tail}
    return {
        place: max(known.get(place, 0), last.get(place, 0)) for place in known.keys() | last.keys()
    }


async def lay(
    address: str, tails: Mapping[Place, Sequence[Any]], offsets: Mapping[Place, int]
) -> None:
    """Write the tails into empty topics so that the next message gets each partition's offset."""
    producer = aiokafka.AIOKafkaProducer(
        bootstrap_servers=address, acks="all", max_batch_size=BATCH_BYTES, max_request_size=8 << 20
    )
    await start(producer)
    try:
        for place, offset in offsets.items():
            await _lay(producer, place, tails.get(place, ()), offset)
    finally:
        with suppress(OSError, TimeoutError):
            await asyncio.wait_for(producer.stop(), WITHIN_S)


async def _lay(producer: Any, place: Place, tail: Sequence[Any], offset: int) -> None:
    """One partition. A batch says itself how many offsets it spans, however few it holds."""
    stands = 0
    batch = producer.create_batch()
    for at, record in _spread(tail, offset):
        batch._relative_offset = at - stands  # noqa: SLF001 - else offsets follow one another
        told = {} if record is None else _told(record)
        if batch.append(**{"key": None, "value": None, "timestamp": None, **told}) is None:
            await _send(producer, batch, place)
            stands = at
            batch = producer.create_batch()
            batch.append(**{"key": None, "value": None, "timestamp": None, **told})
    await _send(producer, batch, place)


def _spread(tail: Iterable[Any], offset: int) -> Iterable[tuple[int, Any]]:
    """The messages with their offsets; an empty one at the end where the log ended later."""
    last = -1
    for record in tail:
        last = record.offset
        yield last, record
    if last < offset - 1:
        yield offset - 1, None


def _told(record: Any) -> dict[str, Any]:
    return {
        "key": record.key,
        "value": record.value,
        "timestamp": record.timestamp,
        "headers": list(record.headers),
    }


async def _send(producer: Any, batch: Any, place: Place) -> None:
    topic, partition = place
    await (await producer.send_batch(batch, topic, partition=partition))
