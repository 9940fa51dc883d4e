"""From bus positions to passages of links for the fold, and the buses for the screens."""

from collections.abc import Mapping
from dataclasses import dataclass

from streams.contract.records import BusPosition, Message, Origin, Passage, PositionBatch, Tick
from streams.domain.derive import send
from streams.domain.links.locating import FEEDS_WITHOUT_ORDER, with_order
from streams.domain.links.runs import RouteGeometry, VehicleRun, advance
from streams.domain.stage import Effects, Rows, StageTable
from streams.domain.stages.speeds import MAX_OLD_MS
from streams.geo.network import Network, bearing_deg

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


class PositionsStage:
    """bus-positions -> passages of links for the fold, and the buses for the screens."""

    takes = (PositionBatch, Tick)
    tables = (StageTable("runs", VehicleRun), StageTable("buses", BusView))

    def __init__(self, network: Network, *, partitions: int, dwell_ms: int) -> None:
        self._network = network
        self._partitions = partitions
        self._dwell_ms = dwell_ms
        self._courses = {route.id: RouteGeometry.of(route, network) for route in network.routes}

    def step(self, state: Mapping[str, Rows], message: Message, origin: Origin) -> Effects:
        effects = Effects()
        if isinstance(message, Tick):
            _forget(state, message.tick_ms, effects)
            send(effects, origin, self._partitions, tick_ms=message.tick_ms)
        elif isinstance(message, PositionBatch):
            passages: list[Passage] = []
            rows = [r for r in message.rows if r.observed_ms > message.received_ms - MAX_OLD_MS]
            if late := len(message.rows) - len(rows):
                effects.count("positions late", late)
            for row in rows:
                passages += self._observe(state, message.feed, row, effects)
            send(effects, origin, self._partitions, passages=passages)
        return effects

    def _observe(
        self, state: Mapping[str, Rows], feed: str, row: BusPosition, effects: Effects
    ) -> list[Passage]:
        course = self._courses.get(row.route_id)
        run_id = f"{row.vehicle}|{row.route_id}"
        run: VehicleRun | None = effects.changes.get("runs", {}).get(
            run_id, state["runs"].get(run_id)
        )
        self._show(state, row, run, effects)
        if course is not None and feed in FEEDS_WITHOUT_ORDER:
            row = with_order(row, run, course)
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
        for link in map(self._network.link, self._network.layers_of.get(passage.link_id, ())):
            if link is not None:
                part = min(1.0, link.length_m / passage.length_m)
                travel_ms = max(1, round(passage.travel_ms * part))
                length_m = max(1, round(passage.length_m * part))
                spread.append(Passage(link.id, passage.exited_ms, travel_ms, length_m))
        return spread

    def _show(
        self, state: Mapping[str, Rows], row: BusPosition, run: VehicleRun | None, effects: Effects
    ) -> None:
        """Put the bus on the screens, unless they know later or its other route is moving."""
        lon, lat = row.lon, row.lat
        stop = self._network.stop_by_id.get(row.stop_id)
        if (lon is None or lat is None) and stop is not None:
            lon, lat = stop.lon, stop.lat
        shown: BusView | None = effects.changes.get("buses", {}).get(
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
            BusView(row.route_id, row.route_no, lon, lat, row.stop_id, row.observed_ms, bearing),
        )


def _stood(run: VehicleRun | None, row: BusPosition) -> bool:
    return run is not None and run.stop_order == row.stop_order


def _bearing(shown: BusView | None, lon: float, lat: float) -> int | None:
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
