"""The internals of Faust and aiokafka that `streams.worker.consumer` leans on (0.15.3)."""

import asyncio
import inspect
from collections import defaultdict
from importlib.metadata import version
from types import SimpleNamespace
from typing import Any, cast

import faust
import pytest
from aiokafka.consumer.fetcher import Fetcher
from aiokafka.errors import CommitFailedError
from aiokafka.structs import ConsumerRecord
from faust.serializers.schemas import Schema
from faust.transport.conductor import Conductor
from faust.transport.consumer import Consumer as BaseConsumer
from faust.transport.consumer import ThreadDelegateConsumer
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from redis.exceptions import RedisError

from streams.contract.derived import Origin
from streams.contract.errors import LogError
from streams.contract.settings import Settings
from streams.state.gate import Gate
from streams.worker.agents import Delivered
from streams.worker.consumer import (
    FETCH_WAIT_MS,
    HELD_S,
    WAIT_S,
    LogSource,
    PositionConsumer,
    PositionTransport,
    _NoReadOffsets,
    _Thread,
)
from streams.worker.waiting import FULL_BYTES, Waiting


def _parameters(function: Any) -> list[str]:
    return list(inspect.signature(function).parameters)


def test_faust_is_a_version_this_was_read_in() -> None:
    assert version("faust-streaming").startswith("0.15.")


@pytest.mark.parametrize(
    ("owner", "name", "parameters"),
    [
        (BaseConsumer, "perform_seek", ["self"]),
        (BaseConsumer, "seek", ["self", "partition", "offset"]),
        (BaseConsumer, "getmany", ["self", "timeout"]),
        (BaseConsumer, "_wait_next_records", ["self", "timeout"]),
        (BaseConsumer, "_filter_tps_with_pending_acks", ["self", "topics"]),
        (BaseConsumer, "_new_offset", ["self", "tp"]),
        (BaseConsumer, "_should_commit", ["self", "tp", "offset"]),
        (ThreadDelegateConsumer, "_getmany", ["self", "active_partitions", "timeout"]),
        (ThreadDelegateConsumer, "highwater", ["self", "tp"]),
        (driver.Consumer, "_to_message", ["self", "tp", "record"]),
        (driver.AIOKafkaConsumerThread, "_commit", ["self", "offsets"]),
        (driver.AIOKafkaConsumerThread, "_ensure_consumer", ["self"]),
        (Schema, "loads_value", ["self", "app", "message", "loads", "serializer"]),
        (ThreadDelegateConsumer, "_new_consumer_thread", ["self"]),
        (ThreadDelegateConsumer, "assignment", ["self"]),
        (ThreadDelegateConsumer, "earliest_offsets", ["self", "partitions"]),
        (ThreadDelegateConsumer, "highwaters", ["self", "partitions"]),
        (ThreadDelegateConsumer, "seek_wait", ["self", "partitions"]),
        (driver.AIOKafkaConsumerThread, "_create_worker_consumer", ["self", "transport"]),
        (driver.AIOKafkaConsumerThread, "_seek_wait", ["self", "consumer", "partitions"]),
    ],
)
def test_a_method_is_where_it_was(owner: type, name: str, parameters: list[str]) -> None:
    assert _parameters(getattr(owner, name)) == parameters


def test_faust_drains_what_getmany_yields_and_fetches_by_our_own() -> None:
    drain = inspect.getsource(BaseConsumer._drain_messages)
    assert "getmany = self.getmany" in drain
    assert "async for tp, message in ait" in drain
    assert "callback(message), self.suspend_flow.wait()" in drain
    wait = inspect.getsource(BaseConsumer._wait_next_records)
    assert "await self._getmany(" in wait
    assert "active_partitions = self._get_active_partitions()" in wait


def test_faust_drops_what_lies_before_its_read_offset_and_ours_remembers_none() -> None:
    drain = inspect.getsource(BaseConsumer._drain_messages)
    assert "get_read_offset = self._read_offset.__getitem__" in drain
    assert "r_offset is None or offset >= r_offset" in drain
    offsets = _NoReadOffsets()
    offsets[TP("a", 0)] = 7
    assert offsets[TP("a", 0)] is None


def test_faust_tracks_no_message_of_a_topic_without_acks() -> None:
    assert "if channel.acks:" in inspect.getsource(Conductor._update_indices)
    ours = faust.App("contract", web_enabled=False).topic("a", acks=False)
    assert ours.acks is False


