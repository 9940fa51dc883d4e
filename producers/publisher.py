"""Messages into Kafka: every one acknowledged by all replicas, or counted and logged as lost."""

import logging
import threading
from collections import Counter
from collections.abc import Iterable
from typing import Any

from kafka import KafkaAdminClient, KafkaProducer
from kafka.errors import KafkaError

from producers.batches import Published
from producers.formats.privacy import MAX_LETTER_BYTES
from producers.meaning import Letter, Meaning, ticks
from streams import topics
from streams.domain.arrival import REPLAY
from streams.errors import LogError
from streams.kafka_login import kafka_login
from streams.settings import Settings

log = logging.getLogger(__name__)
MAX_WAITING_BYTES = 64 << 20
MAX_WAITING = 100_000
DELIVERY_TIMEOUT_MS = 600_000  # a broker may be away this long before anything is lost
MOST_BACKOFF_MS = 2_000  # the client's 30 s would outlast most restarts
_TOPIC_EXISTS = 36


def connection(settings: Settings) -> dict[str, Any]:
    """The arguments with which a producer's client reaches the cluster."""
    return {**kafka_login(settings), "reconnect_backoff_max_ms": MOST_BACKOFF_MS}


class Publisher:
    """The one way to the log. Messages to one partition keep the order of the calls.

    What waits for the broker is bounded: callers ask `has_room` before they fetch more, so a broker
    that is away pauses the polls instead of losing their answers.
    """

    def __init__(
        self, settings: Settings, producer: KafkaProducer | None = None, *, is_replay: bool = False
    ) -> None:
        """A replay's messages say so: the broker's clock does not bind their time."""
        self._headers = [(REPLAY, b"1")] if is_replay else []
        self._settings = settings
        self._producer = producer or KafkaProducer(
            **connection(settings),
            client_id="bomnae-producers",
            acks="all",
            enable_idempotence=True,
            delivery_timeout_ms=DELIVERY_TIMEOUT_MS,
            max_block_ms=10_000,
            linger_ms=0,
            batch_size=1 << 18,
            max_request_size=(1 << 20) + (1 << 16),
            allow_auto_create_topics=False,
        )
        self._changed = threading.Condition()
        self._waiting = 0
        self._waiting_bytes = 0
        self.sent: Counter[str] = Counter()
        self.lost: Counter[str] = Counter()

    @property
    def has_room(self) -> bool:
        """Whether more may be published now."""
        return self._waiting < MAX_WAITING and self._waiting_bytes < MAX_WAITING_BYTES

    def wait_for_room(self, timeout_s: float = 5.0) -> bool:
        """Wait at most that long for room; whether there is some."""
        with self._changed:
            return self._changed.wait_for(lambda: self.has_room, timeout_s)

    @property
    def waiting(self) -> int:
        """Messages handed over and neither acknowledged nor lost."""
        return self._waiting

    def publish(self, meaning: Meaning) -> None:
        """Hand over the messages in order, then the dead letters."""
        self.send(meaning.messages)
        for letter in meaning.letters:
            self._bury(letter)

    def send(self, messages: Iterable[Published]) -> None:
        """Hand over messages in order; a failure is counted and logged, never raised."""
        for topic, partition, payload in messages:
            self._send(topic, partition, payload, self._headers)

    def tick(self, tick_ms: int) -> None:
        """Write the tick to every partition of the ticked topics."""
        self.send(ticks(tick_ms, self._settings))

    def flush(self, timeout_s: float = 30.0) -> bool:
        """Wait until nothing waits; False when something still does, or was lost."""
        try:
            self._producer.flush(timeout_s)
        except KafkaError as error:
            log.warning("flush failed", extra={"error": str(error), "waiting": self._waiting})
        return self._waiting == 0 and not self.lost

    def close(self, timeout_s: float = 10.0) -> None:
        self.flush(timeout_s)
        if self._waiting:
            log.error("closing with messages unsent", extra={"waiting": self._waiting})
        try:
            self._producer.close(timeout=1.0)
        except KafkaError as error:
            log.warning("close failed", extra={"error": str(error)})

    def _bury(self, letter: Letter) -> None:
        payload, headers = letter.refusal.payload, letter.headers()
        if len(payload) > MAX_LETTER_BYTES - 1024:
            note = f"...[cut: {len(payload)} bytes]".encode()
            payload = payload[: MAX_LETTER_BYTES - 1024] + note
            headers.append(("cut", b"1"))
        self._send(topics.DEAD_LETTERS.name, 0, payload, headers)

    def _send(
        self, topic: str, partition: int, payload: bytes, headers: list[tuple[str, bytes]]
    ) -> None:
        size = len(payload)
        try:
            future = self._producer.send(topic, value=payload, partition=partition, headers=headers)
        except (KafkaError, ValueError, AssertionError) as error:
            self._lose(topic, partition, error)
            return
        with self._changed:
            self._waiting += 1
            self._waiting_bytes += size
        future.add_callback(self._acknowledged, topic, size)
        future.add_errback(self._failed, topic, partition, size)

    def _acknowledged(self, topic: str, size: int, _record: object = None) -> None:
        with self._changed:
            self._waiting -= 1
            self._waiting_bytes -= size
            self._changed.notify_all()
            self.sent[topic] += 1

    def _failed(self, topic: str, partition: int, size: int, error: Exception) -> None:
        with self._changed:
            self._waiting -= 1
            self._waiting_bytes -= size
            self._changed.notify_all()
        self._lose(topic, partition, error)

    def _lose(self, topic: str, partition: int, error: Exception) -> None:
        with self._changed:
            self.lost[topic] += 1
        fields = {
            "topic": topic,
            "partition": partition,
            "error": f"{type(error).__name__} {error}",
        }
        log.error("message lost", extra=fields)


