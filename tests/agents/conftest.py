from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import redis.asyncio as aioredis

from local.services import Process, start_redis
from streams.state.gate import Gate
from streams.state.kinds import LETTERS
from tests.agents import ledger


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
    client = aioredis.from_url(_redis_url, socket_timeout=5)
    await client.flushall()
    try:
        yield client
    finally:
        await client.aclose()


@pytest.fixture
def gate(client: aioredis.Redis) -> Gate:
    return Gate(client, letters=LETTERS | ledger.LETTERS)


class OwnRedis:
    """A Redis that a test may kill and start again on the same port and the same files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server, self.url = start_redis(folder)

    @property
    def server(self) -> Process:
        return self._server

    def restart(self) -> None:
        self._server.stop()
        port = int(self.url.rsplit(":", 1)[1].split("/")[0])
        self._server, _ = start_redis(self._folder, port=port)


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[OwnRedis]:
    own = OwnRedis(tmp_path)
    try:
        yield own
    finally:
        own.server.stop()
