"""Refusals are counted: the first at once, the rest a minute later, and never too many."""

from hypothesis import given
from hypothesis import strategies as st

from maps.access.refused import MOST, OTHERS, WINDOW_S, Refused, RefusedTally
from streams.contract.enums import AccessAction


def kind(name: str) -> Refused:
    return Refused("", name, AccessAction.REFUSED, "no login", "")


def test_the_first_is_said_at_once_and_its_repeats_when_the_minute_is_over() -> None:
    tally = RefusedTally()
    assert tally.add(kind("a"), 0.0) == kind("a")
    assert [tally.add(kind("a"), float(n)) for n in range(1, 50)] == [None] * 49
    assert tally.due(WINDOW_S - 1) == []
    assert tally.due(WINDOW_S) == [(kind("a"), 49)]
    assert tally.due(2 * WINDOW_S) == []
    assert tally.add(kind("a"), 3 * WINDOW_S) == kind("a")


def test_what_the_log_did_not_take_is_said_again() -> None:
    tally = RefusedTally()
    tally.add(kind("a"), 0.0)
    tally.again(kind("a"), 1, 0.0)
    tally.add(kind("a"), 1.0)
    assert tally.due(WINDOW_S) == [(kind("a"), 2)]


@given(names=st.lists(st.integers(0, 2 * MOST), max_size=2000), step_s=st.floats(0, 2))
def test_none_is_lost_and_kinds_are_bounded(names: list[int], step_s: float) -> None:
    tally, now_s, said, most = RefusedTally(), 0.0, 0, 0
    for name in names:
        now_s += step_s
        said += tally.add(kind(str(name)), now_s) is not None
        due = tally.due(now_s)
        said += sum(count for _, count in due)
        most = max(most, len(tally._begun))
    said += sum(count for _, count in tally.due(now_s + WINDOW_S))
    assert said == len(names)
    assert most <= MOST + 1


def test_too_many_kinds_are_counted_together() -> None:
    tally = RefusedTally()
    for n in range(MOST):
        assert tally.add(kind(str(n)), 0.0) is not None
    other = tally.add(kind("one more"), 0.0)
    assert other is not None
    assert other.address == OTHERS
    assert tally.add(kind("another"), 0.0) is None
