"""Pace, quota, back-off, the clock's grid, requests without visible keys."""

import asyncio
import logging
import random
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from producers.feeds import its_speeds, polled
from producers.feeds.feed import request_to
from producers.feeds.permits import folder, pages
from producers.feeds.tago import Pacer, route_request
from producers.polling.clock import next_tick_ms
from producers.polling.fetching import fetch
from producers.polling.pacing import (
    Quota,
    backoff_s,
    delay_s,
    midnight_ms,
    time_out_s,
)
from producers.publishing.client import connection
from streams.contract.arrival import MAX_AHEAD_MS
from streams.contract.errors import SettingsError
from streams.contract.logs import LogLines
from streams.contract.retrying import asked_ms
from streams.contract.settings import Settings
from streams.contract.times import kst_day

NOON_MS = 1_795_402_800_000  # 2026-11-23 12:00 KST
KEY = "canary+key/=="


@given(st.integers(0, 200), st.integers())
def test_backoff_grows_to_its_cap_and_never_beyond(attempt: int, seed: int) -> None:
    assert 0.0 <= backoff_s(attempt, random.Random(seed)) <= min(300.0, 2.0**attempt)


def test_backoff_has_full_jitter() -> None:
    rng = random.Random(7)
    drawn = [backoff_s(3, rng) for _ in range(1000)]
    assert min(drawn) < 0.5
    assert max(drawn) > 7.5


def test_a_failed_poll_is_repeated_sooner_but_never_before_the_portal_allows() -> None:
    rng = random.Random(7)
    assert delay_s(300, 0, 0, rng) == 300
    assert all(delay_s(300, n, 0, rng) <= min(300, 2**n) for n in range(1, 20))
    assert delay_s(300, 3, 900, rng) == 900


def test_a_silent_portal_is_told_within_two_periods() -> None:
    assert [time_out_s(s) for s in (1, 2, 10, 60)] == [2.0, 2.0, 10.0, 15.0]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("007", 7.0),
        ("Mon, 23 Nov 2026 03:00:30 GMT", 30.0),
        ("Mon, 23 Nov 2026 12:00:30 +0900", 30.0),
        ("Mon, 23 Nov 2026 03:00:30 -0000", 30.0),
        ("Monday, 23-Nov-26 03:00:30 GMT", 30.0),
        ("Mon Nov 23 03:00:30 2026", 30.0),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3600.0),
        ("Mon, 99 Nov 2026 03:00:30 GMT", 0.0),
        ("999999", 3600.0),
        ("9" * 5000, 3600.0),
        ("-5", 0.0),
        ("1.5", 0.0),
        ("1e3", 0.0),
        ("１２０", 0.0),
        ("²", 0.0),
        ("inf", 0.0),
        ("nan", 0.0),
        ("0x10", 0.0),
        ("soon", 0.0),
        ("", 0.0),
        (None, 0.0),
    ],
)
def test_retry_after_is_whole_seconds_or_a_date_and_nothing_else(
    header: str | None, seconds: float
) -> None:
    assert asked_ms(header, NOON_MS) == seconds * 1000


@given(st.text(max_size=60))
def test_no_retry_after_asks_for_more_than_an_hour_or_fails(header: str) -> None:
    assert 0 <= asked_ms(header, NOON_MS) <= 3_600_000


def test_the_quota_is_new_at_midnight_kst() -> None:
    quota = Quota(2)
    assert [quota.take(NOON_MS) for _ in range(3)] == [True, True, False]
    assert midnight_ms(NOON_MS) == NOON_MS + 12 * 3_600_000
    assert not quota.take(midnight_ms(NOON_MS) - 1)
    assert quota.take(midnight_ms(NOON_MS))
    assert kst_day(midnight_ms(NOON_MS)) == kst_day(NOON_MS) + 1


async def test_the_pacer_lets_one_through_per_interval() -> None:
    pacer, loop = Pacer(0.02), asyncio.get_running_loop()
    begin_s = loop.time()
    await asyncio.gather(*(pacer.turn() for _ in range(4)))
    assert loop.time() - begin_s >= 0.06


