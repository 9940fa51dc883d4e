"""Pushes to the producers, over real sockets: what is taken, what is not, and how that is told."""

import asyncio
import gzip
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from producers.polling import pushes as ingest
from producers.polling.loops import PollContext
from producers.polling.pushes import application
from producers.publishing.messages import Output
from producers.recording.recorder import Recorder, exchange_of, lines_of
from producers.recording.replay import events
from streams.contract import wire
from streams.contract.enums import FeedStatus
from streams.contract.records import FeedReport, PermitBatch, PositionBatch
from streams.contract.settings import Settings
from streams.domain.stages.feeds import observe, status

KEY = "k" * 40
SETTINGS = Settings(pseudonym_key="p" * 32, ingest_key=KEY)
PERMITS = "허가번호,공사명,위치,착공일,준공일\n가-1,관로,우두동 7,2026-11-20,2026-12-20\n".encode(
    "cp949"
)
BUSES = {
    "response": {
        "header": {"resultCode": "00"},
        "body": {"items": [{"vehicleno": "강원70자1234", "nodeord": 3, "routenm": "300"}]},
    }
}


class Taken:
    """The log of these tests; full where `has_room` is not set."""

    def __init__(self) -> None:
        self.messages: list[Any] = []
        self.payloads: list[tuple[str, int, bytes]] = []
        self.has_room = True

    @property
    def waiting(self) -> int:
        return 0

    def wait_for_room(self, timeout_s: float = 0.0) -> bool:
        return self.has_room and timeout_s >= 0

    def publish(self, output: Output) -> None:
        self.payloads += output.messages
        self.messages += [wire.decode(payload) for _, _, payload in output.messages]

    def reports(self) -> list[FeedReport]:
        return [message for message in self.messages if isinstance(message, FeedReport)]


