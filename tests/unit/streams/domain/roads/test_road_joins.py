from dataclasses import replace

import pytest

from streams.domain.roads.detours import detour_words
from streams.domain.roads.graph import RoadGraph
from streams.domain.roads.joins import LocalPlane, joins, twins
from streams.geo.network import Link
from tests.cities.builder import city, node, town
from tests.cities.ways import A_B, B_A, EAST, WEST, crossroads, kerb, loose, way


def test_where_lines_cross_a_car_may_turn() -> None:
    found = way(crossroads(), ["W600>W900"], ["W600>W900"])
    # left at x = 300 before the closure, back at x = 1200 behind it
    assert found.links == ("U1>N1", "N1>N2", "N2>S9")
    assert found.leaves == pytest.approx((127.703, 37.88), abs=2e-5)
    assert detour_words(found, crossroads()).to("ko") == (
        "U1 앞에서 N1 앞 쪽으로 들어가 N2 앞을 지나 S9 앞에서 다시 나오시면 됩니다"
    )


def test_the_road_not_driven_counts_for_the_way_round() -> None:
    # up 500, along 900, down 500 in place of the 900 between the two crossings
    found = way(crossroads(), ["W600>W900"], ["W600>W900"])
    assert (found.length_m, found.extra_m) == pytest.approx((1900, 1000), abs=3)


def joined(*links: Link) -> list[tuple[int, float, int, float]]:
    plane = LocalPlane(links)
    found = joins([plane.line(at, link) for at, link in enumerate(links)])
    return [(x.a, round(x.u, 1), x.b, round(x.v, 1)) for x in found]


@pytest.mark.parametrize(
    ("x", "y", "far"),
    [(30, 0, False), (0, 50, False), (0, 70, True), (60, 60, True)],  # 50 units are 55 m north
)
def test_stops_of_one_junction_are_joined_within_60_m(x: int, y: int, *, far: bool) -> None:
    here, there = kerb("B", 800, 0), kerb("B2", 800 + x, y)
    arriving, leaving = loose(kerb("A", 0, 0), here), loose(there, kerb("C", 1600, 300))
    assert joined(arriving, leaving) == ([] if far else [(0, 1.0, 1, 0.0)])


def test_a_stop_beside_a_line_joins_it_within_25_m() -> None:
    along = loose(kerb("A", 0, 0), kerb("B", 1000, 0))
    ending = loose(kerb("C", 500, 400), kerb("D", 500, 20))
    beginning = loose(kerb("E", 500, 20), kerb("F", 500, 400))
    far = loose(kerb("G", 500, 400), kerb("H", 500, 25))
    assert joined(along, ending) == [(1, 1.0, 0, 0.5)]
    assert joined(along, beginning) == [(0, 0.5, 1, 0.0)]
    assert joined(along, far) == []


def test_lines_that_face_each_other_are_not_joined() -> None:
    there, back = (
        loose(kerb("A", 0, 0), kerb("B", 800, 0)),
        loose(kerb("C", 800, 20), kerb("D", 0, 20)),
    )
    assert joined(there, back) == []


def test_a_straight_line_of_more_than_2_km_crosses_nothing() -> None:
    across = loose(kerb("A", 0, 0), kerb("B", 1000, 0))
    for length, count in ((1700, 2), (1900, 0)):  # 1,890 m and 2,110 m
        up = loose(kerb("C", 500, -500), kerb("D", 500, length - 500))
        assert len(joined(across, up)) == count


def test_lines_that_share_a_quarter_are_two_roads() -> None:
    one = loose(kerb("A", 0, 0), kerb("B", 800, 0))
    for start, is_one in ((600, False), (300, True)):
        other = loose(kerb("C", start, 0), kerb("D", start + 900, 0))
        plane = LocalPlane([one, other])
        found = twins([plane.line(0, one), plane.line(1, other)])
        assert found == ({0: (1,), 1: (0,)} if is_one else {})


def test_a_car_turns_round_only_at_a_dead_end() -> None:
    network = town(3, 1)
    table = RoadGraph(network).table
    after = {
        network.links[table.pieces[at].place].id: [
            network.links[table.pieces[other].place].id for other, _ in follow
        ]
        for at, follow in enumerate(table.onward)
    }
    assert after[f"{node(0, 0)}>{node(1, 0)}"] == [A_B]
    assert after[A_B] == [B_A]


def test_lines_of_drawn_roads_cross_as_bridges() -> None:
    drawn = [replace(x, length_source="geometry") for x in crossroads().links]
    assert joined(*crossroads().links) != []
    assert joined(*drawn) == []


def test_an_express_section_over_a_closed_one_is_the_same_road() -> None:
    express = loose(WEST, EAST)
    network = replace(crossroads(), links=(*crossroads().links, express))
    graph = RoadGraph(network)
    assert graph.blocked(["W600>W900"]) == {1, len(network.links) - 1}
    assert graph.blocked([express.id]) == {0, 1, 2, len(network.links) - 1}


def test_nobody_turns_round_between_two_stops_that_face_each_other() -> None:
    there, back = kerb("A", 0, 0), kerb("B", 800, 0)
    facing = (kerb("B'", 800, 20), kerb("A'", 0, 20))
    beyond = kerb("C", 1600, 0)
    links = (loose(there, back), loose(*facing), loose(back, beyond), loose(beyond, facing[0]))
    network = city(*links, stops=(there, back, *facing, beyond))
    found = way(network, [], ["B>C"])
    assert "B'>A'" not in found.links
