"""Ways round a full closure, and what it does to the buses; made once per set of closed links."""

from collections.abc import Sequence

from maps.desk.facts.gather import CardFacts
from maps.picture.picture import Picture
from streams.contract.enums import ClashKind, Closure
from streams.domain.roads.detours import BusEffect, Detour, bus_effects, detour
from streams.domain.roads.graph import RoadGraph
from streams.domain.stages.incidents import RunningIncident
from streams.domain.works.rows import Work
from streams.geo.network import Link, Network

KEPT_WAYS = 512


class DetourFinder:
    """Detours and bus effects of one network; what was found is kept while the closures stay."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._graph: RoadGraph | None = None
        self._seen: tuple[object, ...] = ()
        self._closed: frozenset[str] = frozenset()
        self._stops: frozenset[str] = frozenset()
        self._ways: dict[tuple[str, ...], Detour | None] = {}
        self._effects: list[BusEffect] | None = None

    def graph(self) -> RoadGraph:
        """The road graph; a city's takes a second or two, once."""
        if self._graph is None:
            self._graph = RoadGraph(self.network)
        return self._graph

    def closed(self, picture: Picture) -> frozenset[str]:
        """The links that are fully closed in the picture, by their view or by a row in force."""
        seen = (picture.links, picture.works, picture.incidents)
        if len(self._seen) != 3 or any(a is not b for a, b in zip(seen, self._seen, strict=True)):
            self._seen = seen
            closed, stops = closed_links(picture, self.network), closed_stops(picture)
            if (closed, stops) != (self._closed, self._stops):
                self._closed, self._stops = closed, stops
                self._ways, self._effects = {}, None
        return self._closed

    def round(self, picture: Picture, around: Sequence[str]) -> Detour | None:
        """The way round, None where there is none."""
        closed, name = self.closed(picture) | set(around), tuple(around)
        if name not in self._ways:
            if len(self._ways) >= KEPT_WAYS:
                self._ways.clear()
            self._ways[name] = detour(self.graph(), closed, around)
        return self._ways[name]

    def effects(self, picture: Picture) -> list[BusEffect]:
        """What closed links and closed stops do to every route now."""
        closed = self.closed(picture)
        if self._effects is None:
            self._effects = bus_effects(self.network, closed, closed_stops=self._stops)
        return self._effects


def closed_links(picture: Picture, network: Network) -> frozenset[str]:
    """Every fully closed link, by the fold or by a work or an incident in force."""
    by_view = {
        network.links[index].id
        for index, view in picture.links.items()
        if view.closure is Closure.FULL
    }
    rows: tuple[Work | RunningIncident, ...] = (
        *picture.works.values(),
        *picture.incidents.values(),
    )
    by_row = {
        link_id
        for row in rows
        if row.closure is Closure.FULL and row.is_in_force
        for link_id in row.links
    }
    return frozenset(by_view | by_row)


def closed_stops(picture: Picture) -> frozenset[str]:
    """The stops that works in force close, as the clashes name them."""
    in_force = {name for name, work in picture.works.items() if work.is_in_force}
    return frozenset(
        stop_id
        for clash in picture.clashes.values()
        if clash.kind is ClashKind.STOP and not in_force.isdisjoint(clash.works)
        for stop_id in clash.stops
    )


def around(facts: CardFacts, network: Network) -> tuple[str, ...]:
    """The closed links in a row that a driver through the place must get round, one direction."""
    if not facts.closed:
        return ()
    own = [network.links[index].id for index in facts.closed]
    causes = (b for b in facts.causes if b.closure is Closure.FULL)
    names = sorted({*own, *(link_id for b in causes for link_id in b.row.links)})
    pool = [link for name in names if (link := network.link(name)) is not None]
    run = [network.links[facts.closed[0]]]
    while following := next((x for x in pool if x not in run and _follows(run[-1], x)), None):
        run.append(following)
    while before := next((x for x in pool if x not in run and _follows(x, run[0])), None):
        run.insert(0, before)
    return tuple(link.id for link in run)


def _follows(link: Link, other: Link) -> bool:
    """Whether another link goes on from a link's end, and not back to its start."""
    return bool(link.to_id) and link.to_id == other.from_id and other.to_id != link.from_id
