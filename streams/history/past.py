"""A day of the history in memory, and what the screens showed at any moment of it. Pure.

Of links a number a row: the link's place, the minute and what was shown, so that sorted numbers
answer for all links at once.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from streams.contract.times import HOUR_MS, MINUTE_MS
from streams.history.roads import Codes, Views, views_of
from streams.history.tables import CallAct, ClosureActRow, FeedAct, WorkPhase

HOLDS_MIN = 60
"""So long a row of a link holds: each full hour has another."""
SPAN_MIN = 25 * 60
"""The minutes of a day and of the hour before it."""
CODE_BITS = 32
T = TypeVar("T")


class LinksAt(NamedTuple):
    """The places of links of which something was shown, and what."""

    places: npt.NDArray[np.int64]
    views: Views


@dataclass(frozen=True, slots=True)
class PastDay:
    """A day: `looks` are (place * SPAN_MIN + minute) << CODE_BITS | code, sorted, from an hour
    before it on (`from_ms`); the other rows lie by time, with the last before the day of each
    subject. `lacks`: tables of which a file cannot be read, the day's own or one before.
    """

    from_ms: int
    looks: Codes
    minutes: Codes
    works: tuple[WorkPhase, ...] = ()
    closures: tuple[ClosureActRow, ...] = ()
    calls: tuple[CallAct, ...] = ()
    feeds: tuple[FeedAct, ...] = ()
    lacks: frozenset[str] = field(default_factory=frozenset)

    @property
    def bytes(self) -> int:
        """What it takes in memory, near enough."""
        rows = len(self.works) + len(self.closures) + len(self.calls) + len(self.feeds)
        return int(self.looks.nbytes + self.minutes.nbytes) + 500 * rows

    def minute_of(self, at_ms: int) -> int:
        """The last minute that had ended by then, of those from `from_ms` on."""
        return (at_ms - self.from_ms) // MINUTE_MS - 1

    def is_recorded(self, at_ms: int) -> bool:
        """Whether any link has a row that holds then: without one nothing is known of the time."""
        minute = self.minute_of(at_ms)
        first, after = np.searchsorted(self.minutes, [minute - HOLDS_MIN, minute + 1])
        return bool(first < after)

    def links_at(self, at_ms: int) -> LinksAt:
        """What was shown of each link by the last row that holds."""
        minute = self.minute_of(at_ms)
        if not len(self.looks) or minute < 0:
            return _shown(np.empty(0, np.int64))
        places = np.arange((int(self.looks[-1]) >> CODE_BITS) // SPAN_MIN + 1, dtype=np.int64)
        after = (places * SPAN_MIN + minute + 1) << CODE_BITS
        at = np.searchsorted(self.looks, after) - 1
        found = self.looks[np.maximum(at, 0)]
        told = (found >> CODE_BITS) - places * SPAN_MIN
        return _shown(found[(at >= 0) & (told >= max(0, minute - HOLDS_MIN)) & (told <= minute)])


def _shown(looks: Codes) -> LinksAt:
    codes = looks & ((1 << CODE_BITS) - 1)
    return LinksAt((looks >> CODE_BITS) // SPAN_MIN, views_of(codes))


def latest(
    rows: Iterable[T], name_of: Callable[[T], object], at_ms: int, time_of: Callable[[T], int]
) -> Mapping[object, T]:
    """The last row of each subject up to a time; `rows` lie by time."""
    return {name_of(row): row for row in rows if time_of(row) <= at_ms}


def window_of(midnight_ms: int) -> tuple[int, int]:
    """From when until when the rows of a day's links are read."""
    return midnight_ms - HOUR_MS, midnight_ms + (SPAN_MIN * MINUTE_MS - HOUR_MS)
