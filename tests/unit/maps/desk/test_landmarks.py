"""Chuncheon's landmarks at the desk: found by name, on the roads around them, with an answer."""

import pytest

from maps.desk.asking.lookup import place_of
from maps.desk.facts.scene import Scene, subjects_by_link
from maps.picture.picture import Picture
from maps.search.finder import Finder
from streams.domain.works.rows import Work
from streams.geo.measures import distance_m, project
from tests.cities.desks import NOW, Street, card
from tests.cities.networks import network_of
from tests.cities.rows import typed

LANDMARKS = [
    ("춘천역", "춘천역", "역"),
    ("강원대병원 앞", "강원대학병원", "병원"),
    ("인성병원 막혔나요", "인성병원", "병원"),
    ("시외버스터미널", "시외버스터미널", "터미널"),
    ("춘천경찰서", "춘천경찰서", "경찰서"),
]


@pytest.fixture(scope="module")
def finder() -> Finder:
    return Finder(network_of("chuncheon"))


@pytest.mark.parametrize(("query", "title", "kind"), LANDMARKS)
def test_a_landmark_is_found_with_the_roads_around_it(
    finder: Finder, query: str, title: str, kind: str
) -> None:
    best = finder.search(query)[0]
    assert (best.kind, best.title, best.subtitle) == ("place", title, kind)
    links = [finder.network.links[place] for place in best.links]
    assert links
    assert best.lon is not None
    assert best.lat is not None
    away_m = [project((best.lon, best.lat), link.geometry)[1] for link in links]
    assert max(away_m) <= 2 * best.radius_m
    own = next(place for place in finder.network.places if place.name == title)
    assert distance_m((own.lon, own.lat), (best.lon, best.lat)) < 1


def test_a_closure_before_a_landmark_is_told_to_who_asks_for_it(finder: Finder) -> None:
    network = finder.network
    best = finder.search("강원대학병원")[0]
    dug = [network.links[place].id for place in best.links]
    works = typed(Work, Street().dug(*dug, closure="full").works)
    for is_dug in (False, True):
        picture = Picture(works=works if is_dug else {}, clocks={"0": NOW - 1000})
        scene = Scene(network, picture, subjects_by_link(picture, network), NOW)
        body = card(place_of(best, network), scene)
        assert body["verdict"]["closure"] == ("full" if is_dug else "none")
        assert body["place"]["title"] == "강원대학병원"
        assert "강원대학병원 주변 도로" in body["sentence_ko"]
