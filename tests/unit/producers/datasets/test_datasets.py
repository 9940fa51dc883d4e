"""Datasets by their descriptors: what is read in each form, what is refused, what never leaves."""

import json
import random
import time
import zipfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import shapefile
from pyproj import CRS

from producers.__main__ import main
from producers.datasets.checking import check_files
from producers.datasets.descriptor import Column, Part, ValueType
from producers.datasets.loading import FIELDS, SHIPPED, DescriptorError, load, load_all
from producers.datasets.opening import Opening, UnreadableFileError
from producers.datasets.reading import Outcome, Reading
from producers.datasets.values import ValueRefusedError, value_of
from producers.datasets.wanted import Wanted
from tests.unit.producers.reading.test_permit_formats import sheet_of, workbook

HEAD = """id = "benches"
name = "벤치"
field = "도시시설·환경"
grade = "{grade}"
period = "year"
key = {key}
"""
BENCHES = """column = [
  { name = "번호", type = "code" },
  { name = "명칭", aliases = ["시설명"] },
  { name = "개수", type = "whole", unit = "개" },
  { name = "설치일", type = "date" },
]
[[place]]
lon = ["경도", "WGS84경도"]
lat = ["위도", "WGS84위도"]
"""
CSV = (
    "번호,명칭,개수,설치일,경도,위도,담당자\n01,공지천,3,2020.1.3,127.7,37.8,김봄내\n"
    '02,의암,"1,204",20200104,37.81,127.71,이소양\n'
)


def descriptor(
    folder: Path, rest: str = BENCHES, *, grade: str = "open", key: Sequence[str] = ("번호",)
) -> Path:
    path = folder / "benches.toml"
    path.write_text(
        HEAD.format(grade=grade, key=json.dumps(list(key), ensure_ascii=False)) + rest,
        encoding="utf-8",
    )
    return path


def came_of(path: Path, *files: Path) -> Outcome:
    return check_files(load(path), files).outcome


def of_csv(folder: Path, words: str, *, encoding: str = "cp949", **own: Any) -> Outcome:
    file = folder / "rows.csv"
    file.write_bytes(words.encode(encoding))
    return came_of(descriptor(folder, **own), file)


