"""The poll loops: one per feed, each giving one report a poll whatever happens."""

import asyncio
import logging
import os
import random
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

import aiohttp

from producers.feeds.feed import Asker, Feed, Request
from producers.polling import metrics
from producers.polling.fetching import Fetched, fetch
from producers.polling.pacing import Quota, backoff_s, delay_s, midnight_ms, time_out_s
from producers.publishing.kept_lists import PushedLists
from producers.publishing.messages import Output
from producers.publishing.poll import Poll, ReadExchange
from producers.reading.answers import Answer, Exchange
from producers.recording.recorder import Recorder
from streams.contract.enums import PollOutcome
from streams.contract.records import FeedReport
from streams.contract.settings import Settings
from streams.contract.times import now_ms

log = logging.getLogger(__name__)
T = TypeVar("T")
SPENT = "QUOTA-SPENT"
TOO_FAST = ("HTTP-429", "HTTP-503", "-23")
"""How the codes of answers that came because of too many calls a second end."""


class OutputLog(Protocol):
    """What the loops publish to."""

    @property
    def waiting(self) -> int: ...

    def wait_for_room(self, timeout_s: float = ...) -> bool: ...

    def publish(self, output: Output) -> None: ...


@dataclass(slots=True)
class PollContext:
    """What every loop works with. `again` is set when someone asks for another try (SIGHUP).

    Answers are read beside the loop, one at a time: the largest takes seconds and a hundred
    megabytes, and there is one such answer a feed.
    """

    settings: Settings
    publisher: OutputLog
    session: aiohttp.ClientSession
    recorder: Recorder | None = None
    rng: random.Random = field(default_factory=random.Random)
    again: asyncio.Event = field(default_factory=asyncio.Event)
    quotas: dict[str, Quota] = field(default_factory=dict)
    pushed: PushedLists = field(default_factory=PushedLists)
    reader: Executor = field(default_factory=lambda: ThreadPoolExecutor(1, "reader"))

    async def read(self, work: Callable[[], T]) -> T:
        """The result of long work, done beside the loop."""
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

    def quota(self, feed: Feed) -> Quota:
        """The quota of the feed's key, shared by its feeds."""
        return self.quotas.setdefault(feed.key, Quota(feed.calls_a_day(self.settings)))

    async def room(self) -> None:
        """Wait while the broker is away."""
        while not await asyncio.to_thread(self.publisher.wait_for_room):
            log.warning("polls wait for the broker", extra={"waiting": self.publisher.waiting})

    async def asked_again(self, within_s: float) -> bool:
        """Whether someone asks for another try within that time."""
        try:
            await asyncio.wait_for(self.again.wait(), within_s)
        except TimeoutError:
            return False
        return True

    async def finish(self, poll: Poll) -> FeedReport:
        """Publish what follows the last exchange of a poll; its report."""
        self.publisher.publish(await self.read(poll.end))
        report = poll.reported or poll.report()
        metrics.count(report)
        return report


