"""The long-running commands: polls with the clock, the clock alone, a replay. Each ends cleanly on
SIGTERM.
"""

import asyncio
import hashlib
import logging
import signal
import sys
import time
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp

from producers.feeds import gtfs_rt
from producers.feeds.tago import positions as tago
from producers.network.importing import read_network
from producers.polling.clock import ClockThread
from producers.polling.fetching import now_ms
from producers.polling.loops import Desk, keep_telling, run_source
from producers.polling.pushes import door_of, serve
from producers.polling.sources import Source, polled_of, sources
from producers.publishing.faults import BUG, place_of
from producers.publishing.meaning import Meaning
from producers.publishing.publisher import Publisher
from producers.publishing.tempo import poll_ms_of
from producers.publishing.topic_setup import ensure_topics
from producers.reading.fields import bounds_of
from producers.reading.privacy import may_take_plates
from producers.recording.recorder import Recorder, lines_of
from producers.recording.replay import BadLine, Step, steps
from streams.contract import topics, wire
from streams.contract.arrival import REPLAY
from streams.contract.errors import SettingsError
from streams.contract.records import FeedReport, PollOutcome
from streams.contract.settings import Settings

log = logging.getLogger(__name__)
NO_KEY = "NO-KEY"
NO_KEY_WORDS = "BOMNAE_PSEUDONYM_KEY has fewer than 32 characters, so no plates are read"
KEY_BYTES = 1 << 16
WELL_S, MOST_AGAIN_S = 600.0, 60.0
BACKLOG = 20_000  # messages a replay at full speed may be ahead of the broker


async def run_feeds(
    settings: Settings, only: tuple[str, ...], record: Path | None, *, with_clock: bool
) -> None:
    """Poll every feed the settings name, and keep the clock, until SIGTERM or SIGINT."""
    asked = sources(settings, only)
    door = door_of(settings)
    if not asked and not with_clock and door is None:
        raise SettingsError(
            "no feed to poll: set BOMNAE_TAGO_KEY, BOMNAE_ITS_KEY or BOMNAE_PERMITS"
        )
    asked, refused = _with_plates(asked, only, settings)
    bounds_of(settings)  # each answer needs them: better now than at the first one
    routes = _routes(settings, asked)
    await asyncio.to_thread(ensure_topics, settings)
    with ExitStack() as stack:
        if with_clock:
            await asyncio.to_thread(_start_clock, settings, stack)
        publisher = await asyncio.to_thread(Publisher, settings)
        stack.callback(publisher.close)
        recorder = None if record is None else stack.enter_context(Recorder(record, settings))
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            desk = Desk(settings, publisher, session, recorder)
            stack.callback(desk.reader.shutdown, wait=False, cancel_futures=True)
            loops = [run_on(source, desk, routes) for source in asked]
            loops += [] if door is None else [serve(door, desk)]
            for source in refused:
                publisher.publish(_no_key(source, settings))
            log.info("polling", extra={"feeds": [source.feed for source in asked]})
            await until_told([*loops, keep_telling(desk, _on_hup())])


def _with_plates(
    asked: list[Source], only: tuple[str, ...], settings: Settings
) -> tuple[list[Source], list[Source]]:
    """The feeds to poll, and those that name vehicles and have no key for their pseudonyms. Raises
    SettingsError for such a one that is asked for by name, or that can never be read.
    """
    if any(source.feed == gtfs_rt.FEED for source in asked):
        gtfs_rt.check(settings)
    polled = polled_of(asked, settings)
    refused = [source for source in asked if source not in polled]
    if refused and only:
        raise SettingsError(f"{NO_KEY_WORDS}: {refused[0].feed} cannot be polled")
    for source in refused:
        log.error("feed not polled: %s", NO_KEY_WORDS, extra={"feed": source.feed})
    return polled, refused


def _start_clock(settings: Settings, stack: ExitStack) -> None:
    """The clock, with a way into the log of its own: what the feeds break leaves it alone."""
    publisher = Publisher(settings)
    stack.callback(publisher.close)
    clock = ClockThread(publisher, settings.tick_ms, now_ms)
    clock.start()
    stack.callback(clock.stop)


async def run_on(source: Source, desk: Desk, routes: Sequence[str]) -> None:
    """Poll one feed until cancelled. A loop that fails is told as an *unknown* answer and begun
    again, later each time; one that ran for long begins at the front.
    """
    loop = asyncio.get_running_loop()
    failures = 0
    while True:
        begin_s = loop.time()
        try:
            await run_source(source, desk, routes)
        except SettingsError:
            raise
        except Exception as error:  # noqa: BLE001 - one feed takes no other along
            failures = 1 if loop.time() - begin_s > WELL_S else failures + 1
            desk.publisher.publish(_failed(source, desk.settings, place_of(error)))
        await asyncio.sleep(min(MOST_AGAIN_S, 2.0 ** min(failures, 10)))


def _failed(source: Source, settings: Settings, place: str) -> Meaning:
    log.error("poll loop ended", extra={"feed": source.feed, "code": BUG, "place": place})
    return _told(source, settings, BUG, f"the poll ended: {place}")


def _no_key(source: Source, settings: Settings) -> Meaning:
    """A feed of plates without a key stays stopped until the process is begun anew with one."""
    return _told(source, settings, NO_KEY, NO_KEY_WORDS, is_stopped=True)


