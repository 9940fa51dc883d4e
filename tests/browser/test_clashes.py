"""What works, clashes and calls add to the operator map."""

import re
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from streams.contract.times import DAY_MS, now_ms
from tests.cities.stage import City
from tests.pages.screen import Screen

HOUR_MS = 3_600_000


def clash(city: City, name: str = "k1", **more: Any) -> dict[str, Any]:
    """Two works of the city on its link 70; `more` overrides."""
    link = city.network.links[70].id
    for number in (1, 2):
        city.set_work(f"2026-굴착-900{number}", title=f"부딪는 공사 {number}", links=[link])
    row: dict[str, Any] = {
        "id": name,
        "kind": "works",
        "severity": "high",
        "works": ["2026-굴착-9001", "2026-굴착-9002"],
        "links": [link],
        "routes": [],
        "stops": [],
        "places": [],
        "from_ms": now_ms(),
        "until_ms": now_ms() + DAY_MS,
    }
    return {**row, **more}


def test_clash_says_why_and_leads_to_its_place_by_keyboard(screen: Screen, city: City) -> None:
    city.say(o={"k1": clash(city)})
    page = screen.open()
    before = screen.centre()
    page.locator("#tab-works").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-clashes")).to_be_focused()
    row = page.locator("#clashes-list .row")
    for text in ("높음", "공사끼리", "부딪는 공사 1", "부딪는 공사 2"):
        expect(row).to_contain_text(text)
    row.focus()
    page.keyboard.press("Enter")
    card = page.locator("#card")
    expect(card).to_be_focused()
    expect(card.locator(".other")).to_have_count(3)
    screen.wait_until(screen.centre, "the map flew there", lambda seen: seen != before)
    signs = "() => bomnae.marks.marks.filter((mark) => mark.kind === 'clash').length"
    screen.wait_until(lambda: page.evaluate(signs), "a mark", lambda seen: seen == 1)
    city.say(o={"k1": None})
    screen.wait_until(lambda: _clashes_read(screen), "read again", lambda seen: seen == 0)
    expect(card).to_contain_text("해소되었습니다")
    expect(page.locator("#clashes-none")).to_be_visible()


def test_clashes_of_little_weight_are_drawn_from_near(screen: Screen, city: City) -> None:
    city.say(o={"k1": clash(city, severity="low")})
    page = screen.open()
    expect(page.locator("#clashes-list .row")).to_have_count(1)
    drawn = "(n) => bomnae.marks.marks.filter((mark) => mark.kind === 'clash').length === n"
    look = "([lon, lat, zoom]) => { bomnae.map.setView([lat, lon], zoom, { animate: false }); }"
    for zoom, count in ((15, 1), (12, 0), (14, 1)):
        page.evaluate(look, [*city.network.links[70].geometry[0], zoom])
        page.wait_for_function(drawn, arg=count)


def _clashes_read(screen: Screen) -> int:
    size: int = screen.page.evaluate(
        "() => bomnae.clashes.read().then(() => bomnae.clashes.rows.size)"
    )
    return size


def test_clashes_read_before_the_first_frame_are_listed(screen: Screen, city: City) -> None:
    city.say(o={"k1": clash(city)})
    page = screen.page
    page.add_init_script("window.requestAnimationFrame = () => 0")
    page.goto(screen.url)
    expect(page.locator("html")).to_have_attribute("data-seq", re.compile("."))
    screen.wait_until(lambda: _clashes_read(screen), "read", lambda seen: seen == 1)
    expect(page.locator("#clashes-list .row")).to_have_count(1)
    expect(page.locator("html")).not_to_have_attribute("data-ready", "1")
    city.say(o={"k1": None})


def test_clashes_that_cannot_be_read_are_not_called_none(screen: Screen) -> None:
    screen.page.route("**/api/v1/clashes", lambda route: route.abort())
    page = screen.open()
    page.click("#tab-clashes")
    expect(page.locator("#clashes-none")).to_contain_text("읽지 못했습니다")
    screen.notes.errors.clear()