class Pusher:
    """A source that pushes to one process."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, context: PollContext, log: Taken
    ) -> None:
        self.session, self.url, self.context, self.log = session, url, context, log

    async def push(
        self, feed: str, body: Any, *, key: str = KEY, **headers: str
    ) -> tuple[int, dict[str, Any]]:
        given = {"Authorization": f"Bearer {key}"} if key else {}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.post(
            f"{self.url}/ingest/{feed}", data=body, headers=given
        ) as answer:
            return answer.status, await answer.json()


@pytest.fixture
async def pusher(tmp_path: Path) -> AsyncIterator[Pusher]:
    log = Taken()
    async with aiohttp.ClientSession() as session:
        with Recorder(tmp_path / "r.jsonl", SETTINGS) as recorder:
            context = PollContext(SETTINGS, log, session, recorder)
            server = TestServer(application(context))
            await server.start_server()
            yield Pusher(session, str(server.make_url("")).rstrip("/"), context, log)
            await server.close()
            context.reader.shutdown()


async def test_a_push_is_a_poll_with_its_report(pusher: Pusher) -> None:
    code, said = await pusher.push("permits", PERMITS, X_Bomnae_List="water")
    assert code == 202
    assert said == {"feed": "permits", "outcome": "data", "rows": 1, "refused": 0, "code": ""}
    [batch, report] = pusher.log.messages
    assert isinstance(batch, PermitBatch)
    assert [row.title for row in batch.rows] == ["관로"]
    assert (report.feed, report.row_count) == ("permits", 1)


async def test_buses_of_a_pushed_route_are_pseudonyms(pusher: Pusher, tmp_path: Path) -> None:
    code, _ = await pusher.push("tago.positions?routeId=CCB300", json.dumps(BUSES))
    assert code == 202
    batch = pusher.log.messages[0]
    assert isinstance(batch, PositionBatch)
    assert batch.rows[0].route_id == "CCB300"
    recorded = next(lines_of(tmp_path / "r.jsonl"))
    assert "1234" not in recorded.partition('"body"')[2].replace(batch.rows[0].vehicle, "")
    assert exchange_of(recorded).url == "push:tago.positions?routeId=CCB300"


async def test_a_recording_of_pushes_replays_into_the_same_messages(
    pusher: Pusher, tmp_path: Path
) -> None:
    await pusher.push("permits", PERMITS, X_Bomnae_List="water")
    await pusher.push("permits", PERMITS.replace(b",2026-12-20", b",2026-12-24"), X_Bomnae_List="b")
    await pusher.push("tago.positions?routeId=CCB300", json.dumps(BUSES))
    replayed = [
        message
        for _, messages in events(lines_of(tmp_path / "r.jsonl"), SETTINGS)
        for message in messages
        if b'"kind":"tick"' not in message[2]
    ]
    assert replayed == pusher.log.payloads


async def test_what_cannot_be_read_is_told_with_its_code(pusher: Pusher) -> None:
    code, said = await pusher.push("its.events", b"oops")
    assert (code, said["outcome"], said["code"]) == (202, "unknown", "R001")
    code, said = await pusher.push("its.events", b"")
    assert (code, said["code"]) == (202, "EMPTY-BODY")


@pytest.mark.parametrize("key", ["", "k" * 39, "k" * 41, "K" * 40, "ㅋ" * 40])
async def test_a_stranger_is_turned_away(pusher: Pusher, key: str) -> None:
    code, said = await pusher.push("its.events", b"[]", key=key)
    assert code == 401
    assert KEY not in str(said)
    assert pusher.log.messages == []


async def test_an_unknown_feed_is_not_found(pusher: Pusher) -> None:
    assert (await pusher.push("weather", b"[]"))[0] == 404


async def test_only_posts_are_taken(pusher: Pusher) -> None:
    async with pusher.session.get(f"{pusher.url}/ingest/permits") as answer:
        assert answer.status == 405


async def test_a_body_above_its_feeds_bound_is_refused_while_it_comes(pusher: Pusher) -> None:
    most = 1 << 20  # of one route's buses

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b"x" * (most // 16)

    assert (await pusher.push("tago.positions", io.BytesIO(b"x" * (most + 1))))[0] == 413
    try:
        code, _ = await pusher.push("tago.positions", endless())
    except aiohttp.ClientConnectionError:
        code = 413  # the door was shut while it came
    assert code == 413
    assert pusher.log.messages == []


async def test_a_packed_body_is_refused(pusher: Pusher) -> None:
    packed = gzip.compress(b"0" * 100_000_000)
    code, _ = await pusher.push("its.events", packed, Content_Encoding="gzip")
    assert code == 415


async def test_a_third_push_at_once_waits_outside_and_a_slow_one_is_given_up(
    pusher: Pusher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "READ_S", 1.0)
    begun = asyncio.Semaphore(0)

    async def slow() -> AsyncIterator[bytes]:
        yield b"["
        begun.release()
        await asyncio.sleep(30)

    held = [asyncio.create_task(pusher.push("its.events", slow())) for _ in range(2)]
    async with asyncio.timeout(10):
        await begun.acquire()
        await begun.acquire()
        assert (await pusher.push("its.events", b"[]"))[0] == 429
        await asyncio.wait(held)
        for task in held:
            assert task.exception() is not None or task.result()[0] == 408
        assert (await pusher.push("its.events", b"[]"))[0] == 202


async def test_a_log_without_room_takes_no_push(pusher: Pusher) -> None:
    pusher.log.has_room = False
    assert (await pusher.push("its.events", b"[]"))[0] == 503


async def test_no_buses_are_taken_without_a_key_for_their_pseudonyms(pusher: Pusher) -> None:
    pusher.context.settings = Settings(pseudonym_key="short", ingest_key=KEY)
    assert (await pusher.push("tago.positions", json.dumps(BUSES)))[0] == 503
    assert (await pusher.push("its.events", b"[]"))[0] == 202


async def test_permits_that_are_polled_are_not_pushed(pusher: Pusher) -> None:
    pusher.context.settings = Settings(permits="/permits", ingest_key=KEY)
    assert (await pusher.push("permits", PERMITS))[0] == 404


@pytest.mark.parametrize("route", ["a/b", "x" * 41, "%0d%0aX", "가"])
async def test_a_route_that_is_none_is_refused(pusher: Pusher, route: str) -> None:
    assert (await pusher.push(f"tago.positions?routeId={route}", b"{}"))[0] == 400


async def test_the_name_of_a_list_names_nobody(pusher: Pusher, tmp_path: Path) -> None:
    await pusher.push("permits", PERMITS, X_Bomnae_List="%EA%B3%A0%EA%B0%9D 010-5555-6613/../x")
    [line] = lines_of(tmp_path / "r.jsonl")
    assert "6613" not in line
    assert exchange_of(line).url.startswith("push:permits/")


async def test_no_more_lists_than_a_city_has_offices(pusher: Pusher) -> None:
    for n in range(50):
        assert (await pusher.push("permits", PERMITS, X_Bomnae_List=f"office {n}"))[0] == 202
    assert (await pusher.push("permits", PERMITS, X_Bomnae_List="one more"))[0] == 429
    assert (await pusher.push("permits", PERMITS, X_Bomnae_List="office 7"))[0] == 202


async def test_a_pushed_feed_that_falls_silent_is_late(pusher: Pusher) -> None:
    await pusher.push("its.events", b'{"resultCode":0,"data":[]}')
    [report] = pusher.log.reports()
    state = observe(None, report)
    period_ms = SETTINGS.its_poll_s * 1000
    assert status(state, report.received_ms + period_ms) is FeedStatus.EMPTY
    assert status(state, report.received_ms + 2 * period_ms + 6000) is FeedStatus.STALE
