"""Ways round in a small grid, and a town of stops beside the road: only straight lines."""

from streams.domain.roads.detours import Detour, detour
from streams.domain.roads.graph import RoadGraph
from streams.geo.network import Link, Network, Stop
from tests.cities.builder import city, node, section

A_B = f"{node(1, 0)}>{node(2, 0)}"
B_A = f"{node(2, 0)}>{node(1, 0)}"


def way(network: Network, closed: list[str], around: list[str]) -> Detour:
    found = detour(RoadGraph(network), closed, around)
    assert found is not None
    return found


def loose(a: Stop, b: Stop) -> Link:
    length_m = round(abs(b.lon - a.lon) * 1e5) + round(abs(b.lat - a.lat) * 1e5)
    return section(a, b, length_m=length_m)


def kerb(name: str, x: float, y: float) -> Stop:
    return Stop(name, f"{name} 앞", 127.7 + x / 1e5, 37.88 + y / 1e5)


WEST, MID, MIDDLE, EAST = (kerb(f"W{x}", x, 0) for x in (0, 600, 900, 1500))
NORTH, CORNER, SOUTH = kerb("N1", 300, 500), kerb("N2", 1200, 500), kerb("S9", 1200, -200)


def crossroads() -> Network:
    """West to east over three stops; one road leaves it northwards, another comes back."""
    up = (kerb("U1", 300, -200), NORTH)
    links = [loose(WEST, MID), loose(MID, MIDDLE), loose(MIDDLE, EAST), loose(*up)]
    links += [loose(NORTH, CORNER), loose(CORNER, SOUTH)]
    stops = (WEST, MID, MIDDLE, EAST, *up, CORNER, SOUTH)
    return city(*links, city="Loose", stops=stops)
