"""What the service tests start: TEST_KAFKA=apache takes Apache Kafka, else the embedded broker."""

import os
from collections.abc import AsyncIterator, Iterator
from itertools import pairwise
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from local.services import Process, start_apache_kafka
from local.stack import JARS, Stack
from local.waiting import until
from maps.api.context import CONTEXT
from streams.geo.network import Network
from tests import redis_server
from tests.cities import worlds
from tests.cities.builder import city as city_of
from tests.cities.builder import in_a_row, section
from tests.redis_server import RedisServer
from tests.services.site import Url, fill, served
from tests.warm import WarmStack


@pytest.fixture(scope="session")
def kafka_kind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """ "embedded", a broker for each city; or the address of one Apache Kafka for all, in turn."""
    if os.environ.get("TEST_KAFKA", "embedded") == "embedded":
        yield "embedded"
        return
    broker, address = start_apache_kafka(tmp_path_factory.mktemp("kafka"), JARS)
    try:
        yield address
    finally:
        broker.stop()


@pytest.fixture
def stack(tmp_path: Path, kafka_kind: str) -> Iterator[Stack]:
    """A broker and a Redis; what a test starts in it is stopped with it."""
    with WarmStack(tmp_path, kafka=kafka_kind) as started:
        yield started


@pytest.fixture
def own_broker(city: Stack) -> Process:
    """The city's own broker, to be stopped; where all cities share one the test is left out."""
    if "broker" not in city.processes:
        pytest.skip("all cities share one broker")
    return city.processes["broker"]


@pytest.fixture
def city(stack: Stack) -> Stack:
    """A stack with the small road's network and the topics."""
    return worlds.lay(stack)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server.running(tmp_path) as running:
        yield running


@pytest.fixture
def network() -> Network:
    """A road of 20 sections one way."""
    stops = in_a_row((f"정류장{number}" for number in range(21)), step_deg=0.01)
    links = [section(a, b, road_name="중앙로", length_m=800) for a, b in pairwise(stops)]
    return city_of(*links, is_simulated=True)


@pytest.fixture
async def site(server: RedisServer, network: Network) -> AsyncIterator[tuple[Url, web.Application]]:
    fill(server)
    async with served(server, network) as (url, app):
        await until(
            lambda: app[CONTEXT].live.store_state, "a store that answers", lambda seen: seen == "ok"
        )
        yield url, app


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session
