"""A day of a road and the corridors, from a real Redis: what is measured, what is usual, what is
not known, and what is refused.
"""

from collections.abc import AsyncIterator
from urllib.parse import quote

import aiohttp
import pytest
from aiohttp import web

from local.waiting import until
from maps.api.context import CONTEXT
from maps.api.corridors import CORRIDORS
from maps.corridors.file import corridors_of
from streams.contract.times import DAY_MS, HOUR_MS, now_ms
from streams.domain.links.quarters import QUARTER_MS
from streams.geo.network import Network
from tests.cities import days
from tests.cities.builder import both_ways, city, in_a_row
from tests.cities.seed import Json, link_view
from tests.redis_server import RedisServer
from tests.services.site import Url, get_json, publish, served

NAMES = ("춘천역", "명동", "강원대", "시청", "외딴섬")
SHUT, DUMB = "S0>S1", "S3>S2"
CORRIDORS_FILE = """
[[corridor]]
name = "역→대학"
from = "춘천역"
to = "강원대"

[[corridor]]
from = "춘천역"
to = "없는곳"
"""


@pytest.fixture(scope="module")
def network() -> Network:
    """A road of four stops both ways, and one stop that no road of it leads to."""
    along = in_a_row(NAMES[:4], step_deg=0.02)
    apart = in_a_row(("외딴섬", "무인도"), step_deg=0.02, west=128.2, first=8)
    return city(*both_ways(along, length_m=1700), *both_ways(apart), stops=(*along, *apart))


def jammed(link: str, number: int) -> float | None:
    """What was measured: half of the usual speed; nothing of one link, nor long ago."""
    is_dumb = link == DUMB or number < (now_ms() - 20 * HOUR_MS) // QUARTER_MS
    return None if is_dumb else days.usual_kmh(link, number) / 2


@pytest.fixture
async def site(server: RedisServer, network: Network) -> AsyncIterator[tuple[Url, web.Application]]:
    begun_ms = now_ms()  # for the server too: a quarter hour may end in the midst of the test
    with server.client as client:
        days.remember_day(client, network, begun_ms, jammed, closed=[SHUT])
        days.teach(client, network, begun_ms, without=[DUMB])
    views = {link.id: link_view(15.0) for link in network.links if link.id != DUMB}
    publish(server, {"l": views, "k": {"0": begun_ms}})
    async with served(server, network) as (url, app):
        await until(
            lambda: app[CONTEXT].live.store_state, "a store that answers", lambda seen: seen == "ok"
        )
        app[CONTEXT].live.now_ms = lambda: begun_ms
        app[CORRIDORS].given = corridors_of(CORRIDORS_FILE)
        yield url, app


async def refused(http: aiohttp.ClientSession, url: str) -> tuple[int, str, str]:
    async with http.get(url) as answer:
        error = (await answer.json())["error"]
        return answer.status, error["code"], error["message"]


async def test_a_day_of_a_link_and_the_corridors(
    site: tuple[Url, web.Application], http: aiohttp.ClientSession
) -> None:
    url, app = site
    await _a_day(url, http)
    await _other_moments(url, http)
    await _corridors(url, http)
    await _what_is_refused(url, http)
    assert app[CONTEXT].live.store_state == "ok"


async def _a_day(url: Url, http: aiohttp.ClientSession) -> None:
    day = await get_json(http, f"{url}/api/v1/links/{quote(SHUT)}/day")
    assert len(day["times_ms"]) == len(day["speed_kmh"]) == len(day["usual_kmh"]) == 97
    assert day["times_ms"][-1] - QUARTER_MS <= day["at_ms"] < day["times_ms"][-1]
    assert day["speed_kmh"][:8] == [None] * 8, "a gap, not a nought"
    measured = [each for each in day["speed_kmh"] if each is not None]
    assert len(measured) == pytest.approx(80, abs=2)
    assert set(measured) <= {11.0, 15.0, 22.5}
    last = len(day["speed_kmh"]) - 2
    assert day["speed_kmh"][last] * 2 == day["usual_kmh"][last]
    low, high = day["usual_low_kmh"][last], day["usual_high_kmh"][last]
    assert (low, high) == pytest.approx(
        (day["usual_kmh"][last] - 5.1, day["usual_kmh"][last] + 5.1), abs=0.11
    )
    assert set(day["passages"]) == {0, 3}
    [closure] = day["closures"]
    assert (closure["closure"], closure["subjects"]) == ("full", ["work:W-1"])
    assert closure["until_ms"] - closure["from_ms"] == 2 * HOUR_MS
    dumb = await get_json(http, f"{url}/api/v1/links/{quote(DUMB)}/day")
    assert (dumb["is_measured"], dumb["is_known"]) == (False, False)
    assert set(dumb["speed_kmh"]) == set(dumb["usual_kmh"]) == {None}


