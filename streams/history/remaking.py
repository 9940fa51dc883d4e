"""Files of the history that are damaged, or not to be believed: set aside, and made again.

A day is made again by the archive's own fold, begun where the log (or a snapshot) still reaches
back to before it, into a folder beside; of it the wanted tables are taken, up to where the day's
manifest says that it reaches.
"""

import asyncio
import hashlib
import logging
import shutil
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec

from streams.contract.settings import Settings
from streams.contract.times import HOUR_MS, day_text, kst_day, midnight_ms
from streams.geo.network import Network
from streams.history.beginning import Log, begin_anew, log_of
from streams.history.files import COPIES, DAYS, VERSION, DayManifest, HistoryFile
from streams.history.fold import CITY, HistoryFold, LinkRows, Mark, name_of
from streams.history.keeping import KeptStateError, kept_in
from streams.history.rows import Row
from streams.history.shelf import Shelf
from streams.history.tables import TABLES
from streams.kafka.cluster import LogReader

log = logging.getLogger(__name__)
SIDE = ".remake"
RECENT_DAYS = 3
"""Of so many days a start reads every byte; of older ones it looks whether they are there."""
MOST_ROWS = 300_000


class Damage(NamedTuple):
    """A table of a day that has to be made again, and why."""

    day: str
    table: str
    reason: str


def fault_of(folder: Path, file: HistoryFile, *, is_whole: bool = True) -> str:
    """What is wrong with a file, "" where nothing is; `is_whole`: every byte is read."""
    path = folder / file.name
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if is_whole else b""
    except OSError as error:
        return f"it cannot be read: {error.strerror}"
    if size != file.bytes:
        return f"{size} bytes, its manifest says {file.bytes}"
    if is_whole and hashlib.sha256(raw).hexdigest() != file.sha256:
        return "its SHA-256 is another than its manifest's"
    return ""


def damage_of(shelf: Shelf, *, is_whole: bool) -> list[tuple[Damage, HistoryFile]]:
    """The files that are damaged. Where not `is_whole`, only the newest days are read."""
    recent = sorted(shelf.manifests)[-RECENT_DAYS:]
    found = []
    for day, known in sorted(shelf.manifests.items()):
        for table, files in known.files.items():
            for file in files:
                fault = fault_of(shelf.folder, file, is_whole=is_whole or day in recent)
                if fault:
                    found.append((Damage(day, table, f"{file.name}: {fault}"), file))
    return found


def set_aside(shelf: Shelf, *, is_whole: bool) -> list[Damage]:
    """Put the name `.corrupt` to damaged files and manifests, and take the files out of their
    manifests; all that is to be made again, what was set aside before included.
    """
    _set_manifests_aside(shelf)
    found = damage_of(shelf, is_whole=is_whole)
    for damage, file in found:
        log.error("a file of the history is damaged", extra={"reason": damage.reason})
        path = shelf.folder / file.name
        shelf.tell(damage.day, [file.name], damage.reason)
        _aside(path)
        known = shelf.manifests[damage.day]
        files = [each for each in known.files[damage.table] if each != file]
        damaged = sorted({*known.damaged, damage.table})
        changed = {damage.table: files}
        shelf.put(msgspec.structs.replace(known, files=known.files | changed, damaged=damaged))
    return [
        Damage(day, table, "set aside")
        for day, known in sorted(shelf.manifests.items())
        for table in known.damaged
    ]


def _set_manifests_aside(shelf: Shelf) -> None:
    """A spoilt manifest is written again from its copy. Where that is spoilt too, the day's files
    are nobody's: they are set aside, and all of the day, as far as the fold has come, is to be
    made again.
    """
    for day, reason in sorted(shelf.spoilt.items()):
        log.error("a manifest of the history is damaged", extra={"reason": reason})
        own, copy = (shelf.folder / place / f"{day}.json" for place in (DAYS, f"{DAYS}/{COPIES}"))
        _aside(own)
        if day in shelf.lost:
            _aside(copy)
            files = sorted(shelf.folder.glob(f"*/day={day}/*.parquet"))
            shelf.tell(day, (str(x.relative_to(shelf.folder)) for x in files), reason)
            for path in files:
                _aside(path)
            tables = sorted(table.name for table in TABLES)
            shelf.manifests[day] = DayManifest(VERSION, day, {}, _reached(shelf.folder), tables)
        shelf.put(shelf.manifests[day])
    shelf.spoilt, shelf.lost = {}, frozenset()


