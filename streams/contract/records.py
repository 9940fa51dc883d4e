"""The records on the topics: WGS84 degrees (lon, lat), event times in `*_ms` (UTC)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from streams.contract.access import AccessHead, AccessRecord
from streams.contract.account import Account
from streams.contract.bounds import BoundedKmh, BoundedMs
from streams.contract.crew_link import CrewLink
from streams.contract.dataset import DatasetPage, DatasetReport
from streams.contract.derived import LinkBatch
from streams.contract.enums import (
    AlertVerdict,
    Closure,
    IncidentKind,
    PollOutcome,
    Reporter,
    RuleName,
    Severity,
    SiteStatus,
)
from streams.contract.hand_closure import HandClosure
from streams.contract.publication import Publication
from streams.contract.shift import ShiftAct
from streams.contract.situation import SituationAct
from streams.contract.subscription import Subscription
from streams.contract.times import EVER_MS

T = TypeVar("T")
MAX_WIDTH_M = 100.0  # wider than any road: another unit or another column


def shown(default: T, text: str, *, most: float | None = None) -> T:
    """A field that the API shows where it says something, with this text in its document.

    `most`: it is refused beyond 0..most.
    """
    return field(default=default, metadata={"text": text, "most": most})


@dataclass(frozen=True, slots=True)
class BusPosition:
    """One bus in one answer. `vehicle` is a pseudonym, never the plate.

    TAGO has no time of its own: `observed_ms` is then the time of the response. Coordinates are
    None where the feed's were unusable.
    """

    vehicle: str
    route_id: str
    route_no: str
    stop_id: str
    stop_order: int
    observed_ms: int
    lon: float | None = None
    lat: float | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LinkSpeed:
    """One measured speed of one link, `observed_ms` from the feed."""

    link_id: str
    speed_kmh: float
    observed_ms: int
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Permit:
    """One excavation or occupation permit as its source states it; the end is exclusive.

    `permit_id` is the work's identity, `number` what its source numbers it by: several spots, or
    two departments, may share one. `starts_ms..ends_ms` is the occupation, None where the source
    does not say (flags `no_start`, `no_end`) or cannot be read (`start_unreadable`,
    `end_unreadable`, `period_reversed`); `dig_*` and `restore_*` are the digging and the
    restoration inside it where the source tells them apart. `began_ms` and `done_ms` are when it
    really began and was done, as the source says. `hours` are daily windows (KST) such as
    "22:00-05:00" or "09:00-12:00,13:00-18:00", "" for none; a night is of the day it begins on, so
    the one of the last day lasts beyond `ends_ms` until its morning. `geometry` holds the points of
    its lines one after another, `geometry_parts` where each line begins (empty: one line).
    `direction` is the source's text: "" means both. `also_closed` is what it takes beside
    `closure`. `organisation` and `phone` are an organisation's, never a person's; so are
    `contractor`, who builds, and `client`, for whom, each "" where no column of its own says so.
    """

    permit_id: str
    title: str
    starts_ms: int | None
    ends_ms: int | None
    number: str = ""
    purpose: str = ""
    place: str = ""
    organisation: str = ""
    phone: str = ""
    hours: str = ""
    closure: Closure = Closure.UNKNOWN
    lanes_closed: int | None = None
    lon: float | None = None
    lat: float | None = None
    link_ids: tuple[str, ...] = ()
    geometry: tuple[tuple[float, float], ...] = ()
    geometry_parts: tuple[int, ...] = ()
    dig_starts_ms: int | None = None
    dig_ends_ms: int | None = None
    restore_starts_ms: int | None = shown(None, "Unix ms")
    restore_ends_ms: int | None = shown(None, "Unix ms")
    began_ms: int | None = None
    done_ms: int | None = None
    length_m: float | None = None
    width_m: float | None = None
    depth_m: float | None = None
    area_m2: float | None = None
    remaining_width_m: float | None = shown(None, "m of the road left free", most=MAX_WIDTH_M)
    direction: str = shown("", "as its source states it; none: both")
    also_closed: tuple[Closure, ...] = shown((), "what it takes beside its closure")
    contractor: str = shown("", "who builds, where a column of its own says so")
    client: str = shown("", "for whom, or which office runs it, where a column of its own says so")
    is_withdrawn: bool = False
    status_text: str = ""
    flags: tuple[str, ...] = ()

    @property
    def until_ms(self) -> int:
        """The stated end, EVER_MS where none is known."""
        return EVER_MS if self.ends_ms is None else self.ends_ms


DIGS = "digs"
"""Flag of an incident: it is work below the road, for which a permit is needed."""


@dataclass(frozen=True, slots=True)
class Incident:
    """One running event of a traffic centre; `ends_ms` None means the source gives no end."""

    incident_id: str
    kind: IncidentKind
    title: str
    starts_ms: int
    ends_ms: int | None = None
    road_name: str = ""
    direction: str = ""
    closure: Closure = Closure.UNKNOWN
    lanes: str = ""
    lon: float | None = None
    lat: float | None = None
    link_id: str = ""
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PositionBatch:
    """The buses of one answer that belong to one partition."""

    feed: str
    received_ms: int
    rows: tuple[BusPosition, ...]


@dataclass(frozen=True, slots=True)
class SpeedBatch:
    """The link speeds of one answer that belong to one partition: `LinkSpeed`, a column a field.

    The columns are of one length; `flags` names the rows that have a flag, by number.
    """

    feed: str
    received_ms: int
    links: tuple[str, ...]
    speeds_kmh: tuple[BoundedKmh, ...]
    observed_ms: tuple[BoundedMs, ...]
    flags: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, feed: str, received_ms: int, rows: Sequence[LinkSpeed]) -> Self:
        """Rows as columns."""
        return cls(
            feed,
            received_ms,
            tuple([row.link_id for row in rows]),
            tuple([row.speed_kmh for row in rows]),
            tuple([row.observed_ms for row in rows]),
            by_flag(enumerate(row.flags for row in rows)),
        )


def by_flag(rows: Iterable[tuple[int, Sequence[str]]]) -> dict[str, tuple[int, ...]]:
    """The numbers of the rows by the flags they have, of numbers with flags."""
    found: dict[str, list[int]] = {}
    for number, flags in rows:
        for flag in flags:
            found.setdefault(flag, []).append(number)
    return {flag: tuple(numbers) for flag, numbers in found.items()}


@dataclass(frozen=True, slots=True)
class PermitBatch:
    """The permits of one answer. `is_complete` says it lists every permit its source has.

    A complete list that is too long for one message comes in `parts` messages of one `received_ms`,
    this one number `part` of them from 0; with 0 parts it says nothing of what it leaves out.
    """

    feed: str
    received_ms: int
    is_complete: bool
    rows: tuple[Permit, ...]
    part: int = 0
    parts: int = 0


@dataclass(frozen=True, slots=True)
class IncidentBatch:
    """The incidents of one answer. `is_complete` says it lists every incident its source has;
    `part` and `parts` are as in `PermitBatch`.
    """

    feed: str
    received_ms: int
    is_complete: bool
    rows: tuple[Incident, ...]
    part: int = 0
    parts: int = 0


@dataclass(frozen=True, slots=True)
class SiteReport:
    """What an office or a crew reports of one work; `until_ms` goes with EXTEND. `link` is the id
    of the link a crew came by: `CrewLink` says whose it is.
    """

    report_id: str
    permit_id: str
    word: SiteStatus
    by: Reporter  # CREW or OFFICE
    received_ms: int
    until_ms: int | None = None
    link: str = ""


@dataclass(frozen=True, slots=True)
class IncidentReport:
    """What the office says of one incident of a feed: END, it is over whatever its feed goes on to
    say; NOT_YET takes that back. Who said it stands in the access records.
    """

    report_id: str
    incident_id: str
    word: SiteStatus  # END or NOT_YET
    received_ms: int


@dataclass(frozen=True, slots=True)
class Call:
    """A citizen's call about a place, without anything about the caller.

    `reference` is the desk's own number to call back under, "" for none. `closed` are the links of
    the place that were shown closed while the caller spoke. `dong` is the place's 동 as the
    gazetteer has it, "" where it knows none.
    """

    call_id: str
    received_ms: int
    title: str
    link_ids: tuple[str, ...]
    lon: float | None = None
    lat: float | None = None
    reference: str = ""
    closed: tuple[str, ...] = ()
    dong: str = ""


@dataclass(frozen=True, slots=True)
class CallDone:
    """The desk has called back."""

    call_id: str
    received_ms: int


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """An operator has seen an alert that was then as grave as this, and answers for it.

    `verdict`: what they found it to be, None: they did not say; it is counted by the alert's `rule`
    and the day it began on. `is_withdrawn`: whoever gave it takes it back.
    """

    episode: str
    by: str
    comment: str
    at_ms: int
    severity: Severity
    verdict: AlertVerdict | None = None
    rule: RuleName | None = None
    began_ms: int = 0
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """An endpoint has confirmed an alert or a digest; `covers` are the alerts of the digest.

    `attempts` counts the POSTs that it took, `took_ms` is from when it was due until it was
    confirmed; None: a log of before does not say.
    """

    endpoint: str
    alert_id: str
    at_ms: int
    covers: tuple[str, ...] = ()
    attempts: int | None = None
    took_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Undelivered:
    """An alert or a digest was given up: it expired before its endpoint took it, `took_ms` after it
    was due and after so many `attempts`.
    """

    endpoint: str
    alert_id: str
    at_ms: int
    covers: tuple[str, ...] = ()
    attempts: int = 0
    took_ms: int = 0


@dataclass(frozen=True, slots=True)
class Tick:
    """Time as an event, in order with the data of its partition."""

    tick_ms: int


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What is to be known no more: `subject` is "work:ID", "call:ID" or "account:NAME".

    What an account did stays, under `alias`. With no subject it is only how late it is: on topics
    without ticks what is too old by then goes.
    """

    subject: str
    at_ms: int
    alias: str = ""


@dataclass(frozen=True, slots=True)
class FeedReport:
    """What one poll of one feed came to; `digest` names the content: a frozen feed shows."""

    feed: str
    outcome: PollOutcome
    received_ms: int
    poll_ms: int
    change_within_ms: int = 0  # 0: this feed may stay the same for ever
    code: str = ""
    detail: str = ""
    row_count: int = 0
    refused: int = 0
    repaired: int = 0
    is_partial: bool = False
    is_stopped: bool = False
    is_simulated: bool = False
    digest: str = ""
    latency_ms: int = 0


Message = (
    PositionBatch
    | SpeedBatch
    | PermitBatch
    | IncidentBatch
    | SiteReport
    | Call
    | CallDone
    | Acknowledgement
    | SituationAct
    | ShiftAct
    | Receipt
    | Undelivered
    | Subscription
    | Account
    | CrewLink
    | HandClosure
    | IncidentReport
    | AccessRecord
    | AccessHead
    | Tick
    | Forgotten
    | FeedReport
    | DatasetReport
    | DatasetPage
    | Publication
    | LinkBatch
)
Json = dict[str, Any]
