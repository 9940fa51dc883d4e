"""The wall: its page, and what an operator shows on it.

One screen shows its view at a time: the last that took the wall. The view lies in Redis, whatever
server a screen came to, and goes when nobody moved it for `SHOWN_FOR_S`. It is no event of the log:
it says where somebody looks, and nothing of the city. A wall asks once a second.
"""

from enum import StrEnum
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from maps.access.guard import GUARD, client_of, who_of
from maps.access.roles import Permission
from maps.api.away import store_needed
from maps.api.context import CONTEXT
from maps.api.operation import HTML, Operation, Parameter, json_answer
from maps.api.posted import Paces, read_body
from maps.http.answers import NO_CACHE, answer
from maps.http.refusals import RequestRefusedError
from maps.picture.fields import Ms
from streams.state.keys import ON_WALL, login_key

SHOWN_FOR_S = 900
MOVES_A_MINUTE = 240  # a page tells two a second at most
MAX_ID = 200
MAX_MS = 4_102_444_800_000  # the end of 2099
PACE = web.AppKey("wall_pace", Paces)
ScreenName = Annotated[str, Meta(pattern="^[0-9a-f]{16}$", description="which screen, at random")]


class Thing(StrEnum):
    """What can be chosen on a map."""

    NONE = ""
    LINK = "link"
    WORK = "work"
    CLOSURE = "closure"
    INCIDENT = "incident"
    DETOUR = "detour"
    REPORT = "report"
    DISCREPANCY = "discrepancy"
    CLASH = "clash"
    ALERT = "alert"
    SITUATION = "situation"


class WallView(msgspec.Struct, kw_only=True):
    """Where a map looks: its middle, what is chosen, and the time that it shows, null for now."""

    lat: Annotated[float, Meta(ge=-85, le=85)]
    lon: Annotated[float, Meta(ge=-180, le=180)]
    zoom: Annotated[float, Meta(ge=0, le=20)]
    width: Annotated[int, Meta(ge=1, le=20_000, description="of the map on that screen, CSS px")]
    height: Annotated[int, Meta(ge=1, le=20_000)]
    kind: Thing = Thing.NONE
    id: Annotated[str, Meta(max_length=MAX_ID)] = ""
    at_ms: Annotated[int, Meta(ge=0, le=MAX_MS)] | None = None
    is_then: Annotated[bool, Meta(description="as it was known at that time")] = False


class ViewToShow(WallView, kw_only=True, forbid_unknown_fields=True):
    """What a screen shows on the wall. `is_taking`: it takes the wall from whoever has it."""

    screen: ScreenName
    is_taking: bool = False


class ShownView(WallView, kw_only=True):
    """What is shown on the wall: `by` an account, "" where nobody logs in, since when, and until
    when if it does not move.
    """

    by: str
    since_ms: Ms
    moved_ms: Ms
    until_ms: Ms


class WallNow(msgspec.Struct):
    """What walls that follow show; null: nobody shows anything."""

    now_ms: Ms
    view: ShownView | None


class _Kept(ShownView, kw_only=True):
    """How it lies in Redis."""

    screen: str


def add_wall(app: web.Application) -> None:
    """How often a screen may move the wall."""
    app[PACE] = Paces(MOVES_A_MINUTE)


@Operation(
    "GET", "/wall", "The map for a control room's large screen", {200: HTML}, may=Permission.SEE
)
async def get_wall_page(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    response = answer(request, context.pages.wall, cache=NO_CACHE)
    response.headers["Content-Security-Policy"] = context.pages.wall_policy
    return response


@Operation(
    "GET",
    "/api/v1/wall",
    "What an operator shows on the wall, if anything",
    {200: WallNow},
    refusals=(503,),
    may=Permission.SEE,
)
async def get_wall(request: web.Request) -> web.StreamResponse:
    kept = await _kept(request)
    view = None if kept is None else msgspec.convert(msgspec.structs.asdict(kept), ShownView)
    return json_answer(WallNow(request.app[CONTEXT].live.now_ms(), view))


@Operation(
    "PUT",
    "/api/v1/wall",
    "Show a view on every wall that follows",
    {200: ShownView},
    refusals=(400, 403, 409, 413, 415, 429, 503),
    takes=ViewToShow,
    may=Permission.ACT,
)
async def put_wall(request: web.Request) -> web.StreamResponse:
    """409 where another screen has taken the wall since, and this one does not take it back."""
    asked = await read_body(request, ViewToShow)
    if bool(asked.kind) != bool(asked.id):
        raise RequestRefusedError(400, "refused.bad_body", reason="kind, id")
    request.app[PACE].take(client_of(request))
    kept = await _kept(request)
    is_mine = kept is not None and kept.screen == asked.screen
    if kept is not None and not is_mine and not asked.is_taking:
        raise RequestRefusedError(409, "refused.wall_taken")
    now_ms = request.app[CONTEXT].live.now_ms()
    shown = ShownView(
        **{name: getattr(asked, name) for name in WallView.__struct_fields__},
        by=who_of(request).account,
        since_ms=kept.since_ms if kept is not None and is_mine else now_ms,
        moved_ms=now_ms,
        until_ms=now_ms + SHOWN_FOR_S * 1000,
    )
    row = _Kept(**msgspec.structs.asdict(shown), screen=asked.screen)
    with store_needed():
        client = request.app[GUARD].sessions.client
        await client.set(login_key(ON_WALL), msgspec.json.encode(row), ex=SHOWN_FOR_S)
    return json_answer(shown)


@Operation(
    "DELETE",
    "/api/v1/wall/{screen}",
    "Show a screen's view no longer",
    {204: None},
    refusals=(403, 503),
    parameters=(Parameter("screen", "which screen"),),
    may=Permission.ACT,
)
async def delete_wall(request: web.Request) -> web.StreamResponse:
    """204 as well where another screen has the wall: that one stays."""
    kept = await _kept(request)
    if kept is not None and kept.screen == request.match_info["screen"]:
        with store_needed():
            await request.app[GUARD].sessions.client.delete(login_key(ON_WALL))
    return web.Response(status=204)


async def _kept(request: web.Request) -> _Kept | None:
    """What lies in Redis; what another version wrote there is nothing."""
    with store_needed():
        row = await request.app[GUARD].sessions.client.get(login_key(ON_WALL))
    try:
        return None if row is None else msgspec.json.decode(row, type=_Kept)
    except msgspec.DecodeError:
        return None
