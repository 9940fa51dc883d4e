"""An hour of an operator, on a real log: a crash told by two feeds, a burst main closed by hand, a
feed that is away, the morning once more, tomorrow's works.

It is played once in full; the screens of the story are then looked at in every size, theme and
language, on the same city.
"""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from local.stack import Stack
from local.waiting import wait_until
from streams.contract.times import MINUTE_MS, now_ms
from tests.cities.duty import (
    CRASH_LINK,
    JAM_LINK,
    QUEUE,
    SPEEDS,
    WORK_LINKS,
    Duty,
    this_day,
)
from tests.pages.alerts import rows
from tests.pages.desk import open_place
from tests.pages.kwcag import is_too_wide
from tests.pages.screen import NewScreen, screens_of
from tests.pages.seen import must_see
from tests.services.asking import seen

BURST = "팔호광장→육림고개"
TYPED = f"{BURST} 상수도 파열 전면 60분"
SIZES = {"wide": (1600, 900), "phone": (390, 844), "4K": (3840, 2160)}
EVERY_LOOK = (("light", "ko"), ("dark", "ko"), ("dark", "en"), ("light", "en"))
STEP_MS = 5 * MINUTE_MS
LEVEL_OF = "(i) => bomnae.picture.levels[i]"
CLOSURE_OF = "(i) => bomnae.picture.closures.get(i) || ''"
SHOWN_MS = "() => bomnae.state.at_ms ?? bomnae.clock.now()"
IS_SHOWN = (
    "(ms) => !bomnae.time.isAsking && bomnae.picture !== bomnae.now && bomnae.state.at_ms === ms"
)
IS_CLEAR = """(links) => links.every((i) => {
  const { x, y } = bomnae.links.probe(i), box = bomnae.map.getContainer().getBoundingClientRect();
  return document.elementFromPoint(x + box.left, y + box.top)?.closest(".leaflet-container");
})"""


@pytest.fixture(scope="module")
def duty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Duty]:
    with Stack(tmp_path_factory.mktemp("duty")) as stack, Duty(stack) as duty:
        seen(duty.url, lambda body: body["clock_ms"] > now_ms() - MINUTE_MS, "/api/v1/feeds")
        yield duty


@pytest.fixture
def new_window(chromium: Browser, duty: Duty) -> Iterator[NewScreen]:
    with screens_of(chromium, duty.url) as make:
        yield make


def test_an_hour_of_an_operator(new_window: NewScreen, duty: Duty) -> None:
    screen = new_window()
    page = screen.open()
    _a_crash_that_two_feeds_tell(page, duty)
    _a_burst_main(page, duty)
    _the_desk_knows_of_it(new_window)
    _a_feed_is_away(page, duty)
    _the_morning_once_more(page, duty)
    _tomorrow(page, duty)
    _hand_over(page)
    assert screen.notes.errors == []


def _a_crash_that_two_feeds_tell(page: Page, duty: Duty) -> None:
    expect(page.locator("#alerts-list [data-state=new]")).to_have_count(0)
    duty.crash()
    row = rows(page).filter(has_text="공지로")
    expect(row).to_have_count(1)
    for name in ("국가 돌발", "경찰 돌발"):
        expect(row.locator(".under")).to_contain_text(name)
    expect(page).to_have_title(re.compile(r"^\(1\) "))
    must_see(
        page,
        "#alerts-list .title",
        "#alerts-list .under",
        "#alerts-list .do-ack",
        "#alerts-waiting",
    )
    page.keyboard.press("a")
    page.keyboard.press("k")
    expect(page.locator("#act-by")).to_be_focused()
    must_see(page, "#act-what", "#act-by", "#act-note", "#act-send")
    page.keyboard.type("김상황")
    page.keyboard.press("Tab")
    page.keyboard.type("순찰차 3호 출동")
    page.keyboard.press("Enter")
    for word in ("김상황", "순찰차 3호 출동"):
        expect(row.locator(".ack")).to_contain_text(word)
    expect(page.locator("#alerts-waiting")).to_have_text("모두 인지함")
    expect(page).not_to_have_title(re.compile(r"^\("))
    row.locator(".row").press("Enter")
    expect(page.locator("#card")).to_contain_text("경찰 돌발")
    must_see(page, "#card h2", "#card dl", "#card .actions")


