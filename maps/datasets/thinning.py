"""The rows of a dataset as a map of some zoom can show them. Pure.

What lies together is one mark with its number; a shape that would be a dot is one too; a line has
no more positions than pixels. So an answer is bounded, whatever the dataset has.
"""

import math
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from maps.datasets.table import (
    Box,
    DatasetTable,
    Spot,
    geometry_of,
    positions_of,
)
from maps.picture.tiling import across, down

TILE_PX, CELL_PX, DOT_PX = 256, 56, 4
SINGLE_ZOOM = 17
"""From this zoom on each row is a mark of its own."""
MOST_MARKS, MOST_POSITIONS = 4_000, 40_000
MAX_ZOOM = 22


class Mark(NamedTuple):
    """Rows that are shown as one: where, how many, and the row where it is one alone (else 0)."""

    lon: float
    lat: float
    rows: int
    row: int


class Thinned(NamedTuple):
    """What a map shows: marks, shapes by row, and how many rows in view only a closer look has."""

    marks: list[Mark]
    shapes: list[tuple[int, dict[str, Any]]]
    left_out: int


def thinned(table: DatasetTable, box: Box, zoom: int) -> Thinned:
    """The rows that meet a box, as a map of that zoom shows them."""
    pixel = 1 / (TILE_PX * 2**zoom)
    dots, wide = list[Spot](), list[Spot]()
    for spot in _within(table.spots, box, CELL_PX * pixel):
        is_dot = max(spot.width, spot.height) < DOT_PX * pixel
        (dots if is_dot else wide).append(spot)
    found = _alone(dots) if zoom >= SINGLE_ZOOM else _together(dots, CELL_PX * pixel)
    marks = sorted(found, key=lambda mark: -mark.rows)[:MOST_MARKS]
    shapes = list(_shapes(table, wide, pixel))
    left_out = len(dots) - sum(mark.rows for mark in marks) + len(wide) - len(shapes)
    return Thinned(marks, shapes, left_out)


def _within(spots: Iterable[Spot], box: Box, cell: float) -> Iterator[Spot]:
    """Those that meet a box; it reaches to the ends of its cells, so that no mark is half."""
    west, south, east, north = box
    left, right = math.floor(across(west) / cell) * cell, math.ceil(across(east) / cell) * cell
    top, bottom = math.floor(down(north) / cell) * cell, math.ceil(down(south) / cell) * cell
    for spot in spots:
        _, x, y, width, height = spot
        if (
            left <= x + width / 2
            and x - width / 2 <= right
            and (top <= y + height / 2 and y - height / 2 <= bottom)
        ):
            yield spot


def _alone(spots: Iterable[Spot]) -> list[Mark]:
    return [Mark(*_degrees(spot.x, spot.y), 1, spot.row) for spot in spots]


def _together(spots: Iterable[Spot], cell: float) -> list[Mark]:
    """One mark a cell, in the middle of its rows."""
    cells: dict[tuple[int, int], list[float]] = {}
    for row, x, y, _, _ in spots:
        held = cells.setdefault((int(x / cell), int(y / cell)), [0.0, 0.0, 0, row])
        held[0] += x
        held[1] += y
        held[2] += 1
    return [
        Mark(*_degrees(x / count, y / count), int(count), int(row) if count == 1 else 0)
        for x, y, count, row in cells.values()
    ]


def _shapes(
    table: DatasetTable, spots: list[Spot], pixel: float
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The largest first, until there are as many positions as may be sent."""
    left = MOST_POSITIONS
    for spot in sorted(spots, key=lambda each: (-max(each.width, each.height), each.row)):
        shape = geometry_of(table.rows[spot.row - 1][0]) or {}
        drawn = {"type": shape["type"], "coordinates": _fewer(shape["coordinates"], pixel)}
        count = sum(1 for _ in positions_of(drawn["coordinates"]))
        if count > MOST_POSITIONS:
            continue  # it alone is too much, and takes no other along
        left -= count
        if left < 0:
            return
        yield spot.row, drawn


def _fewer(part: Any, pixel: float) -> Any:
    """Coordinates without those that would fall on the pixel of the one before."""
    if not part or isinstance(part[0], int | float):
        return part
    if not (isinstance(part[0], list) and part[0] and isinstance(part[0][0], int | float)):
        return [_fewer(each, pixel) for each in part]
    kept, before = [], None
    for at, place in enumerate(part):
        here = (int(across(place[0]) / pixel), int(down(place[1]) / pixel))
        if here != before or at == len(part) - 1:
            kept.append([round(place[0], 6), round(place[1], 6)])
        before = here
    return kept if len(kept) >= min(4, len(part)) else part


def _degrees(x: float, y: float) -> tuple[float, float]:
    lat = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y))))
    return round(x * 360 - 180, 6), round(lat, 6)
