"""One thing that can be found, and what a search says of it."""

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from maps.picture.fields import filled
from maps.picture.shapes import middle_of
from streams.geo.network import Network


class PlaceKind(StrEnum):
    """What a name can be of. A road is never an answer: it is read as its stretches."""

    SECTION = "section"
    STOP = "stop"
    PLACE = "place"
    ADDRESS = "address"
    ROUTE = "route"
    WORK = "work"
    ROAD = "road"


class SearchHit(msgspec.Struct, frozen=True, kw_only=True):
    """A result of the search. `links` are link indexes; a landmark's are those within `radius_m`.

    `score` is of 100; `is_certain`: the whole question is this place's name and no other's.
    """

    kind: PlaceKind
    id: str
    title: str
    subtitle: str = ""
    lon: float | None = None
    lat: float | None = None
    radius_m: int = 0
    links: tuple[int, ...] = ()
    score: int = 100
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class SearchEntry:
    """A stretch of road, a stop, a landmark, an address, a route, a work; or a whole road.

    `links` are link indexes; a landmark's are those within `radius_m` of it, any other's are its
    own (`radius_m` 0). `nodes` are the stops or junctions it stands at.
    """

    kind: PlaceKind
    id: str
    title: str
    subtitle: str = ""
    lon: float | None = None
    lat: float | None = None
    links: tuple[int, ...] = ()
    radius_m: int = 0
    nodes: frozenset[str] = frozenset()
    road: str = ""

    def result(self, score: int = 100, *, is_certain: bool = True) -> SearchHit:
        """The entry as the API gives it."""
        return filled(SearchHit, self, score=score, is_certain=is_certain)


def placed(hit: SearchHit, network: Network) -> SearchHit:
    """A result with a point: the middle of its middle link where it has none of its own."""
    if hit.lon is not None or not hit.links:
        return hit
    lon, lat = middle_of(network.links[hit.links[len(hit.links) // 2]].geometry)
    return msgspec.structs.replace(hit, lon=lon, lat=lat)
