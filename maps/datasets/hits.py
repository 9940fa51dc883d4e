"""What a search finds among datasets: those of a name, and rows that lie somewhere. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from maps.datasets.table import DatasetTable, Row, geometry_of, said
from maps.picture.text import folded

NAMES, ROWS, ROWS_OF_ONE, LEAST = 6, 10, 4, 2
_TITLE = 60


class Hit(NamedTuple):
    """A dataset (`row` 0) or a row of one, and a point of it where it lies somewhere."""

    dataset: str
    title: str = ""
    row: int = 0
    point: tuple[float, float] | None = None


def hits_of(
    asked: str, named: Mapping[str, tuple[str, ...]], tables: Mapping[str, DatasetTable]
) -> Iterator[Hit]:
    """The datasets of which a name holds each word, then rows of `tables` that do. A question of
    one letter finds nothing.
    """
    words = [folded(word) for word in asked.split()]
    if sum(map(len, words)) < LEAST:
        return
    found = 0
    for name, titles in sorted(named.items(), key=lambda each: each[1]):
        text = folded(" ".join(titles))
        if all(word in text for word in words):
            yield Hit(name)
            found += 1
            if found == NAMES:
                break
    left = ROWS
    for name, table in sorted(tables.items()):
        for hit in _rows(name, table, asked, min(left, ROWS_OF_ONE)):
            yield hit
            left -= 1


def _rows(name: str, table: DatasetTable, asked: str, most: int) -> Iterator[Hit]:
    numbers = {id(row): number for number, row in enumerate(table.rows, start=1)} if most else {}
    for row in table.having(asked) if most else ():
        point = point_of(row)
        if point is not None:
            yield Hit(name, title_of(row, asked), numbers[id(row)], point)
            most -= 1
        if not most:
            return


def title_of(row: Row, asked: str) -> str:
    """The cell that holds a word of the question, else the first that says something."""
    words = [folded(word) for word in asked.split()]
    cells = [said(cell) for cell in row[1:]]
    best = (cell for cell in cells if any(word in folded(cell) for word in words))
    return next(best, next(filter(None, cells), ""))[:_TITLE]


def point_of(row: Row) -> tuple[float, float] | None:
    """A point of a row: its own, the first of a line, the middle of an area's first ring."""
    shape = geometry_of(row[0])
    if shape is not None and shape["type"] in {"Polygon", "MultiPolygon"}:
        return _middle(shape["coordinates"])
    part = None if shape is None else shape["coordinates"]
    while isinstance(part, list) and part and isinstance(part[0], list):
        part = part[0]
    if not part or len(part) < 2:
        return None
    return float(part[0]), float(part[1])


def _middle(rings: Any) -> tuple[float, float] | None:
    """The middle of the box of the first ring."""
    while rings and isinstance(rings[0], list) and rings[0] and isinstance(rings[0][0], list):
        rings = rings[0]
    if not rings:
        return None
    lons, lats = [at[0] for at in rings], [at[1] for at in rings]
    return (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2
