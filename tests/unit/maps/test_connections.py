"""Connections that ask nothing are cut; those that ask are not."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from local.waiting import until
from maps.http.connections import CONNECTIONS, Connections, count_asking

WITHIN_S = 10.0
Reached = tuple[str, int, Connections]
Unwatched = tuple[str, int, Connections, web.Server]


async def slowly(_: web.Request) -> web.Response:
    await asyncio.sleep(1.2)
    return web.Response(text="done")


async def at_once(_: web.Request) -> web.Response:
    return web.Response(text="at once")


@pytest.fixture
async def unwatched() -> AsyncIterator[Unwatched]:
    """A server that lets an idle connection stand for half a second, and one address have three."""
    app = web.Application(middlewares=[count_asking])
    app[CONNECTIONS] = Connections(idle_s=0.5, most_of_one=3)
    app.router.add_get("/", slowly)
    app.router.add_get("/at-once", at_once)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        assert runner.server is not None
        host, port = runner.addresses[0][:2]
        yield host, port, app[CONNECTIONS], runner.server
    finally:
        await runner.cleanup()


@pytest.fixture
async def served(unwatched: Unwatched) -> AsyncIterator[Reached]:
    """It looks by itself."""
    host, port, connections, server = unwatched
    watching = asyncio.create_task(connections.watch(server))
    yield host, port, connections
    watching.cancel()


async def has(server: web.Server, count: int) -> None:
    """Wait until it has accepted so many connections."""
    await until(lambda: len(server.connections), "connections", lambda seen: seen >= count)


async def answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    writer.write(b"GET /at-once HTTP/1.1\r\nHost: a\r\n\r\n")
    async with asyncio.timeout(WITHIN_S):
        return (await reader.readuntil(b"at once")).startswith(b"HTTP/1.1 200")


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
    await until(lambda: connections.cut, "two that are cut", lambda seen: seen == 2)
    for _, writer in opened:
        writer.close()


async def test_of_one_address_the_longest_idle_are_cut(unwatched: Unwatched) -> None:
    """Two that came first and said half a head go; one that asked since, and new ones, stay."""
    host, port, connections, server = unwatched
    connections.idle_s = 60
    asked = await asyncio.open_connection(host, port)
    slow = [await asyncio.open_connection(host, port) for _ in range(2)]
    for _, writer in slow:
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n")
    await has(server, 3)
    connections.look(server, 1.0)
    assert await answered(*asked)
    connections.look(server, 2.0)
    new = [await asyncio.open_connection(host, port) for _ in range(2)]
    await has(server, 5)
    connections.look(server, 3.0)
    assert connections.cut == 2
    assert [await is_cut(reader) for reader, _ in slow] == [True, True]
    for reader, writer in (asked, *new):
        assert await answered(reader, writer)
    for _, writer in (asked, *slow, *new):
        writer.close()
