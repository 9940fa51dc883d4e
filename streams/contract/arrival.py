"""When a message came into the log, by the broker's clock: what its own time is held against.

Where a topic keeps `LogAppendTime` the broker writes that time into every record, so a rule on it
is a function of the log, and whoever folds the log again decides the same. A producer's own time
says nothing of a producer's clock: it is not used, and neither is the reader's clock.
"""

from collections.abc import Sequence

from streams.contract import records as rec
from streams.contract.crew_link import CrewLink
from streams.contract.dataset import DatasetPage, DatasetReport
from streams.contract.records import Message

MAX_AHEAD_MS = 120_000
LOG_APPEND_TIME = 1  # Kafka's timestamp type; 0 is the producer's own
REPLAY = "replay"
"""The header of a replayed recording: its time is another day's, and no clock is wrong."""

_MACHINES = (
    rec.PositionBatch,
    rec.SpeedBatch,
    rec.PermitBatch,
    rec.IncidentBatch,
    rec.FeedReport,
    DatasetReport,
    DatasetPage,
)


def appended_ms(
    timestamp_ms: float, timestamp_type: int, headers: Sequence[tuple[str, bytes]]
) -> int | None:
    """When the broker took a record in; None where the record does not say, or is a replay's."""
    if timestamp_type != LOG_APPEND_TIME:
        return None
    if headers and any(name == REPLAY for name, _ in headers):
        return None
    return round(timestamp_ms)


def ahead_ms(message: Message, appended: int | None) -> int:
    """How far a clock's or a feed's message is ahead of its arrival, where that is too far; else 0.

    What people report is taken whatever their machine's clock shows: nobody would report it again.
    """
    if appended is None:
        return 0
    if isinstance(message, rec.Tick):
        own_ms = message.tick_ms
    elif isinstance(message, _MACHINES):
        own_ms = message.received_ms
    elif isinstance(message, CrewLink) and not message.ended_ms:
        own_ms = message.made_ms  # what is over by such a clock would be forgotten
    else:
        return 0
    return own_ms - appended if own_ms - appended > MAX_AHEAD_MS else 0
