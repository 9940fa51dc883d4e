"""The complaint desk, by keyboard alone: no test in this file uses a mouse."""

import json
import re
from collections.abc import Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from maps.desk.saying.times import until
from streams.contract.times import KST, now_ms
from tests.cities import seed
from tests.cities.chuncheon import (
    BESIDE,
    DUG,
    HOUR_MS,
    SECTION,
    TITLE,
    WORK,
    Chuncheon,
    call,
    dig_row,
    shown_chuncheon,
)
from tests.pages.desk import ask, look_then, open_place, shows_certainty
from tests.pages.line import Line
from tests.pages.screen import NewScreen, Screen, box_of, screens_of

HOSTILE = "<img src=x onerror=alert(1)><b>굵게</b>"


@pytest.fixture(scope="module")
def quiet_city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chuncheon]:
    with shown_chuncheon(tmp_path_factory.mktemp("desk")) as city:
        yield city


@pytest.fixture(autouse=True)
def chuncheon(quiet_city: Chuncheon) -> Chuncheon:
    quiet_city.calm()
    return quiet_city


@pytest.fixture
def new_desk(chromium: Browser, chuncheon: Chuncheon) -> Iterator[NewScreen]:
    with screens_of(chromium, chuncheon.url, viewport=SIZE) as make:
        yield make


NEAR_MISS = "서울 중앙로"  # of another city; this one has a road of that name too
SIZE = {"width": 1280, "height": 800}
KOREAN = re.compile("[가-힣]")


def test_is_a_named_road_open(desk: Screen, chuncheon: Chuncheon) -> None:
    chuncheon.dig("full")
    page = desk.page
    expect(page.locator("#box")).to_be_focused()
    ask(page, "중앙로")
    first = page.locator("#found [role=option]").first
    for text in (SECTION, "전면 통제", "통보됨"):
        expect(first).to_contain_text(text)
    page.keyboard.press("ArrowDown")
    expect(first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("#card h2")).to_have_text(SECTION)
    expect(page.locator(".verdict .word b")).to_have_text("일부 구간 전면 통제")
    shows_certainty(page, "reported")
    size = page.evaluate(
        "() => parseFloat(getComputedStyle(document.querySelector('.verdict .word b')).fontSize)"
    )
    assert size >= 26
    expect(page.locator(".sentence")).to_contain_text("전면 통제")
    # each piece of the road is counted once, not its sections and its standard links
    expect(page.locator(".sentence")).to_contain_text("4개 구간 중 2개 구간")
    ask(page, "소양로")
    expect(page.locator("#found .tag.none").first).to_contain_text("확인됨")


def test_who_digs_at_a_named_stop_and_until_when(desk: Screen, chuncheon: Chuncheon) -> None:
    row = chuncheon.dig("partial")
    page = desk.page
    open_place(page, "명동입구")
    who = page.locator("[data-name=who]")
    expect(who).to_contain_text("춘천시 상하수도사업본부")
    expect(who.locator("a.phone")).to_have_attribute("href", "tel:0332503114")
    end = until(row["ends_ms"], now_ms()).to("ko")
    expect(page.locator("[data-name=until]")).to_contain_text(f"{end}까지 통제할 예정입니다.")
    expect(page.locator(".works .title")).to_have_text(TITLE)


def test_how_a_bus_route_runs_today(desk: Screen, chuncheon: Chuncheon) -> None:
    chuncheon.dig("full")
    chuncheon.run_buses(3)
    page = desk.page
    open_place(page, "1번")
    expect(page.locator("#card .head .kind")).to_have_text("노선")
    expect(page.locator("[data-name=buses]")).to_contain_text("3대")
    expect(page.locator(".route .bus")).to_have_count(3)
    expect(page.locator(".sections .section").first).to_contain_text("전면 통제")


