"""동 by the table: codes of every office come to one name, and an unknown one is refused."""

from pathlib import Path

import pytest

from producers.__main__ import main
from producers.datasets.checking import check_files
from producers.datasets.city import city_for
from producers.datasets.dongs import FILE, Dongs, dongs_of, parsed
from producers.datasets.loading import SHIPPED, DescriptorError, load
from producers.datasets.reading import Outcome
from streams.contract.dataset import DatasetDraw
from streams.geo.addresses import Gazetteer

HEAD = """id = "people"
name = "인구"
field = "인구"
grade = "open"
period = "year"
draw = "dong"
column = [
  { name = "동", type = "dong", aliases = ["행정동코드"] },
  { name = "인구", type = "whole" },
]
"""
OWN = "코드,동\n5111065000,석사동\n51110650,석사동\n3201066,석사동\n5111066000,퇴계동\n"


def came_of(folder: Path, rows: str) -> Outcome:
    made, file = folder / "people.toml", folder / "people.csv"
    made.write_text(HEAD, encoding="utf-8")
    file.write_text("행정동코드,인구\n" + rows, encoding="utf-8")
    descriptor = load(made)
    return check_files(descriptor, [file], city_for(descriptor, Gazetteer({}), [folder])).outcome


@pytest.mark.parametrize(
    "code",
    ["5111065000", "51110650", "3201066", "4211065000", "42110650", "석사동", " 석사동 "],
)
def test_the_shipped_table_has_every_code_of_a_dong(tmp_path: Path, code: str) -> None:
    outcome = came_of(tmp_path, f"{code},41194\n")
    assert [taken.values["동"] for taken in outcome.sample] == ["석사동"]
    assert outcome.refused == []


@pytest.mark.parametrize(
    "code",
    # the city, a lot, a code with a digit more or less, another city, a name that is none
    ["5111000000", "51110650001", "511106500", "4111065000", "32010", "석사", "춘천시 석사동"],
)
def test_a_code_that_the_table_lacks_is_refused_and_never_cut(tmp_path: Path, code: str) -> None:
    outcome = came_of(tmp_path, f"5111066000,1\n{code},2\n")
    assert outcome.rows == 1
    [refused] = outcome.refused
    assert (refused.row, refused.column, refused.value) == (2, "동", code)
    assert refused.why == "no 동 of dong_codes.csv"
    assert outcome.refused_count == 1


def test_a_citys_own_table_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(OWN.replace("석사동", "가람동").encode("cp949"))
    outcome = came_of(tmp_path, "3201066,1\n3201067,2\n")
    assert [taken.values["동"] for taken in outcome.sample] == ["가람동"]
    assert [refused.value for refused in outcome.refused] == ["3201067"]


def test_a_dong_that_is_not_known_is_no_refusal(tmp_path: Path) -> None:
    outcome = came_of(tmp_path, "-,1\n,2\n")
    assert (outcome.rows, outcome.unknown) == (2, {"동": 2})


@pytest.mark.parametrize(
    ("body", "line", "why"),
    [
        (b"", 1, "no column 코드, 동"),
        ("코드,이름\n1,가\n".encode(), 1, "no column 동"),
        ("코드,동\n".encode(), 1, "no row"),
        ((OWN + "3201066,퇴계동\n").encode(), 6, "'3201066' stands for '석사동' and for '퇴계동'"),
        ("코드,동\n1,가\n,나\n".encode(), 3, "a row without 코드"),
        ("코드,동\n1,\n".encode(), 2, "a row without 동"),
        (
            '코드,동\n1,"'.encode() + b"x" * 999,
            2,
            "a cell of 999 letters, at most 100: is a quote open?",
        ),
        (b"\xff\xff\xff", 1, "neither UTF-8 nor CP949"),
        (b"x" * ((1 << 20) + 1), 1, "more than 1048576 bytes"),
    ],
)
def test_a_table_that_is_none_is_told_with_its_line(body: bytes, line: int, why: str) -> None:
    with pytest.raises(DescriptorError) as raised:
        parsed(FILE, body)
    assert [(fault.line, fault.why) for fault in raised.value.faults] == [(line, why)]


def test_the_command_names_a_table_that_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "people.toml").write_text(HEAD, encoding="utf-8")
    (tmp_path / FILE).write_text("코드,동\n1,가\n1,나\n", encoding="utf-8")
    assert main(["datasets", "check", str(tmp_path / "people.toml")]) == 1
    assert "dong_codes.csv:3:1: '1' stands for '가' and for '나'" in capsys.readouterr().err


def test_drawing_by_dong_needs_a_dong(tmp_path: Path) -> None:
    made = tmp_path / "people.toml"
    made.write_text(HEAD.replace('type = "dong", ', ""), encoding="utf-8")
    with pytest.raises(DescriptorError, match='draw = "dong" needs a column of type dong'):
        load(made)
    made.write_text(HEAD.replace('draw = "dong"', 'draw = "dong"\nshade = "동"'), "utf-8")
    with pytest.raises(DescriptorError, match="shade '동' is no declared number"):
        load(made)


def test_what_shades_areas_is_the_number_that_is_named_else_the_first(tmp_path: Path) -> None:
    made = tmp_path / "people.toml"
    made.write_text(HEAD, encoding="utf-8")
    assert load(made).shaded == "인구"
    made.write_text(HEAD.replace('draw = "dong"', 'draw = "none"'), encoding="utf-8")
    assert load(made).shaded == ""


def test_every_dong_of_the_shipped_table_has_a_code_of_each_office() -> None:
    table = dongs_of([])
    assert isinstance(table, Dongs)
    codes: dict[str, set[int]] = {}
    for code, name in table.names.items():
        if code.isdecimal():
            codes.setdefault(name, set()).add(len(code))
    assert len(codes) == 25
    assert set(map(frozenset, codes.values())) == {frozenset({7, 8, 10})}


def test_shipped_descriptors_by_dong_are_drawn_so() -> None:
    drawn = [x.stem for x in sorted(SHIPPED.glob("*.toml")) if load(x).drawn is DatasetDraw.DONG]
    assert len(drawn) == 7, drawn
    assert all(load(SHIPPED / f"{name}.toml").shaded for name in drawn)
