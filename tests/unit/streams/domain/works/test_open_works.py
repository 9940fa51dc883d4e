"""Works whose begin or end nobody knows: what their feed, crews and the clock make of them."""

from dataclasses import replace
from typing import Any

import pytest

from streams.contract import wire
from streams.contract.enums import Reporter, SiteStatus
from streams.contract.errors import RecordRefusedError
from streams.contract.records import Permit, PermitBatch, Tick
from streams.contract.times import DAY_MS
from streams.domain.works import ReportedTime
from tests.cities.builder import town
from tests.cities.fakes import Folded
from tests.cities.sites import EAST, ROUTE, clashes, full
from tests.cities.works import PERMIT, blocks, kst, listed, report, the_work, works

OPEN = replace(PERMIT, ends_ms=None, flags=("no_end",))
VAGUE = replace(PERMIT, starts_ms=None, flags=("no_start",))
NOON = kst("12:00", day=1)
UNREADABLE = ("end_unreadable",)


def told(*permits: Permit) -> Folded:
    """The permits one after the other, an hour apart, from noon of the second day."""
    folded = works()
    for number, permit in enumerate(permits):
        folded.take(listed(permit, received_ms=NOON + number * 3_600_000))
    return folded


def left_out(folded: Folded, from_ms: int) -> Folded:
    return folded.take_all(
        PermitBatch("permits", from_ms + n * 600_000, is_complete=True, rows=()) for n in range(3)
    )


def test_the_clock_alone_never_ends_a_work_that_is_listed_without_an_end() -> None:
    folded = told(OPEN).take_all([Tick(kst("00:00", day)) for day in (2, 40, 400, 4000)])
    assert (the_work(folded).phase, the_work(folded).is_in_force) == ("active", True)
    assert {(phase, is_over) for _, phase, is_over in blocks(folded)} == {("active", False)}


def test_a_work_without_an_end_ends_thirty_days_after_its_feed_began_to_leave_it_out() -> None:
    folded = left_out(told(OPEN), kst("00:00", 5))
    for day, phase in ((34, "active"), (35, "finished")):
        folded.take(Tick(kst("00:00", day)))
        assert the_work(folded).phase == phase
    folded.take(Tick(kst("00:00", 42) + 1))
    assert folded.state["works"] == {}


def test_listed_again_it_goes_on() -> None:
    folded = left_out(told(OPEN), kst("00:00", 5)).take_all([Tick(kst("00:00", 36))])
    folded.take(listed(OPEN, received_ms=kst("01:00", 36)))
    assert (the_work(folded).phase, the_work(folded).revision) == ("active", 1)


def test_what_a_crew_ended_stays_ended_for_as_long_as_its_feed_lists_it() -> None:
    folded = told(OPEN).take_all(
        [report(SiteStatus.START, NOON + 1), report(SiteStatus.END, NOON + DAY_MS)]
    )
    for day in (9, 20, 90):
        folded.take(Tick(kst("00:00", day)))
        folded.take(listed(OPEN, received_ms=kst("00:00", day) + 1))
        assert the_work(folded).phase == "finished"
    left_out(folded, kst("00:00", 91)).take(Tick(kst("00:00", 128) + 1))
    assert folded.state["works"] == {}


def test_a_permit_without_an_end_that_is_done_when_first_seen_does_not_come_and_go() -> None:
    done = replace(OPEN, status_text="완료")
    folded = told(done)
    assert the_work(folded).ended == ReportedTime(NOON, Reporter.FEED)
    folded.take(Tick(kst("00:00", 30)))
    folded.take(listed(done, received_ms=kst("00:00", 30) + 1))
    assert (the_work(folded).ended, the_work(folded).phase) == (
        ReportedTime(NOON, Reporter.FEED),
        "finished",
    )
    assert {is_over for _, _, is_over in blocks(folded)} == {True}


@pytest.mark.parametrize(
    ("days", "ends_ms", "first_ms"),
    [((None, 12), kst("00:00", 12), kst("00:00", 12)), ((12, None), None, kst("00:00", 12))],
)
def test_an_end_may_come_to_be_known_or_be_given_up(
    days: tuple[int | None, int | None], ends_ms: int | None, first_ms: int
) -> None:
    stated = [replace(OPEN, ends_ms=None if d is None else kst("00:00", d)) for d in days]
    row = the_work(told(*stated))
    assert (row.ends_ms, row.first_ends_ms, row.revision) == (ends_ms, first_ms, 1)


def test_a_finished_work_whose_end_only_came_to_be_known_stays_finished() -> None:
    folded = told(OPEN).take_all([report(SiteStatus.START, NOON), report(SiteStatus.END, NOON + 1)])
    folded.take(listed(PERMIT, received_ms=NOON + 3_600_000))
    assert (the_work(folded).phase, the_work(folded).revision) == ("finished", 1)


def test_a_finished_work_with_a_later_begin_and_no_end_is_a_new_issue() -> None:
    again = replace(OPEN, starts_ms=kst("00:00", 20))
    folded = told(PERMIT).take_all([Tick(kst("00:00", 10))])
    folded.take(listed(again, received_ms=kst("12:00", 10)))
    assert (the_work(folded).phase, the_work(folded).revision) == ("planned", 2)


