"""A day of the history on disk by the date beside the bar of time: by keyboard, with its gaps."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from streams.contract.times import HOUR_MS, day_of, midnight_ms, now_ms
from streams.history.fold import Mark
from streams.history.rows import Row
from streams.history.shelf import Shelf
from streams.history.tables import CallAct, FeedAct, LinkMinute, WorkPhase
from tests.cities.stage import City
from tests.pages import servers
from tests.pages.kwcag import fits
from tests.pages.screen import NewScreen, Screen

JAMMED, SHUT = 3, 4
WORK = "2026-H-1"
THERE, GAP, SPOILT = 12, 10, 9
"""Days before today: with rows, without any, and with a damaged file."""
TODAY = day_of(now_ms())
"""Once: midnight may pass while the tests run, and the days stay."""
SIZES = ({"width": 1600, "height": 900}, {"width": 390, "height": 844})


def before(days: int) -> date:
    return TODAY - timedelta(days=days)


def rows_of(city: City, day: date) -> Iterator[Row]:
    """A day on which one road is jammed and a work shuts another, hour after hour."""
    ids, begin_ms = [link.id for link in city.network.links], midnight_ms(day)
    for hour in range(24):
        for index, name in enumerate(ids):
            at_ms = begin_ms + hour * HOUR_MS  # the first hour of a day has one too
            level, kmh = ("jam", 6.0) if index == JAMMED else ("free", 42.0)
            closure = "full" if index == SHUT else "none"
            row = LinkMinute(at_ms, name, kmh, level, closure, 2, is_measured=True)
            yield Row("link_minutes", at_ms, row)
    phase = WorkPhase(
        begin_ms, WORK, "active", "planned", "clock", "상수도과", "", "", "work", "full", begin_ms,
        begin_ms + 20 * HOUR_MS, (ids[SHUT],),
    )  # fmt: skip
    yield Row("work_phases", begin_ms, phase)
    yield Row("feeds", begin_ms, FeedAct(begin_ms, "its.speeds", "live", 1000))
    asked_ms = begin_ms + 14 * HOUR_MS
    yield Row("calls", asked_ms, CallAct(asked_ms, "C9", "place", ids[0], None, "asked", None))


@pytest.fixture(scope="module")
def archived(city: City, folder: Path) -> Iterator[servers.MapServer]:
    """A map server over a history of three days with a gap, the last of which is damaged."""
    history = folder / "days-on-disk"
    shelf = Shelf(history)
    for days in (THERE, THERE - 1, SPOILT):
        for number, row in enumerate(rows_of(city, before(days))):
            shelf.add(row, Mark("ticks/0", number))
        shelf.commit({})
    [spoilt] = (history / "link_minutes" / f"day={before(SPOILT)}").glob("*.parquet")
    spoilt.write_bytes(spoilt.read_bytes()[:-9])
    with servers.running_map(city.client, folder, folder, history=str(history)) as running:
        yield running


@pytest.fixture
def screen(new_screen: NewScreen, archived: servers.MapServer) -> Iterator[Screen]:
    screen = new_screen(archived.url)
    yield screen
    assert screen.notes.errors == []


def roads(page: Page) -> Any:
    """Level and closure of the two roads, as the map has them."""
    return page.evaluate(
        "(links) => links.map((i) => [bomnae.picture.levels[i], bomnae.picture.closures.get(i)])",
        [JAMMED, SHUT],
    )


def stamp(day: date, hour: int) -> str:
    return f"{day}T{hour:02d}:05:00"


@pytest.mark.parametrize("size", SIZES, ids=("wide", "phone"))
def test_a_day_is_chosen_by_keyboard_and_a_gap_is_no_calm_road(
    archived: servers.MapServer, new_screen: NewScreen, size: dict[str, int]
) -> None:
    screen = new_screen(archived.url, viewport=size)
    page = screen.open(f"/#at={stamp(before(THERE), 15)}")
    field, said = page.locator("#time-day"), page.locator("#time-day-said")
    expect(page.locator("#moment-detail")).to_contain_text("이력 파일에서 읽은")
    expect(field).to_have_value(str(before(THERE)))
    expect(said).to_have_text("이력")
    screen.wait_until(
        lambda: roads(page), "the roads of then", lambda seen: seen == [[2, None], [0, "full"]]
    )
    page.locator("#time-day-back").focus()
    page.keyboard.press("Tab")
    expect(field).to_be_focused()
    for _ in range(4):  # through year, month, day and calendar of the field
        page.keyboard.press("Tab")
    expect(page.locator("#time-day-on")).to_be_focused()
    page.keyboard.press("Enter")
    expect(field).to_have_value(str(before(THERE - 1)))
    expect(page).to_have_url(re.compile(f"at={stamp(before(THERE - 1), 15)}"))
    page.keyboard.press("Enter")
    expect(field).to_have_value(str(before(GAP)))
    expect(said).to_have_text("기록 없음")
    expect(page.locator("#moment-detail")).to_contain_text("원활하다는 뜻이 아닙니다")
    expect(page.locator("#incidents-none")).to_have_text(
        re.compile("기록이 없습니다.*뜻이 아닙니다")
    )
    page.wait_for_function("() => bomnae.picture.levels.every((level) => level === 3)")
    page.keyboard.press("Enter")
    expect(page.locator("#moment-detail")).to_contain_text("손상되어")
    page.wait_for_function("() => bomnae.picture.levels.every((level) => level === 3)")
    field.fill(str(before(THERE)))
    expect(page.locator("#moment-detail")).to_contain_text("이력 파일에서 읽은")
    fits(page)
    assert screen.violations() == []
    assert screen.notes.errors == []


def test_a_day_written_before_the_days_are_known_waits_for_them(screen: Screen) -> None:
    page = screen.open()
    day = str(before(THERE))
    assert page.evaluate("bomnae.time.days.known") is None
    page.evaluate(
        """(day) => {
          const field = document.getElementById("time-day");
          field.value = day;
          field.dispatchEvent(new Event("change"));
        }""",
        day,
    )
    expect(page.locator("#moment-detail")).to_contain_text("이력 파일에서 읽은")
    expect(page).to_have_url(re.compile(f"at={day}"))


def test_cards_say_what_the_history_does_not_keep(screen: Screen) -> None:
    page = screen.open(f"/#at={stamp(before(THERE), 15)}&work={WORK}")
    card = page.locator("#card")
    expect(card).to_contain_text("상수도과")
    expect(card).to_contain_text("이력 파일에서 읽었습니다")
    expect(card.get_by_role("button", name="끝났음")).to_have_count(0)
    link = page.evaluate("(i) => bomnae.picture.network.ids[i]", JAMMED)
    page.goto(f"{page.url.partition('#')[0]}#at={stamp(before(THERE), 15)}&link={link}")
    expect(card).to_contain_text("누가 쟀는지")
    expect(card).to_contain_text("잰 값(버스 또는 교통센터)")
    expect(card.locator(".speed b")).to_have_text("6")
    expect(card.locator(".link-day")).to_contain_text("평소 속도는 남지 않습니다")


def test_a_day_that_there_is_not_is_refused_with_the_days_there_are(
    screen: Screen, archived: servers.MapServer
) -> None:
    page = screen.open(f"/#at={stamp(before(40), 9)}")
    expect(page.locator("#moment-detail")).to_contain_text(f"기록은 {before(THERE)}부터")
    page.wait_for_function("() => bomnae.picture.levels.every((level) => level === 3)")
    screen.notes.errors.clear()  # the browser writes the 400 there
    page.locator("#time-day").fill("1999-01-01")
    expect(page.locator("#time-day-said")).to_contain_text(f"{before(THERE)}부터")
    asked = page.request
    days = asked.get(f"{archived.url}/api/v1/past/days").json()
    gaps = {row["day"]: row["reason"] for row in days["days"] if not row.get("source")}
    assert gaps == {
        str(before(GAP)): "no_record",
        str(before(SPOILT)): "damaged",
        str(before(8)): "no_record",
    } | {row: "no_record" for row in gaps if row > str(before(8))}
    old_ms = midnight_ms(before(THERE)) - 1
    answer = asked.get(f"{archived.url}/api/v1/moment?valid={old_ms}")
    assert (answer.status, answer.json()["error"]["code"]) == (400, "before_history")
    assert str(before(THERE)) in answer.json()["error"]["message"]
    gap_ms = midnight_ms(before(GAP)) + HOUR_MS * 9
    for path in (f"at?id=link:x&valid={gap_ms}", f"map.html?valid={gap_ms}&why=x"):
        found = asked.get(f"{archived.url}/api/v1/{path}")
        assert found.status in (400, 404), found.text()
