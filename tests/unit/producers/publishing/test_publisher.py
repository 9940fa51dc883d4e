"""What becomes of messages when Kafka refuses one, and of the client that breaks down with it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from kafka.errors import (
    InvalidTimestampError,
    KafkaConnectionError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
)
from kafka.future import Future

from local.waiting import wait_until
from producers.publishing import publisher as publishers
from producers.publishing.lanes import HELD_S, Lanes, Parcel
from producers.publishing.messages import DeadLetter, Output
from producers.publishing.publisher import Publisher
from producers.publishing.refused import SHORT_BYTES
from producers.reading.answers import Refusal
from streams.contract import topics, wire
from streams.contract.enums import PollOutcome
from streams.contract.records import FeedReport, LinkSpeed, SpeedBatch, Tick
from streams.contract.settings import Settings

SETTINGS = Settings(its_poll_s=10)
SPEEDS, BUSES = topics.LINK_SPEEDS.name, topics.BUS_POSITIONS.name


@dataclass
class Cluster:
    """The log of these tests, and what it says to a message: None takes it."""

    judge: Callable[[str, bytes], Exception | None] = lambda _topic, _payload: None
    log: list[tuple[str, int, bytes]] = field(default_factory=list)
    headers: list[dict[str, bytes]] = field(default_factory=list)
    clients: int = 0
    absent: int = 0

    def client(self, _settings: Settings) -> Any:
        if self.absent:
            self.absent -= 1
            raise KafkaConnectionError("away")
        self.clients += 1
        return Client(self)

    def payloads(self, topic: str) -> list[bytes]:
        return [payload for name, _, payload in self.log if name == topic]


class Client:
    """kafka-python's idempotent client: after one refusal it fails everything."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._error: Exception | None = None
        self._sender = self

    def send(
        self, topic: str, *, value: bytes, partition: int, headers: list[tuple[str, bytes]]
    ) -> Future:
        said = self._cluster.judge(topic, value)
        if isinstance(said, KafkaTimeoutError):
            raise said  # no such topic: nothing has left the client
        self._error = self._error or said
        if self._error is not None:
            return Future().failure(self._error)
        self._cluster.log.append((topic, partition, value))
        self._cluster.headers.append(dict(headers))
        return Future().success(None)

    def close(self, timeout: float) -> None: ...

    def join(self, timeout: float) -> None: ...


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


