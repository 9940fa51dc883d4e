"""Where on its route a bus is whose feed gives a point but no stop order (GTFS Realtime)."""

from dataclasses import replace

from streams.contract.records import BusPosition
from streams.domain.links.runs import (
    AT_STOP_M,
    JITTER_M,
    MAX_GAP_MS,
    MAX_SPEED_KMH,
    SCATTER_M,
    RouteGeometry,
    VehicleRun,
)
from streams.geo.measures import Point, project

FEEDS_WITHOUT_ORDER = frozenset({"gtfs.positions"})
"""Feeds that may leave the stop order out; elsewhere 0 is a stop that no route has."""
NEAR_M = 60.0  # further from every section of its route a bus is nowhere on it


def with_order(row: BusPosition, run: VehicleRun | None, course: RouteGeometry) -> BusPosition:
    """The position with the order of the stop last passed, found from its point; as it is where
    it has an order, or where none can be found (its order stays 0).
    """
    if row.stop_order or row.lon is None or row.lat is None:
        return row
    point = (row.lon, row.lat)
    if run is None or row.observed_ms - run.seen_ms > MAX_GAP_MS:
        order = _anywhere(point, row.stop_id, course)
    else:
        order = _onwards(point, run, row.observed_ms, course)
    return replace(row, stop_order=_at_stop(point, order, course) if order else 0)


def _at_stop(point: Point, order: int, course: RouteGeometry) -> int:
    """The next order where the bus stands at the end of its section."""
    link = course.links[order - 1] if order <= len(course.links) else None
    if link is None:
        return order
    part, _ = project(point, link.geometry)
    return order + ((1 - part) * link.length_m <= AT_STOP_M)


def _anywhere(point: Point, stop_id: str, course: RouteGeometry) -> int:
    """The order of the nearest section: one that touches the named stop where there is such."""
    near = _near(point, course, 1)
    at_stop = {
        order: found
        for order, found in near.items()
        if (link := course.links[order - 1]) is not None and stop_id in (link.from_id, link.to_id)
    }
    return min(at_stop or near, key=lambda order: (near[order][0], order), default=0)


def _onwards(point: Point, run: VehicleRun, at_ms: int, course: RouteGeometry) -> int:
    """The order on the way from a run: never back, no further than a bus gets. Of sections equally
    near the first counts: a street that is driven out and home is driven out first.
    """
    reach_m = run.along_m + MAX_SPEED_KMH * max(0, at_ms - run.seen_ms) / 3600 + SCATTER_M
    near = _near(point, course, run.stop_order)
    ahead = {
        order: off_m
        for order, (off_m, along_m) in near.items()
        if run.along_m - JITTER_M <= along_m <= reach_m
    }
    if ahead:
        nearest_m = min(ahead.values())
        return min(order for order, off_m in ahead.items() if off_m <= nearest_m + JITTER_M)
    _, along_m = near.get(run.stop_order, (0.0, -1.0))
    return run.stop_order if run.along_m - along_m <= SCATTER_M else 0


def _near(point: Point, course: RouteGeometry, first: int) -> dict[int, tuple[float, float]]:
    """Off the road and along the route, m, for each order from `first` whose section is near."""
    found: dict[int, tuple[float, float]] = {}
    for order, link in enumerate(course.links[first - 1 :], start=first):
        box = course.boxes[order - 1]
        if link is None or box is None or box.least_m(point) > NEAR_M:
            continue
        part, off_m = project(point, link.geometry)
        if off_m <= NEAR_M:
            found[order] = off_m, course.ends_m[order - 1] + part * link.length_m
    return found
