"""The columns of permit lists by what they mean. There is no common Korean schema: single names
that were met stand here, families of names in `column_families`. Every other column is left out, so
that one with a person in it cannot slip in.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from producers.reading.column_families import CHANGED, FAMILIES

_SPELLINGS = {
    "permit_id": "PRMISN_NO PERMIT_NO PERMIT_NUMBER PERMIT_ID PMTNUM PMS_IDN PRMISN_REQ_NO ID",
    "title": (
        "현장명 건명 제목 명칭 CNT_NAM CNW_NM TITLE NAME WORK WORK_NAME WORK_TITLE"
        " PROJECT_NAME PROJECT"
    ),
    "purpose": (
        "목적 공종 점용물 점용물명 점용시설 시설물 시설물명 설치공작물내역 "
        "JYG_PUR JYGPUR KNG_CDE INS_EXP PURPOSE"
    ),
    "place": (
        "공사현장 대상지 사업대상지 사업지 공사장 "
        "JYG_LOC JYGLOC ADDRESS LOCATION PLACE SITE_ADDRESS"
    ),
    "district": "자치구 구 시군구 시군구명 ATDRC_ID MNG_NAM",
    "quarter": "법정동 행정동 동 읍면동 법정동명 행정동명 ADSTRD_CD DSD_NAM",
    "organisation": (
        "시공사 시공업체 시공자 시공회사 업체명 시행사 시행청 시행기관 사업시행자 시행자 발주처 "
        "발주기관 굴착기관 신청기관 기관명 COM_NAM COMPANY CONTRACTOR ORGANISATION ORGANIZATION "
        "관리기관 MNG_CDE 상호 상호명 부서 부서명"
    ),
    "client": "발주자 발주자명 CLIENT",
    "phone": "TEL_NUM TEL TEL_NO PHONE",
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
    "closure": "CLOSURE",
    "lanes_closed": "LANES LANES_CLOSED",
    "direction": "통제방향 공사방향 진행방향 차로방향 방향 방면 통제방면 DRC DIRECTION",
    "remaining_width_m": (
        "잔여폭 잔여도로폭 잔여차로폭 통행가능폭 통행폭 유효폭 RMN_WID REMAINING_WIDTH"
    ),
    "sidewalk": "보도통제 보도점용 보도통제여부 인도통제 SIDEWALK",
    "bicycle": "자전거도로통제 자전거도로통제여부 자전거통제 BICYCLE",
    "bus_stop": "정류장통제 버스정류장통제 정류장통제여부 정류장이전 버스정류장이전 BUS_STOP",
    "road_part": "차도보도구분 차도보도 도로구분 CHB_CDE ROAD_KND_CD ROAD_PART",
    "lon": "LON LNG LONGITUDE LOT",
    "lat": "LAT LATITUDE",
    "x": "XCRDN",
    "y": "YCRDN",
    "point": (
        "좌표 좌표값 위치좌표 중심좌표 중심점좌표 공사좌표 현장좌표 GPS GPS좌표 위경도 경위도 "
        "위도경도 경도위도 위경도좌표 LATLNG LATLON LONLAT LNGLAT COORD COORDS COORDINATE "
        "COORDINATES POINT XY XY좌표"
    ),
    "link_ids": "표준링크 표준링크ID 표준링크아이디 링크ID LINK_ID LINK_IDS LINKID",
    "geometry": (
        "선형 형상 도형 공간정보 도형정보 WKT WKT_GEOM GEOMETRY GEOM THE_GEOM GEOJSON SHAPE WKB"
    ),
    "starts": (
        "JYS_YMD JYSYMD CCS_YMD START START_DATE START_DT START_YMD STRT_YMD SDATE BGN_DE BGNDE "
        "BGNG_YMD BEGIN_DATE FROM FROM_DATE DATE_FROM"
    ),
    "ends": (
        "JYE_YMD JYEYMD CCE_YMD END END_DATE END_DT END_YMD EDATE END_DE ENDDE FINISH_DATE TO "
        "TO_DATE DATE_TO"
    ),
    "began": "ACT_S",
    "done": "ACT_E ENDYMD",
    "period": "CNWPD_DT PERIOD",
    "dig_starts": "DIS_YMD DIG_S DIG_START",
    "dig_ends": "DIE_YMD DIG_E DIG_END",
    "dig_period": "DIG_PERIOD",
    "restore_starts": "RST_S",
    "restore_period": "RST_PERIOD",
    "restore_ends": "원상복구검사일 원상복구검사일자 원상복구일 RCV_YMD RST_E",
    "length_m": "DIG_LEN LENGTH",
    "width_m": "DIG_WID WIDTH",
    "depth_m": "GUL_DEP DEPTH",
    "area_m2": "DIG_ARA JYGARA AREA",
    "pavement": "도로포장 포장재질 포장종류 ADD_CDE ROAD_SE_CD PAVEMENT",
    "status_text": "PRCS_STTUS_SE PRGRSSTTSCD STATUS",
}
_RANKS = {"occupied": 0, "permitted": 2, "working": 4, "planned": 6, "last": 50}
_PLANNED = re.compile("예정|계획")
_OF_A_PLAN = {"began": "starts", "done": "ends"}
_LAST, _FAR = 8, 100
_ENDPOINTS = (
    ("from_", re.compile(r"(?:공사|굴착)?(?:시점|기점|시작점|시작|FROM|START)부?")),
    ("to_", re.compile(r"(?:공사|굴착)?(?:종점|끝점|종료점|종료|TO|END)부?")),
)
_OF_ENDPOINTS = ("lon", "lat", "x", "y", "point", "place")
ENDS_OF_LINES = frozenset(end + what for end in ("from_", "to_") for what in _OF_ENDPOINTS)
WHO = frozenset({"permit_id", "title"})
DATES = frozenset(
    {"starts", "ends", "period", "began", "done", "dig_starts", "dig_ends", "dig_period"}
    | {"restore_starts", "restore_ends", "restore_period"}
)
OF_PERMITS = WHO | DATES | {"closure", "hours", "purpose"}
_ROLES = (
    (
        "contractor",
        re.compile(
            r"(?:공사|도로|굴착|복구)*(?:시공|도급|수급)(?:회사|업체|업자|사|자|인|기관)?(?:명|상호|상호명)?"
        ),
    ),
    ("contractor", re.compile(r"공사(?:회사|업체)(?:명|상호)?|업체명|CONTRACTOR")),
    ("client", re.compile(r"(?:공사|사업)*발주(?:처|자|청|기관|부서|회사|사|과)?명?|CLIENT")),
    ("client", re.compile(r"(?:사업)?시행(?:처|자|청|사|기관|부서|회사|과)명?")),
    (
        "client",
        re.compile(
            r"(?:굴착|사업|관리|주관|소관|관할|담당|감독|허가)(?:기관|부서|청|처|과)명?|부서명?"
        ),
    ),
)
"""Columns that say who builds, and for whom: those that say it best first. `organisation` is read
of them too: it is the one name under which a work is known.
"""
_BRACKETS = re.compile(r"[(\[{<【〔「]([^)\]}>】〕」]*)[)\]}>】〕」]?")
_PERSONAL = re.compile(
    r"신청인|신청자|피허가|대표자|성명|담당자|소유|점용[인자]|민원인|개인|감독[자관]|대리인"
)
_OF_TIME = frozenset({"일", "일수", "개월", "월", "년", "DAYS", "DAY"})
_RANGE = re.compile(r"\s*(?:[~∼～〜→–—]|부터|에서|\s-\s)\s*")
EXACT: Mapping[str, tuple[str, int]] = {
    re.sub("[^0-9A-Z가-힣]", "", spelling): (meaning, rank + 1)
    for meaning, spellings in _SPELLINGS.items()
    for rank, spelling in enumerate(spellings.split())
}


@lru_cache(maxsize=20_000)
def meaning_of(name: str) -> tuple[str, int] | None:
    """What a column means, and its rank among those of one meaning (the lowest with a value counts:
    a changed date before the first one, an occupation before a work); None for an unknown column.

    착공일 and 준공일 are what began and was done where the row has a proposed period beside them,
    and that period where it has none; planned ones (착공(예정)일) are always the period.
    """
    whole = unicodedata.normalize("NFKC", name[:80]).upper().replace("필수", "")
    inner = [_letters(words) for words in _BRACKETS.findall(whole)]
    if any(map(_PERSONAL.search, inner)):
        return None
    found = _named(_letters(re.sub(r"^\s*[0-9]{1,2}[.)]", "", whole)))
    if found is None and inner and not _OF_TIME & set(inner):
        found = _named(_letters(_BRACKETS.sub("", whole)))
    return found


@lru_cache(maxsize=20_000)
def role_of(name: str) -> tuple[str, int] | None:
    """Whether a column names the `contractor` or the `client`, and its rank among such."""
    if meaning_of(name) is None:
        return None  # of a person, or of nothing that is known
    whole = unicodedata.normalize("NFKC", name[:80]).upper().replace("필수", "")
    spelling = _letters(_BRACKETS.sub("", re.sub(r"^\s*[0-9]{1,2}[.)]", "", whole)))
    for rank, (role, pattern) in enumerate(_ROLES):
        if pattern.fullmatch(spelling):
            return role, rank
    return None


def _letters(words: str) -> str:
    return re.sub("[^0-9A-Z가-힣]", "", words)


def _named(spelling: str) -> tuple[str, int] | None:
    """The meaning of a name without its blanks and marks; what is planned has not been observed."""
    found = _by_parts(spelling) or _of_endpoint(spelling)
    if found is None and (bare := _PLANNED.sub("", spelling)) != spelling:
        meaning, rank = _by_parts(bare) or ("", 0)
        found = (_OF_A_PLAN.get(meaning, meaning), max(rank, _RANKS["planned"]))
    return found if found and found[0] else None


def _by_parts(spelling: str) -> tuple[str, int] | None:
    if (exact := EXACT.get(spelling)) is not None:
        return exact
    for meaning, pattern in FAMILIES:
        if match := pattern.fullmatch(spelling):
            return meaning, _rank(match.groupdict())
    return None


def _rank(parts: Mapping[str, str | None]) -> int:
    rank = min(
        (_RANKS[name] for name, part in parts.items() if part and name in _RANKS), default=-1
    )
    rank = _LAST if rank < 0 and "occupied" in parts else max(rank, 0)
    when = parts.get("when") or parts.get("late") or parts.get("after") or ""
    if re.fullmatch(CHANGED, when):
        return rank - _FAR
    return rank + _FAR if when else rank


def _of_endpoint(spelling: str) -> tuple[str, int] | None:
    """시점경도, 종점X좌표, FROM_LAT: the coordinates of a line's two ends, or their addresses."""
    for prefix, pattern in _ENDPOINTS:
        match = pattern.match(spelling)
        if match is None:
            continue
        rest = spelling[match.end() :]
        found = _named(rest) if rest else ("place", 0) if "점" in spelling else None
        if found is not None and found[0] in _OF_ENDPOINTS:
            return prefix + found[0], found[1]
    return None


