"""How often a portal may be asked: period, daily quota, back-off. Pure."""

import random
from dataclasses import dataclass

from streams.contract.times import DAY_MS, KST_MS, kst_day

BACKOFF_BASE_S = 1.0
BACKOFF_CAP_S = 300.0


def backoff_s(attempt: int, rng: random.Random) -> float:
    """Seconds to wait before retry `attempt` (0, 1, ...): exponential, capped at 300 s, full
    jitter.
    """
    ceiling_s = min(BACKOFF_CAP_S, BACKOFF_BASE_S * 2 ** min(attempt, 30))
    return rng.uniform(0.0, ceiling_s)


def delay_s(poll_s: float, failures: int, retry_after_s: float, rng: random.Random) -> float:
    """Seconds to the next poll: the period, sooner after a failure, never before the portal
    allows.
    """
    usual_s = poll_s if failures == 0 else min(poll_s, backoff_s(failures, rng))
    return max(usual_s, retry_after_s)


def time_out_s(poll_s: float) -> float:
    """How long to wait for an answer: 15 s, less for short periods, so that silence is reported in
    time.
    """
    return min(15.0, max(2.0, poll_s))


def midnight_ms(now_ms: int) -> int:
    """The next midnight KST."""
    return (kst_day(now_ms) + 1) * DAY_MS - KST_MS


@dataclass(slots=True)
class Quota:
    """Calls left on one key, counted per KST day from this process's start."""

    per_day: int
    day: int = -1
    used: int = 0

    def take(self, now_ms: int) -> bool:
        """Count one call; False when the day's calls are spent."""
        if kst_day(now_ms) != self.day:
            self.day, self.used = kst_day(now_ms), 0
        if self.used >= self.per_day:
            return False
        self.used += 1
        return True
