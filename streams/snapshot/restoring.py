"""A snapshot is laid into Redis here, and into an empty log where there is none any more.

All is checked before anything is written. From the first write to the last each partition has the
mark of a step that was stopped midway: what an interrupted restore leaves is believed by no worker.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, NamedTuple, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from redis.exceptions import RedisError

from streams.contract import topics
from streams.contract.errors import (
    LogAwayError,
    LogError,
    SettingsError,
    TopicsError,
)
from streams.contract.settings import Settings
from streams.delivery.deciding.keys import DISPATCHERS, LEASE_MS
from streams.kafka.away import AWAY
from streams.kafka.cluster import LogReader, Place, TopicFacts, facts_of_topics
from streams.kafka.stretches import own_times
from streams.snapshot.file import Checked, checked, frames_of
from streams.snapshot.frames import Body, Entries, Hash, Messages, Scores, Stretch, Text
from streams.snapshot.held import check_fits, contained
from streams.snapshot.laying import Laid, lay_log
from streams.snapshot.moving import moved_rows
from streams.snapshot.progress import Say
from streams.snapshot.taking import Recording
from streams.state import schema
from streams.state.keys import (
    BEGUN,
    CITY,
    DELTAS,
    GENERATION,
    LAID,
    LOGIN,
    META,
    POSITIONS,
    PREFIX,
    REBUILDING,
    ROADS_FROM,
    STRANGERS,
    TOPIC_IDS,
    key,
    parts_of,
)
from streams.state.redis_login import connect, time_ms
from streams.state.store_health import store_health

TOGETHER = 200  # commands in a pipeline
_ROADS_FROM, _LAID = (CITY, parts_of(ROADS_FROM)[0]), (CITY, parts_of(LAID)[0])


class Restored(NamedTuple):
    """What was laid anew. `behind`: messages that wait in the log for the workers."""

    made_ms: int
    messages: int
    behind: int
    lost: tuple[str, ...] = ()
    without_records: bool = False


async def restore(
    settings: Settings,
    path: Path,
    keys: Mapping[str, Ed25519PublicKey],
    network: str,
    say: Say,
    *,
    record: Recording,
    redis_only: bool,
    replace: bool,
) -> Restored:
    """Lay a snapshot anew, after all of it was checked. `network` is the version of the city's.

    `record` has it on the log: of a log that still stands before anything is written; of one that
    is laid here, whose records must stand where they were, behind them and before the state.

    `redis_only`: the log still stands, and the workers go on in it from the snapshot's positions.
    Else what the snapshot has of the log is appended to the topics, which must be there and empty.
    `replace`: they, and Redis, need not be empty; what Redis has of the state goes.
    Raises SnapshotError, StateError, SettingsError, LogError, LogAwayError; where a store fails
    midway the error says what was written and what to do, in all other cases nothing was.
    """
    file = checked(path, keys)
    check_fits(file.head, settings, network)
    laid, client = Laid(), connect(settings, timeout_s=60)
    try:
        with _said_with_what_stands(laid):
            await _check(client, settings, file, laid, redis_only=redis_only, replace=replace)
            if redis_only:
                await record()
            async with nullcontext() if redis_only else own_times(settings):
                laid.has_begun = True
                await clear(client, file.head.partitions)
                if not redis_only:
                    await lay_log(settings, path, say, laid)
            if not redis_only:
                await record()
            await lay_state(client, file, laid, say, redis_only=redis_only)
            behind, lost = await _mark(client, settings, laid)
    finally:
        await client.aclose()
    return Restored(file.head.made_ms, laid.messages, behind, lost, laid.without_records)


async def _check(
    client: Any,
    settings: Settings,
    file: Checked,
    laid: Laid,
    *,
    redis_only: bool,
    replace: bool,
) -> None:
    """Whether it may be laid there."""
    await _check_alone(client)
    if not replace:
        await _check_empty(client)
    facts = await facts_of_topics(settings)
    _check_topics(facts, settings.partitions)
    if redis_only:
        await _where_it_was(settings, file, facts, laid)
    elif not replace:
        await _check_log_empty(settings)


@contextmanager
def _said_with_what_stands(laid: Laid) -> Iterator[None]:
    """Whatever fails is said with what was written until then, and what to do."""
    try:
        yield
    except RedisError as error:
        reason = f"Redis: {type(error).__name__}"  # its text may have a row in it
        raise SettingsError(f"{reason}. {_left(laid)}") from None
    except AWAY as error:
        reason = f"Kafka does not answer: {type(error).__name__}"
        raise LogAwayError(f"{reason}. {_left(laid)}") from None
    except (LogError, LogAwayError) as error:
        raise type(error)(f"{error}. {_left(laid)}") from None


def _left(laid: Laid) -> str:
    """What an interrupted restore has written, and what to do."""
    if not laid.has_begun:
        return "Nothing was written"
    count = laid.messages
    log = f"; at least {count} messages of the snapshot are in the log" if count else ""
    return (
        f"The state in Redis is half written, and no worker takes it up{log}. "
        "Restore again, with --replace"
    )


async def _check_alone(client: Any) -> None:
    """SettingsError while somebody writes the state."""
    if workers := (await store_health(client)).workers:
        raise SettingsError(
            f"{workers} workers work: stop them first (one that was killed counts for 10 s)"
        )
    since_ms = await time_ms(client, DISPATCHERS) - LEASE_MS
    if sending := await client.zcount(DISPATCHERS, since_ms, "+inf"):
        raise SettingsError(
            f"{sending} dispatchers work: stop them first (one that was killed counts for 8 s)"
        )


async def _check_empty(client: Any) -> None:
    """SettingsError where Redis has a state."""
    async for name in client.scan_iter(f"{PREFIX}*", count=1000):
        kind, slot = parts_of(name.decode())
        if slot == LOGIN:
            continue
        if slot == CITY or kind in (DELTAS, GENERATION):  # a worker writes these without a message
            continue
        raise SettingsError(
            f"Redis is not empty (it has {name.decode()}): --replace takes its state away; "
            "BOMNAE_REDIS may name another Redis"
        )


def _check_topics(facts: Mapping[str, TopicFacts], wide: int) -> None:
    for topic in topics.ALL:
        if topic.name not in facts:
            missing = f"topic {topic.name} is missing: `python -m producers topics` makes it"
            raise TopicsError(missing)
        if (count := facts[topic.name].partitions) != topic.partitions(wide):
            raise TopicsError(
                f"topic {topic.name} has {count} partitions, "
                f"BOMNAE_PARTITIONS={wide} means {topic.partitions(wide)}"
            )


async def _check_log_empty(settings: Settings) -> None:
    """SettingsError where a topic has messages."""
    places = [(t.name, p) for t in topics.ALL for p in range(t.partitions(settings.partitions))]
    async with LogReader(settings) as reader:
        ends = await reader.ends(places)
    if full := sorted(place for place, end in ends.items() if end):
        topic, partition = full[0]
        raise SettingsError(
            f"the log is not empty ({topic}/{partition} ends at offset {ends[full[0]]}): "
            "--redis-only where it is the log that the snapshot was made of; --replace to go on "
            "in it, its messages counting as folded. Is a clock or a producer still running?"
        )


async def _where_it_was(
    settings: Settings, file: Checked, facts: Mapping[str, TopicFacts], laid: Laid
) -> None:
    """The positions as the snapshot has them; LogError where this is not its log."""
    for name, topic_id in sorted(file.head.topic_ids.items()):
        if facts[name].topic_id not in ("", topic_id):
            raise LogError(
                f"topic {name} is not the one of the snapshot: its id is {facts[name].topic_id}, "
                f"not {topic_id}. Without --redis-only the snapshot brings its own log along"
            )
    for frame in frames_of(file.path):
        if isinstance(frame, Stretch) and topics.named(frame.topic) in topics.FOLDED:
            laid.positions[frame.topic, frame.partition] = contained(frame)
    async with LogReader(settings) as reader:
        ends = await reader.ends(laid.positions)
        for place, at in laid.positions.items():
            if ends[place] <= at and not await reader.holds(place, at):
                raise LogError(
                    f"{place[0]}/{place[1]} ends at offset {ends[place]}, the snapshot contains "
                    f"{at}: it is of another log. Without --redis-only it brings its own along"
                )


async def lay_state(client: Any, file: Checked, laid: Laid, say: Say, *, redis_only: bool) -> None:
    """Redis as the snapshot has it, with the positions of this log, after `clear`."""
    async with _Pipe(client) as pipe:
        for number, frame in enumerate(frames_of(file.path), start=1):
            if isinstance(frame, Hash) and (frame.slot, frame.name) == _ROADS_FROM:
                rows = _roads_from(frame, laid, redis_only=redis_only)
                await pipe.put("hset", ROADS_FROM, mapping=rows)
            else:
                await _put(pipe, frame, laid)
            say(f"state: frame {number}")
    await _finish(client, file, laid, redis_only=redis_only)


async def clear(client: Any, partitions: int) -> None:
    """Mark every partition as half-applied, then take the state out of Redis; the marks stay, so
    no worker believes what is left midway. Logins stay, with what counts against guesses.
    """
    for partition in range(partitions):
        marks = {f"{t.name}/{partition}": 0 for t in topics.FOLDED if t.is_wide or not partition}
        await client.hset(key(BEGUN, partition), mapping=marks)
    marked = {key(BEGUN, partition) for partition in range(partitions)}
    async for name in client.scan_iter(f"{PREFIX}*", count=1000):
        if parts_of(name.decode())[1] != LOGIN and name.decode() not in marked:
            await client.unlink(name)


class _Pipe:
    """Commands to Redis, many at a time."""

    def __init__(self, client: Any) -> None:
        self._together = client.pipeline(transaction=False)
        self._count = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: object, *_: object) -> None:
        if kind is None:
            await self._together.execute()
        await self._together.reset()

    async def put(self, command: str, *args: Any, **named: Any) -> None:
        getattr(self._together, command)(*args, **named)
        self._count += 1
        if self._count % TOGETHER == 0:
            await self._together.execute()


async def _put(pipe: _Pipe, frame: Body, laid: Laid) -> None:
    if isinstance(frame, (Stretch, Messages)):
        return
    if isinstance(frame, Hash):
        if frame.name == POSITIONS or (frame.slot, frame.name) == _LAID:
            return  # written at the end
        rows = dict(zip(frame.flat[::2], frame.flat[1::2], strict=True))
        rows = moved_rows(frame.name, rows, laid.shifts) if frame.slot.isdigit() else rows
        await pipe.put("hset", key(frame.name, frame.slot), mapping=rows)
    elif isinstance(frame, Text):
        await pipe.put("set", key(frame.name, frame.slot), frame.value)
    elif isinstance(frame, Scores):
        await pipe.put("zadd", key(frame.name, frame.slot), dict(frame.members))
    elif isinstance(frame, Entries):
        for entry, flat in frame.rows:
            fields = dict(zip(flat[::2], flat[1::2], strict=True))
            await pipe.put("xadd", key(frame.name, frame.slot), fields, id=entry)


def _roads_from(frame: Hash, laid: Laid, *, redis_only: bool) -> dict[bytes, bytes]:
    """From where the roads' own log is folded: on another log from the first message laid."""
    rows = dict(zip(frame.flat[::2], frame.flat[1::2], strict=True))
    if redis_only:
        return rows
    begins = {f"{t}/{p}".encode(): b"%d" % at for (t, p), at in laid.begins.items()}
    return {name: begins.get(name, row) for name, row in rows.items()}


