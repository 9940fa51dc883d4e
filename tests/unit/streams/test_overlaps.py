import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain.overlaps import DAY_MS, Span, is_within, meet, openings, span

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
        (span(at(0), at(72), "09:00-18:00"), span(at(0), at(72), "17:00-05:00"), (0, 72)),
        (span(at(0), at(72), "22:00-05:00"), span(at(24), at(72), "04:00-09:00"), (24, 72)),
        (span(at(0), at(72), "09:00-18:00"), span(at(0), at(72), "18:00-22:00"), None),
        # two hours in common, and the work of the night is not in them
        (span(at(0), at(14), "22:00-05:00"), span(at(12), at(60), "22:00-05:00"), None),
        (span(at(0), at(23), "22:00-05:00"), span(at(12), at(60), "22:00-05:00"), (12, 23)),
        (span(at(20), at(30), "22:00-05:00"), span(at(27), at(60), "22:00-05:00"), (27, 30)),
        (span(at(0), at(72), "by day"), span(at(0), at(72), "01:00-02:00"), (0, 72)),
        (span(at(0), at(72), "25:00-26:00"), span(at(0), at(72), "01:00-02:00"), (0, 72)),
        (span(at(0), at(72), "00:00-24:00"), span(at(0), at(72), "23:59-24:00"), (0, 72)),
    ],
)
def test_works_meet_where_their_periods_and_their_hours_do(
    one: Span, other: Span, common: tuple[int, int] | None
) -> None:
    wanted = None if common is None else (at(common[0]), at(common[1]))
    assert meet(one, other) == meet(other, one) == wanted


HOURS = st.sampled_from(["", "09:00-18:00", "22:00-05:00", "04:00-06:00", "00:00-24:00", "x"])
SPANS = st.builds(
    lambda start, length, hours: span(at(start), at(start + length), hours),
    st.integers(0, 60),
    st.integers(1, 60),
    HOURS,
)


@given(SPANS, SPANS)
def test_works_meet_exactly_when_some_minute_lies_in_both(one: Span, other: Span) -> None:
    minutes = range(at(0), at(125), 30 * 60_000)
    shared = any(is_within(one, minute) and is_within(other, minute) for minute in minutes)
    assert (meet(one, other) is not None) == shared


@given(SPANS)
def test_daily_hours_open_within_a_day_of_the_start(period: Span) -> None:
    for opened_ms in openings(period):
        assert period.starts_ms <= opened_ms < period.starts_ms + DAY_MS