@dataclass(slots=True)
class PollRound:
    """One poll as it runs: its exchanges, and what the loop must know of them."""

    context: PollContext
    feed: Feed
    poll: Poll
    retry_after_s: float = 0.0
    in_a_row: int = 0

    @property
    def exchanges(self) -> list[Exchange]:
        return self.poll.exchanges

    @property
    def last(self) -> Answer | None:
        return self.poll.answers[-1] if self.poll.answers else None

    @property
    def is_stopped(self) -> bool:
        return any(answer.is_fatal or answer.is_quota for answer in self.poll.answers)

    async def fetch(self, request: Request) -> Fetched | None:
        """The answer to a request, None when the day's calls are spent."""
        context = self.context
        quota = context.quota(self.feed)
        is_granted = quota.take(now_ms())
        metrics.QUOTA_LEFT.labels(self.feed.key).set(quota.per_day - quota.used)
        if not is_granted:
            return None
        return await fetch(context.session, request, time_out_s(self.feed.poll_s(context.settings)))

    async def ask(self, request: Request) -> None:
        """One request through quota, network, record, parser and log."""
        fetched = await self.fetch(request)
        if fetched is None:
            exchange = Exchange(request.feed, now_ms(), request.shown, 0, b"")
            spent = Answer(PollOutcome.UNKNOWN, SPENT, "the day's calls are spent", is_quota=True)
            self.poll.keep(ReadExchange(exchange, spent, Output()))
        else:
            await self.take(fetched.exchange, fetched.retry_after_s)

    async def take(
        self, exchange: Exchange, retry_after_s: float = 0.0, *, is_known: bool = False
    ) -> None:
        """Record an exchange (unless the recording has it: `is_known`), read and publish it."""
        context = self.context
        if not is_known:
            await context.record(exchange)
        read = await context.read(lambda: self.poll.read(exchange))
        output, answer = self.poll.keep(read), read.answer
        self.in_a_row = self.in_a_row + 1 if answer.outcome is PollOutcome.UNKNOWN else 0
        if answer.code.endswith(TOO_FAST):
            pause_s = retry_after_s or backoff_s(min(self.in_a_row, 4), context.rng)
            self.retry_after_s = max(self.retry_after_s, pause_s)
        context.publisher.publish(output)

    async def is_refused(self, request: Request) -> bool:
        """Whether the key is still refused; one request that leaves no trace."""
        fetched = await self.fetch(request)
        if fetched is None:
            return True
        read = await self.context.read(lambda: self.poll.read(fetched.exchange))
        return read.answer.is_fatal

    async def stop(self, request: Request | None) -> None:
        """Wait for another try: until asked, or until the quota is new (midnight KST and up to a
        minute), or until the key is taken again.
        """
        context, now = self.context, now_ms()
        is_fatal = any(answer.is_fatal for answer in self.poll.answers)
        wait_s = (midnight_ms(now) - now) / 1000 + context.rng.uniform(0, 60)
        if is_fatal:
            wait_s = context.settings.key_retry_s * context.rng.uniform(0.9, 1.1)
        wake = f"kill -HUP {os.getpid()}, or docker compose kill -s HUP producers"
        what = {"feed": self.feed.name, "tried_again_in_s": round(wait_s), "at_once": wake}
        log.error("feed stopped: its key or quota is refused", extra=what)
        while not await context.asked_again(wait_s):
            if not is_fatal or request is None or not await self.is_refused(request):
                return


async def run_feed(feed: Feed, context: PollContext, asker: Asker) -> None:
    """Poll one feed until cancelled."""
    settings = context.settings
    loop = asyncio.get_running_loop()
    failures = 0
    while True:
        await context.room()
        begin_s = loop.time()
        this = PollRound(context, feed, Poll(feed.name, settings))
        await asker.ask(this)
        report = await context.finish(this.poll)
        is_unknown = report.outcome is PollOutcome.UNKNOWN
        extra = {"feed": feed.name, "outcome": report.outcome.value, "code": report.code}
        level = logging.WARNING if is_unknown else logging.INFO
        log.log(level, "poll", extra={**extra, "rows": report.row_count})
        if this.is_stopped:
            await this.stop(asker.first_request())
            failures = 0
            continue
        failures = failures + 1 if is_unknown else 0
        quick = 0 if feed.part else failures  # a sweep is too dear to repeat at once
        wait_s = delay_s(feed.poll_s(settings), quick, this.retry_after_s, context.rng)
        await pause(context, asker, max(0.0, begin_s + wait_s - loop.time()))


async def pause(context: PollContext, asker: Asker, seconds: float) -> None:
    """Wait for the next poll; news of the feed, or being asked, ends the wait early."""
    loop = asyncio.get_running_loop()
    end_s = loop.time() + seconds
    while (left_s := end_s - loop.time()) > 0:
        if await context.asked_again(min(left_s, asker.scan_s)) or await asker.has_news():
            return


async def keep_asking_again(context: PollContext, hup: asyncio.Event) -> None:
    """Turn each SIGHUP into another try of every loop that waits."""
    while True:
        await hup.wait()
        hup.clear()
        context.again.set()
        await asyncio.sleep(0)
        context.again.clear()
