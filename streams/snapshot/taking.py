"""A snapshot is taken here, of a city that goes on meanwhile.

Each slot of Redis is read as it stands in one moment, then the log: first what was on its way from
the inputs to the roads, then the inputs. So whatever a partition's moment lacks of another's is in
the log's part, and none of it counts twice: the gate and the roads know what they have.
"""

import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from redis.exceptions import RedisError

from streams.contract import topics, wire
from streams.contract.errors import (
    LogAwayError,
    LogError,
    NoStateError,
    RecordRefusedError,
    SettingsError,
    SnapshotError,
)
from streams.contract.records import Tick
from streams.contract.settings import Settings
from streams.contract.times import now_ms
from streams.contract.topics import Topic
from streams.delivery.deciding.keys import DISPATCHERS, LEASE
from streams.domain.stages.roadstate import SOURCES
from streams.kafka.away import AWAY
from streams.kafka.cluster import LogReader, Place, Record
from streams.kafka.stretches import stretch
from streams.snapshot.file import SnapshotWriter, writing
from streams.snapshot.forgotten import FORGETTING, without_forgotten
from streams.snapshot.frames import Body, Entries, Hash, Head, Messages, Scores, Stretch, Text
from streams.snapshot.moving import place_of
from streams.snapshot.progress import Say
from streams.state import schema
from streams.state.keys import (
    BEGUN,
    CITY,
    DELIVERY,
    DELTAS,
    FOLDED_BY,
    GENERATION,
    LAID,
    LOST,
    META,
    POSITIONS,
    REBUILDING,
    ROADS_FROM,
    TOPIC_IDS,
    Slot,
    key,
    parts_of,
)
from streams.state.redis_login import connect, script

FIELDS = 500  # of a hash, in a frame
ENTRIES = 500  # of a stream, in a frame
MESSAGES_BYTES = 1 << 20  # of the log, in a frame
TOLD_ONCE = (
    *topics.TOLD,
    topics.CALLS,
    topics.CLOSURES,
    topics.PUBLICATIONS,
    topics.RECEIPTS,
)
"""Whole in a snapshot, without their ticks: nobody tells it again. What feeds tell they tell again,
and the state has what was told before.
"""


Recording = Callable[[], Awaitable[None]]
"""Has the act on the log before it is done; LogAwayError where the log does not take it."""


class TakenSnapshot(NamedTuple):
    """A snapshot that stands."""

    path: Path
    bytes: int  # on the disk
    raw_bytes: int
    messages: int


@dataclass(slots=True)
class _Seen:
    """What the slots said on the way: how far they are, and what the roads have of each input."""

    positions: dict[Place, int] = field(default_factory=dict)
    sources: dict[int, dict[Place, int]] = field(default_factory=dict)

    def take(self, slot: str, name: str, flat: list[bytes]) -> None:
        rows = {k.decode(): v for k, v in zip(flat[::2], flat[1::2], strict=True)}
        if name == POSITIONS:
            self.positions |= {place_of(x): int(at) for x, at in rows.items()}
        elif name == SOURCES.name:
            self.sources[int(slot)] = {place_of(x): json.loads(at)[0] for x, at in rows.items()}
        elif name == BEGUN and rows:
            raise SnapshotError(
                f"partition {slot} is half-applied: a worker makes it again; try again after that"
            )

    def position(self, place: Place) -> int:
        return self.positions.get(place, -1)

    def tail(self, place: Place, start: int) -> int:
        """From where on a partition is kept whole: from what somebody has not folded."""
        at = self.position(place)
        if place[0] in {topic.name for topic in topics.WATERMARKED} and at >= 0:
            at = min([at, *(rows.get(place, -1) for rows in self.sources.values())])
        return max(at + 1, start)


