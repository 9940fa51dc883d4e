"""The columns of route-stop and stop files, as cities and portals name them, and their odd values.

Most cities (노선번호, 노선, 정류장순서 ...), Seoul (노선명, 순번, NODE_ID ...), Gyeonggi
(STA_ORDER, STATION_ID ...), TAGO (routeid, nodeord, nodeid ...).
"""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from producers.reading.columns import column_of
from producers.reading.fields import text
from streams.contract.errors import NetworkError

_SPELLINGS = {
    "route_no": (
        "노선번호 노선명 노선번호명 ROUTE_NM ROUTENM ROUTENO ROUTE_NO ROUTENAME 버스번호 "
        "ROUTE_NAME BUSROUTENM BUSLINENUM LINENO"
    ),
    "route_id": "노선 노선ID 노선아이디 노선관리번호 ROUTE_ID ROUTEID BUSROUTEID LINEID LINE_ID",
    "order": (
        "정류장순서 순번 정류소순번 정류소순서 정류장순번 경유순서 노선정류장순서 "
        "STA_ORDER STAORDER NODEORD STATION_SEQ "
        "STATIONSEQ SEQ STOP_SEQ ORD IDX BSTOPIDX"
    ),
    "stop_id": (
        "정류장 정류장ID 정류소ID 정류장아이디 정류소아이디 정류소 정류장관리번호 "
        "정류소관리번호 관리번호 NODE_ID NODEID STATION_ID BSTOPID "
        "STATIONID STOP_ID STTN_ID"
    ),
    "stop_name": (
        "정류장명 정류소명 정류소명칭 정류장명칭 정류소이름 NODENM NODE_NM STATION_NM "
        "STATIONNAME STOP_NAME STTN_NM BSTOPNM"
    ),
    "lon": (
        "경도 X좌표 X GPSLONG GPS_LONG LONGITUDE LON LNG GPSX 정류장X좌표 정류소X좌표 CRDNT_X LIN"
    ),
    "lat": "위도 Y좌표 Y GPSLATI GPS_LATI LATITUDE LAT GPSY 정류장Y좌표 정류소Y좌표 CRDNT_Y",
    "pole_no": (
        "정류장번호 정류소번호 단축번호 모바일단축번호 정류장단축번호 ARS_ID ARSID ARS_NO "
        "NODENO NODE_NO MOBILE_NO STATION_NO"
    ),
    "direction": "상하행구분 상하행 UPDOWNCD UPDOWN_CD UPDOWN",
    "released": "데이터기준일 데이터기준일자 기준일 기준일자 수정일 기준연월",
    "kind": "종류 구분 유형 분류 KIND TYPE CATEGORY",
    "name": "이름 명칭 시설명 장소명 기관명 NAME TITLE",
}
_MEANING = {spelling: meaning for meaning, many in _SPELLINGS.items() for spelling in many.split()}
_USUAL = (
    ("정류소", "정류장"),
    ("아이디|코드$", "ID"),
    ("(?:이름|명칭)$", "명"),
    ("^(?:노선)?(?:정류장)?(?:순번|순서)$", "정류장순서"),
    ("^(?:정류장)?(?:GPS)?([XY]좌표|[경위]도)$", r"\1"),
)
_EXCEL_ISO = re.compile(r"(?:19|20)\d{2}[-./]0?(\d{1,2})[-./]0?(\d{1,2})(?:\s+0?0:00(?::00)?)?")
_EXCEL_DATE = re.compile(r"0?(\d{1,2})월\s*0?(\d{1,2})일")
_EXCEL_SHORT = re.compile(
    r"(?:(\d{1,2})-(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)|"
    r"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-(\d{1,2}))",
    re.IGNORECASE,
)
HEADER_WITHIN = 30
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WHOLE_FLOAT = re.compile(r"(\d+)\.0+")
_EXPONENT = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")


class StopRow(NamedTuple):
    """One line of a file by meaning, and where it stands in it."""

    number: int
    values: dict[str, str]


