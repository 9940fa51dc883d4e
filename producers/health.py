"""`python -m producers.health`: whether ticks reach the log; for health checks."""

import sys
import time

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from producers.publisher import connection
from streams import topics
from streams.health_exit import health_exit
from streams.settings import Settings

MAX_AGE_MS = 60_000
_POLL_MS = 5_000
_TICKED = TopicPartition(topics.PERMITS.name, 0)  # has few messages but the ticks


def reason_against(written_ms: int | None, now_ms: int) -> str:
    """Why the log stands, "" when it grows. `written_ms`: when its newest message was written."""
    if written_ms is None:
        return "no tick in the log yet"
    age_ms = now_ms - written_ms
    return (
        f"the newest tick is {age_ms} ms old, at most {MAX_AGE_MS}" if age_ms > MAX_AGE_MS else ""
    )


def newest_ms(settings: Settings) -> int | None:
    """When the newest message of `permits` was written, ms; None in an empty log."""
    consumer = KafkaConsumer(
        **connection(settings), client_id="bomnae-health", bootstrap_timeout_ms=_POLL_MS
    )
    try:
        consumer.assign([_TICKED])
        end = consumer.end_offsets([_TICKED])[_TICKED]
        consumer.seek(_TICKED, max(0, end - 1))
        rows = consumer.poll(timeout_ms=_POLL_MS).get(_TICKED, [])
    finally:
        consumer.close()
    return max((int(row.timestamp) for row in rows), default=None)


def _reason(settings: Settings) -> str:
    return reason_against(newest_ms(settings), time.time_ns() // 1_000_000)


def main() -> int:
    """0 when ticks arrive, 1 with the reason on stderr."""
    return health_exit(_reason, KafkaError)


if __name__ == "__main__":
    sys.exit(main())
