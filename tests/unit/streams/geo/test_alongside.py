"""One piece of road, however a network draws it: the two sides of a real street share no ids.

The streets are drawn in metres around a point: x to the east, y to the north.
"""

import math
from dataclasses import replace

import pytest

from streams.domain.works.directions import Directions
from streams.geo.alongside import foot_of
from streams.geo.measures import Point
from streams.geo.network import Link, Network, Overlay, Stop
from streams.geo.placement import place
from tests.cities import builder
from tests.cities.builder import HERE, link
from tests.cities.builder import metres as at


def line(name: str, *spots: tuple[float, float], kind: str = "section", road: str = "") -> Link:
    """A link through spots; a section "A>B" has the stops A and B."""
    return link(name, *(at(*spot) for spot in spots), kind=kind, road_name=road)


def city(
    *links: Link, names: dict[str, str] | None = None, overlay: tuple[Overlay, ...] = ()
) -> Network:
    stops = tuple(Stop(stop, name, *HERE) for stop, name in (names or {}).items())
    return builder.city(*links, stops=stops, overlay=overlay)


def on(network: Network, x: float, y: float, road: str = "") -> set[str]:
    return set(place(network, point=at(x, y), road_name=road)[0])


# A street to the east: its sides are 16 m apart, its stops 40 m; ids and ends are other ones.
STREET = (line("A>B", (0, 0), (400, 0)), line("C>D", (440, 16), (40, 16)))


@pytest.mark.parametrize("y", [-20, 0, 5, 8, 16, 40])
def test_a_point_takes_both_sides_of_a_street_from_anywhere_on_it(y: float) -> None:
    assert on(city(*STREET), 200, y) == {"A>B", "C>D"}


def test_a_cross_street_stays_open() -> None:
    crossed = city(
        *STREET, line("N>S", (200, 300), (200, -300)), line("S>N", (212, -300), (212, 300))
    )
    assert on(crossed, 150, 0) == {"A>B", "C>D"}
    assert on(crossed, 205, 150) == {"N>S", "S>N"}


def test_the_parallel_street_beyond_stays_open() -> None:
    beyond = city(*STREET, line("P>Q", (0, 70), (400, 70)), line("Q>P", (400, 82), (0, 82)))
    assert on(beyond, 200, 16) == {"A>B", "C>D"}


@pytest.mark.parametrize(("degrees", "is_same"), [(0, True), (25, True), (35, False), (90, False)])
def test_lines_within_30_degrees_are_one_road(degrees: float, *, is_same: bool) -> None:
    x, y = 60 * math.cos(math.radians(degrees)), 60 * math.sin(math.radians(degrees))
    slanting = line("X>Y", (200 + x, y), (200 - x, -y))
    assert ("X>Y" in on(city(STREET[0], slanting), 200, 0)) == is_same


def test_what_follows_on_the_same_road_stays_open() -> None:
    long = city(*STREET, line("B>E", (440, 0), (800, 0)))
    assert on(long, 200, 0) == {"A>B", "C>D"}
    assert on(long, 600, 0) == {"B>E"}
    close = city(*STREET, line("B>E", (415, 0), (800, 0)))
    assert on(close, 395, 0) == {"A>B", "C>D"}


def test_every_layer_of_the_road_is_taken() -> None:
    layers = city(
        *STREET,
        line("A>E", (0, 2), (820, 2)),  # an express section that leaves a stop out
        line("2250000100", (-50, 4), (230, 4), kind="standard"),
        line("2250000200", (230, 11), (-50, 11), kind="standard"),
        line("2250000300", (230, 4), (500, 4), kind="standard"),
    )
    assert on(layers, 120, 0) == {"A>B", "C>D", "A>E", "2250000100", "2250000200"}


def test_sections_over_a_closed_standard_link_are_closed_where_their_way_leads_over_it() -> None:
    corner = line("A>B", (0, 0), (400, 400))  # its road goes round the corner at (400, 0)
    far = line("F>G", (600, 0), (900, 0))
    along = line("2250000100", (0, 0), (900, 0), kind="standard")
    overlay = tuple(Overlay(along.id, section, 0.5) for section in ("A>B", "F>G"))
    bent = city(corner, along, far, overlay=overlay)
    assert on(bent, 200, 5) == {along.id, "A>B"}
    assert on(bent, 800, 5) == {along.id, "F>G"}


