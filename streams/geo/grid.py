"""The one index of what lies near a point: things by the square cells that they touch."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from typing import Generic, TypeVar

T = TypeVar("T")
Point = tuple[float, float]


class Grid(Generic[T]):
    """Things on a plane; coordinates, `size` of a cell and margins are of one unit."""

    def __init__(self, size: float) -> None:
        self._size = size
        self._cells: dict[tuple[int, int], list[T]] = defaultdict(list)

    def add(self, thing: T, point: Point) -> None:
        self._cells[self._cell(*point)].append(thing)

    def add_line(self, thing: T, line: Sequence[Point], margin: float = 0) -> None:
        """Put a thing into every cell that its line passes, and those within a margin of it."""
        sides = (-margin, margin) if margin else (0,)
        cells = {
            self._cell(x + dx, y + dy)
            for x, y in self._stepped(line)
            for dx, dy in product(sides, sides)
        }
        for cell in cells:
            self._cells[cell].append(thing)

    def around(self, point: Point, reach: int = 1) -> Iterator[T]:
        """What lies in the cell of a point and in those up to `reach` cells away; a thing in
        several cells comes as often.
        """
        column, row = self._cell(*point)
        for x in range(column - reach, column + reach + 1):
            for y in range(row - reach, row + reach + 1):
                yield from self._cells.get((x, y), ())

    def groups(self) -> Iterator[Sequence[T]]:
        """What shares a cell, cell by cell, each in the order of adding."""
        yield from self._cells.values()

    def _cell(self, x: float, y: float) -> tuple[int, int]:
        return math.floor(x / self._size), math.floor(y / self._size)

    def _stepped(self, line: Sequence[Point]) -> Iterator[Point]:
        """The points of a line, and points between them at most a quarter of a cell apart."""
        yield from line
        for (x1, y1), (x2, y2) in pairwise(line):
            steps = math.ceil(max(abs(x2 - x1), abs(y2 - y1)) / (self._size / 4))
            for step in range(1, steps):
                part = step / steps
                yield x1 + (x2 - x1) * part, y1 + (y2 - y1) * part
