"""Logins that failed: after five, account and address may not try for ten minutes.

Counted in Redis, for all servers. A right login clears its account's count, and takes what that
failed by from the address's: who guesses at others' passwords is not helped by their own. Keys
have a hash of what was typed as a name: it may be a password. An IPv6 address counts as its
network.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from maps.http.clients import counted_as
from streams.state.keys import FAILED, failed_of, login_key

MOST = 5
FOR_S = 600


@dataclass(frozen=True, slots=True)
class Failures:
    """The counts of one city; raises what Redis does when it is away."""

    client: Any

    async def wait_s(self, account: str, address: str) -> int:
        """In how many seconds neither has failed too often within ten minutes; 0: it has not."""
        keys = (_of(account), _from(address))
        full = [key for key in keys if int(await self.client.get(key) or 0) >= MOST]
        return max([max(1, await self.client.ttl(key)) for key in full], default=0)

    async def add(self, account: str, address: str) -> bool:
        """One more of both; whether that makes it too many."""
        counts = []
        for key in (_of(account), _from(address), _both(account, address)):
            async with self.client.pipeline(transaction=False) as together:
                together.incr(key)
                together.expire(key, FOR_S)
                counts.append((await together.execute())[0])
        return any(count == MOST for count in counts[:2])

    async def clear(self, account: str, address: str) -> None:
        """A right login of an account from an address."""
        counted = _from(address)
        await self.client.delete(_of(account))
        failed = int(await self.client.getdel(_both(account, address)) or 0)
        left = int(await self.client.get(counted) or 0) - failed
        if failed and left > 0:
            await self.client.decrby(counted, failed)
        elif failed:
            await self.client.delete(counted)


def _of(account: str) -> str:
    return login_key(FAILED, failed_of(account))


def _from(address: str) -> str:
    return login_key(FAILED, f"address:{counted_as(address)}")


def _both(account: str, address: str) -> str:
    return login_key(FAILED, f"both:{_hashed(account)} {counted_as(address)}")


def _hashed(account: str) -> str:
    return sha256(account.encode(errors="surrogateescape")).hexdigest()[:32]
