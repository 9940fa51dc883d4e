"""Logging in and out, and one's own sessions."""

from typing import Annotated, NoReturn

import msgspec
from aiohttp import web

from maps.access import codes
from maps.access.factors import is_due
from maps.access.guard import COOKIE, GUARD, Guard, who_of
from maps.access.passwords import MOST
from maps.access.recording import record
from maps.access.refused import record_refused
from maps.access.roles import Permission
from maps.api.away import store_needed
from maps.api.context import CONTEXT
from maps.api.logging_in import (
    SessionBody,
    begun,
    code_keys,
    is_code_new,
    local_guard,
    refusing,
    sealed_anew,
    session_body,
)
from maps.api.operation import HTML as HTML_PAGE
from maps.api.operation import Operation, Parameter, json_answer
from maps.api.passkeys import site_at
from maps.api.posted import read_body
from maps.http.answers import NO_CACHE, answer
from maps.http.refusals import RequestRefusedError, not_found
from maps.picture.catch_up import LOSSES
from streams.contract.account import Account, is_name
from streams.contract.enums import AccessAction
from streams.contract.grammars import LoginMode
from streams.kafka.access_writing import UNKNOWN

SHOWN = 16  # of a session's name: enough to tell them apart, and no use to anybody
Text = Annotated[str, msgspec.Meta(max_length=MOST)]


class LoginBody(msgspec.Struct, forbid_unknown_fields=True):
    """What somebody proves who they are with; `code` is their app's where they have one."""

    account: Text
    password: Text
    code: Text = ""


class OneSession(msgspec.Struct):
    """A session of one's own."""

    id: str
    address: str
    begun_ms: int
    acted_ms: int
    is_this: bool


class OwnSessions(msgspec.Struct):
    """One's sessions, the newest first."""

    sessions: list[OneSession]


