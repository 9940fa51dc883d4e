"""Passwords: what one must be, and its Argon2id hash (RFC 9106, the library's low-memory profile).

Hashing takes 64 MiB and some 50 ms: two at once, off the loop, so that logins never hold the map
up.
"""

import asyncio
import secrets
from collections.abc import Collection

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from streams.contract.errors import AccountError

LEAST, MOST = 12, 128
AT_ONCE = 2
_HASHER = PasswordHasher()
_COMMON = ("password", "qwerty", "123456", "bomnae", "chuncheon", "abcdef", "111111")
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that are read as others


def check_password(password: str, *, told: Collection[str] = ()) -> None:
    """Raise AccountError for a password that is too short, too long or easily guessed: of few
    signs, of a common word or of what is `told` about the account. It is never repeated.
    """
    if not LEAST <= len(password) <= MOST:
        bound = f"{LEAST} to {MOST} characters"
        raise AccountError("password", f"{len(password)} characters", bound)
    low = password.lower()
    rest = low
    for word in (*_COMMON, *(each.lower() for each in told if len(each) > 2)):
        rest = rest.replace(word, "")
    if len(set(low)) < 5 or len(rest) < LEAST // 2:
        raise AccountError("password", "one that is easily guessed", "of words nobody expects")


def made_password() -> str:
    """A password somebody is handed and changes at once: 20 letters and digits, 98 bits."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))
    return "-".join(groups)


def hash_of(password: str) -> str:
    """The Argon2id hash with its salt and costs, as it is kept."""
    return _HASHER.hash(password)


class Passwords:
    """Hashes and checks beside the event loop."""

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(AT_ONCE)
        self._nobodys = hash_of(secrets.token_urlsafe())

    async def hash(self, password: str) -> str:
        async with self._room:
            return await asyncio.to_thread(hash_of, password)

    async def is_right(self, password: str, hashed: str) -> bool:
        """Whether it is the one of this hash. Of "" nothing is, and that takes as long: how long an
        answer takes does not tell whether there is such an account.
        """
        async with self._room:
            is_same = await asyncio.to_thread(_is_same, password[:MOST], hashed or self._nobodys)
        return is_same and bool(hashed)


def _is_same(password: str, hashed: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except (Argon2Error, InvalidHashError):
        return False
