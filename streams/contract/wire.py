"""The only place that turns bytes into records and back.

A topic carries JSON of one message kind, tagged `"kind"`. What breaks a rule is refused with a
stable code of `RULES`: the caller sends it to `dead-letters` untouched and goes on.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import fields

import msgspec

from streams.contract import arrival
from streams.contract import records as rec
from streams.contract.derived import LinkBatch, LinkEvents
from streams.contract.enums import Reporter, SiteStatus
from streams.contract.errors import RecordRefusedError, SubscriptionError
from streams.contract.records import Message
from streams.contract.subscription import Subscription
from streams.contract.subscription_checks import check_subscription
from streams.people import names_a_number

RULES = {
    "R001": "not JSON, or not UTF-8",
    "R002": "larger than 1 MiB",
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
    "BUG": "Bomnae's own reader failed on it: please report the place that the log names",
    "LOG-SIZE": "Kafka refused it: larger than max.message.bytes of its topic",
    "LOG-REFUSED": "Kafka refused it as no sound record",
    "LOG-HELD": "Kafka takes nothing into its topic now: what was read waits",
    "CLOCK-AHEAD": "made while this machine's clock was ahead: its times are wrong",
    "R023": "a clock's or a feed's time more than 120 s ahead of the broker's",
}
MAX_BYTES = 1 << 20
MAX_AHEAD_MS = arrival.MAX_AHEAD_MS
MAX_SPEED_KMH = 250.0
MAX_TIME_MS = 4_102_444_800_000  # 2100: later is no time but a mistake
MAX_VERTICES = 2000
MAX_TITLE = 80
MAX_CALL_LINKS = 200
MAX_PARTS = 1000  # messages of one list
MAX_NAME = 40
MAX_COMMENT = 200
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
    "receipt": rec.Receipt,
    "subscription": Subscription,
    "tick": rec.Tick,
    "report": rec.FeedReport,
    "link-events": LinkBatch,
}
_KINDS = {kind_type: kind for kind, kind_type in _TYPES.items()}
_DECODERS: dict[str, msgspec.json.Decoder[Message]] = {
    kind: msgspec.json.Decoder(kind_type) for kind, kind_type in _TYPES.items()
}
_ENCODER = msgspec.json.Encoder()


class _Tag(msgspec.Struct):
    kind: str


_TAG = msgspec.json.Decoder(_Tag)


def encode(message: Message) -> bytes:
    """The bytes of a message; the kind stands first."""
    body = _ENCODER.encode(message)
    return b'{"kind":"' + _KINDS[type(message)].encode() + b'",' + body[1:]


def encode_parts(parts: Sequence[LinkEvents]) -> list[bytes]:
    """The bytes of as few messages as hold these parts in order, each within `MAX_BYTES`."""
    payload = encode(LinkBatch(tuple(parts)))
    if len(payload) <= MAX_BYTES or len(parts) == 1:
        return [payload]
    half = len(parts) // 2
    return [*encode_parts(parts[:half]), *encode_parts(parts[half:])]


def decode(payload: bytes | None) -> Message:
    """The message in the bytes; RecordRefusedError with the code of the first rule it breaks."""
    if payload is None:
        raise RecordRefusedError("R004", "no payload")
    if len(payload) > MAX_BYTES:
        raise RecordRefusedError("R002", f"{len(payload)} bytes, at most {MAX_BYTES}")
    try:
        kind = _TAG.decode(payload).kind
        if kind not in _DECODERS:
            raise RecordRefusedError("R004", f"unknown kind {kind[:40]!r}")
        message: Message = _DECODERS[kind].decode(payload)
    except RecursionError:
        raise RecordRefusedError("R003", "nested too deep") from None
    except UnicodeDecodeError as error:
        raise RecordRefusedError("R009", f"byte {error.start} is not UTF-8") from None
    except msgspec.ValidationError as error:
        raise RecordRefusedError("R005", str(error)[:200]) from None
    except msgspec.DecodeError as error:
        raise RecordRefusedError("R001", str(error)[:200]) from None
    _check(message)
    return message


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
    for row in batch.rows:
        _check_time(row.observed_ms, batch.received_ms)
        if not 0 <= row.speed_kmh <= MAX_SPEED_KMH:
            raise RecordRefusedError(
                "R008", f"speed {row.speed_kmh} km/h, within 0..{MAX_SPEED_KMH}"
            )


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
    rec.PermitBatch: _check_permits,
    rec.IncidentBatch: _check_incidents,
    rec.SiteReport: _check_site_report,
    rec.Tick: lambda tick: _check_clock(tick.tick_ms),
    rec.Call: _check_call,
    rec.CallDone: _check_call_done,
    rec.Acknowledgement: _check_acknowledgement,
    Subscription: _check_subscription,
}
