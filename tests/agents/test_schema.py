"""The state that the last release wrote is read by this version, or refused with what to do.

`released/make.py` made it. Where a table gets another layout: raise `schema.SCHEMA`, have the new
version read the old rows too, and keep this file as long as `schema.READS` names its number.
"""

from typing import Any

import pytest
import redis.asyncio as aioredis

from streams.audit.fold import table_names
from streams.contract.errors import StateError
from streams.contract.settings import Settings
from streams.state import schema
from streams.state.gate import Gate
from streams.state.keys import META, POSITIONS, key, parts_of
from streams.state.kinds import hash_of
from streams.state.roster import Roster
from streams.state.store import Store
from streams.topology.stages import stages
from tests.agents import released
from tests.cities import worlds

SETTINGS = Settings()
STAGES = stages(SETTINGS, worlds.road())
BESIDE = {"positions", "counts", "dead-letters", "generation", "past", "past-gone", "outbox"}
OF_THE_CITY = {"meta", "roads-from", "lost", "rebuilding", "topic-ids"}


@pytest.fixture
async def state(client: aioredis.Redis) -> aioredis.Redis:
    """A Redis as the release left it."""
    await released.fill(client)
    return client


def test_every_table_of_the_release_is_one_that_this_version_reads() -> None:
    known = {*table_names(STAGES), *BESIDE}
    found = {parts_of(name) for name, _, _ in released.rows()}
    kinds = {kind.partition(":")[0] for kind, slot in found if slot.isdigit()}
    assert not kinds - known
    assert {kind for kind, slot in found if slot == "city"} <= OF_THE_CITY
    assert {"links", "folds", "works", "incidents", "buses", "usual"} <= kinds


async def test_all_of_it_is_loaded_row_by_row(state: aioredis.Redis) -> None:
    gate = Gate(state)
    gate.partitions = SETTINGS.partitions
    await gate.check_schema()
    count = 0
    for topic, stage in STAGES.items():
        for partition in range(topic.partitions(SETTINGS.partitions)):
            position, loaded = await gate.load_at(stage, topic.name, partition)
            stored = await state.hget(key(POSITIONS, partition), f"{topic.name}/{partition}")
            assert position == int(stored or -1)
            for table in stage.tables:
                rows = await state.hlen(hash_of(table, partition))
                if table.columns is None:
                    assert len(loaded[table.name]) == rows, table.name
                count += len(loaded[table.name])
    assert count > 1000


async def test_the_screens_leave_nothing_of_it_out(
    state: aioredis.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(state, SETTINGS.partitions)
    picture = await store.picture(SETTINGS.partitions)
    assert picture.links
    assert picture.works
    assert "rows left out" not in caplog.text


async def test_who_joins_gives_it_the_number_of_this_version(state: Any) -> None:
    assert await state.hget(META, schema.FIELD) is None
    facts = {schema.FIELD: str(schema.SCHEMA)}
    await Roster(state, facts, {}, SETTINGS.partitions).join()
    assert schema.schema_of(await state.hgetall(META)) == schema.SCHEMA


async def test_a_later_layout_is_refused_with_what_to_do(state: aioredis.Redis) -> None:
    await state.hset(META, schema.FIELD, schema.SCHEMA + 1)
    gate = Gate(state)
    with pytest.raises(StateError, match="a later version wrote it") as refused:
        await gate.check_schema()
    assert refused.value.exit_code == 7
    assert "python -m streams refold" in str(refused.value)
    await gate.begin_generation({})
    await gate.check_schema()
