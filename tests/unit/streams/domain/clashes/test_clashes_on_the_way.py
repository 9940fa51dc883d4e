from dataclasses import replace
from typing import Any

import pytest

from streams.contract.enums import Closure, Phase
from streams.contract.times import DAY_MS
from tests.cities.builder import node, stop, town
from tests.cities.sites import EAST_2, HOUR_MS, NOW_MS, ROUTE, Site, clashes, road


def test_a_full_closure_on_a_bus_route_names_the_route_and_its_skipped_stops() -> None:
    network = town(4, 2, routes=(ROUTE,))
    closed = Site("A", EAST_2 + road((2, 0), (3, 0)), closure=Closure.FULL)
    [clash] = clashes(closed, network=network)
    assert (clash.kind, clash.severity, clash.routes) == ("route", "high", ("R7",))
    assert clash.stops == (node(2, 0),)
    assert clashes(replace(closed, closure=Closure.PARTIAL), network=network) == []


@pytest.mark.parametrize(
    ("closure", "also"), [(Closure.BUS_STOP, ()), (Closure.SIDEWALK, (Closure.BUS_STOP,))]
)
def test_a_closed_bus_stop_is_the_one_by_the_work(
    closure: Closure, also: tuple[Closure, ...]
) -> None:
    at = stop(1, 0)
    work = Site("A", EAST_2, closure=closure, also_closed=also, lon=at.lon, lat=at.lat + 0.0001)
    [clash] = clashes(work, network=town(4, 2, routes=(ROUTE,)))
    assert (clash.kind, clash.severity, clash.stops) == ("stop", "high", (node(1, 0),))
    assert clash.routes == ("R7",)


def test_a_point_far_from_every_stop_closes_the_nearest_one() -> None:
    at = stop(1, 0)
    work = Site("A", EAST_2, closure=Closure.BUS_STOP, lon=at.lon + 0.0015, lat=at.lat)  # 132 m
    [clash] = clashes(work)
    assert clash.stops == (node(1, 0),)


def test_without_a_point_both_stops_of_the_section_may_be_closed() -> None:
    [clash] = clashes(Site("A", EAST_2, closure=Closure.BUS_STOP))
    assert clash.stops == (node(1, 0), node(2, 0))
    assert clash.severity == "low"  # no bus stops there


def test_a_work_on_the_way_round_a_closure_in_force_clashes_with_it() -> None:
    closed = Site("A", EAST_2, closure=Closure.FULL)
    beside = Site("B", road((1, 1), (2, 1)), phase=Phase.PLANNED, starts_ms=NOW_MS + DAY_MS)
    [clash] = clashes(closed, beside)
    assert (clash.kind, clash.severity, clash.works) == ("detour", "low", ("A", "B"))
    assert clash.links == beside.links
    assert clash.from_ms == NOW_MS + DAY_MS
    [worse] = clashes(closed, replace(beside, closure=Closure.FULL))
    assert worse.severity == "high"


@pytest.mark.parametrize(
    "change",
    [
        {"closure": Closure.PARTIAL},
        {"phase": "planned"},
        {"phase": "paused"},
        {"dig_ends_ms": NOW_MS + HOUR_MS},
    ],
)
def test_only_a_full_closure_in_force_sends_traffic_round(change: dict[str, Any]) -> None:
    closed = replace(Site("A", EAST_2, closure=Closure.FULL), **change)
    beside = Site("B", road((1, 1), (2, 1)), phase=Phase.PLANNED, starts_ms=NOW_MS + DAY_MS)
    assert clashes(closed, beside) == []


def test_both_directions_of_a_closure_have_their_way_round() -> None:
    closed = Site("A", EAST_2 + road((2, 0), (1, 0)), closure=Closure.FULL)
    for links in (road((1, 1), (2, 1)), road((2, 1), (1, 1))):
        [clash] = clashes(closed, Site("B", links))
        assert (clash.kind, clash.links) == ("detour", links)


def test_what_takes_no_lane_leaves_the_way_round_free() -> None:
    closed = Site("A", EAST_2, closure=Closure.FULL)
    assert clashes(closed, Site("B", road((1, 1), (2, 1)), closure=Closure.SIDEWALK)) == []


def test_a_way_round_that_nobody_is_told_of_cannot_be_dug_up() -> None:
    city = town(4, 2)
    top = road((1, 1), (2, 1))
    for length_m, count in ((15_600, 1), (15_601, 0)):  # extra: + 2 * 400 - 400
        links = tuple(
            replace(x, length_m=length_m - 1_000) if x.id in top else x for x in city.links
        )
        network = replace(city, links=links)
        closed = Site("A", EAST_2, closure=Closure.FULL)
        assert len(clashes(closed, Site("B", top), network=network)) == count
