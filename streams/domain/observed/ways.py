"""The way round that most buses of a route take, of the few points at which each was seen on it."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from streams.geo.measures import Point, bearing_deg, distance_m, distance_to_line_m
from streams.geo.network import Network

MAX_WAYS = 3
MAX_POINTS = 12
SAME_M = 120.0  # points of one street so far from a line through few others of it
APART_M = 40.0  # a point nearer to a known one tells nothing new
STRAIGHT_M = 12.0  # a point so near to the line without it is left out
STREET_M = 40.0
ALONG_DEG = 40  # a street that runs otherwise is crossed, not driven


class BusWay(NamedTuple):
    """A way round: points off the route's line in driving order, and how many buses took it."""

    points: tuple[Point, ...]
    buses: int = 1


def with_path(ways: tuple[BusWay, ...], path: Sequence[Point]) -> tuple[BusWay, ...]:
    """The ways after a bus drove by these points. It took the first known one that it kept to,
    which its points make finer; else one of its own, for which the least driven gives room.
    Without points it is not known where it was.
    """
    seen = tuple((round(lon, 6), round(lat, 6)) for lon, lat in path[:MAX_POINTS])
    if not seen:
        return ways
    for at, way in enumerate(ways):
        if _is_same(way.points, seen):
            finer = BusWay(_merged(way.points, seen), min(way.buses + 1, 999))
            return (*ways[:at], finer, *ways[at + 1 :])
    kept = sorted(ways, key=lambda way: -way.buses)[: MAX_WAYS - 1]
    return (*kept, BusWay(seen))


def most_driven(ways: Sequence[BusWay]) -> tuple[Point, ...]:
    """The points of the way that most buses took, the first of equals; () where none is known."""
    return max(ways, key=lambda way: way.buses).points if ways else ()


def _is_same(one: Sequence[Point], other: Sequence[Point]) -> bool:
    fewer, more = sorted((one, other), key=len)
    line = more if len(more) > 1 else (*more, *more)
    return all(distance_to_line_m(point, line) <= SAME_M for point in fewer)


def _merged(points: tuple[Point, ...], seen: Sequence[Point]) -> tuple[Point, ...]:
    """The line with the points of another drive, each where it lengthens the line least."""
    line = list(points)
    for point in seen:
        if min(distance_m(point, known) for known in line) > APART_M:
            line.insert(_place(line, point), point)
    kept = simplified(line)
    return kept if len(kept) <= MAX_POINTS else points


def _place(line: Sequence[Point], point: Point) -> int:
    """Before which point of a line another one comes."""
    ends = [(distance_m(point, line[0]), 0), (distance_m(line[-1], point), len(line))]
    between = [
        (distance_m(a, point) + distance_m(point, b) - distance_m(a, b), at + 1)
        for at, (a, b) in enumerate(pairwise(line))
    ]
    return min(ends + between)[1]


def simplified(line: Sequence[Point]) -> tuple[Point, ...]:
    """The line without points that lie nearly on it (Douglas and Peucker, 1973)."""
    if len(line) < 3:
        return tuple(line)
    first, last = line[0], line[-1]
    away = [distance_to_line_m(point, (first, last)) for point in line[1:-1]]
    far = max(range(len(away)), key=away.__getitem__)
    if away[far] <= STRAIGHT_M:
        return first, last
    return (*simplified(line[: far + 2])[:-1], *simplified(line[far + 1 :]))


def streets_of(way: Sequence[Point], avoided: Sequence[str], network: Network) -> list[str]:
    """The names of the streets that a way follows, in order, each once, without those of the links
    that it avoids. A piece between two points has the name of the nearest street along it.
    """
    links = (network.link(link_id) for link_id in avoided)
    without = {"", *(link.road_name for link in links if link)}
    line = with_ends(way, avoided, network)
    names = [_street(a, b, network) for a, b in pairwise(line) if distance_m(a, b) >= APART_M]
    return [name for name in dict.fromkeys(names) if name not in without]


def with_ends(way: Sequence[Point], avoided: Sequence[str], network: Network) -> tuple[Point, ...]:
    """A way from the beginning of the links that it avoids to their end; () where it is not known
    or no link is.
    """
    links = [link for x in avoided if (link := network.link(x)) is not None]
    if not way or not links:
        return ()
    return (links[0].geometry[0], *way, links[-1].geometry[-1])


def _street(a: Point, b: Point, network: Network) -> str:
    """The street that runs along the middle of a piece; "" where none is near."""
    middle, course = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2), bearing_deg(a, b)
    near = sorted(
        (away_m, link.road_name)
        for away_m, link in network.near(middle, STREET_M)
        if abs((link.bearing_deg - course + 90) % 180 - 90) <= ALONG_DEG
    )
    return near[0][1] if near else ""
