"""The usual speed of each link: by kind of day and quarter hour, with its spread.

A table in columns: a row is one quarter hour of one kind of day, and holds a cell of `CELL.size`
bytes for each link, in the order of the links' places. So a quarter hour that is over writes one
row, and a link takes at most 3 x 96 cells. Once a quarter hour is over and all inputs have passed
it, the speed that the link was judged to have counts in its cell as one sample. Sums are of whole
numbers, and fade by the day (`faded`): old weeks lose their say.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from math import isqrt
from typing import NamedTuple

from streams.domain.links.quarters import QUARTERS_A_DAY, UNIT, QuarterPlace, faded, left_after
from streams.domain.stage import Effects, Rows, StageTable, State

WEIGHT = 1024
"""What one sample, or one day, weighs before it fades."""
ENOUGH_SAMPLES = 5 * WEIGHT // 2  # three samples that have faded a little
ENOUGH_DAYS = 3 * WEIGHT // 2  # two days that have
CELL = struct.Struct("<HIQ")  # weight, sum of tenths of km/h, sum of their squares
MAX_DKMH = 2000  # 200 km/h: sums of more would not fit their cell


@dataclass(frozen=True, slots=True)
class UsualColumn:
    """One quarter hour of one kind of day: `cells` as of `day`, `days` it was learned on."""

    day: int = 0
    days: int = 0
    cells: bytes = b""


USUAL = StageTable("usual", UsualColumn)  # by "kind of day|quarter hour"
PLACES = StageTable("usual-places", int)  # by link, its place in the cells


class Rung(IntEnum):
    """How far one had to go from the quarter hour itself for enough samples."""

    QUARTER = 0
    NEIGHBOURS = 1
    HOUR = 2
    DAY_KIND = 3


class UsualSpeed(NamedTuple):
    """What is usual, in tenths of km/h: the mean and the standard deviation of the samples.

    `samples` and `days` are weights that have faded, in whole ones; `rung` says where from.
    """

    dkmh: int
    spread_dkmh: int
    samples: int
    days: int
    rung: Rung

    @property
    def kmh(self) -> float:
        return self.dkmh / 10


class UsualCells:
    """What is usual, in the midst of a message (or of rows that stand)."""

    def __init__(self, state: State, effects: Effects) -> None:
        self._columns = Rows(USUAL, state, effects)
        self._places = Rows(PLACES, state, effects)

    def learn(self, at: QuarterPlace, speeds_dkmh: Mapping[str, int]) -> None:
        """Count a quarter hour's speeds, by link; those of 0 and below say nothing."""
        samples = {x: min(kmh, MAX_DKMH) for x, kmh in speeds_dkmh.items() if kmh > 0}
        if not samples:
            return
        by_place = self._by_place(samples)
        column = self._columns.get(at.row()) or UsualColumn(at.day)
        passed = at.day - column.day
        known = column.cells.ljust((max(by_place) + 1) * CELL.size, b"\0")
        left = left_after(passed)
        cells = [
            _counted(cell, left, by_place.get(place))
            for place, cell in enumerate(CELL.iter_unpack(known))
        ]
        days = faded(column.days, passed) + WEIGHT
        row = UsualColumn(at.day, days, b"".join(CELL.pack(*cell) for cell in cells))
        self._columns.put(at.row(), row)

    def _by_place(self, samples: Mapping[str, int]) -> dict[int, int]:
        """The samples by their links' places; links not met before get the next ones."""
        found, count = {}, len(self._places.all())
        for link_id in sorted(samples):
            place = self._places.get(link_id)
            if place is None:
                place, count = count, count + 1
                self._places.put(link_id, place)
            found[place] = samples[link_id]
        return found

    def standing(self, at: QuarterPlace, down_to: Rung = Rung.DAY_KIND) -> "Standing":
        """What is known for a quarter hour, ready to be asked of many links."""
        rungs = []
        for rung in _RUNGS[: down_to + 1]:
            rows = (self._columns.get(at.row(step)) for step in _steps(at, rung))
            columns = [(row, left_after(at.day - row.day)) for row in rows if row is not None]
            days = max((row.days * left // UNIT for row, left in columns), default=0)
            if days >= ENOUGH_DAYS:
                cells = tuple((row.cells, left) for row, left in columns)
                rungs.append(_RungCells(rung, round(days / WEIGHT), cells))
        return Standing(self._places, tuple(rungs))

    def at(self, link_id: str, at: QuarterPlace) -> UsualSpeed | None:
        """What is usual of one link in a quarter hour; see `Standing.of`."""
        return self.standing(at).of(link_id)


class _RungCells(NamedTuple):
    """The cells of a rung, and what is left of each by now, in `UNIT`ths."""

    rung: Rung
    days: int
    cells: tuple[tuple[bytes, int], ...]


class Standing:
    """What is usual in one quarter hour."""

    __slots__ = ("_places", "_rungs")

    def __init__(self, places: Rows[int], rungs: tuple[_RungCells, ...]) -> None:
        self._places = places
        self._rungs = rungs

    def of(self, link_id: str) -> UsualSpeed | None:
        """What is usual of a link: in that quarter hour, else with those beside it, else in its
        hour, else on all of its kind of day; None where no rung has three samples of two days.
        """
        if not self._rungs or (place := self._places.get(link_id)) is None:
            return None
        for rung in self._rungs:
            if (found := _of(place, rung)) is not None:
                return found
        return None


def _of(place: int, rung: _RungCells) -> UsualSpeed | None:
    """The samples of a rung together; None where they are too few."""
    weight = total = squares = 0
    at = place * CELL.size
    for cells, left in rung.cells:
        if at < len(cells):
            cell = CELL.unpack_from(cells, at)
            weight += cell[0] * left // UNIT
            total += cell[1] * left // UNIT
            squares += cell[2] * left // UNIT
    if weight < ENOUGH_SAMPLES:
        return None
    variance = max(0, squares * weight - total * total) // (weight * weight)
    samples = round(weight / WEIGHT)
    return UsualSpeed(total // weight, isqrt(variance), samples, rung.days, rung.rung)


_RUNGS = tuple(Rung)


def _steps(at: QuarterPlace, rung: Rung) -> Sequence[int]:
    """The steps from a quarter hour to those of a rung."""
    if rung is Rung.DAY_KIND:
        return range(-at.of_day, QUARTERS_A_DAY - at.of_day)
    return ((0,), (-1, 0, 1), at.of_hour)[rung]


def _counted(cell: tuple[int, int, int], left: int, dkmh: int | None) -> tuple[int, int, int]:
    """What is left of a cell, in `UNIT`ths, with one sample more (None: without)."""
    weight, total, squares = (each * left // UNIT for each in cell)
    if dkmh is None:
        return weight, total, squares
    return weight + WEIGHT, total + WEIGHT * dkmh, squares + WEIGHT * dkmh * dkmh
