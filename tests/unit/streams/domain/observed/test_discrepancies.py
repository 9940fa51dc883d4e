"""Where a little town's traffic is not as declared: told, changed and ended as its buses show."""

import pytest

from streams.contract.enums import Certainty, Closure, DiscrepancyKind, SightingKind
from streams.contract.records import BusPosition
from streams.domain.observed.rows import MAX_EVENTS, Discrepancy
from tests.cities.fakes import at
from tests.cities.watched import Said, Watch, drive, every, reported, works

LINK, BACK = "M3>M4", "M4>M3"
ROUND = (1210, 1590)  # past M3>M4
NOW_S = 2400  # the hours of the work begin
END_S = 1200  # and end, so long after
MINUTE_S = 60
LATE, NONE, OVER = (
    DiscrepancyKind.LATE_START,
    DiscrepancyKind.NO_EFFECT,
    DiscrepancyKind.OVERDECLARED,
)
EARLY, RUNS_ON = DiscrepancyKind.EARLY_END, DiscrepancyKind.OVERRUN
UNDECLARED, ELSEWHERE = DiscrepancyKind.UNDECLARED, DiscrepancyKind.ELSEWHERE
FULL, PARTIAL = works(LINK), works(LINK, closure=Closure.PARTIAL)
ENDED = works(LINK, is_in_force=False, is_over=True)


def buses(times: int, after_s: float, **how: object) -> list[BusPosition]:
    """One each five minutes, so long after the hours begin."""
    return every(300, times, first_s=NOW_S + after_s, **how)  # type: ignore[arg-type]


def begun(declaration: object = FULL) -> Watch:
    """A street on which buses drive as usual, and then a work's hours begin."""
    return Watch().take(every(300, 6), Said(NOW_S, declaration))  # type: ignore[arg-type]


def only(watch: Watch, kind: DiscrepancyKind) -> Discrepancy:
    (row,) = (row for row in watch.discrepancies.values() if row.kind is kind)
    return row


# ---- a full closure in force


def test_a_full_closure_through_which_buses_drive_has_not_begun_yet() -> None:
    watch = begun().take(buses(2, 60), until_s=NOW_S + 700)
    row = only(watch, LATE)
    assert watch.told() == [LATE]
    assert (row.work, row.links, row.since_ms, row.until_ms) == ("P1", (LINK,), at(NOW_S), 0)
    assert (row.through, row.round, row.speed_ratio) == (2, 0, 1000)
    assert row.declared_ms == at(NOW_S)
    assert at(NOW_S + 60) < row.told_ms < at(NOW_S + 300)
    assert row.certainty is Certainty.CONFIRMED
    assert {(bus.kind, bus.route_id) for bus in row.events} == {(SightingKind.THROUGH, "R1")}


def test_after_25_minutes_it_has_no_effect() -> None:
    watch = begun().take(buses(3, 60), until_s=NOW_S + 24 * MINUTE_S)
    assert watch.told() == [LATE]
    watch.take(until_s=NOW_S + 26 * MINUTE_S)
    assert watch.told() == [NONE]
    assert watch.told(is_open=False) == [LATE]
    assert only(watch, LATE).until_ms == only(watch, NONE).told_ms


def test_one_bus_counts_once_however_often_it_drives() -> None:
    shuttle = [drive("a", NOW_S + 60 + 200 * n, from_m=1100, until_m=1700) for n in range(3)]
    row = only(begun().take(*shuttle, until_s=NOW_S + 800), LATE)
    assert (row.through, row.certainty) == (1, Certainty.INFERRED)


def test_in_the_first_minutes_buses_inside_drive_out() -> None:
    watch = begun().take(drive("a", NOW_S - 60), until_s=NOW_S + 900)
    assert watch.told() == []


def test_without_a_bus_nothing_is_told() -> None:
    assert begun().take(until_s=NOW_S + 5 * 3600).discrepancies == {}


def test_a_full_closure_that_buses_go_round_is_as_declared() -> None:
    watch = begun().take(buses(8, 60, aside=ROUND), until_s=NOW_S + 2700)
    assert watch.discrepancies == {}
    assert watch.impassable == {LINK}


def test_a_full_closure_through_which_buses_crawl_is_overdeclared() -> None:
    watch = begun().take(buses(8, 60, kmh=15), until_s=NOW_S + 2700)
    assert watch.told() == [OVER]
    assert only(watch, OVER).speed_ratio == 500


