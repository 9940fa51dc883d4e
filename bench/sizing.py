"""How much memory Redis needs for so many links and so many days of history.

    python -m bench.sizing [--links 500 2359] [--days 1 7] [--per-hour 8.9]

Passes a history of so many changes a link and hour through the gate into a Redis of its own, and
prints what `used_memory` grew by, an entry and in all. What is measured is printed as measured.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import redis.asyncio as aioredis

from local.services import start_redis
from streams.contract.topics import LINK_EVENTS
from streams.domain.stage import HistoryRow, Sum
from streams.state.gate import Gate

HOUR_MS = 3_600_000
LEVELS = ("free", "slow", "jam", "unknown")
RUN = 2_000  # entries a call of the gate
PER_HOUR = 8.9  # changes a link and hour, as the simulated city makes


def history(links: int, days: int, per_hour: float) -> Iterator[HistoryRow]:
    """Every link changes so often an hour, in turn, with what the history keeps of a link."""
    for number in range(round(days * 24 * per_hour)):
        ms = 1_795_305_600_000 + round(number * HOUR_MS / per_hour)
        row = {
            "level": LEVELS[number % 4],
            "closure": "none",
            "subjects": [],
            "certainty": "confirmed",
        }
        yield from (HistoryRow(f"link:S{n}>S{n + 1}", ms, row) for n in range(links))


async def measure(url: str, links: int, days: int, per_hour: float) -> tuple[int, int]:
    """Entries, and bytes that `used_memory` grew by for them."""
    client: Any = aioredis.from_url(url)
    await client.flushall()
    before = (await client.info("memory"))["used_memory"]
    gate, offset, run = Gate(client, (days + 1) * 24 * HOUR_MS), 0, []
    entries = 0
    for memory in history(links, days, per_hour):
        run.append(memory)
        if len(run) == RUN:
            offset, entries = await _apply(gate, offset, run), entries + len(run)
            run = []
    if run:
        await _apply(gate, offset, run)
        entries += len(run)
    used = (await client.info("memory"))["used_memory"] - before
    await client.aclose()
    return entries, used


def day_mb(folder: Path, links: int, per_hour: float = PER_HOUR) -> float:
    """What a day of so many links takes of a Redis of its own, MB."""
    server, url = start_redis(folder, appendfsync="no")
    try:
        return asyncio.run(measure(url, links, 1, per_hour))[1] / 1e6
    finally:
        server.stop()


class _NoTables:
    """A stage that keeps nothing: the gate is given history alone."""

    tables = ()


async def _apply(gate: Gate, offset: int, run: list[HistoryRow]) -> int:
    stage: Any = _NoTables()
    place = (LINK_EVENTS.name, 0)
    await gate.apply(place, offset, offset, stage=stage, effects=Sum(remembered=run))
    return offset + 1


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.sizing", description=__doc__)
    parser.add_argument("--links", type=int, nargs="+", default=[500, 2359])
    parser.add_argument("--days", type=int, nargs="+", default=[1, 7])
    parser.add_argument(
        "--per-hour", type=float, default=PER_HOUR, help="changes a link and hour (8.9)"
    )
    wanted = parser.parse_args()
    print("| links | days | entries | bytes an entry | MB |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        server, url = start_redis(Path(folder), appendfsync="no")
        try:
            for links in wanted.links:
                for days in wanted.days:
                    entries, used = asyncio.run(measure(url, links, days, wanted.per_hour))
                    cells = (
                        links,
                        days,
                        f"{entries:,}",
                        f"{used / entries:.0f}",
                        f"{used / 1e6:.0f}",
                    )
                    print("|", " | ".join(map(str, cells)), "|", flush=True)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
