import math
from itertools import pairwise

from producers.simulated import roads
from producers.simulated.city import build_city, shortest_path
from producers.simulated.shapes import along, flat_distance_m, shifted_right, smooth
from streams.domain.network import ROAD_CLASSES, Network, length_of_m


def test_same_tables_give_the_same_version(city: Network) -> None:
    assert city.version == build_city().version
    assert Network.loads(city.dumps()).version == city.version


def test_city_says_that_it_is_simulated(city: Network) -> None:
    assert city.is_simulated


def test_city_is_large_enough_to_look_like_one(city: Network) -> None:
    assert len(city.links) >= 150
    assert len(city.routes) >= 20
    assert len(city.places) >= 25


def test_every_stop_pair_of_every_route_is_a_link(city: Network) -> None:
    pairs = {f"{a}>{b}" for route in city.routes for a, b in pairwise(route.stops)}
    assert pairs <= set(city.index)


def test_every_link_is_there_in_both_directions(city: Network) -> None:
    assert {f"{link.to_id}>{link.from_id}" for link in city.links} == set(city.index)


def test_link_ids_are_unique_and_shaped_as_stop_pairs(city: Network) -> None:
    assert len(city.index) == len(city.links)
    assert all(link.id == f"{link.from_id}>{link.to_id}" for link in city.links)
    assert all(link.id.startswith("CCB250009") and len(link.id) == 25 for link in city.links)


def test_lengths_are_measured_along_the_shape(city: Network) -> None:
    for link in city.links:
        assert link.length_source == "geometry"
        assert math.isclose(link.length_m, length_of_m(link.geometry), abs_tol=0.6)


def test_links_fit_the_classes_and_speeds_of_their_roads(city: Network) -> None:
    assert {link.road_class for link in city.links} <= set(ROAD_CLASSES)
    assert {link.free_flow_kmh for link in city.links if link.road_class == "express"} == {80}
    assert all(30 <= link.free_flow_kmh <= 80 for link in city.links)


def test_every_stop_can_be_reached_from_every_other(city: Network) -> None:
    graph: dict[str, dict[str, float]] = {}
    for link in city.links:
        graph.setdefault(link.from_id, {})[link.to_id] = link.length_m
    first = city.stops[0].id
    assert all(shortest_path(graph, first, stop.id) for stop in city.stops[1:])


def test_standard_links_have_ten_digits_and_cover_most_of_the_city(city: Network) -> None:
    ids = [pair.standard_id for pair in city.overlay]
    assert len(set(ids)) == len(ids)
    assert all(len(text) == 10 and text.isdigit() and text.startswith("250") for text in ids)
    assert 0.6 <= len(ids) / len(city.links) <= 0.8


def test_every_link_lies_in_chuncheon(city: Network) -> None:
    points = [point for link in city.links for point in link.geometry]
    assert all(127.68 < lon < 127.78 and 37.83 < lat < 37.94 for lon, lat in points)


def test_no_route_turns_round_on_the_way(city: Network) -> None:
    for route in city.routes:
        turns = [
            a
            for a, _, c in zip(route.stops, route.stops[1:], route.stops[2:], strict=False)
            if a == c
        ]
        assert len(turns) <= 1, route.no  # the far terminus


def test_every_node_of_a_road_is_authored() -> None:
    for road in roads.ROADS:
        assert "/" not in road.path[0]
        assert "/" not in road.path[-1]


def test_curve_passes_through_its_points() -> None:
    points = [(127.0, 37.0), (127.01, 37.01), (127.02, 37.0)]
    assert [piece[0] for piece in smooth(points)] == points[:-1]
    assert [piece[-1] for piece in smooth(points)] == points[1:]


def test_direction_lies_to_the_right_of_the_road() -> None:
    north = [(127.0, 37.0), (127.0, 37.01)]
    moved = shifted_right(north, 5.0)
    assert all(lon > 127.0 for lon, _ in moved)
    assert math.isclose(flat_distance_m(north[0], moved[0]), 5.0, abs_tol=0.2)


def test_point_along_a_line_stays_on_it() -> None:
    line = [(127.0, 37.0), (127.0, 37.01)]
    assert along(line, -3.0) == line[0]
    assert along(line, 1e6) == line[-1]
    assert math.isclose(flat_distance_m(line[0], along(line, 300.0)), 300.0, abs_tol=0.1)
