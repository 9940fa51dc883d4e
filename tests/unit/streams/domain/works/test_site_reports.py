"""What crews and offices say: the table of moves, and what is refused."""

from dataclasses import replace

import pytest

from streams.contract.enums import Phase, Reporter, SiteStatus
from streams.contract.records import SiteReport, Tick
from streams.contract.times import DAY_MS
from streams.domain.works import MOVES, REFUSALS, ReportedTime, Work, phase_at
from streams.domain.works.moves import after_report
from streams.domain.works.rows import of_permit
from tests.cities.fakes import Folded
from tests.cities.works import PERMIT, blocks, kst, listed, report, the_work, works

START, END, EXTEND = SiteStatus.START, SiteStatus.END, SiteStatus.EXTEND
NOT_YET, CANCEL = SiteStatus.NOT_YET, SiteStatus.CANCEL
NOON = kst("12:00", 1)
BARE = of_permit(PERMIT)
ENDED = replace(BARE, ended=ReportedTime(NOON, Reporter.CREW))
IN_PHASE: dict[str, tuple[Work, int]] = {
    "planned": (BARE, kst("12:00", -1)),
    "active": (BARE, NOON),
    "paused": (replace(BARE, hours="22:00-05:00"), NOON),
    "overdue": (replace(BARE, started=ReportedTime(NOON, Reporter.FEED)), kst("12:00", 10)),
    "finished": (BARE, kst("12:00", 10)),
    "cancelled": (replace(BARE, cancelled=ReportedTime(NOON, Reporter.OFFICE)), kst("12:00", 2)),
}
AFTER = {  # START END EXTEND NOT_YET CANCEL: the phase a word leads to, or why it is refused
    "planned": "active W005 planned planned cancelled",
    "active": "active finished active planned cancelled",
    "paused": "paused finished paused planned cancelled",
    "overdue": "overdue finished active overdue cancelled",
    "finished": "W004 finished active W004 W004",
    "cancelled": "W003 W003 W003 W003 W003",
}
EVERY = [(phase, word) for phase in Phase for word in SiteStatus]


@pytest.mark.parametrize(("phase", "word"), EVERY)
def test_every_word_in_every_phase(phase: str, word: SiteStatus) -> None:
    row, at_ms = IN_PHASE[phase]
    assert phase_at(row, at_ms) == phase
    after = after_report(row, report(word, at_ms, until_ms=kst("00:00", 20)))
    got = after if isinstance(after, str) else phase_at(after, at_ms)
    assert got == dict(zip(SiteStatus, AFTER[phase].split(), strict=True))[word]


def test_the_tables_name_every_case_and_every_code() -> None:
    assert set(MOVES) == set(EVERY)
    assert {move for move in MOVES.values() if isinstance(move, str)} <= set(REFUSALS)
    assert list(REFUSALS) == [f"W{n:03d}" for n in range(1, len(REFUSALS) + 1)]


@pytest.mark.parametrize(
    ("row", "told", "code"),
    [
        (BARE, report(START, kst("00:00", -1) - 1), "W006"),
        (BARE, report(EXTEND, NOON, until_ms=kst("00:00", 10)), "W007"),
        (BARE, report(EXTEND, kst("12:00", 12), until_ms=kst("11:00", 12)), "W007"),
        (BARE, report(EXTEND, NOON, until_ms=kst("00:00", 10) + 733 * DAY_MS), "W008"),
        (ENDED, report(EXTEND, NOON, until_ms=kst("00:00", 12)), "W004"),
        (replace(BARE, said_ms=NOON + 1), report(END, NOON), "W002"),
    ],
)  # fmt: skip
def test_words_that_are_refused(row: Work, told: SiteReport, code: str) -> None:
    assert after_report(row, told) == code


def test_bounds_of_words_belong_to_what_is_allowed() -> None:
    for row, told in (
        (BARE, report(START, kst("00:00", -1))),
        (BARE, report(EXTEND, NOON, until_ms=kst("00:00", 10) + 1)),
        (BARE, report(EXTEND, NOON, until_ms=kst("00:00", 10) + 732 * DAY_MS)),
        (replace(BARE, said_ms=NOON), report(END, NOON)),
    ):
        assert isinstance(after_report(row, told), Work)


def test_an_end_is_taken_back_by_not_yet_and_a_begin_too() -> None:
    ended = replace(
        BARE, started=ReportedTime(NOON, Reporter.CREW), ended=ReportedTime(NOON + 1, Reporter.CREW)
    )
    again = after_report(ended, report(NOT_YET, NOON + 2))
    assert isinstance(again, Work)
    assert (again.ended, again.started) == (None, ReportedTime(NOON, Reporter.CREW))
    reverted = after_report(again, report(NOT_YET, NOON + 3))
    assert isinstance(reverted, Work)
    assert (reverted.started, phase_at(reverted, NOON + 3)) == (None, "planned")


def test_the_first_begin_and_end_are_the_times_and_a_crew_replaces_the_feeds() -> None:
    row = replace(BARE, started=ReportedTime(NOON, Reporter.FEED))
    for second in (1, 2):
        after = after_report(row, report(START, NOON + second, f"s{second}"))
        assert isinstance(after, Work)
        row = after
    assert row.started == ReportedTime(NOON + 1, Reporter.CREW)


# Through the stage.


