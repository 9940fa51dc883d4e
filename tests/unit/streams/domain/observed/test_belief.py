"""How far the buses speak for a link being closed, drive by drive."""

import math
from dataclasses import replace

import pytest

from streams.contract.derived import Sighting
from streams.contract.enums import Observed, SightingKind
from streams.domain.observed import belief as beliefs
from streams.domain.observed.belief import (
    CAP_OVER,
    FLOOR,
    FLOOR_REOPENED,
    Belief,
    DriveProof,
    ErrorRates,
    after_round,
    after_through,
    aged,
    counted,
    gain_of,
    pace_of,
)
from tests.cities.fakes import at

RATES = ErrorRates()
MINUTE_S = 60


def drove(
    second: float = 0, *, took_s: float = 48, is_snapped: bool = False, served: int = 0
) -> Sighting:
    """A bus drove 400 m."""
    return Sighting(
        SightingKind.THROUGH,
        ("L",),
        "a",
        "R1",
        at(second - took_s),
        at(second),
        length_m=400,
        is_snapped=is_snapped,
        served=served,
    )


def went_round(
    second: float = 0,
    vehicle: str = "a",
    *,
    kind: SightingKind = SightingKind.ASTRAY,
    route_id: str = "R1",
    off_m: int = 150,
    path: tuple[tuple[float, float], ...] = ((0, 0), (0, 1)),
    is_sure: bool = True,
) -> Sighting:
    return Sighting(
        kind,
        ("L",),
        vehicle,
        route_id,
        at(second - 60),
        at(second),
        off_m=off_m,
        is_sure=is_sure,
        path=path,
    )


def through(belief: Belief, seen: Sighting, *, has_cause: bool = False) -> Belief:
    return after_through(belief, seen, RATES, has_cause=has_cause)


def around(belief: Belief, seen: Sighting, *, place: int = 0, has_cause: bool = False) -> Belief:
    return after_round(belief, seen, RATES, place=place, has_cause=has_cause)


CLOSED = around(around(Belief(), went_round(0, "a")), went_round(300, "b"))


@pytest.mark.parametrize(
    ("false", "missed", "bound"), [(0.01, 0.1, 4500), (0.001, 0.1, 6802), (0.01, 0.5, 3912)]
)
def test_the_bound_is_that_of_walds_test(false: float, missed: float, bound: int) -> None:
    assert ErrorRates(false, missed).bound == bound
    assert bound == round(1000 * math.log((1 - missed) / false))


def test_one_bus_off_its_line_is_not_enough_and_two_are() -> None:
    one = around(Belief(), went_round(0, "a"))
    assert not one.is_closed
    two = around(one, went_round(300, "b"))
    assert (two.is_closed, two.closed_ms, two.rounds) == (True, at(300), 2)


def test_where_something_points_to_a_closure_one_bus_is_enough() -> None:
    assert around(Belief(), went_round(), has_cause=True).is_closed


def test_two_routes_make_it_sure() -> None:
    assert not CLOSED.is_surely_closed
    other = around(CLOSED, went_round(400, "c", route_id="R2"))
    assert other.is_surely_closed
    assert other.closed_ms == CLOSED.closed_ms


def test_one_clean_passage_opens_it_however_many_went_round() -> None:
    closed = CLOSED
    for n in range(20):
        closed = around(closed, went_round(400 + 60 * n, f"v{n}"))
    opened = through(closed, drove(2000))
    assert not opened.is_closed
    assert (opened.opened_ms, opened.rounds, opened.routes) == (at(2000), 0, 0)


def test_a_road_that_has_opened_lately_needs_more_to_be_closed_again() -> None:
    """Some buses still go round a while after."""
    opened = through(through(CLOSED, drove(600)), drove(650))
    assert not around(opened, went_round(700, "c"), has_cause=True).is_closed
    assert around(opened, went_round(4000, "c"), has_cause=True).is_closed


def test_one_bus_alone_closes_nothing_where_nothing_points_to_a_closure() -> None:
    """However likely a closure was before."""
    opened = through(CLOSED, drove(600))
    one = around(opened, went_round(700, "c"))
    assert (one.is_closed, one.ratio) == (False, RATES.bound - 1)
    assert around(opened, went_round(700, "c"), has_cause=True).is_closed
    assert around(one, went_round(760, "d")).is_closed


def test_a_drive_whose_points_show_the_line_only_says_less() -> None:
    start = Belief(ratio=4000)
    ratios = {
        "gps": through(start, drove()).ratio,
        "at a stop of it": through(start, drove(is_snapped=True, served=1)).ratio,
        "plain": through(start, drove(is_snapped=True)).ratio,
    }
    assert ratios == {"gps": -500, "at a stop of it": -500, "plain": 3400}


USUAL = Belief(pace=120_000, paced=4, ratio=4000)  # 48 s of 400 m


@pytest.mark.parametrize(
    ("took_s", "ratio"), [(48, 2000), (53, 2000), (54, 4000), (200, 4000), (23, 4000)]
)
def test_one_as_quick_as_usual_did_not_go_round(took_s: float, ratio: int) -> None:
    """Slower it may have, and one that is much too quick did not drive at all."""
    assert through(USUAL, drove(took_s=took_s, is_snapped=True)).ratio == ratio


def test_a_drive_that_says_nothing_is_no_sign_that_the_road_is_open() -> None:
    assert through(USUAL, drove(900, took_s=200, is_snapped=True)).through_ms == 0
    assert through(USUAL, drove(900, is_snapped=True)).through_ms == at(900)


