"""Which lines may lie near a point: the lines of a network by the square cells that they pass.

As columns, in the order of the cells: a country's take some tens of bytes a line.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from streams.geo.links import Links
from streams.geo.measures import DEGREE_M, ROUNDING_M, Point

CELL_DEG = 0.005  # about 440 m by 555 m at 37.9 N
CELL_M = 400  # a cell is at least so wide up to 44 N
AT_A_TIME = 65_536  # lines
_ROWS = 1 << 20  # more than there are in a column of cells
Column = npt.NDArray[Any]


class LineGrid:
    """The lines of all links that have one."""

    def __init__(self, links: Links) -> None:
        points = np.frombuffer(links.points, float).reshape(-1, 2)
        ends = np.frombuffer(links.ends, np.int64) // 2
        parts = [_cells(points, ends, begin) for begin in range(0, len(links), AT_A_TIME)]
        parts = parts or [np.empty((0, 2), np.int64)]
        cells = np.concatenate(parts)
        order = np.lexsort(cells.T[::-1])
        self._cells, self._places = cells[order].T.copy()
        has_line = np.flatnonzero(np.diff(ends))
        self._least, self._most = np.full((2, len(links), 2), np.nan)
        if len(has_line):
            self._least[has_line] = np.minimum.reduceat(points, ends[has_line])
            self._most[has_line] = np.maximum.reduceat(points, ends[has_line])

    def near(self, point: Point, radius_m: float) -> Iterator[int]:
        """The links of which a line may lie within a radius: all that do, and few others."""
        reach = math.ceil(radius_m / CELL_M)
        column, row = (math.floor(each / CELL_DEG) for each in point)
        first = np.arange(column - reach, column + reach + 1) * _ROWS + row - reach
        begins = np.searchsorted(self._cells, first).tolist()
        ends = np.searchsorted(self._cells, first + 2 * reach, "right").tolist()
        found = [self._places[begin:end] for begin, end in zip(begins, ends, strict=True)]
        places = np.unique(np.concatenate(found))
        aside = np.maximum(self._least[places] - point, point - self._most[places]).clip(0)
        away_m = np.hypot(aside[:, 0] * math.cos(math.radians(point[1])), aside[:, 1]) * DEGREE_M
        near: list[int] = places[away_m <= radius_m + 2 * ROUNDING_M].tolist()
        yield from near


def _cells(points: Column, ends: Column, first: int) -> Column:
    """The cells of `AT_A_TIME` lines, from the `first` on, as rows: number of the cell, place."""
    ends = ends[first : first + AT_A_TIME + 1]
    points = points[ends[0] : ends[-1]]
    place = first + np.repeat(np.arange(len(ends) - 1), np.diff(ends))
    is_piece = place[:-1] == place[1:]
    begin, step = points[:-1][is_piece], np.diff(points, axis=0)[is_piece]
    pieces = np.ceil(np.abs(step).max(axis=1, initial=0) / (CELL_DEG / 4)).astype(np.int64)
    between = np.maximum(pieces - 1, 0)  # points at most a quarter of a cell apart
    which = np.repeat(np.arange(len(between)), between)
    number = np.arange(len(which)) - np.repeat(np.cumsum(between) - between, between) + 1
    others = begin[which] + step[which] * (number / pieces[which])[:, None]
    cells = np.floor(np.concatenate([points, others]) / CELL_DEG).astype(np.int64)
    places = np.concatenate([place, place[:-1][is_piece][which]])
    return np.unique(np.stack([cells[:, 0] * _ROWS + cells[:, 1], places], axis=1), axis=0)
