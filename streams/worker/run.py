"""One worker's life: wait for Redis and the broker, check the topics, work, end with a reason."""

import asyncio
import contextlib
import logging
import os
import sys
import time
from typing import Any

from aiokafka.errors import KafkaError
from kafka.errors import KafkaError as AdminError
from kafka.errors import SaslAuthenticationFailedError
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError

from streams.contract.errors import BomnaeError, SettingsError
from streams.contract.failpoints import FailAt
from streams.contract.settings import Settings
from streams.geo.network import Network
from streams.state.gate import Gate
from streams.state.roster import Roster
from streams.state.store import LIVE_MS
from streams.worker.app import create_app
from streams.worker.watch import PartitionWatch, check_topics

log = logging.getLogger(__name__)
PAUSES_S = (0.5, 5.0)
JOIN_S = 1.5 * LIVE_MS / 1000  # a worker that was killed is believed to live for LIVE_MS
LEAVE_S = 2.0
STOP_S = 15.0  # an agent that hangs must not keep the process; the gate makes ending it safe
STOP_FAILED_S = 3.0  # nothing is to be waited for where something failed already


async def work(
    settings: Settings, network: Network, told_to_stop: asyncio.Event, fail: FailAt = None
) -> None:
    """Work until it is stopped; raises what ended it before."""
    app = create_app(settings, network, fail)
    try:
        waiting = asyncio.create_task(wait_for_stores(settings, app.gate, app.roster))
        await _first(waiting, told_to_stop)
        if not told_to_stop.is_set():
            await _carry(app, settings, told_to_stop)
    finally:
        await _leave(app)


async def _leave(app: Any) -> None:
    """Say that this worker ends, where Redis still listens."""
    with contextlib.suppress(RedisError, OSError, TimeoutError):
        await asyncio.wait_for(app.roster.leave(), LEAVE_S)
    await app.gate.close()


async def _carry(app: Any, settings: Settings, told_to_stop: asyncio.Event) -> None:
    """Run the agents and the watch until one of them ends, or the process is stopped."""
    await app.start()
    watch = PartitionWatch(settings, app.gate, app.roster, app.consumer.assignment, app.rewind)
    log.info("worker started", extra={"group": app.conf.id})
    crashed = asyncio.create_task(_crash_of(app))
    watching = asyncio.create_task(watch.run())
    reason: BaseException | None = None
    try:
        await _first(asyncio.ensure_future(_either(crashed, watching)), told_to_stop)
    except Exception as error:  # noqa: BLE001 - whatever ended it is the reason
        reason = error
    crashed.cancel()
    watching.cancel()
    await _stop(app, reason)
    if reason is not None:
        raise reason


async def _crash_of(app: Any) -> None:
    """Raise what an agent or the consumer died of."""
    await app._crashed.wait()  # noqa: SLF001 - Faust gives no public way to wait for it
    if app.crash_reason is not None:
        raise app.crash_reason


async def _either(*tasks: asyncio.Task[Any]) -> None:
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()


async def _first(task: "asyncio.Task[Any]", told_to_stop: asyncio.Event) -> None:
    """Wait for a task, or for the signal to stop, which cancels it."""
    stop = asyncio.create_task(told_to_stop.wait())
    done, _ = await asyncio.wait((task, stop), return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if task in done:
        task.result()
    else:
        task.cancel()


async def _stop(app: Any, reason: BaseException | None) -> None:
    within_s = STOP_S if reason is None else STOP_FAILED_S
    stopping = asyncio.create_task(app.stop())
    _, late = await asyncio.wait((stopping,), timeout=within_s)
    if late:  # not cancelled: Faust would go on waiting
        code = exit_code(reason)
        line = str(reason) if isinstance(reason, BomnaeError) else repr(reason or "told to stop")
        sys.stderr.write(f"bomnae: {line}; ended without waiting for what still hangs\n")
        sys.stderr.flush()
        os._exit(code)


def exit_code(reason: BaseException | None) -> int:
    """The process's exit code for what ended it: 0 for nothing, 1 for a bug."""
    if reason is None:
        return 0
    return reason.exit_code if isinstance(reason, BomnaeError) else 1


async def wait_for_stores(settings: Settings, gate: Gate, roster: Roster) -> None:
    """Return when Redis and the topics fit and this worker is known; tries again till then."""
    pause_s = PAUSES_S[0]
    while True:
        try:
            await gate.check_rights()
            await check_topics(settings, gate)
            await gate.load_starts()
            return await _join(roster)
        except AuthenticationError as error:
            raise SettingsError(f"Redis refuses BOMNAE_REDIS_PASSWORD: {error}") from None
        except NoPermissionError as error:
            raise SettingsError(f"the Redis user lacks a right: {error}") from None
        except SaslAuthenticationFailedError:
            raise SettingsError("the Kafka cluster refuses BOMNAE_KAFKA_USER") from None
        except RedisError as error:
            away = f"Redis ({type(error).__name__}: {error})"
        except (KafkaError, AdminError, OSError, TimeoutError) as error:
            away = f"Kafka at {settings.kafka} ({type(error).__name__})"
        log.warning("waiting for %s, again in %.1f s", away, pause_s)
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, PAUSES_S[1])


async def _join(roster: Roster) -> None:
    """Enter the roster; refused by a worker that may be dead, try until it certainly lives."""
    deadline = time.monotonic() + JOIN_S
    while True:
        try:
            names = await roster.join()
        except SettingsError:
            if time.monotonic() > deadline:
                raise
        else:
            if names:
                log.warning(
                    "%s changed: what was folded before stays as it was; "
                    "docs/operating.md says how to make all of it again",
                    ", ".join(names),
                )
            return
        await asyncio.sleep(PAUSES_S[0])
