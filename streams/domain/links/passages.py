"""From bus positions to passages: which bus drove a whole section when, and for how long.

A position becomes metres along its route (stops passed, plus how far the reported point lies into
the section ahead). Between two polls the bus is taken to move evenly, so the moments it passed each
stop are interpolated. A passage needs both of its ends.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from streams.domain.derive import send
from streams.domain.network import Link, Network, Route, bearing_deg, project
from streams.domain.records import BusPosition, Message, Origin, Passage, PositionBatch, Tick
from streams.domain.stage import Effects, Rows, Table

MAX_GAP_MS = 300_000  # a bus unseen for longer begins a new run
MAX_PAUSE_MS = 300_000  # a bus that stands for longer rests; that is no traffic
MAX_SPEED_KMH = 110.0  # faster between two polls is a teleport, not a bus
MIN_SPEED_KMH = 1.0  # a slower passage holds a pause, not a drive
JITTER_M = 15.0  # a standing bus's reported point wanders by so much
SCATTER_M = 100.0  # how far apart two reports of one place may lie
MAX_OFF_ROAD_M = 400.0  # a reported point further from its section says nothing about progress
KEEP_RUN_MS = 1_800_000  # runs and buses unseen for so long are forgotten


@dataclass(frozen=True, slots=True)
class Run:
    """One vehicle on one route: how far it is, and when it passed the stop behind it.

    `passed_ms` None: the stop behind was passed before the run was first seen.
    """

    stop_order: int
    along_m: float
    seen_ms: int
    moved_ms: int
    passed_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Bus:
    """A bus as the screens show it."""

    route_id: str
    route_no: str
    lon: float
    lat: float
    stop_id: str
    observed_ms: int
    bearing_deg: int | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """A route as metres: `ends_m[i]` is how far stop order i + 1 lies from the first stop."""

    links: tuple[Link | None, ...]
    ends_m: tuple[float, ...]

    @classmethod
    def of(cls, route: Route, network: Network) -> "Course":
        links = tuple(network.link(f"{a}>{b}") for a, b in pairwise(route.stops))
        lengths = (float(link.length_m) if link else 0.0 for link in links)
        return cls(links, (0.0, *accumulate(lengths)))

    def along_m(self, row: BusPosition) -> float:
        """Metres from the first stop: the stop passed, plus the way into the section ahead."""
        at_stop = self.ends_m[row.stop_order - 1]
        ahead = self.links[row.stop_order - 1] if row.stop_order <= len(self.links) else None
        if ahead is None or row.lon is None or row.lat is None:
            return at_stop
        part, off_m = project((row.lon, row.lat), ahead.geometry)
        return at_stop + (part * ahead.length_m if off_m <= MAX_OFF_ROAD_M else 0.0)


@dataclass(frozen=True, slots=True)
class Advance:
    """A run after a position, the passages it completed, and what was odd about it ("" nothing)."""

    run: Run
    passages: tuple[Passage, ...] = ()
    oddity: str = ""


def advance(run: Run | None, row: BusPosition, course: Course, *, dwell_ms: int) -> Advance:
    """The run after a position.

    Standing still, or sliding back within a section, waits. A lower stop order, a gap of more than
    five minutes or a jump faster than 110 km/h begins a new run: no passage is made up. An older or
    equal time changes nothing.
    """
    along_m = course.along_m(row)
    fresh = Run(row.stop_order, along_m, row.observed_ms, row.observed_ms)
    if run is None:
        return Advance(fresh)
    if row.observed_ms <= run.seen_ms:
        return Advance(run, oddity="repeat")
    if oddity := _break(run, fresh):
        return Advance(fresh, oddity=oddity)
    if along_m < run.along_m + JITTER_M and row.stop_order == run.stop_order:
        return _stand(run, row)
    return _drive(run, fresh, course, dwell_ms)


def _break(run: Run, now: Run) -> str:
    """Why a position cannot go on from a run, "" when it can."""
    elapsed_ms = now.seen_ms - run.seen_ms
    if now.stop_order < run.stop_order:
        return "turnaround"
    if elapsed_ms > MAX_GAP_MS:
        return "gap"
    moved_m = now.along_m - run.along_m
    is_too_far = moved_m * 3600 > MAX_SPEED_KMH * elapsed_ms + 3600 * SCATTER_M
    return "teleport" if is_too_far else ""


def _stand(run: Run, row: BusPosition) -> Advance:
    """A standing bus waits; after a long pause the section it stands in counts for no passage."""
    is_paused = row.observed_ms - run.moved_ms > MAX_PAUSE_MS
    passed_ms = None if is_paused else run.passed_ms
    return Advance(replace(run, seen_ms=row.observed_ms, passed_ms=passed_ms))


def _drive(run: Run, now: Run, course: Course, dwell_ms: int) -> Advance:
    """The passages between two positions of one run, with the stops' moments interpolated."""
    passages: list[Passage] = []
    passed_ms = run.passed_ms
    span_m, span_ms = now.along_m - run.along_m, now.seen_ms - run.seen_ms
    for order in range(run.stop_order + 1, now.stop_order + 1):
        part = (course.ends_m[order - 1] - run.along_m) / span_m if span_m else 0.0
        here_ms = run.seen_ms + round(max(0.0, min(1.0, part)) * span_ms)
        link = course.links[order - 2]
        if passed_ms is not None and link is not None:
            passages += _passage(link, passed_ms, here_ms, dwell_ms)
        passed_ms = here_ms
    return Advance(replace(now, passed_ms=passed_ms), tuple(passages))


