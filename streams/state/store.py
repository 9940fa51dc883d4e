"""What the screens read of Redis. Only `streams.state.gate` writes state."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

import msgspec

from streams.contract.account import Account
from streams.contract.settings import Settings
from streams.contract.subscription import Subscription
from streams.contract.topics import partition_of
from streams.domain.links.quarters import QuarterPlace
from streams.domain.links.quarters_told import LinkQuarter
from streams.domain.links.usual import PLACES, USUAL, Rung, UsualCells, UsualColumn, UsualSpeed
from streams.domain.links.usual import rows_of as rows_of_usual
from streams.domain.stage import Effects, StageTable, State
from streams.domain.stages.crew_links import CREW_LINKS, WorkLinks
from streams.state.keys import (
    COUNTS,
    DEAD_LETTERS,
    DELIVERIES,
    DELTAS,
    LINK,
    LOST,
    MAX_DELTAS,
    META,
    OUTBOX,
    PACKED,
    PAST,
    REBUILDING,
    home_of,
    key,
    past_key,
)
from streams.state.kinds import (
    KINDS,
    Remembered,
    StoredDelta,
    StoredPicture,
    hash_of,
    read_delta,
    readable,
    remembered,
    rows_of,
)
from streams.state.links_past import LinksPast, LinkThen
from streams.state.redis_login import ANSWER_S, connect, script
from streams.state.side_by_side import Id, Places, SideBySide, StreamEntry, moved, text_of

PAST_CHUNK = 2000  # subjects one call of the script reads: a few ms in which Redis does no more
BATCH = 500  # deltas of a partition that one read brings at most
MARGIN_MS = 2_000
"""So long before a delta others may have been written that its reader had not seen: clocks of nodes
differ, and one read takes its time.
"""
SUBSCRIPTIONS = key("subscriptions", 0)  # endpoint -> Subscription


T = TypeVar("T")
_CREW_LINKS = msgspec.json.Decoder(WorkLinks)
_ACCOUNT = msgspec.json.Decoder(Account)
_COLUMN = msgspec.json.Decoder(UsualColumn)
_SUBSCRIPTION = msgspec.json.Decoder(Subscription)


class DeltaRun(NamedTuple):
    """Deltas in the order of their ids, and where their reader stands after them. `is_broken`: they
    do not lead on from what was before them.
    """

    deltas: list[StoredDelta]
    places: Places
    is_broken: bool = False
    is_full: bool = False  # there may be more


class Store:
    """Reads for the screens. `client` must return bytes (decode_responses False); `partitions` are
    those of the wide topics.
    """

    def __init__(self, client: Any, partitions: int) -> None:
        self.client = client
        self.partitions = partitions
        self.outbox = SideBySide(client, OUTBOX, partitions)
        self._deltas = SideBySide(client, DELTAS, partitions)
        self._latest = script(client, "past_latest")
        self._links = LinksPast(client, partitions)

    @classmethod
    def connect(cls, settings: Settings) -> "Store":
        """A store on the settings' Redis; connects at the first call, times out after 8 s."""
        return cls(connect(settings, timeout_s=ANSWER_S), settings.partitions)

    async def close(self) -> None:
        await self.client.aclose()

    async def picture(self, partitions: int) -> StoredPicture:
        """The state now; deltas after its places may be in it already: they state facts."""
        places = await self._deltas.newest()
        rows: dict[str, Any] = {kind.name: {} for kind in KINDS}
        for kind in KINDS:
            for held in await self._hashes(kind.hashes(partitions)):
                rows[kind.name] |= rows_of(kind, held)
        delta_id = text_of(max(places))
        return StoredPicture(delta_id, places=places, **rows)

    async def _hashes(self, names: Iterable[str]) -> list[dict[bytes, bytes]]:
        async with self.client.pipeline(transaction=False) as together:
            for name in names:
                together.hgetall(name)
            found: list[dict[bytes, bytes]] = await together.execute()
        return found

    async def rows(self, table: StageTable[T], partitions: int) -> list[dict[str, T]]:
        """A table's rows by id, one partition's after another's; without what ours cannot read."""
        decode = msgspec.json.Decoder(table.row_type).decode
        found = await self._hashes(hash_of(table, partition) for partition in range(partitions))
        named = (((name.decode(), row) for name, row in rows.items()) for rows in found)
        return [readable(table.name, decode, rows) for rows in named]

    async def row(self, table: StageTable[T], row_id: str) -> T | None:
        """One row of a table whose topic has one partition; None where there is none, or ours
        cannot read it.
        """
        raw = await self.client.hget(hash_of(table, 0), row_id)
        if raw is None:
            return None
        decode = msgspec.json.Decoder(table.row_type).decode
        return readable(table.name, decode, [(row_id, raw)]).get(row_id)

    async def some(self, table: StageTable[T], names: Sequence[str]) -> dict[str, T]:
        """Some rows of a table whose topic has one partition; without those there are not, or ours
        cannot read.
        """
        if not names:
            return {}
        found = await self.client.hmget(hash_of(table, 0), names)
        decode = msgspec.json.Decoder(table.row_type).decode
        pairs = ((name, raw) for name, raw in zip(names, found, strict=True) if raw is not None)
        return readable(table.name, decode, pairs)

    async def usual_kmh(self, at: QuarterPlace) -> dict[str, float]:
        """What is usual of each link in a quarter hour of such a day, as the links show it; without
        links of which nothing is.
        """
        names = rows_of_usual(at, Rung.HOUR)
        async with self.client.pipeline(transaction=False) as together:
            for partition in range(self.partitions):
                together.hgetall(hash_of(PLACES, partition))
                together.hmget(hash_of(USUAL, partition), names)
            found = await together.execute()
        known: dict[str, float] = {}
        for places, columns in zip(found[::2], found[1::2], strict=True):
            state = _usual_rows(names, places, columns)
            links = list(state[PLACES.name])
            told = UsualCells(state, Effects()).standing(at, Rung.HOUR).dkmh_of_all(links).tolist()
            known |= {link: dkmh / 10 for link, dkmh in zip(links, told, strict=True) if dkmh > 0}
        return known

    async def usual_of(
        self, links: Collection[str], quarters: Sequence[QuarterPlace]
    ) -> dict[str, list[UsualSpeed | None]]:
        """What is usual of links in each of these quarter hours, with its spread."""
        names = sorted({name for at in quarters for name in rows_of_usual(at, Rung.HOUR)})
        homes = {link: partition_of(link, self.partitions) for link in links}
        partitions = sorted(set(homes.values()))
        async with self.client.pipeline(transaction=False) as together:
            for partition in partitions:
                together.hgetall(hash_of(PLACES, partition))
                together.hmget(hash_of(USUAL, partition), names)
            found = await together.execute()
        known: dict[str, list[UsualSpeed | None]] = {}
        for place, partition in enumerate(partitions):
            cells = UsualCells(_usual_rows(names, *found[2 * place : 2 * place + 2]), Effects())
            standing = [cells.standing(at, Rung.HOUR) for at in quarters]
            here = (link for link, home in homes.items() if home == partition)
            known |= {link: [each.of(link) for each in standing] for link in here}
        return known

    async def link_over(self, link_id: str, since_ms: int, until_ms: int) -> list[LinkThen]:
        """How a link was from one time to another: see `LinksPast.over`."""
        return (await self._links.over([link_id], since_ms, until_ms)).get(link_id, [])

    async def quarters(
        self, links: Collection[str], since_ms: int, until_ms: int
    ) -> dict[str, dict[int, LinkQuarter]]:
        """The quarter hours of links that were told of between two times: `LinksPast.quarters`."""
        return await self._links.quarters(links, since_ms, until_ms)

    async def deltas_after(self, places: Places, *, block_ms: int) -> DeltaRun:
        """Deltas after some places, waiting up to `block_ms` for the first (0: not)."""
        entries = await self._deltas.after(places, count=BATCH, block_ms=block_ms)
        return _run(entries, places, is_full=len(entries) >= BATCH)

    async def deltas_since(self, since: Id, until: Places) -> list[StoredDelta] | None:
        """All deltas that one who was told those up to `since` may not have, up to some places;
        None when they are not all kept.
        """
        entries = await self._deltas.since(since, until, margin_ms=MARGIN_MS, kept=MAX_DELTAS)
        run = None if entries is None else _run(entries, until)
        return None if run is None or run.is_broken else run.deltas

    async def holds(self, places: Places) -> bool:
        """Whether these very deltas are kept. False: trimmed, or Redis was emptied or restored."""
        return await self._deltas.hold(places)

    async def network_version(self) -> str | None:
        """The network the worker folds, None before it has said so."""
        version = await self.client.hget(META, "network")
        return version.decode() if isinstance(version, bytes) else None

    async def counts(self) -> dict[str, int]:
        """Dead letters and other counts of all partitions, by name."""
        names = [key(name, p) for p in range(self.partitions) for name in (DEAD_LETTERS, COUNTS)]
        lost, sent, *rest = await self._hashes([LOST, DELIVERIES, *names])
        total = Counter({f"webhook {name.decode()}": int(value) for name, value in sent.items()})
        for rows in rest:
            total.update({name.decode(): int(value) for name, value in rows.items()})
        return {**total, **lost_counts(lost)}

    async def past(self, subjects: Iterable[str], known_ms: int) -> dict[str, Remembered]:
        """What was known of each subject at a time; without those of which nothing was, or whose
        row no version of ours can read.
        """
        return await self.past_each(dict.fromkeys(subjects, known_ms))

    async def past_each(self, known: Mapping[str, int]) -> dict[str, Remembered]:
        """`past` with a time of its own for each subject."""
        found: dict[str, Remembered] = {}
        links_at: dict[int, list[str]] = {}
        for subject, ms in known.items():
            if subject.startswith(LINK):
                links_at.setdefault(ms, []).append(subject.removeprefix(LINK))
        for ms, links in links_at.items():
            found |= _by_subject(await self._links.some_at(links, ms))
        return found | await self._each({x: ms for x, ms in known.items() if x not in found})

    async def _each(self, known: Mapping[str, int]) -> dict[str, Remembered]:
        """Of what is remembered in streams of its own: also links, by a version of before."""
        found: dict[str, Remembered] = {}
        for partition, subjects in self._by_home(known).items():
            for begin in range(0, len(subjects), PAST_CHUNK):
                chunk = subjects[begin : begin + PAST_CHUNK]
                keys = [past_key(subject, partition) for subject in chunk]
                entries = await self._latest(keys=keys, args=[known[x] for x in chunk])
                for subject, entry in zip(chunk, entries, strict=True):
                    if entry and (row := remembered(subject, [entry])):
                        found[subject] = row[0]
        return found

    def _by_home(self, subjects: Iterable[str]) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for subject in subjects:
            found.setdefault(home_of(subject, self.partitions), []).append(subject)
        return found

    async def links_past(self, known_ms: int, back_ms: int) -> dict[str, Remembered]:
        """`past` of all links. Since when a link was so, is known so far back; of one that was so
        for longer it is a later time.
        """
        found: dict[str, Remembered] = {**_by_subject(await self._links.at(known_ms, back_ms))}
        before = [x for x in await self.changed_since(0) if x.startswith(LINK) and x not in found]
        return found | await self._each(dict.fromkeys(before, known_ms))

    async def links_from_ms(self) -> int | None:
        """Since when anything of the links is remembered, None: nothing is."""
        return await self._links.from_ms()

    async def changed_since(self, since_ms: int) -> list[str]:
        """The subjects remembered after a time, the latest last; of links only those that a version
        of before remembered.
        """
        async with self.client.pipeline(transaction=False) as together:
            for partition in range(self.partitions):
                known = key(PAST, partition)
                together.zrangebyscore(known, f"({since_ms}", "+inf", withscores=True)
            found = await together.execute()
        latest = sorted((ms, name.decode()) for rows in found for name, ms in rows)
        return [name for _, name in latest if not name.startswith(PACKED)]

    async def past_since(self, subject: str, since_ms: int) -> list[Remembered]:
        """All that became known of a subject after a time, in order."""
        return (await self.pasts_since([subject], since_ms))[subject]

    async def pasts_since(
        self, subjects: Iterable[str], since_ms: int
    ) -> dict[str, list[Remembered]]:
        """`past_since` of many subjects."""
        names = list(subjects)
        async with self.client.pipeline(transaction=False) as together:
            for subject in names:
                home = home_of(subject, self.partitions)
                together.xrange(past_key(subject, home), min=since_ms + 1)
            runs = await together.execute()
        found: dict[str, list[Remembered]] = {
            subject: remembered(subject, ((entry, fields[b"v"]) for entry, fields in run))
            for subject, run in zip(names, runs, strict=True)
        }
        links = [x.removeprefix(LINK) for x in names if x.startswith(LINK)]
        for subject, run in _by_subject(await self._links.since(links, since_ms)).items():
            found[subject] += run
        return found

    async def subscriptions(self) -> dict[str, Subscription]:
        """Every endpoint's subscription as the log says now."""
        rows = await self.client.hgetall(SUBSCRIPTIONS)
        return {name.decode(): _SUBSCRIPTION.decode(row) for name, row in rows.items()}

    async def accounts(self) -> dict[str, Account]:
        """Every account as the log says now."""
        rows = await self.client.hgetall(key("accounts", 0))
        return {name.decode(): _ACCOUNT.decode(row) for name, row in rows.items()}

    async def is_account_gone(self, name: str) -> bool:
        """Whether an account of this name was removed: nobody else gets it."""
        return bool(await self.client.hexists(key("accounts_gone", 0), name))

    async def account(self, name: str) -> Account | None:
        """One account as the log says now; None where there is none of this name."""
        row = await self.client.hget(key("accounts", 0), name)
        return None if row is None else _ACCOUNT.decode(row)

    async def crew_links(self, work: str) -> WorkLinks:
        """The links of a work's crews as the log says now; of a work without any, none."""
        row = await self.client.hget(hash_of(CREW_LINKS, 0), work)
        return WorkLinks() if row is None else _CREW_LINKS.decode(row)

    async def shows(self, subscription: Subscription) -> bool:
        """Whether what was written of a subscription has been folded."""
        row = await self.client.hget(SUBSCRIPTIONS, subscription.endpoint)
        if row is None or subscription.is_removed:
            return row is None and subscription.is_removed
        known: Subscription = _SUBSCRIPTION.decode(row)
        return replace(known, created_ms=subscription.created_ms) == subscription

    async def is_rebuilding(self) -> bool:
        """Whether the state is being made again from the log."""
        return bool(await self.client.exists(REBUILDING))


