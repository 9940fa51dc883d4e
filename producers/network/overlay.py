"""Standard links laid under sections: which link carries which share of which section.

A section is a straight line between stops, its road is not: it is the way from one to the other
along the standard links (`ways`, `matching`), and its line and length are the way's. Where there
is none the line is sampled every 10 m, and a sample belongs to the nearest standard link within
35 m that runs the same way (within 45 degrees).
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import shapely

from producers.network.matching import RunMatcher, is_terminus
from producers.network.ways import (
    OFF_COST,
    WRONG_SIDE_COST,
    WRONG_SIDE_M,
    Beside,
    RoadWay,
    StandardLinkGraph,
)
from streams.geo.measures import EARTH_M, Point, bearing_deg, distance_m, length_of_m
from streams.geo.network import Link, Overlay

REACH_M = 35.0
MAX_TURN_DEG = 45.0
STEP_M = 10.0
DRAWN_BELOW = 0.5  # a section covered at least this much is drawn as its standard links
MEASURED_FROM = 0.9  # covered at least this much, its length is theirs
MIN_SHARE = 0.02
STREET_AXIS_M = 3.0  # a stop this near to a line stands on neither side of it
_M_PER_DEG = math.radians(1) * EARTH_M


@dataclass(frozen=True, slots=True)
class StandardLinkSegment:
    """One straight piece of a standard link; `from_m` is where it begins along the link."""

    link: Link
    a: Point
    b: Point
    from_m: float
    length_m: float
    bearing_deg: int

    def has_on_its_left(self, point: Point) -> bool:
        (ax, ay), (bx, by) = self.a, self.b
        return (bx - ax) * (point[1] - ay) - (by - ay) * (point[0] - ax) > 0

    def project(self, point: Point) -> tuple[float, float]:
        """Where a point lies along the segment (0..1), and how far from it (m)."""
        scale = math.cos(math.radians(point[1]))
        ax, ay = (self.a[0] - point[0]) * scale, self.a[1] - point[1]
        bx, by = (self.b[0] - point[0]) * scale, self.b[1] - point[1]
        dx, dy = bx - ax, by - ay
        part = max(0.0, min(1.0, -(ax * dx + ay * dy) / (dx * dx + dy * dy)))
        return part, math.hypot(ax + dx * part, ay + dy * part) * _M_PER_DEG


@dataclass(slots=True)
class Cover:
    """What one standard link covers of one section: how many samples, and which stretch of the
    link.
    """

    samples: int = 0
    first_m: float = math.inf
    last_m: float = 0.0
    shape_m: float = 0.0

    def add(self, at_m: float, shape_m: float) -> None:
        self.samples += 1
        self.first_m, self.last_m = min(self.first_m, at_m), max(self.last_m, at_m)
        self.shape_m = shape_m

    def length_m(self, link: Link) -> float:
        """The covered stretch in measured metres; within two steps of an end it reaches the end."""
        begin = 0.0 if self.first_m < 2 * STEP_M else self.first_m
        end = self.shape_m if self.shape_m - self.last_m < 2 * STEP_M else self.last_m
        return link.length_m * max(0.0, end - begin) / self.shape_m if self.shape_m else 0.0


class SegmentIndex:
    """The segments of the standard links by place."""

    def __init__(self, standards: Sequence[Link]) -> None:
        self.shapes_m = {link.id: length_of_m(link.geometry) for link in standards}
        self._segments = [segment for link in standards for segment in segments_of(link)]
        ends = np.array([(each.a, each.b) for each in self._segments]).reshape(-1, 2, 2)
        self._tree = shapely.STRtree(shapely.linestrings(ends))

    def nearest(self, point: Point, heading_deg: int) -> tuple[StandardLinkSegment, float] | None:
        """The nearest segment running the same way, and where along its link (m) the point lies."""
        best: tuple[float, str, StandardLinkSegment, float] | None = None
        for segment, part, away_m in self._within_reach(point):
            if abs((segment.bearing_deg - heading_deg + 180) % 360 - 180) > MAX_TURN_DEG:
                continue
            if best is None or (away_m, segment.link.id) < best[:2]:
                at_m = segment.from_m + part * segment.length_m
                best = (away_m, segment.link.id, segment, at_m)
        return None if best is None else (best[2], best[3])

    def beside(self, stop: Point) -> list[Beside]:
        """The links within 35 m of a stop, each where it is nearest to it."""
        found: dict[str, Beside] = {}
        for segment, part, away_m in self._within_reach(stop):
            is_wrong = away_m > STREET_AXIS_M and segment.has_on_its_left(stop)
            wrong_m = min(WRONG_SIDE_M, WRONG_SIDE_COST * away_m) if is_wrong else 0.0
            cost_m = OFF_COST * away_m + wrong_m
            known = found.get(segment.link.id)
            if known is None or cost_m < known.cost_m:
                at_m = segment.from_m + part * segment.length_m
                found[segment.link.id] = Beside(segment.link, at_m, cost_m)
        return [found[link_id] for link_id in sorted(found)]

    def _within_reach(self, point: Point) -> Iterator[tuple[StandardLinkSegment, float, float]]:
        """The segments within 35 m, in their order, each with where the point lies along it (0..1)
        and how far from it (m).
        """
        lon, lat = point
        high = 1.01 * REACH_M / _M_PER_DEG
        wide = high / math.cos(math.radians(lat))
        there = self._tree.query(shapely.box(lon - wide, lat - high, lon + wide, lat + high))
        for at in sorted(there):
            segment = self._segments[at]
            part, away_m = segment.project(point)
            if away_m <= REACH_M:
                yield segment, part, away_m


def segments_of(link: Link) -> Iterator[StandardLinkSegment]:
    """The straight pieces of a link, those without a length left out."""
    run_m = 0.0
    for a, b in pairwise(link.geometry):
        length_m = distance_m(a, b)
        if length_m:
            yield StandardLinkSegment(link, a, b, run_m, length_m, bearing_deg(a, b))
        run_m += length_m


def laid(
    sections: Sequence[Link], standards: Sequence[Link], runs: Iterable[Sequence[str]] = ()
) -> tuple[list[Link], list[Overlay]]:
    """The sections as their standard links make them, and the overlay by standard and section
    id. `runs` are the stop ids of the routes in order; without them each section stands alone.
    """
    index = SegmentIndex(standards)
    spots = {
        stop: spot
        for link in sections
        for stop, spot in ((link.from_id, link.geometry[0]), (link.to_id, link.geometry[-1]))
    }
    beside = {stop: index.beside(spot) for stop, spot in spots.items()}
    matcher = RunMatcher(sections, beside, StandardLinkGraph(standards))
    known = {link.id: link for link in standards}
    driven = {
        section.id: _driven(section, index, known)
        for section in sections
        if section.length_source == "learned"
    }
    ways = matcher.ways(runs or [(link.from_id, link.to_id) for link in sections], driven)
    changed: list[Link] = []
    pairs: list[Overlay] = []
    for section in sections:
        way = ways.get(section.id)
        if way is None:
            shares, measured_m = _sampled(section, index, known)
            seen = _seen(section, shares, measured_m, known)
        else:
            shares = way.shares()
            seen = _seen(_on_way(section, way), shares, way.length_m(), known)
            if seen.length_source == "loop":  # of a guess only where it begins and ends is known
                shares = {each.id: shares[each.id] for each in (way.links[0], way.links[-1])}
        changed.append(seen)
        pairs += [
            Overlay(link_id, section.id, round(share, 4))
            for link_id, share in shares.items()
            if share >= MIN_SHARE
        ]
    return changed, sorted(pairs, key=lambda pair: (pair.standard_id, pair.section_id))


def _driven(section: Link, index: SegmentIndex, known: Mapping[str, Link]) -> set[str]:
    """The links of which a section's learned line runs along at least a half."""
    covers, _ = _covers(section, index)
    return {
        link_id
        for link_id, cover in covers.items()
        if cover.samples * STEP_M >= known[link_id].length_m / 2
    }


