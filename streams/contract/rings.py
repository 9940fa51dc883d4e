"""Small polygons in degrees: whether a ring crosses itself, and whether a point lies in it.

A city is small enough for straight lines between (lon, lat): no metres are measured here.
"""

from functools import lru_cache

from shapely import LinearRing

Point = tuple[float, float]
Ring = tuple[Point, ...]
"""The corners of a polygon in order; the last one joins the first."""


def contains(ring: Ring, point: Point) -> bool:
    """Whether a point lies in a ring, by the even-odd rule; of its edge, some is in, some not.

    Two rings that share an edge never both contain a point, and never both miss it.
    """
    x, y = point
    west, south, east, north = _bounds(ring)
    if not (west <= x <= east and south <= y <= north):
        return False
    inside = False
    for edge in zip(ring, (*ring[1:], ring[0]), strict=True):
        (x1, y1), (x2, y2) = sorted(edge, key=lambda corner: corner[1])
        if y1 <= y < y2:  # half-open: a corner counts for one of its two edges
            inside ^= (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1) > 0  # left of the way up
    return inside


@lru_cache(maxsize=1024)
def _bounds(ring: Ring) -> tuple[float, float, float, float]:
    """West, south, east and north of a ring; most points of a city are outside."""
    lons, lats = [lon for lon, _ in ring], [lat for _, lat in ring]
    return min(lons), min(lats), max(lons), max(lats)


def is_simple(ring: Ring) -> bool:
    """Whether no two edges meet but neighbours in their corner; what is only a line is not."""
    return len(set(ring)) == len(ring) >= 3 and bool(LinearRing(ring).is_simple)
