import copy
import random
from dataclasses import replace
from itertools import permutations

import msgspec
import pytest
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
from streams.contract.grammars import Thresholds
from streams.domain.links.estimate import Weights
from streams.domain.stage import HistoryRow, State, apply, empty_state
from streams.domain.stages.roadstate import LinkView, RoadsStage
from streams.state.tables import read, written
from tests.cities.fakes import RULES, STANDARD, Folded, at, passage, roads, street

LINK = "S1>S2"


def events(
    offset: int,
    *,
    tick_s: float | None = None,
    of: str = "in/0",
    passages: tuple[Passage, ...] = (),
    speeds: tuple[SpeedShare, ...] = (),
    obstructions: tuple[Obstruction, ...] = (),
) -> LinkEvents:
    topic, partition = of.split("/")
    origin = Origin(topic, int(partition), offset)
    columns = SpeedColumns.of(speeds)
    return LinkEvents(origin, 0 if tick_s is None else at(tick_s), passages, columns, obstructions)


def speed(kmh: float, second: float, *, via: str = LINK, share: float = 1.0) -> SpeedShare:
    return SpeedShare(LINK, via, kmh, at(second), share)


def part(kmh: float, *, via: str, share: float) -> list[SpeedShare]:
    return [speed(kmh, 5, via=via, share=share)]


def block(closure: Closure, subject: str = "work:P1", phase: Phase = Phase.ACTIVE) -> Obstruction:
    return Obstruction(LINK, subject, Cause.WORK, phase, closure)


def folded(*messages: LinkEvents) -> Folded:
    return Folded(roads(), topic="link-events").take_all(messages)


def shown(fold: Folded, link_id: str = LINK) -> LinkView:
    view = fold.state["links"][link_id]
    assert isinstance(view, LinkView)
    return view


def of(*rows: Passage | SpeedShare | Obstruction) -> LinkView:
    """What the screens show of the link after these, in one message."""
    return shown(
        folded(
            events(
                0,
                passages=tuple(r for r in rows if isinstance(r, Passage)),
                speeds=tuple(r for r in rows if isinstance(r, SpeedShare)),
                obstructions=tuple(r for r in rows if isinstance(r, Obstruction)),
            )
        )
    )


# 500 m in 60 s is 30 km/h, in 90 s 20 km/h
@pytest.mark.parametrize(
    ("rows", "kmh", "level", "certainty"),
    [
        ([passage(LINK, 10)], 30.0, "free", "inferred"),
        ([passage(LINK, 10), passage(LINK, 20, travel_s=90)], 24.0, "slow", "confirmed"),
        ([passage(LINK, 10, travel_s=180)], 10.0, "jam", "inferred"),
        ([speed(30, 5)], 30.0, "free", "reported"),
        ([speed(30, 5, share=0.5)], 30.0, "free", "reported"),
        ([speed(30, 5, share=0.49)], None, "unknown", "lost"),
        (part(30, via="a", share=0.3) + part(30, via="b", share=0.3), 30.0, "free", "reported"),
        # half of the length at 20, half at 60 km/h: 30 km/h
        (part(20, via="a", share=0.5) + part(60, via="b", share=0.5), 30.0, "free", "reported"),
        ([speed(0, 5)], None, "unknown", "lost"),
        # a section's speed is that of its buses
        ([passage(LINK, 10), speed(10, 5)], 30.0, "free", "inferred"),
        ([block(Closure.FULL)], None, "unknown", "lost"),
    ],
)  # fmt: skip
def test_passages_and_reports_meet_as_slowness(
    rows: list[Passage | SpeedShare | Obstruction], kmh: float | None, level: str, certainty: str
) -> None:
    view = of(*rows)
    assert (view.speed_kmh, view.level, view.certainty) == (kmh, level, certainty)


def test_a_speed_too_small_to_be_told_from_nothing_measures_nothing() -> None:
    view = of(passage(LINK, 5), speed(5e-324, 5))
    assert view.speed_kmh == of(passage(LINK, 5)).speed_kmh


