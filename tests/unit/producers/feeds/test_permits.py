"""Permit lists of every kind into one record each."""

import json
from typing import Any

import pytest
from pyproj import Transformer

from producers.feeds.permits import rows as permits
from producers.publishing.poll import Poll
from producers.reading.answers import Exchange
from producers.reading.fields import metres
from streams.contract import wire
from streams.contract.enums import Closure
from streams.contract.grammars import Bounds
from streams.contract.records import Permit, PermitBatch
from streams.contract.settings import Settings
from streams.contract.times import DAY_MS
from streams.people import office_phone, organisation, without_people
from tests.unit.producers.feeds.listed import (
    AT_DAY,
    AT_MS,
    DATA,
    ROW,
    SEP_1_MS,
    api,
    drop,
    one,
    parsed,
    permits_of,
)


def surveyed(**changed: Any) -> Permit:
    """As `one`, where the city has said which reference system its lists use."""
    body = {"items": [{**ROW, **changed}], "totalCount": 1}
    whole = {"response": {"header": {"resultCode": "00"}, "body": body}}
    [row] = permits_of(parsed(json.dumps(whole).encode(), settings=Settings(permits_epsg=5186)))
    return row


def plane(lon: float, lat: float) -> tuple[float, float]:
    x, y = Transformer.from_crs(4326, 5186, always_xy=True).transform(lon, lat)
    return round(x, 3), round(y, 3)


def test_the_real_list_of_anyang_is_read_whole() -> None:
    body = (DATA / "anyang_getConstructionList_20260919.json").read_bytes()
    answer = parsed(body, settings=Settings(bbox=Bounds(126.8, 37.3, 127.1, 37.5)))
    rows = permits_of(answer)
    assert (len(rows), answer.refused, answer.is_complete) == (30, (), True)
    assert all(row.lon and row.lat for row in rows)
    assert "개인사용자" not in {row.organisation for row in rows}
    assert len({row.permit_id for row in rows}) == 30


def test_the_last_day_belongs_to_the_permit() -> None:
    assert (one().starts_ms, one().ends_ms) == (SEP_1_MS, SEP_1_MS + 30 * DAY_MS)


def test_a_row_that_says_nothing_is_refused_and_its_neighbour_kept() -> None:
    answer = api({**ROW, "CNT_NAM": "", "JYG_LOC": ""}, {**ROW, "PRMISN_NO": "B"})
    assert ([r.code for r in answer.refused], len(answer.rows)) == (["R012"], 1)


@pytest.mark.parametrize(
    ("changed", "starts_ms", "ends_ms", "flags"),
    [
        ({"CCE_YMD": ""}, SEP_1_MS, None, ("no_end",)),
        ({"CCE_YMD": "미정"}, SEP_1_MS, None, ("no_end",)),
        ({"CCE_YMD": "9999-12-31"}, SEP_1_MS, None, ("no_end",)),
        ({"CCE_YMD": "언젠가"}, SEP_1_MS, None, ("end_unreadable",)),
        ({"CCE_YMD": "2026-09-30 1795773393000"}, SEP_1_MS, None, ("end_unreadable",)),
        ({"CCE_YMD": "30일"}, SEP_1_MS, None, ("end_unreadable",)),
        ({"CCE_YMD": "2026-08-01"}, SEP_1_MS, None, ("period_reversed",)),
        ({"CCS_YMD": ""}, None, SEP_1_MS + 30 * DAY_MS, ("no_start",)),
        ({"CCS_YMD": "9월²일"}, None, SEP_1_MS + 30 * DAY_MS, ("start_unreadable",)),
        ({"CCS_YMD": "", "CCE_YMD": ""}, None, None, ("no_start", "no_end")),
        (
            {"CCS_YMD": "", "DIG_S": "2026-09-02"},
            SEP_1_MS + DAY_MS,
            SEP_1_MS + 30 * DAY_MS,
            (),
        ),
    ],
)
def test_no_date_drops_a_permit(
    changed: dict[str, Any], starts_ms: int | None, ends_ms: int | None, flags: tuple[str, ...]
) -> None:
    row = one(**changed)
    assert (row.starts_ms, row.ends_ms, row.flags) == (starts_ms, ends_ms, flags)


