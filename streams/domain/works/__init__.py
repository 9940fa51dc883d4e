"""From permits to works: where they are, in which phase, and what they take from which links."""

from streams.domain.works.moves import MOVES, REFUSALS
from streams.domain.works.phases import OVER, end_ms, is_in_force, opens_ms, phase_at
from streams.domain.works.rows import ReportedTime, Work

__all__ = [
    "MOVES",
    "OVER",
    "REFUSALS",
    "ReportedTime",
    "Work",
    "end_ms",
    "is_in_force",
    "opens_ms",
    "phase_at",
]
