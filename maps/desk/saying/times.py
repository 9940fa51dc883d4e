"""Times as people say them on the telephone: 오늘 오후 6시까지, 내일 오전 5시까지, 3분 전."""

from datetime import datetime, timedelta

from maps.desk.facts.hours import kst_of
from streams.contract.times import DAY_MS, HOUR_MS, MINUTE_MS
from streams.domain.overlaps import daily
from streams.words.catalogue import Phrase, joined, phrase

_DAYS = {0: "when.today", 1: "when.tomorrow", -1: "when.yesterday"}


def _day(at: datetime, now: datetime) -> Phrase:
    """오늘, 내일, 어제, 11월 27일 or 2027년 1월 3일."""
    days = (at.date() - now.date()).days
    if days in _DAYS:
        return phrase(_DAYS[days])
    date = phrase("when.date", month=phrase(f"when.month.{at.month}"), day=at.day)
    return date if at.year == now.year else phrase("when.date_of_year", date=date, year=at.year)


def _clock(hour: int, minute: int) -> Phrase:
    """오후 6시, 오후 6시 30분, 오전 5시; 낮 12시 and 0시 need no half of the day."""
    hour %= 24
    if not minute and hour in (0, 12):
        return phrase("when.noon" if hour else "when.zero")
    half, hour = "am" if hour < 12 else "pm", hour % 12 or 12
    code = f"when.{half}_minutes" if minute else f"when.{half}"
    return phrase(code, hour=hour, minute=f"{minute:02}")


def moment(at_ms: int, now_ms: int, *, is_start: bool = False) -> Phrase:
    """오늘 오후 6시, 11월 27일 오전 9시 30분; of what starts at midnight only the day."""
    at, now = kst_of(at_ms), kst_of(now_ms)
    if is_start and at.hour == at.minute == 0:
        return _day(at, now)
    return phrase("when.moment", day=_day(at, now), clock=_clock(at.hour, at.minute))


def until(at_ms: int, now_ms: int) -> Phrase:
    """The end of a period, which is not part of it: midnight is the day before, or 오늘 자정."""
    at = kst_of(at_ms)
    if at.hour or at.minute:
        return moment(at_ms, now_ms)
    day = last_day(at_ms, now_ms)
    return phrase("when.midnight", day=day) if day.code == "when.today" else day


def last_day(at_ms: int, now_ms: int) -> Phrase:
    """As `until` without the hour: a permit with daily hours ends on a day."""
    return _day(kst_of(at_ms) - timedelta(minutes=1), kst_of(now_ms))


def age(age_ms: int) -> Phrase:
    """방금, 3분 전, 2시간 전, 4일 전."""
    for unit_ms, code in ((DAY_MS, "age.d"), (HOUR_MS, "age.h"), (MINUTE_MS, "age.m")):
        if age_ms >= unit_ms:
            return phrase("ago", age=phrase(code, n=age_ms // unit_ms))
    return phrase("ago.now")


def ago(age_ms: int) -> Phrase:
    """When it was, within a sentence: 방금, 3분 전에."""
    word = age(age_ms)
    return word if word.code == "ago.now" else phrase("when.at_age", age=word)


def daily_hours(hours: str) -> Phrase | None:
    """매일 오전 9시부터 낮 12시까지, 오후 1시부터 오후 6시까지; None where they bound nothing."""
    windows = daily(hours).windows
    if not windows:
        return None
    spans = joined((_window(begin, end) for begin, end in windows), ", ")
    is_by_night = all(end < begin for begin, end in windows)
    return phrase("when.nightly" if is_by_night else "when.daily", spans=spans)


def _window(begin: int, end: int) -> Phrase:
    is_to_midnight = end in (0, 1440)
    code = "when.window" if begin < end or is_to_midnight else "when.window_night"
    until_clock = phrase("when.midnight_clock") if is_to_midnight else _clock(*divmod(end, 60))
    return phrase(code, begin=_clock(*divmod(begin, 60)), end=until_clock)
