"""One statistic as a value, and how it is computed over the views of the history. Pure: it asks
through `Reading`, which is DuckDB over the days on disk.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from streams.statistics.figure import Cell, Chart, Column, Figure, Note, Query, Table
from streams.statistics.period import Period, time_text

WITHIN_S = 20.0
"""So long a query may take."""
SPAN = """
SELECT min(first), max(last) FROM (
  SELECT min(minute_ms) AS first, max(minute_ms) AS last FROM link_minutes
  UNION ALL SELECT min(at_ms), max(at_ms) FROM feeds
  UNION ALL SELECT min(at_ms), max(at_ms) FROM work_phases
  UNION ALL SELECT min(at_ms), max(at_ms) FROM calls
  UNION ALL SELECT min(at_ms), max(at_ms) FROM situations)
"""
"""From when until when the history knows anything."""
_LAST = """
SELECT max(last) FROM (
  SELECT max(minute_ms) AS last FROM link_minutes WHERE day BETWEEN $last_day AND $day_after
  UNION ALL SELECT max(at_ms) FROM feeds WHERE day BETWEEN $last_day AND $day_after
  UNION ALL SELECT max(at_ms) FROM work_phases WHERE day BETWEEN $last_day AND $day_after
  UNION ALL SELECT max(at_ms) FROM calls WHERE day BETWEEN $last_day AND $day_after
  UNION ALL SELECT max(at_ms) FROM situations WHERE day BETWEEN $last_day AND $day_after)
"""
"""The same of two days alone: of years it would take seconds."""
VEHICLES_PER_HOUR = 300
"""On a link, where nobody says another number: a street of a city in the day."""
_NAME = re.compile(r"\$([a-z_]+)")
Rows = Sequence[tuple[Cell, ...]]


class Found(Protocol):
    """What a query gave."""

    @property
    def rows(self) -> Sequence[tuple[object, ...]]: ...


class Reading(Protocol):
    """The history's reading side: one view a table, read-only, bounded in time and memory."""

    def table(self, sql: str, params: Mapping[str, object], within_s: float) -> Found: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to know: of which days, of which road, by which assumptions."""

    period: Period
    road: str = ""
    vehicles_per_hour: int = VEHICLES_PER_HOUR
    roads: Mapping[str, str] = field(default_factory=dict)
    """Link -> the road that it is part of; a link without one stands for itself."""
    receivers: Mapping[str, str] = field(default_factory=dict)
    """Endpoint -> its name, for whoever may know it."""

    def road_of(self, link_id: str) -> str:
        return self.roads.get(link_id) or link_id

    @property
    def links(self) -> list[str]:
        """The links of the road asked for; none asked for: none."""
        return sorted(x for x, name in self.roads.items() if name == self.road) if self.road else []

    def parameters(self) -> Mapping[str, object]:
        more = {"vehicles_per_hour": self.vehicles_per_hour, "links": self.links}
        return {**self.period.parameters(), **more}


Shaped = Callable[[Rows, Asked], tuple[Rows, tuple[Note, ...]]]
"""Makes the figure's rows of the query's, and says what must be said beside them."""


def as_it_is(rows: Rows, _: Asked) -> tuple[Rows, tuple[Note, ...]]:
    return rows, ()


@dataclass(frozen=True, slots=True)
class Statistic:
    """One figure that can be asked for; its words are `stats.` and its id, and `.about`.

    `sql` and `rows_sql` name their parameters `$from_ms`; `months` back its query reaches besides.
    """

    id: str
    columns: tuple[Column, ...]
    chart: Chart
    sql: str
    rows_sql: str
    shape: Shaped = as_it_is
    months: int = 0
    notes: tuple[Note, ...] = ()
    takes: tuple[str, ...] = ()
    """Which of `road` and `vehicles_per_hour` it heeds."""
    within_s: float = WITHIN_S
    names_receivers: bool = False
    goes_on: bool = False
    """Whether it counts what still goes on, up to the period's or the history's end."""


def compute(reading: Reading, statistic: Statistic, asked: Asked) -> Figure:
    """The figure; what the reading raises (too long, a broken file) goes through."""
    period = asked.period.back(statistic.months) if statistic.months else asked.period
    until_ms = _until_ms(reading, period)
    query = query_of(statistic.sql, asked, period, until_ms)
    found = reading.table(query.sql, query.parameters, statistic.within_s)
    rows, notes = statistic.shape(_cells(found.rows), asked)
    if statistic.goes_on and until_ms < period.until_ms:
        notes = (*notes, Note("history_ends", {"time": time_text(until_ms)}))
    return Figure(
        id=statistic.id,
        from_ms=asked.period.from_ms,
        until_ms=asked.period.until_ms,
        table=Table(statistic.columns, tuple(rows)),
        chart=statistic.chart,
        query=query,
        rows=query_of(statistic.rows_sql, asked, period, until_ms),
        notes=(*statistic.notes, *notes),
    )


def _until_ms(reading: Reading, period: Period) -> int:
    """The period's end, or the history's where that comes before: what nobody wrote down yet is
    not known, and what goes on goes on until then.
    """
    two_days = {"last_day": period.last, "day_after": period.last + timedelta(days=1)}
    ((last_ms,),) = reading.table(_LAST, two_days, WITHIN_S).rows
    if last_ms is None:
        ((_, last_ms),) = reading.table(SPAN, {}, WITHIN_S).rows
    return min(period.until_ms, last_ms + 1) if isinstance(last_ms, int) else period.until_ms


def query_of(sql: str, asked: Asked, period: Period, until_ms: int) -> Query:
    """The query with the values of those parameters that it names."""
    known = {**asked.parameters(), **period.parameters(), "until_ms": until_ms}
    names = dict.fromkeys(_NAME.findall(sql))
    return Query(sql.strip(), {name: known[name] for name in names})


def _cells(rows: Sequence[tuple[object, ...]]) -> list[tuple[Cell, ...]]:
    return [tuple(_cell(each) for each in row) for row in rows]


def _cell(value: object) -> Cell:
    """Decimals and dates become what JSON has."""
    if value is None or isinstance(value, str | int | float):
        return value
    return float(value) if hasattr(value, "__float__") else str(value)


def rounded(value: float | None, digits: int = 1) -> float | None:
    """As it is shown; sums of floats in another order give the same."""
    return None if value is None else round(value, digits) + 0.0


def whole(value: Cell) -> int:
    return int(value or 0)


def real(value: Cell) -> float:
    return float(value or 0)
