"""A section's line and length learned from points of buses, drawn in metres."""

import math
from collections.abc import Sequence
from itertools import pairwise
from random import Random

import pytest

from producers.network.learning import learned
from streams.geo.measures import Point, distance_to_line_m, length_of_m
from streams.geo.network import Link
from tests.cities import builder
from tests.cities.builder import metres as at

Spot = tuple[float, float]
CORNER: list[Spot] = [(0, 0), (300, 0), (300, 200)]
HAIRPIN: list[Spot] = [(0, 0), (250, 0), (250, 120), (0, 120)]
ROUND: list[Spot] = [(0, 0), (400, 0), (400, 300), (0, 300), (0, 12)]


def along(spots: Sequence[Spot], way_m: float) -> Spot:
    for (x, y), (x2, y2) in pairwise(spots):
        piece_m = math.dist((x, y), (x2, y2))
        if way_m <= piece_m:
            return x + (x2 - x) * way_m / piece_m, y + (y2 - y) * way_m / piece_m
        way_m -= piece_m
    return spots[-1]


def length_m(spots: Sequence[Spot]) -> float:
    return sum(math.dist(a, b) for a, b in pairwise(spots))


def drive(spots: Sequence[Spot], chance: Random, every_m: float, noise_m: float) -> list[Point]:
    """Where a bus on this way was reported, from a random moment on."""
    whole_m, way_m, points = length_m(spots), chance.uniform(0, every_m), []
    while way_m < whole_m:
        x, y = along(spots, way_m)
        points.append(at(x + chance.gauss(0, noise_m), y + chance.gauss(0, noise_m)))
        way_m += every_m
    return points


def drives(
    spots: Sequence[Spot], count: int = 20, every_m: float = 160, noise_m: float = 8.0
) -> list[list[Point]]:
    chance = Random(7)
    found = [drive(spots, chance, every_m, noise_m) for _ in range(count)]
    return [points for points in found if points]


def section(spots: Sequence[Spot]) -> Link:
    return builder.link("A>B", at(*spots[0]), at(*spots[-1]))


def taught(spots: Sequence[Spot], seen: list[list[Point]]) -> Link:
    [link] = learned([section(spots)], {"A>B": seen})
    return link


@pytest.mark.parametrize("noise_m", [0.0, 8.0])
@pytest.mark.parametrize("spots", [CORNER, HAIRPIN, ROUND], ids=["corner", "hairpin", "round"])
def test_the_line_goes_where_the_buses_went(spots: list[Spot], noise_m: float) -> None:
    link = taught(spots, drives(spots, 40, noise_m=noise_m))
    assert link.length_source == "learned"
    assert link.length_m == pytest.approx(length_m(spots), rel=0.06)  # corners are cut
    assert (link.geometry[0], link.geometry[-1]) == section(spots).geometry
    way = [at(*spot) for spot in spots]
    assert max(distance_to_line_m(point, way) for point in link.geometry) < 20
    assert length_of_m(link.geometry) == pytest.approx(link.length_m, abs=1)


def test_noise_makes_no_straight_street_longer() -> None:
    straight: list[Spot] = [(0, 0), (400, 0)]
    assert taught(straight, drives(straight, 40)).length_m == pytest.approx(400, abs=8)


def test_two_drives_are_too_few_and_three_are_enough() -> None:
    seen = drives(CORNER, 3, every_m=60)
    assert taught(CORNER, seen[:2]) == section(CORNER)
    assert taught(CORNER, seen).length_source == "learned"


def test_a_few_buses_that_went_another_way_change_nothing() -> None:
    away: list[Spot] = [(0, 0), (0, -300), (600, -300), (600, 200), (300, 200)]
    seen = drives(CORNER, 12)
    assert taught(CORNER, [*seen, *drives(away, 3)]).length_m == pytest.approx(500, rel=0.05)


def test_buses_that_went_everywhere_teach_nothing() -> None:
    chance = Random(7)
    seen = [[at(chance.uniform(-300, 600), chance.uniform(-300, 500))] for _ in range(40)]
    assert taught(CORNER, seen) == section(CORNER)


def test_a_bus_that_stood_at_the_stop_all_the_while_shifts_nothing() -> None:
    chance = Random(7)
    standing = [at(chance.gauss(0, 4), chance.gauss(0, 4)) for _ in range(20)]
    seen = [[*standing, *points] for points in drives(CORNER)]
    assert taught(CORNER, seen).length_m == pytest.approx(500, rel=0.05)


def test_a_section_nobody_drove_stays_as_it_is() -> None:
    assert learned([section(CORNER)], {}) == [section(CORNER)]
