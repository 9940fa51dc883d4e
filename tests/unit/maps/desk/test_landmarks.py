"""Chuncheon's landmarks at the desk: found by name, on the roads around them, with an answer."""

from typing import Any

import pytest

from bench.desk_search import network_of
from maps.desk.asking.lookup import place_of
from maps.desk.facts.scene import Scene, subjects_by_link
from maps.picture.picture import Picture
from maps.search.finder import Finder
from streams.geo.network import distance_m, project
from tests.cities.desks import NOW, Street, card

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
    assert (best["kind"], best["title"], best["subtitle"]) == ("place", title, kind)
    links = [finder.network.links[place] for place in best["links"]]
    assert links
    away_m = [project((best["lon"], best["lat"]), link.geometry)[1] for link in links]
    assert max(away_m) <= 2 * best["radius_m"]
    own = next(place for place in finder.network.places if place.name == title)
    assert distance_m((own.lon, own.lat), (best["lon"], best["lat"])) < 1


def test_a_closure_before_a_landmark_is_told_to_who_asks_for_it(finder: Finder) -> None:
    network = finder.network
    best = finder.search("강원대학병원")[0]
    dug = [network.links[place].id for place in best["links"]]
    works: dict[str, Any] = Street().dug(*dug, closure="full").works
    for rows, word in (({}, "none"), (works, "full")):
        picture = Picture(works=rows, clocks={"0": NOW - 1000})
        scene = Scene(network, picture, subjects_by_link(picture, network), NOW, "ok")
        body = card(place_of(best, network), scene)
        assert body["verdict"]["closure"] == word
        assert body["place"]["title"] == "강원대학병원"
        assert "강원대학병원 주변 도로" in body["sentence_ko"]
