"""A graph a car can drive, made of a city's network.

Where standard links lie under a section, cars drive the standard links: theirs is a road network
with nodes. Sections that no standard link carries are driven themselves; see `roads.joins` for how
a car gets from one to the other, and for what of that is an estimate. Lengths and free-flow speeds
are the network's; turn penalties are round figures, not measured. One-way streets, forbidden turns
and heights are known only as far as links say them (a direction without a link cannot be driven).
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from streams.domain.roads.joins import LocalPlane, Spot, along, joins, point_at, twins
from streams.domain.roads.pieces import Steps, ahead, at_nodes, cut_up, gap_ms
from streams.domain.roads.quickest import FoundWay, Goal, Lead, RoadTable, length_of
from streams.geo.measures import Point
from streams.geo.network import Link, Network

CARRIED_FROM = 0.9  # of a section's length: standard links over so much are driven in its place
PLACE_WITHIN_M = (250.0, 500.0, 1_000.0)  # roads by a place: within the first that holds any
LEAVE_WITHIN_M = 2_000  # of a loose closure; a driver further off does not yet meet it


@dataclass(frozen=True, slots=True)
class Way:
    """A way through the graph: link indexes in driving order, its length and its time.

    `saved_m` is how much of the road before and behind the run it goes round is not driven.
    """

    links: tuple[int, ...]
    length_m: float
    cost_ms: int
    saved_m: float
    start: Point
    end: Point


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a question begins and ends, within so many metres together."""

    start: Spot
    end: Spot
    slack_m: float


