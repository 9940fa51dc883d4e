"""Text from feeds made harmless to show, and Korean text made comparable. Pure."""

import unicodedata
from datetime import datetime

from streams.contract.text import clean
from streams.contract.times import DAY_MS, HOUR_MS, KST, MINUTE_MS
from streams.domain.overlaps import daily
from streams.domain.unknown_times import Period, unknown_time
from streams.words.catalogue import Joined, Phrase, joined, phrase

MAX_NAME_CHARS, MAX_CHARS = 60, 10_000
JUST_NOW_MS = 3000
_JAMO_FIRST, _JAMO_LAST = "\u3131", "\u318e"  # NFKC would turn ㄱ into another ㄱ


def shown(text: str) -> str:
    """A feed's text, harmless to show."""
    return clean(text, MAX_CHARS)


def short(text: str | None, limit: int = MAX_NAME_CHARS) -> str:
    """A feed's text, harmless to show and cut at `limit` characters; "" for none."""
    return clean(text or "", limit, "…")


def folded(text: str) -> str:
    """Text as search compares it: composed, half width, lower case, without spaces and controls."""
    composed = unicodedata.normalize("NFC", text)
    half = "".join(
        char if _JAMO_FIRST <= char <= _JAMO_LAST else unicodedata.normalize("NFKC", char)
        for char in composed
    )
    kept = (char for char in half.casefold() if unicodedata.category(char)[0] not in "CZ")
    return "".join(kept)


def kst_end(at_ms: int | None) -> str:
    """The end of a period, which is not part of it: midnight is the 24:00 of the day before."""
    text = kst(at_ms)
    if at_ms is None or not text.endswith("00:00"):
        return text
    return f"{kst(at_ms - 1)[:10]} 24:00"


def period_text(row: Period) -> Joined:
    """A work's or an incident's period, `2026-11-23 09:00 ~ 2026-11-27 24:00`; what of it is not
    known is said in its place.
    """
    starts_ms, ends_ms, flags = row.starts_ms, row.ends_ms, row.flags
    begin = unknown_time("starts_ms", flags) if starts_ms is None else kst(starts_ms)
    end = unknown_time("ends_ms", flags) if ends_ms is None else kst_end(ends_ms)
    return joined((begin, end), " ~ ")


def hours_text(hours: str) -> Joined:
    """09:00~12:00, 13:00~18:00, or 22:00~다음 날 06:00; the text itself where it bounds nothing."""
    windows = daily(hours).windows
    return joined((_span(begin, end) for begin, end in windows) if windows else (hours,), ", ")


def ago(age_ms: int) -> Phrase:
    """How long ago: 방금, 12초 전, 3분 전; the screens' `ago` says the same."""
    if age_ms < JUST_NOW_MS:
        return phrase("ago.now")
    units = (("age.d", DAY_MS), ("age.h", HOUR_MS), ("age.m", MINUTE_MS), ("age.s", 1000))
    code, unit_ms = next(unit for unit in units if age_ms >= unit[1])
    return phrase("ago", age=phrase(code, n=age_ms // unit_ms))


def _span(begin: int, end: int) -> Joined:
    until = phrase("period.next_day", time=_clock(end)) if end < begin else _clock(end)
    return joined((_clock(begin), until), "~")


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def kst(at_ms: int | None) -> str:
    """A time in Korea, `2026-11-23 09:00`; "-" where there is none or no calendar reaches it."""
    if at_ms is None:
        return "-"
    try:
        return f"{datetime.fromtimestamp(at_ms / 1000, KST):%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError, OSError):
        return "-"
