"""How a part waits for what is away: it tries again, later each time, with jitter."""

from collections.abc import AsyncIterator, Callable, Iterator
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
