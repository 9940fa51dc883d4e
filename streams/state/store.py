"""Redis: the keys, and what the screens read. Every key begins with `bomnae:`, every value is JSON.

Only `streams.state.gate` writes state.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import msgspec
import redis.asyncio as aioredis

from streams.contract.account import Account
from streams.contract.settings import Settings
from streams.contract.subscription import Subscription
from streams.domain.links.history import history_of
from streams.domain.stage import StageTable
from streams.state.kinds import (
    BEGINNING,
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
from streams.state.links_past import LinksPast
from streams.state.redis_login import connect, script

BEGUN = "bomnae:begun"  # "topic/partition" -> offset up to which a step began and has not ended
ROADS_FROM = "bomnae:roads-from"  # "link-events/P" -> first offset the state is folded from
POSITIONS = "bomnae:positions"  # "topic/partition" -> offset of the last message applied
DELTAS = "bomnae:changes"  # stream; field "d" is a delta: the time "at", rows by `kinds.LETTERS`
FEEDS = "bomnae:feeds"  # feed -> FeedState
CLOCK = "bomnae:clock"  # link-events partition -> watermark, ms
DEAD_LETTERS = "bomnae:dead-letters"  # "topic code" -> count
COUNTS = "bomnae:counts"  # late, teleport, duplicate ... -> count
META = "bomnae:meta"  # network version, city
WORKERS = "bomnae:workers"  # worker -> when it last looked, by Redis' clock, ms; " stands"
FOLDED_BY, CHANGED = "folded_by", "changed"  # fields of META: settings, and what of them changed
STRANGERS = "strangers"  # field of META: who takes partitions into another Redis
LIVE_MS = 10_000  # a worker looks once a second; silent for so long it is gone
DELIVERIES = "bomnae:delivery-counts"  # delivered, failed, later, gone, expired -> count
LOST = "bomnae:lost"  # "topic/partition from" -> last offset that retention took unread
REBUILDING = "bomnae:rebuilding"  # "topic/partition" -> offset up to which the state is made again
TOPIC_IDS = "bomnae:topic-ids"  # topic -> its id in the cluster the state was folded from
OUTBOX = "bomnae:outbox"  # stream; field "a" is an Alert, in the order it was decided
PAST = "bomnae:past"  # sorted set; subject -> when something of it was last learnt, ms
PAST_GONE = "bomnae:past-gone"  # those of them that are there no more; the gate forgets them
MAX_DELTAS = 4096

LINK, HISTORY = "link:", history_of("")  # what subjects of links, and of their history, begin with
PAST_CHUNK = 2000  # subjects one call of the script reads: a few ms in which Redis does no more


T = TypeVar("T")
_ACCOUNT = msgspec.json.Decoder(Account)
_SUBSCRIPTION = msgspec.json.Decoder(Subscription)


def key(kind: str, partition: int) -> str:
    """The hash of one kind of state for one partition: `bomnae:links:3`."""
    return f"bomnae:{kind}:{partition}"


def past_key(subject: str) -> str:
    """The stream of all that was known of a subject; the ids begin with the event time, ms."""
    return f"{PAST}:{subject}"


class Store:
    """Reads for the screens. `client` must return bytes (decode_responses False); `partitions` are
    those of the wide topics.
    """

    def __init__(self, client: aioredis.Redis, partitions: int) -> None:
        self.client: Any = client  # redis-py's hints are unions over its decoding modes
        self._latest = script(client, "past_latest")
        self._links = LinksPast(client, partitions, past_key)

    @classmethod
    def connect(cls, settings: Settings) -> "Store":
        """A store on the settings' Redis; connects at the first call, times out after 5 s."""
        return cls(connect(settings, timeout_s=5), settings.partitions)

    async def close(self) -> None:
        await self.client.aclose()

    async def picture(self, partitions: int) -> StoredPicture:
        """The state now; deltas after `delta_id` may be in it already: they state facts."""
        newest = await self.client.xrevrange(DELTAS, count=1)
        rows: dict[str, Any] = {kind.name: {} for kind in KINDS}
        unread: set[str] = set()
        for kind in KINDS:
            for name in kind.hashes(partitions):
                found, left_out = rows_of(kind, await self.client.hgetall(name))
                rows[kind.name] |= found
                unread |= left_out if kind.name == "works" else set()
        delta_id = newest[0][0].decode() if newest else BEGINNING
        return StoredPicture(delta_id, unread_works=frozenset(unread), **rows)

    async def rows(self, table: StageTable[T], partitions: int) -> list[dict[str, T]]:
        """A table's rows by id, one partition's after another's; without what ours cannot read."""
        decode = msgspec.json.Decoder(table.row_type).decode
        async with self.client.pipeline(transaction=False) as together:
            for partition in range(partitions):
                together.hgetall(hash_of(table, partition))
            found = await together.execute()
        named = (((name.decode(), row) for name, row in rows.items()) for rows in found)
        return [readable(table.name, decode, rows)[0] for rows in named]

    async def deltas_after(self, delta_id: str, *, block_ms: int) -> list[StoredDelta]:
        """Deltas after an id in order, waiting up to `block_ms` for the first (0: not)."""
        block = block_ms or None
        found: Sequence[Any] = await self.client.xread({DELTAS: delta_id}, count=500, block=block)
        entries = found[0][1] if isinstance(found, list) and found else _only(found)
        return [read_delta(entry.decode(), fields[b"d"]) for entry, fields in entries]

    async def holds(self, delta_id: str) -> bool:
        """Whether this very delta is kept. False: trimmed, or Redis was emptied or restored."""
        return bool(await self.client.xrange(DELTAS, delta_id, delta_id, count=1))

    async def network_version(self) -> str | None:
        """The network the worker folds, None before it has said so."""
        version = await self.client.hget(META, "network")
        return version.decode() if isinstance(version, bytes) else None

    async def counts(self) -> dict[str, int]:
        """Dead letters and other counts, by name."""
        dead = await self.client.hgetall(DEAD_LETTERS)
        other = await self.client.hgetall(COUNTS)
        lost = await self.client.hgetall(LOST)
        sent = await self.client.hgetall(DELIVERIES)
        other |= {b"webhook " + outcome: value for outcome, value in sent.items()}
        counts = {name.decode(): int(value) for name, value in (dead | other).items()}
        return counts | lost_counts(lost)

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
        asked = list(known.items())
        found: dict[str, Remembered] = {}
        for begin in range(0, len(asked), PAST_CHUNK):
            chunk = asked[begin : begin + PAST_CHUNK]
            entries = await self._latest(
                keys=[past_key(subject) for subject, _ in chunk], args=[ms for _, ms in chunk]
            )
            for (subject, _), entry in zip(chunk, entries, strict=True):
                if entry and (row := remembered(subject, [entry])):
                    found[subject] = row[0]
        return found

    async def links_past(self, known_ms: int, back_ms: int) -> dict[str, Remembered]:
        """`past` of all links. Since when a link was so, is known so far back; of one that was so
        for longer it is a later time.
        """
        found: dict[str, Remembered] = {**_by_subject(await self._links.at(known_ms, back_ms))}
        before = [x for x in await self.changed_since(0) if x.startswith(LINK) and x not in found]
        return found | await self._each(dict.fromkeys(before, known_ms))

    async def changed_since(self, since_ms: int) -> list[str]:
        """The subjects remembered after a time, the latest last; of links only those that a version
        of before remembered.
        """
        found = await self.client.zrangebyscore(PAST, f"({since_ms}", "+inf")
        return [name for name in map(bytes.decode, found) if not name.startswith(HISTORY)]

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
                together.xrange(past_key(subject), min=since_ms + 1)
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
        rows = await self.client.hgetall(key("subscriptions", 0))
        return {name.decode(): _SUBSCRIPTION.decode(row) for name, row in rows.items()}

    async def accounts(self) -> dict[str, Account]:
        """Every account as the log says now."""
        rows = await self.client.hgetall(key("accounts", 0))
        return {name.decode(): _ACCOUNT.decode(row) for name, row in rows.items()}

    async def account(self, name: str) -> Account | None:
        """One account as the log says now; None where there is none of this name."""
        row = await self.client.hget(key("accounts", 0), name)
        return None if row is None else _ACCOUNT.decode(row)

    async def shows(self, subscription: Subscription) -> bool:
        """Whether what was written of a subscription has been folded."""
        row = await self.client.hget(key("subscriptions", 0), subscription.endpoint)
        if row is None or subscription.is_removed:
            return row is None and subscription.is_removed
        known: Subscription = _SUBSCRIPTION.decode(row)
        return replace(known, created_ms=subscription.created_ms) == subscription

    async def is_rebuilding(self) -> bool:
        """Whether the state is being made again from the log."""
        return bool(await self.client.exists(REBUILDING))


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


def _only(found: Any) -> Any:
    return next(iter(found.values()))[0] if found else []
