"""The one reader of `Retry-After`: what a portal and what a webhook's endpoint ask for. Pure."""

from datetime import UTC
from email.utils import parsedate_to_datetime

MAX_ASKED_MS = 3_600_000  # who asks for a year is asked again in an hour


def asked_ms(header: str | None, now_ms: int) -> int:
    """How long the header asks to wait, ms, within 0..`MAX_ASKED_MS`.

    RFC 9110 knows whole seconds in plain digits and an HTTP date (one without a zone is UTC).
    Everything else is nonsense, and so is no header: 0.
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]) * 1000, MAX_ASKED_MS)
    try:
        at = parsedate_to_datetime(text)
        at_ms = int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, TypeError, OverflowError, IndexError):
        return 0
    return min(max(at_ms - now_ms, 0), MAX_ASKED_MS)
