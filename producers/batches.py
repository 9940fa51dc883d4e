"""Records into messages: one batch a target partition, split only where it would not fit."""

from collections import defaultdict
from collections.abc import Iterable

from producers.formats import its, its_events, permits, tago, utic
from producers.formats.answers import Answer, Record
from streams import topics, wire
from streams.domain.records import (
    BusPosition,
    Incident,
    IncidentBatch,
    LinkSpeed,
    Outcome,
    Permit,
    PermitBatch,
    PositionBatch,
    SpeedBatch,
)
from streams.settings import Settings

Published = tuple[str, int, bytes]
"""Topic, partition and payload of one message."""
MAX_MESSAGE_BYTES = 900_000  # under the broker's and the codec's 1 MiB, headers included
TOPICS = {
    tago.FEED: topics.BUS_POSITIONS,
    its.FEED: topics.LINK_SPEEDS,
    its_events.FEED: topics.INCIDENTS,
    utic.FEED: topics.INCIDENTS,
    permits.FEED: topics.PERMITS,
}


def key_of(row: Record) -> str:
    if isinstance(row, BusPosition):
        return f"{row.vehicle} {row.route_id}"
    if isinstance(row, LinkSpeed):
        return row.link_id
    return row.incident_id if isinstance(row, Incident) else row.permit_id


def batches_of(
    feed: str, received_ms: int, answer: Answer, settings: Settings
) -> tuple[Published, ...]:
    """The answer's rows as messages. An unknown answer, or a list of permits with nothing in it,
    says nothing; an empty list of incidents says that there are none.
    """
    topic = TOPICS[feed]
    is_listing = topic is topics.INCIDENTS and answer.outcome is Outcome.EMPTY
    if answer.outcome is Outcome.UNKNOWN and not answer.rows:
        return ()
    if not answer.rows and not is_listing:
        return ()
    if not topic.is_wide:
        return tuple(_split(feed, received_ms, answer.rows, 0, is_complete=answer.is_complete))
    shares: dict[int, list[Record]] = defaultdict(list)
    for row in answer.rows:
        key = row.vehicle if isinstance(row, BusPosition) else key_of(row)
        shares[topics.partition_of(key, settings.partitions)].append(row)
    return tuple(
        message
        for partition in sorted(shares)
        for message in _split(feed, received_ms, tuple(shares[partition]), partition)
    )


def _split(
    feed: str,
    received_ms: int,
    rows: tuple[Record, ...],
    partition: int,
    *,
    is_complete: bool = False,
) -> Iterable[Published]:
    """One message, or several when the rows do not fit; no part of a split list is complete."""
    payload = wire.encode(_batch(feed, received_ms, rows, is_complete=is_complete))
    if len(payload) <= MAX_MESSAGE_BYTES or len(rows) < 2:
        yield (TOPICS[feed].name, partition, payload)
        return
    middle = len(rows) // 2
    for half in (rows[:middle], rows[middle:]):
        yield from _split(feed, received_ms, half, partition)


def _batch(
    feed: str, received_ms: int, rows: tuple[Record, ...], *, is_complete: bool
) -> PositionBatch | SpeedBatch | PermitBatch | IncidentBatch:
    topic = TOPICS[feed]
    if topic is topics.BUS_POSITIONS:
        buses = tuple(row for row in rows if isinstance(row, BusPosition))
        return PositionBatch(feed, received_ms, buses)
    if topic is topics.LINK_SPEEDS:
        speeds = tuple(row for row in rows if isinstance(row, LinkSpeed))
        return SpeedBatch(feed, received_ms, speeds)
    if topic is topics.PERMITS:
        works = tuple(row for row in rows if isinstance(row, Permit))
        return PermitBatch(feed, received_ms, is_complete, works)
    events = tuple(row for row in rows if isinstance(row, Incident))
    return IncidentBatch(feed, received_ms, is_complete, events)