def ensure_topics(settings: Settings) -> list[str]:
    """Create the missing topics and return their names; raises LogError for a wrong partition
    count.
    """
    admin = KafkaAdminClient(**connection(settings), client_id="bomnae-topics")
    try:
        replicas = min(3, len(admin.describe_cluster()["brokers"]))
        found = _partition_counts(admin)
        missing = [topic for topic in topics.ALL if topic.name not in found]
        if missing:
            _create(admin, missing, settings, replicas)
            found = _partition_counts(admin)
    finally:
        admin.close()
    for topic in topics.ALL:
        expected, actual = topic.partitions(settings.partitions), found.get(topic.name, 0)
        if actual != expected:
            raise LogError(f"topic {topic.name} has {actual} partitions, expected {expected}")
    return [topic.name for topic in missing]


def _create(
    admin: KafkaAdminClient, missing: list[topics.Topic], settings: Settings, replicas: int
) -> None:
    """Create topics; one that another process creates meanwhile is fine."""
    wanted = {
        topic.name: {
            "num_partitions": topic.partitions(settings.partitions),
            "replication_factor": replicas,
            "configs": {
                "retention.ms": str(topic.retention_h * 3_600_000),
                "max.message.bytes": str(topics.MAX_MESSAGE_BYTES),
                "message.timestamp.type": "LogAppendTime",  # see streams/domain/arrival.py
            },
        }
        for topic in missing
    }
    created = admin.create_topics(wanted, raise_errors=False)["topics"]
    for topic in created:
        if topic["error_code"] not in (0, _TOPIC_EXISTS):
            raise LogError(f"topic {topic['name']} cannot be created: {topic['error_message']}")
    admin.wait_for_topics(list(wanted))


def _partition_counts(admin: KafkaAdminClient) -> dict[str, int]:
    """The partitions of every topic of ours that exists."""
    names = [topic.name for topic in topics.ALL]
    rows = admin.describe_topics(names)
    return {row["name"]: len(row["partitions"]) for row in rows if row["error_code"] == 0}
