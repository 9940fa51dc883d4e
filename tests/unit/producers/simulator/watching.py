"""What the buses of a simulated city did, second by second, to ask questions of."""

from dataclasses import dataclass, field

from producers.simulator.day import Day
from producers.simulator.fleet import SimulatedBus
from producers.simulator.routes import DrivenRoute

MINUTE_MS = 60_000


@dataclass(frozen=True)
class Entry:
    """A bus drove into a street link."""

    at_ms: int
    vehicle: str
    link: int


@dataclass(frozen=True)
class Hop:
    """A bus came from one stop of its route to a later or earlier one, over these links."""

    at_ms: int
    vehicle: str
    run: DrivenRoute
    first: int
    last: int
    driven: tuple[int, ...]
    took_s: float

    @property
    def left_out(self) -> frozenset[int]:
        """The links of its route between the two stops that it did not drive."""
        legs = self.run.legs[self.first : self.last]
        return frozenset(link for leg in legs for link in leg) - set(self.driven)


@dataclass
class Watched:
    """Drives a day and keeps what happens."""

    day: Day
    entries: list[Entry] = field(default_factory=list)
    hops: list[Hop] = field(default_factory=list)
    _seen: dict[str, tuple[DrivenRoute, int, int, list[int], int]] = field(default_factory=dict)

    def drive(self, until_ms: int) -> None:
        while self.day.now_ms < until_ms:
            self.day.advance(self.day.now_ms + 1000)
            for bus in self.day.buses:
                self._look(bus, self.day.now_ms)

    def through(self, link: int, from_ms: int, until_ms: int) -> list[Entry]:
        return [x for x in self.entries if x.link == link and from_ms <= x.at_ms < until_ms]

    def round(self, link: int, from_ms: int, until_ms: int) -> list[Hop]:
        """The hops that left the link out, by when the bus had reached its next stop."""
        return [x for x in self.hops if link in x.left_out and from_ms <= x.at_ms < until_ms]

    def _look(self, bus: SimulatedBus, at_ms: int) -> None:
        link = bus.path[0] if bus.path else -1
        run, order, before, driven, since_ms = self._seen.get(
            bus.vehicle, (bus.run, bus.order, -1, [], at_ms)
        )
        if link not in (-1, before):
            driven.append(link)
            self.entries.append(Entry(at_ms, bus.vehicle, link))
        if (run, order) == (bus.run, bus.order):
            self._seen[bus.vehicle] = (run, order, link, driven, since_ms)
            return
        if run == bus.run:
            took_s = (at_ms - since_ms) / 1000
            self.hops.append(Hop(at_ms, bus.vehicle, run, order, bus.order, tuple(driven), took_s))
        self._seen[bus.vehicle] = (bus.run, bus.order, link, [], at_ms)
