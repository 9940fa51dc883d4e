"""Whole stretches of the log, read and laid anew: for snapshots."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

import aiokafka

from streams.contract.errors import LogError
from streams.contract.kafka_login import kafka_login
from streams.contract.settings import Settings
from streams.contract.topics import MAX_MESSAGE_BYTES
from streams.kafka.clients import start
from streams.kafka.cluster import LogReader, Place, Record

QUIET_S = 0.3  # the embedded broker understates an end: what comes within this is there too
MANY = 2_000
CLOSE_S = 5.0


async def stretch(
    reader: LogReader, place: Place, first: int, end: int
) -> AsyncIterator[list[Record]]:
    """The messages of a partition from `first` on, at least up to `end` where the log has them.

    LogError where it gives none of those it says it has.
    """
    reader.begin({place: first})
    at = first
    while at < end:
        records = await reader.next_of(place, most=MANY)
        at = records[-1].offset + 1
        yield records
    with suppress(LogError):
        yield await reader.next_of(place, within_s=QUIET_S, most=MANY)


class LogLayer:
    """Lays messages into the log in their order; use it as an async context."""

    def __init__(self, settings: Settings) -> None:
        self._producer = aiokafka.AIOKafkaProducer(
            **kafka_login(settings),
            client_id="bomnae-restore",
            acks="all",
            max_request_size=MAX_MESSAGE_BYTES,
            linger_ms=5,
        )

    async def __aenter__(self) -> Self:
        await start(self._producer)
        return self

    async def __aexit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        await asyncio.wait_for(self._producer.stop(), CLOSE_S)

    async def lay(self, place: Place, payloads: Sequence[bytes | None]) -> int:
        """Append messages that follow one another; the offset of the first. LogError where somebody
        else writes there as well.
        """
        topic, partition = place
        sent = [await self._producer.send(topic, value=x, partition=partition) for x in payloads]
        offsets = [each.offset for each in await asyncio.gather(*sent)]
        if offsets != list(range(offsets[0], offsets[0] + len(offsets))):
            raise LogError(
                f"{topic}/{partition}: somebody else writes into it: stop producers, clock and map "
                "servers"
            )
        return int(offsets[0])
