"""How a long-running process lives: it works until SIGTERM or SIGINT, or until its work ends."""

import asyncio
import logging
import signal
from collections.abc import Coroutine, Iterable
from typing import Any

log = logging.getLogger(__name__)
GRACE_S = 8.0  # what a clean-up may take before it is cancelled itself
BARE_S = 0.5  # for work that cleans nothing up


def stop_signal() -> asyncio.Event:
    """What SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def run_until_signal(*work: Coroutine[Any, Any, Any]) -> None:
    """Run coroutines side by side until SIGTERM or SIGINT, or until the first of them ends.

    The others are cancelled then, and have ended when this returns. What one raised is raised.
    """
    await run_until(stop_signal(), *work)


async def run_until(
    stop: asyncio.Event, *work: Coroutine[Any, Any, Any], grace_s: float = GRACE_S
) -> None:
    """As `run_until_signal`, with the event that ends it; what others raise as well is logged."""
    ended: list[asyncio.Task[Any]] = []
    tasks = [asyncio.create_task(each) for each in (*work, stop.wait())]
    for task in tasks:
        task.add_done_callback(ended.append)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await cancel(tasks, grace_s)
        first, *others = [_error_of(task) for task in ended if _error_of(task)] or [None]
        for error in others:
            log.error("failed as well", exc_info=error)
        if first is not None:
            raise first from None


def _error_of(task: "asyncio.Task[Any]") -> BaseException | None:
    return None if task.cancelled() else task.exception()


async def cancel(tasks: Iterable["asyncio.Task[Any]"], grace_s: float = GRACE_S) -> None:
    """Cancel tasks and wait until they have ended; one that has not after so long, once more.

    The Redis client can swallow a cancel during a read. A second one would end what a task does at
    its end, so `grace_s` is short only for work that cleans nothing up.
    """
    waiting = set(tasks)
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=grace_s)
