"""The quickest way over pieces of road: A* (Hart, Nilsson and Raphael 1968), in whole ms."""

import heapq
import math
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from streams.domain.roads.joins import Spot
from streams.domain.roads.pieces import LinkPiece, Steps, behind

WALLED_IN = 400  # pieces


class Lead(NamedTuple):
    """What it costs to begin (or end) with a piece, and the metres of road not driven for it."""

    cost_ms: int
    saved_m: float = 0.0


class Goal(NamedTuple):
    """The pieces a way may end with, and a spot in their midst."""

    spot: Spot
    leads: Mapping[int, Lead]


class FoundWay(NamedTuple):
    """A way as pieces in driving order, with its cost, leads at both ends included."""

    path: tuple[int, ...]
    cost_ms: int


class RoadTable:
    """Pieces and what follows each, with the fastest speed by air that any step allows."""

    def __init__(self, pieces: Sequence[LinkPiece], onward: Steps) -> None:
        self.pieces = pieces
        self.onward = onward
        self.before = behind(onward)
        own = (math.dist(piece.start, piece.end) / piece.cost_ms for piece in pieces)
        steps = (
            math.dist(pieces[at].end, pieces[after].end) / (extra_ms + pieces[after].cost_ms)
            for at, follow in enumerate(onward)
            for after, extra_ms in follow
        )
        self.fastest_m_ms = max([*own, *steps], default=1.0) or 1.0

    def quickest(
        self, starts: Mapping[int, Lead], goal: Goal, shut: frozenset[int]
    ) -> FoundWay | None:
        """The quickest way from any start to any end over no piece of a shut link.

        Of equally quick ways the one with the smallest piece numbers, from its end backwards: the
        same question always has the same answer, and shutting a link off the way changes nothing.
        """
        if self._is_walled_in(starts, goal, shut):
            return None
        search = _Search(self, goal, shut)
        for at, lead in starts.items():
            search.offer(at, lead.cost_ms, -1)
        return search.run()

    def _is_walled_in(self, starts: Collection[int], goal: Goal, shut: frozenset[int]) -> bool:
        """Whether few pieces lead to the goal and no start is among them.

        A valley behind a closure is found out here, or the search would go through the whole city.
        """
        rest = [at for at in goal.leads if self.pieces[at].place not in shut]
        seen = set(rest)
        while rest and len(seen) <= WALLED_IN:
            at = rest.pop()
            if at in starts:
                return False
            for before, _ in self.before[at]:
                if before not in seen and self.pieces[before].place not in shut:
                    seen.add(before)
                    rest.append(before)
        return not rest


class _Search:
    """One search: costs so far, where from, and what to look at next by cost plus the least left.

    The bound never overstates (no step is faster by air than the fastest one), so the first visit
    of a piece is its quickest.
    """

    def __init__(self, table: RoadTable, goal: Goal, shut: frozenset[int]) -> None:
        self._table = table
        self._goal = goal
        self._shut = shut
        ends = (table.pieces[at].end for at in goal.leads)
        self._reach_m = max((math.dist(goal.spot, end) for end in ends), default=0.0)
        self._costs: dict[int, int] = {}
        self._came_from: dict[int, int] = {}
        self._heap: list[tuple[int, int]] = []

    def offer(self, at: int, cost_ms: int, before: int) -> None:
        """A way to a piece that costs so much up to its beginning."""
        piece = self._table.pieces[at]
        if piece.place in self._shut:
            return
        cost_ms += piece.cost_ms
        known_ms = self._costs.get(at)
        if known_ms is None or cost_ms < known_ms:
            self._costs[at], self._came_from[at] = cost_ms, before
            left_m = math.dist(piece.end, self._goal.spot) - self._reach_m
            left_ms = int(left_m / self._table.fastest_m_ms) if left_m > 0 else 0
            heapq.heappush(self._heap, (cost_ms + left_ms, at))
        elif cost_ms == known_ms and before < self._came_from[at]:
            self._came_from[at] = before

    def run(self) -> FoundWay | None:
        heap, leads, onward = self._heap, self._goal.leads, self._table.onward
        best: tuple[int, int] | None = None
        done: set[int] = set()
        while heap and (best is None or heap[0][0] <= best[0]):
            _, at = heapq.heappop(heap)
            if at in done:
                continue
            done.add(at)
            cost_ms = self._costs[at]
            if at in leads:
                total = (cost_ms + leads[at].cost_ms, at)
                best = min(best, total) if best else total
            for after, extra_ms in onward[at]:
                self.offer(after, cost_ms + extra_ms, at)
        return FoundWay(self._back_from(best[1]), best[0]) if best else None

    def _back_from(self, end: int) -> tuple[int, ...]:
        path = [end]
        while (before := self._came_from[path[-1]]) >= 0:
            path.append(before)
        return tuple(reversed(path))


def length_of(path: Sequence[LinkPiece]) -> float:
    """The metres of a way, the gaps between its pieces included."""
    gaps_m = sum(math.dist(a.end, b.start) for a, b in pairwise(path))
    return sum(piece.length_m for piece in path) + gaps_m
