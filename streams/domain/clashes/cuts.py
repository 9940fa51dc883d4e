"""Full closures that only together part two key places, or make the way between them long."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import TypeVar

from streams.contract.enums import ClashKind, ClashSeverity
from streams.domain.clashes.clash import Clash, clash_id
from streams.domain.clashes.pairs import Site, stated_end
from streams.domain.overlaps import is_within, meet, openings
from streams.domain.roads.graph import RoadGraph
from streams.domain.roads.quickest import Goal, Lead

T = TypeVar("T")
KEY_KINDS = ("소방서", "병원", "터미널", "역")
MOST_PLACES = 12
MOST_MOMENTS = 48  # looked at, the soonest first
LONGER_BY = 2.0
LONGER_BY_MS = 300_000
_KEPT = 4096  # answers about trips; beyond it the oldest are asked again


@dataclass(frozen=True, slots=True)
class Trip:
    """From one key place to another: where a way begins and ends, and what it costs unclosed."""

    names: tuple[str, str]
    starts: dict[int, Lead]
    goal: Goal
    free_ms: int
    uses: frozenset[int]


class Cuts:
    """The trips between the key places of a network, and the closures that cut them."""

    def __init__(self, graph: RoadGraph) -> None:
        self._graph = graph
        self._trips = tuple(_trips(graph))
        self._known: dict[tuple[int, frozenset[int]], bool] = {}
        self._every: frozenset[int] = frozenset()
        self._state = [(False, trip.uses) for trip in self._trips]
        self._last: tuple[frozenset[Site], tuple[Clash, ...]] = (frozenset(), ())

    def clashes(self, closing: Collection[Site]) -> tuple[Clash, ...]:
        """The cuts by these full closures: for each trip the soonest one, the same works once."""
        sites = frozenset(closing)
        if sites != self._last[0]:
            self._last = (sites, self._found(sorted(sites, key=lambda site: site.id)))
        return self._last[1]

    def _found(self, sites: Sequence[Site]) -> tuple[Clash, ...]:
        suspect = self._suspects(_roads(sites))
        if not suspect or len(sites) < 2:
            return ()
        moments = _moments(sites)
        by_works: dict[tuple[str, ...], tuple[Sequence[Site], dict[str, None]]] = {}
        for at in suspect:
            cause = next(self._causes(at, moments), None)
            if cause is not None:
                works = tuple(sorted(site.id for site in cause))
                names = by_works.setdefault(works, (cause, {}))[1]
                names.update(dict.fromkeys(self._trips[at].names))
        self._known = dict(list(self._known.items())[-_KEPT:])
        return tuple(
            clash
            for works, (cause, names) in by_works.items()
            if (clash := _clash(self._graph, works, cause, tuple(names))) is not None
        )

    def _suspects(self, every: frozenset[int]) -> list[int]:
        """The trips that are cut when all closures come together, whenever they are.

        A trip that has a way keeps it until one of its links is shut; one that has none has none
        until a link is opened.
        """
        added, opened = every - self._every, self._every - every
        for at, (is_cut, uses) in enumerate(self._state):
            if opened if is_cut else not uses.isdisjoint(added):
                self._state[at] = self._asked(at, every)
        self._every = every
        return [at for at, (is_cut, _) in enumerate(self._state) if is_cut]

    def _asked(self, at: int, shut: frozenset[int]) -> tuple[bool, frozenset[int]]:
        """Whether a trip has no way left, or one of twice the time and five minutes more; and the
        links of its way.
        """
        trip = self._trips[at]
        found = self._graph.table.quickest(trip.starts, trip.goal, shut)
        if found is None:
            return True, frozenset()
        longer_ms = max(trip.free_ms * LONGER_BY, trip.free_ms + LONGER_BY_MS)
        return found.cost_ms > longer_ms, self._graph.links_on(found)

    def _causes(self, at: int, moments: Sequence[Sequence[Site]]) -> Iterator[list[Site]]:
        for together in moments:
            if not self._is_cut(at, _roads(together)):
                continue
            cause = smallest(together, lambda some: self._is_cut(at, _roads(some)))
            if len(cause) > 1:
                yield cause

    def _is_cut(self, at: int, shut: frozenset[int]) -> bool:
        if self._trips[at].uses.isdisjoint(shut):
            return False
        key = (at, shut)
        if key not in self._known:
            self._known[key] = self._asked(at, shut)[0]
        return self._known[key]


def smallest(sites: Sequence[T], is_enough: Callable[[Sequence[T]], bool]) -> list[T]:
    """Sites that are enough together, of which none can be left out (QuickXplain, Junker 2004).

    `is_enough` must hold for all of them and stay true when sites are added.
    """

    def needed(given: list[T], new: Sequence[T], rest: Sequence[T]) -> list[T]:
        if new and is_enough(given):
            return []
        if len(rest) == 1:
            return list(rest)
        half = len(rest) // 2
        second = needed([*given, *rest[:half]], rest[:half], rest[half:])
        first = needed([*given, *second], second, rest[:half])
        return first + second

    return needed([], [], sites)


def _moments(sites: Sequence[Site]) -> list[list[Site]]:
    """The sets of closures that are in force together, soonest first, none within another."""
    times = sorted({at_ms for site in sites for at_ms in _times(site, sites)})
    sets = [frozenset(x.id for x in sites if is_within(x.digging, at_ms)) for at_ms in times]
    whole = [one for one in dict.fromkeys(sets) if len(one) > 1 and not any(one < x for x in sets)]
    return [[site for site in sites if site.id in one] for one in whole[:MOST_MOMENTS]]


def _times(site: Site, sites: Sequence[Site]) -> Iterator[int]:
    """When a closure begins, and when a day's work of any closure begins after that."""
    yield site.digging.starts_ms
    for hours in {other.digging.hours for other in sites}:
        yield from openings(site.digging._replace(hours=hours))


def _trips(graph: RoadGraph) -> Iterator[Trip]:
    keys = [place for place in graph.network.places if place.kind in KEY_KINDS]
    keys.sort(key=lambda place: KEY_KINDS.index(place.kind))
    ends = {place.name: graph.beside((place.lon, place.lat)) for place in keys[:MOST_PLACES]}
    for one, other in permutations(ends, 2):
        starts, goal = ends[one][0], ends[other][1]
        found = graph.table.quickest(starts, goal, frozenset())
        if found is not None:
            yield Trip((one, other), starts, goal, found.cost_ms, graph.links_on(found))


def _roads(sites: Iterable[Site]) -> frozenset[int]:
    return frozenset(place for site in sites for place in site.road)


def _clash(
    graph: RoadGraph, works: tuple[str, ...], cause: Sequence[Site], names: tuple[str, ...]
) -> Clash | None:
    period = cause[0].digging
    for site in cause[1:]:
        common = meet(period, site.digging)
        if common is None:
            return None
        period = period._replace(starts_ms=common[0], ends_ms=common[1])
    return Clash(
        clash_id(ClashKind.CUT, works),
        ClashKind.CUT,
        ClashSeverity.HIGH,
        works,
        links=tuple(sorted({graph.network.links[x].id for site in cause for x in site.own})),
        places=names,
        from_ms=period.starts_ms,
        until_ms=stated_end(*(site.work for site in cause), ends_ms=period.ends_ms),
    )
