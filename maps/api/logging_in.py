"""What the operations of a login share: the body that says who one is, a session begun, an account
written.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import msgspec
from aiohttp import web

from maps.access import accounts, codes
from maps.access.factors import is_lacking
from maps.access.guard import COOKIE, GUARD, Guard, who_of
from maps.access.recording import record
from maps.access.sessions import Session
from maps.access.who import Who
from maps.api.away import store_needed
from maps.api.context import CONTEXT
from maps.api.operation import json_answer
from maps.api.posted import tell
from maps.http.refusals import RequestRefusedError
from streams.contract import topics
from streams.contract.account import Account
from streams.contract.enums import AccessAction, Role
from streams.contract.errors import AccountError, RecordRefusedError
from streams.contract.grammars import LoginMode
from streams.contract.key_file import keys_now
from streams.contract.keys import Key, Purpose
from streams.state.folded import is_folded
from streams.state.keys import CODE_USED, login_key

SETTLED_WITHIN_S = 5.0
CODE_KNOWN_S = 3600
log = logging.getLogger(__name__)


class SessionBody(msgspec.Struct):
    """Who asks, and what they may; `account` "" is nobody. `is_first`: there is no account yet.
    `lacks_factor`: a second factor is to be set up first. `takes_passkeys`: there can be passkeys
    at this address. `idle_s`: its login ends after so long without keys or pointer, 0: it does not
    end by itself.
    """

    account: str
    office: str
    roles: list[str]
    may: list[str]
    door: LoginMode
    is_idle: bool
    must_change: bool
    has_code: bool
    lacks_factor: bool = False
    is_first: bool = False
    takes_passkeys: bool = False
    idle_s: int = 0


def session_body(
    who: Who,
    known: Account | None,
    *,
    idle_s: int,
    is_first: bool = False,
    takes_passkeys: bool = False,
) -> SessionBody:
    """What a page is told of its reader."""
    return SessionBody(
        account=who.account,
        office=known.office if known else "",
        roles=[*who.roles],
        may=sorted(who.may_do),
        door=who.door,
        is_idle=who.is_idle,
        must_change=who.must_change,
        has_code=bool(known and known.code_secret),
        lacks_factor=who.lacks_factor,
        is_first=is_first,
        takes_passkeys=takes_passkeys,
        idle_s=idle_s if who.session else 0,
    )


def local_guard(request: web.Request) -> Guard:
    """The guard, where accounts are here; else 409: the passwords are somebody else's."""
    guard = request.app[GUARD]
    if guard.settings.login is not LoginMode.LOCAL:
        raise RequestRefusedError(409, "refused.not_local")
    return guard


def code_keys(request: web.Request) -> tuple[Key, ...]:
    """The keys that open the seals of codes, the first of which seals; 503 where there is none."""
    context = request.app[CONTEXT]
    found = keys_now(context.settings).accepted(Purpose.CODES, context.live.now_ms())
    if not found:
        raise RequestRefusedError(503, "refused.no_secret", purpose=Purpose.CODES)
    return found


async def is_code_new(guard: Guard, account: str, step: int | None) -> bool:
    """Whether a code of this half minute is one, and the first of it that this account shows; from
    now on it was shown. Remembered for an hour: the clocks of two servers may be minutes apart.
    """
    if step is None:
        return False
    used = login_key(CODE_USED, f"{account}:{step}")
    return bool(await guard.store.client.set(used, 1, nx=True, ex=CODE_KNOWN_S))


async def end_sessions(guard: Guard, account: str) -> None:
    """End all sessions of an account whose row says that none from before counts: one that began by
    another server's clock, which is ahead, is none from before by that.
    """
    with store_needed():
        names = [each.name for each in await guard.sessions.all_of(account)]
        await guard.sessions.end(names, account)


async def sealed_anew(request: web.Request, guard: Guard, known: Account) -> Account:
    """The account of somebody who has just logged in, the secret of their one-time codes sealed
    anew where a key from before has sealed it: that key will be gone. As it was where no key opens
    it, or the log does not take it now: then at the next login.
    """
    if not known.code_secret:
        return known
    try:
        keys = code_keys(request)
        if codes.is_of(known.code_secret, keys[0]):
            return known
        with refusing():
            secret = codes.opened(known.code_secret, known.account, keys)
        sealed = codes.sealed(secret, known.account, keys[0])
        made = accounts.with_codes(known, sealed, guard.sessions.now_ms(), known.account)
        await written(request, guard, made)
    except RequestRefusedError as error:
        log.warning("codes not sealed anew", extra={"code": error.code})
        return known
    return made


@contextmanager
def refusing() -> Iterator[None]:
    """Makes what an account cannot be a 400 that says the field and its bound."""
    try:
        yield
    except (AccountError, RecordRefusedError) as error:
        raise RequestRefusedError(400, "refused.bad_account", reason=str(error)) from None


async def begin_session(
    request: web.Request,
    guard: Guard,
    name: str,
    *,
    roles: Iterable[Role] | None = None,
    provider_names: Iterable[str] = (),
) -> tuple[str, Session]:
    """The login recorded, and a new session with its token. The one before ends: no id is used
    again.
    """
    before, door = who_of(request), guard.settings.login
    await record(request, AccessAction.LOGIN, "session.begin", name, account=name)
    with store_needed("refused.no_new_logins"):
        guard.forget(name)
        known = await guard.account(name)
        if before.session:
            await guard.sessions.end([before.session], before.account)
        return await guard.sessions.begin(
            name,
            door,
            before.address,
            roles=roles,
            provider_names=provider_names,
            valid_from_ms=known.valid_from_ms if known else 0,
        )


async def begun(request: web.Request, guard: Guard, known: Account) -> web.StreamResponse:
    """A new session in a cookie, and who it is."""
    name = known.account
    token, made = await begin_session(request, guard, name)
    who = Who(
        name,
        known.roles,
        "",
        LoginMode.LOCAL,
        made.name,
        must_change=known.must_change,
        lacks_factor=is_lacking(known, guard.settings.second_factor),
    )
    response = json_answer(session_body(who, known, idle_s=guard.sessions.idle_s))
    set_cookie(response, token, guard.sessions.hard_s)
    return response


def set_cookie(response: web.StreamResponse, token: str, max_age_s: int) -> None:
    """The session's cookie: this host's alone, over TLS (or on this machine), hidden from pages."""
    response.set_cookie(
        COOKIE,
        token,
        path="/",
        secure=True,
        httponly=True,
        samesite="Strict",
        max_age=max_age_s,
    )


async def written(request: web.Request, guard: Guard, made: Account) -> None:
    """The account in the log, and folded; 409 where another change of it came first, 503 when no
    worker has taken it up in time.
    """
    with refusing():
        await tell(request, topics.ACCOUNTS, made)

    async def shows() -> bool:
        guard.forget(made.account)
        found = await guard.account(made.account)
        if found is not None and found != made and found.revision >= made.revision:
            raise RequestRefusedError(409, "refused.account_changed")
        return found == made

    with store_needed("refused.not_folded"):
        if await is_folded(shows, within_s=SETTLED_WITHIN_S):
            return
    raise RequestRefusedError(503, "refused.not_folded")
