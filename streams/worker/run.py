"""One worker's life: wait for Redis and the broker, check the topics, work, end with a reason."""

import asyncio
import contextlib
import gc
import logging
import os
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from redis.exceptions import RedisError

from streams.contract import cli
from streams.contract.errors import SettingsError
from streams.contract.failpoints import FailAt
from streams.contract.loop_watch import watched_loop
from streams.contract.retrying import attempts
from streams.contract.running import BARE_S, run_until
from streams.contract.settings import Settings
from streams.geo.network import Network
from streams.kafka.away import refused_for_good, waiting
from streams.state.keys import LIVE_MS
from streams.state.roster import Roster
from streams.worker.app import Worker, create_worker
from streams.worker.watch import PartitionWatch, check_topics

log = logging.getLogger(__name__)
T = TypeVar("T")
PAUSES_S = (0.5, 5.0)
JOIN_S = 1.5 * LIVE_MS / 1000  # a worker that was killed is believed to live for LIVE_MS
LEAVE_S = 2.0
STOP_S = 15.0  # an agent that hangs must not keep the process; the gate makes ending it safe
COLLECT = (50_000, 20, 100)
STOP_FAILED_S = 3.0  # nothing is to be waited for where something failed already


async def work(
    settings: Settings, network: Network, stop: asyncio.Event, fail: FailAt = None
) -> None:
    """Work until the event is set; raises what ended it before."""
    _spare_the_collector()
    worker = create_worker(settings, network, fail)
    try:
        with watched_loop(settings.watchdog_s):
            await run_until(stop, wait_for_stores(worker), grace_s=BARE_S)
            if not stop.is_set():
                await _carry(worker, stop)
    finally:
        with contextlib.suppress(RedisError, OSError, TimeoutError):  # where Redis still listens
            await asyncio.wait_for(worker.roster.leave(), LEAVE_S)
        await worker.gate.close()


def _spare_the_collector() -> None:
    """Have Python look for garbage seldom, and never in the network.

    Messages come by the thousand and live for moments: by its defaults more time went into looking
    through them than into all that is done with one.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT)


async def _carry(worker: Worker, stop: asyncio.Event) -> None:
    """Run the agents and the watch until one of them ends, or the event is set."""
    app = worker.app
    await app.start()
    watch = PartitionWatch(worker, app.consumer.assignment)
    log.info("worker started", extra={"group": app.conf.id})
    reason: Exception | None = None
    try:
        await run_until(stop, _crash_of(app), watch.run(), watch.tell())
    except Exception as error:  # noqa: BLE001 - whatever ended it is the reason
        reason = error
    await _stop(app, reason, worker.settings)
    if reason is not None:
        raise reason


async def _crash_of(app: Any) -> None:
    """Raise what an agent or the consumer died of."""
    await app._crashed.wait()  # noqa: SLF001 - Faust gives no public way to wait for it
    if app.crash_reason is not None:
        raise app.crash_reason


async def _stop(app: Any, reason: Exception | None, settings: Settings) -> None:
    within_s = STOP_S if reason is None else STOP_FAILED_S
    stopping = asyncio.create_task(app.stop())
    _, late = await asyncio.wait((stopping,), timeout=within_s)
    if late:  # not cancelled: Faust would go on waiting
        line = "stopped" if reason is None else cli.said_of(reason)
        cli.complain(f"{line}; ended without waiting for what still hangs", settings)
        os._exit(cli.exit_code(reason))


async def wait_for_stores(worker: Worker) -> None:
    """Return when Redis and the topics fit and this worker is known; tries again till then."""
    async for attempt in attempts(waiting(log, "start"), PAUSES_S):
        with attempt, refused_for_good():
            await worker.gate.check_rights()
            await _until_dead(worker.gate.take_over)
            await worker.gate.check_schema()
            await check_topics(worker.settings, worker.gate)
            await worker.gate.load_starts()
            await worker.gate.let_links_age()
            await _join(worker.roster)


async def _join(roster: Roster) -> None:
    """Enter the roster."""
    if names := await _until_dead(roster.join):
        log.warning(
            "settings changed: what was folded before stays as it was; "
            "docs/operating.md says how to make all of it again",
            extra={"settings": names},
        )


async def _until_dead(act: Callable[[], Awaitable[T]]) -> T:
    """Do what a worker that may be dead stands against; try until it certainly lives."""

    def may_be_dead(error: Exception) -> bool:
        return isinstance(error, SettingsError)

    async for attempt in attempts(may_be_dead, (PAUSES_S[0], PAUSES_S[0]), within_s=JOIN_S):
        with attempt:
            return await act()
    raise AssertionError("attempts end by an error")
