"""Rows under their own numbers, and cells that a spreadsheet wrapped in a formula."""

import json

from producers.feeds.permits.rows import parse_permits
from producers.reading.answers import Answer, Exchange
from streams.contract.records import Permit
from streams.contract.settings import Settings

AT_MS = 1_795_414_391_934
HEADER = ("허가번호", "공사명", "공사위치", "시작일", "종료일")
ROWS = [("0012", "관로 정비", "효자동 7", "2026-12-01", "2026-12-09"),
        ("0013", "관로 이설", "온의동 8", "2026-12-02", "2026-12-10")]  # fmt: skip


def read(words: str, name: str) -> Answer:
    exchange = Exchange("permits", AT_MS, f"file:{name}", 200, words.encode())
    return parse_permits(exchange, Settings())


def ids(answer: Answer) -> list[str]:
    return [row.permit_id for row in answer.rows if isinstance(row, Permit)]


def test_rows_under_their_numbers_are_all_read() -> None:
    tree = {str(at): dict(zip(HEADER, row, strict=True)) for at, row in enumerate(ROWS)}
    assert ids(read(json.dumps(tree), "a.json")) == ["0012", "0013"]


def test_rows_under_their_numbers_inside_another_object_are_all_read() -> None:
    tree = {str(at): dict(zip(HEADER, row, strict=True)) for at, row in enumerate(ROWS)}
    assert ids(read(json.dumps({"version": "1", "list": tree}), "a.json")) == ["0012", "0013"]


def test_a_cell_is_freed_of_the_formula_that_kept_its_zeros() -> None:
    lines = [",".join(HEADER), *(",".join((f'="{row[0]}"', *row[1:])) for row in ROWS)]
    assert ids(read("\n".join(lines), "a.csv")) == ["0012", "0013"]


def test_columns_named_by_the_works_execution_are_known() -> None:
    [row] = read(
        "허가번호,사업명,시행위치,시행기간\n5,관로,효자동 7,2026-12-01~2026-12-09\n", "a.csv"
    ).rows
    assert isinstance(row, Permit)
    assert row.place == "효자동 7"
    assert row.starts_ms is not None
    assert row.ends_ms is not None
