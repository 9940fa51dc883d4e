"""State that a version of before wrote, under keys without a slot: it is taken over once, whole.

Until then those keys stood in one Redis, each for the whole city or named by its partition. All of
it moves in one transaction, or nothing does. What is only of the moment (who works, who serves
which endpoint) stays behind and goes.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from redis.exceptions import WatchError

from streams.contract.errors import SettingsError
from streams.state.keys import (
    BEGUN,
    CITY,
    COUNTS,
    DEAD_LETTERS,
    DELIVERY,
    DELTAS,
    LIVE_MS,
    OUTBOX,
    PAST,
    PAST_GONE,
    POSITIONS,
    PREFIX,
    Slot,
    home_of,
    key,
)
from streams.state.redis_login import is_cluster, time_ms

log = logging.getLogger(__name__)
_WORKERS, _DISPATCHERS = f"{PREFIX}workers", f"{PREFIX}dispatchers"
_MARKS = (f"{PREFIX}{POSITIONS}", f"{PREFIX}{BEGUN}", f"{PREFIX}meta")
_OF_THE_CITY = ("meta", "roads-from", "lost", "rebuilding", "topic-ids")
_WHOLE = (COUNTS, DEAD_LETTERS, DELTAS, OUTBOX, "feeds")  # go to partition 0 as they are
_BY_FIELD = (POSITIONS, BEGUN, "clock")  # fields end with the partition
_BY_SUBJECT = (PAST, PAST_GONE)
_OF_DELIVERY = {
    "delivery-counts": "counts",
    "undelivered": "undelivered",
    "replays": "replays",
    "delivery:": "state:",
    "attempts:": "attempts:",
    "undelivered:": "undelivered:",
}


class Parts(NamedTuple):
    """How the keys of before are to be taken over: renamed, split, or left to go."""

    renamed: dict[str, str]
    split: list[str]
    gone: list[str]


def parts_of(names: Iterable[str], partitions: int) -> Parts:
    """How each of these names of before, without `bomnae:`, is to be taken over."""
    parts = Parts({}, [], [])
    for name in names:
        if name in (*_BY_FIELD, *_BY_SUBJECT):
            parts.split.append(name)
        elif (place := _place_of(name, partitions)) is None:
            parts.gone.append(name)
        else:
            parts.renamed[name] = key(*place)
    return parts


def _place_of(name: str, partitions: int) -> tuple[str, Slot] | None:
    """The name and the slot of a key of before; None where nothing of it is needed."""
    if name in _OF_THE_CITY:
        return name, CITY
    if name in _WHOLE:
        return name, 0
    kind, colon, rest = name.partition(":")
    if (now := _OF_DELIVERY.get(kind + colon)) is not None:
        return now + rest, DELIVERY
    if kind == PAST:
        return name, home_of(rest, partitions)
    return (kind, int(rest)) if rest.isascii() and rest.isdigit() else None


async def take_over(client: Any, partitions: int) -> bool:
    """Take over what a version of before left here; whether there was any.

    SettingsError while a process of that version works, and where both versions have a state.
    """
    if is_cluster(client) or not await client.exists(*_MARKS):
        return False
    await _check_alone(client)
    async with client.pipeline(transaction=True) as together:
        try:
            await _move(together, partitions)
        except WatchError:
            return await take_over(client, partitions)  # another worker does it
    log.info("taken over from a version of before")
    return True


async def _check_alone(client: Any) -> None:
    now_ms = await time_ms(client, _WORKERS)
    seen = {name: int(at.split()[0]) for name, at in (await client.hgetall(_WORKERS)).items()}
    turns = await client.zrange(_DISPATCHERS, 0, -1, withscores=True)
    seen |= {name: int(at_ms) for name, at_ms in turns}
    if alive := [name.decode() for name, at_ms in seen.items() if now_ms - at_ms < LIVE_MS]:
        raise SettingsError(
            f"{', '.join(sorted(alive))} of a version of before works on this Redis: stop workers, "
            "dispatchers and map servers of before first (one that was killed counts for 10 s)"
        )


async def _move(together: Any, partitions: int) -> None:
    """Everything in one transaction, from the watched keys of before."""
    await together.watch(*_MARKS)
    if not await together.exists(*_MARKS):
        return  # another worker did it
    if await together.exists(*(key(POSITIONS, partition) for partition in range(partitions))):
        raise SettingsError(
            "this Redis has a state of this version and one of a version of before, which ran "
            "again: delete the keys `bomnae:*` of the one that is not to stay "
            "(those of this version begin with `bomnae:{`)"
        )
    names = [name.decode() async for name in together.scan_iter(f"{PREFIX}[^{{]*", count=1000)]
    parts = parts_of((name.removeprefix(PREFIX) for name in names), partitions)
    hashes = {name: await together.hgetall(PREFIX + name) for name in _BY_FIELD}
    sets = {x: await together.zrange(PREFIX + x, 0, -1, withscores=True) for x in _BY_SUBJECT}
    together.multi()
    for name, now in parts.renamed.items():
        together.rename(PREFIX + name, now)
    for name, rows in hashes.items():
        for partition, mapping in _by(rows, _partition_of).items():
            together.hset(key(name, partition), mapping=mapping)
    _split_sets(together, sets, partitions)
    for name in (*parts.gone, *parts.split):
        together.unlink(PREFIX + name)
    await together.execute()


def _split_sets(together: Any, sets: Mapping[str, Any], partitions: int) -> None:
    for name, scores in sets.items():
        found = _by(dict(scores), lambda subject: home_of(subject.decode(), partitions))
        for partition, members in found.items():
            together.zadd(key(name, partition), members)


def _by(rows: Mapping[bytes, Any], slot_of: Callable[[bytes], int]) -> dict[int, dict[bytes, Any]]:
    found: dict[int, dict[bytes, Any]] = {}
    for field, value in rows.items():
        found.setdefault(slot_of(field), {})[field] = value
    return found


def _partition_of(field: bytes) -> int:
    """The partition in "topic/partition", or "partition"."""
    return int(field.rpartition(b"/")[2])
