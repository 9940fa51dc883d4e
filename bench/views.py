"""The one place where the bench reads what the worker shows: of each link, and its clock."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from bench.workload import PARTITIONS
from local import held
from streams.contract.settings import Settings
from streams.domain.links.fold import LinkView
from streams.state.store import Store


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
    found = held.numbers(client, "clock", partitions)
    return min(found.values()) if len(found) == partitions else 0


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
        at = (await store.picture(PARTITIONS)).places
        ready.set()
        while not stop.is_set():
            deltas, at, *_ = await store.deltas_after(at, block_ms=200)
            for delta in deltas:
                for name in links & delta.links.keys():
                    view = delta.links[name]
                    if view is not None and view.observed_ms is not None:
                        note(name, view.observed_ms)
    finally:
        await store.close()
