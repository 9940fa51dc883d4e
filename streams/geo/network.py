"""The roads: links with their lengths, classes and shapes, and the bus routes over them."""

import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import pairwise
from typing import Any

from streams.contract.errors import NetworkError
from streams.geo.grid import Grid
from streams.geo.measures import Box, Point, distance_to_line_m, midpoint_of

CELL_DEG = 0.005  # about 440 m by 555 m at 37.9 N
CELL_M = 400  # a cell is at least so wide up to 44 N
MOST_ASKED = 1024  # places of which `near` is remembered
ROAD_CLASSES = ("motorway", "express", "national", "metropolitan", "state", "local", "city")
"""ROAD_RANK 101..107 of the standard node-link; sections without a standard link are `city`."""


@dataclass(frozen=True, slots=True)
class Link:
    """A directed piece of road. `kind` is `section` (stop pair) or `standard` (LINK_ID).

    `length_source` is `standard` (LENGTH of the node-link), `geometry` (measured along the shape),
    `path` (the section's way along the standard links, its line too), `loop` (the same between the
    two sides of a terminus: the shortest way round, a guess), `learned` (where buses drove, its
    line too) or `straight` (great circle times the road factor). `is_drawn` is False for a section
    whose standard links are drawn in its place.
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
        """The sections whose speed a standard link measures."""
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
            if section is None:
                continue
            if (
                pair.share >= 0.2
                or not under
                or pair.share * section.length_m >= under.length_m / 4
            ):
                found[pair.standard_id].append(pair.section_id)
                found[pair.section_id].append(pair.standard_id)
        return {name: tuple(others) for name, others in found.items()}

    def midpoint(self, link_id: str) -> Point | None:
        """Where half of a link's shape is passed; None for a link that is unknown or has none."""
        known = self._midpoints.get(link_id)
        if known is None and (link := self.link(link_id)) is not None and link.geometry:
            known = self._midpoints[link_id] = midpoint_of(link.geometry)
        return known

    @cached_property
    def _midpoints(self) -> dict[str, Point]:
        """Those that were asked for: most of a large network's never are."""
        return {}

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
        """Links within `radius_m` of a point, nearest first, as (distance in m, link). What is
        asked again, as each minute of the way round a closure, is known.
        """
        known = self._asked.get((point, radius_m))
        if known is None:
            if len(self._asked) >= MOST_ASKED:
                self._asked.clear()
            known = self._asked[point, radius_m] = self._measured(point, radius_m)
        return list(known)

    def _measured(self, point: Point, radius_m: float) -> list[tuple[float, Link]]:
        around = set(self._grid.around(point, math.ceil(radius_m / CELL_M)))
        candidates = (i for i in around if self._box(i).least_m(point) <= radius_m)
        measured = ((distance_to_line_m(point, self.links[i].geometry), i) for i in candidates)
        return [(d, self.links[i]) for d, i in sorted(measured) if d <= radius_m]

    @cached_property
    def _grid(self) -> Grid[int]:
        grid: Grid[int] = Grid(CELL_DEG)
        for place, link in enumerate(self.links):
            grid.add_line(place, link.geometry)
        return grid

    def _box(self, place: int) -> Box:
        """The box of a link that has a line, made when it is first asked for."""
        known = self._boxes.get(place)
        if known is None:
            known = self._boxes[place] = Box.around(self.links[place].geometry)
        return known

    @cached_property
    def _asked(self) -> dict[tuple[Point, float], list[tuple[float, Link]]]:
        return {}

    @cached_property
    def _boxes(self) -> dict[int, Box]:
        return {}

    def _content(self) -> str:
        body = {
            "city": self.city,
            "released": self.released,
            "is_simulated": self.is_simulated,
            "links": _plain(self.links),
            "stops": _plain(self.stops),
            "routes": _plain(self.routes),
            "overlay": _plain(self.overlay),
            "places": _plain(self.places),
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
                links=tuple(
                    Link(**{**row, "geometry": tuple((lon, lat) for lon, lat in row["geometry"])})
                    for row in body["links"]
                ),
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


def _plain(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Rows of one type as JSON has them; what is in them is plain already, so nothing is copied."""
    if not rows:
        return []
    names = [row.name for row in fields(rows[0])]
    return [{name: getattr(row, name) for name in names} for row in rows]