def test_nothing_is_usual_before_two_buses() -> None:
    assert Belief(pace=100_000, paced=1).speed_ratio(drove()) is None
    assert USUAL.speed_ratio(drove(took_s=96)) == 500
    assert USUAL.speed_ratio(replace(drove(), length_m=0)) is None


def test_the_usual_pace_is_learned_while_nothing_is_suspected() -> None:
    belief = Belief()
    for n in range(20):
        belief = through(belief, drove(60 * n, took_s=48))
    assert (belief.pace, belief.paced) == (120_000, 8)
    assert through(USUAL, drove(took_s=480, is_snapped=True)).pace == USUAL.pace  # suspected
    worked = after_through(belief, drove(took_s=480), RATES, has_cause=False, is_worked=True)
    assert worked.pace == belief.pace


def test_pace_is_milliseconds_a_kilometre() -> None:
    assert pace_of(drove(took_s=48)) == 120_000
    assert pace_of(replace(drove(), length_m=0)) == 0


@pytest.mark.parametrize(
    ("seen", "gain"),
    [
        (went_round(), 6500),
        (went_round(off_m=99), 4000),
        (went_round(path=((0, 0),)), 4000),
        (went_round(kind=SightingKind.LEFT), 2800),
        (went_round(kind=SightingKind.SKIPPED), 3200),
        (went_round(kind=SightingKind.SKIPPED, is_sure=False), 2000),
        (went_round(kind=SightingKind.TURNED), 2600),
    ],
)
def test_what_one_bus_says(seen: Sighting, gain: int) -> None:
    assert gain_of(seen, is_counted=False) == gain


def test_a_bus_that_left_and_came_back_is_one_bus() -> None:
    left = around(Belief(), went_round(0, kind=SightingKind.LEFT))
    back = around(left, went_round(300))
    once = around(Belief(), went_round(300))
    assert (left.rounds, back.rounds) == (1, 1)
    assert back.ratio == once.ratio - beliefs.BEHIND[0]
    assert around(back, went_round(320, kind=SightingKind.LEFT)) == back
    assert around(left, went_round(2400)).rounds == 2  # its next round trip


@pytest.mark.parametrize(("place", "ratio"), [(0, 4400), (1, 2900), (2, 2500), (9, 2500)])
def test_the_first_link_that_was_avoided_is_the_likeliest(place: int, ratio: int) -> None:
    assert around(Belief(), went_round(), place=place).ratio == ratio


def test_at_the_second_link_a_stop_left_out_says_still_something_and_never_less_than_nothing() -> (
    None
):
    weak = went_round(kind=SightingKind.SKIPPED, is_sure=False)
    assert around(Belief(), weak, place=5).ratio == FLOOR


def test_right_after_a_declared_end_a_bus_that_still_goes_round_does_not_close_it() -> None:
    ended = after_round(
        Belief(), went_round(), RATES, place=0, has_cause=False, floor=FLOOR_REOPENED
    )
    assert ended.ratio == FLOOR_REOPENED + 6200
    assert not ended.is_closed


def test_the_ratio_ends_above_the_bound_where_one_passage_still_opens() -> None:
    belief = Belief()
    for n in range(9):
        belief = around(belief, went_round(60 * n, f"v{n}"))
    assert belief.ratio == RATES.bound + CAP_OVER
    assert belief.ratio + beliefs.THROUGH[DriveProof.BY_GPS] < beliefs.OPEN_PART * RATES.bound


def test_what_a_link_shows() -> None:
    assert Belief().observed(at(0)) is Observed.UNKNOWN
    assert CLOSED.observed(at(9999)) is Observed.IMPASSABLE
    driven = through(Belief(), drove(0))
    assert driven.observed(at(599)) is Observed.PASSABLE
    assert driven.observed(at(600)) is Observed.UNKNOWN


def test_a_closure_of_which_nothing_shows_for_an_hour_and_a_half_is_not_known_any_more() -> None:
    assert aged(CLOSED, at(300 + 90 * 60), 0) is CLOSED
    over = aged(CLOSED, at(301 + 90 * 60), 0)
    assert (over.is_closed, over.ratio, over.rounds) == (False, FLOOR, 0)


def test_a_closure_that_was_declared_over_ends_ten_minutes_after_the_last_that_went_round() -> None:
    assert aged(CLOSED, at(900), at(200)) is CLOSED
    assert not aged(CLOSED, at(901), at(200)).is_closed
    assert aged(CLOSED, at(901), at(500)) is CLOSED
    assert aged(Belief(), at(9999), at(1)) == Belief()


def test_buses_are_counted_by_quarter_hours() -> None:
    belief = Belief()
    quarter_s = 15 * MINUTE_S
    base = at(0) // (quarter_s * 1000) * quarter_s * 1000
    for minute in (0, 1, 16, 31, 46, 61, 62):
        belief = counted(belief, base + minute * 60_000)
    assert belief.quarters == (2, 1, 1, 1)
    assert counted(belief, base + 47 * 60_000).quarters == (2, 2, 1, 1)  # a late one
    assert counted(belief, base - 60_000) == belief  # one too late
    assert counted(belief, base + 1000 * 60_000).quarters == (1, 0, 0, 0)


def test_a_blind_drive_promises_nothing() -> None:
    assert through(Belief(), drove(is_snapped=True)).quarters == (0, 0, 0, 0)
    assert through(Belief(), drove(is_snapped=True, served=1)).quarters == (1, 0, 0, 0)
    assert through(Belief(), drove()).quarters == (1, 0, 0, 0)


def test_what_is_kept_of_names_is_the_same_everywhere() -> None:
    seen = around(Belief(), replace(went_round(0, "버스"), route_id="R1"))
    assert (seen.vehicle, seen.routes) == (1968311822, 1 << 39)
