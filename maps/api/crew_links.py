"""The links of a work's crews for the office: which there are, one by hand, and their end."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated

import msgspec
import segno
from aiohttp import web

from maps.access.guard import who_of
from maps.access.roles import Permission
from maps.api.away import store_needed
from maps.api.context import CONTEXT
from maps.api.crew_door import DOOR
from maps.api.operation import Operation, Parameter, json_answer
from maps.api.posted import read_body, tell
from maps.api.recorded import counted
from maps.crew import taps
from maps.desk.facts.blockings import real_end_ms
from maps.http.refusals import RequestRefusedError, not_found
from maps.picture.catch_up import LOSSES
from maps.picture.fields import Ms
from streams.contract import topics
from streams.contract.crew_link import ENDPOINT, MAX_HOLDER, MAX_LINKS, CrewLink, check_holder
from streams.contract.enums import AccessAction
from streams.contract.errors import CrewLinkError
from streams.delivery.deciding.crew_links import crew_url, expires_ms
from streams.domain.stages.crew_links import WorkLinks
from streams.state.folded import is_folded

SETTLED_WITHIN_S = 3.0
_ALL, _ONE = "/api/v1/works/{work:.+}/crew-links", "/api/v1/works/{work:.+}/crew-links/{link}"
_WORK = Parameter("work", "permit number")


class NewLinkBody(msgspec.Struct, forbid_unknown_fields=True):
    """Whom a link is for: a label of the office, a company or a team; no person's number."""

    holder: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_HOLDER)]


class CrewLinkBody(msgspec.Struct, kw_only=True):
    """A link. `title` is what its endpoint is called, "" of one that was made by hand; `ended_ms`
    null: nobody ended it.
    """

    link: str
    holder: str
    title: str
    made_ms: Ms
    made_by: str
    expires_ms: Ms
    ended_ms: Ms | None
    ended_by: str


class CrewLinksBody(msgspec.Struct):
    """The links of a work that have not expired, the newest first."""

    links: list[CrewLinkBody]


class CrewLinkMade(msgspec.Struct):
    """A new link; its address is shown here and never again: as text and as a QR code, the data:
    address of a picture.
    """

    link: CrewLinkBody
    url: str
    qr: str


@Operation(
    "GET",
    _ALL,
    "The links of a work's crews; no address of any",
    {200: CrewLinksBody},
    refusals=(401, 403, 503),
    parameters=(_WORK,),
    may=Permission.CREWS,
    records=AccessAction.LOOK,
    does="crew_link.list",
    subject="work",
)
async def get_crew_links(request: web.Request) -> web.StreamResponse:
    now_ms = request.app[CONTEXT].live.now_ms()
    listed, titles = await _listed(request), await _titles(request)
    rows = sorted(listed.links, key=lambda each: each.made_ms, reverse=True)
    shown = [_body_of(each, titles) for each in rows if each.expires_ms >= now_ms]
    counted(request, len(shown))
    return json_answer(CrewLinksBody(shown))


@Operation(
    "POST",
    _ALL,
    "A link by hand for one holder; its address is shown here and never again",
    {201: CrewLinkMade, 202: CrewLinkMade},
    refusals=(400, 401, 403, 404, 409, 413, 415, 503),
    parameters=(_WORK,),
    takes=NewLinkBody,
    may=Permission.CREWS,
    records=AccessAction.KEY,
    does="crew_link.make",
    subject="work",
)
async def post_crew_link(request: web.Request) -> web.StreamResponse:
    """201 once the link counts, 202 when no worker has folded it within 3 s."""
    body = await read_body(request, NewLinkBody)
    public_url, key = _means(request)
    made = await _made(request, body.holder.strip())
    await tell(request, topics.CREW_LINKS, made)
    url = crew_url(public_url, key, made)
    qr = segno.make(url, micro=False).svg_data_uri(scale=4, omitsize=True)
    is_settled = await _is_settled(request, made.link, lambda found: found is not None)
    answer = CrewLinkMade(_body_of(made, {}), url, qr)
    return json_answer(answer, status=201 if is_settled else 202)


