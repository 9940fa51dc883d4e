"""A network in tiles: which tile each link is of, and which tiles a view meets. Pure.

Every link is of exactly one tile: of the zoom from which its road is shown, in the square that the
middle of its box lies in. What a view shows at a zoom is what lies in its tiles of that zoom and of
all lower ones, so nothing comes twice. The great roads are shown from far, the rest from near:
no view of a screen shows more than about VIEW_LINKS links.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from streams.geo.measures import Point
from streams.geo.network import ROAD_CLASSES, Link, Network

VIEW_LINKS = 8_000
"""Links a view shows at most, nearly."""
WHOLE_LINKS = 12_000
"""Links up to which a network is given to a page as one file."""
STEPS = ((0, 11), (12, 12), (13, 13), (14, 14))
"""From which zoom of the map tiles are shown, and their own zoom, on the grid all web maps have."""
FAR_Z = STEPS[0][1]
"""The zoom of the tiles that every view shows."""
WINDOW = (6, 4)
"""A screen of 1600 by 900 pixels in tiles of the zoom it is at."""
SLACK = 0.25
"""How far a link may reach out of its tile, and how far tiles are met around a view, in tiles."""
Box = tuple[float, float, float, float]
_MAX_LAT = 85.05
_Numbers = NDArray[np.int64]


class Tile(NamedTuple):
    """A square of the web map's grid."""

    z: int
    x: int
    y: int

    def __str__(self) -> str:
        return f"{self.z}/{self.x}/{self.y}"


WORLD = Tile(0, 0, 0)
"""What is too long for a tile, or has no shape; every view meets it."""


@dataclass(frozen=True, slots=True)
class View:
    """A part of the map: west, south, east, north in degrees, and the zoom it is looked at."""

    bbox: Box
    zoom: float


@dataclass(frozen=True)
class Tiling:
    """The tiles of a network: `tile_of` by link index, `links_of` the indexes in rising order."""

    tile_of: Sequence[Tile]

    @cached_property
    def links_of(self) -> Mapping[Tile, tuple[int, ...]]:
        found: dict[Tile, list[int]] = defaultdict(list)
        for place, tile in enumerate(self.tile_of):
            found[tile].append(place)
        return {tile: tuple(places) for tile, places in found.items()}

    @property
    def is_large(self) -> bool:
        """Whether a page gets the network in tiles."""
        return len(self.tile_of) > WHOLE_LINKS

    def tiles_in(self, view: View) -> frozenset[Tile]:
        """The tiles that a view meets at its zoom, those a little beside it with them."""
        west, south, east, north = view.bbox
        left, right, top, bottom = across(west), across(east), down(north), down(south)
        reach: dict[int, tuple[float, float, float, float]] = {WORLD.z: (0, 0, 0, 0)}
        for from_zoom, z in STEPS:
            if view.zoom >= from_zoom:
                reach[z] = (
                    math.floor(left * 2**z - SLACK),
                    math.floor(right * 2**z + SLACK),
                    math.floor(top * 2**z - SLACK),
                    math.floor(bottom * 2**z + SLACK),
                )
        return frozenset(tile for tile in self.links_of if _is_within(tile, reach.get(tile.z)))

    def by_tile(self, rows: Mapping[int, Any]) -> dict[Tile, dict[int, Any]]:
        """Rows by link index, tile by tile."""
        found: dict[Tile, dict[int, Any]] = defaultdict(dict)
        tile_of = self.tile_of
        for place, row in rows.items():
            found[tile_of[place]][place] = row
        return found


def _is_within(tile: Tile, reach: tuple[float, float, float, float] | None) -> bool:
    if reach is None:
        return False
    x0, x1, y0, y1 = reach
    return x0 <= tile.x <= x1 and y0 <= tile.y <= y1


def across(lon: float) -> float:
    """A longitude on the web map's square, 0 at its left side, 1 at its right one."""
    return (lon + 180) / 360


def down(lat: float) -> float:
    """A latitude on the web map's square, 0 at the top, 1 at the bottom; beyond it: its edge."""
    sine = math.sin(math.radians(max(-_MAX_LAT, min(_MAX_LAT, lat))))
    return 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)


def tile_named(name: str) -> Tile | None:
    """The tile of a name, "13/6983/3172"; None when it is none."""
    parts = name.split("/")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    if any(len(part) > 9 for part in parts):
        return None
    return Tile(*map(int, parts))