def test_a_commit_is_of_the_offsets_that_the_consumer_names() -> None:
    force = inspect.getsource(BaseConsumer.force_commit)
    assert "self._filter_tps_with_pending_acks(topics)" in force
    committable = inspect.getsource(BaseConsumer._filter_committable_offsets)
    assert "self._new_offset(tp)" in committable
    assert "self._should_commit(tp, offset)" in committable
    assert "call_thread(self._commit" in inspect.getsource(driver.AIOKafkaConsumerThread.commit)


def test_a_fetch_brings_at_most_so_many_records_and_keeps_the_rest() -> None:
    assert "max_records=_consumer._max_poll_records" in inspect.getsource(
        driver.AIOKafkaConsumerThread.getmany
    )
    assert "if not res_or_error.has_more():" in inspect.getsource(Fetcher.fetched_records)


@pytest.mark.parametrize("name", ["perform_seek", "earliest_offsets", "highwaters", "seek_wait"])
def test_a_method_that_is_awaited_is_a_coroutine(name: str) -> None:
    assert inspect.iscoroutinefunction(getattr(driver.Consumer, name))


def test_the_transport_makes_the_consumer_and_the_consumer_the_thread_of_bomnae() -> None:
    assert issubclass(driver.Transport.Consumer, driver.Consumer)
    assert PositionTransport.Consumer is PositionConsumer
    assert "AIOKafkaConsumerThread(self" in inspect.getsource(driver.Consumer._new_consumer_thread)
    assert "self._create_worker_consumer(" in inspect.getsource(
        driver.AIOKafkaConsumerThread._create_consumer
    )


def test_faust_seeks_to_the_positions_after_every_rebalance() -> None:
    from faust.tables.recovery import Recovery  # noqa: PLC0415

    assert "consumer.perform_seek()" in inspect.getsource(Recovery._resume_streams)


def test_a_seek_sets_the_offset_that_faust_reads_from() -> None:
    assert "_read_offset" in inspect.getsource(driver.AIOKafkaConsumerThread._seek_wait)
    assert "_read_offset" in inspect.getsource(BaseConsumer.seek)


async def test_a_worker_waits_for_its_broker_no_longer_than_told() -> None:
    app = faust.App("contract", broker="kafka://127.0.0.1:1", web_enabled=False)
    app.transport = PositionTransport(app, cast(LogSource, None))
    thread: Any = _Thread.__new__(_Thread)
    thread.consumer = SimpleNamespace(in_transaction=False)
    thread.app = app
    made = thread._create_worker_consumer(app.transport)
    try:
        assert made._fetch_max_wait_ms == FETCH_WAIT_MS
    finally:
        await made.stop()


def _records(tp: TP, *offsets: int) -> list[Any]:
    return [
        ConsumerRecord(tp.topic, tp.partition, o, 1000 + o, 1, None, b"%d" % o, None, -1, 1, ())
        for o in offsets
    ]


A0, A1, B0 = TP("a", 0), TP("a", 1), TP("b", 0)


def _fetching(fetched: dict[TP, list[Any]], active: set[TP]) -> Any:
    """A consumer to which one fetch brings these records."""
    consumer = _consumer({}, {}, {})
    consumer._stopped = consumer._crashed = asyncio.Event()
    consumer.flow_active = True
    consumer.not_waiting_next_records = asyncio.Event()
    consumer._active_partitions, consumer._paused_partitions = active, set()
    consumer._source = LogSource(
        Settings(), cast(Gate, _Gate({})), {"a": Waiting(), "b": Waiting()}
    )
    consumer.asked = []
    consumer.app = SimpleNamespace(
        client_only=False,
        consumer_generation_id=4,
        monitor=SimpleNamespace(track_tp_end_offset=lambda *_: None),
    )

    async def getmany(wanted: set[TP], timeout: float) -> dict[TP, list[Any]]:  # noqa: ASYNC109
        consumer.asked.append((set(wanted), timeout))
        return {tp: found for tp, found in fetched.items() if tp in wanted}

    consumer._thread = SimpleNamespace(getmany=getmany, highwater=lambda _tp: 9)
    return consumer


async def _drained(consumer: Any) -> list[tuple[TP, list[int], int]]:
    return [
        (tp, [record.offset for record in message.value], message.offset)
        async for tp, message in consumer.getmany(1.0)
    ]


