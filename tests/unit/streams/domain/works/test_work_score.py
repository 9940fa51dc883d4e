"""Begins that somebody verified, and how late the clock took up declared hours."""

from dataclasses import replace

from streams.contract.enums import SiteStatus
from streams.contract.records import Permit, Tick
from streams.contract.times import DAY_MS
from streams.domain.works.score import WorkDay
from tests.cities.fakes import Folded
from tests.cities.works import PERMIT, kst, listed, report, works

DAILY = replace(PERMIT, hours="09:00-18:00")
FIRST = "2026-11-23"


def day(folded: Folded, name: str = FIRST) -> WorkDay:
    row = folded.state["work_scores"].get(name, WorkDay())
    assert isinstance(row, WorkDay)
    return row


def early(permit: Permit, *ticks: int) -> Folded:
    """A permit listed a day before it begins, and the clock from then on."""
    folded = works().take_all([listed(permit, received_ms=kst("12:00", -1))])
    return folded.take_all(map(Tick, ticks))


def test_a_declared_hour_is_taken_up_as_late_as_the_tick_that_shows_it() -> None:
    folded = early(DAILY, kst("08:59"), kst("09:00") + 400, kst("18:00"), kst("18:01"))
    assert (day(folded).opened.number, day(folded).opened.total_s) == (1, 0)
    assert (day(folded).closed.number, day(folded).closed.total_s) == (1, 0)
    late = early(DAILY, kst("08:59"), kst("09:07") + 5_000, kst("18:40"))
    assert (day(late).opened.total_s, day(late).closed.total_s) == (7 * 60 + 5, 40 * 60)


def test_what_a_list_or_a_crew_changes_is_no_delay_of_the_clock() -> None:
    folded = works().take_all([listed(DAILY, received_ms=kst("13:00"))])
    folded.take(report(SiteStatus.END, kst("15:00")))
    assert day(folded).opened.number == day(folded).closed.number == 0
    assert day(folded).begun == 1


def test_a_begin_counts_once_on_the_day_it_opened_and_is_verified_later() -> None:
    folded = early(DAILY, *(kst(clock, at) for at in range(3) for clock in ("09:00", "18:00")))
    assert (day(folded).begun, day(folded).verified) == (1, 0)
    folded.take(report(SiteStatus.START, kst("10:00", 3)))
    folded.take(report(SiteStatus.START, kst("11:00", 3)))
    assert (day(folded).begun, day(folded).verified) == (1, 1)
    rows = folded.state["work_scores"].values()
    assert sum(row.begun for row in rows) == sum(row.verified for row in rows) == 1


def test_a_crew_that_begins_early_verifies_the_begin_it_makes() -> None:
    folded = early(PERMIT, kst("20:00", -1))
    folded.take(report(SiteStatus.START, kst("22:00", -1)))
    assert (day(folded, "2026-11-22").begun, day(folded, "2026-11-22").verified) == (1, 1)
    assert day(folded).begun == 0


def test_a_begin_is_forgotten_with_its_work_and_its_day_stays() -> None:
    folded = early(DAILY, kst("09:00"))
    assert set(folded.state["work_starts"]) == {"P1"}
    folded.take(Tick(kst("00:00", 10) + 8 * DAY_MS))
    assert folded.state["work_starts"] == {}
    folded.take(Tick(kst("00:00", 10) + 9 * DAY_MS))
    assert (folded.state["work_starts"], day(folded).begun) == ({}, 1)
