"""The history as the map server asks it: days kept in memory, damage mended, an extra away."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from maps.http.refusals import RequestRefusedError
from maps.past.archive import DayArchive
from maps.statistics.asking import HistoryDesk
from streams.contract.enums import Level
from streams.contract.times import HOUR_MS, MINUTE_MS, midnight_ms
from streams.history.fold import Mark
from streams.history.rows import Row
from streams.history.shelf import Shelf
from streams.history.tables import LinkMinute
from tests.cities import worlds

FIRST = date(2026, 11, 1)
T = TypeVar("T")
NETWORK = worlds.road(4)
NOON_MS = midnight_ms(FIRST) + 12 * HOUR_MS


def rows_of(day: date) -> Iterator[Row]:
    for hour in range(24):
        at_ms = midnight_ms(day) + hour * HOUR_MS
        name = NETWORK.links[0].id
        row = LinkMinute(at_ms, name, 7.0, "jam", "none", 1, is_measured=True)
        yield Row("link_minutes", at_ms, row)


class Clock:
    """The time, as the test moves it."""

    now_ms = NOON_MS

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture(name="clock")
def _clock() -> Clock:
    return Clock()


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    shelf = Shelf(tmp_path)
    for number in range(12):
        for at, row in enumerate(rows_of(FIRST + timedelta(days=number))):
            shelf.add(row, Mark("ticks/0", at))
        shelf.commit({})
    return tmp_path


@pytest.fixture(name="archive")
async def _archive(folder: Path, clock: Clock) -> AsyncIterator[DayArchive]:
    desk = HistoryDesk(str(folder), clock)
    archive = DayArchive(desk, str(folder), NETWORK, clock)
    yield archive
    await desk.close()
    archive.close()


async def test_many_who_ask_at_once_and_for_many_days_get_each_its_own(archive: DayArchive) -> None:
    archive.warm()
    looked = await asyncio.gather(*(archive.days() for _ in range(5)))
    assert all(each is looked[0] for each in looked), "the folder is looked through once"
    moments = [NOON_MS + number * 24 * HOUR_MS for number in range(12)] * 2
    found = await asyncio.gather(*(archive.moment(at_ms, {}) for at_ms in moments))
    assert [each.picture.at_ms for each in found] == moments
    assert {each.picture.links[0].level for each in found} == {Level.JAM}
    assert {each.reason for each in found} == {""}
    assert await archive.first_ms() == midnight_ms(FIRST)


async def test_a_file_that_is_mended_is_read_again_within_a_minute(
    archive: DayArchive, folder: Path, clock: Clock
) -> None:
    [file] = (folder / "link_minutes" / f"day={FIRST}").glob("*.parquet")
    raw = file.read_bytes()
    file.write_bytes(raw[:-9])
    spoilt = await archive.moment(NOON_MS, {})
    assert (spoilt.reason, spoilt.lacks) == ("damaged", ("link_minutes",))
    assert (await archive.moment(NOON_MS + 48 * HOUR_MS, {})).reason == ""
    file.write_bytes(raw)
    clock.now_ms += MINUTE_MS
    assert (await archive.moment(NOON_MS, {})).reason == ""


class GatedDesk:
    """A desk that counts its questions, and answers once its gate is open."""

    def __init__(self) -> None:
        self.asked, self.came, self.gate = 0, asyncio.Event(), asyncio.Event()

    async def run(self, act: Callable[[], T]) -> T:
        self.asked += 1
        self.came.set()
        await self.gate.wait()
        return await asyncio.to_thread(act)


async def test_a_day_is_kept_as_what_it_was_read_from(folder: Path, clock: Clock) -> None:
    """Who asks for a day while it is read of older files shares that, and the next has the new."""
    [file] = (folder / "link_minutes" / f"day={FIRST}").glob("*.parquet")
    raw = file.read_bytes()
    file.write_bytes(raw[:-9])
    desk = GatedDesk()
    with closing(DayArchive(desk, str(folder), NETWORK, clock)) as archive:
        early = asyncio.ensure_future(archive.moment(NOON_MS, {}))
        await asyncio.wait_for(desk.came.wait(), 10)
        file.write_bytes(raw)
        clock.now_ms += MINUTE_MS
        await archive.days()  # known anew, so that who asks now is at the gate in one step
        late = asyncio.ensure_future(archive.moment(NOON_MS, {}))
        await asyncio.sleep(0)
        desk.gate.set()
        assert [each.reason for each in await asyncio.gather(early, late)] == ["damaged"] * 2
        assert (await archive.moment(NOON_MS, {})).reason == ""


async def test_a_links_day_knows_what_stood_at_its_midnight_and_reads_no_day_after(
    folder: Path, clock: Clock
) -> None:
    desk, begin_ms = GatedDesk(), midnight_ms(FIRST + timedelta(days=3))
    desk.gate.set()
    with closing(DayArchive(desk, str(folder), NETWORK, clock)) as archive:
        past = await archive.link(0, begin_ms, begin_ms + 24 * HOUR_MS)
    assert past.minutes.closed()[0][0] == begin_ms
    assert desk.asked == 2, "the day, and its passages"


async def test_a_day_without_files_is_a_gap(archive: DayArchive) -> None:
    gap = await archive.moment(NOON_MS + 40 * 24 * HOUR_MS, {})
    assert (gap.reason, gap.picture.links) == ("no_record", {})


async def test_without_duckdb_the_days_are_listed_and_none_is_read(
    archive: DayArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    for name in ("reading", "past_reading"):
        monkeypatch.delitem(sys.modules, f"streams.history.{name}", raising=False)
    assert len(await archive.days()) == 12
    assert await archive.state() == "no_extra"
    with pytest.raises(RequestRefusedError) as refused:
        await archive.moment(NOON_MS, {})
    assert (refused.value.status, refused.value.code) == (503, "no_history_extra")


async def test_without_a_folder_there_is_no_day(clock: Clock) -> None:
    desk = HistoryDesk("", clock)
    archive = DayArchive(desk, "", NETWORK, clock)
    archive.warm()
    assert (await archive.state(), await archive.days()) == ("no_folder", {})
    assert await archive.first_ms() is None
    await desk.close()
    archive.close()
