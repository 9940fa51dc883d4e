"""Faust's consumer, taught to begin where the stored state ends.

Faust commits offsets past messages that failed (it acks when an agent raises), so a committed
offset is only a hint. The position in Redis moved together with the state: it is the truth. This
leans on internals of faust-streaming 0.15 (`perform_seek`, `_read_offset`, `_fetch_max_wait_ms`); a
contract test pins them.
"""

import asyncio
import logging
from typing import Any

import aiokafka
from aiokafka.errors import OffsetOutOfRangeError
from faust.transport.drivers import aiokafka as driver

from streams.errors import LogError
from streams.gate import Gate

log = logging.getLogger(__name__)
PROBE_S = 5.0
FETCH_WAIT_MS = 50  # Faust hard-codes 1,500 ms, which some brokers wait out


class _Thread(driver.AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS  # noqa: SLF001
        return consumer


class PositionConsumer(driver.Consumer):
    """Seeks to the stored positions. `app.gate` must be set before the app starts."""

    def _new_consumer_thread(self) -> _Thread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)

    async def perform_seek(self) -> None:
        """Go to the message after the stored position of every assigned partition.

        Raises LogError when the log ends before the position: it was truncated or made anew, and
        everything in it would pass for a repetition.
        """
        assigned = self.assignment()
        first = await self.earliest_offsets(*assigned)
        ends = await self.highwaters(*assigned)
        gate: Gate = self.app.gate  # type: ignore[attr-defined]
        gate.forget()
        seeks = {}
        for tp in assigned:
            position = await gate.position(tp.topic, tp.partition)
            if (
                position is not None
                and ends[tp] <= position
                and not await self._holds(tp, position)
            ):
                raise LogError(
                    f"{tp.topic}/{tp.partition} ends at offset {ends[tp]}, the state contains "
                    f"{position}: the topic was truncated or made anew"
                )
            seeks[tp] = await self.first_after(tp, position, first[tp])
        await self.seek_wait(seeks)

    async def first_after(self, tp: Any, position: int | None, first: int) -> int:
        """The offset to read next; what retention took before it was read is counted."""
        gate: Gate = self.app.gate  # type: ignore[attr-defined]
        gate.first_offsets[tp.topic, tp.partition] = first
        lost = 0 if position is None else max(0, first - position - 1)
        if lost:
            log.error(
                "the log lost messages before they were read",
                extra={"topic": tp.topic, "partition": tp.partition, "lost": lost, "next": first},
            )
            await gate.count(f"lost {tp.topic}/{tp.partition}", lost)
        return max(first, 0 if position is None else position + 1)

    async def _holds(self, tp: Any, offset: int) -> bool:
        """Whether the log has this record after all: the embedded broker understates log ends."""
        ours: Any = self.transport
        reader = aiokafka.AIOKafkaConsumer(
            bootstrap_servers=driver.server_list(ours.url, ours.default_port),
            auto_offset_reset="none",
            enable_auto_commit=False,
        )
        await reader.start()
        try:
            reader.assign([tp])
            reader.seek(tp, offset)
            found = await asyncio.wait_for(reader.getone(), PROBE_S)
        except (OffsetOutOfRangeError, TimeoutError):
            return False
        finally:
            await reader.stop()
        return bool(found.offset == offset)


class PositionTransport(driver.Transport):
    """Faust's Kafka transport with the consumer above."""

    Consumer = PositionConsumer
