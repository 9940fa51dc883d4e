"""A statistic's figure as a report prints it: columns with words and units, rows, a chart. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from streams.contract.text import clean
from streams.reports.writers.document import (
    BlockColumn,
    Cell,
    ChartBlock,
    Series,
    TableBlock,
    rounded,
    shown,
    table,
)
from streams.statistics import figure as stats
from streams.statistics.figure import ChartKind, Figure, Unit
from streams.words.catalogue import has_word, word

LONGEST = 300  # characters of a cell
MOST_BARS = 20
_PLACES: Mapping[str, int] = {Unit.COUNT: 0, Unit.HOUR: 0, Unit.RANK: 0}


class PrintError(ValueError):
    """A column, or a value of an option, that a figure has not."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Rows and columns of a figure, in print. `whole` counts the rows before they were cut."""

    columns: tuple[BlockColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    whole: int


def column_of(given: stats.Column, language: str) -> BlockColumn:
    """The column as it is headed; WEEKDAY is text in print."""
    code = f"stats.column.{given.name}"
    name = word(language, code) if has_word(code) else given.name
    if not given.is_number or given.unit == Unit.WEEKDAY:
        return BlockColumn(name)
    unit = f"reports.unit.{given.unit.replace('/', '_')}"
    said = word(language, unit) if given.unit and has_word(unit) else str(given.unit)
    return BlockColumn(name, said, _PLACES.get(given.unit, 1))


def cell_of(cell: stats.Cell, given: stats.Column, language: str) -> Cell:
    """The cell as it is printed: words for codes and weekdays, numbers as they are; an empty text
    is not known.
    """
    if cell is None or cell == "":
        return None
    if given.unit == Unit.WORD:
        code = f"{given.words}{cell}"
        return word(language, code) if has_word(code) else clean(str(cell), LONGEST, "…")
    if given.unit == Unit.WEEKDAY:
        return word(language, f"time.day.{(int(cell) + 1) % 7}")
    return cell if given.is_number else clean(str(cell), LONGEST, "…")


def filtered(found: Figure, filters: Mapping[str, str]) -> tuple[tuple[stats.Cell, ...], ...]:
    """The rows whose cells are so; PrintError for a column that there is not."""
    at = {place(found, name): value for name, value in filters.items()}
    return tuple(
        row
        for row in found.table.rows
        if all(str(row[column]) == value for column, value in at.items())
    )


def place(found: Figure, name: str) -> int:
    """Where a column stands; PrintError says which there are."""
    try:
        return found.table.place(name)
    except KeyError:
        names = ", ".join(column.name for column in found.table.columns)
        raise PrintError(f"{found.id} has no column {name!r}; it has {names}") from None


def chosen(
    found: Figure, names: Sequence[str], filters: Mapping[str, str], top: int, language: str
) -> Chosen:
    """These columns (none named: all) of the rows that pass, the first `top` of them (0: all)."""
    given = found.table.columns
    places = [place(found, name) for name in names] or [*range(len(given))]
    rows = filtered(found, filters)
    kept = rows[:top] if top else rows
    return Chosen(
        tuple(column_of(given[at], language) for at in places),
        tuple(tuple(cell_of(row[at], given[at], language) for at in places) for row in kept),
        len(rows),
    )


def table_of(
    label: str, caption: str, made: Chosen, notes: Sequence[str], language: str
) -> TableBlock:
    """The table, with notes on what was cut and what the dash means where one stands."""
    more = [*notes]
    if len(made.rows) < made.whole:
        more.insert(0, word(language, "reports.cut", shown=len(made.rows), whole=made.whole))
    if any(cell is None for row in made.rows for cell in row):
        more.append(word(language, "reports.dash"))
    return table(label, caption, made.columns, made.rows, more)


def notes_of(found: Figure, language: str) -> list[str]:
    codes = ((f"stats.note.{note.code}", note.values) for note in found.notes)
    return [word(language, code, **values) for code, values in codes if has_word(code)]


def chart_of(
    label: str,
    caption: str,
    found: Figure,
    *,
    filters: Mapping[str, str],
    top: int,
    language: str,
) -> ChartBlock | None:
    """The figure drawn as its statistic says; None where it has no value to draw."""
    rows = filtered(found, filters)
    drawn = _DRAWN[found.chart.kind](_Drawing(found, rows, top or MOST_BARS, language))
    values = [value for each in drawn.series for value in each.values if value is not None]
    if not values:
        return None
    column = column_of(found.table.columns[place(found, found.chart.y[0])], language)
    return ChartBlock(
        label=label,
        caption=caption,
        kind=drawn.kind,
        labels=drawn.labels,
        series=drawn.series,
        unit=column.unit,
        places=column.places or 0,
        alt=_alt(caption, drawn, column, language),
    )


@dataclass(frozen=True, slots=True)
class _Drawing:
    found: Figure
    rows: tuple[tuple[stats.Cell, ...], ...]
    top: int
    language: str

    def number(self, row: Sequence[stats.Cell], name: str) -> float | None:
        """The number of a column, rounded as tables have it."""
        at = place(self.found, name)
        cell = row[at]
        kept = rounded(cell, column_of(self.found.table.columns[at], self.language))
        return float(kept) if isinstance(kept, int | float) else None

    def label(self, row: Sequence[stats.Cell], name: str) -> str:
        at = place(self.found, name)
        given = self.found.table.columns[at]
        column = column_of(given, self.language)
        return shown(rounded(cell_of(row[at], given, self.language), column), column)

    def heading(self, name: str) -> str:
        at = place(self.found, name)
        return column_of(self.found.table.columns[at], self.language).name


@dataclass(frozen=True, slots=True)
class _Drawn:
    kind: ChartKind
    labels: tuple[str, ...]
    series: tuple[Series, ...]


def _bars(drawing: _Drawing) -> _Drawn:
    """A bar a row and column of `y`; a row is named by `x`, and its group where it has one."""
    chart, rows = drawing.found.chart, drawing.rows[: drawing.top]
    names = [name for name in (chart.x, chart.group) if name]
    labels = tuple(" · ".join(drawing.label(row, name) for name in names) for row in rows)
    series = tuple(
        Series(drawing.heading(y), tuple(drawing.number(row, y) for row in rows)) for y in chart.y
    )
    return _Drawn(ChartKind.BARS, labels, series)


def _intervals(drawing: _Drawing) -> _Drawn:
    """A point a row, between the ends of its interval."""
    chart, rows = drawing.found.chart, drawing.rows[: drawing.top]
    names = [name for name in (chart.group, chart.x) if name]
    labels = tuple(" · ".join(drawing.label(row, name) for name in names) for row in rows)
    values = tuple(drawing.number(row, chart.y[0]) for row in rows)
    bounds = tuple(_bound(drawing, row) for row in rows)
    return _Drawn(
        ChartKind.INTERVALS, labels, (Series(drawing.heading(chart.y[0]), values, bounds),)
    )


def _bound(drawing: _Drawing, row: Sequence[stats.Cell]) -> tuple[float, float] | None:
    chart = drawing.found.chart
    if not chart.low or not chart.high:
        return None
    low, high = drawing.number(row, chart.low), drawing.number(row, chart.high)
    return None if low is None or high is None else (low, high)


def _grid(drawing: _Drawing) -> _Drawn:
    """A label for each `x`, a series for each group, in the order in which they come."""
    chart, rows = drawing.found.chart, drawing.rows
    labels = tuple(dict.fromkeys(drawing.label(row, chart.x) for row in rows))
    groups = [drawing.label(row, chart.group) if chart.group else "" for row in rows]
    known = {
        (group, drawing.label(row, chart.x)): (
            drawing.number(row, chart.y[0]),
            _bound(drawing, row),
        )
        for group, row in zip(groups, rows, strict=True)
    }
    none: tuple[None, None] = (None, None)
    series = tuple(
        Series(
            group or drawing.heading(chart.y[0]),
            tuple(known.get((group, label), none)[0] for label in labels),
            tuple(known.get((group, label), none)[1] for label in labels),
        )
        for group in [*dict.fromkeys(groups)][: drawing.top]
    )
    return _Drawn(chart.kind, labels, series)


_DRAWN: Mapping[ChartKind, Callable[[_Drawing], _Drawn]] = {
    ChartKind.BARS: _bars,
    ChartKind.HEAT: _grid,
    ChartKind.LINES: _grid,
    ChartKind.INTERVALS: _intervals,
}


def _alt(caption: str, drawn: _Drawn, column: BlockColumn, language: str) -> str:
    """What the chart shows in words: how many values, the greatest and the least."""
    known = [
        (value, _named(each.name, label, len(drawn.series)))
        for each in drawn.series
        for label, value in zip(drawn.labels, each.values, strict=True)
        if value is not None
    ]
    most, least = max(known, key=lambda at: at[0]), min(known, key=lambda at: at[0])
    return word(
        language,
        f"reports.alt.{drawn.kind}",
        caption=caption,
        count=len(known),
        most=most[1],
        most_value=f"{shown(most[0], column)}{column.unit}",
        least=least[1],
        least_value=f"{shown(least[0], column)}{column.unit}",
    )


def _named(series: str, label: str, count: int) -> str:
    return f"{series} {label}" if count > 1 else label
