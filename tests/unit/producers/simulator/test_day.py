import itertools
import statistics

import pytest

from producers.simulator.clock import DayClock, kst, pattern_minutes
from producers.simulator.day import Day
from producers.simulator.fleet import SimulatedBus
from producers.simulator.permits import PERMITS
from producers.simulator.streets import build_streets
from producers.simulator.traffic import SLOT_MS, Obstacle, Traffic, load_of
from producers.simulator.works import AuthoredPermit, link_named, periods
from streams.contract.enums import Closure
from streams.geo.network import Network

OPENS_MS = 1_795_414_000_000
MINUTE_MS = 60_000
STREETS = build_streets()
Place = tuple[str, str, int, float]


def _new_day(city: Network, seed: int = 7, at: str = "08:10") -> Day:
    return Day(city, seed, opens_ms=OPENS_MS, starts_ms=OPENS_MS, at=at)


def _place(bus: SimulatedBus) -> Place:
    return bus.vehicle, bus.run.no, bus.order, bus.travelled_m


def test_same_seed_gives_the_same_day(city: Network) -> None:
    days = [_new_day(city), _new_day(city)]
    for day in days:
        day.advance(OPENS_MS + 5 * MINUTE_MS)
    assert [_place(bus) for bus in days[0].buses] == [_place(bus) for bus in days[1].buses]
    assert days[0].traffic.speeds_kmh(OPENS_MS) == days[1].traffic.speeds_kmh(OPENS_MS)


def test_another_seed_gives_another_day(city: Network) -> None:
    one, other = _new_day(city, 7), _new_day(city, 8)
    assert one.traffic.speeds_kmh(OPENS_MS) != other.traffic.speeds_kmh(OPENS_MS)


def test_how_often_it_is_asked_does_not_change_the_day(city: Network) -> None:
    often, once = _new_day(city), _new_day(city)
    for second in range(0, 181, 3):
        often.advance(OPENS_MS + second * 1000)
    once.advance(OPENS_MS + 180_000)
    assert [_place(bus) for bus in often.buses] == [_place(bus) for bus in once.buses]


def test_at_least_forty_buses_run(day: Day) -> None:
    assert len(day.buses) >= 40
    assert len({bus.vehicle for bus in day.buses}) == len(day.buses)


def test_buses_only_move_forward_until_the_end_of_their_run(day: Day) -> None:
    before = {bus.vehicle: (bus.run.no, bus.order) for bus in day.buses}
    for minute in range(1, 16):
        day.advance(OPENS_MS + minute * MINUTE_MS)
        for bus in day.buses:
            no, order = before[bus.vehicle]
            assert bus.order >= order or bus.order < 8 or bus.run.no != no
            before[bus.vehicle] = (bus.run.no, bus.order)
    assert any(bus.order for bus in day.buses)


def test_time_never_goes_back(day: Day) -> None:
    day.advance(OPENS_MS - MINUTE_MS)
    assert day.now_ms >= OPENS_MS - 1000


def test_rush_hour_is_slower_than_night(city: Network) -> None:
    rush, night = (
        statistics.mean(_new_day(city, at=at).traffic.speeds_kmh(OPENS_MS))
        for at in ("08:30", "03:00")
    )
    assert rush < 0.65 * night


def test_morning_and_evening_are_the_peaks_of_the_day() -> None:
    assert min(load_of(8.5), load_of(18.4)) > load_of(12.4) > load_of(15.0) > load_of(3.0)


def test_city_drives_in_in_the_morning_and_out_in_the_evening(city: Network) -> None:
    morning, evening = (_new_day(city, at=at).traffic for at in ("08:15", "18:30"))
    inbound = STREETS.index[link_named(STREETS, "시외버스터미널>남춘천역").id]
    outbound = STREETS.index[link_named(STREETS, "남춘천역>시외버스터미널").id]
    gap_morning = _mean(morning, inbound) - _mean(morning, outbound)
    gap_evening = _mean(evening, inbound) - _mean(evening, outbound)
    assert gap_morning < gap_evening


def _mean(traffic: Traffic, link: int) -> float:
    """Over half an hour, so that the drift does not decide."""
    times = range(OPENS_MS - 15 * MINUTE_MS, OPENS_MS + 15 * MINUTE_MS, MINUTE_MS)
    return statistics.mean(traffic.speeds_kmh(at_ms)[link] for at_ms in times)


def test_speeds_drift_and_do_not_jump() -> None:
    traffic = Traffic(STREETS, 7, DayClock(OPENS_MS, 610), ())
    before = traffic.speeds_kmh(OPENS_MS)
    for step in range(1, 60):
        now = traffic.speeds_kmh(OPENS_MS + step * SLOT_MS)
        assert max(abs(a - b) for a, b in zip(now, before, strict=True)) < 6
        before = now


