"""Who stands at the door of TLS and says nothing keeps nobody out, and takes little memory."""

import asyncio
import socket
import ssl
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from maps.http import door
from maps.http.door import Handshakes
from streams.contract.tls import Tls

WITHIN_S = 10.0
Listening = tuple[int, Handshakes]


@pytest.fixture
async def listening(tmp_path: Path) -> AsyncIterator[Listening]:
    """A server with TLS at whose door five of one address may stand."""
    runner = web.AppRunner(web.Application())
    await runner.setup()
    try:
        at_door = await door.listen(
            runner, "127.0.0.1", 0, Tls.of(str(tmp_path), ["localhost"]).context
        )
        at_door.most_of_one = 5
        yield runner.addresses[0][1], at_door
    finally:
        await runner.cleanup()


async def silent(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", port)


async def asked(port: int) -> bytes:
    """The first line of what a browser is answered."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    line = await reader.readline()
    writer.close()
    return line


async def is_cut(reader: asyncio.StreamReader) -> bool:
    """Whether the server ends it within a second."""
    try:
        return await asyncio.wait_for(reader.read(), 1) == b""
    except TimeoutError:
        return False


async def test_the_oldest_that_say_nothing_go_and_a_browser_comes_in(listening: Listening) -> None:
    port, at_door = listening
    async with asyncio.timeout(WITHIN_S):
        crowd = [await silent(port) for _ in range(8)]
        assert (await asked(port)).startswith(b"HTTP/1.1 404")
        cut = [await is_cut(reader) for reader, _ in crowd]
        assert cut == [True] * 4 + [False] * 4
        assert at_door.cut == 4
    for _, writer in crowd:
        writer.close()


async def test_who_came_in_or_left_stands_at_the_door_no_more(listening: Listening) -> None:
    port, at_door = listening
    async with asyncio.timeout(WITHIN_S):
        for _ in range(3 * at_door.most_of_one):
            assert (await asked(port)).startswith(b"HTTP/1.1 404")
    assert at_door.cut == 0


async def test_a_silent_connection_takes_little_memory(listening: Listening) -> None:
    port, at_door = listening
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        async with asyncio.timeout(WITHIN_S):
            crowd = [await silent(port) for _ in range(at_door.most_of_one)]
            assert (await asked(port)).startswith(b"HTTP/1.1 404")  # all before it are accepted
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 100_000 * (len(crowd) + 1)
    for _, writer in crowd:
        writer.close()


def test_of_all_together_there_are_only_so_many() -> None:
    ends = [socket.socketpair() for _ in range(4)]
    at_door = Handshakes(frozenset, most_of_all=3)
    for number, (one, _) in enumerate(ends):
        at_door.began(one, (f"10.0.0.{number}", 1))
    assert at_door.cut == 1
    assert ends[0][1].recv(1) == b""
    with pytest.raises(BlockingIOError):
        ends[1][1].recv(1, socket.MSG_DONTWAIT)
    for pair in ends:
        for each in pair:
            each.close()


def test_an_ipv6_network_is_one() -> None:
    ends = [socket.socketpair() for _ in range(3)]
    at_door = Handshakes(frozenset, most_of_one=2)
    for number, (one, _) in enumerate(ends):
        at_door.began(one, (f"2001:db8::{number}", 1))
    assert at_door.cut == 1
    for pair in ends:
        for each in pair:
            each.close()
