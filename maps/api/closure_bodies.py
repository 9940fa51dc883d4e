"""What is sent and answered of closures by hand."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from maps.api.operation import ErrorDetail
from maps.picture.fields import Lat, LinkIndexes, Lon, Ms, Row
from maps.picture.shapes import ClosureTerms, HandClosureRow
from maps.search.entry import PlaceKind, SearchHit
from streams.contract.enums import Closure, IncidentKind
from streams.contract.hand_closure import MAX_BY, MAX_LINKS, MAX_REASON, MAX_TITLE, MAX_WORDS
from streams.words.catalogue import Translatable
from streams.words.spoken import Spoken

MAX_TEXT = 200
Text = Annotated[str, Meta(max_length=MAX_TEXT)]
ClosureId = Annotated[str, Meta(pattern="^[A-Za-z0-9-]{1,64}$")]
Version = Annotated[int, Meta(ge=1, le=1_000)]
Time = Annotated[int, Meta(ge=0, le=4_102_444_800_000)]


class PlaceGiven(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A place: a result of the search by kind and id, or a point that was clicked."""

    kind: PlaceKind | None = None
    id: Annotated[str, Meta(max_length=200)] = ""
    lon: Annotated[float, Meta(ge=-180, le=180)] | None = None
    lat: Annotated[float, Meta(ge=-90, le=90)] | None = None


class TermsGiven(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A closure in words, in fields, or both: a field counts more than the text. `ends_ms` null:
    nobody knows.
    """

    text: Text = ""
    start: PlaceGiven | None = None
    end: PlaceGiven | None = None
    link_ids: Annotated[tuple[str, ...], Meta(max_length=MAX_LINKS)] = ()
    is_both: bool | None = None
    title: Annotated[str, Meta(max_length=MAX_TITLE)] = ""
    cause: IncidentKind | None = None
    closure: Closure | None = None
    lanes: Annotated[str, Meta(max_length=MAX_WORDS)] | None = None
    direction: Annotated[str, Meta(max_length=MAX_WORDS)] | None = None
    reason: Annotated[str, Meta(max_length=MAX_REASON)] | None = None
    starts_ms: Time | None = None
    ends_ms: Time | UnsetType | None = UNSET
    said_ms: (
        Annotated[int, Meta(description="when the text was typed, if it had to wait")] | None
    ) = None


class MakeBody(TermsGiven, forbid_unknown_fields=True, kw_only=True):
    """A new closure. The same `closure_id` again is the same closure: it counts once."""

    closure_id: ClosureId
    by: Annotated[str, Meta(max_length=MAX_BY)] = ""


class CorrectBody(TermsGiven, forbid_unknown_fields=True, kw_only=True):
    """Another word on a closure, made of `version`; what is left out stays as it is. The same
    `act_id` again counts once.
    """

    version: Version
    act_id: ClosureId
    by: Annotated[str, Meta(max_length=MAX_BY)] = ""


class ClosureActBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The end, or the version before, of a closure as `version` has it."""

    version: Version
    act_id: ClosureId
    by: Annotated[str, Meta(max_length=MAX_BY)] = ""


class WordBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What the office says of a work or an incident of a feed: it is over, or it is not."""

    report_id: ClosureId
    is_over: bool = True


class WordTaken(msgspec.Struct):
    """The log has the office's word."""

    id: str
    report_id: str


class ClosureTaken(msgspec.Struct, kw_only=True):
    """The log has the act. `is_shown`: the map has it too; else it will within a moment."""

    id: str
    version: int
    act_id: str
    is_shown: bool


class FieldTrouble(msgspec.Struct, kw_only=True, metaclass=Spoken):
    """What is wrong at a field, and what comes near."""

    field: str
    code: str
    text: Translatable
    choices: list[SearchHit]


class WayRound(msgspec.Struct, kw_only=True, metaclass=Spoken):
    """A way round a full closure: what a caller is told, and its links."""

    text: Translatable
    links: LinkIndexes
    length_m: int
    extra_m: int


class LeftOut(msgspec.Struct, kw_only=True):
    """A bus stop that a full closure leaves out, and the routes that do not come."""

    id: str
    name: str
    lon: Lon | None
    lat: Lat | None
    routes: list[str]


class ReadTerms(Row, kw_only=True):
    """A closure as it would be."""

    title: str
    cause: IncidentKind
    closure: Closure
    lanes: str
    direction: str
    reason: str
    starts_ms: Ms
    ends_ms: Ms | None
    is_both: bool
    link_ids: Annotated[tuple[str, ...], Meta(description="in driving order")]
    links: LinkIndexes


class ClosureReading(ReadTerms, kw_only=True):
    """What a text and fields mean; nothing is recorded."""

    now_ms: Ms
    troubles: list[FieldTrouble]
    round: WayRound | None = None
    stops: tuple[LeftOut, ...] = ()


class ClosureTroubles(msgspec.Struct, kw_only=True):
    """Refused: what is wrong, field by field."""

    error: ErrorDetail
    troubles: list[FieldTrouble]


class ClosureConflict(msgspec.Struct, kw_only=True):
    """Refused: somebody changed it meanwhile. Nothing of theirs is overwritten."""

    error: ErrorDetail
    yours: ClosureTerms
    theirs: HandClosureRow


class ClosuresBody(msgspec.Struct, kw_only=True):
    """Closures by hand: those that stand, those that begin later, those that ended in the last
    day; each with its versions.
    """

    now_ms: Ms
    standing: list[HandClosureRow]
    later: list[HandClosureRow]
    ended: list[HandClosureRow]


class ClosureDetail(msgspec.Struct, kw_only=True):
    """One closure, the way round it, and the stops it leaves out."""

    closure: HandClosureRow
    round: WayRound | None
    stops: list[LeftOut]