def test_calls_in_one_place_are_a_report_that_nobody_confirmed(screen: Screen, city: City) -> None:
    link = city.network.links[72].id
    page = screen.open()
    report = {
        "id": "c1",
        "title": "새싹로 2길",
        "link_ids": [link],
        "lon": None,
        "lat": None,
        "count": 3,
        "first_ms": now_ms() - 600_000,
        "last_ms": now_ms() - 60_000,
    }
    city.say(u={"c1": report})
    page.click("#tab-incidents")
    row = page.locator("#incidents-list .row[data-kind=report]")
    for text in ("미확인 신고", "전화 3건", "새싹로 2길"):
        expect(row).to_contain_text(text)
    marks = "() => bomnae.marks.marks.filter((mark) => mark.kind === 'report').length === 1"
    page.wait_for_function(marks)
    expect(page.locator("[data-name=reports] .count")).to_have_text("1")
    row.click()
    expect(page.locator("#card")).to_contain_text("확인되지 않았습니다")
    expect(page.locator("#card")).to_contain_text("1분 전")
    page.uncheck("#show-reports")
    screen.wait_until(lambda: page.evaluate(marks), "no mark", lambda seen: seen == 0)
    city.say(u={"c1": None})
    expect(row).to_have_count(0)
    expect(page.locator("#card")).to_contain_text("지워졌습니다")


def test_overdue_work_is_still_going_on_and_a_cancelled_one_is_not(
    screen: Screen, city: City
) -> None:
    links = [city.network.links[74].id]
    city.set_work("2026-굴착-9101", title="늦은 공사", phase="overdue", links=links)
    city.set_work("2026-굴착-9102", title="없던 공사", phase="cancelled", links=links)
    page = screen.open("/#phase=overdue")
    expect(page.locator("#works-list .row")).to_have_count(1)
    expect(page.locator("#works-list")).to_contain_text("기간 초과")
    page.click("input[value=active] + span")
    expect(page.locator("[data-id='2026-굴착-9101']")).to_be_visible()
    page.click("input[value=all] + span")
    expect(page.locator("[data-id='2026-굴착-9102']")).to_contain_text("취소됨")
    style = "(id) => bomnae.marks.marks.find((mark) => mark.id === id)?.style"
    page.wait_for_function(f"(id) => ({style})(id) === 'late'", arg="2026-굴착-9101")
    assert page.evaluate(style, "2026-굴착-9102") is None


@pytest.mark.parametrize(
    ("closure", "word"), [("bicycle", "자전거도로 통제"), ("bus_stop", "버스정류장 통제")]
)
def test_closures_beside_the_carriageway_have_their_words(
    screen: Screen, city: City, closure: str, word: str
) -> None:
    links = [city.network.links[76].id]
    city.set_work("2026-굴착-9201", title="길가 공사", closure=closure, links=links)
    page = screen.open()
    expect(page.locator("[data-id='2026-굴착-9201']")).to_contain_text(word)
    page.goto(f"{screen.url}/w/2026-굴착-9201")
    expect(page.locator(".verdict")).to_contain_text(word)


def test_page_and_card_of_a_work_tell_proposed_from_observed(screen: Screen, city: City) -> None:
    at_ms = 1_795_392_000_000  # 2026-11-23 09:00 in Korea
    city.set_work(
        "2026-굴착-9301",
        title="때가 여럿인 공사",
        links=[city.network.links[78].id],
        starts_ms=at_ms,
        ends_ms=at_ms + 40 * HOUR_MS,
        first_ends_ms=at_ms + 16 * HOUR_MS,
        restore_starts_ms=at_ms + 30 * HOUR_MS,
        restore_ends_ms=at_ms + 40 * HOUR_MS,
        started={"at_ms": at_ms + HOUR_MS, "by": "crew"},
        remaining_width_m=3.5,
        also_closed=["sidewalk", "bus_stop"],
    )
    said = ("2026-11-24 01:00", "2026-11-24 15:00", "2026-11-23 10:00", "현장", "3.5 m", "정류장")
    page = screen.open("/#work=2026-굴착-9301")
    for text in said:
        expect(page.locator("#card")).to_contain_text(text)
    page.goto(f"{screen.url}/w/2026-굴착-9301")
    for text in said:
        expect(page.locator(".facts")).to_contain_text(text)


def test_map_and_desk_lead_to_each_other(screen: Screen) -> None:
    page = screen.open()
    page.locator("#tool-desk").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#box")).to_be_focused()
    page.locator("#tool-map").focus()
    page.keyboard.press("Enter")
    screen.wait_for("live")
    expect(page.locator("#stage")).to_be_visible()


def test_a_card_that_stands_before_it_is_known_who_looks_has_its_acts_once_it_is(
    screen: Screen, city: City
) -> None:
    city.set_work("2026-굴착-9401", title="일찍 열린 카드", links=[city.network.links[80].id])
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    screen.page.route("**/api/v1/session", hold)
    page = screen.open("/#work=2026-굴착-9401")
    card = page.locator("#card")
    expect(card).to_contain_text("일찍 열린 카드")
    screen.wait_until(lambda: bool(held), "who looks is asked")
    expect(card.locator(".actions button")).to_have_count(0)
    for route in held:
        route.continue_()
    expect(card.locator(".actions button")).to_have_count(1)
