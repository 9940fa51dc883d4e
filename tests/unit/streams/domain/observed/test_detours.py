"""Where the buses of a route go round: begun, changed and over, by the fold of what is seen."""

from itertools import count

import pytest

from streams.contract.derived import Declaration, LinkEvents, Origin, Sighting
from streams.contract.enums import Cause, Closure, SightingKind
from streams.domain.observed.belief import ErrorRates
from streams.domain.observed.detours import MAX_LINKS, MAX_ROUNDS, MAX_STOPS, BusDetour
from streams.domain.observed.fold import ObservedFold
from streams.domain.observed.tables import TABLES, ObservedRows
from streams.domain.stage import Effects, State
from streams.geo.measures import Point
from tests.cities.worlds import STEP_DEG, T0_MS, road

MIN_MS = 60_000
NETWORK = road(12)
AVOIDED = ("S3>S4", "S4>S5")
KEY = "R1|S3>S4"
NORTH = ((127.70 + 3.3 * STEP_DEG, 37.882), (127.70 + 4.6 * STEP_DEG, 37.882))


class City:
    """What a partition knows as buses drive; minutes are those of the test."""

    def __init__(self, partition: int = 0, partitions: int = 1) -> None:
        self.fold = ObservedFold.of(NETWORK, partitions, ErrorRates())
        self.state: State = {table.name: {} for table in TABLES}
        self.partition = partition
        self.offsets = count()

    def take(
        self, minute: float, *sightings: Sighting, declared: tuple[Declaration, ...] = ()
    ) -> None:
        at_ms = T0_MS + round(minute * MIN_MS)
        part = LinkEvents(
            Origin("t", 0, next(self.offsets)), at_ms, sightings=sightings, declarations=declared
        )
        effects = Effects()
        rows = ObservedRows(self.state, effects, self.partition)
        self.fold.take(rows, part, at_ms)
        self.fold.advance(rows, at_ms + 1, lambda _: None)
        for table, changes in effects.changes.items():
            for name, row in changes.items():
                if row is None:
                    self.state[table].pop(name, None)
                else:
                    self.state[table][name] = row

    def detours(self, minute: float = 0) -> dict[str, BusDetour]:
        if minute:
            self.take(minute)
        rows: dict[str, BusDetour] = self.state["bus-detours"]
        return rows


def seen(
    vehicle: str,
    minute: float,
    kind: SightingKind = SightingKind.ASTRAY,
    *links: str,
    took: float = 3,
    route_id: str = "R1",
    skipped: tuple[str, ...] = (),
    path: tuple[Point, ...] = NORTH,
    **own: object,
) -> Sighting:
    at_ms = T0_MS + round(minute * MIN_MS)
    return Sighting(
        kind,
        links or AVOIDED,
        vehicle,
        route_id,
        at_ms - round(took * MIN_MS),
        at_ms,
        off_m=200,
        skipped=skipped,
        path=path,
        **own,  # type: ignore[arg-type]
    )


def through(vehicle: str, minute: float, link_id: str, *, route_id: str = "R1") -> Sighting:
    kind = SightingKind.THROUGH
    return seen(vehicle, minute, kind, link_id, took=0.7, route_id=route_id, path=())


def says(
    closure: Closure,
    *links: str,
    subject: str = "work:P1",
    kind: Cause = Cause.WORK,
    in_force: bool = True,
) -> tuple[Declaration, ...]:
    return (Declaration(subject, kind, closure, links or AVOIDED, in_force, is_work=True),)


def test_the_second_bus_of_a_route_begins_a_detour_and_says_which_way() -> None:
    city = City()
    city.take(5, seen("a", 5, skipped=("S4",)))
    assert city.detours() == {}  # one may have had its own reason
    city.take(12, seen("b", 12, skipped=("S4", "S5")))
    assert city.detours() == {
        KEY: BusDetour(
            "R1",
            AVOIDED,
            tuple((round(x, 6), round(y, 6)) for x, y in NORTH),
            ("S4", "S5"),
            "",
            T0_MS + 2 * MIN_MS,
            T0_MS + 12 * MIN_MS,
            2,
        )
    }
    city.take(20, seen("c", 20, skipped=("S4",)))
    assert city.detours()[KEY].stops == ("S4",)  # S5 by one of three


