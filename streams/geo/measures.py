"""Distances, bearings and places along lines: (lon, lat) in degrees in, metres and degrees out.

Metres come from a local equirectangular projection (error below 0.1 % within a city) or the great
circle; never from EPSG:3857.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

Point = tuple[float, float]
EARTH_M = 6_371_008.8  # mean radius, IUGG
DEGREE_M = math.radians(1) * EARTH_M  # of a great circle
ROUNDING_M = 0.001  # more than sums of metres within a country lose


class Box(NamedTuple):
    """The least rectangle around a line, degrees."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def around(cls, line: Sequence[Point]) -> "Box":
        """The box of a line with a point at least."""
        lons, lats = zip(*line, strict=True)
        return cls(min(lons), min(lats), max(lons), max(lats))

    def least_m(self, point: Point) -> float:
        """No point of the line is nearer to a point than this, m; 0 inside the box. To the last
        bit: `project` never finds less.
        """
        lon, lat = point
        x = max(self.west - lon, 0.0, lon - self.east) * math.cos(math.radians(lat)) * DEGREE_M
        y = max(self.south - lat, 0.0, lat - self.north) * DEGREE_M
        return max(0.0, math.hypot(x, y) - ROUNDING_M)


def distance_m(a: Point, b: Point) -> float:
    """Great-circle distance in metres (haversine)."""
    lat1, lat2 = math.radians(a[1]), math.radians(b[1])
    half = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin(math.radians(b[0] - a[0]) / 2) ** 2
    )
    return 2 * EARTH_M * math.asin(min(1.0, math.sqrt(half)))


def bearing_deg(a: Point, b: Point) -> int:
    """Initial bearing from a to b, degrees clockwise from north, 0..359."""
    lat1, lat2 = math.radians(a[1]), math.radians(b[1])
    east = math.radians(b[0] - a[0])
    y = math.sin(east) * math.cos(lat2)
    x = math.cos(lat1) * math.sin(lat2) - math.sin(lat1) * math.cos(lat2) * math.cos(east)
    return round(math.degrees(math.atan2(y, x))) % 360


def length_of_m(line: Iterable[Point]) -> float:
    """Length along a line in metres."""
    return sum(distance_m(a, b) for a, b in pairwise(line))


def project(point: Point, line: Sequence[Point]) -> tuple[float, float]:
    """Where a point lies along a line: (fraction 0..1 of its length, distance from it in m).

    A piece of the line that lies all on one side, further off than the nearest so far, is not
    measured: it cannot be nearer. Without two points on the line the distance is infinite.
    """
    lon, lat = point
    scale = math.cos(math.radians(lat))
    best, best_at, run, far = math.inf, 0.0, 0.0, math.inf
    vertices = iter(line)
    x, y = next(vertices, point)
    x1, y1 = (x - lon) * scale * DEGREE_M, (y - lat) * DEGREE_M
    for x, y in vertices:
        x2, y2 = (x - lon) * scale * DEGREE_M, (y - lat) * DEGREE_M
        dx, dy = x2 - x1, y2 - y1
        piece = math.hypot(dx, dy)
        is_aside = (x1 > far and x2 > far) or (x1 < -far and x2 < -far)
        if not (is_aside or (y1 > far and y2 > far) or (y1 < -far and y2 < -far)):
            part = max(0.0, min(1.0, -(x1 * dx + y1 * dy) / piece**2)) if piece else 0.0
            away = math.hypot(x1 + dx * part, y1 + dy * part)
            if away < best:
                best, best_at, far = away, run + piece * part, away + ROUNDING_M
        run += piece
        x1, y1 = x2, y2
    return (best_at / run if run else 0.0), best


def distance_to_line_m(point: Point, line: Sequence[Point]) -> float:
    """Distance of a point from a line in metres."""
    return project(point, line)[1]


def midpoint_of(line: Sequence[Point]) -> Point:
    """Where half of a line is passed."""
    half = length_of_m(line) / 2
    for a, b in pairwise(line):
        piece = distance_m(a, b)
        if half <= piece:
            part = half / piece if piece else 0.0
            return a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part
        half -= piece
    return line[-1]


def middle_of(line: Sequence[Point]) -> Point:
    """The middle vertex of a line, or the point between its two middle ones, to about 0.1 m."""
    (lon1, lat1), (lon2, lat2) = line[(len(line) - 1) // 2], line[len(line) // 2]
    return round((lon1 + lon2) / 2, 6), round((lat1 + lat2) / 2, 6)
