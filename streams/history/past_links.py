"""One link over a day of the history, minute by minute. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from streams.contract.enums import Closure
from streams.contract.times import MINUTE_MS
from streams.domain.links.columns import CLOSURES
from streams.history.past import CODE_BITS, HOLDS_MIN, SPAN_MIN, PastDay
from streams.history.roads import views_of


@dataclass(frozen=True, slots=True)
class LinkMinutes:
    """What was shown at the end of each minute from `first_ms` on: NaN where no speed was, or none
    that was measured; closures -1 where nothing is known.
    """

    first_ms: int
    measured_kmh: npt.NDArray[np.float32]
    closures: npt.NDArray[np.int64]

    def mean_kmh(self, from_ms: int, until_ms: int) -> float | None:
        """The mean of the measured minutes of a time, None without one."""
        first, after = ((ms - self.first_ms) // MINUTE_MS for ms in (from_ms, until_ms))
        some = self.measured_kmh[max(0, first) : max(0, after)]
        known = some[~np.isnan(some)]
        return round(float(known.mean()), 1) if len(known) else None

    def closed(self) -> list[tuple[int, Closure]]:
        """What was taken from the link from each time on, where that changes."""
        changes = np.flatnonzero(np.diff(self.closures, prepend=-2))
        return [
            (
                self.first_ms + (int(at) + 1) * MINUTE_MS,
                Closure.NONE if self.closures[at] < 0 else CLOSURES[int(self.closures[at])],
            )
            for at in changes
        ]


def minutes_of(days: Iterable[PastDay], place: int, from_ms: int, until_ms: int) -> LinkMinutes:
    """A link's minutes from one time until another, of the days that have them."""
    count = max(0, (until_ms - from_ms) // MINUTE_MS)
    first_ms = from_ms - from_ms % MINUTE_MS
    codes = np.full(count, -1, np.int64)
    for day in days:
        for minute, holds, code in _runs(day, place):
            at = (day.from_ms - first_ms) // MINUTE_MS + minute
            codes[max(0, at) : max(0, at + holds)] = code
    views = views_of(np.maximum(codes, 0))
    is_known = codes >= 0
    kmh = np.where(is_known & views.is_measured, views.speed_kmh, np.nan).astype(np.float32)
    return LinkMinutes(first_ms, kmh, np.where(is_known, views.closure, -1))


def _runs(day: PastDay, place: int) -> Sequence[tuple[int, int, int]]:
    """(minute, for how many it holds, code) of each row of a link."""
    first, after = np.searchsorted(
        day.looks, [(place * SPAN_MIN) << CODE_BITS, ((place + 1) * SPAN_MIN) << CODE_BITS]
    )
    rows = day.looks[first:after]
    minutes = (rows >> CODE_BITS) - place * SPAN_MIN
    holds = np.minimum(np.diff(minutes, append=SPAN_MIN), HOLDS_MIN + 1)
    codes = rows & ((1 << CODE_BITS) - 1)
    return list(zip(minutes.tolist(), holds.tolist(), codes.tolist(), strict=True))
