"""Which standard link each stop of a run stands at, so that the ways between them fit together.

A stop has several links within reach: both directions of its street, the street round the corner.
Which one it is shows in the whole run: of all chains of links the one with the shortest ways is
taken (Viterbi), since a wrong link at one stop makes the way before it or the way behind it a
detour. A way longer than a bus would take is none, and the chain breaks there.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from producers.network.ways import Beside, RoadWay, SearchReach, StandardLinkGraph
from streams.geo.measures import distance_m
from streams.geo.network import Link

LONGEST_WAY = 2.5  # times the straight line, and WAY_SLACK_M more: a longer way is no bus's
WAY_SLACK_M = 300.0
OPPOSITE_STOPS_M = 80.0  # nearer stops are a terminus: the bus comes back on the other side,
LONGEST_LOOP_M = 3_500.0  # round a block, since the standard links know no turning place
BROKEN_M = 20_000.0  # what a chain pays where no way leads on


class StopPair(NamedTuple):
    """The choices of a section: one place beside each of its stops, by their places in the lists
    of what lies beside.
    """

    section_id: str
    first: int
    last: int


class RunMatcher:
    """The ways of sections, from what lies beside their stops."""

    def __init__(
        self,
        sections: Iterable[Link],
        beside: Mapping[str, Sequence[Beside]],
        graph: StandardLinkGraph,
    ) -> None:
        self._beside = beside
        self._graph = graph
        self._sections = {section.id: section for section in sections}
        self._reaches = self._reached()

    def _reached(self) -> dict[str, list[SearchReach]]:
        """What is reached from each place beside each stop, as far as its longest section asks."""
        leaving: dict[str, list[Link]] = defaultdict(list)
        for section in self._sections.values():
            leaving[section.from_id].append(section)
        found = {}
        for stop, sections in leaving.items():
            goals = [each.link.id for section in sections for each in self._beside[section.to_id]]
            far_m = max(map(longest_m, sections))
            found[stop] = [self._graph.reach(start, goals, far_m) for start in self._beside[stop]]
        return found

    def cost_m(self, pair: StopPair) -> float:
        """The way's cost (m), infinite where it is longer than a bus would take."""
        section = self._sections[pair.section_id]
        starts, goals = self._reaches[section.from_id], self._beside[section.to_id]
        if not starts or not goals:
            return math.inf
        found_m = starts[pair.first].cost_m(goals[pair.last])
        return found_m if found_m <= longest_m(section) else math.inf

    def _way(self, pair: StopPair, driven: Collection[str]) -> RoadWay:
        section = self._sections[pair.section_id]
        reach = self._reaches[section.from_id][pair.first]
        goal = self._beside[section.to_id][pair.last]
        if driven:
            there = self._graph.reach(reach.start, [goal.link.id], LONGEST_LOOP_M, driven)
            reach = reach if math.isinf(there.cost_m(goal)) else there
        return reach.way(goal)

    def ways(
        self, runs: Iterable[Sequence[str]], driven: Mapping[str, Collection[str]]
    ) -> dict[str, RoadWay]:
        """The way of each section: as most runs over it have it, of as many the shortest; over the
        links that its buses have `driven` where that is known.
        """
        chosen: dict[str, Counter[StopPair]] = defaultdict(Counter)
        for run in runs:
            places = [place for part in self._parts(run) for place in self._chain(part)]
            for (a, first), (b, last) in pairwise(zip(run, places, strict=True)):
                pair = StopPair(f"{a}>{b}", first, last)
                if pair.section_id in self._sections and self.cost_m(pair) < math.inf:
                    chosen[pair.section_id][pair] += 1
        best = (
            min(pairs, key=lambda x: (-pairs[x], self.cost_m(x), x)) for pairs in chosen.values()
        )
        return {pair.section_id: self._way(pair, driven.get(pair.section_id, ())) for pair in best}

    def _parts(self, run: Sequence[str]) -> Iterator[list[str]]:
        """A run cut where no section leads on, a stop has no link beside it, or the bus turns."""
        part = [run[0]]
        for a, b in pairwise(run):
            section = self._sections.get(f"{a}>{b}")
            if not section or is_terminus(section) or not (self._beside[a] and self._beside[b]):
                yield part
                part = []
            part.append(b)
        yield part

    def _chain(self, stops: Sequence[str]) -> list[int]:
        """The place taken beside each stop of a part, by its number among those beside it."""
        costs = [each.cost_m for each in self._beside[stops[0]]]
        steps: list[list[int]] = []
        for a, b in pairwise(stops):
            came = [self._best(f"{a}>{b}", costs, last) for last in range(len(self._beside[b]))]
            steps.append([first for _, first in came])
            there = zip(came, self._beside[b], strict=True)
            costs = [cost_m + each.cost_m for (cost_m, _), each in there]
        found = [min(range(len(costs)), key=costs.__getitem__, default=0)]
        for step in reversed(steps):
            found.append(step[found[-1]])
        return found[::-1]

    def _best(self, section_id: str, costs: Sequence[float], last: int) -> tuple[float, int]:
        """The cheapest first place for a last one, with its cost so far."""
        return min(
            (cost_m + min(self.cost_m(StopPair(section_id, first, last)), BROKEN_M), first)
            for first, cost_m in enumerate(costs)
        )


def is_terminus(section: Link) -> bool:
    """Whether its stops stand so near to each other that the bus turns between them."""
    return distance_m(section.geometry[0], section.geometry[-1]) < OPPOSITE_STOPS_M


def longest_m(section: Link) -> float:
    """The longest way a bus would take between two stops."""
    if is_terminus(section):
        return LONGEST_LOOP_M
    return LONGEST_WAY * distance_m(section.geometry[0], section.geometry[-1]) + WAY_SLACK_M
