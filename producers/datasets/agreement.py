"""Positions against the gazetteer's points of the same addresses. Pure but for its file.

Some reference systems of Korea lie 250 to 400 m apart: every point of them is in the city, and no
box tells a wrong one. Addresses do.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import hypot
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from producers.datasets.descriptor import Descriptor, Treatment
from producers.datasets.opening import Raw, heading
from producers.datasets.placing import DEGREES, Placed
from streams.geo.addresses import Gazetteer
from streams.geo.loading import load_gazetteer
from streams.geo.measures import Point, distance_m

LEAST_COMPARED = 10
"""Rows with an address that the gazetteer knows, below which nothing is judged."""
MOST_COMPARED = 5_000
AGREES_M = 15.0
"""Positions whose median lies nearer to their addresses than this, or than three standard errors
of it, agree. Another system would fit where its median agrees and is less than half as far.
"""
FAR_M = 300.0
"""A single row that lies further from its own address is told, where a descriptor names no bound.
"""
_TRIED = 20_000
_LISTED = 10
_MOST_FILES = 1_000
SYSTEMS = (
    *(f"EPSG:{code}" for code in (4326, 4162, 5174, 5173, 5175, 5176, 5177, 2097, 2096, 2098)),
    *(f"EPSG:{code}" for code in (5186, 5185, 5187, 5188, 5181, 5180, 5182, 5183, 5184)),
    *(f"EPSG:{code}" for code in (5178, 5179, 32652, 3857)),
)
"""The systems that Korean data come in; of two that fit alike the first is named."""
_ADDRESS = "주소"
Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far the positions of a file lie from their addresses by the system that is declared.

    `compared` rows have an address that the gazetteer knows; `offset_m` is the length of their
    median offset, None below `LEAST_COMPARED`. `fits`: the system that would fit, "" where the
    declared one does or none would; `fit_m` is its median offset.
    """

    file: str
    crs: str
    compared: int
    offset_m: float | None = None
    is_off: bool = False
    fits: str = ""
    fit_m: float = 0.0

    def words(self) -> str:
        """What is wrong, or that nothing can be said."""
        where = f"{self.file}: " if self.file else ""
        if self.offset_m is None:
            rows = f"{self.compared} rows whose address the gazetteer knows"
            return f"{where}crs {self.crs}: {rows}, too few to judge (at least {LEAST_COMPARED})"
        lies = f"positions read as {self.crs} lie {self.offset_m:.0f} m from their addresses"
        by = f"(median of {self.compared} rows)"
        if self.fits:
            return f"{where}{lies} {by}: {self.fits} would fit ({self.fit_m:.0f} m)"
        more = ": no system that is known would fit" if self.is_off else ""
        return f"{where}{lies} {by}{more}"


@dataclass(slots=True)
class Agreement:
    """The rows of a reading that have a position and a known address, as they come by."""

    gazetteer: Gazetteer
    names: Sequence[str]
    far_m: float = FAR_M
    far: int = 0
    listed: list[tuple[int, float]] = field(default_factory=list)  # row, m
    compared: int = 0
    _tried: int = 0
    _pairs: dict[tuple[str, str], list[tuple[Point, Point]]] = field(default_factory=dict)

    @classmethod
    def of(cls, descriptor: Descriptor, gazetteer: Gazetteer) -> "Agreement | None":
        """None where rows have no address, or there is no gazetteer."""
        names = [heading(name) for name in address_names(descriptor)]
        return cls(gazetteer, names, descriptor.far_m or FAR_M) if names and gazetteer else None

    def look(self, file: str, number: int, placed: Placed, named: Raw) -> None:
        """A row of a file."""
        is_enough = self._tried >= _TRIED or self.compared >= MOST_COMPARED
        if is_enough or not placed.crs or placed.lon is None or placed.lat is None:
            return
        self._tried += 1
        if (known := self._known(named)) is None:
            return
        self.compared += 1
        at = (placed.lon, placed.lat)
        name = file if len(self._pairs) < _MOST_FILES else ""
        self._pairs.setdefault((name, placed.crs), []).append((at, known))
        if (away_m := distance_m(at, known)) > self.far_m:
            self.far += 1
            if len(self.listed) < _LISTED:
                self.listed.append((number, away_m))

    def _known(self, named: Raw) -> Point | None:
        """The one point that the gazetteer has for the row's address."""
        for name in self.names:
            found = self.gazetteer.find(str(named.get(name) or ""))
            if found is not None and found.is_sure and len(found.points) == 1:
                return found.points[0]
        return None

    def verdicts(self) -> list[Verdict]:
        """Of each file and system; files with few such rows are judged together."""
        few: dict[str, list[tuple[Point, Point]]] = {}
        files: dict[str, list[str]] = {}
        found: list[Verdict] = []
        for (file, crs), pairs in self._pairs.items():
            if len(pairs) >= LEAST_COMPARED:
                found.append(judged(file, crs, pairs))
            else:
                few.setdefault(crs, []).extend(pairs)
                files.setdefault(crs, []).append(file)
        for crs, pairs in few.items():
            found.append(judged(_together(files[crs]), crs, pairs))
        return found


