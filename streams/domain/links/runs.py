"""One bus along one route: how far it is, and which sections it has driven whole.

A position becomes metres along its route (stops passed, plus how far the reported point lies into
the section ahead). When it was at the stops between two polls is worked out in `timing`. A passage
is from leaving a stop to reaching the next: it needs both, and a bus that drove between them. One
that leaves its road, skips a stop or is nowhere a bus could be makes none.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, pairwise
from typing import NamedTuple

from streams.contract.derived import Passage
from streams.contract.records import BusPosition
from streams.domain.links.timing import Sight, TimedWay, stop_times
from streams.geo.measures import Box, distance_m, length_of_m, project
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
UNKNOWN_ROAD_KMH = 50.0  # the free flow where the network has no section
MEASURES_AGREE = 1.01  # more than lengths on the plane and on the sphere differ
NOT_KNOWN = -math.inf
MASKED, SHARED = "plate_masked", "plate_shared"  # flags of positions


@dataclass(frozen=True, slots=True)
class VehicleRun:
    """One vehicle on one route: how far it is, and when it left the stop behind it.

    `passed_ms` None: it stands there yet, or left before the run was first seen; `unsure_ms` is the
    standard deviation of it. `is_astray`: since
    that stop it was seen off the road. `is_doubted`: it came back on the way before, or several
    buses may show its plate. `held` are passages that count once the next position shows that the
    bus did not come back.
    """

    stop_order: int
    along_m: float
    seen_ms: int
    moved_ms: int
    passed_ms: int | None = None
    unsure_ms: int = 0
    is_astray: bool = False
    is_doubted: bool = False
    held: tuple[Passage, ...] = ()


class RunSpot(NamedTuple):
    """Where a reported point lies on the section ahead: 0..1 of its length, and m off its line."""

    part: float
    off_m: float


class Fix(NamedTuple):
    """What one position shows of a bus: the stop passed, metres from the first stop, when; whether
    it is off its road, and whether several buses may show its plate.
    """

    stop_order: int
    along_m: float
    seen_ms: int
    is_astray: bool = False
    is_doubted: bool = False


@dataclass(frozen=True)
class RouteGeometry:
    """A route as metres: `ends_m[i]` is how far stop order i + 1 lies from the first stop."""

    links: tuple[Link | None, ...]
    ends_m: tuple[float, ...]

    @classmethod
    def of(cls, route: Route, network: Network) -> "RouteGeometry":
        links = tuple(network.link(f"{a}>{b}") for a, b in pairwise(route.stops))
        lengths = (float(link.length_m) if link else 0.0 for link in links)
        return cls(links, (0.0, *accumulate(lengths)))

    @cached_property
    def boxes(self) -> tuple[Box | None, ...]:
        """The box around each section's line."""
        return tuple(Box.around(link.geometry) if link else None for link in self.links)

    @cached_property
    def _lengths_m(self) -> tuple[tuple[float, float], ...]:
        """The length of each section's road, straight on at least, and that of its line."""
        return tuple(_lengths_m(link) if link else (0.0, 0.0) for link in self.links)

    @cached_property
    def _free_kmh(self) -> tuple[float, ...]:
        return tuple(link.free_flow_kmh if link else NOT_KNOWN for link in self.links)

    def ahead(self, order: int) -> Link | None:
        """The section ahead of a stop; None where the network has none."""
        return self.links[order - 1] if 1 <= order <= len(self.links) else None

    def spot(self, row: BusPosition) -> RunSpot | None:
        """Where a reported point lies on the section ahead of its stop; None without a point, or
        without a section.
        """
        ahead = self.ahead(row.stop_order)
        if ahead is None or row.lon is None or row.lat is None:
            return None
        return RunSpot(*project((row.lon, row.lat), ahead.geometry))

    def fix(self, row: BusPosition, spot: RunSpot | None = None) -> Fix:
        """Where a position shows its bus: metres from the first stop are those of the stop passed,
        plus the way into the section ahead. `spot` is where the point lies, if that is known.
        """
        at_stop, ahead = self.ends_m[row.stop_order - 1], self.ahead(row.stop_order)
        spot, is_doubted = spot or self.spot(row), MASKED in row.flags
        if spot is None or ahead is None:
            return Fix(row.stop_order, at_stop, row.observed_ms, is_doubted=is_doubted)
        along_m = at_stop + (spot.part * ahead.length_m if spot.off_m <= MAX_OFF_ROAD_M else 0.0)
        is_astray = self._is_astray(row, spot, ahead)
        return Fix(row.stop_order, along_m, row.observed_ms, is_astray, is_doubted)

    def _is_astray(self, row: BusPosition, spot: RunSpot, ahead: Link) -> bool:
        """Whether the way from stop to stop over the reported point is longer than a road's.

        Over a point near a line it is no longer than the line and twice the way to it: mostly that
        is short enough, and nothing else is measured.
        """
        road_m, line_m = self._lengths_m[row.stop_order - 1]
        round_m = WAY_ROUND * road_m + SCATTER_M
        is_near = spot.off_m <= MAX_OFF_ROAD_M
        if is_near and (line_m + 2 * spot.off_m) * MEASURES_AGREE < round_m:
            return False
        first, last = ahead.geometry[0], ahead.geometry[-1]
        point = (row.lon or 0.0, row.lat or 0.0)
        way_m = distance_m(first, point) + distance_m(point, last)
        return round_m < way_m < road_m + 2 * WRONG_POINT_M

    def free_flow_kmh(self, from_order: int, to_order: int, unknown_kmh: float) -> float:
        """Of the fastest section ahead of these stops and those between; where none is known, that
        of unknown roads.
        """
        fastest = max(self._free_kmh[from_order - 1 : to_order], default=NOT_KNOWN)
        return unknown_kmh if fastest == NOT_KNOWN else fastest

    def way(self, dwell_ms: int, learned_ms: Mapping[int, int]) -> TimedWay:
        """The route as the sharing out of time needs it."""

        def free_flow_kmh(order: int) -> float:
            link = self.ahead(order)
            return link.free_flow_kmh if link else UNKNOWN_ROAD_KMH

        return TimedWay(self.ends_m, free_flow_kmh, lambda order: learned_ms.get(order, dwell_ms))


