"""The clock: time written into the log, once per period on the grid, to every ticked partition.

While the broker is away time stands: ticks that waited would come with what the polls held, or
before it, and all that was observed meanwhile would be late. When the broker is back, what the
polls held goes first.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from producers.publishing.faults import place_of
from streams.contract.arrival import MAX_AHEAD_MS

log = logging.getLogger(__name__)
AGAIN_S = 1.0
AWAY_S = 5.0  # a tick that waits longer shows that the broker is away
FIRST_S = 5.0  # how long what the polls held goes first: they reach the broker up to 2 s later


class Ticked(Protocol):
    """What the clock writes to."""

    @property
    def waiting_s(self) -> float: ...

    def tick(self, tick_ms: int) -> None: ...


def next_tick_ms(now_ms: int, last_ms: int, period_ms: int) -> int:
    """The next tick of the grid after now, and after the last tick.

    Missed ticks are skipped, not made up for. A wall clock set back a little waits for the last
    tick. One that was ahead by more than `MAX_AHEAD_MS` goes on with now: the ticks it wrote
    meanwhile lie so far ahead of their records' time that the folds refuse them.
    """
    upcoming = now_ms // period_ms * period_ms + period_ms
    if last_ms - now_ms > MAX_AHEAD_MS:
        return upcoming
    return max(upcoming, last_ms + period_ms)


@dataclass(slots=True)
class Standstill:
    """Whether time stands: from when a tick waits too long until `FIRST_S` after none waits."""

    is_away: bool = False
    until_s: float = 0.0

    def holds(self, waiting_s: float, now_s: float) -> bool:
        """Ask once a tick. `waiting_s`: how long the oldest tick waits; `now_s` is monotonic."""
        if self.is_away and not waiting_s:
            self.is_away, self.until_s = False, now_s + FIRST_S
            log.info("the broker is back", extra={"time_goes_on_in_s": FIRST_S})
        elif not self.is_away and waiting_s > AWAY_S:
            self.is_away = True
            log.warning("time stands, the broker is away")
        return self.is_away or now_s < self.until_s


async def run_clock(log_end: Ticked, period_ms: int, now_ms: Callable[[], int]) -> None:
    """Write ticks until cancelled; a tick is skipped while the broker is away."""
    last_ms, standstill = 0, Standstill()
    while True:
        tick_ms = next_tick_ms(now_ms(), last_ms, period_ms)
        await asyncio.sleep(max(0, tick_ms - now_ms()) / 1000)
        if now_ms() < tick_ms:  # woken early, or the wall clock was set back
            continue
        if last_ms - tick_ms > MAX_AHEAD_MS:
            log.warning("the clock was ahead", extra={"by_ms": last_ms - tick_ms})
        last_ms = max(tick_ms, now_ms() // period_ms * period_ms)  # late: the newest tick due
        if not standstill.holds(log_end.waiting_s, time.monotonic()):
            log_end.tick(last_ms)


class ClockThread:
    """The clock on a loop of its own, so that nothing a feed does holds it up."""

    def __init__(self, log_end: Ticked, period_ms: int, now_ms: Callable[[], int]) -> None:
        self._arguments = (log_end, period_ms, now_ms)
        self._loop = asyncio.new_event_loop()
        self._task = self._loop.create_task(self._run())
        self._thread = threading.Thread(target=self._turn, name="clock", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the clock and wait for its end."""
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join()

    def _turn(self) -> None:
        with suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._task)
        self._loop.close()

    async def _run(self) -> None:
        while True:
            try:
                await run_clock(*self._arguments)
            except Exception as error:  # noqa: BLE001 - time goes on
                log.error("clock stumbled", extra={"place": place_of(error)})  # noqa: TRY400
                await asyncio.sleep(AGAIN_S)
