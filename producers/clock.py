"""The clock: time written into the log, once per period on the grid, to every ticked partition."""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from streams.domain.arrival import MAX_AHEAD_MS

log = logging.getLogger(__name__)


class Ticked(Protocol):
    """What the clock writes to."""

    @property
    def has_room(self) -> bool: ...

    def tick(self, tick_ms: int) -> None: ...


def next_tick_ms(now_ms: int, last_ms: int, period_ms: int) -> int:
    """The next tick of the grid after both now and the last tick.

    Missed ticks are skipped, not made up for; a wall clock set back a little never repeats or
    lowers a tick. One set back by more than the log lets a tick be ahead was wrong before: time
    goes on at once, for what it wrote then was refused.
    """
    if last_ms - now_ms > MAX_AHEAD_MS:
        last_ms = 0
    upcoming = now_ms // period_ms * period_ms + period_ms
    return max(upcoming, last_ms + period_ms)


async def run_clock(log_end: Ticked, period_ms: int, now_ms: Callable[[], int]) -> None:
    """Write ticks until cancelled; a tick is skipped while the broker is away."""
    last_ms = 0
    while True:
        tick_ms = next_tick_ms(now_ms(), last_ms, period_ms)
        await asyncio.sleep(max(0, tick_ms - now_ms()) / 1000)
        if now_ms() < tick_ms:  # woken early, or the wall clock was set back
            continue
        last_ms = max(tick_ms, now_ms() // period_ms * period_ms)  # late: the newest tick due
        if log_end.has_room:
            await asyncio.to_thread(log_end.tick, last_ms)
        else:
            log.warning("tick skipped, the broker is away", extra={"tick_ms": last_ms})
