"""Faust's consumer, taught to begin where the stored state ends and to hand over whole fetches.

Faust makes a message of every record, and an event and two tasks of every message: more than all
the rest a small one costs. Here what one fetch brings of a partition is one message, whose value is
the records in their order. Topics that have enough waiting are not fetched.

Faust commits offsets past messages that failed (it acks when an agent raises), so a committed
offset is only a hint. The position in Redis moved together with the state: it is the truth. The
topics are without Faust's acks, and what is committed is where the state stands, for those who look
at the lag. This leans on internals of faust-streaming 0.15 (`getmany`, `_to_message`,
`perform_seek`, `_new_offset`, `_fetch_max_wait_ms` and more); a contract test pins them.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from aiokafka.errors import KafkaError
from aiokafka.structs import OffsetAndMetadata, TopicPartition
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from streams.contract.derived import Origin
from streams.contract.errors import LogError
from streams.contract.failpoints import FailAt
from streams.contract.retrying import attempts
from streams.contract.settings import Settings
from streams.kafka.away import AWAY, reason_of, waiting
from streams.kafka.cluster import LogReader
from streams.state.gate import Gate
from streams.worker.metrics import REBUILDS
from streams.worker.waiting import Waiting

log = logging.getLogger(__name__)
WAIT_S = 60.0
PAUSES_S = (0.25, 5.0)
FETCH_WAIT_MS = 50  # Faust hard-codes 1,500 ms, which some brokers wait out
HELD_S = 0.05  # so long is waited for the others while a topic has enough waiting
COMMIT_S = 5.0


@dataclass(frozen=True, slots=True)
class LogSource:
    """What the consumer needs besides Kafka: where the state stands, and what waits for it."""

    settings: Settings
    gate: Gate
    waiting: Mapping[str, Waiting]  # by topic
    fail: FailAt = None


class _Thread(driver.AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS  # noqa: SLF001
        return consumer

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        """Commit; False where Kafka takes no commit now: Faust would end the worker for a hint."""
        named = {
            TopicPartition(*tp): OffsetAndMetadata(offset, "")
            for tp, offset in offsets.items()
            if tp in self.assignment()
        }
        try:
            await asyncio.wait_for(self._ensure_consumer().commit(named), COMMIT_S)
        except (KafkaError, TimeoutError) as error:
            log.warning("offsets are not committed", extra={"error": reason_of(error)})
            return False
        return True


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
        self._generation = -1  # of the group, when positions were last sought
        self._carried: dict[TP, int] = {}  # the offset after the last that the state contains

    def _new_consumer_thread(self) -> _Thread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Any]]:  # noqa: ASYNC109 - Faust's
        """What one fetch brings: a message a partition, whose value is its records."""
        fetched, active = await self._wait_next_records(timeout)
        generation = self.app.consumer_generation_id
        if not fetched or self.should_stop:
            return
        if not self._flows(generation):
            await self._seek_again()
        for tp, records in fetched.items():
            if not self._flows(generation):
                return
            if active is None or tp in active:  # else it was given up meanwhile
                self.app.monitor.track_tp_end_offset(tp, self.highwater(tp))
                yield tp, self._to_message(tp, _whole(records))

    def _flows(self, generation: int) -> bool:
        """Whether what was fetched of a generation of the group is delivered still."""
        return self.flow_active and self.app.consumer_generation_id == generation

    async def _getmany(
        self,
        active_partitions: set[TP] | None,
        timeout: float,  # noqa: ASYNC109 - Faust's
    ) -> Mapping[TP, list[Any]]:
        """Fetch, but nothing of a topic that has enough waiting: it holds up no other."""
        active = active_partitions if active_partitions is not None else set()
        full = {topic for topic, waits in self._source.waiting.items() if waits.is_full}
        wanted = {tp for tp in active if tp.topic not in full}
        if len(wanted) == len(active):
            return await super()._getmany(active_partitions, timeout)
        if wanted:
            return await super()._getmany(wanted, HELD_S)
        await self.sleep(HELD_S)
        return {}

    async def _seek_again(self) -> None:
        """What was fetched while Faust stopped the flow is thrown away, as Faust does."""
        try:
            await self.perform_seek()
        except Exception as error:  # noqa: BLE001 - Faust seeks once more before it goes on
            log.warning("no seek while the flow is stopped", extra={"error": reason_of(error)})

    def carried(self, last: Origin) -> None:
        """The state contains a partition up to here: what is committed next."""
        self._carried[TP(last.topic, last.partition)] = last.offset + 1

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Iterator[TP]:
        assigned = self.assignment() if self._carried else set()
        self._carried = {tp: offset for tp, offset in self._carried.items() if tp in assigned}
        return (tp for tp in self._carried if topics is None or tp in topics or tp.topic in topics)

    def _new_offset(self, tp: TP) -> int | None:
        return self._carried.get(tp)

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
        self._begin_epoch()
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

    def _begin_epoch(self) -> None:
        """In a new generation of the group rows may be of before. From one generation to the next
        nobody else had what this worker keeps; after one that it was not in, somebody may.
        """
        generation = self.app.consumer_generation_id
        if generation != self._generation:
            self._source.gate.forget(is_next=generation == self._generation + 1)
            self._generation = generation

    async def go_back(self, topic: str, partition: int, offset: int) -> None:
        """Deliver from that offset again."""
        tp = TP(topic, partition)
        first = (await self.earliest_offsets(tp))[tp]
        await self.go_to({tp: await self.first_after(tp, offset - 1 if offset else None, first)})

    async def go_to(self, seeks: dict[TP, int]) -> None:
        """Deliver from these offsets; what waits of their partitions will be delivered again."""
        if self._source.fail is not None:
            self._source.fail("before_seek")
        for tp, offset in seeks.items():
            self._carried[tp] = offset
            self._committed_offset.pop(tp, None)  # a commit may go back as well
            if tp.topic in self._source.waiting:
                self._source.waiting[tp.topic].drop((tp.partition,))
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


def _whole(records: Sequence[Any]) -> Any:
    """Records as the value of one, at the offset of the last."""
    return replace(records[-1], key=None, value=records, headers=())


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