def test_the_same_bus_twice_is_one() -> None:
    city = City()
    city.take(5, seen("a", 5, SightingKind.SKIPPED))
    city.take(20, seen("a", 20, SightingKind.SKIPPED))
    assert city.detours() == {}
    city.take(25, seen("b", 25, SightingKind.SKIPPED))
    assert city.detours()[KEY].buses == 2


def test_buses_of_two_routes_are_no_detour_of_either() -> None:
    city = City()
    city.take(5, seen("a", 5, path=()))
    city.take(12, seen("b", 12, route_id="R2", path=()))
    assert {row.buses for row in city.detours().values()} <= {1}
    assert all(row.route_id == "R2" for row in city.detours().values())


@pytest.mark.parametrize(
    ("declared", "cause"),
    [
        (says(Closure.FULL), "work:P1"),
        (says(Closure.PARTIAL, subject="incident:I1", kind=Cause.INCIDENT), "incident:I1"),
    ],
)
def test_with_a_cause_in_force_the_first_bus_is_enough(
    declared: tuple[Declaration, ...], cause: str
) -> None:
    city = City()
    city.take(1, declared=declared)
    city.take(6, seen("a", 6))
    assert city.detours()[KEY].cause == cause


def test_a_work_that_takes_lanes_explains_it_but_does_not_make_one_bus_enough() -> None:
    city = City()
    city.take(1, declared=says(Closure.PARTIAL))
    city.take(6, seen("a", 6))
    assert city.detours() == {}
    city.take(13, seen("b", 13))
    assert city.detours()[KEY].cause == "work:P1"


def test_a_permit_counts_before_the_event_of_a_centre() -> None:
    city = City()
    city.take(
        1,
        declared=(
            *says(Closure.FULL, subject="incident:I1", kind=Cause.INCIDENT),
            *says(Closure.FULL),
        ),
    )
    city.take(6, seen("a", 6))
    assert city.detours()[KEY].cause == "work:P1"


def test_one_that_has_just_ended_is_still_why_and_a_later_permit_becomes_it() -> None:
    city = City()
    city.take(1, declared=says(Closure.FULL))
    city.take(10, declared=says(Closure.FULL, in_force=False))
    city.take(16, seen("a", 16, took=4))
    city.take(20, seen("b", 20, took=4))
    assert city.detours()[KEY].cause == "work:P1"
    city.take(22, declared=says(Closure.FULL, subject="work:P2"))
    assert city.detours(24)[KEY].cause == "work:P2"


def test_it_is_over_with_the_first_bus_of_the_route_that_drives_there() -> None:
    city = City()
    for minute, vehicle in ((5, "a"), (12, "b")):
        city.take(minute, seen(vehicle, minute))
    city.take(
        20, through("x", 19, "S3>S4", route_id="R9"), through("x", 20, "S4>S5", route_id="R9")
    )
    assert KEY in city.detours()  # another route has its own reasons
    city.take(26, through("c", 25, "S3>S4"), through("c", 26, "S4>S5"))
    assert city.detours() == {}


def test_a_link_that_is_driven_is_none_that_buses_avoid() -> None:
    city = City()
    city.take(1, declared=says(Closure.FULL, "S4>S5"))
    city.take(6, seen("a", 6))
    assert city.detours()["R1|S4>S5"].links == ("S4>S5",)
    city.take(9, through("b", 8, "S3>S4"), seen("b", 9, SightingKind.ASTRAY, "S4>S5", took=0.5))
    assert city.detours()["R1|S4>S5"].buses == 2


def test_a_bus_that_set_out_before_the_last_one_went_round_ends_nothing() -> None:
    city = City()
    for minute, vehicle in ((5, "a"), (12, "b")):
        city.take(minute, seen(vehicle, minute, took=2))
    city.take(13, through("c", 10, "S3>S4"), through("c", 10, "S4>S5"))
    assert KEY in city.detours()


