"""Files as offices and portals export them: encodings, workbooks, pages, trees, lines."""

import io
import json
import random
import zipfile
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

import pytest

from producers.feeds.permits import rows as permits
from producers.reading.answers import Answer, Exchange
from producers.reading.encodings import LOST, decoded
from producers.reading.spreadsheets import grids_of
from producers.recording.recorder import exchange_of, line_of
from streams.contract.enums import PollOutcome
from streams.contract.records import Permit
from streams.contract.settings import Settings
from streams.contract.times import DAY_MS

AT_MS = 1_795_414_391_934
SEP_1_MS = 1_788_188_400_000  # 2026-09-01 00:00 KST
HEADER: list[Any] = ["허가번호", "공사명", "굴착위치", "시작일", "종료일"]
ROW: list[Any] = ["가-1", "배수관 정비", "석사동 1", "2026-09-01", "2026-09-30"]
OBJECT = dict(zip(HEADER, ROW, strict=True))
LINES = ",".join(HEADER) + "\n" + ",".join(ROW) + "\n"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def read(body: bytes | str, name: str = "list.csv", url: str = "") -> Answer:
    raw = body.encode() if isinstance(body, str) else body
    return permits.parse_permits(
        Exchange("permits", AT_MS, url or f"file:{name}", 200, raw), Settings()
    )


def only(answer: Answer) -> Permit:
    [row] = answer.rows
    assert isinstance(row, Permit)
    return row


def assert_is_the_row(answer: Answer) -> None:
    row = only(answer)
    assert (row.permit_id, row.title, row.place) == ("가-1", "배수관 정비", "석사동 1")
    assert (row.starts_ms, row.ends_ms) == (SEP_1_MS, SEP_1_MS + 30 * DAY_MS)
    assert (answer.refused, row.flags) == ((), ())


def dumped(tree: Any) -> str:
    return json.dumps(tree, ensure_ascii=False)


def cell(at: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):  # a number in a style
        return f'<c r="{at}" s="{value[1]}"><v>{value[0]}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{at}"><v>{value}</v></c>'
    return f'<c r="{at}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def sheet_of(rows: Sequence[Any], merged: str = "") -> str:
    lines = (
        f'<row r="{y}">'
        + "".join(cell(f"{chr(65 + x)}{y}", v) for x, v in enumerate(row))
        + "</row>"
        for y, row in enumerate(rows, start=1)
    )
    ranges = f'<mergeCells count="1"><mergeCell ref="{merged}"/></mergeCells>' if merged else ""
    return f'<worksheet xmlns="{SHEET}"><sheetData>{"".join(lines)}</sheetData>{ranges}</worksheet>'


def workbook(*sheets: str, hidden: tuple[int, ...] = ()) -> bytes:
    """An .xlsx of these sheets; style 1 is a date, style 2 a date with a time."""
    numbers = range(1, len(sheets) + 1)
    state = {n: ' state="hidden"' if n in hidden else "" for n in numbers}
    tags = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="r{n}"{state[n]}/>' for n in numbers)
    relations = "".join(
        f'<Relationship Id="r{n}" Type="{LINKS}/worksheet" Target="worksheets/s{n}.xml"/>'
        for n in numbers
    )
    package = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="w" '
        f'Type="{LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{SHEET}" xmlns:r="{LINKS}">'
        f"<sheets>{tags}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">{relations}'
        f'<Relationship Id="st" Type="{LINKS}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{SHEET}"><cellXfs count="3"><xf numFmtId="0"/>'
        '<xf numFmtId="14"/><xf numFmtId="22"/></cellXfs></styleSheet>',
    }
    parts |= {f"xl/worksheets/s{n}.xml": sheet for n, sheet in zip(numbers, sheets, strict=True)}
    return zipped(parts)


def zipped(parts: dict[str, str]) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, words in parts.items():
            archive.writestr(name, words)
    return body.getvalue()


