"""Every bus of a feed followed: whose track is whose, and what the feed's points are worth."""

from dataclasses import replace

import pytest

from streams.contract.enums import SightingKind
from streams.domain.links.line_check import LineCheck, is_suspended
from streams.domain.links.runs import MASKED, SHARED
from streams.domain.observed.following import ENOUGH, Followed, LineFit
from streams.domain.stage import Effects, apply
from tests.cities.buses import drive, every, seen, town
from tests.cities.fakes import at
from tests.cities.watched import FEED, Watch


def kinds(watch: Watch) -> set[SightingKind]:
    return {each.kind for each in watch.sightings}


def test_two_vehicles_are_two_tracks_and_a_masked_plate_one_on_each_route() -> None:
    watch = Watch().take(
        [seen("a", 0, 0), seen("b", 0, 400)],
        [seen("*", 0, 100, route_id=name, flags=(MASKED,)) for name in ("R1", "R2")],
    )
    assert sorted(watch.buses["tracks"]) == ["*|R1", "*|R2", "a", "b"]


def test_a_plate_that_several_buses_share_and_an_unknown_route_are_followed_by_nobody() -> None:
    watch = Watch().take(
        [seen("a", 0, 0, flags=(SHARED,)), replace(seen("b", 0, 0), route_id="R99")]
    )
    assert not watch.buses["tracks"]


def test_a_bus_that_changes_its_route_midway_turned_and_is_followed_anew() -> None:
    watch = Watch().take(drive("a", until_m=1400))
    last_s = (watch.buses["tracks"]["a"].seen_ms - at(0)) / 1000
    watch.take(drive("a", last_s + 60, route_id="R3", from_m=2200, until_m=3000))
    assert [x.links for x in watch.sightings if x.kind is SightingKind.TURNED] == [("M4>M5",)]
    assert watch.buses["tracks"]["a"].route_id == "R3"


def test_a_driver_who_sets_the_next_route_at_the_terminus_turns_nowhere() -> None:
    watch = Watch().take(drive("a"))
    last_s = (watch.buses["tracks"]["a"].seen_ms - at(0)) / 1000
    watch.take(drive("a", last_s + 60, route_id="R3"))
    assert kinds(watch) == {SightingKind.THROUGH}


def test_a_bus_unseen_for_half_an_hour_is_forgotten_on_the_minute() -> None:
    watch = Watch().take(seen("a", 0, 0), seen("b", 600, 0))

    def left(second: float) -> list[str]:
        effects = Effects()
        Followed(watch.buses, effects).forget(at(second))
        apply(watch.buses, effects.changes)
        return sorted(watch.buses["tracks"])

    assert left(1800) == ["a", "b"]
    assert left(1859) == ["a", "b"]
    assert left(1860) == ["b"]


# ---- points on the line only?


def test_a_feed_is_taken_to_show_the_line_only_until_enough_is_known() -> None:
    assert LineFit().is_snapped
    assert LineFit(0, ENOUGH - 1).is_snapped
    assert not LineFit(0, ENOUGH).is_snapped
    assert LineFit(ENOUGH, ENOUGH).is_snapped
    assert not LineFit(80, 100).is_snapped


def test_a_feed_that_shows_points_off_the_lines_does_not_snap_them() -> None:
    """A few may be mistakes."""
    assert LineFit(1000, 1000, 2).is_snapped
    assert not LineFit(1000, 1000, 3).is_snapped
    assert LineFit(19_000, 19_000, 9).is_snapped
    assert not LineFit(19_000, 19_000, 10).is_snapped
    assert LineFit().after(60) == LineFit(0, 1, 0)
    assert LineFit().after(61) == LineFit(0, 1, 1)


@pytest.mark.parametrize(("off_m", "near"), [(0, 1), (4, 1), (4.1, 0), (30, 0)])
def test_a_point_within_4_m_is_nearer_than_gps_brings_it(off_m: float, near: int) -> None:
    assert LineFit().after(off_m) == LineFit(near, 1)


def test_the_count_of_points_stays_small_and_keeps_its_share() -> None:
    fit = LineFit()
    for n in range(60_000):
        fit = fit.after(3 if n % 4 else 9)
    assert fit.points <= 20_000
    assert abs(fit.near / fit.points - 0.75) < 0.01


def test_only_the_points_of_moving_buses_on_their_line_tell_of_a_feed() -> None:
    watch = Watch()
    watch.buses["line_fits"] = {}
    watch.take(
        [seen("a", 20 * n, 1000, aside_m=9) for n in range(9)],  # it stands
        [seen("b", 20 * n, 1000 + 50 * n, aside_m=31) for n in range(9)],  # too far off
        [seen("c", 20 * n, 1000 + 50 * n, aside_m=9) for n in range(5)],
    )
    assert watch.buses["line_fits"][FEED] == LineFit(0, 4)


# ---- lines that are wrong, and guessed ones


def off_their_line(times: int, *, interval_s: float = 600) -> Watch:
    """Buses that are all beside the line of M3>M4."""
    buses = every(interval_s, times, kmh=21.6, aside=(1210, 1590), aside_m=80)
    return Watch().take(buses, until_s=interval_s * times + 900)


def test_a_line_that_all_buses_drive_beside_is_wrong_and_being_off_it_shows_nothing() -> None:
    watch = off_their_line(12)
    assert is_suspended(watch.buses["line_checks"]["M3>M4"])
    before = len(watch.sightings)
    watch.take(drive("z", 9000, kmh=21.6, aside=(1210, 1590), aside_m=80))
    assert {each.kind for each in watch.sightings[before:]} == {SightingKind.THROUGH}


def test_a_line_that_buses_were_on_is_right_however_many_leave_it_later() -> None:
    watch = Watch().take(every(600, 2, kmh=18))
    assert watch.buses["line_checks"]["M3>M4"] == LineCheck(on_line=2)
    watch.take(every(600, 12, first_s=1200, kmh=21.6, aside=(1210, 1590), aside_m=80))
    assert SightingKind.ASTRAY in {each.kind for each in watch.sightings[-8:]}
    assert "M3>M4" in watch.impassable


def test_a_bus_is_held_against_the_line_once_a_drive() -> None:
    watch = Watch().take(drive("a", kmh=5))
    assert watch.buses["line_checks"]["M3>M4"].on_line == 1


@pytest.mark.parametrize("source", ["straight", "loop"])
def test_a_line_that_is_a_guess_shows_nothing(source: str) -> None:
    buses = every(300, 3, aside=(1210, 1590))
    guessed = Watch(town(length_source=source)).take(buses, until_s=1500)
    assert kinds(guessed) == {SightingKind.THROUGH}
    assert not guessed.impassable
    assert not guessed.buses["line_checks"]
    assert Watch().take(buses, until_s=1500).impassable == {"M3>M4"}


def test_a_feed_that_shows_the_line_only_says_nothing_of_lines() -> None:
    watch = Watch(is_gps=False).take(every(600, 3))
    assert not watch.buses["line_checks"]
