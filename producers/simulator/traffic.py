"""How fast each link runs at any time: hour, direction, drift, and what stands in the way."""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from producers.simulator import noise
from producers.simulator.clock import DayClock
from producers.simulator.shapes import flat_distance_m
from streams.contract.enums import Closure
from streams.geo.measures import bearing_deg
from streams.geo.network import Link, Network

SLOT_MS = 10_000
CENTRE = (127.7285, 37.8790)
DRIVE_OUT_KMH = 22.0  # who is inside when a link is closed drives out
RAMP_MS = 120_000
REMAINING = {
    Closure.FULL: 0.3,
    Closure.PARTIAL: 0.34,
    Closure.SHOULDER: 0.8,
    Closure.SIDEWALK: 0.92,
}
"""What part of its speed a link keeps. Of a full closure it is what the links before it keep."""
UPSTREAM_SHARE = (0.6, 0.3)
HOT_SPOTS = frozenset(
    ("남부사거리", "공지사거리", "온의사거리", "팔호광장", "석사사거리", "사우사거리", "명동입구")
)
"""Where the queues of the city begin."""


class Manner(StrEnum):
    """What bus drivers are told to do at a closed road."""

    ROUND = "round"
    TURN = "turn"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something on one link (by index) over one period, the end exclusive.

    `cap_kmh`: nobody passes it faster. `lingers_ms`: so long after its end some still go round.
    """

    link: int
    closure: Closure
    starts_ms: int
    ends_ms: int
    cap_kmh: float | None = None
    manner: Manner = Manner.ROUND
    lingers_ms: int = 0

    @property
    def forgotten_ms(self) -> int:
        """When neither queue nor driver remembers it."""
        return self.ends_ms + max(RAMP_MS, self.lingers_ms)

    def strength(self, at_ms: int) -> float:
        """How much of it is felt, 0..1: the queue grows and dissolves over two minutes."""
        grown = (at_ms - self.starts_ms) / RAMP_MS
        left = 1 - (at_ms - self.ends_ms) / RAMP_MS
        return max(0.0, min(1.0, grown, left))


@dataclass(frozen=True, slots=True)
class Slot:
    """Ten seconds of traffic: each link's speed, what closes a link, and which were just closed."""

    speeds_kmh: list[float]
    closing: dict[int, Obstacle]
    lately_closed: frozenset[int]


