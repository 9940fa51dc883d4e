"""What the dispatchers left in Redis for people: which endpoint is not reached, and each attempt.

The address of an endpoint is shown to nobody here: a part of it may be a secret.
"""

from collections.abc import Mapping
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from maps.picture.fields import Ms, Row
from maps.picture.text import shown
from streams.delivery.deciding.keys import (
    ATTEMPTS,
    DEAD,
    DISPATCHERS,
    SUBSCRIPTIONS,
    UNDELIVERED,
    endpoint_key,
)
from streams.state.kinds import readable
from streams.state.store import Store

SHOWN_ATTEMPTS = 50
STOPPED_MS = 60_000  # dispatchers take a turn every few seconds
R = TypeVar("R", bound=msgspec.Struct)


class UndeliveredRow(Row):
    """An endpoint that a critical alert has not reached; "": no dispatcher works."""

    endpoint: str
    endpoint_title: str
    since_ms: Annotated[int, Meta(description="Unix ms, 0: unknown")]
    title: Annotated[str, Meta(description="of the alert")]


class AttemptRow(Row):
    """One attempt to deliver an alert."""

    id: Annotated[str, Meta(description="of the alert")]
    at_ms: Ms
    status: Annotated[int, Meta(description="of the answer, 0: none")]
    took_ms: int
    error: str


class EndpointDeliveries(Row):
    """An endpoint with its newest attempts."""

    endpoint: str
    title: str
    is_enabled: bool
    attempts: list[AttemptRow]
    dead_letters: int


class UndeliveredRecord(msgspec.Struct):
    """What a dispatcher keeps of an alert that has not reached its endpoint."""

    since_ms: int
    title: str = ""


class EndpointRecord(msgspec.Struct):
    """What the endpoint's subscription says that is shown here."""

    title: str = ""
    is_enabled: bool = True
    is_removed: bool = False


async def undelivered(store: Store, now_ms: int) -> list[UndeliveredRow]:
    """Endpoints a critical alert has not reached for 2 minutes, the one that waits longest first.

    Before them a row without endpoint when no dispatcher works though there is somebody to tell:
    then nobody else would say so. A value that is none is left out.
    """
    endpoints = await _endpoints(store)
    waiting = _records(UndeliveredRecord, await store.client.hgetall(UNDELIVERED))
    titles = dict(endpoints)
    rows = [
        UndeliveredRow(
            endpoint=name,
            endpoint_title=titles[name].title if name in titles else name,
            since_ms=record.since_ms,
            title=shown(record.title),
        )
        for name, record in waiting.items()
    ]
    rows.sort(key=lambda row: (row.since_ms, row.endpoint))
    if any(record.is_enabled for record in titles.values()):
        newest = await store.client.zrange(DISPATCHERS, 0, 0, desc=True, withscores=True)
        turn_ms = int(newest[0][1]) if newest else 0
        if turn_ms < now_ms - STOPPED_MS:
            stopped = UndeliveredRow(endpoint="", endpoint_title="", since_ms=turn_ms, title="")
            rows.insert(0, stopped)
    return rows


async def deliveries(store: Store) -> list[EndpointDeliveries]:
    """Every endpoint with its newest attempts and how many dead letters it has; by title."""
    endpoints = await _endpoints(store)
    async with store.client.pipeline(transaction=False) as together:
        for name, _ in endpoints:
            together.xrevrange(endpoint_key(ATTEMPTS, name), count=SHOWN_ATTEMPTS)
            together.xlen(endpoint_key(DEAD, name))
        found = await together.execute()
    return [
        EndpointDeliveries(
            endpoint=name,
            title=record.title,
            is_enabled=record.is_enabled,
            attempts=[attempt_row(fields) for _, fields in entries],
            dead_letters=dead,
        )
        for (name, record), entries, dead in zip(endpoints, found[::2], found[1::2], strict=True)
    ]


async def _endpoints(store: Store) -> list[tuple[str, EndpointRecord]]:
    """The endpoints there are by title; one without a title has its name."""
    found = _records(EndpointRecord, await store.client.hgetall(SUBSCRIPTIONS))
    for name, record in found.items():
        record.title = shown(record.title) or name
    there = ((name, record) for name, record in found.items() if not record.is_removed)
    return sorted(there, key=lambda pair: (pair[1].title, pair[0]))


def _records(kind: type[R], rows: Mapping[bytes, bytes]) -> dict[str, R]:
    """The rows of a hash that are of a kind."""
    named = ((name.decode(errors="replace"), value) for name, value in rows.items())
    return readable(kind.__name__, msgspec.json.Decoder(kind).decode, named)


def attempt_row(fields: Mapping[bytes, bytes]) -> AttemptRow:
    """An attempt as the dispatcher keeps it; what is no number there is 0."""
    texts = {name.decode(): shown(value.decode(errors="replace")) for name, value in fields.items()}
    at_ms, status, took_ms = (
        int(text) if (text := texts.get(name, "")).isdecimal() else 0
        for name in ("at_ms", "status", "took_ms")
    )
    return AttemptRow(texts.get("id", ""), at_ms, status, took_ms, texts.get("error", ""))
