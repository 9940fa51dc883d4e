"""Datasets keyed by 동 as areas: what their rows come to, and which 동 have no boundary."""

from collections.abc import Sequence
from typing import Any

import pytest

from maps.datasets.areas import areas_of, dong_of, shapes_of
from maps.datasets.table import DatasetTable
from streams.contract.dataset import DatasetColumn, DatasetFacts, DatasetGrade


def area(west: float) -> dict[str, Any]:
    ring = [[west, 37.8], [west + 0.1, 37.8], [west + 0.1, 37.9], [west, 37.9], [west, 37.8]]
    return {"type": "Polygon", "coordinates": [ring]}


A, B = area(127.6), area(127.7)
BOUNDS = DatasetFacts(
    "경계", "인구", DatasetGrade.OPEN, "year", columns=(DatasetColumn("동", "dong"),)
)
PEOPLE = DatasetFacts(
    "인구",
    "인구",
    DatasetGrade.OPEN,
    "month",
    key=("동", "기준월", "성"),
    columns=(
        DatasetColumn("기준월", "month"),
        DatasetColumn("동", "dong"),
        DatasetColumn("성", "text"),
        DatasetColumn("수", "whole", is_summed=True),
        DatasetColumn("비율", "number"),
    ),
)
NAMES = ("기준월", "동", "성", "수", "비율")


def drawn(rows: Sequence[list[Any]]) -> list[list[Any]]:
    return list(areas_of(PEOPLE, DatasetTable(NAMES, rows), {"가동": A, "나동": B}).table.rows)


def test_boundaries_are_areas_by_dong_and_the_later_one_holds() -> None:
    line = {"type": "LineString", "coordinates": [[127.6, 37.8], [127.7, 37.8]]}
    rows: list[list[Any]] = [[A, "가동"], [None, "나동"], [line, "다동"], [B, "가동"], [A, None]]
    assert shapes_of(BOUNDS, DatasetTable(("동",), rows)) == {"가동": B}


def test_an_area_is_what_its_rows_of_the_newest_time_come_to() -> None:
    found = drawn(
        [
            [None, "2026-09", "가동", "여", 1000, 9.0],
            [None, "2026-10", "가동", "여", 3, 1.0],
            [None, "2026-10", "가동", "남", 4, 2.0],
            [None, "2026-10", "나동", "남", 5, 7.0],
        ]
    )
    assert found == [[A, "2026-10", "가동", None, 7, 1.5], [B, "2026-10", "나동", "남", 5, 7.0]]


@pytest.mark.parametrize("value", [0, 8])
def test_what_is_not_known_of_one_row_is_not_known_of_the_area(value: int) -> None:
    rows: list[list[Any]] = [
        [None, "2026-10", "가동", "여", None, 1.0],
        [None, "2026-10", "가동", "남", value, None],
    ]
    assert drawn(rows) == [[A, "2026-10", "가동", None, None, None]]


def test_equal_numbers_of_two_rows_are_added_up_all_the_same() -> None:
    rows = [[None, "2026-10", "가동", "여", 4, 2.0], [None, "2026-10", "가동", "남", 4, 2.0]]
    assert drawn(rows) == [[A, "2026-10", "가동", None, 8, 2.0]]


def test_a_dong_without_a_boundary_is_named() -> None:
    rows = [[None, "2026-10", dong, "여", 1, 1.0] for dong in ("하동", "가동", None, "파동")]
    areas = areas_of(PEOPLE, DatasetTable(NAMES, rows), {"가동": A})
    assert (len(areas.table), areas.without, areas.time) == (1, ("파동", "하동"), "2026-10")
    none = areas_of(PEOPLE, DatasetTable(NAMES, rows), {})
    assert (len(none.table), none.without) == (0, ("가동", "파동", "하동"))


def test_a_box_inside_an_area_finds_it() -> None:
    table = DatasetTable(("동",), [[A, "가동"], [B, "나동"]])
    found = [cells for _, _, cells in table.placed((127.64, 37.84, 127.66, 37.86))]
    assert found == [["가동"]]
    assert list(table.placed((127.1, 37.1, 127.2, 37.2))) == []


def test_the_column_of_the_dong_is_that_of_its_type() -> None:
    assert (dong_of(PEOPLE), dong_of(BOUNDS)) == ("동", "동")
