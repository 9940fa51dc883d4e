"""How much memory Redis needs for so many links and so many days of history.

    python -m bench.sizing [--links 500 2359] [--days 1 7] [--per-hour 8.9] [--partitions 4]

Passes a history of so many changes a link and hour, spread evenly over links and looks, through the
gate into a Redis of its own, and prints what `used_memory` grew by. Every tenth link has works on
it. What is measured is printed as measured.
"""

import argparse
import asyncio
import heapq
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import redis.asyncio as aioredis

from local.services import start_redis
from streams.contract.enums import Certainty, Closure, Level
from streams.contract.times import DAY_MS, HOUR_MS
from streams.contract.topics import LINK_EVENTS, partition_of
from streams.domain.links.history import (
    WHOLE_MS,
    LinksEntry,
    Obstructed,
    history_of,
    packed,
    record,
)
from streams.domain.stage import HistoryRow, Sum
from streams.domain.stages.roadstate import REMEMBER_MS
from streams.state.gate import Gate
from streams.state.keys import home_of

BEGIN_MS = 1_795_305_600_000
LEVELS = (Level.FREE, Level.SLOW, Level.JAM, Level.UNKNOWN)
RUN = 2_000  # entries a call of the gate
OBSTRUCTED = 10  # every so many-th link has works on it
PER_HOUR = 8.9  # changes a link and hour, as the simulated city makes
PARTITIONS = 4  # of the wide topics


def link_ids(links: int) -> list[str]:
    """Names as long as those of TAGO's sections."""
    return [f"CCB{250_000_000 + n}>CCB{250_000_000 + n * 7919 % 100_003}" for n in range(links)]


def history(links: int, days: int, per_hour: float, partitions: int) -> Iterator[HistoryRow]:
    """What every partition's looks tell, one after another."""
    places: list[list[str]] = [[] for _ in range(partitions)]
    for link_id in link_ids(links):
        places[partition_of(link_id, partitions)].append(link_id)
    looks = (looked(ids, days, per_hour, history_of(p)) for p, ids in enumerate(places))
    return heapq.merge(*looks, key=lambda row: row.known_ms)


def looked(ids: list[str], days: int, per_hour: float, subject: str) -> Iterator[HistoryRow]:
    """What the looks at these links tell: those that changed since, at an hour's end all."""
    changes, done = per_hour * REMEMBER_MS / HOUR_MS * len(ids), 0.0
    levels = [0] * len(ids)
    for look in range(days * DAY_MS // REMEMBER_MS):
        known_ms = BEGIN_MS + look * REMEMBER_MS
        numbers = range(int(done), int(done + changes))
        changed = sorted({number * 7 % len(ids) for number in numbers} if len(ids) else ())
        done += changes
        for place in changed:
            levels[place] = (levels[place] + 1) % len(LEVELS)
        is_whole = look == 0 or (known_ms + REMEMBER_MS) % WHOLE_MS == 0
        if is_whole or changed:
            yield HistoryRow(
                subject, known_ms, packed(entry(ids, levels, changed, is_whole=is_whole))
            )


def entry(ids: list[str], levels: list[int], changed: list[int], *, is_whole: bool) -> LinksEntry:
    """An entry as the roads make it."""
    told = range(len(ids)) if is_whole else changed
    records = [
        record(x, LEVELS[levels[x]], Certainty.CONFIRMED, is_kept=not is_whole) for x in told
    ]
    if not is_whole:
        return LinksEntry(records)
    works = {
        place: Obstructed(Closure.PARTIAL, (f"work:2026-{place:05}",))
        for place in range(0, len(ids), OBSTRUCTED)
    }
    return LinksEntry(records, 0, tuple(ids), works)


async def measure(url: str, rows: Iterator[HistoryRow], days: int, partitions: int) -> int:
    """Bytes that `used_memory` grew by for a history of so many days."""
    client: Any = aioredis.from_url(url)
    await client.flushall()
    before = (await client.info("memory"))["used_memory"]
    gate, number = Gate(client, (days + 1) * DAY_MS), 0
    gate.partitions = partitions
    while run := list(islice(rows, RUN)):
        for partition in range(partitions):
            own = [row for row in run if home_of(row.subject, partitions) == partition]
            await _apply(gate, partition, number, own)
        number += 1
    used = (await client.info("memory"))["used_memory"] - before
    await client.aclose()
    return int(used)


def day_mb(folder: Path, links: int, per_hour: float = PER_HOUR) -> float:
    """What a day of so many links takes of a Redis of its own, MB."""
    server, url = start_redis(folder, appendfsync="no")
    try:
        rows = history(links, 1, per_hour, PARTITIONS)
        return asyncio.run(measure(url, rows, 1, PARTITIONS)) / 1e6
    finally:
        server.stop()


class _NoTables:
    """A stage that keeps nothing: the gate is given history alone."""

    tables = ()


async def _apply(gate: Gate, partition: int, offset: int, run: list[HistoryRow]) -> None:
    stage: Any = _NoTables()
    place = (LINK_EVENTS.name, partition)
    await gate.apply(place, offset, offset, stage=stage, effects=Sum(remembered=run))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.sizing", description=__doc__)
    parser.add_argument("--links", type=int, nargs="+", default=[500, 2359])
    parser.add_argument("--days", type=int, nargs="+", default=[1, 7])
    parser.add_argument(
        "--per-hour", type=float, default=PER_HOUR, help="changes a link and hour (8.9)"
    )
    parser.add_argument("--partitions", type=int, default=PARTITIONS, help="of the wide topics (4)")
    wanted = parser.parse_args()
    print("| links | days | changes | bytes a change | MB | MB a day and 1,000 links |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        server, url = start_redis(Path(folder), appendfsync="no")
        try:
            for links in wanted.links:
                for days in wanted.days:
                    rows = history(links, days, wanted.per_hour, wanted.partitions)
                    used = asyncio.run(measure(url, rows, days, wanted.partitions))
                    changes = links * days * 24 * wanted.per_hour
                    cells = (
                        f"{links:,}",
                        days,
                        f"{changes:,.0f}",
                        f"{used / changes:.1f}",
                        f"{used / 1e6:.1f}",
                        f"{used / 1e3 / days / links:.2f}",
                    )
                    print("|", " | ".join(map(str, cells)), "|", flush=True)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
