"""What people do with the shift book, as the log has it, and the sheet that both sign.

A sheet is what was known of a shift when whoever hands over signed it, in every language and in
words: what is signed is what was read, whatever becomes of the events it tells of.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from streams.contract.errors import ShiftError
from streams.people import names_a_number

MAX_NOTE, MAX_BY = 500, 64
MAX_NOTES = 60
MAX_LINES = 40
MAX_TEXT = 300
MAX_DONE = 12
MAX_VERSION = 100
MAX_TIME_MS = 4_102_444_800_000
_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_SHIFT = re.compile(r"s(0|[1-9][0-9]{0,12})")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class ShiftActKind(StrEnum):
    """What somebody does with the shift book."""

    NOTE = "note"  # writes a note, or another version of one
    HAND_OVER = "hand_over"  # signs the sheet, and goes
    WITHDRAW = "withdraw"  # takes that back, while nobody has taken over
    TAKE_OVER = "take_over"  # signs the same sheet, and stays


class SheetPart(StrEnum):
    """The parts of a sheet, in its order."""

    AHEAD = "ahead"  # what begins or ends in the next shift
    STANDING = "standing"  # situations that are handed over
    ENDED = "ended"  # situations that are over
    CLOSURES = "closures"  # closures by hand that somebody made, changed or ended, or that stand
    OUTAGES = "outages"  # feeds that did not answer


@dataclass(frozen=True, slots=True)
class SheetDone:
    """What somebody did with what a line tells of; `to` is whom it was given to."""

    act: str
    by: str
    at_ms: int
    words: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A line: since when (and until when, 0: still, or not known), and what, in each language."""

    at_ms: int
    text: Mapping[str, str]
    until_ms: int = 0
    mark: str = ""
    done: tuple[SheetDone, ...] = ()


@dataclass(frozen=True, slots=True)
class SheetSection:
    """A part of a sheet; `total` counts those too that it has no line for."""

    part: SheetPart
    total: int
    lines: tuple[SheetLine, ...] = ()


@dataclass(frozen=True, slots=True)
class SheetNote:
    """A note as it stood; `version` above 1: it was corrected."""

    note_id: str
    by: str
    at_ms: int
    text: str
    version: int = 1


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that is handed over. `next_ms` is when the next shift ends."""

    from_ms: int
    until_ms: int
    next_ms: int
    figures: Mapping[str, int] = field(default_factory=dict)
    sections: tuple[SheetSection, ...] = ()
    notes: tuple[SheetNote, ...] = ()
    is_simulated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftAct:
    """An act. A shift is called "s" and the ms it began at; `act_id` is the sender's own: an act
    that comes twice is one.

    `by` is an account; `is_typed`: a name that was typed where nobody logs in. A `note_id` has
    versions from 1 on, each made of the one before. `digest` is the sheet's, which comes with who
    hands over.
    """

    shift: str
    act: ShiftActKind
    act_id: str
    by: str
    at_ms: int
    is_typed: bool = False
    note_id: str = ""
    version: int = 0
    note: str = ""
    digest: str = ""
    sheet: Sheet | None = None


def shift_id(from_ms: int) -> str:
    """What the shift that begins at a time is called."""
    return f"s{from_ms}"


def begin_ms(shift: str) -> int:
    """When a shift began, by what it is called; -1 for what is no shift's name."""
    return int(shift[1:]) if _SHIFT.fullmatch(shift) else -1


def digest_of(sheet: Sheet) -> str:
    """SHA-256 of a sheet as JSON with its keys in order, in hex."""
    return hashlib.sha256(msgspec.json.encode(sheet, order="sorted")).hexdigest()


def check_shift_act(act: ShiftAct) -> None:
    """Raise ShiftError for the first field that cannot be."""
    if begin_ms(act.shift) < 0:
        raise ShiftError("shift", act.shift, "s and the ms it began at")
    if not _ID.fullmatch(act.act_id):
        raise ShiftError("act_id", "no id", "1 to 64 of A-Z a-z 0-9 -")
    _check_text("by", act.by, MAX_BY, least=1)
    _check_times((act.at_ms, begin_ms(act.shift)))
    is_note = act.act is ShiftActKind.NOTE
    _check_text("note", act.note, MAX_NOTE, least=1 if is_note else 0)
    if is_note is not bool(_ID.fullmatch(act.note_id)):
        raise ShiftError("note_id", "no id", "1 to 64 of A-Z a-z 0-9 -, of a note alone")
    if not (1 if is_note else 0) <= act.version <= (MAX_VERSION if is_note else 0):
        raise ShiftError("version", act.version, f"1 to {MAX_VERSION}, of a note alone")
    _check_signed(act)


def _check_signed(act: ShiftAct) -> None:
    is_signed = act.act in (ShiftActKind.HAND_OVER, ShiftActKind.TAKE_OVER)
    if is_signed is not bool(_DIGEST.fullmatch(act.digest)):
        raise ShiftError("digest", f"{len(act.digest)} characters", "64 of 0-9 a-f")
    if (act.act is ShiftActKind.HAND_OVER) is not (act.sheet is not None):
        raise ShiftError("sheet", act.sheet is not None, "with who hands over alone")
    if act.sheet is None:
        return
    _check_sheet(act.sheet)
    if act.sheet.from_ms != begin_ms(act.shift):
        raise ShiftError("sheet", act.sheet.from_ms, "of its own shift")
    if digest_of(act.sheet) != act.digest:
        raise ShiftError("digest", act.digest, "that of the sheet")


def _check_sheet(sheet: Sheet) -> None:
    _check_times((sheet.from_ms, sheet.until_ms, sheet.next_ms))
    if not sheet.from_ms <= sheet.until_ms <= sheet.next_ms:
        raise ShiftError("sheet", sheet.until_ms, "from a time to a later one")
    if len(sheet.notes) > MAX_NOTES or len(sheet.sections) > len(SheetPart):
        raise ShiftError("sheet", len(sheet.notes), f"at most {MAX_NOTES} notes")
    for note in sheet.notes:
        _check_text("sheet", note.text, MAX_NOTE, least=1)
    for line in (line for part in sheet.sections for line in part.lines):
        _check_line(line)
    if any(len(part.lines) > MAX_LINES for part in sheet.sections):
        raise ShiftError("sheet", "too many lines", f"at most {MAX_LINES} of each part")


def _check_line(line: SheetLine) -> None:
    _check_times((line.at_ms, line.until_ms))
    texts = (*line.text.values(), *(each.words for each in line.done))
    if len(line.done) > MAX_DONE or any(len(text) > MAX_TEXT for text in texts):
        raise ShiftError("sheet", "a line", f"texts of at most {MAX_TEXT} characters")


def _check_text(name: str, text: str, most: int, *, least: int = 0) -> None:
    if not least <= len(text) <= most or names_a_number(text):
        bound = f"{least} to {most} characters, no person's number"
        raise ShiftError(name, f"{len(text)} characters", bound)


def _check_times(times_ms: Iterable[int]) -> None:
    for time_ms in times_ms:
        if not 0 <= time_ms <= MAX_TIME_MS:
            raise ShiftError("time", time_ms, f"0 to {MAX_TIME_MS} ms")
