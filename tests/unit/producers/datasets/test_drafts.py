"""Drafts of all the files that stand here: each is sound, and says how its file is laid out where
the file gives it away: lines of names, months and ages as columns, cells that go on downwards.
"""

from pathlib import Path

import pytest

from producers.datasets.checking import Checked, check_files
from producers.datasets.descriptor import Descriptor
from producers.datasets.drafting import draft_of
from producers.datasets.loading import load
from tests.unit.producers.datasets.test_foreign import NAMES
from tests.unit.producers.datasets.test_foreign import files_of as foreign
from tests.unit.producers.datasets.test_samples import EXPECTED, SAMPLES
from tests.unit.producers.datasets.test_samples import files_of as pages
from tests.unit.producers.reading.test_permit_formats import sheet_of, workbook

FILES = {name: foreign(name) for name in NAMES}
FILES |= {name: [SAMPLES / page for page in pages(name)] for name in EXPECTED}
LINES = {
    "hourly_traffic": 2, "road_budget": 2, "road_ledger": 2, "steep_slopes": 2,
    "vaccination_clinics": 2, "age_by_dong_yearbook": 2,
    "library_visits": 2, "12_complaint_counts.xlsx": 2, "27_businesses_kosis.cp949.csv": 3,
}  # fmt: skip
"""Lines of names, where it is not one; the yearbook's second is in English."""
WIDE = {
    "complaints_by_month": "{월}월", "water_use": "{기준월}", "age_by_dong_yearbook": "{연령}",
    "hourly_traffic": "시간대별 교통량(대)/{시간}시",
    "residents_by_sex_age": "{기준월}_{성별}_{연령}",
    "09_residents.cp949.csv": "{기준월}_{measure}",
}  # fmt: skip
FILLED = {"complaints_by_month": ["분야"], "market_sales": ["시장"]}
UNFIT = {
    "bike_stations": "its second file calls every column otherwise",
    "snow_fleet": "three lines have lost cells",
    "farm_wells": "its quotes are letters, which no draft says",
    "public_chargers": "its second page has a word among the numbers",
    "23_hospitals.json": "it is the first page of several, and says so",
}
"""Files that no draft of the first of them reads whole."""


def drafted(path: Path, folder: Path) -> Descriptor:
    file = folder / "draft.toml"
    file.write_text(draft_of(path, "draft"), encoding="utf-8")
    return load(file)


def checked(path: Path, folder: Path) -> tuple[Descriptor, Checked]:
    found = drafted(path, folder)
    return found, check_files(found, [path])


@pytest.mark.parametrize("name", FILES)
def test_a_draft_says_how_its_file_is_laid_out(name: str, tmp_path: Path) -> None:
    found = drafted(FILES[name][0], tmp_path)
    assert found.format.header_lines == LINES.get(name, 1)
    assert (found.long.columns if found.long else "") == WIDE.get(name, "")
    assert [x.name for x in found.columns if x.is_filled] == FILLED.get(name, [])


@pytest.mark.parametrize("name", [name for name in FILES if name not in UNFIT])
def test_a_draft_reads_its_files_unchanged(name: str, tmp_path: Path) -> None:
    """As `datasets check` ends with 0."""
    made = check_files(drafted(FILES[name][0], tmp_path), FILES[name])
    assert made.outcome.rows > 0
    assert not made.is_faulty, made.outcome.refused[:3]


def csv_of(folder: Path, *lines: str) -> Path:
    path = folder / "table.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("head", "pattern", "made"),
    [
        ("구분,2023,2024,2025,합계", "{연도}", {"연도": 2023}),
        ("구분,2023년,2024년,2025년,계", "{연도}년", {"연도": 2023}),
        ("구분,202601,202602,202603,누계", "{기준월}", {"기준월": "2026-01"}),
        ("구분,1분기,2분기,3분기,계", "{분기}분기", {"분기": 1}),
        ("구분,07~08시,08~09시,17~18시,계", "{시간대}", {"시간대": "07~08시"}),
        ("구분,20대,30대,60대 이상,계", "{연령}", {"연령": "20대"}),
    ],
)
def test_what_is_counted_off_in_headings_becomes_rows(
    tmp_path: Path, head: str, pattern: str, made: dict[str, object]
) -> None:
    path = csv_of(tmp_path, head, "신북읍,1,2,3,6", "동면,4,5,,9", "석사동,7,-,9,16")
    found, outcome = (x := checked(path, tmp_path))[0], x[1].outcome
    assert found.long is not None
    assert found.long.columns == pattern
    assert found.key == ("구분", *made)
    assert (outcome.rows, outcome.refused_count, outcome.sums["값"]) == (9, 0, 31)
    assert {name: outcome.sample[0].values[name] for name in made} == made
    assert [x.name for x in found.columns] == ["구분", *made, "값"]