def _a_burst_main(page: Page, duty: Duty) -> None:
    page.keyboard.press("n")
    expect(page.locator("#closing-text")).to_be_focused()
    page.keyboard.type(TYPED)
    expect(page.locator("#closing-said")).to_contain_text("전면 통제")
    expect(page.locator("#closing-reason")).to_have_value("상수도 파열")
    expect(page.locator("#closing-by")).to_have_value("김상황")
    must_see(page, "#closing-text", "#closing-said", "#closing-ends_ms", "#closing-send")
    page.keyboard.press("Enter")
    expect(page.locator("#closing")).to_be_hidden()
    for word in (BURST, "상수도 파열", "전면 통제", "통제 중", "김상황"):
        expect(page.locator("#card")).to_contain_text(word)
    links = page.evaluate("() => [...bomnae.now.rows.closure.values()][0].links")
    page.wait_for_function(
        "(links) => links.every((i) => bomnae.picture.closures.get(i) === 'full')", arg=links
    )
    page.wait_for_function(IS_CLEAR, arg=links)
    must_see(page, "#card h2", "#card .verdict", "#card .closing-acts")
    eventually_told(duty, "closure:", ("상수도 파열", "전면 통제", BURST))


def eventually_told(duty: Duty, subject: str, words: tuple[str, ...]) -> None:
    """The crews' endpoint gets a message about a subject with these words."""

    def is_told() -> bool:
        texts = [body["text_ko"] for body in duty.told() if body["subject"].startswith(subject)]
        return any(all(word in text for word in words) for text in texts)

    wait_until(is_told, f"a message with {words}, not only {duty.told()[-3:]}", within_s=30)


def _the_desk_knows_of_it(new_window: NewScreen) -> None:
    desk = new_window()
    desk.page.goto(desk.url + "/desk")
    expect(desk.page.locator("#box")).to_be_focused()
    open_place(desk.page, BURST)
    for word in ("전면 통제", "상수도 파열"):
        expect(desk.page.locator("#card")).to_contain_text(word)
    must_see(desk.page, "#card .verdict")
    assert desk.notes.errors == []


def _a_feed_is_away(page: Page, duty: Duty) -> None:
    page.keyboard.press("Escape")
    duty.silence(SPEEDS)
    lines = page.locator("#outage-lines")
    expect(lines).to_contain_text(re.compile(r"\d\d:\d\d부터 교통 속도 없음"))
    expect(lines).to_contain_text("색은 그때까지의 속도입니다")
    must_see(page, "#outage", "#outage-why", f"#feeds [data-feed='{SPEEDS}']")
    page.click("#outage-why")
    expect(page.locator("#feed-spans")).to_contain_text("지금 응답 이상")
    expect(page.locator("#feed-body")).to_contain_text("응답 없음")
    must_see(page, "#feed-title", "#feed-todo", "#feed-day", "#feed-spans li")
    page.keyboard.press("Escape")
    duty.wake(SPEEDS)
    expect(page.locator("#outage")).to_be_hidden()
    expect(page.locator(f"#feeds [data-feed='{SPEEDS}']")).to_have_attribute("data-status", "live")


def _go_to(page: Page, at_ms: int) -> None:
    """To a time by the keys of the bar of time."""
    page.keyboard.press("t")
    expect(page.locator("#time-slider")).to_be_focused()
    while steps := round((at_ms - page.evaluate(SHOWN_MS)) / STEP_MS):
        way = "Up" if steps > 0 else "Down"
        side = "Right" if steps > 0 else "Left"
        keys = ((288, f"Shift+Page{way}"), (12, f"Page{way}"), (1, f"Arrow{side}"))
        page.keyboard.press(next(key for size, key in keys if abs(steps) >= size))
    page.wait_for_function(IS_SHOWN, arg=at_ms)


