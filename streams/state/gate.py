"""The gate: state and position move together, in one Lua call, or not at all.

A step that Redis stopped in the middle all the same leaves a mark. Nothing of its partition is
believed then: it is taken away and folded from the log again (`begin_anew`). Who has all folded
again begins a new generation (`begin_generation`): a partition of an older one is taken away by
whoever comes first, and loaded by nobody.

All that one step writes is in the slot of its partition, so a Redis Cluster takes it as one Redis
does.

A run of messages is applied when its first is the next one of its partition. One that begins with
a repeated message has no effect, nor has one after a hole (a later message than the next): the
caller goes on after the position in the answer, or back to what is missing.
Kafka's committed offset plays no part.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import msgspec

from streams.contract.errors import HalfAppliedError
from streams.contract.times import DAY_MS, now_ms
from streams.domain.links.columns import LinkPatch
from streams.domain.links.history import WHOLE_MS
from streams.domain.stage import HistoryRow, Stage, StageTable, State, Sum
from streams.state import tables
from streams.state.former_keys import take_over
from streams.state.keys import (
    BEGUN,
    CHANGED,
    COUNTS,
    DEAD_LETTERS,
    DELTAS,
    GENERATION,
    LAID,
    LINK,
    LOST,
    MAX_DELTAS,
    META,
    OUTBOX,
    PAST,
    PAST_GONE,
    POSITIONS,
    REBUILDING,
    ROADS_FROM,
    TOPIC_IDS,
    home_of,
    key,
)
from streams.state.kinds import LETTERS, hash_of
from streams.state.redis_login import moment, script
from streams.state.rights import check_rights
from streams.state.schema import FIELD, SCHEMA, check_stored

log = logging.getLogger(__name__)

MOST_ANEW = 3  # times one worker begins anew: what stops every step is no accident
HISTORY_MS = 7 * DAY_MS


class GateResult(Enum):
    """What the gate did with a message, or with the first of a run."""

    APPLIED = 1
    DUPLICATE = 0
    HOLE = -1


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """The verdict, and the last offset the stored state contains."""

    verdict: GateResult
    position: int


class Starts(dict[tuple[str, int], int]):
    """Where each log begins for the fold: its first offset, or a later one of `least`."""

    least: Mapping[tuple[str, int], int] = {}

    def __setitem__(self, place: tuple[str, int], first: int) -> None:
        super().__setitem__(place, max(first, self.least.get(place, 0)))


class Gate:
    """The one writer of state; `first_offsets` are log starts, learnt at assignment."""

    def __init__(
        self,
        client: Any,
        history_ms: int = HISTORY_MS,
        letters: Mapping[str, str] = LETTERS,
    ) -> None:
        """`letters` are those of the tables whose rows travel to the screens."""
        self._history_ms = history_ms
        self._letters = letters
        self._client = client
        self._apply = script(client, "gate")
        self._anew = script(client, "anew")
        self._begun_anew = 0
        self.tables: Sequence[str] = ()  # every table of the stages
        self.partitions = 1  # of the wide topics
        self.first_offsets = Starts()
        self.epoch = 0

    def forget(self, *, is_next: bool = False) -> None:
        """Begin a new epoch: rows loaded before it may be another worker's by now.

        `is_next`: what this worker has kept, no other had since. Then an epoch is one more than the
        last, else two.
        """
        self.epoch += 1 if is_next else 2

    async def check_rights(self) -> None:
        """SettingsError that names what the Redis user may not do and a worker needs."""
        await check_rights(self._client)

    async def check_schema(self) -> None:
        """StateError where the state has a layout that this version does not read."""
        await check_stored(self._client)

    async def take_over(self) -> None:
        """Take over what a version of before left here; SettingsError while it works."""
        await take_over(self._client, self.partitions)

    async def close(self) -> None:
        await self._client.aclose()

    async def lose(self, topic: str, partition: int, first: int, last: int) -> None:
        """Keep that retention took these offsets unread; repeated, it is the same loss."""
        await self._client.hset(LOST, f"{topic}/{partition} {first}", last)

    async def rebuild(self, place: tuple[str, int], target: int) -> None:
        """Mark a partition's state as being made again, up to an offset."""
        log.warning("rebuilding", extra={"place": _name(place), "up_to": target})
        await self._client.hset(REBUILDING, _name(place), target)

    async def rebuilding(self) -> dict[tuple[str, int], int]:
        """The marked partitions and their targets."""
        found = await self._client.hgetall(REBUILDING)
        return _by_place(found)

    async def rebuilt(self, places: Iterable[tuple[str, int]]) -> None:
        """Take the marks off."""
        await self._client.hdel(REBUILDING, *map(_name, places))

    async def begin_anew(self, partition: int) -> bool:
        """Take a partition's state away where a step of it was stopped midway.

        False where another worker has done it already. Raises HalfAppliedError when it happens
        again and again.
        """
        if not await self._client.exists(key(BEGUN, partition)):
            return False
        await self._mark(partition)
        is_gone = await self._take_away(partition, "")
        self._begun_anew += int(is_gone)
        if self._begun_anew > MOST_ANEW:
            raise HalfAppliedError(
                f"Redis stopped the gate midway {self._begun_anew} times; the log says by what"
            )
        return is_gone

    async def begin_generation(self, roads_from: Mapping[tuple[str, int], int]) -> None:
        """Have all of the state folded again, the roads' own log from these offsets on.

        One command begins it: before it all is as it was, after it nothing of before is believed,
        however far the partitions have been taken away.
        """
        for partition in range(self.partitions):
            await self._mark(partition)
        due = await self._generation() + 1
        starts = {_name(place): offset for place, offset in roads_from.items()}
        await self._client.hset(ROADS_FROM, mapping={**starts, GENERATION: due})
        await self._client.hset(META, FIELD, SCHEMA)
        await self._client.hdel(META, CHANGED)
        await self._client.unlink(LAID)
        for partition in range(self.partitions):
            await self._take_away(partition, str(due))

    async def _generation(self) -> int:
        return int(await self._client.hget(ROADS_FROM, GENERATION) or 0)

    async def _mark(self, partition: int) -> None:
        """Mark all that a partition's state contains as being made again."""
        if positions := await self._client.hgetall(key(POSITIONS, partition)):
            await self._client.hset(REBUILDING, mapping=positions)

    async def _take_away(self, partition: int, due: str) -> bool:
        """Take a partition's state away: of an older generation than is due, "": half-applied."""
        names = [BEGUN, POSITIONS, GENERATION, PAST, DELTAS, PAST_GONE, OUTBOX, COUNTS]
        keys = [key(name, partition) for name in (*names, DEAD_LETTERS, *self.tables)]
        self.forget()
        return bool(await self._anew(keys, [due]))

    async def topic_ids(self, ids: Mapping[str, str]) -> dict[str, str]:
        """The ids of the topics the state was folded from; those not known yet become known."""
        for name, topic_id in ids.items():
            await self._client.hsetnx(TOPIC_IDS, name, topic_id)
        found = await self._client.hgetall(TOPIC_IDS)
        return {name.decode(): topic_id.decode() for name, topic_id in found.items()}

    async def load_starts(self) -> None:
        """Learn from where the roads' own log is folded; the rest was derived otherwise."""
        self.first_offsets.least = await roads_from(self._client)

    async def let_links_age(self) -> None:
        """Have the history forget streams of a link each once they are too old: a version of before
        wrote them, and nobody goes on with them.
        """
        for partition in range(self.partitions):
            known = await self._client.zrange(key(PAST, partition), 0, -1, withscores=True)
            old = [name for name, _ in known if name.startswith(LINK.encode())]
            if old:
                latest_ms = known[-1][1]  # until now they were what was known
                gone = dict.fromkeys(old, latest_ms)
                await self._client.zadd(key(PAST_GONE, partition), gone, nx=True)

    async def position(self, topic: str, partition: int) -> int | None:
        """The last offset the state contains; None when nothing of this partition was applied."""
        found = await self._client.hget(key(POSITIONS, partition), f"{topic}/{partition}")
        return None if found is None else int(found)

    async def positions(self, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """The last offsets the state contains; where nothing was applied, those before the logs."""
        wanted, starts = list(places), self.first_offsets
        async with self._client.pipeline(transaction=False) as together:
            for place in wanted:
                together.hget(key(POSITIONS, place[1]), _name(place))
            found = await together.execute() if wanted else []
        return {
            place: max(-1 if offset is None else int(offset), starts.get(place, 0) - 1)
            for place, offset in zip(wanted, found, strict=True)
        }

    async def load(self, stage: Stage, partition: int) -> State:
        """The stored rows of one partition of a stage."""
        return (await self.load_at(stage, "", partition))[1]

    async def load_at(self, stage: Stage, topic: str, partition: int) -> tuple[int, State]:
        """The stored rows, and the last offset they contain (before the log's start: none).

        Raises HalfAppliedError where a step of this partition was stopped in the middle.
        """
        due = await self._generation()
        if due and int(await self._client.get(key(GENERATION, partition)) or 0) < due:
            await self._take_away(partition, str(due))
        names = [key(BEGUN, partition), key(POSITIONS, partition)]
        names += [hash_of(table, partition) for table in stage.tables]
        (begun, positions, *hashes), _ = await moment(self._client, names)
        name = _name((topic, partition)).encode()
        if name in begun:
            raise HalfAppliedError(_half((topic, partition), int(begun[name])))
        state: State = {}
        for table, rows in zip(stage.tables, hashes, strict=True):
            state[table.name] = tables.read(table, rows, hash_of(table, partition))
        start = self.first_offsets.get((topic, partition), 0)
        return max(int(positions.get(name, -1)), start - 1), state

    async def apply(
        self, place: tuple[str, int], first: int, last: int, *, stage: Stage, effects: Sum
    ) -> GateAnswer:
        """Apply the effects of the messages from `first` to `last` together with their position."""
        outbox = key(OUTBOX, place[1])
        writes = [
            *(part for subject in effects.forgotten for part in ("forget", outbox, 1, subject)),
            *writes_of(stage.tables, place[1], effects),
            *self._memories(effects.remembered, place[1]),
            *(part for alert in effects.alerts for part in ("out", outbox, 1, _json(alert))),
        ]
        delta = delta_of(self._letters, effects, at_ms=now_ms())
        bounds = [first, last, self.first_offsets.get(place, 0)]
        verdict, position = await self._apply(
            keys=[key(name, place[1]) for name in (POSITIONS, DELTAS, PAST, PAST_GONE, BEGUN)],
            args=[_name(place), *bounds, delta, MAX_DELTAS, self._history_ms, *writes],
        )
        if verdict == _HALF:
            raise HalfAppliedError(_half(place, last))
        return GateAnswer(GateResult(verdict), position)

    def _memories(self, remembered: Iterable[HistoryRow], partition: int) -> list[Any]:
        """The script's runs for the history: rows as JSON, packed ones as they are. What a packed
        row tells is read from a whole one on, which may be so much older.
        """
        runs: list[Any] = []
        for subject, known_ms, row in remembered:
            if home_of(subject, self.partitions) != partition:
                raise ValueError(f"{subject} is remembered in partition {partition}")
            is_packed = isinstance(row, bytes)
            value, longer_ms = (row, WHOLE_MS) if is_packed else (_json(row), 0)
            runs += ["log", subject, 3, known_ms, value, longer_ms]
        return runs


_HALF = -2


def _half(place: tuple[str, int], last: int) -> str:
    return f"{_name(place)} was stopped midway on its way to offset {last}"


async def roads_from(client: Any) -> dict[tuple[str, int], int]:
    """The first offset of each partition of link-events that the state is folded from."""
    found = await client.hgetall(ROADS_FROM)
    return _by_place({name: row for name, row in found.items() if name != GENERATION.encode()})


def _by_place(rows: Mapping[bytes, bytes]) -> dict[tuple[str, int], int]:
    marks = {name.decode().rpartition("/"): int(offset) for name, offset in rows.items()}
    return {(topic, int(partition)): offset for (topic, _, partition), offset in marks.items()}


def _name(place: tuple[str, int]) -> str:
    return f"{place[0]}/{place[1]}"


def writes_of(stage_tables: Sequence[StageTable[Any]], partition: int, effects: Sum) -> list[Any]:
    """The script's runs of writes for the changed rows and the counts."""
    runs: list[Any] = []
    for table in stage_tables:
        kept, gone = tables.written(effects.changes.get(table.name, {}))
        if kept:
            pairs = [part for pair in kept.items() for part in pair]
            runs += ["set", hash_of(table, partition), len(pairs), *pairs]
        if gone:
            runs += ["del", hash_of(table, partition), len(gone), *gone]
    for kind, counts in ((COUNTS, effects.counts), (DEAD_LETTERS, effects.refused)):
        if counts:
            adds = [part for name, by in counts.items() for part in (name, by)]
            runs += ["add", key(kind, partition), len(adds), *adds]
    return runs


def delta_of(letters: Mapping[str, str], effects: Sum, *, at_ms: int) -> bytes:
    """The changes that a screen shows, by letter; b"" where there are none."""
    shown = {
        letters[table]: tables.packed(rows) if isinstance(rows, LinkPatch) else rows
        for table, rows in effects.changes.items()
        if table in letters and rows
    }
    return _json({"at": at_ms, **shown}) if shown else b""


_json = msgspec.json.encode
