"""Corridors: the file, the places and the way, and a time only where enough of it is measured."""

import pytest

from maps.corridors.file import Corridor, corridors_of, read_corridors
from maps.corridors.times import (
    KNOWN_FROM,
    delays,
    measured_now,
    past_times,
    travel_time,
    usual_time,
)
from maps.corridors.ways import (
    CorridorWay,
    Leg,
    NoWayError,
    PlaceAmbiguousError,
    PlaceNotFoundError,
    place_of,
    way_of,
)
from maps.search.finder import Finder
from producers.simulator.city import build_city
from streams.contract.enums import Certainty
from streams.contract.errors import SettingsError
from streams.domain.links.fold import LinkView
from streams.domain.links.quarters_told import LinkQuarter
from streams.domain.links.usual import Rung, UsualSpeed
from streams.domain.roads.graph import RoadGraph
from streams.geo.network import Network
from tests.cities.builder import both_ways, city, in_a_row
from tests.places import ROOT

LEGS = (Leg(0, 600.0), Leg(1, 300.0), Leg(2, 100.0))


@pytest.fixture(scope="module")
def road() -> Network:
    """Four stops in a row, two of one name; two more that no road leads to."""
    along = in_a_row(("춘천역", "명동", "강원대", "시청"), step_deg=0.02)
    apart = in_a_row(("외딴섬", "무인도"), step_deg=0.02, west=128.2, first=8)
    twins = in_a_row(("쌍둥이",), west=127.70, first=20) + in_a_row(
        ("쌍둥이",), west=127.76, first=21
    )
    return city(*both_ways(along, length_m=1700), *both_ways(apart), stops=(*along, *apart, *twins))


def between(road: Network, start: str, goal: str) -> CorridorWay:
    return way_of(start, goal, Finder(road), RoadGraph(road))


def test_a_way_runs_from_place_to_place(road: Network) -> None:
    way = between(road, "춘천역", "강원대")
    ids = [road.links[leg.link].id for leg in way.legs]
    assert ids == ["S0>S1", "S1>S2"]
    assert (way.start, way.goal, round(way.length_m)) == ("춘천역", "강원대", 3400)
    back = [road.links[leg.link].id for leg in between(road, "강원대", "춘천역").legs]
    assert back == ["S2>S1", "S1>S0"]


def test_places_that_are_none_or_several_and_ways_that_are_none(road: Network) -> None:
    with pytest.raises(PlaceNotFoundError) as unknown:
        between(road, "춘천역", "안드로메다")
    assert unknown.value.typed == "안드로메다"
    with pytest.raises(NoWayError):
        between(road, "춘천역", "외딴섬")
    with pytest.raises(NoWayError):
        between(road, "명동", "명동")
    with pytest.raises(PlaceAmbiguousError) as several:
        place_of("쌍", Finder(road))
    assert several.value.choices
    with pytest.raises(PlaceAmbiguousError) as loose:  # one name is near, and is not what was typed
        place_of("원대", Finder(road))
    assert loose.value.choices == ("강원대",)


def test_the_time_of_a_way_is_that_of_its_links() -> None:
    time = travel_time(LEGS, {0: 36.0, 1: 18.0, 2: 36.0}.get)
    assert (time.seconds, time.share) == (60 + 60 + 10, 1.0)


def test_too_little_measured_is_not_known_and_the_rest_goes_as_is_usual() -> None:
    little = travel_time(LEGS, {0: 36.0}.get, lambda _: 50.0)
    assert little.seconds is None
    assert little.share == 0.6 < KNOWN_FROM
    enough = travel_time(LEGS, {0: 36.0, 1: 18.0}.get, {2: 3.6}.get)
    assert (enough.seconds, enough.share) == (60 + 60 + 100, 0.9)
    as_measured = travel_time(LEGS, {0: 36.0, 1: 18.0}.get)
    assert as_measured.seconds == pytest.approx(120 / 0.9)
    assert travel_time((), lambda _: 50.0).seconds is None
    standing = travel_time(LEGS[:1], {0: 0.0}.get)
    assert standing.seconds == 600 * 3.6, "an hour a kilometre, not for ever"


