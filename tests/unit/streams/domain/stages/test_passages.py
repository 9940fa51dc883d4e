"""Positions along a straight street: a stop every 500 m, route R1 runs east, R2 back west."""

import copy
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.contract.derived import Origin, Passage
from streams.contract.records import BusPosition, PositionBatch, Tick
from streams.contract.times import DAY_MS, KST_MS, MINUTE_MS, kst_day
from streams.contract.topics import partition_of
from streams.domain.links.runs import Advance, RouteGeometry, VehicleRun, advance
from streams.domain.stages.passages import PositionsStage
from streams.geo.network import Overlay
from tests.cities.fakes import STANDARD, Folded, at, bus, street

STREET = street()
COURSE = RouteGeometry.of(STREET.route_by_id["R1"], STREET)
SHORT = RouteGeometry(  # the same stops with 100 m between them
    tuple(link and replace(link, length_m=100) for link in COURSE.links),
    tuple(end_m / 5 for end_m in COURSE.ends_m),
)
Made = list[tuple[str, float, float]]
"""Link, second of leaving it, seconds of travel."""


def drive(
    *seen: tuple[float, float], dwell_s: float = 0, course: RouteGeometry = COURSE
) -> tuple[Made, list[str], VehicleRun | None]:
    """The passages, the oddities and the last run of a bus seen at (second, metre)."""
    run: VehicleRun | None = None
    made: list[Passage] = []
    odd: list[str] = []
    for second, metre in seen:
        step = advance(run, bus(second, metre), course, dwell_ms=round(dwell_s * 1000))
        run = step.run
        made += step.passages
        odd += [step.oddity] if step.oddity else []
    return [_row(each) for each in made], odd, run


def _row(made: Passage) -> tuple[str, float, float]:
    return made.link_id, (made.exited_ms - at(0)) / 1000, made.travel_ms / 1000


@pytest.mark.parametrize(
    ("seen", "made"),
    [
        # both ends of a section are needed: one begun before the bus was seen is none
        ([(0, 0)], []),
        ([(0, 100), (50, 500)], []),
        ([(0, 100), (40, 500), (90, 1000)], [("S2>S3", 90, 50)]),
        # a bus that stands at its stop when first seen leaves it later
        ([(0, 0), (50, 500)], [("S1>S2", 50, 50)]),
        ([(0, 0), (50, 500), (100, 1000)], [("S1>S2", 50, 50), ("S2>S3", 100, 50)]),
        ([(0, 0), (400, 0), (450, 500)], [("S1>S2", 450, 50)]),
        # two stops between two polls: even motion, 10 m/s
        ([(0, 250), (25, 500), (100, 1250)], [("S2>S3", 75, 50)]),
        ([(0, 100), (140, 1500)], [("S2>S3", 90, 50), ("S3>S4", 140, 50)]),
        ([(0, 100), (40, 500), (140, 1500)], [("S2>S3", 90, 50), ("S3>S4", 140, 50)]),
        # a section begun in one poll and ended in another
        ([(0, 250), (50, 750), (90, 1150)], [("S2>S3", 75, 50)]),
    ],
)  # fmt: skip
def test_a_passage_is_the_time_between_two_stops(
    seen: list[tuple[float, float]], made: Made
) -> None:
    assert drive(*seen)[0] == made


@pytest.mark.parametrize(
    ("name", "seen", "made", "odd"),
    [
        ("standing", [(0, 500), (30, 500), (60, 500)], [], []),
        ("repeated", [(0, 400), (30, 600), (30, 600), (30, 1600)], [], ["repeat", "repeat"]),
        ("older", [(0, 400), (30, 600), (20, 1600)], [], ["repeat"]),
        ("turning", [(0, 2100), (50, 2400), (80, 100), (130, 450)], [], ["turnaround"]),
        ("unseen for 5 min", [(0, 400), (30, 600), (331, 1600)], [], ["gap"]),
        ("teleporting", [(0, 400), (30, 600), (31, 2400)], [], ["teleport"]),
        ("sliding back", [(0, 400), (30, 700), (60, 600), (90, 650)], [], []),
    ],
)
def test_no_passage_is_made_up_for_a_bus_that_is(
    name: str, seen: list[tuple[float, float]], made: Made, odd: list[str]
) -> None:
    assert drive(*seen)[:2] == (made, odd), name


@pytest.mark.parametrize("oddity", ["turnaround", "gap", "teleport"])
def test_after_a_new_run_the_section_under_way_makes_no_passage(oddity: str) -> None:
    seconds = {"turnaround": (40, 0), "gap": (400, 600), "teleport": (31, 2100)}
    second, metre = seconds[oddity]
    later = [(second + 50, metre + 400)]
    made, odd, _ = drive((0, 400), (30, 600), (second, metre), *later)
    assert (made, odd) == ([], [oddity])


