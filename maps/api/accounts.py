"""Accounts as their administrator sees them: a page, who there is, new ones, a lock and its end, a
password handed out anew, sessions ended.

A password is shown once and must be changed at the first login. Roles, programs and their tokens
are changed at a terminal (`python -m maps accounts`).
"""

import asyncio
from typing import Annotated

import msgspec
from aiohttp import web

from maps.access import accounts
from maps.access.guard import GUARD, Guard, who_of
from maps.access.passwords import hash_of, made_password
from maps.access.roles import Permission
from maps.access.sessions import Session
from maps.api.away import store_needed
from maps.api.context import CONTEXT
from maps.api.logging_in import end_sessions, local_guard, refusing, written
from maps.api.operation import HTML as HTML_PAGE
from maps.api.operation import Operation, Parameter, json_answer
from maps.api.posted import read_body
from maps.api.recorded import counted, recorded
from maps.http.answers import NO_CACHE, answer
from maps.http.refusals import RequestRefusedError, not_found
from maps.picture.fields import filled
from streams.contract.account import MAX_OFFICE, Account
from streams.contract.enums import AccessAction, Role
from streams.contract.errors import AccountError

_ACCOUNT = (Parameter("account", "its name"),)


class OneAccount(msgspec.Struct):
    """An account; no secret of it. `is_program`: it has a token and no person."""

    account: str
    roles: tuple[Role, ...]
    office: str
    is_locked: bool
    must_change: bool
    has_code: bool
    passkeys: int
    is_program: bool
    changed_ms: int
    changed_by: str


class ListedAccount(OneAccount):
    """One of the list: its sessions, and when the newest of them was begun (0: it has none)."""

    sessions: int = 0
    login_ms: int = 0


class AccountsBody(msgspec.Struct):
    """All accounts, by name."""

    accounts: list[ListedAccount]


class NewAccountBody(msgspec.Struct, forbid_unknown_fields=True):
    """A new account of a person."""

    account: Annotated[str, msgspec.Meta(max_length=64)]
    roles: Annotated[tuple[Role, ...], msgspec.Meta(min_length=1, max_length=len(Role))]
    office: Annotated[str, msgspec.Meta(max_length=MAX_OFFICE)] = ""


class HandedOut(msgspec.Struct):
    """An account with its first or next password, shown here and never again."""

    account: OneAccount
    password: str


def body_of(row: Account) -> OneAccount:
    """What is told of an account."""
    return filled(
        OneAccount,
        row,
        has_code=bool(row.code_secret),
        passkeys=len(row.passkeys),
        is_program=bool(row.token_hash),
    )


@Operation(
    "GET",
    "/api/v1/accounts",
    "Every account",
    {200: AccountsBody},
    refusals=(401, 403, 503),
    may=Permission.ACCOUNTS,
    records=AccessAction.LOOK,
    does="account.list",
)
async def get_accounts(request: web.Request) -> web.StreamResponse:
    guard = request.app[GUARD]
    with store_needed():
        rows = await guard.store.accounts()
        sessions = await guard.sessions.all_of_each(sorted(rows))
    counted(request, len(rows))
    return json_answer(
        AccountsBody([_listed(rows[name], found) for name, found in sessions.items()])
    )


def _listed(row: Account, sessions: list[Session]) -> ListedAccount:
    newest_ms = max((each.begun_ms for each in sessions), default=0)
    told = msgspec.structs.asdict(body_of(row))
    return ListedAccount(**told, sessions=len(sessions), login_ms=newest_ms)


