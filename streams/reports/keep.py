"""`python -m streams report keep`: makes the reports that are due, and tells the log of each.

It reads the history's files and writes its own folder and one topic. A report is made once: its
files, then its manifest, then the log, then a note that the log has it. Wherever it ends in between
it goes on there; what it tells the log twice is told nobody twice.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import msgspec
from kafka.errors import KafkaError
from prometheus_client import Counter, Gauge

from streams.contract import topics
from streams.contract.errors import BomnaeError, ReportError, SettingsError, told_of
from streams.contract.failpoints import FailAt
from streams.contract.publication import Publication, is_report_id
from streams.contract.settings import Settings
from streams.contract.times import midnight_ms, now_ms
from streams.contract.whole_files import only_one, write_whole
from streams.history.clock import clock_of
from streams.history.owner import check_owner
from streams.kafka.cluster import describe
from streams.kafka.intake import Intake
from streams.reports import kinds
from streams.reports.aside import Order, made_aside
from streams.reports.health import FILE, KeptReports
from streams.reports.history_days import first_day, history_days
from streams.reports.keeping import Decision, decided, due_at, newest, overdue
from streams.reports.kinds import DueReport
from streams.reports.shelf import MODE, ReportShelf, files_of

log = logging.getLogger(__name__)
EVERY_S = 5.0
FOLDER, FILES, NAMED = "BOMNAE_REPORTS", "files", 3
FIRST_S, AGAIN_S = 5.0, 60.0
"""So long after it could not be made or written a report is tried again: then twice as long, and so
on up to a minute.
"""
LOG_S, REACHED_MS = 30.0, 2_000
"""So often is asked whether the log is still the one that was told."""

MADE = Counter("bomnae_reports_made", "Reports made", ["kind"])
PUBLISHED = Counter("bomnae_reports_published", "Reports that the log was told of")
OVERDUE = Gauge("bomnae_reports_overdue", "Reports that should be published by now, and are not")
WAITS = Gauge("bomnae_reports_waits", "1 while a report cannot be made, written or told")


@dataclass(frozen=True, slots=True)
class _Wait:
    """Until when something is not tried again, and how long it waited last."""

    until_s: float = 0.0
    last_s: float = 0.0

    def longer(self, now_s: float) -> "_Wait":
        """Twice as long as before, a minute at most."""
        next_s = min(AGAIN_S, 2 * self.last_s or FIRST_S)
        return _Wait(now_s + next_s, next_s)


class ReportKeeper:
    """What is due is made and told, turn by turn; what cannot be is said once, and tried again."""

    def __init__(
        self,
        settings: Settings,
        check: Callable[[], None],
        fail: FailAt = None,
        *,
        is_newest: bool = False,
    ) -> None:
        """`check` raises SettingsError once the folder of the reports is another."""
        self._settings = settings
        self._check = check
        self._is_newest = is_newest
        self._history = Path(settings.history)
        self._shelf = ReportShelf(Path(settings.reports), fail or (lambda _: None))
        self._intake = Intake(settings)
        self._faults: dict[str, str] = {}  # report, or what else waits -> why
        self._waits: dict[str, _Wait] = {}
        self._nothing: set[str] = set()  # of whose days nothing is known
        self._log_id, self._asked_s = "", -LOG_S

    async def run(self, stop: asyncio.Event) -> None:
        """Turn until `stop`."""
        log.info("reports are kept", extra={"folder": str(self._shelf.folder)})
        try:
            while not stop.is_set():
                await self._turn(stop)
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), EVERY_S)
        finally:
            await self._intake.close()

    async def _turn(self, stop: asyncio.Event) -> None:
        """Make what is due and not there, and tell the log of each at once."""
        if not await self._try(FOLDER, partial(asyncio.to_thread, self._look)):
            return
        clock_ms, found = await self._due()
        due = {kinds.stem(each.kind, each.period): each for each in found}
        if clock_ms:
            self._let_go(due.keys())
        for name, each in due.items():
            if not stop.is_set() and name not in self._shelf.manifests:
                await self._try(name, partial(self._make, each, clock_ms, stop))
                await self._tell_all()
                await self._note(self._left(due), clock_ms)
        await self._tell_all()
        await self._try("old reports", partial(asyncio.to_thread, self._forget))
        await self._note(self._left(due), clock_ms)

    def _look(self) -> None:
        """What of the folder is not as it was published is waited for: who put it there knows."""
        self._check()
        if others := self._shelf.look():
            more = f" and {len(others) - NAMED} more" if len(others) > NAMED else ""
            self._fault(FILES, f"{', '.join(others[:NAMED])}{more}: away, or not as published")
        else:
            self._fault(FILES, "")

    async def _due(self) -> tuple[int, tuple[DueReport, ...]]:
        """The log's clock as far as the history has it, and what is due by it; while it cannot be
        read nothing is.
        """
        try:
            clock_ms, first = await asyncio.to_thread(_clock, self._settings)
        except OSError as error:
            self._fault("clock", _reason(error))
            return 0, ()
        self._fault("clock", "")
        due = due_at(clock_ms, midnight_ms(first)) if first and clock_ms else ()
        return clock_ms, newest(due) if self._is_newest else due

    def _let_go(self, due: Collection[str]) -> None:
        """Nobody waits for a report that is no longer due."""
        for name in [x for x in self._faults if is_report_id(x) and x not in due]:
            self._fault(name, "")
            del self._faults[name]
            self._waits.pop(name, None)

    def _left(self, due: Mapping[str, DueReport]) -> list[DueReport]:
        """What is due and that the log does not know of; of what nothing is known nobody waits."""
        there = self._shelf.manifests.items()
        told = {name for name, manifest in there if manifest.is_known_to(self._log_id)}
        return [each for name, each in due.items() if name not in told | self._nothing]

    async def _try(self, name: str, act: Callable[[], Awaitable[None]]) -> bool:
        """Do something; what goes wrong is its fault until it goes well. Whether it did."""
        wait = self._waits.get(name, _Wait())
        if wait.until_s > time.monotonic():
            return False
        try:
            await act()
        except SettingsError:
            raise
        except Exception as error:  # noqa: BLE001 - one report takes no other along
            self._waits[name] = wait.longer(time.monotonic())
            self._fault(name, _reason(error))
            return False
        self._waits.pop(name, None)
        self._fault(name, "")
        return True

    def _fault(self, name: str, reason: str) -> None:
        if reason and reason != self._faults.get(name):
            log.error("a report waits", extra={"report": name, "reason": reason})
        if not reason and self._faults.get(name):
            log.warning("a report waits no more", extra={"report": name})
        self._faults[name] = reason
        WAITS.set(any(self._faults.values()))

    async def _make(self, due: DueReport, clock_ms: int, stop: asyncio.Event) -> None:
        """Make a report and put it down, unless its days are to be waited for."""
        name = kinds.stem(due.kind, due.period)
        has = await asyncio.to_thread(history_days, self._history, due.period)
        decision = decided(due, clock_ms, has.known, has.damaged)
        if not decision.is_made:
            self._decline(name, decision)
            return
        begun_s = time.monotonic()
        order = await asyncio.to_thread(self._order, due, clock_ms, decision.missing)
        files = await made_aside(order, stop)
        if files is None:
            return
        publication = Publication(
            report=name,
            every=due.kind,
            first=str(due.period.first),
            last=str(due.period.last),
            published_ms=now_ms(),
            files=files_of(files),
            missing=tuple(map(str, decision.missing)),
        )
        await asyncio.to_thread(self._shelf.put, publication, files)
        MADE.labels(due.kind).inc()
        took_s = round(time.monotonic() - begun_s, 1)
        log.info("a report is made", extra={"report": name, "seconds": took_s})

    def _decline(self, name: str, decision: Decision) -> None:
        """Wait for days that may come back; of days of which nothing is known say so once."""
        if not decision.missing:
            raise ReportError(decision.why)
        if name not in self._nothing:
            log.warning("no report", extra={"report": name, "reason": decision.why})
        self._nothing.add(name)

    def _order(self, due: DueReport, clock_ms: int, missing: tuple[date, ...]) -> Order:
        """With the city's own template, where its folder has one of this kind."""
        of, folder = self._settings, self._settings.report_templates
        own = Path(folder) / f"{due.kind}.md"
        return Order(
            kind=due.kind,
            first=due.period.first,
            clock_ms=clock_ms,
            missing=missing,
            history=of.history,
            template=str(own) if folder and own.exists() else "",
            fonts=of.report_fonts,
            network=of.network,
            city=of.city,
            is_simulated=of.simulated,
        )

    async def _tell_all(self) -> None:
        """Tell the log of each report that it does not know of, in the order of their days."""
        await self._ask_log()
        there = self._shelf.manifests.values()
        rows = [x.publication for x in there if not x.is_known_to(self._log_id)]
        for row in sorted(rows, key=lambda each: (each.last, each.first)):
            try:
                await self._intake.send(topics.PUBLICATIONS, 0, row)
                await asyncio.to_thread(self._shelf.told, row.report, self._log_id)
            except (OSError, BomnaeError) as error:
                self._fault("publications", _reason(error))
                return
            PUBLISHED.inc()
        self._fault("publications", "")

    async def _ask_log(self) -> None:
        """Which log it is: one that was made anew is told of all reports again."""
        if time.monotonic() < self._asked_s + LOG_S:
            return
        self._asked_s, name = time.monotonic(), topics.PUBLICATIONS.name
        with suppress(KafkaError, OSError):  # who has something to tell finds out
            facts = await asyncio.to_thread(describe, self._settings, [name], within_ms=REACHED_MS)
            self._log_id = facts[name].topic_id if name in facts else self._log_id

    def _forget(self) -> None:
        if gone := self._shelf.forget():
            log.info("old reports are gone", extra={"reports": ", ".join(gone)})

    async def _note(self, left: list[DueReport], clock_ms: int) -> None:
        """For the health check; on a disk that takes nothing it grows old, which is as bad."""
        count = overdue(left, clock_ms)
        OVERDUE.set(count)
        waits_for = "; ".join(f"{x}: {why}" for x, why in self._faults.items() if why)
        raw = msgspec.json.encode(KeptReports(now_ms(), count, waits_for))
        try:
            await asyncio.to_thread(write_whole, self._shelf.folder / FILE, raw, mode=MODE)
        except OSError as error:
            self._fault(FILE, _reason(error))
        else:
            self._fault(FILE, "")


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.filename or 'a file'}: {error.strerror or type(error).__name__}"
    return told_of(error)


def _clock(settings: Settings) -> tuple[int, date | None]:
    """The log's clock, and the first day that the history has; raises OSError, and SettingsError
    where it is another city's.
    """
    history = Path(settings.history)
    check_owner(history, settings)
    return clock_of(history), first_day(history)


async def keep(
    settings: Settings,
    stop: asyncio.Event,
    fail: FailAt,
    *,
    is_newest: bool = False,
) -> None:
    """Keep reports until `stop`, alone in their folder. `is_newest`: of each kind the newest that
    is due, and none of before it.
    """
    for name in ("history", "reports"):
        if not getattr(settings, name):
            raise SettingsError(f"BOMNAE_{name.upper()} is not set")
    with only_one(Path(settings.reports), "BOMNAE_REPORTS") as check:
        await ReportKeeper(settings, check, fail, is_newest=is_newest).run(stop)
