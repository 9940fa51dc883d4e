from collections.abc import Callable, Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, Page, expect

from streams.contract.times import now_ms
from streams.state.keys import META
from tests.cities.stage import City
from tests.pages import servers
from tests.pages.line import Line
from tests.pages.screen import Screen, box_of
from tests.pages.servers import MapServer

NewScreen = Callable[..., Screen]


def test_page_goes_live_with_nothing_but_its_own_server(screen: Screen) -> None:
    page = screen.open()
    expect(page.locator("#live-word")).to_have_text("실시간")
    expect(page.locator("#simulated")).to_be_visible()
    assert page.evaluate("() => document.documentElement.dataset.net").isalnum()
    assert screen.notes.outside == []


def test_delta_repaints_the_link_it_names(screen: Screen, city: City) -> None:
    city.set_speed(10, 50)
    screen.open()
    screen.wait_until(lambda: screen.level(10), "the link is green", lambda seen: seen == "free")
    for speed_kmh, level in ((5, "jam"), (20, "slow"), (None, "unknown"), (44, "free")):
        city.set_speed(10, speed_kmh)
        screen.wait_until(partial(_is_level, screen, 10, level), f"the link is {level}")


def _is_level(screen: Screen, index: int, level: str) -> bool:
    return screen.level(index) == level


@pytest.mark.parametrize("address", ["/", "/desk"])
def test_a_page_asks_for_each_file_once_and_announces_its_modules(
    screen: Screen, address: str
) -> None:
    page, asked = screen.page, []
    page.on("request", lambda request: asked.append(request.url.removeprefix(screen.url)))
    screen.open(address)
    files = [url for url in asked if url.endswith((".js", ".css", ".json"))]
    assert len(files) == len(set(files)) > 10
    assert asked.count("/api/v1/snapshot") == (1 if address == "/" else 0)
    announced = page.locator("link[rel=modulepreload]").evaluate_all(
        "(links) => links.map((link) => link.getAttribute('href'))"
    )
    modules = {url for url in files if url.endswith(".js")}
    assert set(announced) <= modules
    assert {url.rpartition("/")[2] for url in modules - set(announced)} <= {
        "theme.js", "leaflet.js", "stream-worker.js", "event-line.js",
    }  # fmt: skip


def test_speed_on_a_threshold_belongs_to_the_better_level(screen: Screen, city: City) -> None:
    screen.open()
    jam_kmh = screen.page.evaluate("() => bomnae.picture.network.jam[10]")
    city.set_speed(10, jam_kmh)
    screen.wait_until(
        lambda: screen.level(10), "서행 at the threshold", lambda seen: seen == "slow"
    )
    city.set_speed(10, jam_kmh - 0.1)
    screen.wait_until(lambda: screen.level(10), "정체 below it", lambda seen: seen == "jam")


def test_both_directions_of_a_road_are_seen(screen: Screen, city: City) -> None:
    city.set_speed(20, 50)
    city.set_speed(21, 5)
    screen.open()
    screen.wait_until(
        lambda: screen.level(20), "the way there is green", lambda seen: seen == "free"
    )
    screen.wait_until(lambda: screen.level(21), "the way back is red", lambda seen: seen == "jam")


def test_picture_is_stale_when_its_clock_stops_and_live_again_after(
    screen: Screen, city: City
) -> None:
    page = screen.open()
    expect(page.locator("#feeds li").first).to_be_visible()  # all stands where it stays
    box = box_of(page.locator("#stage"))
    city.is_ticking = False
    city.tick(now_ms() - 60_000)
    screen.wait_for("stale")
    expect(page.locator("#live-word")).to_have_text("갱신 지연")
    expect(page.locator("#banner-word")).to_have_text("1분 전 상태입니다 (갱신 지연)")
    expect(page.locator("#banner-detail")).to_contain_text("수집기나 처리기가 멈췄을 수 있습니다")
    screen.wait_until(
        lambda: box_of(page.locator("#stage")), "the banner moves nothing", lambda seen: seen == box
    )
    city.is_ticking = True
    screen.wait_for("live")
    expect(page.locator("#banner")).to_be_hidden()


