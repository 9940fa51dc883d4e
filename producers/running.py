"""The long-running commands: polls with the clock, the clock alone, a replay. Each ends cleanly on
SIGTERM.
"""

import asyncio
import logging
import signal
import sys
import time
from collections.abc import Coroutine, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from producers.clock import run_clock
from producers.fetching import now_ms
from producers.formats import tago
from producers.meaning import Meaning
from producers.network.importing import read_network
from producers.polling import Desk, keep_telling, run_source
from producers.publisher import Publisher, ensure_topics
from producers.recording import Recorder, lines_of
from producers.replay import BadLine, Step, steps
from producers.sources import Source, sources
from streams.errors import SettingsError
from streams.settings import Settings

log = logging.getLogger(__name__)
PROGRESS_S = 2.0
BACKLOG = 20_000  # messages a replay at full speed may be ahead of the broker


async def run_feeds(
    settings: Settings, only: tuple[str, ...], record: Path | None, *, with_clock: bool
) -> None:
    """Poll every feed the settings name, and keep the clock, until SIGTERM or SIGINT."""
    asked = sources(settings, only)
    if not asked and not with_clock:
        raise SettingsError(
            "no feed to poll: set BOMNAE_TAGO_KEY, BOMNAE_ITS_KEY or BOMNAE_PERMITS"
        )
    routes = _routes(settings, asked)
    if not settings.pseudonym_key:
        log.warning("BOMNAE_PSEUDONYM_KEY is not set: pseudonyms of plates can be undone")
    await asyncio.to_thread(ensure_topics, settings)
    publisher = await asyncio.to_thread(Publisher, settings)
    with ExitStack() as stack:
        stack.callback(publisher.close)
        recorder = None if record is None else stack.enter_context(Recorder(record))
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            desk = Desk(settings, publisher, session, recorder)
            loops: list[Coroutine[Any, Any, None]] = [
                run_source(source, desk, routes) for source in asked
            ]
            if with_clock:
                loops.append(run_clock(publisher, settings.tick_ms, now_ms))
            log.info("polling", extra={"feeds": [source.feed for source in asked]})
            await until_told([*loops, keep_telling(desk, _on_hup())])


async def run_clock_alone(settings: Settings) -> None:
    """Write the ticks until SIGTERM or SIGINT."""
    await asyncio.to_thread(ensure_topics, settings)
    publisher = await asyncio.to_thread(Publisher, settings)
    try:
        await until_told([run_clock(publisher, settings.tick_ms, now_ms)])
    finally:
        publisher.close()


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
    ensure_topics(settings)
    publisher = Publisher(settings, is_replay=True)
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
            raise OSError(
                f"{publisher.waiting + sum(publisher.lost.values())} messages not delivered"
            )
    finally:
        publisher.close()
    return done


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
    """Bad lines as they come, and the progress every thousand moments, to stderr."""
    for bad in step.bad:
        sys.stderr.write(f"line {bad.number}: {bad.code} {bad.detail}\n")
    if done.moments and done.moments % 1000 == 0:
        sys.stderr.write(done.line() + "\n")