@pytest.mark.parametrize("encoding", ["cp949", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("mark", [",", "\t", ";", "|"])
def test_a_table_in_any_encoding_and_with_any_mark(
    tmp_path: Path, encoding: str, mark: str
) -> None:
    words = CSV.replace('"1,204"', "1204").replace(",", mark)
    outcome = of_csv(tmp_path, words, encoding=encoding)
    assert (outcome.rows, outcome.refused, outcome.on_map) == (2, [], 2)
    assert outcome.sums == {"개수": 1207}
    assert outcome.box == (127.7, 37.8, 127.71, 37.81)  # the second has its axes swapped
    assert outcome.sample[0].values == {
        "번호": "01", "명칭": "공지천", "개수": 3, "설치일": "2020-01-03",
    }  # fmt: skip


def test_only_declared_columns_leave(tmp_path: Path) -> None:
    outcome = of_csv(tmp_path, CSV)
    assert outcome.dropped == ("담당자",)
    assert "김봄내" not in repr([taken.values for taken in outcome.sample])


def test_a_title_notes_totals_and_an_upper_header_are_no_rows(tmp_path: Path) -> None:
    words = (
        "2026년 벤치 현황,,,\n,,,(단위: 개)\n기본,,수량,\n번호,명칭,개수,설치일\n"
        "1,가,3,2020-01-01\n"
        "합계,,3,\n※ 폐기한 것은 제외,,,\n"
    )
    rest = BENCHES.replace('"번호"', '"기본/번호"').replace('"명칭"', '"기본/명칭"')
    rest = rest.replace('"개수"', '"수량/개수"').replace('"설치일"', '"수량/설치일"')
    file = tmp_path / "rows.csv"
    file.write_text(words, encoding="utf-8")
    made = descriptor(tmp_path, rest + "[format]\nheader_lines = 2\n", key=["기본/번호"])
    outcome = came_of(made, file)
    assert (outcome.rows, outcome.refused) == (1, [])
    assert outcome.left_out == {"totals": 1, "notes": 1}


def test_what_does_not_fit_is_refused_with_its_row_column_and_why(tmp_path: Path) -> None:
    words = (
        "번호,명칭,개수,설치일,경도,위도\n1,가,많음,2020-01-03,,\n2,나,3,20.02.30,,\n"
        "3,다,3,2020-01-05,0,0\n"
        "3,라,4,2020-01-05,,\n,마,5,-,,\n6,바,6\n7,사,7,2020-01-05,127.7,37.8,남는칸\n"
    )
    outcome = of_csv(tmp_path, words)
    assert outcome.rows == 1
    assert outcome.on_map == 0  # 0,0 is kept in the table
    assert [(each.row, each.column) for each in outcome.refused] == [
        (1, "개수"), (2, "설치일"), (4, "번호"), (5, "번호"), (6, None), (7, None),
    ]  # fmt: skip
    assert outcome.refused[0].value == "많음"


def test_the_same_row_again_is_left_out_and_another_of_its_key_refused(tmp_path: Path) -> None:
    """Whatever stands in columns that stay behind; another position is another row."""
    words = (
        "번호,명칭,개수,설치일,경도,위도,담당자\n1,가,3,2020-01-03,127.7,37.8,김봄내\n"
        "2,나,4,2020-01-03,,,\n1,가,3,20200103,127.7,37.8,이소양\n2,나,4,2020-01-03,,,\n"
        "1,가,5,2020-01-03,127.7,37.8,\n1,가,3,2020-01-03,127.8,37.8,\n2,나,4,2020-01-03,,,\n"
    )
    outcome = of_csv(tmp_path, words)
    assert (outcome.rows, outcome.sums, outcome.on_map) == (2, {"개수": 7}, 1)
    assert outcome.left_out == {"the same again": 3}
    why = "a row before has this key, and other cells"
    assert [(x.row, x.column, x.why) for x in outcome.refused] == [
        (5, "번호", why),
        (6, "번호", why),
    ]


def test_a_refused_value_of_what_is_not_open_is_its_length(tmp_path: Path) -> None:
    outcome = of_csv(tmp_path, "번호,명칭,개수,설치일\n1,가,김봄내,2020-01-03\n", grade="internal")
    assert [each.value for each in outcome.refused] == ["(3 letters)"]


def test_a_column_that_the_file_lacks_refuses_the_file(tmp_path: Path) -> None:
    outcome = of_csv(tmp_path, "번호,개수,설치일\n1,3,2020-01-01\n")
    assert outcome.rows == 0
    assert [(each.row, each.column, each.why) for each in outcome.refused] == [
        (None, "명칭", "no such column in the file (nor 시설명)")
    ]


def test_another_name_of_a_column_is_taken(tmp_path: Path) -> None:
    outcome = of_csv(tmp_path, CSV.replace("명칭", "시설명").replace("경도", "WGS84경도"))
    assert outcome.sample[0].values["명칭"] == "공지천"


@pytest.mark.parametrize("count", [65_535])
def test_a_list_that_a_spreadsheet_has_cut_says_so(tmp_path: Path, count: int) -> None:
    rows = "".join(f"{n},가,1,2020-01-01\n" for n in range(count))
    outcome = of_csv(tmp_path, "번호,명칭,개수,설치일\n" + rows)
    assert outcome.rows == count
    assert "cuts a list" in outcome.refused[0].why


ROW = {"번호": "1", "명칭": "가", "개수": "3", "설치일": 20200103, "경도": 127.7, "위도": "37.8"}
WRAPPINGS: list[Any] = [
    [ROW],
    {"fields": [{"id": "번호"}], "records": [ROW]},
    {"response": {"header": {"resultCode": "00"}, "body": {"items": {"item": [ROW]}}}},
    {"response": {"header": {"resultCode": 0}, "body": {"items": {"item": ROW}, "totalCount": 1}}},
    {"response": {"body": {"items": [{"item": ROW}]}}},
    {
        "CODE1": [
            {"head": [{"list_total_count": 1}, {"RESULT": {"CODE": "INFO-000"}}]},
            {"row": [ROW]},
        ]
    },
    {"data": [ROW], "totalCount": 1, "perPage": 10},
    {"header": {"resultCode": "000"}, "body": [ROW]},
]


@pytest.mark.parametrize("tree", WRAPPINGS)
def test_rows_are_found_in_every_wrapping(tmp_path: Path, tree: Any) -> None:
    file = tmp_path / "rows.json"
    file.write_text(json.dumps(tree, ensure_ascii=False), encoding="utf-8")
    outcome = came_of(descriptor(tmp_path), file)
    assert (outcome.rows, outcome.on_map, outcome.is_short) == (1, 1, False)
    assert outcome.refused == []


def test_a_source_that_refuses_is_no_empty_list(tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    file.write_text('{"response": {"header": {"resultCode": "22", "resultMsg": "LIMITED"}}}')
    with pytest.raises(UnreadableFileError, match="resultCode '22'"):
        came_of(descriptor(tmp_path), file)


def test_a_page_of_many_is_never_the_whole(tmp_path: Path) -> None:
    pages = []
    for number in (1, 2):
        page = tmp_path / f"page{number}.json"
        body = {"data": [{**ROW, "번호": number}], "totalCount": 2}
        page.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
        pages.append(page)
    assert came_of(descriptor(tmp_path), pages[0]).is_short
    assert not came_of(descriptor(tmp_path), *pages).is_short


def test_xml_whatever_its_root_is_called(tmp_path: Path) -> None:
    cells = "".join(f"<{name}>{value}</{name}>" for name, value in ROW.items())
    file = tmp_path / "rows.xml"
    file.write_text(f"<resonse><items><item>{cells}</item></items></resonse>", encoding="utf-8")
    outcome = came_of(descriptor(tmp_path), file)
    assert (outcome.rows, outcome.on_map, outcome.refused) == (1, 1, [])


@pytest.mark.parametrize(
    ("form", "rows", "left"),
    [
        ("[format]\ngoes_on = true\n", 2, {"totals": 1}),
        ("", 1, {"sheet s2: none of the declared columns (goes_on = true reads it on)": 1}),
    ],
)
def test_sheets_of_a_workbook_go_on_without_a_header_where_it_is_said(
    tmp_path: Path, form: str, rows: int, left: dict[str, int]
) -> None:
    file = tmp_path / "rows.xlsx"
    first = sheet_of(
        [
            ["업무 현황", "", "", ""],
            ["번호", "명칭", "개수", "설치일"],
            ["1", "가", "3개", "2020-01-01"],
        ]
    )
    second = sheet_of([["2", "나", "1,204", "2020-01-02"], ["합계", "", "1207", ""]])
    file.write_bytes(workbook(first, second))
    outcome = came_of(descriptor(tmp_path, BENCHES + form), file)
    assert (outcome.rows, outcome.refused, outcome.left_out) == (rows, [], left)
    assert outcome.sums == {"개수": 1207 if rows == 2 else 3}


ROWS_OF = {  # the same four rows, each in an order of its own, with a person beside
    "번호": ["1", "2", "3", "4"],
    "명칭": ["가", "나", "다", "라"],
    "담당자": ["김봄내", "이소양", "박의암", "최공지"],
    "개수": ["3", "4", "5", "6"],
    "설치일": ["2020-01-01", "2020-01-02", "2020-01-03", "2020-01-04"],
}
ORDERS = [
    ["번호", "명칭", "담당자", "개수", "설치일"],
    ["담당자", "설치일", "개수", "명칭", "번호"],
    ["명칭", "담당자", "번호", "설치일", "개수"],
]


def _lines(order: Sequence[str], at: int, *, title: bool = False) -> list[list[str]]:
    lines = [list(order), [ROWS_OF[name][at] for name in order]]
    return [["벤치 현황", *[""] * (len(order) - 1)], *lines] if title else lines


def _sheets(folder: Path, orders: Sequence[Sequence[str]]) -> list[Path]:
    file = folder / "rows.xlsx"
    summary = sheet_of([["명칭", "개수"], ["모두", "18"]])
    notes = sheet_of([["담당자", "전화"], ["김봄내", "010-0000-1000"]])
    own = [sheet_of(_lines(x, at, title=bool(at % 2))) for at, x in enumerate(orders)]
    file.write_bytes(workbook(summary, *own, notes))
    return [file]


def _tables(folder: Path, orders: Sequence[Sequence[str]]) -> list[Path]:
    files = [folder / f"rows{at}.csv" for at in range(len(orders))]
    for at, file in enumerate(files):
        words = "\n".join(",".join(line) for line in _lines(orders[at], at))
        file.write_text(words + "\n", encoding="utf-8")
    return files


def _one_under_another(folder: Path, orders: Sequence[Sequence[str]]) -> list[Path]:
    file = folder / "rows.csv"
    lines = [line for at, order in enumerate(orders) for line in _lines(order, at)]
    file.write_text("".join(",".join(line) + "\n" for line in lines), encoding="utf-8")
    return [file]


def _pages(folder: Path, orders: Sequence[Sequence[str]]) -> list[Path]:
    files = [folder / f"page{at}.json" for at in range(len(orders))]
    for at, file in enumerate(files):
        row = {name: ROWS_OF[name][at] for name in orders[at]}
        file.write_text(json.dumps({"data": [row]}, ensure_ascii=False), encoding="utf-8")
    return files


@pytest.mark.parametrize("written", [_sheets, _tables, _one_under_another, _pages])
@pytest.mark.parametrize("columns", ["", '  { name = "담당자", personal = "drop" },\n'])
def test_each_part_of_a_list_is_read_by_its_own_header(
    tmp_path: Path, written: Any, columns: str
) -> None:
    made = descriptor(tmp_path, BENCHES.replace("]\n[[place]]", f"{columns}]\n[[place]]"))
    outcome = came_of(made, *written(tmp_path, ORDERS))
    assert [tuple(taken.values.values()) for taken in outcome.sample] == [
        ("1", "가", 3, "2020-01-01"), ("2", "나", 4, "2020-01-02"), ("3", "다", 5, "2020-01-03"),
    ]  # fmt: skip
    assert outcome.refused == []
    assert outcome.dropped == ("담당자",)
    if written is _sheets:
        assert [why.partition(":")[0] for why in outcome.left_out] == ["sheet s1", "sheet s5"]


def test_a_sheet_that_lacks_a_column_of_most_is_at_fault(tmp_path: Path) -> None:
    renamed = ["번호", "이름표", "담당자", "개수", "설치일"]
    whole, other = _lines(ORDERS[0], 0), [renamed, _lines(ORDERS[0], 1)[1]]
    file = tmp_path / "rows.xlsx"
    file.write_bytes(workbook(sheet_of(whole), sheet_of(other)))
    outcome = came_of(descriptor(tmp_path), file)
    assert [(each.row, each.why) for each in outcome.refused] == [
        (None, "sheet s2: no column 명칭")
    ]
    chosen = BENCHES + '[format]\nsheets = ["s1"]\n'
    assert came_of(descriptor(tmp_path, chosen), file).refused == []
    with pytest.raises(UnreadableFileError, match="no sheet 's9': there are s1, s2"):
        came_of(descriptor(tmp_path, chosen.replace("s1", "s9")), file)


def test_the_name_of_a_sheet_is_a_column_where_that_is_said(tmp_path: Path) -> None:
    head = ["번호", "개수", "설치일"]
    file = tmp_path / "rows.xlsx"
    own = [sheet_of([head, [str(at), "3", "2020-01-01"]]) for at in (1, 2)]
    file.write_bytes(workbook(*own))
    form = '[format]\nsheet_name = "{}"\n'
    outcome = came_of(descriptor(tmp_path, BENCHES + form.format("명칭")), file)
    assert [taken.values["명칭"] for taken in outcome.sample] == ["s1", "s2"]
    assert came_of(descriptor(tmp_path), file).rows == 0
    with pytest.raises(DescriptorError, match="sheet_name '이름' is no declared column"):
        load(descriptor(tmp_path, BENCHES + form.format("이름")))


def test_a_second_header_that_lacks_a_column_ends_the_list(tmp_path: Path) -> None:
    words = "번호,명칭,개수,설치일,담당자\n1,가,3,2020-01-01,김봄내\n"
    words += "담당자,개수,번호,설치일\n이소양,2,3,2020-01-01\n"
    outcome = of_csv(tmp_path, words)
    assert (outcome.rows, [each.why for each in outcome.refused]) == (
        1, ["a second header without 명칭"],
    )  # fmt: skip


def test_a_line_with_a_cell_too_many_or_too_few_is_no_row(tmp_path: Path) -> None:
    """Its cells have slid: a name would stand under the name of another column."""
    words = "번호,명칭,담당자,개수,설치일,비고\n1,가,김봄내,3,2020-01-01,\n"
    words += "2,나,다,이소양,4,2020-01-02,\n3,박의암,5,2020-01-03,\n"
    outcome = of_csv(tmp_path, words)
    hint = " (short_lines = true, if blank last cells were left off)"
    assert (outcome.rows, [(each.row, each.why) for each in outcome.refused]) == (
        1, [(2, "7 cells, the header has 6"), (3, f"5 cells, the header has 6{hint}")],
    )  # fmt: skip
    ends = of_csv(tmp_path, "번호,명칭,개수,설치일\n" + "1,가,3,2020-01-01,,\n" * 4)
    assert ends.rows == 1  # blank cells at the end of each line; the others have the same key


@pytest.mark.parametrize("form", ["shp", "geojson", "zip"])
def test_lines_in_metres_of_a_plane(tmp_path: Path, form: str) -> None:
    rest = BENCHES.partition("[[place]]")[0]
    points = [[263615.34, 586597.368], [263280.488, 588032.269]]
    file = tmp_path / f"rows.{'shp' if form == 'zip' else form}"
    if file.suffix == ".shp":
        with shapefile.Writer(str(file), encoding="cp949") as writer:
            for name in ("번호", "명칭", "개수", "설치일"):
                writer.field(name, "C", size=20)
            writer.line([points])
            writer.record("1", "가", "3", "00000000")
        file.with_suffix(".prj").write_text(CRS.from_epsg(5186).to_wkt("WKT1_ESRI"))
    else:
        shape = {"type": "LineString", "coordinates": points}
        crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::5186"}}
        row = {"type": "Feature", "geometry": shape, "properties": {**ROW, "설치일": "00000000"}}
        tree = {"type": "FeatureCollection", "crs": crs, "features": [row]}
        file.write_text(json.dumps(tree, ensure_ascii=False), encoding="utf-8")
    if form == "zip":
        parts = {f"하수/관로{x.suffix}": x.read_bytes() for x in tmp_path.glob("rows.*")}
        file = _zip(tmp_path / "관로.zip", {**parts, "하수/레이아웃.txt": b"-"}, is_windows=True)
    outcome = came_of(descriptor(tmp_path, rest), file)
    (taken,) = outcome.sample
    assert taken.values["설치일"] is None
    assert (taken.placed.lon, taken.placed.lat) == pytest.approx((127.72307, 37.87703), abs=2e-5)
    assert outcome.box is not None
    assert outcome.box[3] > 37.88


def test_a_wide_table_is_made_long(tmp_path: Path) -> None:
    rest = """long = { columns = "{기준월}_{measure}" }
leave_out = [{ column = "행정구역", ends = ["(51)"], why = "도시 전체" }]
column = [
  { name = "동", aliases = ["행정구역"], part = "before brackets" },
  { name = "동코드", type = "code", aliases = ["행정구역"], part = "in brackets" },
  { name = "기준월", type = "month" },
  { name = "인구", type = "whole" },
]
"""
    words = (
        '행정구역,2026년08월_인구,2026년09월_인구\n"춘천시  (51)","3,000","3,100"\n'
        '"석사동 (5111065000)","1,000",990\n'
    )
    file = tmp_path / "rows.csv"
    file.write_text(words, encoding="cp949")
    outcome = came_of(descriptor(tmp_path, rest, key=["동코드", "기준월"]), file)
    assert [tuple(taken.values.values()) for taken in outcome.sample] == [
        ("석사동", "5111065000", "2026-08", 1000), ("석사동", "5111065000", "2026-09", 990),
    ]  # fmt: skip
    assert outcome.left_out == {"도시 전체": 1}


BY_MONTH = """column = [
  { name = "동", aliases = ["행정동"] },
  { name = "월", type = "month" },
  { name = "성별" },
  { name = "인구수", type = "whole" },
]
[long]
columns = "{월}_{성별}"
value = "인구수"
"""


@pytest.mark.parametrize("column", ["성별", "인구수"])
def test_headings_without_a_measure_and_rules_on_what_long_makes(
    tmp_path: Path, column: str
) -> None:
    """What fits the pattern and holds no month stays behind; a rule on 성별 acts on the rows."""
    words = "행정동,2026.10_남,2026.10_여,2026.10_계,작성_참고\n석사동,3,4,7,박의암\n"
    file = tmp_path / "rows.csv"
    file.write_text(words, encoding="utf-8")
    left = {"성별": '"계"', "인구수": '"7"'}[column]
    rule = f'[[leave_out]]\ncolumn = "{column}"\nis = [{left}]\n'
    outcome = came_of(descriptor(tmp_path, BY_MONTH + rule, key=["동", "월", "성별"]), file)
    assert [tuple(taken.values.values()) for taken in outcome.sample] == [
        ("석사동", "2026-10", "남", 3), ("석사동", "2026-10", "여", 4),
    ]  # fmt: skip
    assert (outcome.dropped, outcome.refused) == (("작성_참고",), [])


@pytest.mark.parametrize("table", ["keep", "leave_out"])
@pytest.mark.parametrize(
    ("column", "rows"), [("시설명", 1), ("명칭", 1), ("담당자", 2), ("없는열", 0)]
)
def test_a_rule_names_a_column_of_the_file_or_a_declared_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], table: str, column: str, rows: int
) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(CSV.replace("명칭", "시설명").encode("cp949"))
    rule = f'[[{table}]]\ncolumn = "{column}"\nis = ["공지천", "김봄내", "이소양"]\n'
    path = descriptor(tmp_path, BENCHES + rule)
    code = main(["datasets", "check", str(path), str(file)])
    said = capsys.readouterr()
    expected = 2 - rows if rows == 2 and table == "leave_out" else rows
    assert (code, f"rows: {expected}," in said.out) == (0 if rows else 1, True)
    assert ("benches.toml:17:11: " in said.err) is not bool(rows)


def test_refused_rows_are_told_in_the_order_of_rows(tmp_path: Path) -> None:
    words = "번호,명칭,개수,설치일\n1,가\n2,나,많음,-\n3,다\n4,라,5,2020-02-30\n5,마,1,-,더\n"
    refused = of_csv(tmp_path, words).refused
    assert [(each.row, each.value) for each in refused] == [
        (1, None), (2, "많음"), (3, None), (4, "2020-02-30"), (5, None),
    ]  # fmt: skip


FILLED = BENCHES.replace('aliases = ["시설명"]', 'aliases = ["시설명"], fill = true')


def of_filled(folder: Path, *files: Path, rest: str = FILLED) -> list[Any]:
    made = load(descriptor(folder, rest))
    reading = Reading(made)
    opening = Opening(Wanted(made), made.format)
    found = []
    for file in files:
        with ExitStack() as stack:
            opened = opening.open(file, stack)
            found += [taken.values["명칭"] for taken in reading.rows_of(opened)]
    return found


def test_a_blank_cell_takes_the_one_above_where_that_is_said(tmp_path: Path) -> None:
    """Also that of a row which does not count; never that of another file."""
    words = "번호,시설명,개수,설치일\n1,,3,\n2,가,3,\n3, ,3,\n4,나,많음,\n5,,3,\n6,-,3,\n7,,3,\n"
    files = [tmp_path / "a.csv", tmp_path / "b.csv"]
    files[0].write_text(words, encoding="utf-8")
    files[1].write_text("번호,시설명,개수,설치일\n8,,3,\n9,다,3,\n", encoding="utf-8")
    assert of_filled(tmp_path, *files) == [None, "가", "가", "나", None, None, None, "다"]
    assert of_filled(tmp_path, files[0], rest=BENCHES) == [None, "가", None, None, None, None]
    cut = "[[keep]]\ncolumn = {}\nis = ['가']\n"
    for name in ("'시설명'", "'명칭'"):
        assert of_filled(tmp_path, files[0], rest=FILLED + cut.format(name)) == ["가", "가"]


def test_cells_above_are_taken_of_json_and_never_of_another_sheet(tmp_path: Path) -> None:
    page = tmp_path / "page.json"
    rows = [{**ROW, "번호": 1, "명칭": "가"}, {**ROW, "번호": 2, "명칭": None}]
    page.write_text(json.dumps({"data": rows}, ensure_ascii=False), encoding="utf-8")
    assert of_filled(tmp_path, page) == ["가", "가"]
    head = ["번호", "명칭", "개수", "설치일"]
    first = sheet_of([head, ["1", "가", "3", ""], ["2", "", "3", ""]])
    second = sheet_of([head, ["3", "", "3", ""], ["4", "나", "3", ""]])
    file = tmp_path / "rows.xlsx"
    file.write_bytes(workbook(first, second))
    assert of_filled(tmp_path, file) == ["가", "가", None, "나"]


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        ('[source]\nkind = "kafka"\ntopic = "x"\n', "the rows of a kafka have no order"),
        ("", "not of parts, which are several cells"),
    ],
)
def test_fill_where_nothing_stands_above_is_a_fault(tmp_path: Path, rest: str, why: str) -> None:
    lies = FILLED if rest else FILLED.replace("aliases", "parts", 1)
    with pytest.raises(DescriptorError) as wrong:
        load(descriptor(tmp_path, lies + rest))
    assert [fault.why for fault in wrong.value.faults] == [f"fill takes the cell above: {why}"]