def test_one_that_was_closed_and_then_driven_ended_early() -> None:
    watch = begun().take(buses(3, 60, aside=ROUND), buses(4, 1200), until_s=NOW_S + 2700)
    row = only(watch, EARLY)
    assert watch.told() == [EARLY]
    assert (row.round, row.since_ms) == (3, at(NOW_S))
    assert {bus.kind for bus in row.events} == {SightingKind.ASTRAY, SightingKind.THROUGH}
    assert list(row.events) == sorted(row.events, key=lambda bus: bus.at_ms)


def test_what_was_told_ends_with_the_hours() -> None:
    watch = begun().take(buses(9, 60), Said(NOW_S + 2700, ENDED), until_s=NOW_S + 2800)
    assert watch.told() == []
    assert only(watch, NONE).until_ms == at(NOW_S + 2700)


def test_hours_that_begin_anew_begin_without_evidence() -> None:
    watch = begun().take(
        buses(3, 60), Said(NOW_S + 1000, ENDED), Said(NOW_S + 2000, FULL), until_s=NOW_S + 2500
    )
    assert watch.told() == []
    watch.take(buses(2, 2600), until_s=NOW_S + 3300)
    assert watch.told() == [LATE]
    assert [row.since_ms for row in watch.discrepancies.values()] == [at(NOW_S), at(NOW_S + 2000)]


def test_the_evidence_keeps_the_last_buses() -> None:
    row = only(begun().take(buses(30, 60), until_s=NOW_S + 9300), NONE)
    assert row.through > len(row.events) == MAX_EVENTS
    assert row.events[-1].at_ms > at(NOW_S + 29 * 300)


# ---- a partial one


def test_a_partial_closure_that_slows_nobody_has_no_effect_after_25_minutes() -> None:
    watch = begun(PARTIAL).take(buses(4, 60), until_s=NOW_S + 24 * MINUTE_S)
    assert watch.discrepancies == {}
    watch.take(until_s=NOW_S + 2700)
    assert watch.told() == [NONE]


def test_a_partial_closure_that_slows_buses_is_as_declared_until_they_are_quick_again() -> None:
    watch = begun(PARTIAL).take(buses(4, 60, kmh=12), until_s=NOW_S + 1790)
    assert watch.discrepancies == {}
    watch.take(buses(3, 1800), until_s=NOW_S + 2700)
    assert watch.told() == [EARLY]


def test_a_partial_closure_runs_on_while_buses_are_slow_after_its_end() -> None:
    over = works(LINK, closure=Closure.PARTIAL, is_in_force=False, is_over=True)
    watch = begun(PARTIAL).take(buses(4, 60, kmh=12), Said(NOW_S + 1400, over))
    watch.take(buses(3, 1500, kmh=12), until_s=NOW_S + 2500)
    assert watch.told() == [RUNS_ON]
    assert only(watch, RUNS_ON).since_ms == at(NOW_S + 1400)
    watch.take(buses(1, 2600), until_s=NOW_S + 3000)
    assert watch.told() == []


# ---- after the end


def ended(*after: list[BusPosition], until_s: float) -> Watch:
    """A full closure that buses went round, after its end."""
    watch = begun().take(buses(3, 60, aside=ROUND), Said(NOW_S + END_S, ENDED))
    return watch.take(*after, until_s=NOW_S + until_s)


def test_buses_that_still_go_round_after_the_end_show_an_overrun() -> None:
    watch = ended(buses(3, END_S + 60, aside=ROUND), until_s=2400)
    row = only(watch, RUNS_ON)
    assert watch.told() == [RUNS_ON]
    assert (row.work, row.since_ms) == ("P1", at(NOW_S + END_S))
    assert (row.declared_ms, row.declared_until_ms) == (at(NOW_S), at(NOW_S + END_S))
    assert watch.impassable == {LINK}


def test_an_overrun_ends_with_the_first_bus_through() -> None:
    after = buses(3, END_S + 60, aside=ROUND), buses(1, END_S + 1300)
    watch = ended(*after, until_s=END_S + 1800)
    assert watch.told() == []
    assert only(watch, RUNS_ON).until_ms > at(NOW_S + END_S + 1300)
    assert watch.impassable == set()


def test_one_late_bus_that_others_follow_through_is_no_overrun() -> None:
    late = drive("late", NOW_S + END_S + 60, aside=ROUND)
    assert ended(late, buses(2, END_S + 120), until_s=3000).discrepancies == {}


def test_the_same_bus_twice_is_one_late_bus() -> None:
    """It drives round and round; the road is not known to be closed any more."""
    late = [
        row
        for n in range(2)
        for row in drive(
            "late", NOW_S + END_S + 60 + 250 * n, from_m=1000, until_m=1900, aside=ROUND
        )
    ]
    assert RUNS_ON not in ended(late, until_s=END_S + 590).told()


