"""What statistics say of days that are not over: of today, and of where the history begins and
ends. A figure that is right of whole days alone is wrong on every screen of today.
"""

import random
from collections.abc import Sequence
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from streams.contract.times import HOUR_MS, MINUTE_MS, day_of, midnight_ms
from streams.history.reading import open_history
from streams.history.tables import BY_NAME, LinkMinute, WorkPhase
from streams.history.writing import packed, parquet_of, schema_of
from streams.statistics.book import STATISTICS
from streams.statistics.figure import Figure
from streams.statistics.period import Period
from streams.statistics.statistic import Asked, compute

TODAY = date(2026, 11, 27)
BEGIN_MS = midnight_ms(TODAY)


def put(folder: Path, table: str, rows: Sequence[Any], part: str = "part") -> None:
    """A file a day, as the archive writes it."""
    for day in {day_of(row[0]) for row in rows}:
        place = folder / table / f"day={day}"
        place.mkdir(parents=True, exist_ok=True)
        own = [tuple(row) for row in rows if day_of(row[0]) == day]
        (place / f"{part}.parquet").write_bytes(parquet_of(BY_NAME[table], own))


def figure(folder: Path, name: str, first: date = TODAY, last: date = TODAY) -> Figure:
    with closing(open_history(folder)) as history:
        return compute(history, STATISTICS[name], Asked(Period(first, last)))


def minute(at_ms: int, link: str, level: str = "free") -> LinkMinute:
    return LinkMinute(at_ms, link, 20.0, level, "none", 1, is_measured=True)


def hours(day: date, first: int, last: int, level: str) -> list[LinkMinute]:
    return [minute(midnight_ms(day) + h * HOUR_MS, "a", level) for h in range(first, last)]


def phase(at_ms: int, work: str, phase: str, until_ms: int, told_by: str = "crew") -> WorkPhase:
    who = (told_by, "도로과", "봄내건설", "도로과", "work", "full")
    return WorkPhase(at_ms, work, phase, None, *who, until_ms - 4 * HOUR_MS, until_ms, ("a",))


def test_a_day_in_parts_comes_to_what_one_file_of_it_does(tmp_path: Path) -> None:
    chance = random.Random(15)
    rows = [
        minute(BEGIN_MS + at * MINUTE_MS, link, chance.choice(("jam", "free")))
        for link in ("a", "b", "c")
        for at in range(24 * 60)
        if at % 60 == 0 or chance.random() < 0.1
    ]
    put(tmp_path / "whole", "link_minutes", rows)
    for number in range(288):  # every five minutes
        part = [x for x in rows if (x.minute_ms - BEGIN_MS) // (5 * MINUTE_MS) == number]
        put(tmp_path / "parts", "link_minutes", part, f"{number:06d}")
    for name in ("jam_roads", "jam_hours", "usual_week", "trends"):
        told = [figure(tmp_path / x, name).table.rows for x in ("whole", "parts")]
        assert told[0], name
        assert told[0] == told[1], name
    known_h = sum(float(row[2] or 0) for row in figure(tmp_path / "parts", "jam_roads").table.rows)
    assert 3 * 23 <= known_h <= 3 * 24


def test_a_large_day_in_parts_takes_no_more_memory_than_one_file_of_it(tmp_path: Path) -> None:
    table, links, minutes = BY_NAME["link_minutes"], 400, 24 * 60
    for part in range(3):
        at = range(part * 480 + 7 * bool(part), minutes if part == 2 else part * 480 + 487)
        rows = {
            "minute_ms": [BEGIN_MS + m * MINUTE_MS for m in at] * links,
            "link_id": [f"{link:010d}" for link in range(links) for _ in at],
            "speed_kmh": [20.0] * links * len(at),
            "level": [("jam", "free")[m % 2] for m in at] * links,
            "closure": ["none"] * links * len(at),
            "passages": [1] * links * len(at),
            "is_measured": [True] * links * len(at),
        }
        place = tmp_path / "link_minutes" / f"day={TODAY}"
        place.mkdir(parents=True, exist_ok=True)
        raw = packed(table, pa.table(rows, schema_of(table)))
        (place / f"{part:06d}.parquet").write_bytes(raw)
    with closing(open_history(tmp_path, memory_mb=48)) as history:
        [(count,)] = history.table("SELECT count(*) FROM link_minutes").rows
        told = compute(history, STATISTICS["jam_roads"], Asked(Period(TODAY, TODAY))).table.rows
    assert count == links * minutes
    assert len(told) == links
    assert {row[1] for row in told} == {12.0}


def test_a_day_that_is_not_over_is_in_no_mean_of_days(tmp_path: Path) -> None:
    first = date(2026, 11, 1)
    rows = hours(first, 20, 24, "jam")  # here the history begins
    for day in range(1, 26):
        rows += hours(first + timedelta(days=day), 0, 24, "free")
    put(tmp_path, "link_minutes", [*rows, *hours(TODAY, 0, 6, "jam")])
    told = figure(tmp_path, "trends", date(2026, 11, 1)).table.rows
    [(days, mean)] = [(row[2], row[3]) for row in told if row[0] == "jam_percent"]
    assert (days, mean) == (25, 0.0)
    put(tmp_path, "link_minutes", hours(TODAY, 0, 24, "jam"))  # now it is over
    told = figure(tmp_path, "trends", date(2026, 11, 1)).table.rows
    [(days, mean)] = [(row[2], row[3]) for row in told if row[0] == "jam_percent"]
    assert (days, mean) == (26, round(100 / 26, 2))


def test_a_work_that_still_has_its_time_of_grace_is_neither_on_time_nor_late(
    tmp_path: Path,
) -> None:
    now_ms = BEGIN_MS + 12 * HOUR_MS
    due_ms = now_ms - 30 * MINUTE_MS
    rows = [
        phase(due_ms - 3 * HOUR_MS, "goes on", "active", due_ms),
        phase(due_ms - 3 * HOUR_MS, "late", "active", due_ms - 2 * HOUR_MS),
        phase(due_ms - 3 * HOUR_MS, "done", "active", due_ms),
        phase(now_ms, "done", "finished", due_ms),
    ]
    put(tmp_path, "work_phases", rows)
    [office] = figure(tmp_path, "punctuality_offices").table.rows
    assert office[:3] == ("도로과", 2, 1)


def test_a_work_that_was_taken_up_again_has_not_ended(tmp_path: Path) -> None:
    due_ms = BEGIN_MS + 6 * HOUR_MS
    rows = [
        phase(due_ms - 3 * HOUR_MS, "w", "active", due_ms),
        phase(due_ms - HOUR_MS, "w", "finished", due_ms),
        phase(due_ms, "w", "active", due_ms),
        phase(due_ms + 5 * HOUR_MS, "w", "overdue", due_ms, "clock"),
    ]
    put(tmp_path, "work_phases", rows)
    [office] = figure(tmp_path, "punctuality_offices").table.rows
    assert office[:3] == ("도로과", 1, 0)
    [closed] = figure(tmp_path, "closures").table.rows
    assert closed[3] == 0
    assert closed[6:] == (1, 5.0)


def test_few_days_of_a_long_period_are_said_to_be_few(tmp_path: Path) -> None:
    put(tmp_path, "link_minutes", hours(TODAY, 0, 24, "free"))
    week = figure(tmp_path, "usual_week", TODAY - timedelta(days=90))
    assert [note.values for note in week.notes if note.code == "few_weeks"] == [{"days": 1}]
