import asyncio
import time

import pytest

from streams.contract.retrying import attempts


async def tries_of(errors: list[Exception], *, within_s: float | None = None) -> list[str]:
    seen: list[str] = []

    def is_away(error: Exception) -> bool:
        seen.append(type(error).__name__)
        return isinstance(error, OSError)

    async for attempt in attempts(is_away, (0.001, 0.01), within_s=within_s):
        with attempt:
            if errors:
                raise errors.pop(0)
    return seen


async def test_what_is_away_is_tried_again_until_it_is_back() -> None:
    assert await tries_of([OSError(), TimeoutError(), OSError()]) == [
        "OSError",
        "TimeoutError",
        "OSError",
    ]


async def test_any_other_error_is_raised_at_once() -> None:
    errors: list[Exception] = [OSError(), ValueError("a bug"), OSError()]
    with pytest.raises(ValueError, match="a bug"):
        await tries_of(errors)
    assert len(errors) == 1


async def test_after_the_time_given_the_last_error_is_raised() -> None:
    begin_s = time.monotonic()
    with pytest.raises(OSError, match="away"):
        await tries_of([OSError("away")] * 1000, within_s=0.05)
    assert time.monotonic() - begin_s < 5


async def test_without_a_time_it_goes_on_until_it_is_cancelled() -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(tries_of([OSError("away")] * 10_000), 0.2)


async def test_a_cancel_in_the_midst_of_an_attempt_ends_it() -> None:
    async def work() -> None:
        async for attempt in attempts(lambda _: True, (0.001, 0.01)):
            with attempt:
                await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.wait([task], timeout=5)
    assert task.cancelled()
