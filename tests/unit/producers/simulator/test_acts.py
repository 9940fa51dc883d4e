"""Buses, cars and permits follow the table of works as they really are, each in its own way."""

import statistics
from itertools import pairwise

import pytest

from producers.simulator import acts, tago
from producers.simulator.acts import Effect, RealWork, real_works
from producers.simulator.clock import DayClock
from producers.simulator.day import Day
from producers.simulator.fleet import Fleet
from producers.simulator.routes import runs
from producers.simulator.streets import build_streets
from producers.simulator.traffic import Manner, Obstacle, Traffic
from producers.simulator.truth import TruthRow, truth
from producers.simulator.watching import Hop, Watched
from producers.simulator.works import link_named
from streams.contract.enums import Closure
from streams.geo.measures import project
from streams.geo.network import Network
from tests.unit.producers.simulator.conftest import MINUTE_MS, OPENS_MS, SEED

KINDS = {
    "no_effect",
    "overdeclared",
    "undeclared",
    "late_start",
    "early_end",
    "overrun",
    "elsewhere",
}
STREETS = build_streets()
UNTIL_MS = OPENS_MS + 62 * MINUTE_MS
OFF_LINE_M = 60.0


@pytest.fixture(scope="module")
def watched(city: Network) -> Watched:
    """Two rounds of the table, and the 20 minutes of past before them."""
    starts_ms = OPENS_MS - 20 * MINUTE_MS
    found = Watched(Day(city, SEED, opens_ms=OPENS_MS, starts_ms=starts_ms))
    found.drive(UNTIL_MS)
    return found


def minutes(first: float, last: float) -> tuple[int, int]:
    return OPENS_MS + round(first * MINUTE_MS), OPENS_MS + round(last * MINUTE_MS)


def told(day: Day, until_min: float = 62) -> list[TruthRow]:
    return truth(day, *minutes(-20, until_min))


def places(row: TruthRow, *, actual: bool) -> list[int]:
    """The streets of a row as places in the streets' list."""
    ids = row.actual_links if actual else row.declared_links
    return [STREETS.index[name] for name in ids if name in STREETS.index]


