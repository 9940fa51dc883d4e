"""`python -m streams archive`: an agent that writes the history of the log to disk.

It reads alone, without a consumer group and without Redis: how far it is stands with its files.
Where it cannot write, as on a full disk, it waits and says so, and nothing else of the city does.
"""

import asyncio
import logging
import time
from pathlib import Path

from prometheus_client import Counter, Gauge

from streams.contract.errors import SettingsError
from streams.contract.failpoints import FailAt
from streams.contract.settings import Settings
from streams.contract.times import HOUR_MS, day_text, kst_day
from streams.contract.whole_files import only_one
from streams.geo.network import Network
from streams.history.beginning import Log, begin_anew, go_on, log_of
from streams.history.clock import put_clock
from streams.history.fold import HistoryFold
from streams.history.keeping import keep
from streams.history.owner import claim
from streams.history.remaking import Damage, remake, set_aside
from streams.history.shelf import Shelf
from streams.kafka.cluster import LogReader, Record
from streams.topology.stages import folded_by

log = logging.getLogger(__name__)
MOST_ROWS = 300_000
"""So many rows wait at most before they are written."""
READ_S, MANY = 0.5, 5_000
WAIT_S = 5.0
LATE_MS = HOUR_MS
"""So long after its end a day takes rows without being merged anew."""

ROWS = Counter("bomnae_history_rows", "Rows written to the history")
REACHED = Gauge("bomnae_history_reached_seconds", "Log time that all of the history has reached")
WAITS = Gauge("bomnae_history_waits", "1 while the history cannot be written, as on a full disk")
BROKEN = Counter("bomnae_history_broken_files", "Files of the history that were found damaged")


def folder_of(settings: Settings) -> Path:
    """The history's folder; SettingsError where none is set."""
    if not settings.history:
        raise SettingsError("BOMNAE_HISTORY is not set: the folder of the history")
    return Path(settings.history)


class Archive:
    """The fold, the shelf, and what carries rows from one to the other."""

    def __init__(self, settings: Settings, network: Network, fail: FailAt = None) -> None:
        self._settings = settings
        self._folder = folder_of(settings)
        self._fail = fail or (lambda _: None)
        self._shelf = Shelf(self._folder, fail)
        self._fold = HistoryFold(settings, network, self._shelf)
        self._by = folded_by(settings, network)
        self._topic_ids: dict[str, str] = {}
        self._written_s = time.monotonic()
        self._is_waiting = False  # for a disk that takes rows

    async def run(self, stop: asyncio.Event) -> None:
        """Write until `stop`; what waits then is written still."""
        if removed := self._shelf.tidy():
            log.info("files that no manifest names are gone", extra={"count": removed})
        async with LogReader(self._settings) as reader:
            await self._repair(reader)
            of = await log_of(self._settings, reader, self._fold)
            await self._begin(of)
            reader.begin(self._fold.positions)
            self._written_s = time.monotonic()
            while not stop.is_set():
                records = await reader.next_of_any(within_s=READ_S, most=MANY)
                await asyncio.to_thread(self._take, records)
                if self._is_due():
                    await self._write(stop)
            await self._write(stop)

    async def _repair(self, reader: LogReader) -> None:
        """Set aside what is damaged of late, and make it again from the log."""
        damage = await asyncio.to_thread(set_aside, self._shelf, is_whole=False)
        if damage:
            BROKEN.inc(len(damage))
            await self._remake(reader, damage)

    async def _remake(self, reader: LogReader, damage: list[Damage]) -> None:
        for line in await remake(self._settings, self._fold.network, self._shelf, reader, damage):
            log.warning("history made again", extra={"reason": line})

    async def _begin(self, of: Log) -> None:
        self._topic_ids = dict(of.topic_ids)
        if go_on(self._fold, self._shelf, of, self._settings):
            begun = "kept"
        else:
            begun = await begin_anew(self._fold, of, self._settings)
        log.info("history begins", extra={"from": begun, "folder": str(self._folder)})

    def _take(self, records: list[Record]) -> None:
        for record in records:
            self._fold.take(record)
        REACHED.set(self._fold.clock_ms / 1000)

    def _is_due(self) -> bool:
        waited_s = time.monotonic() - self._written_s
        return self._shelf.count >= MOST_ROWS or waited_s >= self._settings.history_every_s

    async def _write(self, stop: asyncio.Event) -> None:
        """Write all that waits; on a disk that takes nothing wait until it does, or until told to
        stop: then the log has it still.
        """
        while (fault := await asyncio.to_thread(self._tried)) and not stop.is_set():
            if not self._is_waiting:
                log.error("the history cannot be written, and waits", extra={"reason": fault})
            self._is_waiting = True
            WAITS.set(1)
            await _waited(stop, WAIT_S)
        if fault:
            return
        if self._is_waiting:
            log.warning("the history is written again")
        self._is_waiting = False
        WAITS.set(0)
        self._written_s = time.monotonic()

    def _tried(self) -> str:
        """Write; what the disk says against it, "" for nothing."""
        try:
            self._commit()
        except OSError as error:
            return f"{self._folder}: {error.strerror or type(error).__name__}"
        return ""

    def _commit(self) -> None:
        count = self._shelf.count
        self._shelf.commit(self._fold.covered)
        self._fail("before_keep")
        keep(self._folder, self._fold, self._by, self._topic_ids)
        self._fail("after_keep")
        put_clock(self._folder, self._fold.clock_ms)
        if self._fold.clock_ms:
            self._shelf.merge(day_text(kst_day(self._fold.clock_ms - LATE_MS)))
            kept_from = kst_day(self._fold.clock_ms) - self._settings.archive_days
            if gone := self._shelf.forget(day_text(max(0, kept_from))):
                log.info("old days are gone", extra={"days": ", ".join(gone)})
        ROWS.inc(count)


async def _waited(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return


async def archive(
    settings: Settings, network: Network, stop: asyncio.Event, fail: FailAt = None
) -> None:
    """Write the history until `stop`, alone in its folder."""
    folder = folder_of(settings)
    with only_one(folder):
        claim(folder, settings)
        await Archive(settings, network, fail).run(stop)