def _on_way(section: Link, way: RoadWay) -> Link:
    """A section with the line of its way."""
    line = way.line()
    is_guess = is_terminus(section) and section.length_source != "learned"
    source = "loop" if is_guess else "path"
    return replace(section, geometry=line, length_source=source) if len(line) > 1 else section


def _sampled(
    section: Link, index: SegmentIndex, known: Mapping[str, Link]
) -> tuple[dict[str, float], float]:
    """The shares of the links beside a section's straight line, and the length they make of it."""
    covers, count = _covers(section, index)
    shares = {
        link_id: cover.samples / count
        for link_id, cover in covers.items()
        if cover.samples / count >= MIN_SHARE
    }
    covered = sum(shares.values())
    if not covered:
        return {}, 0.0
    return shares, sum(covers[link_id].length_m(known[link_id]) for link_id in shares) / covered


def _covers(section: Link, index: SegmentIndex) -> tuple[dict[str, Cover], int]:
    """What each standard link covers of the section, and the number of samples."""
    covers: dict[str, Cover] = defaultdict(Cover)
    count = 0
    for a, b in pairwise(section.geometry):
        heading_deg = bearing_deg(a, b)
        for point in _along(a, b, distance_m(a, b), STEP_M):
            count += 1
            if found := index.nearest(point, heading_deg):
                segment, at_m = found
                covers[segment.link.id].add(at_m, index.shapes_m[segment.link.id])
    return covers, count


def _seen(
    section: Link, shares: Mapping[str, float], measured_m: float, known: Mapping[str, Link]
) -> Link:
    """The section with the road of its largest share, and the length of its links if they carry
    it.
    """
    covered = sum(shares.values())
    if not shares or covered < DRAWN_BELOW:
        return section
    main = known[max(shares, key=lambda link_id: (shares[link_id], link_id))]
    named = replace(
        section,
        road_name=main.road_name,
        road_class=main.road_class,
        free_flow_kmh=main.free_flow_kmh,
        lanes=main.lanes,
        is_drawn=False,
    )
    if covered < MEASURED_FROM or section.length_source == "learned":
        return named
    straight_m = distance_m(section.geometry[0], section.geometry[-1])
    length_m = round(max(measured_m, straight_m))  # a road is never shorter than the straight line
    source = "standard" if section.length_source == "straight" else section.length_source
    return replace(named, length_m=max(1, length_m), length_source=source)


def _along(a: Point, b: Point, length_m: float, step_m: float) -> list[Point]:
    """Points from a to b at most `step_m` apart, both ends included."""
    count = max(1, math.ceil(length_m / step_m))
    return [
        (a[0] + (b[0] - a[0]) * i / count, a[1] + (b[1] - a[1]) * i / count)
        for i in range(count + 1)
    ]
