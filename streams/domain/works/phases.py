"""The phase of a work at a time: a pure function of its row, the first line that holds.

| line | holds when | phase |
|---|---|---|
| 1 | withdrawn by its feed, cancelled by a crew or an office | cancelled |
| 2 | reported ended | finished |
| 3 | "not yet" was reported less than 24 h ago, and the end has not passed | planned |
| 4 | before it opens, and the end has not passed | planned |
| 5 | past its end, reported begun and still believed | overdue |
| 6 | past its end | finished |
| 7 | asked for and not yet granted, and nobody reported that it began | planned |
| 8 | put on hold by its status | paused |
| 9 | digging or restoring, within its daily hours | active |
| 10 | else (between digging and restoring, outside its hours) | paused |

A work opens with its occupation, or with a reported beginning that is at most a day earlier. Where
no beginning is known it opens when somebody reports that it began. Its end is that of its
occupation, or of a restoration with a known beginning that lasts longer. Where no end is known the
clock alone neither finishes it nor makes it overdue, until its feed has not listed it for 30 days.
Work at night begins with the first night and lasts until the morning after the last (`overlaps`).
"""

from streams.contract.enums import Phase, Reporter
from streams.contract.times import DAY_MS, EVER_MS
from streams.domain.overlaps import HoursSpan, is_within, last_ms, span, within_hours
from streams.domain.works.rows import ReportedTime, Work
from streams.domain.works.statuses import says_not_granted, says_on_hold

OVER = frozenset({Phase.FINISHED, Phase.CANCELLED})
EARLY_MS = DAY_MS  # a work may begin so long before its permit
NOT_YET_HOLDS_MS = DAY_MS  # then the permit's dates count again: a closure is rather shown
FEED_BELIEVED_MS = 30 * DAY_MS  # past the end: lists say 공사중 for months when nobody tidies them
UNLISTED_ENDS_MS = 30 * DAY_MS  # an end that nobody knows is taken to have come


def phase_at(work: Work, now_ms: int) -> Phase:
    """The phase by what was reported until `now_ms`."""
    if _has_come(work.cancelled, now_ms):
        return Phase.CANCELLED
    if _has_come(work.ended, now_ms):
        return Phase.FINISHED
    if now_ms >= end_ms(work):
        return Phase.OVERDUE if _is_overdue(work, now_ms) else Phase.FINISHED
    if _is_not_yet(work, now_ms) or now_ms < opens_ms(work):
        return Phase.PLANNED
    return _phase_within(work, now_ms)


def _phase_within(work: Work, now_ms: int) -> Phase:
    """The phase inside the period: what its status forbids, then whether it is at work."""
    if says_not_granted(work.status_text) and not work.started:
        return Phase.PLANNED
    if says_on_hold(work.status_text):
        return Phase.PAUSED
    return Phase.ACTIVE if _is_at_work(work, now_ms) else Phase.PAUSED


def is_in_force(work: Work, phase: Phase, now_ms: int) -> bool:
    """Whether it takes its closure from its links: active, or overdue within its daily hours."""
    return phase is Phase.ACTIVE or (phase is Phase.OVERDUE and within_hours(work.hours, now_ms))


def opens_ms(work: Work) -> int:
    """When it opens: with the first of its proposed hours, or when it was observed to begin if that
    is at most a day earlier; EVER_MS where no beginning is known and nobody reported that it began.
    """
    begins_ms = work.begins_ms
    proposed_ms = span(begins_ms, work.ends_ms, work.hours).starts_ms
    if work.started is None or begins_ms is None:
        return proposed_ms
    observed_ms = work.started.at_ms
    is_early = begins_ms - EARLY_MS <= observed_ms <= proposed_ms
    if work.started.by is Reporter.FEED:  # which may know only the day
        observed_ms = span(observed_ms, None, work.hours).starts_ms
    return observed_ms if is_early else proposed_ms


def end_ms(work: Work) -> int:
    """The end of the occupation, or of a restoration that is known to begin and outlasts it, with
    the night it may end in. Where no end is known: 30 days after its feed began to leave it out,
    EVER_MS while it is listed.
    """
    if work.ends_ms is None:
        return work.unlisted_ms + UNLISTED_ENDS_MS if work.unlisted_ms else EVER_MS
    if work.restore_starts_ms is None:
        return last_ms(work.ends_ms, work.hours)
    return last_ms(max(work.ends_ms, work.restore_ends_ms or 0), work.hours)


