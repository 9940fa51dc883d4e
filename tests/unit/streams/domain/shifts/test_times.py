"""When a shift begins: with the last hand-over, else by the city's clock."""

import pytest

from streams.contract.shift import shift_id
from streams.contract.times import DAY_MS, HOUR_MS, MINUTE_MS
from streams.domain.shifts.book import ShiftRow, Signature
from streams.domain.shifts.times import KST_MS, WAITS_MS, begin_at, current_begin, end_after

TIMES = (6 * 60, 14 * 60, 22 * 60)
MIDNIGHT_MS = 1_795_305_600_000 - KST_MS + DAY_MS  # in Korea


def at(hour: int, minute: int = 0, day: int = 0) -> int:
    return MIDNIGHT_MS + day * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS


def shift(from_ms: int, until_ms: int = 0, *, taken: bool = False) -> ShiftRow:
    signed = Signature("kim", until_ms, "a" * 64)
    handed = signed if until_ms else None
    return ShiftRow(
        shift_id(from_ms), from_ms, until_ms, handed=handed, taken=signed if taken else None
    )


@pytest.mark.parametrize(
    ("now_ms", "begin_ms", "end_ms"),
    [
        (at(6), at(6), at(14)),
        (at(13, 59), at(6), at(22)),  # it hands over to the one that ends at ten
        (at(12, 59), at(6), at(14)),
        (at(5, 59), at(22, day=-1), at(14)),
        (at(23), at(22), at(6, day=1)),
    ],
)
def test_the_clock_says_when_a_shift_begins_and_the_next_ends(
    now_ms: int, begin_ms: int, end_ms: int
) -> None:
    assert (begin_at(now_ms, TIMES), end_after(now_ms, TIMES)) == (begin_ms, end_ms)


def test_before_the_first_hand_over_it_is_the_clocks_with_an_hour_to_hand_over_in() -> None:
    assert current_begin([], TIMES, at(14, 59)) == at(6)
    assert current_begin([], TIMES, at(15)) == at(14)


def test_a_shift_begins_where_the_last_one_ended_however_odd_the_time() -> None:
    rows = [shift(at(6), at(13, 50), taken=True)]
    for now_ms in (at(13, 51), at(20), at(22, 30), at(13, 50, day=1)):
        assert current_begin(rows, TIMES, now_ms) == at(13, 50)
    assert current_begin(rows, TIMES, at(16, day=1)) == at(14, day=1)


def test_what_somebody_wrote_in_goes_on_until_it_is_handed_over_or_a_day_is_over() -> None:
    rows = [shift(at(14))]
    assert current_begin(rows, TIMES, at(22, 59)) == at(14)
    assert current_begin(rows, TIMES, at(14, day=1)) == at(14)
    assert current_begin(rows, TIMES, at(15, day=1)) == at(14, day=1)


def test_what_was_handed_over_waits_for_who_takes_over() -> None:
    rows = [shift(at(14), at(18))]
    assert current_begin(rows, TIMES, at(9, day=3)) == at(14)
    later_ms = at(18) + WAITS_MS + HOUR_MS
    assert current_begin(rows, TIMES, later_ms) > at(18)


def test_of_several_the_last_counts() -> None:
    rows = [shift(at(6), at(14), taken=True), shift(at(14)), shift(at(22, day=-1), at(6))]
    assert current_begin(rows, TIMES, at(15)) == at(14)
