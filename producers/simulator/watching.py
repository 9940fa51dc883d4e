"""What the buses of a simulated city did, second by second, to ask questions of."""

from dataclasses import dataclass, field
from typing import NamedTuple

from producers.simulator.day import Day
from producers.simulator.fleet import STEP_MS, SimulatedBus
from producers.simulator.routes import DrivenRoute


@dataclass(frozen=True)
class LinkEntry:
    """A bus drove into a street link."""

    at_ms: int
    vehicle: str
    link: int


@dataclass(frozen=True)
class Hop:
    """A bus came from one stop of its route to a later or earlier one, over these links.

    `came_ms`, `left_ms`, `at_ms`: when it came to the first stop, left it, and came to the last.
    """

    at_ms: int
    vehicle: str
    run: DrivenRoute
    first: int
    last: int
    driven: tuple[int, ...]
    came_ms: int
    left_ms: int

    @property
    def took_s(self) -> float:
        return (self.at_ms - self.came_ms) / 1000

    @property
    def left_out(self) -> frozenset[int]:
        """The links of its route between the two stops that it did not drive; of a bus that turned
        back on its way to the end of a run, those to the end and from the start of the next one.
        """
        legs = self.run.legs[self.first : self.last]
        if 0 < self.last < self.first:
            legs = self.run.legs[self.first :] + self.run.legs[: self.last]
        return frozenset(link for leg in legs for link in leg) - set(self.driven)


class _Since(NamedTuple):
    """What a bus has done since it came to its last stop; link -1 while it stands at one."""

    run: DrivenRoute
    order: int
    link: int
    driven: tuple[int, ...]
    came_ms: int
    left_ms: int


@dataclass
class Watched:
    """Drives a day and keeps what happens."""

    day: Day
    entries: list[LinkEntry] = field(default_factory=list)
    hops: list[Hop] = field(default_factory=list)
    _since: dict[str, _Since] = field(default_factory=dict)

    def drive(self, until_ms: int) -> None:
        while self.day.now_ms < until_ms:
            self.day.advance(self.day.now_ms + STEP_MS)
            for bus in self.day.buses:
                self._look(bus, self.day.now_ms)

    def through(self, link: int, from_ms: int, until_ms: int) -> list[LinkEntry]:
        return [x for x in self.entries if x.link == link and from_ms <= x.at_ms < until_ms]

    def round(self, link: int, from_ms: int, until_ms: int) -> list[Hop]:
        """The hops that left the link out, by when the bus had reached its next stop."""
        return [x for x in self.hops if link in x.left_out and from_ms <= x.at_ms < until_ms]

    def _look(self, bus: SimulatedBus, at_ms: int) -> None:
        link = bus.path[0] if bus.path else -1
        start = _Since(bus.run, bus.order, -1, (), at_ms, 0)
        since = self._since.get(bus.vehicle, start)
        if link not in (-1, since.link):
            left_ms = since.left_ms or at_ms
            since = since._replace(driven=(*since.driven, link), left_ms=left_ms)
            self.entries.append(LinkEntry(at_ms, bus.vehicle, link))
        if (since.run, since.order) == (bus.run, bus.order):
            self._since[bus.vehicle] = since._replace(link=link)
            return
        if since.run == bus.run:
            left_ms = since.left_ms or at_ms
            places = since.order, bus.order, since.driven, since.came_ms, left_ms
            self.hops.append(Hop(at_ms, bus.vehicle, bus.run, *places))
        self._since[bus.vehicle] = start._replace(link=link)
