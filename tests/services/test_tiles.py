"""A large network in tiles against a real Redis: what a page that sees a part of it may rely on."""

import gzip
import json
from collections.abc import AsyncIterator
from itertools import product
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from local.waiting import until
from maps.api.context import CONTEXT
from maps.picture.tiling import Tile, View, tiling_of
from streams.geo.network import Network
from tests.cities.grid import grid
from tests.cities.seed import Json, emit, link_view, put, work
from tests.redis_server import RedisServer
from tests.services.site import Events, Url, get_json, publish, served, stream

PROVINCE = 100_000
KNOWN = 2_000  # links of it that anybody reported


@pytest.fixture(scope="module")
def network() -> Network:
    """A little more than is sent whole: four tiles from far, the rest from nearer."""
    return grid(12_100)


def report(server: RedisServer, network: Network, count: int) -> None:
    views = {link.id: link_view(20.0) for link in network.links[:count]}
    with server.client as client:
        pipe = client.pipeline()
        put(pipe, "links", views)
        pipe.execute()
        last = network.links[-1].id
        emit(client, {"w": {"W-1": work("W-1", links=[last])}, "k": {"0": 1_795_392_000_000}})


@pytest.fixture
async def site(server: RedisServer, network: Network) -> AsyncIterator[tuple[Url, web.Application]]:
    report(server, network, KNOWN)
    async with served(server, network) as (url, app):
        await until(
            lambda: app[CONTEXT].live.store_state, "a store that answers", lambda seen: seen == "ok"
        )
        yield url, app


def view_of(network: Network, place: int, zoom: int = 15) -> str:
    """The query of a small view around a link."""
    lon, lat = network.links[place].geometry[2]
    box = (lon - 0.001, lat - 0.001, lon + 0.001, lat + 0.001)
    return f"bbox={','.join(f'{side:.5f}' for side in box)}&zoom={zoom}"


def far_place(app: web.Application, view: str) -> int:
    """A link that a view does not follow."""
    query = URL(f"?{view}").query
    box = tuple(map(float, query["bbox"].split(",")))
    tiling = app[CONTEXT].tiling
    met = tiling.tiles_in(View(box, float(query["zoom"])))  # type: ignore[arg-type]
    return next(place for place, tile in enumerate(tiling.tile_of) if tile not in met)


def speeds_in(body: Json) -> dict[int, int]:
    """Speeds by link index, of all tiles of a body."""
    found: dict[int, int] = {}
    for part in body.get("tiles", ()):
        flat, place = part.get("l", []), 0
        for gap, kmh in zip(flat[::2], flat[1::2], strict=True):
            place += gap
            assert place not in found
            found[place] = kmh
    return found


async def next_delta(events: Events, delta_id: str) -> Json:
    """The event of a delta; those before it lead up to it without a gap."""
    prev = ""
    while True:
        event_id, name, body = await events.next()
        assert name == "d"
        assert prev in ("", body["prev"])
        prev = event_id
        if event_id == delta_id and body["prev"] != event_id:
            return body


async def test_a_snapshot_of_a_view_has_its_links_and_every_other_thing(
    site: tuple[Url, web.Application], network: Network, http: aiohttp.ClientSession
) -> None:
    url, _ = site
    whole = await get_json(http, f"{url}/api/v1/snapshot")
    part = await get_json(http, f"{url}/api/v1/snapshot?{view_of(network, 5)}")
    speeds = speeds_in(part)
    assert part["speeds"] == [] == part["ranges"]
    assert part["certainty"] == ""
    assert 5 in speeds
    assert len(speeds) < len(network.links) / 2
    assert all(whole["speeds"][place] == kmh for place, kmh in speeds.items())
    assert part["works"] == whole["works"]
    assert part["works"][0]["lon"]  # a page finds it without its road


async def test_tiles_together_are_the_network_and_its_state(
    site: tuple[Url, web.Application], network: Network, http: aiohttp.ClientSession
) -> None:
    url, _ = site
    base = f"{url}/api/v1/network/{network.version}"
    whole, index = await get_json(http, f"{base}.json"), await get_json(http, f"{base}/index.json")
    assert (index["count"], index["bbox"]) == (len(network.links), whole["bbox"])
    shapes: dict[int, list[int]] = {}
    for name in index["tiles"]:
        tile = await get_json(http, f"{base}/tiles/{name}.json")
        assert tile["ids"] == [whole["ids"][place] for place in tile["indexes"]]
        shapes |= dict(zip(tile["indexes"], tile["geometry"], strict=True))
    assert [shapes[place] for place in range(len(network.links))] == whole["geometry"]
    states = await get_json(http, f"{url}/api/v1/tiles?tiles={','.join(index['tiles'])}")
    snapshot = await get_json(http, f"{url}/api/v1/snapshot")
    speeds = speeds_in(states)
    assert [speeds[place] for place in range(len(network.links))] == snapshot["speeds"]
    assert states["id"] == snapshot["id"]


