"""The handlers of every address, and the table of them."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from aiohttp import web

from maps.api import alerts as alerts_api
from maps.api import calls as calls_api
from maps.api import changes as changes_api
from maps.api import crew as crew_api
from maps.api import crew_photos, health, openapi
from maps.api import desk as desk_api
from maps.api import events as events_api
from maps.api import past as time_api
from maps.api import subscriptions as subscriptions_api
from maps.api.context import CONTEXT, JSON, Context
from maps.api.stream import get_stream
from maps.http.answers import IMMUTABLE, NO_CACHE, NO_STORE, answer, body_of
from maps.http.refusals import not_found
from maps.pages import csp
from maps.pages.pages import HTML
from maps.picture import bodies, exports
from maps.picture.filters import Filters, parse_filters
from maps.picture.picture import Picture
from maps.picture.shapes import word_of, work_row


async def get_operator(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    response = answer(request, context.pages.operator, cache=NO_CACHE)
    response.headers["Content-Security-Policy"] = context.pages.operator_policy
    return response


async def get_desk(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    response = answer(request, context.pages.desk, cache=NO_CACHE)
    response.headers["Content-Security-Policy"] = context.pages.policy
    return response


async def get_work(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    work_id = request.match_info["work_id"]
    live = context.live
    work = live.picture.works.get(work_id)
    if work is None:
        raise not_found("kind.work", work_id)
    row = work_row(work_id, work, context.network)
    links = [_link_state(context, place) for place in row["links"]]
    text = context.pages.work(
        row,
        links,
        now_ms=live.now_ms(),
        store=live.store_state,
        clock_ms=live.picture.clock_ms,
        crew=crew_api.page_facts(request, work_id),
    )
    response = answer(request, body_of(text.encode(), HTML), cache=NO_STORE)
    response.headers["Content-Security-Policy"] = context.pages.policy
    response.headers["Referrer-Policy"] = "no-referrer"  # the address may hold a crew's token
    return response


def _link_state(context: Context, place: int) -> dict[str, Any]:
    link = context.network.links[place]
    view = {**bodies.EMPTY_VIEW, **(context.live.picture.links.get(place) or {})}
    names = ("level", "speed_kmh", "certainty", "observed_ms")
    own = {"id": link.id, "name": link.name, "road_name": link.road_name}
    return {**own, **{name: view[name] for name in names}}


async def get_static(request: web.Request) -> web.StreamResponse:
    """A file; kept for ever by clients that name its content."""
    path = request.match_info["path"]
    body, is_named = request.app[CONTEXT].statics.find(path)
    if body is None:
        raise not_found("kind.file", path)
    response = answer(request, body, cache=IMMUTABLE if is_named else NO_CACHE)
    if path.endswith("-worker.js"):  # a worker's policy is the one its own file comes with
        response.headers["Content-Security-Policy"] = csp.WORKER_POLICY
    return response


async def get_network(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    version = request.match_info["version"]
    if version != context.network.version:
        raise not_found("kind.network", version)
    return answer(request, context.network_file, cache=IMMUTABLE)


async def get_snapshot(request: web.Request) -> web.StreamResponse:
    return answer(request, request.app[CONTEXT].snapshot(), cache=NO_STORE)


async def get_link(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    link_id = request.match_info["id"]
    place = context.network.index.get(link_id)
    if place is None:
        raise not_found("kind.link", link_id)
    return _json(request, bodies.link_body(place, context.live.picture, context.network))


async def get_links_geojson(request: web.Request) -> web.StreamResponse:
    filters = parse_filters(request.query, ("bbox", "level"))
    return await _export(request, "links.geojson", filters)


async def get_works_geojson(request: web.Request) -> web.StreamResponse:
    filters = parse_filters(request.query, ("bbox", "phase"))
    return await _export(request, "works.geojson", filters)


async def get_works_csv(request: web.Request) -> web.StreamResponse:
    filters = parse_filters(request.query, ("bbox", "phase"))
    return await _export(request, "works.csv", filters)


async def _export(request: web.Request, name: str, filters: Filters) -> web.StreamResponse:
    context = request.app[CONTEXT]
    build = partial(_export_bytes, name, context, filters)
    kind = exports.CSV if name.endswith(".csv") else exports.GEOJSON
    body = await context.export((name, filters), build, kind)
    response = answer(request, body, cache=NO_CACHE)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _export_bytes(name: str, context: Context, filters: Filters, picture: Picture) -> bytes:
    if name == "works.csv":
        simulated = context.is_simulated
        return exports.works_csv(picture, context.network, filters, is_simulated=simulated)
    build = exports.links_geojson if name == "links.geojson" else exports.works_geojson
    return bodies.encode(
        build(picture, context.network, filters, is_simulated=context.is_simulated)
    )


async def get_search(request: web.Request) -> web.StreamResponse:
    query = request.query.get("q", "")
    results = request.app[CONTEXT].searched().search(query)
    return _json(request, {"q": query[:500], "results": results})


async def get_feeds(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    now_ms, picture = context.live.now_ms(), context.live.picture
    rows = bodies.feed_rows(picture, now_ms)
    trouble = context.live.health.trouble
    for row in rows:
        row["status"] = word_of(row["status"], trouble)
        row["age_ms"] = now_ms - row["last_success_ms"] if row["last_success_ms"] else None
    counts = await context.read_counts()
    body = {
        "now_ms": now_ms,
        "clock_ms": picture.clock_ms,
        "store": context.live.store_state,
        "trouble": trouble,
        "feeds": rows,
        "dead_letters": health.dead_letters(counts),
    }
    return _json(request, body)


async def get_livez(request: web.Request) -> web.StreamResponse:
    reasons = health.reasons_not_live(request.app[CONTEXT].tasks)
    return _health(reasons)


async def get_readyz(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    reasons = health.reasons_not_live(context.tasks)
    other = await context.live.other_network()
    counts = await context.read_counts()
    warnings = health.warnings(context.live.health, counts)
    return _health([*reasons, *health.reasons_not_ready(context.live, other)], warnings)


def _health(reasons: list[str], warnings: Sequence[str] = ()) -> web.Response:
    body = {"ok": not reasons, "reasons": reasons, "warnings": warnings}
    status = 503 if reasons else 200
    return web.json_response(body, status=status, headers={"Cache-Control": NO_STORE})


async def get_metrics(request: web.Request) -> web.StreamResponse:
    context = request.app[CONTEXT]
    counts = await context.read_counts()
    lookups = request.app[desk_api.DESK].lookups
    text = health.metrics(context.live, counts, context.live.now_ms(), lookups)
    headers = {
        "Content-Type": "text/plain; version=0.0.4; charset=utf-8",
        "Cache-Control": NO_STORE,
    }
    return web.Response(body=text.encode(), headers=headers)


async def get_openapi(request: web.Request) -> web.StreamResponse:
    return _json(request, openapi.document(request.app[CONTEXT].settings.city))


def _json(request: web.Request, body: Any) -> web.Response:
    return answer(request, body_of(bodies.encode(body), JSON), cache=NO_STORE)


ROUTES = (
    web.get("/", get_operator),
    web.get("/desk", get_desk),
    web.get("/w/{work_id:.+}", get_work),
    web.get("/static/{path:.+}", get_static),
    web.get("/api/v1/network/{version}.json", get_network),
    web.get("/api/v1/snapshot", get_snapshot),
    web.get("/api/v1/stream", get_stream, allow_head=False),
    web.get("/api/v1/links/{id:.+}", get_link),
    web.get("/api/v1/links.geojson", get_links_geojson),
    web.get("/api/v1/works.geojson", get_works_geojson),
    web.get("/api/v1/works.csv", get_works_csv),
    web.get("/api/v1/search", get_search),
    web.get("/api/v1/feeds", get_feeds),
    *desk_api.ROUTES,
    *time_api.ROUTES,
    *changes_api.ROUTES,
    *calls_api.ROUTES,
    *crew_api.ROUTES,
    *crew_photos.ROUTES,
    *alerts_api.ROUTES,
    *events_api.ROUTES,
    *subscriptions_api.ROUTES,
    web.get("/api/v1/openapi.json", get_openapi),
    web.get("/livez", get_livez),
    web.get("/readyz", get_readyz),
    web.get("/metrics", get_metrics),
)
