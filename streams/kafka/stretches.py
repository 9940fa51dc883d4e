"""Whole stretches of the log, read and laid anew: for snapshots."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing, suppress
from types import TracebackType
from typing import Self

import aiokafka
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError

from streams.contract import topics
from streams.contract.errors import LogError
from streams.contract.kafka_login import kafka_login
from streams.contract.settings import Settings
from streams.contract.topic_rules import APPENDED, STAMP, WRITTEN
from streams.contract.topics import MAX_MESSAGE_BYTES, Topic
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


@asynccontextmanager
async def own_times(
    settings: Settings, chosen: Sequence[Topic] = topics.ALL
) -> AsyncIterator[None]:
    """Within it what is laid keeps the time it is given, as from then its retention is counted: the
    broker would stamp it anew. LogError where this user may not change the topics.
    """
    await asyncio.to_thread(_stamped, settings, chosen, WRITTEN)
    try:
        yield
    finally:
        await asyncio.to_thread(_stamped, settings, chosen, APPENDED)


def _stamped(settings: Settings, chosen: Sequence[Topic], by: str) -> None:
    changed = [ConfigResource(ConfigResourceType.TOPIC, x.name, {STAMP: by}) for x in chosen]
    try:
        with closing(KafkaAdminClient(**kafka_login(settings), request_timeout_ms=20_000)) as admin:
            admin.alter_configs(changed)
    except KafkaError as error:
        reason = f"{STAMP} of the topics cannot be set to {by}: {type(error).__name__}"
        raise LogError(f"{reason}. `python -m producers topics --fix` sets it right") from None


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

    async def lay(
        self, place: Place, payloads: Sequence[bytes | None], stamps: Sequence[int] = ()
    ) -> int:
        """Append messages that follow one another; the offset of the first. LogError where somebody
        else writes there as well. `stamps` are their times (ms, 0: now); see `own_times`.
        """
        topic, partition = place
        times = stamps or [0] * len(payloads)
        sent = [
            await self._producer.send(topic, value=x, partition=partition, timestamp_ms=at or None)
            for x, at in zip(payloads, times, strict=True)
        ]
        offsets = [each.offset for each in await asyncio.gather(*sent)]
        if offsets != list(range(offsets[0], offsets[0] + len(offsets))):
            raise LogError(
                f"{topic}/{partition}: somebody else writes into it: stop producers, clock and map "
                "servers"
            )
        return int(offsets[0])
