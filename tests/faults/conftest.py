"""Apache Kafka once for all rows; a Redis, topics and a kept history for each."""

import logging
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.stack import JARS
from tests.faults.figures import Figures
from tests.faults.node import Broker
from tests.faults.rig import Rig


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    if not any(JARS.glob("kafka-server-*.jar")):
        pytest.fail(f"no Apache Kafka in {JARS}: `make kafka` fetches it", pytrace=False)
    started = Broker(tmp_path_factory.mktemp("kafka"))
    try:
        yield started
    finally:
        started.close()


@pytest.fixture
def rig(broker: Broker, tmp_path: Path) -> Iterator[Rig]:
    with Rig(tmp_path, broker) as started:
        yield started


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Figures:
    """Named after the test: `test_f02_kill_minus_9...` is row F2."""
    marker = request.node.get_closest_marker("row")
    return Figures(*marker.args)


def pytest_configure(config: pytest.Config) -> None:
    logging.getLogger("kafka").setLevel(logging.ERROR)
    config.addinivalue_line("markers", "row(number, fault): a row of the fault table")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, Any, Any]:
    """A row that fails keeps its history, and says where."""
    report: Any = yield
    used = getattr(item, "funcargs", {})
    rig = used.get("rig") or used.get("city")
    if call.when == "call" and report.failed and rig is not None:
        report.sections.append(("history", f"kept in {rig.keep_history(item.name)}"))
    return report