def test_a_value_that_cannot_be_read_is_a_letter_and_no_refusal() -> None:
    answer = api({**ROW, "CCE_YMD": "언젠가", "신청인": "성춘향"}, {**ROW, "PRMISN_NO": "B"})
    assert (len(answer.rows), answer.refused, answer.is_complete) == (2, (), True)
    [letter] = answer.left_out
    assert (letter.code, letter.detail) == ("R011", "ends '언젠가' cannot be read")
    assert "성춘향" not in letter.payload.decode()


def test_a_value_that_cannot_be_read_goes_to_the_dead_letters() -> None:
    body = json.dumps([{**ROW, "CCE_YMD": "언젠가"}]).encode()
    poll = Poll(permits.NAME, Settings())
    [letter] = poll.add(Exchange(permits.NAME, AT_MS, "file:a.json", 200, body)).letters
    assert ("code", b"R011") in letter.headers()
    assert poll.report().refused == 0


@pytest.mark.parametrize(
    ("columns", "flag"),
    [
        ({"DIG_S": "글쎄"}, "dig_unreadable"),
        ({"DIG_S": "2026-09-09", "DIG_E": "2026-09-02"}, "dig_reversed"),
        ({"RST_E": "곧"}, "restore_unreadable"),
        ({"RST_S": "2026-09-25", "RST_E": "2026-09-20"}, "restore_reversed"),
        ({"ACT_S": "어제쯤?1"}, "observed_unreadable"),
        ({"HOURS": "99-99"}, "hours_unreadable"),
    ],
)
def test_an_optional_time_that_cannot_be_read_is_left_out(
    columns: dict[str, str], flag: str
) -> None:
    row = one(**columns)
    assert (row.starts_ms, row.ends_ms) == (SEP_1_MS, SEP_1_MS + 30 * DAY_MS)
    assert (row.dig_starts_ms, row.restore_ends_ms, row.began_ms, row.hours) == (*[None] * 3, "")
    assert row.flags == (flag,)


def test_half_a_digging_is_kept() -> None:
    row = one(DIG_S="2026-09-10", DIG_E="", RST_E="미정")
    assert (row.dig_starts_ms, row.dig_ends_ms) == (SEP_1_MS + 9 * DAY_MS, None)
    assert (row.restore_ends_ms, row.flags) == (None, ())


@pytest.mark.parametrize(
    "columns",
    [
        {"CCS_YMD": "2026.9.1.~9.30.", "CCE_YMD": ""},
        {"CCS_YMD": "", "CCE_YMD": "2026-09-01 ~ 2026-09-30"},
        {"CCS_YMD": "", "CCE_YMD": "", "PERIOD": "2026-09-01부터 30일간"},
        {"PERIOD": "2026-09-01 ~ 2026-09-30"},
        {"PERIOD": "2026-09-30 ~ 2026-09-01"},  # reversed: the columns are in order
        {"PERIOD": "30일간", "CCE_YMD": ""},
        {"PERIOD": "글쎄"},
        {"CCE_YMD": "9.30"},
        {"CCE_YMD": "착공일로부터 30일"},
    ],
)
def test_a_period_is_found_in_whichever_cell_it_stands(columns: dict[str, str]) -> None:
    row = one(**columns)
    assert (row.starts_ms, row.ends_ms) == (SEP_1_MS, SEP_1_MS + 30 * DAY_MS)


def test_a_list_that_is_mostly_refused_is_not_complete() -> None:
    bad = {**ROW, "CNT_NAM": "", "JYG_LOC": ""}
    few = api(bad, *({**ROW, "PRMISN_NO": str(n)} for n in range(9)))
    many = api(bad, bad, {**ROW, "PRMISN_NO": "B"})
    assert (few.is_complete, many.is_complete) == (True, False)


def test_digging_and_restoring_are_told_from_occupation() -> None:
    row = one(DIG_S="2026-09-10", DIG_E="2026-09-12 18:00", RST_E="2026-10-31")
    assert row.dig_starts_ms == SEP_1_MS + 9 * DAY_MS
    assert row.dig_ends_ms == SEP_1_MS + 11 * DAY_MS + 18 * 3_600_000
    assert row.restore_ends_ms == SEP_1_MS + 61 * DAY_MS
    assert row.ends_ms == SEP_1_MS + 30 * DAY_MS


