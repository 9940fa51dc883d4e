"""The map as a file: what is in it, that nothing outside is asked for, and that text stays text."""

import re
from dataclasses import replace
from typing import Any

import geojson
import pytest

from maps.export.layers import layers_of, rows_of
from maps.export.map_file import MapFile, map_file, of_moment
from maps.past.moments import BitemporalMoment
from maps.picture.picture import Picture
from streams.contract.enums import Certainty, Closure, Level
from streams.domain.links.fold import LinkView
from streams.domain.works.rows import Work
from streams.geo.network import Network
from tests.cities.rows import typed

HOSTILE = "</script><img src=x onerror=alert(1)>'\"`${1}"
SHEET = MapFile(city="춘천", of="2026-11-28 08:10 기준", made_ms=0, is_simulated=True)
JAM = LinkView(
    speed_kmh=9.5,
    level=Level.JAM,
    samples=3,
    observed_ms=0,
    certainty=Certainty.CONFIRMED,
    closure=Closure.FULL,
    subjects=("work:W",),
)


@pytest.fixture
def picture(work: dict[str, Any]) -> Picture:
    rows = {
        "W": {**work, "title": HOSTILE, "organisation": HOSTILE},
        "N": {**work, "phase": "finished"},
    }
    return Picture(links={0: JAM}, works=typed(Work, rows))


def test_every_drawn_link_is_in_one_layer_of_levels_and_closures_lie_above(
    picture: Picture, network: Network
) -> None:
    layers = {layer.name: layer for layer in layers_of(picture, network, "ko")}
    drawn = sum(link.is_drawn for link in network.links)
    levels = [layer for name, layer in layers.items() if name.split(" ")[0] in ("정체", "정보없음")]
    assert sum(len(layer.features) for layer in levels) == drawn
    assert [feature.id for feature in layers["정체"].features] == [network.links[0].id]
    names = list(layers)
    assert names.index("전면 통제") > names.index("정체")
    assert all(geojson.loads(geojson.dumps(each.collection)).is_valid for each in layers.values())


def test_what_is_not_sure_is_dashed_in_a_layer_of_its_own(
    picture: Picture, network: Network
) -> None:
    inferred = replace(picture, links={0: replace(JAM, certainty=Certainty.INFERRED)})
    [layer] = [x for x in layers_of(inferred, network, "ko") if x.name.startswith("정체")]
    assert (layer.name, layer.style["dashArray"]) == ("정체 · 추정·지난 값", "8 6")


def test_works_that_are_over_are_in_no_layer_and_no_list(
    picture: Picture, network: Network
) -> None:
    [works] = [layer for layer in layers_of(picture, network, "en") if layer.is_of_points]
    assert [feature.id for feature in works.features] == ["W"]
    assert [row.title for row in rows_of(picture, "en")] == [HOSTILE]


def test_text_of_feeds_stays_text(picture: Picture, network: Network) -> None:
    page = map_file(SHEET, picture, network, "ko")
    assert "<img src=x" not in page
    assert page.count("</script>") == page.count("<script>")
    assert "&lt;/script&gt;&lt;img src=x" in page
    popups = [x.properties for each in layers_of(picture, network, "ko") for x in each.features]
    said = "".join(popup.title + popup.lines for popup in popups)  # Folium writes it as HTML
    assert "<img" not in said
    assert said.count("&lt;img src=x") == 2


def test_the_page_asks_for_no_address_and_says_what_it_is(
    picture: Picture, network: Network
) -> None:
    page = map_file(SHEET, picture, network, "ko")
    without_links = re.sub(r"https?://(leafletjs\.com|www\.w3\.org/\S*)", "", page)
    assert not re.findall(r"(?:src|href)=[\"']?(?:https?:)?//", without_links)
    assert "url(images" not in page
    for said in ("춘천", "2026-11-28 08:10 기준", "모의 데이터", "만든 때의 화면입니다"):
        assert said in page


def test_the_same_picture_gives_the_same_bytes(picture: Picture, network: Network) -> None:
    assert map_file(SHEET, picture, network, "ko") == map_file(SHEET, picture, network, "ko")


def test_an_empty_city_is_said_to_be_empty(network: Network) -> None:
    page = map_file(replace(SHEET, is_usual=True), Picture(), network, "en")
    assert "There are no works and no incidents." in page
    assert "This lies ahead." in page


def test_a_moment_is_named_with_when_it_was_known() -> None:
    assert of_moment(BitemporalMoment(0, 0), "ko") == "1970-01-01 09:00 기준"
    assert "09:01까지 들어온 자료" in of_moment(BitemporalMoment(0, 60_000), "ko")
