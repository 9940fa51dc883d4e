"""The outbox for receivers that slept: pages in its order, and a cursor that survives a rebuild.

A cursor names an alert and where it stood: `ENTRY_AT-MS_SINCE-MS_ALERT-ID`. Where the outbox was
made again from the log, other entries in another order stand in it. Then all that happened later
than ten minutes before the cursor's alert comes (again, with the same ids): no two partitions of
the log are further apart.

An entry that ours cannot read, as of a newer version, is stepped over; the cursor on it names no
alert. A version that can read it has the reader begin ten minutes earlier, and it comes after all.
"""

import logging
import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import msgspec

from streams.domain.alerts import Alert
from streams.state.store import OUTBOX, Store

log = logging.getLogger(__name__)

PAGE = 100
SCANNED = 2_000  # entries one request looks at
OVERLAP_MS = 600_000
CHUNK = 500
_CURSOR = re.compile(
    r"([0-9]{1,15}-[0-9]{1,15})_([0-9]{1,15})_([0-9]{1,15})_([A-Za-z0-9_.-]{1,60})", re.ASCII
)
NO_ALERT = "-"
_ALERT = msgspec.json.Decoder(Alert)
Wanted = Callable[[Alert], bool]
Entry = tuple[bytes, dict[bytes, bytes]]


class Cursor(NamedTuple):
    """Where a reader stands: the stream's entry, and the alert in it (`NO_ALERT`: none).

    `since_ms` is for one who reads a remade outbox again: what is older he has had.
    """

    entry: str
    at_ms: int = 0
    since_ms: int = 0
    alert_id: str = NO_ALERT

    def __str__(self) -> str:
        return f"{self.entry}_{self.at_ms}_{self.since_ms}_{self.alert_id}"


START = Cursor("0-0")


class AlertPage(NamedTuple):
    """Alerts in order, the cursor after them, and whether more are there already."""

    alerts: list[Alert]
    cursor: Cursor
    is_more: bool


def parse_cursor(text: str) -> Cursor | None:
    """The cursor in a text, None when it is none."""
    match = _CURSOR.fullmatch(text)
    return Cursor(match[1], int(match[2]), int(match[3]), match[4]) if match else None


async def newest(store: Store) -> Cursor:
    """The cursor after all that is there."""
    entries = await store.client.xrevrange(OUTBOX, count=PAGE)
    if not entries:
        return START
    alert = _alert(entries[0])
    known = alert or _first_read(entries)
    return Cursor(entries[0][0].decode(), known.at_ms if known else 0, 0, _id_of(alert))


async def page_after(store: Store, cursor: Cursor, wanted: Wanted) -> AlertPage | None:
    """The next wanted alerts; None when the outbox does not reach back to the cursor any more."""
    if not await _holds(store, cursor):
        first = _first_read(await store.client.xrange(OUTBOX, count=CHUNK))
        if not first or first.at_ms > cursor.at_ms:
            return None
        cursor = START._replace(since_ms=max(0, cursor.at_ms - OVERLAP_MS))
    return await _read(store, cursor, wanted)


async def _holds(store: Store, cursor: Cursor) -> bool:
    """Whether the outbox has this alert in this place; the very beginning it always has."""
    if cursor.entry == START.entry:
        return True
    entries = await store.client.xrange(OUTBOX, cursor.entry, cursor.entry, count=1)
    return any(_id_of(_alert(entry)) == cursor.alert_id for entry in entries)


async def _read(store: Store, cursor: Cursor, wanted: Wanted) -> AlertPage:
    found: list[Alert] = []
    since_ms = cursor.since_ms
    for _ in range(SCANNED // CHUNK):
        entries = await store.client.xrange(OUTBOX, f"({cursor.entry}", "+", count=CHUNK)
        for entry in entries:
            alert = _alert(entry)
            at_ms = alert.at_ms if alert else cursor.at_ms
            cursor = Cursor(entry[0].decode(), at_ms, since_ms, _id_of(alert))
            if alert and alert.at_ms >= since_ms and wanted(alert):
                found.append(alert)
            if len(found) == PAGE:
                return AlertPage(found, cursor, is_more=True)
        if len(entries) < CHUNK:
            return AlertPage(found, cursor._replace(since_ms=0), is_more=False)
    return AlertPage(found, cursor, is_more=True)


def _first_read(entries: list[Entry]) -> Alert | None:
    """The first alert that can be read."""
    return next((alert for alert in map(_alert, entries) if alert), None)


def _id_of(alert: Alert | None) -> str:
    return alert.id if alert else NO_ALERT


def _alert(entry: Entry) -> Alert | None:
    """An entry's alert, None for one that ours cannot read."""
    entry_id, fields = entry
    try:
        return _ALERT.decode(fields.get(b"a", b""))
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        _tell(entry_id, type(error).__name__)
        return None


@lru_cache(maxsize=SCANNED)
def _tell(entry_id: bytes, error: str) -> None:
    """Say once that an entry is stepped over, however many readers come by it."""
    log.warning("alert stepped over", extra={"entry": entry_id.decode(), "error": error})