def test_a_second_unit_in_a_column() -> None:
    column = Column(name="반경", type=ValueType.NUMBER, unit="m", units={"km": 1000, "㎝": 0.01})
    cells = {"1.1km": 1100, "800m": 800, "７ｋｍ": 7000, "50cm": 0.5, "12": 12}
    assert {words: value_of(words, column) for words in cells} == cells
    for words in ("3mm", "3리"):
        with pytest.raises(ValueRefusedError, match="another unit than 'm', 'km', '㎝'"):
            value_of(words, column)
    with pytest.raises(ValueRefusedError):  # a unit is no part of another
        value_of("500원", Column(name="값", type=ValueType.WHOLE, unit="천원"))


def test_last_cells_that_were_left_off_are_not_known_where_that_is_said(tmp_path: Path) -> None:
    words = "번호,명칭,개수,설치일\n1,가\n2,나,3\n3,다,4,2020-01-01\n4,라,5,2020-01-01,더\n"
    short = of_csv(tmp_path, words, rest=BENCHES + "[format]\nshort_lines = true\n")
    assert (short.rows, [each.row for each in short.refused]) == (3, [4])
    assert short.sample[0].values["개수"] is None
    assert [each.row for each in of_csv(tmp_path, words).refused] == [1, 2, 4]