def test_what_is_stale_is_not_measured() -> None:
    views = {
        0: LinkView(speed_kmh=20.0, certainty=Certainty.CONFIRMED),
        1: LinkView(speed_kmh=20.0, certainty=Certainty.STALE),
    }
    assert [measured_now(views)(x) for x in range(3)] == [20.0, None, None]


def usual(kmh: float, spread_kmh: float = 0.0, days: int = 9) -> UsualSpeed:
    return UsualSpeed(round(kmh * 10), round(spread_kmh * 10), 30, days, Rung.QUARTER)


def test_what_is_usual_has_its_range_and_its_days() -> None:
    found = usual_time(LEGS, {0: usual(36, 5), 1: usual(36, 5, 4), 2: usual(36, 5)})
    assert found.time.seconds == 100
    assert found.low_s is not None
    assert found.high_s is not None
    assert found.low_s < 100 < found.high_s
    assert found.days == 4
    assert usual_time(LEGS, {0: usual(36)}).time.seconds is None


def test_where_time_is_lost_the_worst_comes_first() -> None:
    known = {0: usual(36), 1: usual(36), 2: usual(36)}
    found = delays(LEGS, {0: 18.0, 1: 9.0, 2: 36.0}.get, known)
    assert [(each.link, each.seconds) for each in found] == [(1, 90.0), (0, 60.0)]
    assert delays(LEGS, {0: 36.0}.get, known) == []
    assert delays(LEGS, {0: 1.0}.get, {}) == []


def test_a_day_has_a_time_for_each_quarter_hour_that_is_known() -> None:
    told = {0: {5: LinkQuarter(36.0, 0)}, 1: {5: LinkQuarter(36.0, 0), 6: LinkQuarter(36.0, 2)}}
    assert past_times(LEGS, told, [4, 5, 6]) == [None, pytest.approx(90 / 0.9), None]


GIVEN = """
[[corridor]]
name = "역→대학"
name_en = "Station to university"
from = "춘천역"
to = " 강원대  정문 "

[[corridor]]
from = "IC"
to = "시청"
"""


def test_a_file_of_corridors() -> None:
    assert corridors_of(GIVEN) == (
        Corridor("춘천역", "강원대 정문", "역→대학", "Station to university"),
        Corridor("IC", "시청"),
    )
    assert read_corridors("") == ()
    assert corridors_of("") == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("corridor = 1", "[[corridor]]"),
        ("[corridor]", "[[corridor]]"),
        ("[[way]]", "`way` is none of ours"),
        ("[[corridor]]\nfrom = 'a'", "corridor 1 has no `to`"),
        ("[[corridor]]\nfrom = '  '\nto = 'b'", "corridor 1 has no `from`"),
        ("[[corridor]]\nfrom = 3\nto = 'b'", "`from` must be a text"),
        (f"[[corridor]]\nfrom = '{'a' * 61}'\nto = 'b'", "at most 60"),
        ("[[corridor]]\nvia = 'a'", "`via` is none of"),
        (GIVEN + "[[corridor]]\nfrom = 'IC'\nto = '시청'", "corridor 3: IC to 시청 stands there"),
        ("[[corridor]]\nfrom = 'a'\nto = 'b'\n" * 41, "at most 40"),
        ("from = ", "Invalid"),
    ],
)
def test_a_file_that_is_none_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        corridors_of(text)
    assert said in str(caught.value)


def test_a_file_that_cannot_be_read_ends_the_start() -> None:
    with pytest.raises(SettingsError, match="BOMNAE_CORRIDORS"):
        read_corridors("/nowhere/corridors.toml")


def test_the_corridors_of_the_demo_have_their_ways() -> None:
    network = build_city()
    finder, graph = Finder(network), RoadGraph(network)
    given = read_corridors(str(ROOT / "producers" / "simulator" / "corridors.toml"))
    assert len(given) == 3
    assert all(way_of(each.start, each.goal, finder, graph).length_m > 1000 for each in given)