def test_a_link_says_what_it_knows_from_whom_and_since_when() -> None:
    view = of(passage(LINK, 10), passage(LINK, 20), speed(30, 15))
    assert (view.samples, view.sources, view.observed_ms) == (2, {"bus": 2, "its": 1}, at(20))


def test_the_level_is_that_of_the_road_class() -> None:
    stage = roads()
    fold = Folded(stage, topic="link-events")
    fold.take(events(0, passages=(passage("2250000100", 10, travel_s=60),)))
    assert shown(fold, "2250000100").level == "free"  # 30 km/h on a national road
    assert Thresholds(30, 70).jam_kmh == 30


@pytest.mark.parametrize(
    ("closures", "gravest"),
    [
        ([], Closure.NONE),
        ([Closure.PARTIAL, Closure.FULL, Closure.SIDEWALK], Closure.FULL),
        ([Closure.SHOULDER, Closure.UNKNOWN], Closure.UNKNOWN),
        ([Closure.NONE, Closure.SIDEWALK], Closure.SIDEWALK),
    ],
)
def test_the_gravest_closure_in_force_shows(closures: list[Closure], gravest: Closure) -> None:
    blocks = [block(c, subject=f"work:{c}") for c in closures]
    assert of(*blocks, passage(LINK, 10)).closure is gravest


@pytest.mark.parametrize("phase", [Phase.PLANNED, Phase.PAUSED, Phase.FINISHED])
def test_only_active_works_close_but_all_are_named(phase: Phase) -> None:
    view = of(block(Closure.FULL, phase=phase))
    assert (view.closure, view.subjects) == (Closure.NONE, ("work:P1",))


def test_a_work_that_is_over_leaves_the_link() -> None:
    over = replace(block(Closure.FULL), is_over=True)
    fold = folded(
        events(0, obstructions=(block(Closure.FULL), block(Closure.PARTIAL, "work:P2"))),
        events(1, obstructions=(over,)),
    )
    assert (shown(fold).closure, shown(fold).subjects) == (Closure.PARTIAL, ("work:P2",))


@pytest.mark.parametrize("kmh", [0.0, 5e-324, 1e-300, 0.009])
def test_a_reported_speed_of_nothing_leaves_the_word_to_the_buses(kmh: float) -> None:
    bus = events(0, passages=(passage(LINK, 10),))
    both = folded(bus, events(1, speeds=(speed(kmh, 10),)))
    assert shown(both).speed_kmh == shown(folded(bus)).speed_kmh is not None


def test_an_older_report_changes_nothing() -> None:
    fold = folded(events(0, speeds=(speed(30, 60),)), events(1, speeds=(speed(10, 59.999),)))
    assert shown(fold).speed_kmh == 30
    fold.take(events(2, speeds=(speed(10, 60),)))
    assert shown(fold).speed_kmh == 10


@pytest.mark.parametrize(("tick_s", "is_late"), [(610.999, False), (611, True)])
def test_a_report_too_old_to_count_as_now_changes_nothing_and_is_counted(
    tick_s: float,
    is_late: bool,  # noqa: FBT001
) -> None:
    fold = folded(events(0, tick_s=tick_s), events(1, speeds=(speed(30, 11),)))
    assert fold.counts == ({"speeds late": 1} if is_late else {})
    assert (LINK in fold.state["links"]) is not is_late


@pytest.mark.parametrize(
    ("tick_s", "is_late"), [(0, False), (179.999, False), (180, True), (600, True)]
)
def test_a_late_passage_changes_nothing_and_is_counted(
    tick_s: float,
    is_late: bool,  # noqa: FBT001
) -> None:
    fold = folded(events(0, tick_s=tick_s), events(1, passages=(passage(LINK, 59),)))
    assert fold.counts == ({"passages late": 1} if is_late else {})
    assert (LINK in fold.state["links"]) is not is_late


def test_a_passage_is_late_by_the_time_of_its_own_partition() -> None:
    fold = Folded(roads("in/0", "in/1"), topic="link-events")
    fold.take(events(0, of="in/1", tick_s=3600))
    fold.take(events(0, of="in/0", passages=(passage(LINK, 59),)))
    assert shown(fold).samples == 1


