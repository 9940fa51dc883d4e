"""A route as the stretch it drives: which links are where on it, and where a point lies."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streams.contract.records import BusPosition
from streams.domain.observed.courses import (
    LOOK_AHEAD,
    NEARER_M,
    SURELY_M,
    BusCourse,
    Place,
    Unit,
)
from streams.geo.measures import project
from streams.geo.network import Network, Overlay, Route
from tests.cities.builder import link, metres
from tests.cities.buses import course, seen, town, with_standards

TOWN = town()
MAIN = course(TOWN)
LAYERED = course(with_standards(TOWN))
along = st.floats(-500, 4500)


def units(network: Network, name: str = "R1") -> dict[str, tuple[int, int, bool]]:
    """The links of a route: from, to in whole metres, and whether a bus may avoid it alone."""
    return {
        unit.link_id: (round(unit.start_m), round(unit.end_m), unit.is_whole_road)
        for unit in course(network, name).units
    }


def test_without_standard_links_every_section_is_a_road() -> None:
    assert units(TOWN) == {f"M{n}>M{n + 1}": (400 * n, 400 * n + 400, True) for n in range(9)}


def test_a_standard_link_under_two_sections_is_one_and_the_sections_are_no_roads() -> None:
    found = units(with_standards(TOWN))
    assert found["T1"] == (200, 600, True)
    assert found["M1>M2"] == (400, 800, False)


def test_a_standard_link_of_the_other_direction_is_not_on_the_route() -> None:
    under = link("T", metres(600, 0), metres(200, 0), kind="standard")
    against = replace(TOWN, links=(*TOWN.links, under), overlay=(Overlay("T", "M1>M2", 0.5),))
    assert "T" not in units(against)


@pytest.mark.parametrize(("from_m", "is_driven"), [(-400, False), (-200, True), (0, True)])
def test_a_link_of_which_the_route_drives_a_small_part_is_not_driven(
    from_m: float, *, is_driven: bool
) -> None:
    """The link is 600 m long and ends 400 m behind the first stop."""
    under = link("T", metres(from_m, 0), metres(400, 0), kind="standard")
    network = replace(TOWN, links=(*TOWN.links, under), overlay=(Overlay("T", "M0>M1", 1.0),))
    assert ("T" in units(network)) is is_driven


def test_the_parts_of_a_link_far_apart_are_two_drives_of_it() -> None:
    """A route that drives a loop comes over its street again; neither part is the whole link."""
    rounds = Route("R1", "1", ("M0", "M1", "M2", "M1", "M2"))
    looped = replace(TOWN, routes=(rounds,))
    on_it = [unit for unit in course(looped).units if unit.link_id == "M1>M2"]
    assert on_it == [
        Unit(end_m, start_m, "M1>M2", is_whole_road=True)
        for end_m, start_m in ((800, 400), (1600, 1200))
    ]


@pytest.mark.parametrize(
    ("along_m", "order", "place"),
    [
        (0, 1, (0, 0)),
        (500, 2, (500, 0)),
        (800, 2, (800, 0)),  # where two sections meet it is on the first
        (900, 2, (900, 1)),
        (1900, 2, (1900, 3)),
        (2500, 2, (2000, 3)),  # beyond where it is looked for
        (300, 2, (400, 0)),  # behind the stop it has passed
    ],
)
def test_a_point_lies_on_the_sections_ahead_of_its_stop(
    along_m: float, order: int, place: tuple[float, int]
) -> None:
    found = MAIN.place(seen("a", 0, along_m, order=order))
    assert found is not None
    assert (round(found.along_m), found.ahead) == place


def test_how_far_a_point_is_off_its_line() -> None:
    found = MAIN.place(seen("a", 0, 500, aside_m=70))
    assert found is not None
    assert (round(found.off_m), round(found.along_m)) == (70, 500)


@pytest.mark.parametrize("order", [0, -1, 10, 11])
def test_beyond_the_route_a_bus_has_no_place(order: int) -> None:
    assert MAIN.place(seen("a", 0, 500, order=order)) is None


def test_a_bus_without_a_point_has_no_place() -> None:
    assert MAIN.place(replace(seen("a", 0, 500), lat=None)) is None


def test_a_section_that_the_network_lacks_has_no_place_and_no_length() -> None:
    broken = replace(TOWN, routes=(Route("R1", "1", ("M0", "M1", "N5", "N6")),))
    found = BusCourse.of(broken.routes[0], broken)
    assert list(found.ends_m) == [0, 400, 400, 800]
    assert [unit.link_id for unit in found.units] == ["M0>M1", "N5>N6"]
    assert found.place(seen("a", 0, 500, order=2)) is None
    assert [link.id for link in found.sections(1, 3)] == ["M0>M1", "N5>N6"]


def test_the_stops_between_two_places() -> None:
    assert MAIN.stops_between(390, 810) == [1, 2]
    assert MAIN.stops_between(400, 800) == [1]
    assert MAIN.stops_between(410, 790) == []


@given(along, st.floats(-300, 300), st.integers(1, 9))
@example(400.0, 0.0, 1)
@example(395.0, 8.0, 1)
def test_a_section_too_far_away_to_count_needs_no_measuring(
    along_m: float, aside_m: float, order: int
) -> None:
    row = seen("a", 0, along_m, aside_m=aside_m, order=order)
    assert MAIN.place(row) == measured_all(row, MAIN)


def measured_all(row: BusPosition, on: BusCourse) -> Place | None:
    """The place with every section ahead measured."""
    best: Place | None = None
    first = row.stop_order - 1
    for at, section in enumerate(on.geometry.links[first : first + LOOK_AHEAD]):
        assert section is not None
        part, off_m = project((row.lon or 0, row.lat or 0), section.geometry)
        if best is None or off_m < best.off_m - NEARER_M:
            best = Place(on.ends_m[first + at] + part * section.length_m, off_m, at)
        if off_m <= SURELY_M:
            break
    return best


@given(along, along)
def test_the_units_within_two_places_are_all_that_touch_them(from_m: float, to_m: float) -> None:
    touching = [
        (at, unit)
        for at, unit in enumerate(LAYERED.units)
        if unit.end_m >= from_m and unit.start_m <= to_m
    ]
    assert LAYERED.units_within(from_m, to_m) == touching
