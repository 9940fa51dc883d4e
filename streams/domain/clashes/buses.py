"""Works against buses: routes that a full closure changes, stops that are closed."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from streams.contract.enums import ClashKind, ClashSeverity, Closure
from streams.domain.clashes.clash import Clash, SiteWork, clash_id, closures_of
from streams.domain.clashes.pairs import Site, stated_end
from streams.domain.roads.detours import bus_effects
from streams.geo.measures import distance_m
from streams.geo.network import Network, Route

STOP_WITHIN_M = 100.0  # a work that closes a stop lies no further from it


class Buses:
    """The routes over each link and at each stop."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._over: dict[str, set[str]] = defaultdict(set)
        self._at: dict[str, set[str]] = defaultdict(set)
        for route in network.routes:
            for a, b in pairwise(route.stops):
                self._over[f"{a}>{b}"].add(route.id)
            for stop in route.stops:
                self._at[stop].add(route.id)

    def clashes(self, site: Site) -> Iterator[Clash]:
        if site.is_full and (clash := self._of_routes(site)):
            yield clash
        if Closure.BUS_STOP in closures_of(site.work) and (clash := self._of_stops(site)):
            yield clash

    def _of_routes(self, site: Site) -> Clash | None:
        closed = [self._network.links[place].id for place in sorted(site.road)]
        effects = bus_effects(self._network, closed, routes=self._routes_over(closed))
        if not effects:
            return None
        stops = dict.fromkeys(stop for effect in effects for stop in effect.skipped)
        return Clash(
            clash_id(ClashKind.ROUTE, [site.id]),
            ClashKind.ROUTE,
            ClashSeverity.HIGH,
            (site.id,),
            links=tuple(sorted(site.work.links)),
            routes=tuple(effect.route_id for effect in effects),
            stops=tuple(stops),
            from_ms=site.digging.starts_ms,
            until_ms=stated_end(site.work, ends_ms=site.digging.ends_ms),
        )

    def _of_stops(self, site: Site) -> Clash | None:
        """High where a bus stops there; a pole without a bus is low."""
        stops = self._closed_stops(site.work)
        if not stops:
            return None
        serving = {route_id for stop in stops for route_id in self._at.get(stop, ())}
        return Clash(
            clash_id(ClashKind.STOP, [site.id]),
            ClashKind.STOP,
            ClashSeverity.HIGH if serving else ClashSeverity.LOW,
            (site.id,),
            links=tuple(sorted(site.work.links)),
            routes=tuple(x.id for x in self._network.routes if x.id in serving),
            stops=stops,
            from_ms=site.digging.starts_ms,
            until_ms=stated_end(site.work, ends_ms=site.digging.ends_ms),
        )

    def _closed_stops(self, work: SiteWork) -> tuple[str, ...]:
        """The stops at the ends of a work's links within 100 m of its point, or the nearest one;
        all of them where its point is not known.
        """
        links = [link for link_id in work.links if (link := self._network.link(link_id))]
        ends = dict.fromkeys(end for link in links for end in (link.from_id, link.to_id))
        stops = [stop for end in ends if (stop := self._network.stop_by_id.get(end))]
        if work.lon is None or work.lat is None or not stops:
            return tuple(sorted(stop.id for stop in stops))
        point = (work.lon, work.lat)
        away = sorted((distance_m(point, (stop.lon, stop.lat)), stop.id) for stop in stops)
        near = [stop_id for metres, stop_id in away if metres <= STOP_WITHIN_M]
        return tuple(sorted(near or [away[0][1]]))

    def _routes_over(self, closed: list[str]) -> list[Route]:
        over = {route_id for link_id in closed for route_id in self._over.get(link_id, ())}
        return [self._network.route_by_id[route_id] for route_id in sorted(over)]
