"""The wall: letters that are read from 4 m, a tour that goes and stops, an operator's screen."""

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from streams.contract.times import now_ms
from streams.state.keys import ON_WALL, login_key
from tests.cities.stage import City
from tests.pages import kwcag, servers
from tests.pages.alerts import acknowledge, alert, left_quiet, raise_alert
from tests.pages.screen import NewScreen, Screen

HD, UHD = {"width": 1920, "height": 1080}, {"width": 3840, "height": 2160}
DISTANCE_MM, DIAGONAL_MM = 4000, 55 * 25.4
CAPITAL = 0.7  # of a font's size; Noto Sans KR and Pretendard have 0.73
AT_EASE, AT_LEAST = 200, 300  # the distance in heights of a capital: 17' and 11.5' of arc
MAIN = "#spot-title, #spot-facts, #live-word, #clock-now, .wall-figures dd b, #outage-lines span"
SMALLEST_LABEL_PX = 11  # of the map's own, at the size of a desk's letters
LETTERS = """(selector) => [...document.querySelectorAll(selector)].filter((each) =>
  [...each.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())
  && each.checkVisibility({opacityProperty: true}) && each.getClientRects().length
  && !each.closest(".leaflet-control-attribution, script, .wall-tools"))
  .map((each) => [each.textContent.trim(), parseFloat(getComputedStyle(each).fontSize)])"""
CUT = """() => [...document.querySelectorAll(
  ".wall-top, .wall-figures, .wall-figures dl, .wall-figures dl div, .wall-spot")]
  .filter((each) => each.scrollWidth > each.clientWidth + 1 || [...each.children].some((part) =>
    part.getBoundingClientRect().bottom > each.getBoundingClientRect().bottom + 1))
  .map((each) => each.className || each.id)"""
IS_THERE = """(id) => { const { map, now } = bomnae, { network } = now;
  const box = network.bounds(network.indexes([id]));
  return map.getBounds().contains(box) && map.getZoom() > 13; }"""


@pytest.fixture(autouse=True)
def _quiet(city: City) -> Iterator[None]:
    city.client.delete(login_key(ON_WALL))
    with left_quiet(city):
        yield
    city.set_feed("its.speeds")


def heights(font_px: float, width_px: int) -> float:
    """How many heights of its capitals away a text is read, on a wall of 55 inches of 16:9."""
    px_mm = DIAGONAL_MM * 16 / math.hypot(16, 9) / width_px
    return DISTANCE_MM / (font_px * CAPITAL * px_mm)


def crash(city: City, number: int, title: str, severity: str = "warning", **more: Any) -> str:
    links = [city.network.links[number * 9].id]
    row = alert(severity, ago_s=60 * number, title=title, closure="partial", links=links, **more)
    return raise_alert(city, number, row)


def shown(page: Page, title: str) -> None:
    expect(page.locator("#spot-title")).to_have_text(re.compile(title))


def test_every_letter_is_read_from_four_metres(city: City, new_screen: NewScreen) -> None:
    title = "첫째사거리 추돌, 두 차로를 막고 견인을 기다리는 긴 제목"
    crash(city, 1, title, "critical", ends_ms=now_ms() + 3_600_000)
    crash(city, 2, "둘째사거리 침수")
    city.set_feed("its.speeds", received_ms=now_ms() - 1_200_000)
    screen = new_screen(viewport=HD, reduced_motion="reduce")
    page = screen.open("/wall#lang=en&seconds=300")
    expect(page.locator("#spot-facts")).to_contain_text("closed until")
    expect(page.locator("#outage")).to_be_visible()
    for part, text in (("waiting", "2"), ("standing", "2")):
        expect(page.locator(f"#figure-{part} dd b")).to_have_text(text)
    expect(page.locator("#figure-waiting dd span")).to_have_text("1 critical")
    expect(page.locator("#figure-feeds")).to_have_attribute("data-look", "danger")
    expect(page.locator("#simulated")).to_be_visible()
    assert kwcag.axe(page) == []
    for size, lang in ((HD, "en"), (HD, "ko"), (UHD, "ko"), (UHD, "en")):
        if page.locator("html").get_attribute("lang") != lang:
            page.keyboard.press("l")
        expect(page.locator("html")).to_have_attribute("lang", lang)
        page.set_viewport_size({"width": size["width"], "height": size["height"]})
        page.wait_for_function("(width) => bomnae.map.getSize().x > width / 2", arg=size["width"])
        every = {text: heights(px, size["width"]) for text, px in page.evaluate(LETTERS, "body *")}
        main = {text: heights(px, size["width"]) for text, px in page.evaluate(LETTERS, MAIN)}
        assert len(every) > 15
        assert len(main) > 7
        assert {x: n for x, n in every.items() if n > AT_LEAST} == {}
        assert {x: n for x, n in main.items() if n > AT_EASE} == {}
        screen.wait_until(lambda: page.evaluate(CUT), "nothing is cut off", lambda seen: seen == [])
        scale = page.evaluate("() => own('palette.js').then((palette) => palette.screenScale())")
        assert heights(SMALLEST_LABEL_PX * scale, size["width"]) <= AT_LEAST


