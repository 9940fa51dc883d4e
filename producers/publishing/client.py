"""The client of kafka-python as the producers use it."""

from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError

from streams.contract.kafka_login import kafka_login
from streams.contract.settings import Settings
from streams.contract.topic_rules import MAX_REQUEST_BYTES

DELIVERY_TIMEOUT_MS = 600_000  # a broker may be away this long before its client is made anew
MOST_BACKOFF_MS = 2_000  # the client's 30 s would outlast most restarts
TOPIC_MS = 2_000  # a topic that is not there holds up the others for so long, once in a while


def connection(settings: Settings) -> dict[str, Any]:
    """The arguments with which a producer's client reaches the cluster."""
    return {**kafka_login(settings), "reconnect_backoff_max_ms": MOST_BACKOFF_MS}


def client_of(settings: Settings) -> KafkaProducer:
    """A client of kafka-python that repeats nothing and reorders nothing."""
    return KafkaProducer(
        **connection(settings),
        client_id="bomnae-producers",
        acks="all",
        enable_idempotence=True,
        max_in_flight_requests_per_connection=1,
        delivery_timeout_ms=DELIVERY_TIMEOUT_MS,
        max_block_ms=TOPIC_MS,
        linger_ms=0,
        batch_size=1 << 18,
        max_request_size=MAX_REQUEST_BYTES,
        allow_auto_create_topics=False,
    )


def shut(client: KafkaProducer, timeout_s: float) -> None:
    """Close a client for good: none of its callbacks runs afterwards."""
    try:
        client.close(timeout=timeout_s)
    except KafkaError:  # it waits for what will not come
        client._sender.force_close()  # noqa: SLF001 - `close` has no way that does not wait
    client._sender.join(5.0)  # noqa: SLF001
