"""Speeds that traffic centres report of a link: the latest, and their mean over some minutes.

A centre's value of one minute stands for a handful of cars between two lights; what a driver meets
is the mean of several. So reports are averaged, each counting half as much as one that came two
minutes later, by their own times: at one report in five minutes the last is nearly all of it. Pure.
"""

import math
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from streams.contract.derived import SpeedShare
from streams.domain.links.estimate import PaceEstimate

STANDING_KMH = 0.01  # a reported speed below is no measurement, as 0 is none
MIN_SHARE = 0.5  # measured parts that cover less of a link are no speed of it
FIRST_DEVIATION = 0.25  # of one report from the mean, times it, before any other is known
OWN_DEVIATION = 0.07  # of a centre's mean from that of all vehicles, times it
SPREAD_PART = 0.4  # of the reports' spread that is left in their mean
MOST_PART_S = 3600  # so many seconds after the report before, the next one is all there is


class Reported(NamedTuple):
    """The latest speed a traffic centre gave for (a part of) a link, and the mean of its reports
    with their variance (km/h squared); a mean of 0: none.
    """

    speed_kmh: float
    observed_ms: int
    share: float
    mean_kmh: float = 0.0
    spread: float = 0.0


def report_after(known: Reported | None, speed: SpeedShare, half_ms: int) -> Reported:
    """The next report after what is known of the same measured link (None: nothing fresh). One of
    the same time is a correction: the mean begins anew.
    """
    value = speed.speed_kmh
    if value < STANDING_KMH:
        return Reported(value, speed.observed_ms, speed.share)
    is_next = known is not None and known.observed_ms < speed.observed_ms
    if known is None or not is_next or known.mean_kmh < STANDING_KMH:
        first = FIRST_DEVIATION * value
        return Reported(value, speed.observed_ms, speed.share, value, first * first)
    passed_s = -(-(speed.observed_ms - known.observed_ms) // 1000)
    part = parts_of(half_ms)[min(passed_s, MOST_PART_S)]
    away = value - known.mean_kmh
    mean_kmh = known.mean_kmh + part * away
    spread = (1 - part) * (known.spread + part * away * away)
    return Reported(
        value, speed.observed_ms, speed.share, thousandths(mean_kmh), thousandths(spread)
    )


@cache
def parts_of(half_ms: int) -> tuple[float, ...]:
    """How much a report counts against the mean of all before, by the whole seconds since the last
    of them, rounded up.
    """
    return tuple(1 - 0.5 ** (second * 1000 / half_ms) for second in range(MOST_PART_S + 1))


def thousandths(value: float) -> float:
    """A number to three digits, as columns of them are rounded."""
    return round(value * 1000) / 1000


def reported_pace(reports: Iterable[Reported]) -> PaceEstimate | None:
    """The length-weighted mean pace of the reported parts, once they cover half of the link."""
    parts = [report for report in reports if report.mean_kmh >= STANDING_KMH]
    covered = sum(part.share for part in parts)
    if covered < MIN_SHARE:
        return None
    pace = sum(part.share * 3_600_000 / part.mean_kmh for part in parts) / covered
    deviations = (part.share * _deviation(part) / part.mean_kmh for part in parts)
    return PaceEstimate(pace, pace * sum(deviations) / covered)


def _deviation(part: Reported) -> float:
    own = OWN_DEVIATION * part.mean_kmh
    return math.sqrt(SPREAD_PART * part.spread + own * own)
