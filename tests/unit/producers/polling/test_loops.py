"""The poll loops against a portal on loopback: one report a poll, stops, resumes, no key."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from local.waiting import until
from producers.feeds import FEEDS
from producers.feeds.feed import Asker, Feed
from producers.feeds.tago import Sweeper
from producers.polling import running as running_commands
from producers.polling.loops import PollContext, run_feed
from producers.publishing import poll as polls
from producers.publishing.messages import Output
from producers.reading.answers import Answer, Exchange
from producers.recording.recorder import Recorder, lines_of
from streams.contract import wire
from streams.contract.enums import PollOutcome
from streams.contract.errors import SettingsError
from streams.contract.records import FeedReport
from streams.contract.settings import Settings

KEY = "canary-key"
EMPTY = '{"response":{"header":{"resultCode":"00"},"body":{"items":"","totalCount":0}}}'
BAD_KEY = '{"response":{"header":{"resultCode":"30","resultMsg":"NOT_REGISTERED"},"body":""}}'
QUOTA = BAD_KEY.replace("30", "22")
DEADLINE_S = 8.0


@dataclass
class Portal:
    """Answers every request with `text`, or not at all; counts them."""

    text: str = EMPTY
    is_silent: bool = False
    asked: list[str] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.query.get("routeId", request.path))
        if self.is_silent:
            await asyncio.sleep(60)
        return web.Response(text=self.text, content_type="application/json")


@dataclass
class Published:
    """The log of these tests."""

    reports: list[FeedReport] = field(default_factory=list)
    payloads: list[bytes] = field(default_factory=list)
    waiting: int = 0

    def wait_for_room(self, timeout_s: float = 0.0) -> bool:
        return timeout_s >= 0

    def publish(self, output: Output) -> None:
        for _, _, payload in output.messages:
            message = wire.decode(payload)
            if isinstance(message, FeedReport):
                self.reports.append(message)
        self.payloads += [payload for _, _, payload in output.messages]
        self.payloads += [letter.refusal.payload for letter in output.letters]


@pytest.fixture
async def portal() -> AsyncIterator[Portal]:
    found = Portal()
    app = web.Application()
    app.router.add_get("/{any:.*}", found.answer)
    server = TestServer(app)
    await server.start_server()
    found.url = str(server.make_url("")).rstrip("/")
    yield found
    await server.close()


@dataclass
class Running:
    """A loop under test."""

    log: Published
    context: PollContext
    task: asyncio.Task[None]

    async def until(self, is_met: Callable[[], bool]) -> None:
        """Wait for an observable; a loop that died raises what killed it."""

        def ask() -> object:
            if self.task.done():
                self.task.result()
            return is_met()

        await until(ask, "what it waits for", within_s=DEADLINE_S, every_s=0.01)


@pytest.fixture
async def run(portal: Portal, tmp_path: Path) -> AsyncIterator[Callable[..., Running]]:
    started: list[Running] = []
    session = aiohttp.ClientSession()
    recorder = Recorder(tmp_path / "r.jsonl")

    def start(*routes: str, loop: Callable[..., Any] = run_feed, **changed: int) -> Running:
        settings = Settings(
            tago_url=portal.url,
            tago_key=KEY,
            **{"tago_poll_s": 1, "tago_parallel": 2, **changed},  # type: ignore[arg-type]
        )
        log = Published()
        context = PollContext(settings, log, session, recorder)
        asker = Sweeper(list(routes), settings)
        task = asyncio.create_task(loop(FEEDS["tago.positions"], context, asker))
        running = Running(log, context, task)
        started.append(running)
        return running

    yield start
    for running in started:
        running.task.cancel()
        with suppress(asyncio.CancelledError):
            await running.task
    await session.close()
    recorder.close()


async def test_a_sweep_asks_every_route_once_and_gives_one_report(
    portal: Portal, run: Callable[..., Running]
) -> None:
    running = run("R1", "R2", "R3")
    await running.until(lambda: len(running.log.reports) == 2)
    assert sorted(portal.asked[:3]) == ["R1", "R2", "R3"]
    assert [report.outcome for report in running.log.reports] == [PollOutcome.EMPTY] * 2


async def test_a_silent_portal_is_told_without_asking_every_route(
    portal: Portal, run: Callable[..., Running]
) -> None:
    portal.is_silent = True
    running = run(*(f"R{n}" for n in range(40)))
    await running.until(lambda: bool(running.log.reports))
    report = running.log.reports[0]
    assert (report.outcome, report.code) == (PollOutcome.UNKNOWN, "NO-ANSWER")
    assert report.detail.startswith("40 of 40 requests failed")
    assert len(portal.asked) < 10


async def test_a_bad_key_stops_the_feed_until_told(
    portal: Portal, run: Callable[..., Running]
) -> None:
    portal.text = BAD_KEY
    running = run("R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8")
    await running.until(lambda: bool(running.log.reports))
    assert (running.log.reports[0].is_stopped, running.log.reports[0].code) == (True, "TAGO-30")
    assert len(portal.asked) < 8
    portal.text = EMPTY
    running.context.again.set()
    await running.until(lambda: len(running.log.reports) > 1)
    assert running.log.reports[1].outcome is PollOutcome.EMPTY


@pytest.mark.parametrize("quota", [2, 0])
async def test_a_spent_quota_stops_the_feed(
    portal: Portal, run: Callable[..., Running], quota: int
) -> None:
    portal.text = EMPTY if quota else QUOTA
    running = run("R1", "R2", "R3", tago_quota=quota or 100)
    await running.until(lambda: bool(running.log.reports))
    assert running.log.reports[0].is_stopped
    assert running.log.reports[0].code == ("QUOTA-SPENT" if quota else "TAGO-22")


async def test_no_key_is_recorded_or_published(
    portal: Portal, run: Callable[..., Running], tmp_path: Path
) -> None:
    portal.text = f"<html>{KEY}</html>"
    running = run("R1")
    await running.until(lambda: bool(running.log.reports))
    recorded = list(lines_of(tmp_path / "r.jsonl"))
    assert len(recorded) == 1
    assert "serviceKey" not in recorded[0]
    assert not [payload for payload in running.log.payloads if KEY.encode() in payload]


def _broken(exchange: Exchange, _settings: Settings) -> Answer:
    """A parser with a fault that nobody foresaw, for one route."""
    if "routeId=R2" in exchange.url:
        int("010-1234-5678")
    return Answer(PollOutcome.EMPTY)


async def test_an_answer_that_breaks_its_parser_costs_itself_alone(
    portal: Portal,
    run: Callable[..., Running],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken = replace(FEEDS["tago.positions"], parse=_broken)
    monkeypatch.setitem(FEEDS, "tago.positions", broken)
    running = run("R1", "R2", "R3")
    await running.until(lambda: len(running.log.reports) == 2)
    report = running.log.reports[0]
    assert (report.outcome, report.is_partial, report.code) == (PollOutcome.EMPTY, True, "BUG")
    assert report.refused == 1
    assert report.detail.startswith("1 of 3 requests failed; ValueError at ")
    assert sorted(portal.asked[:3]) == ["R1", "R2", "R3"]
    assert "ValueError at " in str([vars(record).get("place") for record in caplog.records])
    assert "1234" not in report.detail + "".join(map(str, map(vars, caplog.records)))


async def test_a_poll_that_cannot_be_told_is_an_unknown_answer(
    run: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polls, "_digest", lambda _rows: 1 // 0)
    running = run("R1")
    await running.until(lambda: bool(running.log.reports))
    report = running.log.reports[0]
    assert (report.outcome, report.code) == (PollOutcome.UNKNOWN, "BUG")


async def test_a_loop_that_dies_is_told_and_begun_again(
    run: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []

    async def dies(feed: Feed, context: PollContext, asker: Asker) -> None:
        begun.append(feed.name)
        if len(begun) < 2:
            raise TypeError(feed)
        await run_feed(feed, context, asker)

    monkeypatch.setattr(running_commands, "run_feed", dies)
    running = run("R1", loop=running_commands.run_on)
    await running.until(lambda: len(running.log.reports) > 1)
    assert [report.code for report in running.log.reports[:2]] == ["BUG", ""]
    assert running.log.reports[0].detail.startswith("the poll ended: TypeError at ")


async def test_settings_that_are_wrong_end_a_loop_for_good(
    run: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuses(*_: object) -> None:
        raise SettingsError("BOMNAE_BBOX")

    monkeypatch.setattr(running_commands, "run_feed", refuses)
    running = run("R1", loop=running_commands.run_on)
    with pytest.raises(SettingsError):
        await running.task
    running.task = asyncio.create_task(asyncio.sleep(0))


async def test_a_stopped_key_is_tried_again_with_one_quiet_request(
    portal: Portal, run: Callable[..., Running]
) -> None:
    portal.text = BAD_KEY
    running = run("R1", "R2", "R3", key_retry_s=1)
    await running.until(lambda: bool(running.log.reports))
    asked = len(portal.asked)
    await running.until(lambda: len(portal.asked) >= asked + 2)
    assert set(portal.asked[asked:]) == {"R1"}
    assert len(running.log.reports) == 1
    assert "docker compose kill -s HUP producers" in running.log.reports[0].detail
    portal.text = EMPTY
    await running.until(lambda: len(running.log.reports) > 1)
    assert running.log.reports[1].outcome is PollOutcome.EMPTY


async def test_a_full_disk_ends_the_recording_and_not_the_poll(
    run: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Recorder, "write", full)
    running = run("R1")
    await running.until(lambda: len(running.log.reports) > 1)
    assert running.log.reports[0].outcome is PollOutcome.EMPTY
    assert running.context.recorder is None