def tiling_of(network: Network) -> Tiling:
    """The tiles of a network's links, the same for the same network."""
    steps = _steps(network.links)
    pairs = zip(network.links, steps, strict=True)
    return Tiling(tuple(_tile(box_of(link.geometry), step) for link, step in pairs))


def box_of(line: Iterable[Point]) -> Box | None:
    """The box around a line in degrees, None where there is no point."""
    points = list(line)
    if not points:
        return None
    lons, lats = [lon for lon, _ in points], [lat for _, lat in points]
    return min(lons), min(lats), max(lons), max(lats)


def _tile(box: Box | None, step: int) -> Tile:
    """The tile of the finest zoom, its step's or a lower one, that holds the box with its slack."""
    if box is None:
        return WORLD
    west, south, east, north = box
    left, right, top, bottom = across(west), across(east), down(north), down(south)
    for _, z in reversed(STEPS[: step + 1]):
        x, y = math.floor((left + right) / 2 * 2**z), math.floor((top + bottom) / 2 * 2**z)
        sides = (x - left * 2**z, right * 2**z - x - 1, y - top * 2**z, bottom * 2**z - y - 1)
        if max(sides) <= SLACK:
            return Tile(z, x, y)
    return WORLD


def _steps(links: Sequence[Link]) -> list[int]:
    """The step from which each link is shown: by classes, in a class the longest roads first.

    A road is shown whole. Each step takes roads as long as no view at its zoom has too many.
    """
    roads = _roads(links)
    order = [place for road in roads for place in road]
    ends = [0, *accumulate(map(len, roads))]
    middles = [box_of(links[place].geometry) for place in order]
    weights = np.array([links[place].is_drawn for place in order], dtype=np.int64)
    steps, shown = [len(STEPS) - 1] * len(links), 0
    for step, (from_zoom, _) in enumerate(STEPS[:-1]):
        cells = _cells(middles, from_zoom)
        low, high = shown, len(roads)
        while low < high:  # the longest run of roads that a view can bear
            half = (low + high + 1) // 2
            end = ends[half]
            is_borne = _most(cells[:, :end], weights[:end], from_zoom) <= VIEW_LINKS
            low, high = (half, high) if is_borne else (low, half - 1)
        for place in order[ends[shown] : ends[low]]:
            steps[place] = step
        shown = low
    return steps


def _roads(links: Sequence[Link]) -> list[list[int]]:
    """The links of each road, the roads that matter most first."""
    rank = {name: place for place, name in enumerate(ROAD_CLASSES)}
    found: dict[tuple[int, str], list[int]] = defaultdict(list)
    for place, link in enumerate(links):
        of_class = rank.get(link.road_class, len(rank))
        found[of_class, link.road_name or link.id].append(place)

    def worth(road: tuple[int, str]) -> tuple[int, int, str]:
        return road[0], -sum(links[place].length_m for place in found[road]), road[1]

    return [found[road] for road in sorted(found, key=worth)]


def _cells(boxes: Sequence[Box | None], z: int) -> _Numbers:
    """In which square of a zoom the middle of each box lies, from the first that has one on."""
    found = np.zeros((2, len(boxes)), dtype=np.int64)
    for place, box in enumerate(boxes):
        if box is not None:
            found[0, place] = math.floor(across((box[0] + box[2]) / 2) * 2**z)
            found[1, place] = math.floor(down((box[1] + box[3]) / 2) * 2**z)
    known = [place for place, box in enumerate(boxes) if box is not None]
    if known:
        least = found[:, known].min(axis=1, keepdims=True)
        found = np.maximum(found - least, 0)
    return found


def _most(cells: _Numbers, weights: _Numbers, from_zoom: int) -> int:
    """How many links the fullest view at a zoom shows; the view of zoom 0 is all."""
    if not weights.size or not from_zoom:
        return int(weights.sum())
    (wide, high), (columns, rows) = WINDOW, cells.max(axis=1) + 1
    counts = np.zeros((columns + wide, rows + high), dtype=np.int64)
    np.add.at(counts, (cells[0] + wide, cells[1] + high), weights)
    sums = counts.cumsum(axis=0).cumsum(axis=1)
    views = sums[wide:, high:] - sums[:-wide, high:] - sums[wide:, :-high] + sums[:-wide, :-high]
    return int(views.max())
