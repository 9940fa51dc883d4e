"""What is no passage, though the stop orders say so: a straight street, a stop every 500 m."""

from dataclasses import replace

import pytest

from streams.contract.records import BusPosition
from streams.domain.links.runs import MASKED, SHARED, RouteGeometry, VehicleRun, advance
from tests.cities.fakes import bus, street

COURSE = RouteGeometry.of(street().route_by_id["R1"], street())
DEG_M = 111_195  # metres in a degree of latitude


def links(*rows: BusPosition) -> list[str]:
    """The links of the passages that positions make, in order."""
    run: VehicleRun | None = None
    made: list[str] = []
    for row in rows:
        step = advance(run, row, COURSE, dwell_ms=0)
        run = step.run
        made += [each.link_id for each in step.passages]
    return made


def aside(second: float, metre: float, off_m: float) -> BusPosition:
    """A bus north of its road."""
    row = bus(second, metre)
    return replace(row, lat=(row.lat or 0) + off_m / DEG_M)


def late(second: float, metre: float, order: int) -> BusPosition:
    """A bus whose stop order lags behind its point: it has not served the stops in between."""
    return replace(bus(second, metre), stop_order=order)


def test_a_bus_that_stood_at_a_stop_without_serving_it_drove_past_it_on_another_way() -> None:
    rows = [bus(0, 100), bus(60, 500), late(120, 1000, 2), late(180, 1000, 2)]
    assert links(*rows, bus(240, 1500), bus(300, 2000)) == ["S4>S5"]


def test_a_bus_off_its_road_that_serves_only_a_later_stop_made_no_passage_in_between() -> None:
    rows = [bus(0, 100), bus(60, 500), aside(120, 750, 350), bus(200, 1500), bus(260, 2000)]
    assert links(*rows) == ["S4>S5"]


@pytest.mark.parametrize("seconds", [61, 90])
def test_a_bus_passes_two_stops_in_one_poll_at_the_speed_of_traffic(seconds: float) -> None:
    # from 600 m on 900 m in 90 s are 36 km/h; in 61 s 53 km/h, where traffic makes 40
    rows = [bus(0, 100), bus(50, 500), bus(60, 600), bus(60 + seconds, 1500)]
    made = ["S2>S3", "S3>S4"] if seconds == 90 else []
    assert links(*rows, bus(130 + seconds, 2000)) == [*made, "S4>S5"]


@pytest.mark.parametrize(("off_m", "count"), [(0, 1), (40, 1), (200, 1), (320, 0), (900, 0)])
def test_a_bus_that_goes_round_between_two_stops_made_no_passage(off_m: float, count: int) -> None:
    rows = [bus(0, 100), bus(60, 500), aside(120, 750, off_m), bus(180, 1000), bus(240, 1500)]
    assert links(*rows) == ["S2>S3"] * count + ["S3>S4"]


def test_a_point_in_another_town_is_a_mistake_and_not_a_way_round() -> None:
    rows = [bus(0, 100), bus(60, 500), aside(90, 750, 9_000), bus(120, 1000)]
    assert links(*rows) == ["S2>S3"]


def test_a_bus_that_slides_far_back_within_a_section_made_no_passage_of_it() -> None:
    rows = [bus(0, 100), bus(60, 500), bus(100, 900), bus(130, 750), bus(160, 1000), bus(220, 1500)]
    assert links(*rows, bus(280, 2000)) == ["S3>S4"]


def test_a_point_that_jumps_ahead_and_comes_back_makes_no_speed() -> None:
    true = [(60.0 * n, 200.0 * n) for n in range(12)]  # 12 km/h
    for ahead_m in (350, 500, 700, 900, 1_300):
        shown = [(s, m + ahead_m * (n % 3 == 2)) for n, (s, m) in enumerate(true)]
        run: VehicleRun | None = None
        for second, metre in shown:
            step = advance(run, bus(second, min(metre, 2500)), COURSE, dwell_ms=0)
            run = step.run
            assert all(p.length_m * 3600 / p.travel_ms < 25 for p in step.passages), ahead_m


def test_what_a_hasty_bus_passed_counts_once_it_does_not_come_back() -> None:
    hasty = [bus(0, 100), bus(50, 500), bus(60, 600), bus(139, 1500)]  # 41 km/h past two stops
    assert links(*hasty) == []
    assert links(*hasty, bus(160, 1600)) == ["S2>S3", "S3>S4"]
    assert links(*hasty, bus(199, 1510)) == ["S2>S3", "S3>S4"]
    assert links(*hasty, bus(199, 1100)) == []
    assert links(*hasty, bus(199, 1600), bus(270, 2000)) == ["S2>S3", "S3>S4", "S4>S5"]
    assert links(*hasty, bus(190, 2500)) == ["S2>S3", "S3>S4"]  # what follows skips a stop


def flagged(row: BusPosition, flag: str) -> BusPosition:
    return replace(row, flags=(flag,))


def test_two_buses_under_one_masked_plate_make_no_passage() -> None:
    # one is 400 m ahead of the other; the answers tell now of this one, now of that
    rows = [flagged(bus(60 * n, 200 * n + 400 * (n % 2)), MASKED) for n in range(10)]
    assert links(*rows) == []


def test_one_bus_under_a_masked_plate_is_believed_a_poll_later() -> None:
    rows = [flagged(bus(60 * n, 500 * n), MASKED) for n in range(4)]
    assert links(*rows) == ["S1>S2", "S2>S3"]
    assert links(*rows[:3]) == ["S1>S2"]


def test_a_plate_in_two_places_at_once_makes_no_passage() -> None:
    rows = [flagged(bus(60 * n, 500 * n), SHARED) for n in range(5)]
    assert links(*rows) == []


def test_a_bus_turning_at_its_first_stop_is_not_doubted() -> None:
    rows = [bus(0, 2000), bus(60, 2500), bus(120, 0), bus(180, 500), bus(240, 1000)]
    assert links(*rows) == ["S5>S6", "S1>S2", "S2>S3"]
