"""The one place where the bench reads what the worker shows: of each link, and its clock."""

import asyncio
from typing import Any

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
        return {name: view for name, view in picture.links.items() if view is not None}

    return asyncio.run(read())


def clock_ms(client: Any, partitions: int) -> int:
    """Up to which event time every partition of the roads has been folded, 0 before all have."""
    found = client.hmget(CLOCK, [str(number) for number in range(partitions)])
    return min(int(at_ms or 0) for at_ms in found)
