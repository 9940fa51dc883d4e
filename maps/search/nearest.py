"""The stretches near a point, with how far was looked. Pure; remembers what it was asked."""

from streams.geo.measures import Point
from streams.geo.network import Network

REACHES_M = (100, 200, 400, 800, 1600)
MOST_LINKS = 12


class Nearest:
    """Finds links near points; a link brings its whole stretch, both directions."""

    def __init__(self, network: Network, companions: dict[int, tuple[int, ...]]) -> None:
        self._network = network
        self._companions = companions
        self._known: dict[tuple[Point, int], tuple[tuple[int, ...], int]] = {}

    def links(self, point: Point, least_m: int = 0) -> tuple[tuple[int, ...], int]:
        """Links within the least reach that has any, nearest first, and that reach in m.

        ((), 0) where there is none within 1,600 m.
        """
        asked = (point, least_m)
        if asked not in self._known:
            if len(self._known) > 50_000:  # every address of a city, once
                self._known.clear()
            self._known[asked] = self._look(point, least_m)
        return self._known[asked]

    def _look(self, point: Point, least_m: int) -> tuple[tuple[int, ...], int]:
        for reach_m in REACHES_M:
            if reach_m < least_m:
                continue
            near = [link for _, link in self._network.near(point, reach_m) if link.is_drawn]
            if near:
                places = (self._network.index[link.id] for link in near)
                whole = (p for place in places for p in self._companions.get(place, (place,)))
                return tuple(dict.fromkeys(whole))[:MOST_LINKS], reach_m
        return (), 0
