"""What a text says of time: a date, a period, an open end, a length, daily hours with them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from producers.reading.fields import text
from producers.reading.hours import Minutes, pulled, written
from producers.reading.moments import WrittenTime, moments_of, plus, refused
from producers.reading.points import Point, marked, points_of
from producers.reading.times import MAX_WORDS, Token, normalised, scan
from streams.contract.errors import RecordRefusedError
from streams.contract.times import DAY_MS, KST_MS

_EPOCH_MS = range(631_152_000_000, 4_102_444_800_000)
_SAME_DAY = re.compile(r"당일|같은\s*날|하루")
_SAME_MONTH = re.compile(r"동월|당월|같은\s*달")
_EDITION = re.compile(r"(?:당초|최초|기존|변경\s*전)|(변경\s*후?|연장\s*후?|정정|수정)")
_HALF = r"\W*\d{2,4}\D{1,3}\d{1,2}\D{1,3}\d{1,2}\s*일?\W*|\W*\d{8}\W*"
_HALVES = re.compile(rf"({_HALF})(?:[~→]|부터|\s-\s)({_HALF})(?:까지)?")
_NOTHING = re.compile(r"[-~.,?\s]*|0(?:\.0+)?")


@dataclass(frozen=True, slots=True)
class PeriodReading:
    """What a text says of time. `single` is a lone date that may be a begin, an end or both.

    `is_open`: it says that the end is not known (미정, 준공시까지, `-`). `hours` as in `hours`.
    `counted` is a length from a begin that stands elsewhere ("착공일로부터 30일"; alone, "30일").
    """

    starts: WrittenTime | None = None
    ends: WrittenTime | None = None
    single: WrittenTime | None = None
    is_open: bool = False
    hours: str | None = None
    counted: Token | None = None

    @property
    def begin(self) -> WrittenTime | None:
        return self.starts or self.single

    @property
    def end(self) -> WrittenTime | None:
        return self.ends or self.single


SILENT = PeriodReading(is_open=True)


def read(value: Any, after: WrittenTime | None = None) -> PeriodReading:
    """What a cell says; `after` is the begin that an end without a year or a day counts from.

    Raises R011 where it holds something that cannot be understood.
    """
    words = "" if value is None else text(value, MAX_WORDS)
    return SILENT if not words or _NOTHING.fullmatch(words) else _read(words, after)


def half_read(value: Any) -> PeriodReading:
    """What is sound of "date ~ date" where the other date is none there is: 2026-02-30."""
    halves = _HALVES.fullmatch(normalised(text(value, MAX_WORDS)) or "")
    starts, ends = (_single(half) for half in halves.groups()) if halves else (None, None)
    return PeriodReading(starts, ends)


def _single(words: str) -> WrittenTime | None:
    try:
        return read(words).single
    except RecordRefusedError:
        return None


def moment_ms(value: Any) -> int:
    """UTC ms of a date or moment, a day without a time being its first moment; R011 if none."""
    return moment(value).first_ms


def moment(value: Any) -> WrittenTime:
    """The one date or moment of a text; R011 when it holds none, or a period."""
    found = read(value).single
    if found is None:
        raise refused(text(value, 60))
    return found


@lru_cache(maxsize=4096)
def _read(words: str, after: WrittenTime | None) -> PeriodReading:
    if re.fullmatch(r"\d{13}(?:\.0+)?", words, re.ASCII) and int(words[:13]) in _EPOCH_MS:
        at_ms = int(words[:13])
        return PeriodReading(single=WrittenTime(at_ms, at_ms, has_time=True))
    if after and _SAME_DAY.fullmatch(words):
        midnight_ms = after.first_ms - (after.first_ms + KST_MS) % DAY_MS
        return PeriodReading(ends=WrittenTime(midnight_ms, midnight_ms))
    if latest := _latest(words, after):
        return latest
    tokens = scan(words)
    if not tokens:
        raise refused(normalised(words) or words)
    try:
        return _understood(tokens, after, words)
    except (ValueError, OverflowError):
        raise refused(words) from None


def _latest(words: str, after: WrittenTime | None) -> PeriodReading | None:
    """The period that counts of several editions: "(당초) 8.1.~9.30. (변경) 9.1.~10.31."; None
    for a text of one.
    """
    marks = list(_EDITION.finditer(words))
    if not marks:
        return None
    ends = [mark.start() for mark in marks[1:]] + [len(words)]
    changed = [words[m.end() : end] for m, end in zip(marks, ends, strict=True) if m[1]]
    changed = [part for part in changed if re.search(r"\d", part)]
    for part in reversed(changed or [words[: marks[0].start()]]):
        try:
            found = read(part.strip(" :()[]→>-/,"), after)
        except RecordRefusedError:
            continue
        if found.starts and (found.ends or found.is_open):
            return found
    return None


def _understood(tokens: Sequence[Token], after: WrittenTime | None, raw: str) -> PeriodReading:
    windows, left = pulled(marked(tokens))
    points, spans = points_of(left)
    if any(token.kind == "number" for token in left):
        raise refused(raw)
    hours = written(windows) if windows else None
    if not points:
        return replace(_without_dates(spans, left, after, raw, hours), hours=hours)
    year = next((token for token in left if token.kind == "year"), None)
    found = _of_roles(points, moments_of(points, after, year), spans, raw)
    if windows and found.single and not found.single.has_time:
        return _one_day(found.single, windows)
    return replace(found, hours=hours)


def _without_dates(
    spans: Sequence[Token],
    left: Sequence[Token],
    after: WrittenTime | None,
    raw: str,
    hours: str | None,
) -> PeriodReading:
    kinds = {token.kind for token in left}
    if spans and ("since" in kinds or "to" not in kinds):
        return PeriodReading(ends=plus(after, spans[-1]) if after else None, counted=spans[-1])
    if spans or kinds & {"open", "zeros", "since"}:  # "허가일로부터 1년": of no stated day
        return PeriodReading(is_open=True)
    if hours is None:
        raise refused(raw)
    return PeriodReading()


def _one_day(day: WrittenTime, windows: Sequence[Minutes]) -> PeriodReading:
    """One day with its hours: one window is the period itself, several are hours of that day."""
    if len(windows) > 1:
        return PeriodReading(single=day, hours=written(windows))
    [(begin, end)] = windows
    first, last = (day.first_ms + minute * 60_000 for minute in (begin, end))
    last += DAY_MS if end <= begin else 0
    begins, ends = (WrittenTime(at, at, has_time=True, is_exact=True) for at in (first, last))
    return PeriodReading(begins, ends)


def _of_roles(
    points: Sequence[Point],
    moments: Sequence[WrittenTime | None],
    spans: Sequence[Token],
    raw: str,
) -> PeriodReading:
    """Begin and end by their place: two dates are both, a lone one is known by 부터, ~ or 까지. A
    moment that is None is a far year: 9999-12-31.
    """
    if len(points) == 1:
        at = moments[0]
        return PeriodReading(is_open=True) if at is None else _lone(points[0], at, spans, raw)
    known = [at for at in moments[1:] if at]
    is_open = len(known) < len(moments) - 1
    last = None if is_open else max(known, key=lambda at: at.last_ms)
    return PeriodReading(moments[0], last, is_open=is_open)


def _lone(point: Point, at: WrittenTime, spans: Sequence[Token], raw: str) -> PeriodReading:
    if point.is_until or (point.is_after_to and not point.is_before_to):
        return PeriodReading(ends=at)
    if spans:
        return PeriodReading(at, plus(at, spans[-1]))
    if point.is_before_to or point.is_open_after:
        return PeriodReading(starts=at, is_open=True)
    if point.day and point.day.month is None and not _SAME_MONTH.search(raw):
        return PeriodReading(counted=Token("span", raw, count=(point.day.days or (0, 0))[0]))
    return PeriodReading(single=at)
