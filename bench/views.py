"""The one place where the bench reads what the worker shows: of each link, and its clock."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from bench.workload import PARTITIONS
from streams.contract.settings import Settings
from streams.domain.links.fold import LinkView
from streams.state.store import CLOCK, Store


def link_views(redis_url: str, partitions: int) -> dict[str, LinkView]:
    """Every link's view as the screens read it."""

    async def read() -> dict[str, LinkView]:
        store = Store.connect(Settings.from_env({"BOMNAE_REDIS": redis_url}))
        try:
            picture = await store.picture(partitions)
        finally:
            await store.close()
        return dict(picture.links)

    return asyncio.run(read())


def clock_ms(client: Any, partitions: int) -> int:
    """Up to which event time every partition of the roads has been folded, 0 before all have."""
    found = client.hmget(CLOCK, [str(number) for number in range(partitions)])
    return min(int(at_ms or 0) for at_ms in found)


async def follow_links(
    redis_url: str,
    links: set[str],
    note: Callable[[str, int], None],
    ready: threading.Event,
    stop: threading.Event,
) -> None:
    """Call `note` with link and observed ms of every view of these links, as the map would hear."""
    store = Store.connect(Settings.from_env({"BOMNAE_REDIS": redis_url}))
    try:
        at = (await store.picture(PARTITIONS)).delta_id
        ready.set()
        while not stop.is_set():
            for delta in await store.deltas_after(at, block_ms=200):
                at = delta.delta_id
                for name in links & delta.links.keys():
                    view = delta.links[name]
                    if view is not None and view.observed_ms is not None:
                        note(name, view.observed_ms)
    finally:
        await store.close()
