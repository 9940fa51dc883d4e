"""Closures by hand: versions, time, links; whatever comes twice or too late changes nothing."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.contract import wire
from streams.contract.derived import LinkEvents
from streams.contract.enums import (
    AlertEvent,
    Closure,
    ClosureAct,
    IncidentKind,
    Phase,
    RuleName,
    SiteStatus,
)
from streams.contract.errors import RecordRefusedError
from streams.contract.hand_closure import MOST_MS, HandClosure
from streams.contract.records import (
    Forgotten,
    Incident,
    IncidentBatch,
    IncidentReport,
    Message,
    Tick,
)
from streams.contract.times import HOUR_MS, MINUTE_MS
from streams.domain.stages.closures import KEEP_MS, REMIND_MS, ClosureRow, ClosuresStage
from streams.domain.stages.incidents import IncidentsStage
from tests.cities.fakes import EPOCH_MS, Folded, street

ALIAS = "gone-0123456789ab"
MADE = HandClosure(
    closure_id="c-1", act_id="c-1", version=1, act=ClosureAct.MAKE, by="kim", at_ms=EPOCH_MS,
    title="팔호광장→육림고개", cause=IncidentKind.ACCIDENT, closure=Closure.FULL,
    starts_ms=EPOCH_MS, ends_ms=EPOCH_MS + HOUR_MS, lanes="1차로", reason="추돌",
    link_ids=("S1>S2", "S2>S3"),
)  # fmt: skip
LONGER = replace(
    MADE, act_id="a-2", version=2, act=ClosureAct.CORRECT, by="lee", at_ms=EPOCH_MS + MINUTE_MS,
    ends_ms=EPOCH_MS + 2 * HOUR_MS, link_ids=("S2>S3", "S3>S4"),
)  # fmt: skip
ENDED = replace(
    LONGER, act_id="a-3", version=3, act=ClosureAct.END, at_ms=EPOCH_MS + 5 * MINUTE_MS,
    is_over=True,
)  # fmt: skip


def folded(*log: Message) -> Folded:
    return Folded(ClosuresStage(street(), partitions=1), topic="closures").take_all(log)


def row(fold: Folded) -> ClosureRow:
    found: ClosureRow = fold.state["closures"]["c-1"]
    return found


def shut(fold: Folded) -> dict[str, Phase]:
    """The links that have it, as the roads would fold what was derived."""
    links: dict[str, Phase] = {}
    for part in fold.derived[0]:
        for each in part.obstructions:
            links.pop(each.link_id, None)
            if not each.is_over:
                links[each.link_id] = each.phase
    return links


def test_a_closure_closes_its_links_from_its_begin_to_its_end_by_the_logs_time() -> None:
    later = replace(MADE, starts_ms=EPOCH_MS + 30 * MINUTE_MS)
    fold = folded(later)
    assert set(shut(fold).values()) == {Phase.PLANNED}
    fold.take(Tick(later.starts_ms))
    assert shut(fold) == {"S1>S2": Phase.ACTIVE, "S2>S3": Phase.ACTIVE}
    end_ms = EPOCH_MS + HOUR_MS
    fold.take(Tick(end_ms - REMIND_MS - 1))
    assert not row(fold).is_ending
    fold.take(Tick(end_ms - REMIND_MS))
    assert row(fold).is_ending
    fold.take(Tick(end_ms))
    assert (shut(fold), row(fold).phase, row(fold).over_ms) == ({}, Phase.FINISHED, end_ms)
    fold.take(Tick(end_ms + KEEP_MS - 1))
    assert fold.state["closures"]
    fold.take(Tick(end_ms + KEEP_MS))
    assert fold.state["closures"] == {}


def test_a_change_is_made_of_the_version_that_stands_and_the_first_on_the_log_wins() -> None:
    late = replace(LONGER, act_id="a-9", by="park", closure=Closure.PARTIAL)
    fold = folded(MADE, LONGER, late)
    assert (row(fold).by, row(fold).version, fold.counts["closures overtaken"]) == ("lee", 2, 1)
    assert [x.by for x in row(fold).versions] == ["kim"]
    assert set(shut(fold)) == {"S2>S3", "S3>S4"}, "the links it left are open"
    assert folded(LONGER).counts["closures unknown"] == 1


def test_an_end_by_hand_opens_the_links_and_undo_is_a_version_that_closes_them_again() -> None:
    fold = folded(MADE, LONGER, ENDED)
    assert (shut(fold), row(fold).phase) == ({}, Phase.FINISHED)
    back = replace(LONGER, act_id="a-4", version=4, act=ClosureAct.UNDO, at_ms=ENDED.at_ms + 1)
    fold.take(back)
    assert (row(fold).phase, row(fold).over_ms) == (Phase.ACTIVE, 0)
    assert set(shut(fold)) == {"S2>S3", "S3>S4"}
    assert [x.act for x in row(fold).versions] == ["make", "correct", "end"]


TOLD = [MADE, LONGER, ENDED, replace(LONGER, act_id="a-9", by="park")]


@given(st.lists(st.sampled_from(TOLD), max_size=8))
def test_what_comes_twice_changes_nothing(log: list[HandClosure]) -> None:
    once = folded(*dict.fromkeys(log))
    twice = folded(*(each for each in dict.fromkeys(log) for _ in range(2)))
    assert once.state["closures"] == twice.state["closures"]
    assert shut(once) == shut(twice)


@given(st.lists(st.sampled_from([*TOLD, *(Tick(EPOCH_MS + m * MINUTE_MS) for m in (0, 20, 70))])))
def test_a_replay_gives_the_same_rows(log: list[Message]) -> None:
    first, again = folded(*log), folded(*(wire.decode(wire.encode(each)) for each in log))
    assert first.state == again.state
    assert first.derived == again.derived


def test_the_links_have_it_as_seen_by_people_and_the_alert_begins_and_ends_once() -> None:
    fold = Folded(ClosuresStage(street(), partitions=1), topic="closures")
    alerts = [
        (x.rule, x.word, x.subject)
        for each in (MADE, LONGER, ENDED)
        for x in fold.take(each).alerts
    ]
    assert alerts[0] == (RuleName.CLOSURE, AlertEvent.BEGIN, "closure:c-1")
    assert alerts[-1] == (RuleName.CLOSURE, AlertEvent.END, "closure:c-1")
    first: LinkEvents = fold.derived[0][0]
    assert all(x.is_seen for x in first.obstructions)


def test_a_forgotten_account_leaves_every_version_and_the_past_never_bore_it() -> None:
    fold = Folded(ClosuresStage(street(), partitions=1), topic="closures")
    steps = [fold.take(each) for each in (MADE, LONGER)]
    assert all(x.row.by == "" and not x.row.versions for each in steps for x in each.remembered)
    gone = fold.take(Forgotten("account:kim", EPOCH_MS + HOUR_MS, ALIAS))
    assert gone.forgotten == ["account:kim"]
    assert [x.by for x in (*row(fold).versions, row(fold))] == [ALIAS, "lee"]


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""},
        {"title": "홍길동 010-1234-5678"},
        {"reason": "가" * 201},
        {"closure": Closure.UNKNOWN},
        {"link_ids": ()},
        {"link_ids": ("S1>S2",) * 201},
        {"ends_ms": EPOCH_MS},
        {"ends_ms": EPOCH_MS - 1},
        {"starts_ms": EPOCH_MS + MOST_MS + 1, "ends_ms": None},
        {"version": 2},
        {"version": 0},
        {"closure_id": "a b"},
        {"act_id": ""},
        {"by": "가" * 65},
    ],
)
def test_what_breaks_a_rule_is_refused_by_its_code(change: dict[str, object]) -> None:
    with pytest.raises(RecordRefusedError) as refusal:
        wire.decode(wire.encode(replace(MADE, **change)))  # type: ignore[arg-type]
    assert refusal.value.code == "R028"


CRASH = Incident(
    "its-1", IncidentKind.ACCIDENT, "추돌", EPOCH_MS, closure=Closure.FULL, link_id="S2>S3"
)


def listed(second: int) -> IncidentBatch:
    return IncidentBatch("its.events", EPOCH_MS + second * 1000, is_complete=True, rows=(CRASH,))


def test_the_office_ends_an_incident_beside_its_feeds_word_and_takes_that_back() -> None:
    stage = IncidentsStage(street(), partitions=1)
    fold = Folded(stage, topic="incidents").take_all([listed(0)])
    assert shut(fold) == {"S2>S3": Phase.ACTIVE}
    over = IncidentReport("r-1", "its-1", SiteStatus.END, EPOCH_MS + 10_000)
    words = [x.word for x in fold.take(over).alerts]
    fold.take_all([over, listed(20), Tick(EPOCH_MS + 30_000)])
    kept = fold.state["incidents"]["its-1"]
    assert (kept.phase, kept.ended.at_ms, kept.title) == (Phase.FINISHED, over.received_ms, "추돌")
    assert (words, fold.counts["incident-reports repeated"]) == ([AlertEvent.END], 1)
    assert set(shut(fold).values()) == {Phase.FINISHED}, "its feed goes on, and it closes nothing"
    fold.take(IncidentReport("r-2", "its-1", SiteStatus.NOT_YET, EPOCH_MS + 40_000))
    assert shut(fold) == {"S2>S3": Phase.ACTIVE}
    fold.take(IncidentReport("r-3", "nobody", SiteStatus.END, EPOCH_MS + 50_000))
    assert fold.counts["incident-reports unknown"] == 1