def test_what_was_known_at_a_past_time(desk: Screen, chuncheon: Chuncheon) -> None:
    row = dig_row("full", starts_ms=now_ms() - 5 * HOUR_MS)
    chuncheon.remember("feed:permits", now_ms() - 6 * HOUR_MS, seed.feed("permits", now_ms()))
    chuncheon.remember(f"work:{WORK}", now_ms() - 2 * HOUR_MS, row)
    page = desk.page
    open_place(page, SECTION)
    expect(page.locator("#card")).to_have_attribute("data-look", "none")
    look_then(page, now_ms() - HOUR_MS, now_ms() - HOUR_MS)
    expect(page.locator("#past")).to_contain_text("과거 조회")
    expect(page.locator("#card")).to_have_attribute("data-look", "full")
    page.keyboard.press("Alt+t")
    expect(page.locator("#past")).to_be_hidden()
    expect(page.locator("#card")).to_have_attribute("data-look", "none")
    look_then(page, now_ms() - HOUR_MS, now_ms() - 3 * HOUR_MS)
    expect(page.locator("#past")).to_be_visible()
    expect(page.locator("#card")).not_to_have_attribute("data-look", "full")


def test_certainty_changes_when_the_bus_feed_stops(desk: Screen, chuncheon: Chuncheon) -> None:
    page = desk.page
    open_place(page, SECTION)
    shows_certainty(page, "confirmed")
    chuncheon.silence("tago.positions")
    chip = page.locator("#card .verdict .certainty")
    expect(chip).to_have_text(re.compile("자료 끊김"))
    expect(page.locator(".changes-here")).to_contain_text("확인됨 → 자료 끊김")
    expect(page.locator("#say")).to_contain_text("자료 끊김")
    expect(page.locator("#card")).to_have_attribute("data-look", "unknown")
    chuncheon.set_feed("tago.positions")
    expect(chip).to_have_text(re.compile("확인됨"))


def test_buses_that_pass_do_not_confirm_a_closed_lane(desk: Screen, chuncheon: Chuncheon) -> None:
    chuncheon.dig("partial")
    page = desk.page
    open_place(page, SECTION)
    shows_certainty(page, "reported")
    chuncheon.dig("partial", buses=3)
    open_place(page, SECTION)
    shows_certainty(page, "reported")


def test_buses_that_pass_a_closed_road_are_said_not_hidden(
    desk: Screen, chuncheon: Chuncheon
) -> None:
    chuncheon.dig("full", buses=3)
    page = desk.page
    open_place(page, SECTION)
    shows_certainty(page, "reported")
    expect(page.locator(".verdict .word b")).to_contain_text("전면 통제")
    expect(page.locator(".clauses")).to_contain_text("지나갔")


def test_certainty_and_verdict_change_when_the_permit_ends(
    desk: Screen, chuncheon: Chuncheon
) -> None:
    chuncheon.dig("full")
    chuncheon.pass_buses(BESIDE, 0)
    page = desk.page
    open_place(page, SECTION)
    expect(page.locator("#card")).to_have_attribute("data-look", "full")
    chuncheon.dig("full", phase="finished", ends_ms=now_ms() - 1000)
    expect(page.locator("#card")).not_to_have_attribute("data-look", "full")
    expect(page.locator(".changes-here")).to_contain_text("전면 통제 → ")
    shows_certainty(page, "inferred", "lost")


def test_every_line_has_a_source_that_stands_below(desk: Screen, chuncheon: Chuncheon) -> None:
    chuncheon.dig("full")
    page = desk.page
    open_place(page, SECTION)
    rows = page.locator(".clause")
    expect(rows.nth(4)).to_be_visible()
    for k in range(rows.count()):
        assert rows.nth(k).locator(".ref").count() >= 1
    for name in set(page.locator(".ref").all_inner_texts()):
        expect(page.locator(f"#source-{name}")).to_have_count(1)
    page.locator(".ref").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".source").nth(0)).to_be_visible()
    page.wait_for_function("() => document.activeElement.className === 'source'")


@pytest.mark.parametrize("is_secure", [True, False])
def test_one_key_copies_the_sentence(new_desk: NewScreen, *, is_secure: bool) -> None:
    desk = new_desk()
    desk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    if not is_secure:  # as on the plain http address of an office network
        desk.context.add_init_script(
            "Object.defineProperty(window, 'isSecureContext', { get: () => false });"
        )
    page = desk.open("/desk")
    page.evaluate("() => navigator.clipboard.writeText('before')")
    open_place(page, SECTION)
    before = page.locator(".sentence").inner_text()
    page.keyboard.press("F2")
    expect(page.locator("#toast")).to_contain_text("복사했습니다")
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied in {before, page.locator(".sentence").inner_text()}  # it may go on a minute
    expect(page.locator("#box")).to_be_focused()


