"""A declaration in force that a little town's buses contradict."""

from streams.contract.enums import Certainty, DiscrepancyKind, SightingKind
from streams.domain.observed.rows import MAX_EVENTS
from tests.cities.buses import drive
from tests.cities.fakes import at
from tests.cities.hours import ENDED, FULL, LINK, MINUTE_S, NOW_S, PARTIAL, ROUND, begun, buses
from tests.cities.watched import Said

LATE, NONE = DiscrepancyKind.LATE_START, DiscrepancyKind.NO_EFFECT
OVER, EARLY = DiscrepancyKind.OVERDECLARED, DiscrepancyKind.EARLY_END


# ---- a full closure in force


def test_a_full_closure_through_which_buses_drive_has_not_begun_yet() -> None:
    watch = begun().take(buses(2, 60), until_s=NOW_S + 700)
    row = watch.only(LATE)
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
    assert watch.only(LATE).until_ms == watch.only(NONE).told_ms


def test_one_bus_counts_once_however_often_it_drives() -> None:
    shuttle = [drive("a", NOW_S + 60 + 200 * n, from_m=1100, until_m=1700) for n in range(3)]
    row = begun().take(*shuttle, until_s=NOW_S + 800).only(LATE)
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
    assert watch.only(OVER).speed_ratio == 500


def test_one_that_was_closed_and_then_driven_ended_early() -> None:
    watch = begun().take(buses(3, 60, aside=ROUND), buses(4, 1200), until_s=NOW_S + 2700)
    row = watch.only(EARLY)
    assert watch.told() == [EARLY]
    assert (row.round, row.since_ms) == (3, at(NOW_S))
    assert {bus.kind for bus in row.events} == {SightingKind.ASTRAY, SightingKind.THROUGH}
    assert list(row.events) == sorted(row.events, key=lambda bus: bus.at_ms)


def test_what_was_told_ends_with_the_hours() -> None:
    watch = begun().take(buses(9, 60), Said(NOW_S + 2700, ENDED), until_s=NOW_S + 2800)
    assert watch.told() == []
    assert watch.only(NONE).until_ms == at(NOW_S + 2700)


def test_hours_that_begin_anew_begin_without_evidence() -> None:
    watch = begun().take(
        buses(3, 60), Said(NOW_S + 1000, ENDED), Said(NOW_S + 2000, FULL), until_s=NOW_S + 2500
    )
    assert watch.told() == []
    watch.take(buses(2, 2600), until_s=NOW_S + 3300)
    assert watch.told() == [LATE]
    assert [row.since_ms for row in watch.discrepancies.values()] == [at(NOW_S), at(NOW_S + 2000)]


def test_the_evidence_keeps_the_last_buses() -> None:
    row = begun().take(buses(30, 60), until_s=NOW_S + 9300).only(NONE)
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
