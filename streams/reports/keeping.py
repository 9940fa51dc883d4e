"""Which reports are to be made now, which wait and for what, which are overdue. Pure.

Time is the log's, as far as the history is on disk: a report is due an hour after its last day,
when what comes late has come. While the log or the archive stands, nothing becomes due; what was
missed becomes due when it goes on.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from streams.contract.times import DAY_MS, HOUR_MS
from streams.reports.kinds import DueReport, due_reports
from streams.statistics.period import Period

SETTLED_MS = HOUR_MS
"""So long after its end a day takes rows, as the archive has it."""
REPAIR_MS = DAY_MS
"""So long a report waits for days whose files are damaged, and may be made again from the log."""
OVERDUE_MS = 6 * HOUR_MS
"""So long after it became due a report may take."""
BACK_MS = 40 * DAY_MS
"""So far back reports are made that are not there, as at the first start."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Of a report: whether it is made now, and the days that it lacks; of one that waits, why."""

    is_made: bool
    missing: tuple[date, ...] = ()
    why: str = ""


def due_at(clock_ms: int, first_ms: int) -> tuple[DueReport, ...]:
    """The reports that should be there at a time of the log, of a history that begins so."""
    settled_ms = clock_ms - SETTLED_MS
    return due_reports(max(settled_ms - BACK_MS, first_ms), settled_ms)


def newest(due: Iterable[DueReport]) -> tuple[DueReport, ...]:
    """Of each kind the one that is due last; they come in the order in which they end."""
    return tuple({each.kind: each for each in due}.values())


def decided(
    due: DueReport, clock_ms: int, known: Collection[date], damaged: Collection[date]
) -> Decision:
    """Whether a report that is due is made: `known` are days with rows, `damaged` those of which a
    file is set aside. Days without rows never come back and are named; those that are damaged may,
    and are waited for a day of the log; of days that are all missing there is no report.
    """
    days = days_of(due.period)
    spoilt = [day for day in days if day in damaged]
    if spoilt and clock_ms < due.period.until_ms + SETTLED_MS + REPAIR_MS:
        return Decision(is_made=False, why=f"damaged, to be made again: {_listed(spoilt)}")
    missing = tuple(day for day in days if day not in known or day in spoilt)
    if len(missing) == len(days):
        return Decision(is_made=False, missing=missing, why="the history knows none of its days")
    return Decision(is_made=True, missing=missing)


def overdue(waiting: Collection[DueReport], clock_ms: int) -> int:
    """How many of the reports that are not published should be by now."""
    latest_ms = clock_ms - SETTLED_MS - OVERDUE_MS
    return sum(due.period.until_ms <= latest_ms for due in waiting)


def days_of(period: Period) -> tuple[date, ...]:
    return tuple(period.first + timedelta(days=at) for at in range(period.days))


def _listed(days: Collection[date]) -> str:
    return ", ".join(map(str, days))
