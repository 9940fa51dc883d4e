"""What is found of a subject that stands on crew links alone, from a real Redis."""

from pathlib import Path
from typing import cast

import msgspec
import pytest
import redis.asyncio as aioredis

from streams.contract.crew_link import CrewLink
from streams.contract.settings import Settings
from streams.contract.times import DAY_MS
from streams.domain.stages.crew_links import CREW_LINKS, WorkLinks
from streams.kafka.intake import Intake
from streams.retention.deleting import Deleter
from streams.retention.forgetting import plan_of
from streams.retention.table import kept
from streams.state.kinds import hash_of
from streams.state.store import Store

T_MS = 1_795_000_000_000
LINK = CrewLink(
    link="a" * 22,
    work="P-1",
    holder="park",
    made_ms=T_MS,
    expires_ms=T_MS + DAY_MS,
    made_by="kim",
    ended_ms=T_MS + 1,
    ended_by="lee",
)


@pytest.fixture
async def store(client: aioredis.Redis) -> Store:
    row = msgspec.json.encode(WorkLinks((LINK,)))
    await client.hset(hash_of(CREW_LINKS, 0), "P-1", row)
    return Store(client, 1)


@pytest.mark.parametrize(
    ("kind", "name", "count"),
    [
        ("account", "kim", 1),
        ("account", "lee", 1),
        ("account", "park", 1),
        ("account", "choi", 0),
        ("work", "P-1", 1),
        ("work", "P-2", 0),
    ],
)
async def test_a_subject_of_crew_links_alone_is_found(
    store: Store, kind: str, name: str, count: int
) -> None:
    assert (await plan_of(store, Settings(), kind, name, T_MS)).count == count


@pytest.mark.parametrize(("at_ms", "due"), [(T_MS + DAY_MS, []), (T_MS + DAY_MS + 1, [1])])
async def test_links_that_have_expired_are_due(store: Store, at_ms: int, due: list[int]) -> None:
    nobody = cast("Intake", None)  # nothing is deleted here
    found = await Deleter(Settings(), store, nobody, kept(), dict[str, Path]()).due(at_ms)
    assert [each.count for each in found if each.name == "crew-links"] == due
