"""`python -m streams.delivery.health`: whether this host's dispatcher takes its turns."""

import asyncio
import socket
import sys
from collections.abc import Mapping

from redis.exceptions import RedisError

from streams.contract import cli
from streams.contract.settings import Settings
from streams.delivery.deciding.keys import DISPATCHERS, LEASE_MS
from streams.state.redis_login import time_ms
from streams.state.store import Store


def reason_against(turns: Mapping[str, int], host: str, now_ms: int) -> str:
    """Why no dispatcher of a host works, "" when one does. `turns`: name -> its last turn, ms."""
    own = [at_ms for name, at_ms in turns.items() if name.startswith(f"{host[:40]}-")]
    if not own:
        return f"no dispatcher of {host} has taken a turn"
    silent_ms = now_ms - max(own)
    return f"its last turn was {silent_ms} ms ago" if silent_ms > LEASE_MS else ""


async def _reason(settings: Settings) -> str:
    store = Store.connect(settings)
    try:
        found = await store.client.zrange(DISPATCHERS, 0, -1, withscores=True)
        now_ms = await time_ms(store.client, DISPATCHERS)
    finally:
        await store.close()
    turns = {name.decode(): int(score) for name, score in found}
    return reason_against(turns, socket.gethostname(), now_ms)


def main() -> int:
    """0 when it does, 1 with the reason on stderr, 2 for settings that are wrong."""
    return cli.health(lambda settings: asyncio.run(_reason(settings)), RedisError)


if __name__ == "__main__":
    sys.exit(main())
