"""Which days of a period the history has, as its manifests say."""

from datetime import date
from pathlib import Path
from typing import NamedTuple

from streams.contract.times import midnight_ms
from streams.history.files import DAYS, days_in, manifest_on
from streams.reports.keeping import days_of
from streams.statistics.period import Period


class HistoryDays(NamedTuple):
    """Days with rows of the roads, and those of which a file was set aside."""

    known: frozenset[date]
    damaged: frozenset[date]


def history_days(history: Path, period: Period) -> HistoryDays:
    """What the history has of a period; HistoryFileError where a manifest is none."""
    there = {*days_in(history)}
    found = {day: manifest_on(history, str(day)) for day in days_of(period) if str(day) in there}
    known = frozenset(day for day, manifest in found.items() if manifest.files.get("link_minutes"))
    return HistoryDays(known, frozenset(day for day, has in found.items() if has.damaged))


def missing_days(history: Path, period: Period, last_ms: int) -> tuple[date, ...]:
    """The days of a period up to a time that the history has nothing of; none of a folder without
    manifests, which cannot say.
    """
    if not (history / DAYS).is_dir():
        return ()
    has = history_days(history, period)
    over = (day for day in days_of(period) if midnight_ms(day) < last_ms)
    return tuple(day for day in over if day not in has.known or day in has.damaged)


def first_day(history: Path) -> date | None:
    """The first day of the history; None where it has none."""
    days = days_in(history)
    return date.fromisoformat(days[0]) if days else None
