"""What a map of some zoom shows of a dataset: every row counts once, and an answer has a bound."""

import random
from typing import Any

import msgspec
import pytest

from maps.datasets import thinning
from maps.datasets.table import DatasetTable
from maps.datasets.thinning import MOST_MARKS, MOST_POSITIONS, SINGLE_ZOOM, thinned

EVERYWHERE = (-180.0, -90.0, 180.0, 90.0)
SEED = 15


def many(count: int) -> DatasetTable:
    dice = random.Random(SEED)
    rows = [[[127.65 + dice.gauss(0, 0.04), 37.88 + dice.gauss(0, 0.03)], n] for n in range(count)]
    return DatasetTable(("수",), rows)


def of(*shapes: Any) -> DatasetTable:
    return DatasetTable(("수",), [[shape, number] for number, shape in enumerate(shapes)])


@pytest.mark.parametrize("zoom", range(0, 20, 3))
def test_of_fifty_thousand_rows_each_counts_once_and_little_is_sent(zoom: int) -> None:
    table = many(50_000)
    found = thinned(table, EVERYWHERE, zoom)
    assert sum(mark.rows for mark in found.marks) + found.left_out == 50_000
    assert len(found.marks) <= MOST_MARKS
    assert len(msgspec.json.encode(found.marks)) < 200_000
    if zoom < 13:
        assert found.left_out == 0


def test_a_mark_is_the_same_from_whatever_side_it_comes_into_view() -> None:
    table = many(5_000)
    whole = thinned(table, EVERYWHERE, 12)
    for west, south in ((127.6, 37.85), (127.613, 37.861), (127.65, 37.88)):
        part = thinned(table, (west, south, west + 0.05, south + 0.05), 12)
        assert 0 < len(part.marks) < len(whole.marks)
        assert set(part.marks) <= set(whole.marks)


def test_a_row_alone_has_its_number_and_near_by_each_has() -> None:
    table = of([127.7, 37.8], [127.70001, 37.8], [127.9, 37.8], None, [127.70001, 37.8])
    far = thinned(table, EVERYWHERE, 10)
    assert sorted((mark.rows, mark.row) for mark in far.marks) == [(1, 3), (3, 0)]
    near = thinned(table, (127.69, 37.79, 127.71, 37.81), SINGLE_ZOOM)
    assert [(mark.rows, mark.row) for mark in near.marks] == [(1, 1), (1, 2), (1, 5)]
    assert near.marks[0][:2] == (127.7, 37.8)


def test_a_line_has_no_more_positions_than_pixels_and_a_short_one_is_a_dot() -> None:
    long = {"type": "LineString", "coordinates": [[127 + n / 1e5, 37.5] for n in range(20_001)]}
    short = {"type": "LineString", "coordinates": [[127.5, 37.9], [127.5001, 37.9]]}
    found = thinned(of(long, short), EVERYWHERE, 10)
    [(row, shape)] = found.shapes
    assert row == 1
    assert 100 < len(shape["coordinates"]) < 200
    assert (shape["coordinates"][0], shape["coordinates"][-1]) == ([127.0, 37.5], [127.2, 37.5])
    assert [(mark.rows, mark.row) for mark in found.marks] == [(1, 2)]
    assert [row for row, _ in thinned(of(long, short), EVERYWHERE, 20).shapes] == [1, 2]
    assert thinned(of(long), (128.0, 37.0, 129.0, 38.0), 10) == ([], [], 0)


def test_an_area_keeps_its_rings_and_its_holes() -> None:
    ring = [[127, 37], [127.5, 37], [127.5, 37.5], [127, 37.5], [127, 37]]
    hole = [[127.1, 37.1], [127.2, 37.1], [127.2, 37.2], [127.1, 37.1]]
    area = {"type": "MultiPolygon", "coordinates": [[ring, hole]]}
    [(_, shape)] = thinned(of(area), EVERYWHERE, 9).shapes
    assert shape == area


def test_what_is_beyond_the_bound_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        {"type": "LineString", "coordinates": [[127, 37 + n / 10], [127.1 + n, 37.4]]}
        for n in range(5)
    ]
    monkeypatch.setattr(thinning, "MOST_POSITIONS", 6)
    found = thinned(of(*lines), EVERYWHERE, 12)
    assert ([row for row, _ in found.shapes], found.left_out) == ([5, 4, 3], 2)


def test_one_shape_of_too_many_positions_takes_no_other_along() -> None:
    dice = random.Random(SEED)
    ring = [[127 + dice.random(), 37 + dice.random()] for _ in range(MOST_POSITIONS + 1)]
    small = [[127.5, 37.5], [127.6, 37.5], [127.6, 37.6], [127.5, 37.5]]
    shapes = ({"type": "Polygon", "coordinates": [each]} for each in ([*ring, ring[0]], small))
    found = thinned(of(*shapes), EVERYWHERE, 16)
    assert [row for row, _ in found.shapes] == [2]
    assert found.left_out == 1
