"""How a client of aiokafka is started and stopped: what does not start leaves nothing open."""

import asyncio
from contextlib import suppress
from typing import Protocol

from streams.kafka.away import AWAY

CLOSE_S = 2.0


class Client(Protocol):
    """A consumer or a producer."""

    async def start(self) -> None: ...
    async def stop(self) -> None: ...


async def start(client: Client) -> None:
    """Connect; where that fails, or is cancelled as by a time-out, the client is stopped first."""
    try:
        await client.start()
    except BaseException:
        await stop(client)
        raise


async def stop(client: Client) -> None:
    """Send what waits, for at most 2 s, and disconnect; a broker that is away is no error."""
    with suppress(*AWAY, AssertionError):  # the client's word for what it was not ready for
        await asyncio.wait_for(client.stop(), CLOSE_S)
