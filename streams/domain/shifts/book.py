"""What the acts on a shift come to: notes with their versions, and who signed its sheet. Pure."""

from dataclasses import dataclass, replace

from streams.contract.shift import (
    MAX_NOTES,
    Sheet,
    SheetDone,
    SheetLine,
    SheetNote,
    ShiftAct,
    ShiftActKind,
    begin_ms,
)

KEEP_ACTS = 300
KEEP_WITHDRAWN = 20


@dataclass(frozen=True, slots=True)
class ShiftNote:
    """A note: its versions, the oldest first."""

    note_id: str
    versions: tuple[SheetNote, ...]

    @property
    def now(self) -> SheetNote:
        return self.versions[-1]


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed a sheet of this digest, and when; `is_typed`: nobody had logged in."""

    by: str
    at_ms: int
    digest: str
    is_typed: bool = False


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """A shift. `until_ms` 0: nobody has handed it over. `acts` are the ids of what was done.

    `is_renamed`: an account was forgotten that its sheet named, so that the digest is of what it
    was before.
    """

    shift: str
    from_ms: int
    until_ms: int = 0
    notes: tuple[ShiftNote, ...] = ()
    handed: Signature | None = None
    taken: Signature | None = None
    withdrawn: tuple[Signature, ...] = ()
    acts: tuple[str, ...] = ()
    is_renamed: bool = False


def new_row(shift: str) -> ShiftRow:
    """A shift with which nobody has done anything."""
    return ShiftRow(shift, begin_ms(shift))


def notes_of(row: ShiftRow) -> tuple[SheetNote, ...]:
    """The notes as they stand, in the order they were begun."""
    return tuple(note.now for note in row.notes)


def why_not(row: ShiftRow, act: ShiftAct) -> str:
    """Why an act cannot be done with a shift as it is: a code; "" where it can."""
    why = {
        ShiftActKind.NOTE: _no_note,
        ShiftActKind.HAND_OVER: _no_hand_over,
        ShiftActKind.WITHDRAW: _no_withdrawal,
        ShiftActKind.TAKE_OVER: _no_take_over,
    }
    return why[act.act](row, act)


def _no_note(row: ShiftRow, act: ShiftAct) -> str:
    if row.handed is not None:
        return "signed"
    known = _note(row, act.note_id)
    if act.version != (known.now.version if known else 0) + 1:
        return "changed"
    return "full" if known is None and len(row.notes) >= MAX_NOTES else ""


def _no_hand_over(row: ShiftRow, act: ShiftAct) -> str:
    if row.handed is not None:
        return "signed"
    return "" if act.sheet is not None and act.sheet.notes == notes_of(row) else "changed"


def _no_withdrawal(row: ShiftRow, act: ShiftAct) -> str:
    if row.handed is None or row.taken is not None:
        return "changed"
    return "" if is_same(act.by, row.handed.by) else "not_own"


def _no_take_over(row: ShiftRow, act: ShiftAct) -> str:
    if row.handed is None or row.taken is not None or row.handed.digest != act.digest:
        return "changed"
    return "same" if is_same(act.by, row.handed.by) else ""


def is_same(one: str, other: str) -> bool:
    """Whether two names are of one person: case and blanks make nobody another."""
    return "".join(one.split()).casefold() == "".join(other.split()).casefold()


def after(row: ShiftRow, act: ShiftAct) -> ShiftRow:
    """The shift after an act that can be done with it."""
    row = replace(row, acts=(*row.acts, act.act_id)[-KEEP_ACTS:])
    if act.act is ShiftActKind.NOTE:
        return replace(row, notes=_noted(row, act))
    if act.act is ShiftActKind.WITHDRAW:
        gone = (*row.withdrawn, *((row.handed,) if row.handed else ()))
        return replace(row, handed=None, until_ms=0, withdrawn=gone[-KEEP_WITHDRAWN:])
    signature = Signature(act.by, act.at_ms, act.digest, act.is_typed)
    if act.act is ShiftActKind.TAKE_OVER:
        return replace(row, taken=signature)
    until_ms = act.sheet.until_ms if act.sheet else act.at_ms
    return replace(row, handed=signature, until_ms=until_ms)


def _note(row: ShiftRow, note_id: str) -> ShiftNote | None:
    return next((note for note in row.notes if note.note_id == note_id), None)


def _noted(row: ShiftRow, act: ShiftAct) -> tuple[ShiftNote, ...]:
    made = SheetNote(act.note_id, act.by, act.at_ms, act.note, act.version)
    if act.version == 1:
        return (*row.notes, ShiftNote(act.note_id, (made,)))
    return tuple(
        replace(note, versions=(*note.versions, made)) if note.note_id == act.note_id else note
        for note in row.notes
    )


def bears(row: ShiftRow, sheet: Sheet | None, account: str) -> bool:
    """Whether a shift or its sheet names an account."""
    signed = (*filter(None, (row.handed, row.taken)), *row.withdrawn)
    return (
        any(each.by == account for each in signed)
        or any(x.by == account for note in row.notes for x in note.versions)
        or (sheet is not None and sheet_bears(sheet, account))
    )


def sheet_bears(sheet: Sheet, account: str) -> bool:
    """Whether a sheet names an account."""
    return any(note.by == account for note in sheet.notes) or any(
        account in (done.by, done.to)
        for section in sheet.sections
        for line in section.lines
        for done in line.done
    )


def renamed(row: ShiftRow, account: str, alias: str, *, is_in_sheet: bool) -> ShiftRow:
    """The shift with another name for an account, which its sheet may name too."""

    def signature(each: Signature | None) -> Signature | None:
        return replace(each, by=alias) if each and each.by == account else each

    notes = tuple(
        replace(note, versions=tuple(_renamed_note(x, account, alias) for x in note.versions))
        for note in row.notes
    )
    withdrawn = tuple(filter(None, map(signature, row.withdrawn)))
    handed, taken = signature(row.handed), signature(row.taken)
    is_renamed = row.is_renamed or is_in_sheet
    row = replace(row, handed=handed, taken=taken, is_renamed=is_renamed)
    return replace(row, notes=notes, withdrawn=withdrawn)


def _renamed_note(note: SheetNote, account: str, alias: str) -> SheetNote:
    return replace(note, by=alias) if note.by == account else note


def renamed_sheet(sheet: Sheet, account: str, alias: str) -> Sheet:
    """The sheet with another name for an account."""
    notes = tuple(_renamed_note(each, account, alias) for each in sheet.notes)
    sections = tuple(
        replace(each, lines=tuple(_renamed_line(x, account, alias) for x in each.lines))
        for each in sheet.sections
    )
    return replace(sheet, notes=notes, sections=sections)


def _renamed_line(line: SheetLine, account: str, alias: str) -> SheetLine:
    def name(known: str) -> str:
        return alias if known == account else known

    done: tuple[SheetDone, ...] = tuple(
        replace(each, by=name(each.by), to=name(each.to)) for each in line.done
    )
    return replace(line, done=done)