@pytest.fixture
def publisher(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    monkeypatch.setattr("producers.publishing.lanes.HELD_S", 0.05)
    monkeypatch.setattr(publishers, "RENEW_S", 0.01)
    started = Publisher(SETTINGS, cluster.client)
    yield started
    cluster.judge = lambda _topic, _payload: None
    started.close(1.0)


def speeds(rows: int, at_ms: int = 1_795_000_000_000) -> tuple[str, int, bytes]:
    links = tuple(LinkSpeed(f"2190{n:06d}", 30.0, at_ms) for n in range(rows))
    return SPEEDS, 0, wire.encode(SpeedBatch.of("its.speeds", at_ms, links))


def too_large(topic: str, payload: bytes) -> Exception | None:
    is_large = topic == SPEEDS and len(payload) > 3000
    return MessageSizeTooLargeError("too large") if is_large else None


def test_one_refused_message_leaves_all_others_in_order(
    cluster: Cluster, publisher: Publisher
) -> None:
    cluster.judge = too_large
    sent = [speeds(100 if n == 7 else 1, 1_795_000_000_000 + n) for n in range(20)]
    for number, message in enumerate(sent):
        publisher.send([message, (BUSES, 1, b"%d" % number)])
    wait_until(lambda: publisher.waiting, "all told", lambda seen: seen == 0, within_s=10)
    assert cluster.payloads(SPEEDS) == [m[2] for n, m in enumerate(sent) if n != 7]
    assert cluster.payloads(BUSES) == [b"%d" % n for n in range(20)]
    assert (publisher.refused, publisher.lost) == ({SPEEDS: 1}, {})
    assert cluster.clients == publisher.renewed + 1 > 1


def test_the_refused_message_is_a_short_dead_letter_and_its_feed_is_unknown(
    cluster: Cluster, publisher: Publisher
) -> None:
    cluster.judge = too_large
    publisher.send([speeds(200)])
    wait_until(lambda: publisher.waiting, "all told", lambda seen: seen == 0, within_s=10)
    [letter] = cluster.payloads(topics.DEAD_LETTERS.name)
    assert len(letter) == SHORT_BYTES
    assert b"cut" in letter[-30:]
    assert cluster.headers[-2]["code"] == b"LOG-SIZE"
    report = wire.decode(cluster.payloads(topics.FEED_REPORTS.name)[0])
    assert isinstance(report, FeedReport)
    assert (report.feed, report.outcome, report.code) == (
        "its.speeds",
        PollOutcome.UNKNOWN,
        "LOG-SIZE",
    )


@pytest.mark.parametrize("error", [InvalidTimestampError("too far"), KafkaTimeoutError("no topic")])
def test_a_topic_that_takes_nothing_for_a_while_keeps_its_messages_and_holds_up_no_other(
    cluster: Cluster, publisher: Publisher, error: Exception
) -> None:
    cluster.judge = lambda topic, _payload: error if topic == SPEEDS else None
    publisher.send([speeds(1, 1), speeds(1, 2), (BUSES, 0, b"bus"), speeds(1, 3)])
    wait_until(
        lambda: cluster.payloads(BUSES),
        "the other topic",
        lambda seen: seen == [b"bus"],
        within_s=10,
    )
    assert publisher.waiting >= 3
    cluster.judge = lambda _topic, _payload: None
    wait_until(lambda: publisher.waiting, "the topic again", lambda seen: seen == 0, within_s=10)
    assert cluster.payloads(SPEEDS) == [speeds(1, n)[2] for n in (1, 2, 3)]
    assert not publisher.refused
    assert not publisher.lost


def test_a_broker_that_is_away_when_the_client_is_made_anew_loses_nothing(
    cluster: Cluster, publisher: Publisher
) -> None:
    cluster.judge, cluster.absent = too_large, 3
    publisher.send([speeds(100), speeds(1)])
    wait_until(lambda: publisher.waiting, "all told", lambda seen: seen == 0, within_s=10)
    assert cluster.payloads(SPEEDS) == [speeds(1)[2]]


def test_closing_while_the_broker_is_away_is_no_failure(
    cluster: Cluster,
    publisher: Publisher,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(publishers, "MOST_RENEW_S", 0.02)
    cluster.judge, cluster.absent = too_large, 1_000_000
    publisher.send([speeds(100)])
    wait_until(lambda: cluster.absent, "an attempt", lambda seen: seen < 1_000_000, within_s=10)
    publisher.close(0.05)
    assert not publisher._pump.is_alive()
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []


def test_a_dead_letter_that_is_refused_goes_out_short(
    cluster: Cluster, publisher: Publisher
) -> None:
    is_letter = topics.DEAD_LETTERS.name
    cluster.judge = lambda topic, payload: (
        MessageSizeTooLargeError("x") if topic == is_letter and len(payload) > 9000 else None
    )
    publisher.publish(
        Output(letters=(DeadLetter("its.speeds", Refusal(b"x" * 10_000, "R005", "")),))
    )
    wait_until(lambda: publisher.waiting, "all told", lambda seen: seen == 0, within_s=10)
    assert [len(payload) for payload in cluster.payloads(is_letter)] == [SHORT_BYTES]
    assert not publisher.lost


def test_what_was_made_while_the_clock_was_ahead_is_no_data(
    cluster: Cluster, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.judge = lambda topic, _payload: InvalidTimestampError("") if topic != "x" else None
    now_ms = round(time.time() * 1000)
    monkeypatch.setattr(publishers, "now_ms", lambda: now_ms + 9 * 3_600_000)
    publisher.send([speeds(1), (SPEEDS, 0, wire.encode(Tick(now_ms)))])
    wait_until(lambda: cluster.clients, "a refusal", lambda seen: seen > 1, within_s=10)
    monkeypatch.setattr(publishers, "now_ms", lambda: now_ms)
    cluster.judge = lambda _topic, _payload: None
    publisher.send([speeds(2)])
    wait_until(lambda: publisher.waiting, "all told", lambda seen: seen == 0, within_s=10)
    assert cluster.payloads(SPEEDS) == [speeds(2)[2]]
    letters = cluster.payloads(topics.DEAD_LETTERS.name)
    assert speeds(1)[2] in letters
    assert not [letter for letter in letters if b"tick" in letter]


def test_ahead_begins_beyond_two_minutes() -> None:
    assert not Parcel("t", 0, b"", handed_ms=120_000).is_from_ahead(0)
    assert Parcel("t", 0, b"", handed_ms=120_001).is_from_ahead(0)


def test_what_was_under_way_goes_back_to_the_head_of_its_lane_in_order() -> None:
    lanes = Lanes()
    parcels = [Parcel(SPEEDS, 0, b"%d" % n) for n in range(4)]
    for parcel in parcels:
        lanes.add(parcel)
    for parcel in parcels[:3]:
        lanes.take(parcel)
    lanes.settle(parcels[1])
    lanes.recall()
    assert [p.payload for p in lanes.lane(parcels[0]).waiting] == [b"0", b"2", b"3"]
    assert [p.is_suspect for p in parcels] == [True, False, True, False]
    assert (lanes.count, lanes.size_bytes) == (3, 3)


def test_a_held_lane_gives_nothing_until_its_time_is_up() -> None:
    lanes = Lanes()
    parcel = Parcel(SPEEDS, 0, b"x")
    lanes.add(parcel)
    lanes.lane(parcel).hold(100.0)
    assert lanes.next(100.0 + HELD_S - 0.01) is None
    assert lanes.next(100.0 + HELD_S) is parcel
