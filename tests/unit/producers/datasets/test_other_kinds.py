"""Shapes of public data that came to light when other files were read by the guide alone: lists
in lists, sums in 만 and 억, a spreadsheet's old days, lengths in two units, and descriptors that
lie. What each must come to was written down before it was read.
"""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from producers.__main__ import main
from producers.datasets.descriptor import Column, ValueType
from producers.datasets.drafting import draft_of
from producers.datasets.loading import DescriptorError, load, load_all
from producers.datasets.values import ValueRefusedError, value_of

HEAD = """id = "mine"
name = "내 자료"
field = "안전·재난"
owner = "춘천시"
licence = "공공누리 제1유형"
grade = "open"
period = "year"
"""


def described(tmp_path: Path, body: str, name: str = "mine") -> Path:
    path = tmp_path / f"{name}.toml"
    path.write_text(HEAD.replace("mine", name) + body, encoding="utf-8")
    return path


def written(tmp_path: Path, name: str, words: str) -> Path:
    path = tmp_path / name
    path.write_text(words, encoding="utf-8")
    return path


def checked(capsys: pytest.CaptureFixture[str], *args: Path) -> tuple[int, dict[str, Any], str]:
    """The exit code, the object and what stands on the error stream."""
    code = main(["datasets", "check", *map(str, args), "--json"])
    printed = capsys.readouterr()
    return code, json.loads(printed.out or "{}"), printed.err


REGIONS = {
    "status": "OK",
    "data": {
        "updated": "2026-11-01",
        "regions": [
            {"dong": "석사동", "boxes": [{"no": 1, "count": 2}, {"no": 2, "count": None}]},
            {"dong": "퇴계동", "boxes": [{"no": 3, "count": 0}]},
            {"dong": "서면", "boxes": []},
        ],
    },
}
BOXES = """key = ["번호"]
column = [
  { name = "동", aliases = ["regions/dong"] },
  { name = "번호", type = "code", aliases = ["no"] },
  { name = "개수", type = "whole", aliases = ["count"] },
]
"""


@pytest.mark.parametrize("rows", ["", '[format]\nrows = "data.regions.boxes"\n'])
def test_lists_within_lists_are_all_read_with_what_stands_beside_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: str
) -> None:
    file = written(tmp_path, "boxes.json", json.dumps(REGIONS))
    code, found, _ = checked(capsys, described(tmp_path, BOXES + rows), file)
    assert (code, found["rows"], found["sums"]) == (0, 3, {"개수": 2})
    assert [row["동"] for row in found["sample"]] == ["석사동", "석사동", "퇴계동"]


def test_a_draft_takes_the_rows_and_not_the_pictures_of_each(tmp_path: Path) -> None:
    rows = [{"id": n, "name": f"공원{n}", "pictures": [{"url": "a"}] * 3} for n in range(5)]
    drafted = draft_of(written(tmp_path, "parks.json", json.dumps({"items": rows})))
    assert 'name = "name"' in drafted
    assert "url" not in drafted
    assert 'name = "regions/dong"' in draft_of(written(tmp_path, "boxes.json", json.dumps(REGIONS)))


def test_a_tree_with_as_many_ways_as_rows_is_read_in_seconds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [{"no": str(n), "count": 1, f"k{n}": []} for n in range(20_000)]
    begun = time.monotonic()
    columns = BOXES.replace('name = "동"', 'name = "동", optional = true')
    file = written(tmp_path, "ways.json", json.dumps(rows))
    code, found, _ = checked(capsys, described(tmp_path, columns), file)
    assert (code, found["rows"], found["sums"]) == (0, 20_000, {"개수": 20_000})
    assert time.monotonic() - begun < 30  # each way walked anew: an hour


def test_a_row_with_a_column_that_the_first_rows_lack_is_not_taken_for_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows: list[dict[str, Any]] = [{"no": str(n), "count": 1} for n in range(100)]
    rows[60]["동"] = "석사동"
    columns = BOXES.replace('name = "동"', 'name = "동", optional = true')
    file = written(tmp_path, "late.json", json.dumps(rows))
    code, found, _ = checked(capsys, described(tmp_path, columns), file)
    assert (code, found["rows"]) == (0, 100)


def test_rows_that_are_lists_are_columns_in_their_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    columns = """column = [{ name = "번호", type = "code" }, { name = "개수", type = "whole" }]
[format]
rows = "records"
header_lines = 0
"""
    tree = {"fields": [{"id": "no"}, {"id": "n"}], "records": [["01", 3], ["02", None]]}
    file = written(tmp_path, "lists.json", json.dumps(tree))
    code, found, _ = checked(capsys, described(tmp_path, columns), file)
    assert (code, found["rows"], found["sums"]) == (0, 2, {"개수": 3})


def number(words: str, unit: str = "", **units: float) -> Any:
    column = Column(name="x", type=ValueType.NUMBER, unit=unit, units=units)
    try:
        return value_of(words, column)
    except ValueRefusedError as error:
        return str(error)


