"""How long a corridor takes: from the speeds of its links, as far as they are measured. Pure.

Where less than `KNOWN_FROM` of its length is measured nothing is said: never a guess. The rest of a
way that is measured far enough is taken to go at its usual speed, or, where nothing is usual, as
the measured part does.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from maps.corridors.ways import Leg
from maps.past.days import EIGHT_OF_TEN
from streams.contract.enums import Certainty
from streams.domain.links.fold import LinkView
from streams.domain.links.quarters_told import LinkQuarter
from streams.domain.links.usual import UsualSpeed

KNOWN_FROM = 0.7
"""So large a share of a way must be measured for a time of it."""
DELAY_FROM_S = 15.0
MOST_DELAYS = 3
LEAST_KMH = 1.0
"""A road that stands still takes an hour a kilometre, not for ever."""
KmhOf = Callable[[int], float | None]
"""The speed of a link by its place, None where it is not known."""


@dataclass(frozen=True, slots=True)
class TravelTime:
    """A time of the whole way, None where too little of it is known, and the share that is."""

    seconds: float | None
    share: float


@dataclass(frozen=True, slots=True)
class Delay:
    """How much longer than usual a link of the way takes."""

    link: int
    seconds: float


@dataclass(frozen=True, slots=True)
class UsualTime:
    """What the way takes at this hour of such a day: eight of ten times lie between low and high
    if its roads are slow together; `days` have faded: of four weeks ago half are left.
    """

    time: TravelTime
    low_s: float | None = None
    high_s: float | None = None
    days: int = 0


def travel_time(legs: Sequence[Leg], kmh_of: KmhOf, rest_of: KmhOf = lambda _: None) -> TravelTime:
    """The time of a way from the speeds of its links; `rest_of` those that are not measured."""
    length_m = sum(leg.metres for leg in legs)
    speeds = [(leg.metres, kmh_of(leg.link), leg.link) for leg in legs]
    known_m = sum(metres for metres, kmh, _ in speeds if kmh is not None)
    share = known_m / length_m if length_m else 0.0
    if share < KNOWN_FROM:
        return TravelTime(None, share)
    known_s = sum(_seconds(metres, kmh) for metres, kmh, _ in speeds if kmh is not None)
    rest = [(metres, rest_of(link)) for metres, kmh, link in speeds if kmh is None]
    rest_s = sum(
        metres / known_m * known_s if kmh is None else _seconds(metres, kmh) for metres, kmh in rest
    )
    return TravelTime(known_s + rest_s, share)


def _seconds(metres: float, kmh: float) -> float:
    return metres * 3.6 / max(LEAST_KMH, kmh)


def measured_now(views: Mapping[int, LinkView]) -> KmhOf:
    """The speeds that are measured now; what is stale is none."""

    def kmh_of(link: int) -> float | None:
        view = views.get(link)
        return None if view is None or view.certainty is Certainty.STALE else view.speed_kmh

    return kmh_of


def usual_time(legs: Sequence[Leg], usual: Mapping[int, UsualSpeed]) -> UsualTime:
    """What is usual of a way."""
    spreads = {link: EIGHT_OF_TEN * each.spread_dkmh / 10 for link, each in usual.items()}
    time = travel_time(legs, lambda link: usual[link].kmh if link in usual else None)
    if time.seconds is None:
        return UsualTime(time)
    fast = travel_time(legs, lambda x: usual[x].kmh + spreads[x] if x in usual else None)
    slow = travel_time(legs, lambda x: usual[x].kmh - spreads[x] if x in usual else None)
    days = min(usual[leg.link].days for leg in legs if leg.link in usual)
    return UsualTime(time, fast.seconds, slow.seconds, days)


def delays(legs: Sequence[Leg], kmh_of: KmhOf, usual: Mapping[int, UsualSpeed]) -> list[Delay]:
    """The links on which most is lost against the usual, the worst first."""
    lost: dict[int, float] = {}
    for leg in legs:
        kmh, known = kmh_of(leg.link), usual.get(leg.link)
        if kmh is not None and known is not None:
            late_s = _seconds(leg.metres, kmh) - _seconds(leg.metres, known.kmh)
            lost[leg.link] = lost.get(leg.link, 0.0) + late_s
    worst = sorted(lost.items(), key=lambda each: (-each[1], each[0]))
    return [Delay(link, late_s) for link, late_s in worst if late_s >= DELAY_FROM_S][:MOST_DELAYS]


def past_times(
    legs: Sequence[Leg], told: Mapping[int, Mapping[int, LinkQuarter]], numbers: Iterable[int]
) -> list[float | None]:
    """The times of a way by quarter hour, of what was told of its links by place and number."""
    found: list[float | None] = []
    for number in numbers:
        quarters = {link: run[number].kmh for link, run in told.items() if number in run}
        found.append(travel_time(legs, quarters.get).seconds)
    return found
