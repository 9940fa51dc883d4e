"""The bar of time: the map of a week ago to two weeks ahead, never to be taken for now."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from streams.contract.enums import Certainty, Closure, Level
from streams.contract.times import HOUR_MS, now_ms
from streams.contract.topics import partition_of
from streams.domain.links.history import LinksEntry, Obstructed, packed, record
from streams.state.keys import PAST, key, past_key
from tests.cities import seed
from tests.cities.stage import City
from tests.pages.alerts import alert, raise_alert
from tests.pages.screen import Screen

WORK = "2026-T-1"
JAMMED, OPEN = 3, 4


@pytest.fixture
def remembered(city: City) -> Iterator[City]:
    """Two hours ago one road was jammed, and one closed by a work; both are free now."""
    then_ms, client = now_ms() - 2 * HOUR_MS, city.client
    ids = [link.id for link in city.network.links]
    work = seed.work(WORK, links=[ids[OPEN]], closure="full") | {
        "starts_ms": then_ms - HOUR_MS,
        "ends_ms": then_ms + HOUR_MS,
        "hours": "",
        "phase": "active",
        "is_in_force": True,
    }
    for partition in range(seed.PARTITIONS):
        names = tuple(name for name in ids if partition_of(name, seed.PARTITIONS) == partition)
        level_of = {ids[JAMMED]: Level.JAM}
        records = [
            record(place, level_of.get(name, Level.FREE), Certainty.CONFIRMED, is_kept=False)
            for place, name in enumerate(names)
        ]
        closed = {
            place: Obstructed(Closure.FULL, (f"work:{WORK}",))
            for place, name in enumerate(names)
            if name == ids[OPEN]
        }
        entry = packed(LinksEntry(records, names=names, obstructed=closed))
        client.xadd(past_key(f"links/{partition}", partition), {"v": entry}, id=f"{then_ms}-1")
        client.zadd(key(PAST, partition), {f"links/{partition}": then_ms})
    seed.remember(client, f"work:{WORK}", then_ms, work)
    seed.remember(client, "feed:its.speeds", then_ms, seed.feed("its.speeds", then_ms))
    for index in (JAMMED, OPEN):
        city.set_speed(index, 40.0)
    yield city
    for name in client.scan_iter(key("past*", "*")):
        client.delete(name)


def roads(page: Page) -> Any:
    """Level and closure of the two roads, as the map has them."""
    return page.evaluate(
        "(links) => links.map((i) => [bomnae.picture.levels[i], bomnae.picture.closures.get(i)])",
        [JAMMED, OPEN],
    )


def at(ms: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ms / 1000 + 9 * 3600))


def test_an_hour_ago_is_one_press_away_and_now_another(remembered: City, screen: Screen) -> None:
    page = screen.open()
    assert remembered.network.links
    page.keyboard.press("t")
    expect(page.locator("#time-slider")).to_be_focused()
    for _ in range(2):
        page.keyboard.press("PageDown")
    expect(page.locator("#moment-word")).to_contain_text("의 화면")
    expect(page.locator("html")).to_have_attribute("data-time", "past")
    expect(page.locator("#live-word")).to_have_text("실시간 아님")
    expect(page.locator("#time-slider")).to_have_attribute(
        "aria-valuetext", re.compile("2시간 전|1시간 전")
    )
    expect(page).to_have_url(re.compile(r"#.*at=\d{4}-\d\d-\d\dT\d\d:\d\d:00"))
    page.locator("#moment-now").click()
    expect(page.locator("html")).not_to_have_attribute("data-time", re.compile("."))
    expect(page.locator("#live-word")).to_have_text("실시간")
    expect(page).not_to_have_url(re.compile("at="))


def test_a_moment_has_its_roads_works_and_feeds_and_its_address(
    remembered: City, screen: Screen
) -> None:
    then_ms = now_ms() - 2 * HOUR_MS + 60_000
    page = screen.open(f"/#at={at(then_ms)}")
    expect(page.locator("#moment-detail")).to_contain_text("그 뒤에 알게 된 것도")
    expect(page.locator("#works-list .row")).to_have_count(1)
    screen.wait_until(
        lambda: roads(page), "the roads of then", lambda seen: seen == [[2, None], [0, "full"]]
    )
    page.wait_for_function("() => bomnae.picture.rows.bus.size === 0")
    expect(page.locator("#feeds .word", has_text=re.compile("^정상$")).first).to_be_visible()
    screen.wait_until(lambda: screen.probe(JAMMED)[2][0], "red is drawn", lambda seen: seen > 150)
    page.locator("#time-then").check()
    expect(page.locator("#moment-detail")).to_contain_text("그때까지 들어온 자료만")
    expect(page).to_have_url(re.compile("&then"))
    remembered.set_speed(JAMMED, 41.0)
    page.locator("#moment-now").click()
    page.wait_for_function("(i) => bomnae.picture.speeds[i] === 41", arg=JAMMED)
    page.wait_for_function("(i) => bomnae.picture.levels[i] !== 2", arg=JAMMED)  # no jam now


def test_what_comes_in_meanwhile_is_kept_and_an_alert_is_told(
    remembered: City, screen: Screen
) -> None:
    page = screen.open(f"/#at={at(now_ms() - HOUR_MS)}")
    expect(page.locator("#moment")).to_be_visible()
    raise_alert(remembered, 1, alert(title="방금 난 통제"))
    try:
        listed = page.locator("#alerts-list > li")
        expect(listed).to_contain_text("방금 난 통제")
        for _ in range(2):
            shown = page.locator("#time-shown").inner_text()
            page.locator("#time-back").click()
            expect(page.locator("#time-shown")).not_to_have_text(shown)
            page.wait_for_function("() => !bomnae.time.isAsking")
            expect(listed).to_have_attribute("data-state", "new")
    finally:
        remembered.say(a={"closure incident:1": None})


def test_tomorrow_shows_what_is_permitted_and_says_that_speeds_are_not_known(
    remembered: City, screen: Screen
) -> None:
    page = screen.open(f"/#at={at(now_ms() + 20 * HOUR_MS)}")
    assert remembered.network.links
    expect(page.locator("html")).to_have_attribute("data-time", "ahead")
    expect(page.locator("#moment-word")).to_contain_text("예정된 화면")
    expect(page.locator("#moment-detail")).to_contain_text("아직 배우지 못했습니다")
    expect(page.locator("#moment-changes")).to_be_hidden()
    expect(page.locator("#feeds .chip")).to_have_count(0)  # nobody knows which will answer then
    expect(page.locator("#feeds")).to_have_attribute("data-none", re.compile("알 수 없음"))
    page.locator("#moment-now").click()
    expect(page.locator("#feeds .chip").first).to_be_visible()


def test_it_plays_up_to_now_and_is_live_again(remembered: City, screen: Screen) -> None:
    page = screen.open(f"/#at={at(now_ms() - HOUR_MS)}")
    assert remembered.network.links
    page.locator("#time-play").click()  # at 60 times: a minute to come up to now
    expect(page.locator("#time-play")).to_have_attribute("data-state", "on")
    page.locator("#time-speed").select_option("600")
    expect(page.locator("html")).not_to_have_attribute("data-time", re.compile("."))
    expect(page.locator("#time-play")).to_have_attribute("data-state", "off")
    expect(page.locator("#live-word")).to_have_text("실시간")


def test_a_moment_that_cannot_be_read_is_named_and_asked_for_again(
    remembered: City, screen: Screen
) -> None:
    page, is_away = screen.open(), [True]
    assert remembered.network.links

    def answer(route: Route) -> None:
        if is_away[0]:
            route.fulfill(status=503, json={"error": {"code": "store_lost"}})
        else:
            route.continue_()

    page.route("**/api/v1/moment?*", answer)
    page.locator("#time-hour-back").click()
    expect(page.locator("#moment-detail")).to_contain_text("읽지 못했습니다")
    is_away[0] = False
    page.locator("#moment-retry").click()
    expect(page.locator("#moment-retry")).to_be_hidden()
    expect(page.locator("#moment-detail")).not_to_contain_text("읽지 못했습니다")
    screen.notes.errors.clear()  # the browser writes every 503 there


def test_a_step_of_time_is_painted_within_300_ms(remembered: City, screen: Screen) -> None:
    page = screen.open()
    assert remembered.network.links
    took = page.evaluate(
        """async () => {
          const took = [];
          for (let k = 0; k < 9; k += 1) {
            const begun = performance.now(), old = bomnae.picture;
            bomnae.time.step(-300_000);
            while (bomnae.picture === old) await new Promise((done) => setTimeout(done, 2));
            await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
            took.push(performance.now() - begun);
          }
          return took.sort((a, b) => a - b);
        }"""
    )
    # The machine is shared: a step that was put aside for others took no longer by itself.
    assert took[0] <= 300, took


def test_what_changed_since_is_listed(remembered: City, screen: Screen) -> None:
    page = screen.open(f"/#at={at(now_ms() - 4 * HOUR_MS)}")
    assert remembered.network.links
    page.locator("#moment-changes").click()
    expect(page.locator("#time-changes li").first).to_be_visible()
    expect(page.locator("#time-changes-said")).to_have_text(re.compile(r"^모두 \d+건입니다\.$"))
    count = page.locator("#time-changes li").count()
    expect(page.locator("#time-changes-said")).to_have_text(f"모두 {count}건입니다.")
