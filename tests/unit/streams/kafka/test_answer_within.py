"""A question to the broker: a machine that stood has not waited for the answer."""

import asyncio
import time

import pytest

from streams.kafka.clients import answer_within


async def _unanswered(ended: list[int]) -> None:
    """A question that nobody answers; notes its end."""
    try:
        await asyncio.sleep(60)
    finally:
        ended.append(1)


async def test_a_machine_that_stood_longer_than_the_wait_still_reads_the_answer() -> None:
    async def asked() -> str:
        await asyncio.sleep(0.01)
        time.sleep(1.2)  # noqa: ASYNC251 - the process stands
        await asyncio.sleep(0.1)
        return "an offset"

    assert await answer_within(asked(), 1) == "an offset"


async def test_what_is_not_answered_ends_in_time_and_is_let_go() -> None:
    ended: list[int] = []
    begun = time.monotonic()
    with pytest.raises(TimeoutError):
        await answer_within(_unanswered(ended), 1)
    assert (time.monotonic() - begun >= 1, ended) == (True, [1])


async def test_what_goes_wrong_is_raised_and_whoever_asks_may_be_cancelled() -> None:
    async def refused() -> None:
        raise OSError("refused")

    with pytest.raises(OSError, match="refused"):
        await answer_within(refused(), 1)
    ended: list[int] = []
    asking = asyncio.create_task(answer_within(_unanswered(ended), 60))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert ended == [1]
