"""Lines on the ground: a smooth curve through authored points, and each direction's side."""

import math
from collections.abc import Sequence
from itertools import pairwise

from streams.geo.measures import EARTH_M, Point

METRES_PER_DEGREE = math.radians(1) * EARTH_M
STEPS_PER_PIECE = 4


def smooth(points: Sequence[Point], *, steps: int = STEPS_PER_PIECE) -> list[list[Point]]:
    """A Catmull-Rom curve through the points: for each piece its `steps + 1` points, ends exact."""
    if len(points) < 2:
        return []
    padded = [_mirror(points[1], points[0]), *points, _mirror(points[-2], points[-1])]
    return [
        [_blend(padded[i : i + 4], step / steps) for step in range(steps + 1)]
        for i in range(len(points) - 1)
    ]


def shifted_right(line: Sequence[Point], metres: float) -> tuple[Point, ...]:
    """The line moved to the right of its direction, in the local plane; rounded to 0.1 m."""
    scale = math.cos(math.radians(line[0][1]))
    flat = [(x * scale, y) for x, y in line]
    moved = []
    for place, (x, y) in enumerate(flat):
        before, after = flat[max(place - 1, 0)], flat[min(place + 1, len(flat) - 1)]
        dx, dy = after[0] - before[0], after[1] - before[1]
        size = math.hypot(dx, dy) or 1.0
        reach = metres / METRES_PER_DEGREE
        moved.append((round((x + dy / size * reach) / scale, 6), round(y - dx / size * reach, 6)))
    return tuple(moved)


def along(line: Sequence[Point], metres: float) -> Point:
    """The point `metres` from the start of the line; its end when the line is shorter."""
    left = metres
    for a, b in pairwise(line):
        piece = flat_distance_m(a, b)
        if left <= piece:
            part = max(0.0, left) / piece if piece else 0.0
            return a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part
        left -= piece
    return line[-1]


def flat_distance_m(a: Point, b: Point) -> float:
    """Metres between two points of one city: equirectangular, good to 0.1 %."""
    scale = math.cos(math.radians(a[1]))
    return math.hypot((b[0] - a[0]) * scale, b[1] - a[1]) * METRES_PER_DEGREE


def _mirror(point: Point, centre: Point) -> Point:
    return 2 * centre[0] - point[0], 2 * centre[1] - point[1]


def _blend(four: Sequence[Point], t: float) -> Point:
    """The uniform Catmull-Rom point between the second and the third of four points."""
    if t in (0.0, 1.0):
        return four[1] if t == 0.0 else four[2]
    return _blend_axis([p[0] for p in four], t), _blend_axis([p[1] for p in four], t)


def _blend_axis(v: Sequence[float], t: float) -> float:
    slope = v[2] - v[0]
    curve = 2 * v[0] - 5 * v[1] + 4 * v[2] - v[3]
    cube = 3 * v[1] - v[0] - 3 * v[2] + v[3]
    return 0.5 * (2 * v[1] + (slope + (curve + cube * t) * t) * t)
