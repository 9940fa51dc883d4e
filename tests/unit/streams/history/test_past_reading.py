"""Days read from files: what is damaged costs its own day and table, and nothing else."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from streams.contract.times import HOUR_MS, midnight_ms
from streams.history.files import DayFiles, days_of
from streams.history.fold import Mark
from streams.history.past import PastDay
from streams.history.past_reading import PastReader
from streams.history.rows import Row
from streams.history.shelf import Shelf
from streams.history.tables import FeedAct, LinkMinute, PassageRow, WorkPhase

FIRST = date(2026, 11, 1)
LINKS = ("a", "b", "gone")


def rows_of(day: date) -> Iterator[Row]:
    begin_ms = midnight_ms(day)
    for hour in range(24):
        at_ms = begin_ms + hour * HOUR_MS
        yield Row(
            "link_minutes", at_ms, LinkMinute(at_ms, "a", 31.5, "free", "none", 1, is_measured=True)
        )
        yield Row(
            "link_minutes", at_ms, LinkMinute(at_ms, "b", None, "jam", "full", 0, is_measured=False)
        )
        yield Row(
            "link_minutes",
            at_ms,
            LinkMinute(at_ms, "else", 1.0, "jam", "full", 0, is_measured=False),
        )
        yield Row("passages", at_ms, PassageRow(at_ms, "a", "R1", 60_000, 400, 0))
    yield phase_of(f"W{day.day}", day)
    if day == FIRST:
        yield Row("feeds", begin_ms, FeedAct(begin_ms, "permits", "live", 0))


def phase_of(work_id: str, day: date) -> Row:
    """A work that goes on from the begin of a day."""
    begin_ms = midnight_ms(day)
    phase = WorkPhase(
        begin_ms,
        work_id,
        "active",
        None,
        "feed",
        "도로과",
        "",
        "",
        "work",
        "full",
        begin_ms,
        None,
        ("a",),
    )
    return Row("work_phases", begin_ms, phase)


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    shelf = Shelf(tmp_path / "history")
    for number in range(4):
        for at, row in enumerate(rows_of(FIRST + timedelta(days=number))):
            shelf.add(row, Mark("ticks/0", at))
        shelf.commit({})
    return tmp_path / "history"


def read(folder: Path, day: date) -> PastDay:
    with closing(PastReader(folder)) as reader:
        return reader.read(days_of(folder), day, LINKS)


def file_of(folder: Path, table: str, day: date) -> Path:
    [found] = (folder / table / f"day={day}").glob("*.parquet")
    return found


def test_of_no_files_there_is_no_record(tmp_path: Path) -> None:
    with closing(PastReader(tmp_path)) as reader:
        day = reader.read(days_of(tmp_path), FIRST, LINKS)
    assert (len(day.looks), day.works, day.feeds, day.lacks) == (0, (), (), frozenset())
    assert not day.is_recorded(midnight_ms(FIRST))


def test_a_day_has_its_rows_the_hour_before_and_what_stands_since_long(folder: Path) -> None:
    third = FIRST + timedelta(days=2)
    day = read(folder, third)
    assert len(day.looks) == 2 * 25, "a day and the hour before it, of links of the network"
    assert [work.work_id for work in day.works] == ["W1", "W2", "W3"]
    assert [feed.state for feed in day.feeds] == ["live"]
    places, views = day.links_at(midnight_ms(third) + 2 * HOUR_MS)
    assert places.tolist() == [0, 1]
    assert views.speed_kmh[0] == pytest.approx(31.5)
    assert views.is_measured.tolist() == [True, False]
    with closing(PastReader(folder)) as reader:
        begin_ms = midnight_ms(third)
        driven = reader.passages(days_of(folder), [third], "a", begin_ms, begin_ms + 3 * HOUR_MS)
    assert driven == tuple(begin_ms + hour * HOUR_MS for hour in range(3))


@pytest.mark.parametrize("harm", ["cut", "filled", "gone"])
def test_a_damaged_file_costs_its_day_and_table(folder: Path, harm: str) -> None:
    second = FIRST + timedelta(days=1)
    file = file_of(folder, "link_minutes", second)
    _harm(file, harm)
    day = read(folder, second)
    assert "link_minutes" in day.lacks
    assert not day.is_recorded(midnight_ms(second) + 9 * HOUR_MS)
    assert [work.work_id for work in day.works] == ["W1", "W2"]
    last = read(folder, FIRST + timedelta(days=3))
    assert (last.lacks, len(last.looks)) == (frozenset(), 50)


@pytest.mark.parametrize("harm", ["cut", "filled", "gone"])
def test_a_damaged_file_of_works_leaves_the_works_of_other_days(folder: Path, harm: str) -> None:
    _harm(file_of(folder, "work_phases", FIRST + timedelta(days=1)), harm)
    day = read(folder, FIRST + timedelta(days=3))
    assert day.lacks == {"work_phases"}
    assert [work.work_id for work in day.works] == ["W1", "W3", "W4"]
    assert len(day.looks) == 50


def test_what_stands_is_as_the_files_of_each_day_have_it_now(folder: Path) -> None:
    last = FIRST + timedelta(days=3)
    with closing(PastReader(folder)) as reader:
        assert works_in(reader, folder, last) == ["W1", "W2", "W3", "W4"]
        shelf = Shelf(folder)
        shelf.add(phase_of("more", last), Mark("ticks/0", 0))
        shelf.commit({})
        assert works_in(reader, folder, last) == ["W1", "W2", "W3", "W4", "more"]
        shelf.merge(str(last + timedelta(days=1)))
        assert works_in(reader, folder, last) == ["W1", "W2", "W3", "W4", "more"], "no row twice"
        shelf.forget(str(FIRST + timedelta(days=1)))
        assert works_in(reader, folder, last) == ["W2", "W3", "W4", "more"], "a day that is gone"


def test_a_file_that_was_restored_under_its_name_is_read(folder: Path) -> None:
    """A byte turned, so that name and size are what they were; then it is put back."""
    second, last = FIRST + timedelta(days=1), FIRST + timedelta(days=3)
    file = file_of(folder, "work_phases", second)
    raw = file.read_bytes()
    file.write_bytes(b"\x00" * len(raw))
    with closing(PastReader(folder)) as reader:
        assert works_in(reader, folder, last) == ["W1", "W3", "W4"]
        harmed = days_of(folder)
        file.write_bytes(raw)
        assert days_of(folder)[str(second)] != harmed[str(second)], "days in memory are read anew"
        assert works_in(reader, folder, last) == ["W1", "W2", "W3", "W4"]


def works_in(reader: PastReader, folder: Path, day: date) -> list[str]:
    return [work.work_id for work in reader.read(days_of(folder), day, LINKS).works]


def _harm(file: Path, harm: str) -> None:
    """As a full disk, a bad sector or a hand leaves a file."""
    raw = file.read_bytes()
    if harm == "gone":
        file.unlink()
    else:
        file.write_bytes(raw[:-9] if harm == "cut" else b"\x00" * len(raw))


def test_a_damaged_manifest_costs_its_day_where_its_copy_is_damaged_too(folder: Path) -> None:
    whole = days_of(folder)
    (folder / "days" / f"{FIRST}.json").write_bytes(b"{")
    (folder / "days" / "notes.json").write_bytes(b"{}")
    assert days_of(folder) == whole, "the copy is believed"
    (folder / "days" / "copies" / f"{FIRST}.json").write_bytes(b"{")
    days = days_of(folder)
    assert len(days) == 4
    assert "link_minutes" in days[str(FIRST)].damaged
    assert days[str(FIRST + timedelta(days=1))] != DayFiles()
    assert read(folder, FIRST + timedelta(days=3)).lacks == {"work_phases", "closures", "feeds"}


@pytest.mark.parametrize("table", ["link_minutes", "feeds"])
def test_a_byte_that_turned_costs_its_table_wherever_it_stands(folder: Path, table: str) -> None:
    """Of the same size, as a bad sector leaves a file: DuckDB has many words for what it finds."""
    file = file_of(folder, table, FIRST)
    raw = file.read_bytes()
    for at in range(4, len(raw), 97):
        file.write_bytes(raw[:at] + bytes(40) + raw[at + 40 :])
        day = read(folder, FIRST)
        assert day.lacks <= {table}
        assert [work.work_id for work in day.works] == ["W1"]


def test_a_manifest_with_a_wrong_byte_costs_its_day(folder: Path) -> None:
    for path in (folder / "days" / f"{FIRST}.json", folder / "days" / "copies" / f"{FIRST}.json"):
        path.write_bytes(path.read_bytes().replace(b"link_minutes", b"link_minute\xb1", 1))
    assert "link_minutes" in days_of(folder)[str(FIRST)].damaged
