"""Reads days of the history for the map. A file that is away, set aside or damaged costs its own
day and table: what else there is, is read.

What changes seldom (works, closures, feeds) is known of a day by rows of long before it. Their many
small files are read once and stay in memory, in columns, until their day has other files; of links
the day's files are read.
"""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import duckdb
import numpy as np

from streams.contract.times import DAY_MS, MINUTE_MS, midnight_ms
from streams.domain.links.columns import CLOSURES, LEVELS
from streams.history.files import DayFiles, Files
from streams.history.past import CODE_BITS, SPAN_MIN, PastDay, window_of
from streams.history.reading import QueryError, bounded, opened, select_of
from streams.history.roads import Codes
from streams.history.tables import BY_NAME, CallAct, ClosureActRow, FeedAct, WorkPhase

LOOK_BACK_DAYS = 400
"""So far back a work, a closure or a feed may have changed last to be known on a day."""
TAKEN_DAYS = 100
"""Files of so many days are read at once, within the time that a question has."""
MOST_LOOKS = 30_000_000
MEMORY_MB = 512
WITHIN_S = 10.0
_OF_FILES = ("unreadable", "sql_wrong")
"""What is wrong with a file: the SQL is our own."""
T = TypeVar("T")
Rows = list[tuple[Any, ...]]


_PLACES = (
    "(SELECT unnest($links) AS link_id, unnest(range(len($links))) AS place)"  # one row a link
)
_LOOKS = f"""
SELECT ((place * {SPAN_MIN} + (minute_ms - $from_ms) // {MINUTE_MS}) << {CODE_BITS})
  + ((CASE WHEN speed_kmh IS NULL THEN 0 ELSE round(speed_kmh * 10)::BIGINT + 1 END) << 16)
  + ((list_position($levels, level) - 1) << 8) + ((list_position($closures, closure) - 1) << 1)
  + is_measured::BIGINT AS look
FROM link_minutes JOIN {_PLACES} USING (link_id)
WHERE minute_ms >= $from_ms AND minute_ms < $until_ms
  AND list_contains($levels, level) AND list_contains($closures, closure)
LIMIT {MOST_LOOKS + 1}
"""  # noqa: S608 - our own numbers
_CALLS = "SELECT {columns} FROM calls WHERE at_ms >= $from_ms AND at_ms < $until_ms ORDER BY at_ms"

_DRIVEN = """
SELECT exited_ms FROM passages
WHERE link_id = $link AND exited_ms >= $from_ms AND exited_ms < $until_ms ORDER BY exited_ms
"""


@dataclass(frozen=True, slots=True)
class _Standing:
    """A table of which the last row of a subject stands until its next, unless it is over."""

    table: str
    subject: str
    which: str
    over: str

    @property
    def sql(self) -> str:
        """The rows of a day, and before them the last of each subject that was not over; of two at
        one time that it is over counts, and subjects come by their names.
        """
        columns = ", ".join(BY_NAME[self.table].columns)
        return f"""
        SELECT {columns} FROM (
          SELECT * FROM {self.table} WHERE at_ms < $until_ms AND at_ms >= $since_ms AND {self.which}
          QUALIFY at_ms >= $begin_ms
            OR row_number() OVER (
              PARTITION BY {self.subject} ORDER BY at_ms DESC, ({self.over}) DESC) = 1
        ) WHERE at_ms >= $begin_ms OR NOT ({self.over}) ORDER BY at_ms, {self.subject}
        """  # noqa: S608 - our own names


_STANDING = (
    _Standing("work_phases", "work_id", "true", "phase IN ('finished', 'cancelled')"),
    _Standing(
        "closures",
        "closure_id, link_id",
        "act IN ('declared', 'ended') AND by_kind IN ('incident', 'hand')",
        "act = 'ended'",
    ),
    _Standing("feeds", "feed", "true", "false"),
)


