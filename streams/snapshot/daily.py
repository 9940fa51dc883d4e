"""A snapshot each day: made, checked, then the oldest goes. What fails is tried again."""

import asyncio
import logging
from functools import partial
from pathlib import Path

from prometheus_client import Counter, Gauge

from streams.contract.errors import BomnaeError, NoStateError, SnapshotError
from streams.contract.settings import Settings
from streams.contract.times import DAY_MS, now_ms
from streams.kafka.terminal import at_terminal
from streams.snapshot.file import checked
from streams.snapshot.keys import keys_to_check, signing_key
from streams.snapshot.progress import quiet
from streams.snapshot.shelf import (
    made_ms,
    new_name,
    newest_in,
    snapshots_in,
    surplus,
)
from streams.snapshot.taking import take

log = logging.getLogger(__name__)
RETRY_S = 60.0
LAST = Gauge("bomnae_snapshot_last_seconds", "Unix time of the newest snapshot that stands checked")
BYTES = Gauge("bomnae_snapshot_bytes", "Its size on the disk")
TOOK = Gauge("bomnae_snapshot_took_seconds", "How long it took to make and check")
FAILED = Counter("bomnae_snapshot_failed", "Snapshots that could not be made")


async def every_day(settings: Settings, folder: Path, keep: int, *, with_records: bool) -> None:
    """Make one now unless one of the last day stands, and each day from then on, for ever."""
    signing_key(settings)  # a key that is missing is said at once
    if stands := _newest(folder):
        LAST.set(made_ms(stands) / 1000)
        BYTES.set(stands.stat().st_size)
    while True:
        last = _newest(folder)
        wait_ms = 0 if last is None else made_ms(last) + DAY_MS - now_ms()
        await asyncio.sleep(min(max(0, wait_ms), DAY_MS) / 1000)
        try:
            await make_one(settings, folder, keep, with_records=with_records)
        except NoStateError as error:  # as in a city that has just begun
            log.info("snapshot waits", extra={"reason": str(error)})
            await asyncio.sleep(RETRY_S)
        except BomnaeError as error:
            FAILED.inc()
            log.warning("no snapshot", extra={"reason": str(error)})
            await asyncio.sleep(RETRY_S)


def _newest(folder: Path) -> Path | None:
    newest = newest_in(folder, now_ms())
    for fault in newest.faults:
        log.warning("no snapshot by its head", extra={"reason": fault})
    return newest.path


async def make_one(settings: Settings, folder: Path, keep: int, *, with_records: bool) -> Path:
    """Make a snapshot, read it back, then delete the oldest beyond `keep`."""
    begun_ms = now_ms()
    path = folder / new_name(begun_ms)
    key = signing_key(settings)
    async with at_terminal(settings, service="snapshot") as terminal:
        record = partial(terminal.write, "snapshot.make", path.name)
        taken = await take(settings, path, key, quiet, record, with_records=with_records)
    try:
        await asyncio.to_thread(checked, path, keys_to_check(settings, None))
    except SnapshotError:
        path.unlink(missing_ok=True)  # the disk did not keep what was written
        raise
    for old in surplus(snapshots_in(folder), keep, begun_ms):
        old.unlink(missing_ok=True)
        log.info("old snapshot deleted", extra={"file": old.name})
    LAST.set(begun_ms / 1000)
    BYTES.set(taken.bytes)
    TOOK.set((now_ms() - begun_ms) / 1000)
    log.info("snapshot made", extra={"file": path.name, "bytes": taken.bytes})
    return path
