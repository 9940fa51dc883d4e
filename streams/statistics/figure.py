"""What a statistic gives: a table of typed columns, how it is drawn, and what it rests on. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

Cell = str | int | float | None
"""None is not known, which is never 0."""


class Unit(StrEnum):
    """What a column's cells are: a sort of text, or a number of so many of this."""

    TEXT = "text"  # as it stands: an office, a road, a feed's name
    WORD = "word"  # the end of a code of the catalogue whose begin is the column's `words`
    MONTH = "month"  # "2026-11"
    HOUR = "hour"  # of the day in Korea, 0 to 23
    WEEKDAY = "weekday"  # 0 is Monday
    COUNT = "count"
    RANK = "rank"
    PERCENT = "percent"
    HOURS = "h"
    MINUTES = "min"
    SECONDS = "s"
    KMH = "km/h"


TEXTS = frozenset((Unit.TEXT, Unit.WORD, Unit.MONTH))


@dataclass(frozen=True, slots=True)
class Column:
    """A column; its heading is `stats.column.` and its name, a WORD's cells are `words` and it."""

    name: str
    unit: str
    words: str = ""

    @property
    def is_number(self) -> bool:
        return self.unit not in TEXTS


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, each row as long as there are columns."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def values(self, name: str) -> list[Cell]:
        """The cells of a column; KeyError where there is none of the name."""
        at = self.place(name)
        return [row[at] for row in self.rows]

    def place(self, name: str) -> int:
        for at, column in enumerate(self.columns):
            if column.name == name:
                return at
        raise KeyError(name)


class ChartKind(StrEnum):
    """How a table is drawn."""

    BARS = "bars"  # a bar a row, or one a column of `y`, along `x`
    HEAT = "heat"  # `x` along, `group` down, the first of `y` as a colour
    LINES = "lines"  # along `x`, a line a `group`, `low` and `high` as its band
    INTERVALS = "intervals"  # a point a row with `low` and `high` beside it


@dataclass(frozen=True, slots=True)
class Chart:
    """Which columns are drawn, by their names; "" is none."""

    kind: ChartKind
    x: str
    y: tuple[str, ...]
    group: str = ""
    low: str = ""
    high: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """What must be said beside a figure: a code of the catalogue (`stats.note.`...) and values."""

    code: str
    values: Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked of the history: SQL and the values of its parameters."""

    sql: str
    parameters: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Figure:
    """A statistic of a period; `rows` asks for the rows that it was made of."""

    id: str
    from_ms: int
    until_ms: int
    table: Table
    chart: Chart
    query: Query
    rows: Query
    notes: tuple[Note, ...] = ()