def test_buses_that_went_round_before_the_end_are_no_overrun() -> None:
    assert ended(until_s=4000).discrepancies == {}


# ---- nobody declared it


def test_a_closure_that_nobody_declared_is_undeclared_until_a_bus_is_through() -> None:
    watch = Watch().take(every(300, 3, aside=ROUND), until_s=1200)
    row = only(watch, UNDECLARED)
    assert watch.told() == [UNDECLARED]
    assert (row.work, row.links, row.certainty) == ("", (LINK,), Certainty.INFERRED)
    assert row.told_ms == row.since_ms == watch.view(LINK).since_ms
    assert (row.round, len(row.events)) == (3, 2)
    watch.take(drive("z", 1300), until_s=1600)
    assert watch.told() == []
    assert watch.told(is_open=False) == [UNDECLARED]


def test_two_routes_confirm_it() -> None:
    watch = Watch().take(every(300, 3, aside=ROUND, routes=("R1", "R2")), until_s=1200)
    assert only(watch, UNDECLARED).certainty is Certainty.CONFIRMED


def test_both_directions_of_a_street_are_one_discrepancy() -> None:
    watch = Watch().take(
        every(300, 3, aside=ROUND),
        every(300, 3, first_s=60, routes=("R3",), aside=(2010, 2390)),
        until_s=1300,
    )
    assert watch.impassable == {LINK, BACK}
    assert set(only(watch, UNDECLARED).links) == {LINK, BACK}


def test_a_permit_for_the_other_direction_explains_nothing_here() -> None:
    watch = Watch().take(
        Said(0, works(BACK, subject="work:P2")), every(300, 3, aside=ROUND), until_s=1200
    )
    assert watch.told() == [UNDECLARED]


@pytest.mark.parametrize("declaration", [FULL, reported(LINK, is_work=False)])
def test_a_closure_with_a_record_is_declared(declaration: object) -> None:
    watch = Watch().take(
        Said(0, declaration),
        every(300, 3, first_s=60, aside=ROUND),
        until_s=1200,  # type: ignore[arg-type]
    )
    assert watch.impassable == {LINK}
    assert watch.discrepancies == {}


def test_a_work_that_a_traffic_centre_reports_and_no_permit_knows_is_undeclared() -> None:
    watch = Watch().take(Said(60, reported(LINK)), until_s=170)
    assert watch.discrepancies == {}
    watch.take(until_s=200)
    row = only(watch, UNDECLARED)
    assert (row.work, row.links, row.certainty) == ("", (LINK,), Certainty.REPORTED)
    assert (row.since_ms, row.told_ms, row.until_ms) == (at(60), at(180), 0)
    watch.take(Said(600, reported(LINK, is_over=True)), until_s=700)
    assert only(watch, UNDECLARED).until_ms == at(600)


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


NEXT = {"routes": ("R4", "R5"), "aside": ROUND, "aside_m": -150.0}


def test_a_closure_of_the_next_street_while_the_declared_one_is_driven_is_elsewhere() -> None:
    watch = begun().take(buses(4, 60), buses(3, 120, **NEXT), until_s=NOW_S + 1400)
    row = only(watch, ELSEWHERE)
    assert watch.told() == [ELSEWHERE, LATE]
    assert (row.work, row.links[0]) == ("P1", "N3>N4")
    assert watch.impassable == {"N3>N4"}


def test_it_is_undeclared_until_the_declared_street_is_known_to_be_open() -> None:
    """Then it is told anew; both say since when it is closed."""
    watch = begun().take(buses(3, 60, **NEXT), until_s=NOW_S + 900)
    assert watch.told() == [UNDECLARED]
    watch.take(buses(1, 1000), until_s=NOW_S + 1440)
    row = only(watch, ELSEWHERE)
    assert watch.told() == [ELSEWHERE, LATE]
    assert row.links == ("N3>N4", LINK)
    assert row.since_ms == only(watch, UNDECLARED).since_ms < row.told_ms
    assert only(watch, UNDECLARED).until_ms == row.told_ms


def test_a_closure_far_from_the_work_or_long_after_its_begin_is_not_the_works() -> None:
    far = begun().take(buses(4, 60, from_m=900, until_m=1800))
    far.take(buses(3, 120, **{**NEXT, "aside": (2410, 2790)}), until_s=NOW_S + 1400)
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
    ended_s = (only(watch, UNDECLARED).until_ms - at(0)) / 1000
    watch.take(until_s=ended_s + 86_400)
    assert watch.told(is_open=False) == [UNDECLARED]
    watch.take(until_s=ended_s + 86_400 + 90)
    assert watch.discrepancies == {}
