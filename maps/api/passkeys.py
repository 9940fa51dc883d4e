"""Passkeys: one's own are added, listed and removed; and a login by one."""

import logging
from typing import Annotated

import msgspec
from aiohttp import web

from maps.access import accounts, passkeys
from maps.access.challenges import LOGIN, Challenges, adding
from maps.access.guard import Guard, who_of
from maps.access.passkeys import PasskeyError, PasskeySite
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
    local_guard,
    refusing,
    sealed_anew,
    written,
)
from maps.api.operation import Operation, Parameter, json_answer
from maps.api.own_account import own, proven
from maps.api.posted import OWN_ORIGINS, Paces, read_body
from maps.http.refusals import RequestRefusedError, not_found
from maps.picture.catch_up import LOSSES
from streams.contract.account import Account, Passkey
from streams.contract.enums import AccessAction
from streams.state.keys import PASSKEY_USES, login_key, used_of

log = logging.getLogger(__name__)
ASKED_A_MINUTE = 30
SHOWN = 16  # of a key's id: enough to tell them apart
USES_FOR_S = 2 * 365 * 86_400
PACE: web.AppKey[Paces] = web.AppKey("passkeys_pace")
Name = Annotated[str, msgspec.Meta(max_length=MOST)]
_ANYTHING = msgspec.Meta(extra_json_schema={"description": "as the browser has it"})


class ProofBody(msgspec.Struct, forbid_unknown_fields=True):
    """The password once more."""

    password: Name


class NameBody(msgspec.Struct, forbid_unknown_fields=True):
    """Who wants in; "" leaves it to the device, which knows."""

    account: Name = ""


class CredentialBody(msgspec.Struct, forbid_unknown_fields=True):
    """What the browser answered, as PublicKeyCredential.toJSON() has it."""

    credential: dict[str, Annotated[object, _ANYTHING]]


class OnePasskey(msgspec.Struct):
    """A passkey of one's own."""

    id: str
    added_ms: int


class OwnPasskeys(msgspec.Struct):
    """One's passkeys, the oldest first."""

    passkeys: list[OnePasskey]


def add_passkeys(app: web.Application) -> None:
    """What the handlers need."""
    app[PACE] = Paces(ASKED_A_MINUTE)


def site_at(request: web.Request) -> PasskeySite | None:
    """The site that passkeys of this request are for; None where there can be none."""
    if not passkeys.is_installed():
        return None
    own_origins = request.app[OWN_ORIGINS]
    return passkeys.site_of(request.scheme, request.host, own_origins)


@Operation(
    "GET",
    "/api/v1/account/passkeys",
    "One's own passkeys",
    {200: OwnPasskeys},
    refusals=(401, 403, 409, 503),
    may=Permission.OWN,
)
async def get_passkeys(request: web.Request) -> web.StreamResponse:
    known = await own(request, local_guard(request))
    rows = [OnePasskey(each.key_id[:SHOWN], each.added_ms) for each in known.passkeys]
    return json_answer(OwnPasskeys(rows))


@Operation(
    "POST",
    "/api/v1/account/passkeys/options",
    "What to ask a device so that it makes a key; the password is asked once more",
    {200: dict},
    refusals=(400, 401, 403, 404, 409, 413, 415, 429, 503),
    takes=ProofBody,
    may=Permission.OWN,
)
async def post_options(request: web.Request) -> web.StreamResponse:
    guard, site = local_guard(request), _site(request)
    body = await read_body(request, ProofBody)
    known = await proven(request, guard, body.password)
    challenge = await _challenges(guard).asked(adding(known.account))
    city = request.app[CONTEXT].settings.city
    return json_answer(passkeys.registration(site, city, known, challenge))


@Operation(
    "POST",
    "/api/v1/account/passkeys",
    "The key a device made: from now on it opens a login",
    {200: OwnPasskeys},
    refusals=(400, 401, 403, 404, 409, 413, 415, 503),
    takes=CredentialBody,
    may=Permission.OWN,
)
async def post_passkey(request: web.Request) -> web.StreamResponse:
    guard, site, name = local_guard(request), _site(request), who_of(request).account
    body = await read_body(request, CredentialBody)
    now_ms = guard.sessions.now_ms()
    try:
        challenge = await _challenges(guard).taken(body.credential, adding(name))
        key = passkeys.registered(site, body.credential, challenge, now_ms)
        if passkeys.owner_of(key.key_id, (await guard.store.accounts()).values()):
            raise RequestRefusedError(409, "refused.passkey_known")
    except PasskeyError as error:
        raise RequestRefusedError(400, "refused.bad_passkey", reason=str(error)) from None
    except LOSSES:
        raise RequestRefusedError(503, "refused.store_away") from None
    with refusing():
        made = accounts.with_passkey(await own(request, guard), key, now_ms)
    await record(request, AccessAction.KEY, "passkey.add", name)
    await written(request, guard, made)
    return await get_passkeys.handler(request)