def test_a_file_without_a_header_has_the_declared_columns_in_their_order(tmp_path: Path) -> None:
    words = '1|"가" 동|3|2020-01-01\n2|나|4|2020-01-02|더\n'
    form = "[format]\nheader_lines = 0\nquotes = false\n"
    outcome = of_csv(tmp_path, words, rest=BENCHES + form)
    assert [taken.values["명칭"] for taken in outcome.sample] == ['"가" 동']
    assert [each.row for each in outcome.refused] == [2]


@pytest.mark.parametrize("cell", ["37.8, 127.7", "127.7 37.8", "37°48'0\"N 127°42'0\"E"])
def test_both_degrees_in_one_cell(tmp_path: Path, cell: str) -> None:
    rest = BENCHES.partition("lon =")[0] + 'lat_lon = ["좌표"]\n'
    outcome = of_csv(tmp_path, f"번호\t명칭\t개수\t설치일\t좌표\n1\t가\t1\t-\t{cell}\n", rest=rest)
    assert (outcome.sample[0].placed.lon, outcome.sample[0].placed.lat) == (127.7, 37.8)


def test_places_whose_columns_no_file_has_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(CSV.replace("위도", "북위").encode("cp949"))
    assert main(["datasets", "check", str(descriptor(tmp_path)), str(file)]) == 0
    assert "no [[place]] has its columns in the file" in capsys.readouterr().out