def test_a_report_older_than_its_partition_counts_leaves_no_trace_whoever_is_first() -> None:
    own = [events(0, of="in/0", tick_s=1300), events(1, of="in/0", speeds=(speed(30, 1),))]
    other = events(0, of="in/1", tick_s=1300)
    orders = ([*own, other], [own[0], other, own[1]], [other, *own])
    states = {_bytes(Folded(roads("in/0", "in/1")).take_all(order).state) for order in orders}
    assert len(states) == 1


def test_time_stands_until_every_input_has_spoken_and_is_that_of_the_slowest() -> None:
    fold = Folded(roads("in/0", "in/1"), topic="link-events")
    fold.take(events(0, of="in/0", tick_s=100))
    assert fold.state["clock"] == {}
    fold.take(events(0, of="in/1", tick_s=40))
    assert fold.state["clock"] == {"0": at(40)}
    fold.take(events(1, of="in/1", tick_s=200))
    assert fold.state["clock"] == {"0": at(100)}


@pytest.mark.parametrize(("tick_s", "samples"), [(610, 1), (610.999, 1), (611, 0)])
def test_a_passage_counts_as_now_for_ten_minutes(tick_s: float, samples: int) -> None:
    fold = folded(events(0, passages=(passage(LINK, 11),)), events(1, tick_s=tick_s))
    view = shown(fold)
    assert view.samples == samples
    assert view.certainty == ("stale" if samples else "lost")
    assert (view.speed_kmh is None) == (samples == 0)


@pytest.mark.parametrize(("tick_s", "certainty"), [(310.999, "inferred"), (311, "stale")])
def test_a_speed_is_one_of_before_when_nothing_newer_came_in_five_minutes(
    tick_s: float, certainty: str
) -> None:
    fold = folded(events(0, passages=(passage(LINK, 11),)), events(1, tick_s=tick_s))
    assert (shown(fold).certainty, shown(fold).speed_kmh) == (certainty, 30.0)
    fold.take(events(2, passages=(passage(LINK, 290),)))
    assert shown(fold).certainty == "confirmed"


def test_a_report_of_before_is_marked_too_and_a_newer_one_clears_it() -> None:
    fold = folded(events(0, speeds=(speed(30, 11),)), events(1, tick_s=311))
    assert shown(fold).certainty == "stale"
    fold.take(events(2, speeds=(speed(20, 300),)))
    assert (shown(fold).certainty, shown(fold).speed_kmh) == ("reported", 20.0)


@pytest.mark.parametrize(("tick_s", "kmh"), [(610.999, 30.0), (611, None)])
def test_a_report_counts_as_now_for_ten_minutes(tick_s: float, kmh: float | None) -> None:
    fold = folded(events(0, speeds=(speed(30, 11),)), events(1, tick_s=tick_s))
    assert shown(fold).speed_kmh == kmh


def test_reports_of_two_partitions_are_added_up_in_one_order() -> None:
    kmh = {"a": 13.7, "b": 29.1, "c": 7.3}
    messages = [
        events(0, of=f"in/{partition}", speeds=(speed(kmh[via], 5, via=via, share=0.3),))
        for partition, via in enumerate(kmh)
    ]
    states = {_bytes(folded(*order).state) for order in permutations(messages)}
    assert len(states) == 1


def test_a_link_nobody_heard_of_has_no_state() -> None:
    fold = folded(events(0, passages=(passage("?", 10),)), events(1, tick_s=3600))
    assert (fold.state["folds"], fold.state["links"]) == ({}, {})
    assert fold.counts == {"link-events unknown_link": 1}


def test_a_repeated_derived_message_changes_nothing_and_is_counted() -> None:
    message = events(7, tick_s=10, passages=(passage(LINK, 10),))
    fold = folded(message)
    before = copy.deepcopy(fold.state)
    for again in (message, replace(message, origin=Origin("in", 0, 6))):
        assert fold.take(again).changes == {}
    assert fold.state == before
    assert fold.counts == {"link-events repeated": 2}


# ---- laws ------------------------------------------------------------------------------------