def times_ms(work: Work) -> list[int]:
    """All times that a phase begins or ends by, or a whole number of days after; daily hours do so
    with a minute.
    """
    reports = (work.started, work.ended, work.cancelled)
    known = (
        *(each.at_ms for each in reports if each),
        *(work.begins_ms, work.ends_ms, work.listed_ends_ms, work.dig_starts_ms, work.dig_ends_ms),
        *(work.restore_starts_ms, work.restore_ends_ms, work.not_begun_ms, work.unlisted_ms),
    )
    return [each for each in known if each]


def over_ms(work: Work) -> int:
    """Since when a finished or cancelled work is over: as reported, not before a known end."""
    times_ms = [each.at_ms for each in (work.ended, work.cancelled) if each]
    is_endless = bool(times_ms) and work.ends_ms is None
    return max(times_ms) if is_endless else max(end_ms(work), *times_ms, 0)


def settled_ms(work: Work) -> int:
    """Since when there is nothing left to expect of a work that is over. One without a known end
    is remembered for as long as its feed lists it: forgotten, it would begin again.
    """
    return max(end_ms(work), over_ms(work))


def _has_come(reported: ReportedTime | None, now_ms: int) -> bool:
    return reported is not None and reported.at_ms <= now_ms


def _is_not_yet(work: Work, now_ms: int) -> bool:
    """Whether a crew or an office reported "not yet" and nobody since then that it began."""
    if not work.not_begun_ms or work.started:
        return False
    return work.not_begun_ms <= now_ms < work.not_begun_ms + NOT_YET_HOLDS_MS


def _is_overdue(work: Work, now_ms: int) -> bool:
    """Whether it had an end, somebody reported that it began and nobody that it ended.

    A feed's report alone counts while the feed still lists the work, and for 30 days.
    """
    if work.ends_ms is None or work.started is None or not _has_come(work.started, now_ms):
        return False
    if work.started.by is not Reporter.FEED:
        return True
    return not work.unlisted_ms and now_ms < end_ms(work) + FEED_BELIEVED_MS


def _is_at_work(work: Work, now_ms: int) -> bool:
    """Digging or restoring, of a work that is open and not past its end; a period that its permit
    does not tell apart is digging all along.
    """
    if work.dig_starts_ms is work.dig_ends_ms is work.restore_starts_ms is None:
        return within_hours(work.hours, now_ms)
    return is_within(_digging(work), now_ms) or is_within(_restoring(work), now_ms)


def _digging(work: Work) -> HoursSpan:
    return span(_digs_from_ms(work), _digs_until_ms(work), work.hours)


def _restoring(work: Work) -> HoursSpan:
    """The restoration, to the end of all where its own is not known; none without a beginning."""
    if work.restore_ends_ms is None:
        return span(work.restore_starts_ms, end_ms(work), work.hours)
    return span(work.restore_starts_ms, work.restore_ends_ms, work.hours)


def _digs_from_ms(work: Work) -> int:
    """The proposed beginning of digging, or the observed one of a crew or an office before it."""
    if work.begins_ms is None:
        return EVER_MS
    proposed_ms = work.dig_starts_ms or work.begins_ms
    if work.started and work.started.by is not Reporter.FEED:
        return min(span(proposed_ms, None, work.hours).starts_ms, work.started.at_ms)
    return opens_ms(work) if proposed_ms <= work.begins_ms else proposed_ms


def _digs_until_ms(work: Work) -> int | None:
    """The proposed end of digging; one that lasts to the end of the permit is extended with it,
    and one that had passed before a crew began does not count.
    """
    if work.dig_ends_ms is None:
        return work.restore_starts_ms or work.ends_ms
    is_late = (
        work.started is not None
        and work.started.by is not Reporter.FEED
        and work.started.at_ms >= work.dig_ends_ms
    )
    is_to_the_end = work.listed_ends_ms is not None and work.dig_ends_ms >= work.listed_ends_ms
    return work.ends_ms if is_late or is_to_the_end else work.dig_ends_ms