def test_picture_that_lags_but_moves_is_catching_up(screen: Screen, city: City) -> None:
    page = screen.open()
    city.is_ticking = False
    city.tick(now_ms() - 300_000)
    screen.wait_for("stale")
    city.tick(now_ms() - 240_000)
    expect(page.locator("#live-word")).to_have_text("갱신 지연")
    expect(page.locator("#banner-word")).to_have_text("4분 전 상태입니다 (갱신 지연)")


def test_picture_whose_clock_is_ahead_is_never_live(screen: Screen, city: City) -> None:
    page = screen.open()
    city.is_ticking = False
    city.tick(now_ms() + 48 * 60_000 + 55_000)
    screen.wait_for("stale")
    expect(page.locator("#live-word")).to_have_text("시계 앞섬")
    expect(page.locator("#live-age")).to_have_text("48분 앞섬")
    expect(page.locator("#banner-word")).to_have_text("화면의 시계가 48분 앞섭니다")
    city.is_ticking = True
    screen.wait_for("live")
    expect(page.locator("#banner")).to_be_hidden()


def test_picture_that_nobody_works_on_calls_no_feed_late(screen: Screen, city: City) -> None:
    page = screen.open()
    city.is_ticking = False
    city.tick(now_ms() - 60_000)
    city.set_feed("its.events", received_ms=now_ms() - 3 * 300_000)
    city.client.hset(META, "folded_by", "{}")  # a worker was here, and none is now
    try:
        expect(page.locator("#live-word")).to_have_text("처리기 멈춤")
        expect(page.locator("#banner-detail")).to_contain_text("자료가 늦은 것이 아닙니다")
        chip = page.locator("[data-feed='its.events']")
        expect(chip).to_have_attribute("data-status", "held")
        expect(chip).to_contain_text("처리 멈춤")
        page.goto(f"{screen.url}/desk")
        expect(page.locator("#live-word")).to_have_text("처리기 멈춤")
        expect(page.locator("#banner-word")).to_contain_text("처리기가 멈췄습니다")
    finally:
        city.client.hdel(META, "folded_by")
        city.set_feed("its.events")


def test_desk_whose_clock_is_ahead_says_so(screen: Screen, city: City) -> None:
    city.is_ticking = False
    city.tick(now_ms() + 48 * 60_000 + 55_000)
    page = screen.page
    page.goto(f"{screen.url}/desk")
    expect(page.locator("#live-word")).to_have_text("시계 앞섬")
    expect(page.locator("#banner-word")).to_have_text("화면의 시계가 48분 앞섭니다")


def test_server_that_lost_its_store_is_told_at_once(screen: Screen) -> None:
    page = screen.open()
    page.evaluate("() => bomnae.setStore('lost')")
    expect(page.locator("#live-word")).to_have_text("저장소 끊김")
    expect(page.locator("#banner-word")).to_contain_text("저장소를 읽지 못합니다")
    page.evaluate("() => bomnae.setStore('ok')")
    expect(page.locator("#live-word")).to_have_text("실시간")


def test_sign_of_a_live_picture_stands_still_and_is_not_read_out(screen: Screen) -> None:
    page = screen.open()
    expect(page.locator("#live-age")).to_have_text("방금")
    expect(page.locator("[role=status] #live-age, [aria-live] #live-age")).to_have_count(0)
    expect(page.locator("#card[aria-live]")).to_have_count(0)


def test_page_of_a_work_says_that_the_picture_stands_still(screen: Screen, city: City) -> None:
    city.set_work("2026-굴착-6001", title="거리의 공사", links=[city.network.links[9].id])
    page = screen.open()
    city.is_ticking = False
    city.tick(now_ms() - 60_000)
    screen.wait_for("stale")
    page.goto(f"{screen.url}/w/2026-굴착-6001")
    expect(page.locator(".lost")).to_contain_text("1분 전 상태입니다")
    expect(page.locator(".simulated")).to_be_visible()
    city.is_ticking = True
    city.tick()
    servers.catch_up(screen.url)  # the page is read once
    expect(page.locator(".asof")).to_contain_text("화면")
    page.get_by_role("link", name="새로 고침").click()
    expect(page.locator(".lost")).to_have_count(0)


