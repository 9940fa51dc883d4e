"""Which partitions fold what is seen of a link."""

import math
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from streams.contract.topics import partition_of
from streams.geo.homes import CELL_M, REACH_M, Homes
from streams.geo.measures import Point, distance_m
from tests.cities.builder import city, link, metres
from tests.unit.laws.profile import tried

WIDE = 64  # partitions: hardly two cells share one

anywhere = st.floats(-9_000, 9_000)
near = st.floats(-REACH_M, REACH_M)
count = st.sampled_from([1, 2, 4, 7, WIDE])


def short(name: str, x: float, y: float) -> tuple[str, Point, Point]:
    return name, metres(x - 1, y), metres(x + 1, y)


def homes(*places: tuple[str, Point, Point], partitions: int = WIDE) -> Homes:
    return Homes(city(*(link(name, *ends) for name, *ends in places)), partitions)


def test_a_link_that_nobody_knows_is_at_home_in_the_first_partition_and_reaches_none() -> None:
    known = homes(short("A", 0, 0))
    assert known.home("no such link") == 0
    assert known.around(["no such link"]) == set()
    assert known.around([]) == set()


@given(x=anywhere, y=anywhere, partitions=count)
@tried(in_ci=60)
def test_what_concerns_a_link_reaches_its_home(x: float, y: float, partitions: int) -> None:
    known = homes(short("A", x, y), partitions=partitions)
    assert known.home("A") in known.around(["A"])
    assert known.around(["A"]) <= set(range(partitions))


@given(x=anywhere, y=anywhere, east=near, north=near)
@tried(in_ci=200)
def test_what_concerns_a_link_reaches_the_homes_of_all_links_within_600_m(
    x: float, y: float, east: float, north: float
) -> None:
    known = homes(short("A", x, y), short("B", x + east, y + north))
    apart_m = distance_m(metres(x, y), metres(x + east, y + north))
    if apart_m <= REACH_M * 0.99:
        assert known.home("B") in known.around(["A"])
        assert known.home("A") in known.around(["B"])


@given(x=anywhere, y=anywhere)
@tried(in_ci=60)
def test_a_link_reaches_four_cells_at_most_and_several_what_each_does(x: float, y: float) -> None:
    known = homes(short("A", x, y), short("B", x + 5000, y))
    assert 1 <= len(known.around(["A"])) <= 4
    assert known.around(["A", "B"]) == known.around(["A"]) | known.around(["B"])


def test_with_one_partition_everything_is_at_home_there() -> None:
    known = homes(short("A", 0, 0), short("B", 9000, 9000), partitions=1)
    assert (known.home("A"), known.home("B"), known.around(["A", "B"])) == (0, 0, {0})


def test_a_cell_is_4_km_wide_and_its_row_and_column_are_its_key() -> None:
    """So that another language can compute it."""
    metre = math.radians(1) * 6_371_008.8
    lon, lat = metres(0, 0)
    row, column = int(lat * metre / CELL_M), int(lon * metre * math.cos(math.radians(38)) / CELL_M)
    assert homes(short("A", 0, 0)).home("A") == partition_of(f"{row},{column}", WIDE)
    along = homes(*(short(f"L{n}", 100 * n, 0) for n in range(200)))
    places = [along.home(f"L{n}") for n in range(200)]
    edges = [n for n in range(1, 200) if places[n] != places[n - 1]]
    assert len(edges) in (4, 5)
    assert all(40 <= b - a <= 41 for a, b in pairwise(edges))
