"""Logins that failed: after five, account and address may not try for ten minutes.

Counted in Redis, for all servers. A right login clears its account's count, and takes what that
failed by from the address's: who guesses at others' passwords is not helped by their own. Keys
have a hash of what was typed as a name: it may be a password.
"""

from dataclasses import dataclass
from hashlib import sha256
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
        counts = [await self.client.get(key) for key in (_of(account), _from(address))]
        return any(int(count or 0) >= MOST for count in counts)

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
    return login_key(FAILED, f"account:{_hashed(account)}")


def _from(address: str) -> str:
    return login_key(FAILED, f"address:{address}")


def _both(account: str, address: str) -> str:
    return login_key(FAILED, f"both:{_hashed(account)} {address}")


def _hashed(account: str) -> str:
    return sha256(account.encode(errors="surrogateescape")).hexdigest()[:32]