def test_every_kind_is_there_to_see_within_15_minutes_and_two_buses_meet_each(
    watched: Watched,
) -> None:
    first_ms, last_ms = minutes(0, 15)
    shown = set()
    for row in told(watched.day):
        if row.so_ms is None or "full" not in (row.declared, row.effect):
            continue  # what takes a lane alone
        is_closed = row.is_there(sum(row.so_ms) // 2) and row.effect == "full"
        look = watched.round if is_closed else watched.through
        span = max(first_ms, row.so_ms[0]), min(last_ms, row.so_ms[1])
        if any(len(look(link, *span)) >= 2 for link in places(row, actual=is_closed)):
            shown.add(row.kind)
    assert shown == KINDS


def test_whoever_looks_in_later_sees_other_works_at_odds(watched: Watched) -> None:
    rows = truth(watched.day, *minutes(0, 24 * 60))
    for start in range(0, 23 * 60, 15):
        kinds = {
            row.kind
            for row in rows
            if row.so_ms
            and row.so_ms[0] < OPENS_MS + (start + 15) * MINUTE_MS
            and row.so_ms[1] > OPENS_MS + start * MINUTE_MS
        }
        assert len(kinds) >= 5, start
    now, later = (
        {row.declared_links for row in rows if row.is_so(OPENS_MS + minute * MINUTE_MS)}
        for minute in (10, 40)
    )
    assert len(later - now) >= 4


def test_nobody_drives_into_a_closed_street(watched: Watched) -> None:
    traffic = watched.day.traffic
    closures = [row for row in told(watched.day) if row.effect == "full"]
    assert len(closures) > 10
    streets = {link for row in closures for link in places(row, actual=True)}
    near = [x for x in watched.entries if x.link in streets]
    assert len(near) > 100
    assert [x for x in near if x.link in traffic.closed(x.at_ms - 1000)] == []


def rounds(watched: Watched) -> list[Hop]:
    """Hops of buses that drove another way while a street of theirs was closed."""
    hops: list[Hop] = []
    for row in told(watched.day):
        if row.effect == "full" and row.actual_ms:
            for link in places(row, actual=True):
                hops += [x for x in watched.round(link, *row.actual_ms) if x.driven]
    return hops


def test_buses_go_round_and_leave_stops_out(watched: Watched) -> None:
    hops = rounds(watched)
    assert sum(2 <= x.last - x.first <= 9 for x in hops) >= 20
    assert len({x.run.no for x in hops}) >= 8


def test_some_go_round_between_two_ordinary_stops_and_take_long(watched: Watched) -> None:
    hops = [x for x in rounds(watched) if x.last == x.first + 1]
    assert hops
    usual: dict[tuple[str, int], list[float]] = {}
    for hop in watched.hops:
        if not hop.left_out:
            usual.setdefault((hop.run.no, hop.first), []).append(hop.took_s)
    factors = [
        hop.took_s / statistics.median(usual[hop.run.no, hop.first])
        for hop in hops
        if (hop.run.no, hop.first) in usual
    ]
    assert factors
    assert statistics.median(factors) > 1.8


def test_the_way_round_is_along_streets_that_join(watched: Watched) -> None:
    for hop in rounds(watched):
        ends = [(STREETS.links[x].from_id, STREETS.links[x].to_id) for x in hop.driven]
        assert all(a[1] == b[0] for a, b in pairwise(ends))


def test_positions_on_the_way_round_are_off_the_line_of_the_route(city: Network) -> None:
    day = Day(city, SEED, opens_ms=OPENS_MS, starts_ms=OPENS_MS)
    furthest = 0.0
    for second in range(0, 900, 15):
        day.advance(OPENS_MS + second * 1000)
        for bus in day.buses:
            if not bus.path or bus.depot or bus.next_order < bus.order + 2:
                continue
            row = next(
                x
                for x in tago.route_rows(day, bus.run.route_id)
                if x["vehicleno"] in (bus.vehicle, tago.MASK) and x["nodeord"] == bus.order + 1
            )
            if not str(row["gpslati"]).startswith("37"):
                continue
            point = (float(row["gpslong"]), float(row["gpslati"]))
            legs = [x for leg in bus.run.legs for x in leg]
            off_m = min(project(point, STREETS.links[x].geometry)[1] for x in legs)
            furthest = max(furthest, off_m)
    assert furthest > OFF_LINE_M


def test_buses_turn_back_where_they_are_told_to(watched: Watched) -> None:
    [work] = [x for x in real_works([0]) if x.manner is Manner.TURN]
    [link] = [STREETS.index[link_named(STREETS, name).id] for name in work.really_where]
    before = STREETS.links[link].from_id
    first, last = (OPENS_MS + minute * MINUTE_MS for minute in work.really_min)
    turned = [
        hop
        for hop in watched.hops
        if first <= hop.at_ms < last
        and 0 < hop.first < len(hop.run.legs)
        and hop.run.nodes[hop.first] == hop.run.nodes[hop.last] == before
    ]
    assert len(turned) >= 2
    assert all(abs(hop.last - hop.first) >= 2 and not hop.driven for hop in turned)


def test_buses_wait_for_a_short_closure_to_end() -> None:
    works = [x for x in real_works() if x.manner is Manner.WAIT]
    assert works
    assert all(x.really_min[1] - x.really_min[0] <= 6 for x in works)


def test_a_waiting_bus_stands_at_its_stop_until_the_road_is_open() -> None:
    clock = DayClock(OPENS_MS, 600)
    start_ms, opens_ms = OPENS_MS, OPENS_MS + 4 * MINUTE_MS
    [line] = [run for no, run in runs().items() if no == "200"]
    link = line.legs[5][-1]
    closed = Obstacle(link, Closure.FULL, start_ms, opens_ms, manner=Manner.WAIT)
    fleet = Fleet(STREETS, SEED, Traffic(STREETS, SEED, clock, [closed]), clock)
    bus = next(x for x in fleet.buses if x.run == line)
    bus.order, bus.hold_s = 5, 0.0
    for at_ms in range(start_ms, opens_ms, 1000):
        fleet.step(at_ms)
    assert (bus.order, bus.path) == (5, [])
    for at_ms in range(opens_ms, opens_ms + MINUTE_MS, 1000):
        fleet.step(at_ms)
    assert link in (*bus.path, bus.came_by)


@pytest.mark.parametrize("kind", ["no_effect", "late_start"])
def test_buses_drive_right_through_where_only_the_permit_closes_the_road(
    watched: Watched, kind: str
) -> None:
    for row in told(watched.day, 30):
        if row.kind == kind and row.declared == "full" and row.so_ms:
            [link] = places(row, actual=False)
            span = max(row.so_ms[0], OPENS_MS - 18 * MINUTE_MS), row.so_ms[1]
            if span[1] - span[0] >= 8 * MINUTE_MS:
                assert len(watched.through(link, *span)) >= 2, row


def test_cars_slow_down_at_slow_works(city: Network) -> None:
    day = Day(city, SEED, opens_ms=OPENS_MS, starts_ms=OPENS_MS, at="14:00")
    works = [x for x in real_works([0]) if x.effect is Effect.SLOW]
    assert len(works) == 2
    for work in works:
        links = [STREETS.index[link_named(STREETS, name).id] for name in work.really_where]
        amid, after = (
            day.traffic.speeds_kmh(OPENS_MS + round(minute * MINUTE_MS))
            for minute in (statistics.mean(work.really_min), work.really_min[1] + 4)
        )
        assert all(amid[link] <= acts.SLOW_KMH for link in links)
        assert all(after[link] > acts.SLOW_KMH * 1.2 for link in links)


def test_one_direction_is_closed_and_the_other_is_driven(watched: Watched) -> None:
    row = next(x for x in told(watched.day, 15) if x.kind == "elsewhere" and x.is_so(OPENS_MS + 1))
    [declared], [actual] = places(row, actual=False), places(row, actual=True)
    assert declared == actual ^ 1
    assert row.so_ms is not None
    assert len(watched.through(declared, *row.so_ms)) >= 2
    assert not watched.through(actual, row.so_ms[0] + 1000, row.so_ms[1])


def test_some_still_go_round_when_the_road_is_open_again(watched: Watched) -> None:
    late = []
    for row in told(watched.day):
        if row.effect == "full" and row.actual_ms and row.kind in KINDS:
            over_ms = row.actual_ms[1]
            for link in places(row, actual=True):
                hops = watched.round(link, over_ms, over_ms + acts.LINGERS_MIN * 3 * MINUTE_MS)
                late += [x for x in hops if x.at_ms - x.took_s * 1000 > over_ms - 60_000]
    assert late
    plates = {bus.vehicle: bus for bus in watched.day.buses}
    assert any(plates[x.vehicle].goes_round_late for x in late)


def test_no_crew_ever_says_when_it_really_began_or_ended(day: Day) -> None:
    permits = acts.permits_of(real_works([0, 1]), STREETS, day.clock)
    assert len(permits) == 2 * sum(act.declared is not None for act in acts.ACTS)
    assert all(x.began_min is None and x.done_min is None for x in permits)


def test_numbers_are_told_apart_and_places_are_streets() -> None:
    works: list[RealWork] = real_works()
    numbers = [x.number for x in works if x.number]
    assert len(set(numbers)) == len(numbers)
    for work in works[: 6 * len(acts.ACTS)]:
        assert all(link_named(STREETS, name) for name in (*work.where, *work.really_where))


def test_a_permit_lasts_as_long_as_it_is_listed_also_over_midnight(city: Network) -> None:
    """Else a demo of the evening has an overdue work for each that ends after midnight."""
    clock = DayClock(acts.ROUND_MIN * MINUTE_MS + OPENS_MS, 490)
    permits = acts.permits_of(real_works(), city, clock)
    assert len({permit.days[1] for permit in permits}) > 2
    for permit in permits:
        assert permit.listed_min
        listed_ms = clock.minute_ms(permit.listed_min[1])
        assert clock.day_ms(permit.days[1]) <= listed_ms < clock.day_ms(permit.days[1] + 1)


def test_the_truth_says_when_a_kind_is_so(day: Day) -> None:
    for row in told(day):
        if row.kind == "honest":
            assert row.so_ms is None
            continue
        assert row.so_ms is not None
        assert row.so_ms[0] < row.so_ms[1]
        middle = sum(row.so_ms) // 2
        declared = row.declared_ms and row.declared_ms[0] <= middle < row.declared_ms[1]
        more = row.kind in ("undeclared", "overrun")
        assert bool(declared) is not more, row
        if row.kind in ("late_start", "early_end", "no_effect"):
            assert not row.is_there(middle)
        else:
            assert row.is_there(middle)


def test_the_truth_names_the_sections_over_its_streets(day: Day, city: Network) -> None:
    row = next(x for x in told(day) if x.kind == "undeclared" and x.effect == "full")
    kinds = {city.links[city.index[name]].kind for name in row.actual_links}
    assert kinds == {"standard", "section"}


def test_closed_streets_are_all_in_the_truth(day: Day) -> None:
    rows = told(day)
    for minute in range(-15, 60, 5):
        at_ms = OPENS_MS + minute * MINUTE_MS + 30_000
        there = {
            link
            for row in rows
            if row.effect == "full" and row.is_there(at_ms)
            for link in places(row, actual=True)
        }
        assert there == day.traffic.closed(at_ms)
