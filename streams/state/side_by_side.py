"""Streams of a kind, one a partition, read side by side: their entries in the order of their ids.

Where a reader stands is a place in each of them (`Places`): an entry that another node of a cluster
wrote by a clock that is behind is read all the same.
"""

import asyncio
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from typing import Any, NamedTuple

from streams.state.keys import key
from streams.state.redis_login import is_cluster

Id = tuple[int, int]
"""An entry's id as numbers: ms of Redis' clock, and which of that ms."""
Places = tuple[Id, ...]
"""By partition the last entry that was read; `BEFORE`: none."""
BEFORE: Id = (0, 0)
LOOK_S = 0.05  # how often a cluster is asked: it cannot be waited for in several slots at once
_ID = re.compile(r"([0-9]{1,20})-([0-9]{1,20})")
_PLACE = re.compile(r"([0-9]{1,4})~([0-9a-f]{1,16})(?:-([0-9]{1,20}))?")


class StreamEntry(NamedTuple):
    """An entry of a partition's stream."""

    id: Id
    partition: int
    fields: Mapping[bytes, bytes]


def id_of(text: str) -> Id | None:
    """An id as numbers that compare in stream order; None when it is not one."""
    match = _ID.fullmatch(text)
    if match is None:
        return None
    found = int(match[1]), int(match[2])
    return found if max(found) < 1 << 64 else None


def text_of(entry: Id) -> str:
    return f"{entry[0]}-{entry[1]}"


def beginning(partitions: int) -> Places:
    return (BEFORE,) * partitions


def moved(places: Places, entries: Iterable[StreamEntry]) -> Places:
    """Where a reader stands after some more entries."""
    found = list(places)
    for entry in entries:
        found[entry.partition] = max(found[entry.partition], entry.id)
    return tuple(found)


def written(places: Places) -> str:
    """Places as a short text: the newest ms, then each that is not `BEFORE` by how much older it
    is, in hex: `1795392000000.0~0.3~1f4-2`. "0-0" where all are.
    """
    newest_ms = max((ms for ms, _ in places), default=0)
    parts = [
        f".{partition}~{newest_ms - ms:x}" + (f"-{number}" if number else "")
        for partition, (ms, number) in enumerate(places)
        if (ms, number) != BEFORE
    ]
    return f"{newest_ms}{''.join(parts)}" if parts else text_of(BEFORE)


def places_of(text: str, partitions: int) -> Places | None:
    """Places from their text; None when it is none. An id alone, as a version of before wrote it,
    is a place in the stream of partition 0: there all there was is kept.
    """
    found = [BEFORE] * partitions
    if (only := id_of(text)) is not None:
        return (only, *found[1:])
    newest, *parts = text.split(".")
    matches = [_PLACE.fullmatch(part) for part in parts]
    if not (newest.isascii() and newest.isdigit() and matches and all(matches)):
        return None
    for match in filter(None, matches):
        if (partition := int(match[1])) < partitions:
            found[partition] = max(0, int(newest) - int(match[2], 16)), int(match[3] or 0)
    return tuple(found)


def in_order(runs: Sequence[Sequence[StreamEntry]], count: int) -> list[StreamEntry]:
    """The entries of several streams by their ids, as far as all were read: one of which `count`
    came may have more.
    """
    ends = [run[-1].id for run in runs if len(run) >= count]
    entries = sorted(entry for run in runs for entry in run)
    return list(takewhile(lambda x: x.id <= min(ends), entries)) if ends else entries


