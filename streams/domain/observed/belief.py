"""How far the buses speak for a link being closed: a sequential test, in whole numbers.

The log-likelihood ratio of "closed" against "open" is summed over what buses do, in thousandths of
a nat, and never falls below a floor: Page's cumulative sum (E. S. Page, Biometrika 41, 1954), with
the bound of Wald's test, ln((1 - missed) / false) (A. Wald, Ann. Math. Stat. 16, 1945). Only what a
bus did counts. Silence, whatever its reason, adds nothing.
"""

import math
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple
from zlib import crc32

from streams.contract.derived import Sighting
from streams.contract.enums import Observed, SightingKind
from streams.contract.times import MINUTE_MS

NAT = 1000  # the ratio's unit is a thousandth of a nat
GAINS = {
    SightingKind.LEFT: 2800,
    SightingKind.ASTRAY: 6500,
    SightingKind.SKIPPED: 3200,
    SightingKind.TURNED: 2600,
}
"""What one bus that went round adds: ln(P(it does | closed) / P(it does | open)), from labelled
cities: 94 of 106 buses seen off their line by GPS were at a closure, 28 of 31 that left out a stop,
7 of 8 that turned back, 96 of 130 that had left it and were not back yet (docs/truth.md)."""
UNSURE = 2000  # a stop left out between two reports far apart: one in twelve is, at open roads
BEHIND = (300, 1800, 2200)  # less for the first link a bus avoided, the second, the others
GLIMPSE = 4000  # a bus seen off its line at one point only
SEEN_OFF_M = 100  # so far off its line a bus was surely seen off it


class DriveProof(Enum):
    """How surely a bus drove a link that it is said to have driven. Where a feed shows points on
    the line only, one that was beside it looks the same.
    """

    BY_GPS = auto()  # its GPS was on the link from end to end
    AT_STOP = auto()  # it was reported at a stop of the link
    QUICK = auto()  # it was as quick as usual: a way round is not
    PLAIN = auto()  # it was a little slow, or too quick for a bus
    SLOW = auto()
    UNTIMED = auto()  # nothing is known of how long a bus takes


THROUGH = {
    DriveProof.BY_GPS: -4500,
    DriveProof.AT_STOP: -4500,
    DriveProof.QUICK: -2000,
    DriveProof.PLAIN: 0,
    DriveProof.SLOW: 0,
    DriveProof.UNTIMED: -600,
}
"""What a bus that drove the link adds."""
FLOOR = -1800  # before anything is known: a closure is rare
FLOOR_CAUSE = 0  # where a permit, an incident or calls point to one
FLOOR_REOPENED = -4500  # some buses still go round a while after a road has opened
CAP_OVER = 2500  # above the bound: one clean passage opens the road
OPEN_PART = 0.6  # of the bound: a closed link is open again below it
QUICK = 900  # thousandths of the usual speed
SLOW = 780
TOO_QUICK = 2000  # no drive, but points that jumped
ONE_BUS_MS = 40 * MINUTE_MS
REOPENED_MS = 40 * MINUTE_MS
FORGET_MS = 90 * MINUTE_MS  # without any bus, through or round, a closure is not known any more
ENDED_MS = 10 * MINUTE_MS
PASSABLE_MS = 10 * MINUTE_MS  # so long after a bus the link is known to be passable
PACES = 8  # passages behind a usual pace


@dataclass(frozen=True, slots=True)
class ErrorRates:
    """The error rates of the test: shares of open links called closed, of closed ones missed."""

    false: float = 0.01
    missed: float = 0.1

    @property
    def bound(self) -> int:
        """From which ratio on a link is impassable."""
        return round(NAT * math.log((1 - self.missed) / self.false))


class Belief(NamedTuple):
    """What is known of a link by its buses; times in ms, 0: never.

    `routes` has a bit for each route (hashed) that went round since the last bus through, `vehicle`
    is the last of them. `pace` is the usual time of a bus, ms a kilometre, of `paced` passages.
    `quarters` are the buses of the last four quarter hours, the running one first, and `quarter`
    says which that is.
    """

    ratio: int = FLOOR
    closed_ms: int = 0
    opened_ms: int = 0
    through_ms: int = 0
    round_ms: int = 0
    rounds: int = 0
    routes: int = 0
    vehicle: int = 0
    pace: int = 0
    paced: int = 0
    quarter: int = 0
    quarters: tuple[int, int, int, int] = (0, 0, 0, 0)

    @property
    def is_closed(self) -> bool:
        return self.closed_ms > 0

    @property
    def is_surely_closed(self) -> bool:
        """Whether two routes at least went round: one alone may have its own reason."""
        return self.is_closed and self.routes.bit_count() > 1

    def speed_ratio(self, seen: Sighting) -> int | None:
        """The speed of a drive in thousandths of the usual; None while no usual is known."""
        taken = pace_of(seen)
        return None if self.paced < 2 or not taken else round(1000 * self.pace / taken)

    def observed(self, now_ms: int) -> Observed:
        if self.is_closed:
            return Observed.IMPASSABLE
        is_known = self.through_ms > 0 and now_ms - self.through_ms < PASSABLE_MS
        return Observed.PASSABLE if is_known else Observed.UNKNOWN


def pace_of(seen: Sighting) -> int:
    """Milliseconds a kilometre of a drive."""
    return round(1000 * (seen.at_ms - seen.from_ms) / seen.length_m) if seen.length_m else 0


def floor_of(belief: Belief, at_ms: int, *, has_cause: bool) -> int:
    if belief.opened_ms and at_ms - belief.opened_ms < REOPENED_MS:
        return FLOOR_REOPENED
    return FLOOR_CAUSE if has_cause else FLOOR


