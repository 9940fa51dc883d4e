"""The demo's weeks of before: simulated days that end where the archive begins."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date

import pytest

from local.past_weeks import FEEDS, Weeks, begin_of, repairs_of, rows_of_repair
from producers.simulator.streets import build_streets
from streams.contract.times import DAY_MS, HOUR_MS, midnight_ms
from streams.history.reading import History, open_history
from streams.history.shelf import Shelf
from streams.words.catalogue import texts

DAY = date(2026, 11, 26)
UNTIL_MS = midnight_ms(DAY) + 15 * HOUR_MS
SEED = 7


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    folder = tmp_path_factory.mktemp("weeks")
    Weeks(Shelf(folder), SEED, UNTIL_MS).lay(DAY)
    with closing(open_history(folder)) as found:
        yield found


@pytest.mark.parametrize(
    ("day", "begin"),
    [((2026, 11, 29), (2026, 10, 1)), ((2026, 1, 1), (2025, 12, 1)), ((2026, 3, 31), (2026, 2, 1))],
)
def test_the_month_before_is_whole(day: tuple[int, int, int], begin: tuple[int, int, int]) -> None:
    assert begin_of(midnight_ms(date(*day))) == date(*begin)


def test_a_work_begins_ends_and_runs_over_in_order_and_is_over_before_the_end() -> None:
    streets = build_streets()
    repairs = repairs_of(DAY, streets, SEED, UNTIL_MS)
    assert 0 < len(repairs) < len(repairs_of(DAY, streets, SEED, UNTIL_MS + DAY_MS))
    for repair in repairs:
        assert repair.ended_ms < UNTIL_MS
        rows = list(rows_of_repair(repair, SEED))
        phases = [str(row.row[2]) for row in rows if row.table == "work_phases"]
        over = ["overdue"] if repair.ended_ms > repair.until_ms else []
        assert phases == ["planned", "active", *over, "finished"]
        for table in ("work_phases", "closures"):
            times = [row.at_ms for row in rows if row.table == table]
            assert times == sorted(times)
        assert {link for row in rows for link in getattr(row.row, "links", ())} == {repair.link_id}


def test_a_day_has_rows_of_each_hour_and_none_beyond_its_end(history: History) -> None:
    for table, at in (("link_minutes", "minute_ms"), ("passages", "exited_ms"), ("calls", "at_ms")):
        [(least, most, rows)] = history.table(
            f"SELECT min({at}), max({at}), count(*) FROM {table}"  # noqa: S608 - our own names
        ).rows
        assert rows
        assert midnight_ms(DAY) <= least <= most < UNTIL_MS
    [(hours, links)] = history.table(
        "SELECT count(DISTINCT minute_ms), count(DISTINCT link_id) FROM link_minutes"
    ).rows
    assert (hours, links) == (15, len(build_streets().links))


def test_the_morning_is_fuller_than_the_night(history: History) -> None:
    [(morning, night)] = history.table(
        "SELECT avg(speed_kmh) FILTER (minute_ms = $m), avg(speed_kmh) FILTER (minute_ms = $n) "
        "FROM link_minutes".replace("$m", str(midnight_ms(DAY) + 8 * HOUR_MS)).replace(
            "$n", str(midnight_ms(DAY) + 3 * HOUR_MS)
        )
    ).rows
    assert morning < 0.9 * night


def test_its_feeds_are_called_as_those_that_are_polled() -> None:
    assert [feed for feed in FEEDS if f"feed.{feed}" not in texts("ko")] == []
