"""Rows of the history on disk as a seed makes them, and the Parquet files of them."""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from streams.contract.times import DAY_MS, HOUR_MS, KST_MS, MINUTE_MS, day_of, midnight_ms
from streams.history.clock import put_clock
from streams.history.fold import Mark
from streams.history.reading import open_history
from streams.history.rows import Row as ShelvedRow
from streams.history.shelf import Shelf
from streams.history.tables import BY_NAME, TABLES
from streams.history.writing import parquet_of

LINKS = ("L1", "L2", "L3", "L4", "L5", "L6")
ROADS = {"L1": "중앙로", "L2": "중앙로", "L3": "공지로", "L4": "공지로", "L5": "퇴계로"}
"""L6 is of no road that has a name."""
OFFICES = ("도로과", "상하수도과", "도시가스과")
CLIENTS = ("", None, "한국전력공사", "도로과")
CONTRACTORS = ("가온건설", "봄내토건", "호반개발", None)
DONGS = ("효자동", "석사동", "퇴계동", None)
FEEDS = ("tago.positions", "its.speeds", "permits")
TOPICS = ("closure", "jam", "dust")
FIRST = date(2026, 9, 21)
WEEKS = 10
Row = tuple[Any, ...]
History = Mapping[str, Sequence[Row]]


def made_up(seed: int, first: date = FIRST, weeks: int = WEEKS) -> History:
    """A history of some weeks of a city of six links."""
    chance = random.Random(seed)
    days = [first + timedelta(days=at) for at in range(7 * weeks)]
    from_ms, until_ms = midnight_ms(days[0]), midnight_ms(days[-1]) + DAY_MS
    span = (from_ms, until_ms)
    works = _works(chance, span)
    return {
        "link_minutes": [row for day in days for row in _minutes(chance, day)],
        "passages": [row for day in days for row in _passages(chance, day)],
        "work_phases": works,
        "situations": _situations(chance, span),
        "discrepancies": _discrepancies(chance, span),
        "calls": _calls(chance, span),
        "feeds": _feeds(chance, span),
        "webhooks": _webhooks(chance, span),
        "closures": _closures(chance, span),
    }


def write(history: History, folder: Path) -> None:
    """As the archive writes them, by the time in each row's first column."""
    for table, rows in history.items():
        by_day: dict[date, list[Row]] = defaultdict(list)
        for row in rows:
            by_day[day_of(row[0])].append(row)
        for day, some in by_day.items():
            place = folder / table / f"day={day}"
            place.mkdir(parents=True, exist_ok=True)
            (place / "part.parquet").write_bytes(parquet_of(BY_NAME[table], some))


def rows_in(folder: Path) -> dict[str, list[str]]:
    """Every row of a history's tables in words, to be held against another's."""
    with closing(open_history(folder)) as history:
        return {x.name: sorted(map(str, history.table(f"FROM {x.name}").rows)) for x in TABLES}


def _minutes(chance: random.Random, day: date) -> list[Row]:
    """Changes at odd minutes, and a row at each full hour for whoever has a value; some hours of a
    link are unknown or not there at all.
    """
    rows: list[Row] = []
    begin = midnight_ms(day)
    for link in LINKS:
        for hour in range(24):
            if chance.random() < 0.1:
                continue
            busy = 0.6 if hour in (8, 18) and day.weekday() < 5 else 0.1
            minutes = [0, *sorted(chance.sample(range(1, 60), chance.randrange(4)))]
            for minute in minutes:
                level = "jam" if chance.random() < busy else chance.choice(("free", "slow"))
                level = "unknown" if chance.random() < 0.05 else level
                kmh = {"jam": 9.0, "slow": 22.0, "free": 45.0}.get(level)
                kmh = None if kmh is None else kmh + chance.randrange(6)
                at_ms = begin + hour * HOUR_MS + minute * MINUTE_MS
                passages = chance.randrange(3)
                rows.append((at_ms, link, kmh, level, "none", passages, passages > 0))
    return rows


def _passages(chance: random.Random, day: date) -> list[Row]:
    begin = midnight_ms(day)
    return [
        (
            begin + chance.randrange(6 * HOUR_MS, 23 * HOUR_MS),
            chance.choice(LINKS[:4]),
            f"R{chance.randrange(3)}",
            chance.randrange(60_000, 240_000),
            400,
            0,
        )
        for _ in range(80)
    ]


def _works(chance: random.Random, span: tuple[int, int]) -> list[Row]:
    """Works that end in time, run over, go on, are told by the clock alone, or are cancelled."""
    rows: list[Row] = []
    for number in range(60):
        from_ms = chance.randrange(span[0], span[1] - 8 * DAY_MS)
        until_ms = from_ms + chance.randrange(4, 120) * HOUR_MS
        office, contractor = chance.choice(OFFICES), chance.choice(CONTRACTORS)
        client = chance.choice(CLIENTS)
        office = contractor if contractor and chance.random() < 0.3 else office
        links = chance.sample(LINKS[:4], chance.randrange(1, 3))
        closure = chance.choice(("full", "partial", "none"))
        begun = chance.choice(("feed", "crew", "office", "clock"))
        ended = chance.choice(("crew", "office", "desk", "clock"))
        steps: list[Row] = [("planned", None, from_ms - HOUR_MS, "feed")]
        steps.append(("active", "planned", from_ms + chance.randrange(HOUR_MS), begun))
        fate, over_ms = chance.random(), chance.randrange(-10, 40) * HOUR_MS // 2
        if fate < 0.1:
            steps.append(("cancelled", "active", steps[-1][2] + HOUR_MS, "office"))
        elif fate < 0.85:
            if over_ms > 0:
                steps.append(("overdue", "active", until_ms, "clock"))
            last = max(steps[-1][2] + MINUTE_MS, until_ms + over_ms)
            steps.append(("finished", steps[-1][0], last, ended))
        else:
            steps.append(("overdue", "active", max(until_ms, steps[-1][2] + 1), "clock"))
        rows += [
            (at, f"W{number}", now, before, by, office, contractor, client, "work", closure,
             from_ms, until_ms, links)
            for now, before, at, by in steps
            if at < span[1]
        ]  # fmt: skip
    return rows


