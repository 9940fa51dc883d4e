"""Whoever told the log something may wait until the state shows it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from streams.contract.awake import Awake

LOOK_S = 0.05
MOST_PASSED_S = 0.5


async def looks(within_s: float, *, every_s: float = LOOK_S) -> AsyncIterator[None]:
    """The moments to look at something that is to come within a time, the last one at its end. Of
    what passes between two of them half a second counts at most.
    """
    awake = Awake(MOST_PASSED_S)
    while awake.look() < within_s:
        yield
        await asyncio.sleep(every_s)
    yield


async def is_folded(shows: Callable[[], Awaitable[bool]], *, within_s: float) -> bool:
    """Whether a worker takes it up within a time; `shows` asks the state, and what it raises is
    raised. It is in the log either way.
    """
    async for _ in looks(within_s):
        if await shows():
            return True
    return False
