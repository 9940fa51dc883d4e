"""What buses show of one declaration, bus by bus."""

from dataclasses import replace

import pytest

from streams.contract.derived import Sighting
from streams.contract.enums import Cause, Closure, DiscrepancyKind, SightingKind
from streams.domain.observed import cases
from streams.domain.observed.belief import Belief, ErrorRates
from streams.domain.observed.cases import Case, contradicted, declared, with_round, with_through
from tests.cities.buses import reported, works
from tests.cities.fakes import at

RATES = ErrorRates()
USUAL = Belief(pace=120_000, paced=8)  # 48 s of 400 m
FULL = Case(Cause.WORK, Closure.FULL, ("L",), is_in_force=True, since_ms=at(0))
PARTIAL = replace(FULL, closure=Closure.PARTIAL)
OVER = replace(FULL, is_in_force=False, ended_ms=at(0), round=1)
LATER_S = 600


def drove(
    second: float = LATER_S,
    vehicle: str = "a",
    *,
    took_s: float = 48,
    is_snapped: bool = False,
    served: int = 0,
) -> Sighting:
    return Sighting(
        SightingKind.THROUGH,
        ("L",),
        vehicle,
        "R1",
        at(second - took_s),
        at(second),
        length_m=400,
        is_snapped=is_snapped,
        served=served,
    )


def went_round(
    second: float = LATER_S,
    vehicle: str = "a",
    *,
    kind: SightingKind = SightingKind.ASTRAY,
    is_sure: bool = True,
) -> Sighting:
    return Sighting(
        kind, ("L",), vehicle, "R1", at(second - 60), at(second), off_m=150, is_sure=is_sure
    )


def through(case: Case, *buses: Sighting, belief: Belief = USUAL) -> Case:
    for bus in buses:
        case = with_through(case, bus, belief, RATES)
    return case


def kind(case: Case, second: float = 3600) -> DiscrepancyKind | None:
    return contradicted(case, at(second), RATES)


# ---- what is declared


def test_hours_that_begin_keep_nothing_of_those_before() -> None:
    before = replace(OVER, against=4000, late_rounds=2, through=9)
    begun = declared(before, works("L"), at(9))
    assert begun == Case(Cause.WORK, Closure.FULL, ("L",), is_in_force=True, since_ms=at(9))


def test_what_is_said_again_keeps_the_evidence() -> None:
    known = through(FULL, drove())
    again = declared(known, works("L", "K", closure=Closure.PARTIAL), at(700))
    assert again == replace(known, links=("L", "K"), closure=Closure.PARTIAL)


def test_hours_that_end_keep_their_links_and_say_when() -> None:
    over = declared(FULL, works(is_in_force=False, is_over=True), at(900))
    assert (over.is_in_force, over.ended_ms, over.links) == (False, at(900), ("L",))
    assert over.has_just_ended(at(900))
    assert over.has_just_ended(at(900 + 90 * 60 - 1))
    assert not over.has_just_ended(at(900 + 90 * 60))
    assert not over.has_just_ended(at(899))
    assert not FULL.has_just_ended(at(900))


def test_what_is_planned_has_not_begun() -> None:
    planned = declared(None, works("L", is_in_force=False), at(5))
    assert planned == Case(Cause.WORK, Closure.FULL, ("L",))


# ---- what speaks against a full closure


@pytest.mark.parametrize(
    ("bus", "against"),
    [
        (drove(), 4500),
        (drove(is_snapped=True, served=1), 4500),
        (drove(is_snapped=True), 2000),
        (drove(took_s=60, is_snapped=True), 0),  # 800 of the usual
        (drove(took_s=23, is_snapped=True), 0),  # no drive
        (drove(took_s=64, is_snapped=True), -1500),  # slow: it may have gone round
        (went_round(), -6000),
        (went_round(is_sure=False), -1500),
        (went_round(kind=SightingKind.LEFT), 0),
    ],
)
def test_what_one_bus_says_of_a_full_closure(bus: Sighting, against: int) -> None:
    known = replace(FULL, against=6000)
    if bus.kind is SightingKind.THROUGH:
        after = through(known, bus)
    else:
        after = with_round(known, bus, is_closed=False)
    assert after.against == min(6000 + against, 2 * RATES.bound)


def test_of_a_road_of_which_nothing_is_usual_a_drive_says_little() -> None:
    assert through(FULL, drove(is_snapped=True), belief=Belief()).against == 900


def test_the_sum_is_never_less_than_nothing_nor_far_above_the_bound() -> None:
    assert with_round(FULL, went_round(), is_closed=False).against == 0
    many = through(FULL, *(drove(600 + 60 * n, f"v{n}") for n in range(9)))
    assert many.against == 2 * RATES.bound
    assert many.through == 9


def test_a_bus_counts_once_in_ten_minutes() -> None:
    assert through(FULL, drove(600), drove(1199)).through == 1
    assert through(FULL, drove(600), drove(1200)).through == 2


