"""The network of the authored city, made from the tables of stops, roads and lines."""

import heapq
from collections.abc import Sequence
from itertools import pairwise

from producers.simulated import lines, roads, shapes, stops
from streams.domain.network import (
    Link,
    Network,
    Overlay,
    Place,
    Point,
    Route,
    Stop,
    bearing_deg,
    length_of_m,
)

CITY = "춘천시"
RELEASED = "2026-11-01"
LANE_OFFSET_M = 5.0
Graph = dict[str, dict[str, float]]


def build_city() -> Network:
    """The simulated Chuncheon: sections both ways along every road, the lines, the places."""
    positions = stops.positions()
    ids = {name: f"CCB250009{place:03d}" for place, name in enumerate(positions, start=1)}
    drawn = [(road, a, b, line) for road in roads.ROADS for a, b, line in _pieces(road, positions)]
    links = [link for road, a, b, line in drawn for link in _both_ways(road, ids, a, b, line)]
    return Network(
        city=CITY,
        released=RELEASED,
        is_simulated=True,
        links=tuple(links),
        stops=tuple(_stop(name, ids, positions) for name in positions if not name.startswith("*")),
        routes=tuple(_routes(ids, _graph(links))),
        overlay=tuple(_overlay(links)),
        places=tuple(Place(*row) for row in stops.places()),
    )


def shortest_path(graph: Graph, start: str, end: str) -> list[str]:
    """The nodes of the shortest way (Dijkstra 1959), both ends included; empty without one."""
    heap: list[tuple[float, str, str]] = [(0.0, start, "")]
    came_from: dict[str, str] = {}
    while heap:
        cost, node, before = heapq.heappop(heap)
        if node in came_from:
            continue
        came_from[node] = before
        if node == end:
            return _walk_back(came_from, end)
        for after, length_m in graph.get(node, {}).items():
            if after not in came_from:
                heapq.heappush(heap, (cost + length_m, after, node))
    return []


def _walk_back(came_from: dict[str, str], end: str) -> list[str]:
    path = [end]
    while before := came_from[path[-1]]:
        path.append(before)
    return path[::-1]


def _pieces(road: roads.Road, positions: dict[str, Point]) -> list[tuple[str, str, list[Point]]]:
    """The road cut at its nodes: (node, next node, the curve between them)."""
    points = [positions.get(step) or _bend(step) for step in road.path]
    found: list[tuple[str, str, list[Point]]] = []
    start, line = road.path[0], [points[0]]
    for step, piece in zip(road.path[1:], shapes.smooth(points), strict=True):
        line += piece[1:]
        if step in positions:
            found.append((start, step, line))
            start, line = step, [positions[step]]
    return found


def _bend(step: str) -> Point:
    lon, lat = step.split("/")
    return stops.ORIGIN[0] + int(lon) / 10_000, stops.ORIGIN[1] + int(lat) / 10_000


def _both_ways(
    road: roads.Road, ids: dict[str, str], a: str, b: str, line: list[Point]
) -> tuple[Link, Link]:
    return _link(road, ids, a, b, line), _link(road, ids, b, a, line[::-1])


def _link(road: roads.Road, ids: dict[str, str], a: str, b: str, line: list[Point]) -> Link:
    geometry = shapes.shifted_right(line, LANE_OFFSET_M)
    return Link(
        id=f"{ids[a]}>{ids[b]}",
        kind="section",
        name=f"{a.lstrip('*')} → {b.lstrip('*')}",
        road_name=road.name,
        road_class=road.road_class,
        length_m=round(length_of_m(geometry)),
        length_source="geometry",
        bearing_deg=bearing_deg(geometry[0], geometry[-1]),
        free_flow_kmh=road.free_flow_kmh,
        geometry=geometry,
        from_id=ids[a],
        to_id=ids[b],
        lanes=road.lanes,
    )


def _stop(name: str, ids: dict[str, str], positions: dict[str, Point]) -> Stop:
    return Stop(ids[name], name, *positions[name], number=f"9{ids[name][-3:]}")


def _graph(links: Sequence[Link]) -> Graph:
    graph: Graph = {}
    for link in links:
        graph.setdefault(link.from_id, {})[link.to_id] = link.length_m
    return graph


def _routes(ids: dict[str, str], graph: Graph) -> list[Route]:
    return [
        Route(f"CCB2500{90_000 + 100 * place}", line.no, _run(line, ids, graph))
        for place, line in enumerate(lines.LINES, start=1)
    ]


def _run(line: lines.BusLine, ids: dict[str, str], graph: Graph) -> tuple[str, ...]:
    """The stops of one run in order: out and, on a round trip, the same way back."""
    out = [ids[line.via[0]]]
    for a, b in pairwise(line.via):
        out += shortest_path(graph, ids[a], ids[b])[1:]
    return tuple(out if line.is_one_way else out + out[-2::-1])


def _overlay(links: Sequence[Link]) -> list[Overlay]:
    """One standard link for every link of a road that the traffic centre measures."""
    measured = {road.name for road in roads.ROADS if road.is_measured}
    return [
        Overlay(f"250{10_000 + place // 2:05d}{place % 2:02d}", link.id, 1.0)
        for place, link in enumerate(links)
        if link.road_name in measured
    ]
