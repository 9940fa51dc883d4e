"""Buses that turn round, and which links lie between two places."""

from dataclasses import replace
from typing import Any

import pytest

from streams.contract.derived import Sighting
from streams.contract.enums import SightingKind
from streams.domain.links.runs import MASKED
from streams.domain.observed.tracks import avoided_links, turned
from streams.geo.network import Route
from tests.cities.buses import course, drive, followed, seen, town
from tests.cities.fakes import at

TOWN = town()
MAIN, BACK = course(TOWN), course(TOWN, "R3")


# ---- turning round


def turning(order: int = 4, *, fixes: int = 3, flags: tuple[str, ...] = ()) -> list[Sighting]:
    """A bus on R1 between two stops, and then on R3 beside it."""
    along_m = 400 * order - 200
    track, _ = followed(MAIN, [seen("a", 20 * n, along_m - 60 + 20 * n) for n in range(fixes)])
    assert track is not None
    back = seen("a", 120, 3600 - along_m, route_id="R3", flags=flags)
    return list(turned(track, back, MAIN, BACK))


def test_a_bus_that_shows_on_its_way_back_turned_before_what_lay_ahead() -> None:
    (made,) = turning()
    assert (made.kind, made.links, made.route_id) == (
        SightingKind.TURNED,
        ("M4>M5",),
        "R1",
    )


@pytest.mark.parametrize(
    "how",
    [{"order": 2}, {"order": 8}, {"fixes": 1}, {"flags": (MASKED,)}],
    ids=["near its first stop", "near its last stop", "seen once", "masked plate"],
)
def test_a_bus_near_a_terminus_or_hardly_known_does_not_turn(how: dict[str, Any]) -> None:
    assert turning(**how) == []


def test_a_bus_that_shows_elsewhere_or_late_on_another_route_did_not_turn() -> None:
    track, _ = followed(MAIN, drive("a", until_m=1500))
    assert track is not None
    last_s = (track.on_ms - at(0)) / 1000
    ok = seen("a", last_s + 60, 2300, route_id="R3")
    assert turned(track, ok, MAIN, BACK)
    assert not turned(track, seen("a", last_s + 301, 2300, route_id="R3"), MAIN, BACK)
    assert not turned(track, seen("a", last_s + 60, 2300, route_id="R3", aside_m=31), MAIN, BACK)
    near = course(TOWN, "R4")
    assert not turned(track, seen("a", last_s + 60, 1500, route_id="R4", aside_m=200), MAIN, near)


# ---- which links lie between


@pytest.mark.parametrize(
    ("from_m", "to_m", "links"),
    [
        (1200, 1600, ["M3>M4"]),
        (1220, 1580, ["M3>M4"]),
        (1100, 2050, ["M3>M4", "M4>M5"]),
        (1300, 1500, ["M3>M4"]),  # none wholly: the one most between
        (1350, 1900, ["M4>M5"]),
        (1205, 1210, []),
    ],
)
def test_the_links_between_two_places(from_m: float, to_m: float, links: list[str]) -> None:
    assert avoided_links(MAIN, from_m, to_m) == links


def test_a_route_without_any_section_has_nothing_to_follow() -> None:
    alone = replace(TOWN, routes=(Route("R1", "1", ("M0", "N5")),))
    assert followed(course(alone), [seen("a", 0, 0)]) == (None, [])
