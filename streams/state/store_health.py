"""How the store itself is: how full, whether it takes writes, who works on it. The judging is pure.

A Redis that is full, a replica, or one whose disk fails still answers every read, so whoever only
reads would call the feeds late, though it is the state that stands.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from redis.exceptions import NoPermissionError

from streams.contract.times import now_ms
from streams.state.keys import LIVE_MS, META, WORKERS
from streams.state.redis_login import of_each_node, time_ms
from streams.state.roster import changed, is_told, strangers

NEARLY = 0.8  # of the limit: time to see to it
BRIM = 0.98


class Trouble(StrEnum):
    """Why the picture must stand still."""

    NONE = ""
    FULL = "full"
    READ_ONLY = "read_only"
    DISK = "disk"
    NO_WORKER = "no_worker"
    STANDS = "stands"  # a worker is there and does not get on


@dataclass(frozen=True, slots=True)
class StoreHealth:
    """One look at the store; `used_bytes` 0 where its user may not ask, `max_bytes` 0: no limit. Of
    a cluster they are of its fullest node.

    `refusal` is why no state can be written. `workers` look after it, None where
    none has said so yet; `standing` of them do not get on. `changed` names settings that are not
    those of what was folded before `changed_ms`.
    """

    used_bytes: int = 0
    max_bytes: int = 0
    refusal: Trouble = Trouble.NONE
    evicts: str = ""
    workers: int | None = None
    standing: int = 0
    changed: tuple[str, ...] = ()
    changed_ms: int = 0
    strangers: tuple[str, ...] = ()
    ahead_ms: int = field(default=0, compare=False)  # our clock before Redis', half a call exact

    @property
    def trouble(self) -> Trouble:
        if self.refusal:
            return self.refusal
        if self.workers == 0:
            return Trouble.NO_WORKER
        return Trouble.STANDS if self.standing else Trouble.NONE

    @property
    def fill(self) -> float:
        """How much of its memory is used; 0 where there is no limit."""
        return self.used_bytes / self.max_bytes if self.max_bytes else 0.0


def health_of(
    nodes: Sequence[Mapping[str, Any]],
    meta: Mapping[bytes, bytes],
    roster: Mapping[bytes, bytes],
    redis_ms: int,
    ahead_ms: int = 0,
) -> StoreHealth:
    """What each node says of itself (`INFO`; none where that is not allowed) and who is in the
    roster.
    """
    seen = [each.split() for each in roster.values()]
    living = [words for words in seen if redis_ms - int(words[0]) < LIVE_MS]
    note = changed(meta)
    info: Mapping[str, Any] = max(nodes, key=_fill, default={})
    limit = int(info.get("maxmemory", 0))
    policy = str(info.get("maxmemory_policy", "noeviction"))
    refusals = (_refusal(each, _fill(each), has_worker=bool(living)) for each in nodes)
    return StoreHealth(
        used_bytes=int(info.get("used_memory", 0)),
        max_bytes=limit,
        refusal=next(filter(None, refusals), Trouble.NONE),
        evicts=policy if limit and policy != "noeviction" else "",
        workers=len(living) if is_told(meta) else None,
        standing=sum(len(words) > 1 for words in living),
        changed=tuple(note.get("names", ())),
        changed_ms=int(note.get("at_ms", 0)),
        strangers=tuple(strangers(meta)),
        ahead_ms=ahead_ms,
    )


def _fill(info: Mapping[str, Any]) -> float:
    """How much of its memory a node uses; without a limit 0."""
    limit = int(info.get("maxmemory", 0))
    return int(info.get("used_memory", 0)) / limit if limit else 0.0


def _refusal(info: Mapping[str, Any], fill: float, *, has_worker: bool) -> Trouble:
    """Why Redis takes no writes; at the brim it is full where no worker can say that it lives."""
    if info.get("role") == "slave" and info.get("slave_read_only", 1):
        return Trouble.READ_ONLY
    if info.get("aof_last_write_status") == "err":
        return Trouble.DISK
    if str(info.get("maxmemory_policy", "noeviction")) == "noeviction" and (
        fill >= 1 or (fill >= BRIM and not has_worker)
    ):
        return Trouble.FULL
    return Trouble.NONE


async def store_health(client: Any) -> StoreHealth:
    """One look; raises what Redis raises where it does not answer."""
    async with client.pipeline(transaction=False) as together:
        together.hgetall(META)
        together.hgetall(WORKERS)
        meta, roster = await together.execute()
    begin_ms = now_ms()
    redis_ms = await time_ms(client, WORKERS)
    ahead_ms = (begin_ms + now_ms()) // 2 - redis_ms
    try:
        nodes = await of_each_node(client, "INFO", "memory", "replication", "persistence")
    except NoPermissionError:
        nodes = []
    return health_of(nodes, meta, roster, redis_ms, ahead_ms)
