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


class SpeedWindow(NamedTuple):
    """The passages of one window, summed in integers: the order of arrival leaves no trace."""

    start_ms: int
    samples: int = 0
    length_m: int = 0
    travel_ms: int = 0
    latest_ms: int = 0

    def add(self, passage: Passage) -> "SpeedWindow":
        return SpeedWindow(
            self.start_ms,
            self.samples + 1,
            self.length_m + passage.length_m,
            self.travel_ms + passage.travel_ms,
            max(self.latest_ms, passage.exited_ms),
        )


def add_passage(
    windows: tuple[SpeedWindow, ...], passage: Passage, grid: WindowGrid
) -> tuple[SpeedWindow, ...]:
    """The windows with a passage in its own, in time order."""
    start_ms = grid.start_of(passage.exited_ms)
    kept = {window.start_ms: window for window in windows}
    kept[start_ms] = kept.get(start_ms, SpeedWindow(start_ms)).add(passage)
    return tuple(kept[start] for start in sorted(kept))


def space_mean_kmh(windows: tuple[SpeedWindow, ...]) -> float | None:
    """Distance over time of all passages: the harmonic mean over equal lengths (Wardrop 1952).

    The arithmetic mean reads high: 1 km at 20 and 1 km at 60 km/h take 4 min, which is 30 km/h.
    None without a passage.
    """
    travel_ms = sum(window.travel_ms for window in windows)
    return sum(window.length_m for window in windows) * 3600 / travel_ms if travel_ms else None
