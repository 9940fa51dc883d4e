"""A street that can be checked by hand, and stand-ins for Kafka."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from streams.contract import wire
from streams.contract.derived import LinkBatch, LinkEvents, Origin, Passage
from streams.contract.records import BusPosition, Message
from streams.contract.settings import Settings
from streams.domain.links.estimate import Weights
from streams.domain.links.levels import thresholds_by_class
from streams.domain.links.windows import WindowGrid
from streams.domain.stage import Effects, Stage, State, apply, empty_state
from streams.domain.stages.roadstate import FoldSettings, RoadsStage
from streams.geo.network import Link, Network, Overlay, Stop
from tests.cities.builder import city, in_a_row, route, section

LON, LAT, STEP = 127.70, 37.88, 0.005  # a stop every 500 m (as the network states it)
SECTION_M = 500
STOPS = 6
STANDARD = "2250000100"  # a standard link under the first section, and over a fifth of the second
EPOCH_MS = 1_789_999_980_000  # a whole minute: 2026-09-21 14:13:00 UTC
GRID = WindowGrid(size_ms=60_000, grace_ms=120_000)
LEVELS = thresholds_by_class(Settings())
PLAIN = Weights(half_ms=10**12, usual=0.0, report_half_ms=1)
"""Every passage counts alike and nothing beside them; of reports the last."""
RULES = FoldSettings(GRID, 600_000, LEVELS, stale_ms=300_000, weights=PLAIN)


def street() -> Network:
    """Six stops on a straight east-west street, links both ways, route R1 out and R2 back."""
    stops = in_a_row((f"stop {n}" for n in range(1, STOPS + 1)), west=LON, step_deg=STEP, first=1)
    out = [_section(a, b) for a, b in pairwise(stops)]
    back = [_section(b, a) for a, b in pairwise(stops)]
    standard = replace(
        out[0],
        id=STANDARD,
        kind="standard",
        length_m=400,
        road_class="national",
        road_name="국도5호선",
    )
    return city(
        *out,
        *back,
        standard,
        city="Street",
        stops=stops,
        routes=(route("R1", "1", stops), route("R2", "2", reversed(stops))),
        overlay=(Overlay(STANDARD, "S1>S2", 0.8), Overlay(STANDARD, "S2>S3", 0.2)),
    )


def _section(a: Stop, b: Stop) -> Link:
    own = {"length_m": SECTION_M, "free_flow_kmh": 40, "road_name": "중앙로"}
    return section(a, b, name=f"{a.name} - {b.name}", **own)


def bus(second: float, metre: float, *, vehicle: str = "v1", route: str = "R1") -> BusPosition:
    """A bus so many metres along its route, so many seconds after the epoch of the tests."""
    order = min(STOPS, int(metre // SECTION_M) + 1)
    way = metre if route == "R1" else SECTION_M * (STOPS - 1) - metre
    return BusPosition(
        vehicle=vehicle,
        route_id=route,
        route_no=route[1:],
        stop_id=f"S{order}",
        stop_order=order,
        observed_ms=at(second),
        lon=LON + STEP * way / SECTION_M,
        lat=LAT,
    )


def at(second: float) -> int:
    """Event time so many seconds after the epoch of the tests, ms."""
    return EPOCH_MS + round(second * 1000)


def passage(link_id: str, exited_s: float, *, travel_s: float = 60) -> Passage:
    """500 m in a minute is 30 km/h."""
    return Passage(link_id, at(exited_s), round(travel_s * 1000), SECTION_M)


def roads(*inputs: str) -> RoadsStage:
    return RoadsStage(street(), RULES, inputs or ("in/0",))


def thorough(stage: RoadsStage) -> None:
    """Have a stage judge every link, also where its bounds say that nothing can be slow."""
    stage._watch.well_from_kmh = lambda *_: math.inf  # type: ignore[method-assign]
    stage._facts.well_kmh[:] = stage._facts.free_kmh[:] = math.inf


@dataclass(slots=True)
class Folded:
    """A stage driven in memory, message by message, as the gate would."""

    stage: Stage
    topic: str = "in"
    state: State = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    derived: dict[int, list[LinkEvents]] = field(default_factory=lambda: defaultdict(list))
    next_offset: int = 0

    def __post_init__(self) -> None:
        self.state = self.state or empty_state(self.stage)

    def take(self, message: Message | LinkEvents) -> Effects:
        if isinstance(message, LinkEvents):
            message = LinkBatch((message,))
        effects = self.stage.step(self.state, message, Origin(self.topic, 0, self.next_offset))
        self.next_offset += 1
        apply(self.state, effects.changes)
        for name, by in effects.counts.items():
            self.counts[name] += by
        for partition, parts in effects.derived.items():
            self.derived[partition] += parts
        return effects

    def take_all(self, messages: Iterable[Message | LinkEvents]) -> "Folded":
        for message in messages:
            self.take(message)
        return self


@dataclass(slots=True)
class FakeOutlet:
    """Keeps what is sent, as bytes, in the order of sending; raises the `failures` first."""

    derived: list[tuple[int, bytes]] = field(default_factory=list)
    dead: list[tuple[bytes, str, Origin]] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    async def send_derived(self, partition: int, parts: Sequence[LinkEvents]) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.derived += [(partition, payload) for payload in wire.encode_parts(parts)]

    async def send_dead(self, payload: bytes, *, code: str, origin: Origin) -> None:
        self.dead.append((payload, code, origin))

    def origins(self) -> list[int]:
        """The offsets the derived records come from, in the order of sending."""
        return [part.origin.offset for _, payload in self.derived for part in parts_of(payload)]


def parts_of(payload: bytes) -> tuple[LinkEvents, ...]:
    """The parts of a message of link-events."""
    message = wire.decode(payload)
    return message.parts if isinstance(message, LinkBatch) else ()


@dataclass(slots=True)
class Rewinds:
    """The calls of a runner that wants to go back."""

    calls: list[tuple[str, int, int]] = field(default_factory=list)

    async def __call__(self, topic: str, partition: int, offset: int) -> None:
        self.calls.append((topic, partition, offset))
