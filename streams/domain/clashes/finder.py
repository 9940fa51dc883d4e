"""Which works get in each other's way, in a bus's, or together in a city's (see `clash.Clash`)."""

from collections.abc import Iterable, Mapping

from streams.contract.times import DAY_MS, EVER_MS
from streams.domain.clashes.buses import Buses
from streams.domain.clashes.clash import IN_FORCE, OPEN, Clash, SiteWork
from streams.domain.clashes.crowds import crowded_links, link_crowds
from streams.domain.clashes.cuts import Cuts
from streams.domain.clashes.on_detours import WaysRound, detour_clashes
from streams.domain.clashes.pairs import Pairs, Site, site_of
from streams.domain.clashes.words import reason
from streams.domain.roads.graph import RoadGraph
from streams.geo.network import Network

__all__ = ["AHEAD_MS", "Clash", "ClashFinder", "SiteWork", "reason"]
AHEAD_MS = 30 * DAY_MS


class ClashFinder:
    """The clashes of one network's works. What it keeps only saves time: the same works and time
    always give the same clashes.
    """

    def __init__(self, network: Network) -> None:
        self.graph = RoadGraph(network)
        self._pairs = Pairs(self.graph)
        self._buses = Buses(network)
        self._cuts = Cuts(self.graph)
        self._ways = WaysRound(self.graph)
        self._rows: dict[str, SiteWork] = {}
        self._sites: dict[str, Site] = {}
        self._compared: dict[str, Site] = {}  # those on no crowded link
        self._crowded: frozenset[int] = frozenset()
        self._with_buses: dict[str, tuple[Clash, ...]] = {}

    def of(self, works: Mapping[str, SiteWork], now_ms: int) -> dict[str, Clash]:
        """The clashes by id between the works that are open and begin within 30 days.

        A work without a place, or of which nobody knows when it begins, clashes with nothing. A
        clash is over when its period is, unless a work in it is overdue or has no known end.
        """
        self._take(
            {
                work_id: work
                for work_id, work in works.items()
                if work.links
                and work.phase in OPEN
                and (EVER_MS if work.begins_ms is None else work.begins_ms) < now_ms + AHEAD_MS
            }
        )
        found = (clash for clash in self._every(now_ms) if self._is_current(clash, now_ms))
        return {clash.id: clash for clash in found}

    def _take(self, works: Mapping[str, SiteWork]) -> None:
        for work_id in [x for x in self._sites if x not in works]:
            del self._sites[work_id], self._with_buses[work_id], self._rows[work_id]
        for work_id, work in works.items():
            if (known := self._rows.get(work_id)) is work:
                continue
            self._rows[work_id] = work
            if known is None or _basis(known) != _basis(work):
                site = self._sites[work_id] = site_of(self.graph, work)
                self._with_buses[work_id] = tuple(self._buses.clashes(site))

        self._compare()

    def _compare(self) -> None:
        """Compare the works that lie on no crowded link, each again only when it has changed."""
        self._crowded = crowded_links(self._sites.values())
        compared = {
            work_id: site
            for work_id, site in self._sites.items()
            if self._crowded.isdisjoint(site.own)
        }
        for work_id in self._compared.keys() - compared.keys():
            self._pairs.drop(work_id)
        for work_id, site in compared.items():
            if self._compared.get(work_id) is not site:
                self._pairs.put(site)
        self._compared = compared

    def _every(self, now_ms: int) -> Iterable[Clash]:
        yield from self._pairs.clashes()
        for clashes in self._with_buses.values():
            yield from clashes
        full = [site for site in self._sites.values() if site.is_full]
        in_force = [site for site in full if site.work.phase in IN_FORCE]
        shut = frozenset(place for site in in_force for place in site.road)
        compared = self._compared.values()
        closing = [site for site in in_force if site.id in self._compared]
        yield from detour_clashes(self.graph, self._ways, closing, compared, shut)
        yield from link_crowds(self._sites.values(), self._crowded, self.graph.network)
        yield from self._cuts.clashes([x for x in full if x.digging.ends_ms > now_ms])

    def _is_current(self, clash: Clash, now_ms: int) -> bool:
        if clash.from_ms >= now_ms + AHEAD_MS:
            return False
        return (EVER_MS if clash.until_ms is None else clash.until_ms) > now_ms or any(
            self._sites[work_id].digging.ends_ms == EVER_MS for work_id in clash.works
        )


def _basis(work: SiteWork) -> tuple[object, ...]:
    """All of a work's row that its clashes depend on."""
    return (
        (work.organisation, work.phase, work.closure, work.also_closed, work.links, work.hours),
        (work.begins_ms, work.ends_ms, work.dig_starts_ms, work.dig_ends_ms, work.lon, work.lat),
    )
