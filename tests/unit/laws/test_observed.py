"""Laws of what traffic says: of the order of inputs, of partitions, of bounds and of silence."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.contract.derived import Declaration, LinkBatch, LinkEvents, Origin, Sighting
from streams.contract.enums import Cause, Closure, Observed, SightingKind
from streams.domain.observed.belief import (
    CAP_OVER,
    FLOOR,
    FLOOR_REOPENED,
    Belief,
    ErrorRates,
    after_round,
    after_through,
    aged,
)
from streams.domain.observed.cases import Case
from streams.domain.observed.discrepancies import Judge
from streams.domain.observed.fold import ObservedFold
from streams.domain.observed.rows import ObservedView
from streams.domain.observed.tables import TABLES
from streams.domain.stage import State, apply, empty_state
from streams.domain.stages.roadstate import RoadsStage
from streams.geo.homes import Homes
from streams.geo.network import Network
from tests.cities.buses import town, with_standards
from tests.cities.fakes import RULES, at
from tests.cities.watched import Watch
from tests.unit.laws.profile import tried

INPUTS = ("bus-positions/0", "bus-positions/1", "permits/0", "incidents/0")
TOWN = town()
MAIN = [f"M{n}>M{n + 1}" for n in range(9)]
ASIDE = ["M4>M3", "M5>M4", *(f"N{n}>N{n + 1}" for n in range(9))]
EDGE_M = 1_700  # so far west of its place a town's M4 lies on the edge of a cell
HERE, ASIDE_HERE = MAIN[3:5], ["M4>M3", "M5>M4", "N3>N4", "N4>N5"]  # within 600 m of each other
WIDE = 64  # partitions: each cell has its own
HOUR_S = 3600
seeds = st.integers(0, 999)
vehicles = st.integers(0, 7).map("v{}".format)
routes = st.sampled_from(["R1", "R2", "R4"])
seconds = st.integers(1, 2 * HOUR_S)


def some_of(row: Sequence[str]) -> st.SearchStrategy[tuple[str, ...]]:
    """Up to three of them, one after the other."""
    first = st.integers(0, len(row) - 1)
    return st.builds(lambda at, many: tuple(row[at : at + many]), first, st.integers(1, 3))


@st.composite
def sightings(
    draw: st.DrawFn, row: Sequence[str] = MAIN, others: Sequence[str] = ASIDE
) -> Sighting:
    """Any bus that drove a link, or went round up to three of a row of them."""
    kind = draw(st.sampled_from(SightingKind))
    second, took_s = draw(seconds), draw(st.integers(1, 900))
    links: tuple[str, ...] = (draw(st.sampled_from([*row, *others])),)
    if kind is not SightingKind.THROUGH:
        links = draw(some_of(row))
    is_snapped = draw(st.booleans())
    return Sighting(
        kind,
        links,
        draw(vehicles),
        draw(routes),
        at(second - took_s),
        at(second),
        length_m=400,
        off_m=draw(st.sampled_from([70, 150])),
        is_snapped=is_snapped,
        is_sure=draw(st.booleans()),
        served=draw(st.integers(0, 1)),
        path=((0.0, 0.0), (0.0, 1.0)),
    )


@st.composite
def declarations(draw: st.DrawFn, row: Sequence[str] = MAIN) -> Declaration:
    kind = draw(st.sampled_from([Cause.WORK, Cause.INCIDENT]))
    is_over = draw(st.booleans())
    return Declaration(
        f"{kind}:{draw(st.integers(0, 2))}",
        kind,
        draw(st.sampled_from([Closure.FULL, Closure.FULL, Closure.PARTIAL])),
        draw(some_of(row)),
        not is_over and draw(st.booleans()),
        is_work=draw(st.booleans()) or kind is Cause.WORK,
        is_over=is_over,
    )


@dataclass(frozen=True)
class Told:
    """One message of an input: after how long, whether it is a tick, and what it brings."""

    after_s: int
    is_tick: bool
    seen: tuple[Sighting, ...] = ()
    said: tuple[Declaration, ...] = ()


few = st.lists(sightings(), max_size=4).map(tuple)
said = st.lists(declarations(), max_size=2).map(tuple)
buses = st.lists(st.builds(Told, st.integers(0, 900), st.booleans(), few), max_size=8)
papers = st.lists(
    st.builds(Told, st.integers(0, 900), st.booleans(), st.just(()), said), max_size=5
)


def messages(name: str, told: Sequence[Told]) -> list[LinkEvents]:
    """An input from its begin to its end: its ticks, and what comes between them."""
    topic, _, partition = name.partition("/")
    times = [*accumulate((each.after_s for each in told), initial=0)]
    rows = [Told(0, is_tick=True), *told, Told(0, is_tick=True)]
    return [
        LinkEvents(
            Origin(topic, int(partition), offset),
            at(second) if row.is_tick else 0,
            sightings=row.seen,
            declarations=row.said,
        )
        for offset, (second, row) in enumerate(zip([0, *times[1:], 4 * HOUR_S], rows, strict=True))
    ]


def folded(order: Sequence[LinkEvents], network: Network = TOWN) -> State:
    stage = RoadsStage(network, RULES, INPUTS)
    state = empty_state(stage)
    for offset, part in enumerate(order):
        effects = stage.step(state, LinkBatch((part,)), Origin("link-events", 0, offset))
        apply(state, effects.changes)
    return {table.name: state[table.name] for table in TABLES}


@given(one=buses, other=buses, permits=papers, incidents=papers, has_standards=st.booleans())
@tried(in_ci=40)
def test_what_a_minutes_look_leaves_out_would_have_changed_nothing(
    one: list[Told],
    other: list[Told],
    permits: list[Told],
    incidents: list[Told],
    *,
    has_standards: bool,
) -> None:
    network = with_standards(TOWN) if has_standards else TOWN
    inputs = zip(INPUTS, (one, other, permits, incidents), strict=True)
    order = [part for name, told in inputs for part in messages(name, told)]
    found = folded(order, network)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ObservedFold, "_stale", lambda _self, rows, *_: list(rows.observed.all()))
        patch.setattr(Judge, "_is_quiet", lambda *_: False)
        assert found == folded(order, network)


def mixed(inputs: Sequence[Sequence[LinkEvents]], chance: random.Random) -> list[LinkEvents]:
    queues = [list(reversed(each)) for each in inputs]
    order = [at for at, queue in enumerate(queues) for _ in queue]
    chance.shuffle(order)
    return [queues[at].pop() for at in order]


@given(one=buses, other=buses, permits=papers, incidents=papers, mix=seeds)
@tried(in_ci=40)
def test_how_the_inputs_interleave_leaves_no_trace(
    one: list[Told], other: list[Told], permits: list[Told], incidents: list[Told], mix: int
) -> None:
    inputs = [
        messages(name, told)
        for name, told in zip(INPUTS, (one, other, permits, incidents), strict=True)
    ]
    chance = random.Random(mix)
    due = folded([part for each in inputs for part in each])
    found = folded(mixed(inputs, chance))
    assert msgspec.json.encode(found, order="deterministic") == msgspec.json.encode(
        due, order="deterministic"
    )
    assert not due["observed_queue"]
    assert due["case_links"] == subjects_by_link(due["cases"])


def subjects_by_link(found: dict[str, Case]) -> dict[str, tuple[str, ...]]:
    """What the index of the cases must say; the town has no standard links."""
    on_it: dict[str, list[str]] = {}
    for subject, case in sorted(found.items()):
        for link_id in case.links:
            on_it.setdefault(link_id, []).append(subject)
    return {link_id: tuple(subjects) for link_id, subjects in on_it.items()}


@given(
    events=st.lists(st.one_of(sightings(), declarations()), max_size=25),
    rate=st.sampled_from([ErrorRates(), ErrorRates(0.001, 0.01), ErrorRates(0.2, 0.5)]),
    has_cause=st.booleans(),
)
@tried(in_ci=100)
def test_the_ratio_of_a_link_stays_within_its_bounds(
    events: list[Sighting | Declaration], rate: ErrorRates, *, has_cause: bool
) -> None:
    belief = Belief()
    for event in sorted((e for e in events if isinstance(e, Sighting)), key=lambda e: e.at_ms):
        if event.kind is SightingKind.THROUGH:
            belief = after_through(belief, event, rate, has_cause=has_cause)
        else:
            belief = after_round(belief, event, rate, place=0, has_cause=has_cause)
        assert FLOOR_REOPENED <= belief.ratio <= rate.bound + CAP_OVER
        assert belief.is_closed <= (belief.ratio > 0)
        assert belief.is_surely_closed <= belief.is_closed
        assert 0 <= belief.paced <= 8
        over = aged(belief, event.at_ms + 24 * HOUR_S * 1000, 0)
        assert not over.is_closed
        assert over.ratio in (belief.ratio, FLOOR)


@given(
    said=st.lists(declarations(), max_size=6),
    driven=st.lists(sightings().filter(lambda e: e.kind is SightingKind.THROUGH), max_size=10),
    silence_s=st.integers(1, 30 * HOUR_S),
)
@tried(in_ci=40)
def test_without_a_bus_that_went_round_no_link_is_impassable_however_long_it_is_silent(
    said: list[Declaration], driven: list[Sighting], silence_s: int
) -> None:
    watch = Watch(TOWN)
    watch.send(at(0), declarations=said)
    watch.send(at(1), sightings=driven)
    watch.take(until_s=2 * HOUR_S + silence_s)
    assert not watch.impassable


def scene(
    events: Sequence[tuple[int, Sighting | Declaration]],
    *,
    partitions: int = 1,
    west_m: float = 0,
) -> Watch:
    """What is seen and said, one after the other, and time until two hours after the last."""
    watch = Watch(town(west_m=west_m), partitions=partitions)
    ordered = sorted(
        (event.at_ms if isinstance(event, Sighting) else at(second), number, event)
        for number, (second, event) in enumerate(events)
    )
    for at_ms, number, event in ordered:
        if isinstance(event, Sighting):
            watch.send(at_ms + number, sightings=(replace(event, at_ms=at_ms + number),))
        else:
            watch.send(at_ms + number, declarations=(event,))
    return watch.take(until_s=2 * HOUR_S + 1)


@given(
    events=st.lists(st.tuples(seconds, st.one_of(sightings(), declarations())), max_size=25),
    steps_s=st.lists(st.integers(1, 3000), max_size=5),
)
@tried(in_ci=40)
def test_silence_closes_nothing_and_after_long_opens_all(
    events: list[tuple[int, Sighting | Declaration]], steps_s: list[int]
) -> None:
    watch = scene(events)
    before = watch.impassable
    for step_s in accumulate(steps_s):
        watch.take(until_s=2 * HOUR_S + 1 + step_s)
        assert watch.impassable <= before
        before = watch.impassable
    watch.take(until_s=4 * HOUR_S)
    assert {row.state for row in watch.views.values()} <= {Observed.UNKNOWN}


here = st.one_of(sightings(HERE, ASIDE_HERE), declarations(HERE))


@given(
    events=st.lists(st.tuples(seconds, here), min_size=6, max_size=25),
    partitions=st.sampled_from([4, WIDE]),
)
@tried(in_ci=50)
def test_what_meets_in_one_place_is_judged_alike_by_however_many_partitions(
    events: list[tuple[int, Sighting | Declaration]], partitions: int
) -> None:
    """Where a place lies on the edge of cells, too. A promise counts from a partition's begin."""
    alone = scene(events, west_m=EDGE_M)
    found = scene(events, west_m=EDGE_M, partitions=partitions)
    assert seen_in(found) == seen_in(alone)
    assert told_in(found) == told_in(alone)


def seen_in(watch: Watch) -> dict[str, ObservedView]:
    return {name: replace(row, promise_s=None) for name, row in watch.views.items()}


def told_in(watch: Watch) -> set[tuple[str, str, str]]:
    """What is told of which link; a closure over an edge is told in each of its homes."""
    rows = watch.discrepancies.values()
    return {(row.kind, row.work, link_id) for row in rows for link_id in row.links}


def test_the_place_of_that_law_lies_on_an_edge() -> None:
    network = town(west_m=EDGE_M)
    for partitions in (4, WIDE):
        known = Homes(network, partitions)
        assert known.home(HERE[0]) != known.home(HERE[1])
