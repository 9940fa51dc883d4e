"""The map server against a real Redis: what a browser, a script and an operator may rely on."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from yarl import URL

from local.waiting import until
from maps.api.context import CONTEXT
from maps.picture import broadcast as sse
from maps.picture.loop import LiveUpdates
from producers.network.importing import write_network
from streams.contract.times import DAY_MS, now_ms
from streams.geo.network import Network
from streams.state.keys import DELTAS, META, REBUILDING, key
from streams.state.side_by_side import BEFORE, text_of
from tests.cities import seed
from tests.cities.seed import link_view
from tests.places import ROOT
from tests.redis_server import RedisServer
from tests.services.site import (
    DEADLINE_S,
    Url,
    fill,
    get_json,
    publish,
    served,
    stream,
    work_view,
)

HOSTILE = "</script><img src=x onerror=alert(1)>\u202e'\""


async def test_a_snapshot_and_its_stream_follow_on(
    site: tuple[Url, Any], server: RedisServer, http: aiohttp.ClientSession
) -> None:
    url, _ = site
    snapshot = await get_json(http, f"{url}/api/v1/snapshot")
    assert (snapshot["speeds"][:2], snapshot["certainty"][:2]) == ([20, -1], "cl")
    assert (snapshot["works"][0]["id"], snapshot["store"]) == ("W-1", "ok")
    async with stream(http, url, snapshot["id"]) as events:
        _, _, first = await events.next()
        assert (first["prev"], first["f"][0]["status"], first["store"]) == (
            snapshot["id"],
            "live",
            "ok",
        )
        told = publish(server, {"l": {"S1>S2": link_view(7.9)}})
        event_id, name, delta = await events.next()
        assert (event_id, name, delta["prev"], delta["l"]) == (told, "d", snapshot["id"], [1, 7])


@pytest.mark.parametrize("coding", ["gzip", "identity"])
async def test_gzip_and_plain_readers_read_the_same(
    site: tuple[Url, Any], server: RedisServer, http: aiohttp.ClientSession, coding: str
) -> None:
    url, _ = site
    async with stream(http, url, **{"Accept-Encoding": coding}) as events:
        headers = events.response.headers
        assert headers.get("Content-Encoding", "identity") == coding
        assert (headers["Cache-Control"], headers["X-Accel-Buffering"]) == ("no-store", "no")
        for speed in range(5):
            publish(server, {"l": {"S1>S2": link_view(speed)}})
            assert (await events.next_with("l"))[2]["l"] == [1, speed]


async def test_a_reader_that_comes_back_misses_nothing(
    site: tuple[Url, Any], server: RedisServer, http: aiohttp.ClientSession
) -> None:
    url, app = site
    snapshot = await get_json(http, f"{url}/api/v1/snapshot")
    for number in range(1, 8):
        last = publish(server, {"l": {f"S{number}>S{number + 1}": link_view(number)}})
    await until(
        lambda: app[CONTEXT].live.picture.delta_id,
        "that delta on the map",
        lambda seen: seen == last,
    )
    async with stream(http, url, "1-0", **{"Last-Event-ID": snapshot["id"]}) as events:
        event_id, name, caught_up = await events.next()
        assert (event_id, name, caught_up["prev"]) == (last, "d", snapshot["id"])
        assert caught_up["l"] == [value for number in range(1, 8) for value in (1, number)]
        publish(server, {"l": {"S9>S10": link_view(50)}})
        assert (await events.next_with("l"))[2]["prev"] == last


async def test_a_chain_of_events_has_no_gap(
    site: tuple[Url, Any], server: RedisServer, http: aiohttp.ClientSession
) -> None:
    url, app = site
    async with stream(http, url, app[CONTEXT].live.picture.delta_id) as events:
        head = (await events.next())[0]
        for speed in range(60):
            last = publish(server, {"l": {"S1>S2": link_view(speed)}})
        while head != last:
            event_id, _, delta = await events.next()
            assert delta["prev"] == head
            head = event_id
    assert app[CONTEXT].live.picture.links[1].speed_kmh == 59


async def test_a_reader_goes_on_at_another_server_with_what_that_one_read_before(
    site: tuple[Url, Any], server: RedisServer, network: Network, http: aiohttp.ClientSession
) -> None:
    url, app = site
    async with served(server, network) as (other, other_app):
        begin = (await get_json(http, f"{other}/api/v1/snapshot"))["id"]
        while begin == "0-0":
            begin = (await get_json(http, f"{other}/api/v1/snapshot"))["id"]
        with server.client as client:
            for number in range(1, 8):
                link = {f"S{number}>S{number + 1}": link_view(number)}
                last = seed.emit(client, {"at": now_ms(), "l": link}, partition=number % 4)
        for each in (app, other_app):
            await until(partial(has_read, each[CONTEXT].live, last), "all parts read")
        for one in (url, other):
            async with stream(http, one, begin) as events:
                event_id, name, body = await events.next()
            assert (name, body["prev"]) == ("d", begin)
            assert body["l"][-14:] == [value for number in range(1, 8) for value in (1, number)]
            async with stream(http, url if one == other else other, event_id) as events:
                _, _, state = await events.next()
            assert (state["prev"], state["store"]) == (event_id, "ok")


def has_read(live: LiveUpdates, last: str) -> bool:
    """Whether it has read every part, and one of them up to that delta."""
    return max(live.places) > BEFORE and last in told_of(live)


def told_of(live: LiveUpdates) -> set[str]:
    """The ids of the deltas that a server stands at."""
    return {text_of(place) for place in live.places}


@pytest.mark.parametrize("since", ["1-0", "nonsense", "0-0", "99999999999999-0", "-1", "5-5-5"])
async def test_a_place_no_longer_held_starts_over(
    site: tuple[Url, Any], http: aiohttp.ClientSession, since: str
) -> None:
    url, app = site
    async with stream(http, url, since) as events:
        event_id, name, body = await events.next()
        assert (name, event_id) == ("resync", body["id"])
        assert body["id"] == app[CONTEXT].live.picture.delta_id


async def test_a_reader_behind_a_trimmed_stream_starts_over(
    site: tuple[Url, Any], server: RedisServer, http: aiohttp.ClientSession
) -> None:
    url, app = site
    since = app[CONTEXT].live.picture.delta_id
    publish(server, {"l": {"S1>S2": link_view(1)}})
    last = publish(server, {"l": {"S1>S2": link_view(2)}})
    await until(
        lambda: app[CONTEXT].live.picture.delta_id,
        "that delta on the map",
        lambda seen: seen == last,
    )
    with server.client as client:
        client.xtrim(key(DELTAS, 0), maxlen=1, approximate=False)
    async with stream(http, url, since) as events:
        assert (await events.next())[1] == "resync"


async def test_an_emptied_redis_empties_the_map_and_says_so(
    site: tuple[Url, Any], server: RedisServer, http: aiohttp.ClientSession
) -> None:
    url, app = site
    async with stream(http, url) as events:
        await events.next()
        with server.client as client:
            client.flushall()
        assert (await events.next())[1] == "resync"
    snapshot = await get_json(http, f"{url}/api/v1/snapshot")
    assert (snapshot["id"], snapshot["works"], set(snapshot["speeds"])) == ("0-0", [], {-1})
    publish(server, {"l": {"S1>S2": link_view(33)}})
    await until(
        lambda: app[CONTEXT].live.picture.links, "the link on the map", lambda seen: 1 in seen
    )


async def test_a_redis_restored_from_an_older_file_is_noticed(
    site: tuple[Url, Any], server: RedisServer, http: aiohttp.ClientSession
) -> None:
    url, app = site
    with server.client as client:
        client.save()
    lost = publish(server, {"l": {"S1>S2": link_view(11)}})
    await until(
        lambda: app[CONTEXT].live.picture.delta_id,
        "that delta on the map",
        lambda seen: seen == lost,
    )
    async with stream(http, url) as events:
        await events.next()
        server.kill()
        server.start()
        publish(server, {"l": {"S2>S3": link_view(22)}})
        while (await events.next())[1] != "resync":
            pass
    await until(
        lambda: app[CONTEXT].live.store_state, "a store that answers", lambda seen: seen == "ok"
    )
    await until(
        lambda: app[CONTEXT].live.picture.links, "the link on the map", lambda seen: 2 in seen
    )
    assert 1 not in app[CONTEXT].live.picture.links


async def test_without_redis_the_last_picture_stays_and_says_that_it_is_lost(
    site: tuple[Url, Any], server: RedisServer, http: aiohttp.ClientSession
) -> None:
    url, _ = site
    with server.client as client:
        client.save()
    async with stream(http, url) as events:
        await events.next()
        server.kill()
        assert (await events.next_with("store"))[2]["store"] == "lost"
        snapshot = await get_json(http, f"{url}/api/v1/snapshot")
        assert (snapshot["store"], snapshot["speeds"][0]) == ("lost", 20)
        async with http.get(f"{url}/readyz") as ready:
            assert (ready.status, (await ready.json())["ok"]) == (503, False)
        async with http.get(f"{url}/api/v1/truth") as truth:
            assert (truth.status, (await truth.json())["error"]["code"]) == (503, "store_away")
        async with http.get(f"{url}/truth") as page:
            assert "지금 기록을 읽을 수 없습니다" in await page.text()
        server.start()
        event_id, name, found = await events.next_with("store")
        assert (event_id, name, found["store"]) == (snapshot["id"], "d", "ok")
    async with http.get(f"{url}/readyz") as ready:
        assert ready.status == 200


async def test_a_state_that_is_made_again_is_said_to_every_reader(
    site: tuple[Url, Any], server: RedisServer, http: aiohttp.ClientSession
) -> None:
    url, _ = site
    async with stream(http, url) as events:
        await events.next()
        with server.client as client:
            client.hset(REBUILDING, "bus-positions/0", 99)
        assert (await events.next_with("store"))[2]["store"] == "rebuilding"
        assert (await get_json(http, f"{url}/api/v1/snapshot"))["store"] == "rebuilding"
        async with http.get(f"{url}/readyz") as ready:
            assert ready.status == 503
            assert "(rebuilding)" in str(await ready.json())
        with server.client as client:
            client.delete(REBUILDING)
        assert (await events.next_with("store"))[2]["store"] == "ok"


async def test_a_server_started_without_redis_serves_an_honest_nothing(
    server: RedisServer, network: Network, http: aiohttp.ClientSession
) -> None:
    server.kill()
    async with served(server, network) as (url, app):
        snapshot = await get_json(http, f"{url}/api/v1/snapshot")
        assert (snapshot["store"], set(snapshot["speeds"]), snapshot["feeds"]) == ("lost", {-1}, [])
        server.start()
        fill(server)
        await until(lambda: app[CONTEXT].live.is_loaded, "a picture")


async def test_a_feed_that_falls_silent_is_told_without_any_delta(
    site: tuple[Url, Any], http: aiohttp.ClientSession
) -> None:
    url, app = site
    live = app[CONTEXT].live
    async with stream(http, url) as events:
        await events.next()
        start_ms = now_ms()
        live.now_ms = lambda: start_ms + 126_000
        event_id, _, told = await events.next()
        assert [(row["feed"], row["status"]) for row in told["f"]] == [("permits", "stale")]
        assert event_id == told["prev"] == live.picture.delta_id


async def test_a_reader_that_does_not_read_is_closed_and_the_others_go_on(
    site: tuple[Url, Any], http: aiohttp.ClientSession
) -> None:
    url, app = site
    broadcast = app[CONTEXT].live.broadcast
    port = int(url.rpartition(":")[2])
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect(("127.0.0.1", port))
        slow.sendall(b"GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await until(lambda: len(broadcast.readers), "readers", lambda seen: seen == 1)
        async with stream(http, url) as events:
            await until(lambda: len(broadcast.readers), "readers", lambda seen: seen == 2)
            block = sse.event("d", {"fill": os.urandom(100_000).hex()}, "1-0")
            while broadcast.tallies.dropped == 0:
                broadcast.send(block)
                await events.next_with("fill")
            assert len(broadcast.readers) == 1


async def test_links_the_network_does_not_know_are_counted(
    site: tuple[Url, Any], server: RedisServer, http: aiohttp.ClientSession
) -> None:
    url, app = site
    last = publish(server, {"l": {"elsewhere": link_view(1)}, "w": {"W-2": work_view(links=["x"])}})
    await until(
        lambda: app[CONTEXT].live.picture.delta_id,
        "that delta on the map",
        lambda seen: seen == last,
    )
    async with http.get(f"{url}/metrics") as response:
        text = await response.text()
    assert "bomnae_maps_unknown_links 2" in text
    assert 'bomnae_dead_letters_total{code="R010",topic="permits"} 2' in text
    assert "bomnae_maps_store_up 1" in text


async def test_a_delta_that_cannot_be_read_is_stepped_over_by_a_new_picture(
    site: tuple[Url, Any], server: RedisServer, http: aiohttp.ClientSession
) -> None:
    url, app = site
    async with stream(http, url) as events:
        await events.next()
        with server.client as client:
            client.xadd(key(DELTAS, 0), {"d": b"{oops"})
        while (await events.next())[1] != "resync":
            pass
        publish(server, {"l": {"S1>S2": link_view(12)}})
        assert (await events.next_with("l"))[2]["l"] == [1, 12]
    assert app[CONTEXT].live.store_state == "ok"


async def test_a_worker_with_another_network_is_a_reason_not_to_be_ready(
    site: tuple[Url, Any], server: RedisServer, http: aiohttp.ClientSession
) -> None:
    url, _ = site
    with server.client as client:
        client.hset(META, "network", "another")
    body = await get_json(http, f"{url}/readyz")
    assert (body["ok"], "another" in body["reasons"][0]) == (False, True)


async def test_hostile_text_is_never_markup(
    site: tuple[Url, Any], server: RedisServer, http: aiohttp.ClientSession
) -> None:
    url, app = site
    texts = dict.fromkeys(("title", "place", "purpose", "organisation", "phone", "hours"), HOSTILE)
    publish(server, {"w": {HOSTILE: work_view(**texts)}})
    await until(lambda: app[CONTEXT].live.picture.works, "works", lambda seen: HOSTILE in seen)
    hostile_path = "/w/" + "".join(f"%{byte:02X}" for byte in HOSTILE.encode())
    async with http.get(url) as operator:
        assert "<img" not in await operator.text()
    async with http.get(URL(url + hostile_path, encoded=True)) as page:
        html = await page.text()
        assert page.status == 200
    assert "<img" not in html
    assert "alert(1)" in html
    assert "\u202e" not in html


async def test_every_answer_carries_the_security_headers(
    site: tuple[Url, Any], http: aiohttp.ClientSession
) -> None:
    url, _ = site
    for path in (
        "/",
        "/w/W-1",
        "/w/none",
        "/api/v1/snapshot",
        "/nowhere",
        "/api/v1/none",
        "/api/v1/stream",
    ):
        async with http.get(url + path) as response:
            assert response.headers["X-Content-Type-Options"] == "nosniff", path
            wanted = "no-referrer" if path == "/w/W-1" else "same-origin"  # it may hold a token
            assert response.headers["Referrer-Policy"] == wanted, path
            assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"], path
            assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin", path


async def test_a_name_that_is_not_ours_is_not_answered(
    site: tuple[Url, Any], http: aiohttp.ClientSession
) -> None:
    url, _ = site
    async with http.get(f"{url}/api/v1/snapshot", headers={"Host": "evil.example"}) as response:
        assert response.status == 421
        assert (await response.json())["error"]["code"] == "unknown_host"


async def test_an_unchanged_export_is_not_sent_again(
    site: tuple[Url, Any], server: RedisServer, http: aiohttp.ClientSession
) -> None:
    url, app = site
    address = f"{url}/api/v1/links.geojson"
    async with http.get(address) as response:
        tag = {"If-None-Match": response.headers["ETag"]}
        assert len((await response.json(content_type=None))["features"]) == 20
    async with http.get(address, headers=tag) as response:
        assert response.status == 304
    last = publish(server, {"l": {"S1>S2": link_view(3)}})
    await until(
        lambda: app[CONTEXT].live.picture.delta_id,
        "that delta on the map",
        lambda seen: seen == last,
    )
    async with http.get(address, headers=tag) as response:
        assert response.status == 200


async def test_the_map_comes_as_a_file_of_now_and_of_another_time(
    site: tuple[Url, Any], http: aiohttp.ClientSession
) -> None:
    url, _ = site
    async with http.get(f"{url}/api/v1/map.html") as response:
        page = await response.text()
        assert response.headers["Content-Disposition"].startswith('attachment; filename="map-')
    assert 'lang="ko"' in page
    assert seed.work("W-1")["title"] in page
    ahead_ms = now_ms() + DAY_MS
    async with http.get(f"{url}/api/v1/map.html?valid={ahead_ms}&language=en") as response:
        page = await response.text()
    assert "This lies ahead." in page


@pytest.mark.parametrize(
    ("path", "status", "word"),
    [
        ("/api/v1/links.geojson?bbox=1,2,3", 400, "bbox"),
        ("/api/v1/links.geojson?level=quick", 400, "level"),
        ("/api/v1/works.csv?phase=later", 400, "phase"),
        ("/api/v1/map.html?language=fr", 400, "ko, en"),
        ("/api/v1/map.html?at=1", 400, "at"),
        ("/api/v1/map.html?valid=1", 400, "valid"),
        ("/api/v1/links/none", 404, "none"),
        ("/api/v1/network/other.json", 404, "other"),
        ("/static/../server.py", 400, ".."),
        ("/static/%2e%2e/server.py", 400, ".."),
        ("/api/v1/none", 404, "none"),
    ],
)
async def test_an_error_names_what_was_wrong(
    site: tuple[Url, Any], http: aiohttp.ClientSession, path: str, status: int, word: str
) -> None:
    url, _ = site
    async with http.get(URL(url + path, encoded=True)) as response:
        assert response.status == status
        if response.content_type == "application/json":
            assert word in (await response.json())["error"]["message"]


async def test_the_other_answers_have_their_shape(
    site: tuple[Url, Any], network: Network, http: aiohttp.ClientSession
) -> None:
    url, _ = site
    roads = await get_json(http, f"{url}/api/v1/network/{network.version}.json")
    assert (len(roads["ids"]), roads["version"]) == (20, network.version)
    link = await get_json(http, f"{url}/api/v1/links/S0%3ES1")
    assert (link["index"], link["speed_kmh"]) == (0, 20.0)
    feeds = await get_json(http, f"{url}/api/v1/feeds")
    assert (feeds["dead_letters"], feeds["feeds"][0]["feed"]) == ({"permits R010": 2}, "permits")
    assert feeds["feeds"][0]["age_ms"] >= 0
    found = await get_json(http, f"{url}/api/v1/search?q=ㅈㅇㄹ")
    assert found["results"][0]["title"] == "중앙로 정류장0~정류장20"
    assert (await get_json(http, f"{url}/api/v1/openapi.json"))["openapi"] == "3.1.0"


def serve_process(environment: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "maps", "serve"]
    base = {"PATH": os.environ["PATH"], "BOMNAE_HTTP": "127.0.0.1:0", "BOMNAE_LOGIN": "open"}
    root = ROOT
    return subprocess.Popen(
        command,
        env={**base, **environment},
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


async def test_the_real_process_serves_and_stops_on_a_signal(
    server: RedisServer, network: Network, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    write_network(network, tmp_path)
    process = serve_process({"BOMNAE_NETWORK": str(tmp_path), "BOMNAE_REDIS": server.url})
    try:
        line = await asyncio.to_thread(process.stdout.readline)  # type: ignore[union-attr]
        url = re.findall(r"http://\S+", line)[0]
        async with http.get(url) as response:
            assert (response.status, "map_main" in await response.text()) == (200, True)
        async with http.get(f"{url}api/v1/stream") as open_stream:
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(DEADLINE_S):
                await open_stream.read()
        assert await asyncio.to_thread(process.wait, DEADLINE_S) == 0
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("environment", "word"),
    [
        ({}, "BOMNAE_NETWORK is not set"),
        ({"BOMNAE_NETWORK": "/nonexistent"}, "/nonexistent/network.json"),
        ({"BOMNAE_NETWORK": ".", "BOMNAE_HTTP": "nowhere"}, "BOMNAE_HTTP"),
        ({"BOMNAE_NETWRK": "."}, "BOMNAE_NETWRK"),
    ],
)
def test_a_start_that_cannot_work_ends_with_one_clear_line(
    environment: dict[str, str], word: str
) -> None:
    with serve_process(environment) as process:
        _, errors = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 2
    assert word in errors
    assert len(errors.strip().splitlines()) == 1
