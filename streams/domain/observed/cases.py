"""What somebody declares of links, and what buses have done about it while it is in force.

A case is a permit, an incident or a heap of calls with what the buses on its links have shown since
its hours began. A full closure is contradicted once the sum of what spoke against it reaches the
bound of the test; a partial one once enough buses drove at their usual speed.
"""

from dataclasses import dataclass, replace

from streams.contract.derived import Declaration, Sighting
from streams.contract.enums import Cause, Closure, DiscrepancyKind, SightingKind
from streams.contract.times import MINUTE_MS
from streams.domain.observed.belief import (
    NAT,
    SLOW,
    TOO_QUICK,
    Belief,
    DriveProof,
    ErrorRates,
    pace_of,
    proof_of,
)
from streams.domain.observed.rows import MAX_EVENTS, SeenBus

SETTLE_MS = 3 * MINUTE_MS  # crews begin and end a little late, and buses inside drive out
OVER_MS = 2 * MINUTE_MS
OVERRUN_MS = 90 * MINUTE_MS  # after its end a closure is no longer a work's overrun
NO_EFFECT_MS = 25 * MINUTE_MS  # in force for so long without effect: not only late
ONE_BUS_MS = 10 * MINUTE_MS  # what one bus shows within counts once
PARTIAL_BUSES = 3
EFFECT = 700  # thousandths of the usual speed: slower, a partial closure has its effect
SLOW_BUSES = 2
SLOW_OVER_MS = 25 * MINUTE_MS  # later a slow road has other reasons than a work that has ended
AGAINST = {
    DriveProof.BY_GPS: 4500,
    DriveProof.AT_STOP: 4500,
    DriveProof.QUICK: 2000,
    DriveProof.UNTIMED: 900,
    DriveProof.PLAIN: 0,
    DriveProof.SLOW: -1500,
}
"""What a drive says against a full closure, thousandths of a nat, as in `belief`."""
ROUND_GAIN = -6000
UNSURE_ROUND_GAIN = -1500


@dataclass(frozen=True, slots=True)
class Case:
    """A declaration and what buses did about it since its hours began; times in ms, 0: never.

    `against` sums what speaks against a full closure, in thousandths of a nat. `through` buses
    drove it, `paced` of them in `taken_ms` where `usual_ms` is usual, `slow` of them slowly, the
    last ones with `last_ratios` of the usual speed. `late_rounds` went round after its end, and
    `late_slow` drove it slowly. `closed_ms`: when buses first showed that the road was closed
    within these hours. `first_link` is the one it began on, "" while that is the first of `links`.
    """

    kind: Cause
    closure: Closure
    links: tuple[str, ...]
    is_in_force: bool = False
    is_work: bool = True
    is_seen: bool = False
    since_ms: int = 0
    ended_ms: int = 0
    against: int = 0
    through: int = 0
    paced: int = 0
    taken_ms: int = 0
    usual_ms: int = 0
    slow: int = 0
    last_ratios: tuple[int, ...] = ()
    late_slow: int = 0
    round: int = 0
    closed_ms: int = 0
    late_rounds: int = 0
    late_vehicles: tuple[str, ...] = ()
    vehicles: tuple[tuple[str, int], ...] = ()
    events: tuple[SeenBus, ...] = ()
    first_link: str = ""

    @property
    def lead(self) -> str:
        """The link whose partition judges it: it stays so when links come and go; "" without."""
        return self.first_link or next(iter(self.links), "")

    @property
    def is_full(self) -> bool:
        return self.closure is Closure.FULL

    @property
    def speed_ratio(self) -> int | None:
        """The speed of its buses in thousandths of the usual; None for fewer than two."""
        return round(1000 * self.usual_ms / self.taken_ms) if self.paced > 1 else None

    def is_contradicted(self, rates: ErrorRates) -> bool:
        return self.is_full and self.against >= rates.bound

    def has_just_ended(self, at_ms: int) -> bool:
        return bool(self.ended_ms) and 0 <= at_ms - self.ended_ms < OVERRUN_MS


def declared(case: Case | None, declaration: Declaration, at_ms: int) -> Case:
    """The case after a declaration; hours that begin anew, or on other links, begin without
    evidence.
    """
    known = case or Case(
        declaration.kind, declaration.closure, declaration.links, is_work=declaration.is_work
    )
    links = declaration.links or known.links
    same = replace(
        known,
        closure=declaration.closure,
        links=links,
        is_seen=declaration.is_seen,
        first_link=known.lead if known.lead != next(iter(links), "") else "",
    )
    is_here = known.is_in_force and not set(known.links).isdisjoint(declaration.links)
    if declaration.is_in_force and not is_here:
        return Case(
            declaration.kind,
            declaration.closure,
            declaration.links,
            is_in_force=True,
            is_work=declaration.is_work,
            is_seen=declaration.is_seen,
            since_ms=at_ms,
        )
    if known.is_in_force and not declaration.is_in_force:
        return replace(same, is_in_force=False, ended_ms=at_ms, is_seen=known.is_seen)
    return same


