"""The way from stop to stop along the standard links: which of them a section really runs over.

A bus drives on the right, so its stop stands to the right of its link. The way is the shortest
from a link beside the first stop to one beside the last, without turning round, and a bus leaves
a stop on the link on which it came to it.
"""

import heapq
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from streams.geo.measures import Point, bearing_deg, length_of_m
from streams.geo.network import Link

OFF_COST = 2.0  # a metre beside the link costs as many metres of way
WRONG_SIDE_COST = 40.0  # a metre on the wrong side of the link costs as many metres of way,
WRONG_SIDE_M = 300.0  # and no more than this: less than round a block
TURN_M = 20.0  # what a turn costs: of two ways of one length the straighter one is driven
TURN_DEG = 45
UNSEEN_COST = 3.0  # times the length of a link on which no bus was seen, where some were
LANE_M = 3.25  # a lane's width
CORNER_SHARE = 0.5  # of the lanes to the right of the line: it is drawn in the middle of the street
SHARPEST_DEG = 90  # or of the carriageway, and a bus turns right in the right lane


class Beside(NamedTuple):
    """A link beside a stop: where along it the stop is (m), and what that costs (m)."""

    link: Link
    at_m: float
    cost_m: float


class RoadWay(NamedTuple):
    """Links in driving order, taken from `first_m` of the first to `last_m` of the last."""

    links: tuple[Link, ...]
    first_m: float
    last_m: float

    def stretches(self) -> Iterator[tuple[Link, float, float]]:
        """Each link with where on its shape the way enters and leaves it (m)."""
        for place, link in enumerate(self.links):
            end_m = self.last_m if place == len(self.links) - 1 else length_of_m(link.geometry)
            yield link, 0.0 if place else self.first_m, end_m

    def length_m(self) -> float:
        """Its measured metres, less what right turns are shorter in the right lane.

        Lines that run o1 and o2 to the right of two others meet (o1 + o2) * tan(turn / 2) earlier.
        """
        saved_m = 0.0
        for one, other in pairwise(self.links):
            turn_deg = min(max(0, turned_deg(one, other)), SHARPEST_DEG)
            aside_m = LANE_M * ((one.lanes or 1) + (other.lanes or 1) - 1)
            saved_m += CORNER_SHARE * aside_m * math.tan(math.radians(turn_deg) / 2)
        return sum(self._lengths_m().values()) - saved_m

    def shares(self) -> dict[str, float]:
        """The share (0..1) of the way on each link."""
        lengths_m = self._lengths_m()
        whole_m = sum(lengths_m.values()) or 1.0
        return {link_id: length_m / whole_m for link_id, length_m in lengths_m.items()}

    def _lengths_m(self) -> dict[str, float]:
        """The measured metres taken of each link; of a link driven twice both."""
        found: dict[str, float] = defaultdict(float)
        for link, first_m, last_m in self.stretches():
            shape_m = length_of_m(link.geometry)
            found[link.id] += link.length_m * (last_m - first_m) / shape_m if shape_m else 0.0
        return dict(found)

    def line(self) -> tuple[Point, ...]:
        """The way's shape, from beside the first stop to beside the last."""
        points: list[Point] = []
        for link, first_m, last_m in self.stretches():
            points += cut(link.geometry, first_m, last_m)
        return tuple(b for a, b in pairwise([None, *points]) if b is not None and a != b)


class StandardLinkGraph:
    """The standard links, each with those a bus may drive on to and what the turn costs (m)."""

    def __init__(self, links: Sequence[Link]) -> None:
        leaving: Mapping[str, list[Link]] = defaultdict(list)
        for link in links:
            if link.from_id:
                leaving[link.from_id].append(link)
        self._next = {
            one.id: [
                (other, TURN_M if abs(turned_deg(one, other)) > TURN_DEG else 0.0)
                for other in leaving.get(one.to_id, ())
                if other.to_id != one.from_id  # no bus turns round between two stops
            ]
            for one in links
        }
        self._shape_m = {link.id: length_of_m(link.geometry) for link in links}

    def reach(
        self, start: Beside, goals: Iterable[str], longest_m: float, driven: Collection[str] = ()
    ) -> "SearchReach":
        """The cheapest ways from a place on a link to the beginnings of others, until all goals
        are reached or a way is too long (Dijkstra, over turns). Where it is known which links
        buses have `driven`, the others cost more.
        """
        found: dict[str, tuple[float, Link]] = {}
        queue: list[tuple[float, int, Link, Link]] = []
        left, count = set(goals), 0
        last, end_m = start.link, self._shape_m[start.link.id] - start.at_m
        while left and end_m <= longest_m:
            for link, turn_m in self._next[last.id]:
                count += 1
                heapq.heappush(queue, (end_m + turn_m, count, link, last))
            while queue and queue[0][2].id in found:
                heapq.heappop(queue)
            if not queue:
                break
            cost_m, _, last, before = heapq.heappop(queue)
            found[last.id] = cost_m, before
            left.discard(last.id)
            seen = not driven or last.id in driven
            end_m = cost_m + self._shape_m[last.id] * (1.0 if seen else UNSEEN_COST)
        return SearchReach(start, found)


class SearchReach(NamedTuple):
    """Of each link reached from a start: the cost to its beginning (m), and the link before it."""

    start: Beside
    found: Mapping[str, tuple[float, Link]]

    def cost_m(self, goal: Beside) -> float:
        """The cost of the way to a place (m), infinite where it is not reached."""
        if goal.link.id == self.start.link.id and goal.at_m >= self.start.at_m:
            return goal.at_m - self.start.at_m
        return self.found[goal.link.id][0] + goal.at_m if goal.link.id in self.found else math.inf

    def way(self, goal: Beside) -> RoadWay:
        """The way to a place that is reached."""
        links = [goal.link]
        if goal.link.id != self.start.link.id or goal.at_m < self.start.at_m:
            links.append(self.found[goal.link.id][1])
            while links[-1].id != self.start.link.id:
                links.append(self.found[links[-1].id][1])
        return RoadWay(tuple(reversed(links)), self.start.at_m, goal.at_m)


def turned_deg(one: Link, other: Link) -> int:
    """How far a bus turns from a link's end into another, degrees: right above 0, left below."""
    came_deg = bearing_deg(*one.geometry[-2:])
    return (bearing_deg(*other.geometry[:2]) - came_deg + 180) % 360 - 180


def cut(line: Sequence[Point], first_m: float, last_m: float) -> list[Point]:
    """The part of a line between two places along it, to a tenth of a metre."""
    found: list[Point] = []
    run_m = 0.0
    for a, b in pairwise(line):
        piece_m = length_of_m((a, b))
        if piece_m and run_m + piece_m >= first_m and run_m <= last_m:
            parts = [max(0.0, (first_m - run_m) / piece_m), min(1.0, (last_m - run_m) / piece_m)]
            found += [
                (round(a[0] + (b[0] - a[0]) * x, 6), round(a[1] + (b[1] - a[1]) * x, 6))
                for x in parts
            ]
        run_m += piece_m
    return [b for a, b in pairwise([None, *found]) if b is not None and a != b]