def test_the_tour_goes_by_severity_stops_when_asked_and_ends_with_the_last(
    city: City, new_screen: NewScreen
) -> None:
    seen = crash(city, 1, "셋째 인지한 곳")
    acknowledge(city, seen, severity="warning")
    crash(city, 2, "둘째 미인지")
    crash(city, 3, "첫째 긴급", "critical")
    screen = new_screen(viewport=HD)
    page = screen.open("/wall#seconds=4&light")
    shown(page, "첫째 긴급")
    shown(page, "둘째 미인지")  # by itself
    page.keyboard.press(" ")
    expect(page.locator("#spot")).to_have_attribute("data-tour", "paused")
    expect(page.locator("#spot-number")).to_contain_text("순회 멈춤")
    for _ in range(page.evaluate("() => bomnae.tour.place")):  # the stop it was stopped at
        page.keyboard.press("ArrowLeft")
    shown(page, "첫째 긴급")
    expect(page.locator("#spot")).to_have_attribute("data-severity", "critical")
    for key, title in (
        ("ArrowRight", "둘째 미인지"),
        ("ArrowLeft", "첫째 긴급"),
        ("ArrowRight", "둘째 미인지"),
        ("ArrowRight", "셋째 인지한 곳"),
    ):
        page.keyboard.press(key)
        shown(page, title)
    expect(page.locator("#spot-state")).to_contain_text("김상황")
    expect(page.locator("#spot-number")).to_contain_text("3 / 3")

    # no tools until the pointer moves; letters can be switched off, Space and arrows are none
    expect(page.locator("#tools")).to_have_css("opacity", "0")
    page.mouse.move(400, 400)
    page.mouse.move(500, 500)
    expect(page.locator("#tools")).to_have_css("opacity", "1")
    page.keyboard.press("d")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.evaluate("() => localStorage.setItem('bomnae.letters', 'off')")
    page.reload()
    expect(page.locator("#spot")).to_have_attribute("data-tour", "on")
    page.keyboard.press(" ")
    expect(page.locator("#spot")).to_have_attribute("data-tour", "paused")
    for _ in range(page.evaluate("() => bomnae.tour.place")):
        page.keyboard.press("ArrowLeft")
    shown(page, "첫째 긴급")
    page.keyboard.press("d")
    page.keyboard.press("ArrowRight")
    shown(page, "둘째 미인지")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")  # the address has it

    # what stands is over
    city.say(a={f"closure incident:{number}": None for number in (1, 2, 3)})
    shown(page, "기다리는 상황 없음")
    expect(page.locator("#figure-waiting")).to_have_attribute("data-look", "ok")
    assert screen.notes.errors == []


def test_the_map_is_cut_to_a_stop(city: City, new_screen: NewScreen) -> None:
    """A flight would show blank ground, and marks as large as streets."""
    crash(city, 1, "첫째", "critical")
    crash(city, 5, "둘째")
    screen = new_screen(viewport=HD, reduced_motion="no-preference")
    page = screen.open("/wall#seconds=300")
    shown(page, "첫째")
    for number, title in ((5, "둘째"), (1, "첫째")):
        page.keyboard.press("ArrowRight")
        shown(page, title)
        page.wait_for_function(IS_THERE, arg=city.network.links[9 * number].id)
        expect(page.locator(".leaflet-bomnae-marks-pane canvas.is-far")).to_have_count(0)


