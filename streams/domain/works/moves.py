"""What moves a work: what its feed lists, and what crews and offices report. Pure."""

from collections.abc import Callable
from dataclasses import replace

from streams.contract.enums import Phase, Reporter, SiteStatus
from streams.contract.records import Permit, SiteReport
from streams.contract.times import DAY_MS
from streams.domain.overlaps import last_ms
from streams.domain.works.by_feed import beats, ended_by_feed, started_by_feed
from streams.domain.works.phases import EARLY_MS, OVER, phase_at
from streams.domain.works.rows import (
    KEEP_REPORTS,
    ReportedTime,
    Work,
    of_permit,
    permit_of,
    restated,
    understood,
)

REFUSALS = {
    "W001": "a report on a permit that is not known",
    "W002": "a report older than the last word taken on its work",
    "W003": "the work is cancelled: only a new issue of its permit brings it back",
    "W004": "the work is over: it begins again only by a new issue of its permit",
    "W005": "an end of a work that has not begun",
    "W006": "a begin more than a day before the permit's",
    "W007": "an extension that does not reach beyond the present end, or beyond now",
    "W008": "an extension by more than two years",
}
MAX_EXTENSION_MS = 2 * 366 * DAY_MS

Outcome = Work | str
"""The work after a report, or the code of `REFUSALS`."""


def listed(known: Work | None, permit: Permit, received_ms: int) -> Work:
    """The work once its feed has stated its permit: new, changed, withdrawn or issued again.

    The same permit again gives the same work. Links, phase and times of listing stay as they are.
    """
    permit = understood(known, permit) if known else permit
    if known is None:
        work = of_permit(permit)
    elif is_new_issue(known, permit, received_ms):
        work = replace(restated(_fresh(known), permit), revision=known.revision + 1)
        work = replace(work, first_ends_ms=permit.ends_ms)
        known = None
    else:
        work = restated(known, permit)
    return replace(
        work,
        started=beats(work.started, started_by_feed(permit, known, received_ms)),
        ended=beats(work.ended, ended_by_feed(permit, known, received_ms)),
        cancelled=_cancelled(work, permit, received_ms),
    )


def says_nothing_new(known: Work, permit: Permit, received_ms: int) -> bool:
    """Whether `listed` would give the work as it is known; much cheaper, and mostly so."""
    permit = understood(known, permit)
    return (
        permit_of(known) == permit
        and known.started == beats(known.started, started_by_feed(permit, known, received_ms))
        and known.ended == beats(known.ended, ended_by_feed(permit, known, received_ms))
    )


def is_new_issue(known: Work, permit: Permit, received_ms: int) -> bool:
    """Whether a permit that was over is listed anew: with a new period that has not passed, or, of
    one that its feed itself had withdrawn, as no longer withdrawn. A time that only came to be
    known, or no longer is, is no new period.
    """
    if permit.is_withdrawn:
        return False
    if known.cancelled and known.cancelled.by is Reporter.FEED:
        return True
    is_moved = _is_other(permit.starts_ms, known.starts_ms) or _is_other(
        permit.ends_ms, known.listed_ends_ms
    )
    is_over = phase_at(known, received_ms) in OVER
    return is_moved and is_over and permit.until_ms > received_ms


def _is_other(now_ms: int | None, before_ms: int | None) -> bool:
    return None not in (now_ms, before_ms) and now_ms != before_ms


def _fresh(known: Work) -> Work:
    """The work without what was reported of its last issue."""
    return replace(
        known,
        started=None,
        ended=None,
        cancelled=None,
        not_begun_ms=0,
        not_ended_ms=0,
        extended_to_ms=0,
    )


def _cancelled(work: Work, permit: Permit, received_ms: int) -> ReportedTime | None:
    if work.cancelled:
        return work.cancelled
    return ReportedTime(received_ms, Reporter.FEED) if permit.is_withdrawn else None


def after_report(work: Work, report: SiteReport) -> Outcome:
    """The work after a crew's or an office's report, or the code of why it is refused.

    A report that was taken before changes nothing.
    """
    if report.report_id in work.reports:
        return work
    if report.received_ms < work.said_ms:
        return "W002"
    move = MOVES[phase_at(work, report.received_ms), report.word]
    after = move if isinstance(move, str) else move(work, report)
    if isinstance(after, str):
        return after
    reports = (*work.reports, report.report_id)[-KEEP_REPORTS:]
    return replace(after, said_ms=report.received_ms, reports=reports)


