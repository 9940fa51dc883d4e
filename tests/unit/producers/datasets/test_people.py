"""No person comes out of a dataset by any path, wherever in a file it stands."""

import json
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from producers.__main__ import main
from streams.people.text import may_be_person

DECLARED = """id = "boxes"
name = "제설함"
field = "안전·재난"
grade = "{grade}"
period = "year"
key = ["번호"]
column = [
  {{ name = "번호", type = "code" }},
  {{ name = "수량", type = "whole", unit = "개" }},
  {{ name = "높이", type = "number", unit = "m", units = {{ "km" = 1000 }} }},
  {{ name = "등급", codes = {{ "1" = "양호", "2" = "불량" }} }},
  {{ name = "점검일", type = "date" }},
  {{ name = "점검월", type = "month" }},
  {{ name = "시각", type = "time" }},
  {{ name = "일시", type = "moment" }},
  {{ name = "사용", type = "flag" }},
  {{ name = "폭", type = "range" }},
  {{ name = "비고" }},
{personal}]
[[place]]
lat_lon = ["좌표"]
"""
ROW = {
    "번호": "{n}", "담당자": "이소양", "수량": "3", "높이": "1.5km", "등급": "1",
    "점검일": "2026-11-01", "점검월": "2026-11",
    "연락처": "010-0000-1000", "시각": "09:00", "일시": "2026-11-01 09:00",
    "사용": "Y", "폭": "6~8", "비고": "", "좌표": "37.8, 127.7",
}  # fmt: skip
CODES, TEXTS, PERSONAL = {"번호"}, {"비고"}, {"담당자", "연락처"}
NAMES = (
    "김봄내",
    "홍길동",
    "박민수",
    "남궁민수",
    "이 소 양",
    "최의암",
    "강산",
    "이슬비",
    "김○○",
    "Hong Gildong",
)
NUMBERS = (
    "010-0000-1234",
    "01000001234",
    "０１０－００００－１２３４",
    "900101-1234568",
    "a.b@mail.kr",
)
AROUND = ("{}", "{}님", "담당 {}", "3개({})", "3 {}", "{} 3", "2026-11-01 {}", "6~8 {}", "{} 확인")
DROPPED = '  { name = "담당자", personal = "drop" },\n  { name = "연락처", personal = "drop" },\n'


def _bare(words: str) -> str:
    return "".join(words.split()).replace("-", "")


def _lines(rng: random.Random, person: str, kind: str, *, is_name: bool) -> list[list[str]]:
    """Five good rows, and one with a person in a cell, a cell too many, or one too few."""
    lines = [[ROW[name].format(n=n) for name in ROW] for n in range(5)]
    bad = [ROW[name].format(n=9) for name in ROW]
    free = CODES | TEXTS if is_name else set()  # a name in a text is what the text says
    at = rng.choice([at for at, name in enumerate(ROW) if name not in free])
    if kind == "cell":
        bad[at] = rng.choice(AROUND).format(person)
    else:
        names = list(ROW)
        bad[names.index("담당자")], bad[names.index("연락처")] = person, person
        bad[at:at] = ["가"] if kind == "many" else []
        if kind == "few":
            del bad[rng.choice([x for x in range(len(bad)) if names[x] not in PERSONAL])]
    lines.insert(rng.randrange(6), bad)
    return lines


def _checked(folder: Path, lines: Sequence[Sequence[str]], toml: str) -> list[str]:
    """What the check says of a file, for people and for programs."""
    file, own = folder / "rows.csv", folder / "boxes.toml"
    rows = ["\t".join(ROW), *("\t".join(line) for line in lines)]
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    own.write_text(toml, encoding="utf-8")
    return [str(own), str(file)]


SHORT = "[format]\nshort_lines = true\n"
"""Whoever says it says that no other than the last cells are left off."""
CASES = [
    (kind, DECLARED.format(grade=grade, personal=personal) + form)
    for kind, form in [("cell", ""), ("many", ""), ("few", ""), ("cell", SHORT), ("many", SHORT)]
    for grade in ("open", "internal")
    for personal in ("", DROPPED)
]


