"""The rows of the bench: what each is called, and how much of it a quick run measures."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench import (
    buses,
    contest,
    country,
    demo,
    growth,
    latency,
    painted,
    readers,
    recovery,
    results,
    sizing,
    steps,
    webhooks,
    workers,
)
from bench.contest import Plan
from bench.results import Figure, percentile
from bench.rig import running_broker
from bench.web import run as web

Measure = Callable[[Path, str, bool], list[Figure]]
LINKS = 5_000
QUICK = Plan(warm=2_000, probe=2_000, seconds=0.5, most=20_000)
FULL = Plan(warm=10_000, probe=10_000, seconds=4)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `is_extra` ones take too long to be in every run, and are asked for by name."""

    title: str
    measure: Measure
    is_extra: bool = False


def _throughput(folder: Path, kafka: str, is_quick: bool) -> list[Figure]:  # noqa: FBT001
    plan, count = (QUICK, 1) if is_quick else (FULL, 3)
    return contest.measure(folder, kafka, plan, count, 500 if is_quick else LINKS)


def _embedded(folder: Path, _kafka: str, is_quick: bool) -> list[Figure]:  # noqa: FBT001
    return contest.measure_alone(folder, "embedded", QUICK if is_quick else FULL, LINKS)


def _steps(_folder: Path, _kafka: str, is_quick: bool) -> list[Figure]:  # noqa: FBT001
    if is_quick:
        return steps.measure(500, 250, 20_000)
    return [
        *steps.measure(LINKS, 250, 1_000_000),
        *steps.measure(LINKS, 2_000, 1_000_000),
        *steps.measure(LINKS, 1, 100_000),
    ]


def _latency(folder: Path, kafka: str, is_quick: bool) -> list[Figure]:  # noqa: FBT001
    """At the load of a city that reports each link once a minute, and at half of what the
    throughput row has found, 5,000/s where it has not been measured.
    """
    loads = {"city load": LINKS / 60, "half load": _half()}
    found = []
    with running_broker(folder / "broker", kafka) as broker:
        for name, per_s in loads.items():
            own = contest.fresh(folder)
            late = latency.measure(own, broker, per_s=per_s, seconds=3 if is_quick else 15)
            what = f"event to Redis, {name}, {results.shown(per_s)} obs/s"
            goal = 50.0 if name == "city load" else None
            found += [
                Figure(f"{what}: p50", percentile(late, 50), "ms"),
                Figure(f"{what}: p95", percentile(late, 95), "ms"),
                Figure(f"{what}: p99", percentile(late, 99), "ms", goal),
            ]
    return found


def _half() -> float:
    row = results.read().get("throughput")
    name = contest.BY_THE_CLOCK.format("250 a message")
    known = [f.value for f in row.figures if f.name == name and f.value] if row else []
    return known[0] / 2 if known else 5_000.0


def _painted(folder: Path, kafka: str, is_quick: bool) -> list[Figure]:  # noqa: FBT001
    return painted.measure(folder, kafka, 10 if is_quick else 20, 500 if is_quick else _half())


def _links(folder: Path, kafka: str, is_quick: bool) -> list[Figure]:  # noqa: FBT001
    sizes = (500, 1_000) if is_quick else (5_000, 50_000, 500_000, 1_500_000)
    return growth.by_links(folder, kafka, sizes, 0.5 if is_quick else 4)


def _country(folder: Path, kafka: str, is_quick: bool) -> list[Figure]:  # noqa: FBT001
    """Korea's standard node-link, each link once a minute."""
    if is_quick:
        return country.measure(folder, kafka, links=5_000, fixes=50, seconds=10)
    return country.measure(folder, kafka, links=1_549_618, fixes=4_000, seconds=600)


def _works(folder: Path, kafka: str, is_quick: bool) -> list[Figure]:  # noqa: FBT001
    links, counts = (500, (5, 50)) if is_quick else (50_000, (200, 5_000, 50_000))
    return growth.by_works(folder, kafka, links, counts)


def _buses(folder: Path, kafka: str, is_quick: bool) -> list[Figure]:  # noqa: FBT001
    vehicles, steps = (100, 3) if is_quick else (4_000, 12)
    return buses.measure(folder, kafka, vehicles, steps, is_audited=True)


def _workers(folder: Path, kafka: str, is_quick: bool) -> list[Figure]:  # noqa: FBT001
    count, links = (20_000, 500) if is_quick else (1_000_000, LINKS)
    return workers.measure(folder, kafka, count, links)


def _recovery(folder: Path, kafka: str, is_quick: bool) -> list[Figure]:  # noqa: FBT001
    return recovery.measure(folder, kafka, 5 if is_quick else 60)


def _day(folder: Path, kafka: str, is_quick: bool) -> list[Figure]:  # noqa: FBT001
    return recovery.measure(folder, kafka, 10 if is_quick else 1440)


def _history(folder: Path, _kafka: str, is_quick: bool) -> list[Figure]:  # noqa: FBT001
    links = 100 if is_quick else 1_000
    what = f"Redis' memory for a day's history of {links:,} links"
    return [Figure(what, sizing.day_mb(folder, links), "MB", 20 * links / 1_000)]


def _readers(_folder: Path, _kafka: str, is_quick: bool) -> list[Figure]:  # noqa: FBT001
    clients, seconds = (20, 5) if is_quick else (300, 15)
    return readers.measure(clients, seconds, LINKS)


def _web(_folder: Path, _kafka: str, is_quick: bool) -> list[Figure]:  # noqa: FBT001
    return web.measure(6 if is_quick else 25, LINKS, 2_500)


def _province(_folder: Path, _kafka: str, is_quick: bool) -> list[Figure]:  # noqa: FBT001
    """Each link changes once a minute, as polls bring it."""
    return web.measure(6 if is_quick else 30, 13_000 if is_quick else 100_000, share=1 / 60)


def _demo(_folder: Path, _kafka: str, _is_quick: bool) -> list[Figure]:  # noqa: FBT001
    return demo.measure()


def _webhooks(folder: Path, kafka: str, is_quick: bool) -> list[Figure]:  # noqa: FBT001
    return webhooks.figures(folder, kafka, seconds=3 if is_quick else 15)


ROWS = {
    "throughput": Row("observations folded, in turns with others on the same log", _throughput),
    "embedded": Row("the same on the embedded broker of `make demo`", _embedded),
    "steps": Row("where an observation's time goes, by the worker's steps", _steps),
    "latency": Row("from an observation in Kafka to a reader of Redis", _latency),
    "painted": Row("from a portal's answer to the painted link, the whole pipe", _painted),
    "links": Row("as the network grows, 2,000 a message", _links),
    "works": Row("as works grow, 2,000 a message", _works),
    "buses": Row("positions of buses, beside speeds, permits, incidents and calls", _buses),
    "workers": Row("workers of one group, and how long partitions stand as one comes", _workers),
    "recovery": Row("start, crash, FLUSHALL", _recovery),
    "history": Row("what is kept of the past", _history),
    "readers": Row("the map server with many readers", _readers),
    "web": Row("the map in Chromium, 5,000 links, 2,500 works, 300 buses", _web),
    "province": Row("the map in Chromium, 100,000 links", _province),
    "webhooks": Row("from an event in Kafka to the signed POST received", _webhooks),
    "demo": Row("`make demo` from a warm cache", _demo),
    "country": Row("ten minutes of a whole country, live", _country, is_extra=True),
    "day": Row("a day of the simulated city", _day, is_extra=True),
}
