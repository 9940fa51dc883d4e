"""The outbox for receivers that slept: pages in its order, and a cursor that survives a rebuild.

The outbox is a stream a partition. A cursor says how far its reader is in each of them, and names
the newest alert he had: `PLACES_AT-MS_SINCE-MS_ALERT-ID`. Where the outbox was made again from the
log, other entries in another order stand in it. Then all that happened later than ten minutes
before the cursor's alert comes (again, with the same ids): no two partitions of the log are further
apart.

An entry that ours cannot read, as of a newer version, is stepped over; the cursor on it names no
alert. A version that can read it has the reader begin ten minutes earlier, and it comes after all.
"""

import logging
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple

import msgspec

from streams.domain.alerts import Alert
from streams.state.side_by_side import (
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

PAGE = 100
SCANNED = 2_000  # entries one request looks at
OVERLAP_MS = 600_000
CHUNK = 500
_CURSOR = re.compile(
    r"([0-9a-f.~-]{1,8000})_([0-9]{1,15})_([0-9]{1,15})_([A-Za-z0-9_.-]{1,60})", re.ASCII
)
NO_ALERT = "-"
_ALERT = msgspec.json.Decoder(Alert)
Wanted = Callable[[Alert], bool]


class Cursor(NamedTuple):
    """Where a reader stands: how far in each stream, and the newest alert there (`NO_ALERT`: none).

    `since_ms` is for one who reads a remade outbox again: what is older he has had.
    """

    places: Places
    at_ms: int = 0
    since_ms: int = 0
    alert_id: str = NO_ALERT

    def __str__(self) -> str:
        return f"{written(self.places)}_{self.at_ms}_{self.since_ms}_{self.alert_id}"


class AlertPage(NamedTuple):
    """Alerts in order, the cursor after them, and whether more are there already."""

    alerts: list[Alert]
    cursor: Cursor
    is_more: bool


def parse_cursor(text: str, partitions: int) -> Cursor | None:
    """The cursor in a text, the very beginning in none; None when it is no cursor."""
    if not text:
        return Cursor(beginning(partitions))
    match = _CURSOR.fullmatch(text)
    places = places_of(match[1], partitions) if match else None
    if match is None or places is None:
        return None
    return Cursor(places, int(match[2]), int(match[3]), match[4])


async def newest(store: Store) -> Cursor:
    """The cursor after all that is there."""
    entries = await store.outbox.latest(PAGE)
    if not entries:
        return Cursor(beginning(store.partitions))
    alert = _alert(entries[0])
    known = alert or _first_read(entries)
    places = moved(beginning(store.partitions), entries)
    return Cursor(places, known.at_ms if known else 0, 0, _id_of(alert))


async def page_after(store: Store, cursor: Cursor, wanted: Wanted) -> AlertPage | None:
    """The next wanted alerts; None when the outbox does not reach back to the cursor any more."""
    if not await _holds(store, cursor):
        first = _first_read(await store.outbox.first(CHUNK))
        if not first or first.at_ms > cursor.at_ms:
            return None
        since_ms = max(0, cursor.at_ms - OVERLAP_MS)
        cursor = Cursor(beginning(store.partitions), since_ms=since_ms)
    return await _read(store, cursor, wanted)


async def _holds(store: Store, cursor: Cursor) -> bool:
    """Whether the outbox has these very entries, and the newest of them is this alert; the very
    beginning it always has.
    """
    entries = await store.outbox.at(cursor.places)
    found = [entry for entry in entries if entry is not None]
    if len(found) < len(entries):
        return False
    return not found or any(_id_of(_alert(x)) == cursor.alert_id for x in _newest_of(found))


def _newest_of(entries: Iterable[StreamEntry]) -> list[StreamEntry]:
    """The newest entries: several where several partitions have one of that id."""
    known = list(entries)
    newest_id = max(entry.id for entry in known)
    return [entry for entry in known if entry.id == newest_id]


async def _read(store: Store, cursor: Cursor, wanted: Wanted) -> AlertPage:
    found: list[Alert] = []
    since_ms = cursor.since_ms
    for _ in range(SCANNED // CHUNK):
        entries = await store.outbox.between(cursor.places, None, count=CHUNK)
        for entry in entries:
            alert = _alert(entry)
            at_ms = alert.at_ms if alert else cursor.at_ms
            is_newest = entry.id >= max(cursor.places)
            named = _id_of(alert) if is_newest else cursor.alert_id
            cursor = Cursor(moved(cursor.places, [entry]), at_ms, since_ms, named)
            if alert and alert.at_ms >= since_ms and wanted(alert):
                found.append(alert)
            if len(found) == PAGE:
                return AlertPage(found, cursor, is_more=True)
        if len(entries) < CHUNK:
            return AlertPage(found, cursor._replace(since_ms=0), is_more=False)
    return AlertPage(found, cursor, is_more=True)


def _first_read(entries: Iterable[StreamEntry]) -> Alert | None:
    """The first alert that can be read."""
    return next((alert for alert in map(_alert, entries) if alert), None)


def _id_of(alert: Alert | None) -> str:
    return alert.id if alert else NO_ALERT


def _alert(entry: StreamEntry) -> Alert | None:
    """An entry's alert, None for one that ours cannot read."""
    try:
        return _ALERT.decode(entry.fields.get(b"a", b""))
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        _tell(entry.partition, text_of(entry.id), type(error).__name__)
        return None


@lru_cache(maxsize=SCANNED)
def _tell(partition: int, entry: str, error: str) -> None:
    """Say once that an entry is stepped over, however many readers come by it."""
    said = {"partition": partition, "entry": entry, "error": error}
    log.warning("alert stepped over", extra=said)
