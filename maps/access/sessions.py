"""Sessions: a random token in a cookie; in Redis, under the token's hash, who it is.

One lives for `hard_s`. Whoever did nothing for `idle_s` may look at the map alone until they log in
again. Where Redis is away, one that was read lately goes on for its idle time; no new ones begin.
"""

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

import msgspec

from maps.picture.catch_up import LOSSES
from streams.contract.enums import Role
from streams.contract.grammars import LoginMode
from streams.state.keys import SESSION, SESSIONS_AT, SESSIONS_OF, login_key

KNOWN_MS = 5_000  # how late another server's end of a session is noticed
TOUCH_MS = 20_000  # how rarely it is written that somebody did something
MOST_KNOWN = 10_000
MOST_OF_ONE = 20  # sessions of an account: its oldest end for the newest


@dataclass(frozen=True, slots=True)
class Session:
    """`roles` are of a door that tells them; None: those of the account. `name` is what the
    cookie's token hashes to.
    """

    name: str
    account: str
    door: LoginMode
    address: str
    begun_ms: int
    acted_ms: int
    roles: tuple[Role, ...] | None = None
    provider_names: tuple[str, ...] = ()  # its session and subject there, for its logout
    counts_from_ms: int = 0  # what is held against the account's valid_from_ms


@dataclass(slots=True)
class _Known:
    session: Session
    read_ms: int
    written_ms: int


_SESSION = msgspec.json.Decoder(Session)


