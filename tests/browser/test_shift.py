"""The shift book: the summary, notes, a hand-over that both sign, one page of A4, two at once, a
log that is away, and every size.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from local.stack import Stack
from streams.contract.times import now_ms
from tests.cities import shifts
from tests.pages import kwcag
from tests.pages.screen import NewScreen, Screen, screens_of
from tests.services.asking import Json, ask

NOW = "/api/v1/shifts/current"
A4 = (595, 842)  # points
MANY = """async () => {
  const { drawPaper } = await own("shift/paper.js"), paper = document.getElementById("shift-paper");
  const { shift } = (await own("shift/main.js")).page;
  const line = { at_ms: shift.from_ms, until_ms: 0, mark: "warning", done: [],
    text: { ko: "중앙로 한 줄에 들어가지 않는 아주 긴 제목 ".repeat(4), en: "long" } };
  const lines = Array(40).fill(line), text = "다음 근무에 남기는 긴 말 ".repeat(12);
  const sections = shift.sheet.sections.map(({ part }) => ({ part, total: 99, lines }));
  const notes = Array.from({ length: 60 }, (_, k) =>
    ({ note_id: `n${k}`, by: "kim", at_ms: shift.from_ms, text, version: 1 }));
  drawPaper(paper, { ...shift, sheet: { ...shift.sheet, sections, notes } }, "춘천시", "");
}"""


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The map of a road in which something of everything happened in this shift."""
    with Stack(tmp_path_factory.mktemp("shift")) as stack:
        base = shifts.begun(stack, now_ms())
        shifts.closed(base, "c-1", "정류장2→정류장4 사고 1차로 30분")
        shifts.acknowledged(base)
        yield base


@pytest.fixture
def new_window(chromium: Browser, road: str) -> Iterator[NewScreen]:
    with screens_of(chromium, road) as make:
        yield make


def opened(new_window: NewScreen, **options: object) -> tuple[Screen, Page]:
    """A window whose shift is there."""
    screen = new_window(**options)
    screen.page.goto(screen.url + "/shift")
    expect(screen.page.locator("#shift")).to_have_attribute("data-state", re.compile("open|handed"))
    return screen, screen.page


def looks_away(page: Page) -> None:
    """From now on the page is as one that nobody looks at: it reads nothing by itself."""
    page.evaluate("() => Object.defineProperty(document, 'hidden', { get: () => true })")


def noted(page: Page, text: str, by: str) -> None:
    page.fill("#shift-name", by)
    page.fill("#shift-note", text)
    page.locator("#shift-note-send").click()
    expect(page.locator("#shift-notes")).to_contain_text(text)


def texts(base: str) -> list[str]:
    notes: list[Json] = ask(base, NOW)[1].get("notes", [])
    return [note["versions"][-1]["text"] for note in notes]


def on_paper(page: Page) -> str:
    return page.locator("#shift-paper").text_content() or ""


def pages_of(page: Page) -> list[tuple[int, int]]:
    """The sizes of the pages that it prints, points."""
    raw = page.pdf(prefer_css_page_size=True)
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", raw)
    count = len(re.findall(rb"/Type /Page\b(?!s)", raw))
    assert len(boxes) == count
    return [(round(float(width)), round(float(height))) for width, height in boxes]


def test_a_note_waits_while_the_log_is_away_and_is_sent_once(
    new_window: NewScreen, road: str
) -> None:
    screen, page = opened(new_window)
    refusal = {"error": {"code": "log_away", "message": "지금은 기록할 수 없습니다"}}
    posts: list[str] = []

    def away(route: Route) -> None:
        posts.append("away")
        route.fulfill(status=503, json=refusal)

    page.route("**/notes", away)
    noted(page, "견인 22시", "김상황")
    wait = page.locator("#shift-notes .waits")
    expect(wait).to_contain_text("아직 기록되지 않음")
    page.reload()
    expect(wait).to_contain_text("견인 22시")
    screen.wait_until(lambda: len(posts), "it tries again", lambda seen: seen > 1)
    assert "견인 22시" not in texts(road)
    page.unroute("**/notes")
    expect(wait).to_have_count(0)
    expect(page.locator("#shift-notes li")).to_have_count(1)
    assert texts(road) == ["견인 22시"]
    page.locator("#shift-notes .book-link").click()
    expect(page.locator("#shift-note")).to_have_value("견인 22시")
    page.fill("#shift-note", "견인 <b>23시</b>")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#shift-notes")).to_contain_text("견인 <b>23시</b>")
    expect(page.locator("#shift-notes details")).to_contain_text("견인 22시")
    page.locator("#shift-notes summary").click()
    page.evaluate("async () => (await own('shift/main.js')).page.read()")
    expect(page.locator("#shift-notes details")).to_have_attribute("open", "")
    assert page.locator("#shift-notes p b").count() == 0
    screen.notes.errors.clear()