def _situations(chance: random.Random, span: tuple[int, int]) -> list[Row]:
    rows: list[Row] = []
    for number in range(150):
        at_ms = chance.randrange(*span)
        kind = chance.choice(("jam", "detour", "closure"))
        severity = chance.choice(("critical", "warning", "notice"))
        links = chance.sample(LINKS, chance.randrange(1, 3))
        acts = [("begun", at_ms)]
        if chance.random() < 0.8:
            acts.append(("acknowledged", at_ms + chance.randrange(30 * MINUTE_MS)))
        if chance.random() < 0.9:
            acts.append(("ended", at_ms + 30 * MINUTE_MS + chance.randrange(DAY_MS)))
        rows += [
            (at, f"S{number}", act, kind, severity, at_ms, links, 1, ["its.speeds"])
            for act, at in acts
            if at < span[1]
        ]
    return rows


def _discrepancies(chance: random.Random, span: tuple[int, int]) -> list[Row]:
    rows: list[Row] = []
    for number in range(80):
        at_ms = chance.randrange(*span)
        kind, link = chance.choice(("overrun", "no_effect", "undeclared")), chance.choice(LINKS)
        rows.append((at_ms, f"D{number}", kind, "begun", None, link, at_ms))
        end_ms = at_ms + chance.randrange(1, 3 * DAY_MS)
        if end_ms < span[1]:
            rows.append((end_ms, f"D{number}", kind, "ended", None, link, at_ms))
    return rows


def _calls(chance: random.Random, span: tuple[int, int]) -> list[Row]:
    rows: list[Row] = []
    for number in range(400):
        at_ms = chance.randrange(*span)
        topic, dong, link = chance.choice(TOPICS), chance.choice(DONGS), chance.choice(LINKS)
        rows.append((at_ms, f"C{number}", topic, link, dong, "asked", None))
        end_ms = at_ms + chance.randrange(1, 5 * HOUR_MS)
        if chance.random() < 0.75 and end_ms < span[1]:
            rows.append((end_ms, f"C{number}", topic, link, dong, "answered", end_ms))
    return rows


def _feeds(chance: random.Random, span: tuple[int, int]) -> list[Row]:
    """A state every ten minutes to two hours: what is older than an hour is not known."""
    rows: list[Row] = []
    for feed in FEEDS:
        at_ms = span[0] + chance.randrange(HOUR_MS)
        while at_ms < span[1]:
            state = chance.choice(("live", "live", "live", "empty", "stale", "unknown"))
            rows.append((at_ms, feed, state, None))
            at_ms += chance.randrange(10 * MINUTE_MS, 2 * HOUR_MS)
    return rows


def _webhooks(chance: random.Random, span: tuple[int, int]) -> list[Row]:
    rows: list[Row] = []
    for number in range(300):
        at_ms, endpoint = chance.randrange(*span), chance.choice(("ep_1", "ep_2", "ep_3"))
        alert, is_told = f"A{number}", chance.random() < 0.8  # of logs of before nothing more is
        took_ms = chance.randrange(20, 9_000)
        rows.append((at_ms, "", alert, "queued", None, None))
        if chance.random() < 0.8:
            more = (chance.randrange(1, 5), took_ms) if is_told else (None, None)
            rows.append((at_ms + took_ms, endpoint, alert, "delivered", *more))
            continue
        gone_ms = at_ms + DAY_MS
        twice = range(chance.randrange(1, 3))  # by two processes
        rows += [(gone_ms + again, endpoint, alert, "given_up", 9, DAY_MS) for again in twice]
        if chance.random() < 0.3:  # sent after all
            rows.append((gone_ms + took_ms, endpoint, alert, "delivered", 1, took_ms))
    return rows


def _closures(chance: random.Random, span: tuple[int, int]) -> list[Row]:
    rows: list[Row] = []
    for number in range(120):
        at_ms, link = chance.randrange(*span), chance.choice(LINKS)
        by = chance.choice(("bus", "permit", "hand"))
        act = "observed" if by == "bus" else "declared"
        rows.append((at_ms, f"K{number}", act, by, link, "full", at_ms, None, None, "", ""))
    return rows


def hour_of(at_ms: int) -> int:
    """The hour of the day in Korea."""
    return (at_ms + KST_MS) // HOUR_MS % 24


def keep(history: History, folder: Path, clock_ms: int) -> None:
    """As the archive keeps them: with a manifest a day, and its clock at this time."""
    shelf = Shelf(folder)
    for table, rows in history.items():
        for number, row in enumerate(rows):
            shelf.add(ShelvedRow(table, row[0], row), Mark(table, number))
    shelf.commit({})
    put_clock(folder, clock_ms)
