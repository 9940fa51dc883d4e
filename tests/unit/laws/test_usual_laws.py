"""What is usual is a function of the log: its partitions may interleave and be batched freely."""

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
from streams.contract.enums import Cause, Closure, Phase
from streams.domain.alerts import Alert
from streams.domain.links.estimate import USUAL_WEIGHTS
from streams.domain.rules import AlertRules
from streams.domain.stages.roadstate import LinkView, RoadsStage
from tests.cities.fakes import RULES, STANDARD, Folded, at, passage, street, thorough
from tests.unit.laws.profile import tried

INPUTS = ("bus-positions/0", "bus-positions/1", "link-speeds/0", "permits/0")
LINKS = ("S1>S2", "S2>S3", STANDARD)
DAYS, MINUTES = 4, 50
LEANT = replace(RULES, weights=USUAL_WEIGHTS)  # on habits, and reports on those before
QUICK = AlertRules()
QUICK = replace(QUICK, jam=replace(QUICK.jam, begin_ms=120_000, end_ms=60_000))

Row = Passage | SpeedShare | Obstruction
Logs = dict[str, list[LinkEvents]]


def _row(name: str, second: float, chance: random.Random, *, is_slow: bool) -> Row:
    link_id = chance.choice(LINKS)
    if name.startswith("bus"):
        travel_s = chance.choice([200, 300]) if is_slow else chance.choice([50, 60, 90])
        driven = passage(link_id, second - chance.choice([0, 20, 100]), travel_s=travel_s)
        return replace(driven, route_id=chance.choice(["R1", "R1", "R2", ""]))
    if name.startswith("link"):
        kmh = chance.choice([5.0, 9.0]) if is_slow else chance.choice([25.0, 30.0, 45.0])
        return SpeedShare(link_id, link_id, kmh, at(second + chance.choice([-60, 0, 60])), 1.0)
    closure = chance.choice([Closure.FULL, Closure.PARTIAL])
    is_over = chance.random() < 0.6
    return Obstruction(link_id, "work:A", Cause.WORK, Phase.ACTIVE, closure, is_over=is_over)


def _part(origin: Origin, tick_ms: int, row: Row | None) -> LinkEvents:
    of = {Passage: "passages", SpeedShare: "speeds", Obstruction: "obstructions"}
    some = SpeedColumns.of([row]) if isinstance(row, SpeedShare) else (row,)
    rows = {} if row is None else {of[type(row)]: some}
    return LinkEvents(origin, tick_ms, **rows)  # type: ignore[arg-type]


def _log(seed: int) -> Logs:
    """The same fifty minutes of four days, of every input: mostly well, on the last day slow."""
    chance = random.Random(seed)
    logs: Logs = {}
    for name in INPUTS:
        topic, partition = name.split("/")
        told: list[tuple[int, Row | None]] = []
        much = 0.05 if name.startswith("permits") else 0.6
        for day in range(DAYS):
            for minute in range(MINUTES - chance.choice([0, 0, 3])):
                second = day * 86_400 + minute * 60
                if chance.random() < much:
                    told.append((0, _row(name, second, chance, is_slow=day == DAYS - 1)))
                if chance.random() < 0.8:
                    told.append((at(second), None))
        logs[name] = [
            _part(Origin(topic, int(partition), n), tick_ms, row)
            for n, (tick_ms, row) in enumerate(told)
        ]
    return logs


def _shuffled(logs: Logs, chance: random.Random) -> list[LinkEvents]:
    left = {name: list(messages) for name, messages in logs.items()}
    order: list[LinkEvents] = []
    while left:
        name = chance.choice(sorted(left))
        burst = chance.choice([1, 2, 9, 99])
        order += left[name][:burst]
        left[name] = left[name][burst:]
        if not left[name]:
            del left[name]
    return order


def _in_time(logs: Logs) -> list[LinkEvents]:
    keyed = []
    for name, messages in logs.items():
        now_ms = 0
        for message in messages:
            now_ms = max(now_ms, message.watermark_ms)
            keyed.append((now_ms, name, message.origin.offset, message))
    return [row[-1] for row in sorted(keyed, key=lambda row: row[:3])]


def _roads() -> Folded:
    return Folded(RoadsStage(street(), LEANT, INPUTS, QUICK), topic="link-events")


def _told(fold: Folded, messages: Iterable[LinkEvents | LinkBatch]) -> list[Alert]:
    return [alert for message in messages for alert in fold.take(message).alerts]


def _by_id(alerts: Iterable[Alert]) -> list[Alert]:
    return sorted(alerts, key=lambda alert: alert.id)


seeds = st.integers(0, 10**6)


@tried(10)
@given(seeds, st.randoms(use_true_random=False))
def test_what_is_usual_does_not_depend_on_how_the_partitions_interleave(
    seed: int, chance: random.Random
) -> None:
    logs = _log(seed)
    quiet, wild, apart = _roads(), _roads(), _roads()
    due = _by_id(_told(quiet, _in_time(logs)))
    assert _by_id(_told(wild, _shuffled(logs, chance))) == due
    assert _by_id(_told(apart, [m for messages in logs.values() for m in messages])) == due
    states = {
        msgspec.json.encode(plain_state(fold.state), order="sorted")
        for fold in (quiet, wild, apart)
    }
    assert len(states) == 1


@tried(10)
@given(seeds, st.randoms(use_true_random=False))
def test_what_is_usual_does_not_depend_on_how_messages_are_batched(
    seed: int, chance: random.Random
) -> None:
    parts = _in_time(_log(seed))
    alone, together = _roads(), _roads()
    alone.take_all(parts)
    while parts:
        cut = chance.choice([1, 3, 40])
        together.take(LinkBatch(tuple(parts[:cut])))
        parts = parts[cut:]
    assert together.state == alone.state


@tried(10)
@given(seeds)
def test_links_passed_over_as_well_are_as_fast_as_usual(seed: int) -> None:
    logs = _in_time(_log(seed))
    stage = RoadsStage(street(), LEANT, INPUTS, QUICK)
    thorough(stage)
    assert _told(Folded(stage, topic="link-events"), logs) == _told(_roads(), logs)


def test_the_logs_of_these_laws_teach_what_is_usual_and_tell_what_is_not() -> None:
    views: list[LinkView] = []
    alerts: list[Alert] = []
    days: set[int] = set()
    pairs = 0
    for seed in range(3):
        fold = _roads()
        alerts += _told(fold, _in_time(_log(seed)))
        views += fold.state["links"].values()
        days |= {column.days for column in fold.state["service"].values()}
        pairs += sum(factor.pairs for factor in fold.state["car-factors"].values())
    assert any(view.usual_kmh for view in views)
    assert {alert.facts["judged_by"] for alert in alerts if alert.rule == "jam"} == {
        "usual",
        "level",
    }
    assert len(days) > 1
    assert pairs > 10
