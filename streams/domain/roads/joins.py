"""Where one drawn road lets a car into another, in metres on a local plane.

Standard links and sections with a drawn shape meet at their nodes, and only there: two lines that
cross without a common node are a bridge. A *loose* section is different: all that is known of it
is a straight line between two stops, or where buses drove, and stops stand beside junctions, not
in them. So a car may
also change from or to a loose section

- where it crosses another line (at 25 to 155 degrees; lines over 2 km lie nowhere near the road);
- where it begins or ends within 25 m of another line;
- from its end to a beginning, or from an end to its beginning, within 60 m: stops of one junction.

That is an estimate: some of these turns are forbidden or a flight of steps, and a junction far
from every stop is not seen. Nobody turns round on the spot (over 150 degrees) by these joins.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from typing import NamedTuple

from streams.geo.grid import Grid
from streams.geo.measures import EARTH_M, Point
from streams.geo.network import Link

HOP_M = 60.0
TOUCH_M = 25.0
LONGEST_LOOSE_M = 2_000
MIN_CROSSING_DEG, MAX_CROSSING_DEG = 25, 155
TURN_ROUND_DEG = 150
SAME_ROAD_M = 15.0  # lines this close and within 20 degrees are one road drawn twice
SAME_ROAD_DEG = 20
_CELL_M = 400.0
_SAMPLES = 8
Spot = tuple[float, float]


class PlanarLine(NamedTuple):
    """A link on the plane: its points in metres, its length there, how it begins and ends."""

    place: int
    points: tuple[Spot, ...]
    length: float
    start_deg: float
    end_deg: float
    is_loose: bool


class Join(NamedTuple):
    """A car may leave line `a` at fraction `u` (0..1) and enter line `b` at `v`, `gap_m` away."""

    a: int
    u: float
    b: int
    v: float
    gap_m: float
    angle_deg: float


class LocalPlane:
    """Degrees to metres around one latitude; the error is below 0.1 % within a city."""

    def __init__(self, links: Sequence[Link]) -> None:
        lats = [link.geometry[0][1] for link in links]
        self._lat_m = math.radians(1) * EARTH_M
        self._lon_m = self._lat_m * math.cos(math.radians(sum(lats) / len(lats) if lats else 0))

    def spot(self, point: Point) -> Spot:
        return point[0] * self._lon_m, point[1] * self._lat_m

    def point(self, spot: Spot) -> Point:
        """The degrees of a spot, to a tenth of a metre."""
        return round(spot[0] / self._lon_m, 6), round(spot[1] / self._lat_m, 6)

    def line(self, place: int, link: Link) -> PlanarLine:
        points = tuple(self.spot(point) for point in link.geometry)
        return PlanarLine(
            place,
            points,
            sum(math.dist(a, b) for a, b in pairwise(points)),
            _heading(points[0], points[1]) if len(points) > 1 else 0.0,
            _heading(points[-2], points[-1]) if len(points) > 1 else 0.0,
            is_loose=link.kind == "section" and link.length_source in ("straight", "learned"),
        )


def point_at(line: PlanarLine, part: float) -> Spot:
    """The spot at a fraction (0..1) of a line's length."""
    left = part * line.length
    for a, b in pairwise(line.points):
        piece = math.dist(a, b)
        if left <= piece and piece:
            return a[0] + (b[0] - a[0]) * left / piece, a[1] + (b[1] - a[1]) * left / piece
        left -= piece
    return line.points[-1]


def turn_deg(one: float, other: float) -> float:
    """The angle between two headings, 0..180."""
    return abs((one - other + 180) % 360 - 180)


def joins(lines: Sequence[PlanarLine]) -> list[Join]:
    """Every join of a loose line, by the rules above, in a fixed order."""
    found = [*_hops(lines)]
    for one, other in _neighbours(lines):
        if one.is_loose or other.is_loose:
            found += _crossings(one, other)
            found += _touches(one, other)
            found += _touches(other, one)
    return sorted(found)


def twins(lines: Sequence[PlanarLine]) -> dict[int, tuple[int, ...]]:
    """For each loose line the others drawn over the same road: an express A>C over A>B and B>C."""
    found: dict[int, set[int]] = defaultdict(set)
    for one, other in _neighbours([line for line in lines if line.is_loose]):
        if _is_one_road(one, other):
            found[one.place].add(other.place)
            found[other.place].add(one.place)
    return {place: tuple(sorted(others)) for place, others in found.items()}


def _hops(lines: Sequence[PlanarLine]) -> Iterator[Join]:
    starts: Grid[PlanarLine] = Grid(HOP_M)
    for line in lines:
        starts.add(line, line.points[0])
    for line in lines:
        end = line.points[-1]
        for other in starts.around(end):
            gap_m, angle_deg = (
                math.dist(end, other.points[0]),
                turn_deg(line.end_deg, other.start_deg),
            )
            is_loose = line.is_loose or other.is_loose
            if is_loose and 0 < gap_m <= HOP_M and angle_deg <= TURN_ROUND_DEG:
                yield Join(line.place, 1.0, other.place, 0.0, gap_m, angle_deg)


