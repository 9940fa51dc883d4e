"""The dates of a permit's row. No date of any kind drops a row: what cannot be read is left out.

| the row says | begin, end | flag |
|---|---|---|
| nothing, 미정, 준공시, 영구, `-`, 9999-12-31 | None | `no_start`, `no_end` |
| something that cannot be read | None | `start_unreadable`, `end_unreadable` |
| an end before its begin | begin, None | `period_reversed` |

The begin stays where the two are reversed: which of them is wrong cannot be known, and a work
without a known end is rather shown than hidden.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from producers.reading.fields import text
from producers.reading.hours import hours_between, hours_in, hours_of, is_silent
from producers.reading.moments import WrittenTime, end_ms, plus
from producers.reading.periods import PeriodReading, half_read, read
from producers.reading.times import Token
from streams.contract.errors import RecordRefusedError

Row = Mapping[str, Any]
_PLANNED = re.compile(r"예정|계획|예상|planned|expected", re.IGNORECASE)
_HOUR_TEXTS = ("closure", "title", "place")


@dataclass(frozen=True, slots=True)
class PermitPeriod:
    """Two UTC ms, either of which may be unknown; the second is exclusive."""

    starts_ms: int | None = None
    ends_ms: int | None = None


@dataclass(slots=True)
class Doubts:
    """What of a row was left out: flags for the record, and the values with their columns."""

    flags: list[str] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)

    def note(self, flag: str) -> None:
        if flag not in self.flags:
            self.flags.append(flag)

    def reading(self, name: str, value: Any, after: WrittenTime | None = None) -> PeriodReading:
        """What a cell says; one that cannot be read says nothing and is noted."""
        try:
            return read(value, after)
        except RecordRefusedError:
            self.unread[name] = text(value, 60)
            return half_read(value)

    def detail(self) -> str:
        """The values that were left out, in one line."""
        return "; ".join(f"{name} {value!r} cannot be read" for name, value in self.unread.items())


@dataclass(frozen=True, slots=True)
class Dates:
    """Every time of a row."""

    whole: PermitPeriod
    digging: PermitPeriod
    restoration: PermitPeriod
    observed: PermitPeriod
    hours: str


def dates_of(row: Row, received_ms: int, doubts: Doubts) -> Dates:
    """The times of a row by meaning; what is wrong with them goes to `doubts`."""
    found = _proposed(row)
    occupied, own_hours = _occupied(found, doubts)
    digging = _aside(found, ("dig_starts", "dig_ends", "dig_period"), doubts, "dig")
    names = ("restore_starts", "restore_ends", "restore_period")
    restored = _aside(found, names, doubts, "restore")
    has_dates = any(name in found for name in ("starts", "ends", "period"))
    whole = PermitPeriod(
        digging.starts_ms if occupied.starts_ms is None else occupied.starts_ms,
        occupied.ends_ms if has_dates else digging.ends_ms,
    )
    if whole.starts_ms is not None and (whole.ends_ms or whole.starts_ms + 1) <= whole.starts_ms:
        doubts.note("period_reversed")
        whole = PermitPeriod(whole.starts_ms)
    _note_unknown(whole, found, doubts)
    observed = _observed(found, received_ms, doubts)
    return Dates(whole, digging, restored, observed, _hours(found, own_hours, doubts))


def _proposed(found: Row) -> dict[str, Any]:
    """The row with 착공일 and 준공일 as its period where it has no other."""
    stated = dict(found)
    if not {"starts", "period"} & set(stated) and "began" in stated:
        stated["starts"] = stated.pop("began")
    if not {"ends", "period"} & set(stated) and "done" in stated:
        stated["ends"] = stated.pop("done")
    return stated


def _occupied(found: Row, doubts: Doubts) -> tuple[PermitPeriod, str | None]:
    """The occupation and the daily hours that stand with its dates."""
    both = doubts.reading("period", found.get("period"))
    starts = doubts.reading("starts", found.get("starts"), both.begin)
    begin = both.starts or starts.begin
    ends = doubts.reading("ends", found.get("ends"), begin)
    if ends.counted and not ends.ends:  # "30일": a day of the month as well as a length
        doubts.unread["ends"] = text(found.get("ends"), 60)
    hours = next((r.hours for r in (both, starts, ends) if r.hours is not None), None)
    return _span(both, starts, ends, doubts), hours


def _span(
    both: PeriodReading, starts: PeriodReading, ends: PeriodReading, doubts: Doubts
) -> PermitPeriod:
    """The first whole and ordered period of one cell or of the two columns, else what is known of
    one.
    """
    begins = (both.starts, starts.begin, both.single, ends.starts)
    closes = (both.ends, ends.end, starts.ends, both.single)
    begin = next((at for at in begins if at), None)
    close = next((at for at in closes if at), None)
    pairs = (
        (both.starts, both.ends),
        (starts.begin, ends.end),
        (starts.starts, starts.ends),
        (ends.starts, ends.ends),
        (begin, close),
    )
    for first, last in pairs:
        if first and last and end_ms(last, first) > first.first_ms:
            return PermitPeriod(first.first_ms, end_ms(last, first))
    counted = both.counted or starts.counted
    if begin and counted and not close:
        return PermitPeriod(begin.first_ms, _counted_ms(begin, counted, doubts))
    if begin and close:
        doubts.note("period_reversed")
        return PermitPeriod(begin.first_ms)
    return PermitPeriod(begin.first_ms if begin else None, end_ms(close, None) if close else None)


def _counted_ms(begin: WrittenTime, length: Token, doubts: Doubts) -> int | None:
    try:
        return plus(begin, length).first_ms
    except RecordRefusedError:
        doubts.unread["ends"] = length.words
        return None


def _note_unknown(whole: PermitPeriod, found: Row, doubts: Doubts) -> None:
    """Why the begin or the end is not known: not stated, or not readable."""
    unread = set(doubts.unread)
    if whole.starts_ms is None:
        doubts.note("start_unreadable" if unread & {"starts", "period"} else "no_start")
    if whole.ends_ms is None and "period_reversed" not in doubts.flags:
        names = {"ends", "period"} if {"ends", "period"} & set(found) else {"dig_ends"}
        doubts.note("end_unreadable" if unread & names else "no_end")


def _aside(found: Row, names: tuple[str, str, str], doubts: Doubts, what: str) -> PermitPeriod:
    """Digging or restoration: as far as it can be read, nothing where it ends before it begins."""
    if not any(name in found for name in names):
        return PermitPeriod()
    own = Doubts()
    start, end, period = names
    both = own.reading(period, found.get(period))
    starts = own.reading(start, found.get(start), both.begin)
    ends = own.reading(end, found.get(end), both.starts or starts.begin)
    span = _span(both, starts, ends, own)
    if own.unread:
        doubts.unread |= own.unread
        doubts.note(f"{what}_unreadable")
    if own.flags:
        doubts.note(f"{what}_reversed")
        return PermitPeriod()
    return span


def _observed(found: Row, received_ms: int, doubts: Doubts) -> PermitPeriod:
    """When something really began and was done. What is planned or lies ahead says nothing.

    A day without a time is its first moment, for both: the same on every poll.
    """
    begin_ms = _past_ms("began", found.get("began"), received_ms, doubts)
    end_ms_ = _past_ms("done", found.get("done"), received_ms, doubts)
    if begin_ms is not None and end_ms_ is not None and end_ms_ < begin_ms:
        doubts.note("observed_reversed")
        return PermitPeriod()
    return PermitPeriod(begin_ms, end_ms_)


def _past_ms(name: str, value: Any, received_ms: int, doubts: Doubts) -> int | None:
    if _PLANNED.search(text(value, 60)):
        return None
    stated = doubts.reading(name, value)
    if name in doubts.unread:
        doubts.note("observed_unreadable")
    at = stated.begin if name == "began" else stated.end
    return at.first_ms if at and at.first_ms <= received_ms else None


def _hours(found: Row, with_dates: str | None, doubts: Doubts) -> str:
    """The daily hours: of their own column or pair of columns, with the dates, or in a text."""
    column = hours_of(found.get("hours"))
    hours = _first_hours(found, column, with_dates)
    if column is None and "hours" in found and not is_silent(found["hours"]):
        doubts.unread["hours"] = text(found["hours"], 60)
        if hours is None:
            doubts.note("hours_unreadable")
    return hours or ""


def _first_hours(found: Row, column: str | None, with_dates: str | None) -> str | None:
    """The first that says anything; "" is all day, None where nothing is stated."""
    if column is not None:
        return column
    pair = hours_between(found.get("hours_start"), found.get("hours_end"))
    if pair is not None or with_dates is not None:
        return with_dates if pair is None else pair
    stated = (hours_in(found.get(name)) for name in _HOUR_TEXTS)
    return next((hours for hours in stated if hours is not None), None)