def open_document(rows: str) -> bytes:
    names = "urn:oasis:names:tc:opendocument:xmlns"
    spaces = "".join(f' xmlns:{n}="{names}:{n}:1.0"' for n in ("office", "table", "text"))
    content = (
        f"<office:document-content{spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="a">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = f'<m:manifest xmlns:m="{names}:manifest:1.0"/>'
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return zipped({"mimetype": kind, "META-INF/manifest.xml": manifest, "content.xml": content})


def ods_row(values: list[str]) -> str:
    cells = (
        f'<table:table-cell office:value-type="string"><text:p>{v}</text:p></table:table-cell>'
        for v in values
    )
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16", "utf-16-le", "utf-16-be"]
)
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_a_list_of_any_encoding_and_delimiter_is_read(encoding: str, delimiter: str) -> None:
    assert_is_the_row(read(LINES.replace(",", delimiter).encode(encoding), "list.txt"))


@pytest.mark.parametrize("encoding", ["utf-8", "cp949", "utf-16"])
def test_a_replay_of_a_recorded_file_gives_the_same_answer(encoding: str) -> None:
    exchange = Exchange("permits", AT_MS, "file:list.csv", 200, LINES.encode(encoding))
    again = permits.parse_permits(exchange_of(line_of(exchange)), Settings())
    assert again == permits.parse_permits(exchange, Settings())


def test_a_replay_of_a_recorded_workbook_has_its_bytes() -> None:
    for body in (workbook(sheet_of([HEADER, ROW])), b"a\x00" + "가".encode("cp949")):
        exchange = Exchange("permits", AT_MS, "file:a.xlsx", 200, body)
        assert exchange_of(line_of(exchange)).body == body


@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
@pytest.mark.parametrize("at", [1, 2])
def test_a_letter_cut_in_the_middle_costs_its_cell(encoding: str, at: int) -> None:
    cut = "관".encode(encoding)[:at] if encoding == "utf-8" else "관".encode(encoding)[:1]
    broken = (
        "나-2,배수".encode(encoding) + cut + ",퇴계동 2,2026-09-01,2026-09-30\n".encode(encoding)
    )
    answer = read(
        LINES.encode(encoding)
        + broken
        + LINES.splitlines()[1].replace("가-1", "다-3").encode(encoding)
    )
    rows = {row.permit_id: row for row in answer.rows if isinstance(row, Permit)}
    assert {key: row.flags for key, row in rows.items()} == {
        "가-1": (),
        "나-2": ("bad_bytes",),
        "다-3": (),
    }
    assert (rows["나-2"].place, rows["나-2"].ends_ms) == ("퇴계동 2", SEP_1_MS + 30 * DAY_MS)


def test_a_number_that_lost_a_letter_names_no_permit() -> None:
    broken = LINES.encode().replace("가-1".encode(), "가-".encode() + b"\xec")
    assert only(read(broken)).permit_id.startswith("permit-")


def test_two_encodings_in_one_file_are_read_line_by_line() -> None:
    other = "나-2,가스관,퇴계동,2026-09-01,2026-09-30"
    answer = read(LINES.encode() + other.encode("cp949"))
    assert [row.title for row in answer.rows if isinstance(row, Permit)] == [
        "배수관 정비",
        "가스관",
    ]


STREETS = ["배수관", "정비", "석사동", "상수도", "퇴계동", "후석로", "통신관로", "굴착", "교체"]


@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
@pytest.mark.parametrize("seed", range(5))
def test_a_line_with_one_wrong_byte_stays_in_its_encoding(encoding: str, seed: int) -> None:
    chosen = random.Random(seed)
    for _ in range(100):
        line = bytearray(",".join(chosen.choices(STREETS, k=6)).encode(encoding))
        line.insert(chosen.randrange(len(line)), chosen.randrange(128, 256))
        assert decoded(b"\xff\n" + line) == f"{LOST}\n{line.decode(encoding, 'replace')}"


def test_a_letter_that_cannot_be_read_stands_as_such() -> None:
    assert decoded("공사\n".encode() + b"\xff" + "명".encode()) == f"공사\n{LOST}명"