def test_sums_are_written_in_ten_thousands() -> None:
    told = {
        "3억 2천만원": 320e6,
        "5,400만원": 54e6,
        "870천원": 870e3,
        "△1.5억": -150e6,
        "1억원": 1e8,
        "(5,400만원)": -54e6,
        "￦5,400만": 54e6,
        "3억2000원": 300_002_000,
    }
    assert {words: number(words, "원") for words in told} == told
    assert {words: number(words) for words in told} == told
    assert number("5만 2,000명", "명") == 52_000
    assert number("5,400만원", "만원") == 5_400
    assert number("1.5천톤", "톤", 천톤=1000) == 1_500
    assert number("3조") == 3  # a crew, where nobody speaks of money
    assert "is not said" in number("2억 5천", "원")  # 5천만, or 5,000?
    assert "is not said" in number("3억2000", "원")  # 2,000만, or 2,000?
    assert "is not said" in number("3억2000")
    assert "bracket" in number("(5,400만원", "원")
    assert "another unit" in number("5,400만원", "명")
    assert "no number" in number("만원", "원")


def test_ten_thousands_of_any_unit_are_that_many_or_refused() -> None:
    told = {"5만명": 50_000, "1만 2천건": 12_000, "10만㎡": 100_000, "(3천톤)": -3_000, "2백m": 200}
    assert {words: number(words) for words in told} == told
    assert number("3만개", "개소") == 30_000
    assert number("2만km", "m", km=1000) == 20_000_000
    assert number("5만기", "기") == 50_000
    assert number("3조각") == 3
    for words in ("5만기", "(5만기)", "(-5만원)", "+5만원", "-(5만명)", "5천막"):
        assert not isinstance(number(words), float), words
    assert "say its unit" in number("5만기")


def test_a_spreadsheets_days_begin_in_1960() -> None:
    column = Column(name="x", type=ValueType.DATE)
    assert value_of("31977", column) == "1987-07-19"
    assert value_of("46082", column) == "2026-03-01"
    for words in ("19870", "20051", "99999"):
        with pytest.raises(ValueRefusedError):
            value_of(words, column)


def test_metres_and_kilometres_of_a_column_without_a_unit_are_not_added_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, "roads.csv", "a,b\n1,350m\n2,1.2㎞\n3,800m\n4,12\n")
    columns = 'column = [{ name = "a" }, { name = "b", type = "number"%s }]\n'
    code, found, _ = checked(capsys, described(tmp_path, columns % ""), file)
    assert (code, found["rows"]) == (1, 3)
    [refused] = found["refused"]
    assert (refused["row"], refused["column"]) == (2, "b")
    assert 'unit = "m"' in refused["why"]
    drafted = draft_of(file)
    assert 'unit = "m", units = { "km" = 1000 }' in drafted
    unit = ', unit = "m", units = { "km" = 1000 }'
    code, found, _ = checked(capsys, described(tmp_path, columns % unit), file)
    assert (code, found["sums"]) == (0, {"b": 2362.0})


def test_inches_are_no_quotes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f'V{n},"6" 밸브{n}' for n in range(9)] + ['V9,"신형 밸브']
    file = written(tmp_path, "valves.csv", "번호,이름표\n" + "\n".join(lines) + "\n")
    drafted = draft_of(file)
    assert "quotes = false" in drafted
    columns = 'column = [{ name = "번호" }, { name = "이름표" }]\n[format]\nquotes = false\n'
    code, found, _ = checked(capsys, described(tmp_path, columns), file)
    assert (code, found["rows"]) == (0, 10)
    assert found["sample"][0]["이름표"] == '"6" 밸브0'
    usual = written(tmp_path, "usual.csv", '번호,글\n1,"가, 나"\n2,"다 ""라"""\n3,마\n')
    assert "quotes" not in draft_of(usual)


def test_a_draft_sees_times_degrees_and_an_x_that_is_north(tmp_path: Path) -> None:
    rows = "\n".join(f"{n},0900,{t},37.9,127.7" for n, t in enumerate(("1800", "2400", "0630")))
    head = "no,monSttTme,monEndTme,wgs84Lon,wgs84Lat\n"
    drafted = draft_of(written(tmp_path, "aed.csv", head + rows + "\n"))
    assert '{ name = "monEndTme", type = "time" }' in drafted
    assert 'lon = ["wgs84Lon"]' in drafted
    rows = "\n".join(f"{n},587{n}12.1,26{n}034.5,{100 + n}" for n in range(4))
    head = "번호,X좌표,Y좌표,대기시간\n"
    drafted = draft_of(written(tmp_path, "boxes.csv", head + rows + "\n"))
    assert '# x = ["Y좌표"]' in drafted
    assert '# y = ["X좌표"]' in drafted
    assert '{ name = "대기시간", type = "whole" }' in drafted


