"""A map server in the test's own process, what is written for it, and what its stream brings."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

from maps.server import build_app
from streams.contract.grammars import LoginMode
from streams.contract.settings import Settings
from streams.contract.times import now_ms
from streams.geo.network import Network
from streams.state.keys import DEAD_LETTERS, key
from streams.state.store import Store
from tests.cities import seed
from tests.cities.seed import Json, link_view
from tests.redis_server import RedisServer

Url = str
DEADLINE_S = 60.0  # the whole machine may stand for some seconds


def work_view(**more: Any) -> Json:
    return seed.work("W-1", **({"links": ["S0>S1"]} | more))


def fill(server: RedisServer) -> None:
    """One link, one work, one feed, two refused rows and the clock of one partition."""
    feeds = {"permits": seed.feed("permits", now_ms(), poll_ms=60_000)}
    links, works = {"S0>S1": link_view(20.0)}, {"W-1": work_view()}
    with server.client as client:
        client.hset(key(DEAD_LETTERS, 0), "permits R010", "2")
        clock = {"0": 1_795_392_000_000}
        seed.emit(client, {"at": now_ms(), "l": links, "w": works, "f": feeds, "k": clock})


def publish(server: RedisServer, delta: Json) -> str:
    """Writes a delta and what it says, as the gate does; its id."""
    with server.client as client:
        return seed.emit(client, {"at": now_ms(), **delta})


@asynccontextmanager
async def served(
    server: RedisServer, network: Network
) -> AsyncIterator[tuple[Url, web.Application]]:
    settings = Settings(redis=server.url, partitions=seed.PARTITIONS, login=LoginMode.OPEN)
    app = build_app(settings, network, Store.connect(settings))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0]
        yield f"http://{host}:{port}", app
    finally:
        await runner.cleanup()


class Events:
    """The events of one open stream."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response

    async def next(self) -> tuple[str, str, Json]:
        """(id, event, data) of the next event; comments and `retry` are passed over."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(DEADLINE_S):
            while True:
                line = (await self.response.content.readuntil(b"\n")).decode().rstrip("\n")
                if line:
                    name, _, value = line.partition(": ")
                    fields[name] = value
                elif "data" in fields:
                    return fields["id"], fields["event"], json.loads(fields["data"])
                else:
                    fields = {}

    async def next_with(self, letter: str) -> tuple[str, str, Json]:
        while True:
            found = await self.next()
            if letter in found[2]:
                return found


@asynccontextmanager
async def stream(
    http: aiohttp.ClientSession, url: Url, since: str = "", view: str = "", **headers: str
) -> AsyncIterator[Events]:
    """The stream from a delta on; `view` is a query of what is looked at."""
    address = URL(f"{url}/api/v1/stream?{view}").update_query(since=since)
    async with http.get(address, headers=headers) as response:
        assert response.status == 200
        yield Events(response)


async def get_json(http: aiohttp.ClientSession, url: Url) -> Json:
    async with http.get(url) as response:
        body: Json = await response.json(content_type=None)
        return body
