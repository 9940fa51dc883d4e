"""The days that a statistic is of: whole days of Korea. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Self

from streams.contract.times import KST, day_of, midnight_ms

MAX_DAYS = 366 * 3
USUAL_DAYS = 28


class PeriodName(StrEnum):
    """What one may ask for by name; each up to and with today."""

    TODAY = "today"
    WEEK = "week"  # since Monday
    MONTH = "month"  # since the first
    QUARTER = "quarter"


@dataclass(frozen=True, slots=True)
class Period:
    """From midnight of the first day until midnight after the last."""

    first: date
    last: date

    @property
    def from_ms(self) -> int:
        return midnight_ms(self.first)

    @property
    def until_ms(self) -> int:
        return midnight_ms(self.last + timedelta(days=1))

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def parameters(self) -> Mapping[str, object]:
        """What every query may name. A value holds for an hour at most, so the day before counts
        with the first.
        """
        return {
            "from_ms": self.from_ms,
            "until_ms": self.until_ms,
            "day_before": self.first - timedelta(days=1),
            "first_day": self.first,
            "usual_ms": midnight_ms(self.first - timedelta(days=USUAL_DAYS)),
            "usual_day": self.first - timedelta(days=USUAL_DAYS),
            "last_day": self.last,
        }

    def back(self, months: int) -> Self:
        """The same, begun at the first of so many months before its last day's month."""
        month = self.last.year * 12 + self.last.month - 1 - months
        return type(self)(date(month // 12, month % 12 + 1, 1), self.last)


def time_text(at_ms: int) -> str:
    """A moment in Korea, `2026-11-28 14:05`."""
    return f"{datetime.fromtimestamp(at_ms / 1000, KST):%Y-%m-%d %H:%M}"


def named(name: PeriodName, now_ms: int) -> Period:
    """The period of a name, at a moment."""
    today = day_of(now_ms)
    first = {
        PeriodName.TODAY: today,
        PeriodName.WEEK: today - timedelta(days=today.weekday()),
        PeriodName.MONTH: today.replace(day=1),
        PeriodName.QUARTER: date(today.year, (today.month - 1) // 3 * 3 + 1, 1),
    }
    return Period(first[name], today)
