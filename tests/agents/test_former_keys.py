"""State of a version of before is taken over once, whole, or refused with what to do."""

from collections.abc import Mapping
from typing import Any

import pytest
import redis.asyncio as aioredis

from streams.contract.errors import SettingsError
from streams.contract.times import now_ms
from streams.contract.topics import partition_of
from streams.state.former_keys import take_over
from streams.state.keys import BEGUN, CITY, DELIVERY, META, PAST, PAST_GONE, POSITIONS, key
from streams.state.store import Store

A = partition_of("A", 2)
HASHES = {
    "positions": {"permits/0": "4", "bus-positions/0": "7", "bus-positions/1": "9"},
    "clock": {"0": "1000", "1": "2000"},
    "feeds": {"permits": "{}"},
    "links:0": {"0": "page"},
    "links:1": {"0": "other page"},
    "works:0": {"W": "{}"},
    "subscriptions:0": {"ep_1": "{}"},
    "counts": {"speeds late": "3"},
    "dead-letters": {"permits R010": "2"},
    "meta": {"network": "n", "folded_by": "{}"},
    "roads-from": {"link-events/1": "12"},
    "lost": {"permits/0 1": "3"},
    "topic-ids": {"permits": "id"},
    "rebuilding": {"permits/0": "9"},
    "delivery-counts": {"delivered": "5"},
    "undelivered": {"ep_1": "{}"},
    "replays": {"ep_1 m": "{}"},
}
NOW = {
    key(POSITIONS, 0): {"permits/0": "4", "bus-positions/0": "7"},
    key(POSITIONS, 1): {"bus-positions/1": "9"},
    key("clock", 0): {"0": "1000"},
    key("clock", 1): {"1": "2000"},
    **{key(name, 0): HASHES[name] for name in ("feeds", "counts", "dead-letters")},
    **{key(name, 0): HASHES[f"{name}:0"] for name in ("links", "works", "subscriptions")},
    key("links", 1): HASHES["links:1"],
    **{key(x, CITY): HASHES[x] for x in ("meta", "roads-from", "lost", "topic-ids", "rebuilding")},
    key("counts", DELIVERY): HASHES["delivery-counts"],
    **{key(name, DELIVERY): HASHES[name] for name in ("undelivered", "replays")},
}
STREAMS = {
    "changes": key("changes", 0),
    "outbox": key("outbox", 0),
    "past:work:W": key("past:work:W", 0),
    "past:links/1": key("past:links/1", 1),
    "past:link:A": key("past:link:A", A),
    "attempts:ep_1": key("attempts:ep_1", DELIVERY),
    "undelivered:ep_1": key("undelivered:ep_1", DELIVERY),
}
SUBJECTS = {"work:W": 1.0, "links/1": 2.0, "link:A": 3.0}
ID = "1795392000000-0"


async def of_before(client: Any) -> None:
    """What a version of before leaves in Redis when all of it has ended."""
    for name, rows in HASHES.items():
        await client.hset(f"bomnae:{name}", mapping=rows)
    for name in STREAMS:
        await client.xadd(f"bomnae:{name}", {"f": name}, id=ID)
    await client.zadd("bomnae:past", SUBJECTS)
    await client.zadd("bomnae:past-gone", {"link:A": 3.0})
    await client.set("bomnae:delivery:ep_1", '{"cursor": "1795392000000-0"}')
    await client.set("bomnae:delivery-lease:ep_1", "gone-1")
    await client.hset("bomnae:workers", "w", now_ms() - 60_000)
    await client.zadd("bomnae:dispatchers", {"d": now_ms() - 60_000})


async def hashes_of(client: Any, names: Mapping[str, object]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[bytes, bytes]] = {name: await client.hgetall(name) for name in names}
    return {n: {k.decode(): v.decode() for k, v in rows.items()} for n, rows in found.items()}


async def test_everything_is_taken_over_and_nothing_of_before_is_left(
    client: aioredis.Redis,
) -> None:
    await of_before(client)
    assert await take_over(client, 2)
    assert await hashes_of(client, NOW) == NOW
    for name, now in STREAMS.items():
        assert await client.xrange(now) == [(ID.encode(), {b"f": name.encode()})]
    known: list[Any] = [await client.zrange(key(PAST, p), 0, -1, withscores=True) for p in (0, 1)]
    assert {name.decode(): ms for rows in known for name, ms in rows} == SUBJECTS
    assert (b"links/1", 2.0) in known[1]
    assert await client.zrange(key(PAST_GONE, A), 0, -1) == [b"link:A"]
    assert await client.get(key("state:ep_1", DELIVERY)) == b'{"cursor": "1795392000000-0"}'
    assert [name async for name in client.scan_iter("bomnae:[^{]*")] == []
    assert not await take_over(client, 2)


async def test_counts_and_history_read_as_before(client: aioredis.Redis) -> None:
    await of_before(client)
    await take_over(client, 2)
    store = Store(client, 2)
    counts = await store.counts()
    assert (counts["speeds late"], counts["webhook delivered"], counts["lost permits/0"]) == (
        3,
        5,
        3,
    )
    assert await store.changed_since(0) == ["work:W", "link:A"]


async def test_a_step_that_was_stopped_midway_stays_so(client: aioredis.Redis) -> None:
    await of_before(client)
    await client.hset("bomnae:begun", "bus-positions/1", "10")
    await take_over(client, 2)
    assert await client.hgetall(key(BEGUN, 1)) == {b"bus-positions/1": b"10"}
    assert not await client.exists(key(BEGUN, 0))


async def test_a_redis_of_this_version_or_an_empty_one_stays_as_it_is(
    client: aioredis.Redis,
) -> None:
    assert not await take_over(client, 2)
    await client.hset(META, "network", "n")
    assert not await take_over(client, 2)
    assert await client.keys() == [META.encode()]


@pytest.mark.parametrize("is_dispatcher", [False, True])
async def test_while_a_process_of_before_works_nothing_is_touched(
    client: aioredis.Redis, *, is_dispatcher: bool
) -> None:
    await of_before(client)
    if is_dispatcher:
        await client.zadd("bomnae:dispatchers", {"d": now_ms()})
    else:
        await client.hset("bomnae:workers", "w", f"{now_ms()} stands")
    before = sorted(await client.keys())
    with pytest.raises(
        SettingsError, match=r"[wd] of a version of before works on this Redis: stop"
    ):
        await take_over(client, 2)
    assert sorted(await client.keys()) == before


async def test_a_version_of_before_that_ran_again_is_refused_with_what_to_do(
    client: aioredis.Redis,
) -> None:
    await of_before(client)
    await take_over(client, 2)
    await of_before(client)
    with pytest.raises(SettingsError, match=r"delete the keys .* that is not to stay"):
        await take_over(client, 2)


async def test_of_two_workers_that_start_together_one_takes_over(client: aioredis.Redis) -> None:
    await of_before(client)
    real = client.zrange

    async def meanwhile(*args: Any, **more: Any) -> Any:
        client.zrange = real  # type: ignore[method-assign]
        found = await real(*args, **more)
        assert await take_over(client, 2)
        return found

    client.zrange = meanwhile  # type: ignore[method-assign]
    assert await take_over(client, 2) in (True, False)
    assert await hashes_of(client, NOW) == NOW
