"""The way that most buses take, of the few points at which each was seen."""

from hypothesis import given
from hypothesis import strategies as st

from streams.domain.observed.ways import (
    MAX_POINTS,
    MAX_WAYS,
    BusWay,
    most_driven,
    simplified,
    streets_of,
    with_ends,
    with_path,
)
from streams.geo.measures import Point, distance_m
from tests.cities.builder import city, link, metres

NORTH = [metres(100, 200), metres(700, 200)]
BETWEEN = [metres(400, 205)]
SOUTH = [metres(150, -300), metres(650, -300)]


def taken(*paths: list[Point]) -> tuple[BusWay, ...]:
    ways: tuple[BusWay, ...] = ()
    for path in paths:
        ways = with_path(ways, path)
    return ways


def test_the_way_of_most_buses_is_shown() -> None:
    ways = taken(SOUTH, NORTH, NORTH)
    assert [way.buses for way in ways] == [1, 2]
    assert distance_m(most_driven(ways)[0], NORTH[0]) < 1


def test_without_a_point_no_way_is_known() -> None:
    assert taken([]) == ()
    assert most_driven(()) == ()


def test_another_bus_makes_the_way_finer_in_driving_order() -> None:
    corner = [metres(100, 200), metres(400, 300), metres(700, 200)]
    [way] = taken(NORTH, [metres(400, 300)])
    assert way.buses == 2
    assert [round(distance_m(a, b)) for a, b in zip(way.points, corner, strict=True)] == [0, 0, 0]


def test_a_point_on_the_line_between_two_tells_nothing() -> None:
    [way] = taken(NORTH, BETWEEN)
    assert len(way.points) == 2


def test_the_least_driven_gives_room() -> None:
    far = [[metres(0, 1000 * n), metres(500, 1000 * n)] for n in range(1, 6)]
    ways = taken(far[0], far[0], far[1], far[1], *far[2:])
    assert len(ways) == MAX_WAYS
    assert [way.buses for way in ways] == [2, 2, 1]


points = st.tuples(st.integers(-2000, 2000), st.integers(-2000, 2000)).map(lambda xy: metres(*xy))


@given(st.lists(st.lists(points, max_size=14), max_size=6))
def test_what_is_kept_is_bounded(paths: list[list[Point]]) -> None:
    ways = taken(*paths)
    assert len(ways) <= MAX_WAYS
    assert all(0 < len(way.points) <= MAX_POINTS for way in ways)


@given(st.lists(points, max_size=12))
def test_a_simpler_line_keeps_its_ends_and_its_order(line: list[Point]) -> None:
    kept = simplified(line)
    rest = iter(line)
    assert all(point in rest for point in kept)
    assert (kept[:1], kept[-1:]) == (tuple(line[:1]), tuple(line[-1:]))


MAIN = link("A>B", metres(0, 0), metres(800, 0), road_name="중앙로")
SIDE = link("C>D", metres(0, 200), metres(800, 200), road_name="도청로", bearing_deg=90)
ACROSS = link("A>C", metres(400, 100), metres(400, 500), road_name="금강로", bearing_deg=0)
TOWN = city(MAIN, SIDE, ACROSS)


def test_a_way_is_called_by_the_streets_along_it_not_by_those_it_crosses_or_avoids() -> None:
    assert streets_of(NORTH, ["A>B"], TOWN) == ["도청로"]
    assert streets_of(NORTH, ["C>D"], TOWN) == []
    assert streets_of([], ["A>B"], TOWN) == []
    assert streets_of(SOUTH, ["A>B"], TOWN) == []  # no street is known there


def test_a_way_goes_from_the_beginning_of_what_it_avoids_to_its_end() -> None:
    ends = with_ends(NORTH, ["A>B"], TOWN)
    assert (ends[0], ends[-1]) == (MAIN.geometry[0], MAIN.geometry[-1])
    assert with_ends(NORTH, ["unknown"], TOWN) == ()
