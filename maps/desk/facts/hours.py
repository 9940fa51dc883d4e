"""When daily hours open and close around a moment."""

from collections.abc import Sequence
from datetime import datetime

from streams.contract.times import DAY_MS, KST, MINUTE_MS
from streams.domain.overlaps import daily

_LAST_MS = 253_370_764_800_000  # 9999: what a calendar reaches


def kst_of(at_ms: int) -> datetime:
    """The moment in Korea; times outside the calendar are moved to its edge."""
    return datetime.fromtimestamp(min(max(at_ms, 0), _LAST_MS) / 1000, KST)


def window_edges(hours: str, now_ms: int) -> tuple[int | None, int | None]:
    """The last opening and the next closing of daily hours seen from `now_ms`, ms."""
    windows = daily(hours).windows
    if not windows:
        return None, None
    begins = _around([begin for begin, _ in windows], now_ms)
    ends = _around([end for _, end in windows], now_ms)
    return max(at for at in begins if at <= now_ms), min(at for at in ends if at > now_ms)


def next_opening_ms(hours: str, now_ms: int) -> int | None:
    """When daily hours next begin, ms; None for hours that bound nothing."""
    begins = _around([begin for begin, _ in daily(hours).windows], now_ms)
    return min((at for at in begins if at > now_ms), default=None)


def _around(minutes: Sequence[int], now_ms: int) -> list[int]:
    """These minutes of the day as times of yesterday, today and tomorrow."""
    midnight = kst_of(now_ms).replace(hour=0, minute=0, second=0, microsecond=0)
    start_ms = round(midnight.timestamp() * 1000)
    return [start_ms + day * DAY_MS + at * MINUTE_MS for day in (-1, 0, 1) for at in minutes]
