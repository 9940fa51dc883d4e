"""Closures that nobody declared, or that are not where they were declared."""

import pytest

from streams.contract.derived import Declaration
from streams.contract.enums import Certainty, DiscrepancyKind
from tests.cities.buses import Service, drive, every, reported, works
from tests.cities.fakes import at
from tests.cities.hours import BACK, FULL, LINK, NOW_S, ROUND, begun, buses
from tests.cities.watched import Said, Watch

LATE, NONE = DiscrepancyKind.LATE_START, DiscrepancyKind.NO_EFFECT
UNDECLARED, ELSEWHERE = DiscrepancyKind.UNDECLARED, DiscrepancyKind.ELSEWHERE


# ---- nobody declared it


def test_a_closure_that_nobody_declared_is_undeclared_until_a_bus_is_through() -> None:
    watch = Watch().take(every(300, 3, aside=ROUND), until_s=1200)
    row = watch.only(UNDECLARED)
    assert watch.told() == [UNDECLARED]
    assert (row.work, row.links, row.certainty) == ("", (LINK,), Certainty.INFERRED)
    assert row.told_ms == row.since_ms == watch.view(LINK).since_ms
    assert (row.round, len(row.events)) == (3, 2)
    watch.take(drive("z", 1300), until_s=1600)
    assert watch.told() == []
    assert watch.told(is_open=False) == [UNDECLARED]


def test_two_routes_confirm_it() -> None:
    watch = Watch().take(every(300, 3, aside=ROUND, routes=("R1", "R2")), until_s=1200)
    assert watch.only(UNDECLARED).certainty is Certainty.CONFIRMED


def test_both_directions_of_a_street_are_one_discrepancy() -> None:
    watch = Watch().take(
        every(300, 3, aside=ROUND),
        every(300, 3, first_s=60, routes=("R3",), aside=(2010, 2390)),
        until_s=1300,
    )
    assert watch.impassable == {LINK, BACK}
    assert set(watch.only(UNDECLARED).links) == {LINK, BACK}


def test_a_permit_for_the_other_direction_explains_nothing_here() -> None:
    watch = Watch().take(
        Said(0, works(BACK, subject="work:P2")), every(300, 3, aside=ROUND), until_s=1200
    )
    assert watch.told() == [UNDECLARED]


@pytest.mark.parametrize("declaration", [FULL, reported(LINK, is_work=False)])
def test_a_closure_with_a_record_is_declared(declaration: Declaration) -> None:
    watch = Watch().take(
        Said(0, declaration),
        every(300, 3, first_s=60, aside=ROUND),
        until_s=1200,
    )
    assert watch.impassable == {LINK}
    assert watch.discrepancies == {}


def test_a_work_that_a_traffic_centre_reports_and_no_permit_knows_is_undeclared() -> None:
    watch = Watch().take(Said(60, reported(LINK)), until_s=170)
    assert watch.discrepancies == {}
    watch.take(until_s=200)
    row = watch.only(UNDECLARED)
    assert (row.work, row.links, row.certainty) == ("", (LINK,), Certainty.REPORTED)
    assert (row.since_ms, row.told_ms, row.until_ms) == (at(60), at(180), 0)
    watch.take(Said(600, reported(LINK, is_over=True)), until_s=700)
    assert watch.only(UNDECLARED).until_ms == at(600)


def test_one_that_a_permit_knows_is_declared_and_an_accident_is_no_work() -> None:
    permitted = Watch().take(Said(0, FULL), Said(60, reported(LINK)), until_s=600)
    accident = Watch().take(Said(60, reported(LINK, is_work=False)), until_s=600)
    elsewhere = Watch().take(Said(0, works(BACK)), Said(60, reported(LINK)), until_s=600)
    assert permitted.discrepancies == accident.discrepancies == {}
    assert elsewhere.told() == [UNDECLARED]


def test_a_work_reported_where_buses_have_shown_a_closure_is_told_once() -> None:
    watch = Watch().take(every(300, 3, aside=ROUND), Said(900, reported(LINK)), until_s=1300)
    assert watch.told() == [UNDECLARED]


# ---- closed in another place


NEXT: Service = {"routes": ("R4", "R5"), "aside": ROUND, "aside_m": -150.0}


def test_a_closure_of_the_next_street_while_the_declared_one_is_driven_is_elsewhere() -> None:
    watch = begun().take(buses(4, 60), buses(3, 120, **NEXT), until_s=NOW_S + 1400)
    row = watch.only(ELSEWHERE)
    assert watch.told() == [ELSEWHERE, LATE]
    assert (row.work, row.links[0]) == ("P1", "N3>N4")
    assert watch.impassable == {"N3>N4"}


def test_it_is_undeclared_until_the_declared_street_is_known_to_be_open() -> None:
    """Then it is told anew; both say since when it is closed."""
    watch = begun().take(buses(3, 60, **NEXT), until_s=NOW_S + 900)
    assert watch.told() == [UNDECLARED]
    watch.take(buses(1, 1000), until_s=NOW_S + 1440)
    row = watch.only(ELSEWHERE)
    assert watch.told() == [ELSEWHERE, LATE]
    assert row.links == ("N3>N4", LINK)
    assert row.since_ms == watch.only(UNDECLARED).since_ms < row.told_ms
    assert watch.only(UNDECLARED).until_ms == row.told_ms


def test_a_closure_far_from_the_work_or_long_after_its_begin_is_not_the_works() -> None:
    far = begun().take(buses(4, 60, from_m=900, until_m=1800))
    far.take(
        buses(3, 120, routes=("R4", "R5"), aside=(2410, 2790), aside_m=-150), until_s=NOW_S + 1400
    )
    late = begun().take(buses(20, 60), buses(4, 3700, **NEXT), until_s=NOW_S + 5200)
    assert far.told() == [LATE, UNDECLARED]
    assert late.told() == [NONE, UNDECLARED]


def test_the_other_side_of_the_same_street_is_elsewhere() -> None:
    back = buses(4, 120, routes=("R3", "R6"), aside=(2010, 2390))
    watch = begun().take(buses(6, 60), back, until_s=NOW_S + 1500)
    assert ELSEWHERE in watch.told()
    assert watch.impassable == {BACK}


def test_what_ended_is_kept_for_a_day() -> None:
    watch = Watch().take(every(300, 3, aside=ROUND), drive("z", 1300), until_s=1600)
    ended_s = (watch.only(UNDECLARED).until_ms - at(0)) / 1000
    watch.take(until_s=ended_s + 86_400)
    assert watch.told(is_open=False) == [UNDECLARED]
    watch.take(until_s=ended_s + 86_400 + 3601)
    assert watch.discrepancies == {}
