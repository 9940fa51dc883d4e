"""Where buses go round: the way on the map, in a list and on its card, by mouse and by keys."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.cities.stage import City
from tests.pages import alerts
from tests.pages.detours import LINK, DetoursShown, going_round
from tests.pages.screen import Screen

PERMIT = "2026-굴착-9301"


@pytest.fixture
def shown(screen: Screen, city: City) -> Iterator[DetoursShown]:
    with going_round(city):
        screen.open()
        yield DetoursShown(screen)


def test_a_way_round_is_a_dashed_line_with_a_mark_and_the_legend_hides_it(
    shown: DetoursShown, screen: Screen
) -> None:
    shown.show_way()
    screen.wait_until(shown.dashes, "dashes along the way", lambda seen: seen >= 2)
    screen.wait_until(shown.marks, "a mark", lambda seen: seen == 1)
    expect(shown.count).to_have_text("1")
    shown.box.uncheck()
    screen.wait_until(
        lambda: (shown.marks(), shown.dashes()), "nothing", lambda seen: seen == (0, 0)
    )
    screen.page.wait_for_function("() => bomnae.state.address().includes('off=detours')")
    shown.box.check()
    screen.wait_until(shown.marks, "the mark again", lambda seen: seen == 1)


def test_a_click_on_the_way_says_route_stops_and_that_no_record_explains_it(
    shown: DetoursShown, screen: Screen
) -> None:
    shown.show_way()
    screen.wait_until(shown.dashes, "the way", lambda seen: seen >= 2)
    screen.rests()
    shown.click_way()
    for text in (
        "300번 버스 우회",
        "하늘로 3번 정류장, 은하로 4번 정류장",
        "기록 없음",
        "이 우회를 설명하는 허가나 돌발 자료가 없습니다.",
        "버스 3대",
    ):
        expect(shown.card).to_contain_text(text)
    expect(shown.card.locator(".other")).to_have_count(1)  # the road that is avoided


def test_the_list_leads_to_the_card_and_the_card_to_the_work_by_keyboard(
    screen: Screen, city: City
) -> None:
    link = city.network.links[LINK].id
    city.set_work(PERMIT, title="하수관 교체", links=[link], closure="full")
    with going_round(city, cause=f"work:{PERMIT}"):
        page, shown = screen.open(), DetoursShown(screen)
        page.locator("#tab-works").focus()
        page.keyboard.press("ArrowRight")
        expect(shown.rows).to_contain_text("하수관 교체")
        shown.rows.focus()
        page.keyboard.press("Enter")
        expect(shown.card).to_be_focused()
        expect(shown.card).to_contain_text("300번 버스 우회")
        work = shown.card.locator(".other", has_text="하수관 교체")
        work.focus()
        page.keyboard.press("Enter")
        expect(shown.card).to_have_attribute("data-kind", "work")
        expect(shown.card).to_contain_text(PERMIT)


def test_one_that_is_over_goes_and_its_card_says_so(screen: Screen, city: City) -> None:
    with going_round(city) as name:
        page, shown = screen.open(f"/#detour={name}"), DetoursShown(screen)
        expect(shown.card).to_contain_text("300번 버스 우회")
        expect(page.locator("html")).to_have_attribute("data-live", "live")
    expect(shown.card).to_contain_text("더는 우회하지 않습니다.")
    screen.wait_until(shown.marks, "no mark", lambda seen: seen == 0)


def test_its_alert_leads_there(screen: Screen, city: City) -> None:
    with alerts.left_quiet(city), going_round(city) as name:
        row = alerts.alert("notice", title="300", streets=["하늘로"], stops=["명동입구"], cause="")
        city.say(a={f"detour detour:{name}": row})
        page, shown = screen.open(), DetoursShown(screen)
        line = page.locator("#alerts-list .row")
        expect(line).to_have_count(0)  # a way round asks for nobody
        page.select_option("#alerts-show", "information")
        for text in ("버스 우회", "300번 버스", "하늘로로 우회", "명동입구 무정차"):
            expect(line).to_contain_text(text)
        line.click()
        expect(shown.card.locator(".other", has_text="300번")).to_have_count(2)
        shown.card.locator(".other", has_text="300번").last.click()
        expect(shown.card).to_have_attribute("data-kind", "detour")
