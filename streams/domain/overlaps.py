"""Whether two works happen at the same time: their periods, and their daily hours within."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

DAY_MS = 86_400_000
KST_MS = 9 * 3_600_000  # Korea keeps UTC+9 all year
_MINUTE_MS = 60_000
_DAY_MIN = 1440
_TIME = r"\s*(\d{1,2})\s*:\s*(\d{1,2})\s*"
_HOURS = re.compile(f"{_TIME}-{_TIME}")
EVER_MS = 1 << 62  # the end of what has no known end


class Span(NamedTuple):
    """A half-open period in ms with daily hours in it, as minutes of the Korean day."""

    starts_ms: int
    ends_ms: int
    hours: tuple[tuple[int, int], ...] = ((0, _DAY_MIN),)


def span(starts_ms: int, ends_ms: int, hours: str = "") -> Span:
    return Span(starts_ms, ends_ms, minutes_of(hours))


@lru_cache(maxsize=4096)
def minutes_of(hours: str) -> tuple[tuple[int, int], ...]:
    """Daily hours "HH:MM-HH:MM" as minutes within one day, two ranges when they cross midnight.

    Hours that are empty or cannot be read bound nothing.
    """
    bounds = bounds_of(hours)
    if bounds is None:
        return ((0, _DAY_MIN),)
    begin, end = bounds
    if begin < end:
        return ((begin, end),)
    return tuple(part for part in ((0, end), (begin, _DAY_MIN)) if part[0] < part[1])


def bounds_of(hours: str) -> tuple[int, int] | None:
    """Begin and end of daily hours in minutes; None where they bound nothing."""
    found = _HOURS.fullmatch(hours)
    if not found:
        return None
    numbers = [int(part) for part in found.groups()]
    begin, end = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
    is_bound = begin != end and max(begin, end) <= _DAY_MIN and max(numbers[1], numbers[3]) < 60
    return (begin, end) if is_bound else None


def meet(one: Span, other: Span) -> tuple[int, int] | None:
    """The period both have in common, None when they share no minute of it."""
    starts_ms, ends_ms = max(one.starts_ms, other.starts_ms), min(one.ends_ms, other.ends_ms)
    if starts_ms >= ends_ms:
        return None
    common = _common(one.hours, other.hours)
    if not common or not _is_touched(common, starts_ms, ends_ms):
        return None
    return starts_ms, ends_ms


def is_within(period: Span, at_ms: int) -> bool:
    """Whether a time lies in a period and in its daily hours."""
    if not period.starts_ms <= at_ms < period.ends_ms:
        return False
    return is_in(period.hours, at_ms)


def within_hours(hours: str, at_ms: int) -> bool:
    """Whether a time lies in daily hours "HH:MM-HH:MM" (KST, end exclusive, may cross midnight).

    Hours that are empty or cannot be read bound nothing: a closure is rather shown than hidden.
    """
    return is_in(minutes_of(hours), at_ms)


def is_in(ranges: tuple[tuple[int, int], ...], at_ms: int) -> bool:
    """Whether a time lies in ranges of minutes of the Korean day."""
    minute = (at_ms + KST_MS) % DAY_MS // _MINUTE_MS
    return any(begin <= minute < end for begin, end in ranges)


def openings(period: Span) -> Iterator[int]:
    """The first times on or after the start of a period at which its daily hours begin."""
    day_ms = (period.starts_ms + KST_MS) // DAY_MS * DAY_MS - KST_MS
    for begin, _ in period.hours:
        at_ms = day_ms + begin * _MINUTE_MS
        yield at_ms if at_ms >= period.starts_ms else at_ms + DAY_MS


@lru_cache(maxsize=4096)
def _common(
    one: tuple[tuple[int, int], ...], other: tuple[tuple[int, int], ...]
) -> tuple[tuple[int, int], ...]:
    pairs = ((max(a, c), min(b, d)) for a, b in one for c, d in other)
    return tuple(pair for pair in pairs if pair[0] < pair[1])


def _is_touched(ranges: tuple[tuple[int, int], ...], starts_ms: int, ends_ms: int) -> bool:
    """Whether a period holds a minute of the ranges; any of a day or longer does."""
    if ends_ms - starts_ms >= DAY_MS:
        return True
    day_ms = (starts_ms + KST_MS) // DAY_MS * DAY_MS - KST_MS
    return any(
        max(starts_ms, at_ms + begin * _MINUTE_MS) < min(ends_ms, at_ms + end * _MINUTE_MS)
        for at_ms in (day_ms, day_ms + DAY_MS)
        for begin, end in ranges
    )
