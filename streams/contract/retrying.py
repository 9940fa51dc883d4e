"""How a part waits for what is away: it tries again, later each time, with jitter;
or as late as `Retry-After` asks.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

import stamina
from stamina import instrumentation

instrumentation.set_on_retry_hooks([])  # its log lines show arguments; ours say what is waited for


def attempts(
    is_away: Callable[[Exception], bool],
    pauses_s: tuple[float, float],
    *,
    within_s: float | None = None,
) -> AsyncIterator[stamina.Attempt]:
    """Attempts until one succeeds, for ever or for so long; the last error is raised then.

        async for attempt in attempts(is_away, (0.5, 5.0)):
            with attempt:
                await connect()

    `is_away` says of an error whether it is worth another attempt; it may log it. The pauses
    double from the first to the most, and each is up to a first one longer.
    """
    return aiter(_context(is_away, pauses_s, within_s))


def blocking_attempts(
    is_away: Callable[[Exception], bool], pauses_s: tuple[float, float]
) -> Iterator[stamina.Attempt]:
    """As `attempts`, for a thread that waits: a plain `for` goes over them."""
    return iter(_context(is_away, pauses_s, None))


def _context(
    is_away: Callable[[Exception], bool], pauses_s: tuple[float, float], within_s: float | None
) -> Any:
    def is_worth_another(error: BaseException) -> bool:  # stamina asks of a cancel as well
        return isinstance(error, Exception) and is_away(error)

    first_s, most_s = pauses_s
    return stamina.retry_context(
        on=is_worth_another,
        attempts=None,
        timeout=within_s,
        wait_initial=first_s,
        wait_max=most_s,
        wait_jitter=first_s,
    )


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
