"""The topic of the receipts: written after each confirmation, read from its beginning, followed."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import aiokafka
from aiokafka.errors import KafkaError

from streams.contract import topics, wire
from streams.contract.errors import RecordRefusedError
from streams.contract.kafka_login import kafka_login
from streams.contract.records import Message, Receipt, Tick, Undelivered
from streams.contract.settings import Settings
from streams.contract.times import DAY_MS
from streams.delivery.deciding.receipts import Confirmed, forget, note
from streams.kafka.clients import start, stop

log = logging.getLogger(__name__)
KEPT_MS = 8 * DAY_MS  # longer than the outbox keeps an alert and an alert lives
AWAY = (KafkaError, OSError, TimeoutError, AssertionError)
PAUSE_S = 0.5
POLL_MS = 500


class ReceiptLog:
    """All receipts of all endpoints, and the way to write one; waits for a broker that is away."""

    def __init__(self, settings: Settings, now_ms: Callable[[], int]) -> None:
        self._settings = settings
        self._now_ms = now_ms
        self._confirmed: dict[str, dict[str, Confirmed]] = {}
        self._read_to = -1  # the last offset read
        self._moved = asyncio.Event()
        self._producer: aiokafka.AIOKafkaProducer | None = None
        self._connecting = asyncio.Lock()

    def of(self, endpoint: str) -> dict[str, Confirmed]:
        """What an endpoint has confirmed; grows as the topic does."""
        return self._confirmed.setdefault(endpoint, {})

    def note(self, receipt: Receipt) -> None:
        """Know a receipt at once, before it comes back from the topic."""
        note(self.of(receipt.endpoint), receipt)

    def forget(self) -> None:
        """Drop what is older than anything that could be offered again."""
        for confirmed in self._confirmed.values():
            forget(confirmed, self._now_ms() - KEPT_MS)

    async def write(self, topic: topics.Topic, message: Message) -> int:
        """Write a message, however long it takes; its offset. Cancel it to give up."""
        payload = wire.encode(message)
        while True:
            try:
                producer = await self._connected()
                sent = await producer.send_and_wait(topic.name, value=payload, partition=0)
                return int(sent.offset)
            except AWAY as error:
                log.warning("waiting to write to the log", extra={"error": type(error).__name__})
            await asyncio.sleep(PAUSE_S)

    async def barrier(self) -> None:
        """Return when everything that was in the topic at the call has been read.

        A tick is written and waited for: the end a broker names may be an earlier one.
        """
        offset = await self.write(topics.RECEIPTS, Tick(self._now_ms()))
        while self._read_to < offset:
            self._moved.clear()
            await self._moved.wait()

    async def follow(self) -> None:
        """Read the topic from where it was left, for ever."""
        while True:
            consumer = aiokafka.AIOKafkaConsumer(
                **kafka_login(self._settings),
                auto_offset_reset="earliest",
                enable_auto_commit=False,
                fetch_max_wait_ms=100,
            )
            try:
                await consumer.start()
                await self._read(consumer)
            except AWAY as error:
                log.warning("waiting to read receipts", extra={"error": type(error).__name__})
            finally:
                await stop(consumer)
            await asyncio.sleep(PAUSE_S)

    async def _read(self, consumer: Any) -> None:
        place = aiokafka.TopicPartition(topics.RECEIPTS.name, 0)
        consumer.assign([place])
        if self._read_to >= 0:
            consumer.seek(place, self._read_to + 1)
        else:
            await consumer.seek_to_beginning(place)
        while True:
            for records in (await consumer.getmany(timeout_ms=POLL_MS)).values():
                for record in records:
                    self._take(record.value)
                    self._read_to = record.offset
            self._moved.set()

    def _take(self, payload: bytes | None) -> None:
        try:
            message = wire.read(payload, (Receipt, Undelivered, Tick), topics.RECEIPTS.name)
        except RecordRefusedError as refusal:
            log.warning("receipt refused", extra={"code": refusal.code})
            return
        if isinstance(message, Receipt) and message.at_ms > self._now_ms() - KEPT_MS:
            self.note(message)

    async def close(self) -> None:
        """Send what waits, for at most 2 s, and disconnect."""
        if self._producer is not None:
            await stop(self._producer)
            self._producer = None

    async def _connected(self) -> aiokafka.AIOKafkaProducer:
        async with self._connecting:
            if self._producer is None:
                producer = aiokafka.AIOKafkaProducer(
                    **kafka_login(self._settings), client_id="bomnae-dispatch", acks="all"
                )
                await start(producer)
                self._producer = producer
            return self._producer
