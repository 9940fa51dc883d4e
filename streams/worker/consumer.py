"""Faust's consumer, taught to begin where the stored state ends.

Faust commits offsets past messages that failed (it acks when an agent raises), so a committed
offset is only a hint. The position in Redis moved together with the state: it is the truth. This
leans on internals of faust-streaming 0.15 (`perform_seek`, `_read_offset`, `_fetch_max_wait_ms`); a
contract test pins them.
"""

import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from streams.contract.errors import LogError
from streams.contract.failpoints import FailAt
from streams.contract.retrying import attempts
from streams.contract.settings import Settings
from streams.kafka.away import AWAY, waiting
from streams.kafka.cluster import LogReader
from streams.state.gate import Gate
from streams.worker.metrics import REBUILDS

log = logging.getLogger(__name__)
WAIT_S = 60.0
PAUSES_S = (0.25, 5.0)
FETCH_WAIT_MS = 50  # Faust hard-codes 1,500 ms, which some brokers wait out


@dataclass(frozen=True, slots=True)
class LogSource:
    """What the consumer needs besides Kafka: where the state stands, and how to reach the log."""

    settings: Settings
    gate: Gate
    fail: FailAt = None


class _Thread(driver.AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS  # noqa: SLF001
        return consumer


class _NoReadOffsets(dict[Any, int | None]):
    """Where Faust keeps what it has delivered, and by which it drops what comes again.

    A message in delivery while the consumer is sent back sets it forward again, and everything in
    between would be dropped silently. It remembers nothing: repetitions are the gate's.
    """

    def __missing__(self, key: Any) -> None:
        return None

    def __setitem__(self, key: Any, value: object) -> None:
        """Forget it."""


class PositionConsumer(driver.Consumer):
    """Seeks to the stored positions."""

    def __init__(self, *args: Any, source: LogSource, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._source = source
        self._read_offset = _NoReadOffsets()

    def _new_consumer_thread(self) -> _Thread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)

    async def perform_seek(self) -> None:
        """Go to the message after the stored position of every assigned partition.

        Waits for a store or a broker that is away, but not for ever: Faust gives up for good after
        `broker_request_timeout` (90 s). It then goes on where Kafka says, which is only a hint: the
        agents wait for the store, and the gate sends them back. Raises LogError when the log ends
        before a position: it was truncated or made anew, and all of it would pass for a repetition.
        """
        with suppress(*AWAY):
            async for attempt in attempts(waiting(log, "seek"), PAUSES_S, within_s=WAIT_S):
                with attempt:
                    await self._seek_positions()

    async def _seek_positions(self) -> None:
        assigned = self.assignment()
        gate = self._source.gate
        gate.forget()
        first = await self.earliest_offsets(*assigned)
        ends = await self.highwaters(*assigned)
        seeks = {}
        for tp in assigned:
            position = await gate.position(tp.topic, tp.partition)
            await self._check_end(tp, position, ends[tp])
            seeks[tp] = await self.first_after(tp, position, first[tp])
            if position is None and ends[tp] > seeks[tp]:
                await gate.rebuild((tp.topic, tp.partition), ends[tp] - 1)
                REBUILDS.inc()
        await self.go_to(seeks)

    async def go_back(self, topic: str, partition: int, offset: int) -> None:
        """Deliver from that offset again."""
        tp = TP(topic, partition)
        first = (await self.earliest_offsets(tp))[tp]
        await self.go_to({tp: await self.first_after(tp, offset - 1 if offset else None, first)})

    async def go_to(self, seeks: dict[TP, int]) -> None:
        if self._source.fail is not None:
            self._source.fail("before_seek")
        await self.seek_wait(seeks)  # `seek` would cross into another thread

    async def _check_end(self, tp: Any, position: int | None, end: int) -> None:
        if position is None or end > position or await self._holds(tp, position):
            return
        raise LogError(
            f"{tp.topic}/{tp.partition} ends at offset {end}, the state contains "
            f"{position}: the topic was truncated or made anew"
        )

    async def first_after(self, tp: Any, position: int | None, first: int) -> int:
        """The offset to read next; what retention took before it was read is kept as lost."""
        gate = self._source.gate
        gate.first_offsets[tp.topic, tp.partition] = first
        first = gate.first_offsets[tp.topic, tp.partition]  # the gate may know of a later one
        if position is not None and first > position + 1:
            log.error(
                "the log lost messages before they were read",
                extra={"topic": tp.topic, "partition": tp.partition, "next": first},
            )
            await gate.lose(tp.topic, tp.partition, position + 1, first - 1)
        return max(first, 0 if position is None else position + 1)

    async def _holds(self, tp: Any, offset: int) -> bool:
        """Whether the log has this record after all: the embedded broker understates log ends."""
        async with LogReader(self._source.settings) as reader:
            return await reader.holds((tp.topic, tp.partition), offset)


class PositionTransport(driver.Transport):
    """Faust's Kafka transport with the consumer above."""

    Consumer = PositionConsumer

    def __init__(self, app: Any, source: LogSource) -> None:
        super().__init__(app.conf.broker, app, app.loop)
        self._source = source

    def create_consumer(self, callback: Any, **kwargs: Any) -> PositionConsumer:
        return PositionConsumer(
            self, callback=callback, loop=self.loop, source=self._source, **kwargs
        )
