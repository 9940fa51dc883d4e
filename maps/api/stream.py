"""GET /api/v1/stream: one reader's connection; what goes over it was made for all at once."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from aiohttp import web

from maps.access.guard import GUARD, who_of
from maps.access.roles import Permission
from maps.api import views
from maps.api.context import CONTEXT
from maps.api.operation import SSE, Operation, Parameter
from maps.http.answers import takes_gzip
from maps.http.refusals import RequestRefusedError
from maps.picture.bodies import Delta
from maps.picture.broadcast import GZIP_HEADER, Block, StreamClient
from maps.picture.tiling import Tile

LOOK_S = 5.0  # how late an open stream notices that its login has ended
MOST_OF_ONE = 50
"""Streams of one account: a wall of screens has fewer, and no account takes them all."""
OPEN = web.AppKey("streams_open", Counter[str])
_QUIET = Block(b"", b"")
_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # a proxy that gathers bytes would hold events back
    "Vary": "Accept-Encoding",
}


def add_stream(app: web.Application) -> None:
    """The count of open streams by account."""
    app[OPEN] = Counter()


@Operation(
    "GET",
    "/api/v1/stream",
    "Deltas as server-sent events: d (Delta), resync (start over from a snapshot)",
    {200: (SSE, Delta)},
    refusals=(400, 429, 503),
    parameters=(
        Parameter("since", "delta id the reader stands at; the Last-Event-ID header wins"),
        *views.PARAMETERS,
    ),
    route_options={"allow_head": False},
    may=Permission.SEE,
)
async def get_stream(request: web.Request) -> web.StreamResponse:
    """Server-sent events from `Last-Event-ID` or `since` on, until either side ends it."""
    context = request.app[CONTEXT]
    live, tiles = context.live, views.tiles_asked(request, context.tiling)
    if live.broadcast.is_full:
        raise RequestRefusedError(503, "refused.too_many_readers")
    account = who_of(request).account
    if account and request.app[OPEN][account] >= MOST_OF_ONE:
        raise RequestRefusedError(429, "refused.too_many_readers")
    # A browser that comes back sends the header; the address still has where it first began.
    since = request.headers.get("Last-Event-ID") or request.query.get("since", "")
    is_packed = takes_gzip(request)
    response = web.StreamResponse(headers=_HEADERS)
    if is_packed:
        response.headers["Content-Encoding"] = "gzip"
    with _counted(request.app[OPEN], account):
        return await _follow(request, response, since, tiles)


@contextmanager
def _counted(opened: Counter[str], account: str) -> Iterator[None]:
    opened[account] += 1
    try:
        yield
    finally:
        opened[account] -= 1
        if not opened[account]:
            del opened[account]


async def _follow(
    request: web.Request,
    response: web.StreamResponse,
    since: str,
    tiles: frozenset[Tile] | None,
) -> web.StreamResponse:
    live = request.app[CONTEXT].live
    await response.prepare(request)
    reader, blocks = await live.open(since, partial(_cut, request), tiles)
    try:
        await _write_all(request, response, reader, blocks)
    except ConnectionError:
        return response
    finally:
        live.broadcast.leave(reader)
    return response


async def _write_all(
    request: web.Request, response: web.StreamResponse, reader: StreamClient, blocks: list[Block]
) -> None:
    """Write until either side ends it, or the login it began with does."""
    is_packed, looked_s = takes_gzip(request), time.monotonic()
    await response.write((GZIP_HEADER if is_packed else b"") + _joined(blocks, is_packed=is_packed))
    while True:
        try:
            async with asyncio.timeout(LOOK_S):
                block = await reader.waiting.get()
        except TimeoutError:
            block = _QUIET  # only the login is looked at
        if block is None:
            return
        if block is not _QUIET:
            await response.write(_joined([block], is_packed=is_packed))
        if time.monotonic() - looked_s >= LOOK_S:
            looked_s = time.monotonic()
            if not await _may_stay(request):
                return


async def _may_stay(request: web.Request) -> bool:
    try:
        return (await request.app[GUARD].who(request)).may(Permission.SEE)
    except RequestRefusedError:
        return False


def _joined(blocks: list[Block], *, is_packed: bool) -> bytes:
    return b"".join(block.deflated if is_packed else block.plain for block in blocks)


def _cut(request: web.Request) -> None:
    """Drop the connection at once; what waits in its buffers is of no use any more."""
    if request.transport is not None:
        request.transport.abort()
