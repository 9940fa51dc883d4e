"""Times as people say them on the telephone: 오늘 18시까지, 내일 05시까지, 3분 전."""

from datetime import datetime, timedelta

from maps.desk.facts.hours import MINUTE_MS, kst_of
from streams.contract.times import DAY_MS
from streams.domain.overlaps import daily

HOUR_MS = 3_600_000
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_ko(at: datetime, now: datetime) -> str:
    """오늘, 내일, 어제, 11월 27일 or 2027년 1월 3일."""
    days = (at.date() - now.date()).days
    if days in (0, 1, -1):
        return {0: "오늘", 1: "내일", -1: "어제"}[days]
    date = f"{at.month}월 {at.day}일"
    return date if at.year == now.year else f"{at.year}년 {date}"


def day_en(at: datetime, now: datetime) -> str:
    """Today, tomorrow, yesterday, 27 Nov or 3 Jan 2027."""
    days = (at.date() - now.date()).days
    if days in (0, 1, -1):
        return {0: "today", 1: "tomorrow", -1: "yesterday"}[days]
    date = f"{at.day} {_MONTHS[at.month - 1]}"
    return date if at.year == now.year else f"{date} {at.year}"


def clock_ko(at: datetime) -> str:
    """18시, 18시 30분, 05시."""
    return f"{at.hour:02}시" + (f" {at.minute:02}분" if at.minute else "")


def moment_ko(at_ms: int, now_ms: int) -> str:
    """오늘 18시, 11월 27일 09시 30분."""
    at, now = kst_of(at_ms), kst_of(now_ms)
    return f"{day_ko(at, now)} {clock_ko(at)}"


def moment_en(at_ms: int, now_ms: int) -> str:
    """Today 18:00, 27 Nov 09:30."""
    at, now = kst_of(at_ms), kst_of(now_ms)
    return f"{day_en(at, now)} {at:%H:%M}"


def until_ko(at_ms: int, now_ms: int, *, is_day: bool = False) -> str:
    """The end of a period, which is not part of it: midnight is the day before, or 오늘 24시.

    `is_day` leaves the hour out: a permit with daily hours ends on a day.
    """
    at, now = kst_of(at_ms), kst_of(now_ms)
    if at.hour == at.minute == 0:
        before = at - timedelta(minutes=1)
        day = day_ko(before, now)
        return f"{day} 24시" if day == "오늘" and not is_day else day
    return day_ko(at, now) if is_day else f"{day_ko(at, now)} {clock_ko(at)}"


def until_en(at_ms: int, now_ms: int, *, is_day: bool = False) -> str:
    """As `until_ko`: today 18:00, 27 Nov, today 24:00."""
    at, now = kst_of(at_ms), kst_of(now_ms)
    if at.hour == at.minute == 0:
        before = at - timedelta(minutes=1)
        day = day_en(before, now)
        return f"{day} 24:00" if day == "today" and not is_day else day
    return day_en(at, now) if is_day else f"{day_en(at, now)} {at:%H:%M}"


def age_ko(age_ms: int) -> str:
    """방금, 3분 전, 2시간 전, 4일 전."""
    for unit_ms, word in ((DAY_MS, "일"), (HOUR_MS, "시간"), (MINUTE_MS, "분")):
        if age_ms >= unit_ms:
            return f"{age_ms // unit_ms}{word} 전"
    return "방금"


def ago_ko(age_ms: int) -> str:
    """When it was, within a sentence: 방금, 3분 전에."""
    word = age_ko(age_ms)
    return word if word == "방금" else f"{word}에"


def age_en(age_ms: int) -> str:
    """Just now, 3 min ago, 2 h ago, 4 d ago."""
    for unit_ms, word in ((DAY_MS, "d"), (HOUR_MS, "h"), (MINUTE_MS, "min")):
        if age_ms >= unit_ms:
            return f"{age_ms // unit_ms} {word} ago"
    return "just now"


def hours_ko(hours: str) -> str:
    """매일 09시부터 18시까지, 매일 밤 22시부터 다음 날 05시까지; "" where they bound nothing.

    Several windows a day: 매일 09시부터 12시까지, 13시부터 18시까지.
    """
    windows = daily(hours).windows
    return f"매일 {', '.join(map(_window_ko, windows))}" if windows else ""


def _window_ko(window: tuple[int, int]) -> str:
    begin, end = window
    if begin < end:
        return f"{_minute_ko(begin)}부터 {_minute_ko(end)}까지"
    return f"밤 {_minute_ko(begin)}부터 다음 날 {_minute_ko(end)}까지"


def hours_en(hours: str) -> str:
    """Daily 09:00-12:00, 13:00-18:00; nightly 22:00-05:00."""
    windows = daily(hours).windows
    if not windows:
        return ""
    spans = ", ".join(f"{_clock(begin)}-{_clock(end)}" for begin, end in windows)
    return f"{'nightly' if all(end < begin for begin, end in windows) else 'daily'} {spans}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _minute_ko(minute: int) -> str:
    return f"{minute // 60:02}시" + (f" {minute % 60:02}분" if minute % 60 else "")
