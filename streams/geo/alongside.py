"""Which links are one piece of road at a place: lines that run along each other there.

A network draws one road several times: a line a direction, a section from stop to stop, a standard
link from junction to junction. They share no ids and no end points, only the ground. A section
without a measured shape is a straight line, and the longer it is, the less it says of where its
road runs. Pure.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from streams.geo.measures import EARTH_M, Point, distance_m, midpoint_of
from streams.geo.network import Link, Network

BESIDE_M = 25.0  # the two sides of a street, and its lines as they are drawn
PARALLEL_DEG = 30.0
BEYOND_M = 10.0  # a line that ends so near before a place still runs along there
ACROSS_STREET_M = 45.0  # the other side of a wide street, where its stops stand opposite
ACROSS_NAMED_M = 90.0  # the same, between stops of the same names
OPPOSITE_STOPS_M = 150.0
SAME_NAME_M = 300.0
LONG_M = 1_000.0  # a straight line over more must run along for longer
LONG_RUN_M = 150.0
LOOSE_M = 30.0  # a straight line is taken to lie this much further away than a drawn one
LOOSE_SHARE = 0.02  # and this share of what it is longer than LONG_M
ROAD_SLACK, WAY_SLACK_M = 1.1, 200.0  # a way from stop to stop over a place, against the road's


class Foot(NamedTuple):
    """The point of a line nearest to a place.

    `off_m` is how far the place lies from it, `beyond_m` how much of that lies past the line's end.
    `bearing_deg` is the line's there, 0..360.
    """

    point: Point
    off_m: float
    beyond_m: float
    bearing_deg: float


def foot_of(place: Point, line: Sequence[Point]) -> Foot:
    """The foot of a place on a line of one point or more."""
    east_m = math.radians(1) * EARTH_M * math.cos(math.radians(place[1]))
    north_m = math.radians(1) * EARTH_M
    flat = [((x - place[0]) * east_m, (y - place[1]) * north_m) for x, y in line]
    x, y = flat[0]
    best, at, beyond_m, bearing_deg = math.hypot(x, y), (x, y), 0.0, 0.0
    best = math.inf if len(flat) > 1 else best
    for (x1, y1), (x2, y2) in pairwise(flat):
        dx, dy = x2 - x1, y2 - y1
        piece_m = math.hypot(dx, dy)
        along = -(x1 * dx + y1 * dy) / piece_m**2 if piece_m else 0.0
        part = max(0.0, min(1.0, along))
        away_m = math.hypot(x1 + dx * part, y1 + dy * part)
        if away_m < best:
            best, at = away_m, (x1 + dx * part, y1 + dy * part)
            beyond_m = abs(along - part) * piece_m
            bearing_deg = math.degrees(math.atan2(dx, dy)) % 360
    return Foot(
        (place[0] + at[0] / east_m, place[1] + at[1] / north_m), best, beyond_m, bearing_deg
    )


def piece_at(
    network: Network,
    place: Point,
    reach_m: float,
    *,
    along_deg: float | None = None,
    road_name: str = "",
) -> tuple[Link, ...]:
    """All links of the piece of road nearest to a place within `reach_m`, both directions.

    With `along_deg` only lines that run that way count, whichever way they are drawn; links of the
    named road come first. Empty where no road is near.
    """
    feet = [(link, foot_of(place, link.geometry)) for _, link in network.near(place, reach_m)]
    if along_deg is not None:
        feet = [(x, foot) for x, foot in feet if _is_along(foot, along_deg)]
    named = [(x, foot) for x, foot in feet if road_name and x.road_name == road_name]
    if not feet:
        return ()
    nearest, foot = min(named or feet, key=lambda pair: pair[1].off_m + _looseness_m(pair[0]))
    beside = {nearest.id: nearest} | {
        link.id: link
        for link in _beside(network, nearest, foot)
        if not named or link.road_name in ("", road_name)
    }
    over = [x for link in beside.values() for x in _sections_over(network, link, foot.point)]
    return tuple((beside | {link.id: link for link in over}).values())


def opposite_of(network: Network, link: Link) -> tuple[Link, ...]:
    """The standard links of the other direction of a standard link; of one without, none."""
    foot = foot_of(midpoint_of(link.geometry), link.geometry)
    return tuple(
        other
        for other in _beside(network, link, foot)
        if other.kind == link.kind and _is_opposite(foot_of(foot.point, other.geometry), foot)
    )


def is_straight(link: Link) -> bool:
    """Whether a link's line only joins its stops and shows no road."""
    return link.kind == "section" and len(link.geometry) == 2


