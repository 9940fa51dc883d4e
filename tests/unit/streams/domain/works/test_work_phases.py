"""The table of phases, a line at a time."""

from dataclasses import replace
from typing import Any

import pytest

from streams.contract.enums import Phase, Reporter
from streams.contract.times import EVER_MS
from streams.domain.works import ReportedTime, Work, is_in_force, phase_at
from streams.domain.works.phases import UNLISTED_ENDS_MS, over_ms, settled_ms
from streams.domain.works.rows import of_permit
from tests.cities.works import PERMIT, kst


def work(**more: Any) -> Work:
    return replace(of_permit(PERMIT), **more)


def begun(by: str, clock: str = "09:00", day: int = 0) -> ReportedTime:
    return ReportedTime(kst(clock, day), Reporter(by))


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


def phases(row: Work, *times: tuple[int, str]) -> list[str]:
    return [phase_at(row, kst(clock, day)) for day, clock in times]


ONE_NIGHT = {"hours": "22:00-06:00", "ends_ms": kst("00:00", 1)}


def test_one_night_is_planned_in_the_morning_before_and_lasts_until_the_morning_after() -> None:
    times = ((0, "03:00"), (0, "21:59"), (0, "22:00"), (1, "03:00"), (1, "05:59"), (1, "06:00"))
    wanted = ["planned", "planned", "active", "active", "active", "finished"]
    assert phases(work(**ONE_NIGHT), *times) == wanted


@pytest.mark.parametrize("day", [-1, 0])
def test_a_day_on_which_a_feed_saw_a_night_begin_is_not_the_morning_before(day: int) -> None:
    row = work(**ONE_NIGHT, started=begun("feed", "00:00", day))
    times = ((day, "03:00"), (day, "21:59"), (day, "22:00"), (day + 1, "03:00"))
    assert phases(row, *times) == ["planned", "planned", "active", "active"]


def test_three_nights_rest_by_day_and_end_with_the_morning_after_the_last() -> None:
    row = work(hours="22:00-06:00", ends_ms=kst("00:00", 3))
    times = ((0, "03:00"), (1, "03:00"), (1, "12:00"), (2, "23:00"), (3, "05:00"), (3, "07:00"))
    wanted = ["planned", "active", "paused", "active", "active", "finished"]
    assert phases(row, *times) == wanted


def test_times_of_its_own_cut_a_night() -> None:
    late = work(hours="22:00-06:00", starts_ms=kst("02:00"), ends_ms=kst("04:00", 1))
    times = ((0, "01:59"), (0, "02:00"), (0, "12:00"), (1, "03:59"), (1, "04:00"))
    assert phases(late, *times) == ["planned", "active", "paused", "active", "finished"]


def test_digging_at_night_lasts_until_the_morning_too() -> None:
    row = work(hours="22:00-06:00", **DIG, **RESTORE)
    times = ((2, "03:00"), (2, "22:00"), (4, "05:00"), (4, "22:00"), (6, "22:00"), (8, "05:00"))
    assert phases(row, *times) == ["paused", "active", "active", "paused", "active", "active"]


def test_a_crew_that_begins_in_the_morning_before_is_believed() -> None:
    row = work(**ONE_NIGHT, started=begun("crew", "03:00"))
    assert phases(row, (0, "02:59"), (0, "03:00"), (0, "06:00"), (1, "05:00"), (1, "06:00")) == [
        "planned",
        "active",
        "paused",
        "active",
        "overdue",
    ]


def test_several_spans_a_day_rest_in_between() -> None:
    row = work(hours="09:00-12:00,13:00-18:00")
    times = ((1, "08:59"), (1, "09:00"), (1, "12:30"), (1, "13:00"), (1, "18:00"))
    assert phases(row, *times) == ["paused", "active", "paused", "active", "paused"]


OPEN: dict[str, Any] = {"ends_ms": None, "first_ends_ms": None, "listed_ends_ms": None}
VAGUE: dict[str, Any] = {"starts_ms": None}


