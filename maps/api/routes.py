"""The handlers of every address, and the table of them."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from maps.access.roles import Permission
from maps.api import (
    accounts,
    alerts,
    basemap,
    calls,
    changes,
    closures,
    corridors,
    crew,
    crew_links,
    crew_page,
    crew_photos,
    dataset_files,
    datasets,
    days,
    desk,
    events,
    health,
    map_file,
    oidc,
    own_account,
    passkeys,
    past,
    past_days,
    records,
    reports,
    sessions,
    shifts,
    situations,
    statistics,
    stream,
    subscriptions,
    truth,
    views,
    wall,
)
from maps.api.context import CONTEXT, Context
from maps.api.document import document
from maps.api.metrics import metrics
from maps.api.operation import (
    ANY,
    TEXT,
    Operation,
    Parameter,
    json_answer,
    operations_in,
    packed_answer,
)
from maps.api.operation import HTML as HTML_PAGE
from maps.api.recorded import counted
from maps.http.answers import IMMUTABLE, NO_CACHE, NO_STORE, answer
from maps.http.refusals import not_found
from maps.pages import csp
from maps.picture import bodies, discrepancies, exports
from maps.picture.fields import Ms, Row, filled
from maps.picture.filters import LEVELS, Filters, parse_filters
from maps.picture.network_file import NetworkBody, NetworkIndex, TileBody
from maps.picture.picture import Picture, StoreState
from maps.picture.shapes import FeedRow, word_of
from maps.picture.tiling import tile_named
from maps.search.entry import SearchHit, placed
from streams.contract.enums import AccessAction, Phase
from streams.state.store_health import Trouble


class Health(msgspec.Struct):
    """Whether all is well; if not, why. `warnings` do not count against it."""

    ok: bool
    reasons: list[str]
    warnings: list[str]


class FeedNow(FeedRow):
    """A feed; `status` is "held" where it is silent because no report can be taken in."""

    age_ms: Annotated[int, Meta(description="ms since its last success")] | None


class Feeds(Row):
    """How each feed is doing."""

    now_ms: Ms
    clock_ms: Ms | None
    store: StoreState
    trouble: Trouble
    feeds: list[FeedNow]
    dead_letters: Annotated[dict[str, int], Meta(description="refused messages, by topic and code")]


class SearchResults(msgspec.Struct):
    """What was asked for, and what it may mean, the likeliest first."""

    q: str
    results: list[SearchHit]


_BBOX = Parameter("bbox", "west,south,east,north in degrees, WGS84")
_LEVEL = Parameter("level", f"{', '.join(LEVELS)}; several with commas")
_PHASE = Parameter("phase", f"{', '.join(Phase)}; several with commas")
_VERSION = Parameter("version", "network version")
_HEALTH: Mapping[int, object] = {200: Health, 503: Health}


@Operation("GET", "/", "The operator map", {200: HTML_PAGE}, may=Permission.SEE)
async def get_operator(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    response = answer(request, context.pages.operator, cache=NO_CACHE)
    response.headers["Content-Security-Policy"] = context.pages.operator_policy
    return response


@Operation("GET", "/desk", "The complaint desk", {200: HTML_PAGE}, may=Permission.ANSWER)
async def get_desk(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    response = answer(request, context.pages.desk, cache=NO_CACHE)
    response.headers["Content-Security-Policy"] = context.pages.policy
    return response


@Operation(
    "GET", "/docs", "This document, to read and to try", {200: HTML_PAGE}, may=Permission.SEE
)
async def get_docs(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    response = answer(request, context.pages.docs, cache=NO_CACHE)
    response.headers["Content-Security-Policy"] = context.pages.policy
    return response


@Operation(
    "GET",
    "/static/{path:.+}",
    "A file of the pages; immutable when the path names its content",
    {200: ANY},
    refusals=(404,),
    parameters=(Parameter("path", "file below static"),),
    may=Permission.ANYBODY,
)
async def get_static(request: web.Request) -> web.StreamResponse:
    path = request.match_info["path"]
    body, is_named = request.app[CONTEXT].statics.find(path)
    if body is None:
        raise not_found("kind.file", path)
    response = answer(request, body, cache=IMMUTABLE if is_named else NO_CACHE)
    if path.endswith("-worker.js"):  # a worker's policy is the one its own file comes with
        response.headers["Content-Security-Policy"] = csp.WORKER_POLICY
    return response


def _of_version(request: web.Request) -> Context:
    """The context, where a request's version of the network is ours; else 404."""
    context, version = request.app[CONTEXT], request.match_info["version"]
    if version != context.network.version:
        raise not_found("kind.network", version)
    return context


