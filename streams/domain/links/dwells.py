"""How long buses stand at a stop, learned from how often a poll finds one there.

Where polls come every `T`, a bus that counts as at its stop for `d` is found there with the chance
`d / T`; so `T` times the share of buses found is `d`, up to `T`. A bus that rests, or a terminal
that freezes, counts once like any other. Pure; whole numbers, added in the order of the positions.
"""

from typing import NamedTuple

from streams.contract.times import HOUR_MS, KST_MS, MINUTE_MS

PULLING_AWAY_MS = 12_000  # a bus counts as at its stop for so much longer than it stands
MOST_POLL_MS = 2 * MINUTE_MS  # polls further apart tell nothing of a stop
LEAST_MS, MOST_MS = 2_000, 60_000
PRIOR_BUSES = 10  # what is known without this hour, or this stop, counts like so many buses
MOST_BUSES = 256  # in one part of the day; then what is known counts half
PARTS = 8  # of the day, three hours each
PART_MS = 3 * HOUR_MS
NOTHING = (0,) * PARTS


class StopHabit(NamedTuple):
    """By part of the day: the buses that passed the stop, and for how long polls found them there.

    `found_ms` sums the time between polls of each bus that one of them found at the stop.
    """

    buses: tuple[int, ...] = NOTHING
    found_ms: tuple[int, ...] = NOTHING

    def add(self, at_ms: int, found_ms: int) -> "StopHabit":
        """With a bus that passed at a time; 0: no poll found it at the stop."""
        place = _part_of(at_ms)
        buses, found = self.buses[place] + 1, self.found_ms[place] + found_ms
        if buses > MOST_BUSES:
            buses, found = buses // 2, found // 2
        return StopHabit(_put(self.buses, place, buses), _put(self.found_ms, place, found))

    def dwell_ms(self, at_ms: int, prior_ms: int) -> int:
        """How long a bus stands at that time of day: leant on the whole day's, and this on the
        prior; 0 where the prior is, for there buses pass without stopping.
        """
        if not prior_ms:
            return 0
        place, prior = _part_of(at_ms), prior_ms + PULLING_AWAY_MS
        day = _leant(sum(self.found_ms), sum(self.buses), prior)
        here = _leant(self.found_ms[place], self.buses[place], day)
        return round(min(MOST_MS, max(LEAST_MS, here - PULLING_AWAY_MS)))


def _leant(found_ms: int, buses: int, prior_ms: float) -> float:
    return (found_ms + PRIOR_BUSES * prior_ms) / (buses + PRIOR_BUSES)


def _part_of(at_ms: int) -> int:
    return (at_ms + KST_MS) // PART_MS % PARTS


def _put(values: tuple[int, ...], place: int, value: int) -> tuple[int, ...]:
    return (*values[:place], value, *values[place + 1 :])
