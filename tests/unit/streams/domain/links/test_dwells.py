"""How long buses stand at a stop, told by how often a poll finds one there."""

import random

import pytest

from streams.contract.times import HOUR_MS
from streams.domain.links.dwells import MOST_BUSES, PULLING_AWAY_MS, StopHabit

PRIOR_MS = 12_000


def polled(stands_ms: int, poll_ms: int, *, buses: int, at_ms: int = 0) -> StopHabit:
    """A stop after so many buses, each found there by chance."""
    chance, habit = random.Random(stands_ms), StopHabit()
    for _ in range(buses):
        is_found = chance.random() * poll_ms < stands_ms + PULLING_AWAY_MS
        habit = habit.add(at_ms, poll_ms if is_found else 0)
    return habit


@pytest.mark.parametrize("poll_ms", [30_000, 60_000])
@pytest.mark.parametrize("stands_ms", [5_000, 15_000])
def test_how_often_a_bus_is_found_tells_how_long_it_stands(stands_ms: int, poll_ms: int) -> None:
    habit = polled(stands_ms, poll_ms, buses=200)
    assert habit.dwell_ms(0, PRIOR_MS) == pytest.approx(stands_ms, abs=4_000)


def test_what_nobody_saw_is_the_prior_and_one_bus_changes_it_little() -> None:
    assert StopHabit().dwell_ms(0, PRIOR_MS) == PRIOR_MS
    assert abs(StopHabit().add(0, 30_000).dwell_ms(0, PRIOR_MS) - PRIOR_MS) < 1_500


def test_where_buses_pass_without_stopping_nothing_is_learned() -> None:
    assert polled(15_000, 30_000, buses=200).dwell_ms(0, 0) == 0


def test_an_hour_of_its_own_differs_from_the_rest_of_the_day() -> None:
    habit = polled(1_000, 30_000, buses=200)
    for _ in range(100):
        habit = habit.add(12 * HOUR_MS, 30_000)
    assert habit.dwell_ms(12 * HOUR_MS, PRIOR_MS) > habit.dwell_ms(0, PRIOR_MS) + 8_000


def test_what_is_known_is_bounded() -> None:
    assert sum(polled(15_000, 30_000, buses=5 * MOST_BUSES).buses) <= MOST_BUSES
