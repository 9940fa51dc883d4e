"""`python -m producers.health`: whether ticks reach the log (`--polls`: whether polls do); for
health checks.
"""

import sys
import time
from collections.abc import Iterable
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from producers.feeds import polled
from producers.publishing.client import connection
from producers.publishing.refused import HELD, REFUSED, SIZE
from producers.reading.privacy import may_take_plates
from streams.contract import cli, topics, wire
from streams.contract.errors import RecordRefusedError
from streams.contract.records import FeedReport, Tick
from streams.contract.settings import Settings
from streams.contract.times import now_ms
from streams.contract.wire import MAX_AHEAD_MS

MAX_AGE_MS = 60_000
_POLL_MS = 5_000
_TICKED = TopicPartition(topics.PERMITS.name, 0)  # has few messages but the ticks
_REPORTED = TopicPartition(topics.FEED_REPORTS.name, 0)
_NOT_TAKEN = frozenset({SIZE, REFUSED, HELD})


def reason_against(newest_ms: int | None, now_ms: int) -> str:
    """Why the log stands, "" when it grows. `newest_ms`: the time of its newest tick, the later of
    when it was written and what it says.
    """
    if newest_ms is None:
        return "no tick in the log yet"
    age_ms = now_ms - newest_ms
    if age_ms < -MAX_AHEAD_MS:
        return (
            f"the clock is {-age_ms // 60_000} min ahead: the newest tick is of {-age_ms} ms hence"
        )
    return (
        f"the newest tick is {age_ms} ms old, at most {MAX_AGE_MS}" if age_ms > MAX_AGE_MS else ""
    )


def reason_of_polls(reports: Iterable[FeedReport], patience_ms: int, now_ms: int) -> str:
    """Why the polls are not well, "" when they are: none is reported for so long, or Kafka takes
    nothing of a feed. What the portals answer is no fault of the polls.
    """
    newest: dict[str, FeedReport] = {}
    for report in reports:
        newest[report.feed] = report
    last_ms = max((report.received_ms for report in newest.values()), default=0)
    if now_ms - last_ms > patience_ms:
        return f"no poll is reported for {patience_ms} ms"
    if last_ms - now_ms > MAX_AHEAD_MS:
        return f"the clock is {(last_ms - now_ms) // 60_000} min ahead: the newest poll is of then"
    bad = [f"{r.feed} {r.code}" for r in newest.values() if r.code in _NOT_TAKEN]
    return f"Kafka does not take what was read: {', '.join(bad)}" if bad else ""


def _read(settings: Settings, place: TopicPartition, last: int) -> list[Any]:
    """The last so many records of a partition."""
    consumer = KafkaConsumer(
        **connection(settings), client_id="bomnae-health", bootstrap_timeout_ms=_POLL_MS
    )
    rows: list[Any] = []
    try:
        consumer.assign([place])
        end = consumer.end_offsets([place])[place]
        consumer.seek(place, max(0, end - last))
        deadline_s = time.monotonic() + _POLL_MS / 1000
        while consumer.position(place) < end and time.monotonic() < deadline_s:
            rows += consumer.poll(timeout_ms=1_000).get(place, [])
    finally:
        consumer.close()
    return rows


def _decoded(rows: Iterable[Any]) -> Iterable[Any]:
    for row in rows:
        try:
            yield wire.decode(row.value)
        except RecordRefusedError:
            continue


def _clock_reason(settings: Settings) -> str:
    rows = _read(settings, _TICKED, 1)
    ticked_ms = [message.tick_ms for message in _decoded(rows) if isinstance(message, Tick)]
    newest_ms = max((*(int(row.timestamp) for row in rows), *ticked_ms), default=None)
    return reason_against(newest_ms, now_ms())


def _polls_reason(settings: Settings) -> str:
    """Judged on as many records as two of the shortest periods and a minute may have."""
    may = may_take_plates(settings)
    asked = [feed for feed in polled(settings) if may or not feed.names_vehicles]
    if not asked:
        return ""  # answers are pushed, or their feeds stopped: silence is no fault
    patience_ms = 2 * min(feed.poll_ms(settings) for feed in asked) + MAX_AGE_MS
    rows = _read(settings, _REPORTED, 2 * patience_ms // settings.tick_ms + 200)
    reports = [message for message in _decoded(rows) if isinstance(message, FeedReport)]
    return reason_of_polls(reports, patience_ms, now_ms())


def main(arguments: list[str]) -> int:
    """0 when ticks (with `--polls`: polls) arrive, 1 with the reason on stderr, 2 for settings
    that are wrong.
    """
    reason_of = _polls_reason if "--polls" in arguments else _clock_reason
    return cli.health(reason_of, KafkaError)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
