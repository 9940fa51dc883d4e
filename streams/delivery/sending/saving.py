"""An endpoint's state, its attempts and its dead letters: into Redis in one call, by its holder."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from streams.delivery.deciding.endpoint import EndpointState
from streams.delivery.deciding.keys import (
    ATTEMPTS,
    DEAD,
    LEASE,
    REPLAYS,
    STATE,
    UNDELIVERED,
    endpoint_key,
)
from streams.delivery.deciding.outcomes import PostOutcome
from streams.delivery.deciding.waiting import Waiting
from streams.state.keys import DELIVERIES
from streams.state.redis_login import script

MAX_ATTEMPTS = 1_000
MAX_DEAD = 10_000
MAX_ERROR = 80


_DECODER = msgspec.json.Decoder(EndpointState)
_MESSAGE = msgspec.json.Decoder(Waiting)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One POST and how it ended."""

    message_id: str
    at_ms: int
    outcome: PostOutcome


@dataclass(slots=True)
class EndpointWrite:
    """What is to be written of one endpoint."""

    endpoint: str
    state: EndpointState
    undelivered: bytes = b""
    attempts: list[Attempt] = field(default_factory=list)
    buried: list[Waiting] = field(default_factory=list)
    replayed: list[str] = field(default_factory=list)  # fields of the replays that are in the state


class Saver:
    """Writes as one dispatcher; what it no longer holds it cannot write."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name
        self._save = script(client, "delivery_save")

    async def save(self, pages: Sequence[EndpointWrite]) -> list[bool]:
        """Write pages; False for those whose endpoint is another's by now: nothing was written."""
        keys = [UNDELIVERED, REPLAYS, DELIVERIES]
        args: list[Any] = [self._name, MAX_ATTEMPTS, MAX_DEAD]
        for page in pages:
            keys += [endpoint_key(kind, page.endpoint) for kind in (LEASE, STATE, ATTEMPTS, DEAD)]
            args += _args(page)
        found = await self._save(keys=keys, args=args)
        return [written == 1 for written in found]

    async def load(self, endpoints: Sequence[str]) -> list[EndpointState | None]:
        """The stored states, None where there is none, or none that this version reads."""
        found = await self._client.mget([endpoint_key(STATE, endpoint) for endpoint in endpoints])
        return [decoded(value) for value in found]


def _args(page: EndpointWrite) -> list[Any]:
    runs = [
        *_tries(page.attempts),
        *(part for message in page.buried for part in ("dead", msgspec.json.encode(message))),
        *(part for name in page.replayed for part in ("took", name)),
    ]
    return [page.endpoint, encoded(page.state), page.undelivered, len(runs), *runs]


def _tries(attempts: Iterable[Attempt]) -> list[Any]:
    runs: list[Any] = []
    for message_id, at_ms, outcome in ((a.message_id, a.at_ms, a.outcome) for a in attempts):
        runs += ["try", message_id, at_ms, outcome.status, outcome.took_ms]
        runs += [outcome.error[:MAX_ERROR], outcome.kind.value]
    return runs


def encoded(state: EndpointState) -> bytes:
    """What is stored: whatever is on its way now is sent or given up again by who loads it, if need
    be.
    """
    return msgspec.json.encode(replace(state, flying=frozenset(), burying=frozenset()))


def decoded(value: bytes | None) -> EndpointState | None:
    try:
        return None if value is None else _DECODER.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def message_of(value: bytes) -> Waiting | None:
    """A dead letter; None for what is none."""
    try:
        return _MESSAGE.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
