"""The roads: links with their lengths, classes and shapes, and the bus routes over them.

Metres come from a local equirectangular projection (error below 0.1 % within a city) or a measured
length; never from EPSG:3857. `lon, lat` in that order.
"""

import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

from streams.contract.errors import NetworkError

Point = tuple[float, float]
EARTH_M = 6_371_008.8  # mean radius, IUGG
_CELL_DEG = 0.005  # about 440 m by 555 m at 37.9 N
ROAD_CLASSES = ("motorway", "express", "national", "metropolitan", "state", "local", "city")
"""ROAD_RANK 101..107 of the standard node-link; sections without a standard link are `city`."""


@dataclass(frozen=True, slots=True)
class Link:
    """A directed piece of road. `kind` is `section` (stop pair) or `standard` (LINK_ID).

    `length_source` is `standard` (LENGTH of the node-link), `geometry` (measured along the shape)
    or `straight` (great circle times the road factor). `is_drawn` is False for a section whose
    standard links are drawn in its place.
    """

    id: str
    kind: str
    name: str
    road_name: str
    road_class: str
    length_m: int
    length_source: str
    bearing_deg: int
    free_flow_kmh: float
    geometry: tuple[Point, ...]
    from_id: str = ""
    to_id: str = ""
    lanes: int | None = None
    is_drawn: bool = True


@dataclass(frozen=True, slots=True)
class Stop:
    """A bus stop; `number` is the four digits on the pole, "" where unknown."""

    id: str
    name: str
    lon: float
    lat: float
    number: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """A bus route in its running order; stop order 1 is `stops[0]`."""

    id: str
    no: str
    stops: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overlay:
    """`standard_id` covers `share` (0..1) of the length of section `section_id`."""

    standard_id: str
    section_id: str
    share: float


@dataclass(frozen=True, slots=True)
class Landmark:
    """A landmark people name on the telephone."""

    name: str
    kind: str
    lon: float
    lat: float


