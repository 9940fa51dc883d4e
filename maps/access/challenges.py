"""What a passkey's device is asked: random bytes that count once, for two minutes and one thing."""

import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from maps.access import passkeys
from maps.access.passkeys import PasskeyError
from streams.state.keys import CHALLENGE, login_key

LOGIN = "login"


def adding(account: str) -> str:
    """What a challenge is for that an account's new key answers; no account's is `LOGIN`."""
    return f"add:{account}"


@dataclass(frozen=True, slots=True)
class Challenges:
    """Those of one city; raises what Redis does when it is away."""

    client: Any

    async def asked(self, purpose: str) -> bytes:
        """A new challenge, kept with what it is for."""
        challenge = secrets.token_bytes(32)
        await self.client.set(_key_of(challenge), purpose, ex=passkeys.FOR_S)
        return challenge

    async def taken(self, credential: passkeys.Json, purpose: str) -> bytes:
        """The challenge an answer is to; PasskeyError for one that was not asked, was answered, or
        was for something else.
        """
        challenge = passkeys.challenge_in(credential)
        known = await self.client.getdel(_key_of(challenge))
        if known is None or known.decode() != purpose:
            raise PasskeyError("not what was asked")
        return challenge


def _key_of(challenge: bytes) -> str:
    return login_key(CHALLENGE, sha256(challenge).hexdigest())