@dataclass(slots=True)
class Sessions:
    """All sessions of the city, through one client of Redis."""

    client: Any
    idle_s: int
    hard_s: int
    now_ms: Callable[[], int]
    _known: dict[str, _Known] = field(default_factory=dict)
    _away_ms: int = -KNOWN_MS  # when Redis last did not answer: not everybody waits for it

    async def begin(
        self,
        account: str,
        door: LoginMode,
        address: str,
        *,
        roles: Iterable[Role] | None = None,
        provider_names: Iterable[str] = (),
        valid_from_ms: int = 0,
    ) -> tuple[str, Session]:
        """A new session, and the token for its cookie; of an account whose sessions count from
        `valid_from_ms`. Raises what Redis does when it is away.
        """
        token, now_ms = secrets.token_urlsafe(32), self.now_ms()
        given = None if roles is None else tuple(roles)
        there = tuple(name for name in provider_names if name)
        counts_ms = max(now_ms, valid_from_ms)  # a terminal's clock may be ahead
        name = name_of(token)
        made = Session(name, account, door, address, now_ms, now_ms, given, there, counts_ms)
        async with self.client.pipeline(transaction=False) as together:
            together.set(login_key(SESSION, made.name), msgspec.json.encode(made), ex=self.hard_s)
            together.sadd(login_key(SESSIONS_OF, account), made.name)
            together.expire(login_key(SESSIONS_OF, account), self.hard_s)
            for name in there:
                together.sadd(login_key(SESSIONS_AT, name), made.name)
                together.expire(login_key(SESSIONS_AT, name), self.hard_s)
            await together.execute()
        self._keep(made, now_ms)
        await self.end([each.name for each in (await self.all_of(account))[MOST_OF_ONE:]], account)
        return token, made

    async def of(self, token: str) -> Session | None:
        """The session of a cookie's token; None where there is none (any more)."""
        name, now_ms = name_of(token), self.now_ms()
        known = self._known.get(name)
        if known is None or now_ms - known.read_ms >= KNOWN_MS:
            if now_ms - self._away_ms < KNOWN_MS:
                return self._remembered(known, now_ms)
            try:
                row = await self.client.get(login_key(SESSION, name))
            except LOSSES:
                self._away_ms = now_ms
                return self._remembered(known, now_ms)
            if row is None:
                self._known.pop(name, None)
                return None
            known = self._keep(_newer(_SESSION.decode(row), known), now_ms)
        is_over = now_ms - known.session.begun_ms >= self.hard_s * 1000
        return None if is_over else known.session

    def is_idle(self, session: Session) -> bool:
        """Whether nothing was done in it for so long."""
        return self.now_ms() - session.acted_ms >= self.idle_s * 1000

    async def act_of(self, name: str) -> None:
        """Something is done in a session that was just read; written at times, and not while Redis
        is away.
        """
        known, now_ms = self._known.get(name), self.now_ms()
        if known is None:
            return
        session = known.session = replace(known.session, acted_ms=now_ms)
        if now_ms - known.written_ms < TOUCH_MS:
            return
        left_s = max(1, self.hard_s - (now_ms - session.begun_ms) // 1000)
        try:
            await self.client.set(
                login_key(SESSION, name), msgspec.json.encode(session), ex=left_s, xx=True
            )
            known.written_ms = now_ms
        except LOSSES:
            return

    async def end(self, names: Iterable[str], account: str) -> None:
        """End these of an account."""
        gone = list(names)
        for name in gone:
            self._known.pop(name, None)
        if gone:
            async with self.client.pipeline(transaction=False) as together:
                for name in gone:
                    together.delete(login_key(SESSION, name))
                together.srem(login_key(SESSIONS_OF, account), *gone)
                await together.execute()

    async def of_provider(self, session: str, subject: str) -> list[Session]:
        """What a provider's session began, or all of its subject; of both named, what that subject
        began in that session.

        Where both are named and nothing began in that session, those of its subject count that
        name no session: its answer to their login may have had none.
        """
        found = await self._at_provider(session or subject)
        if not (session and subject):
            return found
        told = (subject,)
        return [x for x in found if subject in x.provider_names] or [
            x for x in await self._at_provider(subject) if x.provider_names == told
        ]

    async def _at_provider(self, name: str) -> list[Session]:
        """The sessions that began with a session or a subject of the provider."""
        names = await self.client.smembers(login_key(SESSIONS_AT, name)) if name else ()
        rows = [await self.client.get(login_key(SESSION, each.decode())) for each in names]
        return [_SESSION.decode(row) for row in rows if row is not None]

    async def all_of(self, account: str) -> list[Session]:
        """The sessions of an account, the newest first."""
        names = [
            name.decode() for name in await self.client.smembers(login_key(SESSIONS_OF, account))
        ]
        async with self.client.pipeline(transaction=False) as together:
            for name in names:
                together.get(login_key(SESSION, name))
            rows = await together.execute()
        over = [name for name, row in zip(names, rows, strict=True) if row is None]
        if over:  # its time ran out: only the list of names still has it
            await self.client.srem(login_key(SESSIONS_OF, account), *over)
        found = [_SESSION.decode(row) for row in rows if row is not None]
        return sorted(found, key=lambda each: -each.begun_ms)

    async def all_of_each(self, accounts: Sequence[str]) -> dict[str, list[Session]]:
        """The same of many accounts, in two rounds."""
        async with self.client.pipeline(transaction=False) as together:
            for account in accounts:
                together.smembers(login_key(SESSIONS_OF, account))
            held = await together.execute()
        names = [name.decode() for each in held for name in each]
        async with self.client.pipeline(transaction=False) as together:
            for name in names:
                together.get(login_key(SESSION, name))
            rows = await together.execute()
        found: dict[str, list[Session]] = {account: [] for account in accounts}
        for session in (_SESSION.decode(row) for row in rows if row is not None):
            found.setdefault(session.account, []).append(session)
        return found

    def _remembered(self, known: _Known | None, now_ms: int) -> Session | None:
        """What Redis said last of a session, for its idle time from then on."""
        if known is None or now_ms - known.read_ms >= self.idle_s * 1000:
            return None
        return None if now_ms - known.session.begun_ms >= self.hard_s * 1000 else known.session

    def _keep(self, session: Session, read_ms: int) -> _Known:
        self._known.pop(session.name, None)  # the one read longest ago stands first
        if len(self._known) >= MOST_KNOWN:
            del self._known[next(iter(self._known))]
        known = self._known[session.name] = _Known(session, read_ms, session.acted_ms)
        return known


def _newer(read: Session, known: _Known | None) -> Session:
    """What Redis says, with what was done here since."""
    if known is None or known.session.acted_ms <= read.acted_ms:
        return read
    return replace(read, acted_ms=known.session.acted_ms)


async def end_all(client: Any, account: str) -> None:
    """End whatever sessions an account has; other processes notice within `KNOWN_MS`."""
    held = login_key(SESSIONS_OF, account)
    names = [name.decode() for name in await client.smembers(held)]
    async with client.pipeline(transaction=False) as together:
        for name in names:
            together.delete(login_key(SESSION, name))
        together.delete(held)
        await together.execute()


def name_of(token: str) -> str:
    """What a token is kept under: whoever reads Redis has no token."""
    return sha256(token.encode(errors="surrogateescape")).hexdigest()
