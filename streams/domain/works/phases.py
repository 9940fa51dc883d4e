"""The phase of a work at a time: a pure function of its row, the first line that holds.

| line | holds when | phase |
|---|---|---|
| 1 | withdrawn by its feed, cancelled by a crew or an office | cancelled |
| 2 | said ended | finished |
| 3 | "not yet" was said less than 24 h ago, and the end has not passed | planned |
| 4 | before it opens | planned |
| 5 | past its end, said begun and still believed | overdue |
| 6 | past its end | finished |
| 7 | asked for and not yet granted, and nobody said that it began | planned |
| 8 | put on hold by its status | paused |
| 9 | digging or restoring, within its daily hours | active |
| 10 | else (between digging and restoring, outside its hours) | paused |

A work opens with its occupation, or when it was said to begin if that came at most a day earlier.
Its end is that of its occupation, or of a restoration with a known beginning that lasts longer.
"""

from streams.domain.overlaps import DAY_MS, within_hours
from streams.domain.works.rows import FEED, Said, Work
from streams.domain.works.statuses import says_not_granted, says_on_hold

PHASES = ("planned", "active", "paused", "overdue", "finished", "cancelled")
OVER = ("finished", "cancelled")
EARLY_MS = DAY_MS  # a work may begin so long before its permit
NOT_YET_HOLDS_MS = DAY_MS  # then the permit's dates count again: a closure is rather shown
FEED_BELIEVED_MS = 30 * DAY_MS  # past the end: lists say 공사중 for months when nobody tidies them


def phase_at(work: Work, now_ms: int) -> str:
    """One of `PHASES`; words said later than `now_ms` do not count yet."""
    if _is_said(work.cancelled, now_ms):
        return "cancelled"
    if _is_said(work.ended, now_ms):
        return "finished"
    is_past = now_ms >= end_ms(work)
    if not is_past and _is_not_yet(work, now_ms):
        return "planned"
    if now_ms < opens_ms(work):
        return "planned"
    if is_past:
        return "overdue" if _is_overdue(work, now_ms) else "finished"
    return _phase_within(work, now_ms)


def _phase_within(work: Work, now_ms: int) -> str:
    """The phase inside the period: what its status forbids, then whether it is at work."""
    if says_not_granted(work.status_text) and not work.started:
        return "planned"
    if says_on_hold(work.status_text):
        return "paused"
    return "active" if _is_at_work(work, now_ms) and within_hours(work.hours, now_ms) else "paused"


def is_in_force(work: Work, phase: str, now_ms: int) -> bool:
    """Whether it takes its closure from its links: active, or overdue within its daily hours."""
    return phase == "active" or (phase == "overdue" and within_hours(work.hours, now_ms))


def opens_ms(work: Work) -> int:
    """When it opens: its proposed start, or the observed one if that is at most a day earlier."""
    began_ms = work.started.at_ms if work.started else work.starts_ms
    return began_ms if work.starts_ms - EARLY_MS <= began_ms <= work.starts_ms else work.starts_ms


def end_ms(work: Work) -> int:
    """The end of the occupation, or of a restoration that is known to begin and outlasts it."""
    if work.restore_starts_ms is None:
        return work.ends_ms
    return max(work.ends_ms, work.restore_ends_ms or 0)


def over_ms(work: Work) -> int:
    """Since when there is nothing left to expect of a finished or cancelled work."""
    said = [said.at_ms for said in (work.ended, work.cancelled) if said]
    return max(end_ms(work), *said, 0)


def _is_said(said: Said | None, now_ms: int) -> bool:
    return said is not None and said.at_ms <= now_ms


def _is_not_yet(work: Work, now_ms: int) -> bool:
    """Whether a crew or an office said "not yet" and nobody since then that it began."""
    if not work.not_begun_ms or work.started:
        return False
    return work.not_begun_ms <= now_ms < work.not_begun_ms + NOT_YET_HOLDS_MS


def _is_overdue(work: Work, now_ms: int) -> bool:
    """Whether somebody said that it began and nobody that it ended.

    A feed's word alone counts while the feed still lists the work, and for 30 days.
    """
    if work.started is None or not _is_said(work.started, now_ms):
        return False
    if work.started.by != FEED:
        return True
    return not work.unlisted_ms and now_ms < end_ms(work) + FEED_BELIEVED_MS


def _is_at_work(work: Work, now_ms: int) -> bool:
    """Digging or restoring; a period that its permit does not tell apart is digging all along."""
    if _is_digging(work, now_ms):
        return True
    if work.restore_starts_ms is None:
        return False
    return work.restore_starts_ms <= now_ms < (work.restore_ends_ms or end_ms(work))


def _is_digging(work: Work, now_ms: int) -> bool:
    return _digs_from_ms(work) <= now_ms < _digs_until_ms(work)


def _digs_from_ms(work: Work) -> int:
    """The proposed beginning of digging, or the observed one of a crew or an office before it."""
    proposed_ms = work.dig_starts_ms or work.starts_ms
    if work.started and work.started.by != FEED:
        return min(proposed_ms, work.started.at_ms)
    return opens_ms(work) if proposed_ms <= work.starts_ms else proposed_ms


def _digs_until_ms(work: Work) -> int:
    """The proposed end of digging; one that lasts to the end of the permit is extended with it,
    and one that had passed before a crew began does not count.
    """
    if work.dig_ends_ms is None:
        return work.restore_starts_ms or work.ends_ms
    is_late = (
        work.started is not None
        and work.started.by != FEED
        and work.started.at_ms >= work.dig_ends_ms
    )
    is_to_the_end = work.dig_ends_ms >= work.listed_ends_ms
    return work.ends_ms if is_late or is_to_the_end else work.dig_ends_ms