@given(st.integers(0, 2**41), st.integers(-MAX_AHEAD_MS, 2**40), st.sampled_from([100, 1000, 7000]))
def test_ticks_stay_on_the_grid_and_rise_while_the_clock_is_about_right(
    last: int, behind_ms: int, period_ms: int
) -> None:
    last_ms = last // period_ms * period_ms
    now_ms = max(0, last_ms + behind_ms)
    tick_ms = next_tick_ms(now_ms, last_ms, period_ms)
    assert tick_ms % period_ms == 0
    assert tick_ms > last_ms or last_ms - now_ms > MAX_AHEAD_MS
    assert tick_ms > now_ms


def test_missed_ticks_are_skipped() -> None:
    assert next_tick_ms(10_500, 2_000, 1000) == 11_000


def test_a_clock_set_back_a_little_waits() -> None:
    assert next_tick_ms(5_000, 9_000, 1000) == 10_000
    assert next_tick_ms(5_000, 5_000 + MAX_AHEAD_MS, 1000) == 6_000 + MAX_AHEAD_MS


def test_a_clock_that_was_far_ahead_goes_on_with_now() -> None:
    assert next_tick_ms(5_000, 6_000 + MAX_AHEAD_MS, 1000) == 6_000
    assert next_tick_ms(5_000, 5_000 + 50 * 60_000, 1000) == 6_000


def test_keys_stand_beside_the_shown_url() -> None:
    settings = Settings(tago_key=KEY, its_key=KEY, permits_key=KEY, permits="https://p/{key}/json")
    every = [
        route_request("CCB1", settings),
        its_speeds.box_request("its.speeds", "trafficInfo", "drcType", settings),
        pages.page_request(1, settings),
    ]
    for request in every:
        assert "canary" not in repr(request)
        assert "canary%2Bkey%2F%3D%3D" in str(request.real_url())
    assert every[0].shown.endswith(
        "getRouteAcctoBusLcList?cityCode=32010&routeId=CCB1&_type=json&numOfRows=100&pageNo=1"
    )


def test_a_key_or_password_written_into_a_base_url_is_taken_out_of_sight() -> None:
    request = request_to("permits", "https://me:pw@p/list?serviceKey=abc&type=json", {"pageNo": 1})
    assert request.shown == "https://p/list?type=json&pageNo=1"
    assert request.real_url().query["serviceKey"] == "abc"


async def body(request: web.Request) -> web.StreamResponse:
    """What the portal of these tests answers, by path."""
    if request.path == "/cut":
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b'{"half":')
        request.transport.close() if request.transport else None
        return response
    if request.path == "/moved":
        raise web.HTTPFound("http://elsewhere.invalid/")
    if request.path == "/silent":
        await asyncio.sleep(30)
    key = request.query.get("apiKey", "")
    return web.Response(status=429, text=key, headers={"Retry-After": "3"})


@pytest.fixture
async def portal() -> str:
    app = web.Application()
    app.router.add_get("/{any}", body)
    server = TestServer(app)
    await server.start_server()
    return str(server.make_url("")).rstrip("/")


async def asked(url: str, timeout_s: float = 5.0) -> tuple[int, bytes, float, str]:
    request = request_to("its.speeds", url, {}, key_name="apiKey", key=KEY)
    async with aiohttp.ClientSession() as session:
        fetched = await fetch(session, request, timeout_s)
    exchange = fetched.exchange
    return exchange.status, exchange.body, fetched.retry_after_s, exchange.url


async def test_a_key_arrives_decoded_and_its_url_stays_clean(portal: str) -> None:
    status, got, pause_s, url = await asked(f"{portal}/x")
    assert (status, got, pause_s, url) == (429, KEY.encode(), 3.0, f"{portal}/x")


async def test_a_cut_answer_keeps_what_came(portal: str) -> None:
    assert (await asked(f"{portal}/cut"))[:2] == (200, b'{"half":')


