"""One city and one day for all tests of the simulator; nothing here is random but the seed."""

import pytest

from producers.simulator.city import build_city
from producers.simulator.day import Day
from streams.geo.network import Network

OPENS_MS = 1_795_414_000_000  # 2026-11-23 15:06:40 KST
SEED = 7
MINUTE_MS = 60_000


@pytest.fixture(scope="session")
def city() -> Network:
    return build_city()


@pytest.fixture
def day(city: Network) -> Day:
    return Day(city, SEED, opens_ms=OPENS_MS, starts_ms=OPENS_MS)