@Operation(
    "GET",
    "/api/v1/network/{version}.json",
    "The roads, immutable",
    {200: NetworkBody},
    refusals=(404,),
    parameters=(_VERSION,),
    may=Permission.SEE,
)
async def get_network(request: web.Request) -> web.StreamResponse:
    context = _of_version(request)
    return answer(request, await context.network_file(), cache=IMMUTABLE)


@Operation(
    "GET",
    "/api/v1/network/{version}/index.json",
    "The network without its roads, immutable: what there is to read in tiles",
    {200: NetworkIndex},
    refusals=(404,),
    parameters=(_VERSION,),
    may=Permission.SEE,
)
async def get_network_index(request: web.Request) -> web.StreamResponse:
    context = _of_version(request)
    return answer(request, context.network_index, cache=IMMUTABLE)


@Operation(
    "GET",
    "/api/v1/network/{version}/tiles/{tile:.+}.json",
    "The roads of one tile, immutable",
    {200: TileBody},
    refusals=(404,),
    parameters=(_VERSION, Parameter("tile", "zoom/x/y")),
    may=Permission.SEE,
)
async def get_network_tile(request: web.Request) -> web.StreamResponse:
    context, name = _of_version(request), request.match_info["tile"]
    tile = tile_named(name)
    body = context.tile_file(tile) if tile else None
    if body is None:
        raise not_found("kind.tile", name)
    return answer(request, body, cache=IMMUTABLE)