async def take(
    settings: Settings,
    path: Path,
    signing_key: Ed25519PrivateKey,
    say: Say,
    record: Recording,
    *,
    with_records: bool = True,
) -> TakenSnapshot:
    """Write a snapshot of the city's state as it is now to a file that is not there yet, once there
    is a state and its access record stands.

    NoStateError while there is none, or it is made again; SettingsError or LogAwayError where a
    store is away. `with_records`: the access records too.
    """
    if path.exists():  # noqa: ASYNC240 - a moment, and nothing else runs
        raise SettingsError(f"{path}: is there already; a snapshot overwrites nothing")
    client = connect(settings, timeout_s=60)
    try:
        head, city = await head_of_state(client, settings)
        await record()
        with writing(path, signing_key) as file:
            file.add(head)
            for frame in city:
                file.add(frame)
            seen = await put_state(client, head.partitions, file, say)
            messages = await _log(settings, seen, file, say, with_records=with_records)
            raw_bytes = file.bytes
    except RedisError as error:
        reason = type(error).__name__  # its text may have a row in it
        raise SettingsError(f"Redis: {reason}") from None
    except AWAY as error:
        raise LogAwayError(f"Kafka does not answer: {type(error).__name__}") from None
    finally:
        await client.aclose()
    return TakenSnapshot(path, _size(path), raw_bytes, messages)


def _size(path: Path) -> int:
    return path.stat().st_size


async def head_of_state(client: Any, settings: Settings) -> tuple[Head, list[Body]]:
    """What the state is of, and the keys of the city."""
    names = (META, ROADS_FROM, LOST, TOPIC_IDS, LAID)
    meta, begun, lost, ids, laid = [await client.hgetall(name) for name in names]
    if await client.exists(REBUILDING):
        raise NoStateError("the state is being made again: a snapshot has to wait for its end")
    if not meta.get(b"network"):
        raise NoStateError("there is no state: no worker has folded anything into this Redis")
    number = schema.schema_of(meta)
    schema.check(number, "the state in Redis")
    head = Head(
        id=secrets.token_hex(8),
        schema=number,
        made_ms=now_ms(),
        city=meta.get(b"city", b"").decode(),
        province=settings.province,
        network=meta[b"network"].decode(),
        partitions=settings.partitions,
        generation=int(begun.get(GENERATION.encode(), 0)),
        folded_by=json.loads(meta.get(FOLDED_BY.encode(), b"{}")),
        topic_ids={name.decode(): row.decode() for name, row in ids.items()},
        laid=laid.get(b"id", b"").decode(),
    )
    kept = {META: meta, ROADS_FROM: begun, LOST: lost, LAID: laid}
    named = ((parts_of(name)[0], rows) for name, rows in kept.items() if rows)
    return head, [Hash(CITY, name, _flat(rows)) for name, rows in named]


def _flat(rows: Mapping[bytes, bytes]) -> list[bytes]:
    return [part for pair in rows.items() for part in pair]


async def put_state(client: Any, partitions: int, file: SnapshotWriter, say: Say) -> _Seen:
    """Every slot of the state. What is sent comes first: of what is decided later, more is sent
    again, and never less; the receipts know what was.
    """
    seen = _Seen()
    slots: list[Slot] = [DELIVERY, *range(partitions)]
    for number, slot in enumerate(slots, start=1):
        async for frame in _slot(client, slot):
            if isinstance(frame, Hash):
                seen.take(frame.slot, frame.name, frame.flat)
            file.add(frame)
            say(f"state {number} of {len(slots)}: {file.bytes / 1e6:.1f} MB")
    return seen


async def _slot(client: Any, slot: Slot) -> AsyncIterator[Body]:
    """Every key of a slot. Of the moment, who works and what screens were told is left out."""
    left_out = [key(DELTAS, slot), DISPATCHERS]
    moment = script(client, "slot_moment")
    found = await moment(keys=[key("any", slot)], args=[key("*", slot), *left_out])
    for name, kind, content in sorted(found, key=lambda each: each[0]):
        kept, named = parts_of(name.decode())[0], str(slot)
        if kept.startswith(f"{LEASE}:"):
            continue
        if kind == b"stream" and content:
            async for rows in _entries(client, name, content):
                yield Entries(named, kept, rows)
        for frame in _values(named, kept, kind, content):
            yield frame


def _values(slot: str, name: str, kind: bytes, content: Any) -> Iterable[Body]:
    """A key that is no stream."""
    if kind == b"string":
        yield Text(slot, name, content)
    elif kind == b"hash":
        size = len(content) if name in (POSITIONS, SOURCES.name) else 2 * FIELDS  # these in one
        for part in _cut(content, size):
            yield Hash(slot, name, part)
    elif kind == b"zset":
        pairs = list(zip(content[::2], map(float, content[1::2]), strict=True))
        for part in _cut(pairs, FIELDS):
            yield Scores(slot, name, part)