def test_a_point_in_the_plane_becomes_degrees() -> None:
    x, y = plane(127.73, 37.88)
    row = surveyed(CENTER_X=x, CENTER_Y=y)
    assert row.flags == ()
    assert [row.lon, row.lat] == pytest.approx([127.73, 37.88])


@pytest.mark.parametrize("gap_m", [100_000, -100_000])
def test_a_mix_up_of_5186_and_5181_is_put_right_with_a_flag(gap_m: int) -> None:
    x, y = plane(127.73, 37.88)
    row = surveyed(CENTER_X=str(x), CENTER_Y=str(y - gap_m))
    assert row.lat == pytest.approx(37.88)
    assert row.flags == ("epsg_shifted_100km", "epsg_assumed")


def test_swapped_axes_are_put_right_with_a_flag() -> None:
    x, y = plane(127.73, 37.88)
    row = surveyed(CENTER_X=y, CENTER_Y=x)
    assert row.lon == pytest.approx(127.73)
    assert row.flags == ("coord_swapped",)


@pytest.mark.parametrize("x", [None, "", 0, "NaN", 1e12])
def test_an_unusable_point_leaves_the_permit_without_one(x: Any) -> None:
    row = one(CENTER_X=x, CENTER_Y=586_000.0)
    assert (row.lon, row.lat, row.title) == (None, None, "상수도관 교체")


def test_degrees_of_another_city_leave_no_point() -> None:
    assert one(LON="126.9", LAT="37.4").flags == ("coord_outside",)


def test_rows_of_one_number_and_spot_are_merged() -> None:
    [row] = permits_of(
        api({**ROW, "CLOSURE": "갓길"}, {**ROW, "CLOSURE": "전면", "CCE_YMD": "2026-10-01"})
    )
    assert (row.permit_id, row.closure) == ("2026-굴착-0412", Closure.FULL)
    assert row.ends_ms == SEP_1_MS + 31 * DAY_MS


def test_rows_of_one_number_and_two_spots_are_told_apart_in_any_order() -> None:
    here, there = {**ROW, "LON": "127.73", "LAT": "37.88"}, {**ROW, "LON": "127.74", "LAT": "37.88"}
    rows = permits_of(api(here, there))
    assert rows == permits_of(api(there, here))
    assert all(row.permit_id.startswith("2026-굴착-0412#") for row in rows)
    assert rows[0].permit_id != rows[1].permit_id


def test_an_exact_repeat_counts_once() -> None:
    answer = api(ROW, ROW)
    assert (len(answer.rows), answer.repaired) == (1, 1)


def test_without_a_number_the_content_is_the_identity() -> None:
    bare = {k: v for k, v in ROW.items() if k != "PRMISN_NO"}
    [first] = permits_of(api(bare))
    assert first.permit_id.startswith("permit-")
    assert permits_of(api({**bare, "CCE_YMD": "2026-12-31"}))[0].permit_id == first.permit_id
    assert permits_of(api({**bare, "CCS_YMD": "2026-09-02"}))[0].permit_id == first.permit_id
    assert permits_of(api({**bare, "JYG_LOC": "석사동 2"}))[0].permit_id != first.permit_id


@pytest.mark.parametrize(
    ("words", "closure"),
    [
        ("전면", Closure.FULL),
        ("부분", Closure.PARTIAL),
        ("1차로 통제", Closure.PARTIAL),
        ("갓길", Closure.SHOULDER),
        ("보도", Closure.SIDEWALK),
        ("없음", Closure.NONE),
        ("", Closure.UNKNOWN),
    ],
)
def test_closures_are_read(words: str, closure: Closure) -> None:
    assert one(CLOSURE=words).closure is closure


def test_measures_lanes_links_hours_and_purpose_are_read() -> None:
    row = one(
        DIG_LEN="120m", DIG_ARA="1,240㎡", DIG_WID="0.9", GUL_DEP="90cm", LANES="1",
        LINK_IDS="2500100100,2500100200", HOURS="22:00-05:00", JYG_PUR="상수도",
    )  # fmt: skip
    assert (row.length_m, row.area_m2, row.width_m, row.depth_m) == (120.0, 1240.0, 0.9, 0.9)
    assert (row.lanes_closed, row.link_ids) == (1, ("2500100100", "2500100200"))
    assert (row.hours, row.purpose) == ("22:00-05:00", "상수도")


