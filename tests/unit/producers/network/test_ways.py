"""The way of a section along the standard links, on a block of streets drawn in metres."""

from dataclasses import replace
from typing import Any

import pytest

from producers.network.overlay import SegmentIndex, laid
from streams.geo.measures import Point, length_of_m
from streams.geo.network import Link
from tests.cities import builder
from tests.cities.builder import metres as at


def link(name: str, kind: str, *spots: tuple[float, float], ends: str = "--") -> Link:
    """A link between two nodes; a straight section's length has its detours in it."""
    points = [at(*spot) for spot in spots]
    if kind == "standard":
        own: dict[str, Any] = {"road_name": name}
    else:
        own = {"length_m": round(1.25 * length_of_m(points)), "length_source": kind}
    return builder.link(name, *points, kind=kind, from_id=ends[0], to_id=ends[1], **own)


def both(name: str, nodes: str, one: tuple[float, float], other: tuple[float, float]) -> list[Link]:
    """The two links of a street between two nodes, on one line."""
    return [
        link(name, "standard", one, other, ends=nodes),
        link(name + "-", "standard", other, one, ends=nodes[::-1]),
    ]


def spot_m(point: Point) -> tuple[int, int]:
    """Metres to the east and north of the origin."""
    (lon, lat), (east_lon, north_lat) = at(0, 0), at(1, 1)
    return round((point[0] - lon) / (east_lon - lon)), round((point[1] - lat) / (north_lat - lat))


STREETS = [
    *both("south", "AB", (0, 0), (400, 0)),
    *both("east", "BC", (400, 0), (400, 400)),
    *both("north", "CD", (400, 400), (0, 400)),
    *both("dead-end", "BE", (400, 0), (800, 0)),
]


def shares(
    *spots: tuple[float, float], streets: list[Link] = STREETS
) -> tuple[dict[str, float], Link]:
    """What lies under a section from spot to spot, and the section as it then is."""
    [section], overlay = laid([link("S>T", "section", *spots, ends="ST")], streets)
    return {pair.standard_id: pair.share for pair in overlay}, section


def test_a_section_round_a_corner_runs_over_the_links_of_its_way() -> None:
    found, section = shares((100, -8), (408, 300))
    assert found == pytest.approx({"south": 0.5, "east": 0.5}, abs=0.01)
    assert (section.length_m, section.length_source) == (600, "path")
    assert not section.is_drawn
    corner = ((100, 0), (400, 0), (400, 300))
    assert [spot_m(point) for point in section.geometry] == [pytest.approx(x) for x in corner]


def test_the_other_side_of_the_street_runs_over_the_links_the_other_way() -> None:
    found, _ = shares((392, 300), (100, 8))
    assert found == pytest.approx({"east-": 0.5, "south-": 0.5}, abs=0.01)


def test_a_right_turn_in_the_right_lane_is_shorter_than_the_links_by_their_lanes() -> None:
    wide = [replace(each, lanes=4) for each in STREETS]
    assert shares((392, 300), (100, 8), streets=wide)[1].length_m == 600 - 11  # 7 lanes of 3.25 / 2
    assert shares((100, -8), (408, 300), streets=wide)[1].length_m == 600  # to the left


def test_a_way_over_several_links_leaves_no_side_street_in() -> None:
    found, section = shares((100, -8), (100, 408))
    assert set(found) == {"south", "east", "north"}
    assert section.length_m == 1_000


def test_a_section_within_one_link_has_its_part() -> None:
    found, section = shares((50, -8), (350, -8))
    assert found == {"south": 1.0}
    assert section.length_m == 300


def test_no_bus_turns_round_between_two_stops() -> None:
    sides = [
        link("there", "standard", (0, 0), (400, 0), ends="AB"),
        link("back", "standard", (400, 60), (0, 60), ends="BA"),
    ]
    assert shares((300, -8), (300, 68), streets=sides)[0] == {}


def test_a_stop_stands_to_the_right_of_its_link() -> None:
    index = SegmentIndex(STREETS)
    for y, own, other in ((-8, "south", "south-"), (8, "south-", "south")):
        cost_m = {each.link.id: each.cost_m for each in index.beside(at(100, y))}
        assert cost_m[own] < cost_m[other]


def test_the_street_a_stop_stands_at_counts_before_one_further_off() -> None:
    lane = [link("lane", "standard", (0, 20), (400, 20), ends="FG")]
    assert shares((50, -8), (350, -8), streets=[*lane, *STREETS])[0] == {"south": 1.0}


def test_stops_no_standard_link_leads_between_keep_what_lies_beside_their_line() -> None:
    found, section = shares((100, -8), (1_400, -8))
    assert set(found) == {"south", "dead-end"}
    assert section.length_source == "section"  # half of it is unmeasured


def test_a_far_way_round_is_no_way_of_a_bus() -> None:
    hairpin = [
        *both("out", "AB", (0, 0), (2_000, 0)),
        *both("up", "BC", (2_000, 0), (2_000, 100)),
        *both("home", "CD", (2_000, 100), (0, 100)),
    ]
    assert shares((100, -8), (100, 108), streets=hairpin)[0] == {}


def test_two_stops_at_one_terminus_from_which_no_way_leads_round_have_none() -> None:
    assert shares((100, -8), (112, 8))[0] == {}


def test_from_one_side_of_a_terminus_to_the_other_the_way_is_round_the_block() -> None:
    block = [
        *STREETS,
        link("far", "standard", (800, 0), (800, 400), ends="EF"),
        link("top", "standard", (800, 400), (400, 400), ends="FC"),
    ]
    found, section = shares((300, -8), (312, 8), streets=block)
    assert set(found) == {"south", "south-"}  # where it begins and ends; the rest is a guess
    assert (section.length_source, section.is_drawn) == ("loop", False)
    assert section.length_m == pytest.approx(100 + 4 * 400 + 88, abs=3)


def test_of_two_ways_of_one_length_the_one_with_fewer_turns_is_driven() -> None:
    stairs = [
        *both("a", "AB", (0, 0), (200, 0)),
        *both("b", "BC", (200, 0), (200, 200)),
        *both("c", "CD", (200, 200), (400, 200)),
        *both("d", "DE", (400, 200), (400, 400)),
        *both("e", "BF", (200, 0), (400, 0)),
        *both("f", "FD", (400, 0), (400, 200)),
    ]
    assert set(shares((100, -8), (408, 300), streets=stairs)[0]) == {"a", "e", "f", "d"}
