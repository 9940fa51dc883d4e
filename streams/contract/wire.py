"""The only place that turns bytes into records and back.

A topic carries JSON of one message kind, tagged `"kind"`. What breaks a rule is refused with a
stable code of `RULES`: the caller sends it to `dead-letters` untouched and goes on.

Measured speeds are written as columns, a list a field. What has a row an observation, as a producer
of one observation a message writes it and as logs of before have it, is read as the same columns.
"""

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import fields, replace

import msgspec

from streams.contract import arrival, bounds
from streams.contract import records as rec
from streams.contract.access import MAX_REASON, AccessHead, AccessRecord
from streams.contract.account import Account, check_account
from streams.contract.crew_link import CrewLink, check_crew_link
from streams.contract.dataset import DatasetPage, DatasetReport, check_page, check_report
from streams.contract.derived import (
    Declaration,
    LinkBatch,
    LinkEvents,
    Obstruction,
    Origin,
    Passage,
    PassedTick,
    Sighting,
    SpeedColumns,
    SpeedShare,
    in_runs,
)
from streams.contract.enums import Reporter, SiteStatus
from streams.contract.errors import (
    AccountError,
    CrewLinkError,
    DatasetError,
    HandClosureError,
    PublicationError,
    RecordRefusedError,
    ShiftError,
    SituationError,
    SubscriptionError,
)
from streams.contract.hand_closure import HandClosure, check_hand_closure
from streams.contract.publication import Publication, check_publication
from streams.contract.records import Message
from streams.contract.shift import ShiftAct, check_shift_act
from streams.contract.situation import SituationAct, check_act
from streams.contract.subscription import Subscription
from streams.contract.subscription_checks import check_subscription
from streams.contract.topics import MAX_MESSAGE_BYTES
from streams.people import names_a_number

RULES = {
    "R001": "not JSON, or not UTF-8",
    "R002": "larger than 1 MiB, or than 2 MiB on link-events",
    "R003": "nested deeper than the reader goes",
    "R004": "not a message of this topic",
    "R005": "a field is missing or has the wrong type",
    "R006": "a coordinate lies outside the bounds",
    "R007": "event time more than 120 s ahead of its arrival",
    "R008": "a number lies outside its bounds",
    "R009": "wrong character set",
    "R010": "a period ends before it begins",
    "R011": "a date cannot be read",
    "R012": "an identity is missing",
    "R013": "the file or answer breaks off",
    "R014": "a link that the network does not know",
    "R015": "more rows than a list may have",
    "R020": "a call's title or reference is too long, or could be a person's number",
    "R021": "an acknowledgement without a name, with a long text or a person's number",
    "R022": "a subscription that breaks a rule of its fields",
    "R024": "an account or an access record that breaks a rule of its fields",
    "R025": "a crew's link that breaks a rule of its fields",
    "R026": "what is to be forgotten is none of work:ID, call:ID, account:NAME",
    "R027": "an act on a situation that breaks a rule of its fields",
    "R028": "a closure by hand that breaks a rule of its fields",
    "R029": "an act on the shift book that breaks a rule of its fields",
    "R030": "a report or a page of a dataset that breaks a rule of its fields",
    "R031": "a published report that breaks a rule of its fields",
    "BUG": "Bomnae's own reader failed on it: please report the place that the log names",
    "LOG-SIZE": "Kafka refused it: larger than max.message.bytes of its topic",
    "LOG-REFUSED": "Kafka refused it as no sound record",
    "LOG-HELD": "Kafka takes nothing into its topic now: what was read waits",
    "CLOCK-AHEAD": "made while this machine's clock was ahead: its times are wrong",
    "R023": "a clock's or a feed's time more than 120 s ahead of the broker's",
}
MAX_BYTES = 1 << 20
MAX_AHEAD_MS = arrival.MAX_AHEAD_MS
MAX_SPEED_KMH = bounds.MAX_SPEED_KMH
MAX_TIME_MS = bounds.MAX_TIME_MS
MAX_VERTICES = 2000
MAX_TITLE = 80
MAX_CALL_LINKS = 200
MAX_DONG = 20
MAX_PARTS = 1000  # messages of one list
MAX_NAME = 40
MAX_COMMENT = 200
MAX_LABEL = 200
MAX_SPAN_DEG = 0.5  # a geometry wider than a city is no work's

