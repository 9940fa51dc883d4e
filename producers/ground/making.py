"""`python -m producers basemap`: which files become which layers."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from producers.ground import layers
from producers.ground.districts import CREDIT, read_districts
from producers.ground.layers import Drawn
from producers.ground.sources import Feature, read_features
from producers.ground.tiling import tile
from streams.contract.errors import BasemapError
from streams.contract.grammars import Bounds
from streams.geo.network import Stop

APPROXIMATE = "approximate"
"""The description of an archive whose shapes are no survey's: the map says so."""
_READ: dict[str, Callable[[Iterable[Feature]], Iterator[Drawn]]] = {
    "water": layers.water,
    "rail": layers.rails,
    "node_link": layers.roads,
    "buildings": layers.buildings,
    "names": layers.spots,
}


@dataclass(frozen=True, slots=True)
class GroundFiles:
    """The files a basemap is made of; without `boundaries` those of the extra are taken."""

    water: tuple[Path, ...] = ()
    rail: tuple[Path, ...] = ()
    node_link: tuple[Path, ...] = ()
    buildings: tuple[Path, ...] = ()
    names: tuple[Path, ...] = ()
    boundaries: tuple[Path, ...] = ()
    has_districts: bool = True
    stops: tuple[Stop, ...] = ()


@dataclass(slots=True)
class Made:
    """What was written."""

    size: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    def lines(self, out: Path) -> list[str]:
        layers_of = ", ".join(f"{name} {count}" for name, count in sorted(self.counts.items()))
        return [f"{out.name}: {self.size:,} bytes; {layers_of}", "set BOMNAE_BASEMAP to it"]


def make_basemap(
    files: GroundFiles, out: Path, bounds: Bounds, *, credit: str = "", is_approximate: bool = False
) -> Made:
    """The archive of the files; raises BasemapError when one of them cannot be used."""
    drawn = list(drawn_of(files, bounds))
    if not drawn:
        raise BasemapError("no file is given: --water, --node-link, --boundaries and others")
    credits_ = [credit, CREDIT if files.has_districts and not files.boundaries else ""]
    size = tile(
        drawn,
        out,
        bounds,
        credit=" · ".join(filter(None, credits_)),
        description=APPROXIMATE if is_approximate else "basemap",
    )
    return Made(size, Counter(each.layer for each in drawn))


def drawn_of(files: GroundFiles, bounds: Bounds) -> Iterator[Drawn]:
    """Everything that is drawn, in the order in which files and rows stand."""
    for name, read in _READ.items():
        for path in getattr(files, name):
            yield from read(read_features(path, bounds))
    if files.boundaries:
        for path in files.boundaries:
            yield from layers.districts(read_features(path, bounds), "emd")
    elif files.has_districts:
        for level, features in read_districts(bounds).items():
            yield from layers.districts(features, level)
    yield from layers.stops_of(stop for stop in files.stops if bounds.holds(stop.lon, stop.lat))
