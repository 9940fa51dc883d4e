"""The commands that run on: polls with the clock, and the clock alone, until SIGTERM."""

import asyncio
import logging
import signal
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import aiohttp

from producers.datasets.loading import Fault
from producers.feeds import FEEDS, polled
from producers.feeds.feed import Asker, Feed
from producers.polling import metrics
from producers.polling.clock import ClockThread
from producers.polling.datasets import DatasetPolls
from producers.polling.descriptors import Descriptors
from producers.polling.loops import PollContext, keep_asking_again, run_feed
from producers.polling.pushes import serve
from producers.publishing.faults import place_of
from producers.publishing.messages import Output, Published, unknown_report
from producers.publishing.publisher import Publisher
from producers.publishing.topic_setup import ensure_topics
from producers.reading.answers import BUG
from producers.reading.privacy import NO_KEY_WHY, may_take_plates
from producers.recording.recorder import Recorder
from streams.contract.dataset import DatasetReport
from streams.contract.errors import LogError, SettingsError
from streams.contract.key_file import check_keys
from streams.contract.running import run_until_signal
from streams.contract.settings import Settings
from streams.contract.times import now_ms
from streams.contract.tls import Tls

log = logging.getLogger(__name__)
NO_KEY = "NO-KEY"
WELL_S, MOST_AGAIN_S = 600.0, 60.0


async def run_feeds(
    settings: Settings,
    only: tuple[str, ...],
    record: Path | None,
    *,
    tls: Tls | None = None,
    with_clock: bool,
) -> None:
    """Poll every feed the settings name, and keep the clock, until SIGTERM or SIGINT."""
    check_keys(settings, "producers")
    asked = polled(settings, only)
    door = settings.ingest
    descriptors = Descriptors(Path(settings.datasets)) if settings.datasets and not only else None
    if not asked and not with_clock and door is None and descriptors is None:
        switches = sorted({f"BOMNAE_{feed.switch.upper()}" for feed in FEEDS.values()})
        raise SettingsError(f"no feed to poll: set one of {', '.join(switches)}")
    asked, refused = with_plates(asked, only, settings)
    askers = [(feed, feed.asker(settings)) for feed in asked]
    await asyncio.to_thread(ensure_topics, settings)
    with ExitStack() as stack:
        if with_clock:
            await asyncio.to_thread(_start_clock, settings, stack)
        publisher = await asyncio.to_thread(Publisher, settings)
        stack.callback(publisher.close)
        metrics.watch(publisher)
        recorder = None if record is None else stack.enter_context(Recorder(record, settings))
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            context = PollContext(settings, publisher, session, recorder)
            stack.callback(context.reader.shutdown, wait=False, cancel_futures=True)
            loops = [run_on(feed, context, asker) for feed, asker in askers]
            loops += [] if door is None else [serve(door, context, tls)]
            if descriptors is not None:
                await asyncio.to_thread(descriptors.look)
                loops.append(DatasetPolls(settings, publisher, session, descriptors).run())
            publisher.send(stopped_report(feed, settings) for feed in refused)
            log.info("polling", extra={"feeds": [feed.name for feed in asked]})
            hup = asyncio.Event()
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, _hung_up, hup, tls)
            await run_until_signal(*loops, keep_asking_again(context, hup))


def _hung_up(hup: asyncio.Event, tls: Tls | None) -> None:
    hup.set()
    if tls:
        tls.read_again()


def with_plates(
    asked: list[Feed], only: tuple[str, ...], settings: Settings
) -> tuple[list[Feed], list[Feed]]:
    """The feeds to poll, and those that name vehicles and have no key for their pseudonyms. Raises
    SettingsError for such a one that is asked for by name, or that can never be read.
    """
    for feed in asked:
        feed.check(settings)
    may = may_take_plates(settings)
    refused = [feed for feed in asked if feed.names_vehicles and not may]
    if refused and only:
        raise SettingsError(f"{NO_KEY_WHY}: {refused[0].name} cannot be polled")
    for feed in refused:
        log.error("feed not polled: %s", NO_KEY_WHY, extra={"feed": feed.name})
    return [feed for feed in asked if feed not in refused], refused


def stopped_report(feed: Feed, settings: Settings) -> Published:
    """The report of a feed that lacks the key for its plates: stopped while this process lives."""
    return unknown_report(feed.name, NO_KEY, NO_KEY_WHY, settings, now_ms(), is_stopped=True)


def _start_clock(settings: Settings, stack: ExitStack) -> None:
    """The clock, with a publisher of its own: what fails for a feed does not stop it."""
    publisher = Publisher(settings)
    stack.callback(publisher.close)
    clock = ClockThread(publisher, settings.tick_ms, now_ms)
    clock.start()
    stack.callback(clock.stop)


async def run_on(feed: Feed, context: PollContext, asker: Asker) -> None:
    """Poll one feed until cancelled. A loop that fails is reported as an *unknown* answer and begun
    again, later each time; after a long run the pauses are short again.
    """
    loop = asyncio.get_running_loop()
    failures = 0
    while True:
        begin_s = loop.time()
        try:
            await run_feed(feed, context, asker)
        except SettingsError:
            raise
        except Exception as error:  # noqa: BLE001 - one feed takes no other along
            failures = 1 if loop.time() - begin_s > WELL_S else failures + 1
            place = place_of(error)
            log.error(  # noqa: TRY400
                "poll loop ended", extra={"feed": feed.name, "code": BUG, "place": place}
            )
            detail = f"the poll ended: {place}"
            report = unknown_report(feed.name, BUG, detail, context.settings, now_ms())
            context.publisher.publish(Output((report,)))
        await asyncio.sleep(min(MOST_AGAIN_S, 2.0 ** min(failures, 10)))


async def run_datasets(
    settings: Settings, named: Sequence[Path], *, is_once: bool
) -> tuple[list[DatasetReport], list[Fault]]:
    """Poll datasets alone: once, or until SIGTERM or SIGINT. The reports of the last polls, and the
    faults of descriptors that are none.
    """
    descriptors = Descriptors(Path(settings.datasets), named)
    descriptors.look()
    if not descriptors.used:
        return [], descriptors.faults
    await asyncio.to_thread(ensure_topics, settings)
    with ExitStack() as stack:
        publisher = await asyncio.to_thread(Publisher, settings)
        stack.callback(publisher.close)
        metrics.watch(publisher)
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            polls = DatasetPolls(settings, publisher, session, descriptors, is_once)
            if is_once:
                await polls.once()
            else:
                await run_until_signal(polls.run())
        if not await asyncio.to_thread(publisher.flush):
            raise LogError("Kafka has not taken all of it")
    reports = [poll.last for poll in polls.polls.values() if poll.last is not None]
    return reports, descriptors.faults


async def run_clock_alone(settings: Settings) -> None:
    """Write the ticks until SIGTERM or SIGINT."""
    await asyncio.to_thread(ensure_topics, settings)
    with ExitStack() as stack:
        await asyncio.to_thread(_start_clock, settings, stack)
        await run_until_signal()
