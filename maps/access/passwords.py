"""Passwords: what one must be, and its Argon2id hash (RFC 9106, the library's low-memory profile).

Hashing takes 64 MiB and some 50 ms: two at once, off the loop, so that logins never hold the map
up.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from zxcvbn import zxcvbn

from streams.contract.errors import AccountError

LEAST, MOST = 12, 128
AT_ONCE = 2
_HASHER = PasswordHasher()
LEAST_SCORE = 4
JUDGED = 32
"""So much of a password is judged, characters: one made to be slow takes half a second by then."""
_OURS = ("bomnae", "chuncheon")
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that are read as others


def check_password(password: str, *, told: Collection[str] = ()) -> None:
    """Raise AccountError for a password that is too short, too long or soon guessed: zxcvbn's score
    of it, which knows common and leaked ones, keyboards, dates and what is `told` about the
    account, is below its highest, 4 (10^10 guesses). It is never repeated.
    """
    if not LEAST <= len(password) <= MOST:
        bound = f"{LEAST} to {MOST} characters"
        raise AccountError("password", f"{len(password)} characters", bound)
    judged = zxcvbn(password[:JUDGED], user_inputs=[*_OURS, *told], max_length=JUDGED)
    if judged["score"] < LEAST_SCORE:
        raise AccountError("password", "one that is soon guessed", "of words nobody expects")


def made_password() -> str:
    """A password somebody is handed and changes at once: 20 letters and digits, 98 bits."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))
    return "-".join(groups)


def hash_of(password: str) -> str:
    """The Argon2id hash with its salt and costs, as it is kept."""
    return _HASHER.hash(password)


class Turns:
    """One at a time of each name, as an address: many at once wait for one another and for nobody
    else.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[asyncio.Lock, int]] = {}

    @property
    def count(self) -> int:
        """How many names are waited for."""
        return len(self._waiting)

    @asynccontextmanager
    async def of(self, name: str) -> AsyncIterator[None]:
        lock, count = self._waiting.get(name, (asyncio.Lock(), 0))
        self._waiting[name] = lock, count + 1
        try:
            async with lock:
                yield
        finally:
            lock, count = self._waiting[name]
            if count > 1:
                self._waiting[name] = lock, count - 1
            else:
                del self._waiting[name]


class Passwords:
    """Hashes and checks beside the event loop."""

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(AT_ONCE)
        self.turns = Turns()
        self._nobodys = hash_of(secrets.token_urlsafe())

    async def new_hash(self, password: str, *, told: Collection[str]) -> str:
        """The hash of a password somebody chose; AccountError where `check_password` refuses it."""
        async with self._room:
            await asyncio.to_thread(check_password, password, told=told)
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
