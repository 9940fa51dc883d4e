"""Who stands at the door of TLS and says nothing keeps nobody out, and takes little memory."""

import asyncio
import errno
import gc
import socket
import ssl
import tracemalloc
from asyncio.sslproto import SSLProtocol
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from maps.http import door
from maps.http.connections import MOST_OF_ONE
from maps.http.door import Handshakes
from streams.contract.tally import SAY_EVERY_S
from streams.contract.tls import Tls

WITHIN_S = 10.0
AT_ONCE = 125  # the system keeps 128 at a listening socket
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


async def asked(port: int, through: socket.socket | None = None) -> bytes:
    """The first line of what a browser is answered, through a connection that it has or a new
    one.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    to: dict[str, Any] = {"sock": through} if through else {"host": "127.0.0.1", "port": port}
    to["server_hostname"] = "localhost"
    reader, writer = await asyncio.open_connection(ssl=context, **to)
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


async def test_an_office_that_comes_at_once_after_the_server_stood_comes_in(
    listening: Listening,
) -> None:
    """All are accepted before one handshake takes a step: the loop stands while they connect."""
    port, at_door = listening
    at_door.most_of_one = Handshakes(frozenset).most_of_one
    assert at_door.most_of_one == MOST_OF_ONE
    come = [socket.create_connection(("127.0.0.1", port), WITHIN_S) for _ in range(AT_ONCE)]
    async with asyncio.timeout(3 * WITHIN_S):
        lines = await asyncio.gather(*(asked(port, each) for each in come), return_exceptions=True)
    assert {bytes(line[:12]) if isinstance(line, bytes) else line for line in lines} == {
        b"HTTP/1.1 404"
    }
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


async def test_who_is_cut_leaves_nothing_for_the_collector(listening: Listening) -> None:
    port, at_door = listening
    crowd = []
    gc.collect()
    gc.disable()
    try:
        async with asyncio.timeout(WITHIN_S):
            for _ in range(6):
                crowd += [await silent(port) for _ in range(at_door.most_of_one - 1)]
                assert (await asked(port)).startswith(b"HTTP/1.1 404")  # all before it are accepted
            for reader, _ in crowd[: at_door.cut]:
                assert await reader.read() == b""
        kept = sum(isinstance(each, SSLProtocol) for each in gc.get_objects())
    finally:
        gc.enable()
    assert at_door.cut >= 3 * at_door.most_of_one
    assert kept <= at_door.most_of_one + 2 * 6  # and both ends of each browser that asked
    for _, writer in crowd:
        writer.close()


async def test_of_all_together_there_are_only_so_many() -> None:
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


async def test_an_ipv6_network_is_one() -> None:
    ends = [socket.socketpair() for _ in range(3)]
    at_door = Handshakes(frozenset, most_of_one=2)
    for number, (one, _) in enumerate(ends):
        at_door.began(one, (f"2001:db8::{number}", 1))
    assert at_door.cut == 1
    for pair in ends:
        for each in pair:
            each.close()


async def test_what_is_cut_is_said_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    ends = [socket.socketpair() for _ in range(7)]
    at_door = Handshakes(frozenset, most_of_one=1)

    def come(number: int) -> None:
        at_door.began(ends[number][0], ("10.0.0.1", number))

    for number in range(5):
        come(number)
    assert [vars(each)["count"] for each in caplog.records] == [1]
    at_door._unsaid._said_s -= SAY_EVERY_S
    come(5)
    come(6)
    assert [vars(each)["count"] for each in caplog.records] == [1, 4]
    assert at_door.cut == 6
    assert "10.0.0.1" not in caplog.text
    for pair in ends:
        for each in pair:
            each.close()


class NoIpv6(door.Door):
    """What a kernel whose IPv6 is off gives."""

    def __init__(self, family: int, kind: int, protocol: int) -> None:
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
        super().__init__(family, kind, protocol)


async def test_where_ipv6_is_off_the_others_are_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the kernel has, a host that is none has an address of IPv6 as well."""
    monkeypatch.setattr(door, "Door", NoIpv6)
    context = Tls.of(str(tmp_path), ["localhost"]).context
    runner = web.AppRunner(web.Application())
    await runner.setup()
    try:
        with pytest.raises(OSError, match="annot assign") as refused:
            await door.listen(runner, "::1", 0, context)
        assert refused.value.errno == errno.EADDRNOTAVAIL
        await door.listen(runner, "", 0, context)
        (address,) = runner.addresses
        async with asyncio.timeout(WITHIN_S):
            assert (await asked(address[1])).startswith(b"HTTP/1.1 404")
    finally:
        await runner.cleanup()