def test_partial_closure_slows_its_link_and_the_links_before_it() -> None:
    link = link_named(STREETS, "명동입구>중앙로입구")
    place, feeder = (
        STREETS.index[link.id],
        STREETS.index[link_named(STREETS, "중앙로터리>명동입구").id],
    )
    works = [Obstacle(place, Closure.PARTIAL, OPENS_MS, OPENS_MS + 600_000)]
    clock = DayClock(OPENS_MS, 610)
    free, held = (Traffic(STREETS, 7, clock, o).speeds_kmh(OPENS_MS + 300_000) for o in ((), works))
    assert held[place] < 0.5 * free[place]
    assert held[place] / free[place] < held[feeder] / free[feeder] < 0.8


def test_obstacle_is_gone_after_its_end() -> None:
    place = STREETS.index[link_named(STREETS, "명동입구>중앙로입구").id]
    works = [Obstacle(place, Closure.FULL, OPENS_MS, OPENS_MS + 600_000)]
    clock = DayClock(OPENS_MS, 610)
    with_works, without = Traffic(STREETS, 7, clock, works), Traffic(STREETS, 7, clock, ())
    end_ms = OPENS_MS + 600_000
    assert with_works.closed(end_ms - 1) == {place}
    assert with_works.closed(end_ms) == frozenset()
    assert with_works.speeds_kmh(end_ms + 150_000) == without.speeds_kmh(end_ms + 150_000)


def test_closed_link_is_driven_round_and_its_stops_are_skipped(day: Day) -> None:
    closed = {
        day.streets.index[link_named(day.streets, pair).id]
        for pair in ("고용복지센터>스무숲입구", "스무숲입구>고용복지센터")
    }
    orders: dict[str, list[int]] = {}
    for second in range(1800):
        day.advance(OPENS_MS + second * 1000)
        for bus in day.buses:
            assert not (bus.path and bus.path[0] in closed), bus.vehicle
            if bus.run.no == "4":
                orders.setdefault(bus.vehicle, []).append(bus.order)
    jumps = {b - a for seen in orders.values() for a, b in itertools.pairwise(seen)}
    assert any(jump >= 2 for jump in jumps)


def test_permits_come_in_every_phase(day: Day) -> None:
    listed = day.works_listed(OPENS_MS)
    assert len(listed) >= 14
    spans = [(work, periods(work, day.clock)) for work in listed]
    assert any(first <= OPENS_MS < last for _, found in spans for first, last in found)
    assert any(all(first > OPENS_MS for first, _ in found) for _, found in spans if found)
    assert any(all(last <= OPENS_MS for _, last in found) for _, found in spans if found)
    closed = [work.where for work in PERMITS if work.closure is Closure.FULL and work.where]
    assert sorted(map(len, closed)) == [1, 1, 2]  # one direction twice, both directions once


def test_excavations_begin_and_end_in_the_first_minutes(day: Day) -> None:
    edges = [period for work in day.works for period in periods(work, day.clock)]
    soon = range(OPENS_MS, OPENS_MS + 5 * MINUTE_MS)
    assert any(first in soon for first, _ in edges)
    assert any(last in range(OPENS_MS, OPENS_MS + 10 * MINUTE_MS) for _, last in edges)


def test_night_work_stands_from_evening_over_midnight_to_morning(day: Day) -> None:
    [night] = [work for work in day.works if work.hours == "22:00-05:00"]
    whole = [(a, b) for a, b in periods(night, day.clock) if b - a == 7 * 60 * MINUTE_MS]
    assert whole
    assert all(kst(a).hour == 22 and kst(b).hour == 5 for a, b in whole)


def test_events_come_and_go(day: Day) -> None:
    seen = [
        {event.key for event in day.events_listed(OPENS_MS + minute * MINUTE_MS)}
        for minute in range(0, 31, 5)
    ]
    assert any(later - earlier for earlier, later in itertools.pairwise(seen))
    assert any(earlier - later for earlier, later in itertools.pairwise(seen))


def test_pattern_of_the_day_starts_at_the_time_given_whatever_the_clock_says() -> None:
    clock = DayClock(OPENS_MS, pattern_minutes("08:10"))
    assert clock.pattern_hour(OPENS_MS) == pytest.approx(8 + 10 / 60)
    assert kst(OPENS_MS).hour == 15


@pytest.mark.parametrize("words", ["24:00", "8", "08:60", "x:y"])
def test_time_of_day_that_is_none_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        pattern_minutes(words)


def test_work_without_a_place_obstructs_nothing(day: Day) -> None:
    nowhere: list[AuthoredPermit] = [work for work in day.works if not work.where]
    assert {work.point is None for work in nowhere} == {True, False}  # no point, and another city
