"""How long the monthly report of a whole city takes in its four formats, and how much memory.

    python -m bench.reports [--links 2359] [--days 62] [--into FOLDER]

Makes up a history of so many links and days, as the archive would have written it, and runs
`python -m streams report monthly` on its last month, as a process of its own. What is measured is
printed as measured; the bound is 30 s and 1 GB.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import duckdb

FIRST = "2026-10-01"
_HOUR = f"(epoch_ms(TIMESTAMP '{FIRST}') - 32400000 + hour * 3600000)"
# ruff: noqa: S608 - the numbers of a made-up history
_HELD = f"""
SELECT {_HOUR} + minute * 60000 AS minute_ms, 'L' || link AS link_id,
       CASE level WHEN 'jam' THEN 9 WHEN 'slow' THEN 22 ELSE 45 END::FLOAT AS speed_kmh, level,
       'none' AS closure, 1::INTEGER AS passages, true AS is_measured
FROM (
  SELECT hour, link, minute,
         CASE WHEN hash(hour, link, minute) % 100 < if(hour % 24 IN (8, 18), 30, 4) THEN 'jam'
              WHEN hash(hour, minute, link) % 100 < 20 THEN 'slow' ELSE 'free' END AS level
  FROM range($hours) hours(hour), range($links) links(link), unnest([0, 17, 41]) minutes(minute)
)"""
_DRIVEN = f"""
SELECT {_HOUR} + (hash(hour, link, nth) % 3600000)::BIGINT AS exited_ms, 'L' || link AS link_id,
       'R' || (hash(link, nth) % 60) AS route_id,
       (60000 + hash(nth, hour, link) % 120000)::BIGINT AS travel_ms, 400::INTEGER AS length_m,
       0::BIGINT AS unsure_ms
FROM range($hours) hours(hour), range($links) links(link), range(4) passages(nth)
WHERE hour % 24 BETWEEN 5 AND 22"""
_WORKED = f"""
SELECT at_ms, 'W' || work AS work_id, phase, earlier AS phase_before, teller AS told_by,
       'office ' || (work % 12) AS office, 'contractor ' || (work % 40) AS contractor, '' AS client,
       'work' AS cause, if(work % 3 = 0, 'full', 'partial') AS closure, begin_ms AS from_ms,
       begin_ms + 172800000 AS until_ms, ['L' || (work % $links)] AS links
FROM (
  SELECT work, {_HOUR} AS begin_ms
  FROM (SELECT work, work * 7 % ($hours - 100) AS hour FROM range($hours // 3) works(work))
), LATERAL (VALUES
  (begin_ms - 3600000, 'planned', NULL, 'feed'), (begin_ms, 'active', 'planned', 'crew'),
  (begin_ms + 172800000 + (hash(work) % 20)::BIGINT * 3600000 - 36000000, 'finished', 'active',
   'crew')) AS phases(at_ms, phase, earlier, teller)"""
_CALLED = f"""
SELECT at_ms, 'C' || call AS call_id, if(call % 3 = 0, 'closure', 'place') AS topic,
       'L' || (call % $links) AS link_id, 'dong ' || (call % 25) AS dong, state,
       if(state = 'answered', at_ms, NULL) AS answered_ms
FROM (SELECT call, {_HOUR} AS begin_ms
      FROM (SELECT call, call % $hours AS hour FROM range($hours * 2) calls(call))),
  LATERAL (VALUES (begin_ms, 'asked'), (begin_ms + 900000, 'answered')) AS acts(at_ms, state)"""
_FED = f"""
SELECT {_HOUR} AS at_ms, feed, if(hash(hour, feed) % 30 = 0, 'stale', 'live') AS state,
       NULL::BIGINT AS delay_ms
FROM range($hours) hours(hour),
  unnest(['tago.positions', 'its.speeds', 'its.incidents', 'permits']) feeds(feed)"""
TABLES: Mapping[str, str] = {
    "link_minutes": _HELD,
    "passages": _DRIVEN,
    "work_phases": _WORKED,
    "calls": _CALLED,
    "feeds": _FED,
}
TIMES = {"link_minutes": "minute_ms", "passages": "exited_ms"}


def make_up(folder: Path, links: int, days: int) -> Mapping[str, int]:
    """The Parquet files of such a history; gives the rows of each table."""
    rows = {}
    with duckdb.connect() as database:
        for name, sql in TABLES.items():
            values = {each: sql.count(f"${each}") for each in ("hours", "links")}
            known = {"hours": days * 24, "links": links}
            text = sql
            for each in (name for name, count in values.items() if count):
                text = text.replace(f"${each}", str(known[each]))
            time_of = TIMES.get(name, "at_ms")
            (folder / name).mkdir(parents=True, exist_ok=True)
            database.execute(
                f"COPY (SELECT *, make_timestamp(({time_of} + 32400000) * 1000)::DATE AS day "
                f"FROM ({text}) ORDER BY day) TO '{folder / name}' "
                "(FORMAT parquet, PARTITION_BY (day), OVERWRITE_OR_IGNORE)"
            )
            found = database.execute(f"SELECT count(*) FROM ({text})").fetchone()
            rows[name] = int(found[0]) if found else 0
    return rows


def measure(history: Path, to: Path, day: str) -> tuple[float, float]:
    """Seconds and MB of the command."""
    asked = [sys.executable, "-m", "streams", "report", "monthly", "--date", day, "--to", str(to)]
    begun = time.monotonic()
    with subprocess.Popen(asked, env={**os.environ, "BOMNAE_HISTORY": str(history)}) as running:
        most_mb = 0.0
        while running.poll() is None:
            most_mb = max(most_mb, peak_mb(running.pid))
            time.sleep(0.05)
    took_s = time.monotonic() - begun
    if running.returncode:
        raise SystemExit(running.returncode)
    return took_s, most_mb


def peak_mb(pid: int) -> float:
    """The most memory that a process has had; 0 once it is gone. What its parent had at the fork
    would count in `ru_maxrss`.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    found = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
    return int(found[0]) / 1024 if found else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--links", type=int, default=2_359)
    parser.add_argument("--days", type=int, default=62)
    parser.add_argument("--into", type=Path, help="where the history is made, and kept")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        history = options.into or Path(made) / "history"
        if not (history / "link_minutes").is_dir():
            rows = make_up(history, options.links, options.days)
            print(", ".join(f"{name} {count:,}" for name, count in rows.items()))
        took_s, mb = measure(history, Path(made) / "reports", "2026-11-15")
        print(f"monthly report in four formats: {took_s:.1f} s, {mb:.0f} MB at its most")


if __name__ == "__main__":
    main()
