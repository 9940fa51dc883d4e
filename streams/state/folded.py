"""Whoever told the log something may wait until the state shows it."""

import asyncio
import time
from collections.abc import Awaitable, Callable

LOOK_S = 0.05


async def is_folded(shows: Callable[[], Awaitable[bool]], *, within_s: float) -> bool:
    """Whether a worker takes it up within a time; `shows` asks the state, and what it raises is
    raised. It is in the log either way.
    """
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if await shows():
            return True
        await asyncio.sleep(LOOK_S)
    return False
