"""When shifts begin: with the last hand-over, else at the times of day that the city has. Pure."""

from collections.abc import Iterable, Sequence

from streams.contract.times import DAY_MS, HOUR_MS, MINUTE_MS
from streams.domain.shifts.book import ShiftRow

KST_MS = 9 * HOUR_MS
LATE_MS = HOUR_MS
"""So long after a shift's time the one before it is still the one that is handed over."""
LONGEST_MS = DAY_MS
"""So long one goes on that nobody hands over."""
WAITS_MS = 4 * DAY_MS
"""So long one that was handed over waits for who takes over."""


def begin_at(now_ms: int, times: Sequence[int]) -> int:
    """When the last shift began by the clock; `times` are minutes of the day in Korea."""
    begins = [each for each in _around(now_ms, times) if each <= now_ms]
    return max(begins)


def end_after(now_ms: int, times: Sequence[int]) -> int:
    """When the shift ends that begins about now."""
    return min(each for each in _around(now_ms, times) if each > now_ms + LATE_MS)


def current_begin(rows: Iterable[ShiftRow], times: Sequence[int], now_ms: int) -> int:
    """When the shift began that goes on now. It begins where the last one ended, so that nothing
    falls between two sheets; one that nobody hands over ends a day later.
    """
    last = max(rows, key=lambda row: row.from_ms, default=None)
    by_clock = max(begin_at(now_ms - LATE_MS, times), 0)
    if last is None:
        return by_clock
    if last.taken is not None:
        is_near = now_ms - last.until_ms <= LONGEST_MS
        return last.until_ms if is_near else max(by_clock, last.until_ms)
    most_ms = WAITS_MS if last.handed else LONGEST_MS
    if now_ms - (last.until_ms or last.from_ms) <= most_ms:
        return last.from_ms
    return max(by_clock, last.until_ms, last.from_ms + 1)


def _around(now_ms: int, times: Sequence[int]) -> list[int]:
    """The times of yesterday, of today, of tomorrow and of the day after."""
    midnight = (now_ms + KST_MS) // DAY_MS * DAY_MS - KST_MS
    return [
        midnight + day * DAY_MS + minute * MINUTE_MS for day in (-1, 0, 1, 2) for minute in times
    ]