async def test_a_tile_is_immutable_and_has_a_tag(
    site: tuple[Url, web.Application], network: Network, http: aiohttp.ClientSession
) -> None:
    url, app = site
    address = f"{url}/api/v1/network/{network.version}/tiles/{app[CONTEXT].tiling.tile_of[0]}.json"
    async with http.get(address) as response:
        assert response.headers["Content-Encoding"] == "gzip"
        assert "immutable" in response.headers["Cache-Control"]
        tag = response.headers["ETag"]
    async with http.get(address, headers={"If-None-Match": tag}) as response:
        assert response.status == 304
    for wrong in (
        address.replace(network.version, "nonsense"),
        f"{url}/api/v1/network/{network.version}/tiles/14/1/1.json",
        f"{url}/api/v1/network/{network.version}/tiles/x.json",
        f"{url}/api/v1/network/nonsense/index.json",
    ):
        async with http.get(wrong) as response:
            assert (response.status, (await response.json())["error"]["code"]) == (404, "not_found")


async def test_a_delta_out_of_view_does_not_travel(
    site: tuple[Url, web.Application],
    server: RedisServer,
    network: Network,
    http: aiohttp.ClientSession,
) -> None:
    url, app = site
    view = view_of(network, 5)
    far = far_place(app, view)
    near, away = (network.links[place].id for place in (5, far))
    async with stream(http, url, view=view) as events:
        await events.next()
        first = publish(server, {"l": {away: link_view(7.0)}, "b": {"bus": bus()}})
        body = await next_delta(events, first)
        assert (speeds_in(body), len(body["b"])) == ({}, 1)
        second = publish(server, {"l": {away: link_view(9.0), near: link_view(8.0)}})
        assert speeds_in(await next_delta(events, second)) == {5: 8}
    async with stream(http, url) as events:
        await events.next()
        third = publish(server, {"l": {near: link_view(3.0)}})
        body = await next_delta(events, third)  # who asks for no view gets the whole network
        assert (body["l"], "tiles" in body) == ([5, 3], False)


@pytest.mark.parametrize("coding", ["gzip", "identity"])
async def test_readers_of_one_tile_read_the_same_packed_or_plain(
    site: tuple[Url, web.Application],
    server: RedisServer,
    network: Network,
    http: aiohttp.ClientSession,
    coding: str,
) -> None:
    url, _ = site
    headers = {"Accept-Encoding": coding}
    async with http.get(f"{url}/api/v1/snapshot?{view_of(network, 5)}", headers=headers) as found:
        assert found.headers.get("Content-Encoding", "identity") == coding
        assert speeds_in(await found.json(content_type=None))[5] == 20
    async with stream(http, url, view=view_of(network, 5), **headers) as events:
        await events.next()
        for kmh in range(1, 4):
            told = publish(server, {"l": {network.links[5].id: link_view(kmh)}})
            assert speeds_in(await next_delta(events, told)) == {5: kmh}


@pytest.mark.parametrize("is_kept", [True, False], ids=["kept in memory", "read from Redis"])
@pytest.mark.parametrize("is_watched", [True, False])
async def test_a_view_that_moves_on_loses_nothing(
    site: tuple[Url, web.Application],
    server: RedisServer,
    network: Network,
    http: aiohttp.ClientSession,
    *,
    is_kept: bool,
    is_watched: bool,
) -> None:
    url, app = site
    live, first_view = app[CONTEXT].live, view_of(network, 5)
    far = far_place(app, first_view)
    near, away, tile = network.links[5].id, network.links[far].id, app[CONTEXT].tiling.tile_of[far]
    watched = f"{first_view}&tiles={tile}" if is_watched else first_view
    async with stream(http, url, view=watched) as events:
        await events.next()
        states = await get_json(http, f"{url}/api/v1/tiles?tiles={tile}")
        assert speeds_in(states)[far] == 20
        publish(server, {"l": {away: link_view(31.0)}})
        last = publish(server, {"l": {away: link_view(32.0), near: link_view(33.0)}})
        await until(
            lambda: live.picture.delta_id, "that delta on the map", lambda seen: seen == last
        )
    if not is_kept:
        live._recent.clear()
    speeds: dict[int, int] = {}
    moved = f"{view_of(network, far)}&tiles={app[CONTEXT].tiling.tile_of[5]}"
    async with stream(http, url, states["id"], moved) as events:
        event_id, _, body = await events.next()
        assert body["prev"] == states["id"]
        speeds |= speeds_in(body)
        while event_id != last or body["prev"] != last or "store" not in body:
            event_id, _, body = await events.next()
            speeds |= speeds_in(body)
        assert (speeds[far], speeds[5]) == (32, 33)
        told = publish(server, {"l": {away: link_view(34.0)}})
        assert speeds_in(await next_delta(events, told)) == {far: 34}
    assert speeds_in(await get_json(http, f"{url}/api/v1/tiles?tiles={tile}"))[far] == 34


