"""Records into messages: one batch a target partition, split only where it would not fit."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from producers.feeds import gtfs_rt, its_events, utic
from producers.feeds import its_speeds as its
from producers.feeds.permits import rows as permits
from producers.feeds.tago import positions as tago
from producers.reading.anonymous import Record
from producers.reading.answers import Answer
from streams.contract import topics, wire
from streams.contract.records import (
    BusPosition,
    Incident,
    IncidentBatch,
    LinkSpeed,
    Permit,
    PermitBatch,
    PollOutcome,
    PositionBatch,
    SpeedBatch,
)
from streams.contract.settings import Settings

Batch = PositionBatch | SpeedBatch | PermitBatch | IncidentBatch
Published = tuple[str, int, bytes]
"""Topic, partition and payload of one message."""
MAX_MESSAGE_BYTES = 900_000  # under the broker's and the codec's 1 MiB, headers included
TOPICS = {
    tago.FEED: topics.BUS_POSITIONS,
    gtfs_rt.FEED: topics.BUS_POSITIONS,
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
    is_listing = topic is topics.INCIDENTS and answer.outcome is PollOutcome.EMPTY
    if not answer.rows and not is_listing:
        return ()
    if not topic.is_wide:
        return tuple(_listed(feed, received_ms, answer))
    shares: dict[int, list[Record]] = defaultdict(list)
    for row in answer.rows:
        key = row.vehicle if isinstance(row, BusPosition) else key_of(row)
        shares[topics.partition_of(key, settings.partitions)].append(row)
    return tuple(
        (topic.name, partition, wire.encode(batch))
        for partition in sorted(shares)
        for batch in _split(_batch(feed, received_ms, tuple(shares[partition])))
    )


def _listed(feed: str, received_ms: int, answer: Answer) -> Iterable[Published]:
    """A list as one message, or as parts that say which of how many they are."""
    batches = _split(_batch(feed, received_ms, answer.rows))
    for at, batch in enumerate(batches):
        whole = _said_whole(batch, at, len(batches)) if answer.is_complete else batch
        yield (TOPICS[feed].name, 0, wire.encode(whole))


def _said_whole(batch: Batch, at: int, parts: int) -> Batch:
    """The batch as a complete list, or as one part of it."""
    if not isinstance(batch, PermitBatch | IncidentBatch):
        return batch
    is_alone = parts == 1
    return replace(batch, is_complete=True) if is_alone else replace(batch, part=at, parts=parts)


def _split(batch: Batch) -> list[Batch]:
    """The batch, or several in order when its rows do not fit into a message."""
    parts = -(-len(wire.encode(batch)) // MAX_MESSAGE_BYTES)
    if parts < 2 or len(batch.rows) < 2:
        return [batch]
    each = -(-len(batch.rows) // parts)
    runs = [batch.rows[at : at + each] for at in range(0, len(batch.rows), each)]
    return [part for run in runs for part in _split(replace(batch, rows=run))]  # type: ignore[arg-type]


def _batch(feed: str, received_ms: int, rows: tuple[Record, ...]) -> Batch:
    topic = TOPICS[feed]
    if topic is topics.BUS_POSITIONS:
        buses = tuple(row for row in rows if isinstance(row, BusPosition))
        return PositionBatch(feed, received_ms, buses)
    if topic is topics.LINK_SPEEDS:
        speeds = tuple(row for row in rows if isinstance(row, LinkSpeed))
        return SpeedBatch(feed, received_ms, speeds)
    if topic is topics.PERMITS:
        works = tuple(row for row in rows if isinstance(row, Permit))
        return PermitBatch(feed, received_ms, is_complete=False, rows=works)
    events = tuple(row for row in rows if isinstance(row, Incident))
    return IncidentBatch(feed, received_ms, is_complete=False, rows=events)
