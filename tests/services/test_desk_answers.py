"""The desk's answers over HTTP: what a clerk's screen and a script may rely on."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from local.waiting import until
from maps.api.context import CONTEXT
from streams.contract.times import now_ms
from streams.geo.network import Network
from tests.cities import seed, worlds
from tests.redis_server import RedisServer
from tests.services.site import served

Json = dict[str, Any]
LINK = "S3>S4"
PERMIT = "2026-굴착-0412"


@pytest.fixture
def network() -> Network:
    return worlds.road(8)


@pytest.fixture
async def asked(server: RedisServer, network: Network) -> AsyncIterator["Desk"]:
    """The server with one work that closes a section; its clock stands at now."""
    with server.client as client:
        work = seed.work(PERMIT, links=[LINK], closure="full", hours="", is_in_force=True)
        clash: Json = {"id": "route-1", "kind": "route", "severity": "high", "works": [PERMIT]}
        clash |= {"links": [LINK], "routes": ["R1"], "stops": [], "places": []}
        clash |= {"from_ms": 1_795_000_000_000, "until_ms": 1_796_000_000_000}
        now = now_ms()
        feeds = {name: seed.feed(name, now) for name in seed.FEEDS}
        seed.emit(client, {"at": now, "w": {PERMIT: work}, "f": feeds, "k": {"0": now}})
        seed.emit(client, {"at": now, "w": {PERMIT: work}, "o": {"route-1": clash}})
        async with served(server, network) as (url, app), aiohttp.ClientSession() as http:
            await until(lambda: app[CONTEXT].live.picture.works, "works")
            desk = Desk(http, url, app)
            yield desk


class Desk:
    """Asks the server; `clock_ms` of its picture is moved to now before each question."""

    def __init__(self, http: aiohttp.ClientSession, url: str, app: web.Application) -> None:
        self.http, self.url, self.app = http, url, app

    async def get(self, path: str, **query: str) -> tuple[int, Json]:
        live = self.app[CONTEXT].live
        live.now_ms = lambda: live.picture.clock_ms or 0
        async with self.http.get(f"{self.url}{path}", params=query) as answer:
            return answer.status, await answer.json()

    async def answer(self, **query: str) -> Json:
        status, body = await self.get("/api/v1/answer", **query)
        assert status == 200, body
        return body


async def test_a_permit_number_is_answered_with_a_card(asked: Desk) -> None:
    body = await asked.answer(q=PERMIT)
    card = body["card"]
    assert (body["status"], body["store"]) == ("answer", "ok")
    assert card["place"]["links"] == [LINK]
    assert (card["verdict"]["closure"], card["verdict"]["certainty"]) == ("full", "reported")
    assert card["works"][0]["phone"] == "033-250-0000"
    assert {source["id"] for source in card["sources"]} >= set(card["clauses"][0]["sources"])


async def test_the_same_place_by_its_id(asked: Desk) -> None:
    body = await asked.answer(id=f"section:{LINK}")
    assert "전면 통제" in body["card"]["sentence_ko"]
    [detour] = [each for each in body["card"]["clauses"] if each["name"] == "detour"]
    assert detour["ko"] == "우회로를 찾지 못했습니다."


@pytest.mark.parametrize(
    "question",
    ["", "없는 길", "가" * 500, "<script>alert(1)</script>", "서울 강남대로", "\x00", "🚧", "((("],
)
async def test_nonsense_is_a_clear_answer(asked: Desk, question: str) -> None:
    body = await asked.answer(q=question)
    assert (body["status"], body["card"]) == ("not_found", None)
    assert body["sentence_ko"].startswith(("찾지 못했습니다.", "찾을 곳을"))


@pytest.mark.parametrize(
    ("name", "value"), [("valid", "soon"), ("known", "-1"), ("valid", "1"), ("vaild", "1")]
)
async def test_a_time_that_is_none_is_refused(asked: Desk, name: str, value: str) -> None:
    status, body = await asked.get("/api/v1/answer", q=PERMIT, **{name: value})
    assert status == 400
    assert name in body["error"]["message"]


async def test_every_look_up_is_counted_without_what_was_asked(asked: Desk) -> None:
    await asked.answer(q=PERMIT)
    await asked.answer(q="없는 길")
    async with asked.http.get(f"{asked.url}/metrics") as answer:
        text = await answer.text()
    assert 'bomnae_desk_lookups_total{outcome="answer"} 1' in text
    assert 'bomnae_desk_lookups_total{outcome="not_found"} 1' in text
    assert "없는" not in text
    assert PERMIT not in text


async def test_a_lost_store_is_said(asked: Desk, server: RedisServer) -> None:
    server.kill()
    await until(
        lambda: asked.app[CONTEXT].live.store_state,
        "a store that is lost",
        lambda seen: seen == "lost",
    )
    body = await asked.answer(q=PERMIT)
    assert body["store"] == "lost"
    assert body["card"]["verdict"]["certainty"] == "lost"
    assert "지금 상태는 확인되지 않습니다" in body["card"]["sentence_ko"]


async def test_clashes_come_with_a_reason(asked: Desk) -> None:
    await until(lambda: asked.app[CONTEXT].live.picture.clashes, "clashes")
    status, body = await asked.get("/api/v1/clashes")
    assert status == 200
    [clash] = body["clashes"]
    assert clash["id"] == "route-1"
    assert clash["reason_ko"]
    assert clash["reason_en"]