class Traffic:
    """Speeds of a network, a pure function of the slot of time; the last slots are kept."""

    def __init__(
        self, network: Network, seed: int, clock: DayClock, obstacles: Iterable[Obstacle]
    ) -> None:
        self.network = network
        self.clock = clock
        self._seed = seed
        self._obstacles = tuple(obstacles)
        self._before = _upstream(network)
        self._weights = [_weight(seed, place, link) for place, link in enumerate(network.links)]
        self._inbound = [_inbound(link) for link in network.links]
        self._kept: dict[int, Slot] = {}

    def speeds_kmh(self, at_ms: int) -> list[float]:
        """The speed of every link in the slot of `at_ms`; on a closed one, of who drives out."""
        return self.slot(at_ms).speeds_kmh

    def closed(self, at_ms: int) -> frozenset[int]:
        """The links closed to all traffic in the slot of `at_ms`."""
        return frozenset(self.slot(at_ms).closing)

    def slot(self, at_ms: int) -> Slot:
        number = at_ms // SLOT_MS
        if number not in self._kept:
            if len(self._kept) > 16:
                self._kept.clear()
            self._kept[number] = self._compute(number * SLOT_MS)
        return self._kept[number]

    def _compute(self, at_ms: int) -> Slot:
        hour = self.clock.pattern_hour(at_ms)
        load = load_of(hour)
        lean = _bump(hour, 8.3, 1.2) - _bump(hour, 18.5, 1.4)  # +1: the city drives in, -1: out
        felt = [o for o in self._obstacles if o.starts_ms <= at_ms < o.forgotten_ms]
        kept, caps = self._kept_shares(felt, at_ms), _caps(felt, at_ms)
        full = [o for o in felt if o.closure is Closure.FULL]
        closing = {o.link: o for o in full if at_ms < o.ends_ms}
        lately = frozenset(o.link for o in full if o.ends_ms <= at_ms < o.ends_ms + o.lingers_ms)
        speeds = [
            DRIVE_OUT_KMH
            if place in closing
            else min(self._speed(place, at_ms, load, lean) * kept[place], caps.get(place, math.inf))
            for place in range(len(self.network.links))
        ]
        return Slot([max(4.0, round(speed, 2)) for speed in speeds], closing, lately)

    def _speed(self, place: int, at_ms: int, load: float, lean: float) -> float:
        pressure = load * self._weights[place] * (1 + 0.35 * lean * self._inbound[place])
        drift = 0.7 * noise.smooth(self._seed, place, at_ms, period_ms=420_000)
        drift += 0.3 * noise.smooth(self._seed, place + 100_000, at_ms, period_ms=90_000)
        pressure += (drift - 0.5) * (0.15 + 0.5 * load)
        return self.network.links[place].free_flow_kmh * (1 - 0.75 * min(1.1, max(0.0, pressure)))

    def _kept_shares(self, felt: Iterable[Obstacle], at_ms: int) -> dict[int, float]:
        """The share of its speed each obstructed link, and each link before it, keeps."""
        shares: dict[int, float] = defaultdict(lambda: 1.0)
        for obstacle in felt:
            strength = obstacle.strength(at_ms)
            lost = (1 - REMAINING.get(obstacle.closure, 1.0)) * strength
            if not lost:
                continue
            shares[obstacle.link] = min(shares[obstacle.link], 1 - lost)
            for ring, share in zip(
                _rings(self._before, obstacle.link), UPSTREAM_SHARE, strict=True
            ):
                for place in ring:
                    shares[place] = min(shares[place], 1 - lost * share)
        return shares


def _caps(felt: Iterable[Obstacle], at_ms: int) -> dict[int, float]:
    """How fast anybody passes the links on which there is a limit."""
    return {o.link: o.cap_kmh for o in felt if o.cap_kmh and at_ms < o.ends_ms}


def load_of(hour: float) -> float:
    """How full the city is at an hour, 0..1: two peaks, a hump at noon, a quiet night."""
    day = 0.3 / (1 + math.exp(-4 * (hour - 6.8))) / (1 + math.exp(2.5 * (hour - 21)))
    return min(
        1.0,
        0.04
        + day
        + 0.62 * _bump(hour, 8.5, 0.65)
        + 0.2 * _bump(hour, 12.4, 0.8)
        + 0.66 * _bump(hour, 18.4, 0.8),
    )


def _bump(hour: float, centre: float, width: float) -> float:
    return math.exp(-(((hour - centre) / width) ** 2))


def _weight(seed: int, place: int, link: Link) -> float:
    """How much of the city's load this link feels: the centre more, each link its own way."""
    away_km = flat_distance_m(link.geometry[len(link.geometry) // 2], CENTRE) / 1000
    near = 0.4 + 0.6 * math.exp(-((away_km / 2.6) ** 2))
    own = 0.65 + 0.6 * noise.unit(seed, "weight", place)
    hot = 1.4 if link.name.split(" → ")[1] in HOT_SPOTS else 1.0
    return near * own * hot


def _inbound(link: Link) -> float:
    """+1 for a link that leads straight to the centre, -1 for one that leads away."""
    to_centre = bearing_deg(link.geometry[0], CENTRE)
    return math.cos(math.radians(link.bearing_deg - to_centre))


def _upstream(network: Network) -> list[list[int]]:
    """For each link the links that feed it; turning round is not feeding."""
    ending: dict[str, list[int]] = defaultdict(list)
    for place, link in enumerate(network.links):
        ending[link.to_id].append(place)
    return [
        [p for p in ending[link.from_id] if network.links[p].from_id != link.to_id]
        for link in network.links
    ]


def _rings(before: list[list[int]], link: int) -> tuple[set[int], set[int]]:
    first = set(before[link])
    second = {place for feeder in first for place in before[feeder]} - first - {link}
    return first, second
