"""Headers over several lines, merged cells, totals and notes of permit lists in a grid."""

from typing import Any

import pytest

from producers.reading.answers import UnknownAnswerError
from producers.reading.grids import Table, table_of_grid
from producers.reading.permit_columns import meanings


def table(words: str, *, is_ragged: bool = False) -> Table:
    grid = [line.split("|") for line in words.strip("\n").split("\n")]
    return table_of_grid(grid, is_ragged=is_ragged)


def found(words: str) -> list[dict[str, Any]]:
    return [meanings(row) for row in table(words).rows]


def test_a_header_of_two_lines_is_one() -> None:
    words = """
    도로굴착허가 현황||||||
    |||||(단위: m)|
    허가번호|공사명|위치|점용기간||굴착규모|
    |||시작|종료|연장|폭
    가-1|배수관|석사동 1|2026-09-01|2026-09-30|12|0.8
    """.replace("    ", "")
    assert found(words) == [
        {
            "permit_id": "가-1",
            "title": "배수관",
            "place": "석사동 1",
            "starts": "2026-09-01",
            "ends": "2026-09-30",
            "length_m": "12",
            "width_m": "0.8",
        }
    ]


def test_the_upper_line_tells_two_pairs_of_dates_apart() -> None:
    words = "공사명|위치|점용기간||굴착기간|\n||시작일|종료일|시작일|종료일\n"
    words += "관로|석사동|1일|9일|3일|4일"
    assert found(words)[0] == {
        "title": "관로", "place": "석사동", "starts": "1일", "ends": "9일",
        "dig_starts": "3일", "dig_ends": "4일",
    }  # fmt: skip


def test_an_upper_line_of_groups_leaves_the_names_below_as_they_are() -> None:
    words = "일반사항|||기간|\n허가번호|공사명|위치|시작일|종료일\n1|관로|석사동|1일|9일"
    assert set(found(words)[0]) == {"permit_id", "title", "place", "starts", "ends"}


def test_a_first_row_without_digits_is_no_second_line_of_the_header() -> None:
    assert found("공사명|위치|비고\n관로|석사동|긴급") == [{"title": "관로", "place": "석사동"}]


@pytest.mark.parametrize("second", ["점용기간", ""])
def test_a_period_over_two_columns_of_dates_is_begin_and_end(second: str) -> None:
    words = f"공사명|위치|점용기간|{second}\n관로|석사동|2026-09-01|2026-09-30"
    assert found(words)[0] | {"title": ""} == {
        "title": "", "place": "석사동", "starts": "2026-09-01", "ends": "2026-09-30",
    }  # fmt: skip


def test_a_period_beside_a_nameless_column_of_notes_stays_a_period() -> None:
    words = "공사명|위치|점용기간|\n관로|석사동|2026-09-01~2026-09-30|급함"
    assert found(words)[0]["period"] == "2026-09-01~2026-09-30"


def test_of_a_name_that_stands_twice_the_first_cell_with_a_value_counts() -> None:
    words = "공사명|위치|시작일|위치\n관로||1일|석사동 2\n전기|석사동 1|1일|석사동 3"
    assert [row["place"] for row in found(words)] == ["석사동 2", "석사동 1"]


MERGED = """허가번호|공사명|위치|시작일|종료일|시공사|연장
가-1|배수관|석사동 1|1일|9일|춘천시청|10
||석사동 2|||  |20
가-2|전기|퇴계동 1|11일|19일|한국전력공사|5"""


def test_a_row_of_a_merged_group_has_the_number_title_and_dates_above() -> None:
    rows = found(MERGED)
    assert rows[1] == {**rows[0], "place": "석사동 2", "length_m": "20"}
    assert rows[2]["permit_id"] == "가-2"


def test_a_row_of_a_merged_group_keeps_dates_of_its_own() -> None:
    words = MERGED.replace("||석사동 2|||", "||석사동 2|3일||")
    row = found(words)[1]
    assert (row["permit_id"], row["starts"], "ends" in row) == ("가-1", "3일", False)


def test_a_list_without_numbers_fills_only_rows_without_dates() -> None:
    words = "공사명|위치|시작일\n관로|석사동 1|1일\n|석사동 2|\n|석사동 3|5일"
    assert [row.get("title") for row in found(words)] == ["관로", "관로", None]


@pytest.mark.parametrize(
    "line",
    [
        "합계|2건||",
        "|소 계||30",
        "총계|||",
        "총 2건|||",
        "계|||2",
        "TOTAL|||",
        "※ 일정은 바뀔 수 있음|||",
        "위 내용은 변경될 수 있습니다.|||",
        "자료: 도로과|||",
        "□ 상수도|||",
        "동내면|||",
        "공사명|위치|시작일|종료일",
        "Title|Address|Start|End",
        "||(년월일)|(년월일)",
    ],
)
def test_a_line_that_is_no_row_is_skipped_and_counted(line: str) -> None:
    words = f"공사명|위치|시작일|종료일\n관로|석사동|1일|9일\n{line}\n전기|퇴계동|1일|9일"
    made = table(words)
    assert (len(made.rows), made.skipped, made.broken) == (2, 1, ())
    assert made.numbers == (1, 3)


def test_a_line_that_is_only_numbered_is_skipped() -> None:
    made = table("연번|공사명|위치|시작일\n1|관로|석사동|1일\n2|||\n3|||", is_ragged=True)
    assert (len(made.rows), made.skipped, made.broken) == (1, 2, ())


@pytest.mark.parametrize("line", ["계성리 관로|석사동|1일|9일", "총무로 정비|석사동|1일|9일"])
def test_a_work_whose_name_begins_like_a_total_is_a_row(line: str) -> None:
    assert table(f"공사명|위치|시작일|종료일\n{line}").skipped == 0


def test_a_short_line_of_a_csv_is_broken_with_its_number() -> None:
    made = table("공사명|위치|시작일\n관로|석사동\n전기|퇴계동|1일", is_ragged=True)
    assert [(number, code) for number, _, code, _ in made.broken] == [(1, "R005")]
    assert made.numbers == (2,)


def test_a_grid_without_the_columns_of_permits_is_unknown() -> None:
    with pytest.raises(UnknownAnswerError, match="R004"):
        table("이름|주소\n가|나")
