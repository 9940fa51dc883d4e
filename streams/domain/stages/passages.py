"""From bus positions to passages of links for the fold, and the buses for the screens."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from streams.contract.derived import Origin, Passage
from streams.contract.records import BusPosition, Message, PositionBatch, Tick
from streams.contract.times import MINUTE_MS, kst_day
from streams.domain.derive import send
from streams.domain.links.dwells import MOST_POLL_MS, StopHabit
from streams.domain.links.locating import FEEDS_WITHOUT_ORDER, with_order
from streams.domain.links.runs import Advance, RunSpot, VehicleRun, advance
from streams.domain.links.timing import AT_STOP_M
from streams.domain.observed.following import (
    LINE_CHECKS,
    LINE_FITS,
    TRACKS,
    Followed,
    Follower,
)
from streams.domain.stage import Effects, Rows, StageTable, State, Taken
from streams.domain.stages.speeds import MAX_OLD_MS
from streams.geo.homes import Homes
from streams.geo.measures import bearing_deg
from streams.geo.network import Network

KEEP_RUN_MS = 1_800_000  # runs and buses unseen for so long are forgotten
RENAMED_MS = 3 * MINUTE_MS  # so long, at midnight, for the first report under the new day's names


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
STOPS = StageTable("stop-habits", StopHabit)  # by stop, of the buses of a partition
MOST_STOPS = 10  # passed between two polls; of more the time is shared out without their habits


class PositionRows:
    """The rows of a partition in the midst of a run of messages."""

    def __init__(self, state: State, effects: Effects) -> None:
        self.effects = effects
        self.runs, self.buses = Rows(RUNS, state, effects), Rows(BUSES, state, effects)
        self.stops = Rows(STOPS, state, effects)
        self.followed = Followed(state, effects)


class PositionsStage:
    """bus-positions -> passages of links for the fold, and the buses for the screens."""

    takes = (PositionBatch, Tick)
    tables = (RUNS, BUSES, STOPS, TRACKS, LINE_FITS, LINE_CHECKS)

    def __init__(self, network: Network, *, partitions: int, dwell_ms: int) -> None:
        self._network = network
        self._partitions = partitions
        self._dwell_ms = dwell_ms
        self._follower, self._homes = Follower(network), Homes(network, partitions)
        self._courses = {name: on.geometry for name, on in self._follower.courses.items()}

    def step(self, state: State, message: Message, origin: Origin) -> Effects:
        return self.step_run(state, [Taken(message, origin)])

    def step_run(self, state: State, run: Sequence[Taken]) -> Effects:
        effects = Effects()
        rows = PositionRows(state, effects)
        for message, origin in run:
            if isinstance(message, Tick):
                _forget(rows.runs, rows.buses, message.tick_ms)
                rows.followed.forget(message.tick_ms)
                send(effects, origin, self._partitions, tick_ms=message.tick_ms)
            elif isinstance(message, PositionBatch):
                send(
                    effects,
                    origin,
                    self._partitions,
                    passages=self._take(rows, message),
                    sightings=rows.followed.taken(),
                    homes=self._homes,
                )
        return effects

    def _take(self, rows: PositionRows, message: PositionBatch) -> list[Passage]:
        """Move the buses of a message on; the passages that this makes."""
        passages: list[Passage] = []
        least_ms = message.received_ms - MAX_OLD_MS
        for given in message.rows:
            if given.observed_ms <= least_ms:
                rows.effects.count("positions late")
                continue
            name = f"{given.vehicle}|{given.route_id}"
            run, course = rows.runs.get(name), self._courses.get(given.route_id)
            self._show(rows.buses, given, run)
            row = self._ordered(message.feed, given, run)
            spot = course.spot(row) if course else None
            self._follower.see(rows.followed, message.feed, row, spot)
            step = self._observe(rows, run, row, spot)
            if step is not None:
                rows.runs.put(name, step.run)
                passages += self._driven(step.passages, row.route_id)
        return passages

    def _observe(
        self, rows: PositionRows, run: VehicleRun | None, row: BusPosition, spot: RunSpot | None
    ) -> Advance | None:
        """Move a bus's run on; None where its route or stop is not known."""
        course = self._courses.get(row.route_id)
        if course is None or not 1 <= row.stop_order <= len(course.ends_m):
            rows.effects.count("positions unknown_route_or_stop")
            return None
        learned = partial(self._dwells_ms, rows.stops, run, row)
        step = advance(run, row, course, dwell_ms=self._dwell_ms, learned=learned, spot=spot)
        if step.oddity:
            rows.effects.count(f"positions {step.oddity}")
        elif run is not None:
            self._learn(rows.stops, run, step.run, row.route_id)
        return step

    def _driven(self, passages: Sequence[Passage], route_id: str) -> list[Passage]:
        """The passages of a route's bus, on all layers of their roads."""
        driven = (replace(passage, route_id=route_id) for passage in passages)
        return [part for passage in driven for part in self._spread(passage)]

    def _ordered(self, feed: str, row: BusPosition, run: VehicleRun | None) -> BusPosition:
        """The position with the order of the stop it passed, where its feed gives none."""
        course = self._courses.get(row.route_id)
        if course is None or feed not in FEEDS_WITHOUT_ORDER:
            return row
        return with_order(row, run, course)

    def _dwells_ms(
        self, stops: Rows[StopHabit], run: VehicleRun | None, row: BusPosition
    ) -> dict[int, int]:
        """By order, how long buses stand at the stops from the one behind a run to a position."""
        if run is None or not 0 <= row.stop_order - run.stop_order <= MOST_STOPS:
            return {}
        names = self._network.route_by_id[row.route_id].stops
        known = {
            order: stops.get(names[order - 1])
            for order in range(run.stop_order, row.stop_order + 1)
        }
        return {
            order: habit.dwell_ms(row.observed_ms, self._dwell_ms)
            for order, habit in known.items()
            if habit is not None
        }

    def _learn(
        self, stops: Rows[StopHabit], before: VehicleRun, now: VehicleRun, route_id: str
    ) -> None:
        """Learn of the stops that a bus came to or passed; at the last of a route it rests."""
        span_ms = now.seen_ms - before.seen_ms
        if now.stop_order <= before.stop_order or span_ms > MOST_POLL_MS:
            return
        names = self._network.route_by_id[route_id].stops
        into_m = now.along_m - self._courses[route_id].ends_m[now.stop_order - 1]
        for order in range(before.stop_order + 1, min(now.stop_order, len(names) - 1) + 1):
            habit = stops.get(names[order - 1]) or StopHabit()
            is_found = order == now.stop_order and into_m <= AT_STOP_M
            stops.put(names[order - 1], habit.add(now.seen_ms, span_ms if is_found else 0))

    def _spread(self, passage: Passage) -> list[Passage]:
        """The passage, and its part on each standard link that is a link of its own."""
        spread = [passage]
        for link in map(self._network.link, self._network.layers_of.get(passage.link_id, ())):
            if link is not None:
                part = min(1.0, link.length_m / passage.length_m)
                travel_ms = max(1, round(passage.travel_ms * part))
                length_m = max(1, round(passage.length_m * part))
                spread.append(
                    replace(
                        passage,
                        link_id=link.id,
                        travel_ms=travel_ms,
                        length_m=length_m,
                        unsure_ms=round(passage.unsure_ms * part),
                    )
                )
        return spread

    def _show(self, buses: Rows[BusView], row: BusPosition, run: VehicleRun | None) -> None:
        """Put the bus on the screens, unless they know later or its other route is moving."""
        lon, lat = row.lon, row.lat
        if lon is None or lat is None:
            stop = self._network.stop_by_id.get(row.stop_id)
            lon, lat = (stop.lon, stop.lat) if stop else (lon, lat)
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
    """Drop runs and buses unseen for half an hour, and once after the turn of a day buses under the
    names of the day before, most of which no report will have again; looked at once a minute.
    """
    if tick_ms % MINUTE_MS:
        return
    for run_id, run in runs.all().items():
        if tick_ms - run.seen_ms > KEEP_RUN_MS:
            runs.put(run_id, None)
    turned_ms = tick_ms - RENAMED_MS
    are_named_anew = kst_day(turned_ms) != kst_day(turned_ms - MINUTE_MS)
    for vehicle, bus in buses.all().items():
        is_of_before = are_named_anew and kst_day(bus.observed_ms) != kst_day(tick_ms)
        if is_of_before or tick_ms - bus.observed_ms > KEEP_RUN_MS:
            buses.put(vehicle, None)