def gazetteer_of(path: str) -> Gazetteer:
    """The gazetteer of the city; an empty one where BOMNAE_GAZETTEER is not set."""
    return Gazetteer(load_gazetteer(path))


def address_names(descriptor: Descriptor) -> tuple[str, ...]:
    """The columns that hold the address of a row's position: those that are named, else those
    whose name says so; never a person's.
    """
    named = [column for column in descriptor.columns if column.name in descriptor.address]
    usual = [
        column
        for column in descriptor.columns
        if any(_ADDRESS in name for name in (column.name, *column.sources))
        and column.personal in {None, Treatment.NONE}
    ]
    columns = named if descriptor.address else usual
    return tuple(name for column in columns for name in column.sources)


def judged(file: str, crs: str, pairs: Sequence[tuple[Point, Point]]) -> Verdict:
    """The verdict over pairs of a position (degrees, as read by `crs`) and its address's point."""
    shown = name_of(crs)
    if len(pairs) < LEAST_COMPARED:
        return Verdict(file, shown, len(pairs))
    read, known = np.array([a for a, _ in pairs]), np.array([b for _, b in pairs])
    offset_m, error_m = _offset(read, known)
    if offset_m <= max(AGREES_M, error_m):
        return Verdict(file, shown, len(pairs), offset_m)
    fits = [(away_m, name) for name, away_m in _fitting(crs, read, known, offset_m)]
    fit_m, name = min(fits, key=lambda each: round(each[0]), default=(0.0, ""))
    return Verdict(file, shown, len(pairs), offset_m, is_off=True, fits=name, fit_m=fit_m)


def _fitting(crs: str, read: Points, known: Points, off_m: float) -> Iterator[tuple[str, float]]:
    """The systems by which the same numbers agree with the addresses, with their offsets."""
    numbers = _turned(_between(DEGREES, crs), read)
    is_degrees = CRS.from_user_input(crs).is_geographic
    for name in SYSTEMS:
        if CRS.from_user_input(name).is_geographic is not is_degrees or name == crs:
            continue
        points = _turned(_between(name, DEGREES), numbers)
        sound = np.isfinite(points).all(axis=1)
        if not sound.all():
            continue
        away_m, error_m = _offset(points, known)
        if away_m <= max(AGREES_M, error_m) and away_m < off_m / 2:
            yield name, away_m


def _offset(read: Points, known: Points) -> tuple[float, float]:
    """The length of the median offset in metres, and three standard errors of it.

    The median and its error by the median deviation: rows with a wrong address move neither much.
    """
    lat = float(np.median(known[:, 1]))
    metres = np.array([distance_m((0.0, lat), (1e-3, lat)), distance_m((0, lat), (0, lat + 1e-3))])
    off = (read - known) * metres * 1e3
    middle = np.median(off, axis=0)
    spread = np.median(np.abs(off - middle), axis=0)
    error_m = 3 * 1.2533 * 1.4826 * hypot(*spread) / np.sqrt(len(off))
    return hypot(*middle), float(error_m)


def _turned(turn: Transformer, points: Points) -> Points:
    return np.column_stack(turn.transform(points[:, 0], points[:, 1]))


@lru_cache(maxsize=128)
def _between(begin: str, end: str) -> Transformer:
    return Transformer.from_crs(begin, end, always_xy=True)


@lru_cache(maxsize=64)
def name_of(crs: str) -> str:
    """A system as people name it: its code, else its name."""
    known: Any = CRS.from_user_input(crs)
    code = known.to_authority(min_confidence=90)
    return ":".join(code) if code else str(known.name)


def _together(files: Iterable[str]) -> str:
    names = [name for name in files if name]
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return ", ".join(names[:2]) + more
