"""From permits to works: where they are, in which phase, and what they take from which links."""

from streams.domain.overlaps import DAY_MS, KST_MS, within_hours
from streams.domain.works.moves import MOVES, REFUSALS
from streams.domain.works.phases import OVER, PHASES, end_ms, is_in_force, opens_ms, phase_at
from streams.domain.works.rows import Said, Work
from streams.domain.works.stage import KEEP_FINISHED_MS, SEEN_EVERY_MS, WorksStage

__all__ = [
    "DAY_MS",
    "KEEP_FINISHED_MS",
    "KST_MS",
    "MOVES",
    "OVER",
    "PHASES",
    "REFUSALS",
    "SEEN_EVERY_MS",
    "Said",
    "Work",
    "WorksStage",
    "end_ms",
    "is_in_force",
    "opens_ms",
    "phase_at",
    "within_hours",
]
