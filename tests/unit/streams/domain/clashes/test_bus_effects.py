from dataclasses import replace

import pytest

from streams.domain.roads.detours import bus_effects
from streams.geo.network import Network, Overlay, Route
from tests.cities.builder import node, town
from tests.cities.fakes import STANDARD, street


def line(*closed: int) -> tuple[Network, list[str]]:
    """Route 7 over six stops, with the sections that begin at these stops closed."""
    network = town(6, 1, routes=(Route("R7", "7", tuple(node(x, 0) for x in range(6))),))
    return network, [f"{node(x, 0)}>{node(x + 1, 0)}" for x in closed]


@pytest.mark.parametrize(
    ("closed", "skipped"),
    [
        ((2,), []),
        ((2, 3), [3]),
        ((1, 2, 3), [2, 3]),
        ((0, 1), [1]),
        ((3, 4), [4]),
        ((1, 3), []),
        ((0, 1, 3, 4), [1, 4]),
    ],
)
def test_the_stops_inside_a_closed_run_are_skipped(
    closed: tuple[int, ...], skipped: list[int]
) -> None:
    [effect] = bus_effects(*line(*closed))
    assert effect.skipped == tuple(node(x, 0) for x in skipped)
    assert effect.is_rerouted


def test_each_skipped_stop_has_its_nearest_served_one() -> None:
    [effect] = bus_effects(*line(0, 1, 2, 3))
    assert effect.served == {
        node(1, 0): node(0, 0),
        node(2, 0): node(0, 0),
        node(3, 0): node(4, 0),
    }


def test_a_closed_stop_is_skipped_though_the_bus_stays_on_its_road() -> None:
    network, _ = line()
    [effect] = bus_effects(network, [], closed_stops=[node(2, 0)])
    assert (effect.skipped, effect.is_rerouted) == ((node(2, 0),), False)
    assert effect.served == {node(2, 0): node(1, 0)}


def test_a_stop_passed_twice_is_served_if_it_is_once() -> None:
    stops = (*(node(x, 0) for x in range(4)), *(node(x, 0) for x in (2, 1)))
    network = town(4, 1, routes=(Route("R1", "1", stops),))
    closed = [f"{node(x, 0)}>{node(x + 1, 0)}" for x in (0, 1, 2)]
    [effect] = bus_effects(network, closed)
    assert effect.skipped == ()


def test_a_route_elsewhere_is_not_changed() -> None:
    network, _ = line()
    assert bus_effects(network, ["N9.9>N9.8"]) == []


def test_a_closed_standard_link_closes_the_sections_over_it() -> None:
    network = street()
    assert [x.route_id for x in bus_effects(network, [STANDARD])] == ["R1"]
    assert bus_effects(network, [STANDARD])[0].skipped == ("S2",)
    without = replace(network, overlay=(Overlay(STANDARD, "S1>S2", 0.8),))
    assert bus_effects(without, [STANDARD])[0].skipped == ()
