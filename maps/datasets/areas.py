"""A dataset keyed by 동 as areas: one for each 동, with the boundaries of another dataset. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from maps.datasets.table import DatasetTable, Row, geometry_of
from streams.contract.dataset import DatasetColumn, DatasetFacts

DONG = "dong"
_TIMES = ("moment", "date", "month")
_NUMBERS = ("whole", "number")


class Areas(NamedTuple):
    """The areas as a table, a row each; `without`: the 동 that have no boundary; `time`: of when
    the rows are, "" where the key has no time.
    """

    table: DatasetTable
    without: tuple[str, ...]
    time: str


def dong_of(facts: DatasetFacts) -> str:
    """The column that names the 동 of a row; "" for none."""
    return next((column.name for column in facts.columns if column.type == DONG), "")


def shapes_of(facts: DatasetFacts, table: DatasetTable) -> dict[str, dict[str, Any]]:
    """The boundary of each 동; of two the later one in the source holds."""
    at = _at(table, dong_of(facts))
    found = ((row[at], geometry_of(row[0])) for row in table.rows)
    return {dong: shape for dong, shape in found if dong and shape and _is_area(shape)}


def areas_of(
    facts: DatasetFacts, table: DatasetTable, shapes: Mapping[str, dict[str, Any]]
) -> Areas:
    """What the rows of the newest time come to, by 동.

    Of several rows of one 동 the numbers that may be added up are added, of others the mean is
    taken, and what is not known of one row is not known of the area; other cells are said where
    all rows agree.
    """
    at = _at(table, dong_of(facts))
    rows, time = _newest(facts, table)
    groups: dict[str, list[Row]] = {}
    for row in rows:
        if row[at]:
            groups.setdefault(row[at], []).append(row)
    drawn = [
        [shapes[dong], *_together(facts.columns, own)]
        for dong, own in groups.items()
        if dong in shapes
    ]
    without = tuple(sorted(dong for dong in groups if dong not in shapes))
    return Areas(DatasetTable(table.columns, drawn), without, time)


def _newest(facts: DatasetFacts, table: DatasetTable) -> tuple[Sequence[Row], str]:
    """The rows of the newest time of the key, and that time."""
    time = next((c.name for c in facts.columns if c.type in _TIMES and c.name in facts.key), "")
    if not time:
        return table.rows, ""
    at = _at(table, time)
    newest = max((str(row[at]) for row in table.rows if row[at] is not None), default="")
    return [row for row in table.rows if row[at] == newest], newest


def _together(columns: Iterable[DatasetColumn], rows: Sequence[Row]) -> list[Any]:
    return [
        _one(column, [row[number] for row in rows])
        for number, column in enumerate(columns, start=1)
    ]


def _one(column: DatasetColumn, cells: Sequence[Any]) -> Any:
    """The cells of one column as one."""
    if all(cell == cells[0] for cell in cells[1:]) and (len(cells) == 1 or not column.is_summed):
        return cells[0]
    if column.type not in _NUMBERS or any(cell is None for cell in cells):
        return None
    total = sum(cells)
    return round(total if column.is_summed else total / len(cells), 6)


def _at(table: DatasetTable, name: str) -> int:
    """Where a column stands in a row; its geometry stands before all."""
    return table.columns.index(name) + 1


def _is_area(shape: Mapping[str, Any]) -> bool:
    return shape.get("type") in {"Polygon", "MultiPolygon"}
