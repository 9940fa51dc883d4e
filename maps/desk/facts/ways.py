"""Ways round a full closure, and what it does to the buses; made once per set of closed links."""

from collections.abc import Collection, Sequence

from maps.desk.facts.blockings import is_in_force
from maps.desk.facts.gather import CardFacts
from maps.desk.facts.scene import Json, PictureLike
from streams.domain.roads.detours import BusEffect, Detour, bus_effects, detour
from streams.domain.roads.graph import RoadGraph
from streams.geo.network import Network

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

    def closed(self, picture: PictureLike) -> frozenset[str]:
        """The links that are fully closed in the picture, by their view or by a row in force."""
        seen = (picture.links, picture.works, picture.incidents)
        if len(self._seen) != 3 or any(a is not b for a, b in zip(seen, self._seen, strict=True)):
            self._seen = seen
            closed, stops = closed_links(picture, self.network), closed_stops(picture)
            if (closed, stops) != (self._closed, self._stops):
                self._closed, self._stops = closed, stops
                self._ways, self._effects = {}, None
        return self._closed

    def round(self, picture: PictureLike, around: Sequence[str]) -> Detour | None:
        """The way round, None where there is none."""
        closed, name = self.closed(picture) | set(around), tuple(around)
        if name not in self._ways:
            if len(self._ways) >= KEPT_WAYS:
                self._ways.clear()
            self._ways[name] = detour(self.graph(), closed, around)
        return self._ways[name]

    def effects(self, picture: PictureLike) -> list[BusEffect]:
        """What closed links and closed stops do to every route now."""
        closed = self.closed(picture)
        if self._effects is None:
            self._effects = bus_effects(self.network, closed, closed_stops=self._stops)
        return self._effects


def closed_links(picture: PictureLike, network: Network) -> frozenset[str]:
    """Every fully closed link, whoever says so."""
    by_view = {
        network.links[place].id
        for place, view in picture.links.items()
        if view.get("closure") == "full"
    }
    rows = (*picture.works.values(), *picture.incidents.values())
    by_row = {
        link_id
        for row in rows
        if row.get("closure") == "full" and is_in_force(row)
        for link_id in row.get("links") or ()
    }
    return frozenset(by_view | by_row)


def closed_stops(picture: PictureLike) -> frozenset[str]:
    """The stops that works in force close, as the clashes name them."""
    rows: dict[str, Json] = getattr(picture, "clashes", None) or {}
    return frozenset(
        stop_id
        for row in rows.values()
        if row.get("kind") == "stop"
        and any(is_in_force(picture.works.get(work, _NO_WORK)) for work in row.get("works") or ())
        for stop_id in row.get("stops") or ()
    )


_NO_WORK: Json = {"phase": "finished"}


def around(facts: CardFacts, network: Network) -> tuple[str, ...]:
    """The closed links in a row that a driver through the place must get round, one direction."""
    own = [network.links[place].id for place in facts.closed]
    if not own:
        return ()
    pool = {
        *own,
        *(x for b in facts.causes if b.closure == "full" for x in b.row.get("links") or ()),
    }
    run = [own[0]]
    while (following := _next(run[-1], pool, run, network)) is not None:
        run.append(following)
    while (before := _previous(run[0], pool, run, network)) is not None:
        run.insert(0, before)
    return tuple(run)


def _next(link_id: str, pool: Collection[str], run: Sequence[str], network: Network) -> str | None:
    here = network.link(link_id)
    for name in sorted(pool):
        link = network.link(name)
        if here is None or link is None or name in run or link.from_id != here.to_id:
            continue
        if here.to_id and link.to_id != here.from_id:
            return name
    return None


def _previous(
    link_id: str, pool: Collection[str], run: Sequence[str], network: Network
) -> str | None:
    here = network.link(link_id)
    for name in sorted(pool):
        link = network.link(name)
        if here is None or link is None or name in run or link.to_id != here.from_id:
            continue
        if here.from_id and link.from_id != here.to_id:
            return name
    return None
