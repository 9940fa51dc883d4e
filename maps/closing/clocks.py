"""The times in a typed closure: "30분", "18시까지", "토 22:00~일 06:00". Pure: now is given."""

import datetime as dt
import re
from typing import NamedTuple

from streams.contract.times import DAY_MS, HOUR_MS, KST_MS, MINUTE_MS, kst_day

WEEKDAYS = "월화수목금토일"
_ENGLISH = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NEAR = {
    word: days
    for days, words in (
        (-2, "그저께 그제"),
        (-1, "어제 작일 yesterday"),
        (0, "오늘 금일 today"),
        (1, "내일 명일 tomorrow"),
        (2, "모레"),
        (3, "글피"),
    )
    for word in words.split()
}
_NEXT = ("익일", "다음날", "다음 날")
_DAY = (
    rf"(?:(?P<near{{0}}>{'|'.join((*_NEAR, *_NEXT))})"
    r"|(?:(?P<far{0}>이번|금|다음|차)\s*주\s*)?"
    r"(?P<week{0}>[월화수목금토일](?:요일)?|mon|tue|wed|thu|fri|sat|sun)(?![가-힣a-z])"
    r"|(?P<month{0}>\d{{1,2}})(?:[/.]|월\s*)(?P<date{0}>\d{{1,2}})일?(?![\d차개])"
    r"|(?P<only{0}>\d{{1,2}})일(?!\s*(?:간|동안)))"
)
_CLOCK = (
    r"(?:(?P<half{0}>오전|오후|새벽|아침|저녁|낮|밤)?\s*(?P<hour{0}>\d{{1,2}})"
    r"(?:[:](?P<minute{0}>\d{{2}})|(?P<si{0}>시)(?!간)(?:\s*(?P<past{0}>반|\d{{1,2}}분))?)"
    r"|(?P<called{0}>정오|자정))"
)
_MOMENT = rf"(?:{_DAY}\s*)?{_CLOCK}"
_EDGE = r"(?<![^\s~\-–])"
_TO = r"\s*(?:~|-|–|부터|에서)\s*"
_OVER = r"\s*(?:까지|해제|종료|개통)"
RANGE = re.compile(
    rf"{_EDGE}{_MOMENT.format(1)}{_TO}{_MOMENT.format(2)}(?:{_OVER})?", re.IGNORECASE
)
UNTIL = re.compile(
    rf"(?:{_EDGE}{_MOMENT.format(1)}{_OVER}|(?:~|until|till)\s*{_MOMENT.format(2)})", re.IGNORECASE
)
SINCE = re.compile(rf"{_EDGE}{_MOMENT.format(1)}\s*부터", re.IGNORECASE)
DAYS = re.compile(rf"{_EDGE}{_DAY.format(1)}{_TO}{_DAY.format(2)}(?:\s*까지)?(?!\S)", re.IGNORECASE)
LAST_DAY = re.compile(rf"{_EDGE}{_DAY.format(1)}\s*까지", re.IGNORECASE)
_COUNTED = {"한": 1, "두": 2, "세": 3, "네": 4, "다섯": 5, "여섯": 6}
LASTS = re.compile(
    r"(?:(?<!\S)(?:약|대략)\s*)?(?<![\d:.\-])(?:"
    rf"(?P<hours>\d{{1,3}}|(?<!\S)(?:{'|'.join(_COUNTED)}))\s*(?:시간|hours?|h)"
    r"(?:\s*(?P<and>반|\d{1,2}\s*(?:분|min|m)))?"
    r"|(?<!\S)(?P<half>반)\s*시간"
    r"|(?P<minutes>\d{1,4})\s*(?:분|minutes?|mins?)"
    r"|(?P<days>\d{1,3})\s*일(?=\s*(?:간|동안))|(?<!\S)(?P<day>하루))"
    r"(?:\s*(?:간|동안|쯤|정도|가량|이내|내외|안팎))*"
    r"(?:\s*(?:뒤|후)에?\s*(?:해제|종료|개통))?(?:\s*소요)?(?:\s*예정)?(?![가-힣a-z])",
    re.IGNORECASE,
)
LATER = re.compile(
    r"(?<!\S)(?P<n>\d{1,3})\s*(?P<unit>시간|분)\s*(?:뒤|후)\s*(?:부터|에)?(?=\s)"
    r"(?!\s*(?:해제|종료|개통))"
)
FROM_NOW = re.compile(r"(?<!\S)(?:지금|현재|이제)\s*부터(?!\S)")
UNREAD = re.compile(
    r"(?<![가-힣a-z\d\-])(?:[\d~\-:]+\s*(?:시간|시|분)(?:\s?(?:까지|부터|뒤|후)|(?![가-힣]))"
    r"|\d{1,2}:\d{2}|[0-2]\d[0-5]\d\s*[~\-]\s*[0-2]\d[0-5]\d(?![\d\-번호])"
    r"|\d{1,2}[/.]\d{1,2}(?!\s*차)|\d{1,2}일(?:부터|까지|(?!\S))"
    rf"|(?:정오|자정|매일|매주|(?:이번|다음)\s*주|주말|평일|새벽|저녁|{'|'.join((*_NEAR, *_NEXT))})"
    r"(?:부터|까지)?(?![가-힣a-z]))",
    re.IGNORECASE,
)
"""Words of time that are still there when all that is understood was taken out."""
_NIGHT_H = 6
_NOON_H = 7  # "2시" alone is in the afternoon, "8시" in the morning
_DAY_MIN = 24 * 60


