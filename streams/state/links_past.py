"""The history of the links as Redis holds it: packed, a stream a partition.

What it tells comes at looks, 5 s of a partition's clock apart. An entry that cannot be read is left
out, and what it told with it until a later one tells it again.
"""

import asyncio
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from streams.contract.times import HOUR_MS
from streams.contract.topics import partition_of
from streams.domain.links.fold import LinkView
from streams.domain.links.history import (
    CODE_BITS,
    KEPT,
    EntryError,
    Known,
    LinksEntry,
    LinksThen,
    Obstructed,
    Run,
    Told,
    certainty_of,
    history_of,
    level_of,
    named,
    told,
    told_of,
)
from streams.domain.links.quarters_told import (
    LinkQuarter,
    QuarterEntry,
    quarters_of,
    read_quarter,
)
from streams.state.keys import past_key

log = logging.getLogger(__name__)
NEWEST_MS = 1 << 62  # later than any entry
CHUNK = 1_000  # entries a call reads: an hour of looks, some ms in which Redis does no more
LinkThen = tuple[int, LinkView]
"""Since when a link was so, ms, and what is remembered of it."""


class LinksPast:
    """Reads what is remembered of the links."""

    def __init__(self, client: Any, partitions: int) -> None:
        self._client, self._partitions = client, partitions

    async def at(self, known_ms: int, back_ms: int) -> dict[str, LinkThen]:
        """How all links were at a time. Since when, is known so far back; of one that was so for
        longer it is a later time.
        """
        return await self._at(dict.fromkeys(range(self._partitions)), known_ms, back_ms)

    async def from_ms(self) -> int | None:
        """The time of the oldest entry of any partition, None without one."""
        async with self._client.pipeline(transaction=False) as together:
            for partition in range(self._partitions):
                together.xrange(past_key(history_of(partition), partition), count=1)
            runs = await together.execute()
        return min((int(run[0][0].partition(b"-")[0]) for run in runs if run), default=None)

    async def some_at(self, links: Collection[str], known_ms: int) -> dict[str, LinkThen]:
        """How these links were at a time; since when, as `at` says of an hour."""
        return await self._at(self._by_partition(links), known_ms, HOUR_MS)

    async def _at(
        self, wanted: Mapping[int, Collection[str] | None], known_ms: int, back_ms: int
    ) -> dict[str, LinkThen]:
        runs = await asyncio.gather(*(self._back(p, known_ms, known_ms - back_ms) for p in wanted))
        found: dict[str, LinkThen] = {}
        for links, run in zip(wanted.values(), runs, strict=True):
            found |= await asyncio.to_thread(_links_at, run, links)
        return found

    async def since(self, links: Collection[str], since_ms: int) -> dict[str, list[LinkThen]]:
        """How these links changed after a time, in order; without those that did not."""
        wanted = self._by_partition(links)
        runs = await asyncio.gather(*(self._back(p, None, since_ms) for p in wanted))
        found: dict[str, list[LinkThen]] = {}
        for names, run in zip(wanted.values(), runs, strict=True):
            found |= await asyncio.to_thread(_since, run, names, since_ms)
        return found

    async def over(
        self, links: Collection[str], since_ms: int, until_ms: int
    ) -> dict[str, list[LinkThen]]:
        """How these links were from one time to another: what stood at the first, and each change
        after it.
        """
        wanted = self._by_partition(links)
        runs = await asyncio.gather(*(self._back(p, until_ms, since_ms) for p in wanted))
        found: dict[str, list[LinkThen]] = {}
        for names, run in zip(wanted.values(), runs, strict=True):
            found |= await asyncio.to_thread(_over, run, names, since_ms)
        return found

    async def quarters(
        self, links: Collection[str], since_ms: int, until_ms: int
    ) -> dict[str, dict[int, LinkQuarter]]:
        """The quarter hours of these links that were told of between two times, by their number."""
        wanted = self._by_partition(links)
        runs = await asyncio.gather(*(self._quarters(p, since_ms, until_ms) for p in wanted))
        named_by = await asyncio.gather(*(self._back(p, None, NEWEST_MS) for p in wanted))
        found: dict[str, dict[int, LinkQuarter]] = {}
        for names, entries, run in zip(wanted.values(), runs, named_by, strict=True):
            for place, name in _places(run, names).items():
                found[name] = {entry.number: entry.of(place) for entry in entries}
        return found

    async def _quarters(self, partition: int, since_ms: int, until_ms: int) -> list[QuarterEntry]:
        key = past_key(quarters_of(partition), partition)
        entries: list[QuarterEntry] = []
        unread: list[tuple[bytes, EntryError]] = []
        for name, fields in await self._client.xrange(key, since_ms, until_ms):
            try:
                entries.append(read_quarter(fields[b"v"]))
            except EntryError as error:
                unread.append((name, error))
        if unread:
            _say(key, len(unread), unread[-1][0].decode(), str(unread[-1][1]))
        return entries

    def _by_partition(self, links: Iterable[str]) -> dict[int, set[str]]:
        found: dict[int, set[str]] = {}
        for link_id in links:
            found.setdefault(partition_of(link_id, self._partitions), set()).add(link_id)
        return found

    async def _back(self, partition: int, until_ms: int | None, whole_ms: int) -> Run:
        """A partition's entries up to a time (None: all), from the last whole one at `whole_ms` or
        before on; from the first on where there is none.
        """
        key = past_key(history_of(partition), partition)
        until = "+" if until_ms is None else str(until_ms)
        run: list[tuple[int, Told]] = []
        unread: list[tuple[bytes, EntryError]] = []
        while True:
            chunk: Sequence[Any] = await self._client.xrevrange(key, until, "-", count=CHUNK)
            is_found = _add(run, chunk, whole_ms, unread)
            if is_found or len(chunk) < CHUNK:
                break
            until = f"({chunk[-1][0].decode()}"
        if unread:
            _say(key, len(unread), unread[-1][0].decode(), str(unread[-1][1]))
        return run[::-1]


