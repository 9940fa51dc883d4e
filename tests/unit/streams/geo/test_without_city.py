"""Addresses as their own city says them."""

import pytest

from streams.geo.addresses import without_city


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("강원특별자치도 춘천시 중앙로 춘천초등학교 부근", "중앙로 춘천초등학교 부근"),
        ("춘천시 사우동 두미르아파트 앞", "사우동 두미르아파트 앞"),
        ("경기도 가평군 청평면 1", "청평면 1"),
        ("춘천시 낙원길12 앞", "낙원길12 앞"),
        ("춘천시외버스터미널 앞", "춘천시외버스터미널 앞"),
        ("춘천시", "춘천시"),
        ("스무숲길 21 ~ 57", "스무숲길 21 ~ 57"),
        ("공사시 우회", "공사시 우회"),
    ],
)
def test_a_place_is_said_as_in_its_own_city(place: str, said: str) -> None:
    assert without_city(place) == said
