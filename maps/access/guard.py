"""Who a request is of, asked before every handler: by session, token, proxy, or the open door."""

import hmac
import ipaddress
from dataclasses import dataclass, field
from hashlib import sha256

from aiohttp import web

from maps.access.factors import is_lacking
from maps.access.failures import Failures
from maps.access.looks import Looks
from maps.access.passwords import Passwords
from maps.access.sessions import Sessions
from maps.access.who import Who, nobody
from maps.http.refusals import RequestRefusedError
from maps.picture.catch_up import LOSSES
from streams.contract.account import Account, is_name
from streams.contract.enums import Role
from streams.contract.grammars import LoginMode, Networks
from streams.contract.settings import Settings
from streams.state.store import Store

COOKIE = "__Host-bomnae"
TOKEN = "bmn_"  # noqa: S105 - what a program's token begins with: bmn_NAME_SECRET
KNOWN_MS = 5_000  # how late a change of an account is noticed
MOST_KNOWN = 10_000
WHO = web.RequestKey("who", Who)


@dataclass(slots=True)
class Guard:
    """What the doors share; `accounts` are read from Redis, a few seconds old at most."""

    settings: Settings
    store: Store
    sessions: Sessions
    failures: Failures
    looks: Looks
    passwords: Passwords = field(default_factory=Passwords)
    _accounts: dict[str, tuple[int, Account | None]] = field(default_factory=dict)
    _away_ms: int = -KNOWN_MS  # when Redis last did not answer

    async def who(self, request: web.Request) -> Who:
        """Who a request is of. RequestRefusedError (400) for a name that no proxy of ours gave."""
        door, address = self.settings.login, address_of(request, self.settings.trusted_proxies)
        if door is LoginMode.OPEN:
            return nobody(address, door)
        if door is LoginMode.PROXY and "X-Remote-User" in request.headers:
            return await self._named(request, address)
        found = await self._of_token(request, address) or await self._of_session(request, address)
        return found or nobody(address, door)

    async def account(self, name: str) -> Account | None:
        """The account of a name as the log says now; while Redis is away, one that was read within
        the time that a session may be idle.
        """
        now_ms = self.sessions.now_ms()
        read_ms, known = self._accounts.get(name, (-KNOWN_MS, None))
        is_believed = name in self._accounts and now_ms - read_ms < 1000 * self.sessions.idle_s
        if now_ms - read_ms < KNOWN_MS or (is_believed and now_ms - self._away_ms < KNOWN_MS):
            return known
        try:
            found = await self.store.account(name)
        except LOSSES:
            self._away_ms = now_ms
            if is_believed:
                return known
            raise
        self._accounts.pop(name, None)  # the one read longest ago stands first
        if len(self._accounts) >= MOST_KNOWN:
            del self._accounts[next(iter(self._accounts))]
        self._accounts[name] = now_ms, found
        return found

    def forget(self, name: str) -> None:
        """Read this account anew: it was changed here."""
        self._accounts.pop(name, None)

    async def _of_session(self, request: web.Request, address: str) -> Who | None:
        token = request.cookies.get(COOKIE, "")
        session = await self.sessions.of(token) if token else None
        if session is None or session.door is not self.settings.login:
            return None  # the door it came in by is no door any more
        known = await self._known(session.account)
        if known is None and session.roles is None:
            return None
        since_ms = max(session.begun_ms, session.counts_from_ms)
        if known is not None and (known.is_locked or since_ms < known.valid_from_ms):
            return None
        roles = session.roles if session.roles is not None else known.roles if known else ()
        local = known if session.door is LoginMode.LOCAL else None
        return Who(
            session.account,
            roles,
            address,
            session.door,
            session.name,
            must_change=local is not None and local.must_change,
            lacks_factor=local is not None and is_lacking(local, self.settings.second_factor),
            is_idle=self.sessions.is_idle(session),
        )

    async def _of_token(self, request: web.Request, address: str) -> Who | None:
        """A program's token: `Authorization: Bearer bmn_NAME_SECRET`."""
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        given = given.strip()
        if kind.lower() != "bearer" or not given.startswith(TOKEN):
            return None
        name = given.removeprefix(TOKEN).partition("_")[0]
        known = await self._standing(name) if is_name(name) else None
        said = sha256(given.encode(errors="surrogateescape")).hexdigest()
        if known is None or not hmac.compare_digest(known.token_hash, said):
            raise RequestRefusedError(401, "refused.wrong_token")
        if known.expires_ms <= self.sessions.now_ms():
            raise RequestRefusedError(401, "refused.token_over")
        return Who(known.account, known.roles, address, self.settings.login, is_program=True)

    async def _named(self, request: web.Request, address: str) -> Who:
        """Who the proxy says it is: an account of ours, which gives the roles."""
        if not _is_in(request.remote or "", self.settings.trusted_proxies):
            raise RequestRefusedError(400, "refused.no_proxy")
        name, *more = request.headers.getall("X-Remote-User")
        if more:  # a proxy that adds its own to the client's
            raise RequestRefusedError(400, "refused.two_names")
        known = await self._standing(name)
        roles: tuple[Role, ...] = known.roles if known else ()
        return Who(name if known else "", roles, address, LoginMode.PROXY)

    async def _standing(self, name: str) -> Account | None:
        """An account that is there and not locked."""
        found = await self._known(name)
        return None if found is None or found.is_locked else found

    async def _known(self, name: str) -> Account | None:
        """An account, None where there is none or nobody can say now."""
        try:
            return await self.account(name)
        except LOSSES:
            return None


GUARD = web.AppKey("guard", Guard)


def who_of(request: web.Request) -> Who:
    """Who the guard let in."""
    return request[WHO]


def client_of(request: web.Request) -> str:
    """Whom a pace counts: an account, else an address."""
    who = who_of(request)
    return who.account or who.counted_at


def address_of(request: web.Request, proxies: Networks) -> str:
    """Where a request comes from: of one through proxies of ours, what the first of them saw."""
    at = request.remote or ""
    if not _is_in(at, proxies):
        return at
    hops = ",".join(request.headers.getall("X-Forwarded-For", ())).split(",")  # lines add up
    for hop in reversed([each.strip() for each in hops]):
        if not _is_address(hop):
            return at
        at = hop
        if not _is_in(hop, proxies):
            return at
    return at


def _is_in(address: str, networks: Networks) -> bool:
    if not _is_address(address):
        return False
    found = ipaddress.ip_address(address)
    return any(found.version == each.version and found in each for each in networks)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
