"""Workers of one group over 16 partitions: one, two and four on the same log, and how long a
partition stands still when one comes or goes under load.

What the workers of each case leave in Redis is compared with the oracle link by link, and with what
the other cases left. The load under which one comes and goes is folded again by the audit.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

from bench.contest import check_views, fresh, lay_city
from bench.latency import Load
from bench.results import Figure, percentile
from bench.rig import Broker, Rig, Timed, WrongResultError, held, running_broker
from bench.views import link_views
from bench.workload import PER_EVENT_S, Workload, made_works
from local.services import Process
from local.waiting import wait_until
from producers.publishing.messages import ticks
from streams.contract import topics
from streams.contract.settings import Settings
from streams.contract.times import now_ms
from streams.domain.links.fold import LinkView
from streams.geo.network import Network
from streams.state.gate import Gate
from streams.state.redis_login import connect

PARTITIONS = 16
SIZE = 250  # observations a message
WORKS = 200
GROUPS = (1, 2, 4)
WITHIN_S = 300.0
LIVE_PER_S, LIVE_BATCH = 5_000, 25  # small messages: each partition steps 12 times a second
SETTLED_S = 4.0
LOOK_S = 0.01
END_MS = 6_000

Place = tuple[str, int]
"""Topic and partition."""
PLACES = tuple(
    (topic.name, number)
    for topic in (topics.LINK_SPEEDS, topics.LINK_EVENTS)
    for number in range(PARTITIONS)
)


@dataclass(frozen=True, slots=True)
class Folded:
    """One case: its time and processors, and what its workers showed in the end."""

    timed: Timed
    views: Mapping[str, LinkView]

    @property
    def cpu_s(self) -> float:
        """Of all workers together."""
        return sum(s for name, s in self.timed.cpu_s.items() if name.startswith("worker"))


def measure(folder: Path, kafka: str, count: int, links: int) -> list[Figure]:
    """Throughput of each group on `count` observations, then the stops."""
    network = lay_city(folder, links)
    with running_broker(folder / "broker", kafka) as broker:
        found = {size: fold(folder, broker, network, size, count) for size in GROUPS}
        stops = moved(folder, broker, network)
    first = found[GROUPS[0]]
    for size, each in found.items():
        if each.views != first.views:
            raise WrongResultError(f"{size} workers show other links than {GROUPS[0]}")
    figures = []
    for size, each in found.items():
        what = f"{size} worker{'s' if size > 1 else ''}, {PARTITIONS} partitions, {SIZE} a message"
        figures += [
            Figure(f"{what}: by the clock", count / each.timed.seconds, "obs/s"),
            Figure(f"{what}: CPU a million, all together", 1e6 * each.cpu_s / count, "s"),
        ]
    faster = first.timed.seconds / found[2].timed.seconds
    dearer = found[GROUPS[-1]].cpu_s / first.cpu_s
    return [
        *figures,
        Figure("2 workers over 1, by the clock", faster, "x"),
        Figure(f"{GROUPS[-1]} workers over 1, CPU of all together", dearer, "x"),
        *stops,
    ]


def fold(folder: Path, broker: Broker, network: Network, size: int, count: int) -> Folded:
    """One case on topics and a Redis of its own; WrongResultError when a link is wrong."""
    per_event_s = PER_EVENT_S * PARTITIONS / 4  # a partition has what it has in the other rows
    works = made_works(network, WORKS)
    workload = Workload(network, works, per_event_s=per_event_s, partitions=PARTITIONS)
    with _rig(folder, broker) as rig:
        rig.write(workload.permits())
        workers = start(rig, size)
        rig.write(workload.log(workload.observations(10_000), SIZE))
        rig.wait_folded(workload.end_ms, WITHIN_S)
        with ExitStack() as stopped:
            for worker in workers:
                stopped.enter_context(held(worker))
            rig.write(workload.log(workload.observations(count), SIZE))
        with rig.timed() as found:
            rig.wait_folded(workload.end_ms, WITHIN_S)
        check_views(rig, workload)
        views = link_views(rig.env["BOMNAE_REDIS"], PARTITIONS)
    case = Folded(found[0], views)
    cpu = ", ".join(f"{name} {s:.1f}" for name, s in sorted(case.timed.cpu_s.items()))
    print(f"  {size} workers: {count:,} in {case.timed.seconds:.1f} s; CPU s: {cpu}", flush=True)
    return case


@contextmanager
def _rig(folder: Path, broker: Broker) -> Iterator[Rig]:
    with Rig(fresh(folder), broker=broker, network=folder / "city") as rig:
        rig.env["BOMNAE_PARTITIONS"] = str(PARTITIONS)
        rig.make_topics()
        yield rig


def start(rig: Rig, size: int) -> list[Process]:
    """So many workers, each with partitions of its own."""
    workers = [rig.start_worker(f"worker-{number}") for number in range(1, size + 1)]
    for worker in workers:
        worker.wait_said("worker started")
    wait_until(lambda: is_shared(rig, size), f"a group of {size}", within_s=WITHIN_S)
    return workers


def is_shared(rig: Rig, size: int) -> bool:
    """Whether so many workers share all partitions; on the embedded broker, have started."""
    held_by = owners(rig)
    if held_by is None:
        workers = [each for each in rig.processes.values() if each.name.startswith("worker")]
        return all(worker.said("worker started") for worker in workers)
    return held_by.keys() >= {*PLACES} and len({*held_by.values()}) == size


def owners(rig: Rig) -> dict[Place, str] | None:
    """Which member of the group has which partition; {} while it rebalances.

    None on the embedded broker, whose answer the client cannot read.
    """
    from kafka import KafkaAdminClient  # noqa: PLC0415 - the rest needs no client

    if not rig.is_apache:
        return None
    admin = KafkaAdminClient(bootstrap_servers=rig.kafka)
    try:
        group = admin.describe_groups([topics.GROUP])[topics.GROUP]
    finally:
        admin.close()
    if group["group_state"] != "Stable":
        return {}
    return {
        (part["topic"], number): member["member_id"]
        for member in group["members"]
        for part in member["member_assignment"]["assigned_partitions"]
        for number in part["partitions"]
        if (part["topic"], number) in PLACES
    }


class Steps:
    """When each partition's position moved, monotonic s, as a thread sees it in Redis."""

    def __init__(self, rig: Rig) -> None:
        self._settings = Settings.from_env({"BOMNAE_REDIS": rig.env["BOMNAE_REDIS"]})
        self._times: dict[Place, list[float]] = {place: [] for place in PLACES}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._look()))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    async def _look(self) -> None:
        gate = Gate(connect(self._settings, timeout_s=10))
        known: dict[Place, int] = {}
        try:
            while not self._stop.is_set():
                now = await gate.positions(PLACES)
                at_s = time.monotonic()
                for place in PLACES:
                    if now[place] != known.get(place, -1):
                        self._times[place].append(at_s)
                known = now
                await asyncio.sleep(LOOK_S)
        finally:
            await gate.close()

    def stood_s(self, place: Place, since_s: float, until_s: float) -> float:
        """The longest a partition stood within a stretch."""
        inside = [at_s for at_s in list(self._times[place]) if since_s < at_s < until_s]
        moments = [since_s, *inside, until_s]
        return max(b - a for a, b in pairwise(moments))


