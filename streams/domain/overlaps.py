"""Whether two works happen at the same time: their periods, and their daily hours within.

Hours over midnight belong to the day they begin on: a period of whole days begins with the night of
its first day, not with the morning before, and lasts until the morning after its last night. A
begin or an end at any other time than midnight cuts the hours where it stands.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from streams.contract.times import DAY_MS, EVER_MS, KST_MS, MINUTE_MS

_DAY_MIN = 1440
_TIME = r"\s*(\d{1,2})\s*:\s*(\d{1,2})\s*"
_HOURS = re.compile(f"{_TIME}-{_TIME}")

Ranges = tuple[tuple[int, int], ...]
_ALL_DAY: Ranges = ((0, _DAY_MIN),)


class HoursSpan(NamedTuple):
    """A half-open period in ms with daily hours in it, as minutes of the Korean day."""

    starts_ms: int
    ends_ms: int
    hours: Ranges = _ALL_DAY


class Daily(NamedTuple):
    """Daily hours in minutes of the Korean day.

    `windows` are begin and end of each, in the order of the day, () where they bound nothing; a
    night's end is not after its begin. `ranges` are the same within one day, `morning` is the end
    of the night that began the day before (0: none), `first` the first begin after it.
    """

    windows: Ranges = ()
    ranges: Ranges = _ALL_DAY
    morning: int = 0
    first: int = 0


@lru_cache(maxsize=1 << 14)  # each tick asks again for every work
def span(starts_ms: int | None, ends_ms: int | None, hours: str = "") -> HoursSpan:
    """The period in which a work may be on: without a known begin it never begins, without a known
    end it has none. Where only a morning is left of a night, that morning counts.
    """
    own = daily(hours)
    end_ms = last_ms(ends_ms, hours)
    if starts_ms is None:
        return HoursSpan(EVER_MS, end_ms, own.ranges)
    begin_ms = starts_ms
    if own.morning and _is_midnight(starts_ms):
        begin_ms += own.first * MINUTE_MS
    return HoursSpan(begin_ms if begin_ms < end_ms else starts_ms, end_ms, own.ranges)


def last_ms(ends_ms: int | None, hours: str = "") -> int:
    """When a period with daily hours is really over; EVER_MS where no end is known."""
    if ends_ms is None:
        return EVER_MS
    morning = daily(hours).morning
    return ends_ms + morning * MINUTE_MS if morning and _is_midnight(ends_ms) else ends_ms


def _is_midnight(at_ms: int) -> bool:
    return not (at_ms + KST_MS) % DAY_MS


@lru_cache(maxsize=4096)
def daily(hours: str) -> Daily:
    """Daily hours "HH:MM-HH:MM", one window or several with commas between them.

    Windows that touch are one, over midnight too. Hours that are empty or of which a part cannot be
    read bound nothing: a closure is rather shown than hidden.
    """
    found = [_bounds_of(part) for part in hours.split(",")]
    bounds = [window for window in found if window is not None]
    ranges = _joined(part for window in bounds for part in _within_a_day(*window))
    if len(bounds) < len(found):
        return Daily()
    first, last = ranges[0], ranges[-1]
    if len(ranges) == 1 or first[0] > 0 or last[1] < _DAY_MIN:
        return Daily(ranges, ranges)
    windows = (*ranges[1:-1], (last[0], first[1]))
    return Daily(windows, ranges, first[1], windows[0][0])


def _bounds_of(hours: str) -> tuple[int, int] | None:
    """Begin and end of one window in minutes; None where they bound nothing."""
    found = _HOURS.fullmatch(hours)
    if not found:
        return None
    numbers = [int(part) for part in found.groups()]
    begin, end = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
    is_bound = begin != end and max(begin, end) <= _DAY_MIN and max(numbers[1], numbers[3]) < 60
    return (begin, end) if is_bound else None


def _within_a_day(begin: int, end: int) -> Ranges:
    """A window as ranges of one day, two where it crosses midnight."""
    parts = ((begin, end),) if begin < end else ((0, end), (begin, _DAY_MIN))
    return tuple(part for part in parts if part[0] < part[1])


def _joined(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Ranges in order, those that touch made one."""
    found: list[tuple[int, int]] = []
    for begin, end in sorted(ranges):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return tuple(found)


def meet(one: HoursSpan, other: HoursSpan) -> tuple[int, int] | None:
    """The period both have in common, None when they share no minute of it."""
    starts_ms, ends_ms = max(one.starts_ms, other.starts_ms), min(one.ends_ms, other.ends_ms)
    if starts_ms >= ends_ms:
        return None
    common = _common(one.hours, other.hours)
    if not common or not _is_touched(common, starts_ms, ends_ms):
        return None
    return starts_ms, ends_ms


def is_within(period: HoursSpan, at_ms: int) -> bool:
    """Whether a time lies in a period and in its daily hours."""
    if not period.starts_ms <= at_ms < period.ends_ms:
        return False
    return is_in(period.hours, at_ms)


def within_hours(hours: str, at_ms: int) -> bool:
    """Whether a time lies in daily hours (KST, ends exclusive), whatever the day.

    Hours that are empty or cannot be read bound nothing: a closure is rather shown than hidden.
    """
    return is_in(daily(hours).ranges, at_ms)


def is_in(ranges: Ranges, at_ms: int) -> bool:
    """Whether a time lies in ranges of minutes of the Korean day."""
    if ranges is _ALL_DAY:
        return True
    minute = (at_ms + KST_MS) % DAY_MS // MINUTE_MS
    return any(begin <= minute < end for begin, end in ranges)


def openings(period: HoursSpan) -> Iterator[int]:
    """The first times on or after the start of a period at which its daily hours begin."""
    day_ms = (period.starts_ms + KST_MS) // DAY_MS * DAY_MS - KST_MS
    for begin, _ in period.hours:
        at_ms = day_ms + begin * MINUTE_MS
        yield at_ms if at_ms >= period.starts_ms else at_ms + DAY_MS


@lru_cache(maxsize=4096)
def _common(one: Ranges, other: Ranges) -> Ranges:
    pairs = ((max(a, c), min(b, d)) for a, b in one for c, d in other)
    return tuple(pair for pair in pairs if pair[0] < pair[1])


def _is_touched(ranges: Ranges, starts_ms: int, ends_ms: int) -> bool:
    """Whether a period holds a minute of the ranges; any of a day or longer does."""
    if ends_ms - starts_ms >= DAY_MS:
        return True
    day_ms = (starts_ms + KST_MS) // DAY_MS * DAY_MS - KST_MS
    return any(
        max(starts_ms, at_ms + begin * MINUTE_MS) < min(ends_ms, at_ms + end * MINUTE_MS)
        for at_ms in (day_ms, day_ms + DAY_MS)
        for begin, end in ranges
    )
