"""Clients of Kafka that cannot start leave nothing open: no client, no connection, no task."""

import asyncio
import gc
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError

from local.services import free_port
from streams.contract.settings import Settings
from streams.kafka.cluster import LogReader
from streams.kafka.stretches import LogLayer

WITHIN_S = 10.0
Make = Callable[[Settings], AbstractAsyncContextManager[Any]]


@pytest.fixture
async def unclosed() -> list[str]:
    """What the loop is told of as left open; empty where all was closed."""
    said: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: said.append(str(context)))
    return said


@pytest.mark.parametrize("make", [LogReader, LogLayer])
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # it is what is looked for here
async def test_a_client_of_a_broker_that_is_away_is_closed(make: Make, unclosed: list[str]) -> None:
    async def ask() -> None:
        with pytest.raises(KafkaConnectionError):
            async with make(Settings(kafka=(f"127.0.0.1:{free_port()}",))):
                raise AssertionError("no broker, and a client")  # pragma: no cover

    await ask()
    gc.collect()
    assert unclosed == []


@pytest.mark.parametrize("make", [LogReader, LogLayer])
@pytest.mark.filterwarnings("ignore::ResourceWarning")
async def test_a_client_whose_time_is_over_closes_its_connection(
    make: Make, unclosed: list[str]
) -> None:
    """As the doctor's is, by a broker that accepts and never answers."""
    ended = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1_000):
            pass
        ended.set()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3), make(Settings(kafka=(f"127.0.0.1:{port}",))):
                raise AssertionError("no answer, and a client")  # pragma: no cover
        async with asyncio.timeout(WITHIN_S):
            await ended.wait()
    finally:
        server.close()
        await server.wait_closed()
    gc.collect()
    assert unclosed == []
