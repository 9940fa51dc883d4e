"""The basemap's file, of which a page reads the parts it shows."""

from aiohttp import web

from maps.access.roles import Permission
from maps.api.context import CONTEXT
from maps.api.operation import Operation, Parameter
from maps.http.answers import IMMUTABLE
from maps.http.ranges import span_of
from maps.http.refusals import RequestRefusedError, not_found

PMTILES = "application/vnd.pmtiles"


@Operation(
    "GET",
    "/api/v1/basemap/{version}.pmtiles",
    "The ground under the roads as a PMTiles archive, immutable; a Range is answered with 206",
    {200: PMTILES, 206: PMTILES, 304: None},
    refusals=(404, 416),
    parameters=(Parameter("version", "basemap version"),),
    may=Permission.SEE,
)
async def get_basemap(request: web.Request) -> web.StreamResponse:
    basemap, version = request.app[CONTEXT].basemap, request.match_info["version"]
    if basemap is None or version != basemap.version:
        raise not_found("kind.basemap", version)
    etag, size = f'"{version}"', len(basemap.body)
    headers = {"Cache-Control": IMMUTABLE, "ETag": etag, "Accept-Ranges": "bytes"}
    if etag in request.headers.get("If-None-Match", ""):
        return web.Response(status=304, headers=headers)
    is_same = request.headers.get("If-Range", etag) == etag
    try:
        span = span_of(request.headers.get("Range", ""), size) if is_same else None
    except ValueError:
        raise RequestRefusedError(416, "refused.range", size=size) from None
    headers["Content-Type"] = PMTILES
    if span is None:
        return web.Response(body=basemap.body, headers=headers)
    first, end = span
    headers["Content-Range"] = f"bytes {first}-{end - 1}/{size}"
    return web.Response(status=206, body=basemap.body[first:end], headers=headers)
