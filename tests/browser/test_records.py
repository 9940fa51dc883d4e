"""The auditor's page: its table, what is asked for, a narrow screen, a log that is away."""

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from playwright.sync_api import Browser, Page, expect

from local.stack import Stack
from streams.contract.enums import AccessAction
from streams.contract.settings import Settings
from streams.contract.times import DAY_MS, MINUTE_MS
from streams.kafka.access_writing import AccessLog
from streams.kafka.intake import Intake
from tests.cities import worlds
from tests.cities.looks import MORNING_MS
from tests.pages.auditing import auditing
from tests.pages.kwcag import axe, fits, stop_faults
from tests.pages.screen import NewScreen, Screen, screens_of

MANY = 250


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A city in which people looked at works on two days, and one tried a page not for them."""
    with Stack(tmp_path_factory.mktemp("audited")) as stack:
        auditing(worlds.lay(stack))
        with ThreadPoolExecutor() as threads:  # this one has the browser's loop
            threads.submit(lambda: asyncio.run(_look(settings_of(stack)))).result()
        yield stack


def settings_of(stack: Stack) -> Settings:
    return Settings(kafka=(stack.env["BOMNAE_KAFKA"],))


async def _look(settings: Settings) -> None:
    times = iter([MORNING_MS + number for number in range(MANY)])
    late = iter([MORNING_MS + DAY_MS + number * MINUTE_MS for number in range(9)])
    intake = Intake(settings)
    log = AccessLog(settings, intake, lambda: next(times, None) or next(late))
    for number in range(MANY):
        await log.write(
            "kim", "10.0.0.7", AccessAction.LOOK, subject=f"W-{number}", subject_kind="work"
        )
    await log.write("", "10.0.0.9", AccessAction.LOGIN_FAILED)
    await log.write(
        "lee",
        "10.0.0.8",
        AccessAction.REFUSED,
        subject_kind="page",
        subject="<img src=x onerror=alert(1)>",
    )
    await log.write(
        "lee",
        "10.0.0.8",
        AccessAction.DOWNLOAD,
        subject_kind="export.works",
        count=40,
        reason="월간 보고",
    )
    await intake.close()


@pytest.fixture(scope="module")
def base(audited: Stack) -> str:
    return audited.start_map()


@pytest.fixture
def new_auditor(chromium: Browser, base: str) -> Iterator[NewScreen]:
    with screens_of(chromium, base) as make:
        yield partial(make, extra_http_headers={"X-Remote-User": "audit"})


@pytest.fixture
def auditor(new_auditor: NewScreen) -> Iterator[Screen]:
    screen = new_auditor()
    yield screen
    assert screen.notes.errors == []
    assert screen.notes.dialogs == []
    assert screen.notes.outside == []
    assert screen.violations() == []


PAST = "to=2026-11-24"
"""What the page itself looks at is recorded too, later."""


def opened(screen: Screen, address: str = f"/records?{PAST}") -> Page:
    page = screen.page
    page.goto(screen.url + address)
    expect(page.locator("#state")).to_have_attribute("data-state", "read")
    return page


def test_the_newest_stand_first_and_earlier_ones_come_when_asked_for(auditor: Screen) -> None:
    page = opened(auditor)
    rows = page.locator("#rows tr")
    expect(rows).to_have_count(200)
    expect(rows.first.locator("td")).to_have_text(
        [
            "2026-11-24 09:02:00",
            "lee",
            "내려받기",
            "공사 내려받기",
            "",
            "40",
            "월간 보고",
            "10.0.0.8",
            str(MANY + 2),
        ]
    )
    expect(rows.nth(1)).to_contain_text("<img src=x onerror=alert(1)>")
    expect(rows.nth(2)).to_contain_text("(계정 없음)")
    expect(page.locator("#state")).to_contain_text("200건")
    page.locator("#more").focus()
    page.keyboard.press("Enter")
    expect(rows).to_have_count(MANY + 3)
    expect(page.locator("#more")).to_be_hidden()
    expect(rows.nth(200)).to_be_focused()


def test_what_is_asked_for_stands_in_the_address_and_needs_no_mouse(auditor: Screen) -> None:
    page = opened(auditor)
    page.locator("#account").focus()
    page.keyboard.type("lee")
    page.keyboard.press("Tab")
    for _ in range(5):  # login, login-failed, login-locked, logout, refused
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")  # what was done
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    rows = page.locator("#rows tr")
    expect(rows).to_have_count(1)
    expect(page).to_have_url(f"{auditor.url}/records?{PAST}&account=lee&action=refused")
    page.go_back()
    expect(rows).to_have_count(200)
    page.select_option("#does", label="공사 내려받기")
    page.locator("#filter .strong").click()
    expect(rows).to_have_count(1)
    expect(page).to_have_url(f"{auditor.url}/records?{PAST}&does=export.works")
    page.go_back()
    expect(rows).to_have_count(200)
    page.fill("#from", "2026-11-24")
    page.fill("#to", "2026-11-24")
    page.locator("#filter .strong").click()
    expect(rows).to_have_count(3)
    page.reload()
    expect(rows).to_have_count(3)
    page.locator("#filter [type=reset]").click()
    expect(rows).to_have_count(200)
    expect(rows.first).to_contain_text("audit")


def test_a_table_is_taken_with_a_reason_that_is_recorded(auditor: Screen) -> None:
    page = opened(auditor, f"/records?{PAST}&account=lee")
    page.fill("#reason", "2026년 11월 점검")
    with page.expect_download() as taken:
        page.keyboard.press("Enter")
    assert taken.value.suggested_filename == "access-records.csv"
    rows = taken.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert len(rows) == 3
    expect(page.locator("#reason")).to_have_value("")
    opened(auditor, "/records?account=audit&action=download")
    expect(page.locator("#rows tr").first).to_contain_text("2026년 11월 점검")


def test_it_reads_in_english_and_fits_a_telephone(new_auditor: NewScreen) -> None:
    screen = new_auditor(viewport={"width": 390, "height": 844})
    page = opened(screen, f"/records?{PAST}&account=lee")
    fits(page)
    expect(page.locator("#rows td").first).to_be_visible()
    page.locator("#tool-lang").click()
    expect(page.locator("h1")).to_contain_text("Access records")
    expect(page.locator("#rows tr").first).to_contain_text("Download")
    expect(page.locator("#rows td").first).to_have_attribute("data-name", "Time")
    page.locator("#tool-dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_page_is_for_whoever_reads_by_ear_or_sees_little(new_auditor: NewScreen) -> None:
    screen = new_auditor()
    page = opened(screen, f"/records?{PAST}&account=lee")
    expect(page).to_have_title(re.compile("접속기록"))
    for size in ({"width": 1600, "height": 900}, {"width": 320, "height": 256}):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for theme in ("light", "dark"):
            page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
            assert axe(page) == [], size
        assert stop_faults(page) == [], size
        fits(page)
    page.locator("#csv [type=submit]").click()
    expect(page.locator("#taken")).not_to_be_empty()
    expect(page.locator("#reason")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#reason")).to_have_attribute("aria-describedby", "taken")
    assert screen.notes.errors == [] or "400" in screen.notes.errors[0]


def test_nothing_found_and_nothing_read_are_said(new_auditor: NewScreen, audited: Stack) -> None:
    page = opened(new_auditor(), "/records?account=nobody")
    expect(page.locator("#state")).to_have_text("조건에 맞는 기록이 없습니다.")
    audited.processes["broker"].stop()
    page.locator("#filter .strong").click()
    expect(page.locator("#state")).to_have_attribute("data-state", "failed", timeout=60_000)
    expect(page.locator("#state")).to_contain_text("읽지 못했습니다")
