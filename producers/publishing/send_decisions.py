"""What becomes of a message that Kafka did not take when it was sent alone. Pure."""

from enum import Enum, auto

from kafka import errors

from streams.contract.wire import MAX_AHEAD_MS

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


def is_from_ahead(handed_ms: int, now_ms: int) -> bool:
    """Whether the message was made while the clock was ahead of now: its times are wrong."""
    return handed_ms - now_ms > MAX_AHEAD_MS