def test_the_second_of_two_who_sign_sees_both(new_window: NewScreen) -> None:
    one, first = opened(new_window)
    two, second = opened(new_window)
    second.fill("#shift-signer-name", "박야간")
    looks_away(second)
    first.fill("#shift-signer-name", "김상황")
    first.locator("#shift-hand-over").click()
    expect(first.locator("#shift-handed")).to_contain_text("김상황")
    second.locator("#shift-hand-over").click()
    conflict = second.locator("#shift-conflict")
    expect(conflict).to_contain_text("박야간")
    expect(conflict).to_contain_text("김상황")
    expect(second.locator("#shift-handed")).to_contain_text("김상황")
    expect(second.locator("#shift-note-form")).to_be_hidden()
    first.locator("#shift-withdraw").click()
    expect(first.locator("#shift")).to_have_attribute("data-state", "open")
    assert one.notes.errors == []
    two.notes.errors.clear()  # the browser notes a 409


def test_both_sign_and_it_prints_on_one_page(new_window: NewScreen, road: str) -> None:
    screen, page = opened(new_window)
    expect(page.locator('[data-part="standing"]').first).to_contain_text("순찰차 출동")
    expect(page.locator('[data-part="ahead"]').first).to_contain_text("상수관 매설")
    expect(page.locator('[data-part="outages"]').first).to_contain_text("색은 그때까지")
    noted(page, "팔호광장 신호기 점검 예정", "김상황")
    page.locator("#shift-hand-over").click()
    expect(page.locator("#shift-fault")).to_be_hidden()
    expect(page.locator("#shift-handed")).to_contain_text("로그인 없이 적은 이름")
    page.locator("#shift-take-over").click()  # by the same name
    expect(page.locator("#shift-conflict")).to_contain_text("인계한 사람은 인수할 수 없습니다")
    page.fill("#shift-signer-name", "이관제")
    page.locator("#shift-take-over").click()
    expect(page.locator("#shift-taken")).to_contain_text("이관제")
    expect(page.locator("#shift")).to_have_attribute("data-state", "taken")
    expect(page.locator("#shift-digest")).to_contain_text("SHA-256")
    signed = page.locator("#shift").get_attribute("data-shift")
    screen.wait_until(lambda: on_paper(page), "paper", lambda seen: "이관제" in seen)
    for text in ("팔호광장 신호기", "김상황", "순찰차 출동", "SHA-256", "정류장2→정류장4"):
        assert text in on_paper(page)
    assert pages_of(page) == [A4]
    expect(page.locator("#shift-list option")).to_have_count(2)
    page.select_option("#shift-list", index=0)
    expect(page.locator("#shift")).to_have_attribute("data-state", "open")
    expect(page.locator("#shift-notes li")).to_have_count(0)
    page.go_back()
    page.goto(f"{road}/shift?id={signed}")
    expect(page.locator("#shift-taken")).to_contain_text("이관제")
    expect(page.locator("#shift-note-form")).to_be_hidden()
    screen.notes.errors.clear()


def test_a_shift_of_more_than_a_page_counts_what_it_leaves_out(new_window: NewScreen) -> None:
    _, page = opened(new_window)
    looks_away(page)  # or the shift itself comes onto the paper again
    page.evaluate(MANY)
    expect(page.locator("#shift-paper .paper-rest")).not_to_have_count(0)
    expect(page.locator('#shift-paper [data-part="ended"]')).to_contain_text("그 밖 98건")
    expect(page.locator("#shift-paper .paper-signs")).to_contain_text("인수")
    expect(page.locator("#shift-paper")).to_have_attribute("data-full", "")
    assert pages_of(page) == [A4]


@pytest.mark.parametrize(("width", "height", "theme"), [(390, 844, "dark"), (1600, 900, "light")])
def test_every_size_holds_it_and_axe_finds_nothing(
    new_window: NewScreen, width: int, height: int, theme: str
) -> None:
    size = {"width": width, "height": height}
    screen, page = opened(new_window, viewport=size, color_scheme=theme)
    expect(page.locator("#shift-hand-over")).to_be_visible()
    kwcag.fits(page)
    assert kwcag.axe(page) == []
    page.locator("#tool-lang").click()
    expect(page.locator("#shift-hand-over")).to_have_text("Sign: hand over")
    expect(page.locator(".book-top h1")).to_contain_text("Shift book")
    kwcag.fits(page)
    page.locator("#shift-note-send").click()
    expect(page.locator("#shift-note-fault")).to_contain_text("Write a note")
    expect(page.locator("#shift-note")).to_be_focused()
    assert screen.notes.errors == []


def test_the_map_and_the_desk_lead_there(new_window: NewScreen, road: str) -> None:
    page = new_window().page
    for address in ("/", "/desk"):
        page.goto(road + address)
        expect(page.locator("#tool-shift")).to_be_visible()
        expect(page.locator("#tool-shift")).to_have_attribute("href", "/shift")
