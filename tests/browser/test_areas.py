"""Datasets keyed by 동: drawn with the boundaries of another, with a legend; or said to be not."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from producers.datasets.loading import SHIPPED, load
from streams.contract.times import now_ms
from streams.domain.stages.datasets import DATASET_PAGES, DATASETS
from streams.state.kinds import hash_of
from tests.cities import datasets
from tests.cities.stage import City
from tests.pages.kwcag import axe, is_too_wide
from tests.pages.screen import Screen

BOUNDS, ELDERLY = "dong_boundaries", "elderly_alone"
WEST, SOUTH, SIDE = 127.655, 37.909, 0.006
DONGS = {  # the code of the statistics office, people of two ages
    "3201066": ("석사동", 10, 20), "3201067": ("퇴계동", 0, 5), "3201068": ("강남동", 7, 8),
    "3201057": ("근화동", 40, 50), "3201058": ("소양동", 3, None), "3201052": ("교동", 1, 2),
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _known(city: City, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("areas")
    files = {BOUNDS: [_boundaries(folder)], ELDERLY: [_people(folder)]}
    descriptors = [load(SHIPPED / f"{name}.toml") for name in files]
    datasets.lay(city.client, descriptors, files, now_ms())
    yield
    city.client.delete(hash_of(DATASETS, 0), hash_of(DATASET_PAGES, 0))


def _boundaries(folder: Path) -> Path:
    features = []
    for n, (code, (name, *_)) in enumerate(DONGS.items()):
        west, south = WEST + SIDE * (n % 3), SOUTH + SIDE * (n // 3)
        ring = [(west, south), (west + SIDE, south), (west + SIDE, south + SIDE)]
        ring += [(west, south + SIDE), (west, south)]
        row = {"base_year": "2026", "adm_dr_cd": code, "adm_dr_nm": name}
        shape = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "geometry": shape, "properties": row})
    path = folder / "bounds.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def _people(folder: Path) -> Path:
    rows = [
        f"{name},{age},{'' if n is None else n},0,{'' if n is None else n}"
        for name, *counts in DONGS.values()
        for age, n in zip(("65~74", "75~"), counts, strict=True)
    ]
    path = folder / "people.csv"
    path.write_text(
        "읍면동,연령대,남,여,계\n" + "\n".join([*rows, "북산면,75~,1,1,2"]) + "\n", "utf-8"
    )
    return path


def test_a_dataset_by_dong_is_areas_with_a_legend_and_says_what_one_is(screen: Screen) -> None:
    page = screen.open()
    page.locator("#data-layers summary").click()
    page.locator(f"#data-show-{ELDERLY}").check()
    legend = page.locator(".data-row", has_text="독거노인").locator(".data-shades")
    expect(legend.locator("li")).to_have_text(["계 합계 (명)", "3", "5", "15", "30", "90", "모름"])
    expect(legend.locator(".data-swatch rect")).to_have_count(6)
    expect(legend.locator(".data-swatch .hatch")).to_have_count(4)
    page.wait_for_function("() => bomnae.data.panel.layer.shown[0]?.shapes.length === 6")
    page.fill("#search-box", "근화동")
    hit = page.locator("#search-list li", has_text="독거노인").first
    hit.click()
    popup = page.locator(".data-popup")
    expect(popup).to_contain_text("근화동")
    expect(popup.locator("dl")).to_contain_text("90")
    page.locator(".data-close").click()
    expect(popup).to_have_count(0)  # it fades first
    screen.rests()
    place = [WEST + SIDE * 1.2, SOUTH + SIDE * 1.4]  # in 소양동, beside the roads
    left, top, *at = page.evaluate(
        """([lon, lat]) => {
          const { map } = bomnae.data.panel.live, { x, y } = map.latLngToContainerPoint([lat, lon]);
          const box = map.getContainer().getBoundingClientRect();
          return [box.left + x, box.top + y, x, y];
        }""",
        place,
    )
    page.wait_for_function("([x, y]) => bomnae.data.panel.layer.at({ x, y })", arg=at)
    page.mouse.click(left, top)
    expect(popup).to_contain_text("소양동")


def test_the_page_says_which_dong_have_no_boundary(screen: Screen) -> None:
    page = screen.page
    page.goto(f"{screen.url}/data/{ELDERLY}")
    facts = page.locator("#ds-facts")
    expect(facts).to_contain_text("6개 동 · 경계 없음: 북산면")
    expect(page.locator("#ds-map")).to_be_visible()
    assert axe(page) == []
    assert not is_too_wide(page)


def test_without_boundaries_a_dataset_by_dong_is_not_drawn_and_says_so(
    city: City, screen: Screen
) -> None:
    name = hash_of(DATASETS, 0)
    kept = city.client.hget(name, BOUNDS)
    assert kept is not None
    city.client.hdel(name, BOUNDS)
    try:
        page = screen.page
        page.goto(f"{screen.url}/data/{ELDERLY}")
        expect(page.locator("#ds-facts")).to_contain_text("동 경계 자료가 없어")
        expect(page.locator("#ds-map")).to_be_hidden()
    finally:
        city.client.hset(name, BOUNDS, kept)
