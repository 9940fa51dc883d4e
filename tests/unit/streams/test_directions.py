"""Which of the two links of a road a permit means."""

from dataclasses import replace

import pytest

from streams.domain.network import Network, Place
from streams.domain.works.directions import Directions
from tests.fakes import LAT, LON, STEP, street

EAST, WEST = "S2>S3", "S3>S2"  # east-west, stop 2 to stop 3; Seoul lies to the west
BOTH = (EAST, WEST)


def network() -> Network:
    """The street with a hospital at its east end and a station beyond its west end."""
    places = (
        Place("춘천역", "역", LON - STEP, LAT),
        Place("한림대학교", "학교", LON + 5 * STEP, LAT + 0.001),
        Place("북문", "문", LON + 1.5 * STEP, LAT + 0.01),
    )
    return replace(street(), places=places)


DIRECTIONS = Directions(network())


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("", BOTH),
        ("양방향", BOTH),
        ("왕복 2차로", BOTH),
        ("상·하행", BOTH),
        ("모름", BOTH),
        ("강촌 방면", BOTH),  # no such name
        ("서→동", (EAST,)),
        ("동->서", (WEST,)),
        ("북서→남동", (EAST,)),
        ("동행", (EAST,)),
        ("서쪽 방향", (WEST,)),
        ("EB", (EAST,)),
        ("westbound", (WEST,)),
        ("북행", BOTH),  # across the street
        ("상행", (WEST,)),
        ("하행선", (EAST,)),
        ("stop 3 방면", (EAST,)),
        ("stop 2 방향", (WEST,)),
        ("stop 6 방면", (EAST,)),
        ("stop 1", (WEST,)),
        ("stop 5에서 stop 1 방면", (WEST,)),
        ("stop 1→stop 6", (EAST,)),
        ("춘천역 방면", (WEST,)),
        ("한림대 방향", (EAST,)),
        ("북문 방면", BOTH),
    ],
)
def test_directions_are_read_or_mean_both(words: str, kept: tuple[str, ...]) -> None:
    assert DIRECTIONS.pick(BOTH, words) == kept


def test_a_direction_that_no_link_leads_to_leaves_them_all() -> None:
    assert DIRECTIONS.pick((WEST,), "동행") == (WEST,)


def test_a_road_almost_across_the_direction_is_taken_both_ways() -> None:
    out, back = street().link(EAST), street().link(WEST)
    assert out
    assert back
    for tilt_deg, kept in ((14, BOTH), (16, (EAST,))):
        tilted = (
            replace(out, bearing_deg=90 - tilt_deg),
            replace(back, bearing_deg=270 - tilt_deg),
        )
        assert Directions(replace(street(), links=tilted)).pick(BOTH, "북행") == kept


def test_links_the_network_does_not_know_do_not_matter() -> None:
    assert DIRECTIONS.pick((), "동행") == ()
    assert DIRECTIONS.pick((EAST, "X"), "동행") == (EAST,)


def test_a_cross_road_is_a_goal_like_a_stop() -> None:
    crossing = replace(
        street().links[4],
        id="N",
        road_name="공지로",
        geometry=((LON + 5 * STEP, LAT), (LON + 5 * STEP, LAT + STEP)),
    )
    crossed = replace(street(), links=(*street().links, crossing))
    assert Directions(crossed).pick(BOTH, "공지로 방면") == (EAST,)
