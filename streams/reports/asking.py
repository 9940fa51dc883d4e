"""The figures of a report, asked of the history: each once, when a template first names it."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from streams.contract.enums import ReportKind
from streams.contract.times import HOUR_MS, day_of
from streams.reports import kinds
from streams.statistics.book import STATISTICS
from streams.statistics.figure import Figure
from streams.statistics.period import Period
from streams.statistics.statistic import SPAN, WITHIN_S, Asked, Found, Reading, compute


class Known(NamedTuple):
    """From when until when the history knows anything: the log's clock, as far as it is on disk;
    `missing` are days in between of which it has nothing.
    """

    first_ms: int
    last_ms: int
    missing: tuple[date, ...] = ()


def known(reading: Reading) -> Known | None:
    """The history's first and last time; None where it has nothing."""
    first, last = reading.table(SPAN, {}, WITHIN_S).rows[0]
    if not isinstance(first, int) or not isinstance(last, int):
        return None
    return Known(first, last)


class _Once:
    """Asks each question once: several statistics stand on one query of millions of rows."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._found: dict[tuple[str, str], Found] = {}

    def table(self, sql: str, params: Mapping[str, object], within_s: float) -> Found:
        key = (sql, repr(sorted(params.items())))
        if key not in self._found:
            self._found[key] = self._reading.table(sql, params, within_s)
        return self._found[key]


class HistoryFacts:
    """The statistics of a period and of the one before it, as far as the history reaches back."""

    def __init__(
        self,
        reading: Reading,
        kind: ReportKind,
        period: Period,
        roads: Mapping[str, str],
        knows: Known,
    ) -> None:
        self._reading = _Once(reading)
        now, before = (Asked(each, roads=roads) for each in (period, kinds.before(kind, period)))
        self.is_comparable = day_of(knows.first_ms) <= before.period.first
        self.is_over = knows.last_ms + HOUR_MS >= period.until_ms
        self._asked = {False: now, True: before}
        self._made: dict[tuple[str, bool], Figure] = {}

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(STATISTICS)

    def figure(self, name: str, *, is_before: bool = False) -> Figure:
        key = (name, is_before)
        if key not in self._made:
            self._made[key] = compute(self._reading, STATISTICS[name], self._asked[is_before])
        return self._made[key]
