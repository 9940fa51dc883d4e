"""Standard links laid under sections: which link carries which share of which section.

A section is a straight line between stops; it is sampled every 10 m, and a sample belongs to the
nearest standard link within 35 m that runs the same way (within 45 degrees).
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from streams.domain.network import EARTH_M, Link, Overlay, Point, bearing_deg, distance_m

REACH_M = 35.0
MAX_TURN_DEG = 45.0
STEP_M = 10.0
DRAWN_BELOW = 0.5  # a section covered at least this much is drawn as its standard links
MEASURED_FROM = 0.9  # covered at least this much, its length is theirs
MIN_SHARE = 0.02
_CELL_DEG = 0.001  # about 88 m by 111 m: the reach touches at most nine cells
_M_PER_DEG = math.radians(1) * EARTH_M


@dataclass(frozen=True, slots=True)
class Piece:
    """One straight piece of a standard link; `from_m` is where it begins along the link."""

    link: Link
    a: Point
    b: Point
    from_m: float
    length_m: float
    bearing_deg: int


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


@dataclass(slots=True)
class Grid:
    """Pieces of the standard links by cell."""

    cells: dict[tuple[int, int], list[Piece]] = field(default_factory=lambda: defaultdict(list))
    shapes_m: dict[str, float] = field(default_factory=dict)

    def add(self, link: Link) -> None:
        run_m = 0.0
        for a, b in zip(link.geometry, link.geometry[1:], strict=False):
            length_m = distance_m(a, b)
            if length_m:
                piece = Piece(link, a, b, run_m, length_m, bearing_deg(a, b))
                for cell in {_cell(point) for point in _along(a, b, length_m, 50.0)}:
                    self.cells[cell].append(piece)
            run_m += length_m
        self.shapes_m[link.id] = run_m

    def nearest(self, point: Point, heading_deg: int) -> tuple[Piece, float] | None:
        """The nearest piece running the same way, and where along its link (m) the point lies."""
        best: tuple[float, str, Piece, float] | None = None
        for piece in self._around(point):
            if _turn_deg(piece.bearing_deg, heading_deg) > MAX_TURN_DEG:
                continue
            part, away_m = _project(point, piece)
            if away_m <= REACH_M and (best is None or (away_m, piece.link.id) < best[:2]):
                best = (away_m, piece.link.id, piece, piece.from_m + part * piece.length_m)
        return None if best is None else (best[2], best[3])

    def _around(self, point: Point) -> Iterator[Piece]:
        column, row = _cell(point)
        for x in (column - 1, column, column + 1):
            for y in (row - 1, row, row + 1):
                yield from self.cells.get((x, y), ())


def laid(sections: Sequence[Link], standards: Sequence[Link]) -> tuple[list[Link], list[Overlay]]:
    """The sections as their standard links make them, and the overlay by standard and section
    id.
    """
    grid = Grid()
    for link in standards:
        grid.add(link)
    changed: list[Link] = []
    pairs: list[Overlay] = []
    known = {link.id: link for link in standards}
    for section in sections:
        covers, count = _covers(section, grid)
        shares = {
            link_id: cover.samples / count
            for link_id, cover in covers.items()
            if cover.samples / count >= MIN_SHARE
        }
        pairs += [
            Overlay(link_id, section.id, round(share, 4)) for link_id, share in shares.items()
        ]
        changed.append(_seen(section, shares, covers, known))
    return changed, sorted(pairs, key=lambda pair: (pair.standard_id, pair.section_id))


def _covers(section: Link, grid: Grid) -> tuple[dict[str, Cover], int]:
    """What each standard link covers of the section, and the number of samples."""
    a, b = section.geometry[0], section.geometry[-1]
    points = _along(a, b, distance_m(a, b), STEP_M)
    covers: dict[str, Cover] = defaultdict(Cover)
    for point in points:
        found = grid.nearest(point, section.bearing_deg)
        if found is not None:
            piece, at_m = found
            covers[piece.link.id].add(at_m, grid.shapes_m[piece.link.id])
    return covers, len(points)


def _seen(
    section: Link, shares: dict[str, float], covers: dict[str, Cover], known: dict[str, Link]
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
    if covered < MEASURED_FROM:
        return named
    measured_m = sum(covers[link_id].length_m(known[link_id]) for link_id in shares) / covered
    straight_m = distance_m(section.geometry[0], section.geometry[-1])
    length_m = round(max(measured_m, straight_m))  # a road is never shorter than the straight line
    return replace(named, length_m=max(1, length_m), length_source="standard")


def _along(a: Point, b: Point, length_m: float, step_m: float) -> list[Point]:
    """Points from a to b at most `step_m` apart, both ends included."""
    count = max(1, math.ceil(length_m / step_m))
    return [
        (a[0] + (b[0] - a[0]) * i / count, a[1] + (b[1] - a[1]) * i / count)
        for i in range(count + 1)
    ]


def _cell(point: Point) -> tuple[int, int]:
    return math.floor(point[0] / _CELL_DEG), math.floor(point[1] / _CELL_DEG)


def _turn_deg(one: int, other: int) -> int:
    return abs((one - other + 180) % 360 - 180)


def _project(point: Point, piece: Piece) -> tuple[float, float]:
    """Where the point lies along the piece (0..1), and how far from it (m)."""
    scale = math.cos(math.radians(point[1]))
    ax, ay = (piece.a[0] - point[0]) * scale, piece.a[1] - point[1]
    bx, by = (piece.b[0] - point[0]) * scale, piece.b[1] - point[1]
    dx, dy = bx - ax, by - ay
    part = max(0.0, min(1.0, -(ax * dx + ay * dy) / (dx * dx + dy * dy)))
    return part, math.hypot(ax + dx * part, ay + dy * part) * _M_PER_DEG