def _said(report: SiteReport) -> ReportedTime:
    return ReportedTime(report.received_ms, report.by)


def _begin(work: Work, report: SiteReport) -> Outcome:
    if work.starts_ms is not None and report.received_ms < work.starts_ms - EARLY_MS:
        return "W006"
    if work.started and work.started.by is not Reporter.FEED:
        return work  # reported before: the first time is when it began
    return replace(work, started=_said(report))


def _end(work: Work, report: SiteReport) -> Outcome:
    if work.ended and work.ended.by is not Reporter.FEED:
        return work
    return replace(work, ended=_said(report))


def _extend(work: Work, report: SiteReport) -> Outcome:
    """A longer end, or the first that is known. A feed's "done" gives way; a crew's own is taken
    back with "not yet" first.
    """
    until_ms, least_ms = report.until_ms or 0, report.received_ms
    if work.ends_ms is not None:
        least_ms = max(last_ms(work.ends_ms, work.hours), least_ms)
    if work.ended and work.ended.by is not Reporter.FEED:
        return "W004"
    if until_ms <= least_ms:
        return "W007"
    if until_ms > least_ms + MAX_EXTENSION_MS:
        return "W008"
    going_on = replace(work, ends_ms=until_ms, extended_to_ms=until_ms, ended=None)
    return replace(going_on, not_ended_ms=report.received_ms)


def _not_begun(work: Work, report: SiteReport) -> Outcome:
    """Not begun yet: takes back a begin."""
    return replace(work, started=None, not_begun_ms=report.received_ms)


def _not_ended(work: Work, report: SiteReport) -> Outcome:
    """Not done yet: takes back an end, and vouches for the begin; it needs one or the other."""
    if work.ended is None and work.started is None:
        return "W004"
    proposed_ms = report.received_ms if work.starts_ms is None else work.starts_ms
    began_ms = work.started.at_ms if work.started else min(proposed_ms, report.received_ms)
    is_vouched = work.started is not None and work.started.by is not Reporter.FEED
    started = work.started if is_vouched else ReportedTime(began_ms, report.by)
    return replace(work, started=started, ended=None, not_ended_ms=report.received_ms)


def _cancel(work: Work, report: SiteReport) -> Outcome:
    return replace(work, cancelled=_said(report))


Move = Callable[[Work, SiteReport], Outcome]
_START, _END, _EXTEND = SiteStatus.START, SiteStatus.END, SiteStatus.EXTEND
_NOT_YET, _CANCEL = SiteStatus.NOT_YET, SiteStatus.CANCEL

MOVES: dict[tuple[Phase, SiteStatus], Move | str] = {
    (Phase.PLANNED, _START): _begin,
    (Phase.PLANNED, _END): "W005",
    (Phase.PLANNED, _EXTEND): _extend,
    (Phase.PLANNED, _NOT_YET): _not_begun,
    (Phase.PLANNED, _CANCEL): _cancel,
    (Phase.ACTIVE, _START): _begin,
    (Phase.ACTIVE, _END): _end,
    (Phase.ACTIVE, _EXTEND): _extend,
    (Phase.ACTIVE, _NOT_YET): _not_begun,
    (Phase.ACTIVE, _CANCEL): _cancel,
    (Phase.PAUSED, _START): _begin,
    (Phase.PAUSED, _END): _end,
    (Phase.PAUSED, _EXTEND): _extend,
    (Phase.PAUSED, _NOT_YET): _not_begun,
    (Phase.PAUSED, _CANCEL): _cancel,
    (Phase.OVERDUE, _START): _begin,
    (Phase.OVERDUE, _END): _end,
    (Phase.OVERDUE, _EXTEND): _extend,
    (Phase.OVERDUE, _NOT_YET): _not_ended,
    (Phase.OVERDUE, _CANCEL): _cancel,
    (Phase.FINISHED, _START): "W004",
    (Phase.FINISHED, _END): _end,
    (Phase.FINISHED, _EXTEND): _extend,
    (Phase.FINISHED, _NOT_YET): _not_ended,
    (Phase.FINISHED, _CANCEL): "W004",
    (Phase.CANCELLED, _START): "W003",
    (Phase.CANCELLED, _END): "W003",
    (Phase.CANCELLED, _EXTEND): "W003",
    (Phase.CANCELLED, _NOT_YET): "W003",
    (Phase.CANCELLED, _CANCEL): "W003",
}
"""What each report does in each phase: a move, or the code of why not."""
