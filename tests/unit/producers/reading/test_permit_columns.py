"""Names of columns as offices write them, and which of several counts."""

import pytest

from producers.reading.permit_columns import EXACT, known_columns, meaning_of, meanings

NAMES = {
    "permit_id": "허가번호 *허가번호 허가번호(필수) 굴착허가번호 도로점용허가번호 "
    "허가관리번호 관리번호 "
    "접수번호 신청번호 굴착심의번호 공사번호 인허가번호 Permit_No permit-no PRMISN_NO 허가NO",
    "title": "공사명 사업명 작업명 공사명칭 공사제목 공사건명 건명 1.공사명 "
    "공사명(현장명) 공사내용",
    "place": "굴착위치 점용장소 공사장주소 공사장소 공사구간 작업구간 점용위치(지번) "
    "도로명주소 소재지 "
    "소재지지번주소 현장위치 굴착지점 Site_Address 위치(도로명) 노선명",
    "organisation": "시공사 시공업체명 시공사명 시행자 시행청 발주부서 담당부서 점용기관 공사업체",
    "starts": "착공일(예정) 착공(계획)일 착공일자(예정) 점용(시작일) 점용개시 공사시작 "
    "점용시작일 점용기간(시작) 점용기간시작 공사기간(부터) 허가기간시작일 "
    "시작일시 점용개시일 "
    "공사착수일 착수일 점용기간(From) 착공(예정)일 착공예정일 예정착공일 시작 Start_Date "
    "start-date "
    "공사시작(예정)일 도로점용허가시작일 점용시작년월일 시작일(YYYY-MM-DD) 변경시작일 당초시작일",
    "ends": "준공일(예정) 준공(예정)일자 완공예정일 준공기한 점용기한 종료일(변경) "
    "점용종료일(변경후) "
    "점용종료일 점용기간(종료) 공사기간(까지) 허가기간종료일 종료일시 점용만료일 "
    "공사완료일 "
    "완료일 준공(예정)일 변경종료일 연장종료일 최종종료일 점용변경종료일 "
    "점용기간변경종료일 End_Date 까지",
    "period": "점용(굴착)기간 점용·굴착기간 공사기간(착공~준공) 공사일시 작업일 통제일시 "
    "점용기간 공사기간 허가기간 기간 공사예정기간 점용기간(변경) 변경점용기간 작업기간",
    "began": "착공일 실착공일 실제착공일자 착공신고일 공사착공일",
    "done": "준공일 실준공일 준공검사일 완공일 실제종료일",
    "dig_starts": "굴착시작일 굴착기간(시작) 굴착착수일 도로굴착시작일",
    "dig_ends": "굴착종료일 굴착기간(종료) 굴착완료일자",
    "restore_ends": "원상복구검사일 복구완료일 복구예정일 원상복구종료일자",
    "lon": "GPS_LON 좌표(경도) 경도(X) 경도 경도(WGS84) WGS84경도 X좌표(경도) Longitude "
    "lng 경도(°)",
    "lat": "위도 위도(WGS84) Y좌표(위도) LAT",
    "x": "UTMK_X COORD_X TM좌표(X) X좌표 X좌표(m) TM_X CENTER_X X(TM) POINT_X 중심X좌표 "
    "X좌표(EPSG:5186)",
    "y": "Y좌표 좌표Y GRS80TM_Y",
    "point": "좌표 위경도 좌표(위도,경도) 중심좌표 GPS좌표",
    "from_lon": "시점경도 시점(경도) 시작점경도 START_LON",
    "to_y": "종점Y 종점Y좌표 종점_Y좌표",
    "from_place": "시점 시점위치 기점",
    "to_place": "종점 종점주소",
    "length_m": "연장 연장(m) 굴착연장 관로연장",
    "area_m2": "면적 점용면적(㎡) 굴착면적",
}
STRANGERS = (
    "성명 신청인 신청인명 신청인주소 신청인전화번호 피허가자 피허가자주소 점용자명 대표자 "
    "대표자전화 "
    "담당자 담당자연락처 현장소장 감독자 소유자 이름 휴대전화 이메일 생년월일 주민번호 "
    "사업자등록번호 "
    "시공사주소 업체주소 사업장소재지 연락처(신청인) 주소(신청인) 순번 연번 No 비고 점용료 납부일 "
    "연장기간 일련번호 번호 이용자명 허가일 허가일자 접수일 신청일자 수정일자 변경일 "
    "데이터기준일 점용기간(일) 공사기간(개월) TOTAL"
)


