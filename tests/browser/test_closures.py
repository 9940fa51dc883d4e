"""A closure by hand: from `n` to the map, two at once, a log that is away, odd text, the desk."""

import re
import time
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from local.stack import Stack
from tests.cities import worlds
from tests.pages.screen import NewScreen, Screen, screens_of
from tests.services.asking import Json, ask, seen

TEXT = "정류장2→정류장4 사고 1차로 30분"


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The map of a street whose log, worker and clock run."""
    with Stack(tmp_path_factory.mktemp("street")) as stack:
        worlds.lay(stack)
        stack.start_worker()
        stack.python("clock", "producers", "clock")
        base = stack.start_map()
        seen(base, lambda body: bool(body["clock_ms"]), "/api/v1/feeds")
        yield base


@pytest.fixture
def new_window(chromium: Browser, street: str) -> Iterator[NewScreen]:
    with screens_of(chromium, street) as make:
        yield make


def opened(new_window: NewScreen, **options: object) -> tuple[Screen, Page]:
    """A window whose map is there."""
    screen = new_window(**options)
    screen.page.goto(screen.url)
    expect(screen.page.locator("html")).to_have_attribute("data-ready", "1", timeout=30_000)
    expect(screen.page.locator("html")).to_have_attribute("data-may", re.compile("close"))
    return screen, screen.page


def standing(base: str) -> dict[str, Json]:
    return {row["title"]: row for row in ask(base, "/api/v1/closures")[1]["standing"]}


def stands_as(screen: Screen, base: str, title: str, version: int) -> Json:
    """A closure that stands, once it is of this version."""
    screen.wait_until(
        lambda: standing(base).get(title, {}).get("version"),
        f"version {version} of {title}",
        lambda seen: seen == version,
    )
    return standing(base)[title]


def typed(page: Page, text: str) -> None:
    """The panel by its key, a text, Enter."""
    page.keyboard.press("n")
    expect(page.locator("#closing-text")).to_be_focused()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def test_from_the_key_to_the_map_by_a_scripted_person(new_window: NewScreen, street: str) -> None:
    screen, page = opened(new_window)
    begin = time.monotonic()
    page.keyboard.press("n")
    expect(page.locator("#closing-text")).to_be_focused()
    page.keyboard.type(TEXT, delay=40)
    expect(page.locator("#closing-said")).to_contain_text("정류장2→정류장4")
    page.wait_for_function("() => bomnae.closing.preview.typed.length > 0")
    expect(page.locator("#closing-cause")).to_have_value("accident")
    expect(page.locator("#closing-lanes")).to_have_value("1차로")
    page.evaluate("""() => { window.sent_ms = 0; window.shown_ms = 0;
      addEventListener("submit", () => { window.sent_ms = performance.now(); }, true);
      const look = () => { if (bomnae.now.rows.closure.size) window.shown_ms ||= performance.now();
        else requestAnimationFrame(look); }; look(); }""")
    page.keyboard.press("Enter")
    expect(page.locator("#card h2")).to_have_text("정류장2→정류장4")
    person_s = time.monotonic() - begin
    machine_ms = page.evaluate("() => window.shown_ms - window.sent_ms")
    print(f"n to map {person_s:.1f} s, Enter to delta {machine_ms:.0f} ms")  # noqa: T201
    assert person_s <= 15
    assert machine_ms <= 1000
    expect(page.locator("#closing")).to_be_hidden()
    expect(page.locator("#card .verdict")).to_contain_text("1차로")
    expect(page.locator("#incidents-list")).to_contain_text("정류장2→정류장4")
    marked = "() => bomnae.marks.marks.some(({ kind }) => kind === 'closure')"
    screen.wait_until(lambda: page.evaluate(marked), "a mark on the map")
    page.locator('#card [data-act="end"]').click()
    expect(page.locator("#card .verdict")).to_contain_text("해제됨")
    page.locator('#card [data-act="undo"]').click()
    expect(page.locator("#card .verdict")).to_contain_text("통제 중")
    stands_as(screen, street, "정류장2→정류장4", 3)
    assert screen.notes.errors == []


def test_the_second_of_two_sees_both_versions_side_by_side(
    new_window: NewScreen, street: str
) -> None:
    screen, page = opened(new_window)
    typed(page, "정류장5→정류장6 행사 전면통제 1시간")
    expect(page.locator("#card h2")).to_have_text("정류장5→정류장6")
    row = stands_as(screen, street, "정류장5→정류장6", 1)
    page.locator('#card [data-act="correct"]').click()
    expect(page.locator("#closing-ends_ms")).to_be_focused()
    other = {"version": 1, "act_id": "other-1", "by": "이관제", "reason": "마라톤"}
    assert ask(street, f"/api/v1/closures/{row['id']}", other, method="PATCH")[0] == 202
    stands_as(screen, street, "정류장5→정류장6", 2)
    page.select_option("#closing-closure", "partial")
    page.locator("#closing-send").click()
    table = page.locator("#closing-conflict table")
    expect(table).to_contain_text("마라톤")
    expect(table.locator("tr.differs")).not_to_have_count(0)
    for button in page.locator("#closing-conflict .buttons button").all():
        expect(button).to_have_css("padding-left", re.compile(r"^1[5-9]"))  # not the browser's own
    assert standing(street)["정류장5→정류장6"]["closure"] == "full"
    page.locator("#closing-conflict button.main").click()
    expect(page.locator("#card .verdict")).to_contain_text("부분 통제")
    stands_as(screen, street, "정류장5→정류장6", 3)


def test_a_text_that_no_server_reads_says_so(new_window: NewScreen) -> None:
    _, page = opened(new_window)
    page.route("**/api/v1/closures/read", lambda route: route.abort())
    page.keyboard.press("n")
    expect(page.locator("#closing-text")).to_be_focused()
    page.keyboard.type("정류장7→정류장8 침수 전면통제")
    expect(page.locator("#closing-said")).to_contain_text("읽지 못했습니다")
    page.unroute("**/api/v1/closures/read")
    page.keyboard.type(" ")
    expect(page.locator("#closing-said")).to_contain_text("전면 통제")


def test_while_the_log_is_away_the_act_waits_on_the_screen_and_is_sent_once(
    new_window: NewScreen, street: str
) -> None:
    screen, page = opened(new_window)
    refusal = {"error": {"code": "log_away", "message": "지금은 기록할 수 없습니다"}}
    posts: list[str] = []

    def away(route: object) -> None:
        posts.append("away")
        route.fulfill(status=503, json=refusal)  # type: ignore[attr-defined]

    page.route("**/api/v1/closures", away)
    typed(page, "정류장7→정류장8 침수 전면통제")
    wait = page.locator(".closing-wait")
    expect(wait).to_contain_text("아직 기록되지 않음")
    expect(wait).to_contain_text("정류장7→정류장8")
    assert "정류장7→정류장8" not in standing(street)
    page.reload()
    expect(wait).to_contain_text("아직 기록되지 않음")
    screen.wait_until(lambda: len(posts), "it tries again", lambda seen: seen > 1)
    page.unroute("**/api/v1/closures")
    expect(wait).to_have_count(0)
    row = stands_as(screen, street, "정류장7→정류장8", 1)
    assert row["versions"] == []
    screen.notes.errors.clear()


def test_what_is_wrong_stands_at_its_field_with_what_is_near_and_hostile_text_stays_text(
    new_window: NewScreen,
) -> None:
    screen, page = opened(new_window, viewport={"width": 390, "height": 780})
    typed(page, "")
    expect(page.locator("#closing-place")).to_contain_text("어디인지 적어 주십시오")
    page.keyboard.type("정류장 사고")
    expect(page.locator("#closing .choice").first).to_be_visible()
    page.locator("#closing .choice").first.click()
    expect(page.locator("#closing-said")).not_to_have_text("")
    width = page.evaluate("() => document.documentElement.scrollWidth")
    assert width <= 390
    page.fill("#closing-text", "정류장9→정류장10 <img/src=x/onerror=alert(1)> 사고")
    page.fill("#closing-reason", "<img src=x onerror=alert(1)>")
    page.fill("#closing-text", "정류장9→정류장10 사고")
    expect(page.locator("#closing-said")).to_contain_text("정류장9→정류장10")
    page.locator("#closing-send").click()
    expect(page.locator("#card")).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator("#card img, #closing img").count() == 0
    expect(page.locator("#closing")).to_be_hidden()
    page.keyboard.press("n")
    expect(page.locator("#closing-text")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#closing")).to_be_hidden()
    assert screen.notes.errors == []


def test_the_desk_types_the_same_line(new_window: NewScreen, street: str) -> None:
    screen = new_window()
    screen.page.goto(street + "/desk")
    expect(screen.page.locator("#tool-close")).to_be_visible()
    screen.page.keyboard.press("Alt+n")
    expect(screen.page.locator("#closing-text")).to_be_focused()
    screen.page.keyboard.type("정류장10→정류장11 상수도관파열 전면통제 2시간")
    screen.page.keyboard.press("Enter")
    expect(screen.page.locator("#closing")).to_be_hidden()
    screen.wait_until(
        lambda: standing(street), "it stands", lambda seen: "정류장10→정류장11" in seen
    )
    assert standing(street)["정류장10→정류장11"]["reason"] == "상수도관파열"


def test_the_desk_corrects_and_ends_what_its_card_names(new_window: NewScreen, street: str) -> None:
    body = {"closure_id": "desk-1", "by": "김상황", "text": "정류장8→정류장9 행사 전면통제 1시간"}
    assert ask(street, "/api/v1/closures", body)[0] == 202
    screen = new_window()
    stands_as(screen, street, "정류장8→정류장9", 1)
    page = screen.page
    page.goto(street + "/desk#id=" + quote("section:S8>S9"))
    row = page.locator("#card .incidents li", has_text="정류장8→정류장9")
    row.locator('[data-act="correct"]').click()
    expect(page.locator("#closing-ends_ms")).to_be_focused()
    page.fill("#closing-reason", "마라톤")
    other = {"version": 1, "act_id": "other-2", "by": "이관제", "reason": "가을 축제"}
    assert ask(street, "/api/v1/closures/desk-1", other, method="PATCH")[0] == 202
    stands_as(screen, street, "정류장8→정류장9", 2)
    page.locator("#closing-send").click()
    table = page.locator("#closing-conflict table")
    expect(table).to_contain_text("가을 축제")  # theirs, beside mine
    page.locator("#closing-conflict button.main").click()
    assert stands_as(screen, street, "정류장8→정류장9", 3)["reason"] == "마라톤"
    row.locator('[data-act="end"]').click()
    screen.wait_until(
        lambda: standing(street), "it is over", lambda seen: "정류장8→정류장9" not in seen
    )
    expect(row).to_contain_text("종료")
    expect(row.locator('[data-act="end"]')).to_have_count(0)
    expect(page.locator("#card .sentence")).to_contain_text("끝났다고 알려 왔")
    row.locator('[data-act="undo"]').click()
    screen.wait_until(
        lambda: standing(street), "it stands again", lambda seen: "정류장8→정류장9" in seen
    )
    assert [each for each in screen.notes.errors if "409" not in each] == [], screen.notes.errors
