"""A day of a road on its card, and corridors: drawn, by keyboard, as a table, never a guess."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from streams.contract.times import HOUR_MS, now_ms
from streams.domain.links.quarters import QUARTER_MS
from tests.cities import days
from tests.cities.builder import both_ways, in_a_row
from tests.cities.builder import city as city_of
from tests.cities.stage import City
from tests.cities.traffic import Traffic
from tests.pages import kwcag, servers
from tests.pages.cities import running_city
from tests.pages.screen import NewScreen, Screen

STOPS = ("춘천역", "명동", "강원대", "시청", "한림대", "후평동")
SHUT, DUMB = "S0>S1", "S5>S4"
CORRIDORS = """
[[corridor]]
name = "역→시청"
name_en = "Station to city hall"
from = "춘천역"
to = "시청"

[[corridor]]
from = "후평동"
to = "한림대"
"""


def jammed(now: int) -> days.KmhAt:
    """Slower than usual; of one road nothing, and of none in an hour before."""
    gap = (now - 6 * HOUR_MS) // QUARTER_MS

    def kmh(link: str, number: int) -> float | None:
        if link == DUMB or gap <= number < gap + 4:
            return None
        return days.usual_kmh(link, number) * 0.6

    return kmh


@pytest.fixture(scope="module")
def city(folder: Path) -> Iterator[City]:
    along = in_a_row(STOPS, step_deg=0.012)
    links = both_ways(along, length_m=1050, road_name="중앙로")
    network = city_of(*links, stops=along, is_simulated=True)
    traffic = Traffic(network, seed=3, buses=0, works=0)
    own = folder / "charts"
    own.mkdir()
    with running_city(own, network, traffic) as living:
        now = now_ms()
        days.remember_day(living.client, network, now, jammed(now), closed=[SHUT])
        days.teach(living.client, network, now, without=[DUMB])
        for place, link in enumerate(network.links):
            living.set_speed(place, None if link.id == DUMB else 18.0)
        yield living


@pytest.fixture(scope="module")
def server(city: City, folder: Path) -> Iterator[servers.MapServer]:
    own = folder / "charts"
    (own / "corridors.toml").write_text(CORRIDORS, encoding="utf-8")
    given = {"corridors": str(own / "corridors.toml")}
    with servers.running_map(city.client, own, own, **given) as running:
        yield running


def test_a_day_of_a_road_is_drawn_and_said(city: City, screen: Screen) -> None:
    page = screen.open()
    assert not page.evaluate("() => 'uPlot' in window"), "fetched with the first chart"
    place = [link.id for link in city.network.links].index(SHUT)
    page.evaluate("(id) => bomnae.choose({ kind: 'link', id })", SHUT)
    chart = page.locator("#card .chart-canvas")
    expect(chart.locator("canvas")).to_be_visible()
    expect(chart).to_have_attribute("aria-valuetext", re.compile(r"18 km/h · 평소 \d+ km/h"))
    page.wait_for_function(
        """() => { const canvas = document.querySelector("#card .chart-canvas canvas");
        if (!canvas?.width) return false;
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        return new Set(new Uint32Array(data.buffer)).size > 8; }"""
    )
    chart.focus()
    page.keyboard.press("Home")
    expect(chart).to_have_attribute("aria-valuenow", "0")
    page.keyboard.press("End")
    for _ in range(16):  # four hours ago it was closed
        page.keyboard.press("ArrowLeft")
    expect(chart).to_have_attribute("aria-valuenow", "80")
    expect(page.locator("#card .chart-said")).to_contain_text("전면 통제")
    city.set_speed(place, 17.0)  # the card is drawn anew, the cursor stays where it is
    expect(page.locator("#card .speed b")).to_have_text("17")
    expect(chart).to_be_focused()
    expect(chart).to_have_attribute("aria-valuenow", "80")
    page.locator("#card .chart-table summary").click()
    rows = page.locator("#card .chart-table tbody tr")
    expect(rows).to_have_count(97)
    expect(rows.filter(has_text="모름").nth(2)).to_be_attached()  # a gap is a gap
    expect(rows.filter(has_text="전면 통제").nth(6)).to_be_attached()
    assert kwcag.axe(page) == []
    assert screen.violations() == []


def test_a_road_never_measured_says_so_and_the_card_follows_the_bar_of_time(
    screen: Screen,
) -> None:
    page = screen.open()
    page.evaluate("(id) => bomnae.choose({ kind: 'link', id })", DUMB)
    expect(page.locator("#card .link-day .note")).to_have_text(
        "잰 속도가 없는 구간입니다. 평소 속도도 모릅니다."
    )
    expect(page.locator("#card .chart")).to_be_hidden()
    page.evaluate("(id) => bomnae.choose({ kind: 'link', id })", SHUT)
    expect(page.locator("#card .link-day h3")).to_have_text("지난 24시간 속도")
    page.locator("#time-hour-back").click()
    expect(page.locator("#card .link-day h3")).to_have_text(re.compile("까지 24시간 속도"))


def test_corridors_say_their_times_or_that_they_do_not_know(new_screen: NewScreen) -> None:
    screen = new_screen()
    page = screen.open()
    page.locator("#corridors summary").click()
    rows = page.locator("#corridors .corridor")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("역→시청")
    expect(rows.first.locator("b")).to_have_text(re.compile(r"\d+분"))
    expect(rows.first).to_contain_text("이맘때 평소")
    expect(rows.last.locator("b")).to_have_text("모름")
    rows.first.click()
    expect(rows.first).to_have_attribute("aria-pressed", "true")
    page.wait_for_function("() => bomnae.marks.chosenLinks.length === 3")
    chart = page.locator("#corridors .chart-canvas")
    expect(chart).to_have_attribute("aria-valuetext", re.compile(r"\d+분"))
    page.fill("#corridors-from", "명동")
    page.fill("#corridors-to", "안드로메다")
    page.locator("#corridors .corridor-send").click()
    expect(page.locator("#corridors-fault")).to_have_text(re.compile("^도착: .*찾을 수 있는"))
    expect(page.locator("#corridors-to")).to_be_focused()
    expect(page.locator("#corridors-to")).to_have_attribute("aria-invalid", "true")
    page.fill("#corridors-to", "한림대")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("명동 → 한림대")
    page.keyboard.press("Escape")
    page.locator("#tool-lang").click()
    expect(page.locator("#corridors summary").first).to_have_text("Travel times")
    expect(rows.nth(1)).to_contain_text("Station to city hall")
    assert kwcag.axe(page) == []
    assert screen.violations() == []
