"""Times of the simulated day: real timestamps, a pattern of the day that may start elsewhere."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from streams.contract.times import KST

MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class DayClock:
    """`opens_ms` is when the picture opens; then the pattern of the day stands at `pattern_min`."""

    opens_ms: int
    pattern_min: float

    def pattern_hour(self, at_ms: int) -> float:
        """The hour of the day (0..24) whose traffic reigns at `at_ms`."""
        return (self.pattern_min + (at_ms - self.opens_ms) / MINUTE_MS) / 60 % 24

    def minute_ms(self, minutes: float) -> int:
        """The whole minute at or before `minutes` after the opening."""
        at_ms = self.opens_ms + round(minutes * MINUTE_MS)
        return at_ms - at_ms % MINUTE_MS

    def day_ms(self, days: int) -> int:
        """Midnight KST at the beginning of the opening day plus `days`."""
        midnight = kst(self.opens_ms).replace(hour=0, minute=0, second=0, microsecond=0)
        return to_ms(midnight + timedelta(days=days))


def kst(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(KST)


def to_ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def pattern_minutes(text: str) -> int:
    """Minutes after midnight of "HH:MM"; raises ValueError for anything else."""
    hours, minutes = text.split(":")
    total = int(hours) * 60 + int(minutes)
    if not (0 <= int(hours) < 24 and 0 <= int(minutes) < 60):
        raise ValueError(f"time of day must be 00:00..23:59, got {text[:20]!r}")
    return total