def test_a_section_that_begins_just_before_the_next_junction_stays_open() -> None:
    """A stop stands a little before its junction, so the next section begins on this link too."""
    link = line("2250000100", (0, 0), (300, 0), kind="standard")
    arrives, goes_on = line("A>B", (-100, -4), (285, -4)), line("B>C", (285, -4), (600, -4))
    drawn = tuple(replace(section, is_drawn=False) for section in (arrives, goes_on))
    overlay = (Overlay(link.id, "A>B", 0.74), Overlay(link.id, "B>C", 0.05))
    street = city(*drawn, link, overlay=overlay)
    assert on(street, 150, 0) == {link.id, "A>B"}
    assert set(place(street, link_ids=[link.id])[0]) == {link.id, "A>B"}


@pytest.mark.parametrize(("y", "is_taken"), [(32, True), (44, True), (60, False)])
def test_stops_that_face_each_other_across_a_wide_street_are_one_street(
    y: float, *, is_taken: bool
) -> None:
    assert ("D>C" in on(city(STREET[0], line("D>C", (380, y), (20, y))), 200, 0)) == is_taken


def test_stops_of_the_same_names_are_one_street_though_their_lines_run_apart() -> None:
    back = line("B2>A2", (500, 70), (60, 70))
    named = {"A": "시청", "B": "역전", "A2": "시청", "B2": "역전"}
    assert on(city(STREET[0], back, names=named), 200, 0) == {"A>B", "B2>A2"}
    assert on(city(STREET[0], back, names={**named, "A2": "교육청"}), 200, 0) == {"A>B"}


def test_a_straight_line_over_kilometres_is_no_road_that_it_happens_to_cross() -> None:
    chord = line("X>Y", (-4_000, -1_100), (4_400, 1_100))  # crosses the street at 15 degrees
    assert on(city(*STREET, chord), 200, 0) == {"A>B", "C>D"}
    assert on(city(*STREET, chord), 201, 8) == {"A>B", "C>D"}


def test_a_straight_line_over_kilometres_is_a_road_where_there_is_no_other() -> None:
    there, back = line("X>Y", (-4_000, 0), (4_400, 0)), line("V>W", (4_300, 12), (-4_100, 12))
    assert on(city(there, back), 200, 30) == {"X>Y", "V>W"}


def test_a_drawn_road_counts_before_a_straight_line_that_cuts_its_corner() -> None:
    corner = line("A>B", (0, 0), (400, 400))
    drawn = line("1", (0, 0), (400, 0), (400, 400), kind="standard")
    assert on(city(corner, drawn), 40, 20) == {"1"}  # 14 m from the one, 20 m from the other


def test_lines_of_another_name_are_left_out_where_the_road_is_named() -> None:
    twins = city(
        line("1", (0, 0), (400, 0), kind="standard", road="중앙로"),
        line("2", (400, 10), (0, 10), kind="standard", road="중앙로"),
        line("3", (0, 20), (400, 20), kind="standard", road="중앙로측도"),
    )
    assert on(twins, 200, 22, "중앙로") == {"1", "2"}


def test_a_standard_link_id_stands_for_both_directions_of_its_road_and_their_sections() -> None:
    overlay = (Overlay("1", "A>B", 1.0), Overlay("2", "C>D", 1.0))
    pair = city(
        *STREET,
        line("1", (0, 4), (400, 4), kind="standard"),
        line("2", (400, 12), (0, 12), kind="standard"),
        line("3", (400, 4), (800, 4), kind="standard"),
        line("4", (200, 4), (200, 300), kind="standard"),
        overlay=overlay,
    )
    links, by = place(pair, link_ids=("1",))
    assert (set(links), by) == ({"1", "2", "A>B", "C>D"}, "link_id")
    assert set(Directions(pair).pick(links, "동행")) == {"1", "A>B"}
    assert set(Directions(pair).pick(links, "종점방향", named=("2",))) == {"2", "C>D"}