@dataclass(frozen=True)
class Network:
    """The roads of one city, in a fixed order: a link's index is its place in `links`."""

    city: str
    released: str
    links: tuple[Link, ...]
    stops: tuple[Stop, ...] = ()
    routes: tuple[Route, ...] = ()
    overlay: tuple[Overlay, ...] = ()
    places: tuple[Landmark, ...] = ()
    is_simulated: bool = False
    _cells: dict[tuple[int, int], list[int]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @cached_property
    def version(self) -> str:
        """The first 12 hex digits of the SHA-256 of the content: same content, same version."""
        return hashlib.sha256(self._content().encode()).hexdigest()[:12]

    @cached_property
    def index(self) -> dict[str, int]:
        return {link.id: place for place, link in enumerate(self.links)}

    @cached_property
    def route_by_id(self) -> dict[str, Route]:
        return {route.id: route for route in self.routes}

    @cached_property
    def stop_by_id(self) -> dict[str, Stop]:
        return {stop.id: stop for stop in self.stops}

    @cached_property
    def sections_of(self) -> dict[str, list[Overlay]]:
        """The sections a standard link speaks for."""
        found: dict[str, list[Overlay]] = defaultdict(list)
        for pair in self.overlay:
            found[pair.standard_id].append(pair)
        return found

    @cached_property
    def standards_of(self) -> dict[str, list[Overlay]]:
        """The standard links under a section."""
        found: dict[str, list[Overlay]] = defaultdict(list)
        for pair in self.overlay:
            found[pair.section_id].append(pair)
        return found

    @cached_property
    def layers_of(self) -> dict[str, tuple[str, ...]]:
        """For each link those of the other kind that are the same road: the sections over a
        standard link, the standard links under a section.

        Stops stand before junctions, so a section also lies on the last metres of the link before:
        one with neither a fifth of the section nor a quarter of the link is another road.
        """
        found: dict[str, list[str]] = defaultdict(list)
        for pair in self.overlay:
            section, under = self.link(pair.section_id), self.link(pair.standard_id)
            if section and (pair.share >= 0.2 or under is None or _covers(pair, section, under)):
                found[pair.standard_id].append(pair.section_id)
                found[pair.section_id].append(pair.standard_id)
        return {name: tuple(others) for name, others in found.items()}

    @cached_property
    def midpoints(self) -> dict[str, Point]:
        """Where half of each link's shape is passed."""
        return {link.id: midpoint_of(link.geometry) for link in self.links if link.geometry}

    @cached_property
    def routes_over(self) -> dict[str, frozenset[str]]:
        """The ids and numbers of the bus routes over each link that has any."""
        found: dict[str, set[str]] = defaultdict(set)
        over: dict[tuple[str, str], set[str]] = defaultdict(set)
        for route in self.routes:
            for pair in pairwise(route.stops):
                over[pair] |= {route.id, route.no}
        for link in self.links:
            if link.kind == "section":
                for name in (
                    link.id,
                    *(each.standard_id for each in self.standards_of.get(link.id, ())),
                ):
                    found[name] |= over[link.from_id, link.to_id]
        return {name: frozenset(routes) for name, routes in found.items() if routes}

    def link(self, link_id: str) -> Link | None:
        place = self.index.get(link_id)
        return None if place is None else self.links[place]

    def near(self, point: Point, radius_m: float) -> list[tuple[float, Link]]:
        """Links within `radius_m` of a point, nearest first, as (distance in m, link)."""
        if not self._cells:
            self._fill_cells()
        reach = math.ceil(radius_m / 400)  # a cell is at least 400 m wide up to 44 N
        column, row = _cell(point)
        candidates = {
            place
            for x in range(column - reach, column + reach + 1)
            for y in range(row - reach, row + reach + 1)
            for place in self._cells.get((x, y), ())
        }
        measured = ((distance_to_line_m(point, self.links[i].geometry), i) for i in candidates)
        return [(d, self.links[i]) for d, i in sorted(measured) if d <= radius_m]

    def _fill_cells(self) -> None:
        for place, link in enumerate(self.links):
            for cell in _cells_of(link.geometry):
                self._cells.setdefault(cell, []).append(place)

    def _content(self) -> str:
        body = {
            "city": self.city,
            "released": self.released,
            "is_simulated": self.is_simulated,
            "links": [asdict(link) for link in self.links],
            "stops": [asdict(stop) for stop in self.stops],
            "routes": [asdict(route) for route in self.routes],
            "overlay": [asdict(pair) for pair in self.overlay],
            "places": [asdict(place) for place in self.places],
        }
        return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def dumps(self) -> str:
        """The file `network.json`: the content with its format and version in front."""
        return f'{{"format":1,"version":"{self.version}",{self._content()[1:]}'

    @classmethod
    def loads(cls, text: str) -> "Network":
        """The network of a `network.json`; NetworkError when it is not one or was changed."""
        try:
            body = json.loads(text)
            network = cls(
                city=body["city"],
                released=body["released"],
                is_simulated=body["is_simulated"],
                links=tuple(_link(row) for row in body["links"]),
                stops=tuple(Stop(**row) for row in body["stops"]),
                routes=tuple(
                    Route(row["id"], row["no"], tuple(row["stops"])) for row in body["routes"]
                ),
                overlay=tuple(Overlay(**row) for row in body["overlay"]),
                places=tuple(Landmark(**row) for row in body["places"]),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise NetworkError(f"network.json cannot be read: {error!r}") from error
        if network.version != body.get("version"):
            raise NetworkError(
                f"network.json says version {body.get('version')}, its content is {network.version}"
            )
        return network


def _link(row: dict[str, Any]) -> Link:
    return Link(**{**row, "geometry": tuple((lon, lat) for lon, lat in row["geometry"])})


def midpoint_of(line: Sequence[Point]) -> Point:
    """Where half of a line is passed."""
    half = length_of_m(line) / 2
    for a, b in pairwise(line):
        piece = distance_m(a, b)
        if half <= piece:
            part = half / piece if piece else 0.0
            return a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part
        half -= piece
    return line[-1]


def _cell(point: Point) -> tuple[int, int]:
    return math.floor(point[0] / _CELL_DEG), math.floor(point[1] / _CELL_DEG)


def _cells_of(line: Sequence[Point]) -> set[tuple[int, int]]:
    """Every cell the line passes, stepping at most a quarter of a cell."""
    cells = {_cell(point) for point in line}
    for (x1, y1), (x2, y2) in pairwise(line):
        steps = math.ceil(max(abs(x2 - x1), abs(y2 - y1)) / (_CELL_DEG / 4))
        for step in range(1, steps):
            part = step / steps
            cells.add(_cell((x1 + (x2 - x1) * part, y1 + (y2 - y1) * part)))
    return cells


def distance_m(a: Point, b: Point) -> float:
    """Great-circle distance in metres (haversine)."""
    lat1, lat2 = math.radians(a[1]), math.radians(b[1])
    half = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin(math.radians(b[0] - a[0]) / 2) ** 2
    )
    return 2 * EARTH_M * math.asin(min(1.0, math.sqrt(half)))


def bearing_deg(a: Point, b: Point) -> int:
    """Initial bearing from a to b, degrees clockwise from north, 0..359."""
    lat1, lat2 = math.radians(a[1]), math.radians(b[1])
    east = math.radians(b[0] - a[0])
    y = math.sin(east) * math.cos(lat2)
    x = math.cos(lat1) * math.sin(lat2) - math.sin(lat1) * math.cos(lat2) * math.cos(east)
    return round(math.degrees(math.atan2(y, x))) % 360


def _covers(pair: Overlay, section: Link, under: Link) -> bool:
    """Whether a section covers a quarter of a standard link."""
    return pair.share * section.length_m >= under.length_m / 4


def length_of_m(line: Iterable[Point]) -> float:
    """Length along a line in metres."""
    return sum(distance_m(a, b) for a, b in pairwise(line))


def project(point: Point, line: Sequence[Point]) -> tuple[float, float]:
    """Where a point lies along a line: (fraction 0..1 of its length, distance from it in m)."""
    scale = math.cos(math.radians(point[1]))
    metres = math.radians(1) * EARTH_M
    flat = [((x - point[0]) * scale * metres, (y - point[1]) * metres) for x, y in line]
    best, best_at, run = math.inf, 0.0, 0.0
    for (x1, y1), (x2, y2) in pairwise(flat):
        dx, dy = x2 - x1, y2 - y1
        piece = math.hypot(dx, dy)
        part = max(0.0, min(1.0, -(x1 * dx + y1 * dy) / piece**2)) if piece else 0.0
        away = math.hypot(x1 + dx * part, y1 + dy * part)
        if away < best:
            best, best_at = away, run + piece * part
        run += piece
    return (best_at / run if run else 0.0), best


def distance_to_line_m(point: Point, line: Sequence[Point]) -> float:
    """Distance of a point from a line in metres."""
    return project(point, line)[1]