def test_cut_stream_resumes_without_a_gap(new_screen: NewScreen, city: City, line: Line) -> None:
    screen = new_screen(line.url)
    city.set_speed(12, 50)
    screen.open()
    screen.wait_until(lambda: screen.level(12), "green before", lambda seen: seen == "free")
    line.is_down = True
    line.cut()
    screen.wait_for("retry")
    city.set_speed(12, 4)
    line.is_down = False
    screen.wait_for("live")
    screen.wait_until(lambda: screen.level(12), "red after", lambda seen: seen == "jam")
    assert screen.resyncs() == 0


def test_restarted_server_costs_at_most_one_resync(
    new_screen: NewScreen, city: City, server: MapServer
) -> None:
    screen = new_screen()
    city.set_speed(13, 50)
    screen.open()
    server.stop()
    screen.wait_for("retry")
    city.set_speed(13, 4)
    server.start()
    screen.wait_for("live")
    screen.wait_until(lambda: screen.level(13), "red after", lambda seen: seen == "jam")
    assert screen.resyncs() <= 1


def test_delta_that_does_not_follow_the_last_brings_a_new_snapshot(
    screen: Screen, city: City
) -> None:
    page = screen.open()
    city.set_speed(14, 50)
    screen.wait_until(lambda: screen.level(14), "green", lambda seen: seen == "free")
    page.evaluate(
        """() => { const at = parseInt(bomnae.stream.last), net = bomnae.stream.net;
        bomnae.stream.receive(`${at}-9`, {prev: `${at}-8`, net, l: [14, 3]}); }"""
    )
    screen.wait_until(screen.resyncs, "a resync", lambda seen: seen >= 1)
    city.set_speed(15, 3)
    screen.wait_until(lambda: screen.level(15), "deltas go on", lambda seen: seen == "jam")
    screen.wait_until(
        lambda: screen.level(14), "what was false is not shown", lambda seen: seen == "free"
    )


def test_unreachable_server_is_said_and_tried_again(new_screen: NewScreen, line: Line) -> None:
    screen = new_screen(line.url)
    screen.page.route("**/api/v1/snapshot", lambda route: route.abort())
    screen.page.goto(line.url)
    expect(screen.page.locator("#empty-word")).to_have_text("서버에 연결할 수 없습니다")
    screen.page.unroute("**/api/v1/snapshot")
    screen.page.click("#empty-retry")
    screen.wait_for("live")
    expect(screen.page.locator("#empty")).to_be_hidden()


def test_tabs_of_a_browser_share_one_stream(screen: Screen, city: City) -> None:
    first = screen.open()
    others = [screen.context.new_page() for _ in range(6)]
    for page in others:
        page.goto(screen.url)
        expect(page.locator("html")).to_have_attribute("data-live", "live")
    city.set_speed(16, 3)
    for page in (first, *others):
        screen.wait_until(partial(_has_speed, page, 16, 3), "each tab has it")


def _has_speed(page: Page, index: int, speed_kmh: int) -> bool:
    found: int = page.evaluate("(i) => bomnae.picture.speeds[i]", index)
    return found == speed_kmh


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        ("{isLoaded: false, connection: 'none', broken_ms: 0}", "init"),
        ("{isLoaded: true, connection: 'open', age_ms: 10000}", "live"),
        ("{isLoaded: true, connection: 'open', age_ms: 10001}", "stale"),
        ("{isLoaded: true, connection: 'open', age_ms: -120000}", "live"),
        ("{isLoaded: true, connection: 'open', age_ms: -120001}", "stale"),
        ("{isLoaded: true, connection: 'open', age_ms: 0, store: 'lost'}", "stale"),
        ("{isLoaded: true, connection: 'open', age_ms: null}", "stale"),
        ("{isLoaded: true, connection: 'broken', age_ms: 0, broken_ms: 30000}", "retry"),
        ("{isLoaded: true, connection: 'broken', age_ms: 0, broken_ms: 30001}", "down"),
        ("{isLoaded: false, connection: 'none', broken_ms: 30001, hasFailed: true}", "down"),
    ],
)
def test_word_for_how_live_the_picture_is(words_page: Screen, facts: str, word: str) -> None:
    assert (
        words_page.page.evaluate(f"async () => (await own('clock.js')).liveStatus({facts})") == word
    )


@pytest.fixture(scope="module")
def words_page(chromium: Browser, server: MapServer) -> Iterator[Screen]:
    screen = Screen(chromium, server.url)
    screen.open()
    yield screen
    screen.context.close()