def at(page: Page) -> list[float]:
    found: list[float] = page.evaluate(
        "() => { const at = bomnae.map.getCenter(); return [at.lat, at.lng]; }"
    )
    return found


def looks_as(screen: Screen, wall: Page) -> None:
    """Waits until a wall looks where an operator's screen does."""

    def is_there() -> bool:
        places = zip(at(wall), at(screen.page), strict=True)
        return all(abs(one - other) < 1e-4 for one, other in places)

    screen.wait_until(is_there, "the wall looks there")


def test_an_operators_screen_is_followed_to_its_time_and_back(
    city: City, new_screen: NewScreen
) -> None:
    crash(city, 1, "순회하는 곳")
    wall = new_screen(viewport=HD, reduced_motion="reduce").open("/wall#seconds=300&dark")
    operator, another = new_screen(), new_screen()
    page = operator.open()
    shown(wall, "순회하는 곳")
    expect(page.locator("#tool-share")).to_be_visible()
    page.locator("#tool-share").click()
    expect(page.locator("#tool-share")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#share-said")).to_contain_text("상황판에 나가고 있습니다")
    expect(wall.locator("#follow")).to_contain_text("운영자 화면을 보는 중")

    # where it looks, and what is chosen on it
    work = page.evaluate("() => [...bomnae.picture.rows.work.keys()][0]")
    title = page.evaluate("(id) => bomnae.picture.rows.work.get(id).title", work)
    page.evaluate("(id) => bomnae.choose({kind: 'work', id}, true)", work)
    shown(wall, re.escape(title))
    operator.rests()
    page.evaluate("() => bomnae.map.setZoom(15, {animate: false})")
    looks_as(operator, wall)

    # another time is unmistakable, and never live
    page.locator("#time-hour-back").click()
    expect(wall.locator("html")).to_have_attribute("data-time", "past")
    expect(wall.locator("#moment-word")).to_contain_text("지금이 아님")
    expect(wall.locator("#live-word")).to_have_text("실시간 아님")
    expect(wall.locator("#figures-now")).to_be_visible()
    size = wall.evaluate(LETTERS, "#moment-word")[0][1]
    assert heights(size, HD["width"]) < AT_EASE / 1.5
    page.locator("#time-now").click()
    expect(wall.locator("#moment")).to_be_hidden()
    expect(wall.locator("#live-word")).to_have_text("실시간")

    # another operator takes the wall: the first is told
    other = another.open()
    other.keyboard.press("w")
    expect(other.locator("#tool-share")).to_have_attribute("aria-pressed", "true")
    looks_as(another, wall)
    page.evaluate("() => bomnae.map.panBy([300, 0], {animate: false})")
    expect(page.locator("#tool-share")).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#share-said")).to_contain_text("다른 화면이 상황판에")
    looks_as(another, wall)

    # a wall of its own, and one that is given back
    wall.keyboard.press("w")
    expect(wall).to_have_url(re.compile("follow=off"))
    shown(wall, "순회하는 곳")
    wall.keyboard.press("w")
    expect(wall.locator("#follow")).to_be_visible()
    other.keyboard.press("w")
    expect(wall.locator("#follow")).to_be_hidden()
    shown(wall, "순회하는 곳")


def test_a_picture_that_is_old_and_a_server_that_is_gone_are_said_very_large(
    city: City, folder: Path, new_screen: NewScreen
) -> None:
    with servers.running_map(city.client, folder, folder) as server:
        page = new_screen(server.url, viewport=HD).open("/wall#light")
        expect(page.locator("#spot-title")).to_have_text("기다리는 상황 없음")
        city.is_ticking = False
        city.tick(now_ms() - 300_000)
        expect(page.locator("#banner")).to_be_visible()
        expect(page.locator("html")).to_have_attribute("data-live", "stale")
        [(_, size)] = page.evaluate(LETTERS, "#banner-word")
        assert heights(size, HD["width"]) < AT_EASE / 2
        city.is_ticking = True
        city.tick()
        expect(page.locator("#banner")).to_be_hidden()
    expect(page.locator("#banner-word")).to_have_text("서버에 다시 연결하는 중입니다")
    page.route("**/api/v1/session", lambda route: route.fulfill(status=401, json={}))
    expect(page.locator("#big-word")).to_have_text("로그인이 끝났습니다")
