"""The poll loops: one per feed, each giving one report a poll whatever happens."""

import asyncio
import logging
import os
import random
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

import aiohttp

from producers.feeds import gtfs_rt, utic
from producers.feeds.permits import folder as folders
from producers.feeds.permits import rows as permits
from producers.feeds.tago import positions as tago
from producers.feeds.tago.sweeping import Sweeper
from producers.polling import sources as asks
from producers.polling.fetching import Fetched, Request, fetch, now_ms
from producers.polling.pacing import Quota, backoff_s, delay_s, midnight_ms, time_out_s
from producers.polling.sources import Source
from producers.publishing.faults import BUG
from producers.publishing.kept_lists import Pushed
from producers.publishing.meaning import Meaning, Poll, Read
from producers.reading.answers import Answer, Exchange
from producers.recording.recorder import Recorder
from streams.contract.records import PollOutcome
from streams.contract.settings import Settings

log = logging.getLogger(__name__)
T = TypeVar("T")
SCAN_S = 1.0
SPENT = "QUOTA-SPENT"
TOO_FAST = frozenset({"HTTP-429", "HTTP-503", "TAGO-23", "PERMITS-23"})


class Log(Protocol):
    """What the loops publish to."""

    @property
    def waiting(self) -> int: ...

    def wait_for_room(self, timeout_s: float = ...) -> bool: ...

    def publish(self, meaning: Meaning) -> None: ...


@dataclass(slots=True)
class Desk:
    """What every loop works with. `told` is set when someone says "try again" (SIGHUP).

    Answers are read beside the loop, one at a time: the largest takes seconds and a hundred
    megabytes, and there is one such answer a feed.
    """

    settings: Settings
    publisher: Log
    session: aiohttp.ClientSession
    recorder: Recorder | None = None
    rng: random.Random = field(default_factory=random.Random)
    told: asyncio.Event = field(default_factory=asyncio.Event)
    quotas: dict[str, Quota] = field(default_factory=dict)
    pushed: Pushed = field(default_factory=Pushed)
    watch: folders.Watch = field(default_factory=folders.Watch)
    reader: Executor = field(default_factory=lambda: ThreadPoolExecutor(1, "reader"))

    async def read(self, work: Callable[[], T]) -> T:
        """The result of work that takes the interpreter for long."""
        return await asyncio.get_running_loop().run_in_executor(self.reader, work)

    async def record(self, exchange: Exchange) -> None:
        """Record an exchange; a full disk ends the recording and nothing else."""
        recorder = self.recorder
        if recorder is None:
            return
        try:
            await self.read(lambda: recorder.write(exchange))
        except OSError as error:
            log.error("recording ended", extra={"error": error.strerror})  # noqa: TRY400
            self.recorder = None

    def quota(self, source: Source) -> Quota:
        """The quota of the source's key, shared by its feeds."""
        return self.quotas.setdefault(source.key, Quota(source.quota))

    async def room(self) -> None:
        """Wait while the broker is away."""
        while not await asyncio.to_thread(self.publisher.wait_for_room):
            log.warning("polls wait for the broker", extra={"waiting": self.publisher.waiting})


@dataclass(slots=True)
class Round:
    """One poll as it runs: its exchanges, and what the loop must know of them."""

    desk: Desk
    source: Source
    poll: Poll
    retry_after_s: float = 0.0
    in_a_row: int = 0  # failures since the last answer that said something

    @property
    def last(self) -> Answer | None:
        return self.poll.answers[-1] if self.poll.answers else None

    @property
    def is_stopped(self) -> bool:
        return any(answer.is_fatal or answer.is_quota for answer in self.poll.answers)

    async def ask(self, request: Request) -> None:
        """One request through quota, network, record, parser and log."""
        if not self.desk.quota(self.source).take(now_ms()):
            self.skip(request)
            return
        fetched = await fetch(self.desk.session, request, time_out_s(self.source.poll_s))
        await self.take(fetched)

    async def take(self, fetched: Fetched, *, is_known: bool = False) -> None:
        """Record an exchange (unless the recording has it: `is_known`), read and publish it."""
        exchange = fetched.exchange
        if not is_known:
            await self.desk.record(exchange)
        read = await self.desk.read(lambda: self.poll.read(exchange))
        meaning, answer = self.poll.keep(read), read.answer
        self.in_a_row = self.in_a_row + 1 if answer.outcome is PollOutcome.UNKNOWN else 0
        if answer.code in TOO_FAST:
            pause_s = fetched.retry_after_s or backoff_s(min(self.in_a_row, 4), self.desk.rng)
            self.retry_after_s = max(self.retry_after_s, pause_s)
        self.desk.publisher.publish(meaning)

    async def is_refused(self, request: Request) -> bool:
        """Whether the key is still refused; one request that leaves no trace."""
        if not self.desk.quota(self.source).take(now_ms()):
            return True
        fetched = await fetch(self.desk.session, request, time_out_s(self.source.poll_s))
        read = await self.desk.read(lambda: self.poll.read(fetched.exchange))
        return read.answer.is_fatal

    def skip(self, request: Request) -> None:
        """Count a request as unanswered because the day's calls are spent."""
        exchange = Exchange(request.feed, now_ms(), request.shown, 0, b"")
        spent = Answer(PollOutcome.UNKNOWN, SPENT, "the day's calls are spent", is_quota=True)
        self.poll.keep(Read(exchange, spent, Meaning()))


