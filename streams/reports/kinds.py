"""Daily, weekly, monthly, quarterly: of which days a report is, and when one is due. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from streams.contract.enums import ReportKind
from streams.contract.publication import report_id
from streams.contract.times import day_of
from streams.statistics.period import Period

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DueReport:
    """A report to be made: its days are over."""

    kind: ReportKind
    period: Period


def period_of(kind: ReportKind, day: date) -> Period:
    """The day, its week from Monday, its month or its quarter."""
    if kind is ReportKind.DAILY:
        return Period(day, day)
    if kind is ReportKind.WEEKLY:
        monday = day - timedelta(days=day.weekday())
        return Period(monday, monday + timedelta(days=6))
    months = 1 if kind is ReportKind.MONTHLY else 3
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    after = first.year * 12 + first.month - 1 + months
    return Period(first, date(after // 12, after % 12 + 1, 1) - ONE_DAY)


def before(kind: ReportKind, period: Period) -> Period:
    """The period of the same kind that ends where this one begins."""
    return period_of(kind, period.first - ONE_DAY)


def stem(kind: ReportKind, period: Period) -> str:
    """The name of its files: `monthly-2026-11`."""
    return report_id(kind, period.first)


def serial(kind: ReportKind, period: Period) -> tuple[int, int]:
    """The year, and the how manieth report of its kind in it this is."""
    first = period.first
    year, week, _ = first.isocalendar()
    return {
        ReportKind.DAILY: (first.year, first.timetuple().tm_yday),
        ReportKind.WEEKLY: (year, week),
        ReportKind.MONTHLY: (first.year, first.month),
        ReportKind.QUARTERLY: (first.year, quarter(first)),
    }[kind]


def quarter(day: date) -> int:
    return (day.month - 1) // 3 + 1


def due_reports(before_ms: int, now_ms: int) -> tuple[DueReport, ...]:
    """Every report whose period ended after `before_ms` and not after `now_ms`, in the order in
    which they end; of those that end together the shortest first.

    Both are times of the log: while the log stands, nothing becomes due, and what was missed
    meanwhile becomes due when it goes on.
    """
    return tuple(_due(before_ms, now_ms))


def _due(before_ms: int, now_ms: int) -> Iterator[DueReport]:
    day, last = day_of(before_ms) - ONE_DAY, day_of(now_ms)
    while day <= last:
        for kind in ReportKind:
            period = period_of(kind, day)
            if period.last == day and before_ms < period.until_ms <= now_ms:
                yield DueReport(kind, period)
        day += ONE_DAY