def test_forty_minutes_without_any_end_it() -> None:
    city = City()
    for minute, vehicle in ((5, "a"), (12, "b")):
        city.take(minute, seen(vehicle, minute))
    assert KEY in city.detours(52)
    assert city.detours(54) == {}


def test_a_suspicion_is_forgotten_too() -> None:
    city = City()
    city.take(5, seen("a", 5, SightingKind.SKIPPED))
    city.take(50, seen("b", 50, SightingKind.SKIPPED))
    assert city.detours() == {}


@pytest.mark.parametrize("kind", [SightingKind.LEFT, SightingKind.TURNED])
def test_a_bus_that_leaves_for_good_or_turns_back_makes_no_detour(kind: SightingKind) -> None:
    """Runs to the depot, short turns and the last drives of a day."""
    city = City()
    city.take(1, declared=says(Closure.FULL))
    for minute, vehicle in ((5, "a"), (8, "b"), (12, "c")):
        city.take(minute, seen(vehicle, minute, kind))
    assert city.detours() == {}


@pytest.mark.parametrize("link_id", ["S0>S1", "S10>S11"])
def test_at_the_ends_of_a_route_buses_come_and_go(link_id: str) -> None:
    """From the yard of a terminus or to it: a second bus does not make a detour, a record does."""
    city = City()
    for minute, vehicle in ((5, "a"), (12, "b")):
        city.take(minute, seen(vehicle, minute, SightingKind.SKIPPED, link_id))
    assert city.detours() == {}
    city.take(14, declared=says(Closure.FULL, link_id))
    city.take(18, seen("c", 18, SightingKind.ASTRAY, link_id))
    assert city.detours()[f"R1|{link_id}"].cause == "work:P1"


def test_an_unsure_stop_counts_only_where_something_points_there() -> None:
    city = City()
    for minute, vehicle in ((5, "a"), (12, "b")):
        city.take(minute, seen(vehicle, minute, SightingKind.SKIPPED, is_sure=False))
    assert city.detours() == {}


def test_a_feed_of_points_on_the_line_shows_no_way_but_the_stops() -> None:
    city = City()
    for minute, vehicle in ((5, "a"), (12, "b")):
        skip = seen(
            vehicle, minute, SightingKind.SKIPPED, skipped=("S4",), path=(), is_snapped=True
        )
        city.take(minute, skip)
    assert (city.detours()[KEY].way, city.detours()[KEY].stops) == ((), ("S4",))


def test_what_is_kept_is_bounded() -> None:
    city = City()
    many = tuple(f"S{n}>S{n + 1}" for n in range(1, 10))
    for minute in range(5, 40, 2):
        stops = tuple(f"S{(minute + n) % 12}" for n in range(6))
        city.take(minute, seen(f"v{minute}", minute, SightingKind.ASTRAY, *many, skipped=stops))
    [[known]] = city.state["rounds"].values()
    assert len(known.links) <= MAX_LINKS
    assert len(known.stops) <= MAX_STOPS
    assert len(known.vehicles) <= 4
    assert known.buses == 18


def test_of_one_route_those_seen_last_are_kept() -> None:
    city = City()
    for place in range(1, 10):
        link_id = f"S{place}>S{place + 1}"
        city.take(place, declared=says(Closure.FULL, link_id, subject=f"work:{place}"))
        city.take(
            place + 0.5, seen(f"v{place}", place + 0.5, SightingKind.ASTRAY, link_id, took=0.2)
        )
    shown = city.detours()
    assert len(shown) == MAX_ROUNDS
    assert "R1|S1>S2" not in shown


def test_only_the_home_of_the_first_link_shows_it() -> None:
    homes = City(partitions=4).fold.homes
    shown = []
    for partition in range(4):
        city = City(partition, 4)
        for minute, vehicle in ((5, "a"), (12, "b")):
            city.take(minute, seen(vehicle, minute))
        shown += [partition] * len(city.detours())
    assert shown == [homes.home("S3>S4")]