_TYPES: dict[str, type] = {
    "positions": rec.PositionBatch,
    "speeds": rec.SpeedBatch,
    "permits": rec.PermitBatch,
    "incidents": rec.IncidentBatch,
    "site-report": rec.SiteReport,
    "call": rec.Call,
    "call-done": rec.CallDone,
    "acknowledgement": rec.Acknowledgement,
    "situation-act": SituationAct,
    "shift-act": ShiftAct,
    "receipt": rec.Receipt,
    "undelivered": rec.Undelivered,
    "subscription": Subscription,
    "account": Account,
    "crew-link": CrewLink,
    "hand-closure": HandClosure,
    "incident-report": rec.IncidentReport,
    "access": AccessRecord,
    "access-head": AccessHead,
    "tick": rec.Tick,
    "forgotten": rec.Forgotten,
    "report": rec.FeedReport,
    "dataset": DatasetReport,
    "dataset-page": DatasetPage,
    "publication": Publication,
    "link-events": LinkBatch,
}
_KINDS = {kind_type: kind for kind, kind_type in _TYPES.items()}
_ENCODER = msgspec.json.Encoder()
_HEAD = b'{"kind":"'
_DERIVED = _HEAD + b'link-events"'
_KIND = slice(len(_HEAD), len(_HEAD) + max(map(len, _TYPES)) + 1)


_NONE = msgspec.Raw()


class _Tag(msgspec.Struct):
    kind: str


class _Form(msgspec.Struct):
    """Which form speeds are of: columns where there are any."""

    links: msgspec.Raw = _NONE
    rows: msgspec.Raw = _NONE


class _AnyRow(msgspec.Struct, kw_only=True):
    """A measured speed, whatever its bounds."""

    link_id: str
    speed_kmh: float
    observed_ms: int
    flags: tuple[str, ...] = ()


class _SpeedRow(_AnyRow, kw_only=True):
    speed_kmh: bounds.BoundedKmh
    observed_ms: bounds.BoundedMs


class _AnyRows(msgspec.Struct, kw_only=True):
    """Speeds with a row each."""

    feed: str
    received_ms: int
    rows: tuple[_AnyRow, ...]
    links: msgspec.Raw = _NONE

    def batch(self) -> rec.SpeedBatch:
        flagged = [(number, row.flags) for number, row in enumerate(self.rows) if row.flags]
        return rec.SpeedBatch(
            self.feed,
            self.received_ms,
            tuple([row.link_id for row in self.rows]),
            tuple([row.speed_kmh for row in self.rows]),
            tuple([row.observed_ms for row in self.rows]),
            rec.by_flag(flagged) if flagged else {},
        )


class _Rows(_AnyRows, kw_only=True):
    rows: tuple[_SpeedRow, ...]


class _AnySpeeds(msgspec.Struct):
    """Speeds as columns, whatever their bounds."""

    feed: str
    received_ms: int
    links: tuple[str, ...]
    speeds_kmh: tuple[float, ...]
    observed_ms: tuple[int, ...]
    flags: dict[str, tuple[int, ...]] = {}

    def batch(self) -> rec.SpeedBatch:
        return rec.SpeedBatch(
            self.feed, self.received_ms, self.links, self.speeds_kmh, self.observed_ms, self.flags
        )


