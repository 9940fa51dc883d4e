import re
from collections.abc import Iterator
from urllib.parse import quote

import msgspec
import pytest
from playwright.sync_api import Page, Route, expect

from maps.picture.shapes import never_row
from streams.contract.times import now_ms
from streams.state.keys import key
from tests.cities import seed
from tests.cities.stage import City
from tests.pages import servers
from tests.pages.screen import Screen

HOSTILE = "<img src=x onerror=alert(1)><b>굵게</b>"


@pytest.fixture
def feed(city: City) -> Iterator[str]:
    """A feed that a test may say anything of; it is well again after."""
    name = "its.events"
    yield name
    city.set_feed(name)


def test_search_by_initial_consonants_flies_to_the_road(screen: Screen) -> None:
    page = screen.open()
    before = screen.centre()
    page.keyboard.press("/")
    expect(page.locator("#search-box")).to_be_focused()
    page.keyboard.type("ㄱㄹㄷㄹ")
    first = page.locator("#search-list [role=option]").first
    expect(first).to_contain_text("가람대로")
    page.keyboard.press("ArrowDown")
    expect(first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    screen.wait_until(screen.centre, "the map moved to the road", lambda seen: seen != before)
    expect(page.locator("#search-list")).to_be_hidden()


def test_enter_that_ends_a_syllable_chooses_nothing(screen: Screen) -> None:
    page = screen.open()
    page.fill("#search-box", "가람")
    expect(page.locator("#search-list")).to_be_visible()
    page.evaluate(
        """() => document.getElementById("search-box").dispatchEvent(
        new KeyboardEvent("keydown", {key: "Enter", isComposing: true, bubbles: true}))"""
    )
    expect(page.locator("#search-list")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#search-box")).to_have_value("")


def test_search_that_finds_nothing_says_so(screen: Screen) -> None:
    page = screen.open()
    page.fill("#search-box", "쀍쀍")
    expect(page.locator("#search-note")).to_contain_text("검색 결과가 없습니다")


def test_kind_of_a_result_is_in_the_language_chosen(screen: Screen) -> None:
    page = screen.open("/#lang=en")
    page.fill("#search-box", "가람대로 1길")
    kind = page.locator("#search-list .kind").first
    expect(kind).to_have_text("Section")
    page.evaluate("() => bomnae.state.setLang('ko')")
    expect(kind).to_have_text("구간")


def test_legend_row_hides_its_level_and_the_road_stays(screen: Screen, city: City) -> None:
    city.set_speed(30, 4)
    page = screen.open()
    screen.wait_until(lambda: screen.level(30), "red", lambda seen: seen == "jam")
    expect(page.locator("[data-name=jam] .count")).to_have_text(re.compile(r"^[1-9][\d,]*$"))
    page.uncheck("#show-jam")
    screen.wait_until(
        lambda: screen.level(30), "only the bed of the road", lambda seen: seen == "bed"
    )
    screen.wait_until(lambda: page.url, "address", lambda seen: "off=jam" in seen)
    page.keyboard.press("3")
    screen.wait_until(lambda: screen.level(30), "red again", lambda seen: seen == "jam")


def test_chip_shows_every_status_of_a_feed(screen: Screen, city: City) -> None:
    page = screen.open()
    chip = page.locator("[data-feed='its.speeds']")
    old_ms = now_ms() - 3_600_000
    for status, word, report in (
        ("empty", "내용 없음", {"outcome": "empty"}),
        ("partial", "일부 수신", {"is_partial": True}),
        ("frozen", "값 고정", {"change_within_ms": 1000, "changed_ms": old_ms}),
        ("unknown", "응답 이상", {"outcome": "unknown", "code": "HTTP 500"}),
        ("stopped", "중지", {"is_stopped": True, "outcome": "unknown"}),
        ("live", "정상", {}),
    ):
        city.set_feed("its.speeds", **report)
        expect(chip).to_have_attribute("data-status", status)
        expect(chip).to_contain_text(word)


def test_chip_says_that_a_feed_never_reported(screen: Screen) -> None:
    def with_one_more(route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        route.fulfill(
            response=answer,
            json={**body, "feeds": [*body["feeds"], msgspec.to_builtins(never_row("sinks"))]},
        )

    screen.page.route("**/api/v1/snapshot", with_one_more)
    page = screen.open()
    chip = page.locator("[data-feed='sinks']")
    expect(chip).to_have_text("∅sinks미수신")
    chip.click()
    expect(page.locator("#feed-dialog")).to_contain_text("한 번도 보고되지 않았습니다")


def test_chip_of_a_silent_feed_turns_late_by_itself(screen: Screen, city: City, feed: str) -> None:
    page = screen.open()
    # its limit is two polls and 5 s: this report runs out in about a second
    city.set_feed(feed, received_ms=now_ms() - 2 * 300_000 - 4_000)
    chip = page.locator(f"[data-feed='{feed}']")
    expect(chip).to_have_attribute("data-status", "stale")
    expect(chip).to_contain_text("10분")
    chip.click()
    expect(page.locator("#feed-dialog")).to_be_visible()


def test_feeds_that_do_not_answer_are_named_over_the_map_with_what_is_of_then(
    screen: Screen, city: City
) -> None:
    for name in seed.FEEDS:
        city.set_feed(name)
    page = screen.open()
    outage = page.locator("#outage")
    expect(outage).to_be_hidden()
    since_ms = now_ms() - 3_600_000
    for at_ms, told in ((since_ms, {}), (since_ms + 600_000, {"outcome": "unknown"})):
        seed.remember(city.client, "feed:its.speeds", at_ms, seed.feed("its.speeds", at_ms, **told))
    try:
        city.set_feed("its.speeds", is_stopped=True, outcome="unknown", code="ITS-22")
        expect(outage).to_contain_text("교통 속도 없음: 색은 그때까지의 속도입니다")
        page.set_viewport_size({"width": 320, "height": 256})  # a screen at 400 %
        for name in ("in", "out", "list"):
            page.locator(f"#zoom-{name}").click(trial=True)
        page.set_viewport_size({"width": 1600, "height": 900})
        outage.locator("button").click()
        dialog = page.locator("#feed-dialog")
        expect(dialog).to_contain_text("인증키와 호출 한도를 확인합니다")
        expect(dialog.locator("#feed-spans")).to_contain_text("응답 이상")
        expect(dialog.locator("#feed-day i.unknown")).to_have_count(1)
        page.keyboard.press("Escape")
        page.locator("#time-back").click()
        expect(page.locator("html")).to_have_attribute("data-time", "past")
        expect(outage).to_be_hidden()
        page.locator("#moment-now").click()
        expect(outage).to_be_visible()
    finally:
        city.set_feed("its.speeds")
        for name in city.client.scan_iter(key("past*", "*")):
            city.client.delete(name)
    expect(outage).to_be_hidden()


def test_chip_of_a_report_from_the_future_is_never_well(
    screen: Screen, city: City, feed: str
) -> None:
    page = screen.open()
    ahead_ms = now_ms() + 48 * 60_000 + 55_000
    city.set_feed(feed, received_ms=ahead_ms)
    chip = page.locator(f"[data-feed='{feed}']")
    expect(chip).to_have_attribute("data-status", "ahead")
    expect(chip).to_contain_text("시계 앞섬48분 앞섬")


def test_work_of_the_list_opens_its_card_and_its_page(screen: Screen, city: City) -> None:
    link = city.network.links[40].id
    city.set_work("2026-굴착-7001", title="상수도 관로 이설", closure="full", links=[link])
    page = screen.open()
    page.click("[data-id='2026-굴착-7001']")
    card = page.locator("#card")
    for text in ("상수도 관로 이설", "전면 통제", "진행 중", "033-250-0000", "2026-굴착-7001"):
        expect(card).to_contain_text(text)
    screen.wait_until(screen.zoom, "the map flew to the link", lambda seen: seen >= 15)
    screen.wait_until(lambda: page.url, "address", lambda seen: "work=2026-" in seen)
    card.get_by_role("link", name="공사 안내면 열기").click()
    expect(page.locator("h1")).to_have_text("상수도 관로 이설")
    expect(page.locator(".verdict")).to_contain_text("전면 통제")
    expect(page.locator(".links li")).to_have_count(1)
    page.get_by_role("link", name="지도에서 보기").click()
    expect(page.locator("#card")).to_contain_text("상수도 관로 이설")


def test_spots_of_one_permit_are_one_row_and_stay_two_marks(screen: Screen, city: City) -> None:
    period = {"starts_ms": now_ms() - 3_600_000, "ends_ms": now_ms() + 86_400_000}
    for number, place in ((1, 46), (2, 47)):
        links = [city.network.links[place].id]
        city.set_work(
            f"2026-굴착-710{number}", title="두 곳 공사", closure="full", links=links, **period
        )
    page = screen.open()
    row = page.locator("#works-list .row", has_text="두 곳 공사")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("2곳")
    marks = "() => bomnae.marks.marks.filter((m) => m.id.startsWith('2026-굴착-710')).length === 2"
    page.wait_for_function(marks)
    row.click()
    expect(page.locator("#card")).to_contain_text("2026-굴착-7101")
    expect(page.locator("#card")).to_contain_text("같은 허가의 다른 지점")
    row.click()
    expect(page.locator("#card")).to_contain_text("2026-굴착-7102")
    expect(row).to_have_attribute("aria-current", "true")


def test_short_closure_is_seen_beside_its_mark_in_a_view_of_the_city(
    screen: Screen, city: City
) -> None:
    city.set_speed(48, 30, closure="full")
    page = screen.open("/#map=11/37.91/127.67&off=buses,labels,incidents,minor,partial")
    away = """() => { const { links, marks } = bomnae, { view } = marks.canvas;
      const { x, y, dx, dy, n } = links.network.middle(48);
      const bed = links.beds[links.network.rank[48]], width = Math.max(3.6, bed * 0.5);
      const side = links.offset(48) + (bed + width) / 2 + 0.8, size = Math.hypot(dx, dy);
      return [12, -12].map((far) => [...marks.canvas.ctx.getImageData(
        Math.round(view.px(x) + n[0] * side + dx / size * far),
        Math.round(view.py(y) + n[1] * side + dy / size * far), 1, 1).data][3]); }"""
    screen.wait_until(
        lambda: min(page.evaluate(away)), "stripes at both ends", lambda seen: seen > 0
    )
    city.set_speed(48, 30)


def test_link_that_lost_its_observations_is_told_from_one_that_never_had_any(
    screen: Screen, city: City
) -> None:
    city.set_speed(51, None, certainty="lost", observed_ms=now_ms() - 1_800_000, samples=0)
    city.set_speed(52, None, certainty="lost", observed_ms=None, samples=0)
    for place, words in (
        (51, "자료 끊김 마지막 자료가 오래되어"),
        (52, "정보없음 버스나 교통센터 자료가 아직"),
    ):
        link = quote(city.network.links[place].id)
        page = screen.open("/")
        page.evaluate(f"() => {{ location.hash = '#link={link}'; }}")
        expect(page.locator("#card")).to_contain_text(words)


def test_work_without_a_place_is_listed_apart(screen: Screen, city: City) -> None:
    city.set_work("2026-굴착-7002", title="어딘가의 공사", links=[])
    page = screen.open()
    expect(page.locator("#works-list")).not_to_contain_text("어딘가의 공사")
    page.click("#tab-nowhere")
    expect(page.locator("#nowhere-list")).to_contain_text("어딘가의 공사")
    page.click("#nowhere-list >> text=어딘가의 공사")
    expect(page.locator("#card")).to_contain_text("지도 위치 미확인")


def test_phase_filter_keeps_planned_works_only(screen: Screen, city: City) -> None:
    links = [city.network.links[42].id]
    city.set_work("2026-굴착-7003", title="다음 달 공사", phase="planned", links=links)
    city.set_work("2026-굴착-7004", title="오늘 공사", phase="active", links=links)
    page = screen.open("/#phase=planned")
    expect(page.locator("#works-list")).to_contain_text("다음 달 공사")
    expect(page.locator("#works-list")).not_to_contain_text("오늘 공사")


def test_list_that_grows_keeps_the_keyboard_where_it_is(screen: Screen, city: City) -> None:
    links = [city.network.links[45].id]
    city.set_work("2026-굴착-7007", title="가운데 공사", closure="partial", links=links)
    page = screen.open()
    row = page.locator("[data-id='2026-굴착-7007']")
    row.focus()
    city.set_work("2026-굴착-7008", title="더 급한 공사", closure="full", links=links)
    expect(page.locator("[data-id='2026-굴착-7008']")).to_be_visible()
    expect(row).to_be_focused()


def test_finished_work_leaves_the_list_when_the_feed_drops_it(screen: Screen, city: City) -> None:
    links = [city.network.links[43].id]
    city.set_work("2026-굴착-7005", title="곧 끝날 공사", links=links)
    page = screen.open()
    expect(page.locator("#works-list")).to_contain_text("곧 끝날 공사")
    city.say(w={"2026-굴착-7005": None})
    expect(page.locator("#works-list")).not_to_contain_text("곧 끝날 공사")


@pytest.mark.parametrize("where", ["list", "card", "page"])
def test_hostile_text_of_a_feed_is_shown_as_text(screen: Screen, city: City, where: str) -> None:
    links = [city.network.links[44].id]
    city.set_work("2026-굴착-7006", title=HOSTILE, place=HOSTILE, organisation=HOSTILE, links=links)
    if where == "page":
        servers.catch_up(screen.url)  # the page is read once
        screen.page.goto(f"{screen.url}/w/2026-굴착-7006")
        seen = screen.page.locator("h1")
    else:
        page = screen.open("/#work=2026-굴착-7006" if where == "card" else "/")
        seen = page.locator("#card h2" if where == "card" else "[data-id='2026-굴착-7006'] .title")
    expect(seen).to_have_text(HOSTILE)
    assert screen.page.locator("img[src=x]").count() == 0
    assert screen.notes.dialogs == []


def test_pressed_link_says_its_speed_and_what_it_rests_on(screen: Screen, city: City) -> None:
    city.set_speed(50, 33, certainty="inferred", samples=1, sources={"bus": 1})
    page = screen.open("/#off=buses,minor,partial,full,incidents")
    screen.wait_until(lambda: screen.level(50), "green", lambda seen: seen == "free")
    x, y, _ = screen.probe(50)
    page.mouse.move(x, y)
    expect(page.locator("#hint")).to_contain_text("33 km/h")
    page.mouse.click(x, y)
    card = page.locator("#card")
    for text in (city.network.links[50].name, "33", "원활", "추정", "버스 1회"):
        expect(card).to_contain_text(text)
    city.set_speed(50, 9)
    expect(card).to_contain_text("정체")
    _close(page)


def _close(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.locator("#card")).to_be_hidden()
