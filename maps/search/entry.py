"""One thing that can be found."""

from dataclasses import dataclass
from typing import Any

from maps.picture.text import shown

_SHOWN = ("kind", "id", "title", "subtitle", "lon", "lat", "radius_m")


@dataclass(frozen=True, slots=True)
class SearchEntry:
    """A stretch of road, a stop, a landmark, an address, a route, a work; or a whole road.

    `links` are link indexes; a landmark's are those within `radius_m` of it, any other's are its
    own (`radius_m` 0). `nodes` are the stops or junctions it stands at. A `road` is never an
    answer: it is read as its stretches.
    """

    kind: str
    id: str
    title: str
    subtitle: str = ""
    lon: float | None = None
    lat: float | None = None
    links: tuple[int, ...] = ()
    radius_m: int = 0
    nodes: frozenset[str] = frozenset()
    road: str = ""

    def result(self, score: int, *, is_certain: bool) -> dict[str, Any]:
        """The entry as the API gives it."""
        found = {name: getattr(self, name) for name in _SHOWN}
        own = {name: shown(row) if isinstance(row, str) else row for name, row in found.items()}
        return {**own, "links": list(self.links), "score": score, "is_certain": is_certain}
