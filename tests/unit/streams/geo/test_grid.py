"""The grid: what lies near a point is always among what it gives."""

from hypothesis import given
from hypothesis import strategies as st

from streams.geo.grid import Grid

SIZE = 10.0
SPOTS = st.tuples(st.floats(-50, 50), st.floats(-50, 50))


@given(SPOTS, SPOTS, st.integers(1, 3))
def test_a_point_within_reach_is_around(
    here: tuple[float, float], there: tuple[float, float], reach: int
) -> None:
    grid: Grid[str] = Grid(SIZE)
    grid.add("there", there)
    is_near = max(abs(here[0] - there[0]), abs(here[1] - there[1])) <= reach * SIZE
    assert not is_near or list(grid.around(here, reach)) == ["there"]


@given(st.lists(SPOTS, min_size=2, max_size=4), st.integers(0, 3), st.floats(0, 1))
def test_a_line_is_around_each_of_its_points(
    line: list[tuple[float, float]], piece: int, part: float
) -> None:
    grid: Grid[str] = Grid(SIZE)
    grid.add_line("line", line)
    (x1, y1), (x2, y2) = line[piece % (len(line) - 1)], line[piece % (len(line) - 1) + 1]
    assert "line" in grid.around((x1 + (x2 - x1) * part, y1 + (y2 - y1) * part))


def test_lines_within_the_margin_share_a_group() -> None:
    grid: Grid[str] = Grid(SIZE)
    grid.add_line("a", [(1, 1), (1, 9)], margin=2)
    grid.add_line("b", [(-1, 5), (-9, 5)], margin=2)  # in the next cell, 2 away
    grid.add_line("c", [(35, 5), (39, 5)], margin=2)
    assert {tuple(group) for group in grid.groups() if len(group) > 1} == {("a", "b")}
