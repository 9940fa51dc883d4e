"""What a reader that comes back has missed, from the delta stream by ids."""

import re

import msgspec
from redis.exceptions import RedisError

from streams.state.kinds import StoredDelta
from streams.state.store import Store

BATCH = 500  # deltas one read brings at most
LOSSES = (RedisError, OSError, msgspec.MsgspecError, ValueError)
"""What a read may fail with: Redis away, or a value in it that is not ours."""

_ID = re.compile(r"([0-9]{1,20})-([0-9]{1,20})")


def place_of(delta_id: str) -> tuple[int, int] | None:
    """A delta id as numbers that compare in stream order; None when it is not one."""
    match = _ID.fullmatch(delta_id)
    if match is None:
        return None
    place = int(match[1]), int(match[2])
    return place if max(place) < 1 << 64 else None


async def missed(store: Store, since: str, head: str) -> list[StoredDelta] | None:
    """The deltas after `since` up to `head`; None when they cannot all be had."""
    start, end = place_of(since), place_of(head)
    if start is None or end is None or start > end:
        return None
    try:
        return await _run_up_to(store, since, end) if await store.holds(since) else None
    except LOSSES:
        return None


async def _run_up_to(store: Store, last: str, end: tuple[int, int]) -> list[StoredDelta] | None:
    run: list[StoredDelta] = []
    while (place_of(last) or end) < end:
        more = await store.deltas_after(last, block_ms=0)
        if not more:
            return None
        run += more
        last = more[-1].delta_id
    return [delta for delta in run if (place_of(delta.delta_id) or end) <= end]
