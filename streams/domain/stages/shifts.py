"""The stage of the shift book: shifts with their notes and signatures, and the signed sheets."""

from streams.contract.derived import Origin
from streams.contract.records import Forgotten, Message
from streams.contract.shift import Sheet, ShiftAct, ShiftActKind
from streams.contract.times import DAY_MS
from streams.domain.shifts.book import (
    ShiftRow,
    after,
    bears,
    new_row,
    renamed,
    renamed_sheet,
    sheet_bears,
    why_not,
)
from streams.domain.stage import Effects, Rows, StageTable, State

SHIFTS = StageTable("shifts", ShiftRow)  # by shift
SHEETS = StageTable("shift_sheets", Sheet)  # by shift, once it was handed over
KEEP_MS = 90 * DAY_MS
"""So long after its begin a shift can be read."""


class ShiftsStage:
    """shift-events -> the shift book. No tick comes here: a write forgets.

    What cannot be done with a shift as it is (two sign at once, a note is changed by two) is
    counted: the first on the log wins.
    """

    takes = (ShiftAct, Forgotten)
    tables = (SHIFTS, SHEETS)

    def step(self, state: State, message: Message, _origin: Origin) -> Effects:
        effects = Effects()
        rows, sheets = Rows(SHIFTS, state, effects), Rows(SHEETS, state, effects)
        if isinstance(message, Forgotten):
            _forget(rows, sheets, message, effects)
        if not isinstance(message, ShiftAct):
            return effects
        row = rows.get(message.shift) or new_row(message.shift)
        newest_ms = max((x.from_ms for x in rows.stored.values()), default=row.from_ms)
        if row.from_ms <= newest_ms - KEEP_MS:
            effects.count("shift acts late")
        elif message.act_id in row.acts:
            effects.count("shift acts repeated")
        elif why_not(row, message):
            effects.count("shift acts overtaken")
        else:
            _let_go(rows, sheets, row.from_ms)
            rows.put(message.shift, after(row, message))
            if message.act is ShiftActKind.HAND_OVER:
                sheets.put(message.shift, message.sheet)
            elif message.act is ShiftActKind.WITHDRAW:
                sheets.put(message.shift, None)
        return effects


def _let_go(rows: Rows[ShiftRow], sheets: Rows[Sheet], now_ms: int) -> None:
    for shift, row in rows.stored.items():
        if row.from_ms <= now_ms - KEEP_MS:
            rows.put(shift, None)
            if shift in sheets.stored:
                sheets.put(shift, None)


def _forget(rows: Rows[ShiftRow], sheets: Rows[Sheet], gone: Forgotten, effects: Effects) -> None:
    """Give an account another name in what it did and signed; without a subject, let go of what is
    too old.
    """
    if not gone.subject:
        _let_go(rows, sheets, gone.at_ms)
    kind, _, name = gone.subject.partition(":")
    if kind != "account":
        return
    effects.forgotten.append(gone.subject)
    for shift, row in rows.stored.items():
        sheet = sheets.stored.get(shift)
        if not bears(row, sheet, name):
            continue
        is_in_sheet = sheet is not None and sheet_bears(sheet, name)
        if sheet is not None and is_in_sheet:
            sheets.put(shift, renamed_sheet(sheet, name, gone.alias))
        rows.put(shift, renamed(row, name, gone.alias, is_in_sheet=is_in_sheet))