def _looseness_m(link: Link) -> float:
    if not is_straight(link):
        return 0.0 if link.is_drawn else LOOSE_M  # the standard links in its place come first
    return LOOSE_M + LOOSE_SHARE * max(0.0, link.length_m - LONG_M)


def _beside(network: Network, nearest: Link, foot: Foot) -> list[Link]:
    """The links that run along the nearest one at its foot."""
    near = [
        (link, foot_of(foot.point, link.geometry))
        for _, link in network.near(foot.point, ACROSS_NAMED_M)
        if link is not nearest and (link.is_drawn or not nearest.is_drawn)
    ]
    along = [
        (link, its)
        for link, its in near
        if its.beyond_m <= BEYOND_M and _is_along(its, foot.bearing_deg)
    ]
    beside = [
        (link, its)
        for link, its in along
        if its.off_m <= BESIDE_M and _runs_on(link, nearest, foot)
    ]
    if not any(_is_opposite(its, foot) for _, its in beside):
        beside += [(x, its) for x, its in along if _faces(network, x, nearest, its.off_m)][:1]
    return [link for link, _ in beside]


def _runs_on(link: Link, nearest: Link, foot: Foot) -> bool:
    """Whether a long straight line also runs along before and after the foot."""
    if not is_straight(link) or link.length_m <= LONG_M:
        return True
    feet = [foot_of(spot, link.geometry) for spot in _around(nearest, foot)]
    return all(its.off_m - its.beyond_m <= BESIDE_M for its in feet)


def _around(link: Link, foot: Foot) -> Iterator[Point]:
    """The points of a link 150 m before and after a foot on it, or its nearer ends."""
    for end in (link.geometry[0], link.geometry[-1]):
        away_m = distance_m(foot.point, end)
        part = min(1.0, LONG_RUN_M / away_m) if away_m else 1.0
        (x, y), (x2, y2) = foot.point, end
        yield foot_of((x + (x2 - x) * part, y + (y2 - y) * part), link.geometry).point


def _faces(network: Network, link: Link, other: Link, off_m: float) -> bool:
    """Whether two sections lead from stop to stop on the two sides of one street."""
    if not link.kind == other.kind == "section":
        return False
    (a, b), (c, d) = (each.geometry[:: len(each.geometry) - 1] for each in (link, other))
    apart_m = max(distance_m(a, d), distance_m(b, c))
    if _stop_names(network, link) == _stop_names(network, other)[::-1]:
        return apart_m <= SAME_NAME_M
    return apart_m <= OPPOSITE_STOPS_M and off_m <= ACROSS_STREET_M


def _stop_names(network: Network, section: Link) -> tuple[str, ...]:
    """The names of the stops of a section; their ids where they have none."""
    stops = network.stop_by_id
    ends = (section.from_id, section.to_id)
    return tuple((stops[x].name if x in stops else "") or x for x in ends)


def _is_opposite(one: Foot, other: Foot) -> bool:
    turn_deg = abs((one.bearing_deg - other.bearing_deg + 180) % 360 - 180)
    return turn_deg >= 180 - PARALLEL_DEG


def _sections_over(network: Network, link: Link, place: Point) -> Iterator[Link]:
    """The sections over a standard link whose way from stop to stop leads over the place."""
    layers = network.layers_of.get(link.id, ()) if link.kind == "standard" else ()
    for section in map(network.link, layers):
        if section and _leads_over(section, place):
            yield section


def _leads_over(section: Link, place: Point) -> bool:
    first, last = section.geometry[0], section.geometry[-1]
    road_m = max(section.length_m, distance_m(first, last))
    way_m = distance_m(first, place) + distance_m(place, last)
    return way_m <= ROAD_SLACK * road_m + WAY_SLACK_M


def _is_along(foot: Foot, bearing_deg: float) -> bool:
    """Whether a line runs along a bearing at its foot, whichever way it is drawn."""
    turn_deg = abs(foot.bearing_deg - bearing_deg) % 180
    return min(turn_deg, 180 - turn_deg) <= PARALLEL_DEG
