"""Rows of lists that are one work, and rows that are two."""

import json
from typing import Any

import pytest

from producers.feeds.permits import rows as permits
from producers.feeds.permits.identity import list_name
from producers.publishing.poll import Poll, page_of
from producers.reading.answers import Exchange
from streams.contract.records import Permit
from streams.contract.settings import Settings
from streams.domain.doubtful_points import MOST_AT_POINT, POINT_SHARED

AT_MS = 1_795_414_391_934
HEADER = "허가번호,공사명,굴착위치,시공사,시작일,종료일,경도,위도"
ROW = "2026-8,배수관 교체,후석로 11,봄내건설,2026-11-01,2026-12-31,127.73615,37.87615"
BARE = ROW.replace("2026-8", "")


def whole(*files: tuple[str, str], url: str = "file:{}") -> list[Permit]:
    """The permits of files (name, rows) together."""
    poll = Poll(permits.NAME, Settings())
    for name, rows in files:
        body = f"{HEADER}\n{rows}\n".encode()
        poll.add(Exchange(permits.NAME, AT_MS, url.format(name), 200, body))
    return [row for row in poll.whole().rows if isinstance(row, Permit)]


def of(*rows: str) -> list[Permit]:
    return whole(("list.csv", "\n".join(rows)))


def ids(*rows: str) -> set[str]:
    return {permit.permit_id for permit in of(*rows)}


def with_(row: str, **changed: str) -> str:
    """The row with other cells; `number`, `title`, `place`, `office`, `begin`, `end`, lon, lat."""
    names = ("number", "title", "place", "office", "begin", "end", "lon", "lat")
    return ",".join((dict(zip(names, row.split(","), strict=True)) | changed).values())


SPOTS = tuple(
    with_(ROW, place=place, lon=lon)
    for place, lon in (
        ("중앙로 3", "127.7301"),
        ("석사로 9", "127.7502"),
        ("공지로 20", "127.7444"),
    )
)


def test_a_spot_has_the_same_id_whoever_its_neighbours_are() -> None:
    every = ids(*SPOTS)
    assert len(every) == 3
    for left_out in range(3):
        rest = [spot for at, spot in enumerate(SPOTS) if at != left_out]
        assert ids(*rest) < every
        assert ids(*reversed(rest)) == ids(*rest)


def test_one_more_spot_that_sorts_first_moves_no_id() -> None:
    assert ids(*SPOTS) < ids(with_(ROW, place="가연로 1", lon="127.7001"), *SPOTS)


def test_a_spot_that_is_alone_bears_the_number() -> None:
    [permit] = of(SPOTS[0])
    assert (permit.permit_id, permit.number) == ("2026-8", "2026-8")


def test_spots_of_one_place_text_are_told_apart_by_their_points() -> None:
    assert len(ids(SPOTS[0], with_(SPOTS[0], lon="127.7341"))) == 2


def test_spots_of_one_point_are_told_apart_by_their_places() -> None:
    assert len(ids(SPOTS[0], with_(SPOTS[0], place="후석로 1"))) == 2


@pytest.mark.parametrize(
    "changed",
    [
        {"lon": "127.7361501"},
        {"lon": "127.7361499", "lat": "37.8761501"},
        {"lat": "37.8761499"},
        {"place": "후석로 11번지"},
        {"place": "후석로 11 일원"},
        {"place": "춘천시 후석로 11"},
        {"place": "강원특별자치도 춘천시 후석로 11번지 일원"},
        {"place": "후석로  １１"},
        {"place": "후석로. 11"},
        {"place": "(후석로 11)"},
        {"title": "배수관교체"},
        {"title": "배수관 교체."},
        {"title": "[배수관] 교체"},
        {"office": "(주)봄내건설"},
        {"office": "㈜봄내건설"},
        {"office": "주식회사 봄내건설"},
        {"begin": "2026-11-02"},
        {"begin": "2026-11-02", "end": "2027-01-31"},
    ],
)
@pytest.mark.parametrize("row", [BARE, ROW])
def test_a_row_written_another_way_is_the_same_work(row: str, changed: dict[str, str]) -> None:
    assert ids(with_(row, **changed)) == ids(row)
    assert len(ids(row, with_(row, **changed))) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"place": "후석로 1"},
        {"place": "후석로 1-1"},
        {"place": "후석로 111"},
        {"title": "배수관 신설"},
        {"office": "소양건설"},
    ],
)
def test_without_a_number_another_title_place_or_office_is_another_work(
    changed: dict[str, str],
) -> None:
    assert ids(with_(BARE, **changed)) != ids(BARE)


def test_without_a_number_digs_far_apart_are_two() -> None:
    assert len(ids(BARE, with_(BARE, lon="127.7395"))) == 2


@pytest.mark.parametrize("number", ["-", "없음", "미부여", "해당없음", "0", "N/A", "2.02E+11", "…"])
def test_what_is_no_number_makes_no_permit_of_strangers(number: str) -> None:
    one, other = with_(BARE, number=number), with_(BARE, number=number, title="가스관 이설")
    assert ids(one, other) == ids(BARE, with_(BARE, title="가스관 이설"))


WATER = ("water.csv", with_(ROW, number="1", office="상수도과"))
GAS = (
    "gas.csv",
    with_(ROW, number="1", title="가스관 이설", place="석사로 9", office="도시가스", lon="127.75"),
)


def test_one_number_in_two_departments_files_is_two_works_in_any_order() -> None:
    permits_of_both = whole(WATER, GAS)
    assert {permit.title for permit in permits_of_both} == {"배수관 교체", "가스관 이설"}
    assert permits_of_both == whole(GAS, WATER)


