"""How a bus gets on when a street before it is closed: round it, or back the way it came."""

from itertools import pairwise

from producers.simulator.routes import DrivenRoute
from producers.simulator.streets import Graph, shortest_path
from streams.geo.network import Network

MAX_DETOUR_M = 3500.0
MAX_SKIPPED_STOPS = 8
MAX_CUT_STOPS = 24
Way = tuple[list[int], int]
"""Street links to drive, and the order of the stop they lead to."""


class Ways:
    """Ways over the streets that are open. Links are places in the streets' list."""

    def __init__(self, streets: Network) -> None:
        self._streets = streets
        self._between = {(x.from_id, x.to_id): i for i, x in enumerate(streets.links)}
        self.lengths_m = [float(link.length_m) for link in streets.links]

    def to_node(self, start: str, end: str, shut: set[int]) -> list[int]:
        """The shortest open way between two nodes; empty without one."""
        return self._links(self._graph(shut), start, end)

    def round(
        self, run: DrivenRoute, order: int, shut: set[int], *, start: str, came_by: int
    ) -> Way | None:
        """From the node `start`, where link `came_by` (-1: none) ended, to the first stop after
        `order` that can be served within `MAX_DETOUR_M` without turning round on the spot.

        A stop on a closed link is served last of all: by a bus that comes from the other side.
        """
        graph = self._graph(shut | {came_by ^ 1} if came_by >= 0 else shut)
        last = min(order + MAX_SKIPPED_STOPS, len(run.legs))
        nearest = [order + 1] if run.legs[order][-1] not in shut else []
        for target in [*nearest, *range(order + 2, last + 1), order + 1]:
            if links := self._served_by(graph, run, target, start, shut):
                return links, target
        return None

    def _served_by(
        self, graph: Graph, run: DrivenRoute, target: int, start: str, shut: set[int]
    ) -> list[int]:
        """The way past the pole of stop `target`, else to its junction; empty when too long."""
        final = run.legs[target - 1][-1]
        ways = [self._links(graph, start, run.nodes[target])]
        if final not in shut:
            before = self._links(graph, start, self._streets.links[final].from_id)
            ways.insert(0, [*before, final] if before else [])
        for links in ways:
            if links and sum(self.lengths_m[link] for link in links) <= MAX_DETOUR_M:
                return links
        return []

    def _graph(self, shut: set[int]) -> Graph:
        graph: Graph = {}
        for place, link in enumerate(self._streets.links):
            if place not in shut:
                graph.setdefault(link.from_id, {})[link.to_id] = link.length_m
        return graph

    def _links(self, graph: Graph, start: str, end: str) -> list[int]:
        return [self._between[pair] for pair in pairwise(shortest_path(graph, start, end))]


def turned_back(run: DrivenRoute, order: int) -> int | None:
    """The order at which a round trip passes the same junction the other way: on its way out that
    cuts its far end, on its way back its terminus. None where it would cut more than
    `MAX_CUT_STOPS` or has no way back.
    """
    last, node = len(run.legs), run.nodes[order]
    if not 0 < order < last:
        return None
    for place in range(1, last):
        cut = (place - order) % last
        if place != order and run.nodes[place] == node and cut <= MAX_CUT_STOPS:
            return place
    return None
