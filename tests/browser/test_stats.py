"""The page of statistics: over a history on disk, by keyboard, as a table, honest when empty."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from streams.contract.times import day_of, now_ms
from streams.statistics.book import STATISTICS
from tests.cities import archive
from tests.cities.stage import City
from tests.pages import kwcag, servers
from tests.pages.screen import NewScreen

WEEKS = 6
TODAY = day_of(now_ms())  # once: midnight may pass while the tests run


@pytest.fixture(scope="module")
def counted(city: City, folder: Path) -> Iterator[servers.MapServer]:
    """A map server over a history of some weeks up to yesterday."""
    history = folder / "history"
    first = TODAY - timedelta(days=7 * WEEKS)
    archive.write(archive.made_up(11, first, WEEKS), history)
    with servers.running_map(city.client, folder, folder, history=str(history)) as running:
        yield running


def test_figures_are_drawn_said_and_stand_as_tables(
    counted: servers.MapServer, new_screen: NewScreen
) -> None:
    screen = new_screen(counted.url)
    page = screen.page
    until = TODAY - timedelta(days=1)
    asked = f"from={until - timedelta(days=30)}&until={until}"
    page.goto(f"{counted.url}/stats?{asked}")
    cards = page.locator(".stats-card")
    expect(cards).to_have_count(len(STATISTICS))
    expect(page.locator(".stats-card[data-state=there]")).to_have_count(len(STATISTICS))
    expect(page.locator("#stats-span")).to_have_text(f"{until - timedelta(days=30)} ~ {until}")
    expect(page.locator(".simulated")).to_be_visible()
    week = page.locator("#stats-usual_week")
    chart = week.locator(".stats-chart")
    chart.focus()
    page.keyboard.press("ArrowDown")
    expect(chart).to_have_attribute("aria-valuetext", re.compile("^화 · 0시 · 정체"))
    page.keyboard.press("End")
    expect(week.locator(".stats-value")).to_contain_text("일 · 23시")
    week.locator("details").first.locator("summary").click()
    expect(week.locator("tbody tr")).to_have_count(168)
    week.locator("details").nth(1).locator("summary").click()
    expect(week.locator("pre")).to_contain_text("$first_day = ")
    calls = page.locator("#stats-calls")
    calls.locator("details").last.locator("summary").click()
    expect(calls.locator("details").last.locator("tbody tr").first).to_be_visible()
    with page.expect_download() as download:
        calls.get_by_role("button", name="그림(PNG) 저장").click()
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")
    page.locator("#tool-lang").click()
    expect(week.locator("h2")).to_have_text("The usual week")
    assert kwcag.axe(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    kwcag.fits(page)
    csv = page.request.get(f"{counted.url}/api/v1/statistics/calls.csv?{asked}").text()
    assert csv.startswith("\ufeff동 또는 도로,내용,전화(건)\r\n")
    refused = page.request.get(f"{counted.url}/api/v1/statistics/calls?from=2026-02-30&until=x")
    assert (refused.status, refused.json()["error"]["code"]) == (400, "bad_parameter")
    assert page.request.get(f"{counted.url}/api/v1/statistics/nothing").status == 404


def test_receivers_have_numbers_for_who_may_not_see_subscriptions(
    counted: servers.MapServer, new_screen: NewScreen
) -> None:
    page = new_screen(counted.url).page
    asked = f"from={TODAY - timedelta(days=30)}&until={TODAY}"
    for end in ("", "/rows", ".csv"):
        found = page.request.get(f"{counted.url}/api/v1/statistics/webhooks{end}?{asked}")
        assert found.status == 200
        assert ("#1" in found.text()) is (end != "/rows")
        assert "ep_" not in found.text()


def test_without_a_history_the_page_says_so(
    server: servers.MapServer, new_screen: NewScreen
) -> None:
    page = new_screen().page
    page.goto(f"{server.url}/stats")
    expect(page.locator("#stats-said")).to_contain_text("BOMNAE_HISTORY")
    expect(page.locator(".stats-card")).to_have_count(0)
    answer = page.request.get(f"{server.url}/api/v1/statistics/calls")
    assert (answer.status, answer.json()["error"]["code"]) == (503, "no_history")