def test_measures_of_two_lines_become_columns(tmp_path: Path) -> None:
    """A title above them is no part of their names."""
    path = csv_of(
        tmp_path,
        "2026년 접수 현황,,,,",
        "읍면동,접수,,처리,",
        ",1월,2월,1월,2월",
        "신북읍,1,2,3,4",
        "동면,5,6,7,8",
        "석사동,5,6,7,8",
    )
    found, made = checked(path, tmp_path)
    assert found.long is not None
    assert (found.format.header_lines, found.long.columns) == (2, "{measure}/{월}월")
    assert made.outcome.sums == {"접수": 25, "처리": 37}
    assert made.outcome.rows == 6


@pytest.mark.parametrize(
    "lines",
    [
        ("이름표,값", "가,1", "나,2", "다,3"),
        ("2024년 예산,2025년 예산,비고", "1,2,가", "3,4,나", "5,6,다"),  # two make no series
        ("1월,2월,3월", "가,나,다", "라,마,바", "사,아,자"),  # no numbers
        ("월,1월,2월,3월", "가,1,2,3", "나,4,5,6", "다,7,8,9"),  # `월` has its own meaning
        ("A_1월,B_2월,C_3월,D_4월", "1,2,3,4", "1,2,3,4", "1,2,3,4"),  # no grid
        ("a{x}_1월,a{x}_2월,a{x}_3월", "1,2,3", "1,2,3", "1,2,3"),
    ],
)
def test_what_is_not_plain_is_not_said(tmp_path: Path, lines: tuple[str, ...]) -> None:
    found, made = checked(csv_of(tmp_path, *lines), tmp_path)
    assert found.long is None
    assert (made.outcome.rows, made.is_faulty) == (3, False)


def test_groups_within_groups_are_filled(tmp_path: Path) -> None:
    path = csv_of(
        tmp_path,
        "연번,권역,읍면동,시설,수",
        "1,북부,신북읍,공원,1",
        "2,,,광장,2",
        "3,,사북면,공원,3",
        "4,,,광장,4",
        "5,남부,남산면,공원,5",
        "6,,,광장,6",
    )
    found, made = checked(path, tmp_path)
    assert [x.name for x in found.columns if x.is_filled] == ["권역", "읍면동"]
    assert made.outcome.unknown == {}


@pytest.mark.parametrize(
    "cells",
    [
        ("가", "", "가", "", "나", ""),  # named twice: no groups
        ("", "가", "", "", "나", ""),  # nothing stands above the first
        ("가", "나", "다", "", "라", ""),  # most say something themselves
        ("12", "", "13", "", "14", ""),  # a number of its own
    ],
)
def test_a_column_that_is_seldom_filled_stays_blank(tmp_path: Path, cells: tuple[str, ...]) -> None:
    lines = [f"{cell},시설{n},{n}" for n, cell in enumerate(cells)]
    found = drafted(csv_of(tmp_path, "구분,시설,수", *lines), tmp_path)
    assert [x.name for x in found.columns if x.is_filled] == []


def test_merged_cells_of_a_workbook_need_no_fill(tmp_path: Path) -> None:
    file = tmp_path / "merged.xlsx"
    rows = [
        ["구분", "시설", "수"],
        *([("공원" if n < 3 else "광장"), f"시설{n}", str(n)] for n in range(6)),
    ]
    file.write_bytes(workbook(sheet_of(rows)))
    found, made = checked(file, tmp_path)
    assert [x.name for x in found.columns if x.is_filled] == []
    assert made.outcome.rows == 6


def test_a_word_in_a_row_of_words_is_no_second_line_of_names(tmp_path: Path) -> None:
    path = csv_of(tmp_path, "구분,비고,", ",가,나", "가,나,다", "라,마,바")
    assert drafted(path, tmp_path).format.header_lines == 2
    path = csv_of(tmp_path, "구분,비고,담당과", "공원,없다,녹지과", "광장,있다,도로과")
    assert drafted(path, tmp_path).format.header_lines == 1


def test_the_draft_says_why_and_shows_no_value(tmp_path: Path) -> None:
    path = csv_of(
        tmp_path, "분야,유형,1월,2월,3월", "교통,주차,1,2,3", ",버스,4,5,6", ",소계,5,7,9",
        "도로,파손,7,8,9", ",제설,1,2,3", ",소계,8,10,12",
    )  # fmt: skip
    words = draft_of(path)
    for said in ("빈칸은 위 칸과 같다", "달마다 열이 따로 있다(모두 3열)", "함께 두면 두 번 센다"):
        assert said in words
    assert not [cell for cell in ("교통", "주차", "버스", "파손") if f'"{cell}"' in words]
