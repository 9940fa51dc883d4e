"""SQL over the history: what may be asked, what is refused by name, and what is bounded."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from streams.history.reading import History, QueryError, open_history
from streams.history.tables import BY_NAME, TABLES, Column, LinkMinute, SituationActRow
from streams.history.writing import parquet_of
from tests.places import ROOT

MINUTES = [
    LinkMinute(60_000, "b", 31.5, "free", "none", 2, is_measured=True),
    LinkMinute(60_000, "a", None, "unknown", "full", 0, is_measured=False),
    LinkMinute(120_000, "a", 7.0, "jam", "none", 1, is_measured=True),
]
ACTS = [SituationActRow(5, "s1", "begun", "jam", "high", 5, ("a", "b"), 2, ("bus",))]


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    for name, rows in (("link_minutes", MINUTES), ("situations", ACTS)):
        file = tmp_path / "history" / name / "day=1970-01-01" / "0.parquet"
        file.parent.mkdir(parents=True)
        file.write_bytes(parquet_of(BY_NAME[name], rows))
    return tmp_path / "history"


@pytest.fixture(name="history")
def _history(folder: Path) -> Iterator[History]:
    found = open_history(folder, memory_mb=64)
    yield found
    found.close()


def test_a_history_without_files_has_every_table_and_no_row(tmp_path: Path) -> None:
    history = open_history(tmp_path / "none")
    for table in TABLES:
        found = history.table(f"SELECT * FROM {table.name}")  # noqa: S608
        assert [column.name for column in found.columns] == [*table.columns, "day"]
        assert found.rows == ()


def test_rows_come_back_as_they_were_with_units_and_the_day(history: History) -> None:
    found = history.table(
        "SELECT * FROM link_minutes WHERE minute_ms <= $until_ms ORDER BY link_id",
        {"until_ms": 60_000},
    )
    assert found.rows == ((*MINUTES[1], date(1970, 1, 1)), (*MINUTES[0], date(1970, 1, 1)))
    assert found.columns[0] == Column("minute_ms", "ms")
    assert found.columns[2] == Column("speed_kmh", "km/h")
    assert history.table("SELECT links FROM situations").rows == ((["a", "b"],),)


def test_a_file_that_comes_later_is_seen(history: History, folder: Path) -> None:
    count = "SELECT count(*) FROM link_minutes"
    assert history.table(count).rows == ((3,),)
    file = folder / "link_minutes" / "day=1970-01-02" / "0.parquet"
    file.parent.mkdir()
    file.write_bytes(parquet_of(BY_NAME["link_minutes"], MINUTES[:1]))
    assert history.table(count).rows == ((4,),)


def test_the_rows_of_days_in_several_files_can_be_asked_alone(
    history: History, folder: Path
) -> None:
    days = "SELECT count(*), count(DISTINCT day) FROM link_minutes_in_parts"
    assert history.table(days).rows == ((0, 0),)
    table = BY_NAME["link_minutes"]
    for part in (0, 1):
        file = folder / "link_minutes" / "day=1970-01-02" / f"{part}.parquet"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(parquet_of(table, MINUTES[part : part + 1]))
    assert history.table(days).rows == ((2, 1),)
    with pytest.raises(QueryError, match="sql_refused"):
        history.table("SELECT * FROM situations_in_parts")


@pytest.mark.parametrize(
    "sql",
    [
        "COPY (SELECT 1) TO '{folder}/x.csv'",
        "COPY link_minutes TO '{folder}/link_minutes/day=1970-01-01/0.parquet'",
        "ATTACH '{folder}/x.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET lock_configuration = false",
        "PRAGMA database_list",
        "CREATE TABLE t AS SELECT 1",
        "DROP VIEW link_minutes",
        "SELECT 1; SELECT 2",
        "SELECT * FROM '{folder}/link_minutes/day=1970-01-01/0.parquet'",
        "SELECT * FROM read_parquet('{folder}/link_minutes/day=1970-01-01/0.parquet')",
        "SELECT (SELECT max(content) FROM read_text('/etc/hostname'))",
        "WITH a AS (SELECT * FROM glob('/*')) SELECT * FROM a",
        "SELECT * FROM query('SELECT 1')",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM information_schema.tables",
        'WITH "/etc/x.csv" AS (SELECT 1) SELECT * FROM "/etc/x.csv"',
    ],
)
def test_what_is_no_question_to_our_tables_is_refused(
    history: History, folder: Path, sql: str
) -> None:
    before = sorted(folder.rglob("*"))
    with pytest.raises(QueryError) as refused:
        history.table(sql.format(folder=folder))
    assert refused.value.code == "sql_refused"
    assert sorted(folder.rglob("*")) == before
    assert history.table("SELECT count(*) FROM link_minutes").rows == ((3,),)


@pytest.mark.parametrize("sql", ["SELECT 1 +", "SELECT nope FROM link_minutes", "", "SELECT 1/'a'"])
def test_what_is_wrong_is_said(history: History, sql: str) -> None:
    with pytest.raises(QueryError) as refused:
        history.table(sql)
    assert refused.value.code in ("sql_wrong", "sql_refused")


def test_memory_time_and_rows_are_bounded_by_name(history: History) -> None:
    with pytest.raises(QueryError, match="too_much_memory: more than 64 MB"):
        history.table("SELECT list(range) FROM range(100000000)")
    with pytest.raises(QueryError, match="too_many_rows"):
        history.table("SELECT * FROM range(11)", most_rows=10)
    with pytest.raises(QueryError, match=r"too_long: more than 0\.2 s"):
        history.table(
            "SELECT sum(a.range * b.range) FROM range(100000) b, range(1000000) a", within_s=0.2
        )
    assert history.table("SELECT 1 AS one").rows == ((1,),)


@pytest.mark.parametrize(
    "one_value", ["list(x) FROM (SELECT unnest(range(200000000)) x)", "repeat('x', 3000000000)"]
)
def test_a_question_of_one_huge_value_ends_too(folder: Path, one_value: str) -> None:
    """DuckDB hears no interrupt within a value, and counts none of its bytes."""
    asked = [sys.executable, "-m", "streams", "history", "sql", f"SELECT {one_value}"]
    env = {**os.environ, "BOMNAE_HISTORY": str(folder)}
    ended = subprocess.run(
        [*asked, "--within", "3", "--memory", "64"],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2
    assert re.search("too_much_memory|too_long", ended.stderr)


def test_a_question_keeps_to_lower_bounds_that_the_process_has(folder: Path) -> None:
    asked = "-m streams history sql 'SELECT 7'"
    within = (
        "-c 'import resource; from streams.history import command\n"
        "with command._bounds_of_process(9, 512): print(resource.getrlimit(resource.RLIMIT_DATA))'"
    )
    for bounds, ask, told in (
        ("-HS", asked, "7"),
        ("-S", within, f"({900_000 * 1024}, -1)"),
    ):
        ended = subprocess.run(
            ["/bin/bash", "-c", f"ulimit {bounds} -d 900000 && exec {sys.executable} {ask}"],
            env={**os.environ, "BOMNAE_HISTORY": str(folder)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (ended.returncode, ended.stderr) == (0, "")
        assert ended.stdout.splitlines()[-1] == told


def test_a_spoilt_file_is_named(history: History, folder: Path) -> None:
    file = folder / "situations" / "day=1970-01-01" / "0.parquet"
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(QueryError, match="unreadable") as refused:
        history.table("SELECT * FROM situations")
    assert "day=1970-01-01/0.parquet" in refused.value.detail
    assert history.table("SELECT count(*) FROM link_minutes").rows == ((3,),)


def test_bytes_that_are_spoilt_within_a_file_are_no_fault_of_the_question(
    history: History, folder: Path
) -> None:
    file = folder / "situations" / "day=1970-01-01" / "0.parquet"
    body = bytearray(file.read_bytes())
    body[4:40] = b"\xff" * 36
    file.write_bytes(body)
    with pytest.raises(QueryError, match="unreadable") as refused:
        history.table("SELECT * FROM situations")
    assert refused.value.exit_code == 7
    with pytest.raises(QueryError, match="sql_wrong") as wrong:
        history.table("SELECT nothing FROM situations")
    assert wrong.value.exit_code == 2
