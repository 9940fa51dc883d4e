"""Counts what may happen a thousand times a second, so that a log says it once a minute."""

import time
from dataclasses import dataclass

SAY_EVERY_S = 60.0


@dataclass(slots=True)
class Tally:
    """How often it happened since it was last said."""

    _count: int = 0
    _said_s: float = -SAY_EVERY_S

    def add(self) -> int:
        """Count one more: how many to say now, or 0 where it was said within the last minute."""
        self._count += 1
        now_s = time.monotonic()
        if now_s - self._said_s < SAY_EVERY_S:
            return 0
        count, self._count, self._said_s = self._count, 0, now_s
        return count
