"""`python -m producers letters`: look at the dead letters, the newest last."""

import unicodedata
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from producers.publishing.client import connection
from streams.contract import topics
from streams.contract.settings import Settings
from streams.contract.wire import RULES

_POLL_MS = 3_000
_SHOWN_BYTES = 200


def newest(settings: Settings, count: int) -> list[Any]:
    """The last `count` dead letters as Kafka records."""
    consumer = KafkaConsumer(**connection(settings), client_id="bomnae-letters")
    try:
        place = TopicPartition(topics.DEAD_LETTERS.name, 0)
        consumer.assign([place])
        consumer.seek_to_beginning(place)
        kept: deque[Any] = deque(maxlen=count)
        while rows := consumer.poll(timeout_ms=_POLL_MS).get(place, []):
            kept.extend(rows)
    finally:
        consumer.close()
    return list(kept)


def lines(record: Any) -> Iterator[str]:
    """A dead letter for people: when, code and rule, where from, and how its payload begins."""
    headers = {name: value.decode("utf-8", "replace") for name, value in record.headers or ()}
    code = headers.get("code", "?")
    at = datetime.fromtimestamp((record.timestamp or 0) / 1000, UTC).isoformat(timespec="seconds")
    came_from = (
        headers.get("origin") or f"{headers.get('feed', '?')} -> {headers.get('topic', '?')}"
    )
    yield f"{at}  {code}  {came_from}  offset {record.offset}"
    yield f"    {headers.get('detail') or RULES.get(code, '')}"
    payload = bytes(record.value or b"")
    text = payload[:_SHOWN_BYTES].decode("utf-8", "replace")
    shown = "".join(c if unicodedata.category(c)[0] != "C" else "·" for c in text)
    yield f"    {shown}" + (f" ... ({len(payload)} bytes)" if len(payload) > _SHOWN_BYTES else "")