def _aside(path: Path) -> None:
    if path.exists():
        path.rename(path.with_name(f"{path.name}.corrupt"))


def _reached(folder: Path) -> dict[str, int]:
    """How far the fold has come as it was kept: nowhere, where it is to begin anew."""
    try:
        kept = kept_in(folder)
    except KeptStateError:
        return {}
    return {**kept.positions, CITY: kept.situations.done} if kept else {}


class _Only:
    """Takes of a fold's rows those of some tables and days, as far as their manifests reach."""

    def __init__(self, shelf: Shelf, wanted: set[tuple[str, str]], main: Shelf) -> None:
        self._shelf, self._wanted, self._main = shelf, wanted, main

    def add(self, row: Row, mark: Mark) -> None:
        if self._is_wanted(day_text(kst_day(row.at_ms)), row.table, mark):
            self._shelf.add(row, mark)

    def add_links(self, rows: LinkRows, mark: Mark) -> None:
        if self._is_wanted(day_text(kst_day(rows.minute_ms)), "link_minutes", mark):
            self._shelf.add_links(rows, mark)

    def _is_wanted(self, day: str, table: str, mark: Mark) -> bool:
        if (day, table) not in self._wanted:
            return False
        return mark.at < self._main.manifests[day].covered.get(mark.place, 0)


async def remake(
    settings: Settings,
    network: Network,
    main: Shelf,
    reader: LogReader,
    damage: Iterable[Damage],
) -> list[str]:
    """Make tables of days again; a line each of what came of it."""
    wanted = {(each.day, each.table) for each in damage}
    side = main.folder / SIDE
    shutil.rmtree(side, ignore_errors=True)
    begin_ms = min(midnight_ms(date.fromisoformat(day)) for day, _ in wanted)
    try:
        shelf = Shelf(side)
        fold = HistoryFold(settings, network, _Only(shelf, wanted, main))
        of = await log_of(settings, reader, fold)
        begun = await begin_anew(fold, of, settings, before_ms=begin_ms)
        if begun == "midst" and await _first_ms(reader, of) > begin_ms - HOUR_MS:
            days = ", ".join(sorted({day for day, _ in wanted}))
            return [f"{days}: the log no longer reaches back to it, and no snapshot does"]
        await _run(fold, shelf, reader, _limits(main, wanted))
        return [main.adopt(shelf, day, table) for day, table in sorted(wanted)]
    finally:
        shutil.rmtree(side, ignore_errors=True)


async def _first_ms(reader: LogReader, of: Log) -> int:
    """When the oldest message that every log of ticks still has was written."""
    newest_ms = 0
    for place, start in of.starts.items():
        if place[0] == "link-events" and await reader.gives(place, start):
            reader.begin({place: start})
            newest_ms = max(newest_ms, (await reader.next_of(place, most=1))[0].stamp_ms)
    return newest_ms


def _limits(main: Shelf, wanted: set[tuple[str, str]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for day, _ in wanted:
        for place, at in main.manifests[day].covered.items():
            found[place] = max(at, found.get(place, 0))
    found.pop(CITY, None)
    return found


async def _run(fold: HistoryFold, shelf: Shelf, reader: LogReader, limits: dict[str, int]) -> None:
    """Fold until every place is where the manifests reach."""
    reader.begin(fold.positions)
    while any(fold.positions[x] < limits.get(name_of(x), 0) for x in fold.places):
        for record in await reader.next_of_any(within_s=5.0, most=5_000):
            place = (record.topic, record.partition)
            if record.offset < limits.get(name_of(place), 0):
                fold.take(record)
        if shelf.count >= MOST_ROWS:
            await asyncio.to_thread(shelf.commit, fold.covered)
    await asyncio.to_thread(shelf.commit, fold.covered)


def all_tables(days: Iterable[str]) -> list[Damage]:
    """Every table of these days, to be made again."""
    return [Damage(day, table.name, "asked for") for day in days for table in TABLES]