@Operation("GET", "/login", "Log in", {200: HTML_PAGE}, may=Permission.ANYBODY)
async def get_login_page(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    response = answer(request, context.pages.login, cache=NO_CACHE)
    response.headers["Content-Security-Policy"] = context.pages.policy
    return response


@Operation(
    "GET",
    "/api/v1/session",
    "Who asks, and what they may do",
    {200: SessionBody},
    may=Permission.ANYBODY,
)
async def get_session(request: web.Request) -> web.StreamResponse:
    """What cannot be read now is left out: a page still learns who its reader is."""
    who, guard = who_of(request), request.app[GUARD]
    known, is_first, idle_s = None, False, guard.sessions.idle_s
    try:
        known = await guard.account(who.account) if who.account else None
        if not who.account and who.door is LoginMode.LOCAL:
            is_first = not await guard.store.accounts()
    except LOSSES:
        pass
    takes_passkeys = who.door is LoginMode.LOCAL and site_at(request) is not None
    told = {"is_first": is_first, "takes_passkeys": takes_passkeys}
    return json_answer(session_body(who, known, idle_s=idle_s, **told))


@Operation(
    "POST",
    "/api/v1/session",
    "Log in; a cookie holds the session",
    {200: SessionBody},
    refusals=(400, 401, 403, 409, 413, 415, 429, 503),
    takes=LoginBody,
    may=Permission.ANYBODY,
)
async def post_session(request: web.Request) -> web.StreamResponse:
    """401 says neither which part was wrong nor whether there is such an account."""
    guard = local_guard(request)
    body = await read_body(request, LoginBody)
    with store_needed("refused.no_new_logins"):
        # Guesses of one address wait for one another: the sixth of a volley is refused unhashed.
        async with guard.passwords.turns.of(who_of(request).address):
            known = await _proven(request, guard, body)
    return await begun(request, guard, known)


async def _proven(request: web.Request, guard: Guard, body: LoginBody) -> Account:
    """The account that was logged in as; refused (401, 429) for whatever is wrong."""
    typed, address = body.account.strip().lower()[:64], who_of(request).address
    name = typed if is_name(typed) else UNKNOWN  # no counter of another kind can be typed
    await _check_tries(request, guard, name)
    guard.forget(name)
    known = await guard.account(name)
    is_right = await guard.passwords.is_right(body.password, known.password_hash if known else "")
    await _check_tries(request, guard, name)  # those that came at one time all passed the first
    if known is None or known.is_locked or not is_right:
        await _fail(request, guard, name)
    if known.code_secret:
        known = await _checked_code(request, guard, known, body.code)
    elif known.passkeys and is_due(known, guard.settings.second_factor):
        raise RequestRefusedError(401, "refused.passkey_needed")
    await guard.failures.clear(name, address)
    return known


async def _check_tries(request: web.Request, guard: Guard, name: str) -> None:
    """Refused (429) where this account, or this address, has failed too often."""
    if wait_s := await guard.failures.wait_s(name, who_of(request).address):
        told = await _told_name(guard, name)
        await record_refused(request, "login.password", told, action=AccessAction.LOGIN_LOCKED)
        raise RequestRefusedError(429, "refused.login_locked").after(wait_s)


async def _checked_code(request: web.Request, guard: Guard, known: Account, code: str) -> Account:
    """The account, once its code was right. A code counts once: one that was seen is of no use."""
    with refusing():
        secret = codes.opened(known.code_secret, known.account, code_keys(request))
    if not code:
        raise RequestRefusedError(401, "refused.code_needed")
    step = codes.step_of(secret, code.replace(" ", ""), guard.sessions.now_ms() / 1000)
    if not await is_code_new(guard, known.account, step):
        await _fail(request, guard, known.account)
    return await sealed_anew(request, guard, known)


async def _fail(request: web.Request, guard: Guard, name: str) -> NoReturn:
    """Count it and record it; a name that no account has is not repeated: it may be a password."""
    is_locked = await guard.failures.add(name, who_of(request).address)
    action = AccessAction.LOGIN_LOCKED if is_locked else AccessAction.LOGIN_FAILED
    await record(request, action, "login.password", await _told_name(guard, name), account="")
    raise RequestRefusedError(401, "refused.wrong_login")


async def _told_name(guard: Guard, name: str) -> str:
    return name if await guard.account(name) is not None else UNKNOWN


@Operation(
    "DELETE",
    "/api/v1/session",
    "Log out",
    {204: None},
    refusals=(401, 403, 503),
    may=Permission.SELF,
)
async def delete_session(request: web.Request) -> web.StreamResponse:
    who = who_of(request)
    if who.session:
        await _end(request, [who.session])
    response = web.Response(status=204)
    response.del_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Strict")
    return response


@Operation(
    "POST",
    "/api/v1/session/here",
    "Somebody sits before the screen",
    {204: None},
    refusals=(401, 403),
    may=Permission.OWN,
)
async def post_here(request: web.Request) -> web.StreamResponse:
    """A page says so when keys or pointer moved; the guard has counted it. Too late is too late."""
    del request
    return web.Response(status=204)


@Operation(
    "GET",
    "/api/v1/sessions",
    "One's own sessions",
    {200: OwnSessions},
    refusals=(401, 503),
    may=Permission.SELF,
)
async def get_sessions(request: web.Request) -> web.StreamResponse:
    who = who_of(request)
    with store_needed():
        found = await request.app[GUARD].sessions.all_of(who.account)
    rows = [
        OneSession(x.name[:SHOWN], x.address, x.begun_ms, x.acted_ms, x.name == who.session)
        for x in found
    ]
    return json_answer(OwnSessions(rows))


@Operation(
    "DELETE",
    "/api/v1/sessions/{id}",
    "End one of one's own sessions",
    {204: None},
    refusals=(401, 403, 404, 503),
    parameters=(Parameter("id", "as listed"),),
    may=Permission.SELF,
)
async def delete_one_session(request: web.Request) -> web.StreamResponse:
    guard, asked = request.app[GUARD], request.match_info["id"]
    with store_needed():
        names = [x.name for x in await guard.sessions.all_of(who_of(request).account)]
    gone = [name for name in names if name[:SHOWN] == asked]
    if not gone:
        raise not_found("kind.session", asked)
    await _end(request, gone)
    return web.Response(status=204)


async def _end(request: web.Request, names: list[str]) -> None:
    who = who_of(request)
    await record(request, AccessAction.LOGOUT, "session.end", who.account, count=len(names))
    with store_needed():
        await request.app[GUARD].sessions.end(names, who.account)
