"""A log begun anew on the embedded broker: its messages keep their offsets."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiokafka
import pytest
from kafka import KafkaProducer

from local import fresh_log
from local.services import Process, answers, start_broker
from local.waiting import until, wait_until
from producers.publishing.topic_setup import ensure_topics
from streams.contract import topics
from streams.contract.settings import Settings
from streams.kafka.cluster import LogReader

WIDE = 2
BUSES = (topics.BUS_POSITIONS.name, 1)
RECEIPTS = (topics.RECEIPTS.name, 0)
CALLS = (topics.CALLS.name, 0)


@dataclass
class Log:
    """A broker, and what is written into it: "place n" as the n-th message of a place."""

    broker: Process
    address: str
    written: dict[fresh_log.Place, int] = field(default_factory=dict)

    def topics(self) -> None:
        ensure_topics(
            Settings.from_env({"BOMNAE_KAFKA": self.address, "BOMNAE_PARTITIONS": str(WIDE)})
        )

    def write(self, place: fresh_log.Place, count: int) -> list[int]:
        """The offsets the broker gave them."""
        producer = KafkaProducer(bootstrap_servers=self.address, acks="all")
        try:
            found = []
            for _ in range(count):
                number = self.written.get(place, 0)
                value = f"{place[0]} {number}".encode()
                headers = [("n", str(number).encode())]
                sent = producer.send(
                    place[0], key=b"k", value=value, partition=place[1], headers=headers
                )
                found.append(int(sent.get(120).offset))
                self.written[place] = number + 1
            return found
        finally:
            producer.close(5)

    def renew(self, positions: dict[fresh_log.Place, int], *, is_lost: bool = False) -> None:
        """As the demo does it; `is_lost`: the broker ended before anything could be read."""
        read = {} if is_lost else asyncio.run(fresh_log.read_tails(self.address, positions, WIDE))
        self.broker.kill()
        self.broker.stop()
        self.broker.start()
        port = int(self.address.rpartition(":")[2])
        wait_until(lambda: answers(port), "the broker")
        self.topics()
        offsets = fresh_log.next_offsets(read, positions)
        asyncio.run(fresh_log.lay(self.address, read, offsets))

    def read(self, place: fresh_log.Place, offset: int, count: int) -> list[tuple[int, Any]]:
        """So many messages from an offset on."""
        return asyncio.run(self._read(aiokafka.TopicPartition(*place), offset, count))

    async def holds(self, place: fresh_log.Place, offset: int) -> bool:
        async with LogReader(Settings.from_env({"BOMNAE_KAFKA": self.address})) as reader:
            return await reader.holds(place, offset)

    async def _read(self, at: Any, offset: int, count: int) -> list[tuple[int, Any]]:
        consumer = aiokafka.AIOKafkaConsumer(
            bootstrap_servers=self.address, auto_offset_reset="none", enable_auto_commit=False
        )
        await consumer.start()
        try:
            consumer.assign([at])
            consumer.seek(at, offset)
            found: list[tuple[int, Any]] = []

            async def read() -> list[tuple[int, Any]]:
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    found.extend((record.offset, record.value) for record in records)
                return found

            return await until(read, f"{count} messages", lambda seen: len(seen) >= count)
        finally:
            await consumer.stop()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    broker, address = start_broker(tmp_path)
    made = Log(broker, address)
    try:
        made.topics()
        yield made
    finally:
        broker.stop()


def said(place: fresh_log.Place, number: int) -> tuple[int, bytes]:
    return number, f"{place[0]} {number}".encode()


def test_the_next_message_gets_the_offset_it_would_have_had(log: Log) -> None:
    log.write(BUSES, 7)
    log.renew({BUSES: 6})
    assert log.write(BUSES, 2) == [7, 8]
    assert log.read(BUSES, 7, 2) == [said(BUSES, 7), said(BUSES, 8)]


def test_what_was_not_folded_yet_is_kept_at_its_offsets(log: Log) -> None:
    log.write(BUSES, 9)
    log.renew({BUSES: 3})
    assert log.read(BUSES, 4, 5) == [said(BUSES, n) for n in range(4, 9)]
    assert log.write(BUSES, 1) == [9]


def test_a_worker_knows_a_log_of_which_messages_wait(log: Log) -> None:
    """It asks for the last message it folded, as the end that the broker names may be too low."""
    log.write(BUSES, 9)
    log.renew({BUSES: 3})
    assert asyncio.run(log.holds(BUSES, 3))


def test_what_was_folded_is_left_behind_but_the_last(log: Log) -> None:
    log.write(CALLS, 9)
    log.renew({CALLS: 8})
    assert log.read(CALLS, 0, 1) == [said(CALLS, 8)]


def test_what_nothing_was_folded_of_is_kept_whole(log: Log) -> None:
    log.write(CALLS, 4)
    log.renew({})
    assert log.read(CALLS, 0, 4) == [said(CALLS, n) for n in range(4)]


def test_receipts_are_kept_though_no_state_follows_them(log: Log) -> None:
    log.write(RECEIPTS, 5)
    log.renew({BUSES: -1})
    assert log.read(RECEIPTS, 0, 5) == [said(RECEIPTS, n) for n in range(5)]
    assert log.write(RECEIPTS, 1) == [5]


def test_a_partition_without_messages_begins_at_nothing(log: Log) -> None:
    log.renew({})
    assert log.write(CALLS, 1) == [0]


def test_a_log_that_is_lost_goes_on_where_the_state_stands(log: Log) -> None:
    log.write(BUSES, 9)
    log.renew({BUSES: 5}, is_lost=True)
    log.written[BUSES] = 6
    assert log.write(BUSES, 2) == [6, 7]
    assert log.read(BUSES, 6, 2) == [said(BUSES, 6), said(BUSES, 7)]


def test_it_can_be_begun_anew_again_and_again(log: Log) -> None:
    for life in range(3):
        assert log.write(BUSES, 4) == [4 * life + n for n in range(4)]
        log.renew({BUSES: 4 * life + 2})
    assert log.read(BUSES, 11, 1) == [said(BUSES, 11)]


def test_more_than_one_batch_of_a_tail_keeps_its_offsets(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fresh_log, "BATCH_BYTES", 300)
    log.write(RECEIPTS, 20)
    log.renew({})
    assert log.read(RECEIPTS, 0, 20) == [said(RECEIPTS, n) for n in range(20)]
    assert log.write(RECEIPTS, 1) == [20]


def test_keys_headers_and_times_stay(log: Log) -> None:
    log.write(RECEIPTS, 1)
    before = asyncio.run(fresh_log.read_tails(log.address, {}, WIDE))[RECEIPTS]
    log.renew({})
    after = asyncio.run(fresh_log.read_tails(log.address, {}, WIDE))[RECEIPTS]
    kept = [(r.key, r.value, r.headers, r.timestamp) for r in after]
    assert kept == [(r.key, r.value, r.headers, r.timestamp) for r in before]
    assert kept[0][2] == (("n", b"0"),)


@pytest.mark.parametrize(
    ("place", "position", "end", "first"),
    [
        (BUSES, 9, 10, 9),  # all folded: the last alone
        (BUSES, 4, 10, 4),  # the last that was folded, and what waits
        (BUSES, -1, 10, 0),
        (BUSES, -1, 0, 0),
        (RECEIPTS, -1, 10, 0),
        (RECEIPTS, -1, 5000, 4000),
    ],
)
def test_what_is_kept_begins(place: fresh_log.Place, position: int, end: int, first: int) -> None:
    assert fresh_log.keep_from(place, position, end) == first