class _Events(msgspec.Struct):
    """A part of link-events, its speeds as columns or a row each."""

    origin: Origin
    watermark_ms: bounds.BoundedMs
    passages: tuple[Passage, ...] = ()
    speeds: SpeedColumns | tuple[SpeedShare, ...] = ()
    obstructions: tuple[Obstruction, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    declarations: tuple[Declaration, ...] = ()
    ticks: tuple[PassedTick, ...] = ()

    def part(self) -> LinkEvents:
        speeds = self.speeds
        return LinkEvents(
            self.origin,
            self.watermark_ms,
            self.passages,
            speeds if isinstance(speeds, SpeedColumns) else SpeedColumns.of(speeds),
            self.obstructions,
            self.sightings,
            self.declarations,
            self.ticks,
        )


class _Batch(msgspec.Struct):
    parts: tuple[_Events, ...]


_TAG = msgspec.json.Decoder(_Tag)
_COLUMNS = msgspec.json.Decoder(rec.SpeedBatch)
_FORM = msgspec.json.Decoder(_Form)
_ROWS = msgspec.json.Decoder(_Rows)
_ANY_ROWS = msgspec.json.Decoder(_AnyRows)
_ANY_SPEEDS = msgspec.json.Decoder(_AnySpeeds)
_BATCH = msgspec.json.Decoder(_Batch)


def _read_bounded(payload: bytes) -> rec.SpeedBatch:
    """Speeds within bounds: as columns, or with a row each where they end so."""
    if payload.endswith(b"}]}"):
        told = _ROWS.decode(payload)
        if told.links is _NONE:
            return told.batch()
    return _COLUMNS.decode(payload)


def _read_speeds(payload: bytes) -> rec.SpeedBatch:
    """Speeds of any form, judged row by row."""
    form = _FORM.decode(payload)
    is_rows = form.links is _NONE and form.rows is not _NONE
    batch = (_ANY_ROWS if is_rows else _ANY_SPEEDS).decode(payload).batch()
    _check_columns(batch)
    _judge_rows(batch)
    return batch


def _read_batch(payload: bytes) -> LinkBatch:
    """Parts of any form."""
    return LinkBatch(tuple(part.part() for part in _BATCH.decode(payload).parts))


_NOW: dict[bytes, Callable[[bytes], Message]] = {
    kind.encode(): msgspec.json.Decoder(kind_type).decode for kind, kind_type in _TYPES.items()
} | {b"speeds": _read_bounded}
"""The reader of the form that is written now, in one pass."""
_EVER: dict[str, Callable[[bytes], Message]] = {
    **{kind.decode(): read_kind for kind, read_kind in _NOW.items()},
    "speeds": _read_speeds,
    "link-events": _read_batch,
}
"""The reader of every form there ever was."""


def encode(message: Message) -> bytes:
    """The bytes of a message; the kind stands first."""
    body = _ENCODER.encode(message)
    return b'{"kind":"' + _KINDS[type(message)].encode() + b'",' + body[1:]


def encode_parts(parts: Sequence[LinkEvents]) -> list[bytes]:
    """The bytes of as few messages as hold these parts in order, each within `MAX_BYTES`; a part of
    several messages' speeds may become two.
    """
    return _encoded(in_runs(parts))


def _encoded(parts: Sequence[LinkEvents]) -> list[bytes]:
    payload = encode(LinkBatch(tuple(parts)))
    if len(payload) <= MAX_BYTES:
        return [payload]
    if len(parts) == 1:
        parts = _halves(parts[0])
    if len(parts) == 1:
        return [payload]
    half = len(parts) // 2
    return [*_encoded(parts[:half]), *_encoded(parts[half:])]


def _halves(part: LinkEvents) -> list[LinkEvents]:
    """The part as two where the speeds in its middle are of different messages, else as it is."""
    offsets = part.speeds.offsets
    if not offsets:
        return [part]
    middle = offsets[len(offsets) // 2]
    at = bisect_left(offsets, middle) or bisect_right(offsets, middle)
    if at == len(offsets):
        return [part]
    last, speeds = offsets[at - 1], part.speeds
    passed = bisect_left(part.ticks, (last,))
    origin = replace(part.origin, offset=last)
    first = LinkEvents(origin, 0, speeds=speeds.rows_of(0, at), ticks=part.ticks[:passed])
    return [
        first,
        replace(part, speeds=speeds.rows_of(at, len(offsets)), ticks=part.ticks[passed:]),
    ]


def decode(payload: bytes | None) -> Message:
    """The message in the bytes; RecordRefusedError with the code of the first rule it breaks."""
    if payload is None:
        raise RecordRefusedError("R004", "no payload")
    if len(payload) > MAX_BYTES:
        _check_size(payload)
    message = _read_now(payload)
    if message is None:
        message = _read_ever(payload)
    _check(message)
    return message


def _check_size(payload: bytes) -> None:
    """What one input comes to on link-events cannot be parted, and may be larger than it was."""
    most = MAX_MESSAGE_BYTES if payload.startswith(_DERIVED) else MAX_BYTES
    if len(payload) > most:
        raise RecordRefusedError("R002", f"{len(payload)} bytes, at most {most}")


def _read_now(payload: bytes) -> Message | None:
    """The message in bytes as `encode` writes them; None where they are not, or break a rule."""
    if not payload.startswith(_HEAD):
        return None
    read_kind = _NOW.get(payload[_KIND].split(b'"', 1)[0])
    if read_kind is None:
        return None
    try:
        return read_kind(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _read_ever(payload: bytes) -> Message:
    """The message in any bytes; refused with the code of what cannot be read in them."""
    try:
        kind = _TAG.decode(payload).kind
        if kind not in _EVER:
            raise RecordRefusedError("R004", f"unknown kind {kind[:40]!r}")
        return _EVER[kind](payload)
    except RecursionError:
        raise RecordRefusedError("R003", "nested too deep") from None
    except UnicodeDecodeError as error:
        raise RecordRefusedError("R009", f"byte {error.start} is not UTF-8") from None
    except msgspec.ValidationError as error:
        raise RecordRefusedError("R005", str(error)[:200]) from None
    except msgspec.DecodeError as error:
        raise RecordRefusedError("R001", str(error)[:200]) from None


def read(
    payload: bytes | None,
    takes: tuple[type[Message], ...],
    topic: str,
    appended_ms: int | None = None,
) -> Message:
    """The message in the bytes; refused where the topic does not carry it, or its clock is ahead.

    `appended_ms` is when the broker took it in, None where nobody knows: then no clock is judged.
    """
    message = decode(payload)
    if not isinstance(message, takes):
        raise RecordRefusedError("R004", f"no {type(message).__name__} on {topic}")
    if ahead := arrival.ahead_ms(message, appended_ms):
        raise RecordRefusedError("R023", f"{ahead} ms ahead, at most {MAX_AHEAD_MS}")
    return message


def _check(message: Message) -> None:
    """The rules that a type cannot state: times, coordinates, speeds, periods."""
    check = _CHECKS.get(type(message))
    if check is not None:
        check(message)


def _check_positions(batch: rec.PositionBatch) -> None:
    for row in batch.rows:
        _check_time(row.observed_ms, batch.received_ms)
        _check_point(row.lon, row.lat)
        if not 0 <= row.stop_order <= 1000:
            raise RecordRefusedError("R008", f"stop_order {row.stop_order}, within 0..1000")


def _check_speeds(batch: rec.SpeedBatch) -> None:
    """What no type states; the readers have held each value to its own bounds."""
    times_ms = batch.observed_ms
    if batch.flags or not len(batch.links) == len(batch.speeds_kmh) == len(times_ms):
        _check_columns(batch)
    if times_ms and not (
        0 <= batch.received_ms <= MAX_TIME_MS and max(times_ms) - batch.received_ms <= MAX_AHEAD_MS
    ):
        _judge_rows(batch)


def _check_columns(batch: rec.SpeedBatch) -> None:
    """Columns of one length, and flags of rows that there are."""
    rows, *others = map(len, (batch.links, batch.speeds_kmh, batch.observed_ms))
    if others != [rows, rows]:
        raise RecordRefusedError("R005", f"columns of {rows}, {others[0]} and {others[1]} rows")
    for flag, numbers in batch.flags.items():
        for number in numbers:
            if not 0 <= number < rows:
                raise RecordRefusedError("R008", f"{flag[:40]!r} of row {number}, of {rows} rows")


def _judge_rows(batch: rec.SpeedBatch) -> None:
    """Refuse for the first rule that a row breaks, and say which row it is."""
    for row, (kmh, observed_ms) in enumerate(zip(batch.speeds_kmh, batch.observed_ms, strict=True)):
        try:
            _check_time(observed_ms, batch.received_ms)
        except RecordRefusedError as refusal:
            raise RecordRefusedError(refusal.code, f"row {row}: {refusal.detail}") from None
        if not 0 <= kmh <= MAX_SPEED_KMH:
            raise RecordRefusedError(
                "R008", f"row {row}: speed {kmh} km/h, within 0..{MAX_SPEED_KMH}"
            )


def _check_events(batch: LinkBatch) -> None:
    """Columns of speeds are of one length, or left out where they may be."""
    for number, part in enumerate(batch.parts):
        speeds = part.speeds
        rows = len(speeds)
        lengths = {len(speeds.speeds_kmh), len(speeds.observed_ms), rows}
        lengths |= {len(each) or rows for each in (speeds.vias, speeds.shares, speeds.offsets)}
        if lengths != {rows} or bool(speeds.vias) is not bool(speeds.shares):
            raise RecordRefusedError("R005", f"part {number}: columns of {sorted(lengths)} rows")
        if speeds.offsets and not _is_within(part):
            raise RecordRefusedError(
                "R005",
                f"part {number}: of {part.origin.offset}, its speeds of {speeds.offsets[-1]}",
            )


def _is_within(part: LinkEvents) -> bool:
    """Whether the speeds of a part are of its messages: the last of its origin, or before a tick
    there.
    """
    last, end = part.speeds.offsets[-1], part.origin.offset
    return last <= end if part.watermark_ms else last == end


def _check_parts(batch: rec.PermitBatch | rec.IncidentBatch) -> None:
    if batch.parts and not 0 <= batch.part < batch.parts <= MAX_PARTS:
        raise RecordRefusedError(
            "R008", f"part {batch.part} of {batch.parts}, within 0..{MAX_PARTS}"
        )


def _check_permits(batch: rec.PermitBatch) -> None:
    _check_parts(batch)
    for row in batch.rows:
        _check_point(row.lon, row.lat)
        _check_geometry(row.geometry)
        if not row.permit_id:
            raise RecordRefusedError("R012", "permit without an identity")
        if row.starts_ms is not None and row.until_ms <= row.starts_ms:
            raise RecordRefusedError("R010", f"ends {row.ends_ms} ms, begins {row.starts_ms} ms")
        _check_periods(row)
        for time_ms in (row.began_ms, row.done_ms):
            if time_ms is not None:
                _check_time(time_ms, batch.received_ms)
        beyond = [each for each in _BOUNDED if not 0 <= (getattr(row, each[0]) or 0) <= each[1]]
        if beyond:
            raise RecordRefusedError("R008", "{} beyond 0..{}".format(*beyond[0]))
        if len(row.direction) > MAX_TITLE:
            raise RecordRefusedError(
                "R008", f"direction of {len(row.direction)}, at most {MAX_TITLE} characters"
            )


_BOUNDED = [
    (row.name, row.metadata["most"]) for row in fields(rec.Permit) if row.metadata.get("most")
]


def _check_periods(row: rec.Permit) -> None:
    """Digging and restoration end after they begin, and what was done had begun."""
    for what, begin_ms, end_ms in (
        ("digging", row.dig_starts_ms, row.dig_ends_ms),
        ("restoration", row.restore_starts_ms, row.restore_ends_ms),
    ):
        if begin_ms is not None and end_ms is not None and end_ms <= begin_ms:
            raise RecordRefusedError("R010", f"{what} ends {end_ms} ms, begins {begin_ms} ms")
    if row.began_ms is not None and row.done_ms is not None and row.done_ms < row.began_ms:
        raise RecordRefusedError("R010", f"done {row.done_ms} ms, began {row.began_ms} ms")


def _check_site_report(report: rec.SiteReport) -> None:
    _check_clock(report.received_ms, report.until_ms)
    if not (0 < len(report.report_id) <= MAX_TITLE and 0 < len(report.permit_id) <= MAX_TITLE):
        raise RecordRefusedError(
            "R012", f"a report's id and its permit's are 1 to {MAX_TITLE} characters"
        )
    if len(report.link) > MAX_TITLE:
        raise RecordRefusedError("R012", f"link of {len(report.link)}, at most {MAX_TITLE}")
    if report.by is Reporter.FEED:
        raise RecordRefusedError("R005", "by feed, must be crew or office")
    if report.word is SiteStatus.EXTEND and report.until_ms is None:
        raise RecordRefusedError("R005", "an extension without until_ms")


def _check_incidents(batch: rec.IncidentBatch) -> None:
    _check_parts(batch)
    for row in batch.rows:
        _check_point(row.lon, row.lat)
        if not row.incident_id:
            raise RecordRefusedError("R012", "incident without an identity")


_NAME = re.compile(r"[A-Za-z0-9-]{1,64}")
_REFERENCE = re.compile(r"[A-Za-z0-9-]{0,20}")


def _check_call(call: rec.Call) -> None:
    _check_clock(call.received_ms)
    _check_point(call.lon, call.lat)
    _check_call_id(call.call_id)
    if not 0 < len(call.title) <= MAX_TITLE or names_a_number(call.title):
        raise RecordRefusedError("R020", f"title of {len(call.title)}, within 1..{MAX_TITLE}")
    if not _REFERENCE.fullmatch(call.reference) or names_a_number(call.reference):
        raise RecordRefusedError("R020", "reference: at most 20 of A-Z a-z 0-9 -, no phone number")
    if len(call.dong) > MAX_DONG or names_a_number(call.dong):
        raise RecordRefusedError("R008", f"dong of {len(call.dong)}, within 0..{MAX_DONG} letters")
    if max(len(call.link_ids), len(call.closed)) > MAX_CALL_LINKS:
        raise RecordRefusedError(
            "R008", f"{len(call.link_ids)} links of a call, at most {MAX_CALL_LINKS}"
        )


def _check_call_done(done: rec.CallDone) -> None:
    _check_clock(done.received_ms)
    _check_call_id(done.call_id)


def _check_call_id(call_id: str) -> None:
    if not _NAME.fullmatch(call_id):
        raise RecordRefusedError("R012", "a call's id is 1 to 64 of A-Z a-z 0-9 -")


_EPISODE = re.compile(r"alrt_[a-z2-7]{26}")


def _check_acknowledgement(ack: rec.Acknowledgement) -> None:
    _check_clock(ack.at_ms, ack.began_ms)
    if not _EPISODE.fullmatch(ack.episode):
        raise RecordRefusedError("R012", "an episode's id is alrt_ and 26 of a-z 2-7")
    if not 0 < len(ack.by) <= MAX_NAME or names_a_number(ack.by):
        raise RecordRefusedError("R021", f"by of {len(ack.by)}, within 1..{MAX_NAME} characters")
    if len(ack.comment) > MAX_COMMENT or names_a_number(ack.comment):
        raise RecordRefusedError(
            "R021", f"comment of {len(ack.comment)}, at most {MAX_COMMENT} characters"
        )


def _check_subscription(subscription: Subscription) -> None:
    if names_a_number(subscription.title):
        raise RecordRefusedError("R022", "title: no person's number")
    try:
        check_subscription(subscription)
    except SubscriptionError as error:
        raise RecordRefusedError("R022", str(error)) from None


def _check_account(account: Account) -> None:
    try:
        check_account(account)
    except AccountError as error:
        raise RecordRefusedError("R024", str(error)) from None


def _check_crew_link(link: CrewLink) -> None:
    try:
        check_crew_link(link)
    except CrewLinkError as error:
        raise RecordRefusedError("R025", str(error)) from None


def _check_act(act: SituationAct) -> None:
    try:
        check_act(act)
    except SituationError as error:
        raise RecordRefusedError("R027", str(error)) from None


def _check_shift_act(act: ShiftAct) -> None:
    try:
        check_shift_act(act)
    except ShiftError as error:
        raise RecordRefusedError("R029", str(error)) from None


def _check_dataset(row: DatasetReport | DatasetPage) -> None:
    try:
        if isinstance(row, DatasetPage):
            check_page(row)
        else:
            check_report(row)
    except DatasetError as error:
        raise RecordRefusedError("R030", str(error)) from None


def _check_publication(row: Publication) -> None:
    try:
        check_publication(row)
    except PublicationError as error:
        raise RecordRefusedError("R031", str(error)) from None


def _check_hand_closure(row: HandClosure) -> None:
    try:
        check_hand_closure(row)
    except HandClosureError as error:
        raise RecordRefusedError("R028", str(error)) from None


def _check_incident_report(report: rec.IncidentReport) -> None:
    _check_clock(report.received_ms)
    if not (0 < len(report.report_id) <= MAX_TITLE and 0 < len(report.incident_id) <= MAX_LABEL):
        raise RecordRefusedError("R012", f"a report's id is 1 to {MAX_TITLE} characters")
    if report.word not in (SiteStatus.END, SiteStatus.NOT_YET):
        raise RecordRefusedError("R005", f"word {report.word}, must be end or not_yet")


def _check_access(record: AccessRecord) -> None:
    _check_clock(record.at_ms)
    texts = (record.writer, record.account, record.address, record.subject_kind, record.subject)
    if any(len(text) > MAX_LABEL for text in texts):
        raise RecordRefusedError("R024", f"a text of an access record above {MAX_LABEL} characters")
    if len(record.reason) > MAX_REASON or names_a_number(record.reason):
        bound = f"at most {MAX_REASON} characters, no person's number"
        raise RecordRefusedError("R024", f"reason of {len(record.reason)} characters, {bound}")
    if record.number < 0 or record.count < 0:
        raise RecordRefusedError("R024", "a number of an access record below 0")


_FORGOTTEN = re.compile(r"(work|call|account):.{1,200}|", re.DOTALL)
_ALIAS = re.compile(r"(gone-[0-9a-f]{12})?")


def _check_forgotten(gone: rec.Forgotten) -> None:
    _check_clock(gone.at_ms)
    is_account = gone.subject.startswith("account:")
    if not _FORGOTTEN.fullmatch(gone.subject) or bool(gone.alias) is not is_account:
        raise RecordRefusedError("R026", f"subject of {len(gone.subject)} characters")
    if not _ALIAS.fullmatch(gone.alias):
        raise RecordRefusedError("R026", "an account's alias is gone- and 12 of 0-9 a-f")


def _check_clock(*times_ms: int | None) -> None:
    for time_ms in times_ms:
        if time_ms is not None and not 0 <= time_ms <= MAX_TIME_MS:
            raise RecordRefusedError("R008", f"time {time_ms} ms, within 0..{MAX_TIME_MS}")


def _check_geometry(line: Sequence[tuple[float, float]]) -> None:
    if len(line) > MAX_VERTICES:
        raise RecordRefusedError("R008", f"{len(line)} vertices, at most {MAX_VERTICES}")
    for lon, lat in line:
        _check_point(lon, lat)
    for axis in zip(*line, strict=True):
        if max(axis) - min(axis) > MAX_SPAN_DEG:
            raise RecordRefusedError("R006", f"geometry wider than {MAX_SPAN_DEG} degrees")


def _check_time(observed_ms: int, received_ms: int) -> None:
    _check_clock(observed_ms, received_ms)
    ahead_ms = observed_ms - received_ms
    if ahead_ms > MAX_AHEAD_MS:
        raise RecordRefusedError("R007", f"{ahead_ms} ms ahead, at most {MAX_AHEAD_MS}")


def _check_point(lon: float | None, lat: float | None) -> None:
    if lon is None or lat is None:
        return
    if not (math.isfinite(lon) and -180 <= lon <= 180 and math.isfinite(lat) and -90 <= lat <= 90):
        raise RecordRefusedError("R006", f"lon {lon}, lat {lat} degrees")


_CHECKS: dict[type, Callable[..., None]] = {
    rec.PositionBatch: _check_positions,
    rec.SpeedBatch: _check_speeds,
    LinkBatch: _check_events,
    rec.PermitBatch: _check_permits,
    rec.IncidentBatch: _check_incidents,
    rec.SiteReport: _check_site_report,
    rec.Tick: lambda tick: _check_clock(tick.tick_ms),
    rec.Call: _check_call,
    rec.CallDone: _check_call_done,
    rec.Acknowledgement: _check_acknowledgement,
    SituationAct: _check_act,
    ShiftAct: _check_shift_act,
    Subscription: _check_subscription,
    Account: _check_account,
    CrewLink: _check_crew_link,
    HandClosure: _check_hand_closure,
    DatasetReport: _check_dataset,
    DatasetPage: _check_dataset,
    Publication: _check_publication,
    rec.IncidentReport: _check_incident_report,
    AccessRecord: _check_access,
    rec.Forgotten: _check_forgotten,
}
