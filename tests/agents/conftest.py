from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import redis.asyncio as aioredis

from local.services import start_redis
from streams.state.gate import Gate
from streams.state.kinds import LETTERS
from tests import redis_server
from tests.agents import ledger
from tests.redis_server import RedisServer


@pytest.fixture(scope="session")
def _redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server, url = start_redis(tmp_path_factory.mktemp("redis"))
    try:
        yield url
    finally:
        server.stop()


@pytest.fixture
async def client(_redis_url: str) -> AsyncIterator[aioredis.Redis]:
    """An empty Redis of this test."""
    client = aioredis.from_url(_redis_url, socket_timeout=60)
    await client.flushall()
    try:
        yield client
    finally:
        await client.aclose()


@pytest.fixture
def gate(client: aioredis.Redis) -> Gate:
    return Gate(client, letters=LETTERS | ledger.LETTERS)


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server.running(tmp_path, "always") as own:
        yield own
