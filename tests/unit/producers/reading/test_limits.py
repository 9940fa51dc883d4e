"""How much of an answer is read, and how many rows are looked at."""

import gzip
import zlib
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from producers.feeds import its_speeds as its
from producers.feeds import tago
from producers.feeds.feed import request_to
from producers.polling.fetching import fetch
from producers.publishing.poll import Poll, answer_of
from producers.reading.answers import MAX_KEPT, Exchange, Refusal, Refusals
from streams.contract import topics
from streams.contract.enums import PollOutcome
from streams.contract.settings import Settings
from streams.contract.times import DAY_MS
from streams.contract.topic_rules import complaints_of

SETTINGS = Settings(pseudonym_key="k" * 32)
HEAD = b'{"resultCode":0,"data":['


def its_answer(body: bytes, url: str = "https://x/trafficInfo") -> Exchange:
    return Exchange(its.NAME, 0, url, 200, body)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"x" * (5 * 1024 * 1024 + 1), "R002"),
        (HEAD + b"{}," * 60_000 + b"{}]}", "R015"),
        (HEAD + b"[]," * 400_000 + b"1]}", "R015"),
        (HEAD + b"1," * 60_000 + b"1]}", "R015"),
        (HEAD + b"1," * 600_000 + b"1]}", "R015"),
        (b"<a>" * 300_000 + b"</a>" * 300_000, "R015"),
    ],
)
def test_an_answer_no_city_can_have_is_refused_before_anything_is_made_of_it(
    body: bytes, code: str
) -> None:
    answer = answer_of(its.NAME, its_answer(body), SETTINGS)
    assert (answer.outcome, answer.code) == (PollOutcome.UNKNOWN, code)


def test_a_list_as_long_as_a_large_citys_is_read() -> None:
    row = b'{"linkId":"%d","speed":"30","travelTime":"9","createdDate":"20261123151200"}'
    rows = b",".join(row % (2_190_000_000 + n) for n in range(20_000))
    exchange = Exchange(its.NAME, 1_795_414_390_000, "https://x", 200, HEAD + rows + b"]}")
    assert len(answer_of(its.NAME, exchange, SETTINGS).rows) == 20_000


def test_a_file_may_have_more_rows_than_an_answer() -> None:
    words = "공사명,위치,착공일,준공일\n" + "관로,퇴계동 1,2026-01-01,2026-02-01\n" * 600
    file = Exchange("permits", 0, "file:a.csv", 200, words.encode())
    assert answer_of("permits", file, SETTINGS).code == ""
    body = b'{"data":[' + b"{}," * 60_000 + b"{}]}"
    file = Exchange("permits", 0, "file:a.json", 200, body)
    assert answer_of("permits", file, SETTINGS).code == "R005"  # no list, but not too long for one


def test_of_many_refusals_the_number_is_kept_and_the_rows_of_some() -> None:
    refused = Refusals()
    for number in range(MAX_KEPT + 50):
        refused.append(Refusal(b"row %d" % number, "R005", "odd"))
    assert len(refused) == MAX_KEPT + 50
    assert sum(bool(each.payload) for each in refused) == MAX_KEPT
    assert {each.code for each in refused} == {"R005"}
    assert refused[-1] is refused[-2]


def test_a_poll_keeps_neither_bodies_nor_refused_rows() -> None:
    poll = Poll(its.NAME, SETTINGS)
    output = poll.add(its_answer(HEAD + b'{"linkId":"1"}]}'))
    assert output.letters[0].refusal.payload
    assert poll.exchanges[0].body == b""
    assert [refusal.payload for refusal in poll.answers[0].refused] == [b""]


BODIES = {
    "/plain": (b"x" * 300, ""),
    "/gzip": (gzip.compress(b"x" * 300), "gzip"),
    "/zlib": (zlib.compress(b"x" * 300), "deflate"),
    "/raw": (zlib.compress(b"x" * 300)[2:-4], "deflate"),
    "/bomb": (gzip.compress(b"0" * (200 << 20), 1), "gzip"),
    "/lie": (b"not packed at all", "gzip"),
    "/large": (b"y" * (3 << 20), ""),
}


async def answer(request: web.Request) -> web.Response:
    body, encoding = BODIES[request.path]
    return web.Response(body=body, headers={"Content-Encoding": encoding} if encoding else {})


@pytest.fixture
async def portal() -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/{any}", answer)
    server = TestServer(app)
    await server.start_server()
    yield str(server.make_url("")).rstrip("/")
    await server.close()


async def body_of(url: str) -> bytes:
    async with aiohttp.ClientSession() as session:
        return (await fetch(session, request_to(tago.NAME, url, {}), 20.0)).exchange.body


@pytest.mark.parametrize("path", ["/plain", "/gzip", "/zlib", "/raw"])
async def test_a_body_is_unpacked_however_it_was_packed(portal: str, path: str) -> None:
    assert await body_of(portal + path) == b"x" * 300


@pytest.mark.parametrize("path", ["/bomb", "/large"])
async def test_reading_stops_at_what_the_feed_may_say(portal: str, path: str) -> None:
    assert len(await body_of(portal + path)) == tago.MAX_BYTES + 1


async def test_a_body_that_is_not_packed_as_it_says_is_a_broken_one(portal: str) -> None:
    assert await body_of(f"{portal}/lie") == b""


def test_a_topics_settings_that_lose_messages_are_named() -> None:
    right = {
        "max.message.bytes": "2097152", "retention.ms": "31536000000", "retention.bytes": "-1",
        "cleanup.policy": "delete",
    }  # fmt: skip
    assert complaints_of(topics.PERMITS, right) == []
    assert complaints_of(topics.PERMITS, {}) == []
    wrong = {
        "max.message.bytes": "1048588", "retention.ms": "604800000", "retention.bytes": "9",
        "cleanup.policy": "compact",
    }  # fmt: skip
    assert [each.name for each in complaints_of(topics.PERMITS, wrong)] == list(wrong)
    assert complaints_of(topics.BUS_POSITIONS, {"retention.ms": "604800000"}) == []


@pytest.mark.parametrize(
    ("topic", "time_ms", "says"),
    [
        (topics.CALLS, 30 * DAY_MS, ""),
        (topics.CALLS, 30 * DAY_MS - 1, "at least 2592000000 ms (30 days) are needed"),
        (topics.CALLS, 30 * DAY_MS + 1, "at most 2592000000 ms (30 days) are allowed"),
        (topics.CALLS, -1, "at most 2592000000 ms (30 days) are allowed"),
        (topics.INCIDENTS, 30 * DAY_MS - 1, "at least 2592000000 ms (30 days) are needed"),
        (topics.INCIDENTS, 30 * DAY_MS + 1, ""),
        (topics.INCIDENTS, -1, ""),
    ],
)
def test_a_topic_of_people_is_kept_for_its_days_exactly_another_at_least_so_long(
    topic: topics.Topic, time_ms: int, says: str
) -> None:
    found = complaints_of(topic, {"retention.ms": str(time_ms)})
    assert [says in each.why for each in found] == [True] * bool(says)
    assert {each.right for each in found} <= {str(30 * DAY_MS)}