async def test_several_views_share_one_stream(
    site: tuple[Url, web.Application],
    server: RedisServer,
    network: Network,
    http: aiohttp.ClientSession,
) -> None:
    url, app = site
    far = far_place(app, view_of(network, 5))
    views = f"{view_of(network, 5)}&{view_of(network, far)}"
    async with stream(http, url, view=views) as events:
        await events.next()
        links = {network.links[place].id: link_view(12.0) for place in (5, far)}
        told = publish(server, {"l": links})
        assert speeds_in(await next_delta(events, told)) == {5: 12, far: 12}


NONSENSE = {
    "bbox=1,2,3&zoom=9": "bbox",
    "bbox=1,2,3,95&zoom=9": "bbox",
    "bbox=127,37,128,38&zoom=much": "zoom",
    "bbox=127,37,128,38&zoom=-1": "zoom",
    "bbox=127,37,128,38&zoom=nan": "zoom",
    "bbox=127,37,128,38": "zoom",
    "zoom=12": "zoom",
    "tiles=13/1": "tiles",
    "tiles=" + ",".join(["0/0/0"] * 501): "tiles",
}


async def test_nonsense_is_refused_with_its_name(
    site: tuple[Url, web.Application], http: aiohttp.ClientSession
) -> None:
    url, _ = site
    for address, (query, name) in product(("snapshot", "tiles", "stream"), NONSENSE.items()):
        async with http.get(f"{url}/api/v1/{address}?{query}") as response:
            error = (await response.json())["error"]
            assert (response.status, error["code"]) == (400, "bad_parameter")
            assert error["message"].startswith(f"{name}=")


async def test_tiles_of_another_network_and_views_of_the_sea_have_no_links(
    site: tuple[Url, web.Application], server: RedisServer, http: aiohttp.ClientSession
) -> None:
    url, _ = site
    for query in ("bbox=0,0,1,1&zoom=14", "tiles=13/1/1"):
        body = await get_json(http, f"{url}/api/v1/snapshot?{query}")
        assert (body.get("tiles", []), len(body["works"])) == ([], 1)
        async with stream(http, url, view=query) as events:
            await events.next()
            told = publish(server, {"k": {"0": 1_795_392_001_000}})
            assert (await next_delta(events, told))["tiles"] == []


async def test_a_link_says_which_tile_it_is_of_and_a_search_where_its_roads_are(
    site: tuple[Url, web.Application], network: Network, http: aiohttp.ClientSession
) -> None:
    url, app = site
    link = network.links[7]
    body = await get_json(http, f"{url}/api/v1/links/{link.id}")
    assert (body["index"], body["tile"]) == (7, str(app[CONTEXT].tiling.tile_of[7]))
    found = await get_json(http, f"{url}/api/v1/search?q={link.road_name}")
    assert found["results"]
    assert all(hit["lon"] for hit in found["results"])


async def test_a_province_of_100_000_links_is_read_by_the_view(
    server: RedisServer, http: aiohttp.ClientSession
) -> None:
    network = grid(PROVINCE)
    report(server, network, KNOWN)
    async with served(server, network) as (url, app):
        await until(
            lambda: app[CONTEXT].live.store_state, "a store that answers", lambda seen: seen == "ok"
        )
        west, south, east, north = (await get_json(http, index_of(url, network)))["bbox"]
        views = (f"{west},{south},{east},{north}&zoom=10.5", view_of(network, PROVINCE // 2)[5:])
        for view in views:
            async with http.get(f"{url}/api/v1/snapshot?bbox={view}", auto_decompress=False) as got:
                packed = await got.read()
            assert len(packed) < 250_000
            assert 0 < len(speeds_in(json_of(packed))) < 20_000
        everywhere = {link.id: link_view(11.0) for link in network.links[::5]}
        async with stream(http, url, view=f"bbox={views[1]}") as events:
            await events.next()
            body = await next_delta(events, publish(server, {"l": everywhere}))
            followed = speeds_in(body)
            assert 0 < len(followed) < 4_000 < len(everywhere)
            assert set(followed.values()) == {11}


def index_of(url: Url, network: Network) -> Url:
    return f"{url}/api/v1/network/{network.version}/index.json"


def json_of(packed: bytes) -> Any:
    return json.loads(gzip.decompress(packed))


def bus() -> Json:
    return {
        "route_id": "R1",
        "route_no": "300",
        "lon": 127.7,
        "lat": 37.9,
        "stop_id": "S1",
        "observed_ms": 1_795_392_000_000,
        "bearing_deg": 90,
    }


def test_the_network_of_these_tests_comes_in_tiles(network: Network) -> None:
    tiling = tiling_of(network)
    assert tiling.is_large
    assert len(tiling.links_of) > 4
    assert isinstance(tiling.tile_of[0], Tile)
