"""SQL over the history: read-only, bounded in time, memory and rows; refusals have a name.

What may be asked is one SELECT over the tables of `tables.py`. It is read before it runs: tables
and functions that are none of ours are refused, and DuckDB itself reaches no other file.
"""

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from streams.contract.errors import BomnaeError
from streams.history.files import Files, HistoryFileError, files_of, stand_of
from streams.history.tables import BY_NAME, TABLES, Column, HistoryTable, columns_of

THREADS = 2
MOST_ROWS = 500_000
EXIT_UNREADABLE = 7
FUNCTIONS = frozenset({"range", "generate_series", "unnest"})
"""Of those that give tables; any other may read a file."""
IN_PARTS = "_in_parts"
"""`link_minutes_in_parts` has the rows of days that have several files, each in order by itself: so
a question knows where its streaming over all rows meets another file. Sorting them would take the
memory of a day, of whatever is asked.
"""
_KNOWN = BY_NAME.keys() | {f"{table.name}{IN_PARTS}" for table in TABLES if table.is_in_order}
T = TypeVar("T")


class QueryError(BomnaeError):
    """A question to the history was refused or stopped; `code` says why: sql_refused, sql_wrong,
    too_long, too_much_memory, too_many_rows, unreadable.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.exit_code = EXIT_UNREADABLE if code == "unreadable" else type(self).exit_code

    @property
    def told(self) -> str:
        """The code alone: DuckDB names the value that it cannot read."""
        return f"the history cannot be asked, {self.code}; `history check` names damaged files"


class Table(NamedTuple):
    """An answer: its columns with their units, and its rows."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]


class History:
    """The history in a folder. Safe to be asked by several threads; sees what the archive adds."""

    def __init__(self, folder: Path, memory_mb: int) -> None:
        self._folder, self._memory_mb = folder, memory_mb
        self._lock = threading.Lock()
        self._stand: object = None
        self._database: duckdb.DuckDBPyConnection | None = None
        self._broken: dict[str, QueryError] = {}  # tables of which a file cannot be read

    def table(
        self,
        sql: str,
        params: Mapping[str, Any] | Sequence[Any] = (),
        within_s: float = 10.0,
        most_rows: int = MOST_ROWS,
    ) -> Table:
        """What a SELECT gives; QueryError where it may not be asked, fails or takes too much."""
        with self._cursor() as cursor:
            for name in _asked(cursor, sql) & self._broken.keys():
                raise self._broken[name]
            return bounded(
                cursor, lambda: _answer(cursor, sql, params, most_rows), within_s, self._memory_mb
            )

    def close(self) -> None:
        """Let go of files and memory."""
        with self._lock:
            if self._database is not None:
                self._database.close()
            self._database = None

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor over the files that there are now."""
        with self._lock:
            stand = stand_of(self._folder)
            if self._database is None or self._stand != stand:
                try:
                    files = files_of(self._folder)
                except HistoryFileError as error:
                    raise QueryError("unreadable", str(error)) from None
                self._database, self._broken = opened(self._folder, files, self._memory_mb)
                self._stand = stand
            return self._database.cursor()


def open_history(folder: Path | str, memory_mb: int = 512) -> History:
    """The history in a folder; one without files has the tables, and no row."""
    return History(Path(folder), memory_mb)


def bounded(
    cursor: duckdb.DuckDBPyConnection, act: Callable[[], T], within_s: float, memory_mb: int
) -> T:
    """What an act on a cursor gives; QueryError where it fails, or takes longer than it may."""
    stopped = threading.Event()

    def stop() -> None:
        stopped.set()
        cursor.interrupt()

    timer = threading.Timer(within_s, stop)
    timer.start()
    try:
        return act()
    except (duckdb.Error, UnicodeDecodeError) as error:
        if stopped.is_set():
            raise QueryError("too_long", f"more than {within_s:g} s") from None
        raise _named(error, memory_mb) from None
    finally:
        timer.cancel()


def opened(
    folder: Path, files: Files, memory_mb: int, tables: Sequence[HistoryTable] = TABLES
) -> tuple[duckdb.DuckDBPyConnection, dict[str, QueryError]]:
    """A database that reaches these files alone, and the tables of which one cannot be read."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": THREADS,
        "memory_limit": f"{memory_mb}MB",
        "temp_directory": "",
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "python_enable_replacements": False,
    }
    database = duckdb.connect(":memory:", config=config)
    broken: dict[str, QueryError] = {}
    for table in tables:
        try:
            database.execute(view_of(table, folder, files.of(table.name)))
            if table.is_in_order:
                several = select_of(table, folder, _of_several(files.of(table.name)))
                database.execute(f"CREATE VIEW {table.name}{IN_PARTS} AS {several}")
        except (duckdb.Error, UnicodeDecodeError) as error:
            named = _named(error, memory_mb)
            is_ours = named.code == "sql_wrong"  # the SQL is: what is wrong is a file
            broken[table.name] = QueryError("unreadable", named.detail) if is_ours else named
    database.execute("SET TimeZone = 'UTC'")
    database.execute(f"SET allowed_directories = [{_text(f'{folder.resolve()}/')}]")
    database.execute("SET enable_external_access = false")
    database.execute("SET lock_configuration = true")
    return database, broken


def view_of(table: HistoryTable, folder: Path, files: Sequence[str]) -> str:
    """The SQL that makes a table's view of some files."""
    return f"CREATE VIEW {table.name} AS {select_of(table, folder, files)}"