def test_a_draft_of_several_years_knows_their_other_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = written(
        tmp_path,
        "new.csv",
        "관리번호,도로구간명,길이,행정동,시작경도,시작위도,등급,메모\n"
        "A-1,봄내고개,350,석사동,127.7,37.8,상,가파름\nA-2,소양고개,1200,서면,127.71,37.81,중,\n",
    )
    old = written(
        tmp_path,
        "old.csv",
        "구간번호,구간명,연장,읍면동,시점경도,시점위도,등급,담당자\n"
        "B-1,가마고개,400,서면,127.72,37.82,하,김가온\n",
    )
    assert main(["datasets", "draft", str(new), str(old), "--id", "icy"]) == 0
    drafted = capsys.readouterr().out
    for name, alias in (("관리번호", "구간번호"), ("길이", "연장"), ("행정동", "읍면동")):
        assert f'name = "{name}", aliases = ["{alias}"]' in drafted
    assert 'lon = ["시작경도", "시점경도"]' in drafted
    assert '{ name = "메모", optional = true },  # DECIDE: not in old.csv' in drafted
    assert "담당자" not in drafted  # a person's is no other name of anything
    path = tmp_path / "icy.toml"
    path.write_text(drafted, encoding="utf-8")
    code, found, _ = checked(capsys, path, new, old)
    assert (code, found["rows"], found["sums"]["길이"]) == (0, 3, 1950)


def test_a_draft_says_a_name_of_two_other_years_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "A-1,350,127.7,37.8\nA-2,1200,127.71,37.81\n"
    new = written(tmp_path, "new.csv", f"관리번호,길이,시작경도,시작위도\n{rows}")
    others = [
        written(tmp_path, f"{year}.csv", f"구간번호,연장,시점경도,시점위도\n{rows}")
        for year in (2023, 2024)
    ]
    assert main(["datasets", "draft", str(new), *map(str, others)]) == 0
    drafted = capsys.readouterr().out
    assert 'name = "관리번호", aliases = ["구간번호"]' in drafted
    assert 'lon = ["시작경도", "시점경도"]' in drafted


def test_a_draft_names_the_file_that_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = written(tmp_path, "ok.csv", "관리번호,길이\nA-1,350\n")
    for files in ([sound], []):
        asked = [*files, written(tmp_path, "bad.json", "{]")]
        assert main(["datasets", "draft", *map(str, asked)]) == 2
        told = capsys.readouterr().err
        assert told.startswith("bad.json: ")
        assert "ok.csv" not in told


LIES = {
    'column = [{ name = "a" },\n  { name = "a" }]\n': (8, 21, "twice"),
    '[[column]]\nname = "a"\n[long]\ncolumns = "{a}_{a}"\nvalue = "a"\n': (11, 12, "twice"),
    'column = [{ name = "a", aliases = ["담당자 연락처"] }]\n': (8, 21, "looks personal"),
    'column = [{ name = "나이", type = "whole" }]\n': (8, 21, "looks personal"),
    f"column = {'[' * 3000}{']' * 3000}\n": (1, 1, "nested"),
}


@pytest.mark.parametrize("body", LIES, ids=lambda body: body[:40])
def test_a_descriptor_that_lies_is_named_by_line_and_column(tmp_path: Path, body: str) -> None:
    line, column, why = LIES[body]
    path = described(tmp_path, body)
    with pytest.raises(DescriptorError) as caught:
        load(path)
    fault = caught.value.faults[0]
    assert (fault.line, fault.column) == (line, column)
    assert why in fault.why
    described(tmp_path, 'column = [{ name = "a" }]\n', "sound")
    assert [x.id for x in load_all([tmp_path])[0]] == ["sound"]  # and stops no other


def test_a_descriptor_of_a_windows_editor_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes((HEAD + 'column = [{ name = "a" }]\n').encode("utf-8-sig"))
    assert load(path).id == "mine"


def test_what_a_file_shows_to_be_a_lie_has_its_place_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body = 'column = [\n  { name = "a" },\n  { name = "없는열" },\n]\n'
    file = written(tmp_path, "f.csv", "a,b\n" + "1,가나\n" * 3)
    code, _, told = checked(capsys, described(tmp_path, body), file)
    assert code == 1
    assert "mine.toml:10:13: column '없는열': no such column" in told
    body = 'column = [\n  { name = "a" },\n  { name = "b", type = "whole" },\n]\n'
    code, _, told = checked(capsys, described(tmp_path, body), file)
    assert code == 1
    assert "mine.toml:10:13: column 'b': 3 of the first 3 refusals" in told
    body = 'column = [{ name = "a" }]\n[source]\npath = "away"\n'
    path = described(tmp_path, body)
    code, _, told = checked(capsys, path)
    assert code == 1
    assert "mine.toml:10:9: path: no folder 'away'" in told
    (tmp_path / "away").mkdir()
    assert checked(capsys, path)[0] == 0


def test_damage_and_lines_without_end_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = described(tmp_path, 'column = [{ name = "a" }]\n')
    file = written(tmp_path, "nul.csv", "a,b\n" + "1,2\n" * 50 + "9\0,7\n")
    code, found, _ = checked(capsys, path, file)
    assert (code, found["rows"]) == (1, 50)
    assert "NUL" in found["refused"][0]["why"]
    wide = written(tmp_path, "wide.csv", "a," + ",".join(map(str, range(20_001))) + "\n1\n")
    code, _, told = checked(capsys, path, wide)
    assert code == 2
    assert "a line of 20002 cells" in told
