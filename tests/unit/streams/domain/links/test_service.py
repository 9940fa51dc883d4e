"""The usual passages of links by route, and the buses that are due."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from streams.contract.derived import Passage
from streams.domain.links.quarters import QUARTER_MS, no_holiday
from streams.domain.links.service import MARKS, PAIRS, RUNNING, SERVICE, RoutesOf, Service
from streams.domain.stage import Effects, State, apply
from streams.geo.network import Network
from tests.cities.fakes import STANDARD, street

LINK = "S1>S2"
MONDAY_8 = 1_789_945_200_000 // QUARTER_MS  # 2026-09-21 08:00 in Korea
A_DAY = 96
Buses = Mapping[str, int]
NO_BUS: Buses = {}
TABLES = (SERVICE, PAIRS, RUNNING, MARKS)


def many_routes() -> Network:
    """The street with ten routes more over its first sections."""
    network = street()
    stops = network.routes[0].stops
    more = [replace(network.routes[0], id=f"X{n}", stops=stops[:3]) for n in range(10)]
    return replace(network, routes=(*network.routes, *more))


class Line:
    """Passages on the street, quarter hour by quarter hour."""

    def __init__(self, network: Network | None = None) -> None:
        self.state: State = {table.name: {} for table in TABLES}
        self._routes = RoutesOf(network or street())

    def run(self, number: int, buses: Buses = NO_BUS, closed: tuple[str, ...] = ()) -> None:
        """Some buses of routes in a quarter hour, which is then learned."""
        self.drive(number, buses)
        effects = Effects()
        Service(self.state, effects, no_holiday).learn(number, closed)
        apply(self.state, effects.changes)

    def drive(self, number: int, buses: Buses) -> None:
        effects = Effects()
        service = Service(self.state, effects, no_holiday)
        for route_id, count in buses.items():
            for n in range(count):
                at_ms = number * QUARTER_MS + n
                service.count(Passage(LINK, at_ms, 60_000, 500, route_id=route_id), self._routes)
        apply(self.state, effects.changes)

    def due(self, number: int) -> dict[str, int]:
        service = Service(self.state, Effects(), no_holiday)
        return service.due_by_route(LINK, number * QUARTER_MS)

    @property
    def days(self) -> list[int]:
        return [column.days for _, column in sorted(self.state["service"].items())]


def test_nothing_is_due_where_no_bus_was_seen() -> None:
    line = Line()
    assert line.due(MONDAY_8) == {}
    line.run(MONDAY_8)
    assert line.state["service"] == {}


def test_a_quarter_hour_of_two_days_before_says_what_is_due() -> None:
    line = Line()
    for day, buses in enumerate((2, 4)):
        line.run(MONDAY_8 + day * A_DAY, {"R1": buses})
    found = line.due(MONDAY_8 + 2 * A_DAY)
    assert found["R1"] == pytest.approx(12_000, rel=0.02)  # three in a quarter hour
    assert line.due(MONDAY_8 + 2 * A_DAY + 1)["R1"] == found["R1"]  # as beside it
    assert line.due(MONDAY_8 + 2 * A_DAY + 3)["R1"] == found["R1"]  # as in its hour
    assert line.due(MONDAY_8 + 2 * A_DAY + 9) == {}
    assert line.due(MONDAY_8 + 5 * A_DAY) == {}  # a Saturday


def test_days_without_the_route_count_too() -> None:
    line = Line()
    for day, buses in enumerate((1, 0, 0, 0)):
        line.run(MONDAY_8 + day * A_DAY, {"R1": buses, "R9": 5})
    assert line.due(MONDAY_8 + 4 * A_DAY)["R1"] == pytest.approx(1_000, rel=0.05)


def test_before_two_days_are_known_the_last_ninety_minutes_speak() -> None:
    line = Line()
    for step in range(3):
        line.run(MONDAY_8 + step, {"R1": 2})
    assert line.due(MONDAY_8 + 3) == {"R1": 8_000}
    assert line.due(MONDAY_8 + 8) == {"R1": 8_000}
    assert line.due(MONDAY_8 + 9) == {}
    line.drive(MONDAY_8 + 3, {"R1": 2})  # of a quarter hour that is not over nothing is said
    assert line.due(MONDAY_8 + 3) == {"R1": 8_000}


def test_the_day_before_does_not_pass_for_this_one() -> None:
    line = Line()
    line.run(MONDAY_8, {"R1": 2})
    assert line.due(MONDAY_8 + A_DAY) == {}
    assert line.due(MONDAY_8 + A_DAY + 1) == {}


def test_a_link_has_eight_routes_and_the_rest_together() -> None:
    line = Line(many_routes())
    line.run(MONDAY_8, dict.fromkeys([*(f"X{n}" for n in range(10)), "R1", "R7", "?"], 1))
    found = line.due(MONDAY_8 + 1)
    assert set(found) == {"", "R1", *(f"X{n}" for n in range(7))}
    assert found["X0"] == 4_000
    assert found[""] == 5 * 4_000


def test_routes_run_over_standard_links_too() -> None:
    assert RoutesOf(street()).name(STANDARD, "R1") == "R1"
    assert RoutesOf(street()).name(STANDARD, "R2") == ""


def test_thin_service_counts_as_such() -> None:
    line = Line()
    line.run(MONDAY_8, {"R1": 1})
    line.run(MONDAY_8 + 1)
    line.run(MONDAY_8 + 2)
    line.run(MONDAY_8 + 3, {"R1": 1})
    assert line.due(MONDAY_8 + 4) == {"R1": 2_000}


def test_a_feed_that_goes_silent_teaches_nothing() -> None:
    line = Line()
    line.run(MONDAY_8, {"R1": 6, "R9": 4})
    for step in range(1, 4):
        line.run(MONDAY_8 + step)
    assert len(line.days) == 1
    assert line.due(MONDAY_8 + 4)["R1"] == 24_000


def test_the_night_is_learned_for_an_hour_only() -> None:
    line = Line()
    line.run(MONDAY_8, {"R1": 1})
    for step in range(1, 20):
        line.run(MONDAY_8 + step)
    assert len(line.days) == 5


def test_a_closed_link_keeps_what_is_usual_there() -> None:
    line = Line()
    for day in range(3):
        line.run(MONDAY_8 + day * A_DAY, {"R1": 2, "R9": 9})
    open_before = line.due(MONDAY_8 + 3 * A_DAY)
    for day in range(3, 5):
        line.run(MONDAY_8 + day * A_DAY, {"R1": 1}, (LINK,))
    after = line.due(MONDAY_8 + 4 * A_DAY)
    assert after["R1"] == pytest.approx(open_before["R1"], rel=0.02)


def test_what_runs_is_taken_when_it_is_learned() -> None:
    line = Line()
    line.drive(MONDAY_8, {"R1": 2})
    line.drive(MONDAY_8 + 1, {"R1": 1})
    assert Service(line.state, Effects(), no_holiday).waiting() >= {MONDAY_8, MONDAY_8 + 1}
    line.run(MONDAY_8)
    assert [x.number for x in line.state["service-running"][LINK]] == [MONDAY_8 + 1]
    line.run(MONDAY_8 + 1)
    assert line.state["service-running"] == {}