async def test_what_a_fetch_brings_of_a_partition_is_one_message_at_its_last_offset() -> None:
    consumer = _fetching({A0: _records(A0, 3, 4, 5), B0: _records(B0, 9)}, {A0, A1, B0})
    assert await _drained(consumer) == [(A0, [3, 4, 5], 5), (B0, [9], 9)]
    assert consumer.asked == [({A0, A1, B0}, 1.0)]


async def test_a_topic_with_enough_waiting_is_not_fetched_and_holds_up_no_other() -> None:
    consumer = _fetching({A0: _records(A0, 3), B0: _records(B0, 9)}, {A0, A1, B0})
    full = consumer._source.waiting["a"]
    full.put(0, [Delivered(b"x" * FULL_BYTES, Origin("a", 0, 2))])
    assert await _drained(consumer) == [(B0, [9], 9)]
    await full.run()
    assert await _drained(consumer) == [(A0, [3], 3), (B0, [9], 9)]
    assert consumer.asked == [({B0}, HELD_S), ({A0, A1, B0}, 1.0)]


async def test_what_is_fetched_while_the_flow_is_stopped_is_thrown_away_and_sought_again() -> None:
    consumer = _fetching({A0: _records(A0, 3)}, {A0})
    consumer._thread.getmany, getmany = None, consumer._thread.getmany
    sought = []

    async def stopped(wanted: set[TP], timeout: float) -> dict[TP, list[Any]]:  # noqa: ASYNC109
        consumer.flow_active = False
        found: dict[TP, list[Any]] = await getmany(wanted, timeout)
        return found

    async def seek() -> None:
        sought.append(1)

    consumer._thread.getmany, consumer.perform_seek = stopped, seek
    assert await _drained(consumer) == []
    assert sought == [1]


async def test_the_rest_of_a_fetch_ends_with_its_generation() -> None:
    consumer = _fetching({A0: _records(A0, 3), B0: _records(B0, 9)}, {A0, B0})
    found = []
    async for tp, message in consumer.getmany(1.0):
        found.append((tp, message.generation_id))
        consumer.app.consumer_generation_id = 5
    assert found == [(A0, 4)]


async def test_a_partition_given_up_during_a_fetch_is_not_delivered() -> None:
    consumer = _fetching({A0: _records(A0, 3), B0: _records(B0, 9)}, {A0, B0})
    found = []
    async for tp, _message in consumer.getmany(1.0):
        found.append(tp)
        consumer._active_partitions.discard(B0)
    assert found == [A0]


def test_what_is_committed_is_where_the_state_stands_and_only_of_what_is_assigned() -> None:
    consumer = _consumer({}, {A0: 0, A1: 0}, {})
    consumer._committed_offset = defaultdict(lambda: None)
    for last in (Origin("a", 0, 6), Origin("b", 0, 8)):
        consumer.carried(last)
    due = list(consumer._filter_tps_with_pending_acks())
    assert consumer._filter_committable_offsets(due) == {A0: 7}
    consumer._committed_offset[A0] = 7
    assert consumer._filter_committable_offsets(due) == {}


async def test_a_way_back_drops_what_waits_and_may_be_committed() -> None:
    consumer = _consumer({}, {A0: 0, A1: 0}, {})
    consumer._committed_offset = defaultdict(lambda: None, {A0: 7, A1: 9})
    waiting = Waiting()
    consumer._source = LogSource(Settings(), cast(Gate, _Gate({})), {"a": waiting})
    for partition in (0, 1):
        waiting.put(partition, [Delivered(b"", Origin("a", partition, 12))])
    consumer.carried(Origin("a", 1, 8))
    await consumer.go_back("a", 0, 3)
    assert consumer.sought == {A0: 3}
    assert (await waiting.run())[0].origin.partition == 1
    assert consumer._filter_committable_offsets([A0, A1]) == {A0: 3}


async def test_a_commit_that_kafka_refuses_ends_no_worker() -> None:
    thread: Any = _Thread.__new__(_Thread)

    async def refuse(_offsets: Any) -> None:
        raise CommitFailedError("the group has rebalanced")

    thread._consumer = SimpleNamespace(commit=refuse, assignment=lambda: {A0})
    assert await thread._commit({A0: 3}) is False


