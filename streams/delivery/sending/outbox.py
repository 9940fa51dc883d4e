"""The outbox as dispatchers read it: in pages, in order, and trimmed at its old end.

Entries change their ids when the state is made again; whatever reads it judges by the alerts.
"""

import logging
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from streams.contract.times import DAY_MS
from streams.domain.alerts import Alert
from streams.state.store import OUTBOX, REBUILDING

log = logging.getLogger(__name__)
KEPT_MS = 7 * DAY_MS  # what /api/v1/events promises
PAGE = 500
_DECODER = msgspec.json.Decoder(Alert)


class OutboxEntry(NamedTuple):
    """One entry; `alert` None where it is none."""

    cursor: str
    alert: Alert | None


def order(cursor: str) -> tuple[int, int]:
    """What to compare cursors by."""
    ms, _, sequence = cursor.partition("-")
    return int(ms), int(sequence or 0)


def trim_bound(cursors: Iterable[str], now_ms: int) -> str:
    """The first entry to keep: none goes that an endpoint has not passed, or that is young."""
    old = (now_ms - KEPT_MS, 0)
    ms, sequence = min([old, *map(order, cursors)])
    return f"{ms}-{sequence}"


class Outbox:
    """Reads the outbox with a client that returns bytes."""

    def __init__(self, client: Any) -> None:
        self._client = client

    async def newest(self) -> str:
        """The id of the newest entry, "0-0" when there is none."""
        found = await self._client.xrevrange(OUTBOX, count=1)
        return found[0][0].decode() if found else "0-0"

    async def after(self, cursor: str, *, block_ms: int) -> list[OutboxEntry]:
        """The next entries, waiting for the first for `block_ms`."""
        found = await self._client.xread({OUTBOX: cursor}, count=PAGE, block=block_ms)
        if not found:
            return []
        entries = next(iter(found.values()))[0] if isinstance(found, dict) else found[0][1]
        return [_entry(*each) for each in entries]

    async def between(self, cursor: str, last: str) -> list[OutboxEntry]:
        """A page of the entries after a cursor, up to an entry and with it."""
        found = await self._client.xrange(OUTBOX, min=f"({cursor}", max=last, count=PAGE)
        return [_entry(*each) for each in found]

    async def is_rebuilding(self) -> bool:
        return bool(await self._client.exists(REBUILDING))

    async def trim(self, cursors: Sequence[str], now_ms: int) -> int:
        """Drop what all have passed and is old; how many entries."""
        bound = trim_bound(cursors, now_ms)
        return int(await self._client.xtrim(OUTBOX, minid=bound, approximate=True))


def _entry(entry_id: bytes, fields: dict[bytes, bytes]) -> OutboxEntry:
    try:
        return OutboxEntry(entry_id.decode(), _DECODER.decode(fields[b"a"]))
    except (KeyError, msgspec.DecodeError, UnicodeDecodeError):
        log.warning("outbox entry skipped", extra={"entry": entry_id.decode()})
        return OutboxEntry(entry_id.decode(), None)
