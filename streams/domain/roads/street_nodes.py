"""The nodes of streets: stops that stand together, and runs of nodes between cuts. Pure."""

from collections import defaultdict
from collections.abc import Iterable

from streams.geo.measures import Point, distance_m
from streams.geo.network import Network

SAME_STOP_M = 300.0  # 97 % of Chuncheon's stops have their namesake this near or none at all
Graph = dict[str, dict[str, list[int]]]
"""Node -> neighbour -> the indexes of the links between the two, in either direction."""


def stop_groups(network: Network) -> dict[str, str]:
    """Stop id -> the first id of the stops of its name that stand together."""
    by_name: dict[str, list[str]] = defaultdict(list)
    for stop in network.stops:
        by_name[stop.name].append(stop.id)
    found: dict[str, str] = {}
    for ids in by_name.values():
        found.update(_grouped(sorted(ids), network))
    return found


def _grouped(ids: list[str], network: Network) -> dict[str, str]:
    """Single linkage: a stop joins those within reach of any stop of the group."""
    points = {stop_id: _point_of_stop(network, stop_id) for stop_id in ids}
    found: dict[str, str] = {}
    for first in ids:
        queue = [] if first in found else [first]
        while queue:
            found[(here := queue.pop())] = first
            queue += [
                other
                for other in ids
                if other not in found and distance_m(points[here], points[other]) <= SAME_STOP_M
            ]
    return found


def _point_of_stop(network: Network, stop_id: str) -> Point:
    stop = network.stop_by_id[stop_id]
    return stop.lon, stop.lat


def chains(graph: Graph, cuts: set[str]) -> Iterable[list[str]]:
    """Runs of nodes from cut to cut; then rings that no cut touches, from their least node."""
    seen: set[frozenset[str]] = set()
    for start in [*(node for node in graph if node in cuts), *sorted(graph)]:
        for first in graph[start]:
            if frozenset((start, first)) not in seen:
                yield _run(graph, cuts, start, first, seen)


def _run(
    graph: Graph, cuts: set[str], start: str, first: str, seen: set[frozenset[str]]
) -> list[str]:
    chain = [start, first]
    seen.add(frozenset(chain))
    while chain[-1] not in cuts:
        onward = [n for n in graph[chain[-1]] if frozenset((chain[-1], n)) not in seen]
        if not onward:
            break
        seen.add(frozenset((chain[-1], onward[0])))
        chain.append(onward[0])
    return chain
