from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from producers.simulator.city import build_city
from streams.domain.roads.street_nodes import stop_groups
from streams.domain.roads.streets import StreetStretch, stop_pairs, streets
from streams.geo.measures import Point
from streams.geo.network import Link, Network, Overlay, Stop
from tests.cities import builder
from tests.cities.grid import grid

STEP_DEG = 0.004  # about 352 m of longitude at 37.88 N


def link(a: str, b: str, road: str = "", *, kind: str = "section", **own: Point) -> Link:
    ends = own.get("start", point(a)), own.get("end", point(b))
    name = f"{a} → {b}" if kind == "section" else road
    return builder.link(f"{a}>{b}", *ends, kind=kind, name=name, road_name=road)


def point(node: str) -> Point:
    """A1 stands one step east of A0, and B0 one step north of it."""
    return 127.7 + STEP_DEG * int(node[1:]), 37.88 + STEP_DEG * (ord(node[0]) - ord("A"))


def both(*nodes: str, road: str = "", kind: str = "section") -> list[Link]:
    return [link(x, y, road, kind=kind) for a, b in pairwise(nodes) for x, y in ((a, b), (b, a))]


def network(links: Sequence[Link], stops: Sequence[Stop] = ()) -> Network:
    return builder.city(*links, stops=tuple(stops))


def names(found: Sequence[StreetStretch]) -> list[str]:
    return [stretch.name for stretch in found]


def test_a_road_is_cut_where_another_road_meets_it() -> None:
    along = both("A0", "A1", "A2", "A3", road="중앙로")
    found = streets(network([*along, *both("A2", "B2", road="소양로")]))
    assert names(found) == ["중앙로 A0~A2", "중앙로 A2~A3", "소양로 A2~B2"]
    assert found[0].passes == ("A1",)
    assert found[0].crosses == ((), ("소양로",))
    assert (found[0].from_name, found[0].to_name) == ("A0", "A2")


def test_a_stretch_holds_the_way_there_then_the_way_back() -> None:
    [stretch] = streets(network(both("A0", "A1", "A2", road="중앙로")))
    assert stretch.links == ("A0>A1", "A1>A2", "A2>A1", "A1>A0")
    assert stretch.nodes == ("A0", "A1", "A2")
    assert stretch.id == "A0>A1~A1>A0"


def test_a_stretch_of_one_pair_has_the_id_of_its_link() -> None:
    [stretch] = streets(network(both("A0", "A1", road="중앙로")))
    assert stretch.id == "A0>A1"


def test_a_road_that_forks_is_cut_at_the_fork() -> None:
    links = [*both("A0", "A1", "A2", road="중앙로"), *both("A1", "B1", road="중앙로")]
    assert names(streets(network(links))) == ["중앙로 A0~A1", "중앙로 A1~A2", "중앙로 A1~B1"]


def test_a_ring_that_nothing_meets_is_one_stretch() -> None:
    ring = [*both("A0", "A1", "B1", "B0", road="순환로"), *both("B0", "A0", road="순환로")]
    [stretch] = streets(network(ring))
    assert len(stretch.links) == len(ring)


def test_without_road_names_each_pair_of_stops_is_a_stretch() -> None:
    assert names(streets(network(both("A0", "A1", "A2")))) == ["A0~A1", "A1~A2"]


def test_stops_of_one_name_on_two_sides_of_a_street_are_one_node() -> None:
    sides = [
        ("명동", "S1", 0.0),
        ("명동", "S2", 0.0002),
        ("시장", "T1", 0.004),
        ("시장", "T2", 0.0042),
    ]
    stops = [Stop(stop_id, name, 127.7 + east, 37.88) for name, stop_id, east in sides]
    at = {stop.id: (stop.lon, stop.lat) for stop in stops}
    links = [
        link("S1", "T1", start=at["S1"], end=at["T1"]),
        link("T2", "S2", start=at["T2"], end=at["S2"]),
    ]
    [stretch] = streets(network(links, stops))
    assert (stretch.name, stretch.links) == ("명동~시장", ("S1>T1", "T2>S2"))


def test_namesakes_far_apart_stay_apart() -> None:
    stops = [
        Stop(f"S{n}", "발산2리", 127.7 + east, 37.88) for n, east in enumerate((0, 0.003, 0.02))
    ]
    assert stop_groups(network([], stops)) == {"S0": "S0", "S1": "S0", "S2": "S2"}


def test_a_way_back_between_stops_of_other_names_is_taken_up() -> None:
    there = link("A0", "A1")
    back = link("C1", "C0", start=(127.7041, 37.8801), end=(127.7001, 37.8801))
    [stretch] = streets(network([there, back]))
    assert (stretch.name, stretch.links) == ("A0~A1", ("A0>A1", "C1>C0"))


def test_a_parallel_road_two_streets_away_is_another_stretch() -> None:
    there = link("A0", "A1")
    back = link("C1", "C0", start=(127.704, 37.883), end=(127.7, 37.883))
    assert len(streets(network([there, back]))) == 2


def test_standard_links_bring_the_sections_they_speak_for() -> None:
    standard = both("A0", "A1", road="중앙로", kind="standard")
    section = replace(link("S0", "S1", "중앙로"), is_drawn=False)
    laid = replace(network([*standard, section]), overlay=(Overlay("A0>A1", "S0>S1", 1.0),))
    road, pair = streets(laid)
    assert (road.road_name, road.links) == ("중앙로", ("A0>A1", "S0>S1", "A1>A0"))
    assert pair.name == "중앙로 S0~S1"


def test_a_section_that_only_begins_on_a_stretch_belongs_to_the_next_one() -> None:
    standard = both("A0", "A1", road="중앙로", kind="standard")
    section = replace(link("S1", "S2", "중앙로"), is_drawn=False)
    brief = replace(network([*standard, section]), overlay=(Overlay("A0>A1", "S1>S2", 0.05),))
    assert streets(brief)[0].links == ("A0>A1", "A1>A0")


def test_a_long_section_over_all_of_a_short_link_belongs_to_its_stretch() -> None:
    standard = [replace(x, length_m=40) for x in both("A0", "A1", road="중앙로", kind="standard")]
    section = replace(link("S1", "S2", "중앙로"), is_drawn=False)
    whole = replace(network([*standard, section]), overlay=(Overlay("A0>A1", "S1>S2", 0.11),))
    assert streets(whole)[0].links == ("A0>A1", "S1>S2", "A1>A0")


def test_ends_without_a_name_are_called_after_the_cross_street() -> None:
    links = [
        *both("A0", "A1", road="중앙로", kind="standard"),
        *both("A1", "B1", road="소양로", kind="standard"),
    ]
    assert names(streets(network(links))) == ["중앙로 끝~소양로", "소양로 중앙로~끝"]


def test_stop_pairs_are_cut_finer_than_streets() -> None:
    road = network(both("A0", "A1", "A2", road="중앙로"))
    assert names(stop_pairs(road)) == ["중앙로 A0~A1", "중앙로 A1~A2"]


def test_no_links_have_no_streets() -> None:
    assert streets(network([])) == ()


@pytest.mark.parametrize("whole", [build_city(), grid(200)], ids=["city", "grid"])
def test_every_link_is_in_a_stretch_and_one_of_a_road_in_exactly_one(whole: Network) -> None:
    found = streets(whole)
    held = Counter(link_id for stretch in found for link_id in stretch.links)
    assert set(held) == set(whole.index)
    kind = "standard" if whole.overlay else "section"
    assert {held[link.id] for link in whole.links if link.kind == kind} == {1}
    assert len({stretch.id for stretch in found}) == len(found)