class SideBySide:
    """The streams of one kind; `client` returns bytes."""

    def __init__(self, client: Any, name: str, partitions: int) -> None:
        self.partitions = partitions
        self._client = client
        self._keys = [key(name, partition) for partition in range(partitions)]
        self._numbers = {name.encode(): number for number, name in enumerate(self._keys)}

    async def newest(self) -> Places:
        """The place after all that is there."""
        async with self._client.pipeline(transaction=False) as together:
            for name in self._keys:
                together.xrevrange(name, count=1)
            found = await together.execute()
        return tuple(_id(run[0][0]) if run else BEFORE for run in found)

    async def latest(self, count: int) -> list[StreamEntry]:
        """The newest entries, the newest first: at most so many of each stream."""
        async with self._client.pipeline(transaction=False) as together:
            for name in self._keys:
                together.xrevrange(name, count=count)
            runs = self._entries(await together.execute())
        return sorted((entry for run in runs for entry in run), reverse=True)

    async def after(self, places: Places, *, count: int, block_ms: int) -> list[StreamEntry]:
        """The next entries, at most so many of each, waiting up to `block_ms` for the first."""
        if not is_cluster(self._client):
            return await self._wait(places, count, block_ms)
        deadline = time.monotonic() + block_ms / 1000
        while not (found := await self.between(places, None, count=count)):
            if (rest_s := deadline - time.monotonic()) <= 0:
                break
            await asyncio.sleep(min(rest_s, LOOK_S))
        return found

    async def _wait(self, places: Places, count: int, block_ms: int) -> list[StreamEntry]:
        at = {name: text_of(place) for name, place in zip(self._keys, places, strict=True)}
        found = await self._client.xread(at, count=count, block=block_ms or None)
        named = found.items() if isinstance(found, Mapping) else found or ()
        runs: list[Any] = [()] * self.partitions
        for name, run in named:
            runs[self._numbers[name]] = run[0] if isinstance(found, Mapping) else run
        return in_order(self._entries(runs), count)

    async def between(
        self, places: Places, until: Places | None, *, count: int
    ) -> list[StreamEntry]:
        """A page of the entries after some places, up to others and with them (None: all)."""
        async with self._client.pipeline(transaction=False) as together:
            for partition, name in enumerate(self._keys):
                last = text_of(until[partition]) if until else "+"
                together.xrange(name, f"({text_of(places[partition])}", last, count=count)
            return in_order(self._entries(await together.execute()), count)

    async def first(self, count: int) -> list[StreamEntry]:
        """The oldest entries in order."""
        return await self.between(beginning(self.partitions), None, count=count)

    async def at(self, places: Places) -> list[StreamEntry | None]:
        """Of each stream the very entry of its place, None where it is not kept; without those that
        are `BEFORE`.
        """
        asked = [(number, place) for number, place in enumerate(places) if place != BEFORE]
        async with self._client.pipeline(transaction=False) as together:
            for number, place in asked:
                together.xrange(self._keys[number], text_of(place), text_of(place), count=1)
            found = await together.execute() if asked else []
        return [
            _entry(number, run[0]) if run else None
            for (number, _), run in zip(asked, found, strict=True)
        ]

    async def hold(self, places: Places) -> bool:
        """Whether each of these very entries is kept. False: trimmed, taken away or restored."""
        return None not in await self.at(places)

    async def since(self, since: Id, until: Places, *, margin_ms: int, kept: int) -> Any:
        """All entries from so long before an entry on, up to some places; None where that entry is
        not kept, or not all after it: streams are trimmed to no fewer than `kept` entries.

        An entry counts as kept where one of its ms is: several reads may end in one ms.
        """
        begin_ms = max(0, since[0] - margin_ms)
        async with self._client.pipeline(transaction=False) as together:
            for number, name in enumerate(self._keys):
                together.xrange(name, f"{since[0]}-0", text_of(since), count=1)
                together.xrange(name, f"{begin_ms}-0", text_of(until[number]))
                together.xlen(name)
                together.xrange(name, count=1)
            found = await together.execute()
        is_known = any(found[::4])
        is_whole = all(
            length < kept or not oldest or _id(oldest[0][0]) <= (begin_ms, 0)
            for length, oldest in zip(found[2::4], found[3::4], strict=True)
        )
        return (
            sorted(x for run in self._entries(found[1::4]) for x in run)
            if (is_known and is_whole)
            else None
        )

    async def trim(self, bounds: Places) -> int:
        """Drop what is before a bound in each stream; how many entries."""
        async with self._client.pipeline(transaction=False) as together:
            for name, bound in zip(self._keys, bounds, strict=True):
                together.xtrim(name, minid=text_of(bound), approximate=True)
            return sum(await together.execute())

    def _entries(self, runs: Sequence[Any]) -> list[list[StreamEntry]]:
        return [[_entry(number, each) for each in run] for number, run in enumerate(runs)]


def _entry(partition: int, entry: Any) -> StreamEntry:
    return StreamEntry(_id(entry[0]), partition, entry[1])


def _id(name: bytes) -> Id:
    ms, _, number = name.partition(b"-")
    return int(ms), int(number)