def test_a_drive_that_began_before_the_hours_had_settled_says_nothing() -> None:
    assert through(FULL, drove(3 * 60 + 47)) == FULL
    assert through(FULL, drove(3 * 60 + 48)).through == 1


def test_when_buses_first_showed_that_it_was_closed() -> None:
    once = with_round(FULL, went_round(700), is_closed=False)
    assert (once.closed_ms, once.round) == (0, 1)
    twice = with_round(once, went_round(900, "b"), is_closed=True)
    assert with_round(twice, went_round(999, "c"), is_closed=True).closed_ms == at(900)


def test_the_speed_of_its_buses_is_that_of_all_their_time() -> None:
    assert through(FULL, drove()).speed_ratio is None
    case = through(FULL, drove(600, "a", took_s=48), drove(700, "b", took_s=144))
    assert (case.speed_ratio, case.slow) == (500, 1)


# ---- in what way it is contradicted


def test_a_full_closure_is_contradicted_from_the_bound_on() -> None:
    assert kind(replace(FULL, against=RATES.bound - 1)) is None
    against = replace(FULL, against=RATES.bound)
    assert kind(against, 1499) is DiscrepancyKind.LATE_START
    assert kind(against, 1500) is DiscrepancyKind.NO_EFFECT
    slow = replace(against, paced=2, usual_ms=779, taken_ms=1000)
    assert kind(slow) is DiscrepancyKind.OVERDECLARED
    assert kind(replace(slow, usual_ms=780)) is DiscrepancyKind.NO_EFFECT
    assert kind(replace(slow, closed_ms=at(60))) is DiscrepancyKind.EARLY_END


@pytest.mark.parametrize("other", [{"kind": Cause.INCIDENT}, {"is_in_force": False}])
def test_only_works_in_force_are_contradicted(other: dict[str, bool]) -> None:
    assert kind(replace(FULL, against=9000, **other)) is None  # type: ignore[arg-type]


def partial(*took_s: float) -> Case:
    return through(
        PARTIAL, *(drove(600 + 60 * n, f"v{n}", took_s=took) for n, took in enumerate(took_s))
    )


@pytest.mark.parametrize(
    ("took_s", "expected"),
    [
        ((48, 48), None),
        ((48, 48, 48), DiscrepancyKind.NO_EFFECT),
        ((60, 60, 60), None),
        ((48, 48, 48, 48, 48, 96), None),
        ((96, 96, 48), None),
        ((96, 96, 48, 48), DiscrepancyKind.EARLY_END),
        ((96, 96, 48, 49), None),
    ],
)
def test_a_partial_closure_shows_in_the_speed_of_buses(
    took_s: tuple[float, ...], expected: DiscrepancyKind | None
) -> None:
    assert kind(partial(*took_s)) is expected


def test_in_its_first_25_minutes_a_partial_closure_may_still_begin() -> None:
    assert kind(partial(48, 48, 48), 1499) is None
    assert kind(partial(48, 48, 48), 1500) is DiscrepancyKind.NO_EFFECT


# ---- after its end


def test_buses_that_still_go_round_are_counted_once_each() -> None:
    late = OVER
    for second, name in ((300, "a"), (400, "b"), (500, "a")):
        late = with_round(late, went_round(second, name), is_closed=True)
    assert (late.late_rounds, late.late_vehicles, late.round) == (2, ("a", "b"), 1)


@pytest.mark.parametrize(
    "bus",
    [
        went_round(180),  # left its line in the first two minutes
        went_round(90 * 60),
        went_round(is_sure=False),
        went_round(kind=SightingKind.LEFT),
    ],
)
def test_what_is_no_late_bus(bus: Sighting) -> None:
    assert with_round(OVER, bus, is_closed=True) == OVER


def test_a_bus_through_ends_what_was_late() -> None:
    late = replace(OVER, late_rounds=2, late_vehicles=("a", "b"), late_slow=1)
    assert through(late, drove()) == OVER
    assert through(late, drove(2 * 60 + 47)) == late  # it was on the road when the hours ended
    slow = through(late, drove(took_s=96))
    assert (slow.late_rounds, slow.late_slow) == (0, 1)


def test_slow_buses_after_a_partial_closure_that_slowed_them_are_late() -> None:
    over = replace(OVER, closure=Closure.PARTIAL, slow=cases.SLOW_BUSES)
    assert through(over, drove(took_s=96)).late_slow == 1
    assert through(over, drove(took_s=60)).late_slow == 0
    assert through(over, drove(26 * 60, took_s=96)).late_slow == 0
    assert through(replace(over, slow=1), drove(took_s=96)).late_slow == 0


def test_an_incident_is_declared_like_a_work() -> None:
    case = declared(None, reported("L", is_work=False), at(3))
    assert (case.kind, case.is_in_force, case.is_work, case.since_ms) == (
        Cause.INCIDENT,
        True,
        False,
        at(3),
    )
