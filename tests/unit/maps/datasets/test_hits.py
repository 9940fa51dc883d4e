"""What a search finds among datasets."""

from maps.datasets.hits import Hit, hits_of, point_of
from maps.datasets.table import DatasetTable

NAMED = {
    "benches": ("벤치", "Benches"),
    "bus_stops": ("버스정류장", "Bus stops"),
    "vms": ("표지", ""),
}
BENCHES = DatasetTable(
    ("명칭", "주소"),
    [
        [[127.7, 37.8], "공지천 쉼터", "석사동 1"],
        [None, "석사동 쉼터", "석사동 2"],
        [{"type": "LineString", "coordinates": [[127.1, 37.1], [127.2, 37.2]]}, "둘레길", "석사동"],
    ],
)


def test_datasets_are_found_by_each_of_their_names() -> None:
    assert list(hits_of("버스 정류", NAMED, {})) == [Hit("bus_stops")]
    assert list(hits_of("BENCH", NAMED, {})) == [Hit("benches")]


def test_rows_that_lie_somewhere_are_found_with_the_cell_that_says_it() -> None:
    assert list(hits_of("석사동", NAMED, {"benches": BENCHES})) == [
        Hit("benches", "석사동 1", 1, (127.7, 37.8)),
        Hit("benches", "석사동", 3, (127.1, 37.1)),
    ]


def test_a_question_of_a_letter_or_of_nothing_finds_nothing() -> None:
    for asked in ("", " ", "석", "없는 것"):
        assert list(hits_of(asked, NAMED, {"benches": BENCHES})) == []


def test_a_flood_of_rows_is_cut() -> None:
    rows = [[[127.7, 37.8], f"석사동 {n}"] for n in range(50)]
    tables = {f"t{n}": DatasetTable(("명칭",), rows) for n in range(5)}
    found = list(hits_of("석사동", NAMED, tables))
    assert [hit.dataset for hit in found] == ["t0"] * 4 + ["t1"] * 4 + ["t2"] * 2


def test_a_row_that_lies_nowhere_has_no_point() -> None:
    assert point_of([None, "가"]) is None
    assert point_of([{"type": "LineString", "coordinates": [[1.0, 2.0], [3.0, 4.0]]}]) == (1, 2)


def test_an_area_is_found_in_its_middle() -> None:
    ring = [[1.0, 2.0], [3.0, 2.0], [3.0, 6.0], [1.0, 6.0], [1.0, 2.0]]
    hole = [[1.1, 2.1], [1.2, 2.1], [1.2, 2.2], [1.1, 2.1]]
    assert point_of([{"type": "Polygon", "coordinates": [ring, hole]}, "가"]) == (2, 4)
    assert point_of([{"type": "MultiPolygon", "coordinates": [[ring], [hole]]}, "가"]) == (2, 4)
    assert point_of([{"type": "Polygon", "coordinates": []}, "가"]) is None


def test_words_are_found_within_a_cell_and_not_across_two() -> None:
    table = DatasetTable(("번호", "높이"), [[None, "전등 1", "49.5"], [None, "전등 149", "3"]])
    assert [row[1] for row in table.having("전등 149")] == ["전등 149"]
    assert [row[1] for row in table.having("149 3")] == ["전등 149"]
