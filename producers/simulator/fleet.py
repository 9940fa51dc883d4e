"""The buses: where each one is, and one second of driving."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from producers.simulator.city import courses
from producers.simulator.clock import DayClock
from producers.simulator.lines import LINES
from producers.simulator.streets import Graph, shortest_path
from producers.simulator.traffic import Traffic
from streams.geo.network import Network

STEP_MS = 1000
MAX_DETOUR_M = 3500.0
MAX_SKIPPED_STOPS = 8
NIGHT_HOURS = (0.0, 5.0)


@dataclass(frozen=True, slots=True)
class DrivenRoute:
    """One route as driven: stop ids in order, the nodes they stand at, the links to each next."""

    route_id: str
    no: str
    kind: str
    stops: tuple[str, ...]
    nodes: tuple[str, ...]
    legs: tuple[tuple[int, ...], ...]
    partner: str


@dataclass(slots=True)
class SimulatedBus:
    """One bus. `order` is the index of the last stop reached; `path` the links to the next one."""

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


def runs() -> dict[str, DrivenRoute]:
    """Every route of the authored lines by number."""
    return {
        course.line.no: DrivenRoute(
            course.route_id,
            course.line.no,
            course.line.kind,
            course.stops,
            course.nodes,
            course.legs,
            course.line.partner,
        )
        for course in courses()
    }


class Fleet:
    """All buses of the city, stepped together."""

    def __init__(self, network: Network, seed: int, traffic: Traffic, clock: DayClock) -> None:
        self.network = network
        self.runs = runs()
        self._traffic = traffic
        self._clock = clock
        self._between = {(x.from_id, x.to_id): i for i, x in enumerate(network.links)}
        self._lengths = [float(link.length_m) for link in network.links]
        self.buses = _buses(self.runs, seed)

    def step(self, at_ms: int) -> None:
        """Move every bus through the second that begins at `at_ms`."""
        speeds = self._traffic.speeds_kmh(at_ms)
        for bus in self.buses:
            if bus.hold_s > 0:
                bus.hold_s -= STEP_MS / 1000
                continue
            if not bus.path:
                self._depart(bus, at_ms)
                continue
            link = bus.path[0]
            bus.travelled_m += min(speeds[link], 62.0) * bus.pace * STEP_MS / 3600
            if bus.travelled_m >= self._lengths[link]:
                self._arrive(bus)

    def _depart(self, bus: SimulatedBus, at_ms: int) -> None:
        if bus.is_parked and NIGHT_HOURS[0] <= self._clock.pattern_hour(at_ms) < NIGHT_HOURS[1]:
            return
        bus.is_parked = False
        if bus.order == len(bus.run.legs):
            bus.run, bus.order = self.runs[bus.run.partner or bus.run.no], 0
        bus.travelled_m = 0.0
        bus.path, bus.next_order = list(bus.run.legs[bus.order]), bus.order + 1
        closed = self._traffic.closed(at_ms)
        if closed.intersection(bus.path):
            bus.path, bus.next_order = self._detour(bus, closed)

    def _arrive(self, bus: SimulatedBus) -> None:
        bus.travelled_m -= self._lengths[bus.path.pop(0)]
        if bus.path:
            return
        bus.travelled_m, bus.order = 0.0, bus.next_order
        if bus.order == len(bus.run.legs):
            bus.is_parked, bus.hold_s = True, bus.rng.uniform(120, 300)
        elif bus.rng.random() < 0.88:  # at some stops nobody waits
            bus.hold_s = bus.rng.uniform(8, 25)

    def _detour(self, bus: SimulatedBus, closed: Iterable[int]) -> tuple[list[int], int]:
        """The way round closed links to the first later stop that can be reached, and its order.

        Where there is none within `MAX_DETOUR_M`, the bus is waved through at a crawl.
        """
        shut, graph = set(closed), Graph()
        for link in (x for place, x in enumerate(self.network.links) if place not in shut):
            graph.setdefault(link.from_id, {})[link.to_id] = link.length_m
        here = bus.run.nodes[bus.order]
        last = min(bus.order + MAX_SKIPPED_STOPS, len(bus.run.legs))
        for order in [*range(bus.order + 2, last + 1), bus.order + 1]:
            nodes = shortest_path(graph, here, bus.run.nodes[order])
            links = [self._between[pair] for pair in pairwise(nodes)]
            if links and sum(self._lengths[link] for link in links) <= MAX_DETOUR_M:
                return links, order
        return list(bus.run.legs[bus.order]), bus.order + 1


def _buses(runs: dict[str, DrivenRoute], seed: int) -> list[SimulatedBus]:
    """Every line's buses, spread over their run."""
    rng = random.Random(seed)  # noqa: S311 - the same seed must give the same day
    plates = iter(rng.sample(range(1000, 9999), sum(line.buses for line in LINES)))
    return [
        _bus(runs[line.no], next(plates), (number + rng.random() * 0.6) / line.buses, rng)
        for line in LINES
        for number in range(line.buses)
    ]


def _bus(run: DrivenRoute, plate: int, part: float, rng: random.Random) -> SimulatedBus:
    order = int(part * (len(run.legs) - 1))
    own = random.Random(rng.getrandbits(32))  # noqa: S311
    return SimulatedBus(
        f"강원70자{plate}", run, order, own.uniform(0.82, 0.97), own, hold_s=own.uniform(0, 60)
    )
