"""The datasets as people see them: the catalogue, one of them, on the map, in the search box."""

import io
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from producers.datasets.descriptor import Descriptor
from producers.datasets.loading import SHIPPED, load, load_all
from streams.contract.times import now_ms
from streams.domain.stages.datasets import DATASET_PAGES, DATASETS
from streams.state.kinds import hash_of
from tests.cities import datasets
from tests.cities.stage import City
from tests.pages.kwcag import axe, is_too_wide, stop_faults
from tests.pages.screen import LOAD_MS, NewScreen, Screen
from tests.places import ROOT

BENCHES = "benches"
SEEN = 105 + 2 + 3 - 16  # ours and the walk's; those that are not open are not shown
HOSTILE = "<img src=x onerror=alert(1)>"
ROWS = 45
WALK = ROOT / "docs" / "walk"
WALKED = {"snow_boxes": "csv", "heated_roads": "csv", "underpass_levels": "json"}


@pytest.fixture(scope="module", autouse=True)
def _known(city: City, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Every dataset of the catalogue, two with data of the little city; those of the walk."""
    folder = tmp_path_factory.mktemp("data")
    found, _ = load_all([SHIPPED])
    hostile = load(_written(folder / "hostile.toml", _HOSTILE))
    walked = [load(WALK / f"{name}.toml") for name in WALKED]
    lamps = load(_written(folder / "lamps.toml", _LAMPS))
    descriptors: list[Descriptor] = [*found, hostile, lamps, *walked]
    files = {
        BENCHES: [_benches(folder)],
        "bike_paths": [_paths(folder)],
        "hostile": [_wrong(folder)],
        "lamps": [_lamps(folder)],
        **{name: [WALK / f"{name}.{kind}"] for name, kind in WALKED.items()},
    }
    datasets.lay(city.client, descriptors, files, now_ms())
    yield
    city.client.delete(hash_of(DATASETS, 0), hash_of(DATASET_PAGES, 0))


def _written(path: Path, words: str) -> Path:
    path.write_text(words, encoding="utf-8")
    return path


_HOSTILE = """id = "hostile"
name = "수상한 표"
field = "시험 분야"
owner = "교통과"
licence = "제한 없음"
grade = "open"
period = "day"
column = [{ name = "이름" , personal = "none" }, { name = "수", type = "whole" }]
"""


LAMPS = 50_000
_LAMPS = """id = "lamps"
name = "전등"
field = "시험 분야"
grade = "open"
period = "year"
key = ["번호"]
column = [{ name = "번호" }, { name = "높이", type = "number", unit = "m" }]
[[place]]
lon = ["경도"]
lat = ["위도"]
"""


def _lamps(folder: Path) -> Path:
    """As many as a dataset may keep, thick in the middle."""
    dice = random.Random(15)
    lines = [
        f"전등 {n},{n % 9 + 4}.5,{dice.gauss(127.67, 0.02):.6f},{dice.gauss(37.92, 0.015):.6f}"
        for n in range(LAMPS)
    ]
    return _written(folder / "lamps.csv", "번호,높이,경도,위도\n" + "\n".join(lines) + "\n")


def _wrong(folder: Path) -> Path:
    return _written(folder / "hostile.csv", f"이름,수\n{HOSTILE},3\n=1+1,4\n나,많음\n")


def _benches(folder: Path) -> Path:
    kinds = ("공원", "정류장", "산책로")
    lines = [
        f"{37.925 - n / 5000:.5f},{127.662 + n / 3000:.5f},{kinds[n % 3]},쉼터 {n},가온동 {n},"
        f"{n % 4},교통과,2026-06-01"
        for n in range(ROWS)
    ]
    head = "위도,경도,구분,명칭,주소,개수,담당부서,데이터기준일자\n"
    return _written(folder / "benches.csv", head + "\n".join(lines) + "\n")


def _paths(folder: Path) -> Path:
    shape = {"type": "LineString", "coordinates": [[127.665, 37.92], [127.672, 37.915]]}
    row = {"구간번호": 1, "노선명": "물길", "폭(m)": 3.0, "유형": "전용", "준공": "2020"}
    tree = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "geometry": shape, "properties": row}],
    }
    return _written(folder / "paths.geojson", json.dumps(tree, ensure_ascii=False))


def opened(screen: Screen, address: str, *, seen: str) -> Page:
    page = screen.page
    page.goto(screen.url + address)
    expect(page.locator(seen).first).to_be_visible()
    return page


def test_the_catalogue_is_by_field_and_is_narrowed_by_words_field_and_state(screen: Screen) -> None:
    page = opened(screen, "/data", seen=".ds-card")
    cards = page.locator(".ds-card")
    expect(cards).to_have_count(SEEN)
    expect(page.locator("#ds-figures")).to_contain_text("권한이 있어야 보임16")
    expect(page.locator('[data-id="vms"]')).to_contain_text("자료 없음")
    page.fill("#ds-find", "벤치")
    expect(cards).to_have_count(1)
    expect(cards).to_contain_text(f"{ROWS} 행")
    expect(page).to_have_url(re.compile(r"\?q=%EB%B2%A4%EC%B9%98$"))
    page.reload()
    expect(cards).to_have_count(1)
    page.locator("#ds-filter [type=reset]").click()
    expect(cards).to_have_count(SEEN)
    page.select_option("#ds-status", "ok")
    expect(page.locator('[data-id="vms"]')).to_have_count(0)
    expect(page.locator('[data-id="benches"]')).to_be_visible()
    page.select_option("#ds-field", "인구")
    expect(page.locator("#ds-said")).to_have_text("조건에 맞는 데이터가 없습니다.")


def test_a_dataset_shows_its_rows_its_chart_what_was_refused_and_its_files(screen: Screen) -> None:
    page = opened(screen, f"/data/{BENCHES}", seen="#ds-rows td")
    expect(page.locator("h1")).to_have_text("벤치")
    expect(page.locator(".ds-bars li")).to_have_count(3)
    expect(page.locator("#ds-place")).to_have_text(f"{ROWS}행 가운데 1–20")
    page.locator("#ds-after").click()
    expect(page.locator("#ds-rows td").nth(1)).to_have_text("쉼터 20")
    page.fill("#ds-q", "쉼터 44")
    expect(page.locator("#ds-rows tbody tr")).to_have_count(1)
    with page.expect_download() as taken:
        page.get_by_role("link", name="XLSX").click()
    sheet = openpyxl.load_workbook(io.BytesIO(taken.value.path().read_bytes())).active
    assert sheet is not None
    assert sheet.max_row == ROWS + 1
    opened(screen, "/data/hostile", seen="#ds-rows td")
    expect(page.locator("#ds-rows")).to_contain_text(HOSTILE)
    expect(page.locator("#ds-refused")).to_contain_text("많음")
    with page.expect_download() as taken:
        page.get_by_role("link", name="CSV").click()
    assert "'=1+1" in taken.value.path().read_text(encoding="utf-8-sig")
    opened(screen, "/data/vms", seen="#ds-columns td")
    expect(page.locator("#ds-rows-said")).to_contain_text("아직 받은 자료가 없습니다")


def test_what_may_not_be_seen_and_what_is_not_there_are_said(new_screen: NewScreen) -> None:
    page = opened(new_screen(), "/data/complaints", seen="#ds-said")
    expect(page.locator("#ds-said")).to_have_text("이 데이터를 볼 권한이 없습니다.")
    page.goto(page.url.replace("complaints", "nothing"))
    expect(page.locator("#ds-said")).to_have_text("없는 데이터입니다.")


def test_a_dataset_is_put_on_the_map_by_its_list_and_says_what_a_point_is(screen: Screen) -> None:
    page = screen.open()
    expect(page.locator(f"#data-show-{BENCHES}")).to_have_count(0)
    page.locator("#data-layers summary").click()
    page.locator(f"#data-show-{BENCHES}").check()
    row = page.locator(".data-row", has_text="벤치")
    expect(row.locator(".data-swatch path")).to_be_visible()
    expect(page).to_have_url(re.compile(rf"&data={BENCHES}\b|#data={BENCHES}\b"))
    page.wait_for_function("() => bomnae.data.panel.layer.shown[0]?.shapes.length > 0")
    page.fill("#search-box", "쉼터 44")
    hit = page.locator("#search-list li", has_text="쉼터 44")
    expect(hit).to_contain_text("벤치")
    hit.click()
    expect(page.locator(".data-popup")).to_contain_text("쉼터 44")
    expect(page.locator(".data-popup dl")).to_contain_text("가온동 44")
    page.locator(".data-close").click()
    expect(page.locator(".data-popup")).to_have_count(0)
    row.locator(".data-more").click()
    expect(page.locator("h1")).to_have_text("벤치")
    page.locator("#ds-map").click()
    page.wait_for_url(re.compile("#"))
    screen.wait_for("live", LOAD_MS)
    expect(page.locator(f"#data-show-{BENCHES}")).to_be_checked()
    page.locator(f"#data-show-{BENCHES}").uncheck()
    page.wait_for_function("() => bomnae.data.panel.layer.shown.length === 0")


def test_of_a_dataset_of_many_rows_the_map_has_what_it_can_show(screen: Screen) -> None:
    page = screen.open()
    sizes: list[int] = []
    page.on(
        "response",
        lambda answer: (
            sizes.append(int(answer.headers["content-length"]))
            if "/lamps/layer" in answer.url
            else None
        ),
    )
    page.locator("#data-layers summary").click()
    page.locator("#data-show-lamps").check()
    counted = "() => bomnae.data.panel.layer.shown[0]?.shapes.reduce((sum, x) => sum + x.count, 0)"
    page.wait_for_function(f"() => ({counted})() > 10_000")
    expect(page.locator(".data-row", has_text="전등").locator(".count")).to_have_text("50,000")
    zoom = page.evaluate("() => bomnae.map.getZoom()")
    largest = (
        "() => { const { shapes } = bomnae.data.panel.layer.shown[0], { map } = bomnae;"
        " const [a] = [...shapes].sort((x, y) => y.count - x.count), [[x, y]] = a.rings;"
        " const lat = Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180 / Math.PI;"
        " map.setView([lat, x * 360 - 180], map.getZoom(), { animate: false });"
        " const { x: left, y: top } = map.getContainer().getBoundingClientRect();"
        " const at = map.latLngToContainerPoint([lat, x * 360 - 180]);"
        " return [left + at.x, top + at.y, at.x, at.y]; }"
    )
    x, y, *at = page.evaluate(largest)
    page.wait_for_function(
        "([x, y]) => bomnae.data.panel.layer.at({ x, y })?.shape.count > 1", arg=at
    )
    page.mouse.click(x, y)
    known = "() => bomnae.data.panel.parts.of('lamps').zoom"
    page.wait_for_function(f"() => ({known})() === Math.round({zoom + 2})")
    page.evaluate("() => bomnae.map.setZoom(18, { animate: false })")
    page.wait_for_function(f"() => ({known})() === 18")
    alone = "() => bomnae.data.panel.layer.shown[0]?.shapes.every(({ count }) => count === 1)"
    page.wait_for_function(alone)
    assert 2 <= len(sizes) <= 12, "each zoom is read once"
    assert max(sizes) < 60_000, sizes

    page.fill("#search-box", f"전등 {LAMPS - 1}")
    page.locator("#search-list li", has_text=f"전등 {LAMPS - 1}").click()
    expect(page.locator(".data-popup dl")).to_contain_text(f"전등 {LAMPS - 1}")
    page.locator(".data-close").click()
    opened(screen, "/data/lamps", seen="#ds-rows td")
    page.fill("#ds-q", f"전등 {LAMPS - 1}")
    expect(page.locator("#ds-rows tbody tr")).to_have_count(1)


def test_the_catalogue_is_linked_data_of_what_may_be_seen(screen: Screen) -> None:
    page = opened(screen, "/data", seen=".ds-card")
    body = page.request.get(f"{screen.url}/catalog.jsonld").json()
    assert body["@type"] == "dcat:Catalog"
    known = {each["dct:identifier"]: each for each in body["dcat:dataset"]}
    assert len(known) == SEEN
    assert "complaints" not in known
    forms = [each["@id"].rpartition(".")[2] for each in known["hostile"]["dcat:distribution"]]
    assert forms == ["csv", "xlsx", "parquet"]


def test_both_pages_are_for_whoever_reads_by_ear_sees_little_or_holds_a_telephone(
    new_screen: NewScreen,
) -> None:
    screen = new_screen()
    for address, seen in (("/data", ".ds-card"), (f"/data/{BENCHES}", "#ds-rows td")):
        page = opened(screen, address, seen=seen)
        if address == "/data":
            page.fill("#ds-find", "교통과")  # some of the cards are enough to look at
            expect(page.locator(".ds-card")).not_to_have_count(SEEN)
        for size in ({"width": 1600, "height": 900}, {"width": 390, "height": 844}):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            page.locator("#tool-dark").click()
            page.locator("#tool-lang").click()
            assert axe(page) == [], (address, size)
            assert not is_too_wide(page), (address, size)
        assert stop_faults(page) == [], address


def test_files_of_a_dataset_hold_its_rows_and_no_person(new_screen: NewScreen) -> None:
    screen = new_screen()
    at = f"{screen.url}/api/v1/datasets/snow_boxes"
    csv = screen.page.request.get(f"{at}/file.csv").text()
    assert csv.startswith("\ufeff관리번호,행정동")
    assert (csv.count("제설-"), csv.count("김○○")) == (60, 0)
    for form, begin in (("xlsx", b"PK"), ("parquet", b"PAR1"), ("geojson", b"{")):
        answer = screen.page.request.get(f"{at}/file.{form}")
        assert (answer.status, answer.body()[: len(begin)]) == (200, begin)
