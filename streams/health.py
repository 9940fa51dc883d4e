"""`python -m streams.health`: whether time passes through the whole stream; for health checks.

It says that some worker carries every partition, not that this one does: a worker that hangs is
seen because the clocks of its partitions stand.
"""

import asyncio
import sys
from collections.abc import Mapping

from redis.exceptions import RedisError

from streams.contract import cli
from streams.contract.arrival import MAX_AHEAD_MS
from streams.contract.settings import Settings
from streams.contract.times import MINUTE_MS, now_ms
from streams.domain.stages.roadstate import CLOCK
from streams.state.store import Store

MAX_LAG_MS = MINUTE_MS


def reason_against(clocks: Mapping[str, int], partitions: int, now_ms: int) -> str:
    """Why the stream stands, "" when it moves. `clocks`: partition -> watermark, ms."""
    if silent := [p for p in map(str, range(partitions)) if p not in clocks]:
        return f"no time yet on partition {silent[0]} of link-events"
    slowest, watermark_ms = min(clocks.items(), key=lambda item: item[1])
    lag_ms = now_ms - watermark_ms
    fastest, newest_ms = max(clocks.items(), key=lambda item: item[1])
    if (ahead_ms := newest_ms - now_ms) > MAX_AHEAD_MS:
        return (
            f"the clock of partition {fastest} of link-events is {ahead_ms // MINUTE_MS} min ahead"
        )
    if lag_ms > MAX_LAG_MS:
        return f"partition {slowest} of link-events is {lag_ms} ms behind, at most {MAX_LAG_MS}"
    return ""


async def clocks_of(settings: Settings) -> dict[str, int]:
    """The watermark of each partition of the roads, ms."""
    store = Store.connect(settings)
    try:
        parts = await store.rows(CLOCK, settings.partitions)
    finally:
        await store.close()
    return {name: ms for rows in parts for name, ms in rows.items()}


def _reason(settings: Settings) -> str:
    clocks = asyncio.run(clocks_of(settings))
    return reason_against(clocks, settings.partitions, now_ms())


def main() -> int:
    """0 when time passes, 1 with the reason on stderr, 2 for settings that are wrong."""
    return cli.health(_reason, RedisError)


if __name__ == "__main__":
    sys.exit(main())
