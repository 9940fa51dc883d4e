"""How soon a full closure would be seen."""

import pytest

from streams.contract.times import MINUTE_MS
from streams.domain.observed.belief import Belief, counted
from streams.domain.observed.promise import LONGEST_S, ROUND_S, promise_s

HOUR_MS = 60 * MINUTE_MS
NOW_MS = 500 * HOUR_MS


def buses(*minutes_ago: float) -> Belief:
    belief = Belief()
    for minutes in sorted(minutes_ago, reverse=True):
        belief = counted(belief, round(NOW_MS - minutes * MINUTE_MS))
    return belief


def test_without_buses_nothing_is_promised() -> None:
    assert promise_s(Belief(), NOW_MS, 0) is None
    assert promise_s(buses(), NOW_MS, NOW_MS - HOUR_MS) is None


def test_the_more_buses_the_sooner_and_never_sooner_than_a_bus_can_go_round() -> None:
    promises = [promise_s(buses(*range(1, n + 1)), NOW_MS, 0) for n in range(2, 40)]
    known = [each for each in promises if each is not None]
    assert len(known) == len(promises)
    assert known == sorted(known, reverse=True)
    assert known[0] > known[-1] > ROUND_S
    assert all(each % 60 == 0 for each in known)


def test_four_buses_an_hour_promise_a_closure_within_three_headways_and_a_way_round() -> None:
    belief = buses(1, 16, 31, 44)
    assert promise_s(belief, NOW_MS, 0) == round((3.2 * 45 * 60 / 4 + 300) / 60) * 60


def test_a_promise_too_far_away_is_none() -> None:
    assert promise_s(buses(10), NOW_MS, 0) is None
    assert (promise_s(buses(10, 30), NOW_MS, 0) or 0) <= LONGEST_S


@pytest.mark.parametrize("minutes", [75, 1000])
def test_buses_of_more_than_an_hour_ago_promise_nothing(minutes: float) -> None:
    assert promise_s(buses(*(minutes + n for n in range(10))), NOW_MS, 0) is None


def test_a_fold_that_has_just_begun_counts_the_time_it_has_seen() -> None:
    """Not the hour in which nobody looked."""
    belief = buses(1, 5, 9)
    young = promise_s(belief, NOW_MS, NOW_MS - 20 * MINUTE_MS)
    old = promise_s(belief, NOW_MS, NOW_MS - 10 * HOUR_MS)
    assert (young, old) == (round((3.2 * 20 * 60 / 3 + 300) / 60) * 60, 3180)
