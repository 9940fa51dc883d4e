"""The sink as a receiver: what it answers to what it is sent."""

import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from streams.contract.grammars import networks
from streams.delivery.command.ledger import Ledger
from streams.delivery.command.sink import make_app
from streams.delivery.deciding.message import trial_of
from streams.delivery.deciding.secrets import endpoint_secret
from streams.delivery.deciding.signing import sign
from streams.delivery.sending import guard

MASTER = "an example master key, never used in earnest"
OURS, NEXT, OTHER = (endpoint_secret(MASTER.encode(), "ep_1", n) for n in (1, 2, 3))


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
async def sink(ledger: Ledger) -> AsyncIterator[str]:
    runner = web.AppRunner(make_app(ledger, [OURS]))
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/any/path"
    finally:
        await runner.cleanup()


async def test_the_sink_takes_what_is_genuine_once_and_refuses_the_rest(
    sink: str, ledger: Ledger
) -> None:
    now_s = int(time.time())
    body = trial_of("test_1", at_ms=now_s * 1000)
    good = sign([NEXT, OURS], "test_1", now_s, body)
    sent: list[tuple[dict[str, str], bytes, int]] = [
        (good, body, 204),
        (good, body, 204),
        (sign([OTHER], "test_2", now_s, body), body, 401),
        (sign([OURS], "test_3", now_s - 301, body), body, 401),
        ({}, body, 401),
        (sign([OURS], "test_4", now_s, b"no"), b"no", 400),
        (sign([OURS], "test_5", now_s, b"x" * 20_001), b"x" * 20_001, 400),
    ]
    async with guard.session(networks("127.0.0.0/8")) as client:
        for headers, raw, status in sent:
            assert (await guard.post(client, sink, headers, raw)).status == status
    assert ledger.counts == {"ok": 1, "repeat": 1, "forged": 3, "unreadable": 2}


async def test_the_sink_says_nothing_to_who_asks(sink: str) -> None:
    async with aiohttp.ClientSession() as client, client.get(sink) as answer:
        assert answer.status == 405
