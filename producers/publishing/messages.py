"""What is to be published: dead letters, ticks, reports, and records as one batch a target
partition, split only where it would not fit.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from producers.feeds import FEEDS
from producers.reading.answers import Answer, Exchange, Record, Refusal
from producers.reading.privacy import refused_body
from streams.contract import topics, wire
from streams.contract.enums import PollOutcome
from streams.contract.records import (
    BusPosition,
    FeedReport,
    Incident,
    IncidentBatch,
    LinkSpeed,
    Permit,
    PermitBatch,
    PositionBatch,
    SpeedBatch,
    Tick,
)
from streams.contract.settings import Settings

MAX_LETTERS = 100  # of one answer: a list of a wrong kind must not flood the topic

Published = tuple[str, int, bytes]
"""Topic, partition and payload of one message."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """What was refused, in `refusal.payload`, and why."""

    feed: str
    refusal: Refusal

    def headers(self) -> list[tuple[str, bytes]]:
        refusal = self.refusal
        pairs = (
            ("code", refusal.code),
            ("topic", FEEDS[self.feed].topic.name),
            ("feed", self.feed),
            ("detail", refusal.detail),
        )
        return [(name, value.encode("utf-8", "replace")) for name, value in pairs]


@dataclass(frozen=True, slots=True)
class Output:
    """What to publish: messages in order, and dead letters."""

    messages: tuple[Published, ...] = ()
    letters: tuple[DeadLetter, ...] = ()


def letters_of(
    feed: str, exchange: Exchange, answer: Answer, settings: Settings
) -> tuple[DeadLetter, ...]:
    """The dead letters of one answer, at most a hundred; of an unreadable one its beginning."""
    refused = [*answer.refused, *answer.left_out]
    if answer.outcome is PollOutcome.UNKNOWN and not refused and exchange.status:
        secrets = settings.secrets()
        refused = [refused_body(exchange.body, answer.code, answer.detail, secrets)]
    if len(refused) > MAX_LETTERS:
        last = refused[MAX_LETTERS - 1]
        more = f"and {len(refused) - MAX_LETTERS} more of this answer; {last.detail}"
        refused = [*refused[: MAX_LETTERS - 1], replace(last, detail=more[:200])]
    return tuple(DeadLetter(feed, refusal) for refusal in refused)


def ticks(tick_ms: int, settings: Settings) -> tuple[Published, ...]:
    """The tick, once for every partition of every ticked topic."""
    payload = wire.encode(Tick(tick_ms))
    return tuple(
        (topic.name, partition, payload)
        for topic in topics.TICKED
        for partition in range(topic.partitions(settings.partitions))
    )


def report_message(report: FeedReport) -> Published:
    return topics.FEED_REPORTS.name, 0, wire.encode(report)


def unknown_report(
    feed: str,
    code: str,
    detail: str,
    settings: Settings,
    received_ms: int,
    *,
    is_stopped: bool = False,
) -> Published:
    """The report of a feed of which nothing is known, and why."""
    return report_message(
        FeedReport(
            feed=feed,
            outcome=PollOutcome.UNKNOWN,
            received_ms=received_ms,
            poll_ms=FEEDS[feed].poll_ms(settings),
            code=code,
            detail=detail[:200],
            is_stopped=is_stopped,
            is_simulated=settings.simulated,
        )
    )


Batch = PositionBatch | SpeedBatch | PermitBatch | IncidentBatch
MAX_MESSAGE_BYTES = 900_000  # under the broker's and the codec's 1 MiB, headers included


def key_of(row: Record) -> str:
    if isinstance(row, BusPosition):
        return f"{row.vehicle} {row.route_id}"
    if isinstance(row, LinkSpeed):
        return row.link_id
    return row.incident_id if isinstance(row, Incident) else row.permit_id


def batches_of(
    feed: str, received_ms: int, answer: Answer, settings: Settings
) -> tuple[Published, ...]:
    """The answer's rows as messages. An unknown answer and an empty list of permits have none; an
    empty list of incidents has one, which ends those that ran.
    """
    topic = FEEDS[feed].topic
    is_listing = topic is topics.INCIDENTS and answer.outcome is PollOutcome.EMPTY
    if not answer.rows and not is_listing:
        return ()
    shares: dict[int, list[Record]] = defaultdict(list)
    for row in answer.rows:
        key = row.vehicle if isinstance(row, BusPosition) else key_of(row)
        shares[topics.partition_of(key, settings.partitions) if topic.is_wide else 0].append(row)
    if is_listing:
        shares.setdefault(0, [])
    return tuple(
        (topic.name, partition, wire.encode(message))
        for partition in sorted(shares)
        for message in _messages(feed, received_ms, tuple(shares[partition]), answer)
    )


def _messages(
    feed: str, received_ms: int, rows: tuple[Record, ...], answer: Answer
) -> Iterable[Batch]:
    """The rows as one message, or as several where they do not fit: parts of a complete list say
    which of how many they are.
    """
    batches = _split(feed, received_ms, rows)
    for at, batch in enumerate(batches):
        if not isinstance(batch, PermitBatch | IncidentBatch) or not answer.is_complete:
            yield batch
        elif len(batches) == 1:
            yield replace(batch, is_complete=True)
        else:
            yield replace(batch, part=at, parts=len(batches))


def _split(feed: str, received_ms: int, rows: tuple[Record, ...]) -> list[Batch]:
    """The rows as one batch, or as several in order when they do not fit into a message."""
    batch = _batch(feed, received_ms, rows)
    parts = -(-len(wire.encode(batch)) // MAX_MESSAGE_BYTES)
    if parts < 2 or len(rows) < 2:
        return [batch]
    each = -(-len(rows) // parts)
    runs = [rows[at : at + each] for at in range(0, len(rows), each)]
    return [part for run in runs for part in _split(feed, received_ms, run)]


def _batch(feed: str, received_ms: int, rows: tuple[Record, ...]) -> Batch:
    kind = FEEDS[feed].row
    if kind is BusPosition:
        buses = tuple(row for row in rows if isinstance(row, BusPosition))
        return PositionBatch(feed, received_ms, buses)
    if kind is LinkSpeed:
        speeds = [row for row in rows if isinstance(row, LinkSpeed)]
        return SpeedBatch.of(feed, received_ms, speeds)
    if kind is Permit:
        works = tuple(row for row in rows if isinstance(row, Permit))
        return PermitBatch(feed, received_ms, is_complete=False, rows=works)
    events = tuple(row for row in rows if isinstance(row, Incident))
    return IncidentBatch(feed, received_ms, is_complete=False, rows=events)
