"""Another city's names: the code knows no city and no province but those it is given."""

from dataclasses import replace

import pytest

from maps.search.finder import Finder
from maps.search.home import Home
from maps.search.names import place_names
from streams.geo.addresses import Gazetteer
from tests.cities.fakes import street

CITIES = {
    "chuncheon": Home("춘천시", "강원특별자치도"),
    "anyang": Home("안양시", "경기도"),
    "seoul": Home("서울특별시"),
    "nowhere": Home(""),
}
POINT = (126.95, 37.39)


@pytest.mark.parametrize(
    ("city", "address", "bare"),
    [
        ("chuncheon", "강원특별자치도 춘천시 중앙로 1", "중앙로 1"),
        ("chuncheon", "춘천로 12", "춘천로 12"),
        ("chuncheon", "경기도 안양시 관양동 1", "경기도 안양시 관양동 1"),
        ("anyang", "경기도 안양시 동안구 관양동 1", "동안구 관양동 1"),
        ("anyang", "안양동 674", "안양동 674"),
        ("seoul", "서울 종로구 세종로 1", "종로구 세종로 1"),
        ("nowhere", "춘천시 중앙로 1", "춘천시 중앙로 1"),
    ],
)
def test_an_address_begins_with_its_own_city_alone(city: str, address: str, bare: str) -> None:
    assert CITIES[city].address.sub("", address) == bare


@pytest.mark.parametrize(
    ("city", "name", "short"),
    [
        ("chuncheon", "강원특별자치도재활병원", "재활병원"),
        ("chuncheon", "강원대학교병원", "강대병원"),
        ("anyang", "안양시립도서관", "시립도서관"),
        ("anyang", "경기대학교병원", "경대병원"),
    ],
)
def test_a_place_is_known_without_whose_it_is(city: str, name: str, short: str) -> None:
    assert short in [each for each, _ in place_names(name, CITIES[city])]
    assert short not in [each for each, _ in place_names(name, CITIES["nowhere"])]


@pytest.mark.parametrize(
    ("known", "written"),
    [
        ("경기도 안양시 동안구 비산3동 354-10", "경기도 안양시 동안구 비산3동 354-10번지 일원"),
        ("안양시 동안구 관양동 1618", "안양시 동안구 관양동 1618번지 일원"),
        ("서울특별시 종로구 세종로 1", "종로구 세종로 1 앞 도로"),
        ("서울특별시 강남구 테헤란로 152", "서울 강남구 테헤란로 152 (역삼동)"),
    ],
)
def test_a_permit_of_another_city_is_placed(known: str, written: str) -> None:
    found = Gazetteer({known: POINT}).find(written)
    assert found is not None
    assert (found.points, found.is_sure) == ((POINT,), True)


def test_an_address_of_another_city_is_found() -> None:
    network = replace(street(), city="안양시")
    finder = Finder(network, {"관양동1618": POINT}, "경기도")
    [first, *_] = finder.search("경기도 안양시 동안구 관양동 1618")
    assert (first.kind, first.title) == ("address", "관양동 1618")
