"""The roads: links with their lengths, classes and shapes, and the bus routes over them."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from functools import cached_property
from itertools import pairwise
from types import GenericAlias
from typing import Any, TypeVar, get_type_hints

import msgspec

from streams.contract.errors import NetworkError
from streams.geo.line_grid import LineGrid
from streams.geo.links import AT_A_TIME, Link, Links, LinksById
from streams.geo.measures import Point, distance_to_line_m, midpoint_of

__all__ = ["Landmark", "Link", "Links", "Network", "Overlay", "Route", "Stop"]

T = TypeVar("T")
MOST_ASKED = 1024  # places of which `near` is remembered
VERSION_DIGITS = 12
ROAD_CLASSES = ("motorway", "express", "national", "metropolitan", "state", "local", "city")
"""ROAD_RANK 101..107 of the standard node-link; sections without a standard link are `city`."""


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
    links: Sequence[Link]
    stops: tuple[Stop, ...] = ()
    routes: tuple[Route, ...] = ()
    overlay: tuple[Overlay, ...] = ()
    places: tuple[Landmark, ...] = ()
    is_simulated: bool = False
    columns: Links = field(init=False, repr=False, compare=False)  # `links` are these

    def __post_init__(self) -> None:
        columns = self.links if isinstance(self.links, Links) else Links(self.links)
        object.__setattr__(self, "links", columns)
        object.__setattr__(self, "columns", columns)

    @cached_property
    def version(self) -> str:
        """The first 12 hex digits of the SHA-256 of the content: same content, same version."""
        seen = hashlib.sha256()
        for part in self._content():
            seen.update(part.encode())
        return _digits(seen)

    @property
    def index(self) -> dict[str, int]:
        """The place of each link, by its id."""
        return self.columns.place

    @cached_property
    def by_id(self) -> Mapping[str, Link]:
        return LinksById(self.columns)

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
        known, place = self._midpoints.get(link_id), self.index.get(link_id)
        if known is None and place is not None and (line := self.columns.line(place)):
            known = self._midpoints[link_id] = midpoint_of(line)
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
        links = self.columns
        for place in links.kinds.places_of("section"):
            section_id, ends = links.ids[place], (links.from_ids[place], links.to_ids[place])
            under = (each.standard_id for each in self.standards_of.get(section_id, ()))
            for name in (section_id, *under):
                found[name] |= over[ends]
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
        measured = (
            (distance_to_line_m(point, self.links[i].geometry), i)
            for i in self._grid.near(point, radius_m)
        )
        return [(d, self.links[i]) for d, i in sorted(measured) if d <= radius_m]

    @cached_property
    def _grid(self) -> LineGrid:
        return LineGrid(self.columns)

    @cached_property
    def _asked(self) -> dict[tuple[Point, float], list[tuple[float, Link]]]:
        return {}

    def _content(self) -> Iterator[str]:
        """The content as JSON: keys in order, no blanks; in parts, as a country's is large."""
        before = {"city": self.city, "is_simulated": self.is_simulated}
        after = {
            "overlay": _plain(self.overlay),
            "places": _plain(self.places),
            "released": self.released,
            "routes": _plain(self.routes),
            "stops": _plain(self.stops),
        }
        yield f'{_json(before)[:-1]},"links":['
        for begin in range(0, len(self.links), AT_A_TIME):
            rows = _json(_plain(self.links[begin : begin + AT_A_TIME]))[1:-1]
            yield f",{rows}" if begin else rows
        yield f"],{_json(after)[1:]}"

    def dumps(self) -> str:
        """The file `network.json`: the content with its format and version in front."""
        content = "".join(self._content())
        version = _digits(hashlib.sha256(content.encode()))
        return _head(version) + content[1:]

    @classmethod
    def loads(cls, text: str | bytes) -> "Network":
        """The network of a `network.json`; NetworkError when it is not one or was changed."""
        written = text.encode() if isinstance(text, str) else text
        try:
            body = _FILE.decode(written)
            network = cls(
                city=body.city,
                released=body.released,
                links=Links(_links_of(body.links)),
                stops=_rows(Stop, body.stops),
                routes=_rows(Route, body.routes),
                overlay=_rows(Overlay, body.overlay),
                places=_rows(Landmark, body.places),
                is_simulated=body.is_simulated,
            )
        except (ValueError, OverflowError) as error:
            raise NetworkError(f"network.json cannot be read: {error!r}") from error
        if isinstance(body.version, str) and body.version == _version_of(written, body.version):
            network.__dict__["version"] = body.version
        if network.version != body.version:
            raise NetworkError(
                f"network.json says version {body.version}, its content is {network.version}"
            )
        return network


def _rows_of(kind: type[Any]) -> Any:
    """The type of rows in the file: the fields of `kind` and no others, numbers as written."""
    known = {name: int | float if it is float else it for name, it in get_type_hints(kind).items()}
    rows: list[Any] = [
        (row.name, known[row.name], msgspec.NODEFAULT if row.default is MISSING else row.default)
        for row in fields(kind)
    ]
    row = msgspec.defstruct(kind.__name__, rows, forbid_unknown_fields=True, gc=False)
    return GenericAlias(list, (row,))


def _rows(kind: type[T], rows: Sequence[Any]) -> tuple[T, ...]:
    return tuple(kind(*msgspec.structs.astuple(row)) for row in rows)


_FILE: msgspec.json.Decoder[Any] = msgspec.json.Decoder(
    msgspec.defstruct(
        "NetworkFile",
        [
            ("city", str),
            ("released", str),
            ("is_simulated", bool),
            ("links", list[msgspec.Raw]),
            ("stops", _rows_of(Stop)),
            ("routes", _rows_of(Route)),
            ("overlay", _rows_of(Overlay)),
            ("places", _rows_of(Landmark)),
            ("version", object, None),
        ],
    )
)
"""A `network.json`; its links as they stand there, each decoded by itself."""
_LINKS: msgspec.json.Decoder[list[Any]] = msgspec.json.Decoder(_rows_of(Link))


def _links_of(rows: Sequence[msgspec.Raw]) -> Iterator[Any]:
    """Rows of links from their JSON, few at a time: a country's would be large as objects."""
    for begin in range(0, len(rows), AT_A_TIME):
        yield from _LINKS.decode(b"[%b]" % b",".join(rows[begin : begin + AT_A_TIME]))


def _head(version: str) -> str:
    """How a file of this version begins, up to its content."""
    return f'{{"format":1,"version":"{version}",'


def _version_of(written: bytes, version: str) -> str:
    """The version of the bytes of a file, if they are as `dumps` writes one of this version; else
    another one.
    """
    head = _head(version).encode()
    if not written.startswith(head):
        return ""
    seen = hashlib.sha256(b"{")
    seen.update(memoryview(written)[len(head) :])
    return _digits(seen)


def _digits(seen: "hashlib._Hash") -> str:
    return seen.hexdigest()[:VERSION_DIGITS]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Rows of one type as JSON has them; what is in them is plain already, so nothing is copied."""
    if not rows:
        return []
    names = [row.name for row in fields(rows[0])]
    return [{name: getattr(row, name) for name in names} for row in rows]