async def run_source(source: Source, desk: Desk, routes: Sequence[str]) -> None:
    """Poll one feed until cancelled."""
    ask = _asker(source, desk, routes)
    loop = asyncio.get_running_loop()
    failures = 0
    while True:
        await desk.room()
        begin_s = loop.time()
        this = Round(desk, source, Poll(source.feed, desk.settings))
        await ask(this)
        desk.publisher.publish(await desk.read(this.poll.end))
        report = this.poll.reported or this.poll.report()
        _tell(this, report.outcome, report.code, report.row_count)
        if this.is_stopped:
            await _stop(this, _first_request(source, desk, routes))
            failures = 0
            continue
        failures = failures + 1 if report.outcome is PollOutcome.UNKNOWN else 0
        quick = 0 if source.feed == tago.FEED else failures  # a sweep is too dear to repeat at once
        wait_s = delay_s(source.poll_s, quick, this.retry_after_s, desk.rng)
        await _pause(source, desk, max(0.0, begin_s + wait_s - loop.time()))


def _asker(source: Source, desk: Desk, routes: Sequence[str]) -> Callable[[Round], Awaitable[None]]:
    """How the feed is asked."""
    settings = desk.settings
    if source.feed == tago.FEED:
        return Sweeper(list(routes), settings).sweep
    if source.feed != permits.FEED:
        request = _only_request(source.feed, settings)
        return lambda this: this.ask(request)
    return _ask_pages if asks.is_url(settings.permits) else _read_folder


async def _ask_pages(this: Round) -> None:
    """Every page of the permit list, until all rows came or a page says nothing."""
    listed = 0
    for page in range(1, asks.MAX_PAGES + 1):
        await this.ask(asks.permit_request(page, this.desk.settings))
        answer = this.last
        if answer is not None and answer.code == BUG:  # the portal is well: only this page is lost
            listed += asks.PERMIT_ROWS
            continue
        if answer is None or answer.outcome is PollOutcome.UNKNOWN or not answer.listed:
            return
        listed += answer.listed
        if answer.total is None or listed >= answer.total:
            return


async def _read_folder(this: Round) -> None:
    place = Path(this.desk.settings.permits)
    files = await asyncio.to_thread(folders.signature, place)
    watch = this.desk.watch
    watch.read, is_known = files, files == watch.recorded
    exchanges = folders.exchanges_of(place, files, now_ms())
    while (exchange := await asyncio.to_thread(next, exchanges, None)) is not None:
        await this.take(Fetched(exchange), is_known=is_known)
    is_whole = not files or all(exchange.status for exchange in this.poll.exchanges)
    watch.recorded = files if is_whole else None


def _tell(this: Round, outcome: PollOutcome, code: str, rows: int) -> None:
    level = logging.WARNING if outcome is PollOutcome.UNKNOWN else logging.INFO
    extra = {"feed": this.source.feed, "outcome": outcome.value, "code": code, "rows": rows}
    log.log(level, "poll", extra=extra)


def _first_request(source: Source, desk: Desk, routes: Sequence[str]) -> Request | None:
    """One request by which a feed's key is tried; None for a folder."""
    settings = desk.settings
    if source.feed == tago.FEED:
        return asks.route_request(routes[0], settings) if routes else None
    if source.feed == permits.FEED:
        return asks.permit_request(1, settings) if asks.is_url(settings.permits) else None
    return _only_request(source.feed, settings)


def _only_request(feed: str, settings: Settings) -> Request:
    """The request of a feed that one answer is the whole of."""
    if feed == utic.FEED:
        return asks.utic_request(settings)
    return asks.gtfs_request(settings) if feed == gtfs_rt.FEED else asks.its_request(feed, settings)


async def _stop(this: Round, request: Request | None) -> None:
    """Wait until told, or until the quota is new (midnight KST and up to a minute), or until the
    key is taken again.
    """
    desk, now = this.desk, now_ms()
    is_fatal = any(answer.is_fatal for answer in this.poll.answers)
    wait_s = (midnight_ms(now) - now) / 1000 + desk.rng.uniform(0, 60)
    if is_fatal:
        wait_s = desk.settings.key_retry_s * desk.rng.uniform(0.9, 1.1)
    wake = f"kill -HUP {os.getpid()}, or docker compose kill -s HUP producers"
    what = {"feed": this.source.feed, "tried_again_in_s": round(wait_s), "at_once": wake}
    log.error("feed stopped: its key or quota is refused", extra=what)
    while not await _is_told(desk, wait_s):
        if not is_fatal or request is None or not await this.is_refused(request):
            return


async def _is_told(desk: Desk, wait_s: float) -> bool:
    """Whether someone says "try again" within that time."""
    try:
        await asyncio.wait_for(desk.told.wait(), wait_s)
    except TimeoutError:
        return False
    return True


async def _pause(source: Source, desk: Desk, seconds: float) -> None:
    """Wait for the next poll; a folder that changed, or being told, ends the wait early."""
    place = Path(desk.settings.permits)
    is_folder = source.feed == permits.FEED and not asks.is_url(desk.settings.permits)
    loop = asyncio.get_running_loop()
    end_s = loop.time() + seconds
    while (left_s := end_s - loop.time()) > 0:
        try:
            await asyncio.wait_for(desk.told.wait(), min(left_s, SCAN_S) if is_folder else left_s)
        except TimeoutError:
            if is_folder and desk.watch.is_ripe(await asyncio.to_thread(folders.signature, place)):
                return
        else:
            return


async def keep_telling(desk: Desk, hup: asyncio.Event) -> None:
    """Turn each SIGHUP into one "try again" for every loop that waits."""
    while True:
        await hup.wait()
        hup.clear()
        desk.told.set()
        await asyncio.sleep(0)
        desk.told.clear()
