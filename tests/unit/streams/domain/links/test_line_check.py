"""A line beside which nearly all buses drive is wrong; a line that some left is not."""

from collections.abc import Iterable
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain.links.line_check import LineCheck, checked, is_suspended

MINUTE_MS = 60_000
START_MS = 1_795_414_390_000
Drive = tuple[int, str, int]


def after(drives: Iterable[Drive]) -> LineCheck:
    """The state after drives: how far off the line, by whom, and when."""
    return reduce(lambda state, drive: checked(state, *drive), drives, LineCheck())


def drives(count: int, off_m: int, *, vehicles: int = 4, every_min: int = 10) -> list[Drive]:
    return [
        (off_m, f"bus {i % vehicles}", START_MS + i * every_min * MINUTE_MS) for i in range(count)
    ]


def test_a_line_that_several_buses_drive_beside_for_over_an_hour_is_suspended() -> None:
    assert is_suspended(after(drives(8, 80)))


@pytest.mark.parametrize(
    "seen",
    [
        drives(7, 80),
        drives(20, 80, vehicles=2),
        drives(20, 80, every_min=3),
        drives(20, 30),
        drives(20, 20),
    ],
    ids=["too few drives", "two vehicles", "within an hour", "within doubt", "on the line"],
)
def test_a_line_is_kept_while_less_than_that_is_known(seen: list[Drive]) -> None:
    assert not is_suspended(after(seen))


def test_one_drive_in_ten_on_the_line_is_a_slip_of_gps_and_two_are_buses() -> None:
    assert is_suspended(after([*drives(1, 10), *drives(10, 80)]))
    assert not is_suspended(after([*drives(2, 10), *drives(10, 80)]))


def test_buses_on_the_line_lift_the_suspension() -> None:
    assert not is_suspended(after([*drives(10, 80), *drives(2, 10)]))


def test_a_line_that_buses_drove_is_never_wrong_again_however_long_they_are_diverted() -> None:
    assert not is_suspended(after([*drives(11, 10), *drives(5_000, 80)]))


@given(
    st.lists(
        st.tuples(st.integers(0, 200), st.sampled_from("abcdefgh"), st.integers(1, 10**7)),
        max_size=250,
    ).flatmap(lambda seen: st.tuples(st.just(seen), st.permutations(seen)))
)
def test_the_order_of_drives_leaves_no_trace(both: tuple[list[Drive], list[Drive]]) -> None:
    seen, shuffled = both
    state = after(seen)
    assert state == after(shuffled)
    assert max(state.on_line, state.off_line) <= 100
    assert state.vehicles < 1 << 32
