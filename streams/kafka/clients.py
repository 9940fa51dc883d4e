"""How a client of aiokafka is started and stopped, what does not start leaves nothing open; and how
an answer is waited for.
"""

import asyncio
import math
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Protocol, TypeVar

from aiokafka.errors import KafkaError
from kafka.errors import KafkaError as AdminError

KAFKA_AWAY = (KafkaError, AdminError, OSError, TimeoutError)
CLOSE_S = 2.0
SLICE_S = 0.5
T = TypeVar("T")


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
    with suppress(*KAFKA_AWAY, AssertionError):  # the client's word for what it was not ready for
        await asyncio.wait_for(client.stop(), CLOSE_S)


async def answer_within(asking: Coroutine[Any, Any, T], within_s: float) -> T:
    """What a question to log or state comes to; TimeoutError after so long without an answer.

    It is waited for in slices: a machine that stood still wakes with its clock gone on, and that
    counts as one of them. Who is asked may have stood as well, or the answer lies there to be read.
    """
    task = asyncio.ensure_future(asking)
    try:
        for _ in range(math.ceil(within_s / SLICE_S)):
            if (await asyncio.wait({task}, timeout=SLICE_S))[0]:
                return task.result()
        raise TimeoutError
    finally:
        task.cancel()
        await asyncio.wait({task})
        _ = task.cancelled() or task.exception()  # of one that failed too late nobody need hear
