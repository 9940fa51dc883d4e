"""Which links a work or an incident lies on, and how that was found out."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from streams.domain.network import Link, Network, Point, distance_m

AT_POINT_M = 80.0  # a permit's point further from every road than this lies on none
BESIDE_M = 15.0  # links this much further than the nearest still count as the same road
SAMPLE_M = 20.0
BESIDE_SAMPLES = 4  # a link merely crossed is near for fewer
ALONG_M = 30.0  # a drawn geometry runs this close to the links it lies on
_NOISE = re.compile(r"(번지|일원|일대|외\s*\d*\s*(개소|필지|개필지)?|\([^()]*\)|\s)")
_AREA = re.compile(r"^(강원특별자치도|강원도)?\s*(춘천시)?\s*")

Placed = tuple[tuple[str, ...], str]
"""Link ids, and "link_id", "geometry", "point", "address" or "nowhere"."""


def place(
    network: Network,
    *,
    link_ids: Sequence[str] = (),
    geometry: Sequence[Point] = (),
    point: Point | None = None,
    address: str = "",
    road_name: str = "",
    gazetteer: Mapping[str, Point] | None = None,
) -> Placed:
    """The links by the best evidence; an address counts only when the gazetteer knows it."""
    if found := _by_id(network, link_ids):
        return found, "link_id"
    if geometry and (found := _along(network, geometry)):
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
    """Links that run beside a geometry for at least 60 m, or for half of a shorter one."""
    hits: dict[str, int] = {}
    samples = _sampled(geometry)
    for point in samples:
        for _, link in network.near(point, ALONG_M):
            hits[link.id] = hits.get(link.id, 0) + 1
    enough = min(BESIDE_SAMPLES, (len(samples) + 1) // 2)
    return tuple(link_id for link_id, count in hits.items() if count >= enough)


def _sampled(geometry: Sequence[Point]) -> list[Point]:
    """Distinct points along a line, at most `SAMPLE_M` apart, its vertices among them."""
    points: dict[Point, None] = {geometry[0]: None}
    for (x1, y1), (x2, y2) in pairwise(geometry):
        steps = max(1, math.ceil(distance_m((x1, y1), (x2, y2)) / SAMPLE_M))
        for step in range(1, steps + 1):
            points[x1 + (x2 - x1) * step / steps, y1 + (y2 - y1) * step / steps] = None
    return list(points)
