"""A table as a file: the same cells in each form, nothing that a spreadsheet would run."""

import csv
import io
import json
import sys
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from pyarrow import parquet

from maps.datasets.file_table import Table, TableColumn, TableRow
from maps.datasets.files import (
    MAKINGS,
    ExtraMissingError,
    FileForm,
    file_of,
    forms_of,
)

COLUMNS = (
    TableColumn("관리번호", "code"),
    TableColumn("대수", "whole", "대", "카메라의 수"),
    TableColumn("폭(m)", "number", "m"),
    TableColumn("사용", "flag"),
    TableColumn("설치일", "date"),
    TableColumn("갱신", "moment"),
    TableColumn("구간", "range"),
)
POINT = {"type": "Point", "coordinates": [127.7, 37.8]}
RANGE = {"min": 6, "max": 8, "or_text": "6~8"}
ROWS = (
    TableRow(("0012", 3, 2.5, True, "2026-11-03", "2026-11-03T14:05:00+09:00", RANGE), POINT),
    TableRow((None, None, 0.0, False, None, None, None)),
    TableRow(("=HYPERLINK(1)", -12, 1e20, None, "2026-11-04", None, None), POINT),
)
TABLE = Table("cctv", "CCTV: 목록/[시험]", COLUMNS, ROWS, 1_795_000_000_000)
RUNS = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "＝1", " =1"]


def rows_of_csv(body: bytes) -> list[list[str]]:
    assert body.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))


def rows_of_xlsx(body: bytes) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(io.BytesIO(body)).active
    assert sheet is not None
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_csv_has_units_points_and_no_word_for_unknown() -> None:
    head, first, second, third = rows_of_csv(file_of(TABLE, FileForm.CSV))
    assert head == [
        "관리번호", "대수 (대)", "폭(m)", "사용", "설치일", "갱신", "구간", "lon", "lat",
    ]  # fmt: skip
    assert first == [
        "0012", "3", "2.5", "Y", "2026-11-03", "2026-11-03T14:05:00+09:00", "6~8", "127.7", "37.8",
    ]  # fmt: skip
    assert second == ["", "", "0.0", "N", "", "", "", "", ""]
    assert third[:2] == ["'=HYPERLINK(1)", "-12"]


def test_a_workbook_has_numbers_as_numbers_and_text_as_text() -> None:
    head, first, second, third = rows_of_xlsx(file_of(TABLE, FileForm.XLSX))
    assert head[1] == "대수 (대)"
    assert first[:4] == ["0012", 3, 2.5, "Y"]
    assert second[:4] == [None, None, 0, "N"]
    assert third[0] == "'=HYPERLINK(1)"
    assert third[2] == "1e+20"  # more digits than a spreadsheet keeps


@pytest.mark.parametrize("words", RUNS)
@pytest.mark.parametrize("form", [FileForm.CSV, FileForm.XLSX])
def test_no_cell_and_no_heading_is_a_formula(words: str, form: FileForm) -> None:
    table = Table("x", words, (TableColumn(words), TableColumn("b")), (TableRow((words, "c")),))
    body = file_of(table, form)
    lines = rows_of_csv(body) if form is FileForm.CSV else rows_of_xlsx(body)
    for cell in (lines[0][0], lines[1][0]):
        assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝")), cell


def test_geojson_keeps_types_and_what_lies_nowhere() -> None:
    body = json.loads(file_of(TABLE, FileForm.GEOJSON))
    first, second, _ = body["features"]
    assert (body["type"], first["geometry"], second["geometry"]) == (
        "FeatureCollection", POINT, None,
    )  # fmt: skip
    assert first["properties"] == {
        "관리번호": "0012", "대수": 3, "폭(m)": 2.5, "사용": True, "설치일": "2026-11-03",
        "갱신": "2026-11-03T14:05:00+09:00", "구간": RANGE,
    }  # fmt: skip


def test_parquet_is_typed_and_says_units() -> None:
    read = parquet.read_table(io.BytesIO(file_of(TABLE, FileForm.PARQUET)))
    assert [str(field.type) for field in read.schema] == [
        "string", "int64", "double", "bool", "date32[day]", "timestamp[ms, tz=Asia/Seoul]",
        "string", "double", "double",
    ]  # fmt: skip
    assert read.schema.field("대수").metadata == {
        b"unit": "대".encode(), b"meaning": "카메라의 수".encode(),
    }  # fmt: skip
    first, second, third = read.to_pylist()
    assert (first["설치일"], first["구간"], first["lon"]) == (date(2026, 11, 3), "6~8", 127.7)
    assert first["갱신"] == datetime.fromisoformat("2026-11-03T14:05:00+09:00")
    assert [second[name] for name in ("대수", "폭(m)", "사용", "lon")] == [None, 0.0, False, None]
    assert third["관리번호"] == "=HYPERLINK(1)"  # nothing runs a Parquet file


def test_a_column_that_does_not_keep_its_type_is_text() -> None:
    table = Table("x", "x", (TableColumn("나이", "whole"),), (TableRow(("20-29",)), TableRow((3,))))
    read = parquet.read_table(io.BytesIO(file_of(table, FileForm.PARQUET)))
    assert read.to_pylist() == [{"나이": "20-29"}, {"나이": "3"}]


def test_lines_stand_as_shapes() -> None:
    line = {"type": "LineString", "coordinates": [[127.7, 37.8], [127.8, 37.9]]}
    table = Table("x", "x", (TableColumn("lon"),), (TableRow(("a",), line),))
    read = parquet.read_table(io.BytesIO(file_of(table, FileForm.PARQUET))).to_pylist()
    assert json.loads(read[0]["geometry"]) == line
    assert len(read[0]) == 4  # a column of the file that is called as a degree keeps its place


@pytest.mark.parametrize("form", list(FileForm))
def test_equal_rows_give_equal_bytes_and_no_rows_a_file(form: FileForm) -> None:
    assert file_of(TABLE, form) == file_of(TABLE, form)
    assert file_of(TABLE._replace(rows=()), form)


@pytest.mark.parametrize(
    ("form", "library", "extra"),
    [(FileForm.XLSX, "xlsxwriter", "reports"), (FileForm.PARQUET, "pyarrow", "history")],
)
def test_a_missing_library_is_named(
    monkeypatch: pytest.MonkeyPatch, form: FileForm, library: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ExtraMissingError, match=extra) as raised:
        file_of(TABLE, form)
    assert (raised.value.form, raised.value.extra) == (form, extra)


def test_a_table_without_places_has_no_map() -> None:
    assert FileForm.GEOJSON not in forms_of(has_places=False)
    assert set(forms_of(has_places=True)) == set(FileForm) == set(MAKINGS)
