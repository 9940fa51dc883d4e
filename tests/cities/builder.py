"""Little cities in a few words: links through points or stops, stops in a row, grids of streets."""

import math
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from typing import Any

from streams.geo.measures import Point, bearing_deg, length_of_m
from streams.geo.network import Landmark, Link, Network, Overlay, Route, Stop

HERE = (127.73, 37.88)
M_PER_DEG = 111_195
SPACING_DEG = 0.004
SPACING_M = 400


def metres(x: float, y: float) -> Point:
    """The degrees of a place so many metres to the east and north of HERE."""
    return HERE[0] + x / M_PER_DEG / math.cos(math.radians(HERE[1])), HERE[1] + y / M_PER_DEG


def link(link_id: str, *points: Point, **own: Any) -> Link:
    """A section through points, "A>B" from stop A to stop B; `own` overrides its fields."""
    first, _, last = link_id.partition(">")
    kind = own.get("kind", "section")
    usual: dict[str, Any] = {
        "kind": kind,
        "name": link_id,
        "road_name": "",
        "road_class": "city",
        "length_m": round(length_of_m(points)),
        "length_source": "straight" if kind == "section" else kind,
        "bearing_deg": bearing_deg(points[0], points[-1]),
        "free_flow_kmh": 50.0,
        "from_id": first,
        "to_id": last,
    }
    return Link(id=link_id, geometry=points, **(usual | own))


def section(a: Stop, b: Stop, **own: Any) -> Link:
    """The straight link from stop to stop, named after both."""
    named = {"name": f"{a.name} → {b.name}"} | own
    return link(f"{a.id}>{b.id}", (a.lon, a.lat), (b.lon, b.lat), **named)


def both_ways(stops: Iterable[Stop], **own: Any) -> list[Link]:
    """The sections from each stop to the next and back."""
    return [way for a, b in pairwise(stops) for way in (section(a, b, **own), section(b, a, **own))]


def in_a_row(
    names: Iterable[str],
    *,
    west: float = 127.70,
    step_deg: float = SPACING_DEG,
    first: int = 0,
    has_poles: bool = False,
) -> tuple[Stop, ...]:
    """Stops S0, S1 ... from west to east; with poles they are numbered from 1000."""
    return tuple(
        Stop(f"S{n}", name, west + step_deg * (n - first), 37.88, f"{1000 + n}" * has_poles)
        for n, name in enumerate(names, first)
    )


def route(name: str, no: str, stops: Iterable[Stop]) -> Route:
    return Route(name, no, tuple(stop.id for stop in stops))


def city(*links: Link, **own: Any) -> Network:
    """The network of these links; `own` are its other fields."""
    return Network(**({"city": "춘천시", "released": "2026-11-22", "links": links} | own))


def node(x: int, y: int) -> str:
    return f"N{x}.{y}"


def stop(x: int, y: int) -> Stop:
    """The stop at a crossing of the grid."""
    return Stop(node(x, y), f"{x}로{y}거리", 127.7 + SPACING_DEG * x, 37.88 + SPACING_DEG * y)


def standard(over: Link) -> Link:
    return replace(over, id=f"T{over.id}", kind="standard", length_source="standard")


def town(
    width: int,
    height: int,
    *,
    missing: frozenset[str] = frozenset(),
    carried: frozenset[str] = frozenset(),
    routes: tuple[Route, ...] = (),
    places: tuple[Landmark, ...] = (),
) -> Network:
    """A grid of streets both ways without the missing links; carried ones have a standard link."""
    pairs = [
        ((stop(x, y), stop(x + dx, y + dy)), f"{y}가로" if dx else f"{x}세로")
        for x in range(width)
        for y in range(height)
        for dx, dy in ((1, 0), (0, 1))
        if x + dx < width and y + dy < height
    ]
    usual = {"length_m": SPACING_M, "length_source": "geometry"}
    sections = [
        link
        for pair, road_name in pairs
        for link in both_ways(pair, road_name=road_name, **usual)
        if link.id not in missing
    ]
    standards = [standard(link) for link in sections if link.id in carried]
    return city(
        *sections,
        *standards,
        city="Grid",
        stops=tuple(stop(x, y) for x in range(width) for y in range(height)),
        overlay=tuple(Overlay(link.id, link.id[1:], 1.0) for link in standards),
        routes=routes,
        places=places,
    )
