from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.contract import wire
from streams.contract.derived import Origin
from streams.contract.enums import Severity
from streams.contract.errors import RecordRefusedError
from streams.contract.records import Forgotten, Message
from streams.contract.situation import ActKind, SituationAct
from streams.domain.situations.acts import MAX_ACTS, ActLog, standing
from streams.domain.situations.identity import situation_id
from streams.domain.stage import State, apply, empty_state
from streams.domain.stages.situations import KEEP_MS, SITUATION_ACTS, SituationsStage

NOW_MS = 1_795_392_000_000
SITUATION = situation_id("alrt_x")
SEEN = SituationAct(
    situation=SITUATION,
    act=ActKind.ACKNOWLEDGE,
    by="kim",
    at_ms=NOW_MS,
    severity=Severity.WARNING,
    note="순찰차 출동",
)
NOTE = replace(SEEN, act=ActKind.NOTE, at_ms=NOW_MS + 1, note="견인 요청")
UNDO = replace(
    SEEN, act=ActKind.UNDO, at_ms=NOW_MS + 9, note="", undoes=SEEN.act, undoes_ms=SEEN.at_ms
)


def folded(*messages: Message) -> dict[str, ActLog]:
    stage = SituationsStage()
    state: State = empty_state(stage)
    for message in messages:
        wire.decode(wire.encode(message))
        effects = stage.step(state, message, Origin("situation-events", 0, 0))
        apply(state, effects.changes)
    rows: dict[str, ActLog] = state[SITUATION_ACTS.name]
    return rows


def test_acts_stand_in_the_order_of_their_times_and_once() -> None:
    assert folded(NOTE, SEEN, NOTE) == {SITUATION: ActLog((SEEN, NOTE))}
    many = [replace(NOTE, at_ms=NOW_MS + n) for n in range(MAX_ACTS + 5)]
    assert folded(*many)[SITUATION].acts == tuple(many[5:])


def test_an_undo_takes_back_the_very_act_of_whoever_did_it() -> None:
    assert folded(SEEN, NOTE, UNDO, UNDO) == {SITUATION: ActLog((NOTE,))}
    assert folded(SEEN, UNDO) == {}
    assert folded(SEEN, replace(UNDO, by="lee")) == {SITUATION: ActLog((SEEN,))}


def test_acts_are_forgotten_after_a_month_and_names_on_demand() -> None:
    other = replace(SEEN, situation=situation_id("alrt_y"), at_ms=NOW_MS + KEEP_MS)
    assert set(folded(SEEN, other)) == {other.situation}
    assert set(folded(other, SEEN)) == {other.situation}
    assert folded(SEEN, Forgotten("", NOW_MS + KEEP_MS)) == {}
    given_to = replace(SEEN, act=ActKind.ASSIGN, by="lee", to="kim", at_ms=NOW_MS + 2)
    gone = Forgotten("account:kim", NOW_MS + 5, "gone-0123456789ab")
    acts = folded(SEEN, given_to, gone)[SITUATION].acts
    assert [(x.by, x.to) for x in acts] == [(gone.alias, ""), ("lee", gone.alias)]


@given(st.permutations([SEEN, NOTE, replace(NOTE, by="lee"), replace(SEEN, at_ms=NOW_MS + 1)]))
def test_the_order_of_arrival_leaves_no_trace(acts: list[SituationAct]) -> None:
    assert folded(*acts) == folded(*reversed(acts))


def test_what_was_less_grave_does_not_count_for_what_is_graver() -> None:
    snooze = replace(SEEN, act=ActKind.SNOOZE, until_ms=NOW_MS + 60_000)
    now = standing([SEEN, snooze, NOTE], Severity.WARNING)
    assert (now.acknowledged, now.snoozed, now.notes) == (SEEN, snooze, (NOTE,))
    worse = standing([SEEN, snooze, NOTE], Severity.CRITICAL)
    assert (worse.acknowledged, worse.snoozed, worse.notes) == (None, None, (NOTE,))


@pytest.mark.parametrize(
    "more",
    [
        {"situation": "sit_x"},
        {"by": ""},
        {"by": "010-1234-5678"},
        {"note": "가" * 201},
        {"note": "010-1234-5678"},
        {"act": ActKind.NOTE, "note": ""},
        {"act": ActKind.SNOOZE, "until_ms": NOW_MS},
        {"act": ActKind.UNDO},
        {"act": ActKind.UNDO, "undoes": ActKind.UNDO},
        {"undoes": ActKind.NOTE},
        {"to": "k" * 65},
        {"at_ms": -1},
        {"episodes": ("alrt_x",)},
        {"episodes": ("alrt_" + "a" * 26,) * 201},
    ],
)
def test_what_breaks_a_rule_is_no_act(more: dict[str, object]) -> None:
    with pytest.raises(RecordRefusedError) as refused:
        wire.decode(wire.encode(replace(SEEN, **more)))  # type: ignore[arg-type]
    assert refused.value.code == "R027"
    assert "010-1234" not in str(refused.value)
