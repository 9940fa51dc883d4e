"""What one bus did, from its positions on the main street of a little town."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Unpack

import pytest

from streams.contract.enums import SightingKind
from streams.contract.records import BusPosition
from streams.domain.observed.courses import BusCourse
from tests.cities.buses import Feed, course, drive, followed, seen, town, with_standards
from tests.cities.fakes import at

TOWN = town()
MAIN, BACK = course(TOWN), course(TOWN, "R3")
LAYERED = course(with_standards(TOWN))
Did = list[tuple[SightingKind, tuple[str, ...]]]


def did(rows: Iterable[BusPosition], on: BusCourse = MAIN, **feed: Unpack[Feed]) -> Did:
    return [(each.kind, each.links) for each in followed(on, rows, **feed)[1]]


def evidence(rows: Iterable[BusPosition], on: BusCourse = MAIN, **feed: Unpack[Feed]) -> Did:
    """What speaks for a closure."""
    return [row for row in did(rows, on, **feed) if row[0] is not SightingKind.THROUGH]


def through(*names: str) -> Did:
    return [(SightingKind.THROUGH, (name,)) for name in names]


def test_a_bus_that_drives_along_its_line_drives_every_link_from_end_to_end() -> None:
    _, made = followed(MAIN, drive("a", kmh=36))
    assert [each.links for each in made] == [(f"M{n}>M{n + 1}",) for n in range(8)]
    assert {(each.at_ms - each.from_ms, each.length_m) for each in made} == {(40_000, 400)}


def test_a_link_whose_begin_was_not_seen_is_not_driven() -> None:
    assert did(drive("a", from_m=500, until_m=1700)) == through("M2>M3", "M3>M4")


def test_between_two_points_a_bus_moves_evenly() -> None:
    _, made = followed(MAIN, [seen("a", 0, 0), seen("a", 100, 1000)])
    assert [(e.from_ms - at(0), e.at_ms - at(0)) for e in made] == [(0, 40_000), (40_000, 80_000)]


def test_a_bus_that_stands_just_before_a_stop_has_come_to_it() -> None:
    assert did([seen("a", 0, 0), seen("a", 60, 390)]) == through("M0>M1")
    assert did([seen("a", 0, 0), seen("a", 60, 380)]) == []


def test_a_standing_bus_whose_point_wanders_drives_a_link_once() -> None:
    rows = [seen("a", 0, 0), seen("a", 60, 400, order=2)]
    rows += [seen("a", 60 + 20 * n, 400 + (5, -5)[n % 2], order=2) for n in range(1, 9)]
    assert did([*rows, seen("a", 300, 800)]) == through("M0>M1", "M1>M2")


def test_a_bus_beside_its_line_that_comes_back_further_on_went_round_what_lies_between() -> None:
    track, made = followed(MAIN, drive("a", aside=(1210, 1590)))
    (astray,) = (each for each in made if each.kind is SightingKind.ASTRAY)
    assert (astray.links, astray.off_m) == (("M3>M4",), 150)
    assert len(astray.path) == 2
    assert astray.from_ms < astray.at_ms
    assert track is not None
    assert (track.away, track.path) == (0, ())


def test_the_links_of_the_way_round_are_not_driven() -> None:
    made = did(drive("a", aside=(1210, 1590)))
    assert ("M3>M4",) not in [links for kind, links in made if kind is SightingKind.THROUGH]
    assert made[-1] == (SightingKind.THROUGH, ("M7>M8",))


@pytest.mark.parametrize(
    ("aside_m", "is_away"), [(0, False), (29, False), (45, False), (59, False), (66, True)]
)
def test_between_the_line_and_off_it_nothing_is_sure(aside_m: float, *, is_away: bool) -> None:
    assert bool(evidence(drive("a", aside=(1210, 1590), aside_m=aside_m))) is is_away


def test_a_bus_long_off_its_line_has_left_it_before_it_is_back() -> None:
    made = evidence(drive("a", aside=(1210, 2390)))
    assert [kind for kind, _ in made] == [SightingKind.LEFT, SightingKind.ASTRAY]
    assert made[0][1][0] == "M3>M4"
    assert made[1][1] == ("M3>M4", "M4>M5", "M5>M6")


@pytest.mark.parametrize("how", [{"is_snapped": True}, {"is_line_known": False}])
def test_where_points_show_the_line_only_or_no_line_is_known_no_bus_is_off_it(
    how: Feed,
) -> None:
    assert evidence(drive("a", aside=(1210, 2390)), **how) == []


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param([replace(seen("a", 40, 900), lon=None)], id="no point"),
        pytest.param([seen("a", 40, 900, aside_m=3100, order=1)], id="far away"),
        pytest.param([seen("a", 20, 900, order=1)], id="not later"),
        pytest.param([seen("a", 40, 900, order=0)], id="no such stop"),
    ],
)
def test_a_point_that_can_not_be_changes_nothing(odd: list[BusPosition]) -> None:
    before = drive("a", until_m=200)
    assert followed(MAIN, [*before, *odd])[0] == followed(MAIN, before)[0]


def test_a_way_round_at_the_first_stop_of_a_route_begins_no_track() -> None:
    """A bus that comes from the depot."""
    assert evidence(drive("a", aside=(-1, 700), aside_m=200)) == []


def test_a_bus_that_comes_back_where_it_left_went_round_nothing() -> None:
    """To a petrol station and back."""
    rows = [*drive("a", until_m=1200), seen("a", 160, 1290)]
    rows += [seen("a", 200 + 20 * n, 1290, order=4, aside_m=150) for n in range(2)]
    assert evidence([*rows, seen("a", 260, 1290), seen("a", 330, 1700)]) == []


def test_a_bus_too_quick_for_the_way_did_not_drive_it() -> None:
    rows = [*drive("a", until_m=1200), seen("a", 160, 1400, aside_m=150, order=3)]
    assert evidence([*rows, seen("a", 170, 2410)]) == []
    assert evidence([*rows, seen("a", 300, 2410)]) != []


def test_a_bus_off_its_line_for_very_long_had_other_reasons() -> None:
    rows = drive("a", until_m=1200)
    away = [seen("a", 160 + 500 * n, 1400, aside_m=150 + n, order=3) for n in range(2)]
    assert evidence([*rows, *away, seen("a", 1000, 2410)]) != []
    away = [seen("a", 160 + 500 * n, 1400, aside_m=150 + n, order=3) for n in range(6)]
    late = evidence([*rows, *away, seen("a", 2_700, 2410)])
    assert [kind for kind, _ in late] == [SightingKind.LEFT]


def test_a_gap_between_polls_is_no_drive_and_no_way_round() -> None:
    before = drive("a", until_m=700)
    assert did([*before, seen("a", 400, 1900)]) == through("M0>M1")  # 200 s and more, 1.2 km
    assert did([*before, seen("a", 760, 1900)]) == through("M0>M1")  # 10 min and more
    assert evidence([*before, seen("a", 100, 900, aside_m=150), seen("a", 760, 1900)]) == []


def test_a_jump_further_than_a_bus_drives_is_no_drive() -> None:
    assert did([*drive("a", until_m=700), seen("a", 90, 2900), seen("a", 200, 3500)]) == (
        through("M0>M1")
    )


def test_a_bus_that_is_back_at_an_earlier_stop_begins_anew() -> None:
    """It turned at its terminus, or drives the route again."""
    rows = [*drive("a", until_m=1500), *drive("a", 400, until_m=900)]
    made = did(rows)
    assert made == through("M0>M1", "M1>M2", "M2>M3", "M0>M1", "M1>M2")


def test_a_stop_just_passed_that_the_portal_still_owes_is_no_way_round() -> None:
    rows = [seen("a", 0, 0), seen("a", 50, 425, order=1), seen("a", 75, 600), seen("a", 100, 800)]
    assert did(rows) == through("M0>M1", "M1>M2")


def test_a_bus_on_its_line_beyond_a_stop_it_was_not_reported_at_shows_nothing() -> None:
    rows = [seen("a", 0, 0), seen("a", 40, 500, order=1), seen("a", 80, 700, order=1)]
    assert did([*rows, seen("a", 120, 900)]) == []


def stopping(*stops: tuple[float, int, int]) -> list[BusPosition]:
    """A bus of a feed that shows points on the line, at (second, metre, stop passed)."""
    return [seen("a", second, along_m, order=order) for second, along_m, order in stops]


LEAVES_OUT = stopping((0, 400, 2), (50, 790, 2), (150, 1620, 5), (200, 2000, 6))


def test_a_snapped_bus_that_stood_before_a_stop_and_shows_behind_the_next_left_it_out() -> None:
    """It went round by a way that its points do not show."""
    (left_out,) = (
        each
        for each in followed(LAYERED, LEAVES_OUT, is_snapped=True)[1]
        if each.kind is SightingKind.SKIPPED
    )
    assert (left_out.links, left_out.skipped) == (("T2", "T3"), ("M2", "M3"))
    assert left_out.is_sure
    assert left_out.is_snapped


def test_where_points_are_gps_a_stop_that_was_left_out_is_nothing() -> None:
    """The bus would have been seen off its line; the portal missed a report."""
    assert evidence(LEAVES_OUT, LAYERED) == []


def test_a_stop_left_out_between_reports_far_apart_is_unsure_and_its_link_not_driven() -> None:
    rows = stopping((0, 300, 1), (30, 600, 2), (100, 1300, 4), (150, 1700, 5))
    made = followed(LAYERED, rows, is_snapped=True)[1]
    left_out = [each for each in made if each.kind is SightingKind.SKIPPED]
    assert [(each.links, each.is_sure) for each in left_out] == [(("T2",), False)]
    assert not {"T2"} & {x for e in made if e.kind is SightingKind.THROUGH for x in e.links}


def test_a_jump_by_many_stops_is_the_end_of_a_service() -> None:
    rows = stopping((0, 400, 2), (50, 790, 2), (350, 3000, 8))
    assert evidence(rows, LAYERED, is_snapped=True) == []


def test_a_terminal_that_froze_left_no_stop_out() -> None:
    """The same point for minutes, then far ahead: too quick since the last report, and not since
    the point first stood still.
    """
    still = [(50 + 20 * n, 790, 2) for n in range(6)]
    rows = stopping((0, 400, 2), *still, (155, 1620, 5))
    assert evidence(rows, LAYERED, is_snapped=True) == []
    moved = [*stopping((0, 400, 2), *still[:1], (55, 1620, 5))]
    assert (
        evidence(moved, LAYERED, is_snapped=True) != []
    )  # a jump is one left out: a bus that drove past


def test_a_stop_at_which_a_snapped_bus_was_reported_is_served() -> None:
    rows = stopping(*((40 * n, 200 + 200 * n, 1 + (200 + 200 * n) // 400) for n in range(9)))
    made = followed(LAYERED, rows, is_snapped=True)[1]
    assert {each.links: each.served for each in made}["T1",] == 1
    assert {each.links: each.served for each in made}["M1>M2",] == 0
