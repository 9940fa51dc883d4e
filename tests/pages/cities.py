"""A made-up city in a Redis of its own, for pages to look at."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from producers.network.importing import write_network
from streams.geo.network import Network
from tests.cities.stage import City
from tests.cities.traffic import Traffic
from tests.pages import servers


@contextmanager
def running_city(folder: Path, network: Network, traffic: Traffic) -> Iterator[City]:
    """A city that lives while the body lasts; its network's file is in the folder."""
    write_network(network, folder)
    with servers.running_redis(folder) as client, City(client, traffic).living() as city:
        yield city
