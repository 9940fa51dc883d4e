"""The compliance document promises no more than tests show: each it cites is there."""

import ast
import re
from functools import cache

import pytest

from local.settings_table import ROOT

DOCUMENT = ROOT / "docs" / "compliance.md"
KEPT, PARTLY, NOT_OURS, NOT_YET = "지킴", "일부", "해당 없음", "아직"
HEAD = ["항목", "상태", "빠진 것", "증명하는 테스트"]
TO_BE_CHECKED = "시 담당자가 확인할 것"
SECTIONS = ("KWCAG 2.2 (33)", "N2SF", "접속기록", "ASVS 5.0 level 2")
GUIDELINES = {
    "5.1": 1, "5.2": 1, "5.3": 3, "5.4": 4,
    "6.1": 4, "6.2": 2, "6.3": 1, "6.4": 4, "6.5": 4,
    "7.1": 1, "7.2": 2, "7.3": 4, "8.1": 1, "8.2": 1,
}  # fmt: skip
"""The guidelines of KS X OT0003:2022, and how many checks each has."""
KWCAG = [f"{name}.{k + 1}" for name, count in GUIDELINES.items() for k in range(count)]

Row = list[str]


def sections() -> dict[str, list[Row]]:
    """The first table under each heading of the second level, without its two head lines."""
    text = DOCUMENT.read_text(encoding="utf-8")
    names, bodies = (re.split(r"^## (.+)$", text, flags=re.MULTILINE)[k::2] for k in (1, 2))
    return dict(zip(names, map(rows_of, bodies), strict=True))


def rows_of(body: str) -> list[Row]:
    lines = [line for line in body.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert rows[0] == HEAD, "a table begins with the four names of its columns"
    return rows[2:]


def cited(row: Row) -> list[str]:
    return re.findall(r"`([^`]+)`", row[3])


@cache
def found_in(file: str) -> frozenset[str]:
    """The names of the tests of a file, in its classes too; the file is read, never run."""
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = (node.name for node in ast.walk(tree) if isinstance(node, kinds))
    return frozenset(name for name in found if name.startswith("test_"))


def faults_of(row: Row) -> list[str]:
    """What is wrong with a row, in words; nothing where it is as it should be."""
    if len(row) != len(HEAD):
        return [f"{len(row)} cells"]
    _, state, lacks, _ = row
    tests, faults = cited(row), []
    faults += [f"no such test: {each}" for each in tests if not is_there(each)]
    if state not in (KEPT, PARTLY, NOT_OURS, NOT_YET):
        faults.append(f"no such state: {state}")
    if state == KEPT and not tests:
        faults.append("kept, and no test shows it")
    if state != KEPT and not lacks:
        faults.append("neither kept nor said what is missing")
    return faults


def is_there(test: str) -> bool:
    file, _, name = test.partition("::")
    return file.startswith("tests/") and name in found_in(file)


@pytest.mark.parametrize("section", SECTIONS)
def test_each_row_is_shown_by_tests_that_are_there(section: str) -> None:
    rows = sections()[section]
    assert rows
    assert {row[0]: found for row in rows if (found := faults_of(row))} == {}


def test_there_are_the_33_checks_of_the_standard() -> None:
    rows = sections()["KWCAG 2.2 (33)"]
    assert len(KWCAG) == 33
    assert [row[0].split()[0] for row in rows] == KWCAG
    assert len({row[0] for row in rows}) == 33


def test_laws_are_to_be_checked_by_the_citys_officer() -> None:
    top, *_ = DOCUMENT.read_text(encoding="utf-8").split("\n## ")
    assert TO_BE_CHECKED in top


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (["a", KEPT, "", ""], "no test"),
        (["a", KEPT, "", "`tests/unit/docs/test_compliance.py::test_of_nothing`"], "no such test"),
        (["a", KEPT, "", "`tests/nowhere.py::test_a`"], "no such test"),
        (["a", NOT_OURS, "", ""], "what is missing"),
        (["a", "통과", "", ""], "no such state"),
        (["a", KEPT, ""], "cells"),
    ],
)
def test_a_row_that_promises_too_much_is_found(row: Row, fault: str) -> None:
    assert any(fault in each for each in faults_of(row))