INPUTS = ("bus-positions/0", "link-speeds/0", "link-speeds/1", "permits/0")
LINKS = ("S1>S2", STANDARD, "?")  # a section, a standard link, one that is none
SECONDS = st.sampled_from([0, 1, 59, 60, 179, 180, 240, 600, 660, 1300])  # where the bounds lie


def _row(kind: str, partition: str) -> st.SearchStrategy[Passage | SpeedShare | Obstruction]:
    links = st.sampled_from(LINKS)
    if kind == "bus-positions":
        return st.builds(
            lambda link, s, t: passage(link, s, travel_s=t), links, SECONDS, st.integers(17, 900)
        )
    if kind == "link-speeds":
        return st.builds(
            lambda link, via, kmh, s, share: SpeedShare(link, via, kmh, at(s), share),
            links,
            st.sampled_from(["a", "c"] if partition == "0" else ["b", "d"]),  # keyed by it
            st.floats(0, 120).map(lambda kmh: round(kmh, 1)),
            SECONDS,
            st.sampled_from([0.2, 0.3, 0.5, 1.0]),
        )
    cause = Cause.WORK if kind == "permits" else Cause.INCIDENT
    return st.builds(
        lambda link, n, phase, closure, is_over: Obstruction(
            link, f"{cause}:{n}", cause, phase, closure, is_over=is_over
        ),
        links,
        st.integers(1, 3),
        st.sampled_from([Phase.PLANNED, Phase.ACTIVE, Phase.PAUSED, Phase.FINISHED]),
        st.sampled_from(Closure),
        st.booleans(),
    )


@st.composite
def logs(draw: st.DrawFn) -> dict[str, list[LinkEvents]]:
    """An ordered list of messages for every input: records, and at least one tick among them."""
    found: dict[str, list[LinkEvents]] = {}
    for name in INPUTS:
        kind, partition = name.split("/")
        fields = {"bus-positions": "passages", "link-speeds": "speeds"}
        field = fields.get(kind, "obstructions")
        found[name] = []
        count = draw(st.integers(1, 5))
        ticked = draw(st.integers(0, count - 1))
        for offset in range(count):
            if offset == ticked or draw(st.booleans()):
                message = events(offset, of=name, tick_s=draw(SECONDS))
            else:
                rows = tuple(draw(st.lists(_row(kind, partition), max_size=4)))
                message = events(offset, of=name, **{field: rows})  # type: ignore[arg-type]
            found[name].append(message)
    return found


def _interleaved(log: dict[str, list[LinkEvents]], chance: random.Random) -> list[LinkEvents]:
    """One of the orders in which the partitions can arrive; each keeps its own order."""
    left = {name: list(messages) for name, messages in log.items() if messages}
    order = []
    while left:
        name = chance.choice(sorted(left))
        order.append(left[name].pop(0))
        if not left[name]:
            del left[name]
    return order


def _bytes(state: State) -> bytes:
    """Every byte of every row; the order of the rows, which Redis does not keep, is settled."""
    rows = plain_state(state)
    return msgspec.json.encode({name: dict(sorted(rows.items())) for name, rows in rows.items()})


@given(logs(), st.randoms(use_true_random=False), st.randoms(use_true_random=False))
def test_the_order_in_which_partitions_interleave_leaves_no_trace(
    log: dict[str, list[LinkEvents]], one: random.Random, other: random.Random
) -> None:
    first = Folded(roads(*INPUTS)).take_all(_interleaved(log, one))
    second = Folded(roads(*INPUTS)).take_all(_interleaved(log, other))
    assert _bytes(first.state) == _bytes(second.state)
    assert first.counts == second.counts


@given(logs(), st.randoms(use_true_random=False), st.randoms(use_true_random=False))
def test_nor_does_it_in_speeds_that_lean_on_what_is_usual_and_in_alerts_of_them(
    log: dict[str, list[LinkEvents]], one: random.Random, other: random.Random
) -> None:
    rules = replace(RULES, weights=Weights())
    first, second = (
        Folded(RoadsStage(street(), rules, INPUTS)).take_all(_interleaved(log, order))
        for order in (one, other)
    )
    assert _bytes(first.state) == _bytes(second.state)