@pytest.mark.parametrize(
    ("columns", "hours"),
    [
        ({"HOURS": "오후 10시~익일 오전 6시"}, "22:00-06:00"),
        ({"작업시작시각": "09:00", "작업종료시각": "18:00"}, "09:00-18:00"),
        ({"PERIOD": "2026.9.1~9.30 22:00~06:00"}, "22:00-06:00"),
        ({"CLOSURE": "1차로 통제(10시~16시)"}, "10:00-16:00"),
        ({"CNT_NAM": "관로공사(전면통제, 작업시간 07:20~08:20)"}, "07:20-08:20"),
        ({"JYG_LOC": "석사동 1 (야간 22시~06시)"}, "22:00-06:00"),
        ({"HOURS": "24시간", "CNT_NAM": "관로공사(07:20~08:20)"}, ""),
        ({"HOURS": "야간", "CNT_NAM": "관로공사(22:00~05:00)"}, "22:00-05:00"),
    ],
)
def test_hours_are_found_wherever_they_are_told(columns: dict[str, str], hours: str) -> None:
    assert one(**columns).hours == hours


@pytest.mark.parametrize(
    ("columns", "closure"),
    [
        ({"CNT_NAM": "관로공사(전면통제, 남→북)"}, Closure.FULL),
        ({"CNT_NAM": "1차로 점용 상수도 공사"}, Closure.PARTIAL),
        ({"CNT_NAM": "관로공사(전면통제)", "CLOSURE": "보도"}, Closure.SIDEWALK),
        ({"CNT_NAM": "노후관 폐쇄공사"}, Closure.UNKNOWN),
    ],
)
def test_where_no_column_speaks_of_the_closure_the_title_does(
    columns: dict[str, str], closure: Closure
) -> None:
    assert one(**columns).closure is closure


def test_lengths_with_units_become_metres() -> None:
    assert [metres(m) for m in ("1.2km", "300mm", 5, "-3", "x")] == [1200.0, 0.3, 5.0, None, None]


@pytest.mark.parametrize("name", ["개인사용자", "홍길동", "홍*동", "김○○", "이몽룡 외 2명"])
def test_people_are_dropped(name: str) -> None:
    assert organisation(name) == ""
    assert name not in repr(one(COM_NAM=name))


@pytest.mark.parametrize("name", ["(주)삼천리", "KT안양지사", "춘천시청", "한국전력공사", "삼천리"])
def test_organisations_are_kept(name: str) -> None:
    assert organisation(name) == name


def test_office_numbers_are_kept_and_mobile_numbers_dropped() -> None:
    assert office_phone("033-250-3441") == "033-250-3441"
    assert [
        office_phone(n) for n in ("010-1234-5678", "01012345678", "+82 10 1234 5678", "전화")
    ] == [""] * 4
    assert without_people("감독 010-1234-5678, 강원 70자 1234") == "감독 [phone], [plate]"
    assert without_people("후석로 20길 1234, 2026-굴착-0412") == "후석로 20길 1234, 2026-굴착-0412"


def test_personal_columns_reach_neither_record_nor_dead_letter() -> None:
    person = {
        "신청인": "홍길동",
        "PMS_NAM": "성춘향",
        "현장대리인": "이몽룡",
        "PMS_TEL": "010-1111-2222",
    }
    answer = api({**ROW, **person}, {**ROW, **person, "CNT_NAM": "", "JYG_LOC": ""})
    seen = repr(answer)
    assert not [value for value in person.values() if value in seen]


def test_the_carriageway_and_what_lies_beside_it_are_told_apart() -> None:
    row = one(CLOSURE="부분", SIDEWALK="Y", BICYCLE="N", 버스정류장이전="임시 이전")
    assert (row.closure, row.also_closed) == (
        Closure.PARTIAL,
        (Closure.BUS_STOP, Closure.SIDEWALK),
    )


@pytest.mark.parametrize(
    ("words", "closure", "also"),
    [
        ("1차로 통제, 보도 통제", Closure.PARTIAL, (Closure.SIDEWALK,)),
        ("전면통제(보도 포함)", Closure.FULL, (Closure.SIDEWALK,)),
        ("보도 전면통제", Closure.SIDEWALK, ()),
        ("자전거도로 통제", Closure.BICYCLE, ()),
        ("자전거전용차로 폐쇄", Closure.BICYCLE, ()),  # no lane of the vehicles
        ("버스정류장 이전", Closure.BUS_STOP, ()),
        ("버스전용차로 통제", Closure.PARTIAL, ()),
        ("전 차로 통제", Closure.FULL, ()),
        ("인도교 보수", Closure.UNKNOWN, ()),
        ("해당없음", Closure.NONE, ()),
    ],
)
def test_words_of_closures(words: str, closure: Closure, also: tuple[Closure, ...]) -> None:
    row = one(CLOSURE=words)
    assert (row.closure, row.also_closed) == (closure, also)


