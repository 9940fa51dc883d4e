"""The table of phases, a line at a time."""

from dataclasses import replace
from typing import Any

import pytest

from streams.domain.works import Said, Work, is_in_force, phase_at
from streams.domain.works.rows import of_permit
from tests.unit.streams.works import PERMIT, kst


def work(**more: Any) -> Work:
    return replace(of_permit(PERMIT), **more)


def begun(by: str, clock: str = "09:00", day: int = 0) -> Said:
    return Said(kst(clock, day), by)


CASES: list[tuple[str, Work, int, str]] = [
    ("before", work(), kst("23:59", -1), "planned"),
    ("inside", work(), kst("00:00"), "active"),
    ("past the end, nobody said it began", work(), kst("00:00", 10), "finished"),
    # who said that it began decides what the end means
    ("the feed said so", work(started=begun("feed")), kst("00:00", 10), "overdue"),
    ("the crew said so", work(started=begun("crew")), kst("00:00", 10), "overdue"),
    ("the office said so", work(started=begun("office")), kst("00:00", 300), "overdue"),
    ("a feed is believed 30 days", work(started=begun("feed")), kst("23:59", 39), "overdue"),
    ("and no longer", work(started=begun("feed")), kst("00:00", 40), "finished"),
    ("nor once it stopped listing it", work(started=begun("feed"), unlisted_ms=1),
     kst("00:00", 10), "finished"),
    ("a crew needs no list", work(started=begun("crew"), unlisted_ms=1),
     kst("00:00", 10), "overdue"),
    ("begun after now", work(started=begun("crew", day=11)), kst("00:00", 10), "finished"),
    # an end and a cancellation count from their own time
    ("ended", work(ended=begun("crew", day=2)), kst("09:00", 2), "finished"),
    ("not ended yet", work(ended=begun("crew", day=2)), kst("08:59", 2), "active"),
    ("ended after its end", work(started=begun("crew"), ended=begun("crew", day=11)),
     kst("09:00", 11), "finished"),
    ("cancelled", work(cancelled=begun("office", day=2)), kst("09:00", 2), "cancelled"),
    ("cancelled beats ended", work(ended=begun("crew"), cancelled=begun("feed")),
     kst("09:00"), "cancelled"),
    # a crew may begin a day early, and says when it has not begun
    ("early", work(started=begun("crew", "20:00", -1)), kst("20:00", -1), "active"),
    ("before that", work(started=begun("crew", "20:00", -1)), kst("19:59", -1), "planned"),
    ("a whole day early", work(started=begun("feed", "00:00", -1)), kst("00:00", -1), "active"),
    ("too early to be true", work(started=begun("feed", "20:00", -3)), kst("20:00", -1), "planned"),
    ("not yet", work(not_begun_ms=kst("09:00")), kst("09:00"), "planned"),
    ("not yet holds a day", work(not_begun_ms=kst("09:00")), kst("08:59", 1), "planned"),
    ("then the dates count", work(not_begun_ms=kst("09:00")), kst("09:00", 1), "active"),
    ("begun after not yet", work(not_begun_ms=kst("09:00"), started=begun("crew", "10:00")),
     kst("10:00"), "active"),
    ("not yet, and past the end", work(not_begun_ms=kst("23:00", 9)), kst("00:00", 10), "finished"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "now_ms", "phase"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_phases(row: Work, now_ms: int, phase: str) -> None:
    assert phase_at(row, now_ms) == phase


DIG = {"dig_starts_ms": kst("00:00", 2), "dig_ends_ms": kst("00:00", 4)}
RESTORE = {"restore_starts_ms": kst("00:00", 6), "restore_ends_ms": kst("00:00", 8)}


@pytest.mark.parametrize(
    ("day", "phase"),
    [(1, "paused"), (2, "active"), (4, "paused"), (6, "active"), (8, "paused"), (10, "finished")],
)
def test_digging_and_restoring_are_active_and_the_gaps_between_are_paused(
    day: int, phase: str
) -> None:
    assert phase_at(work(**DIG, **RESTORE), kst("00:00", day)) == phase


def test_what_is_not_told_apart_is_digging_until_the_restoration() -> None:
    row = work(**RESTORE)
    days = (5, 6, 8)
    assert [phase_at(row, kst("00:00", d)) for d in days] == ["active", "active", "paused"]


def test_a_restoration_outlasts_the_occupation_when_its_beginning_is_known() -> None:
    late = {"restore_starts_ms": kst("00:00", 12), "restore_ends_ms": kst("00:00", 14)}
    row = work(**DIG, **late)
    days = (10, 12, 14)
    assert [phase_at(row, kst("00:00", d)) for d in days] == ["paused", "active", "finished"]


def test_a_date_of_inspection_alone_keeps_no_work_open() -> None:
    row = work(restore_ends_ms=kst("00:00", 30))
    assert phase_at(row, kst("00:00", 10)) == "finished"


def test_digging_to_the_end_is_extended_with_the_permit_and_earlier_digging_is_not() -> None:
    longer = {"ends_ms": kst("00:00", 15), "extended_to_ms": kst("00:00", 15)}
    to_the_end = work(dig_starts_ms=kst("00:00"), dig_ends_ms=kst("00:00", 10), **longer)
    earlier = work(**DIG, **longer)
    assert [phase_at(row, kst("00:00", 12)) for row in (to_the_end, earlier)] == [
        "active",
        "paused",
    ]


@pytest.mark.parametrize(("day", "phase"), [(1, "active"), (5, "active"), (9, "active")])
def test_a_crew_that_digs_outside_the_proposed_days_is_believed(day: int, phase: str) -> None:
    row = work(**DIG, started=begun("crew", "00:00", 1 if day == 1 else 5))
    assert phase_at(row, kst("00:00", day)) == phase


def test_night_work_keeps_its_hours_even_when_overdue() -> None:
    row = work(hours="22:00-05:00", started=begun("crew"))
    night, noon = kst("23:00", 11), kst("12:00", 11)
    assert [phase_at(row, t) for t in (night, noon)] == ["overdue", "overdue"]
    assert is_in_force(row, "overdue", night)
    assert not is_in_force(row, "overdue", noon)