def with_through(case: Case, seen: Sighting, belief: Belief, rates: ErrorRates) -> Case:
    """The case after a bus drove one of its links; each bus counts once."""
    ratio = belief.speed_ratio(seen)
    if not case.is_in_force:
        return _after_end(case, seen, ratio)
    if seen.from_ms < case.since_ms + SETTLE_MS:
        return case
    if any(
        name == seen.vehicle and seen.at_ms - at_ms < ONE_BUS_MS for name, at_ms in case.vehicles
    ):
        return case
    is_paced = ratio is not None and (ratio <= TOO_QUICK or not seen.is_snapped)
    taken_ms = seen.at_ms - seen.from_ms
    usual_ms = taken_ms * belief.pace // max(1, pace_of(seen))
    return replace(
        case,
        against=max(0, min(case.against + AGAINST[proof_of(belief, seen)], 2 * rates.bound)),
        through=case.through + 1,
        paced=case.paced + is_paced,
        taken_ms=case.taken_ms + (taken_ms if is_paced else 0),
        usual_ms=case.usual_ms + (usual_ms if is_paced else 0),
        slow=case.slow + (is_paced and ratio is not None and ratio < EFFECT),
        last_ratios=(*case.last_ratios, ratio)[-2:] if is_paced and ratio else case.last_ratios,
        vehicles=(*case.vehicles, (seen.vehicle, seen.at_ms))[-6:],
        events=_events(case, seen),
    )


def _after_end(case: Case, seen: Sighting, ratio: int | None) -> Case:
    """A bus drove it after its end: a full closure is over, a partial one where it was quick."""
    if not case.has_just_ended(seen.at_ms) or seen.from_ms < case.ended_ms + OVER_MS:
        return case
    if ratio is None or ratio >= EFFECT:
        is_any = case.late_rounds or case.late_slow
        return replace(case, late_rounds=0, late_vehicles=(), late_slow=0) if is_any else case
    is_long_ago = seen.at_ms - case.ended_ms > SLOW_OVER_MS
    if case.is_full or case.slow < SLOW_BUSES or is_long_ago:
        return replace(case, late_rounds=0, late_vehicles=()) if case.late_rounds else case
    return replace(case, late_slow=case.late_slow + 1, events=_events(case, seen))


def _events(case: Case, seen: Sighting) -> tuple[SeenBus, ...]:
    return (*case.events, SeenBus(seen.at_ms, seen.kind, seen.route_id))[-MAX_EVENTS:]


def with_round(case: Case, seen: Sighting, *, is_closed: bool) -> Case:
    """The case after a bus went round one of its links; `is_closed`: as others did before. Each
    vehicle counts once after its end.
    """
    if seen.kind is SightingKind.LEFT:
        return case
    if case.is_in_force:
        return replace(
            case,
            against=max(0, case.against + (ROUND_GAIN if seen.is_sure else UNSURE_ROUND_GAIN)),
            round=case.round + 1,
            closed_ms=case.closed_ms or (seen.at_ms if is_closed else 0),
            events=_events(case, seen),
        )
    is_late = case.has_just_ended(seen.at_ms) and seen.from_ms > case.ended_ms + OVER_MS
    if not (is_late and seen.is_sure) or seen.vehicle in case.late_vehicles:
        return case
    return replace(
        case,
        late_rounds=case.late_rounds + 1,
        late_vehicles=(*case.late_vehicles, seen.vehicle)[-4:],
        events=_events(case, seen),
    )


def contradicted(case: Case, now_ms: int, rates: ErrorRates) -> DiscrepancyKind | None:
    """In what way buses contradict a work that is in force; None: they do not."""
    if not case.is_in_force or case.kind is not Cause.WORK:
        return None
    is_long = now_ms - case.since_ms >= NO_EFFECT_MS
    if case.closure is Closure.PARTIAL:
        return _partial(case, is_long=is_long)
    if not case.is_contradicted(rates):
        return None
    if case.closed_ms:
        return DiscrepancyKind.EARLY_END
    if case.speed_ratio is not None and case.speed_ratio < SLOW:
        return DiscrepancyKind.OVERDECLARED
    return DiscrepancyKind.NO_EFFECT if is_long else DiscrepancyKind.LATE_START


def _partial(case: Case, *, is_long: bool) -> DiscrepancyKind | None:
    """A partial closure shows in the speed of buses alone."""
    if case.slow >= SLOW_BUSES:
        is_over = len(case.last_ratios) > 1 and min(case.last_ratios) >= NAT
        return DiscrepancyKind.EARLY_END if is_over else None
    ratio = case.speed_ratio
    is_quick = case.paced >= PARTIAL_BUSES and ratio is not None and ratio >= NAT
    return DiscrepancyKind.NO_EFFECT if is_long and is_quick and not case.slow else None
