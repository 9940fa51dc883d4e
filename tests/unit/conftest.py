"""Hypothesis tries the same cases each time in CI, others each night by LAWS_EXAMPLES; a command
that a test runs in its own process leaves the logs of the next test alone.
"""

import logging
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile(
    "fixed",
    derandomize=not os.environ.get("LAWS_EXAMPLES"),
    deadline=None,  # a busy machine is slow, not wrong
    print_blob=True,
)
settings.load_profile("fixed")


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
