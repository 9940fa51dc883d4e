"""The roads in columns are the roads in rows: the worker's fold against the audit's, on any log."""

import random
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from hypothesis import given, note
from hypothesis import strategies as st

from streams.audit.fold import plain, plain_state, stored
from streams.audit.rows import PlainRoads
from streams.contract.derived import (
    LinkBatch,
    LinkEvents,
    Obstruction,
    Origin,
    SpeedColumns,
    SpeedShare,
    in_runs,
)
from streams.contract.enums import Cause, Closure, Phase
from streams.domain.alerts import Alert
from streams.domain.links.estimate import Weights
from streams.domain.rules import AlertRules
from streams.domain.rules.reading import read_rules
from streams.domain.stage import HistoryRow, RunStage, Taken, apply, empty_state
from streams.domain.stages.roadstate import RoadsStage
from streams.state.keys import key
from streams.state.tables import read, written
from tests.cities.fakes import PLAIN, RULES, STANDARD, at, passage, street
from tests.unit.laws.profile import tried

LINKS = ("S1>S2", "S2>S3", "S3>S4", STANDARD, "?")
SPEEDS, BUSES, WORKS = INPUTS = ("link-speeds/0", "bus-positions/0", "permits/0")
LATE_S = (-1100, -700, -601, -301, -100, -10, -3, 0, 0.5, 1, 2, 50, 100)
QUICK = read_rules(Path(__file__).with_name("quick_rules.toml").read_text(encoding="utf-8"))
PATIENT = replace(QUICK, jam=replace(QUICK.jam, begin_ms=180_000))
seeds = st.integers(0, 10**6)


class Result(NamedTuple):
    """What a log comes to."""

    rows: dict[str, Any]
    alerts: list[Alert]
    counts: dict[str, int]
    history: dict[str, list[tuple[int, bytes]]]


def log_of(chance: random.Random) -> list[LinkEvents]:
    """Messages of three inputs whose clocks run apart, with reports of any age and order."""
    clocks, offsets = dict.fromkeys(INPUTS, 0.0), dict.fromkeys(INPUTS, 0)
    return [_message(chance, clocks, offsets) for _ in range(chance.randint(5, 120))]


def _message(
    chance: random.Random, clocks: dict[str, float], offsets: dict[str, int]
) -> LinkEvents:
    name = chance.choice(INPUTS)
    topic, partition = name.split("/")
    origin = Origin(topic, int(partition), offsets[name])
    offsets[name] += 1
    if chance.random() < 0.45:
        clocks[name] += chance.choice([0, 1, 1, 5, 5, 20, 20, 30, 61, 200, 600])
        return LinkEvents(origin, at(clocks[name]))
    if name == SPEEDS:
        return LinkEvents(origin, 0, speeds=_speeds(chance, clocks[name]))
    if name == BUSES:
        drives = [chance.choice([-200, -20, 0, 10]) + clocks[name] for _ in range(2)]
        times = [(second, chance.choice([30, 60, 200])) for second in drives]
        rows = tuple(passage(chance.choice(LINKS), s, travel_s=t) for s, t in times)
        return LinkEvents(origin, 0, passages=rows)
    return LinkEvents(origin, 0, obstructions=(_obstruction(chance),))


def _speeds(chance: random.Random, clock_s: float) -> SpeedColumns:
    """Reports of links of themselves, or some of parts of links as well."""
    is_own = chance.random() < 0.7
    rows = []
    for _ in range(chance.randint(1, 6)):
        link_id = chance.choice(LINKS)
        via = link_id if is_own else chance.choice([link_id, "v1", "v2"])
        share = 1.0 if is_own else chance.choice([0.3, 0.5, 1.0])
        kmh = chance.choice([round(chance.uniform(0, 120), 1), 10.0, 0.005, 0.0])
        rows.append(SpeedShare(link_id, via, kmh, at(clock_s + chance.choice(LATE_S)), share))
    return SpeedColumns.of(rows)