def _told(
    source: Source, settings: Settings, code: str, detail: str, *, is_stopped: bool = False
) -> Meaning:
    """The report of a feed that was not polled, and why."""
    report = FeedReport(
        feed=source.feed,
        outcome=PollOutcome.UNKNOWN,
        received_ms=now_ms(),
        poll_ms=poll_ms_of(source.feed, settings),
        code=code,
        detail=detail[:200],
        is_stopped=is_stopped,
        is_simulated=bool(settings.simulated),
    )
    return Meaning(((topics.FEED_REPORTS.name, 0, wire.encode(report)),))


async def run_clock_alone(settings: Settings) -> None:
    """Write the ticks until SIGTERM or SIGINT."""
    await asyncio.to_thread(ensure_topics, settings)
    with ExitStack() as stack:
        await asyncio.to_thread(_start_clock, settings, stack)
        await until_told([])


async def until_told(loops: list[Coroutine[Any, Any, None]]) -> None:
    """Run loops until SIGTERM or SIGINT, or until one of them ends with an error, which is
    raised.
    """
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    tasks = [asyncio.create_task(each) for each in loops]
    stop = asyncio.create_task(told.wait())
    done, _ = await asyncio.wait((*tasks, stop), return_when=asyncio.FIRST_COMPLETED)
    for task in (*tasks, stop):
        task.cancel()
    await asyncio.gather(*tasks, stop, return_exceptions=True)
    for task in done:
        task.result()


def _on_hup() -> asyncio.Event:
    hup = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, hup.set)
    return hup


def _routes(settings: Settings, asked: list[Source]) -> tuple[str, ...]:
    """The routes a sweep asks for; raises SettingsError when there is no network to take them
    from.
    """
    if not any(source.feed == tago.FEED for source in asked):
        return ()
    if not settings.network:
        raise SettingsError("BOMNAE_NETWORK must name the folder of network.json to poll TAGO")
    return tuple(route.id for route in read_network(Path(settings.network)).routes)


@dataclass(slots=True)
class Replayed:
    """What a replay has done so far."""

    messages: int = 0
    moments: int = 0
    bad: list[BadLine] = field(default_factory=list)
    first_ms: int | None = None
    last_ms: int = 0

    def note(self, step: Step) -> None:
        self.bad += step.bad
        if not step.messages:
            return
        self.first_ms = step.at_ms if self.first_ms is None else self.first_ms
        self.last_ms = max(self.last_ms, step.at_ms)
        self.messages += len(step.messages)
        self.moments += 1

    def line(self) -> str:
        span_s = (self.last_ms - (self.first_ms or self.last_ms)) / 1000
        counts = f"{self.messages} messages, {len(self.bad)} bad lines"
        return f"replayed {span_s:.0f} s of the recording, {counts}"


def run_replay(path: Path, settings: Settings, speed: float | None) -> Replayed:
    """Publish a recording at `speed` times its pace, None for as fast as the broker takes it.

    SIGTERM and SIGINT end it after what was handed over is acknowledged.
    """
    settings = _keyed(path, settings)
    ensure_topics(settings)
    publisher = Publisher(settings, headers=((REPLAY, b"1"),))
    done = Replayed()
    told: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _frame: told.append(number))
    try:
        for step in _paced(steps(lines_of(path), settings), speed, told):
            publisher.publish(Meaning(step.messages, step.letters))
            done.note(step)
            _show(done, step)
            while publisher.waiting > BACKLOG and not told:
                time.sleep(0.01)
        if not publisher.flush(60.0):
            gone = publisher.lost + publisher.refused
            raise OSError(f"{publisher.waiting + gone.total()} messages not delivered")
    finally:
        publisher.close()
    return done


def _keyed(path: Path, settings: Settings) -> Settings:
    """The settings with a key for plates: without one, made of how the recording begins, so that
    it means the same whenever it is replayed.
    """
    if may_take_plates(settings):
        return settings
    with path.open("rb") as stream:
        key = hashlib.sha256(stream.read(KEY_BYTES)).hexdigest()
    sys.stderr.write(f"{NO_KEY_WORDS}: plates in this recording get a key made of its beginning\n")
    return replace(settings, pseudonym_key=key)


def _paced(every: Iterator[Step], speed: float | None, told: list[int]) -> Iterator[Step]:
    """The steps, each held back until its moment at this speed; ends early when told."""
    begin_s, first_ms = time.monotonic(), None
    for step in every:
        if told:
            return
        if speed is not None and step.messages:
            first_ms = step.at_ms if first_ms is None else first_ms
            due_s = begin_s + (step.at_ms - first_ms) / 1000 / speed
            while not told and (left_s := due_s - time.monotonic()) > 0:
                time.sleep(min(left_s, 0.2))
        yield step


def _show(done: Replayed, step: Step) -> None:
    """Bad lines and gaps as they come, and the progress every thousand moments, to stderr."""
    if step.gap_ms:
        sys.stderr.write(f"a gap of {step.gap_ms // 3_600_000} h: fewer ticks there\n")
    for bad in step.bad:
        sys.stderr.write(f"line {bad.number}: {bad.code} {bad.detail}\n")
    if done.moments and done.moments % 1000 == 0:
        sys.stderr.write(done.line() + "\n")
