"""The breaker of an endpoint: after enough failures one message asks whether it is back. Pure.

It asks seldom in a long outage and often in a short one: after a twentieth of it, so that all is
sent soon after the end of any outage, however late the schedule of a single message would be.
"""

from dataclasses import dataclass

IN_A_ROW = 5
RECENT = 20
PROBE_MS = (5_000, 300_000)
PROBE_SHARE = 20


@dataclass(frozen=True, slots=True)
class Breaker:
    """How the last answers were. `opened_ms` 0: closed, everything may be sent."""

    in_a_row: int = 0  # failures
    recent: str = ""  # the last answers, "1" a good one, "0" a failure, the newest last
    opened_ms: int = 0
    probe_ms: int = 0  # while open: from then on one message may be sent

    @property
    def is_open(self) -> bool:
        return self.opened_ms > 0


def after(breaker: Breaker, now_ms: int, chance: float, *, is_good: bool) -> Breaker:
    """The breaker after an answer; `chance` in 0..1 spreads the next probe.

    A good answer closes it and what was before is forgotten.
    """
    if is_good:
        recent = "" if breaker.is_open else (breaker.recent + "1")[-RECENT:]
        return Breaker(recent=recent)
    in_a_row = breaker.in_a_row + 1
    recent = (breaker.recent + "0")[-RECENT:]
    is_half_bad = len(recent) == RECENT and 2 * recent.count("0") >= RECENT
    if not (breaker.is_open or in_a_row >= IN_A_ROW or is_half_bad):
        return Breaker(in_a_row, recent)
    opened_ms = breaker.opened_ms or now_ms
    return Breaker(in_a_row, recent, opened_ms, _probe_at(opened_ms, now_ms, chance))


def _probe_at(opened_ms: int, now_ms: int, chance: float) -> int:
    shortest, longest = PROBE_MS
    pause_ms = min(max((now_ms - opened_ms) // PROBE_SHARE, shortest), longest)
    return now_ms + int(pause_ms * (1 + chance) / 2)


def room(breaker: Breaker, now_ms: int, flying: int, cap: int) -> int:
    """How many more messages may be sent now, with so many on their way."""
    if not breaker.is_open:
        return max(0, cap - flying)
    return int(now_ms >= breaker.probe_ms and not flying)
