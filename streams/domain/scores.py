"""What the product counts of itself: whole numbers by Korean day, of the events of the log alone.

Each stage keeps rows of its own by day. Sums of whole numbers keep no order, so neither how
partitions interleave nor how often the log is folded leaves a trace. Pure.
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple, TypeVar

from streams.contract.times import DAY_MS, KST_MS, MINUTE_MS, day_text, kst_day
from streams.domain.stage import Rows

KEEP_DAYS = 400
WITHIN_S = (60, 120, 300, 600, 1200, 1800, 3600)
"""Upper ends of the classes of delays, the last class has none."""
T = TypeVar("T")


def day_of(at_ms: int) -> str:
    """The Korean day of a time, "2026-11-27"."""
    return day_text(kst_day(at_ms))


class Delays(NamedTuple):
    """Some delays: how many, their sum in whole seconds, and how many lie in each class."""

    number: int = 0
    total_s: int = 0
    classes: tuple[int, ...] = (0,) * (len(WITHIN_S) + 1)

    def add(self, delay_ms: int) -> "Delays":
        """With one delay more; one below zero is none."""
        delay_s = max(0, delay_ms) // 1000
        at = sum(delay_s > end_s for end_s in WITHIN_S)
        classes = tuple(each + (place == at) for place, each in enumerate(self.classes))
        return Delays(self.number + 1, self.total_s + delay_s, classes)

    def plus(self, other: "Delays") -> "Delays":
        """These delays and others."""
        classes = added(self.classes, other.classes)
        return Delays(self.number + other.number, self.total_s + other.total_s, classes)


def added(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    """Two rows of counts, place by place."""
    return tuple(map(sum, zip(one, other, strict=True)))


def put_day(rows: Rows[T], row_id: str, row: T) -> None:
    """Set the row of a day (its id begins with it); rows of days too long before it go."""
    if rows.get(row_id) is None:
        first = date.fromisoformat(row_id[:10]).toordinal() - KEEP_DAYS
        oldest = date.fromordinal(first).isoformat()
        for old in [name for name in rows.all() if name[:10] < oldest]:
            rows.put(old, None)
    rows.put(row_id, row)


def minutes_by_day(after: int, until: int) -> Iterator[tuple[str, int]]:
    """How many of the minutes after one (counted from 1970) up to another lie in each day; of a
    longer time those of the last `KEEP_DAYS`.
    """
    at = max(after, until - KEEP_DAYS * DAY_MS // MINUTE_MS)
    while at < until:
        begin_ms = (at + 1) * MINUTE_MS
        next_day = ((begin_ms + KST_MS) // DAY_MS + 1) * DAY_MS - KST_MS
        last = min(until, next_day // MINUTE_MS - 1)
        yield day_of(begin_ms), last - at
        at = last