@Operation(
    "GET",
    "/api/v1/snapshot",
    "The whole picture now; with a view or tiles, the links of these alone",
    {200: bodies.Snapshot},
    refusals=(400,),
    parameters=views.PARAMETERS,
    may=Permission.SEE,
)
async def get_snapshot(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    tiles = views.tiles_asked(request, context.tiling)
    body = context.snapshot() if tiles is None else context.snapshot_of(tiles)
    return answer(request, body, cache=NO_STORE)


@Operation(
    "GET",
    "/api/v1/tiles",
    "How the links of a view or of tiles are now, and nothing else",
    {200: bodies.TilesNow},
    refusals=(400,),
    parameters=views.PARAMETERS,
    may=Permission.SEE,
)
async def get_tiles(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    tiles = views.tiles_asked(request, context.tiling) or frozenset()
    return answer(request, context.states_of(tiles), cache=NO_STORE)


@Operation(
    "GET",
    "/api/v1/links/{id:.+}",
    "One link",
    {200: bodies.LinkBody},
    refusals=(404,),
    parameters=(Parameter("id", "link id"),),
    may=Permission.SEE,
)
async def get_link(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    link_id = request.match_info["id"]
    place = context.network.index.get(link_id)
    if place is None:
        raise not_found("kind.link", link_id)
    body = bodies.link_body(place, context.live.picture, context.network)
    body.tile = str(context.tiling.tile_of[place])
    return packed_answer(request, body)


@Operation(
    "GET",
    "/api/v1/links.geojson",
    "Links with their state",
    {
        200: (exports.GEOJSON, exports.FeatureCollection[exports.LinkProperties]),
        304: None,
    },
    refusals=(400,),
    parameters=(_BBOX, _LEVEL),
    may=Permission.EXPORT,
    records=AccessAction.DOWNLOAD,
    does="export.links",
    asks_why=True,
)
async def get_links_geojson(request: web.Request) -> web.StreamResponse:
    filters = parse_filters(request.query, ("bbox", "level"))
    return await _export(request, "links.geojson", filters)


@Operation(
    "GET",
    "/api/v1/works.geojson",
    "Works",
    {
        200: (exports.GEOJSON, exports.FeatureCollection[exports.WorkProperties]),
        304: None,
    },
    refusals=(400,),
    parameters=(_BBOX, _PHASE),
    may=Permission.EXPORT,
    records=AccessAction.DOWNLOAD,
    does="export.works",
    asks_why=True,
)
async def get_works_geojson(request: web.Request) -> web.StreamResponse:
    filters = parse_filters(request.query, ("bbox", "phase"))
    return await _export(request, "works.geojson", filters)


@Operation(
    "GET",
    "/api/v1/works.csv",
    "Works for a spreadsheet",
    {200: exports.CSV, 304: None},
    refusals=(400,),
    parameters=(_BBOX, _PHASE),
    may=Permission.EXPORT,
    records=AccessAction.DOWNLOAD,
    does="export.works_table",
    asks_why=True,
)
async def get_works_csv(request: web.Request) -> web.StreamResponse:
    filters = parse_filters(request.query, ("bbox", "phase"))
    return await _export(request, "works.csv", filters)


async def _export(request: web.Request, name: str, filters: Filters) -> web.StreamResponse:
    context = request.app[CONTEXT]
    build = partial(_export_bytes, name, context, filters)
    kind = exports.CSV if name.endswith(".csv") else exports.GEOJSON
    body = await context.export((name, filters), build, kind)
    counted(request, body.rows)
    response = answer(request, body, cache=NO_CACHE)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _export_bytes(
    name: str, context: Context, filters: Filters, picture: Picture
) -> tuple[bytes, int]:
    """An export, and how many rows or features it holds."""
    network, simulated = context.network, context.is_simulated
    if name == "works.csv":
        rows = len(exports.passing_works(picture, network, filters))
        return exports.works_csv(picture, network, filters, is_simulated=simulated), rows
    if name == "links.geojson":
        links = exports.links_geojson(picture, network, filters, is_simulated=simulated)
        return bodies.encode(links), len(links.features)
    works = exports.works_geojson(picture, network, filters, is_simulated=simulated)
    return bodies.encode(works), len(works.features)


@Operation(
    "GET",
    "/api/v1/discrepancies",
    "Where what happens is not what was declared, with the buses that show it",
    {200: discrepancies.Discrepancies},
    may=Permission.SEE,
)
async def get_discrepancies(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    found = discrepancies.discrepancies_of(context.live.picture, context.network)
    return packed_answer(request, found)


@Operation(
    "GET",
    "/api/v1/search",
    "Stretches, stops, routes, places, addresses, works; initials and slips too",
    {200: SearchResults},
    parameters=(Parameter("q", "what to find"),),
    may=Permission.SEE,
)
async def get_search(request: web.Request) -> web.StreamResponse:
    query = request.query.get("q", "")
    context = request.app[CONTEXT]
    results = context.searched().search(query)
    if context.tiling.is_large:  # a page need not have met the links to go there
        results = [placed(hit, context.network) for hit in results]
    return packed_answer(request, SearchResults(query[:500], results))


@Operation("GET", "/api/v1/feeds", "How each feed is doing", {200: Feeds}, may=Permission.SEE)
async def get_feeds(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    now_ms, picture = context.live.now_ms(), context.live.picture
    trouble = context.live.health.trouble
    rows = bodies.feed_rows(picture, now_ms)
    counts = await context.read_counts()
    body = Feeds(
        now_ms=now_ms,
        clock_ms=picture.clock_ms,
        store=context.live.store_state,
        trouble=trouble,
        feeds=[
            filled(
                FeedNow,
                row,
                status=word_of(row.status, trouble),
                age_ms=now_ms - row.last_success_ms if row.last_success_ms else None,
            )
            for row in rows
        ],
        dead_letters=health.dead_letters(counts),
    )
    return packed_answer(request, body)


@Operation("GET", "/livez", "Whether the process works", _HEALTH, may=Permission.ANYBODY)
async def get_livez(request: web.Request) -> web.StreamResponse:
    reasons = health.reasons_not_live(request.app[CONTEXT].tasks)
    return _health(reasons)


@Operation("GET", "/readyz", "Whether it shows the state now", _HEALTH, may=Permission.ANYBODY)
async def get_readyz(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    reasons = health.reasons_not_live(context.tasks)
    other = await context.live.other_network()
    counts = await context.read_counts()
    warnings = health.warnings(context.live.health, counts)
    return _health([*reasons, *health.reasons_not_ready(context.live, other)], warnings)


def _health(reasons: list[str], warnings: Sequence[str] = ()) -> web.Response:
    body = Health(not reasons, reasons, list(warnings))
    return json_answer(body, status=503 if reasons else 200)


@Operation("GET", "/metrics", "Figures for Prometheus", {200: TEXT}, may=Permission.FIGURES)
async def get_metrics(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    counts = await context.read_counts()
    lookups = request.app[desk.DESK].lookups
    known = counts if context.is_counted else None
    body = metrics(context.live, known, context.live.now_ms(), lookups)
    headers = {"Content-Type": CONTENT_TYPE_PLAIN_0_0_4, "Cache-Control": NO_STORE}
    return web.Response(body=body, headers=headers)


@Operation(
    "GET",
    "/api/v1/openapi.json",
    "The document that this page shows",
    {200: dict},
    may=Permission.SEE,
)
async def get_openapi(request: web.Request) -> web.StreamResponse:
    return packed_answer(request, document(request.app[CONTEXT].settings.city, OPERATIONS))


_MODULES = (
    *(
        basemap,
        stream,
        desk,
        past,
        past_days,
        changes,
        map_file,
        calls,
        crew,
        crew_page,
        crew_links,
    ),
    *(crew_photos, closures, alerts, situations, shifts, events, subscriptions, truth, corridors),
    *(
        datasets,
        dataset_files,
        statistics,
        reports,
        wall,
        sessions,
        own_account,
        passkeys,
        oidc,
        accounts,
    ),
    records,
)
OPERATIONS = (
    *operations_in(vars(days)),  # before the link itself, whose id may have slashes
    *operations_in(globals()),
    *(each for module in _MODULES for each in operations_in(vars(module))),
)