def _crossings(one: PlanarLine, other: PlanarLine) -> Iterator[Join]:
    if any(line.is_loose and line.length > LONGEST_LOOSE_M for line in (one, other)):
        return
    for u, v, angle_deg in _cuts(one, other):
        if MIN_CROSSING_DEG <= angle_deg <= MAX_CROSSING_DEG:
            yield Join(one.place, u, other.place, v, 0.0, angle_deg)
            yield Join(other.place, v, one.place, u, 0.0, angle_deg)


def _touches(one: PlanarLine, other: PlanarLine) -> Iterator[Join]:
    """The end of one line beside the middle of another, and its beginning."""
    if other.is_loose and other.length > LONGEST_LOOSE_M:
        return
    for at, is_end in ((one.points[-1], True), (one.points[0], False)):
        part, off_m, heading = along(at, other)
        if off_m > TOUCH_M or not 0 < part < 1:
            continue
        angle_deg = turn_deg(one.end_deg if is_end else one.start_deg, heading)
        if angle_deg > TURN_ROUND_DEG:
            continue
        if is_end:
            yield Join(one.place, 1.0, other.place, part, off_m, angle_deg)
        else:
            yield Join(other.place, part, one.place, 0.0, off_m, angle_deg)


def along(spot: Spot, line: PlanarLine) -> tuple[float, float, float]:
    """Where a spot lies along a line: (fraction 0..1, metres off it, heading there in degrees)."""
    best, best_at, run, heading = math.inf, 0.0, 0.0, line.start_deg
    for a, b in pairwise(line.points):
        dx, dy = b[0] - a[0], b[1] - a[1]
        piece = math.hypot(dx, dy)
        if not piece:
            continue
        part = ((spot[0] - a[0]) * dx + (spot[1] - a[1]) * dy) / piece**2
        part = max(0.0, min(1.0, part))
        off = math.hypot(a[0] + dx * part - spot[0], a[1] + dy * part - spot[1])
        if off < best:
            best, best_at, heading = off, run + piece * part, _heading(a, b)
        run += piece
    return (best_at / run if run else 0.0), best, heading


def _cuts(one: PlanarLine, other: PlanarLine) -> Iterator[tuple[float, float, float]]:
    """Where two lines cross inside both: fractions along each, and the angle in degrees."""
    run = 0.0
    for a, b in pairwise(one.points):
        piece, other_run = math.dist(a, b), 0.0
        for c, d in pairwise(other.points):
            other_piece = math.dist(c, d)
            if (cut := _cut(a, b, c, d)) is not None:
                u = (run + cut[0] * piece) / one.length
                v = (other_run + cut[1] * other_piece) / other.length
                yield u, v, turn_deg(_heading(a, b), _heading(c, d))
            other_run += other_piece
        run += piece


def _cut(a: Spot, b: Spot, c: Spot, d: Spot) -> tuple[float, float] | None:
    rx, ry, sx, sy = b[0] - a[0], b[1] - a[1], d[0] - c[0], d[1] - c[1]
    across = rx * sy - ry * sx
    if not across:
        return None
    qx, qy = c[0] - a[0], c[1] - a[1]
    u, v = (qx * sy - qy * sx) / across, (qx * ry - qy * rx) / across
    return (u, v) if 0 < u < 1 and 0 < v < 1 else None


def _is_one_road(one: PlanarLine, other: PlanarLine) -> bool:
    """Whether half of the shorter line runs beside the longer one, the same way."""
    short, long = sorted((one, other), key=lambda line: line.length)
    if turn_deg(short.start_deg, long.start_deg) > SAME_ROAD_DEG:
        return False
    (ax, ay), (bx, by) = short.points[0], short.points[-1]
    beside = 0
    for step in range(_SAMPLES):
        part = (step + 0.5) / _SAMPLES
        at, off_m, _ = along((ax + (bx - ax) * part, ay + (by - ay) * part), long)
        beside += off_m <= SAME_ROAD_M and 0 < at < 1
    return beside >= _SAMPLES / 2


def _neighbours(lines: Sequence[PlanarLine]) -> Iterator[tuple[PlanarLine, PlanarLine]]:
    """Pairs of lines that share a cell of 400 m (or lie within reach of one), each pair once."""
    grid: Grid[int] = Grid(_CELL_M)
    for at, line in enumerate(lines):
        grid.add_line(at, line.points, margin=TOUCH_M)
    pairs = {pair for group in grid.groups() for pair in combinations(group, 2)}
    return ((lines[i], lines[j]) for i, j in sorted(pairs))


def _heading(a: Spot, b: Spot) -> float:
    return math.degrees(math.atan2(b[0] - a[0], b[1] - a[1])) % 360
