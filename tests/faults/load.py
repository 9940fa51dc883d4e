"""A seeded load: buses, link speeds, permits, incidents, reports and ticks of a small city."""

import random
from collections.abc import Iterable, Iterator

from streams.contract import topics, wire
from streams.contract.enums import Closure, IncidentKind, PollOutcome
from streams.contract.records import (
    BusPosition,
    Call,
    CallDone,
    FeedReport,
    Incident,
    IncidentBatch,
    LinkSpeed,
    Message,
    Permit,
    PermitBatch,
    PositionBatch,
    SpeedBatch,
    Tick,
)
from streams.geo.network import Network
from tests.cities.worlds import PARTITIONS, STEP_DEG, T0_MS, Sent, at_stop, positions, road, tick

STOPS = 40
STEP_MS = 10_000
LONG = 4_000  # steps of a load that lasts whatever happens: a quarter of an hour at 100 messages/s
MESSAGES_PER_STEP = 18
FEEDS = {
    "tago.positions": topics.BUS_POSITIONS,
    "its.speeds": topics.LINK_SPEEDS,
    "permits": topics.PERMITS,
    "its.events": topics.INCIDENTS,
}


def network() -> Network:
    """The road that the load drives on."""
    return road(STOPS)


class City:
    """What happens, step by step of event time; the same seed gives the same bytes."""

    def __init__(
        self,
        seed: int,
        *,
        vehicles: int = 24,
        from_ms: int = T0_MS,
        tick_ms: int = STEP_MS,
        step_ms: int = STEP_MS,
    ) -> None:
        self._tick_ms, self._step_ms = tick_ms, step_ms
        self._chance = random.Random(seed)
        self._now_ms = from_ms
        self._along = {f"v{n}": self._chance.uniform(1, STOPS) for n in range(vehicles)}
        self._links = [link.id for link in network().links]
        self._works = [self._permit(n) for n in range(12)]
        self._callers = random.Random(-seed)
        self.observations = 0

    def steps(self, count: int) -> Iterator[Sent]:
        """Messages of `count` steps; the last ones are ticks."""
        for number in range(count):
            self._now_ms += self._step_ms
            yield from self._drive()
            yield from self._measure()
            if number % 6 == 0:
                yield from self._happen()
            if number % 5 == 0:
                yield from self._call()
            if number % 12 == 0:
                yield self._one(
                    topics.PERMITS,
                    PermitBatch("permits", self._now_ms, is_complete=True, rows=self._listed()),
                )
            yield from self._report()
            for before_ms in range(self._step_ms - self._tick_ms, -1, -self._tick_ms):
                yield from tick(self._now_ms - before_ms)

    def _drive(self) -> Iterator[Sent]:
        rows: dict[int, list[BusPosition]] = {}
        for vehicle in self._along:
            self._along[vehicle] += self._chance.uniform(0.05, 0.35)
            if self._along[vehicle] >= STOPS:
                self._along[vehicle] = 1.0
            partition = topics.partition_of(vehicle, PARTITIONS)
            rows.setdefault(partition, []).append(self._position(vehicle))
        for partition, batch in sorted(rows.items()):
            self.observations += len(batch)
            message = PositionBatch("tago.positions", self._now_ms, tuple(batch))
            yield topics.BUS_POSITIONS, partition, wire.encode(message)

    def _position(self, vehicle: str) -> BusPosition:
        along = self._along[vehicle]
        order = int(along)
        lon = 127.70 + STEP_DEG * (along - 1)
        return BusPosition(
            vehicle, "R1", "1", f"S{order - 1}", order, self._now_ms, round(lon, 6), 37.88
        )

    def _measure(self) -> Iterator[Sent]:
        rows: dict[int, list[LinkSpeed]] = {}
        for link_id in self._chance.sample(self._links, 6):
            row = LinkSpeed(link_id, round(self._chance.uniform(5, 70), 1), self._now_ms)
            rows.setdefault(topics.partition_of(link_id, PARTITIONS), []).append(row)
        for partition, batch in sorted(rows.items()):
            self.observations += len(batch)
            message = SpeedBatch.of("its.speeds", self._now_ms, batch)
            yield topics.LINK_SPEEDS, partition, wire.encode(message)

    def _happen(self) -> Iterator[Sent]:
        rows = tuple(
            Incident(
                f"i{n}",
                IncidentKind.ACCIDENT,
                f"사고 {n}",
                self._now_ms - 60_000,
                None if n % 2 else self._now_ms + 120_000,
                closure=self._chance.choice(list(Closure)),
                link_id=self._chance.choice(self._links),
            )
            for n in self._chance.sample(range(9), 4)
        )
        self.observations += len(rows)
        yield self._one(
            topics.INCIDENTS, IncidentBatch("its.events", self._now_ms, is_complete=True, rows=rows)
        )

    def _permit(self, number: int) -> Permit:
        """A permit of minutes to an hour; some have no known begin or end, some only a night's."""
        starts_ms = self._now_ms + self._chance.randrange(-600, 1800) * 1000
        ends_ms = starts_ms + self._chance.randrange(120, 3600) * 1000
        return Permit(
            f"p{number}",
            f"굴착 {number}",
            None if number % 7 == 5 else starts_ms,
            None if number % 4 == 3 else ends_ms,
            hours="22:00-12:00" if number % 3 == 1 else "",
            closure=self._chance.choice(list(Closure)),
            link_ids=tuple(self._chance.sample(self._links, 2)),
        )

    def _listed(self) -> tuple[Permit, ...]:
        self.observations += len(self._works)
        return tuple(self._works)

    def _report(self) -> Iterator[Sent]:
        feed = self._chance.choice(sorted(FEEDS))
        report = FeedReport(
            feed, PollOutcome.DATA, self._now_ms, 10_000, row_count=9, digest=f"{self._now_ms}"
        )
        yield self._one(topics.FEED_REPORTS, report)

    def _call(self) -> Iterator[Sent]:
        """Two calls about one place, one told twice, and the end of one that may be none."""
        link_id = self._callers.choice(self._links)
        for n in (1, 2, 2):
            call_id = f"c{self._now_ms}-{n}"
            yield self._one(topics.CALLS, Call(call_id, self._now_ms, "정류장", (link_id,)))
        done = f"c{self._now_ms - 10 * self._step_ms}-{self._callers.randrange(1, 4)}"
        yield self._one(topics.CALLS, CallDone(done, self._now_ms))

    @staticmethod
    def _one(topic: topics.Topic, message: Message) -> Sent:
        return topic, 0, wire.encode(message)


