"""P1, P6, P8 and P9 of the pure stages: order between partitions, purity, lateness, time."""

import random
from collections import Counter
from dataclasses import replace
from itertools import chain

import msgspec
from hypothesis import given, note
from hypothesis import strategies as st

from streams.audit.fold import plain_state
from streams.contract import topics, wire
from streams.contract.derived import LinkBatch, LinkEvents, Origin
from streams.domain.stage import Effects, apply, empty_state
from streams.state.keys import key, parts_of
from streams.state.tables import written
from streams.topology.stages import stages
from tests.cities.worlds import PARTITIONS, Sent
from tests.faults import load
from tests.faults.oracle import Oracle
from tests.unit.laws.model import SETTINGS
from tests.unit.laws.profile import tried

seeds = st.integers(0, 999)
NETWORK = load.network()


def folded(log: list[Sent]) -> Oracle:
    return Oracle(NETWORK, SETTINGS).fold(log)


def interleaved(log: list[Sent], chance: random.Random) -> list[Sent]:
    """The log with its partitions mixed anew, each in its own order."""
    queues: dict[tuple[str, int], list[Sent]] = {}
    for sent in reversed(log):
        queues.setdefault((sent[0].name, sent[1]), []).append(sent)
    order = [place for place, queue in queues.items() for _ in queue]
    chance.shuffle(order)
    return [queues[place].pop() for place in order]


@given(seed=seeds, mix=seeds)
@tried(in_ci=15)
def test_p1_how_partitions_interleave_leaves_no_trace(seed: int, mix: int) -> None:
    note(f"seeds {seed}, {mix}")
    log = load.day(seed, 12, vehicles=8)
    mixed, due = folded(interleaved(log, random.Random(mix))), folded(log)
    assert mixed.hashes() == due.hashes()
    assert mixed.alerts == due.alerts


@given(seed=seeds)
@tried(in_ci=8)
def test_p6_a_step_is_pure_the_same_bytes_twice_and_its_input_untouched(seed: int) -> None:
    note(f"seed {seed}")
    by_topic = stages(SETTINGS, NETWORK)
    states = {topic: empty_state(stage) for topic, stage in by_topic.items()}

    def take(topic: topics.Topic, payload: bytes, offset: int) -> list[LinkEvents]:
        stage, state = by_topic[topic], states[topic]
        before = msgspec.json.encode(plain_state(state))
        message, origin = wire.decode(payload), Origin(topic.name, 0, offset)
        first, second = (stage.step(state, message, origin) for _ in range(2))
        assert bytes_of(first) == bytes_of(second)
        assert msgspec.json.encode(plain_state(state)) == before
        apply(state, first.changes)
        return list(chain.from_iterable(first.derived.values()))

    for offset, (topic, _, payload) in enumerate(load.day(seed, 8, vehicles=8)):
        for derived in take(topic, payload, offset):
            take(topics.LINK_EVENTS, wire.encode(LinkBatch((derived,))), offset)


def bytes_of(effects: Effects) -> tuple[bytes, ...]:
    """All that effects say, as it would be written."""
    rest = replace(effects, changes={}, remembered=[])
    writes = [written(changes) for _, changes in sorted(effects.changes.items())]
    return msgspec.json.encode(rest), repr(effects.remembered).encode(), repr(writes).encode()


@given(seed=seeds, count=st.integers(1, 5), behind_s=st.integers(1200, 2000))
@tried(in_ci=10)
def test_p8_what_is_late_beyond_grace_changes_only_the_counts(
    seed: int, count: int, behind_s: int
) -> None:
    note(f"seed {seed}")
    log = load.passing(seed, 8)
    late = list(load.late(count, load.event_time_ms(log[-1]) - behind_s * 1000))
    before, after = folded(log), folded([*log, *late])
    for kind in ("links", "folds", "clock"):
        names = [n for n in {*before.hashes(), *after.hashes()} if parts_of(n)[0] == kind]
        assert {n: after.hashes().get(n) for n in names} == {
            n: before.hashes().get(n) for n in names
        }
    grown = Counter(after.counts)
    grown.subtract(before.counts)
    assert grown["passages late"] == 2 * count  # at three stops a bus has driven two sections
    assert grown["speeds late"] == count


@given(seed=seeds, mix=seeds)
@tried(in_ci=10)
def test_p9_the_watermark_never_goes_back_under_any_input(seed: int, mix: int) -> None:
    """Even ticks in the wrong order."""
    note(f"seeds {seed}, {mix}")
    log = load.day(seed, 6, vehicles=4)
    random.Random(mix).shuffle(log)
    oracle = Oracle(NETWORK, SETTINGS)
    known: dict[str, int] = {}
    for sent in log:
        oracle.fold([sent])
        found = oracle.hashes()
        clocks = (found.get(key("clock", partition), {}) for partition in range(PARTITIONS))
        now = {name: ms for rows in clocks for name, ms in rows.items()}
        assert all(now[name] >= ms for name, ms in known.items())
        known = now


def test_p1_an_answer_delivered_again_is_one_answer() -> None:
    """Three complete answers in a row that leave an incident out end it; one, thrice, must not."""
    log = [s for s in load.day(3, 8) if s[0] is topics.INCIDENTS]
    views = [folded(each).hashes().get(key("incidents", 0)) for each in (log, thrice(log))]
    assert views[0] == views[1]


def thrice(log: list[Sent]) -> list[Sent]:
    return [sent for sent in log for _ in range(3)]