def test_exactly_five_minutes_unseen_is_no_gap() -> None:
    assert drive((0, 100), (50, 500), (350, 1000))[:2] == ([("S2>S3", 350, 300)], [])


def test_a_bus_that_slides_back_goes_on_from_its_furthest_point() -> None:
    # at 700 m until second 60, then 300 m in 30 s
    made, odd, _ = drive((0, 400), (20, 600), (30, 700), (60, 650), (90, 1000))
    assert (made, odd) == ([("S2>S3", 90, 80)], [])


def test_a_bus_that_rested_over_five_minutes_makes_no_passage_of_the_section_it_rested_in() -> None:
    rest = [(60.0 * minute, 600.0) for minute in range(1, 7)]  # moved last at second 60
    made, _, _ = drive((0, 400), *rest, (361, 600), (400, 1000), (450, 1500))
    assert made == [("S3>S4", 450, 50)]


def test_a_stop_order_that_rises_at_the_same_point_completes_the_section() -> None:
    # beyond stop 3 while the order still says 2, then order 3 without a point
    rows = [
        bus(0, 400),
        bus(20, 600),
        replace(bus(60, 1010), stop_order=2),
        replace(bus(90, 1000), lon=None, lat=None),
        bus(140, 1500),
    ]
    run: VehicleRun | None = None
    made: Made = []
    for row in rows:
        step = advance(run, row, COURSE, dwell_ms=0)
        run = step.run
        made += [_row(each) for each in step.passages]
    # not S3>S4 alone, in 130 s; without a point it stands at its stop
    assert made == [("S2>S3", 60, 50), ("S3>S4", 140, 50)]


def test_dwell_is_taken_out_of_the_time_between_two_polls() -> None:
    # standing at both stops: what is left of the dwell at one and gone of it at the other is
    # uncertain, as the drive is, so each has a part of what the span is longer
    travels = []
    for spent_s in (40, 60, 100):
        made, _, _ = drive((0, 100), (50, 500), (50 + spent_s, 1000), dwell_s=12, course=SHORT)
        [(link, reached_s, travel_s)] = made
        assert link == "S2>S3"
        assert 50 + travel_s < reached_s < 50 + spent_s
        travels.append(travel_s)
    assert 0.3 * 20 < travels[1] - travels[0] < 0.5 * 20
    assert 0.3 * 40 < travels[2] - travels[1] < 0.5 * 40


def test_a_bus_that_stands_at_a_stop_over_many_polls_spends_no_time_of_them_on_the_road() -> None:
    short, _, _ = drive((0, 100), (50, 500), (80, 700), (110, 1000), dwell_s=12)
    long, _, _ = drive((0, 100), (50, 500), (350, 500), (380, 700), (410, 1000), dwell_s=12)
    assert [row[2] for row in short] == [row[2] for row in long]


@pytest.mark.parametrize(("spent_s", "count"), [(17, 0), (28, 0), (29, 1), (299, 1)])
def test_a_passage_faster_than_traffic_ever_is_there_is_none(spent_s: float, count: int) -> None:
    # 500 m in 28 s is 64.3 km/h, on a road of 40 km/h
    made, _, _ = drive((0, 100), (50, 500), (50 + spent_s, 1000))
    assert len(made) == count


def test_a_position_without_coordinates_stands_at_its_stop() -> None:
    row = replace(bus(0, 1250), lon=None, lat=None)
    assert COURSE.fix(row).along_m == 1000


def test_a_point_far_off_the_road_says_nothing_about_progress() -> None:
    row = replace(bus(0, 1250), lat=37.884)  # 445 m north of the street
    assert COURSE.fix(row).along_m == 1000
    assert COURSE.fix(replace(row, lat=37.883)).along_m == pytest.approx(1250, abs=1e-6)


SEEN = st.lists(
    st.tuples(st.integers(0, 1200), st.floats(0, 2500, allow_nan=False)), min_size=2, max_size=25
)


@given(SEEN, st.integers(0, 60))
def test_the_times_of_the_passages_never_exceed_the_time_gone_by(
    seen: list[tuple[int, float]], dwell_s: int
) -> None:
    made, _, _ = drive(*seen, dwell_s=dwell_s)
    elapsed_s = max(second for second, _ in seen) - seen[0][0]
    assert sum(travel_s for _, _, travel_s in made) <= elapsed_s + 0.001 * len(made)


