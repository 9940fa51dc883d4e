"""A clock that is ahead is told by the broker's time in the record, and by nothing else."""

import pytest

from streams.contract import records as rec
from streams.contract import wire
from streams.contract.arrival import LOG_APPEND_TIME, MAX_AHEAD_MS, REPLAY, appended_ms
from streams.contract.enums import PollOutcome, Reporter, SiteStatus
from streams.contract.errors import RecordRefusedError
from streams.contract.records import Message
from tests.cities.fakes import at, bus

AHEAD_MS = 50 * 60_000
MACHINES: list[Message] = [
    rec.Tick(at(0)),
    rec.PositionBatch("tago.positions", at(0), (bus(-5, 10),)),
    rec.SpeedBatch("its.speeds", at(0), (), (), ()),
    rec.PermitBatch("permits", at(0), is_complete=True, rows=()),
    rec.IncidentBatch("its.events", at(0), is_complete=True, rows=()),
    rec.FeedReport("permits", PollOutcome.DATA, at(0), 10_000),
]
PEOPLE: list[Message] = [
    rec.Call("c1", at(0), "정류장", ()),
    rec.CallDone("c1", at(0)),
    rec.SiteReport("r1", "p1", SiteStatus.START, Reporter.CREW, at(0)),
]


def read(message: Message, arrived_ms: int | None) -> Message:
    return wire.read(wire.encode(message), (type(message),), "topic", arrived_ms)


@pytest.mark.parametrize("message", MACHINES)
def test_what_a_clock_far_ahead_stamped_is_refused(message: Message) -> None:
    with pytest.raises(RecordRefusedError, match=f"R023 {AHEAD_MS} ms ahead"):
        read(message, at(0) - AHEAD_MS)
    with pytest.raises(RecordRefusedError, match="R023"):
        read(message, at(0) - MAX_AHEAD_MS - 1)


@pytest.mark.parametrize("message", MACHINES)
@pytest.mark.parametrize("late_ms", [-MAX_AHEAD_MS, -1, 0, 1, 86_400_000])
def test_what_is_a_little_ahead_or_any_time_late_is_taken(message: Message, late_ms: int) -> None:
    assert read(message, at(0) + late_ms) == message


@pytest.mark.parametrize("message", [*MACHINES, *PEOPLE])
def test_a_record_that_does_not_say_when_it_came_judges_no_clock(message: Message) -> None:
    assert read(message, None) == message


@pytest.mark.parametrize("message", PEOPLE)
def test_what_people_tell_is_taken_whatever_their_clock_says(message: Message) -> None:
    assert read(message, at(0) - AHEAD_MS) == message


@pytest.mark.parametrize(
    ("timestamp_type", "headers", "known"),
    [
        (LOG_APPEND_TIME, [], 1_000),
        (LOG_APPEND_TIME, [("other", b"1")], 1_000),
        (LOG_APPEND_TIME, [(REPLAY, b"1")], None),  # another day's time, and rightly so
        (0, [], None),  # a producer's own time
        (-1, [], None),  # none at all
    ],
)
def test_only_the_brokers_own_time_counts(
    timestamp_type: int, headers: list[tuple[str, bytes]], known: int | None
) -> None:
    assert appended_ms(1_000, timestamp_type, headers) == known
