import csv
import io
from dataclasses import replace
from typing import Any

import geojson
import msgspec
import pytest

from maps.http.refusals import RequestRefusedError
from maps.picture.exports import cell, links_geojson, utc, works_csv, works_geojson
from maps.picture.filters import Filters, parse_bbox, parse_filters
from maps.picture.picture import Picture
from streams.contract.enums import Closure, Phase
from streams.domain.links.fold import LinkView
from streams.domain.works.rows import Work
from streams.geo.network import Network
from tests.cities.rows import json_of, row_of, typed

Json = dict[str, Any]
JAM = {
    "speed_kmh": 9.5,
    "level": "jam",
    "samples": 3,
    "observed_ms": 0,
    "certainty": "confirmed",
    "closure": "full",
    "subjects": ["work:W", "incident:I"],
}


@pytest.fixture
def picture(work: Json) -> Picture:
    nowhere = {**work, "links": [], "placed_by": "nowhere", "phase": "planned"}
    works = typed(Work, {"W": work, "N": nowhere})
    return Picture(delta_id="7-0", links={0: row_of(LinkView, JAM)}, works=works)


def test_a_link_feature_has_the_properties_programs_rely_on(
    picture: Picture, network: Network
) -> None:
    exported = json_of(links_geojson(picture, network, Filters(), is_simulated=True))
    first = exported["features"][0]
    wanted = {"id", "name", "kind", "speed_kmh", "level", "samples", "observed_at", "certainty"}
    assert wanted < set(first["properties"])
    assert first["properties"]["works"] == ["W"]
    assert first["properties"]["observed_at"] == "1970-01-01T00:00:00.000Z"


def test_exports_are_valid_geojson(picture: Picture, network: Network) -> None:
    for build in (links_geojson, works_geojson):
        text = msgspec.json.encode(build(picture, network, Filters(), is_simulated=True))
        assert geojson.loads(text).is_valid


def test_a_link_never_heard_of_is_exported_as_unknown(picture: Picture, network: Network) -> None:
    levels = [
        feature.properties.level
        for feature in links_geojson(picture, network, Filters(), is_simulated=True).features
    ]
    assert levels == ["jam", "unknown", "unknown"]


def test_filters_choose(picture: Picture, network: Network) -> None:
    def ids(filters: Filters) -> list[str]:
        return [
            feature.id
            for feature in links_geojson(picture, network, filters, is_simulated=True).features
        ]

    assert ids(Filters(levels=frozenset({"jam"}))) == ["S0>S1"]
    assert ids(Filters(bbox=(127.7205, 37.0, 128.0, 38.0))) == ["S2>S3"]
    assert ids(Filters(bbox=(0.0, 0.0, 1.0, 1.0))) == []


def test_a_work_placed_nowhere_is_exported_without_a_geometry(
    picture: Picture, network: Network
) -> None:
    exported = json_of(works_geojson(picture, network, Filters(), is_simulated=True))
    features = exported["features"]
    kinds = {row["id"]: row["geometry"] and row["geometry"]["type"] for row in features}
    assert kinds == {"W": "MultiLineString", "N": None}


def test_works_filter_by_phase_and_box(picture: Picture, network: Network) -> None:
    def ids(filters: Filters) -> list[str]:
        return [
            feature.id
            for feature in works_geojson(picture, network, filters, is_simulated=True).features
        ]

    assert ids(Filters(phases=frozenset({"planned"}))) == ["N"]
    assert ids(Filters(bbox=(127.0, 37.0, 128.0, 38.0))) == ["W"]


def test_csv_opens_in_a_spreadsheet(picture: Picture, network: Network) -> None:
    body = works_csv(picture, network, Filters(), is_simulated=False)
    assert body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    assert rows[0][0] == "허가번호"
    assert rows[2][:3] == ["W", "진행 중", "하수관 정비"]
    assert rows[2][7] == "2026-11-23 09:00"


