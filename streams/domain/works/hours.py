"""Daily hours of works, Korean time; night work crosses midnight."""

from streams.domain.overlaps import DAY_MS, KST_MS, is_in, minutes_of

__all__ = ["DAY_MS", "KST_MS", "within_hours"]


def within_hours(hours: str, now_ms: int) -> bool:
    """Whether a time lies in daily hours "HH:MM-HH:MM" (KST, end exclusive, may cross midnight).

    Hours that are empty or cannot be read bound nothing: a closure is rather shown than hidden.
    """
    return is_in(minutes_of(hours), now_ms)
