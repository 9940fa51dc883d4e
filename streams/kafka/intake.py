"""What people report goes into the log here: one message, acknowledged or refused."""

import asyncio

import aiokafka
from aiokafka.errors import KafkaError

from streams.contract import wire
from streams.contract.errors import IntakeError
from streams.contract.kafka_login import kafka_login
from streams.contract.records import Message
from streams.contract.settings import Settings
from streams.contract.topics import MAX_MESSAGE_BYTES, Topic
from streams.kafka.clients import answer_within, start, stop

WITHIN_S = 3.0
EXPIRY_MS = 10_000  # a message nobody waits for any more leaves the producer's memory


class Intake:
    """A sender for a few messages a minute; it connects at the first and survives any loss."""

    def __init__(self, settings: Settings, *, within_s: float = WITHIN_S) -> None:
        self._settings = settings
        self._within_s = within_s
        self._producer: aiokafka.AIOKafkaProducer | None = None
        self._connecting = asyncio.Lock()

    async def send(self, topic: Topic, partition: int, message: Message) -> None:
        """Write a message and wait until all replicas have it.

        Raises RecordRefusedError for one that the topic's readers would refuse, and IntakeError
        when the broker has not answered within 3 s: the message may still arrive, so what is sent
        again must bear the same id.
        """
        payload = wire.encode(message)
        wire.decode(payload)
        try:
            sending = self._send(topic, partition, payload)
            await answer_within(sending, self._within_s)
        except (KafkaError, OSError, TimeoutError, AssertionError) as error:
            # AssertionError: the client's word for a topic or partition the cluster does not have
            raise IntakeError(
                f"the log did not take a message for {topic.name}/{partition} "
                f"within {self._within_s} s: {type(error).__name__}"
            ) from None

    async def _send(self, topic: Topic, partition: int, payload: bytes) -> None:
        producer = await self._connected()
        await producer.send_and_wait(topic.name, value=payload, partition=partition)

    async def close(self) -> None:
        """Send what waits, for at most 2 s, and disconnect."""
        if self._producer is not None:
            await stop(self._producer)
            self._producer = None

    async def _connected(self) -> aiokafka.AIOKafkaProducer:
        async with self._connecting:
            if self._producer is None:
                producer = aiokafka.AIOKafkaProducer(
                    **kafka_login(self._settings),
                    client_id="bomnae-maps",
                    acks="all",
                    request_timeout_ms=EXPIRY_MS,
                    max_request_size=MAX_MESSAGE_BYTES,
                )
                await start(producer)  # a time-out cancels here
                self._producer = producer
            return self._producer
