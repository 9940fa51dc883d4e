"""The page of one work: whole for whoever may see the map; for a crew first an empty one, which
asks for the work with the token of its link.
"""

from aiohttp import web

from maps.access.guard import who_of
from maps.access.roles import Permission
from maps.api.context import CONTEXT
from maps.api.crew_door import DOOR, admit, bearer
from maps.api.desk import DESK, scene_now
from maps.api.operation import CREW_TOKEN, Operation, Parameter
from maps.api.operation import HTML as HTML_PAGE
from maps.crew.site import site_of
from maps.http.answers import NO_STORE, CachedBody, answer, body_of
from maps.http.refusals import not_found
from maps.pages.pages import HTML
from maps.picture import bodies
from maps.picture.shapes import work_row

_WORK = Parameter("work", "permit number")


@Operation(
    "GET",
    "/w/{work:.+}",
    "One work, to read on a phone; by a crew's link (#t=TOKEN), to report on. Without a login it "
    "says nothing of the work, not even whether there is one",
    {200: HTML_PAGE, 404: HTML_PAGE},
    parameters=(_WORK,),
    may=Permission.CREW,
)
async def get_work(request: web.Request) -> web.StreamResponse:
    if who_of(request).may(Permission.SEE):
        return _page(request, _whole(request))
    text = request.app[CONTEXT].pages.link(request.path)
    return _page(request, body_of(text.encode(), HTML))


@Operation(
    "GET",
    "/api/v1/works/{work:.+}/page",
    "What the page of a work shows to its crew",
    {200: HTML_PAGE},
    refusals=(403, 404, 503),
    parameters=(_WORK,),
    needs=CREW_TOKEN,
    may=Permission.CREW,
)
async def get_page(request: web.Request) -> web.StreamResponse:
    await admit(request, request.match_info["work"], bearer(request))
    return _page(request, _whole(request))


def _page(request: web.Request, body: CachedBody) -> web.StreamResponse:
    response = answer(request, body, cache=NO_STORE)
    response.headers["Content-Security-Policy"] = request.app[CONTEXT].pages.policy
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _whole(request: web.Request) -> CachedBody:
    """The work's page; 404 where the picture has no such work."""
    context, work_id = request.app[CONTEXT], request.match_info["work"]
    live = context.live
    work = live.picture.works.get(work_id)
    if work is None:
        raise not_found("kind.work", work_id)
    row = work_row(work_id, work, context.network)
    links = [bodies.link_body(place, live.picture, context.network) for place in row.links]
    scene = scene_now(context, request.app[DESK], live.now_ms())
    text = context.pages.work(
        row,
        links,
        now_ms=live.now_ms(),
        store=live.store_state,
        clock_ms=live.picture.clock_ms,
        crew={
            "site": site_of(work_id, scene),
            "has_links": bool(request.app[DOOR].keys_at(live.now_ms())),
            "takes_photos": bool(context.settings.photos),
            "is_staff": who_of(request).may(Permission.SEE),
        },
    )
    return body_of(text.encode(), HTML)
