"""Statistics as the API states them. Pure."""

from collections.abc import Sequence
from itertools import starmap
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from maps.picture.exports import csv_file
from maps.picture.fields import Ms
from streams.contract.times import day_of
from streams.statistics.figure import Cell, Column, Figure, Query, Unit
from streams.statistics.statistic import Statistic
from streams.words.catalogue import FIRST, Phrase, Translatable, has_word, phrase, word
from streams.words.spoken import OwnText, Spoken

Day = Annotated[str, Meta(description="a day in Korea, 2026-11-28")]
Value = str | int | float | None


class StatisticHead(msgspec.Struct, kw_only=True, metaclass=Spoken):
    """A statistic that can be asked for."""

    id: str
    title: Translatable
    about: Translatable
    takes: Annotated[list[str], Meta(description="which of road and vehicles it heeds")]


class Statistics(msgspec.Struct, kw_only=True):
    """What can be asked for, and of which days there is a history."""

    now_ms: Ms
    simulated: bool
    history: Annotated[
        str,
        Meta(
            description="ready, no_folder (BOMNAE_HISTORY), no_extra (history), empty, unreadable"
        ),
    ]
    first: Annotated[Day | None, Meta(description="first day on disk")]
    last: Day | None
    roads: Annotated[list[str], Meta(description="what `road` may be")]
    statistics: list[StatisticHead]


class StatisticColumn(msgspec.Struct, kw_only=True, metaclass=Spoken):
    """A column; a unit `word` means a code whose words are `words` and the cell."""

    name: str
    unit: str
    words: str
    title: Translatable


class StatisticChart(msgspec.Struct, kw_only=True):
    """How it is drawn, by the names of its columns; "" is none."""

    kind: Annotated[str, Meta(description="bars, heat, lines or intervals")]
    x: str
    y: tuple[str, ...]
    group: str
    low: str
    high: str


class StatisticNote(msgspec.Struct, kw_only=True, metaclass=Spoken):
    """What must be said beside it: a definition, an assumption, what it cannot say."""

    code: str
    text: OwnText


class StatisticFigure(msgspec.Struct, kw_only=True, metaclass=Spoken):
    """A statistic of a period, with the query that made it."""

    id: str
    title: Translatable
    about: Translatable
    first: Day
    last: Annotated[str, Meta(description="counts whole")]
    simulated: bool
    columns: list[StatisticColumn]
    rows: Annotated[list[list[Value]], Meta(description="null: not known, which is never 0")]
    chart: StatisticChart
    sql: str
    parameters: dict[str, int | str | list[str]]
    rows_sql: Annotated[str, Meta(description="asks for the rows that it was made of")]
    notes: list[StatisticNote]


class StatisticRows(msgspec.Struct, kw_only=True):
    """The rows of the history that a figure was made of."""

    id: str
    offset: int
    has_more: bool
    columns: list[str]
    rows: list[list[Value | bool | list[str]]]


def head_of(statistic: Statistic) -> StatisticHead:
    return StatisticHead(
        id=statistic.id,
        title=title_of(statistic.id),
        about=phrase(f"stats.{statistic.id}.about"),
        takes=list(statistic.takes),
    )


def title_of(name: str) -> Phrase:
    return phrase(f"stats.{name}")


def heading_of(column: Column) -> Phrase:
    return phrase(f"stats.column.{column.name}")


def figure_body(figure: Figure, *, is_simulated: bool) -> StatisticFigure:
    """A figure as JSON."""
    chart = figure.chart
    return StatisticFigure(
        id=figure.id,
        title=title_of(figure.id),
        about=phrase(f"stats.{figure.id}.about"),
        first=str(day_of(figure.from_ms)),
        last=str(day_of(figure.until_ms - 1)),
        simulated=is_simulated,
        columns=[
            StatisticColumn(name=x.name, unit=x.unit, words=x.words, title=heading_of(x))
            for x in figure.table.columns
        ],
        rows=[list(row) for row in figure.table.rows],
        chart=StatisticChart(
            kind=chart.kind,
            x=chart.x,
            y=chart.y,
            group=chart.group,
            low=chart.low,
            high=chart.high,
        ),
        sql=figure.query.sql,
        parameters=_parameters(figure.query),
        rows_sql=figure.rows.sql,
        notes=[
            StatisticNote(code=x.code, text=phrase(f"stats.note.{x.code}", **x.values))
            for x in figure.notes
        ],
    )


def _parameters(query: Query) -> dict[str, int | str | list[str]]:
    """Days as they are written; numbers and lists as they are."""
    return {
        name: each if isinstance(each, int | str | list) else str(each)
        for name, each in query.parameters.items()
    }


def rows_body(
    name: str, offset: int, most: int, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> StatisticRows:
    """Some rows; one more than asked for says that there are more."""
    return StatisticRows(
        id=name,
        offset=offset,
        has_more=len(rows) > most,
        columns=list(columns),
        rows=[[_plain(each) for each in row] for row in rows[:most]],
    )


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 3)
    return value if value is None or isinstance(value, str | int | list) else str(value)


def csv_of(figure: Figure) -> bytes:
    """A table for a spreadsheet, headings and codes in the first language; a text that a
    spreadsheet would reckon with is kept a text.
    """
    columns = figure.table.columns
    rows = (starmap(_written, zip(columns, row, strict=True)) for row in figure.table.rows)
    return csv_file((heading_of(column).to(FIRST) for column in columns), rows)


def _written(column: Column, value: Cell) -> object:
    return words_of(column, value) if isinstance(value, str) else value


def words_of(column: Column, code: str) -> str:
    """The words of a code, itself where the catalogue has none."""
    if column.unit != Unit.WORD:
        return code
    known = f"{column.words}{code}"
    return word(FIRST, known) if has_word(known) else code
