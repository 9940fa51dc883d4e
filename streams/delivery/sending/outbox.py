"""The outbox as dispatchers read it: in pages, in order, and trimmed at its old end.

It is a stream a partition, read side by side. All events of one episode are of one partition, and
come in their order. A cursor says how far an endpoint is in each of them. Entries change their ids
when the state is made again; whatever reads it judges by the alerts.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from streams.contract.times import DAY_MS
from streams.domain.alerts import Alert, Episode
from streams.domain.situations.fact import ToldRow
from streams.domain.stages.closures import CLOSURES
from streams.domain.stages.incidents import INCIDENTS
from streams.state.kinds import EPISODES
from streams.state.side_by_side import (
    Id,
    Places,
    StreamEntry,
    beginning,
    moved,
    places_of,
    text_of,
    written,
)
from streams.state.store import Store

log = logging.getLogger(__name__)
KEPT_MS = 7 * DAY_MS  # what /api/v1/events promises
PAGE = 500
LATEST = 1_000  # entries of each partition: what has ended lately
_DECODER = msgspec.json.Decoder(Alert)


class OutboxEntry(NamedTuple):
    """One entry; `alert` None where it is none."""

    cursor: str
    alert: Alert | None


def order(cursor: str, partitions: int) -> Places:
    """How far a cursor is in each stream; at the beginning for one that cannot be read."""
    return places_of(cursor, partitions) or beginning(partitions)


def is_behind(places: Places, others: Places) -> bool:
    """Whether somewhere the others are further."""
    return any(own < other for own, other in zip(places, others, strict=True))


def trim_bounds(cursors: Iterable[Places], partitions: int, now_ms: int) -> Places:
    """The first entry to keep of each stream: none goes that an endpoint has not passed, or that is
    young.
    """
    old: Id = (now_ms - KEPT_MS, 0)
    return tuple(map(min, zip(*cursors, (old,) * partitions, strict=True)))


class StandingAlerts(NamedTuple):
    """What stands by name ("rule subject"), the messages of late, and the incidents and closures by
    hand behind them, by subject.
    """

    alerts: Mapping[str, Episode]
    ended: list[Alert]
    rows: Mapping[str, ToldRow]

    def row_of(self, subject: str) -> ToldRow | None:
        return self.rows.get(subject)


class Outbox:
    """Reads the outbox of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._streams = store.outbox
        self.partitions = store.partitions

    async def newest(self) -> str:
        """The cursor after all that is there."""
        return written(await self._streams.newest())

    async def after(self, cursor: str, *, block_ms: int) -> list[OutboxEntry]:
        """The next entries, waiting for the first for `block_ms`."""
        places = order(cursor, self.partitions)
        return _entries(places, await self._streams.after(places, count=PAGE, block_ms=block_ms))

    async def between(self, cursor: str, last: str) -> list[OutboxEntry]:
        """A page of the entries after a cursor, up to another and with what it has passed."""
        places, until = order(cursor, self.partitions), order(last, self.partitions)
        return _entries(places, await self._streams.between(places, until, count=PAGE))

    async def standing(self) -> StandingAlerts:
        """What stands now, and what the newest entries tell, the oldest first."""
        alerts: dict[str, Episode] = {}
        for table in EPISODES:
            for episodes in await self._store.rows(table, self.partitions):
                alerts |= episodes
        incidents = (await self._store.rows(INCIDENTS, 1))[0]
        by_hand = (await self._store.rows(CLOSURES, 1))[0]
        rows: dict[str, ToldRow] = {f"incident:{x}": row for x, row in incidents.items()}
        rows |= {f"closure:{x}": row for x, row in by_hand.items()}
        entries = reversed(await self._streams.latest(LATEST))
        told = [alert for entry in entries if (alert := _alert(entry)) is not None]
        return StandingAlerts(alerts, told, rows)

    async def is_rebuilding(self) -> bool:
        return await self._store.is_rebuilding()

    async def trim(self, cursors: Sequence[str], now_ms: int) -> int:
        """Drop what all have passed and is old; how many entries."""
        known = [order(cursor, self.partitions) for cursor in cursors]
        return await self._streams.trim(trim_bounds(known, self.partitions, now_ms))


def _entries(places: Places, entries: Iterable[StreamEntry]) -> list[OutboxEntry]:
    """Entries that follow some places, each with the cursor after it."""
    found = []
    for entry in entries:
        places = moved(places, [entry])
        found.append(OutboxEntry(written(places), _alert(entry)))
    return found


def _alert(entry: StreamEntry) -> Alert | None:
    try:
        return _DECODER.decode(entry.fields[b"a"])
    except (KeyError, msgspec.DecodeError, UnicodeDecodeError):
        said = {"partition": entry.partition, "entry": text_of(entry.id)}
        log.warning("outbox entry skipped", extra=said)
        return None