def _the_morning_once_more(page: Page, duty: Duty) -> None:
    index = duty.network.index
    _go_to(page, duty.morning_ms)
    expect(page.locator("html")).to_have_attribute("data-time", "past")
    expect(page.locator("#live-word")).to_have_text("실시간 아님")
    expect(page.locator("#moment-word")).to_contain_text("08:10의 화면")
    must_see(page, "#live-word", "#moment", "#moment-changes", "#moment-now", "#time-shown")
    for link in QUEUE:
        page.wait_for_function(f"(i) => ({LEVEL_OF})(i) === 2", arg=index[link])
    page.wait_for_function(f"(i) => ({CLOSURE_OF})(i) === 'full'", arg=index[JAM_LINK])
    page.locator("#tab-incidents").click()
    listed = page.locator("#incidents-list")
    expect(listed).to_contain_text("중앙로 명동입구 버스 추돌")
    for later in ("남부시장", BURST):  # nobody knew of them then: they had not happened
        expect(listed).not_to_contain_text(later)
    expect(rows(page).filter(has_text="공지로").locator(".ack")).to_contain_text("김상황")
    page.locator("#moment-changes").click()
    changes = page.locator("#time-changes")
    for word in ("중앙로 명동입구 버스 추돌: 상황 종료", "남부시장", BURST):
        expect(changes).to_contain_text(word)
    must_see(page, "#time-dialog-title", "#time-changes-said", "#time-changes li")
    page.keyboard.press("Escape")
    page.locator("#moment-now").click()
    _is_live(page)
    expect(listed).to_contain_text(BURST)


def _is_live(page: Page) -> None:
    expect(page.locator("html")).not_to_have_attribute("data-time", re.compile("."))
    expect(page.locator("#live-word")).to_have_text("실시간")
    expect(page.locator("#moment")).to_be_hidden()


def _tomorrow(page: Page, duty: Duty) -> None:
    told = len(duty.told())
    _go_to(page, this_day(24 + 10, now=duty.now_ms))
    expect(page.locator("html")).to_have_attribute("data-time", "ahead")
    expect(page.locator("#live-word")).to_have_text("실시간 아님")
    expect(page.locator("#moment-word")).to_contain_text("예정된 화면")
    must_see(page, "#moment", "#moment-now", "#time-shown")
    for link in WORK_LINKS:
        index = duty.network.index[link]
        page.wait_for_function(f"(i) => ({CLOSURE_OF})(i) === 'full'", arg=index)
    index = duty.network.index[CRASH_LINK]
    page.wait_for_function(f"(i) => ({CLOSURE_OF})(i) === ''", arg=index)
    page.locator("#tab-works").click()
    works = page.locator("#works-list .row", has_text="금강로")
    expect(works).to_have_count(2)
    expect(works.first).to_contain_text("진행 중")
    page.locator("#tab-clashes").click()
    clash = page.locator("#clashes-list .row", has_text="도시가스")
    expect(clash).to_contain_text("상수도관")
    clash.click()
    expect(page.locator("#card")).to_contain_text("금강로 도시가스 배관공사")
    must_see(page, "#clashes-list .row .under", "#card h2", "#moment-now")
    expect(rows(page).filter(has_text="금강로")).to_have_count(0)
    page.keyboard.press("Escape")
    page.locator("#moment-now").click()
    _is_live(page)
    titles = [body["title"] for body in duty.told()[told:]]
    assert not any("금강로" in title for title in titles), "what is planned alerts nobody"


def _hand_over(page: Page) -> None:
    page.locator("#tool-shift").click()
    book = page.locator("#shift")
    expect(book).to_have_attribute("data-state", "open")
    standing = page.locator("#shift-sheet [data-part=standing]")
    for word in ("공지로", "김상황", "순찰차 3호 출동"):
        expect(standing).to_contain_text(word)
    for word in (BURST, "상수도 파열", "김상황"):
        expect(page.locator("#shift-sheet [data-part=closures]")).to_contain_text(word)
    must_see(
        page,
        "#shift-span",
        "#shift-state",
        "#shift-figures",
        "#shift-sheet [data-part=standing] h3",
    )
    expect(page.locator("#shift-name")).to_have_value("김상황")
    page.locator("#shift-note").fill("단수 민원이 오면 상하수도사업본부로")
    page.keyboard.press("Control+Enter")
    recorded = page.locator("#shift-notes li:not(.waits)")
    expect(recorded).to_contain_text("단수 민원이 오면")  # the sheet that is signed has it
    must_see(page, "#shift-notes li", "#shift-signing-hint", "#shift-hand-over")
    expect(page.locator("#shift-signer-name")).to_have_value("김상황")
    page.locator("#shift-hand-over").click()
    expect(page.locator("#shift-handed .book-signed")).to_contain_text("김상황")
    page.locator("#shift-signer-name").fill("이야간")
    page.locator("#shift-take-over").click()
    expect(book).to_have_attribute("data-state", "taken")
    expect(page.locator("#shift-taken .book-signed")).to_contain_text("이야간")
    must_see(page, "#shift-handed", "#shift-taken", "#shift-digest", "#shift-print")


