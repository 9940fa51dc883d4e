"""Accounts as their administrator sees them: who there is, a lock and its end.

New accounts, roles and handed-out passwords are made at a terminal (`python -m maps accounts`),
where they can be shown to one person alone.
"""

import msgspec
from aiohttp import web

from maps.access import accounts
from maps.access.guard import GUARD, who_of
from maps.access.roles import Permission
from maps.api.away import store_needed
from maps.api.logging_in import written
from maps.api.operation import Operation, Parameter, json_answer
from maps.http.refusals import RequestRefusedError, not_found
from maps.picture.fields import filled
from streams.contract.account import Account
from streams.contract.enums import AccessAction, Role

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


class AccountsBody(msgspec.Struct):
    """All accounts, by name."""

    accounts: list[OneAccount]


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
)
async def get_accounts(request: web.Request) -> web.StreamResponse:
    with store_needed():
        rows = await request.app[GUARD].store.accounts()
    return json_answer(AccountsBody([body_of(rows[name]) for name in sorted(rows)]))


@Operation(
    "POST",
    "/api/v1/accounts/{account}/lock",
    "No more logins as it, and all of its sessions end within seconds",
    {200: OneAccount},
    refusals=(400, 401, 403, 404, 409, 503),
    parameters=_ACCOUNT,
    may=Permission.ACCOUNTS,
    records=AccessAction.ACT,
    subject="account",
)
async def post_lock(request: web.Request) -> web.StreamResponse:
    """One's own stays open: nobody locks the last administrator out by a slip."""
    if request.match_info["account"] == who_of(request).account:
        raise RequestRefusedError(409, "refused.own_account")
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
    subject="account",
)
async def post_unlock(request: web.Request) -> web.StreamResponse:
    return await _changed(request, is_locked=False)


async def _changed(request: web.Request, *, is_locked: bool) -> web.StreamResponse:
    guard, name = request.app[GUARD], request.match_info["account"]
    guard.forget(name)
    with store_needed():
        known = await guard.account(name)
    if known is None:
        raise not_found("kind.account", name)
    now_ms, by = guard.sessions.now_ms(), who_of(request).account
    made = accounts.locked(known, now_ms, by, is_locked=is_locked)
    await written(request, guard, made)
    return json_answer(body_of(made))