def _lengths_m(link: Link) -> tuple[float, float]:
    straight_m = distance_m(link.geometry[0], link.geometry[-1])
    return max(link.length_m, straight_m), length_of_m(link.geometry)


def nothing_learned() -> Mapping[int, int]:
    return {}


@dataclass(frozen=True, slots=True)
class Advance:
    """A run after a position, the passages it completed, and what was odd about it ("" nothing)."""

    run: VehicleRun
    passages: tuple[Passage, ...] = ()
    oddity: str = ""


def advance(
    run: VehicleRun | None,
    row: BusPosition,
    course: RouteGeometry,
    *,
    dwell_ms: int,
    learned: Callable[[], Mapping[int, int]] = nothing_learned,
    spot: RunSpot | None = None,
) -> Advance:
    """The run after a position. A bus stands at a stop for what is `learned` of its order, ms,
    where that is known, else for `dwell_ms`; 0: it passes without stopping. Nothing is asked of a
    bus that did not drive. `spot` is where the course has the point, if that is known already.

    Standing still, or sliding back a little within a section, waits. A lower stop order, a gap of
    more than five minutes, a jump faster than any bus, or a plate that several buses show begins a
    new run: no passage is made up. An older or equal time changes nothing.
    """
    now = course.fix(row, spot)
    if SHARED in row.flags:
        return Advance(_begun(now), oddity="shared_plate")
    if run is None:
        return Advance(_begun(now))
    if row.observed_ms <= run.seen_ms:
        return Advance(run, oddity="repeat")
    if oddity := _break(run, now, course):
        came_back = oddity == "turnaround" and now.stop_order > FIRST_STOPS
        return Advance(_begun(now, is_doubted=now.is_doubted or came_back), oddity=oddity)
    if run.is_doubted and not now.is_doubted:
        now = now._replace(is_doubted=True)
    if now.stop_order > run.stop_order or now.along_m >= run.along_m + JITTER_M:
        return _drive(run, now, course, course.way(dwell_ms, learned()))
    return _stand(run, now)


def _begun(now: Fix, *, is_doubted: bool | None = None) -> VehicleRun:
    """A run that begins with a position."""
    doubt = now.is_doubted if is_doubted is None else is_doubted
    return VehicleRun(
        now.stop_order,
        now.along_m,
        now.seen_ms,
        now.seen_ms,
        is_astray=now.is_astray,
        is_doubted=doubt,
    )


def _break(run: VehicleRun, now: Fix, course: RouteGeometry) -> str:
    """Why a position cannot go on from a run, "" when it can."""
    elapsed_ms = now.seen_ms - run.seen_ms
    if now.stop_order < run.stop_order:
        return "turnaround"
    if elapsed_ms > MAX_GAP_MS:
        return "gap"
    moved_m = now.along_m - run.along_m
    if moved_m <= SCATTER_M:
        return ""
    most_kmh = min(MAX_SPEED_KMH, TOO_FAST * _free_flow_kmh(run, now, course))
    return "teleport" if moved_m * 3600 > most_kmh * elapsed_ms + 3600 * SCATTER_M else ""