@pytest.mark.parametrize(
    ("body", "code", "word"),
    [
        (b"%PDF-1.7\n", "R009", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "R009", "picture"),
        (b"PK\x03\x04" + b"x" * 50, "R009", "workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "R009", "HWP"),
        (zipped({"word/document.xml": "<w/>"}), "R009", "Word"),
        (bytes(range(256)) * 20, "R009", "neither UTF-8 nor CP949"),
        (b"", "EMPTY-BODY", "empty"),
        (b"\n \n", "EMPTY-BODY", "empty"),
        ("이름,주소\n가,나\n".encode(), "R004", "columns"),
        (workbook(sheet_of([["이름"], ["가"]])), "R004", "sheet"),
        (b"<html><body>login</body></html>", "R004", "sheet"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_a_code(body: bytes, code: str, word: str) -> None:
    answer = read(body, "%EC%9B%94%EA%B0%84.xlsx")
    assert (answer.outcome, answer.code) == (PollOutcome.UNKNOWN, code)
    assert answer.detail.startswith("월간.xlsx: ")
    assert word in answer.detail


def test_the_name_of_a_file_shows_no_number_of_a_person() -> None:
    assert "1234" not in read(b"%PDF", "010-1234-5678.pdf").detail


def test_a_workbook_is_read_with_its_dates() -> None:
    dates = [(46266, 1), (46295, 1)]
    assert_is_the_row(read(workbook(sheet_of([HEADER, [*ROW[:3], *dates]])), "list.xlsx"))


def test_a_date_of_a_workbook_keeps_its_time() -> None:
    rows = [HEADER, [*ROW[:3], (46266.375, 2), (46295.75, 2)]]
    row = only(read(workbook(sheet_of(rows))))
    assert (row.starts_ms, row.ends_ms) == (
        SEP_1_MS + 32_400_000,
        SEP_1_MS + 29 * DAY_MS + 64_800_000,
    )


def test_a_midnight_beside_a_time_is_written_as_a_time() -> None:
    rows = [[*ROW[:3], (46266.9166666667, 2), (46267, 2)], [*ROW[:3], (46266, 1), (46267, 1)]]
    [visible], _ = grids_of(workbook(sheet_of(rows)))
    assert [row[3:] for row in visible] == [
        ["2026-09-01 22:00:00", "2026-09-02 00:00:00"],
        ["2026-09-01", "2026-09-02"],
    ]


def test_a_whole_number_of_a_workbook_is_written_without_a_point() -> None:
    rows = [HEADER, [20260412.0, *ROW[1:3], 20260901, 20260930]]
    assert only(read(workbook(sheet_of(rows)))).permit_id == "20260412"


def test_empty_lines_and_a_title_stand_around_a_sheets_table() -> None:
    assert_is_the_row(read(workbook(sheet_of([["허가 현황"], [], HEADER, [], ROW, []]))))


def test_the_sheets_with_a_header_are_read_together() -> None:
    other = ["나-2", *ROW[1:]]
    book = workbook(sheet_of([["표지"]]), sheet_of([HEADER, ROW]), sheet_of([HEADER, other]))
    assert [row.permit_id for row in read(book).rows if isinstance(row, Permit)] == ["가-1", "나-2"]


def test_a_hidden_sheet_counts_only_where_no_other_has_a_list() -> None:
    old = ["나-2", *ROW[1:]]
    sheets = (sheet_of([HEADER, ROW]), sheet_of([HEADER, old]))
    assert_is_the_row(read(workbook(*sheets, hidden=(2,))))
    assert only(read(workbook(sheet_of([["표지"]]), sheets[1], hidden=(2,)))).permit_id == "나-2"


def test_cells_merged_downwards_are_filled() -> None:
    rows = [HEADER, ROW, ["나-2", None, "퇴계동", *ROW[3:]]]
    answer = read(workbook(sheet_of(rows, merged="B2:B3")))
    assert {row.title for row in answer.rows if isinstance(row, Permit)} == {"배수관 정비"}


@pytest.mark.parametrize("far", ["XFD1048576", "ZZ400000"])
def test_a_sheet_that_reaches_far_away_is_refused_unread(far: str) -> None:
    sheet = sheet_of([HEADER, ROW]).replace(
        "</sheetData>", f'<row><c r="{far}"><v>1</v></c></row></sheetData>'
    )
    assert read(workbook(sheet)).code == "R002"


def test_empty_cells_far_away_are_no_matter() -> None:
    tail = '<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
    assert_is_the_row(read(workbook(sheet_of([HEADER, ROW]).replace("</sheetData>", tail))))


def test_a_workbook_that_unpacks_to_too_much_is_refused_unread() -> None:
    body = io.BytesIO()
    with (
        zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("xl/worksheets/s1.xml", "w") as part,
    ):
        for _ in range(257):
            part.write(b" " * (1 << 20))
    assert read(body.getvalue()).code == "R002"


def test_an_open_document_is_read() -> None:
    assert_is_the_row(read(open_document(ods_row(HEADER) + ods_row(ROW)), "list.ods"))


def test_an_open_document_of_repeated_rows_is_refused_unread() -> None:
    rows = ods_row(HEADER) + ods_row(ROW).replace(
        "<table:table-row>", '<table:table-row table:number-rows-repeated="2000000">'
    )
    assert read(open_document(rows)).code == "R002"


PAGE = """<html><head><meta charset="euc-kr"></head><body><p>현황</p><table border="1">
<tr><th rowspan="2">허가번호</th><th rowspan=2>공사명</th><th rowspan=2>굴착위치</th>
<th colspan=2>점용기간</th></tr>
<tr><th>시작</th><th>종료</th></tr>
<tr><td>가-1</td><td>배수관<br>정비</td><td>석사동&nbsp;1</td><td>2026-09-01</td><td>2026-09-30</td></tr>
</table></body></html>"""


@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
def test_a_page_with_a_table_saved_as_a_workbook_is_read(encoding: str) -> None:
    assert_is_the_row(read(PAGE.encode(encoding), "list.xls"))


def test_a_cell_of_a_page_that_spans_rows_stands_in_each() -> None:
    second = "<tr><td>나-2</td><td>가스관</td><td>2026-09-01</td><td>2026-09-30</td></tr></table>"
    page = PAGE.replace("<td>석사동", "<td rowspan=2>석사동").replace("</table>", second)
    assert [row.place for row in read(page).rows if isinstance(row, Permit)] == ["석사동 1"] * 2


WRAPPED: dict[str, Any] = {
    "bare list": [OBJECT],
    "bare object": OBJECT,
    "DATA": {"DATA": [OBJECT]},
    "data and a count": {"data": [OBJECT], "count": 1},
    "odcloud": {"page": 1, "perPage": 10, "totalCount": 1, "currentCount": 1, "data": [OBJECT]},
    "operation": {"getRoadDigList": {"header": {"resultCode": "00"}, "body": {"items": [OBJECT]}}},
    "CKAN": {"help": "x", "success": True, "result": {"total": 1, "records": [OBJECT]}},
    "features": {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": OBJECT}],
    },
    "attributes": {"features": [{"attributes": OBJECT}], "spatialReference": {"wkid": 4326}},
    "deep": {"result": {"status": "ok", "list": {"rows": [OBJECT]}}},
    "table of lists": [HEADER, ROW],
    "columns and rows": {"columns": HEADER, "rows": [ROW]},
    "fields and records": {"fields": [{"id": n, "type": "text"} for n in HEADER], "records": [ROW]},
}


@pytest.mark.parametrize("name", WRAPPED)
def test_a_tree_in_any_wrapping_is_read(name: str) -> None:
    assert_is_the_row(read(dumped(WRAPPED[name]), "list.json"))


@pytest.mark.parametrize("name", ["odcloud", "operation", "CKAN", "features", "attributes"])
def test_an_api_may_answer_in_a_wrapping_that_names_itself(name: str) -> None:
    assert_is_the_row(read(dumped(WRAPPED[name]), url="https://x/list?pageNo=1"))


def test_an_api_without_a_code_of_success_is_not_believed() -> None:
    assert read(dumped([OBJECT]), url="https://x/list").outcome is PollOutcome.DATA
    assert read(dumped({"rows": [OBJECT]}), url="https://x/list").code == "R005"


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"code": 498, "message": "Invalid token."}},
        {"code": -401, "msg": "유효하지 않은 인증키 입니다."},
        {"success": False, "error": {"message": "Not found"}, "result": {"records": []}},
    ],
)
def test_an_error_of_a_portal_is_no_empty_list(body: dict[str, Any]) -> None:
    assert read(dumped(body), "list.json").outcome is PollOutcome.UNKNOWN


