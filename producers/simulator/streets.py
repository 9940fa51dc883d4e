"""The streets that buses and cars really drive: one link a direction between authored nodes.

Its ids are those of the standard node-link, its names "from → to". No feed shows it: what the city
sees of it is `city.py`.
"""

import heapq
from dataclasses import replace
from functools import cache

from producers.simulator import roads, shapes, stops
from streams.geo.measures import Point, bearing_deg, length_of_m
from streams.geo.network import Link, Network

CITY = "춘천시"
RELEASED = "2026-11-01"
LANE_OFFSET_M = 5.0
Graph = dict[str, dict[str, float]]


@cache
def build_streets() -> Network:
    """Every road both ways; the names of its nodes are their ids, `*` in front of a junction."""
    positions = stops.positions()
    drawn = [(road, a, b, line) for road in roads.ROADS for a, b, line in _pieces(road, positions)]
    links = [
        link
        for road, a, b, line in drawn
        for link in (_link(road, a, b, line), _link(road, b, a, line[::-1]))
    ]
    return Network(
        city=CITY,
        released=RELEASED,
        is_simulated=True,
        links=tuple(
            replace(link, id=f"250{10_000 + place // 2:05d}{place % 2:02d}")
            for place, link in enumerate(links)
        ),
    )


MEASURED = frozenset(road.name for road in roads.ROADS if road.is_measured)
"""The roads whose speeds the national traffic centre publishes."""


def measured(streets: Network) -> list[int]:
    """The links of those roads, as places in the streets' list."""
    return [i for i, link in enumerate(streets.links) if link.road_name in MEASURED]


def graph_of(network: Network) -> Graph:
    """Metres from each node to the next ones."""
    graph: Graph = {}
    for link in network.links:
        graph.setdefault(link.from_id, {})[link.to_id] = link.length_m
    return graph


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
            path = [end]
            while before := came_from[path[-1]]:
                path.append(before)
            return path[::-1]
        for after, length_m in graph.get(node, {}).items():
            if after not in came_from:
                heapq.heappush(heap, (cost + length_m, after, node))
    return []


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


def _link(road: roads.Road, a: str, b: str, line: list[Point]) -> Link:
    geometry = shapes.shifted_right(line, LANE_OFFSET_M)
    return Link(
        id="",
        kind="standard",
        name=f"{a.lstrip('*')} → {b.lstrip('*')}",
        road_name=road.name,
        road_class=road.road_class,
        length_m=round(length_of_m(geometry)),
        length_source="standard",
        bearing_deg=bearing_deg(geometry[0], geometry[-1]),
        free_flow_kmh=road.free_flow_kmh,
        geometry=geometry,
        from_id=a,
        to_id=b,
        lanes=road.lanes,
    )
