"""An operator acknowledges an alert, and sees which endpoint one does not reach."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from local.stack import Stack
from streams.contract import topics, wire
from streams.contract.enums import Closure, IncidentKind
from streams.contract.records import Incident, IncidentBatch
from streams.contract.times import now_ms
from streams.delivery.deciding.keys import DISPATCHERS, UNDELIVERED
from streams.state.keys import key
from tests.cities import worlds
from tests.cities.stage import City
from tests.pages.alerts import acknowledge, alert, left_quiet, raise_alert, rows, take_posts
from tests.pages.screen import Screen

NewScreen = Callable[..., Screen]


@pytest.fixture(autouse=True)
def _quiet(city: City) -> Iterator[None]:
    with left_quiet(city):
        yield


@pytest.fixture
def street_with_a_crash(tmp_path: Path) -> Iterator[str]:
    """The map of a street whose log, worker and clock run; an accident has closed it."""
    at_ms = now_ms()
    crash = Incident(
        "acc-1", IncidentKind.ACCIDENT, "3중 추돌", at_ms, closure=Closure.FULL, link_id="S3>S4"
    )
    batch = IncidentBatch("utic.incidents", at_ms, is_complete=True, rows=(crash,))
    with Stack(tmp_path) as stack:
        worlds.lay(stack)
        stack.start_worker()
        stack.python("clock", "producers", "clock")
        worlds.publish(stack, [(topics.INCIDENTS, 0, wire.encode(batch))])
        yield stack.start_map()


def test_one_acknowledges_and_every_open_window_sees_who(
    new_screen: NewScreen, street_with_a_crash: str
) -> None:
    one, other = new_screen(street_with_a_crash), new_screen(street_with_a_crash)
    page, there = one.open(), other.open()
    for window in (page, there):
        expect(rows(window)).to_contain_text("3중 추돌", timeout=30_000)
    page.keyboard.press("a")
    expect(rows(page).locator(".row")).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator("#act-by")).to_be_focused()
    page.keyboard.type("김상황")
    page.keyboard.press("Tab")
    page.keyboard.type("현장에 연락함")
    page.keyboard.press("Enter")
    expect(page.locator("#act-dialog")).to_be_hidden()
    for window in (page, there):
        expect(rows(window).locator(".ack")).to_contain_text("김상황")
        expect(rows(window).locator(".ack")).to_contain_text("현장에 연락함")
        expect(window.locator("#alerts-waiting")).to_have_text("모두 인지함")
        expect(rows(window).locator(".do-ack")).to_have_count(0)


def test_the_name_is_kept_and_a_hurried_operator_needs_no_dialog(
    screen: Screen, city: City
) -> None:
    for number in (1, 2, 3):
        raise_alert(city, number, alert(ago_s=number, title=f"경보 {number}"))
    page = screen.open()
    page.evaluate("() => own('kept.js').then(({ keep }) => keep('name', '박야간'))")
    sent = take_posts(city, page)
    expect(rows(page)).to_have_count(3)
    page.keyboard.press("a")
    expect(rows(page).first.locator(".row")).to_be_focused()
    page.keyboard.press("Shift+K")
    expect(rows(page).last.locator(".ack")).to_contain_text("박야간")
    row = rows(page).first
    expect(row).to_contain_text("경보 2")
    expect(row.locator(".row")).to_be_focused()  # the next to look at, not the one that went down
    assert [body["by"] for body in sent] == ["박야간"]
    row.locator(".do-ack").click()
    expect(page.locator("#act-by")).to_have_value("박야간")
    expect(page.locator("#act-note")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#act-dialog")).to_be_hidden()
    expect(rows(page).first).to_contain_text("경보 3")
    expect(rows(page).first.locator(".row")).to_be_focused()  # a dialog leads on as well


def test_the_keyboard_goes_on_where_the_log_is_quicker_than_the_answer(
    screen: Screen, city: City
) -> None:
    first, *_ = [raise_alert(city, n, alert(ago_s=n, title=f"경보 {n}")) for n in (1, 2, 3)]
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page = screen.open()
    page.route("**/situations/acts", hold)
    expect(rows(page)).to_have_count(3)
    rows(page).first.locator(".do-ack").click()
    page.fill("#act-by", "박야간")
    page.keyboard.press("Enter")
    screen.wait_until(lambda: bool(held), "it is sent")
    acknowledge(city, first, by="박야간")
    expect(rows(page).last.locator(".ack")).to_contain_text("박야간")
    sent = json.loads(held[0].request.post_data or "{}")["situations"]
    held[0].fulfill(status=202, json={"situations": sent, "left": []})
    expect(page.locator("#act-dialog")).to_be_hidden()
    expect(rows(page).first).to_contain_text("경보 2")
    expect(rows(page).first.locator(".row")).to_be_focused()


IN_ROWS = """() => {
  const marks = [...document.querySelectorAll("#act-what .alert-mark")];
  const middle = (e) => { const box = e.getBoundingClientRect(); return box.top + box.height / 2; };
  return marks.map((mark) => {
    const title = mark.nextElementSibling, left = mark.getBoundingClientRect();
    const isBefore = left.right <= title.getBoundingClientRect().left;
    return isBefore && Math.abs(middle(mark) - middle(title)) < 8;
  });
}"""


def test_several_are_named_in_rows_of_their_own(screen: Screen, city: City) -> None:
    for number in (1, 2, 3, 4):
        raise_alert(city, number, alert(title=f"추돌사고 {number}"))
    page = screen.open()
    expect(rows(page)).to_have_count(4)
    page.locator("#alerts-bulk").click()
    expect(page.locator("#act-what b")).to_have_count(3)
    assert page.evaluate(IN_ROWS) == [True, True, True]


def test_whom_it_is_given_to_is_typed_over_ones_own_name(screen: Screen, city: City) -> None:
    raise_alert(city, 1, alert(title="추돌사고"))
    page = screen.open()
    sent = take_posts(city, page)
    page.evaluate("() => localStorage.setItem('bomnae.name', '김상황')")
    rows(page).locator(".row").click()
    page.locator("#card button", has_text="담당 지정").click()
    expect(page.locator("#act-to")).to_have_value("김상황")
    expect(page.locator("#act-to")).to_be_focused()
    page.keyboard.type("도로과 이주임")
    page.keyboard.press("Enter")
    expect(page.locator("#act-dialog")).to_be_hidden()
    assert [body["to"] for body in sent] == ["도로과 이주임"]


def test_an_acknowledgement_that_is_not_logged_is_said_and_kept(screen: Screen, city: City) -> None:
    raise_alert(city, 1, alert(title="중앙로"))
    page = screen.open()
    refusal = {"error": {"code": "log_away", "message": "지금은 기록할 수 없습니다"}}
    page.route("**/situations/acts", lambda route: route.fulfill(status=503, json=refusal))
    rows(page).locator(".do-ack").click()
    page.fill("#act-by", "김상황")
    page.fill("#act-note", "길게 쓴 메모")
    page.click("#act-send")
    expect(page.locator("#act-said")).to_contain_text("지금은 기록할 수 없습니다")
    expect(page.locator("#act-dialog")).to_be_visible()
    expect(page.locator("#act-note")).to_have_value("길게 쓴 메모")
    expect(page.locator("#alerts-waiting")).to_have_text("미인지 1")
    screen.notes.errors.clear()


def test_an_alert_that_became_graver_asks_again(screen: Screen, city: City) -> None:
    row = alert("warning", title="차로 통제")
    episode = raise_alert(city, 1, row)
    acknowledge(city, episode, severity="warning")
    page = screen.open()
    expect(page.locator("#alerts-waiting")).to_have_text("모두 인지함")
    raise_alert(city, 1, {**row, "severity": "critical", "told": 2})
    expect(page.locator("#alerts-waiting")).to_have_text("미인지 1")
    expect(rows(page)).to_contain_text("인지한 뒤 긴급")


def undelivered(city: City) -> None:
    titles = {"ep_1": "상하수도 현장팀", "ep_2": "가스 당직"}
    given: Any = {
        name: json.dumps({"endpoint": name, "title": title}) for name, title in titles.items()
    }
    city.client.hset(key("subscriptions", 0), mapping=given)
    waits = {"since_ms": now_ms() - 121_000, "alert_id": "alrt_x.1", "title": "중앙로"}
    city.client.hset(UNDELIVERED, "ep_2", json.dumps(waits))
    city.client.zadd(DISPATCHERS, {"a": now_ms()})


def test_a_critical_alert_that_is_not_delivered_shows_until_it_is(
    screen: Screen, city: City
) -> None:
    page = screen.open()
    sign = page.locator("#undelivered")
    expect(sign).to_be_hidden()
    undelivered(city)
    expect(sign).to_be_visible()
    for text in ("긴급 경보 전달 안 됨", "가스 당직", "2분째"):
        expect(sign).to_contain_text(text)
    page.reload()
    expect(sign).to_be_visible()
    sign.click()
    waits = page.locator("#log-dialog .endpoint[open]")
    expect(waits).to_contain_text("중앙로")
    expect(page.locator("#log-dialog .endpoint")).to_have_count(2)
    page.keyboard.press("Escape")
    city.client.delete(UNDELIVERED)
    expect(sign).to_be_hidden()


def test_dispatchers_that_stopped_are_said_where_there_is_somebody_to_tell(
    screen: Screen, city: City
) -> None:
    page = screen.open()
    sign = page.locator("#undelivered")
    city.client.hset(key("subscriptions", 0), "ep_1", json.dumps({"title": "현장팀"}))
    expect(sign).to_contain_text("경보 전달이 멈췄습니다")
    city.client.zadd(DISPATCHERS, {"a": now_ms() - 180_000})
    expect(sign).to_contain_text("3분째")
    sign.click()
    expect(page.locator("#log-body")).to_contain_text("어디에도 경보가 나가지 않습니다")
    page.keyboard.press("Escape")
    city.client.zadd(DISPATCHERS, {"a": now_ms()})
    expect(sign).to_be_hidden()


def test_a_log_that_cannot_be_read_is_not_called_empty(screen: Screen) -> None:
    page = screen.open()
    page.route("**/api/v1/deliveries", lambda route: route.abort())
    page.click("#alerts-log")
    expect(page.locator("#log-body")).to_contain_text("읽지 못했습니다")
    screen.notes.errors.clear()