@pytest.mark.parametrize(("kind", "toml"), CASES)
def test_no_person_in_any_cell_comes_out(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    kind: str,
    toml: str,
) -> None:
    seed = random.randrange(1 << 32)
    rng = random.Random(seed)
    for _ in range(40):
        is_name = rng.random() < 0.6
        person = rng.choice(NAMES if is_name else NUMBERS)
        lines = _lines(rng, person, kind, is_name=is_name)
        args = _checked(tmp_path, lines, toml)
        main(["datasets", "check", *args])
        main(["datasets", "check", "--json", *args])
        printed = "".join(capsys.readouterr())
        assert json.loads(printed[printed.index('{"id"') :].splitlines()[0])["rows"] >= 5, seed
        assert _bare(person) not in _bare(printed), f"seed {seed}: {person!r} in {lines}"


ORDINARY = (
    "여러 개", "측정불가", "불명확", "철거", "약 백미터", "확인필요", "점검", "두 대", "많음",
    "조사중", "공사 중", "고장", "1.5km", "-", "미정", "3,00", "2026-13-01", "현장확인", "천만원",
    "이상",
    "없음(철거)", "5m 이상",
)  # fmt: skip


@pytest.mark.parametrize("words", ORDINARY)
def test_a_word_that_stands_in_cells_is_no_person(words: str) -> None:
    assert not may_be_person(words)


@pytest.mark.parametrize("words", [*NAMES, *NUMBERS, "담당자: 김봄내", "김민수과장", "이소양 귀하"])
def test_what_may_be_a_person_is_taken_for_one(words: str) -> None:
    assert may_be_person(words)


THINGS = (
    "구간별 상이",
    "안내판 참조",
    "표지판 없음",
    "차종별 상이",
    "노선별 상이",
    "설계도 참조",
    "양쪽 상이",
)


@pytest.mark.parametrize("words", THINGS)
def test_what_is_said_of_a_thing_is_no_person(words: str) -> None:
    assert not may_be_person(words)


BEHIND = (
    "상이",
    "참조",
    "없음",
    "별도",
    "과장",
    "님",
    "씨",
    "외 2명",
    "(담당)",
    "3",
    "확인",
    "귀하",
)


@pytest.mark.parametrize(
    "person", [*NAMES, "이하늘", "이전희", "남궁봄내", "강별", "김한별", "이상별", "안내판 김봄내"]
)
@pytest.mark.parametrize("behind", BEHIND)
def test_a_name_is_one_whatever_stands_behind(person: str, behind: str) -> None:
    assert may_be_person(f"{person} {behind}")


@pytest.mark.parametrize("person", [*NAMES, "이하늘", "이전희"])
@pytest.mark.parametrize("behind", ["님", "씨", "과장", "외 2명", "외2명", "(담당)", "3", "댁"])
def test_a_name_is_one_with_a_word_of_persons_at_once_behind(person: str, behind: str) -> None:
    assert may_be_person(f"{person}{behind}")


ALONE = """id = "staff"
name = "담당"
field = "x"
grade = "internal"
period = "year"
column = [{{ name = "번호", type = "code" }}, {{ name = "처리", {} }}]
"""


@pytest.mark.parametrize(
    ("said", "cells", "told"),
    [
        (
            "",
            ("정윤슬", "남궁민수", "박민수", "이소양", "-", "결원"),
            "처리: 4 of 5 cells look like names",
        ),
        ('personal = "none"', ("김봄내", "홍길동", "박민수", "이소양", "최의암"), ""),
        ('personal = "drop"', ("김봄내", "홍길동", "박민수", "이소양", "최의암"), ""),
        ("", ("소나무", "소나무", "느티나무", "은행나무", "소나무"), ""),
        ("", ("우두동", "석사동", "후평동", "퇴계동", "강남동", "신동면"), ""),
        ("", ("월요일", "화요일", "수요일", "목요일", "금요일", "토요일"), ""),
        ("", ("유치원", "초등학교", "어린이집", "학원", "유치원"), ""),
    ],
)
def test_a_column_of_names_alone_is_told_with_its_count(
    said: str, cells: Sequence[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    descriptor, file = tmp_path / "staff.toml", tmp_path / "staff.csv"
    descriptor.write_text(ALONE.format(said).replace(",  }", " }"), encoding="utf-8")
    lines = [f"{n},{cell}" for n, cell in enumerate(cells)]
    file.write_text("\n".join(["번호,처리", *lines]) + "\n", encoding="utf-8")
    assert main(["datasets", "check", str(descriptor), str(file), "--json"]) == 0
    warned = capsys.readouterr().err
    assert told in warned
    assert ("look like names" in warned) is bool(told)
    assert not [name for name in NAMES if name in warned]