def after_through(
    belief: Belief, seen: Sighting, rates: ErrorRates, *, has_cause: bool, is_worked: bool = False
) -> Belief:
    """The belief after a bus drove the link. `is_worked`: works are on it, so that this drive says
    nothing of what is usual.
    """
    gain = THROUGH[proof_of(belief, seen)]
    ratio = belief.ratio + gain
    at_ms = max(seen.at_ms if gain < 0 else 0, belief.through_ms)
    is_open = belief.is_closed and ratio < OPEN_PART * rates.bound
    after = belief._replace(
        ratio=max(ratio, floor_of(belief, seen.at_ms, has_cause=has_cause)),
        through_ms=at_ms,
    )
    if is_open or (gain < 0 and not belief.is_closed):
        after = after._replace(rounds=0, routes=0)
    if is_open:
        floor = min(after.ratio, 0)
        after = after._replace(closed_ms=0, opened_ms=at_ms, ratio=floor)
    after = after if is_worked else _paced(after, seen)
    is_blind = seen.is_snapped and not seen.served
    return after if is_blind else counted(after, seen.at_ms)


def proof_of(belief: Belief, seen: Sighting) -> DriveProof:
    """How surely a bus that is said to have driven a link did."""
    if not seen.is_snapped:
        return DriveProof.BY_GPS
    if seen.served:
        return DriveProof.AT_STOP
    ratio = belief.speed_ratio(seen)
    if ratio is None:
        return DriveProof.UNTIMED
    if ratio < SLOW:
        return DriveProof.SLOW
    return DriveProof.QUICK if QUICK <= ratio <= TOO_QUICK else DriveProof.PLAIN


def _paced(belief: Belief, seen: Sighting) -> Belief:
    """The usual pace with one drive more, while nothing is suspected of the link."""
    taken = pace_of(seen)
    if not taken or belief.ratio > 0:
        return belief
    paced = min(belief.paced + 1, PACES)
    return belief._replace(pace=belief.pace + (taken - belief.pace) // paced, paced=paced)


def counted(belief: Belief, at_ms: int) -> Belief:
    """The belief with one bus more in its quarter hour."""
    quarter = at_ms // (15 * MINUTE_MS)
    gone = max(0, quarter - belief.quarter)
    row = ((0,) * min(gone, 4) + belief.quarters)[:4]
    at = max(belief.quarter, quarter) - quarter
    if at > 3:
        return belief
    kept = tuple(count + (place == at) for place, count in enumerate(row))
    return belief._replace(quarter=max(belief.quarter, quarter), quarters=kept)  # type: ignore[arg-type]


def after_round(
    belief: Belief,
    seen: Sighting,
    rates: ErrorRates,
    *,
    place: int,
    has_cause: bool,
    floor: int | None = None,
) -> Belief:
    """The belief after a bus went round links of which this is number `place` on its way. A bus
    that left its line and then came back is one bus, and one alone closes nothing where nothing
    else points to a closure.
    """
    vehicle = crc32(seen.vehicle.encode())
    is_same = vehicle == belief.vehicle and seen.at_ms - belief.round_ms < ONE_BUS_MS
    if is_same and seen.kind is SightingKind.LEFT:
        return belief
    less = BEHIND[min(place, len(BEHIND) - 1)]
    gain = max(0, gain_of(seen, is_counted=is_same) - less)
    base = max(belief.ratio, floor_of(belief, seen.at_ms, has_cause=has_cause))
    if floor is not None and not belief.rounds:
        base = min(base, floor)
    rounds = belief.rounds + (not is_same)
    is_enough = has_cause or rounds > 1 or belief.is_closed
    ratio = min(base + gain, rates.bound + CAP_OVER if is_enough else rates.bound - 1)
    after = belief._replace(
        ratio=ratio,
        round_ms=max(belief.round_ms, seen.at_ms),
        rounds=rounds,
        routes=belief.routes | 1 << (crc32(seen.route_id.encode()) % 60),
        vehicle=vehicle,
    )
    if ratio >= rates.bound and not belief.is_closed:
        return after._replace(closed_ms=seen.at_ms, opened_ms=0)
    return after


def gain_of(seen: Sighting, *, is_counted: bool) -> int:
    """What one bus that went round speaks for a closure; `is_counted`: its leaving is known."""
    if not seen.is_sure:
        return UNSURE
    if seen.kind is not SightingKind.ASTRAY:
        return GAINS[seen.kind]
    is_glimpse = seen.off_m < SEEN_OFF_M or len(seen.path) < 2
    gain = GLIMPSE if is_glimpse else GAINS[seen.kind]
    return gain - GAINS[SightingKind.LEFT] if is_counted else gain


def aged(belief: Belief, now_ms: int, ended_ms: int) -> Belief:
    """The belief without a closure of which no bus has shown anything for long, or since it was
    declared over at `ended_ms` (0: it was not).
    """
    last_ms = max(belief.round_ms, belief.through_ms, belief.closed_ms)
    is_over = bool(ended_ms) and now_ms - max(belief.round_ms, ended_ms) > ENDED_MS
    if belief.is_closed and (is_over or now_ms - last_ms > FORGET_MS):
        return belief._replace(closed_ms=0, ratio=FLOOR, rounds=0, routes=0)
    return belief


def not_yet_closed(belief: Belief, rates: ErrorRates) -> Belief:
    """The belief just below the bound: another link explains better why buses go round."""
    return belief._replace(closed_ms=0, ratio=rates.bound - 1)
