"""Time as Bomnae counts it: Unix ms in UTC; days and hours are Korea's."""

import time
from datetime import timedelta, timezone

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
KST_MS = 9 * HOUR_MS  # Korea keeps UTC+9 all year
KST = timezone(timedelta(milliseconds=KST_MS), "KST")
EVER_MS = 1 << 62
"""The end of what has no known end, the begin of what has no known begin."""


def now_ms() -> int:
    """The machine's clock, for the edge alone: what decides is given its time."""
    return time.time_ns() // 1_000_000