def moved(folder: Path, broker: Broker, network: Network) -> list[Figure]:
    """How long partitions stand when a second worker comes and when it goes, under load; and when
    none does, which is what this machine alone makes them stand.
    """
    workload = Workload(network, made_works(network, WORKS), partitions=PARTITIONS)
    load = Load(workload, LIVE_PER_S, batch=LIVE_BATCH)
    with _rig(folder, broker) as rig:
        rig.env["BOMNAE_SESSION_S"] = str(Settings().session_s)
        rig.write(workload.permits())
        start(rig, 1)
        with Steps(rig) as steps, _running(load, rig.kafka):
            time.sleep(SETTLED_S)
            still = _stops(rig, steps, lambda: None, 1)
            came = _stops(rig, steps, lambda: rig.start_worker("worker-2"), 2)
            went = _stops(rig, steps, rig.processes.pop("worker-2").stop, 1)
        end_ms = now_ms() // 1000 * 1000 + END_MS
        settings = Settings.from_env({"BOMNAE_PARTITIONS": str(PARTITIONS)})
        rig.write({(topic, at): [payload] for topic, at, payload in ticks(end_ms, settings)})
        rig.wait_folded(end_ms, WITHIN_S)
        rig.run("audit", "streams", "audit", within_s=WITHIN_S)
    load_is = f"{LIVE_PER_S:,} obs/s over {PARTITIONS} partitions"
    return [
        *_figures(f"nobody comes or goes, {load_is}", still),
        *_figures(f"a second worker comes, {load_is}", came),
        *_figures(f"a second worker goes (SIGTERM), {load_is}", went),
    ]


@contextmanager
def _running(load: Load, address: str) -> Iterator[None]:
    """The load runs beside the body."""
    loop = asyncio.new_event_loop()
    task = loop.create_task(load.run(address, 10 * WITHIN_S))

    def run() -> None:
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(task)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join()
        loop.close()


def _stops(
    rig: Rig, steps: Steps, change: Callable[[], Any], size: int
) -> tuple[list[float], list[float]]:
    """How long each partition stood while the group became so large: those that stayed with their
    worker, those that moved.
    """
    before, since_s = owners(rig), time.monotonic()
    change()
    wait_until(lambda: is_shared(rig, size), f"a group of {size}", within_s=WITHIN_S)
    time.sleep(SETTLED_S)
    until_s, after = time.monotonic(), owners(rig)
    stayed: list[float] = []
    gone: list[float] = []
    for place in PLACES:
        is_same = before is None or after is None or before[place] == after[place]
        (stayed if is_same else gone).append(steps.stood_s(place, since_s, until_s))
    return stayed, gone


def _figures(what: str, stops: tuple[list[float], list[float]]) -> Iterator[Figure]:
    for which, each in zip(("stay", "move"), stops, strict=True):
        if each:
            yield Figure(f"{what}: partitions that {which} stand, p50", percentile(each, 50), "s")
            yield Figure(f"{what}: partitions that {which} stand, most", max(each), "s")
