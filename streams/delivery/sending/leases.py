"""Which dispatcher serves which endpoint: one at a time, and shared evenly among those alive.

A lease is a key that holds its dispatcher's name and dies with it. What a dispatcher writes for an
endpoint is refused once the lease is another's: names are never used twice.
"""

import hashlib
import os
import socket
import uuid
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from streams.delivery.deciding.keys import DISPATCHERS, LEASE, LEASE_MS, endpoint_key
from streams.state.redis_login import script


class Turn(NamedTuple):
    """The dispatchers alive, and the endpoints that are still this one's."""

    alive: tuple[str, ...]
    held: frozenset[str]


def new_name() -> str:
    """A dispatcher's name: its host, its process and a number drawn once."""
    return f"{socket.gethostname()[:40]}-{os.getpid()}-{uuid.uuid4().hex[:12]}"


def chosen(endpoint: str, alive: Sequence[str]) -> str:
    """Which of them should serve an endpoint (rendezvous hashing); "" when there is none.

    One that comes or goes moves its own share of the endpoints and no others.
    """
    return max(
        alive, key=lambda name: hashlib.sha256(f"{endpoint}\n{name}".encode()).digest(), default=""
    )


class Leases:
    """The leases of one dispatcher."""

    def __init__(self, client: Any, name: str) -> None:
        self.name = name
        self._client = client
        self._turn = script(client, "lease_turn")
        self._release = script(client, "lease_release")

    async def turn(self, held: Iterable[str]) -> Turn:
        """Say that this dispatcher lives, and renew its leases; which of them it still has."""
        endpoints = list(held)
        keys = [DISPATCHERS, *map(_lease, endpoints)]
        alive, kept = await self._turn(keys=keys, args=[self.name, LEASE_MS])
        ours = frozenset(e for e, is_ours in zip(endpoints, kept, strict=True) if is_ours)
        return Turn(tuple(each.decode() for each in alive), ours)

    async def take(self, endpoints: Sequence[str]) -> list[str]:
        """Those of the endpoints that nobody served and this dispatcher serves from now on."""
        async with self._client.pipeline(transaction=False) as together:
            for endpoint in endpoints:
                together.set(_lease(endpoint), self.name, nx=True, px=LEASE_MS)
            found = await together.execute()
        return [endpoint for endpoint, is_ours in zip(endpoints, found, strict=True) if is_ours]

    async def release(self, endpoints: Iterable[str]) -> None:
        """Give endpoints to whoever comes next."""
        if leases := [_lease(endpoint) for endpoint in endpoints]:
            await self._release(keys=leases, args=[self.name])

    async def leave(self) -> None:
        """Say that this dispatcher lives no more."""
        await self._client.zrem(DISPATCHERS, self.name)


def _lease(endpoint: str) -> str:
    return endpoint_key(LEASE, endpoint)
