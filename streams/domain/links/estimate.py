"""How fast buses drive a link: its passages of the last minutes, leant on what is usual there.

A few passages, each seen by polls half a minute apart, tell little; the usual pace of the link
counts beside them like a part of one more (a normal mean with a normal prior; Gelman et al.,
Bayesian Data Analysis, 2013, 2.5). Nothing is said of a link without a passage. Pace is ms per km:
times add, so paces are averaged and not speeds (Wardrop 1952). Pure.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from streams.domain.links.windows import SpeedWindow

Z80 = 1.2816  # standard deviations on each side of a normal mean that hold 80 % of it
CRUISE = 0.8  # a bus between lights and stops, times the free flow of cars
LOST_MS_KM = 40_000  # by lights, braking and gathering speed: 18 s in a section of 450 m
USUAL_DEVIATION = 0.3  # of passages of one link among each other, times their pace
USUAL_PASSAGES = 3  # the pace of any link counts in a link's usual one like so many passages
USUAL_SPREADS = 4  # the same of the spread
MOST_PASSAGES = 256  # remembered of a link; then what is known counts half
FASTEST_MS_KM = 3_600_000 / 110  # of a bus


class PaceEstimate(NamedTuple):
    """A pace in ms per km and the standard deviation of what is known of it."""

    ms_km: float
    deviation: float

    def kmh(self) -> tuple[float, float, float]:
        """The speed, and the ends of its 80 % interval."""
        room = Z80 * self.deviation
        least_ms_km = max(min(self.ms_km, FASTEST_MS_KM), self.ms_km - room)
        return (
            3_600_000 / self.ms_km,
            3_600_000 / (self.ms_km + room),
            3_600_000 / least_ms_km,
        )


class Habit(NamedTuple):
    """The passages of a link since ever, in sums: how many, of their paces (ms/km), of squares.

    Windows are added once nothing more comes into them, in the order of their times.
    """

    passages: int = 0
    pace: int = 0
    squares: int = 0

    def add(self, windows: Iterable[SpeedWindow]) -> "Habit":
        passages, pace, squares = self
        for window in windows:
            passages += window.samples
            pace += window.pace
            squares += window.squares
            if passages > MOST_PASSAGES:
                passages, pace, squares = passages // 2, pace // 2, squares // 2
        return Habit(passages, pace, squares)

    def usual(self, free_flow_kmh: float) -> PaceEstimate:
        """The usual pace of a passage and how they spread, leant on those of any such road."""
        any_ms_km = 3_600_000 / (free_flow_kmh * CRUISE) + LOST_MS_KM
        mean = (self.pace + USUAL_PASSAGES * any_ms_km) / (self.passages + USUAL_PASSAGES)
        around = self.squares - 2 * mean * self.pace + self.passages * mean * mean
        spread = USUAL_SPREADS * (USUAL_DEVIATION * any_ms_km) ** 2 + max(0.0, around)
        return PaceEstimate(mean, math.sqrt(spread / (self.passages + USUAL_SPREADS)))


NO_HABIT = Habit()


@dataclass(frozen=True, slots=True)
class Weights:
    """A passage counts half as much as one that came `half_ms` later, a centre's report as one that
    came `report_half_ms` later; the usual pace of a link counts like `usual` passages.
    """

    half_ms: int = 600_000
    usual: float = 0.6
    report_half_ms: int = 120_000


USUAL_WEIGHTS = Weights()


def driven(
    windows: Sequence[SpeedWindow], usual: PaceEstimate, weights: Weights
) -> PaceEstimate | None:
    """The pace of the buses in the windows, None without a passage.

    Its variance is that of the passages by the time between polls, and that of the usual pace:
    `(sum w^2 s^2 + k v) / (sum w + k)^2`.
    """
    if not windows:
        return None
    newest_ms = windows[-1].start_ms
    count, total, doubt = weights.usual, weights.usual * usual.ms_km, 0.0
    for window in windows:
        weight = 0.5 ** ((newest_ms - window.start_ms) / weights.half_ms)
        count += weight * window.samples
        total += weight * window.pace
        doubt += weight * weight * window.doubts
    variance = (doubt + weights.usual * usual.deviation**2) / count**2
    return PaceEstimate(total / count, math.sqrt(variance))