class RoadGraph:
    """The pieces of a network and what follows each; built once, never changed."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.plane = LocalPlane(network.links)
        self._lines = [self.plane.line(at, link) for at, link in enumerate(network.links)]
        self._twins = twins(self._lines)
        driven = [line for line in self._lines if not _is_carried(network, line.place)]
        found = joins(driven)
        pieces, self._cuts = cut_up(network, driven, found)
        self._leaving, self._arriving = at_nodes(network, self._cuts)
        onward = ahead(network, driven, self._cuts, found)
        self.table = RoadTable(pieces, onward)

    def blocked(self, closed: Collection[str]) -> frozenset[int]:
        """The links that are shut when these are: themselves and every other layer of the same
        road, as indexes; unknown ids shut nothing.

        Of a section that is shut with a standard link of it, the others stay open.
        """
        network = self.network
        given = frozenset(closed)
        shut: set[int] = set()
        for link_id in given:
            layers = network.layers_of.get(link_id, ())
            is_told = link_id in network.standards_of and not given.isdisjoint(layers)
            shut.update(
                network.index[other]
                for other in (link_id, *(() if is_told else layers))
                if other in network.index
            )
            shut.update(self._twins.get(network.index.get(link_id, -1), ()))
        return frozenset(shut)

    def run_of(self, around: Sequence[str]) -> tuple[int, ...]:
        """The driven links under the first of `around` and those that continue it, in order.

        A place's links are often given both ways and in any order: links against the first one
        and links that do not touch its run are left out. Empty when none is known.
        """
        return self._driven_run(_chain(self._known(around)))

    def runs_of(self, link_ids: Sequence[str]) -> tuple[tuple[int, ...], ...]:
        """All the runs these links make, each direction by itself."""
        rest = self._known(link_ids)
        runs: dict[tuple[int, ...], None] = {}
        while rest:
            chain = _chain(rest)
            runs[self._driven_run(chain)] = None
            rest = [link for link in rest if link not in chain]
        return tuple(run for run in runs if run)

    def _known(self, link_ids: Sequence[str]) -> list[Link]:
        return [link for link_id in link_ids if (link := self.network.link(link_id)) is not None]

    def _driven_run(self, chain: Sequence[Link]) -> tuple[int, ...]:
        places = [place for link in chain for place in self._driven_under(link)]
        return tuple(dict.fromkeys(places))

    def length_m(self, places: Sequence[int]) -> int:
        return sum(self.network.links[place].length_m for place in places)

    def between(self, run: Sequence[int], shut: frozenset[int]) -> Way | None:
        """The quickest way round a run of links that uses no shut link; None when there is none.

        It goes from the run's first node to its last one. Where the run is a loose section, whose
        ends are stops in the middle of a road, it leaves that road up to 2 km before and comes back
        up to 2 km behind, where the time lost is least.
        """
        last = self._cuts[run[-1]][-1][1]
        goal = Goal(self.table.pieces[last].end, self._ends(run[-1]))
        starts = self._starts(run[0])
        found = self.table.quickest(starts, goal, shut)
        if found is None:
            return None
        return self._way(found, starts[found.path[0]], goal.leads[found.path[-1]])

    def reach_of(self, run: Sequence[int]) -> Reach:
        """Where the ways round a run begin and end."""
        pieces = self.table.pieces
        start, end = pieces[self._cuts[run[0]][0][1]].start, pieces[self._cuts[run[-1]][-1][1]].end
        starts = (math.dist(start, pieces[at].start) for at in self._starts(run[0]))
        ends = (math.dist(end, pieces[at].end) for at in self._ends(run[-1]))
        return Reach(start, end, max(starts, default=0.0) + max(ends, default=0.0))

    def could_serve(self, place: int, reach: Reach, cost_ms: int) -> bool:
        """Whether a way over a link could cost no more than this, by air at the fastest speed."""
        ends = (self.table.pieces[at].end for _, at in self._cuts.get(place, ()))
        return any(
            math.dist(reach.start, end) + math.dist(end, reach.end) - reach.slack_m
            <= cost_ms * self.table.fastest_m_ms
            for end in ends
        )

    def near(self, point: Point, radius_m: float) -> tuple[dict[int, Lead], Goal]:
        """The pieces that begin within a radius of a point, and those that end there."""
        spot = self.plane.spot(point)
        starts: dict[int, Lead] = {}
        ends: dict[int, Lead] = {}
        for at, piece in enumerate(self.table.pieces):
            for leads, end in ((starts, piece.start), (ends, piece.end)):
                if (gap_m := math.dist(spot, end)) <= radius_m:
                    leads[at] = Lead(gap_ms(gap_m))
        return starts, Goal(spot, ends)

    def beside(self, point: Point) -> tuple[dict[int, Lead], Goal]:
        """The pieces that begin by a place, and those that end there: within the first of the
        radii that holds both; none where no road is near.
        """
        for radius_m in PLACE_WITHIN_M:
            starts, goal = self.near(point, radius_m)
            if starts and goal.leads:
                break
        return starts, goal

    def legs_of(self, found: FoundWay) -> list[tuple[int, float]]:
        """The links that a way drives along, in order, and how many metres of each."""
        legs: list[tuple[int, float]] = []
        for at in found.path:
            piece = self.table.pieces[at]
            if legs and legs[-1][0] == piece.place:
                legs[-1] = (piece.place, legs[-1][1] + piece.length_m)
            else:
                legs.append((piece.place, piece.length_m))
        return legs

    def links_on(self, found: FoundWay) -> frozenset[int]:
        """The links that a way uses."""
        return frozenset(self.table.pieces[at].place for at in found.path)

    def _starts(self, place: int) -> dict[int, Lead]:
        link, first = self.network.links[place], self._cuts[place][0][1]
        if self._lines[place].is_loose and (
            leads := self._aside(first, self.table.before, self.table.onward)
        ):
            return leads
        at_node = self._leaving.get(link.from_id, (place,))
        return {self._cuts[other][0][1]: Lead(0) for other in at_node}

    def _ends(self, place: int) -> dict[int, Lead]:
        link, last = self.network.links[place], self._cuts[place][-1][1]
        if self._lines[place].is_loose and (
            leads := self._aside(last, self.table.onward, self.table.before)
        ):
            return leads
        at_node = self._arriving.get(link.to_id, (place,))
        return {self._cuts[other][-1][1]: Lead(0) for other in at_node}

    def _aside(self, at: int, along_it: Steps, aside: Steps) -> dict[int, Lead]:
        """The pieces that leave the road before a piece (or enter it behind), within 2 km of it.

        What of the road is not driven for one of them is credited to it.
        """
        found: dict[int, tuple[int, float]] = {}
        ms, metres, seen = 0, 0.0, {at}
        while metres <= LEAVE_WITHIN_M:
            steps = [step for step in along_it[at] if step[0] not in seen]
            if not steps:
                break
            at, extra_ms = min(steps, key=lambda step: (step[1], step[0]))
            for other, other_ms in aside[at]:
                if other not in seen:
                    found.setdefault(other, (ms - other_ms, metres))
            seen.add(at)
            ms += extra_ms + self.table.pieces[at].cost_ms
            metres += self.table.pieces[at].length_m
        return {other: Lead(ms - spared_ms, m) for other, (spared_ms, m) in found.items()}

    def _way(self, found: FoundWay, first: Lead, last: Lead) -> Way:
        pieces = [self.table.pieces[at] for at in found.path]
        return Way(
            tuple(dict.fromkeys(piece.place for piece in pieces)),
            length_of(pieces),
            found.cost_ms,
            first.saved_m + last.saved_m,
            self.plane.point(pieces[0].start),
            self.plane.point(pieces[-1].end),
        )

    def _driven_under(self, link: Link) -> list[int]:
        """The link itself, or the standard links that carry it in driving order."""
        network = self.network
        place = network.index[link.id]
        if place in self._cuts:
            return [place]
        under = [network.index[x] for x in network.layers_of[link.id] if x in network.index]
        line = self._lines[place]
        middles = {at: along(point_at(self._lines[at], 0.5), line)[0] for at in under}
        return sorted(under, key=lambda at: (middles[at], at))


def _is_carried(network: Network, place: int) -> bool:
    pairs = network.standards_of.get(network.links[place].id, ())
    return sum(x.share for x in pairs if x.standard_id in network.index) >= CARRIED_FROM


def _chain(links: Sequence[Link]) -> list[Link]:
    """The first link with those before and behind it, as far as they follow one another."""
    if not links:
        return []
    run = [links[0]]
    by_start = {link.from_id: link for link in reversed(links)}
    by_end = {link.to_id: link for link in reversed(links)}
    nodes = {run[0].from_id, run[0].to_id}
    while (link := by_start.get(run[-1].to_id)) and link.to_id not in nodes:
        run.append(link)
        nodes.add(link.to_id)
    while (link := by_end.get(run[0].from_id)) and link.from_id not in nodes:
        run.insert(0, link)
        nodes.add(link.from_id)
    return run