@given(SEEN)
def test_a_run_is_never_older_and_passages_never_overlap(seen: list[tuple[int, float]]) -> None:
    run: VehicleRun | None = None
    last_exit_ms = 0
    for second, metre in seen:
        step: Advance = advance(run, bus(second, metre), COURSE, dwell_ms=0)
        assert run is None or step.run.seen_ms >= run.seen_ms
        for made in step.passages:
            assert made.exited_ms - made.travel_ms >= last_exit_ms
            last_exit_ms = made.exited_ms
        run = step.run


def batch(*rows: BusPosition, received_s: float = 0) -> PositionBatch:
    return PositionBatch("tago.positions", at(received_s), rows)


def positions(partitions: int = 1) -> Folded:
    return Folded(PositionsStage(STREET, partitions=partitions, dwell_ms=0))


def _sent(folded: Folded) -> Made:
    return [_row(p) for events in folded.derived.values() for e in events for p in e.passages]


def test_passages_go_to_the_partition_of_their_link() -> None:
    folded = positions(partitions=4)
    folded.take_all([batch(bus(0, 100)), batch(bus(140, 1500))])
    sent = {
        p: [x.link_id for e in events for x in e.passages] for p, events in folded.derived.items()
    }
    links = ("S2>S3", STANDARD, "S3>S4")
    assert sent == {partition_of(link_id, 4): [link_id] for link_id in links}


def test_a_passage_of_a_section_is_one_of_the_standard_link_under_it_at_the_same_speed() -> None:
    folded = positions()
    folded.take_all([batch(bus(10, 100, route="R1")), batch(bus(50, 500)), batch(bus(100, 1000))])
    assert _sent(folded) == [
        ("S2>S3", 100, 50),
        (STANDARD, 100, 40),
    ]  # 400 m of 500 m in 40 of 50 s


def test_a_section_that_only_begins_on_a_standard_link_tells_nothing_of_it() -> None:
    brief = replace(street(), overlay=(Overlay(STANDARD, "S2>S3", 0.05),))
    folded = Folded(PositionsStage(brief, partitions=1, dwell_ms=0))
    folded.take_all([batch(bus(10, 100, route="R1")), batch(bus(50, 500)), batch(bus(100, 1000))])
    assert _sent(folded) == [("S2>S3", 100, 50)]


def test_a_bus_on_two_routes_is_shown_on_the_one_it_moves_on() -> None:
    folded = positions()
    folded.take(batch(bus(0, 2400), bus(0, 0, route="R2")))
    folded.take(batch(bus(30, 2400), bus(30, 600, route="R2")))  # R1 stands, R2 moves
    folded.take(batch(bus(60, 2400), bus(60, 1100, route="R2")))
    assert folded.state["buses"]["v1"].route_id == "R2"
    assert _sent(folded) == [("S5>S4", 54, 29)]  # stop 2 at second 25, stop 3 at 54
    assert set(folded.state["runs"]) == {"v1|R1", "v1|R2"}


def test_a_bus_on_the_screen_never_goes_back_in_time() -> None:
    folded = positions()
    folded.take_all([batch(bus(60, 600)), batch(bus(30, 300))])
    assert folded.state["buses"]["v1"].observed_ms == at(60)
    assert folded.counts == {"positions repeat": 1}


@pytest.mark.parametrize(("age_ms", "is_late"), [(86_400_000, 1), (86_399_999, 0)])
def test_a_bus_seen_a_day_before_its_answer_is_late(age_ms: int, is_late: int) -> None:
    row = replace(bus(0, 0), observed_ms=at(0) - age_ms)
    folded = positions()
    folded.take(replace(batch(row), received_ms=at(0)))
    assert folded.counts == ({"positions late": 1} if is_late else {})
    assert len(folded.state["buses"]) == len(folded.state["runs"]) == 1 - is_late


@pytest.mark.parametrize("order", [0, 7, 1000])
def test_a_stop_the_route_does_not_have_shows_the_bus_and_is_counted(order: int) -> None:
    folded = positions()
    folded.take(batch(replace(bus(0, 0), stop_order=order)))
    assert "v1" in folded.state["buses"]
    assert folded.counts == {"positions unknown_route_or_stop": 1}


def test_a_bus_without_point_and_without_known_stop_is_not_shown() -> None:
    folded = positions()
    folded.take(batch(replace(bus(0, 0), lon=None, lat=None, stop_id="?")))
    assert folded.state["buses"] == {}


def test_a_bus_without_point_is_shown_at_its_stop() -> None:
    folded = positions()
    folded.take(batch(replace(bus(0, 600), lon=None, lat=None)))
    assert folded.state["buses"]["v1"].lon == pytest.approx(127.705)


def test_a_bus_heads_east_and_keeps_its_bearing_while_it_stands() -> None:
    folded = positions()
    folded.take_all([batch(bus(0, 0)), batch(bus(60, 600)), batch(bus(90, 601))])
    assert folded.state["buses"]["v1"].bearing_deg == 90


