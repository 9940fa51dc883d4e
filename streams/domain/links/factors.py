"""The car factors of a partition's links, by road class: learned at fixed times, once all inputs
have passed them, so that how the inputs interleave leaves no trace. At the same times it is counted
where buses and a traffic centre agree. Pure.
"""

from collections.abc import Iterator, Mapping

from streams.domain.links.cars import EVERY, CarFactor
from streams.domain.links.estimate import driven
from streams.domain.links.fold import FoldSettings, LinkFold, as_of
from streams.domain.links.leading import as_cars
from streams.domain.links.overlap import AGREEMENTS, Agreement
from streams.domain.links.reported import reported_pace
from streams.domain.links.settled import Judged
from streams.domain.scores import day_of, put_day
from streams.domain.stage import Effects, Rows, StageTable, State
from streams.geo.network import Link

FACTORS = StageTable("car-factors", CarFactor)  # by road class, of a partition's links


class Factors:
    """The factors, in the midst of a message; `roads` are the network's links by id."""

    def __init__(
        self, state: State, effects: Effects, roads: Mapping[str, Link], rules: FoldSettings
    ) -> None:
        self._rows = Rows(FACTORS, state, effects)
        self._agreements = Rows(AGREEMENTS, state, effects)
        self._roads = roads
        self._rules = rules

    def of(self, road: Link) -> float:
        """How much faster cars are than buses on roads of this one's class."""
        return (self._rows.get(road.road_class) or CarFactor()).value

    def by_class(self) -> dict[str, float]:
        """What is learned so far."""
        return {name: factor.value for name, factor in self._rows.all().items()}

    def times(self, folds: Mapping[str, LinkFold], before_ms: int, now_ms: int) -> Iterator[int]:
        """When to learn after `before_ms` and up to `now_ms`, in order. Years without an
        observation cost nothing.
        """
        both = [link for link in folds.values() if link.bus_ms and link.its_ms]
        if not both:
            return
        done = Judged(before_ms, self._rules.grid.size_ms * EVERY)
        at_ms = done.next_after(min(link.oldest_ms for link in both))
        newest_ms = max(max(link.bus_ms, link.its_ms) for link in both)
        while at_ms <= min(now_ms, newest_ms + self._rules.fresh_ms):
            yield at_ms
            at_ms += done.every_ms

    def learn(self, folds: Mapping[str, LinkFold], at_ms: int) -> None:
        """Learn of the links on which buses and a centre had measured by `at_ms`, and count where
        they agree, by the factors known before.
        """
        known = self.by_class()
        agreed = Agreement()
        for link_id, fold in sorted(folds.items()):
            road = self._roads[link_id]
            if fold.bus_ms and fold.its_ms and road.kind != "section":
                factor = known.get(road.road_class, CarFactor().value)
                agreed = agreed.plus(self._learn(as_of(fold, at_ms, self._rules), road, factor))
        if agreed.pairs:
            day = day_of(at_ms)
            put_day(self._agreements, day, (self._agreements.get(day) or Agreement()).plus(agreed))

    def _learn(self, link: LinkFold, road: Link, factor: float) -> Agreement:
        its = reported_pace(link.reported.values())
        bus = driven(link.windows, link.habit.usual(road.free_flow_kmh), self._rules.weights)
        if its is None or bus is None:
            return Agreement()
        known = self._rows.get(road.road_class) or CarFactor()
        self._rows.put(road.road_class, known.add(bus.ms_km / its.ms_km))
        return Agreement().with_pair(as_cars(bus, factor), its)

    def shown_anew(self, folds: Mapping[str, LinkFold], before: Mapping[str, float]) -> set[str]:
        """The links that a factor is shown on and whose factor is another than `before`."""
        moved = {name for name, value in self.by_class().items() if value != before.get(name)}
        return {
            link_id
            for link_id, fold in folds.items()
            if moved and fold.bus_ms and self._roads[link_id].road_class in moved
        }
