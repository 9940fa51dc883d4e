"""What a feed reports of the real begin and end of a work, against what is known already.

It reports them by a time (`began_ms`, `done_ms`) or by its status text. A crew's or an office's
report beats a feed's, and a feed's of a time before their "not yet" is no news.
"""

from streams.contract.enums import Reporter
from streams.contract.records import Permit
from streams.domain.works.phases import EARLY_MS
from streams.domain.works.rows import ReportedTime, Work
from streams.domain.works.statuses import says_done, says_running


def started_by_feed(permit: Permit, known: Work | None, received_ms: int) -> ReportedTime | None:
    """When the work began by its feed; None when it reports nothing, or nothing that counts."""
    at_ms = permit.began_ms
    if at_ms is None and says_running(permit.status_text):
        at_ms = _running_since_ms(permit, known, received_ms)
    elif at_ms is None and (permit.is_withdrawn or says_done(permit.status_text)):
        return known.started if known else None  # what it reported of the begin still stands
    is_denied = known is not None and at_ms is not None and at_ms <= known.not_begun_ms
    return (
        None
        if at_ms is None or at_ms > received_ms or is_denied
        else ReportedTime(at_ms, Reporter.FEED)
    )


def _running_since_ms(permit: Permit, known: Work | None, received_ms: int) -> int | None:
    """A status has no time of its own: it counts from when it changed, or, where it was running
    when first seen, from the proposed start (from then where none is known). Unchanged since a
    crew's "not yet" it is no news.
    """
    proposed_ms = received_ms if permit.starts_ms is None else permit.starts_ms
    if known is None:
        return proposed_ms
    if not says_running(known.status_text):
        return max(received_ms, proposed_ms)
    if known.started and known.started.by is Reporter.FEED:
        return known.started.at_ms
    return None if known.not_begun_ms else proposed_ms


def ended_by_feed(permit: Permit, known: Work | None, received_ms: int) -> ReportedTime | None:
    """When the work ended by its feed; None when it reports nothing, or nothing that counts.

    An end before the work opened, before a crew's begin or before its "not done yet" is no news.
    """
    at_ms = permit.done_ms
    if at_ms is None and says_done(permit.status_text):
        at_ms = _done_since_ms(permit, known, received_ms)
    least_ms = 0 if permit.starts_ms is None else permit.starts_ms - EARLY_MS
    if at_ms is None or not least_ms <= at_ms <= received_ms:
        return None
    if known is None:
        return ReportedTime(at_ms, Reporter.FEED)
    begun_ms = known.started.at_ms if known.started and known.started.by is not Reporter.FEED else 0
    return ReportedTime(at_ms, Reporter.FEED) if at_ms > max(known.not_ended_ms, begun_ms) else None


def _done_since_ms(permit: Permit, known: Work | None, received_ms: int) -> int | None:
    if known is None:
        return min(permit.until_ms, received_ms)
    if not says_done(known.status_text):
        return received_ms
    return known.ended.at_ms if known.ended and known.ended.by is Reporter.FEED else None


def beats(known: ReportedTime | None, feed: ReportedTime | None) -> ReportedTime | None:
    """What counts: a crew's or an office's report, else what the feed reports now."""
    return known if known and known.by is not Reporter.FEED else feed
