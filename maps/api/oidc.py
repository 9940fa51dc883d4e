"""Login at the city's OpenID provider: there, back, and its word of a logout.

Whoever begins is kept in Redis for ten minutes: a client begins so many in a minute, and all who
begin again so many together; what goes wrong is counted as one kind of refusal.
"""

import re
from collections import Counter
from html import escape
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

from maps.access.guard import GUARD, Guard, who_of
from maps.access.oidc import OidcError, Person, Provider
from maps.access.recording import record
from maps.access.refused import record_refused
from maps.access.roles import Permission
from maps.api.away import store_needed
from maps.api.logging_in import begin_session, set_cookie
from maps.api.operation import HTML as HTML_PAGE
from maps.api.operation import Operation, Parameter
from maps.api.posted import Pace, Paces, raw_body
from maps.http.answers import NO_STORE
from maps.http.refusals import RequestRefusedError
from maps.pages.pages import HTML
from maps.picture.catch_up import LOSSES
from streams.contract.enums import AccessAction
from streams.contract.grammars import LoginMode

PROVIDER = web.AppKey("provider", Provider)
BINDING = "__Host-bomnae-oidc"  # the state of the browser that began
BINDING_FOR_S = 600
STATUS = {"oidc_away": 503, "oidc_factor": 403, "oidc_state": 400}  # others are a wrong login
MAX_LOGOUT_BYTES = 16 << 10
MAX_NEXT = 1000  # characters of where a login leads
BEGUN_A_MINUTE, ALL_A_MINUTE, WRONG_A_MINUTE = 60, 1200, 20
WRONG: web.AppKey[Paces] = web.AppKey("oidc_wrong")
_FAULT = re.compile(r"[a-z_]{1,40}")  # what a provider may name: access_denied


class Begun:
    """How many logins were begun: so many by each client in a minute, and so many by all who begin
    again. The first of a client is never kept from it by others.
    """

    def __init__(self) -> None:
        self._of_each, self._of_all = Paces(BEGUN_A_MINUTE), Pace(ALL_A_MINUTE)

    def take(self, client: str) -> None:
        """Take one; raises RequestRefusedError (429)."""
        is_first = self._of_each.is_idle(client)
        self._of_each.take(client)
        if not is_first:
            self._of_all.take()


BEGUN: web.AppKey[Begun] = web.AppKey("oidc_begun")


def add_oidc(app: web.Application) -> None:
    """What the handlers need."""
    app[BEGUN] = Begun()
    app[WRONG] = Paces(WRONG_A_MINUTE)


@Operation(
    "GET",
    "/login/oidc",
    "On to the city's login",
    {303: None},
    refusals=(409, 429, 503),
    parameters=(Parameter("next", "where to go after it"),),
    may=Permission.ANYBODY,
)
async def get_oidc(request: web.Request) -> web.StreamResponse:
    guard, provider = _oidc(request)
    request.app[BEGUN].take(who_of(request).counted_at)
    try:
        leads_to = own_path(request.query.get("next", "/"))
        address, state = await provider.begin(_back(request, guard), leads_to)
    except OidcError as error:  # nobody has said anything yet: it is the provider's fault
        raise RequestRefusedError(503, f"refused.{error.code}", reason=str(error)) from None
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
    refusals=(400, 401, 403, 409, 429, 503),
    parameters=(Parameter("code", "its code"), Parameter("state", "what it was asked with")),
    may=Permission.ANYBODY,
)
async def get_oidc_back(request: web.Request) -> web.StreamResponse:
    """A page that goes on by itself: a redirect from elsewhere would not bear the new cookie."""
    guard, provider = _oidc(request)
    state = request.query.get("state", "")
    if not state or request.cookies.get(BINDING) != state:
        raise await _failed(request, OidcError("oidc_state", "not begun in this browser"))
    with store_needed("refused.no_new_logins"):
        try:
            person, leads_to = await provider.end(_back(request, guard), state, _code(request))
        except OidcError as error:
            raise await _failed(request, error) from None
        await _check_person(request, guard, person)
    token, _ = await begin_session(
        request,
        guard,
        person.account,
        roles=person.roles,
        provider_names=(person.session, person.subject),
    )
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
    refusals=(400, 408, 409, 413, 415, 429, 503),
    may=Permission.ANYBODY,
)
async def post_oidc_logout(request: web.Request) -> web.StreamResponse:
    guard, provider = _oidc(request)
    raw = await raw_body(request, MAX_LOGOUT_BYTES)
    token = parse_qs(raw.decode(errors="replace")).get("logout_token", [""])[0]
    try:
        logout = await provider.logged_out(token)
    except OidcError as error:
        raise await _failed(request, error, wrong=400) from None  # as its standard wants
    try:
        await provider.check_new(logout)
        ending = await guard.sessions.of_provider(logout.session, logout.subject)
    except OidcError as error:  # our first answer may have been lost: it is nobody's wrong login
        await record_refused(request, "login.provider", error.code)
        raise RequestRefusedError(400, f"refused.{error.code}", reason=str(error)) from None
    except LOSSES:
        raise RequestRefusedError(503, "refused.store_away") from None
    for name, count in Counter(each.account for each in ending).items():
        await record(request, AccessAction.LOGOUT, "session.end", name, count=count, account=name)
    with store_needed():
        for each in ending:
            await guard.sessions.end([each.name], each.account)
        await provider.obeyed(logout)
    return web.Response(status=200, headers={"Cache-Control": NO_STORE})


async def _check_person(request: web.Request, guard: Guard, person: Person) -> None:
    """Refused (403): whoever has no role here, or whose name is locked or removed here."""
    name = person.account
    guard.forget(name)
    known = await guard.account(name)
    is_out = known.is_locked if known else await guard.store.is_account_gone(name)
    if is_out or not person.roles:
        await record_refused(request, "login.provider", name)
        raise RequestRefusedError(403, "refused.account_locked" if is_out else "refused.no_role")


async def _failed(
    request: web.Request, error: OidcError, *, wrong: int = 401
) -> RequestRefusedError:
    """What to refuse it with, `wrong` what cannot be believed; counted and recorded. 429 where an
    address had too many.
    """
    await record_refused(request, "login.provider", error.code, action=AccessAction.LOGIN_FAILED)
    status = STATUS.get(error.code, wrong)
    if status < 500:
        request.app[WRONG].take(who_of(request).counted_at)
    return RequestRefusedError(status, f"refused.{error.code}", reason=str(error))


def _code(request: web.Request) -> str:
    """The code that the provider sent somebody back with; OidcError where it sent none but why."""
    fault = request.query.get("error", "")
    if fault:
        raise OidcError("oidc_denied", fault if _FAULT.fullmatch(fault) else "error")
    return request.query.get("code", "")


def own_path(text: str) -> str:
    """Where a login leads: a path of ours, "/" for any other address."""
    is_path = text.startswith("/") and not text.startswith(("//", "/\\"))
    if not is_path or len(text) > MAX_NEXT or not text.isprintable():
        return "/"
    parts = urlsplit(text)
    return "/" if parts.scheme or parts.netloc else text


def _oidc(request: web.Request) -> tuple[Guard, Provider]:
    guard = request.app[GUARD]
    if guard.settings.login is not LoginMode.OIDC:
        raise RequestRefusedError(409, "refused.not_oidc")
    return guard, request.app[PROVIDER]


def _back(request: web.Request, guard: Guard) -> str:
    """Our address as the browser knows it: BOMNAE_PUBLIC_URL, else what it asked for."""
    public = guard.settings.public_url.rstrip("/")
    return f"{public or f'{request.scheme}://{request.host}'}/login/oidc/back"
