"""The speed of a link: passages, what is usual, and how sure that is."""

from itertools import permutations

import pytest

from streams.contract.derived import Passage, SpeedShare
from streams.domain.links.cars import MOST_PAIRS, PRIOR, CarFactor
from streams.domain.links.estimate import MOST_PASSAGES, Habit, PaceEstimate, Weights, driven
from streams.domain.links.reported import Reported, report_after, reported_pace
from streams.domain.links.windows import SpeedWindow, add_passage
from tests.cities.fakes import GRID, at, passage

USUAL = PaceEstimate(120_000, 30_000)  # 30 km/h
LEANT = Weights()


def windows(*rows: Passage) -> tuple[SpeedWindow, ...]:
    made: tuple[SpeedWindow, ...] = ()
    for row in rows:
        made = add_passage(made, row, GRID)
    return made


def kmh(pace: PaceEstimate | None) -> float:
    assert pace is not None
    return pace.kmh()[0]


def test_without_a_passage_nothing_is_said_whatever_is_usual() -> None:
    assert driven((), USUAL, LEANT) is None


def test_paces_are_averaged_and_not_speeds() -> None:
    # 500 m at 20 and 500 m at 60 km/h: 1 km in 2 min
    rows = windows(passage("a", 10, travel_s=90), passage("a", 20, travel_s=30))
    assert kmh(driven(rows, USUAL, Weights(usual=0))) == pytest.approx(30)


def test_one_passage_leans_on_what_is_usual_and_many_hardly_do() -> None:
    slow = [passage("a", 10 + n, travel_s=120) for n in range(10)]  # 15 km/h
    one, many = (driven(windows(*slow[:n]), USUAL, LEANT) for n in (1, 10))
    assert 15 < kmh(many) < 16 < kmh(one) < 20
    assert one is not None
    assert many is not None
    assert many.deviation < one.deviation


def test_a_passage_of_now_counts_more_than_one_of_before() -> None:
    slow, fast = passage("a", 10, travel_s=120), passage("a", 850, travel_s=60)
    late_fast = driven(windows(slow, fast), USUAL, Weights(usual=0))
    late_slow = driven(
        windows(passage("a", 10, travel_s=60), passage("a", 850, travel_s=120)),
        USUAL,
        Weights(usual=0),
    )
    assert kmh(late_slow) < 20 < kmh(late_fast)  # alike they would make 20


def test_rarer_polls_make_a_wider_range() -> None:
    sure, unsure = (
        driven(windows(Passage("a", at(10), 60_000, 500, unsure_ms=ms)), USUAL, LEANT)
        for ms in (3_000, 15_000)
    )
    assert sure is not None
    assert unsure is not None
    assert sure.deviation < unsure.deviation
    speed, low, high = unsure.kmh()
    assert low < sure.kmh()[1] < speed < sure.kmh()[2] < high


def test_a_range_never_reaches_beyond_what_a_bus_can_drive() -> None:
    assert PaceEstimate(60_000, 60_000).kmh()[2] == pytest.approx(110)
    assert PaceEstimate(20_000, 60_000).kmh()[2] == pytest.approx(
        180
    )  # a centre's own speed stands


def test_the_usual_pace_comes_from_the_road_at_first_and_from_its_buses_later() -> None:
    rows = windows(*(passage("a", n, travel_s=100) for n in range(50)))  # 18 km/h
    assert 25 < 3_600_000 / Habit().usual(50).ms_km < 30
    learned = Habit().add(rows).usual(50)
    assert 3_600_000 / learned.ms_km == pytest.approx(18, abs=1)
    assert learned.deviation < Habit().usual(50).deviation


def test_what_is_usual_is_bounded_and_follows() -> None:
    habit = Habit()
    for minute in range(3 * MOST_PASSAGES):
        habit = habit.add(windows(passage("a", 60 * minute, travel_s=60)))
    for minute in range(3 * MOST_PASSAGES):
        habit = habit.add(windows(passage("a", 60 * minute, travel_s=120)))
    assert habit.passages <= MOST_PASSAGES
    assert 3_600_000 / habit.usual(50).ms_km == pytest.approx(15, abs=1)


def share(speed_kmh: float, second: float) -> SpeedShare:
    return SpeedShare("a", "a", speed_kmh, at(second), 1.0)


def mean_of(*speeds: float, every_s: int = 60) -> Reported:
    known: Reported | None = None
    for place, speed in enumerate(speeds):
        known = report_after(known, share(speed, place * every_s), 120_000)
    assert known is not None
    return known


def test_reports_of_every_minute_are_averaged_and_rare_ones_stand_alone() -> None:
    assert 20 < mean_of(20, 40).mean_kmh < 30
    assert mean_of(20, 40, every_s=1200).mean_kmh == pytest.approx(40, abs=0.1)


def test_a_report_of_nothing_is_no_part_of_the_mean() -> None:
    assert reported_pace([mean_of(30, 0)]) is None
    assert mean_of(30, 0, 50).mean_kmh == 50


def test_reports_that_differ_make_a_wider_range() -> None:
    calm, wild = (reported_pace([mean_of(*row)]) for row in ([30] * 6, [15, 45] * 3))
    assert calm is not None
    assert wild is not None
    assert calm.deviation < wild.deviation


def test_how_much_faster_cars_are_is_learned_bounded_and_the_same_in_any_order() -> None:
    assert CarFactor().value == PRIOR
    learned = CarFactor()
    for _ in range(2 * MOST_PAIRS):
        learned = learned.add(1.5)
    assert learned.value == pytest.approx(1.5, abs=0.02)
    assert learned.pairs <= MOST_PAIRS
    ends = set()
    for order in permutations((0.1, 1.3, 40.0)):
        factor = CarFactor()
        for ratio in order:
            factor = factor.add(ratio)
        ends.add(factor)
    assert ends == {CarFactor(3, 500 + 1300 + 2000)}
