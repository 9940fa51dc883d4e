"""The gate: state and position move together, in one Lua call, or not at all.

A run of messages is applied when its first is the next one of its partition. One that begins with
a repeated message has no effect, nor has one after a hole (a later message than the next): the
caller goes on after the position it is told, or back to what is missing.
Kafka's committed offset plays no part.
"""

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import msgspec
import redis.asyncio as aioredis

from streams.domain.stage import Memory, Stage, State, Sum, Table
from streams.store import (
    COUNTS,
    DEAD_LETTERS,
    DELTAS,
    LOST,
    MAX_DELTAS,
    META,
    OUTBOX,
    PAST,
    PAST_GONE,
    POSITIONS,
    REBUILDING,
    TOPIC_IDS,
)

log = logging.getLogger(__name__)

_STEP = (Path(__file__).parent / "gate.lua").read_text(encoding="utf-8")
HISTORY_MS = 7 * 86_400_000


class Verdict(Enum):
    """What the gate said of a message, or of the first of a run."""

    APPLIED = 1
    DUPLICATE = 0
    HOLE = -1


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict, and the last offset the stored state contains."""

    verdict: Verdict
    position: int


def hash_of(table: Table, partition: int) -> str:
    """The Redis hash that holds a table's rows of one partition."""
    return f"bomnae:{table.name}" if table.is_global else f"bomnae:{table.name}:{partition}"


class Gate:
    """The one writer of state; `first_offsets` are log starts, learnt at assignment."""

    def __init__(self, client: aioredis.Redis, history_ms: int = HISTORY_MS) -> None:
        self._history_ms = history_ms
        self._client: Any = client  # redis-py's hints are unions over its decoding modes
        self._apply = client.register_script(_STEP)
        self.first_offsets: dict[tuple[str, int], int] = {}
        self.epoch = 0

    def forget(self) -> None:
        """Begin a new epoch: rows loaded before it may be another worker's by now."""
        self.epoch += 1

    async def announce(self, facts: Mapping[str, str]) -> None:
        """Say which network, city and kind of feeds this state is folded with."""
        await self._client.hset(META, mapping=dict(facts))

    async def is_announced(self) -> bool:
        """Whether the facts are there; an emptied Redis has lost them."""
        return bool(await self._client.exists(META))

    async def close(self) -> None:
        await self._client.aclose()

    async def lose(self, topic: str, partition: int, first: int, last: int) -> None:
        """Keep that retention took these offsets unread; said twice it is the same loss."""
        await self._client.hset(LOST, f"{topic}/{partition} {first}", last)

    async def rebuild(self, place: tuple[str, int], target: int) -> None:
        """Mark a partition's state as being made again, up to an offset."""
        log.warning("rebuilding %s up to offset %d", _name(place), target)
        await self._client.hset(REBUILDING, _name(place), target)

    async def rebuilding(self) -> dict[tuple[str, int], int]:
        """The marked partitions and their targets."""
        found = await self._client.hgetall(REBUILDING)
        marks = {name.decode().rpartition("/"): int(target) for name, target in found.items()}
        return {(topic, int(partition)): target for (topic, _, partition), target in marks.items()}

    async def rebuilt(self, places: Iterable[tuple[str, int]]) -> None:
        """Take the marks off."""
        await self._client.hdel(REBUILDING, *map(_name, places))

    async def topic_ids(self, ids: Mapping[str, str]) -> dict[str, str]:
        """The ids of the topics the state was folded from; those not known yet become known."""
        for name, topic_id in ids.items():
            await self._client.hsetnx(TOPIC_IDS, name, topic_id)
        found = await self._client.hgetall(TOPIC_IDS)
        return {name.decode(): topic_id.decode() for name, topic_id in found.items()}

    async def position(self, topic: str, partition: int) -> int | None:
        """The last offset the state contains; None when nothing of this partition was applied."""
        found = await self._client.hget(POSITIONS, f"{topic}/{partition}")
        return None if found is None else int(found)

    async def positions(self, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """The last offsets the state contains; -1 where nothing was applied."""
        found = await self._client.hgetall(POSITIONS)
        return {place: int(found.get(_name(place).encode(), -1)) for place in places}

    async def load(self, stage: Stage, partition: int) -> State:
        """The stored rows of one partition of a stage."""
        return (await self.load_at(stage, "", partition))[1]

    async def load_at(self, stage: Stage, topic: str, partition: int) -> tuple[int, State]:
        """The stored rows, and the last offset they contain (before the log's start: none)."""
        async with self._client.pipeline(transaction=True) as together:
            together.hget(POSITIONS, f"{topic}/{partition}")
            for table in stage.tables:
                together.hgetall(hash_of(table, partition))
            found, *hashes = await together.execute()
        state: State = {}
        for table, rows in zip(stage.tables, hashes, strict=True):
            decode = msgspec.json.Decoder(table.row_type).decode
            state[table.name] = {name.decode(): decode(value) for name, value in rows.items()}
        position = -1 if found is None else int(found)
        return max(position, self.first_offsets.get((topic, partition), 0) - 1), state

    async def apply(
        self, place: tuple[str, int], first: int, last: int, *, stage: Stage, effects: Sum
    ) -> Answer:
        """Apply the effects of the messages from `first` to `last` together with their position."""
        writes = [
            *_writes(stage.tables, place[1], effects),
            *_memories(effects.remembered),
            *(part for alert in effects.alerts for part in ("out", OUTBOX, 1, _json(alert))),
        ]
        delta = _delta(stage.tables, effects, at_ms=int(time.time() * 1000))
        bounds = [first, last, self.first_offsets.get(place, 0)]
        verdict, position = await self._apply(
            keys=[POSITIONS, DELTAS, PAST, PAST_GONE],
            args=[_name(place), *bounds, delta, MAX_DELTAS, self._history_ms, *writes],
        )
        return Answer(Verdict(verdict), position)


def _name(place: tuple[str, int]) -> str:
    return f"{place[0]}/{place[1]}"


def _writes(tables: Sequence[Table], partition: int, effects: Sum) -> list[Any]:
    """The script's runs of writes for the changed rows and the counts."""
    runs: list[Any] = []
    for table in tables:
        rows = effects.changes.get(table.name, {})
        kept = {name: row for name, row in rows.items() if row is not None}
        gone = [name for name, row in rows.items() if row is None]
        if kept:
            pairs = [part for name, row in kept.items() for part in (name, _json(row))]
            runs += ["set", hash_of(table, partition), len(pairs), *pairs]
        if gone:
            runs += ["del", hash_of(table, partition), len(gone), *gone]
    for hash_name, counts in ((COUNTS, effects.counts), (DEAD_LETTERS, effects.refused)):
        if counts:
            adds = [part for name, by in counts.items() for part in (name, by)]
            runs += ["add", hash_name, len(adds), *adds]
    return runs


def _memories(remembered: Iterable[Memory]) -> list[Any]:
    """The script's runs for the history."""
    runs: list[Any] = []
    for subject, known_ms, row in remembered:
        runs += ["log", subject, 2, known_ms, _json(row)]
    return runs


def _delta(tables: Sequence[Table], effects: Sum, *, at_ms: int) -> bytes:
    """What the screens hear of the changes; b"" when they concern no screen."""
    shown: Mapping[str, Any] = {
        table.letter: effects.changes[table.name]
        for table in tables
        if table.letter and effects.changes.get(table.name)
    }
    return _json({"at": at_ms, **shown}) if shown else b""


_json = msgspec.json.encode
