"""From bus positions to passages of links for the fold, and the buses for the screens."""

from dataclasses import dataclass, replace

from streams.contract.derived import Origin, Passage
from streams.contract.records import BusPosition, Message, PositionBatch, Tick
from streams.contract.times import MINUTE_MS
from streams.domain.derive import send
from streams.domain.links.locating import FEEDS_WITHOUT_ORDER, with_order
from streams.domain.links.runs import RouteGeometry, VehicleRun, advance
from streams.domain.stage import Effects, Rows, StageTable, State
from streams.domain.stages.speeds import MAX_OLD_MS
from streams.geo.measures import bearing_deg
from streams.geo.network import Network

KEEP_RUN_MS = 1_800_000  # runs and buses unseen for so long are forgotten


@dataclass(frozen=True, slots=True)
class BusView:
    """A bus as the screens show it."""

    route_id: str
    route_no: str
    lon: float
    lat: float
    stop_id: str
    observed_ms: int
    bearing_deg: int | None = None


RUNS = StageTable("runs", VehicleRun)  # by "vehicle|route"
BUSES = StageTable("buses", BusView)  # by vehicle


class PositionsStage:
    """bus-positions -> passages of links for the fold, and the buses for the screens."""

    takes = (PositionBatch, Tick)
    tables = (RUNS, BUSES)

    def __init__(self, network: Network, *, partitions: int, dwell_ms: int) -> None:
        self._network = network
        self._partitions = partitions
        self._dwell_ms = dwell_ms
        self._courses = {route.id: RouteGeometry.of(route, network) for route in network.routes}

    def step(self, state: State, message: Message, origin: Origin) -> Effects:
        effects = Effects()
        runs, buses = Rows(RUNS, state, effects), Rows(BUSES, state, effects)
        if isinstance(message, Tick):
            _forget(runs, buses, message.tick_ms)
            send(effects, origin, self._partitions, tick_ms=message.tick_ms)
        elif isinstance(message, PositionBatch):
            passages: list[Passage] = []
            rows = [r for r in message.rows if r.observed_ms > message.received_ms - MAX_OLD_MS]
            if late := len(message.rows) - len(rows):
                effects.count("positions late", late)
            for row in rows:
                run = runs.get(f"{row.vehicle}|{row.route_id}")
                self._show(buses, row, run)
                passages += self._observe(runs, run, message.feed, row, effects)
            send(effects, origin, self._partitions, passages=passages)
        return effects

    def _observe(
        self,
        runs: Rows[VehicleRun],
        run: VehicleRun | None,
        feed: str,
        row: BusPosition,
        effects: Effects,
    ) -> list[Passage]:
        """Move a bus's run on; the passages that this makes."""
        course = self._courses.get(row.route_id)
        if course is not None and feed in FEEDS_WITHOUT_ORDER:
            row = with_order(row, run, course)
        if course is None or not 1 <= row.stop_order <= len(course.ends_m):
            effects.count("positions unknown_route_or_stop")
            return []
        step = advance(run, row, course, dwell_ms=self._dwell_ms)
        if step.oddity:
            effects.count(f"positions {step.oddity}")
        runs.put(f"{row.vehicle}|{row.route_id}", step.run)
        driven = (replace(passage, route_id=row.route_id) for passage in step.passages)
        return [part for passage in driven for part in self._spread(passage)]

    def _spread(self, passage: Passage) -> list[Passage]:
        """The passage, and its part on each standard link that is a link of its own."""
        spread = [passage]
        for link in map(self._network.link, self._network.layers_of.get(passage.link_id, ())):
            if link is not None:
                part = min(1.0, link.length_m / passage.length_m)
                travel_ms = max(1, round(passage.travel_ms * part))
                length_m = max(1, round(passage.length_m * part))
                spread.append(
                    replace(passage, link_id=link.id, travel_ms=travel_ms, length_m=length_m)
                )
        return spread

    def _show(self, buses: Rows[BusView], row: BusPosition, run: VehicleRun | None) -> None:
        """Put the bus on the screens, unless they know later or its other route is moving."""
        lon, lat = row.lon, row.lat
        stop = self._network.stop_by_id.get(row.stop_id)
        if (lon is None or lat is None) and stop is not None:
            lon, lat = stop.lon, stop.lat
        shown = buses.get(row.vehicle)
        is_parked = run is not None and run.stop_order == row.stop_order
        is_parked_elsewhere = is_parked and shown is not None and shown.route_id != row.route_id
        is_older = shown is not None and row.observed_ms < shown.observed_ms
        if lon is None or lat is None or is_older or is_parked_elsewhere:
            return
        bearing = _bearing(shown, lon, lat)
        buses.put(
            row.vehicle,
            BusView(row.route_id, row.route_no, lon, lat, row.stop_id, row.observed_ms, bearing),
        )


def _bearing(shown: BusView | None, lon: float, lat: float) -> int | None:
    """Where the bus heads, from its last two points; kept while it moves less than about 5 m."""
    if shown is None:
        return None
    if abs(lon - shown.lon) < 6e-5 and abs(lat - shown.lat) < 5e-5:
        return shown.bearing_deg
    return bearing_deg((shown.lon, shown.lat), (lon, lat))


def _forget(runs: Rows[VehicleRun], buses: Rows[BusView], tick_ms: int) -> None:
    """Drop runs and buses unseen for half an hour; looked at once a minute."""
    if tick_ms % MINUTE_MS:
        return
    for run_id, run in runs.stored.items():
        if tick_ms - run.seen_ms > KEEP_RUN_MS:
            runs.put(run_id, None)
    for vehicle, bus in buses.stored.items():
        if tick_ms - bus.observed_ms > KEEP_RUN_MS:
            buses.put(vehicle, None)