async def _other_moments(url: Url, http: aiohttp.ClientSession) -> None:
    then_ms = now_ms() - 4 * HOUR_MS
    day = await get_json(http, f"{url}/api/v1/links/{quote(SHUT)}/day?at={then_ms}")
    assert day["at_ms"] == then_ms
    assert [each["until_ms"] for each in day["closures"]] == [None], "it was closed then"
    ahead = await get_json(
        http, f"{url}/api/v1/links/{quote(SHUT)}/day?at={now_ms() + 4 * HOUR_MS}"
    )
    assert ahead["speed_kmh"][-8:] == [None] * 8
    assert None not in ahead["usual_kmh"]


async def _corridors(url: Url, http: aiohttp.ClientSession) -> None:
    body = await get_json(http, f"{url}/api/v1/corridors")
    first, second = body["corridors"]
    assert (first["name"], first["start"], first["goal"]) == ("역→대학", "춘천역", "강원대")
    assert first["measured_share"] == 1
    assert first["time_s"] == pytest.approx(first["length_m"] * 3.6 / 15, rel=0.01)
    assert first["usual_low_s"] < first["usual_s"] < first["usual_high_s"]
    assert first["delay_s"] == first["time_s"] - first["usual_s"] > 0
    assert {row["link"] for row in first["delays"]} <= set(first["links"])
    known = [each for each in first["day_s"] if each is not None]
    assert len(known) == pytest.approx(80, abs=2)
    assert (second["fault"], second["fault_of"]) == ("place_not_found", "없는곳")
    assert "time_s" not in second
    asked = await _between(url, http, "시청", "명동")
    [back] = asked["corridors"]
    assert back["measured_share"] == pytest.approx(0.5, abs=0.1)
    assert "time_s" not in back, "half of it is not measured: not known, and no guess"
    assert "usual_s" not in back


async def _between(url: Url, http: aiohttp.ClientSession, start: str, goal: str) -> Json:
    return await get_json(http, f"{url}/api/v1/corridors?from={quote(start)}&to={quote(goal)}")


async def _what_is_refused(url: Url, http: aiohttp.ClientSession) -> None:
    day = f"{url}/api/v1/links/{quote(SHUT)}/day"
    assert (await refused(http, f"{url}/api/v1/links/nowhere/day"))[:2] == (404, "not_found")
    for at in ("yesterday", "1795305600", "", "-1", "99999999999999"):
        assert (await refused(http, f"{day}?at={at}"))[:2] == (400, "bad_parameter")
    far_ms = now_ms() + 15 * DAY_MS
    status, code, text = await refused(http, f"{day}?at={far_ms}")
    assert (status, code) == (400, "bad_parameter")
    assert "14일" in text
    old = await refused(http, f"{day}?at={now_ms() - 8 * DAY_MS}")
    assert old[:2] == (400, "out_of_history")
    assert (await refused(http, f"{day}?when=1"))[:2] == (400, "bad_parameter")
    corridors = f"{url}/api/v1/corridors"
    for query in ("from=%EC%8B%9C%EC%B2%AD", "from=&to=x", f"from=a&to={'x' * 500}", "via=x"):
        assert (await refused(http, f"{corridors}?{query}"))[:2] == (400, "bad_parameter"), query
    unknown = await refused(http, f"{corridors}?from={quote('시청')}&to={quote('안드로메다')}")
    assert "to=" in unknown[2]
    several = await refused(http, f"{corridors}?from={quote('역')}&to={quote('시청')}")
    assert several[:2] == (400, "bad_parameter")
    apart = await refused(http, f"{corridors}?from={quote('시청')}&to={quote('외딴섬')}")
    assert apart[:2] == (400, "no_way")
