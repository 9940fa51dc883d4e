"""Buses whose feed gives points and no stop orders: a straight street, a stop every 500 m."""

import random
from dataclasses import replace

import pytest

from streams.contract.records import BusPosition, PositionBatch
from streams.domain.links.runs import RouteGeometry
from streams.domain.stages.passages import PositionsStage
from streams.geo.network import Network, Route
from tests.cities.fakes import Folded, at, bus, street

DEG_M = 111_195
STREET = street()
OUT_AND_HOME = replace(
    STREET,
    routes=(Route("R1", "1", ("S1", "S2", "S3", "S4", "S3", "S2", "S1")), *STREET.routes[1:]),
)


def seen(second: float, metre: float, off_m: float = 0.0) -> BusPosition:
    """A GTFS position: a point, `off_m` north of the road, and no order."""
    row = bus(second, metre)
    return replace(row, stop_order=0, stop_id="", lat=(row.lat or 0) + off_m / DEG_M)


def folded(rows: list[BusPosition], network: Network = STREET, dwell_ms: int = 0) -> Folded:
    fold = Folded(PositionsStage(network, partitions=1, dwell_ms=dwell_ms))
    fold.take_all([PositionBatch("gtfs.positions", row.observed_ms, (row,)) for row in rows])
    return fold


def speeds(fold: Folded) -> dict[str, float]:
    """km/h by link."""
    made = [p for events in fold.derived.values() for e in events for p in e.passages]
    return {p.link_id: p.length_m * 3600 / p.travel_ms for p in made}


def along_at(second: float, kmh: float, dwell_s: float) -> float:
    """The metre of a bus that drives a section at one mean speed and stands at every stop. It
    gathers speed for 8 s and brakes for 8 s.
    """
    each_s = 500 / (kmh / 3.6)
    rounds, rest_s = divmod(second, each_s + dwell_s)
    spent_s = min(rest_s, each_s)
    early_s = min(spent_s, each_s - spent_s)
    ramp_s = 8.0
    cruise = 500 / (each_s - ramp_s)
    done_m = cruise * (early_s**2 / ramp_s / 2 if early_s < ramp_s else early_s - ramp_s / 2)
    return 500 * rounds + (done_m if spent_s < each_s / 2 else 500 - done_m)


@pytest.mark.parametrize("period_s", [10, 20, 31])
@pytest.mark.parametrize("kmh", [12, 24, 36])
def test_a_bus_of_points_alone_gives_its_speeds(period_s: int, kmh: int) -> None:
    rng = random.Random(kmh * period_s)
    length_m = 500.0 * (len(RouteGeometry.of(STREET.route_by_id["R1"], STREET).ends_m) - 1)
    found: list[float] = []
    for start_s in range(0, period_s, 5):  # polls come as they come
        rows, second = [], float(start_s)
        while (metre := along_at(second, kmh, 12)) < length_m - 1:
            rows.append(seen(second, metre + rng.uniform(-4, 4), rng.uniform(-8, 8)))
            second += period_s
        made = speeds(folded(rows, dwell_ms=12_000))
        assert len(made) >= 2
        found += made.values()
    assert sum(found) / len(found) == pytest.approx(kmh, rel=0.1)


def test_a_street_driven_out_and_home_is_driven_out_first() -> None:
    out = [seen(10 * n, 100 * n) for n in range(16)]
    home = [seen(160 + 10 * n, 1500 - 100 * n, 9) for n in range(1, 16)]
    found = speeds(folded(out + home, OUT_AND_HOME))
    assert {"S2>S3", "S3>S4", "S3>S2"} <= set(found)


def test_a_point_far_off_its_route_says_nothing_about_progress() -> None:
    rows = [seen(0, 0), seen(50, 520), seen(70, 700, 300), seen(100, 1040)]
    assert speeds(folded(rows))["S2>S3"] == pytest.approx(36, rel=0.1)


def test_a_point_far_behind_or_far_ahead_is_no_place_of_this_run() -> None:
    rows = [seen(0, 400), seen(20, 600), seen(30, 100), seen(32, 1950), seen(62, 1020)]
    fold = folded(rows)
    assert fold.counts["positions unknown_route_or_stop"] == 2
    assert "S2>S3" in speeds(fold)


def test_a_bus_unseen_for_five_minutes_is_looked_for_everywhere() -> None:
    fold = folded([seen(0, 1200), seen(400, 100)])
    [run] = fold.state["runs"].values()
    assert run.stop_order == 1


def test_the_stop_a_bus_names_says_which_way_it_drives() -> None:
    row = replace(seen(0, 1200, 0), stop_id="S3")
    named = folded([replace(row, lat=row.lat)], OUT_AND_HOME)
    [run] = named.state["runs"].values()
    assert run.stop_order in (3, 4)


def test_an_order_the_feed_gives_is_not_looked_for() -> None:
    row = replace(seen(0, 1200), stop_order=1)
    [run] = folded([row]).state["runs"].values()
    assert run.stop_order == 1


def test_time_is_of_the_position() -> None:
    [run] = folded([seen(5, 100)]).state["runs"].values()
    assert run.seen_ms == at(5)
