"""What a chart shows of a dataset: a number by its time, or by a kind. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from maps.datasets.file_table import Cell, Table, TableColumn, plain

BARS, POINTS, KINDS, LEAST = 12, 400, 40, 3
_TIMES = ("moment", "date", "month")
_KINDS = ("text", "code", "flag")
_OF_THE_FILE = ("기준일", "갱신", "수정시점", "lookup", "updat")


class Point(NamedTuple):
    """A time or a kind, and its value; None: nothing is known."""

    label: str
    value: float | None


class Figure(NamedTuple):
    """A chart: `value` is the column that is shown, "" where rows are counted, `by` the column of
    the labels. `others`: how many kinds are not shown.
    """

    is_line: bool
    by: str
    value: str
    unit: str
    is_sum: bool
    points: Sequence[Point]
    others: int = 0


def figure_of(table: Table, key: Sequence[str], summed: Iterable[str]) -> Figure | None:
    """The chart of a table; None where it holds nothing that one would show. `summed`: the columns
    whose values may be added up.
    """
    seen = _Seen(table, key, frozenset(summed))
    return _by_time(seen) or _by_kind(seen)


class _Seen(NamedTuple):
    table: Table
    key: Sequence[str]
    summed: frozenset[str]

    def values(self, column: TableColumn) -> list[Cell]:
        at = self.table.columns.index(column)
        return [row.cells[at] for row in self.table.rows]

    def number(self) -> TableColumn | None:
        """The first number that may be added up."""
        numbers = [c for c in self.table.columns if c.is_number and c.name not in self.key]
        return next((c for c in numbers if c.name in self.summed), None)

    def measure(self) -> TableColumn | None:
        """The same, else the first that there is: over time a mean says something too."""
        numbers = [c for c in self.table.columns if c.is_number and c.name not in self.key]
        return self.number() or next(iter(numbers), None)


def _by_time(seen: _Seen) -> Figure | None:
    """A number by the time that is part of the key: added up, or the mean."""
    time = next((c for c in seen.table.columns if c.type in _TIMES and c.name in seen.key), None)
    value = seen.measure()
    if time is None or value is None:
        return None
    is_counted = bool(value.unit) or time.type != "moment"  # what is measured is no heap
    is_sum = value.name in seen.summed and is_counted
    found = _grouped(seen, time, value, sum if is_sum else _mean)
    if len(found) < LEAST + 1:
        return None
    points = [Point(label, found[label]) for label in sorted(found)[-POINTS:]]
    return Figure(
        is_line=True,
        by=time.name,
        value=value.name,
        unit=value.unit,
        is_sum=is_sum,
        points=points,
    )


def _by_kind(seen: _Seen) -> Figure | None:
    """A number by its kind, or how many rows each kind has."""
    kind = _kind_of(seen)
    if kind is None:
        return None
    value = seen.number()
    if value is None:
        counts = Counter(_label(cell) for cell in seen.values(kind) if cell is not None)
        found: Mapping[str, float | None] = dict(counts)
    else:
        found = _grouped(seen, kind, value, sum)
    ordered = sorted(found.items(), key=lambda each: (-(each[1] or 0), each[0]))
    points = [Point(label, number) for label, number in ordered[:BARS]]
    name, unit = ("", "") if value is None else (value.name, value.unit)
    return Figure(
        is_line=False,
        by=kind.name,
        value=name,
        unit=unit,
        is_sum=True,
        points=points,
        others=max(0, len(ordered) - BARS),
    )


def _kind_of(seen: _Seen) -> TableColumn | None:
    """The column that tells rows apart into a handful; else the name in the key of a short table,
    where there is a number to show of each.
    """
    rows, named = len(seen.table.rows), None
    for column in seen.table.columns:
        if column.type not in _KINDS or any(word in column.name for word in _OF_THE_FILE):
            continue
        count = len({_label(cell) for cell in seen.values(column) if cell is not None})
        if not LEAST <= count <= KINDS:
            continue
        if 2 * count <= rows:
            return column
        if column.type == "text" and column.name in seen.key:
            named = named or column
    return named if seen.number() is not None else None


def _grouped(
    seen: _Seen,
    by: TableColumn,
    value: TableColumn,
    together: Callable[[list[float]], float],
) -> dict[str, float | None]:
    groups: dict[str, list[float]] = {}
    for label, number in zip(seen.values(by), seen.values(value), strict=True):
        if label is not None:
            own = groups.setdefault(_label(label), [])
            if isinstance(number, int | float):
                own.append(number)
    return {label: together(own) if own else None for label, own in groups.items()}


def _mean(numbers: list[float]) -> float:
    return sum(numbers) / len(numbers)


def _label(value: Cell) -> str:
    if isinstance(value, bool):
        return "Y" if value else "N"
    return str(plain(value))
