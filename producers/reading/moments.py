"""Days and moments, KST where no zone is stated, and the ends of periods.

A day as an end belongs to the period: its exclusive end is the next midnight. A day with a time is
that moment, so `2026-09-02 00:00` ends then. But where both sides stand at 00:00 (or the begin is
not known) that time is a spreadsheet's or a database's way to write a day, and the last day still
belongs. 24:00 and a moment with a stated zone are exact.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from producers.reading.points import Point
from producers.reading.times import DAY_S, Token
from streams.contract.errors import RecordRefusedError
from streams.contract.times import DAY_MS, KST, KST_MS

FIRST_YEAR, LAST_YEAR = 1990, 2100
FOR_EVER = (2099, 12, 31)


@dataclass(frozen=True, slots=True)
class WrittenTime:
    """A day or a moment as written: `first_ms` is its begin, UTC; a day's (a month's) last day
    begins at `last_ms`. `is_exact`: its time is meant, even at midnight.
    """

    first_ms: int
    last_ms: int
    has_time: bool = False
    is_exact: bool = False


def refused(raw: str) -> RecordRefusedError:
    return RecordRefusedError("R011", f"date {raw[:40]!r} cannot be read")


def end_ms(end: WrittenTime, start: WrittenTime | None) -> int:
    """The exclusive end, UTC ms, of a period with this begin."""
    if not end.has_time or _is_date_column(end, start):
        return end.last_ms + DAY_MS
    return end.last_ms


def _is_date_column(end: WrittenTime, start: WrittenTime | None) -> bool:
    """Whether an end at 00:00 is the day itself, by what its begin looks like."""
    if end.is_exact or not is_midnight(end.last_ms):
        return False
    if start is None or end.last_ms <= start.first_ms:
        return True
    return start.has_time and not start.is_exact and is_midnight(start.first_ms)


def is_midnight(at_ms: int) -> bool:
    """Whether the moment is 00:00 KST."""
    return (at_ms + KST_MS) % DAY_MS == 0


def plus(start: WrittenTime, length: Token) -> WrittenTime:
    """The end of so many days, weeks, months or years from a begin, as an exact moment; R011
    beyond the years there are.
    """
    try:
        return _plus(start, length)
    except (ValueError, OverflowError):
        raise refused(length.words) from None


def _plus(start: WrittenTime, length: Token) -> WrittenTime:
    begin = datetime.fromtimestamp(start.first_ms / 1000, KST)
    months = {"개": 1, "달": 1, "년": 12}.get(_unit(length.words), 0) * length.count
    if not months:
        days = length.count * (7 if _unit(length.words) == "주" else 1)
        return _exact(begin + timedelta(days=days), length.words)
    year, month = divmod(begin.year * 12 + begin.month - 1 + months, 12)
    last = (date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    ended = begin.replace(year=year, month=month + 1, day=min(begin.day, last))
    return _exact(ended, length.words)


def _unit(words: str) -> str:
    found = re.search(r"[일주개달년]", words)
    return found[0] if found else ""


def _exact(at: datetime, raw: str) -> WrittenTime:
    if at.year > LAST_YEAR:
        raise refused(raw)
    at_ms = int(at.timestamp()) * 1000
    return WrittenTime(at_ms, at_ms, has_time=True, is_exact=True)


def moments_of(
    points: Sequence[Point], after: WrittenTime | None, year: Token | None = None
) -> list[WrittenTime | None]:
    """The dates as moments, those without a year by the one before them, else by the first that
    has one, else by a `year` that stands alone. None for a year so far that it means "for ever";
    R011 where no year is known.
    """
    day = datetime.fromtimestamp(after.first_ms / 1000, KST).date() if after else None
    anchor = next((p.day for p in points if p.day and p.day.year), year)
    found: list[WrittenTime | None] = []
    before = after
    for point in points:
        at: WrittenTime | None = None
        if point.day is None:
            at = _time_alone(point, before)
        else:
            first, last = _dated(point.day, day, anchor)
            at = _moment(first, last, point)
            day = first or day
        found.append(at)
        before = at or before
    return found


def _time_alone(point: Point, before: WrittenTime | None) -> WrittenTime:
    """A time without a day: on the day of the begin, or the first such time after it."""
    if before is None or point.time is None or point.time.second is None:
        raise refused(point.time.words if point.time else "")
    day = datetime.fromtimestamp(before.first_ms / 1000, KST).replace(hour=0, minute=0, second=0)
    at = day + timedelta(seconds=point.time.second, days=int(point.is_next_day))
    if int(at.timestamp()) * 1000 <= before.first_ms:
        at += timedelta(days=1)
    return _exact(at, point.time.words)


def _dated(token: Token, before: date | None, anchor: Token | None) -> tuple[date | None, date]:
    """First and last day of what is written; the first None where the year means "for ever"."""
    year, month = _year_month(token, before, anchor)
    first, last = token.days or (1, 0)
    if year > LAST_YEAR:
        return None, date.max
    following = date(year + month // 12, month % 12 + 1, 1)
    end = date(year, month, last) if last else following - timedelta(days=1)
    is_far = (year, month, last) == FOR_EVER
    if year < FIRST_YEAR:
        raise RecordRefusedError("R011", f"year {year}, within {FIRST_YEAR}..{LAST_YEAR}")
    return (None if is_far else date(year, month, first)), end


def _year_month(token: Token, before: date | None, anchor: Token | None) -> tuple[int, int]:
    if token.year is not None:
        return token.year, token.month or 1
    first, last = token.days or (1, 0)
    if before is not None:
        month = token.month or before.month
        is_next = token.month is not None and (month, last or 31) < (before.month, before.day)
        return before.year + is_next, month
    if anchor is None or anchor.year is None or token.month is None:
        raise refused(token.words)
    is_last = (token.month, first) > (anchor.month or 12, (anchor.days or (31, 31))[1] or 31)
    return anchor.year - is_last, token.month


def _moment(first: date | None, last: date, point: Point) -> WrittenTime | None:
    if first is None:
        return None
    time = point.time
    second = time.second if time else point.day.second if point.day else None
    if second is None:
        return WrittenTime(_midnight_ms(first), _midnight_ms(last))
    zone = None if time is None else time.offset_min
    east_ms = 540 * 60_000 if zone is None else zone * 60_000
    at_ms = _midnight_ms(last) + 540 * 60_000 + second * 1000 - east_ms
    is_exact = second == DAY_S or zone not in {None, 540}
    return WrittenTime(at_ms, at_ms, has_time=True, is_exact=is_exact)


def _midnight_ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=KST).timestamp()) * 1000
