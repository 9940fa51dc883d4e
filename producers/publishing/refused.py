"""What becomes of a message that Kafka did not take when it was sent alone, and what is left of it:
a dead letter, and its feed's report. Pure.
"""

from dataclasses import replace
from enum import Enum, auto

from kafka import errors

from producers.feeds import FEEDS
from producers.publishing.lanes import Parcel
from producers.publishing.messages import Published, unknown_report
from producers.reading.privacy import MAX_LETTER_BYTES
from streams.contract import topics, wire
from streams.contract.errors import RecordRefusedError
from streams.contract.records import IncidentBatch, PermitBatch, PositionBatch, SpeedBatch
from streams.contract.settings import Settings

SIZE, REFUSED, HELD, AHEAD = "LOG-SIZE", "LOG-REFUSED", "LOG-HELD", "CLOCK-AHEAD"

_SIZE = (errors.MessageSizeTooLargeError, errors.RecordListTooLargeError)
_REFUSED = (
    errors.InvalidRecordError,
    errors.CorruptRecordError,
    errors.PolicyViolationError,
    errors.UnsupportedForMessageFormatError,
)


class SendDecision(Enum):
    """Refused for what it is, or kept until its topic takes it."""

    BURY = auto()
    HOLD = auto()


def decision(error: BaseException) -> tuple[SendDecision, str]:
    """What to do, and the code of a dead letter.

    A message that is too large, or no record, is refused whenever it is sent. All else (no topic,
    no right to it, no time it accepts, no broker) is about the topic and passes.
    """
    if isinstance(error, _SIZE):
        return SendDecision.BURY, SIZE
    if isinstance(error, _REFUSED):
        return SendDecision.BURY, REFUSED
    return SendDecision.HOLD, ""


SHORT_BYTES = 4096
"""What a refused message's letter has of it, and a letter that is refused itself."""
TICK = b'{"kind":"tick"'


def is_tick(parcel: Parcel) -> bool:
    """Whether the message holds nothing but the time: no letter is written for it."""
    return parcel.payload.startswith(TICK)


def letter_of(parcel: Parcel, code: str) -> Parcel:
    """The dead letter of a message: its beginning, its topic and why."""
    detail = (
        f"{len(parcel.payload)} bytes for {parcel.topic}/{parcel.partition}; {wire.RULES[code]}"
    )
    pairs = (("code", code), ("topic", parcel.topic), ("detail", detail))
    headers = tuple((name, value.encode()) for name, value in pairs)
    return shortened(Parcel(topics.DEAD_LETTERS.name, 0, parcel.payload, headers), hard=True)


def shortened(letter: Parcel, *, hard: bool = False) -> Parcel:
    """The letter within what its topic takes, `SHORT_BYTES` if `hard`; a cut shows at its end."""
    most = SHORT_BYTES if hard else MAX_LETTER_BYTES - 2048
    if len(letter.payload) <= most:
        return letter
    note = f"...[cut: {len(letter.payload)} bytes]".encode()
    payload = letter.payload[: most - len(note)] + note
    return replace(letter, payload=payload, headers=(*letter.headers, ("cut", b"1")))


def report_of(parcel: Parcel, code: str, received_ms: int, settings: Settings) -> Published | None:
    """The *unknown* report of the feed whose message this is; None for a message of no feed."""
    try:
        message = wire.decode(parcel.payload)
    except RecordRefusedError:
        return None
    if not isinstance(message, PositionBatch | SpeedBatch | PermitBatch | IncidentBatch):
        return None
    if message.feed not in FEEDS:
        return None
    return unknown_report(message.feed, code, wire.RULES[code], settings, received_ms)
