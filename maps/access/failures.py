"""Logins that failed: after five, account and address may not try for ten minutes.

Counted in Redis, for all servers. A right password clears its account's and its address's count.
"""

from dataclasses import dataclass
from typing import Any

from streams.state.keys import FAILED, login_key

MOST = 5
FOR_S = 600


@dataclass(frozen=True, slots=True)
class Failures:
    """The counts of one city; raises what Redis does when it is away."""

    client: Any

    async def are_too_many(self, account: str, address: str) -> bool:
        """Whether either has failed too often within ten minutes."""
        counts = [await self.client.get(key) for key in _keys(account, address)]
        return any(int(count or 0) >= MOST for count in counts)

    async def add(self, account: str, address: str) -> bool:
        """One more of both; whether that makes it too many."""
        counts = []
        for key in _keys(account, address):
            async with self.client.pipeline(transaction=False) as together:
                together.incr(key)
                together.expire(key, FOR_S)
                counts.append((await together.execute())[0])
        return any(count == MOST for count in counts)

    async def clear(self, account: str, address: str) -> None:
        for key in _keys(account, address):
            await self.client.delete(key)


def _keys(account: str, address: str) -> tuple[str, str]:
    return login_key(FAILED, f"account:{account}"), login_key(FAILED, f"address:{address}")
