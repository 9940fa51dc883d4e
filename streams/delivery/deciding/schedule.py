"""When a message that failed is tried again. Pure."""

DELAYS_MS = (
    0,
    5_000,
    15_000,
    30_000,
    60_000,
    120_000,
    300_000,
    600_000,
    1_200_000,
    2_400_000,
)
HOURLY_MS = 3_600_000


def delay_ms(tries: int) -> int:
    """The longest wait before the next try, after so many of them."""
    return DELAYS_MS[tries] if tries < len(DELAYS_MS) else HOURLY_MS


def retry_at(tries: int, now_ms: int, chance: float) -> int:
    """When to try again, ms; `chance` in 0..1 spreads it over the whole delay (full jitter)."""
    return now_ms + int(delay_ms(tries) * chance)
