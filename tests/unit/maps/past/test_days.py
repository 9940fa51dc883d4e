"""A day of a link: its quarter hours, what is usual, and when it was or will be closed."""

from dataclasses import replace

from maps.past.days import ClosedTime, band, closed_times, measured, planned_times, window_of
from streams.contract.enums import Closure
from streams.contract.records import Permit
from streams.contract.times import DAY_MS, HOUR_MS
from streams.domain.links.fold import LinkView
from streams.domain.links.quarters import QUARTER_MS
from streams.domain.links.quarters_told import LinkQuarter
from streams.domain.links.usual import Rung, UsualSpeed
from streams.domain.works.rows import of_permit

NOW_MS = 1_795_305_600_000
FREE, SHUT = LinkView(), LinkView(closure=Closure.FULL, subjects=("work:1",))


def test_a_day_ends_with_the_quarter_hour_of_its_moment() -> None:
    window = window_of(NOW_MS + 60_000)
    assert len(window.times_ms) == 97
    assert window.times_ms[-1] == NOW_MS + QUARTER_MS
    assert window.from_ms == NOW_MS - DAY_MS


def test_what_was_not_told_is_a_gap() -> None:
    window = window_of(NOW_MS)
    speeds, passages = measured(window, {window.last: LinkQuarter(20.0, 3), 7: LinkQuarter(9.0, 1)})
    assert (speeds[-2:], passages[-2:]) == ([None, 20.0], [0, 3])
    assert speeds.count(None) == 96


def test_eight_of_ten_lie_in_the_band() -> None:
    found = band(
        [UsualSpeed(300, 50, 9, 9, Rung.QUARTER), None, UsualSpeed(20, 90, 9, 9, Rung.HOUR)]
    )
    assert found.usual_kmh == (30.0, None, 2.0)
    assert found.low_kmh == (23.6, None, 0.0)
    assert found.high_kmh == (36.4, None, 13.5)


def test_closures_begin_and_end_as_the_history_tells() -> None:
    run = [
        (NOW_MS - HOUR_MS, SHUT),
        (NOW_MS + 5, SHUT),
        (NOW_MS + 60_000, FREE),
        (NOW_MS + 90_000, SHUT),
    ]
    assert closed_times(run, NOW_MS) == [
        ClosedTime(NOW_MS, NOW_MS + 60_000, Closure.FULL, ("work:1",)),
        ClosedTime(NOW_MS + 90_000, None, Closure.FULL, ("work:1",)),
    ]
    assert closed_times([(NOW_MS - HOUR_MS, SHUT), (NOW_MS - 5, FREE)], NOW_MS) == []
    assert closed_times([], NOW_MS) == []


def test_a_work_ahead_closes_its_links_by_its_own_times() -> None:
    starts_ms, ends_ms = NOW_MS + 2 * HOUR_MS, NOW_MS + 4 * HOUR_MS
    permit = Permit("W", "하수관", starts_ms, ends_ms, closure=Closure.FULL)
    work = replace(of_permit(permit), links=("a",))
    until_ms = NOW_MS + 6 * HOUR_MS
    [found] = planned_times({"W": work}, "a", NOW_MS, until_ms)
    assert (found.from_ms, found.closure, found.subjects, found.is_planned) == (
        NOW_MS + 2 * HOUR_MS,
        Closure.FULL,
        ("work:W",),
        True,
    )
    assert planned_times({"W": work}, "b", NOW_MS, until_ms) == []
    assert planned_times({"W": work}, "a", NOW_MS, NOW_MS + HOUR_MS) == []
