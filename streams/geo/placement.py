"""Which links a work or an incident lies on, and how that was found out.

A road is taken on its whole width: every link of the piece, both directions. What of it a stated
direction leaves open is for `works.directions`.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from shapely import LineString, Polygon

from streams.contract.enums import PlacedBy
from streams.geo.addresses import Gazetteer, Located
from streams.geo.alongside import opposite_of, piece_at
from streams.geo.measures import Point, bearing_deg, distance_m, length_of_m, midpoint_of
from streams.geo.network import Link, Network

AT_POINT_M = 80.0  # a permit's point further from every road than this lies on none
SAMPLE_M = 20.0
ALONG_M = 30.0  # a drawn geometry runs this close to the road it lies on, or, with no point, 80 m
ALONG_LENGTH_M = 80.0  # a road beside which it runs for less is crossed
THIN = 0.25  # a ring of less area than this share of the square of its length follows a road
BENT = 0.6  # and one that fills less than this share of its hull

Placed = tuple[tuple[str, ...], PlacedBy]
"""Link ids, and by what evidence."""


def place(
    network: Network,
    *,
    link_ids: Sequence[str] = (),
    geometry: Sequence[Point] = (),
    parts: Sequence[int] = (),
    point: Point | None = None,
    address: str = "",
    road_name: str = "",
    gazetteer: Gazetteer | None = None,
) -> Placed:
    """The links by the best evidence; an address counts only when the gazetteer knows it, and is
    ADDRESS_NEAR where it is not sure of it.

    `parts` are the places in `geometry` where its lines begin; each line lies by itself, and a
    closed one is a ring.
    """
    if found := _by_id(network, link_ids):
        return found, PlacedBy.LINK_ID
    lines = lines_of(geometry, parts) if geometry else []
    if found := _by_lines(network, lines, ALONG_M):
        return found, PlacedBy.GEOMETRY
    if point and (found := _at(network, point, road_name)):
        return found, PlacedBy.POINT
    if found := _by_lines(network, lines, AT_POINT_M):
        return found, PlacedBy.GEOMETRY
    known = gazetteer.find(address) if gazetteer else None
    if known and (found := _at_address(network, known, road_name)):
        return found, PlacedBy.ADDRESS if known.is_sure else PlacedBy.ADDRESS_NEAR
    return (), PlacedBy.NOWHERE


def _at_address(network: Network, known: Located, road_name: str) -> tuple[str, ...]:
    """The roads at an address; of a range those at both ends and what runs straight between."""
    found = [link_id for point in known.points for link_id in _at(network, point, road_name)]
    if known.is_sure and len(known.points) > 1:
        found += _along(network, known.points, ALONG_M)
    return tuple(dict.fromkeys(found))


def _by_id(network: Network, link_ids: Iterable[str]) -> tuple[str, ...]:
    """Known links and what else is their road; every unknown id is passed over.

    A section names its direction itself. A standard link stands for its road: its other direction,
    and the sections over both.
    """
    found: dict[str, None] = {}
    for link_id in link_ids:
        link = network.link(link_id)
        standard = [link] if link and link.kind == "standard" else []
        for each in [link_id, *(x.id for x in standard for x in opposite_of(network, x))]:
            if network.link(each) is not None:
                found[each] = None
            if each in network.sections_of:
                found |= dict.fromkeys(network.layers_of.get(each, ()))
    return tuple(found)


def _at(network: Network, point: Point, road_name: str) -> tuple[str, ...]:
    return tuple(x.id for x in piece_at(network, point, AT_POINT_M, road_name=road_name))


def lines_of(geometry: Sequence[Point], parts: Sequence[int]) -> list[Sequence[Point]]:
    """A geometry line by line; `parts` are the places where its lines begin (none: one line)."""
    starts = sorted({0, *(part for part in parts if 0 < part < len(geometry))})
    return [geometry[a:b] for a, b in pairwise([*starts, len(geometry)])]


def _by_lines(
    network: Network, lines: Iterable[Sequence[Point]], reach_m: float
) -> tuple[str, ...]:
    """The links of every line, each by itself."""
    found: dict[str, None] = {}
    for line in lines:
        found |= dict.fromkeys(_in_ring(network, line) or _along(network, line, reach_m))
    return tuple(found)


def _in_ring(network: Network, ring: Sequence[Point]) -> tuple[str, ...]:
    """The road that a compact ring encloses; () for a line, and for a ring that follows a road.

    A dig lies in one road, the one of which most is inside: side streets that its ring touches or
    crosses stay open. A ring beside its road lies on the nearest one.
    """
    if len(ring) < 4 or ring[0] != ring[-1]:
        return ()
    area = Polygon(ring)
    least = max(THIN * (area.length / 4) ** 2, BENT * area.convex_hull.area)
    if not area.is_valid or area.area < least:
        return ()
    centre = (area.centroid.x, area.centroid.y)
    reach_m = max(distance_m(centre, corner) for corner in ring)
    inside = [part for _, link in network.near(centre, reach_m) for part in _clipped(link, area)]
    if not inside:
        return _at(network, centre, "")
    main = max(inside, key=length_of_m)
    enough_m = min(ALONG_LENGTH_M, length_of_m(main) / 2)
    heading_deg = bearing_deg(main[0], main[-1])
    found = [
        piece_at(network, midpoint_of(part), ALONG_M, along_deg=heading_deg)
        for part in inside
        if length_of_m(part) >= enough_m
    ]
    return tuple(dict.fromkeys(link.id for piece in found for link in piece))


def _clipped(link: Link, area: Polygon) -> Iterable[Sequence[Point]]:
    """The parts of a link inside an area."""
    if len(set(link.geometry)) == 1:
        return
    inside = LineString(link.geometry).intersection(area)
    for part in getattr(inside, "geoms", [inside]):
        if isinstance(part, LineString) and not part.is_empty:
            yield [(x, y) for x, y in part.coords]


def _along(network: Network, line: Sequence[Point], reach_m: float) -> tuple[str, ...]:
    """Links beside which a line runs for at least 80 m, or for half of a shorter one."""
    beside_m: dict[str, float] = defaultdict(float)
    samples = _sampled(line)
    for point, piece_m, heading_deg in samples:
        for link in piece_at(network, point, reach_m, along_deg=heading_deg):
            beside_m[link.id] += piece_m
    enough_m = min(ALONG_LENGTH_M, sum(piece_m for _, piece_m, _ in samples) / 2)
    return tuple(link_id for link_id, metres in beside_m.items() if metres >= enough_m)


def _sampled(line: Sequence[Point]) -> list[tuple[Point, float, float | None]]:
    """Points along a line, the metres (at most 20) each stands for, and its bearing there."""
    if len(set(line)) == 1:
        return [(line[0], 0.0, None)]
    points: list[tuple[Point, float, float | None]] = []
    for (x1, y1), (x2, y2) in pairwise(line):
        piece_m = distance_m((x1, y1), (x2, y2))
        heading_deg = bearing_deg((x1, y1), (x2, y2))
        steps = max(1, math.ceil(piece_m / SAMPLE_M))
        for step in range(steps):
            part = (step + 0.5) / steps
            point = (x1 + (x2 - x1) * part, y1 + (y2 - y1) * part)
            points.append((point, piece_m / steps, heading_deg))
    return points
