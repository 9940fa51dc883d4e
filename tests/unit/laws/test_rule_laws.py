"""Alerts are a function of the log: its partitions may interleave and be batched as they like."""

import random
from collections.abc import Iterable
from dataclasses import replace

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from streams.audit.fold import plain_state
from streams.contract.derived import (
    LinkBatch,
    LinkEvents,
    Obstruction,
    Origin,
    Passage,
    SpeedColumns,
    SpeedShare,
)
from streams.contract.enums import AlertEvent, Cause, Closure, Phase
from streams.domain.alerts import Alert
from streams.domain.rules import AlertRules
from streams.domain.stages.roadstate import RoadsStage
from tests.cities.fakes import RULES, Folded, at, passage, street, thorough
from tests.unit.laws.profile import tried

INPUTS = ("bus-positions/0", "link-speeds/0", "link-speeds/1", "permits/0")
LINKS = ("S1>S2", "S2>S3")
STEP_S, STEPS = 30, 44
QUICK = AlertRules()
QUICK = replace(
    QUICK,
    jam=replace(QUICK.jam, begin_ms=120_000, end_ms=60_000),
    slowdown=replace(QUICK.slowdown, begin_ms=60_000, end_ms=60_000),
)

Rows = dict[str, tuple[Passage | Obstruction, ...] | SpeedColumns]
Logs = dict[str, list[LinkEvents]]


def _rows(name: str, second: int, chance: random.Random) -> Rows:
    """What an input tells at a time: mostly slow, sometimes well, sometimes of the past."""
    link_id = chance.choice(LINKS)
    if name.startswith("bus"):
        late_s = chance.choice([0, 20, 100])
        return {"passages": (passage(link_id, second - late_s, travel_s=chance.choice([60, 300])),)}
    if name.startswith("link"):
        via = f"{link_id} {name[-1]}"
        observed_ms = at(second + chance.choice([-200, -60, -1, 0, 60]))
        kmh = chance.choice([4.0, 9.0, 9.0, 21.0, 45.0])
        return {"speeds": SpeedColumns.of([SpeedShare(link_id, via, kmh, observed_ms, 0.5)])}
    work = f"work:{chance.choice('AB')}"
    phase = chance.choice([Phase.ACTIVE, Phase.ACTIVE, Phase.PAUSED])
    is_over = chance.random() < 0.2
    block = Obstruction(link_id, work, Cause.WORK, phase, Closure.PARTIAL, is_over=is_over)
    return {"obstructions": (block,)}


def _log(seed: int) -> Logs:
    """Twenty-two minutes of every input, or a little less of some: records, and ticks of which
    some are missing. In some logs there is much to tell, in others little.
    """
    chance = random.Random(seed)
    much = chance.choice([0.1, 0.7, 0.7])
    logs: Logs = {}
    for name in INPUTS:
        topic, partition = name.split("/")
        told: list[tuple[int, Rows]] = []
        for step in range(STEPS - chance.choice([0, 0, 0, 1, 5])):
            second = step * STEP_S
            if chance.random() < much:
                told.append((0, _rows(name, second, chance)))
            if chance.random() < 0.8:
                told.append((at(second), {}))
        logs[name] = [
            LinkEvents(Origin(topic, int(partition), n), tick_ms, **rows)  # type: ignore[arg-type]
            for n, (tick_ms, rows) in enumerate(told)
        ]
    return logs


def _shuffled(logs: Logs, chance: random.Random) -> list[LinkEvents]:
    """The inputs in bursts of any length, each in its own order."""
    left = {name: list(messages) for name, messages in logs.items()}
    order: list[LinkEvents] = []
    while left:
        name = chance.choice(sorted(left))
        burst = chance.choice([1, 1, 2, 9, 99])
        order += left[name][:burst]
        left[name] = left[name][burst:]
        if not left[name]:
            del left[name]
    return order


def _in_time(logs: Logs) -> list[LinkEvents]:
    """As in a quiet city: what was written at one time comes at one time."""
    keyed = []
    for name, messages in logs.items():
        now_ms = 0
        for message in messages:
            now_ms = max(now_ms, message.watermark_ms)
            keyed.append((now_ms, name, message.origin.offset, message))
    return [row[-1] for row in sorted(keyed, key=lambda row: row[:3])]


def _roads() -> Folded:
    return Folded(RoadsStage(street(), RULES, INPUTS, QUICK), topic="link-events")


def _told(fold: Folded, messages: Iterable[LinkEvents | LinkBatch]) -> list[Alert]:
    return [alert for message in messages for alert in fold.take(message).alerts]


def _by_id(alerts: Iterable[Alert]) -> list[Alert]:
    return sorted(alerts, key=lambda alert: alert.id)


seeds = st.integers(0, 10**6)


@tried(60)
@given(seeds, st.randoms(use_true_random=False))
def test_alerts_and_states_do_not_depend_on_how_the_partitions_interleave(
    seed: int, chance: random.Random
) -> None:
    logs = _log(seed)
    quiet, wild, apart = _roads(), _roads(), _roads()
    due = _by_id(_told(quiet, _in_time(logs)))
    assert _by_id(_told(wild, _shuffled(logs, chance))) == due
    assert _by_id(_told(apart, [m for messages in logs.values() for m in messages])) == due
    assert len({alert.id for alert in due}) == len(due)
    states = {
        msgspec.json.encode(plain_state(fold.state), order="sorted")
        for fold in (quiet, wild, apart)
    }
    assert len(states) == 1


@tried(30)
@given(seeds, st.randoms(use_true_random=False))
def test_alerts_do_not_depend_on_how_messages_are_batched(seed: int, chance: random.Random) -> None:
    parts = _in_time(_log(seed))
    batches, alone = [], _told(_roads(), parts)
    while parts:
        cut = chance.choice([1, 3, 40])
        batches.append(LinkBatch(tuple(parts[:cut])))
        parts = parts[cut:]
    assert _told(_roads(), batches) == alone


@tried(30)
@given(seeds)
def test_links_passed_over_as_well_would_have_told_nothing(seed: int) -> None:
    """The short way past links where nothing is slow leaves no trace."""
    logs = _in_time(_log(seed))
    stage = RoadsStage(street(), RULES, INPUTS, QUICK)
    thorough(stage)
    assert _told(Folded(stage, topic="link-events"), logs) == _told(_roads(), logs)


@tried(30)
@given(seeds)
def test_an_episode_is_told_from_its_begin_to_its_end_in_order(seed: int) -> None:
    numbers: dict[str, int] = {}
    open_now: dict[tuple[str, str], str] = {}
    for alert in _told(_roads(), _in_time(_log(seed))):
        place = (alert.rule, alert.subject)
        if alert.word is AlertEvent.BEGIN:
            assert place not in open_now
            open_now[place] = alert.episode
        assert open_now[place] == alert.episode
        numbers[alert.episode] = numbers.get(alert.episode, 0) + 1
        assert alert.id == f"{alert.episode}.{numbers[alert.episode]}"
        if alert.word is AlertEvent.END:
            del open_now[place]


def test_the_logs_of_these_laws_jam_slow_down_and_end() -> None:
    found = [alert for seed in range(20) for alert in _told(_roads(), _in_time(_log(seed)))]
    words = {(alert.rule, alert.word) for alert in found}
    assert {(rule, word) for rule in ("jam", "slowdown") for word in AlertEvent} - words <= {
        ("jam", AlertEvent.UPDATE)  # a jam says nothing new but its end
    }
