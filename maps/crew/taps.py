"""What became of a crew's tap: read back from the work's row, never guessed. Pure.

The fold alone decides. A word it took leaves its report id in the row; of one that it has passed by
and that left none, the reason is found by asking the fold's own rule about the row as it stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from maps.desk.facts.blockings import real_end_ms
from streams.contract.records import SiteReport
from streams.contract.times import DAY_MS
from streams.domain.works import OVER, Work, phase_at
from streams.domain.works.moves import after_report
from streams.domain.works.phases import over_ms
from streams.words.catalogue import has_word

UNDO_MS = DAY_MS  # so long after its end a work still hears "not yet"
PASSED_MS = 2_000  # the clock that writes ticks may be so much ahead of ours
GONE_MS = 15_000  # passed by so long ago without a trace or a reason: the log never had it
MOST_MS = 7 * DAY_MS  # an extension by a crew; a longer one is the office's to permit


@dataclass(frozen=True, slots=True)
class Tap:
    """A word on its way: what was written, and when the log had it."""

    report: SiteReport
    logged_ms: int


def outcome(
    row: Mapping[str, Any] | None, report_id: str, tap: Tap | None, clock_ms: int | None
) -> tuple[str, str]:
    """("taken", ""), ("waiting", ""), ("refused", code) or ("unknown", ""): send it again.

    `tap` is None where this server never saw it, `clock_ms` the picture's time. A code of "" is a
    refusal whose reason has passed.
    """
    if row is not None and report_id in (row.get("reports") or ()):
        return "taken", ""
    if tap is None:
        return "unknown", ""
    if clock_ms is None or clock_ms < tap.logged_ms + PASSED_MS:
        return "waiting", ""
    code = code_of(row, tap.report)
    if code is None:
        is_lost = clock_ms >= tap.logged_ms + GONE_MS
        return ("unknown", "") if is_lost else ("waiting", "")
    return "refused", code


def code_of(row: Mapping[str, Any] | None, report: SiteReport) -> str | None:
    """Why the fold refuses a word: None, it would take it; "", the row tells too little."""
    if row is None:
        return "W001"
    work = work_of(row)
    if work is None:
        return ""
    after = after_report(work, report)
    return after if isinstance(after, str) else None


def reason(code: str) -> str:
    """The text's code of a refusal, for a crew."""
    text = f"refused.{code}"
    return text if has_word(text) else "refused.refused"


def work_of(row: Mapping[str, Any]) -> Work | None:
    """The row as the fold knows it; None for one that is no work's."""
    try:
        return msgspec.convert(row, Work)
    except msgspec.ValidationError:
        return None


def is_used_up(row: Mapping[str, Any], now_ms: int) -> bool:
    """Whether a link no longer counts: its work was cancelled, or has been over for a day."""
    work = work_of(row)
    if work is None:
        return str(row.get("phase")) == "cancelled"
    phase = phase_at(work, now_ms)
    if phase == "cancelled":
        return True
    return phase in OVER and now_ms > over_ms(work) + UNDO_MS


def longest_ms(row: Mapping[str, Any] | None, now_ms: int) -> int:
    """Until when a crew may extend at most."""
    return max(now_ms, real_end_ms(row or {}) or 0) + MOST_MS
