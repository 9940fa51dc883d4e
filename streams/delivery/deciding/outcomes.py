"""What an endpoint's answer means. Pure."""

from dataclasses import dataclass
from enum import Enum

from streams.contract.retrying import asked_ms

GONE = 410
ASK_LATER = (429, 503)


class Kind(Enum):
    """What becomes of the message."""

    DELIVERED = "delivered"
    FAILED = "failed"
    LATER = "later"  # the endpoint is well and asks for patience
    GONE = "gone"  # nothing may be sent there any more


@dataclass(frozen=True, slots=True)
class PostOutcome:
    """One attempt: `status` 0 where no answer came, `error` is then the reason."""

    kind: Kind
    status: int = 0
    error: str = ""
    took_ms: int = 0
    later_ms: int = 0  # how long the endpoint asks to wait


def judge(status: int, retry_after: str, now_ms: int, took_ms: int = 0) -> PostOutcome:
    """The outcome of an answer. 2xx alone is a success; a redirect is a failure."""
    if 200 <= status < 300:
        return PostOutcome(Kind.DELIVERED, status, took_ms=took_ms)
    if status == GONE:
        return PostOutcome(Kind.GONE, status, "gone", took_ms)
    later_ms = asked_ms(retry_after, now_ms)
    if status in ASK_LATER and later_ms:
        return PostOutcome(Kind.LATER, status, "busy", took_ms, later_ms)
    error = "redirect" if 300 <= status < 400 else "status"
    return PostOutcome(Kind.FAILED, status, error, took_ms)
