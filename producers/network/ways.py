"""The way from stop to stop along the standard links: which of them a section really runs over.

A bus drives on the right, so its stop stands to the right of its link. The way is the shortest
from a link beside the first stop to one beside the last, without turning round.
"""

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from streams.geo.measures import distance_m, length_of_m
from streams.geo.network import Link

LONGEST_WAY = 2.5  # times the straight line, and WAY_SLACK_M more: a longer way is no bus's
WAY_SLACK_M = 300.0
NEXT_DOOR_M = 30.0  # stops nearer than this are one terminus: the bus goes round somewhere
OFF_COST = 2.0  # a metre beside the link costs as many metres of way
WRONG_SIDE_M = 60.0  # what a link on the wrong side of its stop costs


class Beside(NamedTuple):
    """A link beside a stop: where along it the stop is (m), and what that costs (m)."""

    link: Link
    at_m: float
    cost_m: float


class WayStretch(NamedTuple):
    """The metres of one link that a way takes."""

    link: Link
    length_m: float


class StandardLinkGraph:
    """The standard links by the nodes they leave."""

    def __init__(self, links: Sequence[Link]) -> None:
        self._leaving: Mapping[str, list[Link]] = defaultdict(list)
        for link in links:
            if link.from_id:
                self._leaving[link.from_id].append(link)
        self._shape_m = {link.id: length_of_m(link.geometry) for link in links}

    def way(
        self, section: Link, starts: Sequence[Beside], ends: Sequence[Beside]
    ) -> list[WayStretch]:
        """The stretches of the way from a section's first stop to its last; [] without one."""
        straight_m = distance_m(section.geometry[0], section.geometry[-1])
        if straight_m < NEXT_DOOR_M:
            return []
        longest_m = LONGEST_WAY * straight_m + WAY_SLACK_M
        goals = {end.link.id: end for end in ends}
        best, way = math.inf, []
        for start in starts:
            goal = goals.get(start.link.id)
            if goal is not None and goal.at_m >= start.at_m:
                cost_m = goal.at_m - start.at_m + start.cost_m + goal.cost_m
                if cost_m < best:
                    best, way = cost_m, [self._stretch(start.link, start.at_m, goal.at_m)]
        found, path = self._search(starts, goals, longest_m)
        return path if found < best else way

    def _search(
        self, starts: Iterable[Beside], goals: Mapping[str, Beside], longest_m: float
    ) -> tuple[float, list[WayStretch]]:
        """The cheapest way over at least one node, with its cost (m); (inf, []) without one."""
        begun = {start.link.id: start for start in starts}
        queue: list[tuple[float, int, tuple[Link, ...]]] = [
            (self._shape_m[each.link.id] - each.at_m + each.cost_m, place, (each.link,))
            for place, each in enumerate(begun.values())
        ]
        heapq.heapify(queue)
        done: set[str] = set()
        best: tuple[float, list[WayStretch]] = (math.inf, [])
        count = len(queue)
        while queue and queue[0][0] < min(best[0], longest_m + 2 * WRONG_SIDE_M):
            cost_m, _, path = heapq.heappop(queue)
            if path[-1].id in done:
                continue
            done.add(path[-1].id)
            for link in self._leaving.get(path[-1].to_id, ()):
                if link.to_id == path[-1].from_id:  # no bus turns round between two stops
                    continue
                goal = goals.get(link.id)
                if goal is not None and cost_m + goal.at_m + goal.cost_m < best[0]:
                    whole = self._stretches((*path, link), begun[path[0].id].at_m, goal.at_m)
                    best = (cost_m + goal.at_m + goal.cost_m, whole)
                count += 1
                heapq.heappush(queue, (cost_m + self._shape_m[link.id], count, (*path, link)))
        return best if sum(x.length_m for x in best[1]) <= longest_m else (math.inf, [])

    def _stretches(self, path: Sequence[Link], first_m: float, last_m: float) -> list[WayStretch]:
        return [
            self._stretch(
                link,
                first_m if place == 0 else 0.0,
                last_m if place == len(path) - 1 else self._shape_m[link.id],
            )
            for place, link in enumerate(path)
        ]

    def _stretch(self, link: Link, first_m: float, last_m: float) -> WayStretch:
        """A part of a link in its measured metres."""
        shape_m = self._shape_m[link.id]
        return WayStretch(link, link.length_m * (last_m - first_m) / shape_m if shape_m else 0.0)
