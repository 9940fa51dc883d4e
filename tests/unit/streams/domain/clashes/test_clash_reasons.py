import pytest

from streams.contract.enums import Closure
from streams.domain.clashes.finder import reason
from tests.cities.builder import stop, town
from tests.cities.sites import (
    EAST,
    EAST_2,
    LOWER,
    ROUTE,
    UPPER,
    Site,
    by_id,
    clashes,
    cuts,
    full,
    parted,
    road,
)
from tests.texts import both


@pytest.mark.parametrize(
    ("sites", "ko", "en"),
    [
        (
            [Site("A-1", EAST), Site("B-2", EAST, title="수도관")],
            "하수관 공사(A-1)와 수도관(B-2)이 0가로에서 같은 때에 겹쳐 굴착합니다.",
            "하수관 공사(A-1) and 수도관(B-2) dig the same road at the same time: 0가로.",
        ),
        (
            [Site("A-1", EAST), Site("B-2", EAST_2, title="")],
            "하수관 공사(A-1)와 B-2가 0가로에서 같은 때에 잇닿아 공사합니다.",
            "하수관 공사(A-1) and B-2 adjoin at the same time: 0가로.",
        ),
        (
            [Site("A", EAST, organisation="KT"), Site("B", EAST, organisation="KT")],
            "하수관 공사(A)와 하수관 공사(B)가 0가로에서 같은 때에 같은 도로를 씁니다.",
            "하수관 공사(A) and 하수관 공사(B) take the same road at the same time: 0가로.",
        ),
        (
            [full("A", EAST_2)],
            "하수관 공사(A) 때문에 7번 버스가 우회합니다.",
            "Bus 7 must leave the road because of 하수관 공사(A).",
        ),
        (
            [full("A", EAST + EAST_2)],
            "하수관 공사(A) 때문에 7번 버스가 우회하고 1로0거리 정류장에 서지 못합니다.",
            "Bus 7 must leave the road because of 하수관 공사(A) and cannot serve 1로0거리.",
        ),
        (
            [Site("A", EAST, closure=Closure.BUS_STOP, lon=stop(0, 0).lon, lat=stop(0, 0).lat)],
            "하수관 공사(A) 때문에 7번 버스가 서는 0로0거리 정류장을 이용할 수 없습니다.",
            "하수관 공사(A) closes 0로0거리, served by bus 7.",
        ),
    ],
)
def test_a_reason_can_be_read(sites: list[Site], ko: str, en: str) -> None:
    network = town(4, 1, routes=(ROUTE,))
    [clash] = clashes(*sites, network=network)
    assert both(reason(clash, by_id(*sites), network)) == (ko, en)


def test_the_reason_of_a_detour_says_which_work_is_in_the_way() -> None:
    sites = by_id(full("B", EAST_2), Site("A", road((1, 1), (2, 1)), title="가스관"))
    [clash] = clashes(*sites.values())
    ko, en = both(reason(clash, sites, town(4, 2)))
    assert ko == "가스관(A)은 하수관 공사(B)의 우회로(1가로)와 겹칩니다."
    assert en == "가스관(A) lies on the way round 하수관 공사(B) (1가로)."


def test_the_reason_of_a_cut_names_the_places() -> None:
    sites = by_id(full("A", LOWER), full("B", UPPER, title="가스관"))
    [clash] = cuts(*sites.values())
    ko, en = both(reason(clash, sites, parted()))
    assert ko.startswith(
        "하수관 공사(A), 가스관(B)이 함께 막으면 춘천소방서, 강원대병원 사이의 길이"
    )
    assert en.endswith("the way between 춘천소방서, 강원대병원.")


def test_a_reason_reads_rows_as_json_and_works_that_are_gone() -> None:
    [clash] = clashes(Site("A", EAST), Site("B", EAST))
    works = {"A": {"title": "<b>관</b>", "links": list(EAST)}}
    ko = reason(clash, works, town(4, 2)).to("ko")
    assert ko == "<b>관</b>(A)과 B가 0가로에서 같은 때에 겹쳐 굴착합니다."