@pytest.mark.parametrize(
    ("name", "meaning"),
    [(name, meaning) for meaning, names in NAMES.items() for name in names.split()],
)
def test_a_column_is_known_by_the_parts_of_its_name(name: str, meaning: str) -> None:
    found = meaning_of(name)
    assert found is not None
    assert found[0] == meaning


@pytest.mark.parametrize("name", STRANGERS.split())
def test_a_column_of_a_person_or_of_another_matter_stays_out(name: str) -> None:
    assert meaning_of(name) is None
    assert meanings({name: "값"}) == {}


@pytest.mark.parametrize(
    "name", ["공 사 명", "\ufeff공사명", '"공사명"', "공사명\n(필수)", "공사명:"]
)
def test_blanks_marks_and_a_byte_order_mark_change_no_name(name: str) -> None:
    assert meanings({name: "관로"}) == {"title": "관로"}


def test_no_spelling_stands_for_two_things() -> None:
    assert len({meaning for meaning, _ in EXACT.values()}) > 30
    assert {EXACT[name][0] for name in ("STATUS", "START", "PERMITNO")} == {
        "status_text",
        "starts",
        "permit_id",
    }


@pytest.mark.parametrize("order", [1, -1])
def test_a_changed_end_counts_before_the_first_one(order: int) -> None:
    columns = [
        ("점용종료일", "2026-09-30"),
        ("변경종료일", "2026-10-31"),
        ("당초종료일", "2026-08-31"),
    ]
    assert meanings(dict(columns[::order])) == {"ends": "2026-10-31"}


@pytest.mark.parametrize("said", ["", "-", "없음", "해당없음", "변경 없음"])
def test_a_change_that_says_nothing_leaves_the_first_end(said: str) -> None:
    assert meanings({"점용종료일": "2026-09-30", "변경종료일": said}) == {"ends": "2026-09-30"}


@pytest.mark.parametrize("mark", [" ~ ", "~", " - ", "∼", "부터 "])
def test_a_changed_end_counts_before_the_period_as_well(mark: str) -> None:
    row = {"점용기간": f"2026.9.1{mark}2026.9.30", "변경종료일": "2026-10-31"}
    assert meanings(row) == {"starts": "2026.9.1", "ends": "2026-10-31"}


def test_the_occupation_counts_before_the_work_and_that_before_a_plan() -> None:
    row = {
        "착공예정일": "1",
        "시작일": "2",
        "공사시작일": "3",
        "허가시작일": "4",
        "점용시작일": "5",
    }
    found = []
    while row:
        found.append(meanings(row)["starts"])
        row = {name: day for name, day in row.items() if day != found[-1]}
    assert found == ["5", "4", "3", "1", "2"]


def test_planned_dates_are_the_period_and_never_observed() -> None:
    assert set(meanings({"착공(예정)일": "2026-09-01", "준공(예정)일": "2026-09-30"})) == {
        "starts",
        "ends",
    }


def test_the_two_ends_of_a_road_are_its_place_where_no_other_is_named() -> None:
    ends = {"시점": "석사동 1", "종점": "석사동 9"}
    assert meanings(ends)["place"] == "석사동 1 ~ 석사동 9"
    assert meanings({**ends, "공사위치": "석사로"})["place"] == "석사로"


@pytest.mark.parametrize(
    ("names", "count"),
    [
        ("성명,주소,연락처", 0),
        ("가로등위치,소재지도로명주소,위도,경도", 0),
        ("공사명,가,나", 0),
        ("공사명,위치,시작일,종료일", 4),
        ("공사명,위치,시작일,종료일,시작일", 4),
    ],
)
def test_only_names_that_make_a_permit_are_a_header(names: str, count: int) -> None:
    assert known_columns(names.split(",")) == count
