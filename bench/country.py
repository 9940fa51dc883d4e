"""Live, as a whole country would be: every link once a minute and thousands of buses a second.

The load is written at its pace while one worker, one broker and one Redis share this machine. What
counts is whether the worker keeps up, on how much of the processors, and whether its memory grows.
"""

import asyncio
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from aiokafka import AIOKafkaProducer

from bench.latency import Load
from bench.results import Figure, percentile
from bench.rig import Broker, Rig, WrongResultError, resident_mb, running_broker
from bench.views import clock_ms, link_views
from bench.workload import PARTITIONS, Workload, made_network
from producers.network.importing import write_network
from streams.contract import topics, wire
from streams.contract.records import BusPosition, PositionBatch
from streams.contract.times import now_ms
from streams.geo.network import Network, Route, Stop
from tests.cities.builder import both_ways
from tests.cities.worlds import STEP_DEG

START_WITHIN_S = 300.0
SETTLE_S = 20.0
BUS_EVERY_S = 10  # between two fixes of one bus
STOPS, WEST = 40, 127.4
JAMMED = 50  # one link in so many
STOPS_S = 50.0  # a bus needs from stop to stop


class Moment(NamedTuple):
    """How things stood in one second: the roads' lag, memory, CPU s used so far in all."""

    at_s: float
    lag_s: float
    worker_mb: float
    cpu_s: dict[str, float]


class CountryLoad(Load):
    """Every link once a minute, 2,000 a message, and `fixes` positions of buses a second.

    Each link has a speed of its own, 35 to 70 km/h, of which a tenth more or less is measured; one
    in fifty is jammed, 5 to 11 km/h.
    """

    def __init__(self, workload: Workload, links: int, fixes: int) -> None:
        super().__init__(workload, links / 60, batch=2_000)
        self._fixes, self._lines = fixes, lines_of(fixes)

    def _speeds(self, names: Sequence[str]) -> list[float]:
        number = np.array(names, np.int64)
        own_kmh = np.where(number % JAMMED == 0, 5 + number % 7, 35 + number % 36)
        measured = own_kmh * self._random.uniform(0.9, 1.1, len(names))
        speeds: list[float] = measured.round(1).tolist()
        return speeds

    async def _probes(self, producer: AIOKafkaProducer, until: float) -> None:
        """The buses, in place of probes: a tenth of them each second, each on its line."""
        begin = time.monotonic()
        while (now_s := time.monotonic()) < until:
            rows: dict[int, list[BusPosition]] = defaultdict(list)
            turn = int(now_s - begin) % BUS_EVERY_S
            for number in range(turn, self._fixes * BUS_EVERY_S, BUS_EVERY_S):
                position = _position(number, number % self._lines, now_s)
                partition = topics.partition_of(position.vehicle, PARTITIONS)
                rows[partition].append(position)
            for partition, batch in rows.items():
                message = PositionBatch("tago.positions", now_ms(), tuple(batch))
                payload = wire.encode(message)
                await producer.send(topics.BUS_POSITIONS.name, payload, partition=partition)
            await asyncio.sleep(1 - (time.monotonic() - begin) % 1)


