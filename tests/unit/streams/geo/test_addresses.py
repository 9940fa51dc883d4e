"""Addresses as permits write them are found under the keys of a gazetteer."""

import random

import pytest

from streams.geo.addresses import Gazetteer, Located, address_keys, gazetteer_keys
from streams.geo.alongside import piece_at
from streams.geo.loading import load_gazetteer
from streams.geo.placement import AT_POINT_M, place
from tests.cities.networks import DATA, network_of

LIGHTS = DATA / "streetlights_20260610.cp949.csv"
A, B = (127.73, 37.88), (127.735, 37.88)
LOTS = {"신북읍지내리12": A, "동면지내리12": B, "퇴계동9-1": A, "후석로20": A, "후석로40": B}
SAID = [
    "{} 앞",
    "{} 인근",
    "{}번지 부근 도로",
    "{} 일원",
    "{} 외 2필지",
    "{} 지선",
    "{}~5",
    "{} (상수도)",
    "{} 주변 보도",
    "{}번지선",
    "{} 맞은편",
    "{} 옆 이면도로",
    "{} ∼ 12-3 구간",
    "{}부터 30까지",
]


@pytest.mark.parametrize("said", SAID)
def test_an_address_said_in_passing_is_found(said: str) -> None:
    keys = gazetteer_keys("강원특별자치도 춘천시 신북읍 율문리 935-93")
    found = address_keys(said.format("춘천시 율문리 935-93"))
    assert found[0][0] in keys


def test_a_citys_addresses_said_in_any_way_are_placed() -> None:
    seed = 7
    print(f"seed {seed}")  # noqa: T201
    rng = random.Random(seed)
    network = network_of("chuncheon")
    lots = load_gazetteer(str(LIGHTS))
    near_road = [name for name, point in lots.items() if piece_at(network, point, AT_POINT_M)]
    gazetteer = Gazetteer(lots)
    for name in rng.sample(sorted(near_road), 300):
        said = rng.choice(SAID).format(name)
        links, placed_by = place(network, address=said, gazetteer=gazetteer)
        assert placed_by.startswith("address"), said
        known = {link.id for link in piece_at(network, lots[name], AT_POINT_M)}
        assert not known.isdisjoint(links), said


@pytest.mark.parametrize(
    ("address", "first"),
    [
        ("후석로 20길 12-3 ~ 18 구간", "후석로20길12-3"),
        ("소양로2가 12-3 인근", "소양로2가12-3"),
        ("경춘로2345번길 12 앞", "경춘로2345번길12"),
        ("우두동 산12-3", "우두동산12-3"),
        ("중앙로 12", "중앙로12"),
        ("효자3동 12-3", "효자3동12-3"),
        ("동면 지내리 12-0", "동면지내리12"),
        ("후석로(석사동) 20", "후석로20"),
        ("동산면군자리 1400", "동산면군자리1400"),  # no 동산면군
        ("춘천시 풍물시장길 12", "풍물시장길12"),
        ("풍물시장길 12-1 앞", "풍물시장길12-1"),
        ("남산면 강촌구곡길 12", "남산면강촌구곡길12"),
        ("경기도 성남시 분당구 정자동 178-1", "정자동178-1"),
        ("성남시분당구정자동178-1", "정자동178-1"),
        ("강원대병원 앞 (백령로 156)", "백령로156"),
        ("상수도 누수 복구 [퇴계동 12-3]", "퇴계동12-3"),
        ("앞 도로 퇴계동 12", "퇴계동12"),
        ("소양로2가 산110-16도 외 8개필지", "소양로2가산110-16"),
        ("중앙로 지하 12", "중앙로지하12"),
        ("퇴계동 １２－３", "퇴계동12-3"),
    ],
)
def test_the_key_is_area_and_number(address: str, first: str) -> None:
    assert address_keys(address)[0][0] == first


def test_both_ends_of_a_range_count() -> None:
    firsts = [keys[0] for keys in address_keys("후석로 20길 12-3 ~ 18")]
    assert firsts == ["후석로20길12-3", "후석로20길18"]
    firsts = [keys[0] for keys in address_keys("소양로2가 12-3번지 ∼ 산 15 구간")]
    assert firsts == ["소양로2가12-3", "소양로2가산15"]


def test_a_place_named_by_the_way_does_not_hide_the_address() -> None:
    assert Gazetteer(LOTS).find("지하상가 3번 출구 앞 후석로 20") == ((A,), True)


@pytest.mark.parametrize(
    "address", ["", "춘천시청 앞", "퇴계동 일원", "12-3", "강원특별자치도 춘천시"]
)
def test_an_address_without_area_and_number_has_no_key(address: str) -> None:
    assert address_keys(address) == []
    assert Gazetteer({"퇴계동9": A}).find(address) is None


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("춘천시 퇴계동 9-1 앞", Located((A,), is_sure=True)),
        ("춘천시 퇴계동 9-3 앞", Located((A,), is_sure=False)),  # another lot of 9
        ("춘천시 퇴계동 9 일원", Located((A,), is_sure=False)),
        ("동면 지내리 12번지", Located((B,), is_sure=True)),
        ("지내리 12번지", Located((A,), is_sure=False)),  # two towns have it
        ("후석로 20 ~ 40", Located((A, B), is_sure=True)),
        ("후석로 20 ~ 99", Located((A,), is_sure=True)),
        ("후석로 99 ~ 40", Located((B,), is_sure=True)),
    ],
)
def test_an_address_lies_at_the_points_that_are_known(address: str, expected: Located) -> None:
    assert Gazetteer(LOTS).find(address) == expected


def test_ends_of_a_range_that_lie_far_apart_are_not_sure() -> None:
    far = {"후석로20": A, "후석로40": (A[0] + 0.03, A[1])}
    assert Gazetteer(far).find("후석로 20~40") == (tuple(far.values()), False)


def test_a_hostile_address_costs_no_more_than_a_long_one() -> None:
    # quadratic in the length, this would take minutes
    assert address_keys("(" * 200_000) == []
    assert address_keys("동" * 20_000) == []
