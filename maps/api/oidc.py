"""Login at the city's OpenID provider: there, back, and its word of a logout."""

import re
from html import escape
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

from maps.access.guard import GUARD, Guard, who_of
from maps.access.oidc import OidcError, Provider
from maps.access.recording import record
from maps.access.roles import Permission
from maps.api.logging_in import set_cookie
from maps.api.operation import HTML as HTML_PAGE
from maps.api.operation import Operation, Parameter
from maps.api.posted import raw_body
from maps.http.answers import NO_STORE
from maps.http.refusals import RequestRefusedError
from maps.pages.pages import HTML
from maps.picture.catch_up import LOSSES
from streams.contract.enums import AccessAction
from streams.contract.grammars import LoginMode

PROVIDER = web.AppKey("provider", Provider)
BINDING = "__Host-bomnae-oidc"  # the state of the browser that began
BINDING_FOR_S = 600
STATUS = {
    "oidc_away": 503,
    "oidc_clock": 401,
    "oidc_denied": 401,
    "oidc_refused": 401,
    "oidc_state": 400,
}
MAX_LOGOUT_BYTES = 16 << 10
_FAULT = re.compile(r"[a-z_]{1,40}")  # what a provider may name: access_denied


@Operation(
    "GET",
    "/login/oidc",
    "On to the city's login",
    {303: None},
    refusals=(409, 503),
    parameters=(Parameter("next", "where to go after it"),),
    may=Permission.ANYBODY,
)
async def get_oidc(request: web.Request) -> web.StreamResponse:
    guard, provider = _oidc(request)
    try:
        leads_to = own_path(request.query.get("next", "/"))
        address, state = await provider.begin(_back(request, guard), leads_to)
    except OidcError as error:
        raise _refused(error) from None
    except LOSSES:
        raise RequestRefusedError(503, "refused.no_new_logins") from None
    response = web.HTTPSeeOther(address)
    response.set_cookie(
        BINDING,
        state,
        path="/",
        secure=True,
        httponly=True,
        samesite="Lax",
        max_age=BINDING_FOR_S,
    )
    raise response


@Operation(
    "GET",
    "/login/oidc/back",
    "Back from it, with a code",
    {200: HTML_PAGE},
    refusals=(400, 401, 403, 409, 503),
    parameters=(Parameter("code", "its code"), Parameter("state", "what it was asked with")),
    may=Permission.ANYBODY,
)
async def get_oidc_back(request: web.Request) -> web.StreamResponse:
    """A page that goes on by itself: a redirect from elsewhere would not bear the new cookie."""
    guard, provider = _oidc(request)
    state = request.query.get("state", "")
    if not state or request.cookies.get(BINDING) != state:
        raise RequestRefusedError(400, "refused.oidc_state")
    try:
        person, leads_to = await provider.end(_back(request, guard), state, _code(request))
        address, name = who_of(request).address, person.account
        if not person.roles:
            await record(request, AccessAction.REFUSED, "account", name, account=name)
            raise RequestRefusedError(403, "refused.no_role")
        await record(request, AccessAction.LOGIN, "account", name, account=name)
        token, _ = await guard.sessions.begin(
            name,
            LoginMode.OIDC,
            address,
            roles=person.roles,
            provider_names=(person.session, person.subject),
        )
    except OidcError as error:
        await record(request, AccessAction.LOGIN_FAILED, "account", "", account="")
        raise _refused(error) from None
    except LOSSES:
        raise RequestRefusedError(503, "refused.no_new_logins") from None
    on = escape(leads_to, quote=True)
    text = f'<!doctype html><meta http-equiv="refresh" content="0;url={on}"><a href="{on}">→</a>'
    headers = {"Content-Type": HTML, "Cache-Control": NO_STORE, "Referrer-Policy": "no-referrer"}
    response = web.Response(text=text, headers=headers)
    response.del_cookie(BINDING, path="/", secure=True, httponly=True, samesite="Lax")
    set_cookie(response, token, guard.sessions.hard_s)
    return response


@Operation(
    "POST",
    "/login/oidc/logout",
    "The provider's word that somebody has logged out there (back-channel logout)",
    {200: None},
    refusals=(400, 401, 408, 409, 413, 503),
    may=Permission.ANYBODY,
)
async def post_oidc_logout(request: web.Request) -> web.StreamResponse:
    guard, provider = _oidc(request)
    raw = await raw_body(request, MAX_LOGOUT_BYTES)
    token = parse_qs(raw.decode(errors="replace")).get("logout_token", [""])[0]
    try:
        session, subject = await provider.logged_out(token)
        ended = await guard.sessions.end_of_provider(session, subject)
    except OidcError as error:
        raise _refused(error) from None
    except LOSSES:
        raise RequestRefusedError(503, "refused.store_away") from None
    for name, count in ended.items():
        await record(request, AccessAction.LOGOUT, "account", name, count=count, account=name)
    return web.Response(status=200, headers={"Cache-Control": NO_STORE})


def _code(request: web.Request) -> str:
    """The code that the provider sent somebody back with; OidcError where it sent none but why."""
    fault = request.query.get("error", "")
    if fault:
        raise OidcError("oidc_denied", fault if _FAULT.fullmatch(fault) else "error")
    return request.query.get("code", "")


def own_path(text: str) -> str:
    """Where a login leads: a path of ours, "/" for any other address."""
    parts = urlsplit(text)
    is_ours = text.startswith("/") and not text.startswith(("//", "/\\"))
    return text if is_ours and not (parts.scheme or parts.netloc) else "/"


def _oidc(request: web.Request) -> tuple[Guard, Provider]:
    guard = request.app[GUARD]
    if guard.settings.login is not LoginMode.OIDC:
        raise RequestRefusedError(409, "refused.not_oidc")
    return guard, request.app[PROVIDER]


def _back(request: web.Request, guard: Guard) -> str:
    """Our address as the browser knows it: BOMNAE_PUBLIC_URL, else what it asked for."""
    public = guard.settings.public_url.rstrip("/")
    return f"{public or f'{request.scheme}://{request.host}'}/login/oidc/back"


def _refused(error: OidcError) -> RequestRefusedError:
    return RequestRefusedError(STATUS[error.code], f"refused.{error.code}", reason=str(error))
