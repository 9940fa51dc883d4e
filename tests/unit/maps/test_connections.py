"""Connections that ask nothing are cut; those that ask are not."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from maps.http.connections import CONNECTIONS, Connections, count_asking

WITHIN_S = 10.0
Reached = tuple[str, int, Connections]


async def slowly(_: web.Request) -> web.Response:
    await asyncio.sleep(1.2)
    return web.Response(text="done")


@pytest.fixture
async def served() -> AsyncIterator[Reached]:
    """A server that cuts after half a second, and lets one address have three."""
    app = web.Application(middlewares=[count_asking])
    app[CONNECTIONS] = Connections(idle_s=0.5, most_of_one=3)
    app.router.add_get("/", slowly)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    assert runner.server is not None
    watching = asyncio.create_task(app[CONNECTIONS].watch(runner.server))
    host, port = runner.addresses[0][:2]
    yield host, port, app[CONNECTIONS]
    watching.cancel()
    await runner.cleanup()


async def is_cut(reader: asyncio.StreamReader) -> bool:
    try:
        async with asyncio.timeout(WITHIN_S):
            return await reader.read() == b""
    except ConnectionError:
        return True


async def test_half_a_head_is_cut(served: Reached) -> None:
    host, port, connections = served
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n")
    assert await is_cut(reader)
    assert connections.cut == 1
    writer.close()


async def test_what_asks_is_answered_however_long_it_takes(served: Reached) -> None:
    host, port, _ = served
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    async with asyncio.timeout(WITHIN_S):
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        await reader.readuntil(b"done")
    assert await reader.read() == b""  # and then it asked nothing more
    writer.close()


async def test_one_address_has_so_many(served: Reached) -> None:
    host, port, connections = served
    connections.idle_s = 60
    opened = [await asyncio.open_connection(host, port) for _ in range(5)]
    deadline = time.monotonic() + WITHIN_S
    while connections.cut < 2 and time.monotonic() < deadline:  # noqa: ASYNC110 - no event says it
        await asyncio.sleep(0.05)
    assert connections.cut == 2
    for _, writer in opened:
        writer.close()
