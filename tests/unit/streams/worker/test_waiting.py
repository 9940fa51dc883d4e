"""What waits of a topic: in order, in turns, within its size."""

import asyncio

import pytest

from streams.contract.derived import Origin
from streams.worker.agents import Delivered
from streams.worker.waiting import (
    FULL_BYTES,
    MAX_RUN_BYTES,
    MAX_RUN_MESSAGES,
    MESSAGE_BYTES,
    Waiting,
)


def some(partition: int, *offsets: int, payload: bytes | None = b"x") -> list[Delivered]:
    return [Delivered(payload, Origin("a", partition, offset)) for offset in offsets]


def places(run: list[Delivered]) -> list[tuple[int, int]]:
    return [(each.origin.partition, each.origin.offset) for each in run]


async def all_of(waiting: Waiting) -> list[list[tuple[int, int]]]:
    """Every run that waits, until the next one is waited for."""
    runs: list[list[tuple[int, int]]] = []
    while True:
        try:
            run = await asyncio.wait_for(waiting.run(), 0.01)
        except TimeoutError:
            return runs
        waiting.done(run[0].origin.partition)
        runs.append(places(run))


async def test_runs_keep_the_order_of_each_partition_and_partitions_take_turns() -> None:
    waiting = Waiting()
    big = b"x" * (MAX_RUN_BYTES // 2)
    for partition in (0, 1):
        waiting.put(partition, some(partition, 0, 1, 2, payload=big))
    waiting.put(0, some(0, 3, payload=None))
    assert await all_of(waiting) == [
        [(0, 0), (0, 1)],
        [(1, 0), (1, 1)],
        [(0, 2), (0, 3)],
        [(1, 2)],
    ]


async def test_a_message_larger_than_a_run_goes_alone() -> None:
    waiting = Waiting()
    waiting.put(0, some(0, 0, 1, payload=b"x" * (MAX_RUN_BYTES + 1)))
    assert await all_of(waiting) == [[(0, 0)], [(0, 1)]]


async def test_what_waits_together_goes_together_up_to_a_number() -> None:
    waiting = Waiting()
    waiting.put(0, some(0, *range(MAX_RUN_MESSAGES - 1)))
    waiting.put(0, some(0, MAX_RUN_MESSAGES - 1, MAX_RUN_MESSAGES))
    assert list(map(len, await all_of(waiting))) == [MAX_RUN_MESSAGES, 1]


async def test_a_partition_has_no_second_run_before_its_first_is_done() -> None:
    waiting = Waiting()
    waiting.put(0, some(0, 1))
    waiting.put(1, some(1, 1))
    assert [places(await waiting.run()) for _ in range(2)] == [[(0, 1)], [(1, 1)]]
    waiting.put(0, some(0, 2, 3))
    second = asyncio.create_task(waiting.run())
    other = asyncio.create_task(waiting.run())
    await asyncio.sleep(0)
    waiting.put(2, some(2, 1))
    assert places(await asyncio.wait_for(second, 1)) == [(2, 1)]
    waiting.done(0)
    assert places(await asyncio.wait_for(other, 1)) == [(0, 2), (0, 3)]


async def test_one_message_does_not_wait_for_a_second() -> None:
    waiting = Waiting()
    run = asyncio.create_task(waiting.run())
    await asyncio.sleep(0)
    waiting.put(3, some(3, 7))
    assert places(await asyncio.wait_for(run, 1)) == [(3, 7)]


async def test_a_topic_is_full_by_bytes_and_has_room_when_they_are_taken() -> None:
    waiting = Waiting()
    small = FULL_BYTES // (MESSAGE_BYTES + 1)  # the payload is the least of a small message
    waiting.put(0, some(0, *range(small)))
    seen = [waiting.is_full]
    waiting.put(1, some(1, 0, 1))
    seen.append(waiting.is_full)
    await waiting.run()
    seen.append(waiting.is_full)
    assert seen == [False, True, False]


async def test_what_is_dropped_is_not_delivered_and_takes_no_room() -> None:
    waiting = Waiting()
    waiting.put(0, some(0, 1, 2, payload=b"x" * FULL_BYTES))
    waiting.put(1, some(1, 5))
    waiting.drop((0, 9))
    assert not waiting.is_full
    assert await all_of(waiting) == [[(1, 5)]]


@pytest.mark.parametrize("order", ["drop", "empty"])
async def test_a_run_is_waited_for_when_all_was_dropped(order: str) -> None:
    waiting = Waiting()
    run = asyncio.create_task(waiting.run())
    await asyncio.sleep(0)
    waiting.put(0, some(0, 1) if order == "drop" else [])
    waiting.drop((0,))
    await asyncio.sleep(0)
    assert not run.done()
    waiting.put(0, some(0, 4))
    assert places(await asyncio.wait_for(run, 1)) == [(0, 4)]