@Operation(
    "GET",
    "/accounts",
    "Who may log in, for the administrator",
    {200: HTML_PAGE},
    may=Permission.ACCOUNTS,
)
async def get_accounts_page(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    response = answer(request, context.pages.accounts, cache=NO_CACHE)
    response.headers["Content-Security-Policy"] = context.pages.policy
    return response


@Operation(
    "POST",
    "/api/v1/accounts",
    "A new account of a person; its password is shown here and never again",
    {201: HandedOut},
    refusals=(400, 401, 403, 408, 409, 413, 415, 503),
    takes=NewAccountBody,
    may=Permission.ACCOUNTS,
    records=AccessAction.ACT,
    does="account.add",
    names_subject=True,
)
async def post_account(request: web.Request) -> web.StreamResponse:
    guard, body = local_guard(request), await read_body(request, NewAccountBody)
    name, password = body.account.strip().lower(), made_password()
    with store_needed():
        known = await guard.store.accounts()
        is_gone = await guard.store.is_account_gone(name)
    with refusing():
        accounts.check_room(len(known))
        if is_gone or name in known:
            raise AccountError("account", name, "a name that is not taken and was never removed")
        made = accounts.added(
            name,
            body.roles,
            body.office,
            password_hash=await asyncio.to_thread(hash_of, password),
            now_ms=guard.sessions.now_ms(),
            by=who_of(request).account,
        )
    counted(request, 1, name)
    await recorded(request)
    await written(request, guard, made)
    return json_answer(HandedOut(body_of(made), password), status=201)


@Operation(
    "POST",
    "/api/v1/accounts/{account}/reset",
    "A new password, shown here and never again: second factors and the lock go, sessions end",
    {200: HandedOut},
    refusals=(400, 401, 403, 404, 409, 503),
    parameters=_ACCOUNT,
    may=Permission.ACCOUNTS,
    records=AccessAction.KEY,
    does="account.reset",
    subject="account",
)
async def post_reset(request: web.Request) -> web.StreamResponse:
    guard, password = local_guard(request), made_password()
    known = await _known(request, guard)
    hashed, now_ms = await asyncio.to_thread(hash_of, password), guard.sessions.now_ms()
    with refusing():
        made = accounts.reset(known, hashed, now_ms, _not_own(request))
    await written(request, guard, made)
    await end_sessions(guard, made.account)
    return json_answer(HandedOut(body_of(made), password))


@Operation(
    "DELETE",
    "/api/v1/accounts/{account}/sessions",
    "End all sessions of an account, within seconds",
    {204: None},
    refusals=(401, 403, 409, 503),
    parameters=_ACCOUNT,
    may=Permission.ACCOUNTS,
    records=AccessAction.LOGOUT,
    does="account.end_sessions",
    subject="account",
)
async def delete_sessions(request: web.Request) -> web.StreamResponse:
    _not_own(request)
    guard, name = request.app[GUARD], request.match_info["account"]
    with store_needed():
        found = await guard.sessions.all_of(name)
        await guard.sessions.end([each.name for each in found], name)
    return web.Response(status=204)


@Operation(
    "POST",
    "/api/v1/accounts/{account}/lock",
    "No more logins as it, and all of its sessions end within seconds",
    {200: OneAccount},
    refusals=(400, 401, 403, 404, 409, 503),
    parameters=_ACCOUNT,
    may=Permission.ACCOUNTS,
    records=AccessAction.ACT,
    does="account.lock",
    subject="account",
)
async def post_lock(request: web.Request) -> web.StreamResponse:
    """One's own stays open: nobody locks the last administrator out by a slip."""
    _not_own(request)
    return await _changed(request, is_locked=True)


@Operation(
    "POST",
    "/api/v1/accounts/{account}/unlock",
    "Logins as it again",
    {200: OneAccount},
    refusals=(400, 401, 403, 404, 409, 503),
    parameters=_ACCOUNT,
    may=Permission.ACCOUNTS,
    records=AccessAction.ACT,
    does="account.unlock",
    subject="account",
)
async def post_unlock(request: web.Request) -> web.StreamResponse:
    return await _changed(request, is_locked=False)


async def _changed(request: web.Request, *, is_locked: bool) -> web.StreamResponse:
    guard = request.app[GUARD]
    known = await _known(request, guard)
    now_ms, by = guard.sessions.now_ms(), who_of(request).account
    made = accounts.locked(known, now_ms, by, is_locked=is_locked)
    await written(request, guard, made)
    if is_locked:
        await end_sessions(guard, made.account)
    return json_answer(body_of(made))


async def _known(request: web.Request, guard: Guard) -> Account:
    """The account that a path names, as it stands now; 404 where there is none."""
    name = request.match_info["account"]
    guard.forget(name)
    with store_needed():
        known = await guard.account(name)
    if known is None:
        raise not_found("kind.account", name)
    return known


def _not_own(request: web.Request) -> str:
    """Who asks; refused (409) where the path names their own account."""
    by = who_of(request).account
    if request.match_info["account"] == by:
        raise RequestRefusedError(409, "refused.own_account")
    return by
