"""When an incident of a traffic centre began and ends: of its columns, then of its words.

No time drops an incident. A begin that cannot be read is when it was first seen (the fold keeps the
first), an end that cannot be read or is not known is None.
"""

from dataclasses import dataclass, field
from typing import Any

from producers.reading.endings import ending
from producers.reading.fields import text
from producers.reading.moments import WrittenTime, end_ms, is_midnight
from producers.reading.periods import PeriodReading, read
from streams.contract.errors import RecordRefusedError

SOUND = frozenset({"start_time_unknown", "end_date_only", "end_from_words", "no_end"})
"""Flags that say how a time was written, and not that something was wrong with it."""


@dataclass(slots=True)
class Times:
    """UTC ms; `is_over`: its words say that it is. `unread` has what could not be read."""

    starts_ms: int
    ends_ms: int | None = None
    is_over: bool = False
    flags: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def times_of(begins: Any, ends: Any, message: str, received_ms: int) -> Times:
    """The times of an incident by its two columns and its message."""
    times = Times(received_ms)
    start = _reading("start", begins, None, times)
    if start.begin is None:
        times.flags.append("start_unreadable" if _is_unread("start", times) else "no_start")
    else:
        times.starts_ms = start.begin.first_ms
        times.flags += ["start_time_unknown"] if is_midnight(times.starts_ms) else []
    end = _reading("end", ends, start.begin, times)
    _set_end(times, end.end or start.ends, start.begin)
    ended = ending(message, times.starts_ms, received_ms)
    if ended.planned_ms is None:
        times.is_over = ended.is_over
    elif times.ends_ms is None:
        times.is_over, times.ends_ms = ended.is_over, ended.planned_ms
        times.flags.append("end_from_words")
    if times.ends_ms is None and "period_reversed" not in times.flags:
        times.flags.append("end_unreadable" if _is_unread("end", times) else "no_end")
    return times


def _reading(name: str, value: Any, after: WrittenTime | None, times: Times) -> PeriodReading:
    try:
        return read(value, after)
    except RecordRefusedError:
        times.unread.append(f"{name} {text(value, 60)!r} cannot be read")
        return PeriodReading()


def _is_unread(name: str, times: Times) -> bool:
    return any(text.startswith(name) for text in times.unread)


def _set_end(times: Times, end: WrittenTime | None, start: WrittenTime | None) -> None:
    """The end, where there is one and it lies after the begin."""
    if end is None:
        return
    at_ms = end_ms(end, start)
    if at_ms <= times.starts_ms:
        times.flags.append("period_reversed")
        return
    times.ends_ms = at_ms
    if at_ms != end.last_ms:
        times.flags.append("end_date_only")
