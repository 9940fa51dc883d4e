"""One bus along one route: how far it is, and which sections it has driven whole.

A position becomes metres along its route (stops passed, plus how far the reported point lies into
the section ahead). Between two polls the bus is taken to move evenly, so the moments it passed each
stop are interpolated. A passage needs both of its ends, and a bus that drove between them: one that
leaves its road, skips a stop or is nowhere a bus could be makes none.
"""

from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from streams.contract.derived import Passage
from streams.contract.records import BusPosition
from streams.geo.measures import distance_m, project
from streams.geo.network import Link, Network, Route

MAX_GAP_MS = 300_000  # a bus unseen for longer begins a new run
MAX_PAUSE_MS = 300_000  # a bus that stands for longer rests; that is no traffic
MAX_SPEED_KMH = 110.0  # faster between two polls is a teleport, not a bus
MIN_SPEED_KMH = 1.0  # a slower passage holds a pause, not a drive
JITTER_M = 15.0  # a standing bus's reported point wanders by so much
SCATTER_M = 100.0  # how far apart two reports of one place may lie
MAX_OFF_ROAD_M = 400.0  # a reported point further from its section shows no progress
WRONG_POINT_M = 2_000.0  # a point this far from its section is a mistake, not a way round
FIRST_STOPS = 2  # a bus that turned round begins anew here
WAY_ROUND = 1.2  # a way from stop to stop longer than this times its road is another way
AT_STOP_M = 10.0  # so near before a stop the bus stands at it
TOO_FAST = 1.6  # times free flow: no bus
FAST_OVER_STOPS = 1.2  # times free flow, past a stop between two polls: it went round the stop
HASTY_OVER_STOPS = 0.9  # the same: believed once the bus does not come back
MASKED, SHARED = "plate_masked", "plate_shared"  # flags of positions


@dataclass(frozen=True, slots=True)
class VehicleRun:
    """One vehicle on one route: how far it is, and when it passed the stop behind it.

    `passed_ms` None: the stop behind was passed before the run was first seen. `is_astray`: since
    that stop it was seen off the road. `is_doubted`: it came back on the way before, or several
    buses may show its plate. `held` are passages that count once the next position shows that the
    bus did not come back.
    """

    stop_order: int
    along_m: float
    seen_ms: int
    moved_ms: int
    passed_ms: int | None = None
    is_astray: bool = False
    is_doubted: bool = False
    held: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class RouteGeometry:
    """A route as metres: `ends_m[i]` is how far stop order i + 1 lies from the first stop."""

    links: tuple[Link | None, ...]
    ends_m: tuple[float, ...]

    @classmethod
    def of(cls, route: Route, network: Network) -> "RouteGeometry":
        links = tuple(network.link(f"{a}>{b}") for a, b in pairwise(route.stops))
        lengths = (float(link.length_m) if link else 0.0 for link in links)
        return cls(links, (0.0, *accumulate(lengths)))

    def along_m(self, row: BusPosition) -> float:
        """Metres from the first stop: the stop passed, plus the way into the section ahead."""
        at_stop = self.ends_m[row.stop_order - 1]
        ahead = self._ahead(row)
        if ahead is None or row.lon is None or row.lat is None:
            return at_stop
        part, off_m = project((row.lon, row.lat), ahead.geometry)
        return at_stop + (part * ahead.length_m if off_m <= MAX_OFF_ROAD_M else 0.0)

    def is_astray(self, row: BusPosition) -> bool:
        """Whether the way from stop to stop over the reported point is longer than a road's."""
        ahead = self._ahead(row)
        if ahead is None or row.lon is None or row.lat is None:
            return False
        point, (first, last) = (row.lon, row.lat), (ahead.geometry[0], ahead.geometry[-1])
        road_m = max(ahead.length_m, distance_m(first, last))
        way_m = distance_m(first, point) + distance_m(point, last)
        return WAY_ROUND * road_m + SCATTER_M < way_m < road_m + 2 * WRONG_POINT_M

    def free_flow_kmh(self, run: VehicleRun, now: VehicleRun) -> float:
        """Of the fastest section between two positions; the fastest bus's where none is known."""
        links = self.links[run.stop_order - 1 : now.stop_order]
        return max((link.free_flow_kmh for link in links if link), default=MAX_SPEED_KMH)

    def _ahead(self, row: BusPosition) -> Link | None:
        return self.links[row.stop_order - 1] if row.stop_order <= len(self.links) else None


@dataclass(frozen=True, slots=True)
class Advance:
    """A run after a position, the passages it completed, and what was odd about it ("" nothing)."""

    run: VehicleRun
    passages: tuple[Passage, ...] = ()
    oddity: str = ""