async def test_redirects_are_not_followed(portal: str) -> None:
    assert (await asked(f"{portal}/moved"))[0] == 302


async def test_silence_and_refused_connections_have_status_0_and_no_key_in_the_log(
    portal: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert (await asked(f"{portal}/silent", 0.1))[0] == 0
    assert (await asked("http://127.0.0.1:1/"))[0] == 0
    screen = LogLines(())
    assert "canary" not in "".join(screen.format(record) for record in caplog.records)


async def test_a_cancellation_is_not_lost_where_it_comes_as_the_time_runs_out(portal: str) -> None:
    request = request_to("its.speeds", f"{portal}/silent", {})

    async def ask_on(session: aiohttp.ClientSession) -> None:
        while True:
            await fetch(session, request, 0.05)

    async with aiohttp.ClientSession() as session:
        for lead_ms in range(10):
            tasks = [asyncio.create_task(ask_on(session)) for _ in range(50)]
            await asyncio.sleep(0.045 + lead_ms / 1000)
            for task in tasks:
                task.cancel()
            _, going_on = await asyncio.wait(tasks, timeout=0.5)
            for task in going_on:
                task.cancel()
            assert not going_on


def test_secrets_are_blacked_out_and_line_breaks_stay_escaped() -> None:
    settings = Settings(its_key="canary-its", redis_password="canary-redis")  # noqa: S106
    record = logging.makeLogRecord({"msg": "key canary-its\n", "feed": "canary-redis\r\nx"})
    line = LogLines(settings.secrets()).format(record)
    assert "canary" not in line
    assert "\n" not in line


def test_a_user_means_scram_over_tls_and_none_means_plain() -> None:
    secure = connection(Settings(kafka_user="bomnae", kafka_password="x"))  # noqa: S106
    assert (secure["security_protocol"], secure["sasl_mechanism"]) == ("SASL_SSL", "SCRAM-SHA-512")
    plain = connection(Settings(kafka=("a:1", "b:2")))
    assert plain["bootstrap_servers"] == ["a:1", "b:2"]
    assert "security_protocol" not in plain


def test_only_feeds_with_a_key_are_polled_and_only_narrows_them() -> None:
    settings = Settings(tago_key="k", its_key="k", permits="/drop")
    assert [feed.name for feed in polled(settings)] == [
        "its.events", "its.speeds", "permits", "tago.positions",
    ]  # fmt: skip
    assert [feed.name for feed in polled(settings, ("its", "permits"))] == [
        "its.events", "its.speeds", "permits",
    ]  # fmt: skip
    with pytest.raises(SettingsError, match="unknown feed 'bus'"):
        polled(settings, ("bus",))


def test_a_folder_is_read_once_it_has_come_to_rest(tmp_path: Path) -> None:
    watch = folder.FolderWatch(read=folder.signature(tmp_path))
    (tmp_path / "a.csv").write_text("x")
    (tmp_path / ".b.csv").write_text("x")
    (tmp_path / "c.tmp").write_text("x")
    (tmp_path / "~$d.xlsx").write_text("x")
    assert [watch.is_ripe(folder.signature(tmp_path)) for _ in range(2)] == [False, True]
    watch.read = folder.signature(tmp_path)
    assert not watch.is_ripe(folder.signature(tmp_path))
    [exchange] = folder.exchanges_of(tmp_path, watch.read, NOON_MS)
    assert (exchange.url, exchange.status, exchange.body) == ("file:a.csv", 200, b"x")


def test_a_missing_folder_gives_one_exchange_without_an_answer(tmp_path: Path) -> None:
    files = folder.signature(tmp_path / "none")
    assert [e.status for e in folder.exchanges_of(tmp_path, files, NOON_MS)] == [0]


@pytest.mark.parametrize("back_ms", [121_000, 49 * 60_000, 9 * 3_600_000])
def test_a_wall_clock_that_was_far_ahead_ticks_on_at_once(back_ms: int) -> None:
    assert next_tick_ms(5_000, 5_000 + back_ms, 1000) == 6_000
