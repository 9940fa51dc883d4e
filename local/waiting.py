"""Waiting for what no event announces: ask again until it is so, or name what did not come.

`wait_until` is for plain code, `until` for asyncio. Both give what was seen at the end, and name it
where it did not become so.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar, overload

READY_S = 120.0  # others use the machine too: it may stand for seconds, and a start takes many
PAUSE_S = 0.05
SHOWN = 600
"""Characters of what was seen that a failure shows."""
Seen = TypeVar("Seen")


def wait_until(
    ask: Callable[[], Seen],
    what: str,
    is_so: Callable[[Seen], object] = bool,
    *,
    within_s: float = READY_S,
    every_s: float = PAUSE_S,
    pause: Callable[[float], object] = time.sleep,
) -> Seen:
    """What `ask` gives once it `is_so`; TimeoutError with `what` and what was seen last."""
    deadline = time.monotonic() + within_s
    while not is_so(seen := ask()):
        if time.monotonic() > deadline:
            raise _late(what, within_s, seen)
        pause(every_s)
    return seen


@overload
async def until(
    ask: Callable[[], Awaitable[Seen]],
    what: str,
    is_so: Callable[[Seen], object] = bool,
    *,
    within_s: float = READY_S,
    every_s: float = PAUSE_S,
) -> Seen: ...
@overload
async def until(
    ask: Callable[[], Seen],
    what: str,
    is_so: Callable[[Seen], object] = bool,
    *,
    within_s: float = READY_S,
    every_s: float = PAUSE_S,
) -> Seen: ...
async def until(
    ask: Callable[[], Awaitable[Seen] | Seen],
    what: str,
    is_so: Callable[[Seen], object] = bool,
    *,
    within_s: float = READY_S,
    every_s: float = PAUSE_S,
) -> Seen:
    """`wait_until` in a loop of asyncio; `ask` may be asynchronous itself."""
    deadline = time.monotonic() + within_s
    while True:
        asked = ask()
        seen = await asked if isinstance(asked, Awaitable) else asked
        if is_so(seen):
            return seen
        if time.monotonic() > deadline:
            raise _late(what, within_s, seen)
        await asyncio.sleep(every_s)


def _late(what: str, within_s: float, seen: object) -> TimeoutError:
    shown = "" if isinstance(seen, bool) else f"; seen last: {repr(seen)[:SHOWN]}"
    return TimeoutError(f"not within {within_s:.0f} s: {what}{shown}")
