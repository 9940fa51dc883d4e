import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.contract.times import DAY_MS, EVER_MS
from streams.domain.overlaps import HoursSpan, daily, is_within, last_ms, meet, openings, span

MIDNIGHT_MS = 1_795_273_200_000  # 2026-11-22 00:00 in Korea


def at(hour: float) -> int:
    """Hours after a Korean midnight."""
    return MIDNIGHT_MS + round(hour * 3_600_000)


@pytest.mark.parametrize(
    ("one", "other", "common"),
    [
        (span(at(0), at(48)), span(at(24), at(72)), (24, 48)),
        (span(at(0), at(24)), span(at(24), at(48)), None),  # ends are exclusive
        (span(at(0), at(72), "09:00-18:00"), span(at(0), at(72), "22:00-05:00"), None),
        (span(at(0), at(72), "09:00-18:00"), span(at(0), at(72), "17:00-05:00"), (17, 72)),
        (span(at(0), at(72), "22:00-05:00"), span(at(24), at(72), "04:00-09:00"), (24, 72)),
        (span(at(0), at(72), "09:00-18:00"), span(at(0), at(72), "18:00-22:00"), None),
        # two hours in common, and the work of the night is not in them
        (span(at(0), at(14), "22:00-05:00"), span(at(12), at(60), "22:00-05:00"), None),
        (span(at(0), at(23), "22:00-05:00"), span(at(12), at(60), "22:00-05:00"), (22, 23)),
        # the night of the last day lasts until its morning, that of the day before is not its own
        (span(at(0), at(24), "22:00-06:00"), span(at(26), at(28)), (26, 28)),
        (span(at(0), at(24), "22:00-06:00"), span(at(2), at(4)), None),
        (span(at(0), None), span(at(24), None, "22:00-06:00"), (46, None)),
        (span(None, at(48)), span(at(24), at(72)), None),
        (span(at(20), at(30), "22:00-05:00"), span(at(27), at(60), "22:00-05:00"), (27, 30)),
        (span(at(0), at(72), "by day"), span(at(0), at(72), "01:00-02:00"), (0, 72)),
        (span(at(0), at(72), "25:00-26:00"), span(at(0), at(72), "01:00-02:00"), (0, 72)),
        (span(at(0), at(72), "00:00-24:00"), span(at(0), at(72), "23:59-24:00"), (0, 72)),
    ],
)
def test_works_meet_where_their_periods_and_their_hours_do(
    one: HoursSpan, other: HoursSpan, common: tuple[int, int | None] | None
) -> None:
    wanted = None if common is None else tuple(EVER_MS if x is None else at(x) for x in common)
    assert meet(one, other) == meet(other, one) == wanted


HOURS = st.sampled_from(
    ["", "09:00-18:00", "22:00-05:00", "04:00-06:00", "00:00-24:00", "x", "08:00-12:00,13:00-18:00"]
)
SPANS = st.builds(
    lambda start, length, hours: span(at(start), at(start + length), hours),
    st.integers(0, 60),
    st.integers(1, 60),
    HOURS,
)


@given(SPANS, SPANS)
def test_works_meet_exactly_when_some_minute_lies_in_both(one: HoursSpan, other: HoursSpan) -> None:
    minutes = range(at(0), at(125), 30 * 60_000)
    shared = any(is_within(one, minute) and is_within(other, minute) for minute in minutes)
    assert (meet(one, other) is not None) == shared


@given(SPANS)
def test_daily_hours_open_within_a_day_of_the_start(period: HoursSpan) -> None:
    for opened_ms in openings(period):
        assert period.starts_ms <= opened_ms < period.starts_ms + DAY_MS


def held(period: HoursSpan) -> list[tuple[float, float]]:
    """The hours after midnight in which a work of a period is on, to a quarter."""
    quarters = [n / 4 for n in range(-48, 4 * 120) if is_within(period, at(n / 4))]
    edges = [n for n in quarters if n - 0.25 not in quarters]
    return [(n, next(m for m in range(-12, 999) if m > n and m not in quarters)) for n in edges]


@pytest.mark.parametrize(
    ("begin", "end", "hours", "nights"),
    [
        (0, 24, "22:00-06:00", [(22, 30)]),
        (0, 72, "22:00-06:00", [(22, 30), (46, 54), (70, 78)]),
        (0, 24, "18:00-24:00", [(18, 24)]),
        (0, 24, "18:00-00:00", [(18, 24)]),
        (0, 24, "00:00-06:00", [(0, 6)]),  # this one begins on its own day
        (0, 24, "22:00-24:00,00:00-06:00", [(22, 30)]),  # one night, written as two
        (0, 24, "23:00-02:00, 03:00-05:00", [(3, 5), (23, 26)]),
        (0, 24, "13:00-15:00,22:00-06:00", [(13, 15), (22, 30)]),
        (0, 24, "09:00-12:00,13:00-18:00", [(9, 12), (13, 18)]),
        (0, 24, "13:00-18:00,09:00-12:00", [(9, 12), (13, 18)]),
        (0, 24, "09:00-12:00,12:00-18:00,17:00-20:00", [(9, 20)]),
        # a begin or an end with a time of its own cuts the night
        (0, 29, "22:00-06:00", [(22, 29)]),
        (2, 24, "22:00-06:00", [(2, 6), (22, 30)]),
        (23, 24, "22:00-06:00", [(23, 30)]),
        (0, 5, "22:00-06:00", [(0, 5)]),  # nothing but a morning is left, so it counts
        # a part that cannot be read bounds nothing
        (0, 24, "09:00-12:00,afternoon", [(0, 24)]),
        (0, 24, "09:00-12:00,", [(0, 24)]),
        (0, 24, "09:00-18:00,18:00-09:00", [(0, 24)]),
    ],
)
def test_a_night_is_of_the_day_it_begins_on(
    begin: float, end: float, hours: str, nights: list[tuple[float, float]]
) -> None:
    assert held(span(at(begin), at(end), hours)) == nights


@given(HOURS, st.integers(0, 60), st.integers(1, 60))
def test_a_period_is_on_within_its_begin_and_its_real_end(hours: str, begin: int, n: int) -> None:
    period = span(at(begin), at(begin + n), hours)
    assert at(begin) <= period.starts_ms < period.ends_ms == last_ms(at(begin + n), hours)
    assert last_ms(None, hours) == EVER_MS == span(at(begin), None, hours).ends_ms
    assert not any(is_within(span(None, None, hours), at(hour)) for hour in range(72))


def test_windows_are_told_in_the_order_of_the_day_and_a_night_as_one() -> None:
    assert daily("13:00-18:00,09:00-12:00").windows == ((540, 720), (780, 1080))
    assert daily("22:00-24:00,00:00-06:00,12:00-13:00").windows == ((720, 780), (1320, 360))
    assert daily("00:00-24:00").windows == ((0, 1440),)
    assert daily("").windows == daily("x").windows == daily("07:00-07:00").windows == ()
