"""What a reader that comes back has missed, from the streams of deltas by ids.

What a reader is told has the id of the newest delta in it, whichever partition it is of. Another
server may have read the partitions in another order, so all is read from a little before that id
on: deltas state facts, and one that comes again changes nothing.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec
from redis.exceptions import RedisError

from streams.state.kinds import KINDS, StoredDelta
from streams.state.side_by_side import BEFORE, Places, id_of, text_of
from streams.state.store import Store

LOSSES = (RedisError, OSError, msgspec.MsgspecError, ValueError)
"""What a read may fail with: Redis away, or a value in it that is not ours."""


def head_after(head: str, run: Sequence[StoredDelta]) -> str:
    """What the next event is called that tells these deltas in their order: the newest one's id, or
    a later one where that is no later than the head.
    """
    before, newest = id_of(head) or BEFORE, id_of(run[-1].delta_id) or BEFORE
    return text_of(newest if newest > before else (before[0], before[1] + 1))


async def missed(store: Store, since: str, head: str, places: Places) -> list[StoredDelta] | None:
    """The deltas that one who was told those up to `since` may not have, up to the head, which
    stands at these places; None when they cannot all be had.
    """
    start, end = id_of(since), id_of(head)
    if start is None or end is None or start > end:
        return None
    try:
        run = await store.deltas_since(start, places)
    except LOSSES:
        return None
    return None if run is None else without_own(run, since)


def without_own(run: Sequence[StoredDelta], delta_id: str) -> list[StoredDelta]:
    """Without the delta that an id is of, where it is of one only, and without what deltas before
    it said of the same rows.
    """
    places = [number for number, delta in enumerate(run) if delta.delta_id == delta_id]
    if len(places) != 1:
        return list(run)
    (at,) = places
    return [*(_without(delta, run[at]) for delta in run[:at]), *run[at + 1 :]]


def _without(delta: StoredDelta, later: StoredDelta) -> StoredDelta:
    rows: dict[str, Any] = {}
    for name in (kind.name for kind in KINDS):
        known = getattr(later, name)
        rows[name] = {x: row for x, row in getattr(delta, name).items() if x not in known}
    return replace(delta, **rows)