def told(folded: Folded, *reports: SiteReport) -> Work:
    folded.take_all(reports)
    return the_work(folded)


def listed_work() -> Folded:
    return works().take_all([listed(PERMIT)])


def test_a_crew_that_ends_frees_the_links_at_once() -> None:
    folded = listed_work()
    row = told(folded, report(END, NOON + 1))
    assert (row.phase, row.ended, row.is_in_force) == (
        "finished",
        ReportedTime(NOON + 1, Reporter.CREW),
        False,
    )
    assert {is_over for _, _, is_over in blocks(folded)[3:]} == {True}


def test_a_refused_word_is_counted_under_its_code_and_nothing_changes() -> None:
    folded = listed_work()
    before = dict(folded.state["works"])
    for bad, code in (
        (report(START, NOON, permit_id="P9"), "W001"),
        (report(EXTEND, NOON, until_ms=NOON), "W007"),
    ):
        effects = folded.take(bad)
        assert (effects.refused, effects.changes) == ({f"permits {code}": 1}, {})
        assert effects.counts == {"site-reports refused": 1}
    assert folded.state["works"] == before


def test_a_report_heard_before_has_no_effect() -> None:
    folded = listed_work()
    row = told(folded, report(START, NOON, "r1"), report(NOT_YET, NOON + 1, "r2"))
    effects = folded.take(report(START, NOON, "r1"))
    assert (effects.changes, effects.counts) == ({}, {"site-reports repeated": 1})
    assert the_work(folded) == row


def test_an_extension_outlives_the_feeds_end_until_the_feed_says_a_later_one() -> None:
    folded = listed_work()
    told(folded, report(EXTEND, NOON, until_ms=kst("00:00", 15)))
    folded.take(listed(PERMIT, received_ms=NOON + 1))
    assert the_work(folded).ends_ms == kst("00:00", 15)
    longer = replace(PERMIT, ends_ms=kst("00:00", 20))
    folded.take(listed(longer, received_ms=NOON + 2))
    row = the_work(folded)
    assert (row.ends_ms, row.first_ends_ms, row.revision) == (kst("00:00", 20), PERMIT.ends_ms, 1)


def test_an_extension_stands_while_the_feed_says_other_things() -> None:
    folded = listed_work()
    told(folded, report(EXTEND, NOON, until_ms=kst("00:00", 15)))
    for number, more in enumerate(({"title": "관로"}, {"ends_ms": kst("00:00", 8)})):
        permit = replace(PERMIT, **more)  # type: ignore[arg-type]
        folded.take(listed(permit, received_ms=NOON + 1 + number))
        assert the_work(folded).ends_ms == kst("00:00", 15)


def test_a_new_issue_forgets_what_was_said_of_the_old_one() -> None:
    folded = listed_work()
    told(folded, report(EXTEND, NOON, until_ms=kst("00:00", 15)), report(END, NOON + 1))
    folded.take(listed(replace(PERMIT, ends_ms=kst("00:00", 12)), received_ms=NOON + 2))
    row = the_work(folded)
    assert (row.ends_ms, row.ended, row.revision) == (kst("00:00", 12), None, 2)
    folded.take(report(END, NOON + 1))
    assert the_work(folded) == row


def test_a_crew_extends_what_the_feed_calls_done() -> None:
    done = replace(PERMIT, done_ms=kst("10:00"))
    folded = works().take_all([listed(done)])
    told(folded, report(EXTEND, NOON, until_ms=kst("00:00", 15)))
    folded.take(listed(done, received_ms=NOON + 1))
    assert (the_work(folded).phase, the_work(folded).ended) == ("active", None)


def test_a_cancelled_work_stays_cancelled_while_its_feed_goes_on_listing_it() -> None:
    folded = listed_work()
    told(folded, report(CANCEL, NOON, by="office"))
    folded.take_all([listed(PERMIT, received_ms=NOON + 1), Tick(NOON + DAY_MS)])
    assert the_work(folded).phase == "cancelled"
    folded.take(report(START, NOON + DAY_MS))
    assert the_work(folded).started is None


def test_a_crew_is_believed_before_the_feed() -> None:
    running = replace(PERMIT, status_text="진행중")
    folded = works().take_all([listed(running)])
    told(folded, report(NOT_YET, NOON))
    folded.take(listed(running, received_ms=NOON + 1))
    assert (the_work(folded).phase, the_work(folded).started) == ("planned", None)
    told(folded, report(START, NOON + 2), report(END, NOON + 3))
    folded.take(listed(running, received_ms=NOON + 4))
    assert the_work(folded).ended == ReportedTime(NOON + 3, Reporter.CREW)


def test_what_the_crew_denies_the_feeds_old_word_does_not_bring_back() -> None:
    done = replace(PERMIT, status_text="완료", began_ms=kst("09:00"), done_ms=kst("10:00"))
    folded = works().take_all([listed(done)])
    assert the_work(folded).phase == "finished"
    told(folded, report(NOT_YET, NOON))
    folded.take(listed(done, received_ms=NOON + 1))
    assert (the_work(folded).phase, the_work(folded).ended) == ("active", None)
    later = replace(done, done_ms=NOON + 2)
    folded.take(listed(later, received_ms=NOON + 3))
    assert the_work(folded).ended == ReportedTime(NOON + 2, Reporter.FEED)