@pytest.mark.parametrize(
    ("row", "now_ms", "phase"),
    [
        (work(**OPEN), kst("23:59", -1), "planned"),
        (work(**OPEN), kst("00:00"), "active"),
        (work(**OPEN), kst("00:00", 3000), "active"),
        (work(**OPEN, hours="09:00-18:00"), kst("20:00", 30), "paused"),
        (work(**OPEN, hours="22:00-06:00"), kst("03:00"), "planned"),
        (work(**OPEN, hours="22:00-06:00"), kst("03:00", 90), "active"),
        (work(**OPEN, started=begun("feed")), kst("00:00", 300), "active"),  # never overdue
        (work(**OPEN, ended=begun("crew", day=2)), kst("09:00", 2), "finished"),
        (work(**OPEN, cancelled=begun("office", day=2)), kst("09:00", 2), "cancelled"),
        (work(**OPEN, not_begun_ms=kst("09:00")), kst("10:00"), "planned"),
        (work(**OPEN, unlisted_ms=kst("00:00", 5)), kst("23:59", 34), "active"),
        (work(**OPEN, unlisted_ms=kst("00:00", 5)), kst("00:00", 35), "finished"),
        (work(**OPEN, unlisted_ms=kst("00:00", 5), started=begun("crew")), kst("00:00", 35),
         "finished"),
        # the digging may be known where the whole is not
        (work(**OPEN, **DIG), kst("00:00", 3), "active"),
        (work(**OPEN, **DIG), kst("00:00", 5), "paused"),
        (work(**OPEN, **RESTORE), kst("00:00", 9), "paused"),
        # without a begin it is planned until somebody says that it began
        (work(**VAGUE), kst("00:00", 5), "planned"),
        (work(**VAGUE), kst("00:00", 10), "finished"),
        (work(**VAGUE, started=begun("crew", day=4)), kst("08:59", 4), "planned"),
        (work(**VAGUE, started=begun("crew", day=4)), kst("09:00", 4), "active"),
        (work(**VAGUE, started=begun("feed", day=4)), kst("00:00", 10), "overdue"),
        (work(**VAGUE, **DIG), kst("00:00", 3), "active"),  # that digging began is stated
        (work(**VAGUE, **OPEN), kst("00:00", 3000), "planned"),
        (work(**VAGUE, **OPEN, unlisted_ms=1), kst("00:00"), "finished"),
        (work(**VAGUE, **OPEN, started=begun("crew")), kst("00:00", 99), "active"),
        (work(**VAGUE, **OPEN, hours="22:00-06:00", started=begun("feed", "00:00")),
         kst("03:00"), "planned"),
        (work(**VAGUE, **OPEN, hours="22:00-06:00", started=begun("crew", "03:00")),
         kst("03:00"), "active"),
    ],
)  # fmt: skip
def test_phases_without_a_known_begin_or_end(row: Work, now_ms: int, phase: str) -> None:
    assert phase_at(row, now_ms) == phase


def test_a_work_without_an_end_is_over_when_somebody_said_so_or_its_feed_long_left_it_out() -> None:
    said, dropped = begun("crew", day=2), kst("00:00", 5)
    assert over_ms(work(**OPEN, ended=said)) == said.at_ms
    assert over_ms(work(**OPEN, unlisted_ms=dropped)) == dropped + UNLISTED_ENDS_MS
    assert settled_ms(work(**OPEN, ended=said)) == EVER_MS  # still listed: it must be remembered
    assert settled_ms(work(**OPEN, ended=said, unlisted_ms=dropped)) == dropped + UNLISTED_ENDS_MS


def test_night_work_keeps_its_hours_even_when_overdue() -> None:
    row = work(hours="22:00-05:00", started=begun("crew"))
    night, noon = kst("23:00", 11), kst("12:00", 11)
    assert [phase_at(row, t) for t in (night, noon)] == ["overdue", "overdue"]
    assert is_in_force(row, Phase.OVERDUE, night)
    assert not is_in_force(row, Phase.OVERDUE, noon)