def advance(
    run: VehicleRun | None, row: BusPosition, course: RouteGeometry, *, dwell_ms: int
) -> Advance:
    """The run after a position.

    Standing still, or sliding back a little within a section, waits. A lower stop order, a gap of
    more than five minutes, a jump faster than any bus, or a plate that several buses show begins a
    new run: no passage is made up. An older or equal time changes nothing.
    """
    now = VehicleRun(
        row.stop_order,
        course.along_m(row),
        row.observed_ms,
        row.observed_ms,
        is_astray=course.is_astray(row),
        is_doubted=MASKED in row.flags,
    )
    if SHARED in row.flags:
        return Advance(now, oddity="shared_plate")
    if run is None:
        return Advance(now)
    if row.observed_ms <= run.seen_ms:
        return Advance(run, oddity="repeat")
    if oddity := _break(run, now, course):
        came_back = oddity == "turnaround" and now.stop_order > FIRST_STOPS
        return Advance(replace(now, is_doubted=now.is_doubted or came_back), oddity=oddity)
    now = replace(now, is_doubted=now.is_doubted or run.is_doubted)
    if now.stop_order > run.stop_order or now.along_m >= run.along_m + JITTER_M:
        return _drive(run, now, course, dwell_ms)
    return _stand(run, now)


def _break(run: VehicleRun, now: VehicleRun, course: RouteGeometry) -> str:
    """Why a position cannot go on from a run, "" when it can."""
    elapsed_ms = now.seen_ms - run.seen_ms
    if now.stop_order < run.stop_order:
        return "turnaround"
    if elapsed_ms > MAX_GAP_MS:
        return "gap"
    most_kmh = min(MAX_SPEED_KMH, TOO_FAST * course.free_flow_kmh(run, now))
    moved_m = now.along_m - run.along_m
    return "teleport" if moved_m * 3600 > most_kmh * elapsed_ms + 3600 * SCATTER_M else ""


def _stand(run: VehicleRun, now: VehicleRun) -> Advance:
    """A standing bus waits. After a long pause, or having slid far back, it makes no passage of the
    section it is in.
    """
    if run.along_m - now.along_m > SCATTER_M:
        return Advance(replace(now, is_astray=True, is_doubted=True))
    is_paused = now.seen_ms - run.moved_ms > MAX_PAUSE_MS
    after = replace(
        run,
        seen_ms=now.seen_ms,
        passed_ms=None if is_paused else run.passed_ms,
        is_astray=run.is_astray or now.is_astray,
        is_doubted=now.is_doubted,
        held=(),
    )
    return Advance(after, run.held)


def _drive(run: VehicleRun, now: VehicleRun, course: RouteGeometry, dwell_ms: int) -> Advance:
    """The passages between two positions of one run, with the stops' moments interpolated."""
    passages: list[Passage] = []
    passed_ms = run.passed_ms
    is_astray = run.is_astray
    span_m, span_ms = now.along_m - run.along_m, now.seen_ms - run.seen_ms
    for order in range(run.stop_order + 1, now.stop_order + 1):
        part = (course.ends_m[order - 1] - run.along_m) / span_m if span_m else 0.0
        here_ms = run.seen_ms + round(max(0.0, min(1.0, part)) * span_ms)
        link = course.links[order - 2]
        if passed_ms is not None and link is not None and not is_astray:
            passages += _passage(link, passed_ms, here_ms, dwell_ms)
        passed_ms, is_astray = here_ms, False
    after = replace(now, passed_ms=passed_ms, is_astray=is_astray or now.is_astray)
    if _skips(run, now, course):
        return Advance(after, run.held, oddity="skipped_stops")
    if now.is_doubted or _is_hasty(run, now, course):
        return Advance(replace(after, held=tuple(passages)), run.held)
    return Advance(after, run.held + tuple(passages))


def _skips(run: VehicleRun, now: VehicleRun, course: RouteGeometry) -> bool:
    """Whether the bus went round the stops between two positions instead of passing them.

    It did when it was off its road before, stood at the next stop without serving it, or would have
    had to drive past a stop faster than traffic does.
    """
    if now.stop_order < run.stop_order + 2:
        return False
    is_past_stop = run.along_m > course.ends_m[run.stop_order] - AT_STOP_M
    return run.is_astray or is_past_stop or _pace(run, now, course) > FAST_OVER_STOPS


def _is_hasty(run: VehicleRun, now: VehicleRun, course: RouteGeometry) -> bool:
    is_over_stops = now.stop_order >= run.stop_order + 2
    return is_over_stops and _pace(run, now, course) > HASTY_OVER_STOPS


def _pace(run: VehicleRun, now: VehicleRun, course: RouteGeometry) -> float:
    """The speed between two positions, times free flow."""
    speed_kmh = (now.along_m - run.along_m) * 3600 / (now.seen_ms - run.seen_ms)
    return speed_kmh / course.free_flow_kmh(run, now)


def _passage(link: Link, entered_ms: int, exited_ms: int, dwell_ms: int) -> list[Passage]:
    """The passage of a link, the dwell at its stop taken out; none when no bus drives so.

    At most half of the time is dwell, and no more than brings the bus to free flow: one that would
    have been faster did not stop.
    """
    spent_ms = exited_ms - entered_ms
    free_ms = round(link.length_m * 3600 / link.free_flow_kmh)
    travel_ms = max(spent_ms - min(dwell_ms, spent_ms // 2), min(spent_ms, free_ms))
    if travel_ms <= 0 or link.length_m <= 0:
        return []
    speed_kmh = link.length_m * 3600 / travel_ms
    most_kmh = min(MAX_SPEED_KMH, TOO_FAST * link.free_flow_kmh)
    if not MIN_SPEED_KMH <= speed_kmh <= most_kmh:
        return []
    return [Passage(link.id, exited_ms, travel_ms, link.length_m)]
