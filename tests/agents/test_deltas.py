"""The deltas of several partitions as one chain, from a real Redis."""

from typing import Any

import pytest
import redis.asyncio as aioredis

from maps.picture.catch_up import head_after, missed
from streams.domain.stage import Sum
from streams.state.gate import Gate
from streams.state.keys import BEGUN, DELTAS, MAX_DELTAS, key
from streams.state.kinds import StoredDelta
from streams.state.side_by_side import beginning, id_of
from streams.state.store import MARGIN_MS, Store
from tests.agents.ledger import TOPIC, LedgerStage

T0 = 1_795_392_000_000
WIDE = 3


async def say(client: Any, partition: int, ms: int, number: int = 0, value: int = 7) -> str:
    """A delta with the clock of a partition, written at a time; its id."""
    body = b'{"at":%d,"k":{"%d":%d}}' % (ms, partition, value)
    name: bytes = await client.xadd(key(DELTAS, partition), {"d": body}, id=f"{T0 + ms}-{number}")
    return name.decode()


def told(deltas: list[StoredDelta] | None) -> list[tuple[str, int]] | None:
    """The ms of each, after T0, and its partition."""
    if deltas is None:
        return None
    return [(x.delta_id.removeprefix(str(T0)[:-6]), int(next(iter(x.clocks)))) for x in deltas]


async def test_one_read_brings_all_partitions_in_the_order_of_their_ids(
    client: aioredis.Redis,
) -> None:
    store = Store(client, WIDE)
    for partition, ms in ((0, 5), (2, 1), (1, 3), (0, 9)):
        await say(client, partition, ms)
    run = await store.deltas_after(beginning(WIDE), block_ms=0)
    assert [int(next(iter(x.clocks))) for x in run.deltas] == [2, 1, 0, 0]
    assert (await store.deltas_after(run.places, block_ms=0)).deltas == []
    late = await say(client, 1, 4)  # by a clock that is behind
    (found,) = (await store.deltas_after(run.places, block_ms=0)).deltas
    assert found.delta_id == late
    assert await store.holds(run.places)


async def test_what_readers_are_told_has_ids_that_grow(client: aioredis.Redis) -> None:
    store, head, places = Store(client, WIDE), "0-0", beginning(WIDE)
    heads = []
    for partition, ms in ((0, 5), (1, 5), (2, 4), (0, 6)):  # one ms, and a clock that is behind
        await say(client, partition, ms)
        run = await store.deltas_after(places, block_ms=0)
        head, places = head_after(head, run.deltas), run.places
        heads.append(id_of(head))
    assert heads == [(T0 + 5, 0), (T0 + 5, 1), (T0 + 5, 2), (T0 + 6, 0)]


async def test_who_comes_back_is_told_what_another_server_had_not_read(
    client: aioredis.Redis,
) -> None:
    store = Store(client, WIDE)
    await say(client, 2, 1)
    await say(client, 1, 10_000 - MARGIN_MS)
    since = await say(client, 0, 10_000)
    await say(client, 1, 9_999)  # after the reader was told `since`
    head = await say(client, 0, 11_000)
    run = await store.deltas_after(beginning(WIDE), block_ms=0)
    found = await missed(store, since, head, run.places)
    assert found is not None
    assert [(id_of(x.delta_id) or (0, 0))[0] - T0 for x in found] == [8_000, 9_999, 11_000]


async def test_what_comes_again_never_sets_a_row_back(client: aioredis.Redis) -> None:
    store = Store(client, WIDE)
    await say(client, 0, 10_000, value=1)
    await say(client, 1, 10_000, 1, value=1)
    since = await say(client, 0, 10_001, value=2)  # which the reader has
    places = (await store.picture(WIDE)).places
    found = await missed(store, since, since, places)
    assert found is not None
    assert {name: ms for each in found for name, ms in each.clocks.items()} == {"1": 1}


async def test_a_name_made_up_in_a_full_ms_is_found_again(client: aioredis.Redis) -> None:
    store = Store(client, WIDE)
    await say(client, 0, 5)
    await say(client, 1, 5)
    head = await say(client, 0, 9_000)
    run = await store.deltas_after(beginning(WIDE), block_ms=0)
    assert await missed(store, f"{T0 + 5}-1", head, run.places) is not None
    assert await missed(store, f"{T0 + 6}-0", head, run.places) is None  # of no ms that is kept


async def test_a_partition_that_was_trimmed_past_a_reader_starts_him_over(
    client: aioredis.Redis,
) -> None:
    store = Store(client, WIDE)
    since = await say(client, 0, 0)
    for number in range(MAX_DELTAS):
        await say(client, 1, 100, number)
    head = await say(client, 0, 200)
    places = (await store.picture(WIDE)).places
    assert await missed(store, since, head, places) is None
    await client.xtrim(key(DELTAS, 1), maxlen=MAX_DELTAS - 1, approximate=False)
    assert await missed(store, since, head, places) is not None  # it never had more


@pytest.mark.parametrize("partition", range(WIDE))
async def test_a_partition_taken_away_breaks_the_chain(
    gate: Gate, client: aioredis.Redis, partition: int
) -> None:
    gate.tables = ("seen", "total")
    store, stage = Store(client, WIDE), LedgerStage()
    for each in (0, 1):
        await gate.apply((TOPIC, each), 0, 0, stage=stage, effects=Sum(changes={"seen": {"a": 1}}))
    before = (await store.picture(WIDE)).places
    since = max(x for x in before)
    await client.hset(key(BEGUN, partition), f"{TOPIC}/{partition}", 1)
    assert await gate.begin_anew(partition)
    run = await store.deltas_after(before, block_ms=0)
    assert run.is_broken
    assert await store.holds(before) == (partition == 2)  # of which there was no delta
    await gate.apply((TOPIC, 0), 1, 1, stage=stage, effects=Sum(changes={"seen": {"a": 2}}))
    after = (await store.picture(WIDE)).places
    assert await store.deltas_since(since, after) is None