def test_a_spreadsheet_has_a_korean_word_for_every_phase_and_closure(
    picture: Picture, network: Network
) -> None:
    work = json_of(picture.works["W"])
    for column, values in (("단계", Phase), ("통제", Closure)):
        name = {"단계": "phase", "통제": "closure"}[column]
        for value in values:
            one = replace(picture, works=typed(Work, {"W": {**work, name: value}}))
            body = works_csv(one, network, Filters(), is_simulated=True).decode("utf-8-sig")
            word = next(iter(csv.DictReader(io.StringIO(body))))[column]
            assert not word.isascii(), value


def test_a_spreadsheet_reads_the_words_of_the_screen(picture: Picture, network: Network) -> None:
    body = works_csv(picture, network, Filters(), is_simulated=True).decode("utf-8-sig")
    first = next(iter(csv.DictReader(io.StringIO(body))))
    wanted = {
        "단계": "예정",
        "통제": "부분 통제",
        "위치 근거": "위치 미확인",
        "모의 여부": "모의(simulated)",
    }
    assert wanted.items() <= first.items()
    assert len(first) == len(body.splitlines()[0].split(","))


def test_a_begin_or_an_end_that_nobody_knows_is_an_empty_cell_and_null(
    picture: Picture, network: Network
) -> None:
    vague = replace(picture.works["W"], starts_ms=None, ends_ms=None)
    one = replace(picture, works={"W": vague})
    body = works_csv(one, network, Filters(), is_simulated=True).decode("utf-8-sig")
    row = next(iter(csv.DictReader(io.StringIO(body))))
    assert (row["시작"], row["종료"]) == ("", "")
    exported = json_of(works_geojson(one, network, Filters(), is_simulated=True))
    [feature] = exported["features"]
    names = ("starts_ms", "ends_ms", "starts_at", "ends_at")
    assert [feature["properties"][name] for name in names] == [None] * 4


def test_every_feature_of_a_simulated_city_says_so(picture: Picture, network: Network) -> None:
    for build in (links_geojson, works_geojson):
        made, real = (
            json_of(build(picture, network, Filters(), is_simulated=is_simulated))["features"]
            for is_simulated in (True, False)
        )
        assert all(feature["properties"]["simulated"] is True for feature in made)
        assert not any("simulated" in feature["properties"] for feature in real)


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "＝1", "\u202e=1"]
)
def test_no_text_is_a_formula(text: str) -> None:
    assert str(cell(text)).startswith("'")


@pytest.mark.parametrize(("value", "expected"), [(None, ""), (-1.5, -1.5), ("가=나", "가=나")])
def test_other_cells_stay_as_they_are(value: Any, expected: Any) -> None:
    assert cell(value) == expected


@pytest.mark.parametrize(
    "text", ["", "1,2,3", "a,b,c,d", "1,2,3,4,5", "nan,0,1,1", "2,0,1,1", "0,0,181,1", "0,5,1,4"]
)
def test_a_bad_bbox_is_refused_with_its_value_and_bound(text: str) -> None:
    with pytest.raises(RequestRefusedError, match="bbox=") as refused:
        parse_bbox(text)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    "query", [{"level": "fast"}, {"lvl": "jam"}, {"phase": "active"}, {"level": ""}]
)
def test_a_parameter_that_cannot_be_honoured_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(RequestRefusedError, match=next(iter(query))):
        parse_filters(query, ("bbox", "level"))


def test_several_words_are_one_filter() -> None:
    filters = parse_filters({"level": "jam,slow", "bbox": "1,2,3,4"}, ("bbox", "level"))
    assert (filters.levels, filters.bbox) == (frozenset({"jam", "slow"}), (1, 2, 3, 4))


@pytest.mark.parametrize("at_ms", [None, 10**18, -(10**18)])
def test_a_time_no_calendar_reaches_is_left_out(at_ms: int | None) -> None:
    assert utc(at_ms) is None