@Operation(
    "DELETE",
    "/api/v1/account/passkeys/{id}",
    "Remove one of one's own passkeys",
    {200: OwnPasskeys},
    refusals=(401, 403, 404, 409, 503),
    parameters=(Parameter("id", "as listed"),),
    may=Permission.OWN,
)
async def delete_passkey(request: web.Request) -> web.StreamResponse:
    guard, asked = local_guard(request), request.match_info["id"]
    known = await own(request, guard)
    gone = [each.key_id for each in known.passkeys if each.key_id[:SHOWN] == asked]
    if not gone:
        raise not_found("kind.passkey", asked)
    made = accounts.without_passkeys(known, gone, guard.sessions.now_ms())
    await record(request, AccessAction.DELETE, "passkey.remove", known.account)
    await written(request, guard, made)
    return await get_passkeys.handler(request)


@Operation(
    "POST",
    "/api/v1/session/passkey/options",
    "What to ask a device for a login",
    {200: dict},
    refusals=(400, 403, 404, 409, 413, 415, 429, 503),
    takes=NameBody,
    may=Permission.ANYBODY,
)
async def post_login_options(request: web.Request) -> web.StreamResponse:
    """With a name its keys, or one that is made up: nobody learns which names there are."""
    guard, site = local_guard(request), _site(request)
    body = await read_body(request, NameBody)
    request.app[PACE].take(who_of(request).counted_at)
    name = body.account.strip().lower()
    with store_needed("refused.no_new_logins"):
        known = await guard.account(name) if name else None
        challenge = await _challenges(guard).asked(LOGIN)
    key_ids = [each.key_id for each in known.passkeys] if known else []
    if name and not key_ids:
        key_ids = [passkeys.made_up_id(name, code_keys(request)[0].secret)]
    return json_answer(passkeys.login(site, challenge, key_ids))


@Operation(
    "POST",
    "/api/v1/session/passkey",
    "Log in by a passkey; a cookie holds the session",
    {200: SessionBody},
    refusals=(400, 401, 403, 404, 409, 413, 415, 429, 503),
    takes=CredentialBody,
    may=Permission.ANYBODY,
)
async def post_passkey_login(request: web.Request) -> web.StreamResponse:
    """The device has asked its owner, so no code is asked; 401 does not say what was wrong."""
    guard, site = local_guard(request), _site(request)
    body = await read_body(request, CredentialBody)
    with store_needed("refused.no_new_logins"):
        known = await _proven_by(request, guard, site, body.credential)
    return await begun(request, guard, await sealed_anew(request, guard, known))


async def _proven_by(
    request: web.Request, guard: Guard, site: PasskeySite, credential: passkeys.Json
) -> Account:
    """The account a passkey opens; refused (401, 429) for whatever is wrong."""
    address = who_of(request).counted_at
    if wait_s := await guard.failures.wait_s(f"passkey of {address}", address):
        await record_refused(request, "login.passkey", action=AccessAction.LOGIN_LOCKED)
        raise RequestRefusedError(429, "refused.login_locked").after(wait_s)
    whose = passkeys.owner_of(
        str(credential.get("id", "")), (await guard.store.accounts()).values()
    )
    try:
        challenge = await _challenges(guard).taken(credential, LOGIN)
        if whose is not None and not whose[0].is_locked:
            await _check_signed(guard, site, credential, challenge, whose[1])
            await guard.failures.clear(f"passkey of {address}", address)
            return whose[0]
    except PasskeyError as error:
        log.warning("passkey refused", extra={"reason": str(error)})
    raise await _failed(request, guard, whose[0].account if whose else "")


async def _check_signed(
    guard: Guard, site: PasskeySite, credential: passkeys.Json, challenge: bytes, key: Passkey
) -> None:
    """PasskeyError where the key did not sign this; what it counts is kept for the next time."""
    at = login_key(PASSKEY_USES, used_of(key.key_id))
    uses = max(key.uses, int(await guard.store.client.get(at) or 0))
    now = passkeys.uses_of(site, credential, challenge, key, uses)
    await guard.store.client.set(at, now, ex=USES_FOR_S)


async def _failed(request: web.Request, guard: Guard, name: str) -> RequestRefusedError:
    """Counted and recorded; what to refuse it with."""
    address = who_of(request).counted_at
    await guard.failures.add(f"passkey of {address}", address)
    await record_refused(request, "login.passkey", name, action=AccessAction.LOGIN_FAILED)
    return RequestRefusedError(401, "refused.wrong_passkey")


def _challenges(guard: Guard) -> Challenges:
    return Challenges(guard.store.client)


def _site(request: web.Request) -> PasskeySite:
    site = site_at(request)
    if site is None:
        raise RequestRefusedError(404, "refused.no_passkeys")
    return site
