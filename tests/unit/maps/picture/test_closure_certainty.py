"""How sure a closure is, on every way out: exports, snapshot, deltas, a link, the desk."""

from typing import Any

import pytest

from maps.desk.facts.gather import gather
from maps.desk.judging.verdict import judge
from maps.picture.bodies import delta_event, link_body, snapshot
from maps.picture.exports import links_geojson, works_geojson
from maps.picture.filters import Filters
from maps.picture.picture import Picture, advance, translate
from maps.picture.shapes import doubts, work_row
from streams.domain.links.fold import LinkView
from streams.domain.works.rows import Work
from streams.geo.network import Network
from tests.cities.desks import MIN_MS, Street, place
from tests.cities.rows import json_of, row_of, run, typed

Json = dict[str, Any]
DRIVEN = {
    "speed_kmh": 21.0,
    "level": "slow",
    "samples": 4,
    "observed_ms": 0,
    "certainty": "confirmed",
    "closure": "full",
    "subjects": ["work:W"],
    "closure_certainty": "contradicted",
    "buses_through": 4,
}
OPEN = {**DRIVEN, "closure": "none", "closure_certainty": None, "buses_through": 0}
BEFORE = {
    name: value
    for name, value in DRIVEN.items()
    if name not in ("closure_certainty", "buses_through")
}


def test_a_closed_road_that_buses_drive_is_exported_with_both_certainties(network: Network) -> None:
    links = {place: row_of(LinkView, row) for place, row in enumerate((DRIVEN, OPEN, BEFORE))}
    features = links_geojson(Picture(links=links), network, Filters(), is_simulated=False).features
    rows = [feature.properties for feature in features]
    found = [(row.certainty, row.closure_certainty, row.buses_through) for row in rows]
    assert found == [
        ("confirmed", "contradicted", 4),
        ("confirmed", None, 0),
        ("confirmed", None, 0),
    ]


def test_the_snapshot_says_how_sure_each_closure_is(network: Network) -> None:
    picture = Picture(links={0: row_of(LinkView, DRIVEN), 1: row_of(LinkView, OPEN)})
    body = snapshot(picture, network, now_ms=0, is_simulated=False)
    assert (body.closures, body.closure_certainty) == ([(0, "full")], [(0, "contradicted")])
    assert link_body(0, picture, network).buses_through == 4
    assert link_body(2, picture, network).closure_certainty is None


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ({**DRIVEN, "closure_certainty": "reported"}, DRIVEN, [[0, "contradicted"]]),
        (DRIVEN, OPEN, [[0, ""]]),
        (DRIVEN, {**DRIVEN, "buses_through": 5}, None),
        (OPEN, OPEN, None),
    ],
)
def test_a_delta_says_it_only_where_the_word_changes(
    network: Network, old: Json, new: Json, told: list[Any] | None
) -> None:
    before = Picture(links={0: row_of(LinkView, old)})
    _, news = advance(before, translate(run({"l": {network.links[0].id: new}}), network))
    event = json_of(delta_event(news, before, network, prev="0-0", now_ms=0))
    assert event.get("e") == told


def test_the_lines_of_a_work_are_exported_each_by_itself(network: Network, work: Json) -> None:
    drawn = [(127.0, 37.0), (127.1, 37.0), (127.2, 37.1), (127.3, 37.1)]
    for parts, kind, lines in (((0, 2), "MultiLineString", 2), ((), "LineString", 4)):
        row = {**work, "geometry": drawn, "geometry_parts": list(parts)}
        picture = Picture(works=typed(Work, {"W": row}))
        exported = json_of(works_geojson(picture, network, Filters(), is_simulated=False))
        [feature] = exported["features"]
        assert feature["geometry"]["type"] == kind
        assert len(feature["geometry"]["coordinates"]) == lines


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({}, []),
        ({"flags": ["epsg_shifted_100km"]}, ["place"]),
        ({"flags": ["epsg_assumed", "dup"]}, ["place"]),
        ({"flags": ["point_far_from_address"]}, ["place"]),
        ({"placed_by": "address_near"}, ["place"]),
        ({"placed_by": "address"}, []),
        ({"flags": ["coord_swapped"]}, []),
        ({"is_direction_unread": True}, ["direction"]),
        ({"flags": ["point_shared"], "is_direction_unread": True}, ["place", "direction"]),
    ],
)
def test_a_work_says_what_of_its_place_is_doubtful(
    network: Network, work: Json, more: Json, found: list[str]
) -> None:
    row = row_of(Work, {**work, **more})
    assert list(doubts(row)) == found
    assert json_of(work_row("W", row, network)).get("doubts", []) == found


@pytest.mark.parametrize(("through", "word"), [(0, "전면 통제"), (1, "전면 통제"), (2, None)])
def test_the_desk_counts_the_buses_that_the_fold_saw_drive_a_young_closure(
    through: int, word: str | None
) -> None:
    street = Street().dug("S0>S1", closure="full")
    street.works["2026-굴착-0412"]["starts_ms"] = street.now_ms - 5 * MIN_MS
    street.driven("S0>S1", buses=3, ago_min=1)
    street.views["S0>S1"] |= {"closure": "full", "buses_through": through}
    scene = street.scene()
    verdict = judge(gather(place("section", "S0>S1"), scene), scene)
    assert (verdict.ground == "contradicted") == (word is None)
    if word:
        assert verdict.name.to("ko") == word
    assert verdict.closure == "full"
