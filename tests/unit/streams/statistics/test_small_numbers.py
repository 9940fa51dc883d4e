"""What small numbers allow: against published values, and what must hold of any."""

import math
import random

import pytest

from streams.statistics.small_numbers import (
    Interval,
    change_interval,
    mean_interval,
    ranks,
    shrunk,
    wilson,
)
from streams.statistics.works import league_of


@pytest.mark.parametrize(
    ("good", "of", "low", "high"),
    [  # R. G. Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_score_interval_is_the_published_one(
    good: int, of: int, low: float, high: float
) -> None:
    assert wilson(good, of) == pytest.approx((low, high), abs=0.00005)
    assert wilson(of - good, of) == pytest.approx((1 - high, 1 - low), abs=0.00005)


def test_of_nothing_anything_may_be() -> None:
    assert wilson(0, 0) == (0, 1)
    assert shrunk([]).shares == ()
    assert shrunk([(0, 0)]).shares == (0,)


def test_who_has_few_cases_comes_near_the_mean() -> None:
    found = shrunk([(1, 1), (80, 100), (10, 100), (50, 100), (0, 1)])
    lucky, good, bad, middle, unlucky = found.shares
    assert 0 < found.weight < math.inf
    assert abs(lucky - found.mean) < abs(1 - found.mean) / 2, "one case says little"
    assert abs(good - 0.8) < 0.02, "a hundred say much"
    assert bad < unlucky < middle < lucky < good


def test_shares_that_differ_by_chance_alone_are_all_the_mean() -> None:
    found = shrunk([(5, 10), (6, 10), (4, 10), (5, 10)])
    assert set(found.shares) == {0.5}


def test_the_weight_found_is_the_one_that_made_the_cases() -> None:
    chance = random.Random(5)
    cases = []
    for _ in range(3_000):
        share, of = chance.betavariate(6, 4), chance.randrange(1, 40)
        cases.append((sum(chance.random() < share for _ in range(of)), of))
    found = shrunk(cases)
    assert found.mean == pytest.approx(0.6, abs=0.02)
    assert found.weight == pytest.approx(10, rel=0.15)


def test_a_rank_is_what_intervals_allow() -> None:
    apart = [Interval(0.8, 0.9), Interval(0.1, 0.2), Interval(0.5, 0.85)]
    assert ranks(apart) == [(1, 2), (3, 3), (1, 2)]
    assert ranks([Interval(0.1, 0.9), Interval(0.2, 0.8)]) == [None, None], "nobody is first"
    assert ranks([Interval(0.1, 0.9)]) == [(1, 1)]


def test_the_league_puts_no_lucky_one_first() -> None:
    rows, _ = league_of({"하나": (1, 1), "큰": (95, 100), "작은": (50, 100)})
    assert [row[0] for row in rows] == ["큰", "하나", "작은"]
    assert [row[7:] for row in rows] == [(1, 2), (None, None), (2, 3)]


def test_the_bootstrap_is_the_same_each_time_and_covers_as_it_says() -> None:
    chance = random.Random(9)
    assert mean_interval([1.0, 2.0, 4.0], 1) == mean_interval([1.0, 2.0, 4.0], 1)
    covered = 0
    for seed in range(300):
        low, high = mean_interval([chance.gauss(10, 3) for _ in range(30)], seed, draws=400)
        covered += low <= 10 <= high
    assert 0.89 <= covered / 300 <= 0.98
    low, high = change_interval([1.0] * 5 + [2.0] * 5, [5.0] * 5 + [6.0] * 5, 3)
    assert 3 < low < 4 < high < 5
