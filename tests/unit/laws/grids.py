"""Random town grids for laws, with some links closed."""

from dataclasses import dataclass

from hypothesis import strategies as st

from streams.geo.network import Network
from tests.cities.builder import town


@dataclass(frozen=True)
class Grid:
    network: Network
    closed: tuple[str, ...]
    around: str


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    width, height = draw(st.integers(2, 5)), draw(st.integers(1, 4))
    whole = [link.id for link in town(width, height).links]
    missing = draw(st.frozensets(st.sampled_from(whole), max_size=len(whole) // 3))
    carried = draw(st.frozensets(st.sampled_from(whole), max_size=len(whole)))
    network = town(width, height, missing=missing, carried=carried)
    ids = [link.id for link in network.links]
    around = draw(st.sampled_from(ids))
    closed = draw(st.lists(st.sampled_from(ids), max_size=len(ids) // 2, unique=True))
    return Grid(network, tuple(closed), around)
