"""What a chart shows of a table."""

from collections.abc import Sequence

from maps.datasets.figures import BARS, Point, figure_of
from maps.datasets.file_table import Cell, Table, TableColumn, TableRow


def table(columns: Sequence[TableColumn], rows: Sequence[Sequence[Cell]]) -> Table:
    return Table("x", "x", columns, [TableRow(row) for row in rows])


LAMPS = (TableColumn("위치"), TableColumn("개수", "whole", "개"), TableColumn("램프종류"))


def test_a_number_is_added_up_by_kind_the_largest_first() -> None:
    rows = [(f"{n}", n, ("LED", "나트륨", "메탈")[n % 3]) for n in range(9)]
    figure = figure_of(table(LAMPS, rows), ["위치"], ["개수"])
    assert figure is not None
    assert (figure.is_line, figure.by, figure.value, figure.unit) == (
        False,
        "램프종류",
        "개수",
        "개",
    )
    assert figure.points == [Point("메탈", 15), Point("나트륨", 12), Point("LED", 9)]


def test_rows_are_counted_where_no_number_may_be_added_up() -> None:
    rows = [(f"{n}", n, ("LED", "나트륨", "메탈", None)[n % 4]) for n in range(9)]
    figure = figure_of(table(LAMPS, rows), ["위치"], [])
    assert figure is not None
    assert (figure.value, figure.points[0]) == ("", Point("LED", 3))
    assert len(figure.points) == 3  # what is not known is no kind


def test_a_short_table_is_shown_by_its_key_and_the_rest_is_counted() -> None:
    columns = (TableColumn("읍면동"), TableColumn("접수", "whole", "건"))
    figure = figure_of(table(columns, [(f"동{n}", n) for n in range(25)]), ["읍면동"], ["접수"])
    assert figure is not None
    assert (len(figure.points), figure.others) == (BARS, 25 - BARS)
    assert figure.points[0] == Point("동24", 24)


def test_a_time_in_the_key_makes_a_line_with_the_mean_and_gaps() -> None:
    columns = (TableColumn("측정소"), TableColumn("때", "moment"), TableColumn("값", "number"))
    hours = [f"2026-11-03T{n:02}:00:00+09:00" for n in range(5)]
    rows = [("가", at, None if n == 2 else n) for n, at in enumerate(hours)]
    rows += [("나", at, None if n == 2 else n + 2) for n, at in enumerate(hours)]
    figure = figure_of(table(columns, rows[::-1]), ["측정소", "때"], [])
    assert figure is not None
    assert (figure.is_line, figure.is_sum, figure.by) == (True, False, "때")
    assert [point.value for point in figure.points] == [1, 2, None, 4, 5]
    assert [point.label for point in figure.points] == hours


def test_nothing_is_shown_of_what_says_nothing() -> None:
    assert figure_of(table(LAMPS, []), ["위치"], ["개수"]) is None
    rows = [(f"{n}", n, "LED") for n in range(9)]
    assert figure_of(table(LAMPS, rows), [], ["개수"]) is None
    columns = (TableColumn("데이터기준일자", "code"),)
    assert figure_of(table(columns, [("a",), ("b",), ("c",)] * 3), [], []) is None
