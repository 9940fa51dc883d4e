"""What a recording's buses drove: for each section the points they were seen at between its stops.

A bus reports the stop it has passed and where it is. Its points count for the section ahead once
it reports the next stop: one that skipped stops, turned back or was unseen for five minutes gives
none.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from streams.contract.records import BusPosition
from streams.geo.measures import Point
from streams.geo.network import Route

MAX_GAP_MS = 300_000  # a bus unseen for longer may have driven anywhere
MOST_DRIVES = 200  # of one section: more say nothing new


@dataclass(slots=True)
class DriveSoFar:
    """One bus between two stops: the stop passed (its order), where it was since, when last."""

    stop_order: int
    seen_ms: int
    points: list[Point] = field(default_factory=list)


def drives_of(
    positions: Iterable[BusPosition], routes: Sequence[Route]
) -> dict[str, list[tuple[Point, ...]]]:
    """The points of each drive from stop to stop, in their order, by section id. Positions come in
    the order of time, recording after recording; those without a point or with a flag, a stop
    order or a route nobody knows are passed over.
    """
    stops = {route.id: route.stops for route in routes}
    found: dict[str, list[tuple[Point, ...]]] = defaultdict(list)
    under_way: dict[tuple[str, str], DriveSoFar] = {}
    for row in positions:
        if row.lon is None or row.lat is None or row.flags or not _is_on(row, stops):
            continue
        key, point = (row.vehicle, row.route_id), (row.lon, row.lat)
        drive = under_way.get(key)
        if drive is None or abs(row.observed_ms - drive.seen_ms) > MAX_GAP_MS:
            under_way[key] = DriveSoFar(row.stop_order, row.observed_ms, [point])
        elif row.observed_ms <= drive.seen_ms:
            continue
        elif row.stop_order == drive.stop_order:
            drive.points.append(point)
            drive.seen_ms = row.observed_ms
        else:
            if row.stop_order == drive.stop_order + 1:
                a, b = stops[row.route_id][drive.stop_order - 1 : drive.stop_order + 1]
                found[f"{a}>{b}"].append(tuple(drive.points))
            under_way[key] = DriveSoFar(row.stop_order, row.observed_ms, [point])
    return {section_id: drives[:MOST_DRIVES] for section_id, drives in found.items()}


def _is_on(row: BusPosition, stops: Mapping[str, Sequence[str]]) -> bool:
    return 1 <= row.stop_order <= len(stops.get(row.route_id, ()))