@given(logs(), st.randoms(use_true_random=False))
def test_a_whole_log_seen_twice_is_the_same_state(
    log: dict[str, list[LinkEvents]], chance: random.Random
) -> None:
    fold = Folded(roads(*INPUTS)).take_all(_interleaved(log, chance))
    once = _bytes(fold.state)
    fold.take_all(_interleaved(log, chance))
    assert _bytes(fold.state) == once


@given(logs(), st.randoms(use_true_random=False))
def test_every_passage_is_counted_once_or_late(
    log: dict[str, list[LinkEvents]], chance: random.Random
) -> None:
    fold = Folded(roads(*INPUTS, "never/0"))  # time stands: nothing ages
    fold.take_all(_interleaved(log, chance))
    fed = [p for messages in log.values() for m in messages for p in m.passages]
    messages = [m for inputs in log.values() for m in inputs]
    of_links = [
        *(row.link_id for m in messages for row in m.passages),
        *(row.link_id for m in messages for row in m.obstructions),
        *(link_id for m in messages for link_id in m.speeds.link_ids),
    ]
    counted = sum(w.samples for link in fold.state["folds"].values() for w in link.windows)
    known = len([p for p in fed if p.link_id != "?"])
    assert counted + fold.counts.get("passages late", 0) == known
    assert fold.counts.get("link-events unknown_link", 0) == of_links.count("?")


@given(logs(), st.randoms(use_true_random=False))
def test_time_never_goes_back(log: dict[str, list[LinkEvents]], chance: random.Random) -> None:
    fold = Folded(roads(*INPUTS))
    for message in _interleaved(log, chance):
        before = copy.deepcopy({name: fold.state[name] for name in ("clock", "sources")})
        fold.take(message)
        for partition, now_ms in before["clock"].items():
            assert fold.state["clock"][partition] >= now_ms
        for name, source in before["sources"].items():
            assert fold.state["sources"][name].watermark_ms >= source.watermark_ms
            assert fold.state["sources"][name].offset >= source.offset


@given(logs(), st.randoms(use_true_random=False))
def test_the_step_is_pure_and_its_state_survives_being_written_as_json(
    log: dict[str, list[LinkEvents]], chance: random.Random
) -> None:
    stage = roads(*INPUTS)
    state, kept = empty_state(stage), empty_state(stage)
    hashes: dict[str, dict[bytes, bytes]] = {table.name: {} for table in stage.tables}
    for message in _interleaved(log, chance):
        before = copy.deepcopy(state)
        batch = LinkBatch((message,))
        effects = stage.step(state, batch, Origin("link-events", 0, 0))
        assert state == before
        assert stage.step(kept, batch, Origin("link-events", 0, 0)) == effects
        apply(state, effects.changes)
        for table in stage.tables:  # as if the worker began anew after every message
            writes = written(effects.changes.get(table.name, {}))
            for name in writes.gone:
                hashes[table.name].pop(name.encode(), None)
            hashes[table.name] |= {name.encode(): row for name, row in writes.kept.items()}
            kept[table.name] = read(table, hashes[table.name])
        assert kept == state


@given(logs(), st.randoms(use_true_random=False))
def test_a_screen_that_follows_the_changes_shows_the_state(
    log: dict[str, list[LinkEvents]], chance: random.Random
) -> None:
    fold = Folded(roads(*INPUTS))
    screen: dict[str, LinkView] = {}
    for message in _interleaved(log, chance):
        screen |= fold.take(message).changes.get("links", {})
    assert screen == fold.state["links"]


@given(logs(), st.randoms(use_true_random=False))
def test_messages_in_one_batch_or_alone_end_and_are_remembered_alike(
    log: dict[str, list[LinkEvents]], chance: random.Random
) -> None:
    parts = _interleaved(log, chance)
    alone, together = Folded(roads(*INPUTS)), Folded(roads(*INPUTS))
    memories = [memory for part in parts for memory in alone.take(part).remembered]
    remembered: list[HistoryRow] = []
    while parts:
        cut = chance.randrange(1, len(parts) + 1)
        remembered += together.take(LinkBatch(tuple(parts[:cut]))).remembered
        parts = parts[cut:]
    assert together.state == alone.state
    assert together.counts == alone.counts
    assert remembered == memories
