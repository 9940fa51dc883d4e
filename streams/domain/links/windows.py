"""Tumbling windows of one link's passages, in event time.

A window is `[start, start + size)`, aligned to the epoch. It takes passages until the watermark
of their source has passed its end by `grace`; what comes later is late: it changes nothing and is
counted.
"""

from dataclasses import dataclass
from typing import NamedTuple

from streams.contract.derived import Passage


@dataclass(frozen=True, slots=True)
class WindowGrid:
    """Where windows begin, how long they are and how long they wait, all in ms."""

    size_ms: int
    grace_ms: int

    def start_of(self, event_ms: int) -> int:
        return event_ms - event_ms % self.size_ms

    def is_closed(self, start_ms: int, watermark_ms: int) -> bool:
        """Whether a window takes nothing more at this watermark."""
        return start_ms + self.size_ms + self.grace_ms <= watermark_ms


REPORT_MS = 7_700
"""Standard deviation of a passage's time for what a terminal's report is late: each end of it by up
to 20 s, as long as the time between its reports."""


class SpeedWindow(NamedTuple):
    """The passages of one window, summed in integers: the order of arrival leaves no trace.

    `pace` sums ms per km, `squares` their squares, `doubts` the variances of them that come of the
    time between polls. `is_learned`: it is in the link's habit.
    """

    start_ms: int
    samples: int = 0
    length_m: int = 0
    travel_ms: int = 0
    latest_ms: int = 0
    pace: int = 0
    squares: int = 0
    doubts: int = 0
    is_learned: bool = False

    def add(self, passage: Passage) -> "SpeedWindow":
        pace = passage.travel_ms * 1000 // passage.length_m
        unsure_ms2 = passage.unsure_ms**2 + REPORT_MS**2
        return SpeedWindow(
            self.start_ms,
            self.samples + 1,
            self.length_m + passage.length_m,
            self.travel_ms + passage.travel_ms,
            max(self.latest_ms, passage.exited_ms),
            self.pace + pace,
            self.squares + pace * pace,
            self.doubts + unsure_ms2 * 1_000_000 // passage.length_m**2,
            self.is_learned,
        )


def add_passage(
    windows: tuple[SpeedWindow, ...], passage: Passage, grid: WindowGrid
) -> tuple[SpeedWindow, ...]:
    """The windows with a passage in its own, in time order."""
    start_ms = grid.start_of(passage.exited_ms)
    kept = {window.start_ms: window for window in windows}
    kept[start_ms] = kept.get(start_ms, SpeedWindow(start_ms)).add(passage)
    return tuple(kept[start] for start in sorted(kept))
