"""How long somebody has waited who may have stood still meanwhile."""

import time


class Awake:
    """The time of a wait in which this process ran: of what passes between two looks `most_s` count
    at most. One that was stopped, or whose machine stood, wakes with its clock gone on; what it
    waits for stood as well, or lies there to be seen.
    """

    def __init__(self, most_s: float) -> None:
        self._most_s = most_s
        self._awake_s, self._looked_s = 0.0, time.monotonic()

    def look(self) -> float:
        """The seconds that count until now."""
        now_s = time.monotonic()
        self._awake_s += min(now_s - self._looked_s, self._most_s)
        self._looked_s = now_s
        return self._awake_s