def _cut(rows: list[Any], size: int) -> Iterable[list[Any]]:
    return (rows[begin : begin + size] for begin in range(0, len(rows), size))


async def _entries(
    client: Any, name: bytes, last: bytes
) -> AsyncIterator[list[tuple[bytes, list[bytes]]]]:
    """A stream up to an entry, as far as it is still kept."""
    begin = b"-"
    while True:
        found = await client.xrange(name, begin, last, count=ENTRIES)
        if found:
            yield [(entry, _flat(fields)) for entry, fields in found]
        if len(found) < ENTRIES:
            return
        begin = b"(" + found[-1][0]


async def _log(
    settings: Settings, seen: _Seen, file: SnapshotWriter, say: Say, *, with_records: bool
) -> int:
    """What the state needs of the log, the roads' own first; how many messages."""
    inputs = [topic for topic in topics.FOLDED if topic is not topics.LINK_EVENTS]
    kept: list[Topic] = [topics.LINK_EVENTS, *inputs, topics.RECEIPTS]
    kept += [topics.ACCESS_RECORDS] if with_records else []
    places = [(topic, p) for topic in kept for p in range(topic.partitions(settings.partitions))]
    count = 0
    async with LogReader(settings) as reader:
        for topic, partition in places:
            place = (topic.name, partition)
            async for frame in _stretch(reader, topic, place, seen):
                file.add(frame)
                count += len(frame.rows) if isinstance(frame, Messages) else 0
                say(f"log {topic.name}/{partition}: {count} messages, {file.bytes / 1e6:.1f} MB")
    return count


async def _stretch(
    reader: LogReader, topic: Topic, place: Place, seen: _Seen
) -> AsyncIterator[Body]:
    start = (await reader.starts([place]))[place]
    said_end = (await reader.ends([place]))[place]
    is_folded = topic in topics.FOLDED
    tail = seen.tail(place, start) if is_folded else start
    end = max(said_end, seen.position(place) + 1, _sourced(seen, place) + 1)
    first = start if topic in TOLD_ONCE else tail
    yield Stretch(*place, seen.position(place), tail, end)
    due = tail
    waiting: list[Record] = []  # of a topic that forgets: what comes later says what is left out
    async for records in stretch(reader, place, min(first, end), end):
        due = _next(place, records, due) if is_folded else due
        kept = [x for x in records if (is_folded and x.offset >= tail) or not _is_tick(topic, x)]
        if topic in FORGETTING:
            waiting += kept
            continue
        for part in _by_bytes(kept):
            yield _messages(place, part)
    for part in _by_bytes(without_forgotten(waiting)):
        yield _messages(place, part)


def _messages(place: Place, records: list[Record]) -> Messages:
    rows = [(x.offset, x.payload) for x in records]
    return Messages(*place, rows, [x.stamp_ms for x in records])


def _next(place: Place, records: list[Record], due: int) -> int:
    """The offset after these messages; LogError where one of the tail is missing: a restore lays
    them one after another.
    """
    for record in records:
        if record.offset < due:
            continue
        if record.offset > due:
            raise LogError(f"{place[0]}/{place[1]} has no message at offset {due}")
        due += 1
    return due


def _sourced(seen: _Seen, place: Place) -> int:
    """The last message of an input that the roads have something of."""
    return max((rows.get(place, -1) for rows in seen.sources.values()), default=-1)


def _is_tick(topic: Topic, record: Record) -> bool:
    if topic is topics.ACCESS_RECORDS or record.payload is None:
        return False
    if not record.payload.startswith(b'{"kind":"tick"'):
        return False
    try:
        return isinstance(wire.decode(record.payload), Tick)
    except RecordRefusedError:
        return False


def _by_bytes(records: list[Record]) -> Iterable[list[Record]]:
    """Messages in lists of about `MESSAGES_BYTES`."""
    part: list[Record] = []
    size = 0
    for record in records:
        part.append(record)
        size += len(record.payload or b"")
        if size >= MESSAGES_BYTES:
            yield part
            part, size = [], 0
    if part:
        yield part
