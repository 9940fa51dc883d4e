"""How long a worker needs to start, to go on after a crash, and to fold a log anew."""

import gzip
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.results import Figure
from bench.rig import Broker, Rig, resident_mb, running_broker
from bench.views import link_views
from bench.workload import PARTITIONS, WARM_MS, Log
from local.stack import PSEUDONYM_KEY
from local.waiting import wait_until
from producers.network.importing import write_network
from producers.publishing.messages import ticks
from producers.recording.replay import events
from producers.simulator.city import build_city
from producers.simulator.past import write_past
from streams.contract.settings import Settings
from streams.state.keys import REBUILDING

UNTIL_MS = 1_795_309_200_000
WITHIN_S = 600.0
POLL_S = 30


def recorded(folder: Path, minutes: int) -> tuple[Log, int, int]:
    """The log of so many minutes of the simulated city, its messages, and its last tick, ms."""
    path = folder / "past.jsonl.gz"
    write_past(path, 7, UNTIL_MS, minutes, poll_s=POLL_S)
    settings = Settings.from_env(
        {
            "BOMNAE_PSEUDONYM_KEY": PSEUDONYM_KEY,
            "BOMNAE_TAGO_POLL_S": str(POLL_S),
            "BOMNAE_PERMITS_EPSG": "5186",
        }
    )
    log: dict[tuple[str, int], list[bytes]] = defaultdict(list)
    count = end_ms = 0
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for at_ms, messages in events(lines, settings):
            end_ms = at_ms
            for topic, partition, payload in messages:
                log[topic, partition].append(payload)
                count += 1
    return dict(log), count, end_ms


@contextmanager
def folded(folder: Path, broker: Broker, minutes: int) -> Iterator[tuple[Rig, int, int, float]]:
    """A worker that has folded such a log: its rig, messages, last tick, and how long it took."""
    write_network(build_city(), folder / "city")
    log, count, end_ms = recorded(folder, minutes)
    with Rig(folder / "run", broker=broker, network=folder / "city") as rig:
        rig.env["BOMNAE_SESSION_S"] = "6"
        rig.make_topics()
        rig.write(log)
        begin = time.monotonic()
        rig.start_worker()
        rig.wait_folded(end_ms // 1000 * 1000, WITHIN_S)
        yield rig, count, end_ms // 1000 * 1000, time.monotonic() - begin


def measure(folder: Path, kafka: str, minutes: int) -> list[Figure]:
    """Start with the log, crash and restart, FLUSHALL and rebuild."""
    with (
        running_broker(folder / "broker", kafka) as broker,
        folded(folder, broker, minutes) as (rig, count, end_ms, folded_s),
    ):
        before = link_views(rig.env["BOMNAE_REDIS"], PARTITIONS)
        restart_s = _crash(rig, end_ms)
        rebuilt_s = _flush(rig, end_ms + WARM_MS)
        after = link_views(rig.env["BOMNAE_REDIS"], PARTITIONS)
        memory_mb = resident_mb(rig.processes["worker"].pid)
    if before.keys() != after.keys():
        raise RuntimeError(f"{len(before)} links before FLUSHALL, {len(after)} after")
    lasts = f"{minutes} min" if minutes < 60 else f"{minutes / 60:g} h"
    hours = f"{lasts} of the simulated city, {count:,} messages"
    goal = 60.0 if minutes >= 1440 else None
    return [
        Figure(f"{hours}: folded from its beginning, start included", folded_s, "s", goal),
        Figure(f"{hours}: rebuilt after FLUSHALL", rebuilt_s, "s", goal),
        Figure("restart after kill -9, to the next tick in Redis (session 6 s)", restart_s, "s"),
        Figure(f"{hours}: worker's memory after it", memory_mb, "MB"),
    ]


def _crash(rig: Rig, end_ms: int) -> float:
    """From the kill of a worker until its successor has folded what came meanwhile, s."""
    begin = time.monotonic()
    rig.processes["worker"].kill()
    rig.processes["worker"].stop()
    rig.write(_ticks(end_ms + WARM_MS))
    rig.start_worker()
    rig.wait_folded(end_ms + WARM_MS, WITHIN_S)
    return time.monotonic() - begin


def _flush(rig: Rig, end_ms: int) -> float:
    """From FLUSHALL under a running worker until the state is whole again, s."""
    begin = time.monotonic()
    rig.redis.flushall()
    rig.write(_ticks(end_ms + 1000))
    rig.wait_folded(end_ms + 1000, WITHIN_S)
    wait_until(lambda: not rig.redis.exists(REBUILDING), "a whole state", within_s=WITHIN_S)
    return time.monotonic() - begin


def _ticks(at_ms: int) -> Log:
    log: dict[tuple[str, int], list[bytes]] = defaultdict(list)
    for topic, partition, payload in ticks(at_ms, Settings()):
        log[topic, partition].append(payload)
    return dict(log)
