"""Which of the two links of a road a permit means."""

import time
from dataclasses import replace

import pytest

from streams.domain.works.direction_words import stated
from streams.domain.works.directions import Directions
from streams.geo.network import Landmark, Network
from tests.cities.fakes import LAT, LON, STEP, street

EAST, WEST = "S2>S3", "S3>S2"  # east-west, stop 2 to stop 3; Seoul lies to the west
BOTH = (EAST, WEST)


def network() -> Network:
    """The street with a hospital at its east end and a station beyond its west end."""
    places = (
        Landmark("춘천역", "역", LON - STEP, LAT),
        Landmark("한림대학교", "학교", LON + 5 * STEP, LAT + 0.001),
        Landmark("북문", "문", LON + 1.5 * STEP, LAT + 0.01),
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
        ("상행(stop 6 방면)", (EAST,)),
        ("하행선(춘천역 방면)", (WEST,)),
        # both, in every spelling
        ("양 방향", BOTH),
        ("양방향(상·하행)", BOTH),
        ("왕복 전체", BOTH),
        ("쌍방향", BOTH),
        ("상하행", BOTH),
        ("상행/하행", BOTH),
        ("상행, 하행", BOTH),
        ("하행 및 상행", BOTH),
        ("상·하선", BOTH),
        ("stop 2 ↔ stop 3", BOTH),
        # the compass
        ("서→동 방향, 1개 차로", (EAST,)),
        ("동 → 서 방향 전면통제", (WEST,)),
        ("[서⇒동]", (EAST,)),
        ("서쪽에서 동쪽 방향", (EAST,)),
        ("동향", (EAST,)),
        ("서방향 2차로", (WEST,)),
        ("북서 방면", (WEST,)),
        ("동측", (EAST,)),
        ("서편 차로", (WEST,)),
        ("남측", (EAST,)),  # cars keep to the right: those to the east drive on the southern side
        ("북측", (WEST,)),
        ("북측 방향", BOTH),  # across the street
        ("동서 방향", BOTH),  # an axis
        ("남북", BOTH),
        ("E→W", (WEST,)),
        ("westbound 2차로", (WEST,)),
        # upward and downward
        ("상행 방향", (WEST,)),
        ("상행선 1차로", (WEST,)),
        ("(하행)", (EAST,)),
        ("중앙로 하행", (EAST,)),
        ("상행(stop 5→stop 1)", (WEST,)),
        # places
        ("stop 1→stop 6 방향", (EAST,)),
        ("stop 6 -> stop 1", (WEST,)),
        ("stop 5 ⇒ stop 2 방면", (WEST,)),
        ("stop 6에서 stop 4 방향", (WEST,)),  # away from one, towards another beyond it
        ("stop 1에서 stop 2 방향", (EAST,)),
        ("S1→S6", (EAST,)),
        ("S3>S2", (WEST,)),
        ("중앙로(stop 1→stop 6)", (EAST,)),
        ("stop 6 방면 편도 2차로 중 1차로", (EAST,)),
        ("stop 1 방향 전차로", (WEST,)),
        ("춘천역 진행방향", (WEST,)),
        ("한림대학교 가는 방향", (EAST,)),
        ("한림대학교행", (EAST,)),
        ("대학교 방면", (EAST,)),  # a part of the name
        ("서울방향", (WEST,)),
        ("속초 방면", (EAST,)),
        ("강릉방면(하행)", (EAST,)),
        # from where to where it is dug is no direction
        ("stop 1~stop 6", BOTH),
        ("stop 1에서 stop 6까지", BOTH),
        ("stop 1~stop 6 방향", (EAST,)),
        # what cannot be known without the road's own data
        ("종점", BOTH),
        ("기점", BOTH),
        ("종점방향", BOTH),
        ("시점방향", BOTH),
        ("정방향", BOTH),
        ("내선순환", BOTH),
        ("미정", BOTH),
        ("1차로", BOTH),
        ("-", BOTH),
    ],
)
def test_directions_are_read_or_mean_both(words: str, kept: tuple[str, ...]) -> None:
    assert DIRECTIONS.pick(BOTH, words) == kept


@pytest.mark.parametrize("words", ["9" * 400, "전한두" * 130, "1~" * 200, " 편도" * 150])
def test_a_hostile_direction_is_read_at_once(words: str) -> None:
    # with a choice at every digit, this would take longer than the world has lasted
    assert stated(words) is not None


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


@pytest.mark.parametrize(
    ("there", "back"),
    [
        ("서→동", "동→서"),
        ("북→남", "남→북"),
        ("동측", "서측"),
        ("상행", "하행"),
        ("stop 2→stop 3", "stop 3→stop 2"),
        ("stop 1에서 stop 6 방향", "stop 6에서 stop 1 방향"),
        ("춘천역→stop 1", "stop 1→춘천역"),  # both beyond one end
        ("한림대→북문", "북문→한림대"),
        ("서울→속초", "속초→서울"),
    ],
)
def test_a_direction_and_its_reverse_share_a_road_between_them(there: str, back: str) -> None:
    everything = tuple(link.id for link in street().links if link.kind == "section")
    one, other = DIRECTIONS.pick(everything, there), DIRECTIONS.pick(everything, back)
    assert set(one) | set(other) == set(everything)
    across = {x for x in everything if not DIRECTIONS.is_read((x,), there)}
    assert set(one) & set(other) == across


def test_a_section_goes_as_the_standard_links_of_the_place_go() -> None:
    # the section leads east as a whole, and turns west where the standard link under it lies
    standard = replace(street().links[-1], bearing_deg=270)
    assert standard.kind == "standard"
    turned = Directions(replace(street(), links=(*street().links[:-1], standard)))
    assert turned.pick(("S1>S2", standard.id), "서행") == ("S1>S2", standard.id)
    assert turned.pick(("S1>S2",), "동행") == ("S1>S2",)


@pytest.mark.parametrize("words", ["종점방향", "강촌 방면", "?"])
def test_an_unreadable_direction_is_that_of_the_links_the_source_names(words: str) -> None:
    assert DIRECTIONS.pick(BOTH, words, named=(WEST,)) == (WEST,)
    assert DIRECTIONS.pick(BOTH, words, named=("X",)) == BOTH
    assert DIRECTIONS.pick(BOTH, "", named=(WEST,)) == BOTH
    assert DIRECTIONS.pick(BOTH, "동행", named=(WEST,)) == (EAST,)


@pytest.mark.parametrize(
    ("words", "is_read"),
    [("", True), ("양방향", True), ("동행", True), ("종점", False), ("강촌 방면", False)],
)
def test_it_is_told_when_a_stated_direction_cannot_be_read(words: str, *, is_read: bool) -> None:
    assert DIRECTIONS.is_read(BOTH, words) == is_read


@pytest.mark.parametrize("words", ["9" * 400 + "차", "1 2 3 " * 33 + "x", "전한두" * 66, "-" * 400])
def test_a_long_run_of_anything_is_read_at_once(words: str) -> None:
    begin_s = time.process_time()
    stated(words)
    assert time.process_time() - begin_s < 1.0