class _Stand(NamedTuple):
    """Of which files a table has its rows of a day."""

    names: frozenset[str] = frozenset()
    changed_ns: int = 0

    @classmethod
    def of(cls, day: DayFiles, table: str) -> "_Stand":
        names = frozenset(day.files.get(table, ()))
        return cls(names, day.changed_ns) if names else cls()


class PastReader:
    """Reads days of a folder. Safe to be asked by several threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._kept = duckdb.connect(
            ":memory:", config={"threads": 2, "memory_limit": f"{MEMORY_MB}MB"}
        )
        self._read: dict[str, dict[str, _Stand]] = {x.table: {} for x in _STANDING}
        self._bad: set[str] = set()  # files that cannot be read
        for each in _STANDING:
            empty = select_of(BY_NAME[each.table], folder, ())
            self._kept.execute(f"CREATE TABLE {each.table} AS {empty}")

    def close(self) -> None:
        """Let go of the memory."""
        self._kept.close()

    def read(self, days: Mapping[str, DayFiles], day: date, links: Sequence[str]) -> PastDay:
        """A day; `links` by their places in the network. QueryError where it takes too long or too
        much.
        """
        begin_ms = midnight_ms(day)
        from_ms, until_ms = window_of(begin_ms)
        near = [days.get(str(each), DayFiles()) for each in (day - timedelta(days=1), day)]
        given = {"from_ms": from_ms, "until_ms": until_ms}
        lacks: set[str] = set()
        looks = self._near("link_minutes", near, lacks, lambda x: _looks(x, given, links))
        sql = _CALLS.format(columns=", ".join(BY_NAME["calls"].columns))
        calls = self._near("calls", near, lacks, lambda x: x.execute(sql, given).fetchall())
        standing = self.standing(days, day, lacks)
        return PastDay(
            from_ms=from_ms,
            looks=looks,
            minutes=np.flatnonzero(np.bincount((looks >> CODE_BITS) % SPAN_MIN, minlength=1)),
            works=tuple(
                WorkPhase(*x)._replace(links=tuple(x[-1])) for x in standing["work_phases"]
            ),
            closures=tuple(ClosureActRow(*row) for row in standing["closures"]),
            calls=tuple(CallAct(*row) for row in calls),
            feeds=tuple(FeedAct(*row) for row in standing["feeds"]),
            lacks=frozenset(lacks),
        )

    def passages(
        self,
        days: Mapping[str, DayFiles],
        wanted: Sequence[date],
        link_id: str,
        from_ms: int,
        until_ms: int,
    ) -> tuple[int, ...]:
        """When buses had driven a link, of some days."""
        near = [days.get(str(each), DayFiles()) for each in wanted]
        given = {"link": link_id, "from_ms": from_ms, "until_ms": until_ms}
        rows = self._near("passages", near, set(), lambda x: x.execute(_DRIVEN, given).fetchall())
        return tuple(row[0] for row in rows)

    def standing(self, days: Mapping[str, DayFiles], day: date, lacks: set[str]) -> dict[str, Rows]:
        """The rows by table of what stands on a day; `lacks` takes the tables of which some cannot
        be read.
        """
        since = str(day - timedelta(days=LOOK_BACK_DAYS))
        before = {name: files for name, files in days.items() if since <= name <= str(day)}
        begin_ms = midnight_ms(day)
        given = {
            "begin_ms": begin_ms,
            "since_ms": begin_ms - LOOK_BACK_DAYS * DAY_MS,
            "until_ms": begin_ms + DAY_MS,
        }
        found: dict[str, Rows] = {}
        for each in _STANDING:
            self._keep(each.table, before, days.keys())
            if any(self._lacks(each.table, files) for files in before.values()):
                lacks.add(each.table)
            found[each.table] = self._asked(each.sql, given)
        return found

    def _asked(self, sql: str, given: Mapping[str, int]) -> Rows:
        with closing(self._kept.cursor()) as cursor:
            act = lambda: cursor.execute(sql, given).fetchall()  # noqa: E731 - read in its own time
            return bounded(cursor, act, WITHIN_S, MEMORY_MB)

    def _keep(self, table: str, days: Mapping[str, DayFiles], known: Collection[str]) -> None:
        """Have the rows of a table's days in memory as their files are now; those of a day that is
        not `known` any more go.
        """
        with self._lock:
            has = self._read[table]
            now = {day: _Stand.of(files, table) for day, files in days.items()}
            now |= dict.fromkeys(has.keys() - known, _Stand())
            changed = sorted(day for day in now if now[day] != has.get(day, _Stand()))
            for first in range(0, len(changed), TAKEN_DAYS):
                self._replace(table, {day: now[day] for day in changed[first : first + TAKEN_DAYS]})

    def _replace(self, table: str, days: Mapping[str, "_Stand"]) -> None:
        """Have the rows of these days from these files alone."""
        for day in days:
            self._read[table].pop(day, None)
        sql = f"DELETE FROM {table} WHERE list_contains($days, day::VARCHAR)"  # noqa: S608 - our own
        self._kept.execute(sql, {"days": list(days)})
        names = frozenset[str]().union(*(stand.names for stand in days.values()))
        self._bad -= names  # one that was restored is read
        self._take(table, sorted(names))
        self._read[table].update(days)

    def _lacks(self, table: str, day: DayFiles) -> bool:
        return table in day.damaged or not self._bad.isdisjoint(day.files.get(table, ()))

    def _take(self, table: str, names: Sequence[str]) -> None:
        if not names:
            return
        sql = f"INSERT INTO {table} {select_of(BY_NAME[table], self._folder, names)}"
        try:
            bounded(self._kept, lambda: self._kept.execute(sql), WITHIN_S, MEMORY_MB)
        except QueryError as error:
            if error.code not in _OF_FILES:
                raise
            if len(names) == 1:
                self._bad.update(names)
                return
            half = len(names) // 2
            self._take(table, names[:half])
            self._take(table, names[half:])

    def _near(
        self,
        table: str,
        days: Sequence[DayFiles],
        lacks: set[str],
        act: Callable[[duckdb.DuckDBPyConnection], T],
    ) -> T:
        """What `act` gives of a table of two days, without what is damaged."""
        if any(table in each.damaged for each in days):
            lacks.add(table)
        names = [name for each in days for name in each.files.get(table, ())]
        try:
            return self._of(table, names, act)
        except QueryError as error:
            if error.code not in _OF_FILES:
                raise
        lacks.add(table)
        return self._of(table, [name for name in names if self._gives(table, name, act)], act)

    def _gives(
        self, table: str, name: str, act: Callable[[duckdb.DuckDBPyConnection], object]
    ) -> bool:
        """Whether a file alone is read: another question may not touch what is damaged in it."""
        try:
            self._of(table, [name], act)
        except QueryError:
            return False
        return True

    def _of(
        self, table: str, names: Sequence[str], act: Callable[[duckdb.DuckDBPyConnection], T]
    ) -> T:
        files = Files(((table, tuple(names)),))
        database, broken = opened(self._folder, files, MEMORY_MB, (BY_NAME[table],))
        with closing(database):
            for error in broken.values():
                raise error
            return bounded(database, lambda: act(database), WITHIN_S, MEMORY_MB)


def _looks(
    cursor: duckdb.DuckDBPyConnection, window: Mapping[str, int], links: Sequence[str]
) -> Codes:
    given = {
        **window,
        "links": list(links),
        "levels": [each.value for each in LEVELS],
        "closures": [each.value for each in CLOSURES],
    }
    found = cursor.execute(_LOOKS, given).fetchnumpy()["look"]
    if len(found) > MOST_LOOKS:
        raise QueryError("too_many_rows", f"more than {MOST_LOOKS:,} rows of links")
    return np.sort(found.astype(np.int64))
