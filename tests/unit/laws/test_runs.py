"""How a log is cut into runs leaves no trace: in rows, counts, alerts or history."""

import random
from collections.abc import Iterable, Sequence
from itertools import pairwise

from hypothesis import given, note
from hypothesis import strategies as st

from streams.contract import topics, wire
from streams.contract.derived import Origin
from streams.contract.records import LinkSpeed, Message, SpeedBatch, Tick
from streams.domain.stage import HistoryRow, Taken, empty_state
from streams.domain.stages.speeds import SpeedsStage
from streams.geo.network import Network
from tests.cities.fakes import Folded, at, parts_of, roads, street
from tests.faults import load
from tests.faults.oracle import Oracle
from tests.unit.laws.model import SETTINGS
from tests.unit.laws.profile import tried

seeds = st.integers(0, 999)
NETWORK: Network = load.network()


class ByRuns(Oracle):
    """Folds the speeds of a partition some messages at a time."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__(NETWORK, SETTINGS)
        self._chance = chance
        self._waiting: dict[int, list[Taken]] = {}

    def _take(self, topic: topics.Topic, partition: int, payload: bytes) -> None:
        if topic is not topics.LINK_SPEEDS:
            super()._take(topic, partition, payload)
            return
        origin = Origin(topic.name, partition, self._next[topic, partition])
        self._next[topic, partition] += 1
        self._waiting.setdefault(partition, []).append(Taken(wire.decode(payload), origin))
        if self._chance.random() < 0.2:
            self._end(partition)

    def end(self) -> "ByRuns":
        for partition in list(self._waiting):
            self._end(partition)
        return self

    def _end(self, partition: int) -> None:
        stage = self._stages[topics.LINK_SPEEDS]
        assert isinstance(stage, SpeedsStage)
        state = self._states.setdefault((topics.LINK_SPEEDS, partition), empty_state(stage))
        self._settle(state, stage.step_run(state, self._waiting.pop(partition)))


@given(seed=seeds, cut=seeds)
@tried(in_ci=10)
def test_a_day_by_runs_is_the_same_day(seed: int, cut: int) -> None:
    note(f"seeds {seed}, {cut}")
    log = load.day(seed, 12, vehicles=8)
    singly, by_runs = Oracle(NETWORK, SETTINGS).fold(log), ByRuns(random.Random(cut))
    by_runs.fold(log)
    by_runs.end()
    assert by_runs.hashes() == singly.hashes()
    assert by_runs.counts == singly.counts
    assert by_runs.alerts == singly.alerts


def roads_after(runs: Iterable[Sequence[Taken]]) -> tuple[Folded, list[HistoryRow]]:
    """The roads after the speeds of one partition, and what they keep for the history."""
    stage, fold = SpeedsStage(street(), partitions=1), Folded(roads("link-speeds/0"))
    found: list[HistoryRow] = []
    for run in runs:
        for parts in stage.step_run({}, run).derived.values():
            for payload in wire.encode_parts(parts):
                told = [fold.take(part) for part in parts_of(payload)]
                found += [row for effects in told for row in effects.remembered]
    return fold, found


def cut_at(run: Sequence[Taken], cuts: set[int]) -> list[Sequence[Taken]]:
    ends = sorted({0, len(run), *(cut for cut in cuts if cut < len(run))})
    return [run[first:end] for first, end in pairwise(ends)]


@st.composite
def logs(draw: st.DrawFn) -> list[Taken]:
    """Ticks, and speeds between free and slow."""
    row = st.tuples(st.sampled_from(["S1>S2", "S2>S3"]), st.sampled_from([5.0, 20.0, 60.0]))
    log: list[Taken] = []
    for n, rows in enumerate(draw(st.lists(st.none() | st.lists(row, max_size=3), max_size=8))):
        message: Message = Tick(at(n))
        if rows is not None:
            speeds = [LinkSpeed(name, kmh, at(n)) for name, kmh in rows]
            message = SpeedBatch.of("f", at(n), speeds)
        log.append(Taken(message, Origin("link-speeds", 0, n)))
    return log


cuts = st.sets(st.integers(0, 8))


@given(log=logs(), where=cuts)
@tried(in_ci=60)
def test_what_a_road_was_within_a_run_is_remembered(log: list[Taken], where: set[int]) -> None:
    assert roads_after(cut_at(log, where))[1] == roads_after([[each] for each in log])[1]


@given(log=logs(), first=cuts, again=cuts, until=st.integers(0, 8))
@tried(in_ci=60)
def test_what_comes_again_in_other_runs_adds_nothing(
    log: list[Taken], first: set[int], again: set[int], until: int
) -> None:
    """As after a worker that died between sending on and passing the gate."""
    twice, _ = roads_after([*cut_at(log[:until], first), *cut_at(log, again)])
    assert twice.state == roads_after([[each] for each in log])[0].state
