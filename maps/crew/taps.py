"""What became of a crew's tap: read back from the work's row, never guessed. Pure.

The fold alone decides. A report it took leaves its id in the row; of one that it has passed by and
that left none, the reason is found by asking the fold's own rule about the row as it stands.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from maps.desk.facts.blockings import real_end_ms
from streams.contract.enums import Phase
from streams.contract.records import SiteReport
from streams.contract.times import DAY_MS
from streams.domain.works import OVER, Work, phase_at
from streams.domain.works.moves import after_report
from streams.domain.works.phases import over_ms
from streams.words.catalogue import has_word

UNDO_MS = DAY_MS  # so long after its end a work still takes "not yet"
PASSED_MS = 2_000  # the clock that writes ticks may be so much ahead of ours
GONE_MS = 15_000  # passed by so long ago without a trace or a reason: the log never had it
MOST_MS = 7 * DAY_MS  # an extension by a crew; a longer one is the office's to permit


class TapOutcome(StrEnum):
    """What became of a tap; one that is UNKNOWN is to be sent again."""

    TAKEN = "taken"
    WAITING = "waiting"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class TapResult(NamedTuple):
    """The outcome, and why of a refusal; a code of "" is a refusal whose reason has passed."""

    outcome: TapOutcome
    code: str = ""


@dataclass(frozen=True, slots=True)
class Tap:
    """A report on its way: what was written, and when the log had it."""

    report: SiteReport
    logged_ms: int


def outcome(work: Work | None, report_id: str, tap: Tap | None, clock_ms: int | None) -> TapResult:
    """What became of a tap by the work's row.

    `tap` is None where this server never saw it, `clock_ms` the picture's time.
    """
    if work is not None and report_id in work.reports:
        return TapResult(TapOutcome.TAKEN)
    if tap is None:
        return TapResult(TapOutcome.UNKNOWN)
    if clock_ms is None or clock_ms < tap.logged_ms + PASSED_MS:
        return TapResult(TapOutcome.WAITING)
    code = code_of(work, tap.report)
    if code is None:
        is_lost = clock_ms >= tap.logged_ms + GONE_MS
        return TapResult(TapOutcome.UNKNOWN if is_lost else TapOutcome.WAITING)
    return TapResult(TapOutcome.REFUSED, code)


def code_of(work: Work | None, report: SiteReport) -> str | None:
    """Why the fold refuses a report, None where it would take it."""
    if work is None:
        return "W001"
    after = after_report(work, report)
    return after if isinstance(after, str) else None


def reason(code: str) -> str:
    """The text's code of a refusal, for a crew."""
    text = f"refused.{code}"
    return text if has_word(text) else "refused.refused"


def is_used_up(work: Work, now_ms: int) -> bool:
    """Whether a link no longer counts: its work was cancelled, or has been over for a day."""
    phase = phase_at(work, now_ms)
    if phase is Phase.CANCELLED:
        return True
    return phase in OVER and now_ms > over_ms(work) + UNDO_MS


def longest_ms(work: Work | None, now_ms: int) -> int:
    """Until when a crew may extend at most."""
    return max(now_ms, (real_end_ms(work) if work else None) or 0) + MOST_MS
