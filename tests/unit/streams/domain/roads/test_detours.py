from dataclasses import replace

import pytest

from producers.simulator.city import build_city
from producers.simulator.streets import build_streets
from streams.domain.roads.detours import Detour, detour, detour_words
from streams.domain.roads.graph import RoadGraph
from streams.geo.network import Overlay
from tests.cities.builder import node, town
from tests.cities.fakes import STANDARD, street
from tests.cities.ways import A_B, B_A, crossroads, kerb, way
from tests.texts import both


def test_the_way_round_one_block_is_three_sides_of_the_next_one() -> None:
    found = way(town(4, 2), [A_B], [A_B])
    assert found.links == (
        f"{node(1, 0)}>{node(1, 1)}",
        f"{node(1, 1)}>{node(2, 1)}",
        f"{node(2, 1)}>{node(2, 0)}",
    )
    assert (found.length_m, found.extra_m) == (1200, 800)


def test_a_closed_street_beside_makes_the_way_longer() -> None:
    found = way(town(4, 3), [A_B, f"{node(1, 1)}>{node(2, 1)}"], [A_B])
    assert found.extra_m == 1600


def test_there_is_no_way_round_on_a_street_without_neighbours() -> None:
    assert detour(RoadGraph(town(4, 1)), [A_B], [A_B]) is None


def test_a_way_round_of_more_than_15_km_is_none() -> None:
    rungs = {f"{node(x, 0)}>{node(x, 1)}" for x in range(1, 40)}
    long = town(40, 2, missing=frozenset(rungs))
    assert detour(RoadGraph(long), [A_B], [A_B]) is not None
    slow = replace(
        long,
        links=tuple(replace(x, length_m=9_000) if "N0.1" in x.id else x for x in long.links),
    )
    assert detour(RoadGraph(slow), [A_B], [A_B]) is None


def test_an_unknown_place_has_no_way_round_and_an_unknown_closure_shuts_nothing() -> None:
    graph = RoadGraph(town(3, 2))
    assert detour(graph, [], ["nowhere"]) is None
    assert detour(graph, [], []) is None
    assert detour(graph, ["nowhere", A_B], [A_B]) is not None


@pytest.mark.parametrize("around", [[A_B, B_A], [A_B], [A_B, "elsewhere"]])
def test_links_against_the_first_are_no_part_of_the_run(around: list[str]) -> None:
    assert way(town(4, 2), [A_B, B_A], around).extra_m == 800


def test_links_in_any_order_make_one_run() -> None:
    second = f"{node(2, 0)}>{node(3, 0)}"
    first, other = way(town(4, 2), [A_B, second], [A_B, second]), [second, A_B]
    assert way(town(4, 2), [A_B, second], other) == first
    assert first.around == (A_B, second)
    assert first.extra_m == 800


def test_a_way_takes_its_length_at_free_flow_and_ten_seconds_a_turn() -> None:
    graph = RoadGraph(town(3, 3))
    for end, cost_ms in (((2, 0), 57_600), ((1, 1), 67_600)):  # 400 m at 50 km/h is 28.8 s
        corner = [f"{node(0, 0)}>{node(1, 0)}", f"{node(1, 0)}>{node(*end)}"]
        found = graph.between(graph.run_of(corner), frozenset())
        assert found is not None
        assert found.cost_ms == cost_ms


def test_a_closed_section_shuts_its_standard_links_and_the_other_way_round() -> None:
    network = town(4, 2, carried=frozenset({A_B, f"{node(1, 1)}>{node(2, 1)}"}))
    graph = RoadGraph(network)
    assert detour(graph, [], [A_B]) == Detour(
        (f"T{A_B}",), 400, 0, (f"T{A_B}",), (127.704, 37.88), (127.708, 37.88)
    )
    for closed in (A_B, f"T{A_B}"):
        assert way(network, [closed], [A_B]).extra_m == 800
    far = f"T{node(1, 1)}>{node(2, 1)}"
    assert far in way(network, [A_B], [A_B]).links
    assert detour(graph, [A_B, far.removeprefix("T")], [A_B]) is None


def test_of_a_section_shut_with_one_of_its_standard_links_the_others_stay_open() -> None:
    whole = street()
    other = replace(whole.links[-1], id="2250009900")
    pairs = (Overlay(STANDARD, "S1>S2", 0.5), Overlay(other.id, "S1>S2", 0.5))
    graph = RoadGraph(replace(whole, links=(*whole.links, other), overlay=pairs))
    index = graph.network.index
    assert index[other.id] in graph.blocked(["S1>S2"])
    assert index[other.id] not in graph.blocked(["S1>S2", STANDARD])


def test_a_section_that_its_standard_links_do_not_carry_is_driven_itself() -> None:
    graph = RoadGraph(street())  # one standard link over 0.8 of the first section
    assert graph.blocked(["S1>S2"]) == {graph.network.index[x] for x in ("S1>S2", STANDARD)}
    assert graph.run_of(["S1>S2"]) == (graph.network.index["S1>S2"],)


def test_the_words_name_where_to_leave_the_roads_and_where_to_come_back() -> None:
    ko, en = both(detour_words(way(town(4, 2), [A_B], [A_B]), town(4, 2)))
    assert ko == "1로0거리에서 1세로로 들어가 1가로를 지나 2로0거리에서 다시 나오시면 됩니다"
    assert en == "At 1로0거리 turn into 1세로, go on past 1가로 and rejoin at 2로0거리"


def test_nobody_is_sent_back_along_the_closed_road_first() -> None:
    city = build_city()
    streets = build_streets()
    [street] = [x for x in streets.links if x.name == "크로바A → 한국전력공사"]
    closed = city.links[city.index[street.id]]
    found = way(city, [closed.id], [closed.id])
    assert city.links[city.index[found.links[0]]].road_name == closed.road_name
    ko = detour_words(found, city).to("ko")
    assert ko == "팔호광장에서 백령로로 들어가 후석로를 지나 한국전력공사에서 다시 나오시면 됩니다"


@pytest.mark.parametrize(("y", "is_named"), [(-220, True), (-230, False)])
def test_a_crossing_is_called_after_a_stop_within_250_m(y: int, *, is_named: bool) -> None:
    network = replace(crossroads(), stops=(kerb("U1", 300, y),))
    found = way(network, ["W600>W900"], ["W600>W900"])
    assert detour_words(found, network).to("ko").startswith("U1 앞에서 ") is is_named
