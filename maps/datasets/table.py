"""The rows of one dataset: a page of them, those with some words, those with a place. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from maps.picture.text import folded
from maps.picture.tiling import across, down
from streams.contract.dataset import DatasetPage, rows_of

Box = tuple[float, float, float, float]
Row = list[Any]
"""A row: its geometry (lon and lat, GeoJSON, or None), then a cell a column."""


class Spot(NamedTuple):
    """Where a row lies: its middle and its size, in parts of the Web Mercator square."""

    row: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class DatasetTable:
    """The rows of a dataset in the order of its source."""

    columns: tuple[str, ...]
    rows: Sequence[Row]

    @classmethod
    def of(cls, columns: tuple[str, ...], pages: Iterable[DatasetPage]) -> "DatasetTable":
        """The rows of all pages; msgspec.MsgspecError for one that holds none."""
        return cls(columns, [row for page in pages for row in rows_of(page)])

    def __len__(self) -> int:
        return len(self.rows)

    def having(self, words: str) -> Sequence[Row]:
        """The rows of which some cell holds each of the words; of no words all."""
        wanted = [folded(word) for word in words.split()]
        if not wanted:
            return self.rows
        return [
            row
            for row, text in zip(self.rows, self._texts, strict=True)
            if all(word in text for word in wanted)
        ]

    @cached_property
    def _texts(self) -> list[str]:
        return ["\n".join(folded(said(cell)) for cell in row[1:]) for row in self.rows]

    @cached_property
    def spots(self) -> list[Spot]:
        """Where every row with a place lies."""
        found: list[Spot] = []
        for number, row in enumerate(self.rows, start=1):
            if (shape := geometry_of(row[0])) is not None:
                found += _spot(number, list(positions_of(shape["coordinates"])))
        return found

    def placed(self, box: Box | None = None) -> Iterator[tuple[int, dict[str, Any], Row]]:
        """Number, GeoJSON geometry and cells of the rows with a place (in a box)."""
        for number, (at, *cells) in enumerate(self.rows, start=1):
            if (shape := geometry_of(at)) is not None and (box is None or _meets(shape, box)):
                yield number, shape, cells


def geometry_of(at: Any) -> dict[str, Any] | None:
    """The GeoJSON geometry of a row."""
    if isinstance(at, dict) and isinstance(at.get("coordinates"), list):
        return at
    if isinstance(at, list) and len(at) == 2:
        return {"type": "Point", "coordinates": at}
    return None


def said(cell: Any) -> str:
    """A cell in words; of a range as its source wrote it."""
    if cell is None:
        return ""
    return str(cell.get("or_text", "")) if isinstance(cell, dict) else str(cell)


def _meets(shape: dict[str, Any], box: Box) -> bool:
    """Whether the box of a shape meets another: an area may hold all of it."""
    west, south, east, north = box
    points = list(positions_of(shape["coordinates"]))
    lons, lats = [lon for lon, _ in points], [lat for _, lat in points]
    is_beside = not points or max(lons) < west or min(lons) > east
    return not (is_beside or max(lats) < south or min(lats) > north)


def positions_of(part: Any) -> Iterator[tuple[float, float]]:
    """Every lon and lat in the coordinates of a geometry, however deep."""
    if part and isinstance(part[0], int | float):
        yield part[0], part[1]
        return
    for each in part:
        yield from positions_of(each)


def _spot(row: int, positions: Sequence[tuple[float, float]]) -> Iterator[Spot]:
    xs, ys = [across(lon) for lon, _ in positions], [down(lat) for _, lat in positions]
    if xs:
        width, height = max(xs) - min(xs), max(ys) - min(ys)
        yield Spot(row, min(xs) + width / 2, min(ys) + height / 2, width, height)
