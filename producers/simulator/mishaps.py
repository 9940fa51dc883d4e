"""What befalls buses and is no closed road, though it looks like one to who sees only buses."""

import random
from enum import StrEnum

from producers.simulator.clock import DayClock

ROUND_MS = 1_800_000
SILENT_MS = (1_570_000, 1_610_000)  # of each round: the positions' portal answers nobody
GHOST_ROUTES = ("3", "11", "100")
DEPOTS = ("후평동종점", "학곡리종점")
IN_DEPOT_S = 900.0
LISTED_IN_DEPOT_S = 480.0  # then somebody notices


class Mishap(StrEnum):
    """What can befall a bus at a stop."""

    NEW_DRIVER = "new driver"  # stands a few minutes at the stop
    BROKEN = "broken down"  # stands in the middle of the next street
    TO_DEPOT = "to the depot"  # leaves its line and stays listed
    SHORT_TURN = "short turn"  # turns back before its terminus
    UNSEEN = "unseen"  # its terminal is silent


CHANCES: dict[Mishap, tuple[float, float, float]] = {
    Mishap.NEW_DRIVER: (0.003, 200, 280),
    Mishap.BROKEN: (0.0012, 480, 900),
    Mishap.TO_DEPOT: (0.0012, 0, 0),
    Mishap.SHORT_TURN: (0.0012, 20, 90),
    Mishap.UNSEEN: (0.003, 60, 170),
}
"""At how many of all stops each happens, and for how many seconds (at least, at most)."""


def drawn(rng: random.Random) -> tuple[Mishap, float] | None:
    """What befalls a bus that has come to a stop, and how long it lasts, s; mostly nothing."""
    left = rng.random()
    for mishap, (share, least_s, most_s) in CHANCES.items():
        if left < share:
            return mishap, rng.uniform(least_s, most_s)
        left -= share
    return None


def is_silent(clock: DayClock, at_ms: int) -> bool:
    """Whether the positions' portal fails whoever asks at this moment."""
    return SILENT_MS[0] <= (at_ms - clock.opens_ms) % ROUND_MS < SILENT_MS[1]
