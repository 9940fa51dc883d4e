"""One fold has one set of settings, whoever works on it."""

import json
from typing import Any

import pytest
import redis.asyncio as aioredis

from streams.contract.errors import SettingsError
from streams.state.keys import LIVE_MS, META, POSITIONS, WORKERS, key
from streams.state.roster import Roster, changed, client_id, is_told, strangers

FACTS = {"network": "n", "city": "춘천시"}


def worker(client: aioredis.Redis, name: str, **folded_by: str) -> Roster:
    made = Roster(
        client, FACTS, {"BOMNAE_LEVELS_URBAN": "15,25", "BOMNAE_RULES": "a1", **folded_by}
    )
    made.name = name
    return made


async def meta(client: aioredis.Redis) -> dict[bytes, bytes]:
    found: Any = await client.hgetall(META)
    return dict(found)


async def silence(client: Any, name: str, ms: int) -> None:
    seen = int((await client.hget(WORKERS, name)).split()[0])
    await client.hset(WORKERS, name, str(seen - ms))


async def test_workers_of_the_same_settings_are_any_number(client: aioredis.Redis) -> None:
    for name in ("a", "b", "c", "a"):
        assert await worker(client, name).join() == []
    assert sorted(await client.hkeys(WORKERS)) == [b"a", b"b", b"c"]
    facts = await meta(client)
    assert (facts[b"network"], facts[b"city"]) == (b"n", "춘천시".encode())
    assert is_told(facts)
    assert changed(facts) == {}


async def test_a_worker_of_other_settings_is_refused_while_one_works(
    client: aioredis.Redis,
) -> None:
    await worker(client, "a").join()
    other = worker(client, "b", BOMNAE_LEVELS_URBAN="5,10")
    with pytest.raises(
        SettingsError, match=r"worker a folds by .*BOMNAE_LEVELS_URBAN 5,10 here, 15,25 there"
    ):
        await other.join()
    assert await client.hkeys(WORKERS) == [b"a"]
    assert json.loads((await meta(client))[b"folded_by"])["BOMNAE_LEVELS_URBAN"] == "15,25"


@pytest.mark.parametrize("end", ["left", "killed"])
async def test_once_nobody_works_a_change_is_taken_and_noted(
    client: aioredis.Redis, end: str
) -> None:
    first = worker(client, "a")
    await first.join()
    await client.hset(key(POSITIONS, 0), "permits/0", "7")
    if end == "left":
        await first.leave()
    else:
        await silence(client, "a", LIVE_MS + 1)
    second = worker(client, "b", BOMNAE_RULES="b2")
    assert await second.join() == ["BOMNAE_RULES"]
    assert changed(await meta(client))["names"] == ["BOMNAE_RULES"]
    assert await second.join() == []  # at its next look it is nothing new, and stays noted
    assert changed(await meta(client))["names"] == ["BOMNAE_RULES"]
    with pytest.raises(SettingsError, match="worker b folds by"):
        await first.join()  # a worker that slept wakes up in another time


async def test_settings_of_a_state_that_contains_nothing_are_no_change(
    client: aioredis.Redis,
) -> None:
    first = worker(client, "a")
    await first.join()
    await first.leave()
    await worker(client, "b", BOMNAE_RULES="b2").join()
    assert changed(await meta(client)) == {}


async def test_a_worker_that_stands_still_lives(client: aioredis.Redis) -> None:
    one: Any = client
    await worker(client, "a").join(stands=True)
    assert (await one.hget(WORKERS, "a")).endswith(b" stands")
    with pytest.raises(SettingsError):
        await worker(client, "b", BOMNAE_RULES="b2").join()
    await worker(client, "a").join()
    assert b"stands" not in await one.hget(WORKERS, "a")


async def test_a_setting_that_one_side_does_not_know_divides_nobody(
    client: aioredis.Redis,
) -> None:
    await worker(client, "old").join()
    assert await worker(client, "new", BOMNAE_NEWER="1").join() == []
    assert await worker(client, "old").join() == []


async def test_an_emptied_redis_hears_the_facts_again_at_the_next_look(
    client: aioredis.Redis,
) -> None:
    one = worker(client, "a")
    await one.join()
    await client.flushall()
    await one.join()
    assert (await meta(client))[b"network"] == b"n"


async def test_a_member_of_the_group_that_is_not_in_the_roster_is_a_stranger(
    client: aioredis.Redis,
) -> None:
    one = worker(client, "a")
    await one.join()
    await worker(client, "b").join()
    assert await one.strangers([client_id("b"), client_id("a")]) == []
    assert strangers(await meta(client)) == []
    assert await one.strangers([client_id("a"), client_id("x")]) == ["bomnae-x"]
    assert strangers(await meta(client)) == ["bomnae-x"]
    await one.strangers([client_id("a")])
    assert strangers(await meta(client)) == []
