"""Small polygons in degrees: whether a ring crosses itself, and whether a point lies in it.

A city is small enough for straight lines between (lon, lat): no metres are measured here.
"""

from functools import lru_cache
from itertools import combinations

Point = tuple[float, float]
Edge = tuple[Point, Point]
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
    for edge in _edges(ring):
        lower, upper = sorted(edge, key=lambda corner: corner[1])
        if lower[1] <= y < upper[1]:  # half-open: a corner counts for one of its two edges
            inside ^= _turn(lower, upper, point) > 0
    return inside


@lru_cache(maxsize=1024)
def _bounds(ring: Ring) -> tuple[float, float, float, float]:
    """West, south, east and north of a ring; most points of a city are outside."""
    lons, lats = [lon for lon, _ in ring], [lat for _, lat in ring]
    return min(lons), min(lats), max(lons), max(lats)


def is_simple(ring: Ring) -> bool:
    """Whether no two edges meet but neighbours in their corner; what is only a line is not."""
    if not len(set(ring)) == len(ring) >= 3:
        return False
    edges = _edges(ring)
    last = len(edges) - 1
    return not any(
        _folds_back(edges[i], edges[j], is_closing=j - i > 1)
        if j - i == 1 or (i, j) == (0, last)
        else _meet(edges[i], edges[j])
        for i, j in combinations(range(len(edges)), 2)
    )


def _edges(ring: Ring) -> list[Edge]:
    return list(zip(ring, (*ring[1:], *ring[:1]), strict=True))


def _turn(a: Point, b: Point, c: Point) -> float:
    """Above 0 when c lies left of the way from a to b, 0 on it."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _folds_back(first: Edge, second: Edge, *, is_closing: bool) -> bool:
    """Whether two neighbours lie on each other."""
    if is_closing:
        first, second = second, first
    (a, b), (_, c) = first, second
    ahead = (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1])
    return _turn(a, b, c) == 0 and ahead < 0


def _meet(first: Edge, second: Edge) -> bool:
    """Whether two edges cross or touch."""
    (a, b), (c, d) = first, second
    sides = (_turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b))
    if sides[0] * sides[1] < 0 and sides[2] * sides[3] < 0:
        return True
    touching = zip(sides, (c, d, a, b), (first, first, second, second), strict=True)
    return any(side == 0 and _is_between(point, edge) for side, point, edge in touching)


def _is_between(point: Point, edge: Edge) -> bool:
    (x1, y1), (x2, y2) = edge
    x, y = point
    return min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2)
