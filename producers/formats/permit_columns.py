"""The columns of permit lists: every spelling met, by what it means. There is no common Korean
schema.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from producers.formats.privacy import column_of

_SPELLINGS = {
    "permit_id": (
        "굴착허가번호 허가번호 점용허가번호 PRMISN_NO PERMIT_NO PERMIT_ID PMTNUM 공사번호 "
        "관리번호 PMS_IDN PRMISN_REQ_NO ID"
    ),
    "title": "공사명 사업명 현장명 공사내용 CNT_NAM CNW_NM 내용 TITLE NAME WORK",
    "purpose": (
        "점용목적 굴착목적 공종 공사구분 공사유형 설치공작물내역 JYG_PUR JYGPUR KNG_CDE "
        "INS_EXP PURPOSE"
    ),
    "place": (
        "굴착위치 점용위치 공사위치 점용장소 굴착장소 굴착위치설명 위치 소재지 주소 "
        "도로명주소 지번주소 소재지도로명주소 소재지지번주소 JYG_LOC JYGLOC ADDRESS "
        "LOCATION PLACE"
    ),
    "district": "자치구 구 ATDRC_ID MNG_NAM",
    "quarter": "법정동 행정동 동 ADSTRD_CD DSD_NAM",
    "organisation": (
        "시공사 시공업체 시공자 시공회사 업체명 시행사 시행청 시행기관 사업시행자 발주처 "
        "발주기관 굴착기관 신청기관 기관명 COM_NAM COMPANY CONTRACTOR ORGANISATION "
        "관리기관 MNG_CDE"
    ),
    "phone": (
        "전화번호 연락처 현장연락처 업체전화번호 시공사전화번호 기관전화번호 TEL_NUM TEL PHONE"
    ),
    "hours": (
        "공사시간 작업시간 공사시간대 작업시간대 통제시간 통제시간대 교통통제시간 굴착시간 HOURS "
        "WORK_HOURS WORKING_HOURS"
    ),
    "hours_start": (
        "작업시작시각 작업시작시간 공사시작시각 공사시작시간 통제시작시각 통제시작시간 시작시각 "
        "시작시간 WORK_START_TIME START_TIME STARTTIME"
    ),
    "hours_end": (
        "작업종료시각 작업종료시간 공사종료시각 공사종료시간 통제종료시각 통제종료시간 종료시각 "
        "종료시간 WORK_END_TIME END_TIME ENDTIME"
    ),
    "closure": "통제구분 통제형태 통제내용 교통통제 차로통제 차량통제 도로통제 통제여부 CLOSURE",
    "lanes_closed": "통제차로수 점용차로수 통제차로 차단차로수 LANES LANES_CLOSED",
    "direction": "통제방향 공사방향 진행방향 방향 방면 DRC DIRECTION",
    "remaining_width_m": (
        "잔여폭 잔여도로폭 잔여차로폭 통행가능폭 통행폭 유효폭 RMN_WID REMAINING_WIDTH"
    ),
    "sidewalk": "보도통제 보도점용 보도통제여부 인도통제 SIDEWALK",
    "bicycle": "자전거도로통제 자전거도로통제여부 자전거통제 BICYCLE",
    "bus_stop": "정류장통제 버스정류장통제 정류장통제여부 정류장이전 버스정류장이전 BUS_STOP",
    "road_part": "차도보도구분 차도/보도 도로구분 CHB_CDE ROAD_KND_CD ROAD_PART",
    "lon": "경도 LON LNG LONGITUDE",
    "lat": "위도 LAT LATITUDE",
    "x": "X좌표 중심X좌표 중심X 좌표X CENTER_X X XCRDN",
    "y": "Y좌표 중심Y좌표 중심Y 좌표Y CENTER_Y Y YCRDN",
    "link_ids": "표준링크 표준링크ID 표준링크아이디 링크ID LINK_ID LINK_IDS LINKID",
    "geometry": "선형 형상 WKT GEOMETRY GEOM",
    "starts": (
        "점용시작일 점용시작일자 허가시작일 허가시작일자 공사시작일 공사시작일자 착공예정일 "
        "시작일 시작일자 JYS_YMD JYSYMD CCS_YMD START START_DATE STARTDATE"
    ),
    "ends": (
        "점용종료일 점용종료일자 점용만료일 허가종료일 허가종료일자 허가만료일 공사종료일 "
        "공사종료일자 준공예정일 종료일 종료일자 JYE_YMD JYEYMD CCE_YMD END END_DATE ENDDATE"
    ),
    "began": "실착공일 실착공일자 실제착공일 실제시작일 착공신고일 ACT_S 착공일 착공일자",
    "done": ("실준공일 실준공일자 실제준공일 실제종료일 준공검사일 ACT_E 준공일 준공일자 ENDYMD"),
    "period": "점용기간 허가기간 공사기간 기간 CNWPD_DT PERIOD",
    "dig_starts": "굴착시작일 굴착시작일자 굴착착수일 DIS_YMD DIG_S DIG_START",
    "dig_ends": "굴착종료일 굴착종료일자 굴착완료일 DIE_YMD DIG_E DIG_END",
    "dig_period": "굴착기간 DIG_PERIOD",
    "restore_starts": "복구시작일 복구시작일자 원상복구시작일 복구착수일 복구착공일 RST_S",
    "restore_period": "복구기간 원상복구기간 RST_PERIOD",
    "restore_ends": (
        "원상복구검사일 원상복구검사일자 원상복구일 원상복구예정일 복구종료일 복구완료일 "
        "복구예정일 RCV_YMD RST_E"
    ),
    "length_m": "연장 굴착연장 길이 굴착길이 DIG_LEN LENGTH",
    "width_m": "폭 굴착폭 도로굴착폭 DIG_WID WIDTH",
    "depth_m": "심도 굴착깊이 굴착심도 깊이 GUL_DEP DEPTH",
    "area_m2": "면적 굴착면적 점용면적 DIG_ARA JYGARA AREA",
    "pavement": "도로포장 포장재질 포장종류 ADD_CDE ROAD_SE_CD PAVEMENT",
    "status_text": "상태 진행상태 진행상황 처리상태 PRCS_STTUS_SE PRGRSSTTSCD STATUS",
}
ALIASES: Mapping[str, tuple[str, ...]] = {
    meaning: tuple(spellings.split()) for meaning, spellings in _SPELLINGS.items()
}
"""Earlier spellings win where a row has several with a value.

착공일 and 준공일 are what began and was done where the row has a proposed period beside them, and
that period where it has none.
"""
MEANING = {spelling: meaning for meaning, many in ALIASES.items() for spelling in many}


def meanings(row: Mapping[Any, Any]) -> dict[str, Any]:
    """The row by meaning: for each the first spelling that holds a value. Unknown columns are left
    out, so that a column with a person in it cannot slip through.
    """
    named = {column_of(name): value for name, value in row.items()}
    found: dict[str, Any] = {}
    for meaning, spellings in ALIASES.items():
        values = (named[spelling] for spelling in spellings if spelling in named)
        value = next((v for v in values if v is not None and str(v).strip()), None)
        if value is not None:
            found[meaning] = value
    return found


def known_columns(names: Iterable[object]) -> int:
    """How many of the names are columns of a permit list."""
    return sum(column_of(name) in MEANING for name in names)