@pytest.mark.parametrize("flags", [("end_unreadable",), ("period_reversed",)])
def test_an_unreadable_end_takes_nothing_back_that_is_known(flags: tuple[str, ...]) -> None:
    spoiled = replace(PERMIT, ends_ms=None, flags=flags)
    folded = told(PERMIT, spoiled)
    row = the_work(folded)
    assert (row.ends_ms, row.first_ends_ms, row.flags) == (PERMIT.ends_ms, PERMIT.ends_ms, flags)
    later = listed(spoiled, received_ms=NOON + 3_600_001)
    assert "works" not in folded.take(later).changes  # and is no news with every poll


def test_an_unreadable_begin_takes_nothing_back_that_is_known() -> None:
    row = the_work(told(PERMIT, replace(PERMIT, starts_ms=None, flags=("start_unreadable",))))
    assert (row.starts_ms, row.phase) == (PERMIT.starts_ms, "active")


def test_an_extension_gives_the_first_known_end_and_outlives_the_list() -> None:
    until_ms = kst("18:00", 4)
    folded = told(OPEN).take_all(
        [report(SiteStatus.START, NOON), report(SiteStatus.EXTEND, NOON + 1, until_ms=until_ms)]
    )
    folded.take(listed(OPEN, received_ms=NOON + 3_600_000))
    assert (the_work(folded).ends_ms, the_work(folded).first_ends_ms) == (until_ms, None)
    folded.take(Tick(until_ms))
    assert the_work(folded).phase == "overdue"


@pytest.mark.parametrize(
    ("clock", "is_taken"), [("05:00", False), ("06:00", False), ("07:00", True)]
)
def test_an_extension_of_a_night_reaches_beyond_its_morning(clock: str, *, is_taken: bool) -> None:
    night = replace(PERMIT, ends_ms=kst("00:00", 2), hours="22:00-06:00")
    longer = report(SiteStatus.EXTEND, kst("23:00", 1), until_ms=kst(clock, 2))
    folded = told(night).take_all([report(SiteStatus.START, kst("22:00", 1)), longer])
    assert (the_work(folded).ends_ms == kst(clock, 2)) is is_taken


def test_without_a_begin_nothing_is_closed_until_somebody_says_that_it_began() -> None:
    folded = told(VAGUE).take_all([Tick(kst("00:00", 3))])
    assert (the_work(folded).phase, the_work(folded).is_in_force) == ("planned", False)
    folded.take(report(SiteStatus.START, kst("09:00", 3)))
    assert (the_work(folded).phase, the_work(folded).begins_ms) == ("active", kst("09:00", 3))


@pytest.mark.parametrize("status", ["공사중", "착공", "진행중"])
def test_a_status_that_it_goes_on_is_a_begin_from_when_it_was_first_said(status: str) -> None:
    folded = told(VAGUE, replace(VAGUE, status_text=status))
    assert the_work(folded).started == ReportedTime(NOON + 3_600_000, Reporter.FEED)
    folded.take(listed(replace(VAGUE, status_text=status), received_ms=NOON + DAY_MS))
    assert the_work(folded).started == ReportedTime(NOON + 3_600_000, Reporter.FEED)
    first = the_work(told(replace(VAGUE, status_text=status)))
    assert (first.started, first.phase) == (ReportedTime(NOON, Reporter.FEED), "active")


def test_works_without_an_end_clash_until_one_of_them_is_over() -> None:
    other = replace(OPEN, permit_id="P2", organisation="가스공사")
    folded = works().take_all([listed(OPEN, other), Tick(kst("00:00", 900))])
    [clash] = folded.state["clashes"].values()
    assert (clash.from_ms, clash.until_ms) == (PERMIT.starts_ms, None)
    vague = replace(other, starts_ms=None)
    assert works().take_all([listed(OPEN, vague)]).state["clashes"] == {}


def test_a_closure_of_which_nobody_knows_when_it_begins_changes_no_route_yet() -> None:
    lines = town(4, 2, routes=(ROUTE,))
    known, vague = full("A", EAST), full("A", EAST, starts_ms=None, phase="planned")
    assert [clash.kind for clash in clashes(known, network=lines)] == ["route"]
    assert clashes(vague, network=lines) == []


@pytest.mark.parametrize("gaps", [{"starts_ms"}, {"ends_ms"}, {"starts_ms", "ends_ms"}])
def test_a_message_with_an_unknown_begin_or_end_is_read(gaps: set[str]) -> None:
    unknown: dict[str, Any] = dict.fromkeys(gaps)
    batch = listed(replace(PERMIT, **unknown))
    assert wire.decode(wire.encode(batch)) == batch


def test_a_period_that_ends_before_it_begins_is_still_refused() -> None:
    batch = listed(replace(PERMIT, ends_ms=kst("00:00")))
    with pytest.raises(RecordRefusedError, match="ends"):
        wire.decode(wire.encode(batch))
