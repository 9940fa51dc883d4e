"""The buses: where each one is, and one second of driving."""

import math
import random
from dataclasses import dataclass, field

from producers.simulator import mishaps
from producers.simulator.clock import DayClock
from producers.simulator.lines import LINES
from producers.simulator.mishaps import Mishap
from producers.simulator.routes import DrivenRoute, runs
from producers.simulator.traffic import Manner, Slot, Traffic
from producers.simulator.ways import Ways, turned_back
from streams.geo.network import Network

STEP_MS = 1000
NIGHT_HOURS = (0.0, 5.0)
WAITS_MS = 420_000  # for a closure that is over by then
LOOKS_AGAIN_S = 30.0  # who can get neither through nor round


@dataclass(slots=True)
class SimulatedBus:
    """One bus. `order` is the index of the last stop reached; `path` the links to the next one.

    `came_by` is the link it drove last (-1: none yet). `stalls_s`: so long it will stand in the
    middle of its link. `unseen_s`: so long no row tells of it. `goes_round_late`: its driver goes
    round a while after a closure has ended.
    """

    vehicle: str
    run: DrivenRoute
    order: int
    pace: float
    rng: random.Random
    path: list[int] = field(default_factory=list)
    next_order: int = 0
    travelled_m: float = 0.0
    hold_s: float = 0.0
    is_parked: bool = False
    came_by: int = -1
    stalls_s: float = 0.0
    unseen_s: float = 0.0
    depot: str = ""  # where it goes or stands, away from its line
    goes_round_late: bool = False

    @property
    def is_listed(self) -> bool:
        """Whether its portal shows it: not when silent, nor at night or for long in the depot."""
        if self.depot and not self.path:
            return self.hold_s > mishaps.IN_DEPOT_S - mishaps.LISTED_IN_DEPOT_S
        return self.unseen_s <= 0 and (self.hold_s > 0 or not self.is_parked)


