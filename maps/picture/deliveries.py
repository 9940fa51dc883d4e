"""What the dispatchers left in Redis for people: which endpoint is not reached, and each attempt.

The address of an endpoint is shown to nobody here: a part of it may be a secret.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from maps.picture.text import shown
from streams.delivery.deciding.keys import ATTEMPTS, DEAD, DISPATCHERS, SUBSCRIPTIONS, UNDELIVERED

SHOWN_ATTEMPTS = 50
STOPPED_MS = 60_000  # dispatchers take a turn every few seconds
_FIELDS = ("id", "at_ms", "status", "took_ms", "error")
_WHOLES = ("at_ms", "status", "took_ms")

Json = dict[str, Any]


async def undelivered(client: Any, now_ms: int) -> list[Json]:
    """Endpoints a critical alert has not reached for 2 minutes, the one that waits longest first.

    Before them a row without endpoint when no dispatcher works though there is somebody to tell:
    then nobody else would say so. A value that is none is left out.
    """
    endpoints = await _endpoints(client)
    found = await client.hgetall(UNDELIVERED)
    titles = {row["endpoint"]: row["title"] for row in endpoints}
    rows = []
    for name, value in found.items():
        endpoint, row = name.decode(), _row(value)
        if row is not None and isinstance(row.get("since_ms"), int):
            title = titles.get(endpoint, endpoint)
            rows.append(_waiting(endpoint, title, row["since_ms"], row.get("title")))
    rows.sort(key=lambda row: (row["since_ms"], row["endpoint"]))
    if any(row["is_enabled"] for row in endpoints):
        newest = await client.zrange(DISPATCHERS, 0, 0, desc=True, withscores=True)
        turn_ms = int(newest[0][1]) if newest else 0
        if turn_ms < now_ms - STOPPED_MS:
            rows.insert(0, _waiting("", "", turn_ms, ""))
    return rows


def _waiting(endpoint: str, endpoint_title: str, since_ms: int, title: Any) -> Json:
    """`since_ms` 0: not known."""
    return {
        "endpoint": endpoint,
        "endpoint_title": endpoint_title,
        "since_ms": since_ms,
        "title": shown(title),
    }


async def deliveries(client: Any) -> list[Json]:
    """Every endpoint with its newest attempts and how many dead letters it has; by title."""
    rows = await _endpoints(client)
    async with client.pipeline(transaction=False) as together:
        for row in rows:
            together.xrevrange(ATTEMPTS.format(row["endpoint"]), count=SHOWN_ATTEMPTS)
            together.xlen(DEAD.format(row["endpoint"]))
        found = await together.execute()
    for row, entries, dead in zip(rows, found[::2], found[1::2], strict=True):
        row.update(attempts=[_attempt(fields) for _, fields in entries], dead_letters=dead)
    return rows


async def _endpoints(client: Any) -> list[Json]:
    found = await client.hgetall(SUBSCRIPTIONS)
    rows = []
    for name, value in found.items():
        row = _row(value)
        if row is not None and not row.get("is_removed"):
            endpoint = name.decode()
            title, is_enabled = shown(row.get("title")) or endpoint, row.get("is_enabled", True)
            rows.append({"endpoint": endpoint, "title": title, "is_enabled": bool(is_enabled)})
    return sorted(rows, key=lambda row: (row["title"], row["endpoint"]))


def _row(value: bytes) -> Json | None:
    try:
        row = msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return row if isinstance(row, dict) else None


def _attempt(fields: Mapping[bytes, bytes]) -> Json:
    """An attempt: the alert's id, when, the answer's status (0: none), how long, what failed."""
    texts = {name.decode(): value.decode(errors="replace") for name, value in fields.items()}
    attempt: Json = {name: shown(texts.get(name, "")) for name in _FIELDS}
    for name in _WHOLES:
        attempt[name] = int(attempt[name]) if attempt[name].isdecimal() else 0
    return attempt
