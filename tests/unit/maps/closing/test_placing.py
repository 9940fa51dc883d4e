"""Where a typed closure lies in the demo's Chuncheon, what it does to buses, what is refused."""

import pytest

from maps.closing.effects import left_out, round_of
from maps.closing.placing import ChosenPlaces, PlacedClosure, of_links, placed
from maps.closing.reading import read_text
from maps.search.entry import PlaceKind, SearchHit
from maps.search.finder import Finder
from producers.simulator.city import build_city
from streams.domain.roads.graph import RoadGraph

CITY = build_city()
TEXT = ChosenPlaces()
FINDER, GRAPH = Finder(CITY), RoadGraph(CITY)


def place(text: str, chosen: ChosenPlaces = TEXT) -> PlacedClosure:
    return placed(read_text(text, 1_795_392_000_000), FINDER, GRAPH, chosen)


def test_between_two_places_lies_the_quickest_way_with_the_sections_over_it() -> None:
    there = place("팔호광장→육림고개 사고")
    assert (there.title, there.troubles) == ("팔호광장→육림고개", ())
    kinds = {CITY.by_id[each].kind for each in there.link_ids}
    assert kinds == {"standard", "section"}
    both = place("팔호광장~육림고개 사고")
    assert both.title == "팔호광장~육림고개"
    assert {*there.link_ids} < {*both.link_ids}


def test_one_place_is_the_road_there_in_both_directions_or_in_the_one_that_is_stated() -> None:
    both = place("팔호광장 사고")
    assert (both.title, len(both.link_ids)) == ("팔호광장", 4)
    points = SearchHit(kind=PlaceKind.PLACE, id="", title="여기", lon=127.7289, lat=37.8801)
    assert place("사고", ChosenPlaces(points)).link_ids


@pytest.mark.parametrize(
    ("text", "field", "code", "is_any_near"),
    [
        ("없는곳→팔호광장 사고", "start", "not_found", False),
        ("팔호광장→없는곳 사고", "end", "not_found", False),
        ("중앙로 공사", "start", "ambiguous", True),
        ("팔호광장→팔호광장 사고", "end", "same_place", False),
        ("춘천IC 사고", "start", "not_found", True),
        ("팔호광장 사거리 사고", "start", "not_found", True),
    ],
)
def test_a_place_that_is_not_clear_is_said_at_its_field_with_what_is_near(
    text: str, field: str, code: str, *, is_any_near: bool
) -> None:
    [trouble] = place(text).troubles
    assert (trouble.field, trouble.code, bool(trouble.choices)) == (field, code, is_any_near)
    for choice in trouble.choices[:1]:
        assert place("사고", ChosenPlaces(choice)).link_ids


def test_a_full_closure_has_a_way_round_and_names_the_stops_that_are_left_out() -> None:
    ids = place("명동입구~중앙로터리 행사").link_ids
    found = round_of(GRAPH, ids, ())
    assert found is not None
    way, text = found
    assert {*ids}.isdisjoint(way.links)
    assert text.to("ko")
    stops = left_out(GRAPH, place("춘천역→강원대학교 행사").link_ids)
    assert stops
    assert all(stop.routes for stop in stops)


def test_links_that_are_given_are_called_after_their_road() -> None:
    assert of_links(["2501000100"], CITY).title == "중앙로"