class Fleet:
    """All buses of the city, stepped together."""

    def __init__(self, network: Network, seed: int, traffic: Traffic, clock: DayClock) -> None:
        self.network = network
        self.runs = runs()
        self._traffic = traffic
        self._clock = clock
        self._ways = Ways(network)
        self.buses = _buses(self.runs, seed)

    def step(self, at_ms: int) -> None:
        """Move every bus through the second that begins at `at_ms`."""
        slot, lengths_m = self._traffic.slot(at_ms), self._ways.lengths_m
        for bus in self.buses:
            bus.unseen_s -= STEP_MS / 1000
            if bus.hold_s > 0:
                bus.hold_s -= STEP_MS / 1000
                continue
            if not bus.path:
                self._depart(bus, at_ms, slot)
                continue
            link = bus.path[0]
            bus.travelled_m += min(slot.speeds_kmh[link], 62.0) * bus.pace * STEP_MS / 3600
            if bus.stalls_s and bus.travelled_m >= lengths_m[link] / 2:
                bus.hold_s, bus.stalls_s = bus.stalls_s, 0.0
            elif bus.travelled_m >= lengths_m[link]:
                self._reach_end(bus, slot)

    def _depart(self, bus: SimulatedBus, at_ms: int, slot: Slot) -> None:
        if bus.is_parked and NIGHT_HOURS[0] <= self._clock.pattern_hour(at_ms) < NIGHT_HOURS[1]:
            return
        if bus.is_parked or bus.depot:
            self._begin_run(bus)
        bus.travelled_m = 0.0
        leg = bus.run.legs[bus.order]
        shut = _avoided(bus, slot)
        in_the_way = [link for link in leg if link in shut]
        if in_the_way:
            self._get_by(bus, at_ms, slot, in_the_way[0])
        elif not self._leaves_line_early(bus, shut, slot):
            bus.path, bus.next_order = list(leg), bus.order + 1

    def _begin_run(self, bus: SimulatedBus) -> None:
        if bus.order == len(bus.run.legs) or bus.depot:
            bus.run = self.runs[bus.run.partner or bus.run.no]
            bus.order, bus.came_by = 0, -1
        bus.is_parked, bus.depot = False, ""

    def _get_by(self, bus: SimulatedBus, at_ms: int, slot: Slot, link: int) -> None:
        """Before a closed link: wait, turn back or go round, as the drivers were told; who can do
        neither looks again a little later.
        """
        obstacle = slot.closing.get(link)
        manner = obstacle.manner if obstacle else Manner.ROUND
        if obstacle and manner is Manner.WAIT and obstacle.ends_ms - at_ms <= WAITS_MS:
            bus.hold_s = bus.rng.uniform(15, 40)
            return
        back = turned_back(bus.run, bus.order) if manner is Manner.TURN else None
        if back is not None:
            bus.order, bus.came_by, bus.hold_s = back, -1, bus.rng.uniform(10, 40)
            return
        self._go_round(bus, _avoided(bus, slot))

    def _go_round(self, bus: SimulatedBus, shut: set[int]) -> None:
        """Round from the stop it stands at; turning on the spot where there is no other way."""
        here = bus.run.nodes[bus.order]
        for came_by in dict.fromkeys((bus.came_by, -1)):
            way = self._ways.round(bus.run, bus.order, shut, start=here, came_by=came_by)
            if way:
                bus.path, bus.next_order = way
                return
        bus.hold_s = LOOKS_AGAIN_S

    def _leaves_line_early(self, bus: SimulatedBus, shut: set[int], slot: Slot) -> bool:
        """Whether it goes round from here because the next stop but one is behind a closed link
        and at the next stop it would have to turn on the spot.
        """
        run, after = bus.run, bus.order + 1
        ahead = shut.intersection(run.legs[after]) if after < len(run.legs) else set()
        told = {slot.closing[link].manner for link in ahead if link in slot.closing}
        if not ahead or told & {Manner.WAIT, Manner.TURN}:
            return False
        came_by = run.legs[bus.order][-1]
        if self._ways.round(run, after, shut, start=run.nodes[after], came_by=came_by):
            return False
        here = run.nodes[bus.order]
        way = self._ways.round(run, after, shut, start=here, came_by=bus.came_by)
        if way:
            bus.path, bus.next_order = way
        return way is not None

    def _reach_end(self, bus: SimulatedBus, slot: Slot) -> None:
        """At the end of a link: on to the next one, unless it was closed meanwhile; or a stop."""
        link, *rest = bus.path
        if rest and rest[0] in slot.closing:
            rest = self._other_way(bus, link, slot)
            if not rest:
                bus.travelled_m, bus.hold_s = self._ways.lengths_m[link], LOOKS_AGAIN_S
                return
        bus.travelled_m -= self._ways.lengths_m[link]
        bus.path, bus.came_by = rest, link
        if rest:
            return
        bus.travelled_m = 0.0
        if bus.depot:
            bus.hold_s = mishaps.IN_DEPOT_S
            return
        bus.order = bus.next_order
        if bus.order == len(bus.run.legs):
            bus.is_parked, bus.hold_s = True, bus.rng.uniform(120, 300)
            return
        if bus.rng.random() < 0.88:  # at some stops nobody waits
            bus.hold_s = bus.rng.uniform(8, 25)
        self._suffer(bus, slot)

    def _other_way(self, bus: SimulatedBus, link: int, slot: Slot) -> list[int]:
        here, shut = self.network.links[link].to_id, _avoided(bus, slot)
        if bus.depot:
            return self._ways.to_node(here, bus.depot, shut)
        way = self._ways.round(bus.run, bus.order, shut, start=here, came_by=link)
        if way is None:
            return []
        bus.next_order = way[1]
        return way[0]

    def _suffer(self, bus: SimulatedBus, slot: Slot) -> None:
        """What befalls a bus at a stop and has nothing to do with the road."""
        found = mishaps.drawn(bus.rng)
        if found is None:
            return
        mishap, lasts_s = found
        if mishap is Mishap.NEW_DRIVER:
            bus.hold_s = lasts_s
        elif mishap is Mishap.BROKEN:
            bus.stalls_s = lasts_s
        elif mishap is Mishap.UNSEEN:
            bus.unseen_s = lasts_s
        elif mishap is Mishap.SHORT_TURN:
            back = turned_back(bus.run, bus.order)
            if back is not None:
                bus.order, bus.came_by, bus.hold_s = back, -1, lasts_s
        else:
            self._send_to_depot(bus, slot)

    def _send_to_depot(self, bus: SimulatedBus, slot: Slot) -> None:
        """Off its line by the shortest way to the nearer depot; its row keeps its last stop."""
        here, shut = bus.run.nodes[bus.order], _avoided(bus, slot)
        ways = {depot: self._ways.to_node(here, depot, shut) for depot in mishaps.DEPOTS}
        lengths = {
            depot: sum(self._ways.lengths_m[link] for link in way)
            for depot, way in ways.items()
            if way
        }
        if lengths:
            bus.depot = min(lengths, key=lambda depot: lengths[depot])
            bus.path = ways[bus.depot]


def _avoided(bus: SimulatedBus, slot: Slot) -> set[int]:
    """The links a driver takes for closed: those that are and, for some, those that were lately."""
    lately = slot.lately_closed if bus.goes_round_late else frozenset()
    return {*slot.closing, *lately}


def _buses(runs: dict[str, DrivenRoute], seed: int) -> list[SimulatedBus]:
    """Every line's buses, spread over their run, and the ghosts, which never leave its start."""
    rng = random.Random(seed)  # noqa: S311 - the same seed must give the same day
    plates = iter(rng.sample(range(1000, 9999), sum(line.buses for line in LINES)))
    driving = [
        _bus(runs[line.no], next(plates), (number + rng.random() * 0.6) / line.buses, rng)
        for line in LINES
        for number in range(line.buses)
    ]
    ghosts = [
        SimulatedBus(f"강원70자0{place:03d}", runs[no], 0, 0.0, rng, hold_s=math.inf)
        for place, no in enumerate(mishaps.GHOST_ROUTES, start=7)
    ]
    return driving + ghosts


def _bus(run: DrivenRoute, plate: int, part: float, rng: random.Random) -> SimulatedBus:
    order = int(part * (len(run.legs) - 1))
    own = random.Random(rng.getrandbits(32))  # noqa: S311
    return SimulatedBus(
        f"강원70자{plate}",
        run,
        order,
        own.uniform(0.82, 0.97),
        own,
        hold_s=own.uniform(0, 60),
        goes_round_late=plate % 3 == 0,
    )
