"""How long each statistic takes over a generated year: `python -m bench.statistics`.

A city of 1,500 links: a row at each full hour, and one at every fourteenth minute besides, as buses
and centres change what a link shows; sorted by link, as the archive writes it. Passages, works and
the rest in proportion. DuckDB has the reading side's bounds.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import duckdb

from streams.contract.times import midnight_ms
from streams.history.reading import QueryError, open_history
from streams.statistics.book import STATISTICS
from streams.statistics.period import Period
from streams.statistics.statistic import Asked, compute

LINKS, FIRST = 1_500, date(2026, 1, 1)
TIMES = 3
YEAR_IN_S = 2.0
"""So long the heat map of a year may take."""
_MINUTES = """
COPY (
  SELECT ($begin + m * 60000)::BIGINT AS minute_ms, 'L' || lpad(l::VARCHAR, 5, '0') AS link_id,
         (12 + hash(l, m, $begin) % 480 / 10)::FLOAT AS speed_kmh,
         CASE WHEN hash(l, m, $begin) % 480 < 60 THEN 'jam'
              WHEN hash(l, m, $begin) % 480 < 180 THEN 'slow' ELSE 'free' END AS level,
         'none' AS closure, (hash(m, l) % 3)::INTEGER AS passages, TRUE AS is_measured
  FROM range($links) AS links(l), range(1440) AS minutes(m)
  WHERE m % 60 = 0 OR hash(m, l, $begin) % 14 = 0
  ORDER BY l, m
) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""
_PASSAGES = """
COPY (
  SELECT ($begin + 18000000 + hash(n, $begin) % 64800000)::BIGINT AS exited_ms,
         'L' || lpad((hash($begin, n) % $links)::VARCHAR, 5, '0') AS link_id,
         'R' || (n % 60)::VARCHAR AS route_id,
         (60000 + hash(n, $begin, 3) % 90000)::BIGINT AS travel_ms,
         400::INTEGER AS length_m, 0::BIGINT AS unsure_ms
  FROM range(100000) AS numbers(n) ORDER BY link_id, exited_ms
) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""
_PHASES = """
COPY (
  SELECT ($begin + n * 60000 + phase * 36000000)::BIGINT AS at_ms,
         'W' || $begin::VARCHAR || '-' || n::VARCHAR AS work_id,
         ['active', 'finished'][phase + 1] AS phase,
         ['planned', 'active'][phase + 1] AS phase_before,
         'crew' AS told_by, '부서' || (n % 7)::VARCHAR AS office,
         '업체' || (n % 31)::VARCHAR AS contractor, '' AS client, 'work' AS cause,
         'partial' AS closure,
         $begin::BIGINT AS from_ms, ($begin + 36000000)::BIGINT AS until_ms,
         ['L' || lpad((hash(n, $begin) % $links)::VARCHAR, 5, '0')] AS links
  FROM range(20) AS numbers(n), range(2) AS phases(phase) ORDER BY at_ms, work_id
) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""
_TABLES = {"link_minutes": _MINUTES, "passages": _PASSAGES, "work_phases": _PHASES}


def generate(folder: Path, days: int) -> int:
    """So many days on disk, and how many bytes they are."""
    with duckdb.connect() as connection:
        for day in (FIRST + timedelta(days=at) for at in range(days)):
            for table, sql in _TABLES.items():
                place = folder / table / f"day={day}"
                place.mkdir(parents=True)
                path = str(place / "part.parquet")
                given: dict[str, int] = {"begin": midnight_ms(day)}
                given |= {"links": LINKS} if "$links" in sql else {}
                connection.execute(sql.format(path=path), given)
    return sum(each.stat().st_size for each in folder.rglob("*.parquet"))


@contextmanager
def _folder(given: str) -> Iterator[Path]:
    if given:
        yield Path(given)
        return
    with tempfile.TemporaryDirectory(prefix="bench-statistics-") as made:
        yield Path(made)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--folder", default="", help="kept, and used where it is there already")
    parser.add_argument("--only", default="", help="ids of statistics, by commas")
    given = parser.parse_args()
    with _folder(given.folder) as folder:
        if not any(folder.glob("*")):
            size = generate(folder, given.days)
            print(f"{given.days} days of {LINKS} links: {size / given.days / 1e6:.2f} MB a day")
        return _measured(folder, given.days, given.only)


def _measured(folder: Path, days: int, only: str) -> int:
    period = Period(FIRST, FIRST + timedelta(days=days - 1))
    roads = {f"L{at:05}": f"{at % 300}번길" for at in range(LINKS)}
    took: dict[str, float] = {}
    with closing(open_history(folder)) as history:
        for each in STATISTICS.values():
            if only and each.id not in only.split(","):
                continue
            for name, asked in (
                (each.id, period),
                (f"{each.id} of 30 days", Period(period.last - timedelta(days=29), period.last)),
            ):
                took[name] = _median_s(partial(compute, history, each, Asked(asked, roads=roads)))
                print(f"{name:40} {took[name]:7.2f} s")
    heat_s = took.get("usual_week", 0.0)
    print(f"a year's heat map: {heat_s:.2f} s (at most {YEAR_IN_S:.0f} s)")
    return 0 if heat_s <= YEAR_IN_S else 1


def _median_s(act: Callable[[], object]) -> float:
    times = []
    for _ in range(TIMES):
        begin = time.perf_counter()
        try:
            act()
        except QueryError as error:  # one that takes too long is shown as such, others go on
            print(f"  {error}")
            return float("nan")
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


if __name__ == "__main__":
    sys.exit(main())