@pytest.mark.parametrize(
    ("columns", "lanes"),
    [
        ({"LANES": "2"}, 2),
        ({"통제차로수": "2개 차로"}, 2),
        ({"CLOSURE": "1,2차로 통제"}, 2),
        ({"CLOSURE": "2차로 통제"}, 1),  # the second lane
        ({"CLOSURE": "3개 차로 통제"}, 3),
        ({"CLOSURE": "부분"}, None),
        ({"LANES": "99"}, None),
    ],
)
def test_lanes_are_counted(columns: dict[str, str], lanes: int | None) -> None:
    assert one(**columns).lanes_closed == lanes


@pytest.mark.parametrize(
    ("columns", "direction"),
    [
        ({"통제방향": "효자교 방면"}, "효자교 방면"),
        ({"CLOSURE": "전면통제(강원도청 방면)"}, "강원도청 방면"),
        ({"CLOSURE": "상행 1개 차로"}, "상행"),
        ({"CLOSURE": "북→남 전면"}, "북→남"),
        ({"CLOSURE": "양방향 전면통제"}, "양방향"),
        ({"CLOSURE": "전면"}, ""),
        ({"CNT_NAM": "관로공사(전면통제, 남→북 방향)"}, "남→북"),
        ({"CNT_NAM": "관로공사(1차로 점용, 교동성당→소양로 방향)"}, "교동성당→소양로 방향"),
        ({"CNT_NAM": "효자교 방향 관로공사"}, ""),
        ({"통제방향": "담당 010-1234-5678"}, "담당 [phone]"),
    ],
)
def test_directions_are_taken_as_written(columns: dict[str, str], direction: str) -> None:
    assert one(**columns).direction == direction


@pytest.mark.parametrize(
    ("columns", "width_m"),
    [
        ({"잔여폭(m)": "3.2"}, 3.2),
        ({"잔여폭": "320cm"}, 3.2),
        ({"CLOSURE": "부분, 잔여폭 3.0m"}, 3.0),
        ({"잔여폭": "3200"}, None),  # another unit
        ({}, None),
    ],
)
def test_the_width_left_is_read(columns: dict[str, str], width_m: float | None) -> None:
    assert one(**columns).remaining_width_m == width_m


@pytest.mark.parametrize(
    ("status", "is_withdrawn"),
    [
        ("허가취소", True),
        ("허가실효", True),
        ("반려(서류 미비)", True),
        ("취소 신청 반려", False),
        ("취하", True),
        ("반려", True),
        ("cancelled", True),
        ("허가", False),
        ("", False),
    ],
)
def test_a_status_may_take_the_permit_back(status: str, is_withdrawn: bool) -> None:  # noqa: FBT001
    assert one(STATUS=status).is_withdrawn is is_withdrawn


def test_what_really_began_and_was_done_is_kept_apart_from_the_period() -> None:
    row = one(착공일="2026-09-02 09:30", 준공일="2026-09-20")
    assert row.began_ms == SEP_1_MS + DAY_MS + 9 * 3_600_000 + 1_800_000
    assert row.done_ms == SEP_1_MS + 19 * DAY_MS
    assert (row.starts_ms, row.ends_ms) == (SEP_1_MS, SEP_1_MS + 30 * DAY_MS)


@pytest.mark.parametrize(
    ("columns", "observed"),
    [
        ({"실착공일": "2026-12-01"}, (None, None)),  # ahead of its arrival
        ({"실착공일": "미정", "실준공일": "-"}, (None, None)),
        ({"실착공일": "2026-09-05(예정)", "실준공일": "2026-09-20 예정"}, (None, None)),
        ({"실착공일": "2026-09-05", "실준공일": "2026-09-04"}, (None, None)),
        ({"실준공일": "2026-09-01"}, (None, SEP_1_MS)),
    ],
)
def test_what_cannot_have_been_observed_says_nothing(
    columns: dict[str, str], observed: tuple[int | None, int | None]
) -> None:
    row = one(**columns)
    assert (row.began_ms, row.done_ms) == observed