class _WindowsName(zipfile.ZipInfo):
    """A file whose name is CP949, which nothing in the zip says."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 the library's name
        return self.filename.encode("cp949"), self.flag_bits


def _zip(path: Path, parts: dict[str, bytes], *, is_windows: bool = False) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(_WindowsName(name) if is_windows else name, body)
    return path


def test_the_one_table_of_a_zip_is_read(tmp_path: Path) -> None:
    body = CSV.encode("cp949")
    file = _zip(tmp_path / "rows.zip", {"벤치/현황.csv": body, "벤치/읽어보기.txt": b"-"})
    assert came_of(descriptor(tmp_path), file).rows == 2
    two = _zip(tmp_path / "two.zip", {"가.csv": body, "나.csv": b"x"})
    with pytest.raises(
        UnreadableFileError, match=r"several files: 가.csv, 나.csv \(inside = one\)"
    ):
        came_of(descriptor(tmp_path), two)
    named = descriptor(tmp_path, BENCHES + '[format]\ninside = "가.csv"\n')
    assert came_of(named, two).rows == 2


def test_what_a_zip_unpacks_to_is_bounded(tmp_path: Path) -> None:
    bomb = _zip(tmp_path / "bomb.zip", {"rows.csv": b"0" * (64 << 20)})
    with pytest.raises(UnreadableFileError, match="more than 200 times its size"):
        came_of(descriptor(tmp_path), bomb)
    many = _zip(tmp_path / "many.zip", {f"{n}.txt": b"" for n in range(2001)})
    with pytest.raises(UnreadableFileError, match="a zip of 2001 files"):
        came_of(descriptor(tmp_path), many)


PEOPLE = """column = [
  { name = "번호", type = "code" },
  { name = "민원인", personal = "pseudonym" },
  { name = "연락처", personal = "drop" },
  { name = "나이", type = "whole", unit = "세", personal = "generalise" },
  { name = "제목" },
]
"""


def test_each_treatment_of_a_persons_data(tmp_path: Path) -> None:
    words = (
        "번호,민원인,연락처,나이,제목\n1,김봄내,010-0000-1000,25세,포트홀\n"
        "2,김봄내,,31,전화 010-0000-1000 주세요\n"
    )
    file = tmp_path / "rows.csv"
    file.write_text(words, encoding="cp949")
    outcome = came_of(descriptor(tmp_path, PEOPLE, grade="personal"), file)
    first, second = (taken.values for taken in outcome.sample)
    assert first["민원인"] == second["민원인"] != "김봄내"
    assert (first["나이"], second["나이"]) == ("20-29", "30-39")
    assert "1000" not in repr((first, second))
    assert outcome.dropped == ("연락처",)
    assert outcome.sums == {}


@pytest.mark.parametrize(
    ("rest", "line", "why"),
    [
        (BENCHES.replace('"whole"', '"numbr"'), 10, "Invalid enum value 'numbr' (one of text,"),
        (BENCHES.replace("unit =", "unitt ="), 10, "there is no field `unitt`; nearest: unit"),
        (BENCHES + 'crs = "EPSG:99999"\n', 16, "'EPSG:99999' is no reference system"),
        (BENCHES.replace('"번호"', '"순번"'), 6, "key '번호' is no declared column"),
        (BENCHES.replace('"명칭"', '"담당자"'), 9, "looks personal"),
        (PEOPLE, 9, "pseudonyms are no open data"),
        (PEOPLE.replace('type = "whole"', 'type = "text"'), 11, "cannot be generalised"),
        (BENCHES + '[[example]]\nexpect = { "개수" = 3 }\n', 16, "either where or row"),
        (BENCHES.replace("명칭", "번호"), 6, "declared twice"),
        (BENCHES.replace('lat = ["위도", "WGS84위도"]\n', ""), 13, "either lon and lat"),
        ("column = [", 7, "Invalid"),
        (
            BENCHES.replace('["시설명"]', '"시설명"'),
            9,
            'aliases: needs a list [ ... ], not a text "..."',
        ),
        (BENCHES + "[format]\nsheet = 1\n", 17, "there is no field `sheet`; nearest: sheets"),
        (BENCHES + "[format]\nxyzzy = 1\n", 17, "there are: kind, header_lines, delimiter"),
        ('format = "csv"\n' + BENCHES, 7, "format: needs a table { ... }"),
        (BENCHES + '[long]\ncolumns = "{설치일}"\n', 17, "either {measure} in columns, or value"),
        (BENCHES + '[long]\ncolumns = "{월}_{measure}"\n', 16, "'월' of [long] is no declared"),
        (BENCHES.replace('unit = "개"', 'units = { "조" = 2 }'), 10, "a number with a unit"),
    ],
)
def test_a_descriptor_that_lies_is_told_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rest: str, line: int, why: str
) -> None:
    path = descriptor(tmp_path, rest)
    with pytest.raises(DescriptorError) as raised:
        load(path)
    found = [fault for fault in raised.value.faults if why in fault.why]
    assert found, raised.value.faults
    assert found[0].line == line, found
    assert main(["datasets", "check", str(path)]) == 1
    assert f"benches.toml:{line}:" in capsys.readouterr().err


def test_every_fault_of_a_descriptor_is_told_at_once(tmp_path: Path) -> None:
    rest = BENCHES.replace('"whole"', '"numbr"').replace('"date"', '"day"')
    with pytest.raises(DescriptorError) as raised:
        load(descriptor(tmp_path, rest))
    assert [fault.line for fault in raised.value.faults] == [10, 11]


EXAMPLE = """
[[example]]
where = { "번호" = "01" }
expect = { "개수" = 3, "설치일" = "2020-01-03" }
lon = 127.7
lat = 37.8
within_m = 1

