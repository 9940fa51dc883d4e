"""Driven links in pieces, cut where a car may leave or enter them, and what follows each piece."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from streams.domain.roads.joins import Join, PlanarLine, Spot, point_at, turn_deg
from streams.geo.network import Network

STRAIGHT_ON_DEG = 45
TURN_MS = 10_000  # a sharper turn: slowing down, waiting for a gap or a light
TURN_ROUND_MS = 60_000  # at a dead end
GAP_KMH = 20.0  # between an end and a beginning that no line joins
Steps = Sequence[Sequence[tuple[int, int]]]
"""For each piece its neighbours: (piece, ms on top)."""


class LinkPiece(NamedTuple):
    """A part of a link between two places where a car may leave or enter it."""

    place: int  # the link's index in the network
    length_m: float
    cost_ms: int
    start: Spot
    end: Spot


Cuts = dict[int, list[tuple[float, int]]]
"""Per driven link its pieces in order: (fraction of the link where the piece begins, piece)."""


def cut_up(
    network: Network, driven: Sequence[PlanarLine], found: Sequence[Join]
) -> tuple[list[LinkPiece], Cuts]:
    """Every driven link in pieces, cut where a join leaves or enters it."""
    at: dict[int, set[float]] = defaultdict(set)
    for join in found:
        at[join.a].add(join.u)
        at[join.b].add(join.v)
    pieces: list[LinkPiece] = []
    cuts: Cuts = {}
    for line in driven:
        link = network.links[line.place]
        bounds = [0.0, *sorted(part for part in at[line.place] if 0 < part < 1), 1.0]
        spots = [point_at(line, part) for part in bounds]
        cuts[line.place] = run = []
        for i, (start, end) in enumerate(pairwise(bounds)):
            length_m = link.length_m * (end - start)
            cost_ms = max(1, math.ceil(length_m / link.free_flow_kmh * 3600))
            run.append((start, len(pieces)))
            pieces.append(LinkPiece(line.place, length_m, cost_ms, spots[i], spots[i + 1]))
    return pieces, cuts


def ahead(
    network: Network, driven: Sequence[PlanarLine], cuts: Cuts, found: Sequence[Join]
) -> list[tuple[tuple[int, int], ...]]:
    """For each piece what may follow it and at which cost (ms) on top; turning round only at a
    dead end.
    """
    after: dict[int, dict[int, int]] = defaultdict(dict)
    back: dict[int, dict[int, int]] = defaultdict(dict)
    for one, extra in _over_nodes(network, {line.place: line for line in driven}, cuts):
        for other, cost_ms, is_back in extra:
            (back if is_back else after)[one][other] = cost_ms
    for join in found:
        one, other = _ending(cuts[join.a], join.u), _beginning(cuts[join.b], join.v)
        cost_ms = gap_ms(join.gap_m) + _turn_ms(join.angle_deg)
        after[one][other] = min(cost_ms, after[one].get(other, cost_ms))
    count = sum(len(run) for run in cuts.values())
    return [tuple(sorted((after[at] or back[at]).items())) for at in range(count)]


def _over_nodes(
    network: Network, lines: Mapping[int, PlanarLine], cuts: Cuts
) -> Iterator[tuple[int, list[tuple[int, int, bool]]]]:
    """What follows within a link, and over the node where a link ends: (piece, ms, turns round)."""
    leaving, _ = at_nodes(network, cuts)
    for place, run in cuts.items():
        for (_, one), (_, other) in pairwise(run):
            yield one, [(other, 0, False)]
        link = network.links[place]
        follow = []
        for other in leaving.get(link.to_id, ()):
            is_back = network.links[other].to_id == link.from_id
            cost_ms = TURN_ROUND_MS if is_back else _node_ms(lines[place], lines[other])
            follow.append((cuts[other][0][1], cost_ms, is_back))
        yield run[-1][1], follow


def _node_ms(one: PlanarLine, other: PlanarLine) -> int:
    """The turn, and the metres between lanes drawn apart."""
    gap_m = math.dist(one.points[-1], other.points[0])
    return gap_ms(gap_m) + _turn_ms(turn_deg(one.end_deg, other.start_deg))


def _ending(run: Sequence[tuple[float, int]], part: float) -> int:
    """The piece that ends at a fraction of its link."""
    return next((piece for start, piece in reversed(run) if start < part), run[0][1])


def _beginning(run: Sequence[tuple[float, int]], part: float) -> int:
    """The piece that begins at a fraction of its link."""
    return next((piece for start, piece in reversed(run) if start <= part), run[0][1])


def _turn_ms(angle_deg: float) -> int:
    return 0 if angle_deg < STRAIGHT_ON_DEG else TURN_MS


def gap_ms(gap_m: float) -> int:
    return round(gap_m / GAP_KMH * 3600)


def behind(onward: Steps) -> list[tuple[tuple[int, int], ...]]:
    """For each piece what may come before it."""
    before: list[list[tuple[int, int]]] = [[] for _ in onward]
    for at, steps in enumerate(onward):
        for other, extra_ms in steps:
            before[other].append((at, extra_ms))
    return [tuple(steps) for steps in before]


def at_nodes(network: Network, cuts: Cuts) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """The driven links that leave each node, and those that arrive; "" is no node."""
    leaving: dict[str, list[int]] = defaultdict(list)
    arriving: dict[str, list[int]] = defaultdict(list)
    for place in cuts:
        leaving[network.links[place].from_id].append(place)
        arriving[network.links[place].to_id].append(place)
    leaving.pop("", None)
    arriving.pop("", None)
    return dict(leaving), dict(arriving)
