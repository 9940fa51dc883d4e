"""What the lists of a feed come to: complete or not, and as long as usual or suddenly short. Pure.

A list of thousands of rows is several messages. It is complete once every part has come, in any
order and however often; a lost part leaves it incomplete. A list that falls below a fifth of its
usual length is *dropped*: more likely its source fails than that nearly all is over.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from statistics import median_low
from typing import NamedTuple, Protocol

from streams.contract.times import MINUTE_MS
from streams.domain.stage import Effects, Rows, StageTable, State

KEPT = 9  # lists that the usual length is the median of
LEAST_USUAL = 5  # a shorter list may well become empty
A_FIFTH = 5
SHORT_POLLS, SHORT_MS = (
    6,
    30 * MINUTE_MS,
)  # short for so many lists and so long, it is the new usual


@dataclass(frozen=True, slots=True)
class Usual:
    """How long a feed's complete lists are: the last `KEPT` lengths, the newest last.

    `short` counts the lists in a row that fell below a fifth, since `short_ms`; `judged_ms` is the
    time of the last list that was judged.
    """

    lengths: tuple[int, ...] = ()
    short: int = 0
    short_ms: int = 0
    judged_ms: int = -1

    @property
    def length(self) -> int:
        """The usual length, 0 while no list has come."""
        return median_low(self.lengths) if self.lengths else 0

    @property
    def is_dropped(self) -> bool:
        """Whether the last list was too short to be believed."""
        return self.short > 0


def judged(usual: Usual, length: int, at_ms: int) -> Usual:
    """The usual after one more complete list; the same or an older list changes nothing.

    A list that stays short becomes the new usual with the sixth in a row, 30 minutes after the
    first at the soonest.
    """
    if at_ms <= usual.judged_ms:
        return usual
    if not is_short(usual, length):
        lengths = (*usual.lengths, length)[-KEPT:]
        return Usual(lengths, judged_ms=at_ms)
    since_ms = usual.short_ms if usual.short else at_ms
    if usual.short + 1 >= SHORT_POLLS and at_ms - since_ms >= SHORT_MS:
        return Usual((length,), judged_ms=at_ms)
    return replace(usual, short=usual.short + 1, short_ms=since_ms, judged_ms=at_ms)


def is_short(usual: Usual, length: int) -> bool:
    """Whether a length is below a fifth of the usual one; below 5 nothing is."""
    return usual.length >= LEAST_USUAL and length * A_FIFTH < usual.length


@dataclass(frozen=True, slots=True)
class ListedPart:
    """The ids in one part of a list whose other parts are still to come."""

    received_ms: int
    ids: tuple[str, ...]


class Batch(Protocol):
    """What of a message identifies the part of a list that it is."""

    @property
    def feed(self) -> str: ...
    @property
    def received_ms(self) -> int: ...
    @property
    def is_complete(self) -> bool: ...
    @property
    def part(self) -> int: ...
    @property
    def parts(self) -> int: ...


class ListTables(NamedTuple):
    """The tables of a stage's lists: parts that have come ("feed part"), usual lengths (feed)."""

    parts: StageTable[ListedPart]
    usual: StageTable[Usual]

    @classmethod
    def of(cls, kind: str) -> "ListTables":
        return cls(StageTable(f"{kind}-parts", ListedPart), StageTable(f"{kind}-usual", Usual))


def whole_list(
    tables: ListTables, state: State, effects: Effects, batch: Batch, ids: Collection[str]
) -> frozenset[str] | None:
    """The ids of a list that counts, with the message that completes it; else None.

    `ids` are those of this message.
    """
    whole = _together(Rows(tables.parts, state, effects), batch, ids)
    if whole is None:
        return None
    usual = Rows(tables.usual, state, effects)
    known = usual.get(batch.feed) or Usual()
    now = judged(known, len(whole), batch.received_ms)
    if now != known:
        usual.put(batch.feed, now)
    if now.is_dropped:
        effects.count("lists dropped")
        return None
    return whole


def _together(parts: Rows[ListedPart], batch: Batch, ids: Collection[str]) -> frozenset[str] | None:
    """The ids of all parts once the last one has come; until then they are kept."""
    if batch.parts < 2:
        return frozenset(ids) if batch.is_complete else None
    own = f"{batch.feed} {batch.part}"
    names = [f"{batch.feed} {part}" for part in range(batch.parts)]
    come = {
        name: row
        for name in names
        if (row := parts.get(name)) is not None and row.received_ms == batch.received_ms
    }
    come[own] = ListedPart(batch.received_ms, tuple(ids))
    if len(come) < batch.parts:
        parts.put(own, come[own])
        return None
    for name in parts.stored:
        if name.rpartition(" ")[0] == batch.feed:
            parts.put(name, None)
    return frozenset(row_id for row in come.values() for row_id in row.ids)