def _see_the_crash(page: Page, _duty: Duty) -> None:
    _open_the_lists(page)
    crash = "#alerts-list li:has(.ack)"
    must_see(page, f"{crash} .title", f"{crash} .under", f"{crash} .ack", "#alerts-title")
    page.locator(f"{crash} .row").click()
    must_see(page, "#card h2", "#card dl", "#card .actions button")
    page.keyboard.press("Escape")


def _see_the_closure(page: Page, _duty: Duty) -> None:
    _open_the_lists(page)
    page.locator("#tab-incidents").click()
    page.locator("#incidents-list .row", has_text=BURST).click()
    must_see(page, "#card h2", "#card .verdict", "#card dl", "#card .closing-acts button")
    links = page.evaluate("() => [...bomnae.now.rows.closure.values()][0].links")
    page.wait_for_function(IS_CLEAR, arg=links)
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    must_see(page, "#closing-text", "#closing h2", "#outage-lines")
    page.keyboard.press("Escape")


def _see_the_outage(page: Page, _duty: Duty) -> None:
    must_see(page, "#outage-lines", "#outage-why", "#live-word")
    page.locator("#outage-why").click()
    must_see(page, "#feed-title", "#feed-todo", "#feed-day", "#feed-spans li")
    page.keyboard.press("Escape")


def _see_other_times(page: Page, duty: Duty) -> None:
    for at_ms in (duty.morning_ms, this_day(24 + 10, now=duty.now_ms)):
        page.evaluate("(ms) => bomnae.time.goTo(ms)", at_ms)
        page.wait_for_function(IS_SHOWN, arg=at_ms)
        must_see(page, "#moment-word", "#moment-detail", "#moment-now", "#time-shown", "#live-word")
        page.locator("#moment-now").click()
        expect(page.locator("#moment")).to_be_hidden()


Stop = Callable[[Page, Duty], None]
STOPS: tuple[Stop, ...] = (_see_the_crash, _see_the_closure, _see_the_outage, _see_other_times)
EACH = [(stop, look) for look in EVERY_LOOK for stop in STOPS]
WALKS: dict[str, list[tuple[Stop, tuple[str, str]]]] = {
    "wide": EACH,
    "phone": EACH,
    "4K": list(zip(STOPS, EVERY_LOOK, strict=True)),
}
"""At 4K each screen in one look: so many dots take long to paint."""


def _turn_to(page: Page, theme: str, language: str) -> None:
    for name, key, wanted in (("data-theme", "d", theme), ("lang", "l", language)):
        if page.locator("html").get_attribute(name) != wanted:
            page.keyboard.press(key)
        expect(page.locator("html")).to_have_attribute(name, wanted)


def _open_the_lists(page: Page) -> None:
    sheet = page.locator(".sheets [data-sheet=right]")
    if sheet.is_visible():  # on a phone
        sheet.click()


@pytest.mark.parametrize("size", SIZES)
def test_each_screen_of_the_hour_in_every_look(
    new_window: NewScreen, duty: Duty, size: str
) -> None:
    width, height = SIZES[size]
    duty.stand(TYPED)
    screen = new_window(viewport={"width": width, "height": height})
    page = screen.open()
    try:
        for stop, (theme, language) in WALKS[size]:
            _turn_to(page, theme, language)
            stop(page, duty)
            assert not is_too_wide(page)
    finally:
        duty.wake(SPEEDS)
    assert screen.notes.errors == []
