"""The usual speed of each link: by kind of day and quarter hour, with its spread.

A table in columns: a row is one quarter hour of one kind of day, and holds a cell of 14
bytes for each link, in the order of the links' places. So a quarter hour that is over writes one
row, and a link takes at most 3 x 96 cells. Once a quarter hour is over and all inputs have passed
it, the speed that the link was judged to have counts in its cell as one sample. Sums are of whole
numbers, and fade by the day (`faded`): old weeks lose their say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from math import isqrt
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from streams.domain.links.columns import NONE
from streams.domain.links.quarters import QUARTERS_A_DAY, UNIT, QuarterPlace, faded, left_after
from streams.domain.stage import Effects, Rows, StageTable, State

WEIGHT = 1024
"""What one sample, or one day, weighs before it fades."""
ENOUGH_SAMPLES = 5 * WEIGHT // 2  # three samples that have faded a little
ENOUGH_DAYS = 3 * WEIGHT // 2  # two days that have
CELL = np.dtype([("weight", "<u2"), ("total", "<u4"), ("squares", "<u8")])  # of tenths of km/h
Cells = npt.NDArray[Any]
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
        known = column.cells.ljust((max(by_place) + 1) * CELL.itemsize, b"\0")
        cells = _left(np.frombuffer(known, CELL), left_after(passed))
        places = np.array(list(by_place), np.intp)
        dkmh = np.array(list(by_place.values()), np.int64)
        cells["weight"][places] += WEIGHT
        cells["total"][places] += (WEIGHT * dkmh).astype(np.uint32)
        cells["squares"][places] += (WEIGHT * dkmh * dkmh).astype(np.uint64)
        days = faded(column.days, passed) + WEIGHT
        self._columns.put(at.row(), UsualColumn(at.day, days, cells.tobytes()))

    def _by_place(self, samples: Mapping[str, int]) -> dict[int, int]:
        """The samples by their links' places; links not met before get the next ones."""
        known = self._places.all()
        new = sorted(link_id for link_id in samples if link_id not in known)
        given = dict(zip(new, range(len(known), len(known) + len(new)), strict=True))
        for link_id, place in given.items():
            self._places.put(link_id, place)
        return {given[x] if x in given else known[x]: dkmh for x, dkmh in samples.items()}

    def standing(self, at: QuarterPlace, down_to: Rung = Rung.DAY_KIND) -> "Standing":
        """What is known for a quarter hour, ready to be asked of many links."""
        rungs = []
        for rung in _RUNGS[: down_to + 1]:
            rows = (self._columns.get(at.row(step)) for step in _steps(at, rung))
            columns = [(row, left_after(at.day - row.day)) for row in rows if row is not None]
            days = max((row.days * left // UNIT for row, left in columns), default=0)
            if days >= ENOUGH_DAYS:
                cells = tuple((np.frombuffer(row.cells, CELL), left) for row, left in columns)
                rungs.append(_RungCells(rung, round(days / WEIGHT), cells))
        return Standing(self._places, tuple(rungs))

    def at(self, link_id: str, at: QuarterPlace) -> UsualSpeed | None:
        """What is usual of one link in a quarter hour; see `Standing.of`."""
        return self.standing(at).of(link_id)


def rows_of(at: QuarterPlace, down_to: Rung) -> list[str]:
    """The ids of the columns that say what is usual in a quarter hour, as far down as a rung."""
    return sorted({at.row(step) for rung in _RUNGS[: down_to + 1] for step in _steps(at, rung)})


class _RungCells(NamedTuple):
    """The cells of a rung, and what is left of each by now, in `UNIT`ths."""

    rung: Rung
    days: int
    cells: tuple[tuple[Cells, int], ...]


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

    def dkmh_of_all(self, links: Sequence[str]) -> npt.NDArray[np.int64]:
        """What is usual of each of these links, in tenths of km/h; NONE where nothing is."""
        found = np.full(len(links), NONE, np.int64)
        if not self._rungs:
            return found
        known = self._places.all()
        places = np.array([known.get(link_id, NONE) for link_id in links], np.int64)
        for rung in self._rungs:
            weight, total = np.zeros((2, len(links)), np.int64)
            for cells, left in rung.cells:
                at = np.flatnonzero((places >= 0) & (places < len(cells)))
                here = cells[places[at]]
                weight[at] += here["weight"].astype(np.int64) * left // UNIT
                total[at] += here["total"].astype(np.int64) * left // UNIT
            is_found = (found == NONE) & (weight >= ENOUGH_SAMPLES)
            found[is_found] = total[is_found] // weight[is_found]
        return found


def _of(place: int, rung: _RungCells) -> UsualSpeed | None:
    """The samples of a rung together; None where they are too few."""
    weight = total = squares = 0
    for cells, left in rung.cells:
        if place < len(cells):
            cell = cells[place].item()
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


def _left(cells: Cells, left: int) -> Cells:
    """What is left of cells, in `UNIT`ths: a copy."""
    found = np.empty(len(cells), CELL)
    for name in CELL.names or ():
        found[name] = cells[name].astype(np.uint64) * np.uint64(left) // np.uint64(UNIT)
    return found
