"""The links a work takes in the direction its permit names.

"양방향", "" and what cannot be read mean both directions: a closure is rather shown than hidden.
상행 leads to Seoul, 하행 away from it, as on Korean roads; a link across that line counts as both.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

from streams.domain.network import Link, Network, Point, bearing_deg, distance_m

SEOUL = (126.9780, 37.5665)
REACHED_M = 60.0  # a stop stands beside its junction
ACROSS_DEG = 15  # a link this close to a right angle leads neither way
_COMPASS = {
    "북동": 45, "동북": 45, "남동": 135, "동남": 135, "남서": 225, "서남": 225, "북서": 315,
    "서북": 315, "북": 0, "동": 90, "남": 180, "서": 270,
    "N": 0, "NE": 45, "E": 90, "SE": 135, "S": 180, "SW": 225, "W": 270, "NW": 315,
    "NORTH": 0, "EAST": 90, "SOUTH": 180, "WEST": 270,
}  # fmt: skip
_BOTH = re.compile(r"양\s*방향|양측|양쪽|왕복|쌍방|상\s*[·/,]?\s*하행|both", re.IGNORECASE)
_ARROW = re.compile(r"\s*(?:→|⇒|➔|=>|->|>|~|에서)\s*")
_HEADING = re.compile(
    r"([동서남북]{1,2}|[NESW]{1,2}|north|east|south|west)(?:쪽|측)?\s*(?:행|향|방향|방면|B|bound)?",
    re.IGNORECASE,
)
_TOWARDS = re.compile(r"\s*(?:으?로\s*)?(?:방향|방면|쪽|행)?\s*(?:편도|차로|차선)?$")


class Directions:
    """Reads directions against one network; its names are gathered at the first use."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def pick(self, link_ids: Sequence[str], direction: str) -> tuple[str, ...]:
        """The links of that direction; all of them when none is, or when it cannot be read."""
        links = [link for link in map(self._network.link, link_ids) if link is not None]
        if not links or not direction.strip() or _BOTH.search(direction):
            return tuple(link_ids)
        kept = [link.id for link in links if self._leads(link, direction.strip())]
        return tuple(kept or link_ids)

    def _leads(self, link: Link, direction: str) -> bool:
        """Whether a link leads in a direction; unsure counts as yes."""
        heading_deg = self._heading_deg(link, direction)
        if heading_deg is None:
            return True
        off_deg = abs((link.bearing_deg - heading_deg + 180) % 360 - 180)
        return off_deg < 90 + ACROSS_DEG

    def _heading_deg(self, link: Link, direction: str) -> float | None:
        """Where the direction points to at a link, degrees; None when it cannot be read."""
        if direction.startswith(("상행", "하행")):
            to_seoul = bearing_deg(_middle(link), SEOUL)
            return to_seoul if direction.startswith("상행") else (to_seoul + 180) % 360
        goal = _ARROW.split(direction)[-1]
        if match := _HEADING.fullmatch(goal.strip()):
            return _COMPASS[match[1].upper()]
        return self._towards_deg(link, _TOWARDS.sub("", goal))

    def _towards_deg(self, link: Link, name: str) -> float | None:
        """The bearing of a named stop, place or road from a link; its own ends count exactly."""
        goals = self._named(name)
        if not goals:
            return None
        if distance_m(goal := _nearest(goals, link.geometry[-1]), link.geometry[-1]) < REACHED_M:
            return link.bearing_deg
        if distance_m(_nearest(goals, link.geometry[0]), link.geometry[0]) < REACHED_M:
            return (link.bearing_deg + 180) % 360
        return bearing_deg(_middle(link), goal)

    def _named(self, name: str) -> list[Point]:
        """The points of a name; without an exact one, of the names that begin with it."""
        bare = _bare(name)
        if len(bare) < 2:
            return []
        if bare in self._points:
            return self._points[bare]
        return [
            p for known, points in self._points.items() if known.startswith(bare) for p in points
        ]

    @cached_property
    def _points(self) -> dict[str, list[Point]]:
        found: dict[str, list[Point]] = {}
        for name, point in self._names():
            if name:
                found.setdefault(_bare(name), []).append(point)
        return found

    def _names(self) -> Iterable[tuple[str, Point]]:
        for stop in self._network.stops:
            yield stop.name, (stop.lon, stop.lat)
        for place in self._network.places:
            yield place.name, (place.lon, place.lat)
        for link in self._network.links:
            yield link.road_name, link.geometry[0]
            yield link.road_name, link.geometry[-1]


def _middle(link: Link) -> Point:
    (x1, y1), (x2, y2) = link.geometry[0], link.geometry[-1]
    return (x1 + x2) / 2, (y1 + y2) / 2


def _nearest(points: list[Point], to: Point) -> Point:
    return min(points, key=lambda point: (distance_m(point, to), point))


def _bare(name: str) -> str:
    return re.sub(r"[\s()·.]", "", name)
