"""One day of the simulated city: the same network, seed, opening and start give the same day.

Traffic, works and events are functions of time alone; only the buses are stepped, second by second.
"""

from producers.simulator import acts
from producers.simulator import events as authored_events
from producers.simulator import works as authored_works
from producers.simulator.clock import DayClock, pattern_minutes
from producers.simulator.events import EVENTS, Event
from producers.simulator.fleet import STEP_MS, Fleet, SimulatedBus
from producers.simulator.odd_permits import ODD_PERMITS
from producers.simulator.permits import PERMITS
from producers.simulator.streets import build_streets
from producers.simulator.traffic import Traffic
from producers.simulator.works import AuthoredPermit
from streams.geo.network import Network

WARM_UP_MS = 90_000
MAX_CATCH_UP_MS = 3_600_000


class Day:
    """The city from `starts_ms` on; authored times count from `opens_ms`, when the show opens.

    `network` is what the city's files say, `streets` what is really driven.
    """

    def __init__(
        self, network: Network, seed: int, *, opens_ms: int, starts_ms: int, at: str = "08:10"
    ) -> None:
        self.network = network
        self.streets = streets = build_streets()
        self.seed = seed
        self.clock = DayClock(opens_ms, pattern_minutes(at))
        self.works: list[AuthoredPermit] = [
            *PERMITS,
            *ODD_PERMITS,
            *authored_works.urgent_repairs(streets, seed),
        ]
        obstacles = list(authored_works.obstacles(self.works, streets, self.clock))
        self.real_works = acts.real_works()
        self.works += acts.permits_of(self.real_works, streets, self.clock)
        self.events: list[Event] = [*EVENTS, *authored_events.accidents(streets, seed)]
        obstacles += authored_events.obstacles(self.events, streets, self.clock)
        obstacles += acts.obstacles_of(self.real_works, streets, self.clock)
        self.traffic = Traffic(streets, seed, self.clock, obstacles)
        self.fleet = Fleet(streets, seed, self.traffic, self.clock)
        self.now_ms = starts_ms - WARM_UP_MS - starts_ms % STEP_MS
        self.advance(starts_ms)

    @property
    def buses(self) -> list[SimulatedBus]:
        return self.fleet.buses

    def advance(self, to_ms: int) -> None:
        """Drive the buses up to `to_ms`, never back; of a gap over an hour only the last hour."""
        if to_ms - self.now_ms > MAX_CATCH_UP_MS:
            self.now_ms = to_ms - to_ms % STEP_MS - MAX_CATCH_UP_MS
        while self.now_ms + STEP_MS <= to_ms:
            self.fleet.step(self.now_ms)
            self.now_ms += STEP_MS

    def works_listed(self, at_ms: int) -> list[AuthoredPermit]:
        return [work for work in self.works if work.is_listed(self.clock, at_ms)]

    def events_listed(self, at_ms: int) -> list[Event]:
        return [event for event in self.events if event.is_listed(self.clock, at_ms)]