@pytest.mark.parametrize(
    "body",
    [
        {"page": 1, "perPage": 1, "totalCount": 9, "currentCount": 1, "data": [OBJECT]},
        {"exceededTransferLimit": True, "features": [{"attributes": OBJECT}]},
        {"result": {"total": 9, "records": [OBJECT]}},
        {"numberMatched": 9, "features": [{"properties": OBJECT}]},
    ],
)
def test_a_list_that_says_it_has_more_is_partial(body: dict[str, Any]) -> None:
    assert read(dumped(body), "list.json").is_partial


XML = "".join(f"<{name}>{value}</{name}>" for name, value in OBJECT.items())


@pytest.mark.parametrize(
    "body",
    [
        f"<rows><row>{XML}</row></rows>",
        f"<rows><row>{XML}</row><row>{XML}</row></rows>",
        f"<?xml version='1.0' encoding='EUC-KR'?><NewDataSet><Table>{XML}</Table></NewDataSet>",
        f"<list><total>1</total><items><item>{XML}</item></items></list>",
        "<rows><row " + " ".join(f'{n}="{v}"' for n, v in OBJECT.items()) + "/></rows>",
        f"<x:rows xmlns:x='urn:a'><x:row>{XML}</x:row></x:rows>",
    ],
)
def test_xml_rows_are_read_whatever_their_elements_are_called(body: str) -> None:
    row = only(read(body, "list.xml"))
    assert (row.permit_id, row.ends_ms) == ("가-1", SEP_1_MS + 30 * DAY_MS)


