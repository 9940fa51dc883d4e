import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientTimeout, web
from aiohttp.test_utils import TestClient, TestServer

from producers.simulator.day import Day
from producers.simulator.misbehaviour import GATEWAY, HUGE_BYTES, ITS, PLAIN, modes_of
from producers.simulator.portal import KEY_NAMES, PATHS, SimulatedPortal
from producers.simulator.server import MAX_PARALLEL, Front, build_app

OPENS_MS = 1_795_414_000_000
URLS = {feed: path for path, feed in PATHS.items()}
Client = TestClient[web.Request, web.Application]


class Clock:
    """A clock the test moves."""

    now_ms = OPENS_MS

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def client(day: Day, clock: Clock) -> AsyncIterator[Client]:
    front = Front(SimulatedPortal(day), clock, latency_ms=(0, 1), slow_s=0.2)
    async with TestClient(TestServer(build_app(front))) as found:
        yield found


def _query(feed: str) -> dict[str, str]:
    query = {KEY_NAMES[feed]: "k", "_type": "json", "type": "json", "getType": "json"}
    return {**query, "numOfRows": "100", "cityCode": "32010", "routeId": "CCB250090100"}


async def _ask(client: Client, feed: str, mode: str) -> tuple[int, str]:
    changed = await client.post("/misbehave", params={"feed": feed, "mode": mode})
    assert changed.status == 200
    response = await client.get(URLS[feed], params=_query(feed))
    return response.status, await response.text()


def _body(text: str) -> Any:
    tree = json.loads(text)
    return tree.get("response", tree)["body"]


@pytest.mark.parametrize("feed", list(KEY_NAMES))
async def test_every_feed_answers_on_its_real_path(client: Client, feed: str) -> None:
    status, text = await _ask(client, feed, "ok")
    assert status == 200
    assert len(text) > 300


@pytest.mark.parametrize("feed", list(KEY_NAMES))
async def test_fixed_refusals_come_back_word_for_word(client: Client, feed: str) -> None:
    fixed = {**PLAIN, **GATEWAY, **ITS}
    for mode in (mode for mode in modes_of(feed) if mode in fixed):
        assert await _ask(client, feed, mode) == (fixed[mode].status, fixed[mode].body), mode


async def test_refusals_are_those_of_the_real_portals(client: Client) -> None:
    assert await _ask(client, "tago.positions", "plain-500") == (500, "Unexpected errors")
    assert await _ask(client, "tago.positions", "blank") == (200, "")
    assert (await _ask(client, "tago.positions", "gateway-json-12"))[0] == 400
    assert (await _ask(client, "its.speeds", "its-4005"))[0] == 401
    status, text = await _ask(client, "its.speeds", "its-4001")
    assert (status, json.loads(text)["header"]["resultCode"]) == (200, 4001)


@pytest.mark.parametrize("feed", ["tago.positions", "its.speeds", "its.events", "permits"])
async def test_half_breaks_off_and_short_lacks_rows(client: Client, feed: str) -> None:
    good = _body((await _ask(client, feed, "ok"))[1])
    with pytest.raises(json.JSONDecodeError):
        json.loads((await _ask(client, feed, "half"))[1])
    short = _body((await _ask(client, feed, "short"))[1])
    assert short["totalCount"] == good["totalCount"]
    assert len(json.dumps(short)) < len(json.dumps(good))


@pytest.mark.parametrize("feed", ["tago.positions", "its.speeds", "its.events", "permits"])
async def test_empty_is_a_success_without_rows(client: Client, feed: str) -> None:
    body = _body((await _ask(client, feed, "empty"))[1])
    assert (body["totalCount"], not body["items"]) == (0, True)


@pytest.mark.parametrize("mode", ["huge", "many"])
async def test_huge_bodies_pass_eight_mebibytes(client: Client, mode: str) -> None:
    status, text = await _ask(client, "its.speeds", mode)
    assert status == 200
    assert len(text) > HUGE_BYTES


async def test_envelopes_of_its_vary(client: Client) -> None:
    flat, wrapped, single, null = [
        json.loads((await _ask(client, "its.events", mode))[1])
        for mode in ("its-flat", "its-wrapped", "its-single", "its-null")
    ]
    assert flat["resultCode"] == "0"
    assert int(flat["totalCount"]) == len(flat["data"])
    assert wrapped["response"]["body"]["items"]["item"]
    assert isinstance(single["body"]["items"], dict)
    assert null["body"]["items"] is None


async def test_frozen_gives_the_same_body_until_it_is_well_again(
    client: Client, clock: Clock
) -> None:
    frozen = (await _ask(client, "its.speeds", "frozen"))[1]
    clock.now_ms += 60_000
    later = await client.get(URLS["its.speeds"], params=_query("its.speeds"))
    assert await later.text() == frozen
    assert (await _ask(client, "its.speeds", "ok"))[1] != frozen


async def test_silent_feed_never_answers_and_the_others_do(client: Client) -> None:
    await client.post("/misbehave", params={"feed": "permits", "mode": "silence"})
    with pytest.raises(TimeoutError):
        await client.get(
            URLS["permits"], params=_query("permits"), timeout=ClientTimeout(total=0.2)
        )
    assert (await _ask(client, "its.events", "ok"))[0] == 200


async def test_more_than_eight_at_once_on_one_key_are_refused(client: Client) -> None:
    await client.post("/misbehave", params={"feed": "tago.positions", "mode": "slow"})
    asked = [client.get(URLS["tago.positions"], params=_query("tago.positions")) for _ in range(12)]
    statuses = sorted(response.status for response in await asyncio.gather(*asked))
    assert statuses == [200] * MAX_PARALLEL + [429] * (12 - MAX_PARALLEL)


async def test_the_truth_is_told_to_who_asks_for_it(client: Client) -> None:
    body = await (await client.get("/truth")).json()
    kinds = {work["kind"] for work in body["works"]}
    assert kinds > {"no_effect", "undeclared", "late_start", "overrun", "honest"}
    assert sum(work["is_so"] for work in body["works"]) >= 4
    assert all(work["declared_ms"] or work["actual_ms"] for work in body["works"])


async def test_modes_are_listed_and_unknown_ones_refused(client: Client) -> None:
    listed = await (await client.get("/misbehave")).json()
    assert set(listed["feeds"]) == set(KEY_NAMES)
    assert all(row["mode"] == "ok" for row in listed["feeds"].values())
    for wrong in ({"feed": "x", "mode": "ok"}, {"feed": "permits", "mode": "x"}):
        assert (await client.post("/misbehave", params=wrong)).status == 400