def meanings(row: Mapping[Any, Any]) -> dict[str, Any]:
    """The row by meaning: for each the column of lowest rank that holds a value. Unknown columns
    are left out.
    """
    best: dict[str, tuple[int, Any]] = {}
    for name, value in row.items():
        if value is None or not str(value).strip():
            continue
        for meaning, rank in filter(None, (meaning_of(str(name)), role_of(str(name)))):
            if rank < -_LAST and not re.search("[0-9]", str(value)):
                continue  # a change that says 없음 or - is none
            if meaning not in best or rank < best[meaning][0]:
                best[meaning] = (rank, value)
    found = {meaning: value for meaning, (_, value) in best.items()}
    if "place" not in found and (ends := [found[e] for e in _PLACES if e in found]):
        found["place"] = " ~ ".join(map(str, ends))
    return _changed(found, {meaning for meaning, (rank, _) in best.items() if rank < -_LAST})


_PLACES = ("from_place", "to_place")


def _changed(found: dict[str, Any], changed: set[str]) -> dict[str, Any]:
    """The row with a changed begin or end in its period too, where it states that as one text."""
    if "period" not in found or "period" in changed or not changed & {"starts", "ends"}:
        return found
    halves = [*_RANGE.split(str(found["period"]).strip(), maxsplit=1), ""][:2]
    pair = [
        found[key] if key in changed else half
        for key, half in zip(("starts", "ends"), halves, strict=True)
    ]
    rest = {key: value for key, value in found.items() if key != "period"}
    return {
        **rest,
        **{key: half for key, half in zip(("starts", "ends"), pair, strict=True) if half},
    }


def known(row: Mapping[Any, Any]) -> dict[Any, Any]:
    """The columns of the row that say something of a permit, under their own names."""
    return {name: value for name, value in row.items() if meaning_of(str(name))}


def known_columns(names: Iterable[object]) -> int:
    """How many different things of a permit the names say: 0 where they are not two or more, or
    none of them makes a permit of it (a list of people or lamps has addresses too).
    """
    found = (meaning_of(str(name)) for name in names)
    meanings = {known[0] for known in found if known is not None}
    return len(meanings) if len(meanings) > 1 and meanings & OF_PERMITS else 0
