"""Where the time between two polls went: roads of 45 km/h, a stop every 500 m."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain.links.timing import Sight, TimedWay, WayPart, shared_out, stop_times

ENDS_M = tuple(500.0 * n for n in range(7))


def way(dwell_ms: int = 12_000) -> TimedWay:
    return TimedWay(ENDS_M, lambda _: 45.0, lambda _: dwell_ms)


def seen(metre: float, second: float) -> Sight:
    return Sight(int(metre // 500) + 1, metre, round(second * 1000))


def test_what_the_usual_times_leave_over_goes_where_the_time_is_uncertain() -> None:
    parts = [WayPart(1, 10_000.0, 1.0), WayPart(2, 10_000.0, 3.0)]
    assert shared_out(28_000, parts) == [12_000.0, 16_000.0]


def test_no_part_is_below_its_least_and_the_others_give_way() -> None:
    parts = [WayPart(1, 10_000.0, 1.0, 9_000.0), WayPart(2, 10_000.0, 3.0)]
    assert shared_out(12_000, parts) == [9_000.0, 3_000.0]


def test_a_span_shorter_than_all_leasts_is_shared_out_by_them() -> None:
    parts = [WayPart(1, 10_000.0, 1.0, 8_000.0), WayPart(2, 10_000.0, 3.0, 2_000.0)]
    assert shared_out(5_000, parts) == [4_000.0, 1_000.0]


def test_a_bus_found_at_its_stop_left_it_after_that_poll() -> None:
    [left] = stop_times(seen(500, 0), seen(700, 30), way())
    assert left.order == 2
    assert left.left_ms is not None
    assert 0 < left.left_ms < 15_000


def test_a_bus_found_at_the_next_stop_came_before_that_poll_and_has_not_left() -> None:
    [came] = stop_times(seen(800, 0), seen(1000, 30), way())
    assert (came.order, came.left_ms) == (3, None)
    assert 15_000 < came.arrived_ms < 30_000


def test_a_bus_that_passes_a_stop_between_two_polls_stood_there_for_about_its_dwell() -> None:
    [stop] = stop_times(seen(800, 0), seen(1200, 60), way())
    assert stop.left_ms is not None
    assert stop.left_ms - stop.arrived_ms == pytest.approx(12_000, abs=5_000)


def test_a_bus_that_was_never_slow_did_not_stand_for_long() -> None:
    slow, fast = (stop_times(seen(800, 0), seen(1200, s), way())[0] for s in (60, 36))
    assert slow.left_ms is not None
    assert fast.left_ms is not None
    assert fast.left_ms - fast.arrived_ms < slow.left_ms - slow.arrived_ms - 5_000


def test_a_moment_is_least_sure_in_the_midst_of_two_polls() -> None:
    rare = stop_times(seen(800, 0), seen(1200, 60), way())[0]
    edge = stop_times(seen(980, 0), seen(1200, 60), way())[0]
    assert edge.arrived_ms2 < rare.arrived_ms2


def test_a_bus_still_at_its_stop_neither_came_nor_left() -> None:
    assert stop_times(seen(500, 0), seen(510, 30), way()) == []


@given(
    st.floats(0, 3000), st.floats(0, 3000), st.integers(1, 300), st.sampled_from([0, 3000, 12_000])
)
def test_the_times_of_the_stops_are_in_order_and_within_the_polls(
    one: float, other: float, span_s: int, dwell_ms: int
) -> None:
    first, last = sorted((one, other))
    at_ms = 0.0
    for stop in stop_times(seen(first, 0), seen(last, span_s), way(dwell_ms)):
        assert stop.order >= int(first // 500) + 1
        assert at_ms - 1e-6 <= stop.arrived_ms <= span_s * 1000 + 1e-6
        at_ms = stop.arrived_ms if stop.left_ms is None else stop.left_ms
        assert stop.arrived_ms - 1e-6 <= at_ms <= span_s * 1000 + 1e-6
        assert min(stop.arrived_ms2, stop.left_ms2) >= 0
