"""Everything of a network that has a name, and how its roads, stops and stretches hang together."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import chain

from maps.picture import shapes
from maps.picture.network_file import routes_with_links
from maps.picture.text import folded
from maps.search.entry import PlaceKind, SearchEntry
from maps.search.home import Home
from maps.search.keys import SearchKey, key_of
from maps.search.names import Named, place_names, pole_names, route_names
from maps.search.nearest import Nearest
from maps.search.wording import spelled
from streams.domain.roads.street_nodes import stop_groups
from streams.domain.roads.streets import ROAD_END, StreetStretch, stop_pairs, streets
from streams.geo.measures import Point
from streams.geo.network import Landmark, Link, Network, Route, Stop

DISTRICT = "동네"
DISTRICT_REACH_M = 400


def keys_of(entry: SearchEntry, names: Iterable[Named]) -> list[SearchKey]:
    """The keys of an entry, each spelling once with its greatest weight."""
    best: dict[str, tuple[float, str]] = {}
    for name, weight in names:
        text = spelled(name)
        if text and (text not in best or best[text][0] < weight):
            best[text] = weight, folded(name)
    return [key_of(text, entry, weight, plain) for text, (weight, plain) in best.items()]


class Atlas:
    """The entries of a network: stretches by road and by node, and the keys to all the rest."""

    def __init__(self, network: Network, home: Home) -> None:
        self._home = home
        self.network = network
        self._groups = stop_groups(network)
        self.of_road: dict[str, list[SearchEntry]] = defaultdict(list)
        self.at_node: dict[str, list[SearchEntry]] = defaultdict(list)
        self.crossing: dict[str, dict[str, list[SearchEntry]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self.sections: dict[str, SearchEntry] = {}
        companions: dict[int, tuple[int, ...]] = {}
        for stretch in stop_pairs(network):
            companions.update(dict.fromkeys(self._add_section(stretch).links, self._links(stretch)))
        self.nearest = Nearest(network, companions)
        self._nodes: dict[str, str] = {}
        for stretch in streets(network):
            self._add_street(stretch)
        self._at_stop: dict[str, list[int]] = defaultdict(list)
        self._points: dict[str, Point] = {}
        for place, link in enumerate(network.links):
            self._note(place, link)
        self._members: dict[str, list[Stop]] = defaultdict(list)
        for stop in network.stops:
            self._members[self._groups[stop.id]].append(stop)
        makers = (self._roads(), self._stops(), self._routes(), self._places(), self._junctions())
        self.keys: list[SearchKey] = list(chain.from_iterable(chain(*makers)))

    def _note(self, place: int, link: Link) -> None:
        for node, point in ((link.from_id, link.geometry[0]), (link.to_id, link.geometry[-1])):
            self._points.setdefault(node, point)
            if link.kind == "section":
                self._at_stop[node].append(place)

    def _links(self, stretch: StreetStretch) -> tuple[int, ...]:
        return tuple(self.network.index[link_id] for link_id in stretch.links)

    def _add_section(self, stretch: StreetStretch) -> SearchEntry:
        """A stretch as an entry; the same stretch twice is one entry."""
        if stretch.id in self.sections:
            return self.sections[stretch.id]
        entry = SearchEntry(
            kind=PlaceKind.SECTION,
            id=stretch.id,
            title=stretch.name,
            subtitle=stretch.road_name,
            lon=stretch.lon,
            lat=stretch.lat,
            links=self._links(stretch),
            nodes=frozenset(stretch.nodes),
            road=stretch.road_name,
        )
        self.sections[stretch.id] = entry
        for node in entry.nodes:
            self.at_node[node].append(entry)
        return entry

    def _add_street(self, stretch: StreetStretch) -> None:
        """A stretch of a road; sections that are not drawn are part of what is drawn for them."""
        entry = self._add_section(stretch)
        is_drawn = any(self.network.links[place].is_drawn for place in entry.links)
        if not (stretch.road_name and is_drawn):
            return
        self.of_road[stretch.road_name].append(entry)
        ends = zip(stretch.crosses, (stretch.from_name, stretch.to_name), strict=True)
        for node, (others, name) in zip((stretch.nodes[0], stretch.nodes[-1]), ends, strict=True):
            for other in others:
                self.crossing[stretch.road_name][other].append(entry)
            self._nodes[node] = name

    def _roads(self) -> Iterable[list[SearchKey]]:
        for name, stretches in self.of_road.items():
            links = tuple(place for stretch in stretches for place in stretch.links)
            road = SearchEntry(kind=PlaceKind.ROAD, id=name, title=name, links=links, road=name)
            yield keys_of(road, [(name, 1.0)])
            for stretch in stretches:  # by its title, as a screen shows it
                yield keys_of(stretch, [(stretch.title, 1.0)])

    def _stops(self) -> Iterable[list[SearchKey]]:
        for stops in self._members.values():
            group = self._stop(stops)
            yield keys_of(group, place_names(group.title, self._home))
            for stop in stops:
                single = self._stop([stop]) if len(stops) > 1 else group
                yield keys_of(single, pole_names(stop.number))

    def _stop(self, stops: list[Stop]) -> SearchEntry:
        """A stop, or the stops of one name that stand together; `id` joins their ids by commas."""
        ids = sorted(stop.id for stop in stops)
        links = tuple(dict.fromkeys(place for stop_id in ids for place in self._at_stop[stop_id]))
        return SearchEntry(
            kind=PlaceKind.STOP,
            id=",".join(ids),
            title=stops[0].name,
            subtitle=" · ".join(stop.number for stop in stops if stop.number),
            lon=stops[0].lon,
            lat=stops[0].lat,
            links=links,
            nodes=frozenset({self._groups[stop.id] for stop in stops}),
        )

    def _junctions(self) -> Iterable[list[SearchKey]]:
        """Junctions with a name of their own: what their stretches are found by."""
        for node, name in self._nodes.items():
            if node in self._groups or name in self.of_road or name == ROAD_END:
                continue
            stretches = self.at_node[node]
            lon, lat = self._points.get(node, (stretches[0].lon, stretches[0].lat))
            entry = SearchEntry(
                kind=PlaceKind.PLACE,
                id=name,
                title=name,
                subtitle="교차로",
                lon=lon,
                lat=lat,
                links=tuple(dict.fromkeys(p for s in stretches for p in s.links)),
                nodes=frozenset({node}),
            )
            yield keys_of(entry, [(name, 1.0)])

    def _routes(self) -> Iterable[list[SearchKey]]:
        for route, links in routes_with_links(self.network):
            yield keys_of(self._route(route, links), route_names(route.no))

    def _route(self, route: Route, links: list[int]) -> SearchEntry:
        ends = [self.network.stop_by_id.get(stop) for stop in route.stops[:1] + route.stops[-1:]]
        lon, lat = (
            shapes.middle_of(self.network.links[links[0]].geometry) if links else (None, None)
        )
        return SearchEntry(
            kind=PlaceKind.ROUTE,
            id=route.id,
            title=route.no,
            subtitle=" → ".join(stop.name for stop in ends if stop),
            lon=lon,
            lat=lat,
            links=tuple(links),
        )

    def _places(self) -> Iterable[list[SearchKey]]:
        for place in self.network.places:
            yield keys_of(self._place(place), place_names(place.name, self._home))

    def _place(self, place: Landmark) -> SearchEntry:
        least_m = DISTRICT_REACH_M if place.kind == DISTRICT else 0
        links, radius_m = self.nearest.links((place.lon, place.lat), least_m)
        return SearchEntry(
            kind=PlaceKind.PLACE,
            id=place.name,
            title=place.name,
            subtitle=place.kind,
            lon=place.lon,
            lat=place.lat,
            links=links,
            radius_m=radius_m,
        )