def test_escape_goes_back_to_the_box_with_its_text_selected(desk: Screen) -> None:
    page = desk.page
    open_place(page, "명동입구")
    page.keyboard.press("Tab")
    expect(page.locator("#box")).not_to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#box")).to_be_focused()
    page.keyboard.type("금강로")
    expect(page.locator("#box")).to_have_value("금강로")


def test_answer_that_is_asked_again_leaves_focus_and_selection(
    desk: Screen, chuncheon: Chuncheon
) -> None:
    chuncheon.dig("full")
    page = desk.page
    open_place(page, SECTION)
    page.locator("#reference").fill("A-1")
    page.locator(".clause .ref").first.focus()
    page.evaluate("() => getSelection().selectAllChildren(document.querySelector('.sentence'))")
    chosen = page.evaluate("() => String(getSelection())")
    chuncheon.run_buses(1)
    before = page.evaluate("() => Number(document.documentElement.dataset.answered)")
    page.evaluate("() => desk.refresh()")
    answered = "() => Number(document.documentElement.dataset.answered)"
    desk.wait_until(lambda: page.evaluate(answered), "asked again", lambda seen: seen > before)
    page.wait_for_function("(text) => String(getSelection()) === text", arg=chosen)
    page.wait_for_function("() => document.activeElement.className === 'ref'")
    expect(page.locator("#reference")).to_have_value("A-1")


@pytest.mark.parametrize(
    "text", ["쀍쀍쀍", "부산 해운대로", HOSTILE, "🚧" * 40, "가" * 500, "%00\\u0000'\"; --"]
)
def test_what_is_not_found_is_said_and_never_guessed(desk: Screen, text: str) -> None:
    page = desk.page
    page.keyboard.type(text)
    expect(page.locator("#blank")).to_have_attribute("data-status", "not_found")
    expect(page.locator("#blank-word")).to_have_text("찾지 못했습니다")
    page.keyboard.press("Enter")
    expect(page.locator("#card")).to_be_hidden()
    assert page.locator("img[src=x]").count() == 0