def _add(
    run: list[tuple[int, Told]],
    chunk: Sequence[Any],
    whole_ms: int,
    unread: list[tuple[bytes, EntryError]],
) -> bool:
    """Add entries, the newest first, up to the whole one that is wanted; whether it is there."""
    for name, fields in chunk:
        ms = int(name.partition(b"-")[0])
        try:
            entry = told(fields[b"v"])
        except EntryError as error:
            unread.append((name, error))
            continue
        run.append((ms, entry))
        if ms <= whole_ms and isinstance(entry, LinksEntry) and entry.is_whole:
            return True
    return False


def _places(run: Run, links: Collection[str] | None) -> dict[int, str]:
    """The places of these links (None: of all)."""
    names = enumerate(named(entry for _, entry in run if isinstance(entry, LinksEntry)))
    return {place: name for place, name in names if name and (links is None or name in links)}


def _links_at(run: Run, links: Collection[str] | None) -> dict[str, LinkThen]:
    places = _places(run, links)
    only = None if links is None else places
    then, views = LinksThen(only), Views()
    for ms, entry in told_of(run, only):
        then.take(ms, entry)
    rows = ((name, then.known[place]) for place, name in places.items() if place in then.known)
    return {name: (known[0], view) for name, known in rows if (view := views.of(known))}


def _since(run: Run, links: Collection[str], since_ms: int) -> dict[str, list[LinkThen]]:
    places, views = _places(run, links), Views()
    found: dict[str, list[LinkThen]] = {}
    for ms, place, known in _news(run, places):
        if ms > since_ms and (view := views.of(known)):
            found.setdefault(places[place], []).append((ms, view))
    return found


def _over(run: Run, links: Collection[str], since_ms: int) -> dict[str, list[LinkThen]]:
    places, views = _places(run, links), Views()
    found: dict[str, list[LinkThen]] = {}
    for ms, place, known in _news(run, places):
        if view := views.of(known):
            then = found.setdefault(places[place], [])
            if ms <= since_ms:
                then.clear()
            then.append((ms, view))
    return found


def _news(run: Run, places: Collection[int]) -> Iterator[tuple[int, int, Known]]:
    then = LinksThen(places)
    for ms, entry in told_of(run, places):
        for place in then.take(ms, entry):
            yield ms, place, then.known[place]


class Views:
    """What is remembered of links as views; links that are alike share one."""

    def __init__(self) -> None:
        self._views: dict[Any, LinkView | None] = {}

    def of(self, known: Known) -> LinkView | None:
        """The view; None where a later version says of the link what ours does not know."""
        _, number, obstructed = known
        alike = number & CODE_BITS & ~KEPT, obstructed
        if alike not in self._views:
            self._views[alike] = _view(number, obstructed)
        return self._views[alike]


def _view(number: int, obstructed: Obstructed) -> LinkView | None:
    try:
        level, certainty = level_of(number), certainty_of(number)
    except IndexError:
        _say("links", 1, f"record {number:#x}", "code of a later version")
        return None
    closure, subjects = obstructed
    return LinkView(level=level, certainty=certainty, closure=closure, subjects=subjects)


def _say(kind: str, count: int, first: str, error: str) -> None:
    facts = {"kind": kind, "count": count, "first": first, "error": error}
    log.warning("rows left out", extra=facts)