@Operation(
    "DELETE",
    _ONE,
    "End a link: whoever holds it comes in no more",
    {204: None, 202: None},
    refusals=(401, 403, 404, 503),
    parameters=(_WORK, Parameter("link", "id of the link, as listed")),
    may=Permission.CREWS,
    records=AccessAction.DELETE,
    does="crew_link.end",
    subject="link",
)
async def delete_crew_link(request: web.Request) -> web.StreamResponse:
    """204 once it counts no more, 202 when no worker has folded the end within 3 s. Of one that
    was ended before, 204 too.
    """
    name = request.match_info["link"]
    known = (await _listed(request)).get(name)
    if known is None:
        raise not_found("kind.crew_link", name)
    if not known.ended_ms:
        now_ms, account = request.app[CONTEXT].live.now_ms(), who_of(request).account
        await tell(request, topics.CREW_LINKS, replace(known, ended_ms=now_ms, ended_by=account))
    is_settled = await _is_settled(request, name, lambda found: found is None or found.ended_ms > 0)
    return web.Response(status=204 if is_settled else 202)


def _means(request: web.Request) -> tuple[str, bytes]:
    """The address crews come by and the key that signs; refused (503) where one is not set."""
    context = request.app[CONTEXT]
    public_url = context.settings.public_url
    keys = request.app[DOOR].keys_at(context.live.now_ms())
    if not public_url or not keys:
        missing = "BOMNAE_PUBLIC_URL" if keys else "BOMNAE_KEYS, BOMNAE_SECRET"
        raise RequestRefusedError(503, "refused.no_crew_links", name=missing)
    return public_url, keys[0]


async def _made(request: web.Request, holder: str) -> CrewLink:
    """A new link of the request's work; refused for a work or a holder that can have none."""
    work, context = request.match_info["work"], request.app[CONTEXT]
    row, now_ms = context.live.picture.works.get(work), context.live.now_ms()
    if row is None:
        raise not_found("kind.work", work)
    if taps.is_used_up(row, now_ms):
        raise RequestRefusedError(409, "refused.work_over")
    try:
        check_holder(holder)
    except CrewLinkError as error:
        raise RequestRefusedError(400, "refused.bad_holder", reason=str(error)) from None
    if holder.startswith(ENDPOINT):
        reason = f"{ENDPOINT}... is an endpoint"
        raise RequestRefusedError(400, "refused.bad_holder", reason=reason)
    if len((await _listed(request)).links) >= MAX_LINKS:
        raise RequestRefusedError(409, "refused.too_many_links", count=MAX_LINKS)
    return CrewLink(
        link=secrets.token_urlsafe(16),
        work=work,
        holder=holder,
        made_ms=now_ms,
        expires_ms=expires_ms(now_ms, real_end_ms(row)),
        made_by=who_of(request).account,
    )


async def _listed(request: web.Request) -> WorkLinks:
    with store_needed():
        return await request.app[CONTEXT].live.store.crew_links(request.match_info["work"])


async def _titles(request: web.Request) -> Mapping[str, str]:
    """What the endpoints are called."""
    with store_needed():
        rows = await request.app[CONTEXT].live.store.subscriptions()
    return {name: row.title for name, row in rows.items()}


async def _is_settled(
    request: web.Request, link: str, is_so: Callable[[CrewLink | None], bool]
) -> bool:
    """Whether a worker has folded what was told of a link."""
    store, work = request.app[CONTEXT].live.store, request.match_info["work"]

    async def shows() -> bool:
        return is_so((await store.crew_links(work)).get(link))

    try:
        return await is_folded(shows, within_s=SETTLED_WITHIN_S)
    except LOSSES:
        return False


def _body_of(link: CrewLink, titles: Mapping[str, str]) -> CrewLinkBody:
    return CrewLinkBody(
        link=link.link,
        holder=link.holder,
        title=titles.get(link.holder, ""),
        made_ms=link.made_ms,
        made_by=link.made_by,
        expires_ms=link.expires_ms,
        ended_ms=link.ended_ms or None,
        ended_by=link.ended_by,
    )