async def _finish(client: Any, file: Checked, laid: Laid, *, redis_only: bool) -> None:
    """Positions, and what says of which log they are; then the state is believed."""
    head = file.head
    for (topic, partition), at in laid.positions.items():
        if at >= 0:
            await client.hset(key(POSITIONS, partition), f"{topic}/{partition}", at)
    for partition in range(head.partitions):
        await client.xadd(key(DELTAS, partition), {"anew": b""})
    await client.hset(META, schema.FIELD, head.schema)
    await client.hdel(META, STRANGERS)
    if redis_only:
        if head.topic_ids:
            await client.hset(TOPIC_IDS, mapping=head.topic_ids)
        if rows := _laid_before(file):
            await client.hset(LAID, mapping=rows)
    else:
        shifts = {f"{topic}/{p}": shift for (topic, p), shift in laid.shifts.items()}
        await client.hset(LAID, mapping={"id": head.id, **shifts})


def _laid_before(file: Checked) -> dict[bytes, bytes]:
    """What the snapshot says of its own log: whether it was laid from another snapshot."""
    frames = (x for x in frames_of(file.path) if isinstance(x, Hash))
    found = [x.flat for x in frames if (x.slot, x.name) == _LAID]
    return {k: v for flat in found for k, v in zip(flat[::2], flat[1::2], strict=True)}


async def _mark(client: Any, settings: Settings, laid: Laid) -> tuple[int, tuple[str, ...]]:
    """Have the screens say that the state catches up, then have it believed; how many messages
    wait, and what retention took of them.
    """
    async with LogReader(settings) as reader:
        ends = await reader.ends(laid.positions)
        starts = await reader.starts(laid.positions)
    waiting = {
        place: ends[place] - 1 for place, at in laid.positions.items() if ends[place] > at + 1
    }
    if waiting:
        marks = {f"{topic}/{p}": last for (topic, p), last in waiting.items()}
        await client.hset(REBUILDING, mapping=marks)
    for partition in range(settings.partitions):
        await client.unlink(key(BEGUN, partition))
    lost = tuple(_lost(laid.positions, starts))
    return sum(last - laid.positions[place] for place, last in waiting.items()), lost


def _lost(positions: Mapping[Place, int], starts: Mapping[Place, int]) -> Iterable[str]:
    for (topic, partition), at in sorted(positions.items()):
        if (first := starts[topic, partition]) > at + 1:
            yield f"{topic}/{partition} {at + 1} to {first - 1}"
