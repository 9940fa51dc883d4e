"""The two whole cities: the simulated one, and Chuncheon where its open files are at hand."""

from functools import cache

from producers.network.importing import import_network
from producers.simulator.city import build_city
from streams.contract.settings import Settings
from streams.geo.loading import load_gazetteer
from streams.geo.measures import Point
from streams.geo.network import Network
from tests.places import SHARED

DATA = SHARED / "data" / "chuncheon"
ADDRESSES: dict[str, Point] = {
    "중앙로77": (127.7252, 37.8783),
    "중앙로79": (127.7251, 37.8782),
    "백령로156": (127.7437, 37.8752),
    "삭주로77": (127.7400, 37.8842),
    "스무숲길21": (127.7450, 37.8512),
    "효자동622-4": (127.7319, 37.8706),
    "석사동산45-2": (127.7380, 37.8635),
    "석사동714": (127.7385, 37.8633),
}
"""Addresses for the simulated city, which has no gazetteer of its own."""


@cache
def network_of(city: str) -> Network:
    """The simulated city's network, or Chuncheon's from its files."""
    if city == "sim":
        return build_city()
    routes, stops = (DATA / f"{name}_20260326.cp949.csv" for name in ("route_stops", "stops"))
    return import_network(routes, Settings.from_env({}), stops=stops).network


def gazetteer_of(city: str) -> dict[str, Point]:
    if city == "sim":
        return dict(ADDRESSES)
    return load_gazetteer(str(DATA / "streetlights_20260610.cp949.csv"))
