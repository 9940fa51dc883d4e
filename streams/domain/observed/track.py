"""A vehicle on its route, and which links a stretch of its drive takes it through."""

from dataclasses import dataclass

from streams.contract.records import BusPosition
from streams.domain.observed.courses import BusCourse, Place, Unit
from streams.geo.measures import Point

BEFORE_STOP_M = 12.0  # a bus this near before a stop stands at it
EDGE_M = 25.0  # how exactly it is known where a bus began to drive on its line
MAX_ENTERED = 12


@dataclass(frozen=True, slots=True)
class Track:
    """A vehicle on its route: where it was last on its line, and what it did since.

    `entered` are the links it is on, by their place in the course's units, with when it entered.
    `still_ms`: since when the feed gives the very same point. `fixes`: points on the line in a row.
    """

    route_id: str
    order: int
    along_m: float
    on_ms: int
    seen_ms: int
    lon: float
    lat: float
    still_ms: int
    begun_m: float
    fixes: int = 1
    entered: tuple[tuple[int, int], ...] = ()
    is_at_stop: bool = False
    away: int = 0
    beyond: int = 0
    off_m: int = 0
    path: tuple[Point, ...] = ()


def through(
    track: Track, row: BusPosition, place: Place, course: BusCourse
) -> tuple[tuple[tuple[int, int], ...], list[tuple[Unit, int, int]]]:
    """The links the bus is on now, and those it has driven whole with when it was where.

    Between two points it is taken to move evenly.
    """
    moved_m, elapsed_ms = place.along_m - track.along_m, row.observed_ms - track.on_ms

    def when_ms(at_m: float) -> int:
        part = (at_m - track.along_m) / moved_m if moved_m > 0 else 1.0
        return track.on_ms + round(max(0.0, min(1.0, part)) * elapsed_ms)

    entered = dict(track.entered)
    drives: list[tuple[Unit, int, int]] = []
    begun_m = max(track.begun_m, track.along_m) - EDGE_M
    for at, unit in course.units_within(track.along_m - 1, place.along_m):
        if at not in entered and begun_m <= unit.start_m and unit.end_m > track.along_m:
            entered[at] = when_ms(unit.start_m)
        if unit.end_m <= place.along_m + BEFORE_STOP_M and at in entered:
            drives.append((unit, entered.pop(at), when_ms(unit.end_m)))
    left = [(at, ms) for at, ms in entered.items() if course.units[at].end_m > place.along_m - 1]
    return tuple(left[-MAX_ENTERED:]), drives


def holds(unit: Unit, at_m: float) -> bool:
    """Whether a place lies on a link, its very ends aside."""
    return unit.start_m + EDGE_M < at_m < unit.end_m - EDGE_M