def test_each_part_of_a_geometry_lies_by_itself() -> None:
    streets = city(*STREET, line("E>F", (600, 0), (1_200, 0)), line("G>H", (1_400, 0), (1_900, 0)))
    drawn = [at(50, 5), at(350, 5), at(1_450, 5), at(1_850, 5)]
    assert set(place(streets, geometry=drawn, parts=(0, 2))[0]) == {"A>B", "C>D", "G>H"}
    assert "E>F" in place(streets, geometry=drawn)[0]


@pytest.mark.parametrize(("off_m", "by"), [(25, "geometry"), (60, "geometry"), (100, "nowhere")])
def test_a_line_beside_a_road_lies_on_it_within_80_m(off_m: float, by: str) -> None:
    # a section's straight line cuts the curves of its road
    assert place(city(*STREET), geometry=[at(100, -off_m), at(300, -off_m)])[1] == by
    nearer = place(city(*STREET), geometry=[at(100, -60), at(300, -60)], point=at(200, 0))
    assert nearer[1] == "point"


def ring(x1: float, y1: float, x2: float, y2: float) -> list[Point]:
    return [at(x1, y1), at(x2, y1), at(x2, y2), at(x1, y2), at(x1, y1)]


CROSSED = city(
    *STREET,
    line("N>S", (200, 300), (200, -300)),
    line("S>N", (212, -300), (212, 300)),
    line("P>Q", (0, 120), (400, 120)),
)


def test_a_section_over_standard_links_lies_where_they_lie_and_not_on_its_straight_line() -> None:
    drawn = line("1", (0, 0), (400, 0), kind="standard")
    covered = replace(line("A>B", (-200, 12), (600, 12)), is_drawn=False)
    assert on(city(drawn, covered), 200, 0) == {"1"}
    assert on(city(drawn, covered, overlay=(Overlay("1", "A>B", 0.5),)), 200, 0) == {"1", "A>B"}


def test_a_thin_ring_follows_its_road_over_several_links() -> None:
    row = city(*STREET, line("B>E", (440, 0), (800, 0)))
    links, _ = place(row, geometry=ring(100, -20, 700, -12))
    assert {"A>B", "C>D", "B>E"} <= set(links)


@pytest.mark.parametrize(
    ("corners", "taken"),
    [
        ((40, -4, 380, 20), {"A>B", "C>D"}),  # along the street and over the crossing
        ((100, -10, 150, 25), {"A>B", "C>D"}),
        ((90, -30, 110, -10), {"A>B", "C>D"}),  # on the footway
        ((195, 25, 217, 280), {"N>S", "S>N"}),
        ((150, -20, 330, 60), {"A>B", "C>D"}),  # more of the street than of the side street
        ((150, 40, 190, 80), {"N>S", "S>N"}),
    ],
)
def test_a_ring_closes_the_road_it_lies_in_and_no_side_street(
    corners: tuple[float, float, float, float], taken: set[str]
) -> None:
    assert set(place(CROSSED, geometry=ring(*corners))[0]) == taken


def test_a_ring_round_a_corner_closes_both_roads() -> None:
    outline = [(90, -8), (220, -8), (220, 200), (190, 200), (190, 22), (90, 22), (90, -8)]
    links, _ = place(CROSSED, geometry=[at(*spot) for spot in outline])
    assert {"A>B", "C>D", "N>S", "S>N"} <= set(links)


def test_a_line_across_a_street_takes_the_street_it_runs_along() -> None:
    links, _ = place(CROSSED, geometry=[at(206, -250), at(206, 250)])
    assert set(links) == {"N>S", "S>N"}


def test_the_foot_of_a_place_says_how_far_it_lies_past_the_end() -> None:
    foot = foot_of(at(430, 40), STREET[0].geometry)
    assert (round(foot.off_m), round(foot.beyond_m), round(foot.bearing_deg)) == (50, 30, 90)
    assert foot_of(at(3, 4), (at(0, 0),)).off_m == pytest.approx(5, abs=0.01)
