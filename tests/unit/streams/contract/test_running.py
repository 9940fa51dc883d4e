import asyncio
import os
import signal

import pytest

from streams.contract.running import cancel, run_until, run_until_signal


async def forever(ends: list[str], name: str) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        ends.append(name)


async def failing(error: Exception) -> None:
    await asyncio.sleep(0)
    raise error


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_all_work(number: signal.Signals) -> None:
    ends: list[str] = []
    asyncio.get_running_loop().call_later(0.01, os.kill, os.getpid(), number)
    await asyncio.wait_for(run_until_signal(forever(ends, "a"), forever(ends, "b")), 5)
    assert sorted(ends) == ["a", "b"]


async def test_without_work_it_waits_for_the_signal() -> None:
    stop = asyncio.Event()
    waiting = asyncio.create_task(run_until(stop))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    stop.set()
    await asyncio.wait_for(waiting, 5)


async def test_the_first_that_ends_ends_the_others() -> None:
    ends: list[str] = []
    await asyncio.wait_for(run_until(asyncio.Event(), asyncio.sleep(0), forever(ends, "a")), 5)
    assert ends == ["a"]


async def test_what_one_of_them_raised_is_raised_as_it_is() -> None:
    ends: list[str] = []
    with pytest.raises(OSError, match="away") as raised:
        await run_until(asyncio.Event(), forever(ends, "a"), failing(OSError("away")))
    assert ends == ["a"]
    assert raised.value.__suppress_context__


async def test_a_cancel_from_outside_cancels_the_work() -> None:
    ends: list[str] = []
    running = asyncio.create_task(run_until(asyncio.Event(), forever(ends, "a")))
    await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert ends == ["a"]


async def slow_to_end(ends: list[str], s: float) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(s)
        ends.append("cleaned up")


async def test_a_clean_up_that_takes_its_time_is_not_cancelled() -> None:
    ends: list[str] = []
    task = asyncio.create_task(slow_to_end(ends, 0.7))
    await asyncio.sleep(0)
    await asyncio.wait_for(cancel([task]), 5)
    assert ends == ["cleaned up"]


async def test_a_failure_of_one_cancels_the_clean_up_of_no_other() -> None:
    ends: list[str] = []
    with pytest.raises(OSError, match="away"):
        await run_until(asyncio.Event(), slow_to_end(ends, 0.05), failing(OSError("away")))
    assert ends == ["cleaned up"]


async def test_what_else_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def failing_at_its_end() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise LookupError("no end")

    with pytest.raises(OSError, match="away"):
        await run_until(asyncio.Event(), failing_at_its_end(), failing(OSError("away")))
    (record,) = caplog.records
    assert record.exc_info is not None
    assert str(record.exc_info[1]) == "no end"


async def test_a_task_that_swallows_a_cancel_is_cancelled_again() -> None:
    swallowed = asyncio.Event()

    async def stubborn() -> None:
        while not swallowed.is_set():
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                swallowed.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    await asyncio.wait_for(cancel([task], 0.05), 5)
    assert task.cancelled()
