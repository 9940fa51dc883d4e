"""Dates of permit lists, KST. A date as an end is inclusive in the source and exclusive here."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from producers.formats.fields import DAY_MS, kst_ms, text
from streams.errors import RecordRefusedError

_EXCEL_EPOCH = date(1899, 12, 30)
_EXCEL_DAYS = range(32_874, 73_416)  # 1990-01-01 .. 2100-12-31
_RANGE = re.compile(r"\s*[~∼～]\s*")
_HOURS = re.compile(
    r"(\d{1,2})(?::?(\d{2}))?\s*시?\s*[~∼～-]\s*(?:익일|다음날)?\s*(\d{1,2})(?::?(\d{2}))?\s*시?"
)


@dataclass(frozen=True, slots=True)
class Period:
    """Half-open, UTC ms."""

    starts_ms: int
    ends_ms: int


@dataclass(frozen=True, slots=True)
class Span:
    """Two UTC ms, either of which may be unknown."""

    starts_ms: int | None = None
    ends_ms: int | None = None


def observed(began: Any, done: Any, received_ms: int) -> Span:
    """When something really began and was done. What cannot be read, or lies ahead, says nothing.

    A day without a time is its first moment, for both: the same on every poll.
    """
    begin_ms, end_ms = _past_ms(began, received_ms), _past_ms(done, received_ms)
    if begin_ms is not None and end_ms is not None and end_ms < begin_ms:
        return Span()
    return Span(begin_ms, end_ms)


def _past_ms(value: Any, received_ms: int) -> int | None:
    try:
        at_ms = moment_ms(value, is_end=False)
    except RecordRefusedError:
        return None
    return at_ms if at_ms <= received_ms else None


def moment_ms(value: Any, *, is_end: bool) -> int:
    """UTC ms of a date or a date with a time in any form met (ISO, dots, 년월일, digits, Excel
    serial).

    An end without a time is the midnight after that day; raises R011 when it is no date.
    """
    raw = text(value, 60)
    digits = [int(part) for part in re.findall(r"\d+", raw)]
    parts = _parts(raw, digits)
    if parts is None:
        raise RecordRefusedError("R011", f"date {raw!r} cannot be read")
    at_ms = kst_ms(raw, *parts)
    is_date = len(parts) == 3 or not any(parts[3:])
    return at_ms + DAY_MS if is_end and is_date else at_ms


def _parts(raw: str, digits: list[int]) -> tuple[int, ...] | None:
    """Year, month, day and perhaps hour, minute, second; None when the text is no date."""
    run = "".join(re.findall(r"\d", raw))
    if re.fullmatch(r"\d{8}|\d{12}|\d{14}", raw):
        cuts = (0, 4, 6, 8, 10, 12, 14)
        return tuple(int(run[a:b]) for a, b in pairwise(cuts) if b <= len(run))
    if re.fullmatch(r"\d{5}(\.\d+)?", raw):
        return _excel(float(raw))
    if len(digits) < 3 or not re.match(r"'?\d{2,4}\D+\d{1,2}\D+\d{1,2}", raw):
        return None
    year = digits[0] + 2000 if digits[0] < 100 else digits[0]
    return (year, digits[1], digits[2], *digits[3:6])


def _excel(serial: float) -> tuple[int, ...] | None:
    if int(serial) not in _EXCEL_DAYS:
        return None
    day = _EXCEL_EPOCH + timedelta(days=int(serial))
    return day.year, day.month, day.day


def period(starts: Any, ends: Any, both: Any) -> Period | None:
    """The period of two columns or of one text "a ~ b"; None when the row gives none at all.

    Raises R011 for a half or unreadable period, R010 for one that ends before it begins.
    """
    for value in (both, starts):  # a list may put "a ~ b" under its start column
        halves = _RANGE.split(text(value, 80))
        if len(halves) == 2 and all(halves):
            starts, ends = halves
            break
    if not text(starts) and not text(ends):
        if text(both):
            raise RecordRefusedError("R011", f"period {text(both, 60)!r} cannot be read")
        return None
    starts_ms, ends_ms = moment_ms(starts, is_end=False), moment_ms(ends, is_end=True)
    if ends_ms <= starts_ms:
        raise RecordRefusedError("R010", f"ends {text(ends, 40)!r}, begins {text(starts, 40)!r}")
    return Period(starts_ms, ends_ms)


def hours(value: Any) -> str:
    """A daily window as "HH:MM-HH:MM" KST, "" when the text holds none."""
    match = _HOURS.search(text(value, 60))
    if match is None:
        return ""
    begin, begin_min, end, end_min = (int(part or 0) for part in match.groups())
    if begin > 24 or end > 24 or begin_min > 59 or end_min > 59:
        return ""
    return f"{begin % 24:02d}:{begin_min:02d}-{end % 24:02d}:{end_min:02d}"


def proposed(found: dict[str, Any]) -> dict[str, Any]:
    """The row with 착공일 and 준공일 as its period where it has no other."""
    stated = dict(found)
    if not {"starts", "period"} & set(stated) and "began" in stated:
        stated["starts"] = stated.pop("began")
    if not {"ends", "period"} & set(stated) and "done" in stated:
        stated["ends"] = stated.pop("done")
    return stated


def restoration(found: dict[str, Any]) -> Span:
    """The restoration; its end alone where the source gives no more."""
    keys = ("restore_starts", "restore_ends", "restore_period")
    starts, ends, both = (found.get(key) for key in keys)
    if starts is None and both is None:
        return Span(None, None if ends is None else moment_ms(ends, is_end=True))
    if ends is None and both is None:
        return Span(moment_ms(starts, is_end=False), None)
    whole = period(starts, ends, both)
    return Span(whole.starts_ms, whole.ends_ms) if whole else Span()
