"""What buses do for other reasons, silence, and points that show the line only."""

from dataclasses import replace

import pytest

from streams.contract.enums import Observed
from streams.contract.records import BusPosition
from tests.cities.buses import drive, every, reported, seen, town, with_standards, works
from tests.cities.watched import Said, Watch

ROUND = (1210, 1590)  # past M3>M4
LINK = "M3>M4"
MINUTE_S = 60


# ---- no evidence


NO_EVIDENCE = {
    "a frozen terminal": [
        *drive("a", until_m=1300),
        *(seen("a", 160 + 20 * n, 1290, order=4) for n in range(20)),
        seen("a", 570, 2400),
    ],
    "a depot run": [*drive("a", aside=(-1, 1700), aside_m=400)],
    "a short turn": [
        *drive("a", until_m=1300),
        *drive("a", 190, route_id="R3", from_m=2300, until_m=3500),
    ],
    "a jump by many stops": [*drive("a", until_m=1200), *drive("a", 170, from_m=2900)],
    "a gap between polls": [*drive("a", until_m=1200), *drive("a", 400, from_m=2900)],
    "a driver who changes at the terminus": [
        *drive("a"),
        *drive("a", 480, route_id="R3"),
    ],
    "a lay-over beside the terminus": [
        *drive("a"),
        *(seen("a", 480 + 60 * n, 3600, order=9, aside_m=200) for n in range(9)),
        *drive("a", 1100, route_id="R3"),
    ],
}


@pytest.mark.parametrize("name", NO_EVIDENCE)
def test_what_buses_do_for_other_reasons_closes_nothing(name: str) -> None:
    """Two of them in a row on two days' buses, even where an incident points to a closure."""
    watch = Watch()
    links = [f"M{n}>M{n + 1}" for n in range(9)] + [f"M{n + 1}>M{n}" for n in range(9)]
    watch.take(Said(0, reported(*links, is_work=False)))
    watch.take(NO_EVIDENCE[name], until_s=2400)
    assert watch.impassable == set()


def test_silence_says_nothing_neither_before_nor_after_any_bus() -> None:
    watch = Watch().take(Said(0, works(LINK)), until_s=6 * 3600)
    assert watch.impassable == set()
    watch.take(every(300, 10, first_s=6 * 3600), until_s=30 * 3600)
    assert watch.impassable == set()


def test_an_outage_of_the_feed_says_nothing() -> None:
    """All buses are gone for 20 minutes in the midst of their drive, and show further on."""
    for minutes in (4, 9, 20):
        watch = Watch().take(Said(0, works(*(f"M{n}>M{n + 1}" for n in range(9)))))
        for n in range(3):
            watch.take(drive(f"v{n}", 20 * n, until_m=1300))
        for n in range(3):
            watch.take(drive(f"v{n}", 160 + 60 * minutes + 20 * n, from_m=2500))
        watch.take(until_s=3000)
        assert watch.impassable == set(), minutes


# ---- points that show the line only


def leaves_out_m3(name: str, second: float) -> list[BusPosition]:
    """A bus of a portal: it stands before M3, and shows next behind it, two minutes later."""
    before = drive(name, second, until_m=1100)
    stands = seen(name, second + 145, 1192, order=3)
    return [*before, stands, *drive(name, second + 265, from_m=1620)]


def portal(*rows: list[BusPosition] | Said) -> Watch:
    return Watch(with_standards(town()), is_gps=False).take(*rows)


def test_a_stop_that_buses_of_a_portal_leave_out_closes_the_road_it_stands_on() -> None:
    two = portal(*(leaves_out_m3(f"v{n}", 600 * n) for n in range(2))).take(until_s=1200)
    assert two.impassable == set()
    three = portal(*(leaves_out_m3(f"v{n}", 600 * n) for n in range(3))).take(until_s=1800)
    assert three.impassable == {"T3", "M2>M3", LINK}


def test_where_it_is_declared_closed_two_are_enough() -> None:
    rows = [leaves_out_m3(f"v{n}", 60 + 600 * n) for n in range(2)]
    watch = portal(Said(0, works("T3")), *rows).take(until_s=1260)
    assert watch.view("T3").cause == "work:P1"
    assert "T3" in watch.impassable


def test_points_of_a_portal_off_the_line_close_nothing() -> None:
    """It reports the stops, and now and then a point that is wrong."""
    rows = [
        [replace(row, stop_order=min(9, 1 + int(n * 166.7) // 400)) for n, row in enumerate(bus)]
        for bus in (drive(f"v{k}", 300 * k, aside=ROUND) for k in range(3))
    ]
    portals = portal(Said(0, works(LINK)), *rows).take(until_s=2500)
    assert portals.impassable == set()
    gps = Watch(with_standards(town())).take(Said(0, works(LINK)), *rows, until_s=2500)
    assert gps.impassable


def test_a_road_closed_by_stops_left_out_opens_when_one_is_served_again() -> None:
    rows = [leaves_out_m3(f"v{n}", 600 * n) for n in range(4)]
    watch = portal(*rows).take(drive("z", 2500), until_s=3000)
    assert watch.impassable == set()
    assert watch.view("T3").state is Observed.PASSABLE


@pytest.mark.parametrize(("is_gps", "is_promised"), [(True, True), (False, False)])
def test_a_promise_needs_buses_that_would_show_a_closure(
    *, is_gps: bool, is_promised: bool
) -> None:
    """A portal's buses show one by a stop that they leave out: M1>M2 as a section has none."""
    watch = Watch(with_standards(town()), is_gps=is_gps).take(every(300, 12), until_s=3600)
    assert (watch.view("M1>M2").promise_s is not None) is is_promised
    assert watch.view("T1").promise_s is not None
