"""A wait gives what it saw, and one that fails names it."""

import pytest

from local.waiting import until, wait_until


def test_what_is_waited_for_comes_back() -> None:
    seen = iter([1, 2, 3])
    assert wait_until(lambda: next(seen), "two", lambda number: number == 2, every_s=0) == 2


def test_a_wait_in_vain_names_what_did_not_come_and_what_was_seen_last() -> None:
    with pytest.raises(TimeoutError, match=r"^not within 0 s: a live feed; seen last: 'stale'$"):
        wait_until(lambda: "stale", "a live feed", lambda seen: seen == "live", within_s=0)
    with pytest.raises(TimeoutError, match=r"^not within 0 s: an end$"):
        wait_until(lambda: False, "an end", within_s=0)


async def test_so_it_is_in_a_loop_whose_question_may_wait_itself() -> None:
    seen = iter([0, 7])

    async def ask() -> int:
        return next(seen)

    assert await until(ask, "seven", every_s=0) == 7
    with pytest.raises(TimeoutError, match="seen last: 3"):
        await until(lambda: 3, "four", lambda number: number == 4, within_s=0, every_s=0)
