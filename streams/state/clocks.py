"""How far time has come in each partition of the roads, and whether it moves."""

from collections.abc import Mapping

from streams.contract.arrival import MAX_AHEAD_MS
from streams.contract.settings import Settings
from streams.contract.times import MINUTE_MS
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