def _stand(run: VehicleRun, now: Fix) -> Advance:
    """A standing bus waits. After a long pause, or having slid far back, it makes no passage of the
    section it is in.
    """
    if run.along_m - now.along_m > SCATTER_M:
        return Advance(_begun(now._replace(is_astray=True, is_doubted=True)))
    is_paused = now.seen_ms - run.moved_ms > MAX_PAUSE_MS
    after = VehicleRun(
        run.stop_order,
        run.along_m,
        now.seen_ms,
        run.moved_ms,
        None if is_paused else run.passed_ms,
        run.unsure_ms,
        is_astray=run.is_astray or now.is_astray,
        is_doubted=now.is_doubted,
    )
    return Advance(after, run.held)


def _drive(run: VehicleRun, now: Fix, course: RouteGeometry, way: TimedWay) -> Advance:
    """The passages between two positions of one run.

    Where a bus that skipped stops came back to its road nobody knows: it makes no passage until it
    leaves the next stop.
    """
    passages: list[Passage] = []
    passed_ms, unsure_ms, is_astray = run.passed_ms, run.unsure_ms, run.is_astray
    for stop in stop_times(_sight(run), _sight(now), way):
        link = course.links[stop.order - 2] if stop.order > run.stop_order else None
        if passed_ms is not None and link is not None and not is_astray:
            deviation_ms = round(math.sqrt(unsure_ms**2 + stop.arrived_ms2))
            passages += _passage(link, passed_ms, round(stop.arrived_ms), deviation_ms)
        passed_ms = None if stop.left_ms is None else round(stop.left_ms)
        unsure_ms = round(math.sqrt(stop.left_ms2))
        is_astray = is_astray and stop.order == run.stop_order
    after = VehicleRun(
        now.stop_order,
        now.along_m,
        now.seen_ms,
        now.seen_ms,
        passed_ms,
        unsure_ms,
        is_astray=is_astray or now.is_astray,
        is_doubted=now.is_doubted,
    )
    if _skips(run, now, course):
        return Advance(replace(after, passed_ms=None), run.held, oddity="skipped_stops")
    if now.is_doubted or _is_hasty(run, now, course):
        return Advance(replace(after, held=tuple(passages)), run.held)
    return Advance(after, run.held + tuple(passages))


def _sight(run: VehicleRun | Fix) -> Sight:
    return Sight(run.stop_order, run.along_m, run.seen_ms)


def _skips(run: VehicleRun, now: Fix, course: RouteGeometry) -> bool:
    """Whether the bus went round the stops between two positions instead of passing them.

    It did when it was off its road before, stood at the next stop without serving it, or would have
    had to drive past a stop faster than traffic does.
    """
    if now.stop_order < run.stop_order + 2:
        return False
    is_past_stop = run.along_m > course.ends_m[run.stop_order] - AT_STOP_M
    return run.is_astray or is_past_stop or _pace(run, now, course) > FAST_OVER_STOPS


def _is_hasty(run: VehicleRun, now: Fix, course: RouteGeometry) -> bool:
    is_over_stops = now.stop_order >= run.stop_order + 2
    return is_over_stops and _pace(run, now, course) > HASTY_OVER_STOPS


def _pace(run: VehicleRun, now: Fix, course: RouteGeometry) -> float:
    """The speed between two positions, times free flow."""
    speed_kmh = (now.along_m - run.along_m) * 3600 / (now.seen_ms - run.seen_ms)
    return speed_kmh / _free_flow_kmh(run, now, course)


def _free_flow_kmh(run: VehicleRun, now: Fix, course: RouteGeometry) -> float:
    return course.free_flow_kmh(run.stop_order, now.stop_order, MAX_SPEED_KMH)


def _passage(link: Link, left_ms: int, reached_ms: int, unsure_ms: int) -> list[Passage]:
    """The passage of a link; none when no bus drives so."""
    travel_ms = reached_ms - left_ms
    if travel_ms <= 0 or link.length_m <= 0:
        return []
    speed_kmh = link.length_m * 3600 / travel_ms
    most_kmh = min(MAX_SPEED_KMH, TOO_FAST * link.free_flow_kmh)
    if not MIN_SPEED_KMH <= speed_kmh <= most_kmh:
        return []
    return [Passage(link.id, reached_ms, travel_ms, link.length_m, unsure_ms)]
