"""What the service tests start: TEST_KAFKA=apache takes Apache Kafka, else the embedded broker."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.stack import Stack


@pytest.fixture
def kafka_kind() -> str:
    return os.environ.get("TEST_KAFKA", "embedded")


@pytest.fixture
def stack(tmp_path: Path, kafka_kind: str) -> Iterator[Stack]:
    """A broker and a Redis; what a test starts in it is stopped with it."""
    with Stack(tmp_path, kafka=kafka_kind) as started:
        yield started