def test_an_xml_bomb_stays_refused() -> None:
    assert read('<!DOCTYPE a [<!ENTITY b "x">]><rows>&b;</rows>', "a.xml").code == "R001"
    assert read("<a>" * 40 + "</a>" * 40, "a.xml").code == "R003"


def test_json_lines_are_read_and_a_bad_line_is_refused_alone() -> None:
    lines = [dumped({**OBJECT, "허가번호": n}) for n in ("가", "나", "다")]
    lines[1] = lines[1].replace(":", "", 1)
    answer = read("\n".join(lines), "list.jsonl")
    assert [row.permit_id for row in answer.rows if isinstance(row, Permit)] == ["가", "다"]
    assert [(r.row, r.code) for r in answer.refused] == [(2, "R001")]


def test_json_lines_cut_in_the_last_line_are_partial() -> None:
    answer = read(dumped(OBJECT) + "\n" + dumped(OBJECT)[:40], "list.jsonl")
    assert (answer.is_partial, [r.code for r in answer.refused]) == (True, ["R013"])


@pytest.mark.parametrize("title", ["[춘천시] 굴착 현황", "<도로굴착 허가대장>", "{2026년} 허가"])
def test_a_title_that_begins_like_json_or_xml_makes_no_other_file(title: str) -> None:
    assert_is_the_row(read(f"{title}\n{LINES}"))


def test_a_list_of_another_matter_is_no_list_of_permits() -> None:
    lamps = [{"소재지도로명주소": "석사동 1", "위도": 37.87, "경도": 127.73}]
    assert read(dumped(lamps), "lamps.json").outcome is PollOutcome.UNKNOWN


def test_a_dead_letter_has_known_columns_alone() -> None:
    lines = "신청인,,공사명,위치\n성명,주소,,\n홍길동,석사동 9,,\n"
    lines += "이몽룡,석사동 9,,\n"
    assert "홍길동" not in repr(read(lines))
    [refused] = read("허가번호,시작일,종료일,비고\n가-1,2026-09-01,2026-09-02,홍길동\n").refused
    kept = json.loads(refused.payload)
    assert kept["허가번호"] == "가-1"
    assert kept["비고"] == "(str, 3 characters)"


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_workbook_is_unknown_or_read_and_never_an_error(seed: int) -> None:
    chosen, whole = random.Random(seed), workbook(sheet_of([HEADER, ROW]))
    for _ in range(100):
        body = bytearray(whole)
        for _ in range(3):
            body[chosen.randrange(4, len(body))] = chosen.randrange(256)
        read(bytes(body), "list.xlsx")