def test_at_midnight_buses_under_the_names_of_the_day_before_go() -> None:
    midnight_ms = (kst_day(at(0)) + 1) * DAY_MS - KST_MS
    before, after = midnight_ms - 3_000, midnight_ms + 3_000
    folded = positions()
    folded.take(replace(batch(replace(bus(0, 0), observed_ms=before)), received_ms=before))
    named_anew = replace(bus(0, 0), vehicle="v2", observed_ms=after)
    folded.take(replace(batch(named_anew), received_ms=after))
    folded.take(Tick(midnight_ms + 2 * MINUTE_MS))
    assert set(folded.state["buses"]) == {"v1", "v2"}  # the next report may be a while
    folded.take(Tick(midnight_ms + 3 * MINUTE_MS))
    assert set(folded.state["buses"]) == {"v2"}
    late = replace(bus(0, 0), vehicle="v3", observed_ms=before)  # its feed has times of its own
    folded.take(replace(batch(late), received_ms=midnight_ms + 200_000))
    folded.take(Tick(midnight_ms + 4 * MINUTE_MS))
    assert set(folded.state["buses"]) == {"v2", "v3"}


def test_time_reaches_every_partition_and_half_an_hour_unseen_forgets_a_bus() -> None:
    folded = positions(partitions=3)
    folded.take(batch(bus(0, 0)))
    folded.take(Tick(at(1800)))
    assert "v1" in folded.state["buses"]
    folded.take(Tick(at(1860)))
    assert folded.state == {
        "runs": {},
        "buses": {},
        "stop-habits": {},
        "tracks": {},
        "line_fits": {},
        "line_checks": {},
    }
    assert [e.watermark_ms for e in folded.derived[2]] == [at(1800), at(1860)]


@given(SEEN)
def test_the_step_is_pure(seen: list[tuple[int, float]]) -> None:
    folded = positions()
    for second, metre in seen:
        message = batch(bus(second, metre))
        before = copy.deepcopy(folded.state)
        first = folded.stage.step(folded.state, message, Origin("in", 0, 7))
        assert folded.state == before
        assert folded.stage.step(folded.state, message, Origin("in", 0, 7)) == first
        folded.take(message)


def test_a_wandering_point_of_a_parked_bus_is_no_motion() -> None:
    # at 545 m the point wanders by 14 m for seven minutes; then it drives on to 1000 m
    parked = [(60 + 20 * n, 545 + 14 * (n % 2)) for n in range(22)]
    made, odd, run = drive((0, 100), (50, 500), (55, 525), *parked, (520, 1000))
    assert (made, odd) == ([], [])
    assert run is not None


def test_a_slow_crawl_adds_up_to_motion() -> None:
    # 10 m every 6 s is below the wander of one report, and 6 km/h all the same
    crawl = [(50 + 6 * n, 500 + 10 * n) for n in range(1, 51)]
    made, _, _ = drive((0, 100), (50, 500), *crawl)
    assert [link for link, _, _ in made] == ["S2>S3"]
    assert made[0][2] == pytest.approx(300, abs=10)


def test_no_drive_is_shared_out_faster_than_traffic_drives() -> None:
    # 900 m in 82 s past a stop where buses stand for a minute: it did not stand so long
    made, _, _ = drive((0, 100), (30, 500), (60, 600), (142, 1500), (200, 2000), dwell_s=60)
    free_kmh = COURSE.links[1].free_flow_kmh if COURSE.links[1] else 0
    assert made
    assert all(500 * 3.6 / travel_s <= 1.2 * free_kmh + 0.1 for _, _, travel_s in made)


def test_how_long_buses_stand_is_learned_of_each_stop_and_taken_out() -> None:
    folded = Folded(PositionsStage(STREET, partitions=1, dwell_ms=12_000))
    for n in range(60):  # every poll finds a bus at stop 2 and none at stop 3
        seen = ((0, 100), (30, 500), (60, 800), (90, 1200))
        for second, metre in seen:
            folded.take(batch(replace(bus(600 * n + second, metre), vehicle=f"v{n}")))
    stops = folded.state["stop-habits"]
    assert stops["S2"].dwell_ms(at(0), 12_000) > 15_000
    assert stops["S3"].dwell_ms(at(0), 12_000) < 5_000


def test_a_rest_at_the_last_stop_of_a_route_is_no_dwell() -> None:
    folded = Folded(PositionsStage(STREET, partitions=1, dwell_ms=12_000))
    folded.take_all([batch(bus(30 * n, min(2500, 2100 + 200 * n))) for n in range(6)])
    assert set(folded.state["stop-habits"]) == set()
