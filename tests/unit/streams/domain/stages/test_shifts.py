"""The shift book as it is folded: versions, both signatures, what is too late or forgotten."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from streams.contract import wire
from streams.contract.derived import Origin
from streams.contract.errors import RecordRefusedError
from streams.contract.records import Forgotten, Message
from streams.contract.shift import (
    MAX_NOTE,
    MAX_NOTES,
    Sheet,
    SheetDone,
    SheetLine,
    SheetNote,
    SheetPart,
    SheetSection,
    ShiftAct,
    ShiftActKind,
    digest_of,
    shift_id,
)
from streams.domain.shifts.book import ShiftRow, why_not
from streams.domain.stage import State, apply, empty_state
from streams.domain.stages.shifts import KEEP_MS, SHEETS, SHIFTS, ShiftsStage

FROM_MS = 1_795_392_000_000
SHIFT = shift_id(FROM_MS)
NOTE = ShiftAct(
    shift=SHIFT, act=ShiftActKind.NOTE, act_id="n-1", by="kim", at_ms=FROM_MS + 10,
    note_id="note-1", version=1, note="견인 22시",
)  # fmt: skip
AGAIN = replace(NOTE, act_id="n-2", version=2, note="견인 23시", at_ms=FROM_MS + 20)
KNOWN = (SheetNote("note-1", "kim", FROM_MS + 20, "견인 23시", 2),)
LINE = SheetLine(
    FROM_MS, {"ko": "3중 추돌", "en": "a crash"}, 0, "critical",
    (SheetDone("assign", "kim", FROM_MS + 5, to="lee"),),
)  # fmt: skip
SHEET = Sheet(
    FROM_MS, FROM_MS + 100, FROM_MS + 900, {"calls_taken": 2},
    (SheetSection(SheetPart.STANDING, 1, (LINE,)),), KNOWN,
)  # fmt: skip
HAND = ShiftAct(
    shift=SHIFT, act=ShiftActKind.HAND_OVER, act_id="h-1", by="kim", at_ms=FROM_MS + 101,
    digest=digest_of(SHEET), sheet=SHEET,
)  # fmt: skip
TAKE = replace(
    HAND, act=ShiftActKind.TAKE_OVER, act_id="t-1", by="lee", sheet=None, at_ms=FROM_MS + 200
)
BACK = replace(
    HAND, act=ShiftActKind.WITHDRAW, act_id="w-1", sheet=None, digest="", at_ms=FROM_MS + 150
)
BOTH = (NOTE, AGAIN, HAND, TAKE)


class Fold:
    """What a log of the shift book comes to."""

    def __init__(self, *messages: Message) -> None:
        stage = ShiftsStage()
        state: State = empty_state(stage)
        self.counts: dict[str, int] = {}
        for message in messages:
            read = wire.decode(wire.encode(message))
            effects = stage.step(state, read, Origin("shift-events", 0, 0))
            apply(state, effects.changes)
            for name, by in effects.counts.items():
                self.counts[name] = self.counts.get(name, 0) + by
        self.rows: dict[str, ShiftRow] = state[SHIFTS.name]
        self.sheets: dict[str, Sheet] = state[SHEETS.name]

    @property
    def row(self) -> ShiftRow:
        return self.rows[SHIFT]


def test_a_correction_is_another_version_and_nothing_is_overwritten() -> None:
    [note] = Fold(NOTE, AGAIN).row.notes
    assert [(x.text, x.version) for x in note.versions] == [("견인 22시", 1), ("견인 23시", 2)]
    other = replace(AGAIN, act_id="n-3", by="lee", note="안 옴")
    fold = Fold(NOTE, AGAIN, other)  # made of the first version too
    assert fold.row.notes == (note,)
    assert fold.counts == {"shift acts overtaken": 1}


def test_an_act_that_comes_twice_is_one() -> None:
    assert Fold(NOTE, NOTE, AGAIN).row == Fold(NOTE, AGAIN).row


def test_both_sign_the_same_sheet_and_it_is_frozen() -> None:
    fold = Fold(*BOTH)
    assert (fold.row.handed, fold.row.taken) != (None, None)
    assert [x.by for x in (fold.row.handed, fold.row.taken) if x] == ["kim", "lee"]
    assert {x.digest for x in (fold.row.handed, fold.row.taken) if x} == {digest_of(SHEET)}
    assert (fold.sheets[SHIFT], fold.row.until_ms) == (SHEET, FROM_MS + 100)
    late = replace(NOTE, act_id="n-9", note_id="note-9")
    assert Fold(*BOTH, late).row == fold.row
    assert Fold(*BOTH, BACK).row == fold.row


@pytest.mark.parametrize(
    ("before", "act", "why"),
    [
        ((NOTE, AGAIN), TAKE, "changed"),  # nobody has handed over
        ((NOTE, AGAIN, HAND), replace(HAND, act_id="h-2", by="lee"), "signed"),
        ((NOTE, AGAIN, HAND), replace(TAKE, by="kim"), "same"),
        ((NOTE, AGAIN, HAND), replace(TAKE, by=" K im"), "same"),
        ((NOTE, AGAIN, HAND), replace(TAKE, digest="b" * 64), "changed"),
        (BOTH, replace(TAKE, act_id="t-2", by="park"), "changed"),
        ((NOTE,), HAND, "changed"),  # a note that the sheet lacks
        ((NOTE, AGAIN, HAND), replace(BACK, by="lee"), "not_own"),
        ((NOTE, AGAIN, HAND), replace(NOTE, act_id="n-4", note_id="note-2"), "signed"),
        ((NOTE,), replace(AGAIN, version=4), "changed"),
    ],
)
def test_the_first_on_the_log_wins(before: tuple[ShiftAct, ...], act: ShiftAct, why: str) -> None:
    fold = Fold(*before)
    assert why_not(fold.row, act) == why
    after = Fold(*before, act)
    assert (after.row, after.sheets) == (fold.row, fold.sheets)
    assert after.counts == {"shift acts overtaken": 1}


def test_a_signature_that_is_taken_back_is_kept_as_such() -> None:
    row = Fold(NOTE, AGAIN, HAND, BACK).row
    assert (row.handed, row.until_ms, [x.by for x in row.withdrawn]) == (None, 0, ["kim"])
    assert Fold(NOTE, AGAIN, HAND, BACK).sheets == {}
    again = replace(HAND, act_id="h-2")
    assert Fold(NOTE, AGAIN, HAND, BACK, again).row.handed is not None


def test_a_shift_has_so_many_notes() -> None:
    many = [replace(NOTE, act_id=f"n-{n}", note_id=f"note-{n}") for n in range(MAX_NOTES + 1)]
    fold = Fold(*many)
    assert len(fold.row.notes) == MAX_NOTES
    assert why_not(fold.row, many[-1]) == "full"


def test_shifts_are_let_go_after_three_months() -> None:
    later = replace(NOTE, shift=shift_id(FROM_MS + KEEP_MS), at_ms=FROM_MS + KEEP_MS + 1)
    assert set(Fold(*BOTH, later).rows) == {later.shift}
    assert Fold(*BOTH, later).sheets == {}
    assert Fold(later, NOTE).counts == {"shift acts late": 1}
    assert Fold(*BOTH, Forgotten("", FROM_MS + KEEP_MS)).rows == {}


def test_who_is_forgotten_gets_another_name_and_the_sheet_says_so() -> None:
    gone = Forgotten("account:kim", FROM_MS + 999, "gone-0123456789ab")
    fold = Fold(*BOTH, gone)
    assert "kim" not in str(fold.rows) + str(fold.sheets)
    assert fold.row.is_renamed
    assert fold.row.handed is not None
    assert fold.row.handed.digest == digest_of(SHEET)
    assert digest_of(fold.sheets[SHIFT]) != digest_of(SHEET)
    other = Fold(*BOTH, replace(gone, subject="account:park"))
    assert (other.row, other.sheets) == (Fold(*BOTH).row, Fold(*BOTH).sheets)


def wrong() -> Iterator[ShiftAct]:
    given: list[tuple[ShiftAct, dict[str, Any]]] = [
        (NOTE, {"shift": "x"}),
        (NOTE, {"shift": "s01"}),
        (NOTE, {"act_id": ""}),
        (NOTE, {"by": ""}),
        (NOTE, {"by": "010-1234-5678"}),
        (NOTE, {"note": ""}),
        (NOTE, {"note": "가" * (MAX_NOTE + 1)}),
        (NOTE, {"note": "010-1234-5678"}),
        (NOTE, {"note_id": ""}),
        (NOTE, {"version": 0}),
        (NOTE, {"at_ms": -1}),
        (NOTE, {"digest": "a" * 64}),
        (HAND, {"digest": "a" * 64}),
        (HAND, {"digest": ""}),
        (HAND, {"sheet": None}),
        (HAND, {"version": 1}),
        (HAND, {"note_id": "note-1"}),
        (TAKE, {"sheet": SHEET}),
        (BACK, {"digest": "a" * 64}),
    ]
    for act, more in given:
        yield replace(act, **more)
    for sheet in (
        replace(SHEET, from_ms=FROM_MS + 1),
        replace(SHEET, until_ms=FROM_MS - 1),
        replace(SHEET, next_ms=FROM_MS),
        replace(SHEET, notes=KNOWN * (MAX_NOTES + 1)),
        replace(SHEET, sections=(SheetSection(SheetPart.ENDED, 99, (LINE,) * 41),)),
        replace(
            SHEET,
            sections=(SheetSection(SheetPart.ENDED, 1, (replace(LINE, text={"ko": "가" * 301}),)),),
        ),
    ):
        yield replace(HAND, sheet=sheet, digest=digest_of(sheet))


@pytest.mark.parametrize("act", list(wrong()))
def test_what_breaks_a_rule_is_no_act(act: ShiftAct) -> None:
    with pytest.raises(RecordRefusedError) as refused:
        wire.decode(wire.encode(act))
    assert refused.value.code == "R029"
    assert "010-1234" not in str(refused.value)


def test_the_digest_is_of_what_is_read_not_of_how_it_is_written() -> None:
    turned = replace(SHEET, figures=dict(reversed({**SHEET.figures, "a": 1}.items())))
    assert digest_of(turned) == digest_of(replace(SHEET, figures={"a": 1, **SHEET.figures}))
    assert digest_of(turned) != digest_of(SHEET)
