from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.contract import wire
from streams.contract.derived import Origin
from streams.contract.enums import AlertVerdict, RuleName, Severity
from streams.contract.errors import RecordRefusedError
from streams.contract.records import Acknowledgement
from streams.contract.times import DAY_MS
from streams.domain.alerts import episode_id
from streams.domain.scores import day_of
from streams.domain.stage import State, apply, empty_state
from streams.domain.stages.acknowledgements import (
    ACKNOWLEDGEMENTS,
    KEEP_MS,
    AcknowledgementsStage,
    Verdicts,
)

TABLE = ACKNOWLEDGEMENTS.name
NOW_MS = 1_795_392_000_000
EPISODE = episode_id("closure", "work:2026-굴착-1", NOW_MS)
ACK = Acknowledgement(EPISODE, "김상황", "현장에 연락함", NOW_MS, Severity.CRITICAL)


def folded(*acks: Acknowledgement) -> tuple[State, int]:
    """The state after these acknowledgements, and how many came too late."""
    stage, late = AcknowledgementsStage(), 0
    state = empty_state(stage)
    for ack in acks:
        effects = stage.step(state, ack, Origin("acknowledgements", 0, 0))
        late += effects.counts.get("acknowledgements late", 0)
        apply(state, effects.changes)
    return state, late


def test_the_newest_acknowledgement_of_an_episode_stands() -> None:
    again = replace(ACK, by="이교대", at_ms=NOW_MS + 1)
    assert folded(ACK, again) == ({TABLE: {EPISODE: again}, "alert_verdicts": {}}, 0)
    assert folded(again, ACK) == ({TABLE: {EPISODE: again}, "alert_verdicts": {}}, 1)
    twin = replace(ACK, by="이교대")  # of the same moment: the log's order decides
    assert folded(ACK, twin) == ({TABLE: {EPISODE: twin}, "alert_verdicts": {}}, 0)


def test_an_acknowledgement_is_forgotten_by_the_write_that_comes_a_month_later() -> None:
    other = episode_id("jam", "link:A", NOW_MS)
    kept = replace(ACK, episode=other, at_ms=NOW_MS + KEEP_MS - 1)
    assert set(folded(ACK, kept)[0][TABLE]) == {EPISODE, other}
    gone = replace(kept, at_ms=NOW_MS + KEEP_MS)
    assert set(folded(ACK, gone)[0][TABLE]) == {other}
    assert folded(gone, ACK) == ({TABLE: {other: gone}, "alert_verdicts": {}}, 1)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 50)), max_size=12))
def test_whatever_the_order_the_last_word_of_an_episode_is_its_newest(
    said: list[tuple[int, int]],
) -> None:
    names = [episode_id("jam", f"link:{number}", NOW_MS) for number in range(4)]
    acks = [replace(ACK, episode=names[n], at_ms=NOW_MS + s) for n, s in said]
    newest: dict[str, int] = {}
    for ack in acks:
        newest[ack.episode] = max(newest.get(ack.episode, 0), ack.at_ms)
    rows = folded(*acks)[0][TABLE]
    assert {name: row.at_ms for name, row in rows.items()} == newest


def test_an_acknowledgement_comes_back_from_its_bytes() -> None:
    assert wire.decode(wire.encode(ACK)) == ACK


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("episode", "alrt_short", "R012"),
        ("episode", EPISODE.upper(), "R012"),
        ("episode", EPISODE + "\n", "R012"),
        ("by", "", "R021"),
        ("by", "가" * 41, "R021"),
        ("by", "010-1234-5678", "R021"),
        ("comment", "가" * 201, "R021"),
        ("comment", "김씨 010 1234 5678에 전화", "R021"),
        ("at_ms", -1, "R008"),
    ],
)
def test_what_breaks_a_rule_is_refused_with_its_code(field: str, value: object, code: str) -> None:
    with pytest.raises(RecordRefusedError) as refusal:
        wire.decode(wire.encode(replace(ACK, **{field: value})))  # type: ignore[arg-type]
    assert refusal.value.code == code


@pytest.mark.parametrize(("field", "length"), [("by", 40), ("comment", 200)])
def test_a_text_of_the_greatest_length_is_taken(field: str, length: int) -> None:
    wire.decode(wire.encode(replace(ACK, **{field: "가" * length})))  # type: ignore[arg-type]


def test_verdicts_are_counted_by_rule_and_the_day_the_alert_began_on() -> None:
    said = replace(ACK, verdict=AlertVerdict.FALSE, rule=RuleName.JAM, began_ms=NOW_MS)
    row_id = f"{day_of(NOW_MS)} jam"
    assert folded(said)[0]["alert_verdicts"] == {row_id: Verdicts(false=1)}
    again = replace(said, at_ms=NOW_MS + 1)
    silent = replace(ACK, at_ms=NOW_MS + 2, comment="다시 확인")
    state = folded(said, again, silent)[0]
    assert state["alert_verdicts"] == {row_id: Verdicts(false=1)}
    assert state[TABLE][EPISODE].verdict is AlertVerdict.FALSE
    other = replace(said, at_ms=NOW_MS + DAY_MS, verdict=AlertVerdict.TRUE)
    assert folded(said, silent, other)[0]["alert_verdicts"] == {row_id: Verdicts(true=1)}


def test_one_may_take_back_ones_own_acknowledgement_with_its_verdict() -> None:
    given_ = replace(ACK, verdict=AlertVerdict.TRUE, rule=RuleName.CLOSURE, began_ms=NOW_MS)
    gone = replace(ACK, at_ms=NOW_MS + 1, comment="", is_withdrawn=True)
    assert folded(given_, gone) == (
        {TABLE: {}, "alert_verdicts": {"2026-11-23 closure": Verdicts()}},
        0,
    )
    assert folded(ACK, replace(gone, by="이교대"))[0][TABLE] == {EPISODE: ACK}
    assert folded(gone)[0][TABLE] == {}