[[example]]
row = 2
expect = { "개수" = 1204 }
"""


def test_what_is_left_out_is_told_beside_the_object(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The object has the keys of its contract alone; notes are on the error stream."""
    file = tmp_path / "rows.csv"
    lines = CSV.splitlines()
    file.write_bytes("\n".join([*lines, lines[1]]).encode("cp949"))
    assert main(["datasets", "check", str(descriptor(tmp_path, BENCHES)), str(file), "--json"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["rows"] == 2
    assert "left out: 1 (the same again)" in printed.err


def test_the_command_prints_what_came_of_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(CSV.encode("cp949"))
    path = descriptor(tmp_path, BENCHES + EXAMPLE)
    assert main(["datasets", "check", str(path), str(file), "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert list(body) == [
        "id", "rows", "refused", "sample", "sums", "lon_lat_box", "dropped_columns",
    ]  # fmt: skip
    assert (body["id"], body["rows"], body["refused"]) == ("benches", 2, [])
    assert body["sample"][0]["lon"] == 127.7
    path = descriptor(tmp_path, BENCHES + EXAMPLE.replace("1204", "1205").replace("127.7", "127.8"))
    assert main(["datasets", "check", str(path), str(file), "--json"]) == 1
    body = json.loads(capsys.readouterr().out)
    assert [(each["row"], each["column"]) for each in body["refused"]] == [
        (1, "place"),
        (2, "개수"),
    ]
    assert main(["datasets", "check", str(path), str(file)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "example that failed, row 2, 개수 '1204': example 2: expected 1205" in lines
    assert not any(line.startswith("refused") for line in lines)
    assert main(["datasets", "check", str(path), str(tmp_path / "none.csv")]) == 2


def test_two_datasets_of_one_id_are_both_refused(tmp_path: Path) -> None:
    descriptor(tmp_path).rename(tmp_path / "a.toml")
    descriptor(tmp_path).rename(tmp_path / "b.toml")
    found, faults = load_all([tmp_path])
    assert found == []
    assert [fault.file for fault in faults] == ["a.toml", "b.toml"]


def test_every_shipped_descriptor_is_sound() -> None:
    found, faults = load_all([SHIPPED])
    assert faults == []
    assert {each.field for each in found} <= set(FIELDS)
    assert all(each.licence and each.owner for each in found)
    assert len(found) == len(list(SHIPPED.glob("*.toml"))) == 105
    assert len({each.name for each in found}) == 105
    unsaid = [
        f"{each.id}: {column.name}"
        for each in found
        for column in each.columns
        if column.name.isascii() and not column.meaning
    ]
    assert unsaid == []  # a name that is no Korean word is explained


def test_the_catalogue_is_loaded_at_once() -> None:
    began = time.process_time()
    load_all([SHIPPED])
    assert time.process_time() - began < 2


Cell = tuple[str, ValueType, Any]
CELLS: list[Cell] = [
    ("1,234원", ValueType.WHOLE, 1234),
    ("￦1,234", ValueType.WHOLE, 1234),
    ("1 234 567", ValueType.WHOLE, 1234567),
    ("△12 345.5", ValueType.NUMBER, -12345.5),
    ("△12", ValueType.WHOLE, -12),
    ("▲12", ValueType.WHOLE, -12),
    ("(12)", ValueType.WHOLE, -12),
    ("-12.3", ValueType.NUMBER, -12.3),
    ("1.2E3", ValueType.NUMBER, 1200.0),
    ("3건", ValueType.WHOLE, 3),
    ("2026-11-20", ValueType.DATE, "2026-11-20"),
    ("20261120", ValueType.DATE, "2026-11-20"),
    ("2026/06/30", ValueType.DATE, "2026-06-30"),
    ("’26. 9. 3.", ValueType.DATE, "2026-09-03"),
    ("26/11/10", ValueType.DATE, "2026-11-10"),
    ("'86. 12. 22.", ValueType.DATE, "1986-12-22"),
    ("’69.1.1.", ValueType.DATE, "1969-01-01"),
    ("'68-12-31", ValueType.DATE, "2068-12-31"),
    ("85.3.1", ValueType.DATE, "1985-03-01"),
    ("70.1.1", ValueType.DATE, "1970-01-01"),
    ("89. 12. 31.", ValueType.DATE, "1989-12-31"),
    ("900101", ValueType.DATE, "1990-01-01"),
    ("22-Dec-86", ValueType.DATE, "1986-12-22"),
    ("861222 09:30", ValueType.MOMENT, "1986-12-22T09:30:00+09:00"),
    ("99/12/31", ValueType.DATE, "1999-12-31"),
    ("02.3.1.", ValueType.DATE, "2002-03-01"),
    ("05-11-03", ValueType.DATE, "2005-11-03"),
    ("861222", ValueType.DATE, "1986-12-22"),
    ("001231", ValueType.DATE, "2000-12-31"),
    ("86년 12월 22일", ValueType.DATE, "1986-12-22"),
    ("’86.12.22 09:30", ValueType.MOMENT, "1986-12-22T09:30:00+09:00"),
    ("86년 12월", ValueType.MONTH, "1986-12"),
    ("'07.5", ValueType.MONTH, "2007-05"),
    ("2026.11.03. 14:05", ValueType.MOMENT, "2026-11-03T14:05:00+09:00"),
    ("2025년 1월 3일 08시", ValueType.MOMENT, "2025-01-03T08:00:00+09:00"),
    ("2025021105", ValueType.MOMENT, "2025-02-11T05:00:00+09:00"),
    ("2026-11-22 24:00", ValueType.MOMENT, "2026-11-23T00:00:00+09:00"),
    ("201501", ValueType.MONTH, "2015-01"),
    ("2026년 10월", ValueType.MONTH, "2026-10"),
    ("오후 1:00", ValueType.TIME, "13:00"),
    ("0900", ValueType.TIME, "09:00"),
    ("24:00", ValueType.TIME, "24:00"),
    ("2400", ValueType.TIME, "24:00"),
    ("2359", ValueType.TIME, "23:59"),
    ("900", ValueType.TIME, "09:00"),
    ("030", ValueType.TIME, "00:30"),
    ("00123", ValueType.CODE, "00123"),
    ("0", ValueType.CODE, "0"),
    ("예", ValueType.FLAG, True),
    ("미설치", ValueType.FLAG, False),
    ("없음", ValueType.FLAG, False),
    ("없음", ValueType.TEXT, None),
    ("*", ValueType.NUMBER, None),
    ("00000000", ValueType.DATE, None),
    ("N/A", ValueType.WHOLE, None),
    ("6~8", ValueType.RANGE, {"min": 6, "max": 8, "or_text": "6~8"}),
    ("6", ValueType.RANGE, {"min": 6, "max": 6, "or_text": "6"}),
    ("100건 이상", ValueType.RANGE, {"min": 100, "or_text": "100건 이상"}),
    ("1천만원 미만", ValueType.RANGE, {"max_excl": 10_000_000, "or_text": "1천만원 미만"}),
]


@pytest.mark.parametrize(("words", "type_", "value"), CELLS)
def test_a_cell_as_its_type_has_it(words: str, type_: ValueType, value: Any) -> None:
    found = value_of(words, Column(name="값", type=type_))
    assert found == value
    assert type(found) is type(value)


REFUSED: list[tuple[str, ValueType]] = [
    ("1.234,5", ValueType.NUMBER),
    ("12,34", ValueType.WHOLE),
    ("3.5", ValueType.WHOLE),
    ("(12", ValueType.WHOLE),
    ("3 4", ValueType.NUMBER),
    ("0 123", ValueType.WHOLE),  # two numbers: none that is parted begins with 0
    ("12 34 567", ValueType.WHOLE),
    ("2026-13-01", ValueType.DATE),
    ("2026-02-30", ValueType.DATE),
    ("2026-10", ValueType.DATE),
    ("2026-10-01", ValueType.MOMENT),
    ("2026-10-01 ~ 2026-10-03", ValueType.DATE),
    ("05/11/03", ValueType.DATE),
    ("86.13.1", ValueType.DATE),
    ("25:00", ValueType.TIME),
    ("2430", ValueType.TIME),
    ("960", ValueType.TIME),
    ("9", ValueType.TIME),
    ("아마도", ValueType.FLAG),
    ("많음", ValueType.RANGE),
    ("²", ValueType.WHOLE),
    ("1e999", ValueType.NUMBER),
]


@pytest.mark.parametrize(("words", "type_"), REFUSED)
def test_what_is_no_such_value_is_refused(words: str, type_: ValueType) -> None:
    with pytest.raises(ValueRefusedError) as refused:
        value_of(words, Column(name="값", type=type_))
    assert words not in str(refused.value) or type_ is ValueType.DATE


def test_missing_and_zero_are_stated_apart() -> None:
    assert value_of("-", Column(name="값", type=ValueType.WHOLE)) is None
    assert value_of("-", Column(name="값", type=ValueType.WHOLE, zero=("-",))) == 0
    assert value_of("999", Column(name="값", type=ValueType.WHOLE, missing=("999",))) is None
    assert value_of("석사동 (51)", Column(name="값", part=Part.IN_BRACKETS)) == "51"
    coded = Column(name="값", codes={"2": "대기"})
    assert value_of("2", coded) == "대기"
    with pytest.raises(ValueRefusedError):
        value_of("7", coded)


def test_no_cell_ends_the_reading() -> None:
    """Whatever stands in a cell, it is a value or it is refused."""
    seed = random.randrange(1 << 32)
    rng = random.Random(seed)
    letters = "0123456789-/.,:~()△원만억년월일시 오전후\n\t\x00ⅣＡ①😀%eE+"
    for _ in range(3000):
        words = "".join(rng.choices(letters, k=rng.randrange(14)))
        for type_ in ValueType:
            try:
                value_of(words, Column(name="값", type=type_))
            except ValueRefusedError:
                continue
            except Exception as error:
                raise AssertionError(f"seed {seed}: {words!r} as {type_}") from error
