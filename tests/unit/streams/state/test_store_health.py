"""Why a picture must stand though Redis answers every read."""

from typing import Any

import pytest

from streams.state.keys import LIVE_MS
from streams.state.store_health import StoreHealth, health_of

NOW_MS = 1_795_000_000_000
TOLD = {b"folded_by": b"{}"}
MIB = 1 << 20


def health(*seen_ms: int, **info: Any) -> StoreHealth:
    roster = {b"w%d" % number: b"%d" % ms for number, ms in enumerate(seen_ms)}
    return health_of([info], TOLD, roster, NOW_MS)


ALIVE = NOW_MS - 900


@pytest.mark.parametrize(
    ("info", "trouble"),
    [
        ({}, ""),
        ({"used_memory": 300 * MIB, "maxmemory": 0}, ""),  # no limit, never full
        ({"used_memory": 383 * MIB, "maxmemory": 384 * MIB}, ""),  # a worker still gets through
        ({"used_memory": 384 * MIB, "maxmemory": 384 * MIB}, "full"),
        ({"used_memory": 500 * MIB, "maxmemory": 384 * MIB}, "full"),
        ({"used_memory": 9, "maxmemory": 9, "maxmemory_policy": "allkeys-lru"}, ""),
        ({"role": "master"}, ""),
        ({"role": "slave", "slave_read_only": 1}, "read_only"),
        ({"role": "slave", "slave_read_only": 0}, ""),
        ({"aof_last_write_status": "err"}, "disk"),
        ({"aof_last_write_status": "ok"}, ""),
    ],
)
def test_what_a_redis_says_of_itself_is_why_nothing_can_be_written(
    info: dict[str, Any], trouble: str
) -> None:
    found = health(ALIVE, **info)
    assert (found.trouble, found.refusal) == (trouble, trouble)


def test_at_the_brim_a_worker_that_cannot_say_it_lives_means_full() -> None:
    brim = {"used_memory": 380 * MIB, "maxmemory": 384 * MIB}
    assert health(NOW_MS - LIVE_MS, **brim).trouble == "full"
    assert health(ALIVE, **brim).trouble == ""


@pytest.mark.parametrize(
    ("seen_ms", "workers", "trouble"),
    [
        ((), 0, "no_worker"),
        ((NOW_MS - LIVE_MS,), 0, "no_worker"),
        ((NOW_MS - LIVE_MS + 1,), 1, ""),
        ((ALIVE, NOW_MS - 86_400_000, ALIVE), 2, ""),
    ],
)
def test_workers_are_counted_while_they_say_that_they_live(
    seen_ms: tuple[int, ...], workers: int, trouble: str
) -> None:
    found = health(*seen_ms)
    assert (found.workers, found.trouble) == (workers, trouble)


def test_a_worker_that_lives_and_does_not_get_on_stands() -> None:
    roster = {b"a": b"%d" % ALIVE, b"b": b"%d stands" % ALIVE}
    found = health_of([], TOLD, roster, NOW_MS)
    assert (found.workers, found.standing, found.trouble) == (2, 1, "stands")
    gone = {b"a": b"%d" % ALIVE, b"b": b"%d stands" % (NOW_MS - LIVE_MS)}
    assert health_of([], TOLD, gone, NOW_MS).trouble == ""


def test_a_state_that_no_worker_with_a_roster_folded_says_nothing_of_workers() -> None:
    found = health_of([], {b"network": b"n"}, {}, NOW_MS)
    assert (found.workers, found.trouble) == (None, "")


def test_a_policy_that_throws_state_away_is_named_where_there_is_a_limit() -> None:
    assert health(ALIVE, maxmemory=9, maxmemory_policy="allkeys-lru").evicts == "allkeys-lru"
    assert health(ALIVE, maxmemory=0, maxmemory_policy="allkeys-lru").evicts == ""
    assert health(ALIVE, maxmemory=9, maxmemory_policy="noeviction").evicts == ""


def test_settings_that_changed_under_the_state_are_told() -> None:
    note = b'{"at_ms": 7, "names": ["BOMNAE_RULES"]}'
    found = health_of([], {**TOLD, b"changed": note}, {}, NOW_MS)
    assert (found.changed, found.changed_ms) == (("BOMNAE_RULES",), 7)