class Clock(NamedTuple):
    """A moment as it is written. `day` is the day it names, days since 1970 in Korea, None: it
    names none; `weekday` the day of the week, -1 none. `is_open`: 2 may be 2 or 14. `is_next`:
    on the day after its begin.
    """

    minute: int
    day: int | None = None
    weekday: int = -1
    is_open: bool = False
    is_next: bool = False


def lasts_ms(found: re.Match[str]) -> int:
    """How long `LASTS` says."""
    if found["minutes"]:
        return int(found["minutes"]) * MINUTE_MS
    if found["days"] or found["day"]:
        return int(found["days"] or 1) * DAY_MS
    if found["half"]:
        return HOUR_MS // 2
    more = found["and"] or "0"
    minutes = 30 if more == "반" else int(re.sub(r"\D", "", more))
    hours = _COUNTED.get(found["hours"]) or int(found["hours"])
    return hours * HOUR_MS + minutes * MINUTE_MS


def later_ms(found: re.Match[str]) -> int:
    """How long after now `LATER` says."""
    return int(found["n"]) * (HOUR_MS if found["unit"] == "시간" else MINUTE_MS)


def clock_of(found: re.Match[str], part: int, now_ms: int) -> Clock | None:
    """The moment of a part of a match; None where it is none, such as 25:00 or 2/30."""
    if (minute := _minute_of_day(found, part)) is None:
        return None
    is_bare = bool(found[f"si{part}"]) and not found[f"half{part}"]
    return on_day(
        Clock(minute, is_open=is_bare and 0 < minute < _DAY_MIN // 2), found, part, now_ms
    )


def _minute_of_day(found: re.Match[str], part: int) -> int | None:
    """The minute, more than a day's where the night is meant that begins that day."""
    if called := found[f"called{part}"]:
        return _DAY_MIN // 2 if called == "정오" else _DAY_MIN
    minute = int(found[f"hour{part}"]) * 60 + (past := _past_hour(found, part))
    if minute > _DAY_MIN or past >= 60:
        return None
    return minute + _half_day(found[f"half{part}"] or "", minute // 60)


def _half_day(half: str, hour: int) -> int:
    """What the half of the day that is named adds to an hour of twelve, in minutes."""
    noon = _DAY_MIN // 2
    if half == "밤" and (hour < _NIGHT_H or hour == 12):
        return noon if hour == 12 else _DAY_MIN
    if hour == 12:
        return -noon if half in ("오전", "새벽") else 0
    is_after = half in ("오후", "저녁", "밤") or (half == "낮" and hour < _NIGHT_H)
    return noon if is_after and hour < 12 else 0


def on_day(at: Clock, found: re.Match[str], part: int, now_ms: int) -> Clock | None:
    """A moment on the day that a part of a match names; None: there is no such day."""
    today = kst_day(now_ms)
    near, week = found[f"near{part}"], found[f"week{part}"]
    if near:
        near = near.lower()
        return at._replace(is_next=True) if near in _NEXT else at._replace(day=today + _NEAR[near])
    if week and (far := found[f"far{part}"]):
        monday = today - _week_of(today) + (7 if far in ("다음", "차") else 0)
        return at._replace(day=monday + _weekday(week.lower()))
    if week:
        return at._replace(weekday=_weekday(week.lower()))
    if date := found[f"date{part}"] or found[f"only{part}"]:
        day = _dated(int(found[f"month{part}"] or 0), int(date), now_ms)
        return None if day is None else at._replace(day=day)
    return at


def days_of(found: re.Match[str], now_ms: int) -> tuple[int, int] | None:
    """From the first moment of a day to the last of another, as `DAYS` names them."""
    begin, end = (
        on_day(Clock(minute), found, part, now_ms) for part, minute in ((1, 0), (2, _DAY_MIN))
    )
    if begin is None or end is None:
        return None
    starts_ms = begin_ms(begin, now_ms)
    return starts_ms, end_ms(end, starts_ms)


def last_day_ms(found: re.Match[str], now_ms: int) -> int | None:
    """The last moment of the day that `LAST_DAY` names."""
    end = on_day(Clock(_DAY_MIN), found, 1, now_ms)
    return None if end is None else end_ms(end, now_ms)


def _past_hour(found: re.Match[str], part: int) -> int:
    past = found[f"past{part}"] or found[f"minute{part}"] or "0"
    return 30 if past == "반" else int(past.removesuffix("분"))


def _weekday(name: str) -> int:
    return WEEKDAYS.index(name[0]) if name[0] in WEEKDAYS else _ENGLISH.index(name)


def _dated(month: int, date: int, now_ms: int) -> int | None:
    """The day of a month and a date, the one nearest to now; of a date alone the next (month 0).
    None: there is no such day.
    """
    today = dt.date(1970, 1, 1) + dt.timedelta(days=kst_day(now_ms))
    found = []
    for ahead in range(-12, 13):
        year, at = divmod(today.year * 12 + today.month - 1 + ahead, 12)
        if (month or at + 1) != at + 1 or (not month and ahead < 0):
            continue
        try:
            found.append(dt.date(year, at + 1, date))
        except ValueError:
            continue
    if not month:
        found = [each for each in found if each >= today]
    nearest = min(found, key=lambda each: abs((each - today).days), default=None)
    return None if nearest is None else (nearest - dt.date(1970, 1, 1)).days


def at_ms(clock: Clock, day: int) -> int:
    return day * DAY_MS - KST_MS + clock.minute * MINUTE_MS


def begin_ms(clock: Clock, now_ms: int) -> int:
    """When a begin is: on the day it names, else today, a day of the week from today on."""
    today = kst_day(now_ms) + clock.is_next
    if clock.is_open and clock.minute < _NOON_H * 60:
        clock = clock._replace(minute=clock.minute + 12 * 60)
    if clock.weekday >= 0:
        return at_ms(clock, today + (clock.weekday - _week_of(today)) % 7)
    return at_ms(clock, today if clock.day is None else clock.day)


def end_ms(clock: Clock, after_ms: int) -> int:
    """When an end is: as it is written where it names a day, else the first such time after a
    begin.
    """
    first = kst_day(after_ms)
    if clock.day is not None or clock.is_next:
        return at_ms(clock, first + 1 if clock.day is None else clock.day)
    if clock.weekday >= 0:
        at = at_ms(clock, first + (clock.weekday - _week_of(first)) % 7)
        return at if at > after_ms else at + 7 * DAY_MS
    minute = clock.minute % _DAY_MIN
    minutes = (minute, minute + 12 * 60) if clock.is_open else (minute,)
    times = [
        at_ms(clock._replace(minute=minute), first + days) for minute in minutes for days in (0, 1)
    ]
    return min(at for at in times if at > after_ms)


def _week_of(day: int) -> int:
    """Monday is 0; 1970 began on a Thursday."""
    return (day + 3) % 7