def test_without_another_period_begin_and_completion_are_the_period() -> None:
    row = drop("공사명,위치,착공일,준공일\n관로,석사동,20260901,20260930\n")
    assert [(r.starts_ms, r.ends_ms, r.began_ms, r.done_ms) for r in permits_of(row)] == [
        (SEP_1_MS, SEP_1_MS + 30 * DAY_MS, None, None)
    ]


@pytest.mark.parametrize(
    "columns",
    [
        {"복구시작일": "2026-09-20", "복구종료일": "2026-09-25"},
        {"복구기간": "2026-09-20 ~ 2026-09-25"},
    ],
)
def test_the_restoration_is_a_period_of_its_own(columns: dict[str, str]) -> None:
    row = one(**columns)
    assert row.restore_starts_ms == SEP_1_MS + 19 * DAY_MS
    assert row.restore_ends_ms == SEP_1_MS + 25 * DAY_MS


def test_two_rows_of_one_dig_are_done_or_withdrawn_only_together() -> None:
    [row] = permits_of(
        api({**ROW, "STATUS": "취하", "실준공일": "2026-09-20"}, {**ROW, "SIDEWALK": "Y"})
    )
    assert (row.is_withdrawn, row.done_ms, row.closure) == (False, None, Closure.SIDEWALK)


def test_every_list_that_is_read_passes_the_codec() -> None:
    """One bad permit must not send the whole list to the dead letters."""
    rows = [
        {
            **ROW,
            "PRMISN_NO": f"{n}" * 60,
            "DRC": "가" * 500,
            "RMN_WID": "99m",
            "ACT_S": begun,
            "ACT_E": done,
        }
        for n, (begun, done) in enumerate(
            [("2026-09-02", "2026-09-01"), ("2030-01-01", ""), ("", AT_DAY), (AT_DAY, AT_DAY)]
        )
    ]
    answer = api(*rows)
    assert len(permits_of(answer)) == len(rows)
    batch = PermitBatch("permits", AT_MS, is_complete=True, rows=tuple(permits_of(answer)))
    assert wire.decode(wire.encode(batch)) == batch


@pytest.mark.parametrize(
    ("columns", "contractor", "client"),
    [
        ({"시공자": "가온건설(주)", "발주자": "상수도과"}, "가온건설(주)", "상수도과"),
        ({"시공업체명": "봄내토건", "관리기관": "춘천시청"}, "봄내토건", "춘천시청"),
        ({"도급업체": "호반개발(주)", "담당부서": "도로과"}, "호반개발(주)", "도로과"),
        ({"발주처": "한국전력공사", "허가부서": "도로과"}, "", "한국전력공사"),
        ({"CONTRACTOR": "LG유플러스", "CLIENT": "KT 강원본부"}, "LG유플러스", "KT 강원본부"),
        ({"상호": "한빛상사", "신청기관": "KT 춘천지사"}, "", ""),  # who asks is neither
        ({"시공자(성명)": "가온건설", "발주자(대표자)": "한국전력공사"}, "", ""),
        ({"시공자": "김몽룡", "발주자": "개인사용자"}, "", ""),
        ({"시공자": "가온건설 김몽룡"}, "가온건설 [name]", ""),
        ({"발주자": "도로과(박서준)"}, "", "도로과([name])"),
        ({"시공자": "010-1234-5678", "발주자": "홍길동 010-9999-8888"}, "", ""),
    ],
)  # fmt: skip
def test_who_builds_and_for_whom_is_read_and_nobody_in_person(
    columns: dict[str, str], contractor: str, client: str
) -> None:
    found = one(**columns)
    assert (found.contractor, found.client) == (contractor, client)
    texts = f"{found.organisation} {found.contractor} {found.client}"
    for person in ("몽룡", "서준", "길동", "1234", "9999"):
        assert person not in texts


def test_who_builds_leaves_the_one_name_of_a_work_as_it_was() -> None:
    found = one(시공자="가온건설(주)", 발주처="한국전력공사")
    assert found.organisation == "가온건설(주)"
    assert one(발주자="한국전력공사").organisation == one().organisation
