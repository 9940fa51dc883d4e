"""What is sent and answered of the shift book."""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from maps.api.operation import ErrorDetail
from maps.picture.fields import Ms, Row
from streams.contract.shift import MAX_BY, MAX_NOTE, MAX_VERSION, Sheet, ShiftActKind
from streams.domain.shifts.book import ShiftNote, Signature

OwnId = Annotated[str, Meta(pattern="^[A-Za-z0-9-]{1,64}$")]
By = Annotated[str, Meta(max_length=MAX_BY * 2)]
Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class ShiftState(StrEnum):
    """How far a shift's hand-over is."""

    OPEN = "open"
    HANDED = "handed"  # waits for who takes over
    TAKEN = "taken"  # both have signed


class ShiftHead(Row, kw_only=True):
    """A shift in the list; `until_ms` 0: nobody has handed it over."""

    id: str
    from_ms: Ms
    until_ms: Ms = 0
    state: ShiftState
    notes: int = 0
    handed: Signature | None = None
    taken: Signature | None = None


class Shifts(Row, kw_only=True):
    """The shifts of the book, the newest first; `current` is the one that goes on now."""

    now_ms: Ms
    current: str
    shifts: list[ShiftHead]


class ShiftBody(Row, kw_only=True):
    """A shift with its sheet: that which was signed, else one of now, which `digest` names to
    whoever signs it.

    `is_renamed`: an account was forgotten that the sheet named; the digest is of before.
    """

    now_ms: Ms
    id: str
    from_ms: Ms
    until_ms: Ms = 0
    state: ShiftState
    is_current: bool
    sheet: Sheet
    digest: str
    notes: Annotated[tuple[ShiftNote, ...], Meta(description="with all versions")] = ()
    handed: Signature | None = None
    taken: Signature | None = None
    withdrawn: tuple[Signature, ...] = ()
    is_renamed: bool = False


class NoteGiven(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A note, `version` 1, or a correction of one, made of the version before. `by` is needed where
    nobody logs in; whoever is logged in is known by their account, and refused (409) where the page
    is another's.
    """

    act_id: OwnId
    note_id: OwnId
    version: Annotated[int, Meta(ge=1, le=MAX_VERSION)] = 1
    text: Annotated[str, Meta(max_length=MAX_NOTE * 4)]
    by: By = ""


class SignGiven(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A signature under the sheet of a digest."""

    act_id: OwnId
    digest: Digest
    by: By = ""


class WithdrawGiven(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A signature taken back."""

    act_id: OwnId
    by: By = ""


class ShiftTaken(Row, kw_only=True):
    """The log has the act; `is_shown`: it stands in the book already."""

    id: str
    act_id: str
    is_shown: bool


class ShiftYours(Row, kw_only=True):
    """What was sent, and was not taken."""

    act: ShiftActKind
    by: str
    at_ms: Ms
    note: str = ""


class ShiftTheirs(ShiftHead, kw_only=True):
    """How the shift stands."""

    book: tuple[ShiftNote, ...] = ()


class ShiftConflict(Row, kw_only=True):
    """Somebody was first: what was sent, and what stands."""

    error: ErrorDetail
    yours: ShiftYours
    theirs: ShiftTheirs