def _usual_rows(
    names: Sequence[str], places: Mapping[bytes, bytes], columns: Sequence[bytes | None]
) -> State:
    """The rows of what is usual, as its tables have them."""
    return {
        PLACES.name: {name.decode(): int(place) for name, place in places.items()},
        USUAL.name: {
            name: _COLUMN.decode(column)
            for name, column in zip(names, columns, strict=True)
            if column
        },
    }


def _by_subject(rows: Mapping[str, T]) -> dict[str, T]:
    """Rows of links by what the history calls them."""
    return {f"{LINK}{link_id}": row for link_id, row in rows.items()}


def lost_counts(rows: Mapping[bytes, bytes]) -> dict[str, int]:
    """How many messages each partition lost to retention: "lost topic/partition" -> count."""
    counts: dict[str, int] = {}
    for name, last in rows.items():
        place, _, first = name.decode().rpartition(" ")
        counts[f"lost {place}"] = counts.get(f"lost {place}", 0) + int(last) - int(first) + 1
    return counts


def _run(entries: Iterable[StreamEntry], places: Places, *, is_full: bool = False) -> DeltaRun:
    known = list(entries)
    deltas = [read_delta(text_of(x.id), x.fields[b"d"]) for x in known if b"d" in x.fields]
    is_broken = any(b"anew" in x.fields for x in known)
    return DeltaRun(deltas, moved(places, known), is_broken=is_broken, is_full=is_full)
