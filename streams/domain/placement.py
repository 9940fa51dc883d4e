"""Which links a work or an incident lies on, and how that was found out."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from streams.domain.network import Link, Network, Point, distance_m

AT_POINT_M = 80.0  # a permit's point further from every road than this lies on none
BESIDE_M = 15.0  # links this much further than the nearest still count as the same road
SAMPLE_M = 20.0
ALONG_M = 30.0  # a drawn geometry runs this close to the links it lies on
BESIDE_LENGTH_M = 80.0  # a road crossed at a right angle is near for 60 m
_NOISE = re.compile(r"(번지|일원|일대|외\s*\d*\s*(개소|필지|개필지)?|\([^()]*\)|\s)")
_AREA = re.compile(r"^(강원특별자치도|강원도)?\s*(춘천시)?\s*")

Placed = tuple[tuple[str, ...], str]
"""Link ids, and "link_id", "geometry", "point", "address" or "nowhere"."""


def place(
    network: Network,
    *,
    link_ids: Sequence[str] = (),
    geometry: Sequence[Point] = (),
    parts: Sequence[int] = (),
    point: Point | None = None,
    address: str = "",
    road_name: str = "",
    gazetteer: Mapping[str, Point] | None = None,
) -> Placed:
    """The links by the best evidence; an address counts only when the gazetteer knows it.

    `parts` are where each line of the geometry begins; empty for one line.
    """
    if found := _by_id(network, link_ids):
        return found, "link_id"
    starts = [*(parts or (0,)), len(geometry)]
    lines = [geometry[a:b] for a, b in pairwise(starts) if a < b]
    if found := tuple(dict.fromkeys(x for line in lines for x in _along(network, line))):
        return found, "geometry"
    if point and (found := _at(network, point, road_name)):
        return found, "point"
    known = (gazetteer or {}).get(address_key(address)) if address else None
    if known and (found := _at(network, known, road_name)):
        return found, "address"
    return (), "nowhere"


def address_key(address: str) -> str:
    """An address as the gazetteer knows it: without city, blanks and words for "and around"."""
    return _NOISE.sub("", _AREA.sub("", address.strip()))


def _by_id(network: Network, link_ids: Iterable[str]) -> tuple[str, ...]:
    """Known links, and the sections over known standard links; every unknown id is passed over."""
    found: dict[str, None] = {}
    for link_id in link_ids:
        if network.link(link_id) is not None:
            found[link_id] = None
        for pair in network.sections_of.get(link_id, ()):
            found[pair.section_id] = None
    return tuple(found)


def _at(network: Network, point: Point, road_name: str) -> tuple[str, ...]:
    """The nearest road at a point, both directions; links of the work's own road come first."""
    near = network.near(point, AT_POINT_M)
    named = [(d, link) for d, link in near if road_name and link.road_name == road_name]
    near = named or near
    if not near:
        return ()
    nearest_m, nearest = near[0]
    return tuple(
        link.id
        for off_m, link in near
        if link is nearest or (off_m <= nearest_m + BESIDE_M and _is_same_road(link, nearest))
    )


def _is_same_road(link: Link, other: Link) -> bool:
    """The other direction of a link, or another layer of the same road."""
    return (link.from_id, link.to_id) in {
        (other.to_id, other.from_id),
        (other.from_id, other.to_id),
    }


def _along(network: Network, geometry: Sequence[Point]) -> tuple[str, ...]:
    """Links that run beside a geometry for at least 80 m, or for half of a shorter one."""
    beside_m: dict[str, float] = {}
    samples = _sampled(geometry)
    for point, piece_m in samples:
        for _, link in network.near(point, ALONG_M):
            beside_m[link.id] = beside_m.get(link.id, 0.0) + piece_m
    enough_m = min(BESIDE_LENGTH_M, sum(piece_m for _, piece_m in samples) / 2)
    return tuple(link_id for link_id, metres in beside_m.items() if metres >= enough_m)


def _sampled(geometry: Sequence[Point]) -> list[tuple[Point, float]]:
    """Points along a line, its vertices among them, and the metres (at most 20) each stands for."""
    points = [(geometry[0], 0.0)]
    for (x1, y1), (x2, y2) in pairwise(geometry):
        piece_m = distance_m((x1, y1), (x2, y2))
        steps = max(1, math.ceil(piece_m / SAMPLE_M))
        for step in range(1, steps + 1):
            point = (x1 + (x2 - x1) * step / steps, y1 + (y2 - y1) * step / steps)
            points.append((point, piece_m / steps))
    return points
