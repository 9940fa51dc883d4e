"""The last report of a crew or an office on a work, and how it is shown."""

from typing import NamedTuple

import msgspec

from maps.desk.saying.times import moment, until
from streams.contract.enums import Reporter
from streams.domain.works.rows import Work
from streams.words.catalogue import phrase
from streams.words.spoken import OwnText, Spoken

RANKS = ("start", "end", "extend", "not_begun", "not_ended", "cancel")
"""Of reports of the same time the one that changes most counts: what ended outweighs a begin."""


class LastReport(NamedTuple):
    """What was reported last; `by` is None where the row keeps only that people did."""

    at_ms: int
    status: str
    by: Reporter | None


class LastReportBody(msgspec.Struct, frozen=True, kw_only=True, metaclass=Spoken):
    """The last report in every language; `by` is "" where nobody keeps who it was."""

    word: str
    by: str
    at_ms: int
    text: OwnText


def last_report(work: Work) -> LastReport | None:
    """What was reported last of a work, None for one of which only its permit is known."""
    found = [
        LastReport(reported.at_ms, status, reported.by)
        for status, reported in (
            ("start", work.started),
            ("end", work.ended),
            ("cancel", work.cancelled),
        )
        if reported
    ]
    if work.not_begun_ms:
        found.append(LastReport(work.not_begun_ms, "not_begun", None))
    if work.not_ended_ms:
        status = "extend" if work.extended_to_ms else "not_ended"
        found.append(LastReport(work.not_ended_ms, status, None))
    return max(found, key=lambda each: (each.at_ms, RANKS.index(each.status)), default=None)


def report_body(work: Work, now_ms: int) -> LastReportBody | None:
    """The last report of a work, None without one."""
    last = last_report(work)
    if last is None:
        return None
    status = phrase(f"reported.{last.status}", until=until(work.extended_to_ms, now_ms))
    by = phrase(f"said.{last.by or 'people'}")
    at = moment(last.at_ms, now_ms)
    text = phrase("reported.line", status=status, by=by, at=at)
    return LastReportBody(word=last.status, by=last.by or "", at_ms=last.at_ms, text=text)
