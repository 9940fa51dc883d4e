"""What a feed's dates and status say of the real begin and end."""

from dataclasses import replace
from typing import Any

import pytest

from streams.contract.enums import Reporter
from streams.contract.records import Permit
from streams.domain.works import ReportedTime, Work
from streams.domain.works.by_feed import ended_by_feed, started_by_feed
from streams.domain.works.rows import of_permit
from tests.cities.works import PERMIT, kst

NOON = kst("12:00", 1)
EARLIER, LATER = NOON - 1, NOON + 1
BEGIN = kst("00:00")


def permit(**more: Any) -> Permit:
    return replace(PERMIT, **more)


def known(**more: Any) -> Work:
    return replace(of_permit(PERMIT), **more)


RUNNING, DONE = permit(status_text="진행중"), permit(status_text="완료")


@pytest.mark.parametrize(
    ("stated", "before", "at_ms"),
    [
        (permit(), None, None),
        (permit(began_ms=EARLIER), None, EARLIER),
        (permit(began_ms=NOON), None, NOON),
        (permit(began_ms=LATER), None, None),  # no observation
        (permit(began_ms=EARLIER, status_text="진행중"), None, EARLIER),
        (RUNNING, None, BEGIN),
        (permit(status_text="진행중", starts_ms=LATER), None, None),
        (RUNNING, known(status_text="예정"), NOON),
        (RUNNING, known(status_text="진행중"), BEGIN),
        (
            RUNNING,
            known(status_text="진행중", started=ReportedTime(EARLIER, Reporter.FEED)),
            EARLIER,
        ),
        (DONE, known(status_text="진행중", started=ReportedTime(EARLIER, Reporter.FEED)), EARLIER),
        (permit(status_text="예정"), known(started=ReportedTime(EARLIER, Reporter.FEED)), None),
        # after a crew's "not yet" only what happened later is news
        (permit(began_ms=EARLIER), known(not_begun_ms=EARLIER), None),
        (permit(began_ms=NOON), known(not_begun_ms=EARLIER), NOON),
        (RUNNING, known(status_text="예정", not_begun_ms=EARLIER), NOON),
        (RUNNING, known(status_text="진행중", not_begun_ms=BEGIN - 1), None),
    ],
)
def test_when_a_feed_says_that_it_began(
    stated: Permit, before: Work | None, at_ms: int | None
) -> None:
    said = started_by_feed(stated, before, NOON)
    assert said == (None if at_ms is None else ReportedTime(at_ms, Reporter.FEED))


@pytest.mark.parametrize(
    ("stated", "before", "at_ms"),
    [
        (permit(), None, None),
        (permit(done_ms=NOON), None, NOON),
        (permit(done_ms=LATER), None, None),
        (permit(done_ms=BEGIN - 86_400_000), None, BEGIN - 86_400_000),
        (permit(done_ms=BEGIN - 86_400_001), None, None),  # of an earlier issue
        (DONE, None, NOON),
        (permit(status_text="완료", ends_ms=EARLIER), None, EARLIER),
        (permit(status_text="완료", ends_ms=EARLIER), known(status_text="진행중"), NOON),
        (DONE, known(status_text="완료", ended=ReportedTime(EARLIER, Reporter.FEED)), EARLIER),
        # a crew has taken the end back, or began after it
        (DONE, known(status_text="완료", not_ended_ms=EARLIER), None),
        (permit(done_ms=EARLIER), known(not_ended_ms=EARLIER), None),
        (permit(done_ms=NOON), known(not_ended_ms=EARLIER), NOON),
        (permit(done_ms=EARLIER), known(started=ReportedTime(EARLIER, Reporter.CREW)), None),
        (permit(done_ms=EARLIER), known(started=ReportedTime(EARLIER, Reporter.FEED)), EARLIER),
    ],
)
def test_when_a_feed_says_that_it_ended(
    stated: Permit, before: Work | None, at_ms: int | None
) -> None:
    said = ended_by_feed(stated, before, NOON)
    assert said == (None if at_ms is None else ReportedTime(at_ms, Reporter.FEED))