def test_enter_takes_no_neighbour_for_what_was_not_found(desk: Screen) -> None:
    page = desk.page
    ask(page, NEAR_MISS)
    expect(page.locator("#blank")).to_have_attribute("data-status", "not_found")
    page.keyboard.press("Enter")
    expect(page.locator("#blank")).to_have_attribute("data-status", "not_found")
    expect(page.locator("#card")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#card")).to_be_visible()


def test_a_place_that_is_marked_stays_so_when_a_late_answer_finds_it_again(desk: Screen) -> None:
    page = desk.page
    ask(page, NEAR_MISS)
    expect(page.locator("#blank")).to_have_attribute("data-status", "not_found")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/v1/answer?*", hold, times=1)
    page.keyboard.press("Enter")
    desk.wait_until(lambda: len(held), "the question is on its way", lambda seen: seen == 1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    first, second = (page.locator("#found [role=option]").nth(k) for k in (0, 1))
    first.evaluate("(e) => { e.dataset.isOld = '1'; }")
    held[0].continue_()
    expect(first).not_to_have_attribute("data-is-old", "1")
    expect(second).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("#card")).to_be_visible()


def test_hostile_text_of_a_feed_is_shown_as_text(desk: Screen, chuncheon: Chuncheon) -> None:
    chuncheon.dig("full", title=HOSTILE, organisation=HOSTILE, place=HOSTILE)
    page = desk.page
    open_place(page, "명동입구")
    expect(page.locator(".works .title")).to_have_text(HOSTILE)
    assert page.locator("img[src=x], .card b b").count() == 0


def test_enter_that_ends_a_syllable_opens_nothing(desk: Screen) -> None:
    page = desk.page
    ask(page, "중앙로")
    page.evaluate(
        """() => document.getElementById("box").dispatchEvent(
        new KeyboardEvent("keydown", {key: "Enter", isComposing: true, bubbles: true}))"""
    )
    expect(page.locator("#card")).to_be_hidden()


def test_late_answer_to_older_text_is_dropped(desk: Screen) -> None:
    page = desk.page
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/v1/answer?q=%EA%B8%88*", hold)  # 금...
    page.keyboard.type("금강로")
    desk.wait_until(lambda: len(held), "the first question is held", lambda seen: seen >= 1)
    page.keyboard.press("Control+a")
    page.keyboard.type("명동입구")
    expect(page.locator("#card h2")).to_have_text("명동입구")
    for route in held:
        route.abort()
    expect(page.locator("#card h2")).to_have_text("명동입구")
    expect(page.locator("#banner")).to_be_hidden()
    desk.notes.errors.clear()


def test_a_card_stays_when_its_own_place_cannot_be_asked_again(new_desk: NewScreen) -> None:
    page = new_desk().open("/desk")
    open_place(page, SECTION)
    page.route("**/api/v1/**", lambda route: route.abort())
    with page.expect_event("requestfailed", lambda request: "id=section" in request.url):
        page.keyboard.press("Enter")
    expect(page.locator("#banner-word")).to_have_text("서버에 연결할 수 없습니다")
    expect(page.locator("#card")).to_be_visible()


def test_server_that_is_away_is_said_and_asked_again(new_desk: NewScreen, desk_line: Line) -> None:
    desk = new_desk(desk_line.url)
    page = desk.open("/desk")
    open_place(page, SECTION)
    desk_line.is_down = True
    desk_line.cut()
    expect(page.locator("#banner-word")).to_have_text("서버에 연결할 수 없습니다")
    expect(page.locator("#banner-detail")).to_contain_text("전 것입니다")
    expect(page.locator("#card")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.type("금강로")
    expect(page.locator("#blank")).to_have_attribute("data-status", "failed")
    expect(page.locator("#card")).to_be_hidden()
    desk_line.is_down = False
    expect(page.locator("#found [role=option]").first).to_be_visible()
    expect(page.locator("#banner")).to_be_hidden()


@pytest.fixture
def desk_line(chuncheon: Chuncheon) -> Iterator[Line]:
    line = Line(chuncheon.url)
    yield line
    line.close()


def test_picture_that_stands_still_is_said_in_banner_and_sentence(
    desk: Screen, chuncheon: Chuncheon
) -> None:
    page = desk.page
    open_place(page, SECTION)
    chuncheon.is_ticking = False
    chuncheon.tick(now_ms() - 120_000)
    expect(page.locator("#banner-word")).to_contain_text("2분째 갱신되지 않고 있습니다")
    expect(page.locator("#card .verdict .certainty")).to_have_text(re.compile("자료 끊김"))
    expect(page.locator(".ages")).to_have_class(re.compile("is-stale"))


def test_call_is_logged_with_one_key_and_nothing_of_the_caller(
    desk: Screen, chuncheon: Chuncheon
) -> None:
    chuncheon.dig("full")
    page, sent = desk.page, []

    def take(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        sent.append(json.loads(route.request.post_data or ""))
        route.fulfill(status=202, json={"call_id": sent[-1]["call_id"]})

    page.route("**/api/v1/calls", take)
    open_place(page, SECTION)
    page.keyboard.press("Shift+F8")
    expect(page.locator("#reference")).to_be_focused()
    page.keyboard.type("A-1207")
    page.keyboard.press("F8")
    expect(page.locator("#toast")).to_contain_text("A-1207")
    [body] = sent
    assert set(body) == {"title", "link_ids", "lon", "lat", "reference", "closed", "call_id"}
    assert body["title"] == SECTION
    assert set(DUG) <= set(body["closed"]) <= set(body["link_ids"])
    expect(page.locator("#reference")).to_have_value("")


@pytest.mark.parametrize("reference", ["홍길동", "010 1234 5678"])
def test_reference_that_may_name_a_person_is_not_sent(desk: Screen, reference: str) -> None:
    page = desk.page
    open_place(page, SECTION)
    page.keyboard.press("Shift+F8")
    expect(page.locator("#reference")).to_be_focused()
    page.keyboard.type(reference)
    page.keyboard.press("F8")
    expect(page.locator("#toast")).to_contain_text("영문자, 숫자")


def test_call_that_cannot_be_logged_is_said(new_desk: NewScreen) -> None:
    """Nothing listens where the log should be: no Kafka runs beside these tests."""
    page = (desk := new_desk()).open("/desk")
    open_place(page, SECTION)
    page.keyboard.press("F8")
    expect(page.locator("#toast")).to_contain_text("기록하지 못했습니다")
    assert all("503" in error for error in desk.notes.errors)


def test_call_back_list_says_when_the_road_is_open_again(
    desk: Screen, chuncheon: Chuncheon
) -> None:
    chuncheon.dig("full")
    chuncheon.show(p={"c1": call("c1"), "c2": call("c2", reference="B-7", closed=[BESIDE[0]])})
    page = desk.page
    page.route("**/done", lambda route: route.fulfill(status=202, json={"call_id": "c2"}))
    rows = page.locator("#calls li")
    desk.wait_until(lambda: _polled_calls(page), "the list", lambda seen: seen == 2)
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("B-7")
    expect(rows.nth(0)).to_contain_text("통제가 풀림")
    expect(rows.nth(1)).to_contain_text("통제 중")
    page.keyboard.press("Alt+c")
    expect(rows.locator("button").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    expect(rows.locator("button")).to_be_focused()


def _polled_calls(page: Page) -> int:
    page.evaluate("() => desk.calls.poll()")
    return page.locator("#calls li").count()


def test_changes_since_the_shift_began_lead_to_their_answer(
    desk: Screen, chuncheon: Chuncheon
) -> None:
    row = chuncheon.dig("full")
    chuncheon.remember(f"work:{WORK}", now_ms() - 120_000, row)
    page = desk.page
    page.keyboard.press("Alt+s")
    expect(page.locator("#shift-start")).to_be_focused()
    begun = datetime.fromtimestamp(now_ms() / 1000 - 3600, KST)
    page.locator("#shift-start").fill(f"{begun:%H:%M}")
    line = page.locator("#changes .change").first
    expect(line).to_contain_text(TITLE)
    line.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#card h2")).to_contain_text(TITLE)


def test_telephone_shows_the_answer_first_and_scrolls_nowhere_sideways(
    new_desk: NewScreen, chuncheon: Chuncheon
) -> None:
    chuncheon.dig("full")
    desk = new_desk(viewport={"width": 390, "height": 844})
    page = desk.open("/desk")
    open_place(page, SECTION)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    box = box_of(page.locator(".verdict"))
    assert box["y"] < 500


def test_wall_of_4k_has_larger_letters(new_desk: NewScreen) -> None:
    page = new_desk(viewport={"width": 3840, "height": 2160}).open("/desk")
    size = "() => parseFloat(getComputedStyle(document.getElementById('box')).fontSize)"
    assert page.evaluate(size) > 30


def test_every_word_has_both_languages_and_letters_rest_while_typing(
    desk: Screen, chuncheon: Chuncheon
) -> None:
    chuncheon.dig("full")
    page = desk.page
    open_place(page, SECTION)
    page.keyboard.type("l?d")
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    expect(page.locator("#help")).to_be_hidden()
    page.locator(".sentence").focus()
    page.keyboard.press("l")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    texts = page.locator("[data-t], .clause dt, .certainty, .actions button")
    desk.wait_until(
        lambda: not KOREAN.search(" ".join(texts.all_inner_texts())), "all of it is English"
    )
    page.keyboard.press("l")
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#box")).to_be_focused()


def test_place_stays_in_the_address_and_opens_from_it(desk: Screen) -> None:
    page = desk.page
    open_place(page, "명동입구")
    desk.wait_until(lambda: page.url, "address", lambda seen: "#id=stop" in seen)
    page.reload()
    expect(page.locator("#card h2")).to_have_text("명동입구")
    expect(page.locator("#box")).to_be_focused()
