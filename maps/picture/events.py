"""The outbox for receivers that slept: pages in its order, and a cursor that survives a rebuild.

A cursor names an alert and where it stood: `ENTRY_AT-MS_SINCE-MS_ALERT-ID`. Where the outbox was
made again from the log, other entries in another order stand in it. Then all that happened later
than ten minutes before the cursor's alert comes (again, with the same ids): no two partitions of
the log are further apart.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from streams.domain.alerts import Alert
from streams.state.store import OUTBOX, Store

PAGE = 100
SCANNED = 2_000  # entries one request looks at
OVERLAP_MS = 600_000
CHUNK = 500
_CURSOR = re.compile(
    r"([0-9]{1,15}-[0-9]{1,15})_([0-9]{1,15})_([0-9]{1,15})_([A-Za-z0-9_.-]{1,60})", re.ASCII
)
_ALERT = msgspec.json.Decoder(Alert)
Wanted = Callable[[Alert], bool]


class Cursor(NamedTuple):
    """Where a reader stands: the stream's entry, and the alert in it ("-" when there was none).

    `since_ms` is for one who reads a remade outbox again: what is older he has had.
    """

    entry: str
    at_ms: int = 0
    since_ms: int = 0
    alert_id: str = "-"

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
    entries = await store.client.xrevrange(OUTBOX, count=1)
    return _cursor(*entries[0]) if entries else START


async def page_after(store: Store, cursor: Cursor, wanted: Wanted) -> AlertPage | None:
    """The next wanted alerts; None when the outbox does not reach back to the cursor any more."""
    if not await _holds(store, cursor):
        first = await store.client.xrange(OUTBOX, count=1)
        if not first or _alert(first[0]).at_ms > cursor.at_ms:
            return None
        cursor = START._replace(since_ms=max(0, cursor.at_ms - OVERLAP_MS))
    return await _read(store, cursor, wanted)


async def _holds(store: Store, cursor: Cursor) -> bool:
    """Whether the outbox has this alert in this place; the very beginning it always has."""
    if cursor.entry == START.entry:
        return True
    entries = await store.client.xrange(OUTBOX, cursor.entry, cursor.entry, count=1)
    return bool(entries) and _alert(entries[0]).id == cursor.alert_id


async def _read(store: Store, cursor: Cursor, wanted: Wanted) -> AlertPage:
    found: list[Alert] = []
    since_ms = cursor.since_ms
    for _ in range(SCANNED // CHUNK):
        entries = await store.client.xrange(OUTBOX, f"({cursor.entry}", "+", count=CHUNK)
        for entry in entries:
            alert = _alert(entry)
            cursor = Cursor(entry[0].decode(), alert.at_ms, since_ms, alert.id)
            if alert.at_ms >= since_ms and wanted(alert):
                found.append(alert)
            if len(found) == PAGE:
                return AlertPage(found, cursor, is_more=True)
        if len(entries) < CHUNK:
            return AlertPage(found, cursor._replace(since_ms=0), is_more=False)
    return AlertPage(found, cursor, is_more=True)


def _cursor(entry_id: bytes, fields: dict[bytes, bytes]) -> Cursor:
    alert = _ALERT.decode(fields[b"a"])
    return Cursor(entry_id.decode(), alert.at_ms, 0, alert.id)


def _alert(entry: tuple[bytes, dict[bytes, bytes]]) -> Alert:
    return _ALERT.decode(entry[1][b"a"])
