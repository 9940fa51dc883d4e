import json
import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.contract.errors import NetworkError
from streams.geo.measures import (
    EARTH_M,
    ROUNDING_M,
    Box,
    Point,
    bearing_deg,
    distance_m,
    distance_to_line_m,
    length_of_m,
    project,
)
from streams.geo.network import Network, Overlay
from tests.cities.fakes import LAT, LON, STANDARD, STEP, street

POINTS = st.tuples(st.floats(127.4, 128.1), st.floats(37.6, 38.2))
CORNERS = st.tuples(st.sampled_from([0.0, 1.0, 2.0]), st.sampled_from([0.0, 1.0, 2.0]))


def test_a_degree_of_latitude_is_111_km_and_of_longitude_shrinks_with_the_cosine() -> None:
    assert distance_m((127.7, 37.0), (127.7, 38.0)) == pytest.approx(111_195, abs=1)
    assert distance_m((127.0, 60.0), (127.001, 60.0)) == pytest.approx(111.195 / 2, rel=1e-4)


@pytest.mark.parametrize(
    ("to", "degrees"), [((0, 1), 0), ((1, 0), 90), ((0, -1), 180), ((-1, 0), 270)]
)
def test_a_bearing_counts_clockwise_from_north(to: tuple[float, float], degrees: int) -> None:
    assert bearing_deg((127.7, 37.9), (127.7 + to[0] * 1e-4, 37.9 + to[1] * 1e-4)) == degrees


@given(POINTS, POINTS)
def test_a_bearing_is_0_to_359(a: tuple[float, float], b: tuple[float, float]) -> None:
    assert 0 <= bearing_deg(a, b) <= 359


@pytest.mark.parametrize(
    ("lon", "part", "off_m"), [(0.25, 0.25, 0), (-1, 0, 439), (2, 1, 439), (0.5, 0.5, 0)]
)
def test_a_point_is_projected_onto_its_line(lon: float, part: float, off_m: float) -> None:
    line = ((LON, LAT), (LON + STEP, LAT))
    found, away = project((LON + STEP * lon, LAT), line)
    assert found == pytest.approx(part, abs=1e-9)
    assert away == pytest.approx(off_m, abs=1)


@given(POINTS, st.lists(POINTS, min_size=2, max_size=6))
def test_a_projection_lies_on_the_line_and_no_vertex_is_nearer(
    point: tuple[float, float], line: list[tuple[float, float]]
) -> None:
    part, away_m = project(point, line)
    assert 0 <= part <= 1
    # the flat projection is within 0.5 % of the sphere in a city of 60 km
    assert away_m <= min(distance_m(point, vertex) for vertex in line) * 1.005 + 1e-6


def project_all(point: Point, line: Sequence[Point]) -> tuple[float, float]:
    """The same with every piece measured."""
    scale, metres = math.cos(math.radians(point[1])), math.radians(1) * EARTH_M
    flat = [((x - point[0]) * scale * metres, (y - point[1]) * metres) for x, y in line]
    best, best_at, run = math.inf, 0.0, 0.0
    for (x1, y1), (x2, y2) in pairwise(flat):
        dx, dy = x2 - x1, y2 - y1
        piece = math.hypot(dx, dy)
        part = max(0.0, min(1.0, -(x1 * dx + y1 * dy) / piece**2)) if piece else 0.0
        away = math.hypot(x1 + dx * part, y1 + dy * part)
        if away < best:
            best, best_at = away, run + piece * part
        run += piece
    return (best_at / run if run else 0.0), best


@given(POINTS, st.lists(POINTS, min_size=1, max_size=20))
def test_what_is_left_out_of_a_projection_changes_no_bit_of_it(
    point: Point, line: list[Point]
) -> None:
    assert project(point, line) == project_all(point, line)


@given(st.sampled_from([(0, 0), (1, 0), (0, 2), (3, 3)]), st.lists(CORNERS, min_size=1))
def test_equally_near_pieces_count_as_the_first(point: Point, line: list[Point]) -> None:
    assert project(point, line) == project_all(point, line)


@given(POINTS, st.lists(POINTS, min_size=2, max_size=6))
def test_no_line_is_nearer_than_its_box(point: Point, line: list[Point]) -> None:
    least_m = Box.around(line).least_m(point)
    assert least_m <= distance_to_line_m(point, line)
    if len(set(line)) == 1:
        assert distance_to_line_m(point, line) - least_m <= ROUNDING_M * 2


def test_a_line_without_length_projects_to_its_start() -> None:
    part, away_m = project((LON, LAT), ((LON, LAT), (LON, LAT)))
    assert (part, away_m) == (0.0, 0.0)
    assert project((LON, LAT), ((LON, LAT),)) == (0.0, math.inf)


def test_near_links_come_nearest_first_and_none_is_further_than_asked() -> None:
    near = street().near((LON + STEP * 0.5, LAT + 0.0001), 300)
    assert [link.id for _, link in near] == ["S1>S2", "S2>S1", STANDARD, "S2>S3", "S3>S2"]
    assert [d for d, _ in near] == sorted(d for d, _ in near)
    assert near[0][0] == pytest.approx(11.1, abs=0.1)


@given(POINTS, st.floats(1, 3000))
def test_the_grid_of_cells_hides_no_link(point: tuple[float, float], radius_m: float) -> None:
    network = street()
    found = {link.id for _, link in network.near(point, radius_m)}
    wanted = {x.id for x in network.links if project(point, x.geometry)[1] <= radius_m}
    assert found == wanted


def test_a_network_file_gives_the_same_network_and_version() -> None:
    network = street()
    read = Network.loads(network.dumps())
    assert read == network
    assert read.version == network.version
    assert len(read.version) == 12


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "null", '{"city": 1}', street().dumps().replace("중앙로", "중앙대로", 1)],
)
def test_a_file_that_is_no_network_or_was_changed_is_refused(text: str) -> None:
    with pytest.raises(NetworkError, match=r"network\.json"):
        Network.loads(text)


def test_another_content_is_another_version() -> None:
    body = json.loads(street().dumps())
    assert body["version"] == street().version
    assert Network(city="Street", released="2026-11-23", links=()).version != body["version"]


def test_the_length_of_a_line_is_the_sum_of_its_pieces() -> None:
    line = [(LON, LAT), (LON + STEP, LAT), (LON + 2 * STEP, LAT)]
    assert length_of_m(line) == pytest.approx(2 * distance_m(line[0], line[1]))
    assert length_of_m(line[:1]) == 0


def test_links_are_found_by_id_and_standards_by_their_section() -> None:
    network = street()
    found = network.link("S3>S4")
    assert found is not None
    assert found.id == "S3>S4"
    assert network.link("?") is None
    assert [pair.standard_id for pair in network.standards_of["S2>S3"]] == [STANDARD]


@pytest.mark.parametrize(
    ("share", "link_m", "is_layer"),
    [
        (0.05, 300, False),
        (0.05, 60, True),
        (0.14, 300, False),
        (0.16, 300, True),
        (0.2, 300, True),
        (0.9, 300, True),
    ],
)
def test_a_link_is_a_layer_of_a_section_from_a_fifth_of_it_or_a_quarter_of_the_link_on(
    share: float, link_m: int, *, is_layer: bool
) -> None:
    whole = street()
    links = tuple(replace(x, length_m=link_m) if x.id == STANDARD else x for x in whole.links)
    laid = replace(whole, links=links, overlay=(Overlay(STANDARD, "S1>S2", share),))
    assert laid.layers_of == ({STANDARD: ("S1>S2",), "S1>S2": (STANDARD,)} if is_layer else {})