def _passage(link: Link, entered_ms: int, exited_ms: int, dwell_ms: int) -> list[Passage]:
    """The passage of a link, the dwell at its stop taken out.

    At most half of the time is dwell, and no more than brings the bus to free flow: one that would
    have been faster did not stop.
    """
    spent_ms = exited_ms - entered_ms
    free_ms = round(link.length_m * 3600 / link.free_flow_kmh)
    travel_ms = max(spent_ms - min(dwell_ms, spent_ms // 2), min(spent_ms, free_ms))
    if travel_ms <= 0 or link.length_m <= 0:
        return []
    speed_kmh = link.length_m * 3600 / travel_ms
    if not MIN_SPEED_KMH <= speed_kmh <= MAX_SPEED_KMH:
        return []
    return [Passage(link.id, exited_ms, travel_ms, link.length_m)]


class PositionsStage:
    """bus-positions -> passages of links for the fold, and the buses for the screens."""

    takes = (PositionBatch, Tick)
    tables = (Table("runs", Run), Table("buses", Bus, letter="b"))

    def __init__(self, network: Network, *, partitions: int, dwell_ms: int) -> None:
        self._network = network
        self._partitions = partitions
        self._dwell_ms = dwell_ms
        self._courses = {route.id: Course.of(route, network) for route in network.routes}

    def step(self, state: Mapping[str, Rows], message: Message, origin: Origin) -> Effects:
        effects = Effects()
        if isinstance(message, Tick):
            _forget(state, message.tick_ms, effects)
            send(effects, origin, self._partitions, tick_ms=message.tick_ms)
        elif isinstance(message, PositionBatch):
            passages: list[Passage] = []
            for row in message.rows:
                passages += self._observe(state, row, effects)
            send(effects, origin, self._partitions, passages=passages)
        return effects

    def _observe(
        self, state: Mapping[str, Rows], row: BusPosition, effects: Effects
    ) -> list[Passage]:
        course = self._courses.get(row.route_id)
        run_id = f"{row.vehicle}|{row.route_id}"
        run: Run | None = effects.changes.get("runs", {}).get(run_id, state["runs"].get(run_id))
        self._show(state, row, run, effects)
        if course is None or not 1 <= row.stop_order <= len(course.ends_m):
            effects.count("positions unknown_route_or_stop")
            return []
        step = advance(run, row, course, dwell_ms=self._dwell_ms)
        if step.oddity:
            effects.count(f"positions {step.oddity}")
        effects.put("runs", run_id, step.run)
        return [part for passage in step.passages for part in self._spread(passage)]

    def _spread(self, passage: Passage) -> list[Passage]:
        """The passage, and its part on each standard link that is a link of its own."""
        spread = [passage]
        for pair in self._network.standards_of.get(passage.link_id, ()):
            link = self._network.link(pair.standard_id)
            if link is not None and pair.share > 0:
                part = min(1.0, link.length_m / passage.length_m)
                travel_ms = max(1, round(passage.travel_ms * part))
                length_m = max(1, round(passage.length_m * part))
                spread.append(Passage(link.id, passage.exited_ms, travel_ms, length_m))
        return spread

    def _show(
        self, state: Mapping[str, Rows], row: BusPosition, run: Run | None, effects: Effects
    ) -> None:
        """Put the bus on the screens, unless they know later or its other route is moving."""
        lon, lat = row.lon, row.lat
        stop = self._network.stop_by_id.get(row.stop_id)
        if (lon is None or lat is None) and stop is not None:
            lon, lat = stop.lon, stop.lat
        shown: Bus | None = effects.changes.get("buses", {}).get(
            row.vehicle, state["buses"].get(row.vehicle)
        )
        is_parked_elsewhere = (
            shown is not None and shown.route_id != row.route_id and _stood(run, row)
        )
        is_older = shown is not None and row.observed_ms < shown.observed_ms
        if lon is None or lat is None or is_older or is_parked_elsewhere:
            return
        bearing = _bearing(shown, lon, lat)
        effects.put(
            "buses",
            row.vehicle,
            Bus(row.route_id, row.route_no, lon, lat, row.stop_id, row.observed_ms, bearing),
        )


def _stood(run: Run | None, row: BusPosition) -> bool:
    return run is not None and run.stop_order == row.stop_order


def _bearing(shown: Bus | None, lon: float, lat: float) -> int | None:
    """Where the bus heads, from its last two points; kept while it moves less than about 5 m."""
    if shown is None:
        return None
    if abs(lon - shown.lon) < 6e-5 and abs(lat - shown.lat) < 5e-5:
        return shown.bearing_deg
    return bearing_deg((shown.lon, shown.lat), (lon, lat))


def _forget(state: Mapping[str, Rows], tick_ms: int, effects: Effects) -> None:
    """Drop runs and buses unseen for half an hour; looked at once a minute."""
    if tick_ms % 60_000:
        return
    for run_id, run in state["runs"].items():
        if tick_ms - run.seen_ms > KEEP_RUN_MS:
            effects.put("runs", run_id, None)
    for vehicle, bus in state["buses"].items():
        if tick_ms - bus.observed_ms > KEEP_RUN_MS:
            effects.put("buses", vehicle, None)