class _Gate:
    def __init__(self, positions: dict[TP, int]) -> None:
        self._positions = positions
        self.first_offsets: dict[tuple[str, int], int] = {}
        self.epochs = 0
        self.lost: list[tuple[str, int, int, int]] = []
        self.marks: dict[tuple[str, int], int] = {}

    async def lose(self, *loss: Any) -> None:
        self.lost.append(loss)

    async def rebuild(self, place: tuple[str, int], target: int) -> None:
        self.marks[place] = target

    def forget(self, *, is_next: bool = False) -> None:
        self.epochs += 1 if is_next else 2

    async def position(self, topic: str, partition: int) -> int | None:
        return self._positions.get(TP(topic, partition))


async def _holds_nothing(_tp: TP, _offset: int) -> bool:
    return False


def _consumer(positions: dict[TP, int], first: dict[TP, int], ends: dict[TP, int]) -> Any:
    consumer: Any = PositionConsumer.__new__(PositionConsumer)
    sought: dict[TP, int] = {}

    async def offsets(found: dict[TP, int]) -> dict[TP, int]:
        return found

    async def seek_wait(seeks: dict[TP, int]) -> None:
        sought.update(seeks)

    async def holds(tp: TP, offset: int) -> bool:
        return offset < ends[tp]

    consumer._source = LogSource(Settings(), cast(Gate, _Gate(positions)), {})
    consumer._carried, consumer._committed_offset = {}, {}
    consumer.app, consumer._generation = SimpleNamespace(consumer_generation_id=1), -1
    consumer.assignment = lambda: set(first)
    consumer.earliest_offsets = lambda *_: offsets(first)
    consumer.highwaters = lambda *_: offsets(ends)
    consumer.seek_wait = seek_wait
    consumer._holds = holds
    consumer.sought = sought
    return consumer


async def test_a_worker_begins_after_the_stored_positions() -> None:
    fresh, known, cut = TP("a", 0), TP("a", 1), TP("a", 2)
    consumer = _consumer(
        positions={known: 41, cut: 3},
        first={fresh: 0, known: 0, cut: 10},
        ends={fresh: 5, known: 42, cut: 20},
    )
    await consumer.perform_seek()
    assert consumer.sought == {fresh: 0, known: 42, cut: 10}
    assert consumer._source.gate.first_offsets == {("a", 0): 0, ("a", 1): 0, ("a", 2): 10}
    assert consumer._source.gate.epochs == 2
    assert consumer._source.gate.lost == [("a", 2, 4, 9)]
    assert consumer._source.gate.marks == {("a", 0): 4}


async def test_an_epoch_is_a_generation_of_the_group() -> None:
    tp = TP("a", 0)
    consumer = _consumer(positions={tp: 41}, first={tp: 0}, ends={tp: 42})
    epochs = []
    for generation in (1, 1, 2, 4, 1):  # again; the next; one was missed; the broker forgot
        consumer.app.consumer_generation_id = generation
        await consumer.perform_seek()
        epochs.append(consumer._source.gate.epochs)
    assert epochs == [2, 2, 3, 5, 7]


def test_faust_tells_the_generation_before_it_seeks() -> None:
    told = inspect.getsource(driver.ConsumerRebalanceListener.on_partitions_assigned)
    assert "app.consumer_generation_id = generation" in told
    assert told.index("consumer_generation_id") < told.index("await self._thread")


async def test_a_store_that_is_away_is_waited_for_before_the_seek() -> None:
    tp = TP("a", 0)
    consumer = _consumer(positions={tp: 41}, first={tp: 0}, ends={tp: 42})
    position, failures = (
        consumer._source.gate.position,
        [RedisError("away"), OSError(), TimeoutError()],
    )

    async def away_at_first(topic: str, partition: int) -> int | None:
        if failures:
            raise failures.pop()
        found: int | None = await position(topic, partition)
        return found

    consumer._source.gate.position = away_at_first
    await consumer.perform_seek()
    assert consumer.sought == {tp: 42}


async def test_the_wait_for_the_store_ends_before_faust_gives_up() -> None:
    assert faust.App("contract").conf.broker_request_timeout > WAIT_S + 20


async def test_a_log_that_ends_before_the_position_is_refused() -> None:
    tp = TP("a", 0)
    consumer = _consumer(positions={tp: 41}, first={tp: 0}, ends={tp: 41})
    consumer._holds = _holds_nothing
    with pytest.raises(LogError, match=r"a/0 ends at offset 41, the state contains 41"):
        await consumer.perform_seek()
