"""Looks at what is about people: the first is recorded, and for ten minutes it is the same look.

A page asks for its lists every few seconds and for each picture apart: a record of each would hide
the one that matters. Kept in Redis for all servers; while that is away every request is a look.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from maps.picture.catch_up import LOSSES
from streams.state.keys import LOOKED, login_key

FOR_S = 600


@dataclass(frozen=True, slots=True)
class Looks:
    """The looks that go on in one city."""

    client: Any

    async def goes_on(self, account: str, address: str, does: str, subject: str) -> bool:
        """Whether this account has begun to look at this from there, and that is recorded."""
        try:
            return bool(await self.client.exists(_key(account, address, does, subject)))
        except LOSSES:
            return False

    async def begin(self, account: str, address: str, does: str, subject: str) -> None:
        """It is recorded."""
        try:
            await self.client.set(_key(account, address, does, subject), 1, ex=FOR_S)
        except LOSSES:
            return


def _key(account: str, address: str, does: str, subject: str) -> str:
    text = f"{account} {address} {does} {subject}"
    return login_key(LOOKED, sha256(text.encode(errors="surrogateescape")).hexdigest())
