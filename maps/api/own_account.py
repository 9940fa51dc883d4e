"""One's own account: its password, its one-time codes; and the first account of all."""

from dataclasses import replace
from typing import Annotated

import msgspec
import segno
from aiohttp import web

from maps.access import accounts, codes
from maps.access.first import end_first_code, is_first_code
from maps.access.guard import Guard, who_of
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
    end_sessions,
    is_code_new,
    local_guard,
    refusing,
    session_body,
    written,
)
from maps.api.operation import Operation, json_answer
from maps.api.posted import read_body
from maps.http.refusals import RequestRefusedError
from maps.picture.catch_up import LOSSES
from streams.contract.account import Account
from streams.contract.enums import AccessAction, Role

FIRST_ROLES = (Role.ADMIN, Role.MANAGER, Role.OPERATOR)
Text = Annotated[str, msgspec.Meta(max_length=MOST)]


class FirstBody(msgspec.Struct, forbid_unknown_fields=True):
    """The first account: `first_code` is what the server printed at its start."""

    first_code: Text
    account: Text
    password: Text
    office: Text = ""


class PasswordBody(msgspec.Struct, forbid_unknown_fields=True):
    """The password that was, and the one to be."""

    old: Text
    new: Text


class CodeBody(msgspec.Struct, forbid_unknown_fields=True):
    """`sealed` as it was given, a code of the app that took it, and the password once more."""

    sealed: Annotated[str, msgspec.Meta(max_length=400)]
    code: Text
    password: Text


class NewCode(msgspec.Struct):
    """A secret of one-time codes, shown here and never again: as text and as a QR code (data:)."""

    secret: str
    sealed: str
    qr: str


@Operation(
    "POST",
    "/api/v1/account/password",
    "Set one's own password; all sessions but a new one end",
    {200: SessionBody},
    refusals=(400, 401, 403, 409, 413, 415, 429, 503),
    takes=PasswordBody,
    may=Permission.OWN,
)
async def post_password(request: web.Request) -> web.StreamResponse:
    guard, name = local_guard(request), who_of(request).account
    body = await read_body(request, PasswordBody)
    known = await proven(request, guard, body.old)
    with refusing():
        told = (name, known.office, request.app[CONTEXT].settings.city)
        hashed = await guard.passwords.new_hash(body.new, told=told)
    made = accounts.with_password(known, hashed, guard.sessions.now_ms())
    await record(request, AccessAction.KEY, "account.password", name)
    await written(request, guard, made)
    await end_sessions(guard, name)
    return await begun(request, guard, made)


@Operation(
    "POST",
    "/api/v1/account/code",
    "A secret for one-time codes; it counts once a code of it is sent back",
    {200: NewCode},
    refusals=(401, 403, 409, 503),
    may=Permission.OWN,
)
async def post_new_code(request: web.Request) -> web.StreamResponse:
    local_guard(request)
    name, city = who_of(request).account, request.app[CONTEXT].settings.city
    secret = codes.new_secret()
    drawn = segno.make(codes.address_of(secret, name, city), micro=False)
    qr = drawn.svg_data_uri(scale=4, omitsize=True)
    return json_answer(NewCode(secret, codes.sealed(secret, name, code_keys(request)[0]), qr))


@Operation(
    "PUT",
    "/api/v1/account/code",
    "From now on a login needs a code of this secret",
    {200: SessionBody},
    refusals=(400, 401, 403, 409, 413, 415, 429, 503),
    takes=CodeBody,
    may=Permission.OWN,
)
async def put_code(request: web.Request) -> web.StreamResponse:
    guard, who = local_guard(request), who_of(request)
    body = await read_body(request, CodeBody)
    with refusing():
        secret = codes.opened(body.sealed, who.account, code_keys(request))
    now_ms = guard.sessions.now_ms()
    step = codes.step_of(secret, body.code.replace(" ", ""), now_ms / 1000)
    if step is None:
        raise RequestRefusedError(400, "refused.wrong_code")
    known = await proven(request, guard, body.password)
    made = accounts.with_codes(known, body.sealed, now_ms, who.account)
    await record(request, AccessAction.KEY, "account.codes", who.account)
    await written(request, guard, made)
    with store_needed():
        await is_code_new(guard, who.account, step)  # it was seen here: it opens no login
    who = replace(who, lacks_factor=False)
    return json_answer(session_body(who, made, idle_s=guard.sessions.idle_s))


@Operation(
    "POST",
    "/api/v1/account/first",
    "Make the first account, an administrator's, with the code the server printed",
    {200: SessionBody},
    refusals=(400, 401, 403, 409, 413, 415, 429, 503),
    takes=FirstBody,
    may=Permission.ANYBODY,
)
async def post_first(request: web.Request) -> web.StreamResponse:
    guard = local_guard(request)
    body = await read_body(request, FirstBody)
    with store_needed("refused.no_new_logins"):
        await _check_first(request, guard, body.first_code)
        made = await _first(request, guard, body)
        name = made.account
        await record(request, AccessAction.ACT, "account.first", name, account=name)
        await written(request, guard, made)
        await end_first_code(guard.store)
    return await begun(request, guard, made)


async def _check_first(request: web.Request, guard: Guard, code: str) -> None:
    address = who_of(request).counted_at
    counted = f"start code of {address}"  # no account has such a name
    await _check_tries(request, guard, counted, "login.first_code")
    is_right = await is_first_code(guard.store, code)
    if is_right is None:
        raise RequestRefusedError(409, "refused.not_first")
    if not is_right:
        await guard.failures.add(counted, address)
        await record_refused(request, "login.first_code", action=AccessAction.LOGIN_FAILED)
        raise RequestRefusedError(401, "refused.wrong_first_code")


async def _check_tries(request: web.Request, guard: Guard, name: str, kind: str) -> None:
    who = who_of(request)
    if wait_s := await guard.failures.wait_s(name, who.address):
        await record_refused(request, kind, who.account, action=AccessAction.LOGIN_LOCKED)
        raise RequestRefusedError(429, "refused.login_locked").after(wait_s)


async def _first(request: web.Request, guard: Guard, body: FirstBody) -> Account:
    name = body.account.strip().lower()
    with refusing():
        told = (name, request.app[CONTEXT].settings.city)
        return accounts.added(
            name,
            FIRST_ROLES,
            body.office,
            password_hash=await guard.passwords.new_hash(body.password, told=told),
            now_ms=guard.sessions.now_ms(),
            by=name,
            must_change=False,
        )


async def own(request: web.Request, guard: Guard) -> Account:
    """One's own account as it stands now, for it is written whole; 503 where it cannot be read."""
    name = who_of(request).account
    guard.forget(name)
    try:
        known = await guard.account(name)
    except LOSSES:
        known = None
    if known is None:
        raise RequestRefusedError(503, "refused.store_away")
    return known


async def proven(request: web.Request, guard: Guard, password: str) -> Account:
    """One's own account, its password said once more; wrong ones count as failed logins."""
    known, address = await own(request, guard), who_of(request).address
    with store_needed():
        await _check_tries(request, guard, known.account, "login.password")
        is_right = await guard.passwords.is_right(password, known.password_hash)
        await _check_tries(
            request, guard, known.account, "login.password"
        )  # those of one time passed the first
        if not is_right:
            await guard.failures.add(known.account, address)
            failed = AccessAction.LOGIN_FAILED
            await record_refused(request, "login.password", known.account, action=failed)
            raise RequestRefusedError(401, "refused.wrong_login")
    return known
