"""Addresses as permits write them are found under the keys of a gazetteer."""

import csv
import random
from pathlib import Path

import pytest

from streams.domain.addresses import address_keys, gazetteer_keys

LIGHTS = Path(__file__).parents[3].parent / "shared/data/chuncheon/streetlights_20260610.cp949.csv"
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
    assert found[0] in keys


def test_of_a_citys_addresses_said_in_any_way_all_are_found() -> None:
    seed = 7
    print(f"seed {seed}")  # noqa: T201
    rng = random.Random(seed)
    with LIGHTS.open(encoding="cp949", newline="") as stream:
        rows = [row["소재지지번주소"] for row in csv.DictReader(stream)]
    known = {key for row in rows for key in gazetteer_keys(row)}
    asked = [
        rng.choice(SAID).format(row)
        for row in rng.sample([r for r in rows if r.strip()[:1].isalpha()], 300)
    ]
    missed = [row for row in asked if not set(address_keys(row)) & known]
    assert missed == []


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
    ],
)
def test_the_key_is_area_and_number(address: str, first: str) -> None:
    assert address_keys(address)[0] == first


def test_both_ends_of_a_range_count() -> None:
    assert {"후석로20길12-3", "후석로20길18"} <= set(address_keys("후석로 20길 12-3 ~ 18"))


@pytest.mark.parametrize(
    "address", ["", "춘천시청 앞", "퇴계동 일원", "12-3", "강원특별자치도 춘천시"]
)
def test_an_address_without_area_and_number_has_no_key(address: str) -> None:
    assert address_keys(address) == ()
