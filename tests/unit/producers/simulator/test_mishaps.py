"""What looks like a closed road and is none: each mishap as a portal's rows show it."""

import random
from collections import Counter
from collections.abc import Callable

import pytest

from producers.simulator import mishaps, tago
from producers.simulator.day import Day
from producers.simulator.fleet import SimulatedBus
from producers.simulator.mishaps import Mishap
from producers.simulator.portal import SimulatedPortal
from producers.simulator.ways import turned_back
from streams.geo.measures import distance_m
from tests.unit.producers.simulator.conftest import MINUTE_MS, OPENS_MS

Suffer = Callable[[Mishap, float], SimulatedBus]
ROUTES = ("8", "11", "12", "16")


@pytest.fixture
def suffer(day: Day, monkeypatch: pytest.MonkeyPatch) -> Suffer:
    """Lets a mishap befall one bus at its next stop; nothing befalls the others."""

    def begin(mishap: Mishap, lasts_s: float) -> SimulatedBus:
        bus = next(
            bus
            for number, bus in enumerate(day.buses)
            if number not in tago.MASKED | tago.BAD_BUSES.keys()
            and bus.run.no in ROUTES
            and 3 < len(bus.run.legs) // 2 - bus.order < 10
        )
        due = [(mishap, lasts_s)]

        def drawn(rng: random.Random) -> tuple[Mishap, float] | None:
            return due.pop() if rng is bus.rng and due else None

        monkeypatch.setattr(mishaps, "drawn", drawn)
        while due:
            day.advance(day.now_ms + 1000)
        return bus

    return begin


def rows(day: Day, bus: SimulatedBus) -> list[dict[str, object]]:
    listed = tago.route_rows(day, bus.run.route_id)
    return [row for row in listed if row["vehicleno"] == bus.vehicle]


def place(day: Day, bus: SimulatedBus) -> tuple[float, float]:
    [row] = rows(day, bus)
    return float(str(row["gpslong"])), float(str(row["gpslati"]))


def wait(day: Day, seconds: float) -> None:
    day.advance(day.now_ms + round(seconds) * 1000)


def test_each_mishap_comes_as_often_as_the_table_says() -> None:
    rng = random.Random(3)
    draws = 100_000
    found = Counter(each[0] for each in (mishaps.drawn(rng) for _ in range(draws)) if each)
    for mishap, (share, _, _) in mishaps.CHANCES.items():
        assert found[mishap] == pytest.approx(share * draws, rel=0.3)


def test_drivers_change_at_a_stop_and_the_bus_stands_there(day: Day, suffer: Suffer) -> None:
    bus = suffer(Mishap.NEW_DRIVER, 240)
    order, here = bus.order, place(day, bus)
    wait(day, 230)
    assert bus.order == order
    assert distance_m(place(day, bus), here) < 20
    wait(day, 60)
    assert bus.path or bus.order > order


def test_a_broken_bus_stands_in_the_middle_of_a_street_and_others_pass_it(
    day: Day, suffer: Suffer
) -> None:
    bus = suffer(Mishap.BROKEN, 600)
    while bus.stalls_s:
        wait(day, 1)
    link, here = bus.path[0], place(day, bus)
    assert 0.4 < bus.travelled_m / day.streets.links[link].length_m < 0.6
    passed: set[str] = set()
    for _ in range(590):
        wait(day, 1)
        passed |= {x.vehicle for x in day.buses if x.path and x.path[0] == link}
    assert distance_m(place(day, bus), here) < 20
    assert len(passed - {bus.vehicle}) >= 1
    wait(day, 120)
    assert link not in bus.path


def test_a_bus_that_pulls_to_the_depot_leaves_its_line_and_stays_listed(
    day: Day, suffer: Suffer
) -> None:
    bus = suffer(Mishap.TO_DEPOT, 0)
    order = bus.order
    line = {link for leg in bus.run.legs for link in leg}
    off = set()
    while bus.path:
        off |= {bus.path[0]} - line
        assert [row["nodeord"] for row in rows(day, bus)] == [order + 1]
        wait(day, 1)
    assert off
    end = day.streets.links[bus.came_by]
    assert end.to_id in mishaps.DEPOTS
    assert distance_m(place(day, bus), end.geometry[-1]) < 20
    wait(day, mishaps.LISTED_IN_DEPOT_S + 5)
    assert not rows(day, bus)
    wait(day, mishaps.IN_DEPOT_S - mishaps.LISTED_IN_DEPOT_S + 5)
    assert (bus.order, bus.depot) == (0, "")
    assert rows(day, bus)


def test_a_short_turn_goes_on_at_the_same_junction_the_other_way(day: Day, suffer: Suffer) -> None:
    before = {bus.vehicle: bus.order for bus in day.buses}
    bus = suffer(Mishap.SHORT_TURN, 30)
    reached = before[bus.vehicle] + 1
    assert bus.order == turned_back(bus.run, reached)
    assert bus.order > reached + 1
    assert bus.run.nodes[bus.order] == bus.run.nodes[reached]
    wait(day, 60)
    assert bus.path[0] in bus.run.legs[bus.order]
    assert bus.path[0] ^ 1 in bus.run.legs[reached - 1]


def test_a_silent_terminal_is_not_listed_and_comes_back(day: Day, suffer: Suffer) -> None:
    bus = suffer(Mishap.UNSEEN, 90)
    assert not rows(day, bus)
    wait(day, 95)
    assert rows(day, bus)


def test_ghosts_stand_at_the_start_of_their_route_for_ever(day: Day) -> None:
    ghosts = [bus for bus in day.buses if bus.pace == 0]
    assert [bus.run.no for bus in ghosts] == list(mishaps.GHOST_ROUTES)
    before = [place(day, bus) for bus in ghosts]
    wait(day, 1500)
    assert [rows(day, bus)[0]["nodeord"] for bus in ghosts] == [1, 1, 1]
    assert all(distance_m(place(day, x), at) < 20 for x, at in zip(ghosts, before, strict=True))


def test_the_positions_fail_once_a_round_and_come_back(day: Day) -> None:
    portal = SimulatedPortal(day)
    query = {"serviceKey": "k", "cityCode": "32010", "routeId": "CCB250090100", "_type": "json"}
    statuses = [
        portal.answer("tago.positions", query, OPENS_MS + second * 1000).status
        for second in range(25 * 60, 28 * 60, 5)
    ]
    assert statuses.count(500) == 8
    assert statuses[:13] == statuses[-13:] == [200] * 13
    assert mishaps.is_silent(day.clock, OPENS_MS + 60 * MINUTE_MS) is False
