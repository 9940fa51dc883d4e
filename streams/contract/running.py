"""How a long-running process lives: it works until SIGTERM or SIGINT, or until its work ends."""

import asyncio
import signal
from collections.abc import Coroutine, Iterable
from typing import Any

AGAIN_S = 0.5


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


async def run_until(stop: asyncio.Event, *work: Coroutine[Any, Any, Any]) -> None:
    """As `run_until_signal`, with the event that ends it."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(each) for each in (*work, stop.wait())]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                await cancel(tasks)
    except BaseExceptionGroup as ended:
        raise ended.exceptions[0] from None


async def cancel(tasks: Iterable["asyncio.Task[Any]"]) -> None:
    """Cancel tasks until they have ended: the Redis client can swallow a cancel during a read."""
    waiting = set(tasks)
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=AGAIN_S)
