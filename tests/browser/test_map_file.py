"""The map as a file: it opens without a server, asks for nothing, and text of feeds stays text."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from maps.export.map_file import MapFile, map_file
from maps.picture.picture import Picture
from streams.contract.enums import Certainty, Closure, Level
from streams.domain.links.fold import LinkView
from streams.domain.works.rows import Work
from tests.cities import seed
from tests.cities.grid import grid
from tests.cities.rows import typed
from tests.pages.kwcag import axe, fits
from tests.pages.screen import Screen

HOSTILE = "<img src=x onerror=window.hit=1>${window.hit=1}"
PLACE = """() => {
  let found = null;
  map_main.eachLayer((layer) => { if (layer.feature?.id === "W-1") found = layer; });
  const at = map_main.latLngToContainerPoint(found.getLatLng());
  const box = map_main.getContainer().getBoundingClientRect();
  return [at.x + box.left, at.y + box.top];
}"""

DRAWN = "() => document.readyState === 'complete' && window.map_main?._loaded"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    network = grid(20)
    jam = LinkView(9.5, Level.JAM, 3, 0, Certainty.CONFIRMED, closure=Closure.FULL)
    work = seed.work("W-1", links=[network.links[0].id]) | {"title": HOSTILE, "phase": "active"}
    picture = Picture(links={0: jam}, works=typed(Work, {"W-1": work}))
    sheet = MapFile(city="춘천", of="2026-11-28 08:10 기준", made_ms=0, is_simulated=True)
    path = tmp_path / "map.html"
    path.write_text(map_file(sheet, picture, network, "ko"), encoding="utf-8")
    return path


@pytest.mark.parametrize("width", [1600, 390])
def test_it_opens_alone_and_shows_what_a_click_asks_for(
    chromium: Browser, file: Path, width: int
) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 844})
    try:
        asked, errors = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(file.as_uri())
        legend = page.locator(".leaflet-control-layers-overlays label")
        expect(legend.filter(has_text="정체")).to_contain_text("1")
        expect(legend.filter(has_text="전면 통제")).to_be_visible()
        page.wait_for_function(DRAWN)
        page.mouse.click(*page.evaluate(PLACE))
        popup = page.locator(".leaflet-popup-content")
        expect(popup).to_contain_text(HOSTILE)
        expect(popup).to_contain_text("W-1")
        expect(page.locator(".leaflet-popup")).to_have_css("opacity", "1")
        assert axe(page) == []
        legend.filter(has_text="공사").locator("input").uncheck()
        expect(popup).to_have_count(0)
        expect(page.locator("tbody tr")).to_contain_text([HOSTILE])
        assert page.evaluate("() => window.hit") is None
        assert axe(page) == []
        assert (asked, errors) == ([file.as_uri()], [])
        fits(page)
    finally:
        page.close()


def test_the_button_gives_the_moment_that_the_map_shows(screen: Screen) -> None:
    page = screen.open()
    page.locator("#time-hour-on").click()
    expect(page.locator("html")).to_have_attribute("data-time", "ahead")
    with page.expect_download() as given:
        page.locator("#export-map").click()
    assert "valid=" in given.value.url
    assert "앞날의 화면입니다" in given.value.path().read_text(encoding="utf-8")
