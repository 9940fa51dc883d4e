"""What small numbers allow to be said: intervals, shrunk shares, ranks that are ranges. Pure."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

Z95 = 1.959963984540054
"""The normal quantile of a two-sided interval of 95 %."""
DRAWS = 2000


class Interval(NamedTuple):
    """Between which ends something lies, in 95 of 100 such cases."""

    low: float
    high: float


class Shrunk(NamedTuple):
    """Shares drawn towards the mean, and how many cases that mean weighs."""

    shares: tuple[float, ...]
    mean: float
    weight: float


def wilson(good: int, of: int, z: float = Z95) -> Interval:
    """The score interval of a share: E. B. Wilson, "Probable inference, the law of succession, and
    statistical inference", JASA 22 (1927), 209-212; recommended for small numbers by Brown, Cai,
    DasGupta, "Interval estimation for a binomial proportion", Statistical Science 16 (2001).
    """
    if of == 0:
        return Interval(0.0, 1.0)
    share, zz = good / of, z * z
    middle = (share + zz / (2 * of)) / (1 + zz / of)
    half = z / (1 + zz / of) * math.sqrt(share * (1 - share) / of + zz / (4 * of * of))
    low = 0.0 if good == 0 else max(0.0, middle - half)
    return Interval(low, 1.0 if good == of else min(1.0, middle + half))


def shrunk(cases: Sequence[tuple[int, int]]) -> Shrunk:
    """The shares of (good, of) under a common beta prior whose moments the cases themselves give:
    J. C. Kleinman, "Proportions with extraneous variance: single and independent samples", JASA 68
    (1973), 46-54, with weights n. (good + weight * mean) / (of + weight): who has few cases comes
    near the mean. Where the shares differ no more than chance would have them, all are the mean.
    """
    total = sum(of for _, of in cases)
    if total == 0:
        return Shrunk(tuple(0.0 for _ in cases), 0.0, 0.0)
    mean = sum(good for good, _ in cases) / total
    weight = _prior_weight([(good, of) for good, of in cases if of], mean, total)
    if math.isinf(weight):
        return Shrunk(tuple(mean for _ in cases), mean, weight)
    shares = ((good + weight * mean) / (of + weight) if of + weight else mean for good, of in cases)
    return Shrunk(tuple(shares), mean, weight)


def _prior_weight(cases: Sequence[tuple[int, int]], mean: float, total: int) -> float:
    """What the prior weighs; infinite where there is no variance beyond that of chance."""
    chance = mean * (1 - mean)
    if len(cases) < 2 or chance == 0:
        return math.inf
    spread = sum(of * (good / of - mean) ** 2 for good, of in cases)
    size = total - sum(of * of for _, of in cases) / total - (len(cases) - 1)
    if size <= 0:
        return math.inf
    between = (spread - (len(cases) - 1) * chance) / size
    if between <= 0:
        return math.inf
    return max(0.0, chance / between - 1)


def ranks(intervals: Sequence[Interval]) -> list[tuple[int, int] | None]:
    """The best and the worst rank each may have, 1 is best (highest): better is surely only whose
    interval lies wholly above. None where all ranks are possible. After H. Goldstein and D. J.
    Spiegelhalter, "League tables and their limitations", JRSS A 159 (1996), 385-443.
    """
    found: list[tuple[int, int] | None] = []
    for each in intervals:
        best = 1 + sum(other.low > each.high for other in intervals)
        worst = len(intervals) - sum(other.high < each.low for other in intervals)
        is_any = (best, worst) == (1, len(intervals)) and len(intervals) > 1
        found.append(None if is_any else (best, worst))
    return found


def mean_interval(values: Sequence[float], seed: int, draws: int = DRAWS) -> Interval:
    """Of a mean, by drawing its values anew (B. Efron, "Bootstrap methods", Annals of Statistics 7
    (1979), 1-26; percentile interval); the seed makes the same interval each time.
    """
    return _ends(_means(values, seed, draws))


def change_interval(
    before: Sequence[float], after: Sequence[float], seed: int, draws: int = DRAWS
) -> Interval:
    """Of the difference of two means, both drawn anew."""
    return _ends(_means(after, seed, draws) - _means(before, seed + 1, draws))


def _means(values: Sequence[float], seed: int, draws: int) -> np.ndarray:
    given = np.asarray(values, dtype=np.float64)
    picked = np.random.Generator(np.random.PCG64(seed)).integers(
        0, len(given), size=(draws, len(given))
    )
    means: np.ndarray = given[picked].mean(axis=1)
    return means


def _ends(means: np.ndarray) -> Interval:
    low, high = np.quantile(means, (0.025, 0.975))
    return Interval(float(low), float(high))