def lines_of(body: bytes, name: str, needed: tuple[str, ...]) -> Iterator[StopRow]:
    """The lines of a CSV (UTF-8 or CP949; comma, tab, `;` or `|`) by the meaning of its columns.

    Raises NetworkError when it is empty, in another encoding, or lacks a column that is needed.
    """
    words = decoded(body, name)
    head = words[:4000]
    delimiter = max(",\t;|", key=head.count)
    above = _lines_above(head, delimiter)
    file = io.StringIO(words, newline="")
    for _ in range(above):
        file.readline()
    rows = csv.DictReader(file, delimiter=delimiter)
    columns = columns_of(rows.fieldnames or ())
    if not rows.fieldnames:
        raise NetworkError(f"{name} is empty")
    if missing := [meaning for meaning in needed if meaning not in columns]:
        known = ", ".join(_SPELLINGS[meaning].split()[0] for meaning in missing)
        raise NetworkError(f"{name} lacks the column {known}; it has {', '.join(rows.fieldnames)}")
    for row in rows:
        yield StopRow(
            above + rows.line_num,
            {meaning: text(row.get(column)) for meaning, column in columns.items()},
        )


def _lines_above(head: str, delimiter: str) -> int:
    """How many lines of the head, a title or blanks, stand above its header: the line with most
    columns known.
    """
    lines = head.splitlines()[:HEADER_WITHIN]
    known = [len(columns_of(next(csv.reader([line], delimiter=delimiter), []))) for line in lines]
    return known.index(max(known)) if any(known) else 0


def columns_of(names: Any) -> dict[str, str]:
    """Meaning -> the file's column; of several columns of one meaning the one named first above."""
    found: dict[str, tuple[int, str]] = {}
    for name in names:
        spelling = column_of(name)
        if spelling not in _MEANING:
            spelling = _usual(spelling)
        meaning = _MEANING.get(spelling)
        if meaning is None:
            continue
        rank = _SPELLINGS[meaning].split().index(spelling)
        if meaning not in found or rank < found[meaning][0]:
            found[meaning] = (rank, name)
    return {meaning: name for meaning, (_, name) in found.items()}


def _usual(spelling: str) -> str:
    """An office's own word for a column as most say it: 표준정류소아이디 as 정류장ID."""
    bare = re.sub(r"^(?:표준|시내버스|버스|경유)+", "", spelling)
    for written, usual in _USUAL:
        bare = re.sub(written, usual, bare)
    return bare


def decoded(body: bytes, name: str) -> str:
    """The text of a file in UTF-8, UTF-16 (with a mark) or CP949; raises NetworkError otherwise."""
    encodings = ("utf-16",) if body[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp949")
    for encoding in encodings:
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NetworkError(f"{name} is neither UTF-8 nor CP949")


def identifier(value: str) -> str | None:
    """An id as it was before a spreadsheet made a number of it: `250000100.0` is 250000100.

    None for one whose digits are lost (`2.5E+08`) or that a link's id could not hold.
    """
    bare = value.strip().strip("'\"")
    if match := _WHOLE_FLOAT.fullmatch(bare):
        bare = match[1]
    if _EXPONENT.fullmatch(bare):
        return None
    return bare if re.fullmatch(r"[A-Za-z0-9_-]{1,40}", bare) else None


def route_number(value: str) -> str:
    """A route's number as it was before a spreadsheet made a date of it.

    "07월 01일" and "2026-07-01" are 7-1, "01월 13일" 13-1: no month stands
    where it would be above 12.
    """
    if match := _EXCEL_DATE.fullmatch(value) or _EXCEL_ISO.fullmatch(value):
        return _dashed(int(match[1]), int(match[2]))
    if match := _EXCEL_SHORT.fullmatch(value):
        month = _MONTHS.index((match[2] or match[3]).lower()) + 1
        return _dashed(month, int(match[1] or match[4]))
    return match[1] if (match := _WHOLE_FLOAT.fullmatch(value)) else value


def _dashed(month: int, day: int) -> str:
    return f"{day}-{month}" if day > 12 else f"{month}-{day}"
