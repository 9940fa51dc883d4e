"""Which partitions fold what is seen of a link: that of its cell, and those of the cells around.

What buses do about a link, and what permits declare of it and of the streets beside it, must meet
in one place. A link's home is its cell's partition; what concerns it goes to the homes of all the
cells within `REACH_M` as well, so that a work on the edge of a cell is judged with all it needs.
"""

import math
from collections.abc import Iterable

from streams.contract.topics import partition_of
from streams.geo.measures import EARTH_M, Point
from streams.geo.network import Network

CELL_M = 4_000.0
REACH_M = 600.0
_DEG_M = math.radians(1) * EARTH_M


class Homes:
    """The partitions of the links of a network."""

    def __init__(self, network: Network, partitions: int) -> None:
        self.partitions = partitions
        self._midpoint = network.midpoint
        self._homes: dict[str, int] = {}
        self._around: dict[str, tuple[int, ...]] = {}

    def home(self, link_id: str) -> int:
        """The partition that folds what is observed of a link; 0 for one that nobody knows."""
        known = self._homes.get(link_id)
        if known is None:
            point = self._midpoint(link_id)
            known = self._homes[link_id] = 0 if point is None else self._of(point)
        return known

    def is_one_cell(self, link_id: str, other: str) -> bool:
        """Whether two links are of one cell, and so of one home in any number of partitions."""
        cells = [point and _cell(point) for point in map(self._midpoint, (link_id, other))]
        return cells[0] == cells[1]

    def around(self, links: Iterable[str]) -> set[int]:
        """The partitions that must see what happens on any of these links."""
        return {each for link_id in links for each in self._reached(link_id)}

    def _reached(self, link_id: str) -> tuple[int, ...]:
        known = self._around.get(link_id)
        if known is None:
            point = self._midpoint(link_id)
            known = () if point is None else tuple(sorted(self._near(point)))
            self._around[link_id] = known
        return known

    def _near(self, point: Point) -> set[int]:
        """The homes of the corners and the middle of the square of `REACH_M` around a point."""
        up = REACH_M / _DEG_M
        aside = up / math.cos(math.radians(point[1]))
        moves = ((0, 0), (up, aside), (up, -aside), (-up, aside), (-up, -aside))
        return {self._of((point[0] + dx, point[1] + dy)) for dy, dx in moves}

    def _of(self, point: Point) -> int:
        row, column = _cell(point)
        return partition_of(f"{row},{column}", self.partitions)


def _cell(point: Point) -> tuple[int, int]:
    lon, lat = point
    row = math.floor(lat * _DEG_M / CELL_M)
    return row, math.floor(lon * _DEG_M * math.cos(math.radians(round(lat))) / CELL_M)
