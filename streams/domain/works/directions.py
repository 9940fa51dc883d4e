"""The links a work takes in the direction its permit names.

"양방향", "" and what cannot be read mean both directions: a closure is rather shown than hidden.
상행 leads to Seoul, 하행 away from it, as on Korean roads; a link across that line counts as both.
"동측" is the lanes towards the east, on a road across that those on its eastern side.
"""

import math
import re
from collections.abc import Iterable, Sequence
from functools import cached_property

from streams.domain.roads.joins import turn_deg
from streams.domain.works.direction_words import Stated, stated
from streams.domain.works.towns import SEOUL, TOWNS
from streams.geo.measures import Point, bearing_deg, distance_m
from streams.geo.network import Link, Network

REACHED_M = 60.0  # a stop stands beside its junction
TOWN_FROM_M = 3_000.0  # within a town its name is no direction
ACROSS_DEG = 15  # a link this close to a right angle leads neither way
LEAST_NAME = 2
PLAIN = 0.5  # of -2..2: a link that goes so much more to one place than to the other leads there
Points = list[Point]


class Directions:
    """Reads directions against one network; its names are gathered at the first use."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._likes: dict[str, Points] = {}  # what was found before: a list names few places

    def pick(
        self, link_ids: Sequence[str], direction: str, *, named: Sequence[str] = ()
    ) -> tuple[str, ...]:
        """The links of that direction; all of them when none is, or when it cannot be read.

        A section over links of the place goes as they go. `named` are the links that the source
        itself gives: a direction that is stated but cannot be read is theirs.
        """
        wanted = stated(direction)
        links = [link for link in map(self._network.link, link_ids) if link is not None]
        if not links or wanted.is_both:
            return tuple(link_ids)
        leads = {link.id: self._leads(link, wanted) for link in links}
        if all(way is None for way in leads.values()):
            return self._going_as(links, named) or tuple(link_ids)
        for link in links:
            if carriers := [leads[x] for x in self._under(link) if x in leads]:
                leads[link.id] = any(way is not False for way in carriers)
        return tuple(link_id for link_id, way in leads.items() if way is not False) or tuple(
            link_ids
        )

    def is_read(self, link_ids: Sequence[str], direction: str) -> bool:
        """Whether a direction is none, both, or one that can be read at these links."""
        wanted = stated(direction)
        links = [link for link in map(self._network.link, link_ids) if link is not None]
        return wanted.is_both or not links or any(self._leads(x, wanted) is not None for x in links)

    def _under(self, link: Link) -> Iterable[str]:
        return self._network.layers_of.get(link.id, ()) if link.kind == "section" else ()

    def _going_as(self, links: Sequence[Link], named: Sequence[str]) -> tuple[str, ...]:
        """The links that go as the named ones do."""
        ways = [link for link in links if link.id in named]
        return tuple(
            link.id
            for link in links
            if link in ways
            or any(x in named for x in self._under(link))
            or any(turn_deg(link.bearing_deg, way.bearing_deg) < 90 for way in ways)
        )

    def _leads(self, link: Link, wanted: Stated) -> bool | None:
        """Whether a link leads in a direction, None when nobody knows or it leads across."""
        to, since = self._known(wanted.to, link), self._known(wanted.since, link)
        if to and since:
            return _leads_between(link, since, to)
        for heading_deg in self._headings(link, wanted, to, since):
            if (way := _way(link.bearing_deg, heading_deg)) is not None:
                return way
        return None

    @staticmethod
    def _headings(link: Link, wanted: Stated, to: Points, since: Points) -> Iterable[float]:
        """Where a direction points to at a link, degrees, the best evidence first."""
        if wanted.heading_deg is not None:
            yield wanted.heading_deg
        if wanted.side_deg is not None:
            yield from (wanted.side_deg, wanted.side_deg - 90)  # cars keep to the right
        if wanted.is_upward is not None:
            to_seoul = bearing_deg(_middle(link), SEOUL)
            yield to_seoul if wanted.is_upward else to_seoul + 180
        yield from _towards(link, to)
        yield from (deg + 180 for deg in _towards(link, since))

    def _known(self, spellings: Iterable[str], link: Link) -> Points:
        """The points of the first spelling that is a name here; towns lie where they are."""
        return next((found for name in spellings if (found := self._named(name, link))), [])

    def _named(self, name: str, link: Link) -> Points:
        """The points of a name; without an exact one, of the names that begin with or hold it."""
        bare = _bare(name)
        if len(bare) < LEAST_NAME:
            return []
        if bare in self._points:
            return self._points[bare]
        town = TOWNS.get(bare.removesuffix("시").removesuffix("군"))
        if town:
            return [town] if distance_m(town, _middle(link)) > TOWN_FROM_M else []
        if bare not in self._likes:
            self._likes[bare] = self._like(bare)
        return self._likes[bare]

    def _like(self, bare: str) -> Points:
        """The points of the names that begin with a text, else of those that hold it."""
        for is_it in (str.startswith, str.__contains__):
            found = [p for known, ps in self._points.items() if is_it(known, bare) for p in ps]
            if found:
                return found
        return []

    @cached_property
    def _points(self) -> dict[str, Points]:
        found: dict[str, Points] = {}
        for name, point in self._names():
            if name:
                found.setdefault(_bare(name), []).append(point)
        return found

    def _names(self) -> Iterable[tuple[str, Point]]:
        for stop in self._network.stops:
            point = stop.lon, stop.lat
            ids = {stop.id, stop.id.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), stop.number}
            yield from ((name, point) for name in (stop.name, *sorted(ids)))
        for place in self._network.places:
            yield place.name, (place.lon, place.lat)
        links = self._network.columns
        for at, name in enumerate(links.road_names):
            yield from ((name, point) for point in links.line(at))


def _leads_between(link: Link, since: Points, to: Points) -> bool | None:
    """Whether a link leads from one place to another: exactly where it does not lead back."""
    if to == since:
        return None
    if to < since:
        back = _leads_between(link, to, since)
        return None if back is None else not back
    at_goal, at_start = _end_at(link, to), _end_at(link, since)
    if at_goal is not None and at_start is (not at_goal):
        return at_goal
    middle = _middle(link)
    start, goal = _nearest(since, middle), _nearest(to, middle)
    score = sum(
        sign * math.cos(math.radians(link.bearing_deg - bearing_deg(middle, point)))
        for sign, point in ((1, goal), (-1, start))
    )
    if abs(score) > PLAIN:
        return score > 0
    return _way(link.bearing_deg, bearing_deg(start, goal))


def _end_at(link: Link, goals: Points) -> bool | None:
    """True when a link ends at one of the points, False when it begins there."""
    away_m = [
        distance_m(_nearest(goals, end), end) for end in (link.geometry[-1], link.geometry[0])
    ]
    if min(away_m) >= REACHED_M or max(away_m) < REACHED_M:
        return None
    return away_m[0] < away_m[1]


def _towards(link: Link, goals: Points) -> Iterable[float]:
    """The bearing of a place from a link; its own ends count exactly."""
    if not goals:
        return
    if (ends := _end_at(link, goals)) is not None:
        yield link.bearing_deg + (0 if ends else 180)
    elif distance_m(_nearest(goals, link.geometry[-1]), link.geometry[-1]) >= REACHED_M:
        yield bearing_deg(_middle(link), _nearest(goals, _middle(link)))


def _way(bearing_deg: float, heading_deg: float) -> bool | None:
    """Whether a bearing leads to a heading; None across it."""
    off_deg = turn_deg(bearing_deg, heading_deg)
    return None if abs(off_deg - 90) < ACROSS_DEG else off_deg < 90


def _middle(link: Link) -> Point:
    (x1, y1), (x2, y2) = link.geometry[0], link.geometry[-1]
    return (x1 + x2) / 2, (y1 + y2) / 2


def _nearest(points: Points, to: Point) -> Point:
    return min(points, key=lambda point: (distance_m(point, to), point))


def _bare(name: str) -> str:
    return re.sub(r"[\s()·.]", "", name)
