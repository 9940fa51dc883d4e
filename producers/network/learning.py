"""Lines and lengths of sections learned from where buses were between their stops.

A principal curve (Hastie and Stuetzle 1989) with its ends at the two stops. Each point first gets
its place by the share of its drive that lies behind it, standing left out; the line runs through
the medians of what lies together, each point moves to its nearest place on the line, and so again.
What remains of the noise is taken off by Douglas and Peucker's rule, with a tolerance that follows
how far the points lie off the line: none for a feed that snaps its points to the route.

A line is only believed when at least three buses drove it, nearly all points lie on it and it is
hardly longer than the drives it is made of.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from streams.geo.measures import EARTH_M, Point
from streams.geo.network import Link

FEWEST_DRIVES = 3
FEWEST_POINTS = 3
MOST_POINTS = 600
STANDING_M = 15.0  # a bus that moved less stands, and its point wanders
WAY_ROUND, WAY_SLACK_M = 1.3, 50.0  # a drive longer than this times the median is another way
FIRST_STEP_M, STEP_M = 60.0, 40.0  # along the line: what lies together
ROUNDS = 3
MISPLACED = 0.3  # a share of the line; further from its share of the drive no point belongs
ON_LINE_M = 25.0
FIRST_REACH_M, REACH_M = 60.0, 30.0
SHARE_ON_LINE = 0.8
NOISE = 2.5  # times the median distance off the line is a corner and no noise
LEAST_TOLERANCE_M, MOST_TOLERANCE_M = 2.0, 15.0
_M_PER_DEG = math.radians(1) * EARTH_M

Plane = NDArray[np.float64]
"""Points in metres from the first stop, one a row."""


@dataclass(frozen=True, slots=True)
class DrivenPoints:
    """The points of all drives of one section, and the share (0..1) of its drive behind each."""

    points: Plane
    shares: NDArray[np.float64]
    drives: int
    driven_m: float

    @classmethod
    def of(cls, drives: Iterable[Plane], last: Plane) -> "DrivenPoints | None":
        """Those of the drives that took no other way; None where too few are left."""
        ways = [np.vstack([np.zeros((1, 2)), moved(drive), last]) for drive in drives]
        runs_m = [np.cumsum(np.hypot(*np.diff(way, axis=0).T)) for way in ways]
        if not ways:
            return None
        most_m = WAY_ROUND * float(np.median([run[-1] for run in runs_m])) + WAY_SLACK_M
        kept = [(way, run) for way, run in zip(ways, runs_m, strict=True) if run[-1] <= most_m]
        points = np.vstack([way[1:-1] for way, _ in kept])[:MOST_POINTS]
        shares = np.concatenate([run[:-1] / max(run[-1], 1.0) for _, run in kept])[:MOST_POINTS]
        if len(kept) < FEWEST_DRIVES or len(points) < FEWEST_POINTS:
            return None
        return cls(points, shares, len(kept), float(np.median([run[-1] for _, run in kept])))


def learned(
    sections: Sequence[Link], drives: Mapping[str, Sequence[Sequence[Point]]]
) -> list[Link]:
    """The sections, those with enough drives with the line and length that buses drove."""
    return [_learned(section, drives.get(section.id, ())) for section in sections]


def _learned(section: Link, drives: Sequence[Sequence[Point]]) -> Link:
    origin = section.geometry[0]
    scale = np.array([_M_PER_DEG * math.cos(math.radians(origin[1])), _M_PER_DEG])
    last = (np.array(section.geometry[-1:]) - origin) * scale
    seen = DrivenPoints.of([(np.array(drive) - origin) * scale for drive in drives], last)
    line = None if seen is None else line_through(seen, last)
    if line is None:
        return section
    inner = [(round(lon, 6), round(lat, 6)) for lon, lat in (line[1:-1] / scale + origin).tolist()]
    return replace(
        section,
        geometry=(origin, *inner, section.geometry[-1]),
        length_m=max(1, round(length_of(line))),
        length_source="learned",
    )


def line_through(seen: DrivenPoints, last: Plane) -> Plane | None:
    """The line of the points from the first stop to the last; None where they make none."""
    at = seen.shares * seen.driven_m
    line = _through_medians(seen.points, at, seen.driven_m, FIRST_STEP_M, last)
    for reach_m in (FIRST_REACH_M, *[REACH_M] * (ROUNDS - 1)):
        at, off = _places(seen, line)
        near = off <= reach_m
        line = _through_medians(seen.points[near], at[near], length_of(line), STEP_M, last)
    _, off = _places(seen, line)
    noise_m = NOISE * float(np.median(off))
    line = thinned(line, min(MOST_TOLERANCE_M, max(LEAST_TOLERANCE_M, noise_m)))
    _, off = _places(seen, line)
    is_on = float(np.mean(off <= ON_LINE_M)) >= SHARE_ON_LINE
    is_driven = length_of(line) <= WAY_ROUND * seen.driven_m + WAY_SLACK_M
    return line if is_on and is_driven else None


def moved(drive: Plane) -> Plane:
    """The points of a drive without those at which the bus still stood."""
    kept = [drive[0]]
    for point in drive[1:]:
        if math.dist(point, kept[-1]) > STANDING_M:
            kept.append(point)
    return np.array(kept)


def thinned(line: Plane, tolerance_m: float) -> Plane:
    """A line without the points that lie within the tolerance of it (Douglas and Peucker 1973)."""
    if len(line) < 3:
        return line
    ends = line[[0, -1]]
    _, off = _nearest(line[1:-1], ends)
    place = int(off.min(axis=1).argmax()) + 1
    if off.min(axis=1)[place - 1] <= tolerance_m:
        return ends
    first, second = thinned(line[: place + 1], tolerance_m), thinned(line[place:], tolerance_m)
    return np.vstack([first[:-1], second])


def length_of(line: Plane) -> float:
    return float(np.hypot(*np.diff(line, axis=0).T).sum())


def _through_medians(
    points: Plane, at: NDArray[np.float64], length_m: float, step_m: float, last: Plane
) -> Plane:
    """The line from the first stop through the median of each step to the last stop."""
    steps = max(3, round(length_m / step_m))
    places = np.minimum(at * steps // max(length_m, 1.0), steps - 1)
    medians = [np.median(points[places == step], axis=0) for step in np.unique(places)]
    return np.vstack([np.zeros((1, 2)), *(each[None] for each in medians), last])


def _places(seen: DrivenPoints, line: Plane) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where along the line each point lies (m), and how far off it (m): at the nearest place that
    fits its share of the drive, infinitely far where none does.
    """
    at, off = _nearest(seen.points, line)
    misplaced = np.abs(at / max(length_of(line), 1.0) - seen.shares[:, None]) > MISPLACED
    off = np.where(misplaced, np.inf, off)
    best = off.argmin(axis=1)
    each = np.arange(len(best))
    return at[each, best], off[each, best]


def _nearest(points: Plane, line: Plane) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each point and each piece of the line: how far along the line (m) the piece is nearest
    to the point, and how far off that is (m).
    """
    steps = np.diff(line, axis=0)
    pieces_m = np.hypot(*steps.T)
    squares = np.where(pieces_m > 0, pieces_m**2, 1.0)
    parts = np.clip(((points[:, None] - line[:-1]) * steps).sum(axis=2) / squares, 0.0, 1.0)
    feet = line[:-1] + parts[..., None] * steps
    off = np.hypot(*np.moveaxis(points[:, None] - feet, 2, 0))
    before_m = np.concatenate([[0.0], np.cumsum(pieces_m)[:-1]])
    return before_m + parts * pieces_m, off