def day(seed: int, steps: int, *, vehicles: int = 24, from_ms: int = T0_MS) -> list[Sent]:
    """The whole log of `steps` steps."""
    return list(City(seed, vehicles=vehicles, from_ms=from_ms).steps(steps))


def event_time_ms(sent: Sent) -> int:
    """A message's own time."""
    message = wire.decode(sent[2])
    if isinstance(message, Tick):
        return message.tick_ms
    return int(getattr(message, "received_ms", 0))


def hot(seed: int, count: int, rows: int, from_ms: int = T0_MS) -> list[Sent]:
    """Messages of one link alone, measured anew each few milliseconds."""
    chance = random.Random(seed)
    link_id = network().links[0].id
    partition = topics.partition_of(link_id, PARTITIONS)
    found: list[Sent] = []
    for number in range(count):
        at_ms = from_ms + number * STEP_MS // count
        speeds = [LinkSpeed(link_id, round(chance.uniform(5, 70), 1), at_ms) for _ in range(rows)]
        batch = SpeedBatch.of("its.speeds", at_ms, speeds)
        found.append((topics.LINK_SPEEDS, partition, wire.encode(batch)))
    return found


LATE_EACH = 3  # two passages and a speed


def passing(seed: int, steps: int, *, most_late_ms: int = 0) -> list[Sent]:
    """Buses, speeds and incidents that arrive up to so late, each bus in its own order; ticks not.

    A bus is at a stop each time it is seen, so a passage ends when it is seen.
    """
    chance, way = random.Random(seed), random.Random(seed + 1)
    links = [link.id for link in network().links]
    timed: list[tuple[float, int, Sent]] = []

    def add(due_ms: float, sents: Iterable[Sent]) -> None:
        for sent in sents:
            timed.append((due_ms, len(timed), sent))

    lateness_ms = [way.uniform(0, most_late_ms) for _ in range(12)]
    for number in range(steps):
        now_ms = T0_MS + (number + 1) * 4 * STEP_MS
        for bus, late_ms in enumerate(lateness_ms):
            seen_ms = now_ms + 2_000 * bus
            if number < STOPS:
                add(seen_ms + late_ms, positions(at_stop(f"v{bus}", number + 1, seen_ms)))
        for link_id in chance.sample(links, 5):
            row = LinkSpeed(link_id, round(chance.uniform(5, 70), 1), now_ms)
            add(now_ms + way.uniform(0, most_late_ms), _speed(row))
        incident = Incident(
            f"i{number}",
            IncidentKind.ACCIDENT,
            "사고",
            now_ms,
            closure=Closure.PARTIAL,
            link_id=chance.choice(links),
        )
        batch = IncidentBatch("its.events", now_ms, is_complete=False, rows=(incident,))
        sent = (topics.INCIDENTS, 0, wire.encode(batch))
        add(now_ms + way.uniform(0, most_late_ms), [sent])
    for number in range(4 * (steps + 4)):
        add(T0_MS + number * STEP_MS, tick(T0_MS + number * STEP_MS))
    return [sent for _, _, sent in sorted(timed, key=lambda each: each[:2])]


def late(count: int, from_ms: int) -> Iterator[Sent]:
    """Buses never seen before that complete two passages, and a speed each, all at old times."""
    links = [link.id for link in network().links]
    for number in range(count):
        for order in (1, 2, 3):
            yield from positions(at_stop(f"late{number}", order, from_ms + 40_000 * order))
        yield from _speed(LinkSpeed(links[number % len(links)], 11.0, from_ms))


def _speed(row: LinkSpeed) -> Iterator[Sent]:
    partition = topics.partition_of(row.link_id, PARTITIONS)
    batch = SpeedBatch.of("its.speeds", row.observed_ms, [row])
    yield topics.LINK_SPEEDS, partition, wire.encode(batch)