def _obstruction(chance: random.Random) -> Obstruction:
    return Obstruction(
        chance.choice(LINKS),
        f"work:{chance.randint(1, 3)}",
        Cause.WORK,
        chance.choice([Phase.PLANNED, Phase.ACTIVE]),
        chance.choice(list(Closure)),
        is_over=chance.random() < 0.3,
    )


def folded(stage: RunStage, log: list[LinkEvents], chance: random.Random, most: int) -> Result:
    """Fold a log in runs of at most so many messages, at times as if the worker began anew."""
    state = empty_state(stage)
    hashes: dict[str, dict[bytes, bytes]] = {table.name: {} for table in stage.tables}
    counts: dict[str, int] = {}
    alerts: list[Alert] = []
    remembered: list[HistoryRow] = []
    left = list(enumerate(log))
    while left:
        count = chance.randint(1, most)
        run = _run_of(left[:count], chance)
        left = left[count:]
        effects = stage.step_run(state, run)
        for table in stage.tables:
            writes = written(effects.changes.get(table.name, {}))
            for name in writes.gone:
                hashes[table.name].pop(name.encode(), None)
            hashes[table.name] |= {name.encode(): row for name, row in writes.kept.items()}
        apply(state, effects.changes)
        remembered += effects.remembered
        alerts += effects.alerts
        for name, by in effects.counts.items():
            counts[name] = counts.get(name, 0) + by
        if chance.random() < 0.2:
            state = {table.name: read(table, hashes[table.name]) for table in stage.tables}
    rows = {name: plain(table) for name, table in plain_state(state).items() if len(table)}
    if isinstance(stage, PlainRoads):
        return Result(rows, alerts, counts, _by_subject(remembered))
    kept = stored({key(name, 0): table for name, table in hashes.items() if table})
    assert {name: table for name, table in kept.items() if table} == {
        key(name, 0): table for name, table in rows.items()
    }
    return Result(rows, alerts, counts, _by_subject(remembered))


def _run_of(messages: list[tuple[int, LinkEvents]], chance: random.Random) -> list[Taken]:
    """A message each, or all in one, with ticks that follow each other as one part."""
    if chance.random() < 0.5:
        return [Taken(LinkBatch((m,)), Origin("link-events", 0, n)) for n, m in messages]
    parts = in_runs(part for _, part in messages)
    return [Taken(LinkBatch(tuple(parts)), Origin("link-events", 0, messages[-1][0]))]


def _by_subject(remembered: list[HistoryRow]) -> dict[str, list[tuple[int, bytes]]]:
    found: dict[str, list[tuple[int, bytes]]] = {}
    for subject, known_ms, row in remembered:
        found.setdefault(subject, []).append((known_ms, msgspec.json.encode(row)))
    return found


@tried(40)
@given(
    seed=seeds,
    weights=st.sampled_from([PLAIN, Weights()]),
    fresh_ms=st.sampled_from([600_000, 1_080_000]),
    alerts=st.sampled_from([QUICK, PATIENT]),
)
def test_columns_and_rows_are_one_fold_however_the_log_is_cut_into_runs(
    seed: int, weights: Weights, fresh_ms: int, alerts: AlertRules
) -> None:
    note(f"seed {seed}")
    chance = random.Random(seed)
    rules = replace(RULES, weights=weights, fresh_ms=fresh_ms)
    log = log_of(chance)
    rows = folded(PlainRoads(street(), rules, INPUTS, alerts), log, chance, most=1)
    columns = folded(RoadsStage(street(), rules, INPUTS, alerts), log, chance, most=8)
    assert columns == rows


def test_the_logs_of_this_law_show_all_that_a_link_may_be() -> None:
    levels, certainties, told = set(), set(), 0
    for seed in range(40):
        chance = random.Random(seed)
        result = folded(RoadsStage(street(), RULES, INPUTS, QUICK), log_of(chance), chance, most=8)
        views = result.rows.get("links", {}).values()
        levels |= {view["level"] for view in views}
        certainties |= {view["certainty"] for view in views}
        told += sum(map(len, result.history.values()))
    assert levels == {"free", "slow", "jam", "unknown"}
    assert certainties == {"confirmed", "reported", "inferred", "lost", "stale"}
    assert told > 40
