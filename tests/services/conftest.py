"""What the service tests start: TEST_KAFKA=apache takes Apache Kafka, else the embedded broker."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.services import Process, start_apache_kafka
from local.stack import JARS, Stack
from tests.cities import worlds


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
    with Stack(tmp_path, kafka=kafka_kind) as started:
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
    folder = stack.folder / "network"
    folder.mkdir()
    (folder / "network.json").write_text(worlds.road(worlds.STOPS).dumps(), encoding="utf-8")
    stack.env["BOMNAE_NETWORK"] = str(folder)
    stack.run("topics", "producers", "topics")
    return stack