def select_of(table: HistoryTable, folder: Path, files: Sequence[str]) -> str:
    """The SELECT of all rows of some files of a table; of none without a file."""
    columns = {**table.columns, "day": "DATE"}
    if not files:
        empty = ", ".join(f"NULL::{kind} AS {name}" for name, kind in columns.items())
        return f"SELECT {empty} WHERE false"
    groups = [_read(folder, columns, each) for each in _by_columns(table, folder, files)]
    return " UNION ALL ".join(groups)


def _of_several(files: Sequence[str]) -> list[str]:
    """The files of days that have several, as one that goes on has."""
    days = Counter(name.rpartition("/")[0] for name in files)
    return [name for name in files if days[name.rpartition("/")[0]] > 1]


def _read(folder: Path, columns: Mapping[str, str], files: "Lacking") -> str:
    paths = ", ".join(_text(str(folder.resolve() / name)) for name in files.names)
    casts = ", ".join(
        f"{'NULL' if name in files.columns else name}::{kind} AS {name}"
        for name, kind in columns.items()
    )
    return (
        f"SELECT {casts} FROM read_parquet([{paths}], "  # noqa: S608 - names of our own
        "hive_partitioning = true, hive_types = {'day': DATE})"
    )


class Lacking(NamedTuple):
    """Files that lack these columns, as those of before a column was there."""

    columns: frozenset[str]
    names: tuple[str, ...]


def _by_columns(table: HistoryTable, folder: Path, files: Sequence[str]) -> Iterator[Lacking]:
    """The files by the columns that they lack; of tables that never grew all are alike."""
    if not table.later:
        yield Lacking(frozenset(), tuple(files))
        return
    found: dict[frozenset[str], list[str]] = defaultdict(list)
    for name in files:
        try:
            found[_lacks(folder / name, table)].append(name)
        except (OSError, pa.ArrowException):
            found[frozenset()].append(name)  # DuckDB names what is wrong with it
    for columns, names in found.items():
        yield Lacking(columns, tuple(names))


@lru_cache(maxsize=1 << 16)
def _lacks(path: Path, table: HistoryTable) -> frozenset[str]:
    """Which columns a file is without; a file is never written anew under its name."""
    return frozenset(table.later) - frozenset(pq.read_schema(path).names)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _answer(
    cursor: duckdb.DuckDBPyConnection,
    sql: str,
    params: Mapping[str, Any] | Sequence[Any],
    most_rows: int,
) -> Table:
    cursor.execute("BEGIN TRANSACTION READ ONLY")
    cursor.execute(sql, params or None)
    names = [column[0] for column in cursor.description or ()]
    rows = cursor.fetchmany(most_rows + 1)
    if len(rows) > most_rows:
        raise QueryError("too_many_rows", f"more than {most_rows:,} rows: ask for less, or LIMIT")
    return Table(columns_of(names), tuple(rows))


def _named(error: duckdb.Error | UnicodeDecodeError, memory_mb: int) -> QueryError:
    if isinstance(error, UnicodeDecodeError):
        return QueryError("unreadable", "a text of a file is no UTF-8")
    text = str(error).partition("\n\nLINE")[0].strip()
    if isinstance(error, duckdb.OutOfMemoryException):
        return QueryError("too_much_memory", f"more than {memory_mb} MB")
    if isinstance(error, duckdb.IOException) or ".parquet" in text:
        return QueryError("unreadable", text)
    if type(error) is duckdb.Error:  # of no kind that a question can be at fault with: of a file
        return QueryError("unreadable", f"{text} (`history check` names the file)")
    return QueryError("sql_wrong", text)


def _asked(cursor: duckdb.DuckDBPyConnection, sql: str) -> set[str]:
    """The tables that a SELECT asks; QueryError for whatever is not one SELECT over ours."""
    found = cursor.execute("SELECT json_serialize_sql(?::VARCHAR)", [sql]).fetchone()
    tree: dict[str, Any] = msgspec.json.decode(found[0] if found else "{}")
    if tree.get("error"):
        code = "sql_wrong" if tree.get("error_type") == "parser" else "sql_refused"
        raise QueryError(code, str(tree.get("error_message")))
    if len(tree["statements"]) != 1:
        raise QueryError("sql_refused", "one SELECT, not several")
    nodes = list(_nodes(tree))
    own = {name for node in nodes for name in _given_names(node)}
    for node in nodes:
        _check_node(node, own)
    return {str(node.get("table_name")).lower() for node in nodes}


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


def _given_names(node: dict[str, Any]) -> Iterator[str]:
    """The names that a WITH gives; plain ones alone, for others look like a file's."""
    named = node.get("cte_map")
    for each in named.get("map", ()) if isinstance(named, dict) else ():
        if not (name := str(each["key"])).isidentifier():
            raise QueryError("sql_refused", f"WITH {name[:80]!r}: letters and digits only")
        yield name.lower()


def _check_node(node: dict[str, Any], own: set[str]) -> None:
    if node.get("type") == "BASE_TABLE":
        name = str(node.get("table_name"))
        if name.lower() not in own | _KNOWN:
            there = ", ".join(BY_NAME)
            raise QueryError("sql_refused", f"no table {name[:80]!r}; there are {there}")
    if node.get("type") == "TABLE_FUNCTION":
        name = str((node.get("function") or {}).get("function_name"))
        if name not in FUNCTIONS:
            there = ", ".join(sorted(FUNCTIONS))
            raise QueryError("sql_refused", f"{name[:80]}() is none of {there}")
