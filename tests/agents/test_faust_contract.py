"""The internals of Faust and aiokafka that `streams.worker.consumer` leans on (0.15.3)."""

import inspect
from importlib.metadata import version
from types import SimpleNamespace
from typing import Any, cast

import faust
import pytest
from faust.transport.consumer import Consumer as BaseConsumer
from faust.transport.consumer import ThreadDelegateConsumer
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from redis.exceptions import RedisError

from streams.contract.errors import LogError
from streams.contract.settings import Settings
from streams.state.gate import Gate
from streams.worker.consumer import (
    FETCH_WAIT_MS,
    WAIT_S,
    LogSource,
    PositionConsumer,
    PositionTransport,
    _Thread,
)


def _parameters(function: Any) -> list[str]:
    return list(inspect.signature(function).parameters)


def test_faust_is_a_version_this_was_read_in() -> None:
    assert version("faust-streaming").startswith("0.15.")


@pytest.mark.parametrize(
    ("owner", "name", "parameters"),
    [
        (BaseConsumer, "perform_seek", ["self"]),
        (BaseConsumer, "seek", ["self", "partition", "offset"]),
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

    def forget(self) -> None:
        self.epochs += 1

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
    assert consumer._source.gate.epochs == 1
    assert consumer._source.gate.lost == [("a", 2, 4, 9)]
    assert consumer._source.gate.marks == {("a", 0): 4}


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
