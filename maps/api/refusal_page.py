"""A refusal as its reader gets it: a page for whoever looks at one, JSON for programs."""

from dataclasses import replace
from urllib.parse import quote

from aiohttp import web

from maps.access.guard import WHO
from maps.api.admission import who_if_known
from maps.api.context import CONTEXT, JSON
from maps.http.answers import NO_STORE
from maps.http.refusals import RequestRefusedError, error_body
from maps.pages.pages import HTML
from maps.pages.refusal import refusal_of
from streams.words.catalogue import phrase

PROGRAMS = ("/api/", "/static/")
MAY_WORK_LATER = (429, 500, 503)
OIDC = "oidc_"  # what codes of the provider's login begin with: one begins it anew


async def refused(request: web.Request, refusal: RequestRefusedError) -> web.Response:
    """The answer. A page where a browser asked for one, and for every address there is not."""
    is_page = request.method in ("GET", "HEAD") and not request.path.startswith(PROGRAMS)
    is_looked_at = "text/html" in request.headers.get("Accept", "")
    if is_page and (is_looked_at or refusal.status == 404):
        return await _page(request, refusal)
    headers = {"Cache-Control": NO_STORE, "Content-Type": JSON, **refusal.headers}
    return web.Response(body=error_body(refusal), status=refusal.status, headers=headers)


async def _page(request: web.Request, refusal: RequestRefusedError) -> web.Response:
    who = request[WHO] if WHO in request else await who_if_known(request)
    is_missing = refusal.status == 404
    facts = refusal_of(
        refusal.status,
        refusal.code,
        phrase("missing.text") if is_missing else refusal.text,
        may=who.may_do,
        account=who.account,
        again=_again(request, refusal),
    )
    pages = request.app[CONTEXT].pages
    text = pages.refusal(
        replace(facts, what=request.path[:120]) if is_missing else facts, who.account, who.roles
    )
    headers = {
        "Content-Type": HTML,
        "Cache-Control": NO_STORE,
        "Content-Security-Policy": pages.policy,
        **refusal.headers,
    }
    return web.Response(text=text, status=refusal.status, headers=headers)


def _again(request: web.Request, refusal: RequestRefusedError) -> str:
    """The address to try once more; of a login that went wrong the beginning of another."""
    if refusal.code.startswith(OIDC) or request.path == "/login/oidc/back":
        return "/login/oidc"
    if refusal.status in MAY_WORK_LATER:
        return quote(request.path) + (f"?{request.query_string}" if request.query_string else "")
    return ""
