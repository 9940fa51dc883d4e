"""Away from the screen and back: the paper, the browser's Back, the ground's switch, and what the
system tells of new situations."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from producers.simulator.ground import FILE
from tests.cities.stage import City
from tests.pages import servers
from tests.pages.alerts import acknowledge, alert, left_quiet, raise_alert
from tests.pages.screen import GROUND_PAINTED, NewScreen, Screen, box_of, screens_of

# The browser's own notifications, written down; whether the page is in front is the test's to say.
WATCHED = """
  window.told = [];
  const Own = window.Notification;
  window.Notification = class extends Own {
    constructor(title, options) {
      super(title, options);
      told.push(this);
      Object.assign(this, { more: { ...options }, isClosed: false });
    }
    close() { this.isClosed = true; super.close(); }
  };
  document.hasFocus = () => !window.isAway;
"""
LOOK_AWAY = """(isAway) => { window.isAway = isAway;
  dispatchEvent(new Event(isAway ? "blur" : "focus")); }"""
MARKED = """() => { const { steps: { seen: { place } }, marks } = bomnae;
  return place && (marks.ring || String(marks.chosenLinks) === String(place.links)); }"""
TOLD = "() => told.map(({ title }) => title)"
# Makes the sheet, prints nothing; on a busy machine its tiles may take longer than a person waits.
PATIENT_PRINT = """() => { const own = setTimeout;
  window.setTimeout = (act, ms) => own(act, ms === 3000 ? 60_000 : ms);
  window.print = () => dispatchEvent(new Event("beforeprint")); }"""
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
WORKS = [f"2026-굴착-77{k:02}" for k in range(30)]


@pytest.fixture(scope="module")
def grounded(city: City, folder: Path) -> Iterator[servers.MapServer]:
    links = [link.id for link in city.network.links]
    for k, name in enumerate(WORKS):
        city.set_work(name, title=f"종이 공사 {k}", closure="full", links=[links[k]])
    with servers.running_map(city.client, folder, folder, basemap=str(FILE)) as running:
        yield running
    city.say(w=dict.fromkeys(WORKS))


@pytest.fixture
def new_screen(chromium: Browser, grounded: servers.MapServer) -> Iterator[NewScreen]:
    with screens_of(chromium, grounded.url) as make:
        yield make


def row(page: Page, k: int) -> None:
    page.locator(f"#works-list [data-id='{WORKS[k]}']").click()


def card(page: Page, k: int) -> None:
    expect(page.locator("#card h2")).to_have_text(f"종이 공사 {k}")


def test_back_and_forward_lead_over_cards_places_and_dialogs(screen: Screen) -> None:
    page = screen.open()
    row(page, 1)
    card(page, 1)
    row(page, 2)
    card(page, 2)
    page.click("#tool-help")
    expect(page.locator("#help")).to_be_visible()
    expect(page).to_have_url(re.compile("7702"))
    page.go_back()
    expect(page.locator("#help")).to_be_hidden()
    card(page, 2)
    page.go_back()
    card(page, 1)
    page.go_back()
    expect(page.locator("#card")).to_be_hidden()
    expect(page).not_to_have_url(re.compile("work="))
    page.go_forward()
    card(page, 1)
    page.go_forward()
    page.go_forward()
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    page.wait_for_function("() => !bomnae.steps.isGoing && !bomnae.steps.seen.dialogs.length")
    page.keyboard.press("Escape")  # what is closed by hand is no step any more
    expect(page.locator("#card")).to_be_hidden()
    page.go_back()
    card(page, 1)
    page.locator("#search-box").fill("가온시청")
    page.locator("#search-list li", has=page.get_by_text("장소", exact=True)).first.click()
    expect(page.locator("#card")).to_be_hidden()
    page.wait_for_function(MARKED)
    page.go_back()
    card(page, 1)
    page.go_forward()
    page.wait_for_function(MARKED)
    expect(page.locator("#card")).to_be_hidden()


def test_back_leads_to_the_time_before_a_drag_at_once(screen: Screen) -> None:
    page, root = screen.open(), screen.page.locator("html")
    before = page.evaluate("() => history.length")
    bar = box_of(page.locator("#time-slider"))
    page.mouse.move(bar["x"] + bar["width"] * 0.3, bar["y"] + bar["height"] / 2)
    page.mouse.down()
    page.mouse.move(bar["x"] + bar["width"] * 0.2, bar["y"] + bar["height"] / 2, steps=5)
    page.mouse.up()
    expect(root).to_have_attribute("data-time", "past")
    page.wait_for_function("(n) => history.length === n + 1", arg=before)
    expect(page).to_have_url(re.compile("at=2"))
    page.go_back()
    expect(root).not_to_have_attribute("data-time", re.compile("."))
    expect(page).not_to_have_url(re.compile("at="))
    page.go_forward()
    expect(root).to_have_attribute("data-time", "past")
    page.locator("#time-now").click()
    expect(root).not_to_have_attribute("data-time", re.compile("."))
    page.wait_for_function(  # now is the step it began with
        """() => { const { isGoing, seen, under } = bomnae.steps;
        return !isGoing && seen.at_ms === null && under === ""; }"""
    )


def test_a_link_that_is_followed_on_the_page_is_a_step_too(screen: Screen) -> None:
    page = screen.open()
    page.evaluate("(id) => { location.hash = '#off=free&work=' + id; }", WORKS[3])
    card(page, 3)
    expect(page.locator("#show-free")).not_to_be_checked()
    page.locator("#show-slow").uncheck()
    page.go_back()
    expect(page.locator("#card")).to_be_hidden()
    expect(page.locator("#show-slow")).not_to_be_checked()  # what was switched meanwhile stays


def test_on_a_telephone_back_closes_the_sheet_and_stays_on_the_page(new_screen: NewScreen) -> None:
    page = new_screen(**PHONE).open()
    page.click(".sheets [data-sheet=right]")
    expect(page.locator("#side-right")).to_be_visible()
    row(page, 4)
    card(page, 4)
    expect(page.locator("#side-right")).to_be_hidden()
    page.go_back()
    expect(page.locator("#side-right")).to_be_visible()
    expect(page.locator("#card")).to_be_hidden()
    page.go_back()
    expect(page.locator("#side-right")).to_be_hidden()
    expect(page.locator("html")).to_have_attribute("data-live", "live")


def test_the_map_is_one_sheet_of_a4_and_light(new_screen: NewScreen) -> None:
    screen = new_screen(color_scheme="dark")
    page = screen.open("/#map=12/37.872/127.70")
    ground = page.locator(".leaflet-bomnae-ground-pane canvas")
    expect(ground.first).to_be_attached()
    expect(page.locator("#works-list li").nth(20)).to_be_attached()
    page.wait_for_function(GROUND_PAINTED)
    painted = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", painted)) == 1
    assert re.search(rb"/MediaBox \[0 0 84[12][.\d]* 59[45][.\d]*\]", painted), "A4 across"
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator(".paper")).to_be_empty()
    page.evaluate(PATIENT_PRINT)
    page.keyboard.press("Control+p")
    sheet = page.locator(".paper")
    expect(sheet.locator("h1")).to_have_text("가온시 도로 상태")
    expect(sheet.locator("header")).to_contain_text("실시간")
    expect(sheet.locator("header")).to_contain_text("모의 데이터")
    expect(sheet.locator(".legend")).to_contain_text("전면 통제")
    expect(sheet.locator(".lists")).to_contain_text("종이 공사 0")
    counts = page.evaluate(
        """() => [...document.querySelectorAll(".paper ol")].map((list) => [
          Number(list.dataset.size), list.querySelectorAll("li:not([hidden])").length,
          Number(/\\d+/.exec(list.nextElementSibling.textContent)?.[0] || 0)])"""
    )
    assert all(size == shown + rest for size, shown, rest in counts), counts
    assert any(rest for _, _, rest in counts), "more than a sheet holds"
    colours = page.evaluate(
        """() => { const sheet = document.querySelector(".paper figure canvas"), seen = new Set();
          const { data } = sheet.getContext("2d").getImageData(0, 0, sheet.width, sheet.height);
          for (let k = 0; k < data.length; k += 4) seen.add(data.slice(k, k + 3).join());
          return ["195,218,236", "43,154,85", "255,255,255"].map((rgb) => seen.has(rgb)); }"""
    )
    assert colours == [True, True, True], "water, a road, and paper, in light colours"
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    expect(sheet).to_be_empty()


def test_a_sheet_of_another_time_says_so_and_has_no_alerts(screen: Screen) -> None:
    page = screen.open()
    page.click("#time-hour-back")
    expect(page.locator("#moment")).to_be_visible()
    page.wait_for_function("() => bomnae.clock.at_ms !== null")
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    expect(page.locator(".paper header")).to_contain_text("그때의 화면 · 실시간 아님")
    expect(page.locator(".paper .lists")).to_contain_text("지금 것만")
    expect(page.locator(".paper h2").first).to_contain_text("통제")


def test_the_ground_is_switched_by_keyboard_and_stays_so(screen: Screen) -> None:
    page = screen.open("/#map=12/37.872/127.70")
    ground = page.locator(".leaflet-bomnae-ground-pane canvas")
    expect(ground.first).to_be_attached()
    credit = page.locator(".leaflet-control-attribution")
    expect(credit).to_contain_text("국토지리정보원")
    page.locator("#show-ground").focus()
    page.keyboard.press("Space")
    expect(ground).to_have_count(0)
    expect(credit).not_to_contain_text("국토지리정보원")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("#show-ground")).not_to_be_checked()
    assert page.evaluate("() => bomnae.ground") is None
    page.locator("#show-ground").check()
    expect(ground.first).to_be_attached()


def test_without_a_basemap_there_is_no_switch(chromium: Browser, server: servers.MapServer) -> None:
    with screens_of(chromium, server.url) as make:
        page = make().open()
        expect(page.locator("#show-labels")).to_be_visible()
        expect(page.locator("#show-ground")).to_have_count(0)


@pytest.fixture
def told(new_screen: NewScreen, grounded: servers.MapServer, city: City) -> Iterator[Screen]:
    """A screen that may tell, and was told to."""
    screen = new_screen()
    screen.context.add_init_script(WATCHED)
    with left_quiet(city):
        raise_alert(city, 70, alert(title="전부터 있던 것"))
        page = screen.open()
        expect(page.locator("#alerts-list")).to_contain_text("전부터 있던 것")
        page.click("#alerts-away")
        expect(page.locator(".away-status")).to_have_attribute("data-state", "default")
        expect(page.locator("#away-on")).to_be_disabled()
        screen.context.grant_permissions(["notifications"], origin=grounded.url)
        expect(page.locator(".away-status")).to_have_attribute("data-state", "off")
        page.locator("#away-on").focus()
        page.keyboard.press("Space")
        expect(page.locator(".away-status")).to_have_attribute("data-state", "on")
        expect(page.locator("#away-on")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator("#alerts-away")).to_have_text("알림 켜짐")
        yield screen


def test_what_is_new_is_told_while_nobody_looks_and_leads_to_it(told: Screen, city: City) -> None:
    page = told.page
    raise_alert(city, 71, alert(title="보는 앞에서"))
    expect(page.locator("#alerts-list")).to_contain_text("보는 앞에서")
    page.evaluate(LOOK_AWAY, arg=True)
    page.wait_for_function(
        "async () => !(await navigator.locks.query()).held.some(({ name }) => /front/.test(name))"
    )
    page.evaluate("() => bomnae.time.step(-3600_000)")
    page.wait_for_function("() => bomnae.clock.at_ms !== null")
    episode = raise_alert(city, 72, alert(title="손으로 적은 말"))
    page.wait_for_function("() => told.length === 1")  # of three, one came while nobody looked
    one = page.evaluate("() => ({ title: told[0].title, ...told[0].more })")
    assert one["title"] == "긴급 · 통제"
    assert "가온시" in one["body"]
    assert "지금으로 돌아갑니다" in one["body"], "the map shows another time"
    assert "손으로" not in one["body"] + one["title"]
    assert one["tag"].startswith("bomnae:sit_")
    assert one["requireInteraction"]
    page.evaluate("() => told[0].onclick()")
    expect(page.locator("html")).not_to_have_attribute("data-time", re.compile("."))
    expect(page.locator("#card h2")).to_have_text("손으로 적은 말")
    other = raise_alert(city, 73, alert("warning", title="다음"))
    page.wait_for_function("() => told.length === 2 && !told[1].isClosed")
    city.say(a={"closure incident:73": None})
    page.wait_for_function("() => told[1].isClosed")
    again = raise_alert(city, 74, alert("warning", title="또 다음"))
    page.wait_for_function("() => told.length === 3 && !told[2].isClosed")
    acknowledge(city, again, severity="warning")
    page.wait_for_function("() => told[2].isClosed")
    assert len({episode, other, again}) == 3
    page.go_back()  # before the press the map showed another time


def test_a_severity_that_is_left_out_is_not_told_and_two_tabs_tell_once(
    told: Screen, city: City
) -> None:
    page = told.page
    second = told.context.new_page()
    second.goto(told.url)
    expect(second.locator("html")).to_have_attribute("data-live", "live")
    expect(second.locator("#alerts-away")).to_have_text("알림 켜짐")
    second.wait_for_function("() => window.bomnae?.away.watch.waiting")
    page.click("#alerts-away")
    page.locator("#away-warning").uncheck()
    page.locator("#away-sound-none").check()
    page.keyboard.press("Escape")
    for tab in (page, second):
        tab.evaluate(LOOK_AWAY, arg=True)
    page.wait_for_function(
        "async () => !(await navigator.locks.query()).held.some(({ name }) => /front/.test(name))"
    )
    raise_alert(city, 75, alert("warning", title="막힘"))
    raise_alert(city, 76, alert(title="닫힘"))
    for tab in (page, second):
        expect(tab.locator("#alerts-list")).to_contain_text("막힘")
        expect(tab.locator("#alerts-list")).to_contain_text("닫힘")
    page.wait_for_function("() => told.length === 1")
    assert page.evaluate("() => told[0].more.silent")
    assert second.evaluate(TOLD) == []
    second.evaluate(LOOK_AWAY, arg=False)
    second.wait_for_function(
        "async () => (await navigator.locks.query()).held.some(({ name }) => /front/.test(name))"
    )
    raise_alert(city, 77, alert(title="옆 탭에서 봄"))
    expect(page.locator("#alerts-list")).to_contain_text("옆 탭에서 봄")
    second.evaluate(LOOK_AWAY, arg=True)
    page.goto("about:blank")
    second.wait_for_function("() => bomnae.away.isTeller")
    raise_alert(city, 78, alert(title="남은 탭이 말함"))
    second.wait_for_function("() => told.length === 1")


def test_a_browser_that_blocks_says_what_to_do(new_screen: NewScreen) -> None:
    screen = new_screen()
    screen.context.add_init_script(
        "Object.defineProperty(Notification, 'permission', { get: () => 'denied' })"
    )
    page = screen.open()
    page.evaluate("() => bomnae.away.set({ isOn: true })")
    expect(page.locator("#alerts-away")).to_have_text("알림 막힘")
    page.click("#alerts-away")
    expect(page.locator(".away-status")).to_contain_text("사이트 설정")
    expect(page.locator("#away-ask")).to_have_count(0)
