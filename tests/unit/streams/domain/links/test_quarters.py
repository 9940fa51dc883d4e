"""Kinds of day and quarter hours; Korea's public holidays come from their library."""

from datetime import UTC, datetime

import pytest

from streams.contract.times import DAY_MS, HOUR_MS, KST_MS, MINUTE_MS
from streams.domain.links.quarters import (
    QUARTER_MS,
    DayKind,
    day_kind,
    faded,
    learned_ms,
    no_holiday,
    place_of,
    running,
)
from streams.domain.links.windows import WindowGrid
from streams.topology.holidays import korean_holidays

GRID = WindowGrid(size_ms=MINUTE_MS, grace_ms=2 * MINUTE_MS)


def korean(text: str) -> int:
    """The ms of a time in Korea."""
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000) - KST_MS


def kind_of(date: str) -> DayKind:
    return day_kind((korean(f"{date}T12:00") + KST_MS) // DAY_MS, korean_holidays())


@pytest.mark.parametrize(
    ("date", "kind"),
    [
        ("2026-09-21", DayKind.WEEKDAY),  # a Monday
        ("2026-09-19", DayKind.SATURDAY),
        ("2026-09-20", DayKind.HOLIDAY),  # a Sunday
        ("2026-09-24", DayKind.HOLIDAY),  # 추석 from a Thursday
        ("2026-09-25", DayKind.HOLIDAY),  # to a Saturday
        ("2026-09-26", DayKind.HOLIDAY),
        ("2026-03-02", DayKind.HOLIDAY),  # for 삼일절 on a Sunday
        ("2026-10-05", DayKind.HOLIDAY),  # for 개천절 on a Saturday
        ("2026-06-03", DayKind.HOLIDAY),  # local elections
        ("2027-02-09", DayKind.HOLIDAY),  # for 설날, by the moon, on a Sunday
        ("2026-11-27", DayKind.WEEKDAY),
    ],
)
def test_a_day_is_of_the_kind_on_which_the_city_moves_alike(date: str, kind: DayKind) -> None:
    assert kind_of(date) is kind


def test_a_day_that_no_calendar_reaches_is_no_holiday() -> None:
    assert not korean_holidays()(10**9)
    assert day_kind(10**9, korean_holidays()) in DayKind


@pytest.mark.parametrize(
    ("time", "of_day"),
    [("00:00", 0), ("00:14", 0), ("00:15", 1), ("08:59", 35), ("23:59", 95)],
)
def test_a_quarter_hour_is_of_the_korean_day(time: str, of_day: int) -> None:
    at_ms = korean(f"2026-09-21T{time}")
    place = place_of(at_ms // QUARTER_MS, no_holiday)
    assert (place.of_day, place.kind) == (of_day, DayKind.WEEKDAY)
    assert place.day == (korean("2026-09-21T00:00") + KST_MS) // DAY_MS


@pytest.mark.parametrize("steps", [0, 13, 14, 95])
def test_the_hour_of_a_quarter_hour_has_four(steps: int) -> None:
    place = place_of(korean("2026-09-21T00:00") // QUARTER_MS + steps, no_holiday)
    rows = [place.row(step) for step in place.of_hour]
    assert rows == [f"0|{n}" for n in range(steps // 4 * 4, steps // 4 * 4 + 4)]


def test_a_quarter_hour_is_learned_once_its_windows_take_nothing_more() -> None:
    number = korean("2026-09-21T08:15") // QUARTER_MS
    assert learned_ms(number, GRID) == korean("2026-09-21T08:32")
    assert running(korean("2026-09-21T08:32") - 1, GRID) == number
    assert running(korean("2026-09-21T08:32"), GRID) == number + 1


@pytest.mark.parametrize(
    ("size_ms", "grace_ms"), [(1000, 0), (7 * MINUTE_MS, 90_500), (HOUR_MS, HOUR_MS)]
)
def test_windows_of_any_size_are_closed_when_their_quarter_hour_is_learned(
    size_ms: int, grace_ms: int
) -> None:
    grid = WindowGrid(size_ms, grace_ms)
    for number in range(2_000_000, 2_000_020):
        at_ms = learned_ms(number, grid)
        last_ms = (number + 1) * QUARTER_MS - 1
        assert grid.is_closed(grid.start_of(last_ms), at_ms)
        assert at_ms % size_ms == 0
        assert running(at_ms, grid) > number >= running(at_ms - 1, grid)


def test_what_was_learned_four_weeks_ago_counts_half_and_after_years_nothing() -> None:
    assert faded(10**6, 0) == faded(10**6, -3) == 10**6
    assert abs(faded(10**6, 28) - 500_000) < 1_000
    assert abs(faded(10**6, 56) - 250_000) < 1_000
    assert faded(10**9, 3650) == 0
