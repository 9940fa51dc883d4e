"""Works against works: who is on the same or the adjoining road at the same time."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from streams.contract.enums import ClashKind, ClashSeverity, Closure
from streams.contract.times import EVER_MS
from streams.domain.clashes.clash import (
    CARRIAGEWAY,
    Clash,
    SiteWork,
    clash_id,
    closures_of,
    digging_of,
    occupation_of,
)
from streams.domain.overlaps import HoursSpan, last_ms, meet
from streams.domain.permit_ids import is_one_permit
from streams.domain.roads.graph import RoadGraph
from streams.geo.network import Link


@dataclass(frozen=True)
class Site:
    """A work with what its clashes need: its links and every layer of their road, its times."""

    work: SiteWork
    own: frozenset[int]
    road: frozenset[int]
    graph: RoadGraph

    @property
    def id(self) -> str:
        return self.work.permit_id

    @cached_property
    def digging(self) -> HoursSpan:
        return digging_of(self.work)

    @cached_property
    def occupation(self) -> HoursSpan:
        return occupation_of(self.work)

    @cached_property
    def runs(self) -> tuple[tuple[int, ...], ...]:
        """Its links as cars drive them, each direction by itself."""
        return self.graph.runs_of(self.work.links)

    @cached_property
    def takes_lanes(self) -> bool:
        return not CARRIAGEWAY.isdisjoint(closures_of(self.work))

    @cached_property
    def is_full(self) -> bool:
        return Closure.FULL in closures_of(self.work)


def site_of(graph: RoadGraph, work: SiteWork) -> Site:
    index = graph.network.index
    own = frozenset(index[link_id] for link_id in work.links if link_id in index)
    return Site(work, own, graph.blocked(work.links), graph)


def stated_end(*works: SiteWork, ends_ms: int) -> int | None:
    """An end in words of the permits: where all of the works go on without one (overdue, or no end
    is known) the last stated one, None unless each has stated one.
    """
    if ends_ms < EVER_MS:
        return ends_ms
    last = max(last_ms(work.ends_ms, work.hours) for work in works)
    return last if last < EVER_MS else None


class Pairs:
    """The clashes between the works given; only those of a changed work are found again."""

    def __init__(self, graph: RoadGraph) -> None:
        self._graph = graph
        self._sites: dict[str, Site] = {}
        self._by_own: dict[int, set[str]] = defaultdict(set)
        self._by_road: dict[int, set[str]] = defaultdict(set)
        self._beside = _adjoining(graph.network.links)
        self._found: dict[str, dict[str, Clash]] = {}

    def put(self, site: Site) -> None:
        self.drop(site.id)
        found = {
            other: clash
            for other in sorted(self._near(site))
            if (clash := self._clash(site, self._sites[other])) is not None
        }
        self._sites[site.id] = site
        self._found[site.id] = found
        for other, clash in found.items():
            self._found[other][site.id] = clash
        for place in site.own:
            self._by_own[place].add(site.id)
        for place in site.road:
            self._by_road[place].add(site.id)

    def drop(self, work_id: str) -> None:
        site = self._sites.pop(work_id, None)
        if site is None:
            return
        for other in self._found.pop(work_id):
            del self._found[other][work_id]
        for place in site.own:
            self._by_own[place].discard(work_id)
        for place in site.road:
            self._by_road[place].discard(work_id)

    def clashes(self) -> Iterator[Clash]:
        """Every clash once."""
        for work_id, found in self._found.items():
            for other, clash in found.items():
                if work_id < other:
                    yield clash

    def _near(self, site: Site) -> set[str]:
        near: set[str] = set()
        for place in site.own:
            near |= self._by_road.get(place, set())
            for beside in self._beside.get(place, ()):
                near |= self._by_own.get(beside, set())
        for place in site.road:
            near |= self._by_own.get(place, set())
        return near

    def _clash(self, one: Site, other: Site) -> Clash | None:
        """High: two organisations dig the same road at the same time. Low: they only occupy it
        together, or are one organisation, or their roads adjoin and both take lanes. Rows of one
        permit do not clash.
        """
        if is_one_permit(one.id, other.id):
            return None
        shared = (one.own & other.road) | (other.own & one.road)
        if not shared and not (one.takes_lanes and other.takes_lanes):
            return None
        digs = meet(one.digging, other.digging)
        period = digs or meet(one.occupation, other.occupation)
        if period is None:
            return None
        works = tuple(sorted((one.id, other.id)))
        is_high = bool(shared) and digs is not None and not _is_one_organisation(one, other)
        return Clash(
            clash_id(ClashKind.WORKS, works),
            ClashKind.WORKS,
            ClashSeverity.HIGH if is_high else ClashSeverity.LOW,
            works,
            links=self._ids(shared or self._adjoining(one.own, other.own)),
            from_ms=period[0],
            until_ms=stated_end(one.work, other.work, ends_ms=period[1]),
        )

    def _adjoining(self, one: Collection[int], other: Collection[int]) -> set[int]:
        pairs = ((a, b) for a in one for b in self._beside.get(a, ()) if b in other)
        return {place for pair in pairs for place in pair}

    def _ids(self, places: Collection[int]) -> tuple[str, ...]:
        return tuple(sorted(self._graph.network.links[place].id for place in places))


def _is_one_organisation(one: Site, other: Site) -> bool:
    return bool(one.work.organisation) and one.work.organisation == other.work.organisation


def _adjoining(links: Collection[Link]) -> dict[int, tuple[int, ...]]:
    """For each link those that begin where it ends or end where it begins, not its other side."""
    by_start: dict[str, list[int]] = defaultdict(list)
    by_end: dict[str, list[int]] = defaultdict(list)
    for place, link in enumerate(links):
        by_start[link.from_id].append(place)
        by_end[link.to_id].append(place)
    every = list(links)
    found: dict[int, tuple[int, ...]] = {}
    for place, link in enumerate(every):
        after = by_start.get(link.to_id, ()) if link.to_id else ()
        before = by_end.get(link.from_id, ()) if link.from_id else ()
        other_side = (link.to_id, link.from_id)
        found[place] = tuple(
            x for x in (*after, *before) if (every[x].from_id, every[x].to_id) != other_side
        )
    return found
