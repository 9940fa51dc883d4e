import math
from collections import Counter
from itertools import pairwise

from producers.simulator import roads
from producers.simulator.city import EXPRESS, build_city, courses, route_stop_file
from producers.simulator.shapes import along, flat_distance_m, shifted_right, smooth
from producers.simulator.streets import build_streets, graph_of, measured, shortest_path
from streams.geo.measures import length_of_m
from streams.geo.network import ROAD_CLASSES, Link, Network


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


def sections(city: Network) -> list[Link]:
    return [link for link in city.links if link.kind == "section"]


def standards(city: Network) -> list[Link]:
    return [link for link in city.links if link.kind == "standard"]


def test_every_street_is_there_in_both_directions(city: Network) -> None:
    pairs = {(link.from_id, link.to_id) for link in standards(city)}
    assert {(b, a) for a, b in pairs} == pairs


def test_no_section_has_a_reverse_with_swapped_ids_as_in_life(city: Network) -> None:
    pairs = {(link.from_id, link.to_id) for link in sections(city)}
    assert not any((b, a) in pairs for a, b in pairs)


def test_the_two_sides_of_a_street_share_a_name_and_no_id(city: Network) -> None:
    names = Counter(stop.name for stop in city.stops)
    assert sum(count > 1 for count in names.values()) > 100
    assert len(city.stop_by_id) == len(city.stops)


def test_express_lines_pass_stops_by() -> None:
    streets = build_streets()
    passed = [
        len(leg) - 1
        for course in courses()
        if course.line.kind == EXPRESS
        for leg in course.legs
        if not any(streets.links[link].to_id.startswith("*") for link in leg[:-1])
    ]
    assert sum(map(bool, passed)) > 20


def test_the_route_stop_file_is_what_a_spreadsheet_made_of_it(city: Network) -> None:
    assert "07월 01일" in route_stop_file()
    assert "7-1" in {route.no for route in city.routes}


def test_without_the_node_link_no_road_has_a_name() -> None:
    bare = build_city(has_node_link=False)
    assert {link.road_name for link in bare.links} == {""}
    assert {len(link.geometry) for link in bare.links} == {2}


def test_link_ids_are_unique_and_shaped_as_stop_pairs_or_ten_digits(city: Network) -> None:
    assert len(city.index) == len(city.links)
    assert all(link.id == f"{link.from_id}>{link.to_id}" for link in sections(city))
    assert all(link.id.startswith("CCB250009") and len(link.id) == 25 for link in sections(city))
    assert all(len(x.id) == 10 and x.id.isdigit() for x in standards(city))


def test_lengths_of_streets_are_measured_along_the_shape(city: Network) -> None:
    for link in standards(city):
        assert math.isclose(link.length_m, length_of_m(link.geometry), abs_tol=0.6)


def test_links_fit_the_classes_and_speeds_of_their_roads(city: Network) -> None:
    assert {link.road_class for link in city.links} <= set(ROAD_CLASSES)
    assert {link.free_flow_kmh for link in city.links if link.road_class == "express"} == {80}
    assert all(30 <= link.free_flow_kmh <= 80 for link in city.links)


def test_every_stop_can_be_reached_from_every_other() -> None:
    streets = build_streets()
    graph = graph_of(streets)
    first = streets.links[0].from_id
    assert all(shortest_path(graph, first, link.to_id) for link in streets.links)


def test_streets_lie_under_most_sections_and_not_all_of_them_are_measured(city: Network) -> None:
    covered = {pair.section_id for pair in city.overlay}
    assert len(covered) > 0.9 * len(sections(city))
    assert 0.6 <= len(measured(build_streets())) / len(standards(city)) <= 0.8


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
