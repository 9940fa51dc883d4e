"""The operator's list of alerts: its order, the keyboard, the sound, what ends, what is unknown."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from streams.state.keys import REBUILDING
from tests.cities.stage import City
from tests.pages.alerts import acknowledge, alert, left_quiet, raise_alert, rows, titles
from tests.pages.screen import Screen

NewScreen = Callable[..., Screen]
HOSTILE = "<img src=x onerror=alert(1)><b>굵게</b>"


@pytest.fixture(autouse=True)
def _quiet(city: City) -> Iterator[None]:
    with left_quiet(city):
        yield


def test_what_waits_for_a_person_stands_first_and_the_newest_of_it(
    screen: Screen, city: City
) -> None:
    seen = raise_alert(city, 1, alert(ago_s=1, title="인지한 긴급"))
    acknowledge(city, seen)
    raise_alert(city, 2, alert("notice", ago_s=10, title="새 알림"), rule="reports")
    raise_alert(city, 3, alert("warning", ago_s=90, title="주의"))
    raise_alert(city, 4, alert(ago_s=7200, title="오래된 긴급"))
    raise_alert(city, 5, alert(ago_s=300, title="긴급"))
    page = screen.open()
    expect(rows(page)).to_have_count(5)
    expect(titles(page)).to_have_text(
        [
            "긴급",
            "오래된 긴급",
            "새 알림 · 시민 신고 집중 (미확인)",
            "주의",
            "인지한 긴급",
        ]
    )
    expect(rows(page).nth(1)).to_contain_text("2시간째")
    expect(page.locator("#alerts-waiting")).to_have_text("미인지 4")
    expect(rows(page).last.locator(".ack")).to_contain_text("김상황")


def test_an_alert_is_found_flown_to_and_named_by_keyboard(screen: Screen, city: City) -> None:
    link = city.network.links[70]
    raise_alert(city, 1, alert(title="새싹로 사고", closure="full", links=[link.id]))
    raise_alert(city, 2, alert("warning", title="다른 것"))
    page = screen.open()
    before = screen.centre()
    expect(rows(page)).to_have_count(2)
    page.keyboard.press("a")
    expect(rows(page).first.locator(".row")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(rows(page).nth(1).locator(".row")).to_be_focused()
    page.keyboard.press("Home")
    expect(rows(page).first.locator(".row")).to_be_focused()
    page.keyboard.press("Enter")
    screen.wait_until(screen.centre, "the map flew there", lambda seen: seen != before)
    for text in ("긴급", "새싹로 사고", "전면 통제", "아직 아무도"):
        expect(page.locator("#card")).to_contain_text(text)
    page.wait_for_function("() => String(bomnae.marks.chosenLinks) === '70'")
    screen.wait_until(lambda: page.url, "address", lambda seen: "situation=sit_" in seen)
    page.keyboard.press("Escape")
    expect(page.locator("#card")).to_be_hidden()


def test_the_sound_is_off_until_turned_on_and_ends_with_the_acknowledgement(
    screen: Screen, city: City
) -> None:
    episode = raise_alert(city, 1, alert(title="긴급"))
    page = screen.open()
    beeps = "() => bomnae.alerts.sound.beeps"
    expect(page.locator("#alerts-sound")).to_have_text("소리 꺼짐")
    assert page.evaluate("() => [bomnae.alerts.sound.timer, bomnae.alerts.sound.context]") == [
        0,
        None,
    ]
    page.keyboard.press("s")
    expect(page.locator("#alerts-sound")).to_have_text("소리 켜짐")
    screen.wait_until(lambda: page.evaluate(beeps), "two beeps", lambda seen: seen >= 2)
    acknowledge(city, episode)
    expect(page.locator("#alerts-waiting")).to_have_text("모두 인지함")
    page.wait_for_function("() => bomnae.alerts.sound.timer === 0")
    page.reload()
    expect(page.locator("#alerts-sound")).to_have_attribute("aria-pressed", "true")


def open_with_one(screen: Screen) -> Page:
    """The map, opened when its server had taken up the one alert: it is no news there."""
    page = screen.open()
    expect(rows(page)).to_have_count(1)
    return page


def test_a_new_critical_alert_is_said_at_once_and_others_in_turn(
    screen: Screen, city: City
) -> None:
    raise_alert(city, 1, alert(title="먼저 있던 것"))
    page = open_with_one(screen)
    said, others = page.locator("#alerts-said"), page.locator("#alerts-said-others")
    expect(said).to_have_attribute("role", "alert")
    expect(others).to_have_attribute("role", "status")
    raise_alert(city, 2, alert("warning", title="주의만"))
    expect(others).to_have_text("새 경보: 통제, 주의만")
    expect(said).to_have_text("")
    raise_alert(city, 3, alert(title="새 사고"))
    expect(said).to_have_text("긴급 경보: 통제, 새 사고")
    expect(others).to_have_text("새 경보: 통제, 주의만")


def test_an_alert_that_ends_is_no_longer_counted_and_says_so(screen: Screen, city: City) -> None:
    raise_alert(city, 1, alert(title="끝날 것"))
    page = screen.open("/#alert=closure%20incident%3A1")
    expect(page.locator("#card")).to_contain_text("끝날 것")
    city.say(a={"closure incident:1": None})
    expect(page.locator("#alerts-count")).to_have_text("0")
    expect(rows(page)).to_have_attribute("data-state", "over")
    expect(rows(page)).to_contain_text("종료")
    expect(page.locator("#card")).to_contain_text("끝난 경보입니다")
    page.reload()
    expect(page.locator("#alerts-none")).to_be_visible()


def test_alerts_that_a_rebuilt_store_has_lost_are_not_called_over(
    screen: Screen, city: City
) -> None:
    row = alert(title="중앙로")
    raise_alert(city, 1, row)
    page = open_with_one(screen)
    city.client.set(REBUILDING, 1)
    try:
        screen.wait_for("stale")
        city.say(a={"closure incident:1": None})
        expect(page.locator("#alerts-none")).to_have_text("지금 열린 경보를 알 수 없습니다.")
        raise_alert(city, 1, row)
        expect(rows(page)).to_have_attribute("data-state", "new")
    finally:
        city.client.delete(REBUILDING)
    screen.wait_for("live")
    expect(page.locator("#alerts-said")).to_have_text("")
    city.say(a={"closure incident:1": None})
    expect(rows(page)).to_have_attribute("data-state", "over")


def test_what_a_feed_or_a_person_wrote_stays_text(screen: Screen, city: City) -> None:
    episode = raise_alert(city, 1, alert(title=HOSTILE, organisation=HOSTILE))
    acknowledge(city, episode, by=HOSTILE, comment=HOSTILE)
    page = screen.open()
    expect(rows(page).locator(".title")).to_have_text(HOSTILE)
    expect(rows(page).locator(".ack")).to_contain_text(HOSTILE)
    rows(page).locator(".row").click()
    expect(page.locator("#card")).to_contain_text(HOSTILE)
    assert page.locator("#alerts-list img, #card img").count() == 0


def test_500_alerts_leave_the_screen_quick_and_one_stop_of_the_tab_key(
    screen: Screen, city: City
) -> None:
    many = {
        f"jam link:{n}": alert("notice", ago_s=n, title=f"정체 {n}", judged_by="usual")
        for n in range(500)
    }
    took_ms = """() => Math.min(...Array.from({length: 10}, () => {
        const begin = performance.now();
        bomnae.alerts.show(bomnae.picture);
        return performance.now() - begin; }))"""
    page = screen.open()
    city.say(a=dict(list(many.items())[:120]))
    expect(rows(page)).to_have_count(120)
    few_ms = page.evaluate(took_ms)
    city.say(a=many)
    expect(page.locator("#alerts-count")).to_have_text("500")
    expect(rows(page)).to_have_count(120)
    expect(page.locator("#alerts-list .row:not([tabindex='-1'])")).to_have_count(1)
    assert page.evaluate(took_ms) < 3 * max(few_ms, 1.0), f"{few_ms} ms for those that are shown"
    page.locator("#alerts-list .more button").click()
    expect(rows(page)).to_have_count(500)


@pytest.mark.parametrize("width", [390, 1180])
def test_where_the_list_is_out_of_sight_the_top_line_counts(
    new_screen: NewScreen, city: City, width: int
) -> None:
    raise_alert(city, 1, alert(title="중앙로"))
    screen = new_screen(viewport={"width": width, "height": 844})
    page = screen.open()
    expect(page.locator("#alerts-sum")).to_have_attribute("data-severity", "critical")
    expect(rows(page).first).to_be_hidden()
    page.click("#alerts-sum")
    expect(rows(page).first.locator(".row")).to_be_focused()
    wide = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
