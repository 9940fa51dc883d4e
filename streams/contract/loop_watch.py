"""Whether the event loop of a process turns, said by a thread beside it.

What blocks a loop (a long computation, a call that waits) keeps the loop from saying so itself, and
whoever asks the process from outside learns only that it does not answer. A worker whose loop
stands keeps its partitions, for a thread of its own answers the broker: the watch ends it in time.
"""

import asyncio
import logging
import math
import os
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Counter, Gauge

from streams.contract.awake import Awake
from streams.contract.errors import StalledError

log = logging.getLogger(__name__)
CODE = "LOOP-BLOCKED"
BEAT_S = 0.5
BLOCKED_S = 3.0  # below the shortest session of a worker at its broker
SAID_WITHIN_S = 1.0
COUNTED_S = 1.0  # of what passes between two looks
FRAMES = 6  # of the stack, the innermost last
STANDS = Gauge("bomnae_loop_blocked_seconds", "How long the event loop has stood, 0 while it turns")
BLOCKED = Counter("bomnae_loop_blocked", "Times the event loop stood for 3 s or longer")


class LoopWatch:
    """Asks a loop for a sign of life twice a second; logs once that it stands, once that it turns
    again. A process that was stopped, or a machine that slept, is a loop that stood as well.

    Where it stands for `ends_after_s` the process ends at once, as by kill -9: what would end it
    otherwise runs on that loop. Of what passes between two looks a second counts at most, so that
    a process that was stopped hears its loop before it is ended.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, ends_after_s: float) -> None:
        self._loop = loop
        self._ends_after_s = ends_after_s
        self._thread_id = threading.get_ident()  # of the loop
        self._over = threading.Event()
        self._turned_s = time.monotonic()
        self._blocked_s: float | None = None  # since when it stands
        self._standing, self._since_s = Awake(COUNTED_S), self._turned_s
        self._thread = threading.Thread(target=self._run, name="loop watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        STANDS.set(0)

    def _run(self) -> None:
        while not self._over.is_set() and not self._loop.is_closed():
            self._ask()
            self._over.wait(BEAT_S)
            self._look()

    def _ask(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._turn)
        except RuntimeError:  # closed meanwhile
            self._over.set()

    def _turn(self) -> None:
        """The loop's own sign of life."""
        self._turned_s = time.monotonic()

    def _look(self) -> None:
        turned_s, now_s = self._turned_s, time.monotonic()
        stands_s = now_s - turned_s
        self._count(turned_s, now_s)
        if stands_s >= BLOCKED_S:
            if self._blocked_s is None:
                self._blocked_s = turned_s
                fields = {"code": CODE, "stands_s": round(stands_s, 1), "at": self._where()}
                self._say(logging.ERROR, "event loop is blocked", fields)
                BLOCKED.inc()
            STANDS.set(round(stands_s, 1))
        elif self._blocked_s is not None:
            stood_s, self._blocked_s = turned_s - self._blocked_s, None
            STANDS.set(0)
            fields = {"code": CODE, "stood_s": round(stood_s, 1)}
            self._say(logging.WARNING, "event loop turns again", fields)

    def _count(self, turned_s: float, now_s: float) -> None:
        """Count how long it stands, and end the process where that is too long."""
        if turned_s != self._since_s:
            self._standing, self._since_s = Awake(COUNTED_S), turned_s
        if self._standing.look() >= self._ends_after_s:
            fields = {"code": CODE, "stands_s": round(now_s - turned_s, 1), "at": self._where()}
            self._say(logging.CRITICAL, "event loop stands: ending", fields)
            os._exit(StalledError.exit_code)

    def _say(self, level: int, text: str, fields: dict[str, object]) -> None:
        """Log in a thread of its own: the loop may stand in a write of the log, and hold it."""
        given = {"extra": fields}
        saying = threading.Thread(target=log.log, args=(level, text), kwargs=given, daemon=True)
        saying.start()
        saying.join(SAID_WITHIN_S)

    def _where(self) -> list[str]:
        """Where the loop's thread is now: file, line and function, never a value."""
        frame = sys._current_frames().get(self._thread_id)  # noqa: SLF001 - the documented way
        stack = traceback.extract_stack(frame) if frame else []
        return [f"{each.filename}:{each.lineno} {each.name}" for each in stack[-FRAMES:]]


@contextmanager
def watched_loop(ends_after_s: float = math.inf) -> Iterator[None]:
    """Watch the running loop as long as the block lasts; one that stands for so long ends the
    process with the exit code of StalledError.
    """
    watch = LoopWatch(asyncio.get_running_loop(), ends_after_s)
    watch.start()
    try:
        yield
    finally:
        watch.stop()