def test_two_departments_works_at_one_place_are_two() -> None:
    here = with_(GAS[1], place="후석로 11", lon="127.73615")
    assert len(whole(WATER, ("gas.csv", here))) == 2


def test_two_departments_that_name_no_office_are_told_apart_by_title_and_place() -> None:
    water, gas = (with_(row, office="") for _, row in (WATER, GAS))
    assert len(whole(("water.csv", water), ("gas.csv", gas))) == 2


@pytest.mark.parametrize(
    "name", ["water_0902.csv", "water (2).csv", "water_최종.csv", "2026 water.csv"]
)
@pytest.mark.parametrize(
    "changed",
    [{"end": "2027-02-28"}, {"title": "배수관 교채"}, {"place": "후석로 13"}, {"office": "수도과"}],
)
def test_of_a_work_in_two_editions_of_a_list_the_later_counts(
    name: str, changed: dict[str, str]
) -> None:
    old, new = WATER, (name, with_(WATER[1], **changed))
    [permit] = whole(old, new)
    assert permit.permit_id == "1"
    assert permit == whole(new)[0]


def test_a_work_that_another_department_lists_too_is_one() -> None:
    again = ("roads.csv", with_(WATER[1], end="2027-02-28"))
    [permit] = whole(WATER, again)
    assert permit == whole(again)[0]


def test_the_pages_of_an_api_are_one_list() -> None:
    url = "https://x/getConstructionList?pageNo={}"
    poll = Poll(permits.NAME, Settings())
    names = ("PRMISN_NO", "CNT_NAM", "JYG_LOC", "COM_NAM", "CCS_YMD", "CCE_YMD", "LON", "LAT")
    for page, spots in enumerate((SPOTS[:2], SPOTS[1:]), start=1):  # a row moved to the next page
        rows = [dict(zip(names, spot.split(","), strict=True)) for spot in spots]
        body = {"header": {"resultCode": "00"}, "body": {"items": rows, "totalCount": 4}}
        exchange = Exchange(
            permits.NAME, AT_MS, url.format(page), 200, json.dumps({"response": body}).encode()
        )
        poll.add(exchange)
    assert {key_id(row) for row in poll.whole().rows} == ids(*SPOTS)


def key_id(row: Any) -> str:
    assert isinstance(row, Permit)
    return row.permit_id


def test_a_point_that_too_many_permits_share_is_marked() -> None:
    def rows(count: int) -> list[str]:
        return [with_(ROW, number=f"A-{at}", place=f"후석로 {at}") for at in range(count)]

    few, many = of(*rows(MOST_AT_POINT)), of(*rows(MOST_AT_POINT + 1))
    assert not any(POINT_SHARED in permit.flags for permit in few)
    assert all(POINT_SHARED in permit.flags for permit in many)
    elsewhere = with_(ROW, lon="127.7001")
    assert [x.number for x in of(*rows(30), elsewhere) if POINT_SHARED not in x.flags] == ["2026-8"]


def test_a_point_shared_across_files_is_marked() -> None:
    rows = [with_(ROW, number=f"A-{at}", place=f"후석로 {at}") for at in range(MOST_AT_POINT + 1)]
    files = [("a.csv", "\n".join(rows[:11])), ("b.csv", "\n".join(rows[11:]))]
    assert all(POINT_SHARED in permit.flags for permit in whole(*files))


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("file:%EA%B5%B4%EC%B0%A9%202026-09.csv", "file:%EA%B5%B4%EC%B0%A9.csv"),
        ("file:a_copy.csv", "file:A.csv"),
        ("https://x/list?pageNo=1", "https://x/list?pageNo=2"),
    ],
)
def test_editions_and_pages_have_one_name(url: str, same: str) -> None:
    assert list_name(url) == list_name(same)


@pytest.mark.parametrize("name", ["pageNo", "page", "pageIndex", "pIndex"])
def test_the_page_is_read_under_every_portals_name(name: str) -> None:
    assert page_of(f"https://x/list?{name}=3&perPage=100") == 3


def test_a_portal_that_gives_one_page_twice_has_not_given_the_list() -> None:
    names = ("PRMISN_NO", "CNT_NAM", "JYG_LOC", "COM_NAM", "CCS_YMD", "CCE_YMD", "LON", "LAT")
    rows = [dict(zip(names, spot.split(","), strict=True)) for spot in SPOTS]

    def is_complete(*pages: list[dict[str, str]]) -> bool:
        poll = Poll(permits.NAME, Settings())
        for page, items in enumerate(pages, start=1):
            body = {"header": {"resultCode": "00"}, "body": {"items": items, "totalCount": 3}}
            raw = json.dumps({"response": body}).encode()
            poll.add(Exchange(permits.NAME, AT_MS, f"https://x/list?pageNo={page}", 200, raw))
        return poll.whole().is_complete

    assert is_complete(rows[:2], rows[2:])
    assert not is_complete(rows[:2], rows[:2])


RENAMED = with_(WATER[1], title="가스관 이설", office="")


def test_at_one_spot_an_unlike_title_is_a_correction_in_one_list_and_a_stranger_in_two() -> None:
    water = with_(WATER[1], office="")
    assert len(whole(("water.csv", water), ("water_0902.csv", RENAMED))) == 1
    assert len(whole(("water.csv", water), ("gas.csv", RENAMED))) == 2


def test_a_number_that_went_through_a_table_of_floats_is_the_same() -> None:
    assert ids(with_(ROW, number="2026008.0")) == ids(with_(ROW, number="2026008")) == {"2026008"}


def test_a_number_made_of_a_person_is_none() -> None:
    [permit] = of(with_(ROW, number="이몽룡-01"))
    assert "이몽룡" not in permit.permit_id
    assert permit.number == ""
