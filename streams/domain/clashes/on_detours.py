"""Works against the ways round: a work on the detour of a full closure in force."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from streams.contract.enums import ClashKind, ClashSeverity
from streams.domain.clashes.clash import Clash, clash_id
from streams.domain.clashes.pairs import Site, stated_end
from streams.domain.overlaps import meet
from streams.domain.permit_ids import is_one_permit
from streams.domain.roads.detours import is_sane
from streams.domain.roads.graph import Reach, RoadGraph

Run = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """The links of the way round one closure, what it costs, and where it begins and ends.

    A way too long to be one is kept too: it too stays until something better opens.
    """

    uses: frozenset[int] = frozenset()
    cost_ms: int = 0
    reach: Reach | None = None  # None: no way at all
    is_sane: bool = False


NOWHERE = Known()


class WaysRound:
    """The ways round the closures in force.

    A way is looked for again only when one of its links is shut or a link is opened that could lie
    on a better one: what is kept is always what would be found anew.
    """

    def __init__(self, graph: RoadGraph) -> None:
        self._graph = graph
        self._shut: frozenset[int] = frozenset()
        self._known: dict[Run, Known] = {}

    def of(self, runs: Iterable[Run], shut: frozenset[int]) -> dict[Run, Known]:
        """The way round each run of links when these are shut."""
        added, opened = shut - self._shut, self._shut - shut
        kept = {
            run: known
            for run, known in self._known.items()
            if known.uses.isdisjoint(added) and not self._could_improve(known, opened)
        }
        self._shut = shut
        self._known = {run: kept.get(run) or self._found(run) for run in sorted(set(runs))}
        return self._known

    def _found(self, run: Run) -> Known:
        way = self._graph.between(run, self._shut)
        if way is None:
            return NOWHERE
        reach = self._graph.reach_of(run)
        return Known(frozenset(way.links), way.cost_ms, reach, is_sane(self._graph, run, way))

    def _could_improve(self, known: Known, opened: Collection[int]) -> bool:
        reach = known.reach
        if reach is None:
            return bool(opened)
        return any(self._graph.could_serve(place, reach, known.cost_ms) for place in opened)


def detour_clashes(
    graph: RoadGraph,
    ways: WaysRound,
    closing: Collection[Site],
    sites: Iterable[Site],
    shut: frozenset[int],
) -> Iterator[Clash]:
    """The works that take lanes on the way round a closure in force, while it lasts.

    High where the work closes that road too, low where it only narrows it. What is closed already
    (`shut`) is on no way round.
    """
    found = ways.of((run for site in closing for run in site.runs), shut)
    on_place: dict[int, list[Site]] = defaultdict(list)
    for site in sites:
        for place in site.road if site.takes_lanes else ():
            on_place[place].append(site)
    for closed in closing:
        ways_round = [found[run] for run in closed.runs]
        uses = frozenset(x for known in ways_round if known.is_sane for x in known.uses)
        others = {site.id: site for place in uses for site in on_place.get(place, ())}
        for other in others.values():
            if (clash := _clash(graph, closed, other, uses)) is not None:
                yield clash


def _clash(graph: RoadGraph, closed: Site, other: Site, uses: frozenset[int]) -> Clash | None:
    period = meet(closed.digging, other.digging)
    if period is None or is_one_permit(other.id, closed.id):
        return None
    return Clash(
        clash_id(ClashKind.DETOUR, (closed.id, other.id)),
        ClashKind.DETOUR,
        ClashSeverity.HIGH if other.is_full else ClashSeverity.LOW,
        tuple(sorted((closed.id, other.id))),
        links=tuple(sorted(graph.network.links[place].id for place in uses & other.road)),
        from_ms=period[0],
        until_ms=stated_end(closed.work, other.work, ends_ms=period[1]),
    )
