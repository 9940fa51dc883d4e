"""The log's part of a snapshot, laid into topics; where each partition's offsets went."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from kafka import KafkaAdminClient
from kafka import TopicPartition as AdminPartition

from streams.contract import topics
from streams.contract.kafka_login import kafka_login
from streams.contract.settings import Settings
from streams.kafka.access_log import last_of, opened
from streams.kafka.cluster import LogReader, Place
from streams.kafka.stretches import LogLayer
from streams.snapshot.file import frames_of
from streams.snapshot.frames import Messages, Stretch
from streams.snapshot.held import contained
from streams.snapshot.moving import moved_message
from streams.snapshot.progress import Say

ANSWER_S = 10.0
FILLED = 5_000  # messages that are laid to be taken away again, at a time
RECORDS: Place = (topics.ACCESS_RECORDS.name, 0)


@dataclass(slots=True)
class Laid:
    """What was laid. `begins` are the offsets of the first message of each partition, or of its end
    where there was none; `positions` the last offset that the state contains on this log.
    """

    shifts: dict[Place, int] = field(default_factory=dict)
    positions: dict[Place, int] = field(default_factory=dict)
    begins: dict[Place, int] = field(default_factory=dict)
    messages: int = 0
    without_records: bool = False
    has_begun: bool = False  # to be written, the state's marks first


async def lay_log(settings: Settings, path: Path, say: Say, laid: Laid) -> None:
    """Append a checked file's messages to the log, each with the time it had. What the inputs
    derived comes after the inputs: it names their offsets, which are others here. The state is not
    written. `laid` is filled in as it is laid.
    """
    async with LogReader(settings) as reader, LogLayer(settings) as layer:
        for is_derived in (False, True):
            for stretch, parts in _stretches(path, is_derived=is_derived):
                place = (stretch.topic, stretch.partition)
                end = (await reader.ends([place]))[place]
                if place == RECORDS:
                    await _lay_records(settings, layer, end, parts, laid)
                else:
                    await _lay(layer, stretch, end, parts, laid)
                say(f"log {place[0]}/{place[1]}: {laid.messages} messages")


def _stretches(path: Path, *, is_derived: bool) -> Iterator[tuple[Stretch, Iterable[Messages]]]:
    """Each partition of the roads' own log, or of all others, and its messages."""
    frames = (x for x in frames_of(path) if isinstance(x, (Stretch, Messages)))
    for topic, found in groupby(frames, lambda x: (x.topic, x.partition)):
        begin = next(found)
        if isinstance(begin, Stretch) and (topic[0] == topics.LINK_EVENTS.name) == is_derived:
            yield begin, (x for x in found if isinstance(x, Messages))


async def _lay(
    layer: LogLayer, stretch: Stretch, end: int, parts: Iterable[Messages], laid: Laid
) -> None:
    place = (stretch.topic, stretch.partition)
    first, following = None, end
    tail: int | None = None  # where the tail's first message went
    for part in parts:
        rows = [moved_message(stretch.topic, payload, laid.shifts) for _, payload in part.rows]
        at = await layer.lay(place, rows, part.stamps)
        first = at if first is None else first
        before = sum(offset < stretch.tail for offset, _ in part.rows)
        if tail is None and before < len(rows):
            tail = at + before
        following = at + len(rows)
        laid.messages += len(rows)
    shift = stretch.tail - (following if tail is None else tail)
    laid.begins[place] = end if first is None else first
    if topics.named(stretch.topic) in topics.FOLDED:
        laid.shifts[place] = shift
        laid.positions[place] = contained(stretch) - shift


async def _lay_records(
    settings: Settings, layer: LogLayer, end: int, parts: Iterable[Messages], laid: Laid
) -> None:
    """The access records go where they were, for the heads of their days name their offsets: what
    was before them is filled up and taken away. A log that has records of its own keeps them; one
    that an interrupted restore began to fill gets the rest, and one that it filled is left.
    """
    last = await last_of(settings, ANSWER_S) if end else None
    is_ours: bool | None = None
    part: Messages | None = None
    for part in parts:
        if is_ours is None:
            is_ours = goes_on(part.rows, end, last)
            if is_ours and not last:
                await _fill(settings, layer, end, part)
        rows = [payload for offset, payload in part.rows if offset >= end]
        if is_ours and rows:
            await layer.lay(RECORDS, rows, part.stamps[-len(rows) :])
            laid.messages += len(rows)
    if part is not None and not is_ours:
        laid.without_records = not await _stands(settings, part.rows[-1])


async def _stands(settings: Settings, row: tuple[int, bytes | None]) -> bool:
    """Whether this record is where it was already: an interrupted restore laid all of them."""
    offset, payload = row
    async with opened(settings) as log:
        first, end = await log.ends()
        if not first <= offset < end:
            return False
        found = [x async for entries in log.read(offset, offset + 1) for x in entries]
        return [x.payload for x in found] == [payload]


def goes_on(rows: Sequence[tuple[int, bytes | None]], end: int, last: bytes | None) -> bool | None:
    """Whether these records go on behind what stands on the log up to `end`; None: later ones tell.

    Nothing and fillings are behind what is before the first. Of records the last tells of all, for
    each has the hash of the one before. Pure.
    """
    if not last:
        return rows[0][0] >= end
    if rows[-1][0] < end - 1:
        return None
    return dict(rows).get(end - 1) == last


async def _fill(settings: Settings, layer: LogLayer, begin: int, first: Messages) -> None:
    """Fill up to the first record, and take away what is below it: also what was filled in before.
    What fills has the first one's time, or their segment would be kept for longer.
    """
    end = first.rows[0][0]
    for at in range(begin, end, FILLED):
        count = min(FILLED, end - at)
        await layer.lay(RECORDS, [b""] * count, first.stamps[:1] * count)
    if end:
        await asyncio.to_thread(_delete_before, settings, end)


def _delete_before(settings: Settings, offset: int) -> None:
    admin = KafkaAdminClient(**kafka_login(settings), request_timeout_ms=20_000)
    try:
        admin.delete_records({AdminPartition(*RECORDS): offset})
    finally:
        admin.close()