def lines_of(fixes: int) -> int:
    """Bus lines of a load: as many as leave eighty buses to each."""
    return max(1, fixes * BUS_EVERY_S // 80)


def _position(number: int, line: int, now_s: float) -> BusPosition:
    along = 1 + (number * 0.37 + now_s / STOPS_S) % (STOPS - 2)
    order = int(along)
    lon, lat = round(WEST + STEP_DEG * (along - 1), 6), _latitude(line)
    name, stop = f"bus{number}", f"{line}S{order - 1}"
    return BusPosition(name, f"R{line}", f"{line}", stop, order, now_ms(), lon, lat)


def _latitude(line: int) -> float:
    return round(37.6 + line * 0.001, 6)


def _network(made: Network, lines: int) -> Network:
    """A made network, and beside it straight roads of 40 stops, one a bus line."""
    rows = [
        tuple(
            Stop(f"{line}S{at}", f"정류장 {at}", WEST + STEP_DEG * at, _latitude(line))
            for at in range(STOPS)
        )
        for line in range(lines)
    ]
    usual = {"road_name": "", "length_m": 350, "length_source": "geometry"}
    sections = (link for row in rows for link in both_ways(row, **usual))
    return replace(
        made,
        links=(*made.links, *sections),
        stops=tuple(stop for row in rows for stop in row),
        routes=tuple(
            Route(f"R{n}", f"{n}", tuple(stop.id for stop in row)) for n, row in enumerate(rows)
        ),
    )


def measure(folder: Path, kafka: str, *, links: int, fixes: int, seconds: float) -> list[Figure]:
    """What the load took of this machine."""
    made = made_network(links)
    write_network(_network(made, lines_of(fixes)), folder / "city")
    workload = Workload(made)
    with running_broker(folder / "broker", kafka) as broker:
        moments, start_s = _run(folder, broker, CountryLoad(workload, links, fixes), seconds)
    steady = [moment for moment in moments if moment.at_s > moments[0].at_s + SETTLE_S] or moments
    cpu = {
        name: (used - steady[0].cpu_s[name]) / (steady[-1].at_s - steady[0].at_s)
        for name, used in steady[-1].cpu_s.items()
    }
    what = f"{links:,} links a minute, {fixes:,} bus fixes/s, {seconds / 60:.3g} min"
    third = steady[len(steady) // 3]
    return [
        Figure(f"{what}: lag of the roads, most", max(m.lag_s for m in steady), "s", 5),
        Figure(f"{what}: lag, p95", percentile([m.lag_s for m in steady], 95), "s"),
        Figure(f"{what}: cores in all", sum(cpu.values()), "cores", 1.2),
        *(Figure(f"{what}: of them {name}", cpu[name], "cores") for name in sorted(cpu)),
        Figure(f"{what}: start of the worker", start_s, "s"),
        Figure(f"{what}: worker's memory as it began", moments[0].worker_mb, "MB"),
        Figure(f"{what}: worker's memory at the end", moments[-1].worker_mb, "MB"),
        Figure(f"{what}: worker's memory, most", max(m.worker_mb for m in steady), "MB", 2_000),
        Figure(
            f"{what}: worker's memory, grown in the last two thirds",
            steady[-1].worker_mb - third.worker_mb,
            "MB",
        ),
    ]


def _run(
    folder: Path, broker: Broker, made: CountryLoad, seconds: float
) -> tuple[list[Moment], float]:
    """The moments of the run, one a second, and how long the worker took to start, s;
    WrongResultError where a link was not shown.
    """
    with Rig(folder / "run", broker=broker, network=folder / "city") as rig:
        rig.make_topics()
        begin = time.monotonic()
        worker = rig.start_worker()
        worker.wait_said("worker started", within_s=START_WITHIN_S)
        start_s = time.monotonic() - begin
        moments: list[Moment] = []
        over = threading.Event()
        watching = threading.Thread(target=_watch, args=(rig, moments, over))
        watching.start()
        try:
            asyncio.run(made.run(rig.kafka, seconds))
        finally:
            over.set()
            watching.join()
        rig.wait_folded(made.ticked_ms, 120)
        if seconds > 60:
            _check(rig, made)
    return moments, start_s


def _watch(rig: Rig, moments: list[Moment], over: threading.Event) -> None:
    pid = rig.processes["worker"].pid
    while not over.wait(1):
        if at_ms := clock_ms(rig.redis, PARTITIONS):
            lag_s = (now_ms() - at_ms) / 1000
            moments.append(Moment(time.monotonic(), lag_s, resident_mb(pid), rig.cpu()))


def _check(rig: Rig, made: CountryLoad) -> None:
    views = link_views(rig.env["BOMNAE_REDIS"], PARTITIONS)
    lost = [name for name in made.names if name not in views or views[name].speed_kmh is None]
    if lost:
        raise WrongResultError(f"{len(lost)} of {len(made.names)} links show no speed: {lost[:3]}")
