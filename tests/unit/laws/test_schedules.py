"""P1, P2, P3, P5, P7, P9: whatever happens to workers, store and delivery, the end is the fold."""

import asyncio
import copy
from collections import Counter
from typing import Any

import msgspec
from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from streams.contract import topics
from streams.contract.failpoints import POINTS
from streams.state.keys import key
from tests.cities.worlds import PARTITIONS, Sent
from tests.faults.load import City, network
from tests.faults.oracle import Oracle, differences
from tests.unit.laws.model import (
    SETTINGS,
    CrashError,
    Kept,
    Log,
    Place,
    Store,
    Worker,
    places,
    publish,
)
from tests.unit.laws.profile import tried

POISON = (b"{oops", b"\xff\xfe", b'{"kind":"nonsense"}', b'{"kind":"tick","tick_ms":"x"}', b"")
MESSAGE_POINTS = [p for p in POINTS if p != "before_seek"]
WORKERS = 2
IN_CI, STEPS = 45, 40
REPEATED = "link-events repeated"

who = st.sampled_from(range(WORKERS))
where = st.sampled_from([("bus-positions", 0), ("incidents", 0), ("link-events", 0)])
"""Three of the fifteen partitions meet each other often; `deliver_all` takes the rest along."""


class Schedules(RuleBasedStateMachine):
    """Two workers, either of which may believe to own any partition; one log; one store."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.network = network()
        self.log, self.store = Log(), Store()
        self.workers = [Worker(self.log, self.store, self.network) for _ in range(WORKERS)]
        self.sent: list[Sent] = []
        self.poisoned = 0
        self.clocks: dict[str, int] = {}
        self.seen: dict[str, int] = {}

    @initialize(seed=st.integers(0, 999))
    def begin(self, seed: int) -> None:
        note(f"seed {seed}")
        self.city = City(seed, vehicles=6)
        self.publish(3)

    @rule(steps=st.integers(1, 3))
    def publish(self, steps: int) -> None:
        fresh = list(self.city.steps(steps))
        self.sent += fresh
        publish(self.log, fresh)

    @rule(body=st.sampled_from(POISON), topic=st.sampled_from(topics.TICKED), at=st.integers(0, 3))
    def poison(self, body: bytes, topic: topics.Topic, at: int) -> None:
        bad = (topic, at % topic.partitions(PARTITIONS), body)
        self.sent.append(bad)
        self.poisoned += 1
        publish(self.log, [bad])

    @rule(worker=who, place=where, most=st.integers(1, 30))
    def deliver(self, worker: int, place: Place, most: int) -> None:
        """An owner's reading, or a zombie's: the gate does not ask who it is."""
        self._read(self.workers[worker], place, most)

    @rule(worker=who, most=st.integers(1, 20))
    def deliver_all(self, worker: int, most: int) -> None:
        for place in places():
            self._read(self.workers[worker], place, most)

    @rule(worker=who, place=where, by=st.integers(1, 20))
    def deliver_again(self, worker: int, place: Place, by: int) -> None:
        reads_at = self.workers[worker].reads_at
        reads_at[place] = max(0, reads_at.get(place, 0) - by)

    @rule(worker=who, place=where, by=st.integers(1, 20))
    def skip(self, worker: int, place: Place, by: int) -> None:
        """What Faust does when it commits past messages that failed."""
        reads_at = self.workers[worker].reads_at
        reads_at[place] = reads_at.get(place, 0) + by

    @rule(worker=who, point=st.sampled_from(MESSAGE_POINTS), nth=st.integers(1, 9), place=where)
    def crash(self, worker: int, point: str, nth: int, place: Place) -> None:
        dying = self.workers[worker]
        dying.dies_at, dying.dies_after = point, nth
        self._read(dying, place, 30)
        dying.start()

    @rule(worker=who, chosen=st.sets(where, min_size=1, max_size=8))
    def rebalance(self, worker: int, chosen: set[Place]) -> None:
        """The new owner seeks; the old one is told nothing, as a zombie is."""
        self.workers[worker].seek(chosen)

    @rule()
    def remember(self) -> None:
        self.store.remember()

    @rule(which=st.integers(0, 99))
    def roll_back(self, which: int) -> None:
        """Redis restarts with older data, or with none, under running workers."""
        self.store.now = copy.deepcopy(self.store.moments[which % len(self.store.moments)])
        self.clocks, self.seen = {}, {}

    @rule(worker=who, most=st.integers(1, 20))
    def roll_back_in_mid_stream(self, worker: int, most: int) -> None:
        """The worker goes on with rows in its memory that the store has lost."""
        self.store.remember()
        self.publish(1)
        self.deliver_all(worker, most)
        self.roll_back(len(self.store.moments) - 1)
        self.publish(1)
        self.deliver_all(worker, most)

    @rule(zombie=who, most=st.integers(1, 20))
    def revive_a_zombie(self, zombie: int, most: int) -> None:
        """It sleeps while another takes its partitions over and goes on; then it goes on too."""
        self.workers[zombie].seek(places())
        self.publish(1)
        self.deliver_all(zombie, 1)
        owner = 1 - zombie
        self.workers[owner].seek(places())
        self.deliver_all(owner, most)
        self.deliver_all(zombie, most)

    @invariant()
    def watermarks_never_go_back(self) -> None:
        """P9. Only a rolled-back store shows an earlier time."""
        now = {n: ms for p in range(PARTITIONS) for n, ms in self._numbers(key("clock", p)).items()}
        for partition in range(PARTITIONS):
            rows = self.store.now.hashes[key("sources", partition)]
            now |= {f"{partition} {k.decode()}": msgspec.json.decode(v)[1] for k, v in rows.items()}
        assert [name for name, ms in self.clocks.items() if now.get(name, 0) < ms] == []
        self.clocks = now

    @invariant()
    def no_bus_shows_an_older_time(self) -> None:
        """P5, for the facts that the latest observation decides."""
        now: dict[str, int] = {}
        for partition in range(PARTITIONS):
            rows = self.store.now.hashes[key("buses", partition)]
            now |= {k.decode(): msgspec.json.decode(v)["observed_ms"] for k, v in rows.items()}
        assert [name for name, ms in self.seen.items() if name in now and now[name] < ms] == []
        self.seen = now

    def teardown(self) -> None:
        """Every schedule ends the same: quiet, complete, equal to the fold; and again from zero."""
        try:
            self._quiesce()
            self._judge()
            self.store.now = Kept()  # P7: nothing is left, and all comes again
            self._quiesce()
            self._judge()
        finally:
            self.loop.close()

    def _judge(self) -> None:
        oracle = Oracle(self.network, SETTINGS).fold(self.sent)
        kept = self.store.now
        assert differences(oracle.hashes(), kept.rows()) == []  # P1
        ends = {p: len(self.log.records[p]) - 1 for p in places() if self.log.records[p]}
        assert kept.positions == ends  # P2: every offset once, for the position passes each once
        assert kept.refused == oracle.refused
        assert kept.outbox == oracle.alerts  # P3: each alert once, and no other
        assert max(kept.outbox.values(), default=1) == 1
        assert sum(oracle.refused.values()) == self.poisoned
        assert _without(kept.counts, REPEATED) == _without(oracle.counts, REPEATED)

    def _quiesce(self) -> None:
        """Every worker dies; one begins where the state ends, and reads to the end."""
        for worker in self.workers:
            worker.start()
        last = self.workers[0]
        last.seek(places())
        while any(self._read(last, place, 100) for place in places()):
            pass

    def _read(self, worker: Worker, place: Place, most: int) -> int:
        try:
            return self.loop.run_until_complete(worker.read(place, most))
        except CrashError:
            return 0

    def _numbers(self, hash_name: str) -> dict[str, int]:
        rows = self.store.now.hashes[hash_name]
        return {k.decode(): msgspec.json.decode(v) for k, v in rows.items()}


def _without(counts: Counter[str], name: str) -> dict[str, Any]:
    return {n: number for n, number in counts.items() if n != name and number}


TestSchedules = Schedules.TestCase
TestSchedules.settings = tried(IN_CI, steps=STEPS)
