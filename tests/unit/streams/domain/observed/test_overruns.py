"""What goes on after its declared end."""

from streams.contract.enums import DiscrepancyKind
from streams.contract.records import BusPosition
from tests.cities.buses import drive
from tests.cities.fakes import at
from tests.cities.hours import (
    ENDED,
    LINK,
    MINUTE_S,
    NOW_S,
    PARTIAL,
    PARTIAL_ENDED,
    ROUND,
    begun,
    buses,
)
from tests.cities.watched import Said, Watch

RUNS_ON = DiscrepancyKind.OVERRUN
END_S = 1200  # the hours end, so long after they begin


def test_a_partial_closure_runs_on_while_buses_are_slow_after_its_end() -> None:
    over = PARTIAL_ENDED
    watch = begun(PARTIAL).take(buses(4, 60, kmh=12), Said(NOW_S + 1400, over))
    watch.take(buses(3, 1500, kmh=12), until_s=NOW_S + 2500)
    assert watch.told() == [RUNS_ON]
    assert watch.only(RUNS_ON).since_ms == at(NOW_S + 1400)
    watch.take(buses(1, 2600), until_s=NOW_S + 3000)
    assert watch.told() == []


def ended(*after: list[BusPosition], until_s: float) -> Watch:
    """A full closure that buses went round, after its end."""
    watch = begun().take(buses(3, 60, aside=ROUND), Said(NOW_S + END_S, ENDED))
    return watch.take(*after, until_s=NOW_S + until_s)


def test_buses_that_still_go_round_after_the_end_show_an_overrun() -> None:
    watch = ended(buses(3, END_S + 60, aside=ROUND), until_s=2400)
    row = watch.only(RUNS_ON)
    assert watch.told() == [RUNS_ON]
    assert (row.work, row.since_ms) == ("P1", at(NOW_S + END_S))
    assert (row.declared_ms, row.declared_until_ms) == (at(NOW_S), at(NOW_S + END_S))
    assert watch.impassable == {LINK}


def test_an_overrun_ends_with_the_first_bus_through() -> None:
    after = buses(3, END_S + 60, aside=ROUND), buses(1, END_S + 1300)
    watch = ended(*after, until_s=END_S + 1800)
    assert watch.told() == []
    assert watch.only(RUNS_ON).until_ms > at(NOW_S + END_S + 1300)
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


# ---- an overrun that nobody ends


def slow_on(after_s: float) -> Watch:
    """A partial closure whose buses are still slow after its end, and then nothing."""
    over = PARTIAL_ENDED
    watch = begun(PARTIAL).take(buses(4, 60, kmh=12), Said(NOW_S + 1400, over))
    return watch.take(buses(3, 1500, kmh=12), until_s=NOW_S + after_s)


def test_an_overrun_without_any_bus_ends_where_it_is_no_longer_the_works() -> None:
    """The last bus of the day was slow: nobody drives the road until the morning."""
    assert slow_on(1400 + 89 * MINUTE_S).told() == [RUNS_ON]
    watch = slow_on(1400 + 91 * MINUTE_S)
    assert watch.told() == []
    late_ms = watch.only(RUNS_ON).until_ms - at(NOW_S + 1400 + 90 * MINUTE_S)
    assert 0 <= late_ms < 60_000


def test_an_overrun_ends_when_its_hours_begin_anew() -> None:
    watch = slow_on(3000).take(Said(NOW_S + 3100, PARTIAL), until_s=NOW_S + 3200)
    assert watch.told() == []
    assert watch.only(RUNS_ON).until_ms == at(NOW_S + 3100)


def test_an_overrun_goes_on_while_the_road_is_known_to_be_closed() -> None:
    watch = ended(buses(22, END_S + 60, aside=ROUND), until_s=END_S + 100 * MINUTE_S)
    assert watch.impassable == {LINK}
    assert watch.told() == [RUNS_ON]
