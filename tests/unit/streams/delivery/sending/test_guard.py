"""Endpoints that answer too much, too slowly or not at all."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from streams.contract.grammars import networks
from streams.delivery.sending import guard
from streams.delivery.sending.guard import Reply

HERE = networks("127.0.0.0/8")
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def endpoint(answer: Answer) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


async def posted(answer: Answer, *, times: int = 1) -> Reply:
    async with endpoint(answer) as url, guard.session(HERE) as client:
        named = url.replace("127.0.0.1", "localhost")  # no cookie is kept of a number
        for _ in range(times):
            reply = await guard.post(client, named, {"webhook-id": "a"}, b"{}")
        return reply


async def test_an_answer_is_its_status_and_when_to_come_again() -> None:
    async def answer(request: web.Request) -> web.Response:
        assert request.content_type == "application/json"
        assert request.headers["webhook-id"] == "a"
        return web.Response(status=503, headers={"Retry-After": "120"}, text="x" * 100)

    assert await posted(answer) == Reply(503, "120")


async def test_of_an_endless_answer_little_is_read() -> None:
    sent = 0

    async def answer(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            for _ in range(1024):
                await response.write(b"x" * (1 << 20))
                sent += 1 << 20
        except ConnectionError:
            pass
        return response

    assert await posted(answer) == Reply(200)
    assert sent < 64 << 20  # what the kernel's buffers take, not the gigabyte


async def test_an_answer_that_drips_has_said_its_status(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "ANSWER_S", 0.2)
    stopped = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b".")
                await asyncio.sleep(0.02)
        except (ConnectionError, asyncio.CancelledError):
            stopped.set()
            raise

    async with asyncio.timeout(5):
        assert await posted(answer) == Reply(200)
        await stopped.wait()  # and it has lost its connection


async def test_a_connection_is_used_again_when_the_answer_was_read() -> None:
    peers = set()

    async def answer(request: web.Request) -> web.Response:
        assert request.transport is not None
        peers.add(request.transport.get_extra_info("peername"))
        return web.Response(status=204)

    assert await posted(answer, times=3) == Reply(204)
    assert len(peers) == 1


async def test_neither_proxies_nor_cookies_are_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")  # nobody listens there
    cookies = []

    async def answer(request: web.Request) -> web.Response:
        cookies.append(request.headers.get("Cookie"))
        return web.Response(status=200, headers={"Set-Cookie": "a=b"})

    assert await posted(answer, times=2) == Reply(200)
    assert cookies == [None, None]


async def test_an_address_that_is_not_allowed_is_told_from_one_that_is_away() -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response()

    async with endpoint(answer) as url:
        pass
    for allowed, expected in ((HERE, False), ((), True)):
        async with guard.session(allowed) as client:
            with pytest.raises(aiohttp.ClientConnectorError) as failure:
                await guard.post(client, url, {}, b"{}")
            assert guard.is_forbidden(failure.value) is expected
