"""Waiting for the state: a machine that stood has not waited, and a wait ends."""

import time

from streams.state.folded import is_folded


async def test_what_came_while_the_machine_stood_is_seen_when_it_wakes() -> None:
    looked = 0

    async def shows() -> bool:
        nonlocal looked
        looked += 1
        if looked == 1:
            time.sleep(0.6)  # noqa: ASYNC251 - the process stands, longer than it would wait
        return looked == 2

    assert await is_folded(shows, within_s=0.3)


async def test_a_machine_that_stood_leaves_the_others_the_rest_of_the_time() -> None:
    looked = 0

    async def shows() -> bool:
        nonlocal looked
        looked += 1
        if looked == 1:
            time.sleep(1.2)  # noqa: ASYNC251
        return looked == 5

    assert await is_folded(shows, within_s=1)


async def test_what_does_not_come_is_told_at_the_end() -> None:
    async def shows() -> bool:
        return False

    begun = time.monotonic()
    assert not await is_folded(shows, within_s=0.2)
    assert time.monotonic() - begun >= 0.2
