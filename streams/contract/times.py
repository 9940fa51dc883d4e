"""Time as Bomnae counts it: Unix ms in UTC; days and hours are Korea's."""

import time
from datetime import date, timedelta, timezone

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
KST_MS = 9 * HOUR_MS  # Korea keeps UTC+9 all year
KST = timezone(timedelta(milliseconds=KST_MS), "KST")
EVER_MS = 1 << 62
"""The end of what has no known end, the begin of what has no known begin."""


_FIRST = date(1970, 1, 1).toordinal()


def kst_day(at_ms: int) -> int:
    """The Korean day of a time, counted from 1970-01-01."""
    return (at_ms + KST_MS) // DAY_MS


def day_text(day: int) -> str:
    """A day of `kst_day` as `2026-11-28`."""
    return date.fromordinal(_FIRST + day).isoformat()


def day_of(at_ms: int) -> date:
    """The Korean day of a time."""
    return date.fromordinal(_FIRST + kst_day(at_ms))


def midnight_ms(day: date) -> int:
    """When a Korean day begins."""
    return (day.toordinal() - _FIRST) * DAY_MS - KST_MS


def now_ms() -> int:
    """The machine's clock, for the edge alone: what decides is given its time."""
    return time.time_ns() // 1_000_000
