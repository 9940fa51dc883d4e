"""Roads cut into stretches between cross streets: what people mean by "a section". Pure.

A node is where links meet: a stop, a junction, or the end of a line where the network gives none.
Stops of one name within 300 m are one node: the two sides of a street. A road with a name is cut
where another named road meets it; without road names each pair of neighbouring stops is a stretch.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from streams.domain.roads.street_nodes import Graph, chains, stop_groups
from streams.geo.grid import Grid
from streams.geo.line_grid import CELL_DEG
from streams.geo.measures import Point, distance_m, middle_of
from streams.geo.network import Link, Network
from streams.words.catalogue import FIRST, word

ROAD_END = word(FIRST, "road.end")
OPPOSITE_M = 150.0  # stops of other names on the two sides of one street
_END_DIGITS = 4  # of degrees, about 10 m: line ends this near are one node
_ARROW = " → "


@dataclass(frozen=True, slots=True)
class StreetStretch:
    """A piece of one road between two cross streets, or between two stops where no road has a name.

    `links` are ids, along the stretch and back. `nodes` are the nodes from end to end, `passes`
    the names in between, `crosses` the roads met at either end. `id` is the link of a stretch of
    one pair of nodes, else its first and its last link joined by "~".
    """

    id: str
    road_name: str
    name: str
    from_name: str
    to_name: str
    links: tuple[str, ...]
    lon: float
    lat: float
    nodes: tuple[str, ...] = ()
    passes: tuple[str, ...] = ()
    crosses: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())


def streets(network: Network) -> tuple[StreetStretch, ...]:
    """Every link of the network in a stretch, in the order of the links. Empty for no links."""
    return _Streets(network).stretches()


def stop_pairs(network: Network) -> tuple[StreetStretch, ...]:
    """Every pair of neighbouring stops as a stretch of its own, both directions, on any road."""
    return _Streets(network).pairs(range(len(network.links)))


class _Streets:
    """The nodes of a network, worked out once for all its roads."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.groups = stop_groups(network)
        self.ends = [self._ends(link) for link in network.links]
        self.roads: dict[str, set[str]] = defaultdict(set)
        self.names: dict[str, str] = {}
        for link, ends in zip(network.links, self.ends, strict=True):
            self._note(link, ends)

    def _ends(self, link: Link) -> tuple[str, str]:
        first, last = link.from_id or _key(link.geometry[0]), link.to_id or _key(link.geometry[-1])
        return self.groups.get(first, first), self.groups.get(last, last)

    def _note(self, link: Link, ends: tuple[str, str]) -> None:
        parts = link.name.split(_ARROW)
        for place, node in enumerate(ends):
            if link.road_name and link.is_drawn:
                self.roads[node].add(link.road_name)
            if stop := self.network.stop_by_id.get(node):
                self.names[node] = stop.name
            elif len(parts) == 2:
                self.names.setdefault(node, parts[place])

    def stretches(self) -> tuple[StreetStretch, ...]:
        roads: dict[tuple[str, str], list[int]] = defaultdict(list)
        unnamed: list[int] = []
        for place, link in enumerate(self.network.links):
            if link.road_name and link.is_drawn:
                roads[link.road_name, link.kind].append(place)
            else:
                unnamed.append(place)
        found = [
            self._stretch(chain, graph)
            for graph in map(self._graph, roads.values())
            for chain in chains(
                graph,
                {node for node in graph if len(self.roads[node]) > 1 or len(graph[node]) != 2},
            )
        ]
        found += self.pairs(unnamed)
        index = self.network.index
        return tuple(sorted(found, key=lambda stretch: index[stretch.links[0]]))

    def pairs(self, places: Iterable[int]) -> tuple[StreetStretch, ...]:
        """Pairs of neighbouring nodes; a one-way pair takes up the one that runs back beside it."""
        graph = self._graph(places)
        edges = [(a, b) for a in graph for b in graph[a] if a <= b]
        return tuple(self._opposites([self._stretch(edge, graph) for edge in edges]))

    def _graph(self, places: Iterable[int]) -> Graph:
        graph: Graph = defaultdict(lambda: defaultdict(list))
        for place in places:
            a, b = self.ends[place]
            graph[a][b].append(place)
            if a != b:
                graph[b][a].append(place)
        return graph

    def _stretch(self, chain: Sequence[str], graph: Graph) -> StreetStretch:
        links = self._links_along(chain, graph)
        road = links[0].road_name
        start, end = (self._name_at(node, road) for node in (chain[0], chain[-1]))
        name = f"{start}~{end}"
        lon, lat = middle_of(links[(len(links) - 1) // 4].geometry)
        is_pair = len(chain) == 2
        return StreetStretch(
            id=links[0].id if is_pair else f"{links[0].id}~{links[-1].id}",
            road_name=road,
            name=f"{road} {name}" if road else name,
            from_name=start,
            to_name=end,
            links=tuple(dict.fromkeys(link.id for link in self._with_sections(links))),
            lon=lon,
            lat=lat,
            nodes=tuple(chain),
            passes=tuple(self.names[node] for node in chain[1:-1] if node in self.names),
            crosses=(self._others(chain[0], road), self._others(chain[-1], road)),
        )

    def _links_along(self, chain: Sequence[str], graph: Graph) -> list[Link]:
        """The links of the way there, then those of the way back."""
        there: list[int] = []
        back: list[int] = []
        for a, b in pairwise(chain):
            for place in graph[a][b]:
                (there if self.ends[place] == (a, b) else back).append(place)
        return [self.network.links[place] for place in there + back[::-1]]

    def _with_sections(self, links: Iterable[Link]) -> Iterable[Link]:
        """Links, and the sections over the standard links among them."""
        for link in links:
            yield link
            if link.kind == "standard":
                layers = map(self.network.link, self.network.layers_of.get(link.id, ()))
                yield from (section for section in layers if section)

    def _others(self, node: str, road: str) -> tuple[str, ...]:
        return tuple(sorted(self.roads[node] - {road}))

    def _name_at(self, node: str, road: str) -> str:
        """The stop's or the junction's own name, else the cross street's, else ROAD_END."""
        others = self._others(node, road)
        return self.names.get(node) or (others[0] if others else ROAD_END)

    def _opposites(self, stretches: Sequence[StreetStretch]) -> list[StreetStretch]:
        """Stretches with their other direction, where that is another stretch of one direction."""
        lonely = {s.id: s for s in stretches if len(s.links) == 1}
        ends = {s.id: self._line_ends(s) for s in lonely.values()}
        starts: Grid[str] = Grid(CELL_DEG)
        for stretch_id, (start, _) in ends.items():
            starts.add(stretch_id, start)
        taken: set[str] = set()
        found: list[StreetStretch] = []
        for stretch in stretches:
            if stretch.id in taken:
                continue
            nearest = stretch.id in lonely and self._opposite(stretch.id, ends, starts, taken)
            if nearest:
                taken.add(nearest)
                stretch = replace(stretch, links=stretch.links + lonely[nearest].links)  # noqa: PLW2901
            taken.add(stretch.id)
            found.append(stretch)
        return found

    def _line_ends(self, stretch: StreetStretch) -> tuple[Point, Point]:
        line = self.network.links[self.network.index[stretch.links[0]]].geometry
        return line[0], line[-1]

    def _opposite(
        self,
        stretch_id: str,
        ends: Mapping[str, tuple[Point, Point]],
        starts: Grid[str],
        taken: set[str],
    ) -> str:
        """The nearest stretch that starts where this one ends and ends where it starts, or ""."""
        start, end = ends[stretch_id]
        away_m = {
            other: max(distance_m(ends[other][0], end), distance_m(ends[other][1], start))
            for other in starts.around(end)
            if other != stretch_id and other not in taken
        }
        near = [other for other, metres in away_m.items() if metres <= OPPOSITE_M]
        return min(near, key=lambda other: (away_m[other], other), default="")


def _key(point: Point) -> str:
    return f"{point[0]:.{_END_DIGITS}f},{point[1]:.{_END_DIGITS}f}"
