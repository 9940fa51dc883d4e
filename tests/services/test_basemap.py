"""The basemap's route: parts of the file, for whoever may see the map."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from maps.api.context import CONTEXT
from maps.api.grades import grade_of
from maps.api.routes import OPERATIONS
from maps.server import build_app
from producers.simulator.ground import FILE
from streams.contract.enums import Grade
from streams.contract.grammars import LoginMode
from streams.contract.settings import Settings
from streams.geo.network import Network
from streams.state.store import Store
from tests.cities import seed
from tests.cities.builder import city, link
from tests.redis_server import RedisServer

BODY = FILE.read_bytes()
Site = tuple[str, web.Application]


def network() -> Network:
    return city(link("S1>S2", (127.72, 37.87), (127.74, 37.89)))


@pytest.fixture
async def site(server: RedisServer) -> AsyncIterator[Site]:
    known = Settings(redis=server.url, partitions=seed.PARTITIONS, login=LoginMode.OPEN)
    app = build_app(replace(known, basemap=str(FILE)), network(), Store.connect(known))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0]
        yield f"http://{host}:{port}", app
    finally:
        await runner.cleanup()


def address(app: web.Application) -> str:
    basemap = app[CONTEXT].basemap
    assert basemap is not None
    return basemap.address


async def test_a_part_of_the_file_is_sent_and_kept_for_good(
    site: Site, http: aiohttp.ClientSession
) -> None:
    url, app = site
    path = url + address(app)

    async def ask(**headers: str) -> tuple[int, bytes, Any]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with http.get(path, headers=named) as answer:
            return answer.status, await answer.read(), answer.headers

    status, body, headers = await ask()
    assert (status, body, headers["Accept-Ranges"]) == (200, BODY, "bytes")
    assert "immutable" in headers["Cache-Control"]
    etag = headers["ETag"]
    assert not etag.startswith("W/")  # a weak one joins no parts
    status, body, headers = await ask(Range="bytes=0-126")
    assert (status, body, headers["ETag"]) == (206, BODY[:127], etag)
    assert headers["Content-Range"] == f"bytes 0-126/{len(BODY)}"
    assert (await ask(Range=f"bytes={len(BODY)}-"))[0] == 416
    assert (await ask(Range="bytes=0-1,4-5"))[:2] == (200, BODY)
    assert (await ask(If_None_Match=etag))[:2] == (304, b"")
    assert (await ask(Range="bytes=5-9", If_Range=etag))[:2] == (206, BODY[5:10])
    assert (await ask(Range="bytes=5-9", If_Range='"another"'))[:2] == (200, BODY)
    async with http.get(f"{url}/api/v1/basemap/other.pmtiles") as answer:
        assert (answer.status, (await answer.json())["error"]["code"]) == (404, "not_found")


def test_it_is_open_data_for_whoever_may_see_the_map() -> None:
    [operation] = [each for each in OPERATIONS if each.path.startswith("/api/v1/basemap/")]
    [roads] = [each for each in OPERATIONS if each.path == "/api/v1/network/{version}.json"]
    assert (grade_of(operation), operation.may) == (Grade.OPEN, roads.may)
