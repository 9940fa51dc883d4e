"""Where a permit lies, from whatever columns its list has: degrees, plane metres, one column for
both, the two ends of a line, or a drawn geometry.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from producers.reading import geometry
from producers.reading.coordinates import degrees, pairs
from producers.reading.fields import NOWHERE, Spot, text
from producers.reading.geometry import Drawn, drawn
from producers.reading.permit_columns import ENDS_OF_LINES
from producers.reading.planes import SWAPPED, Plane, plane_of
from streams.contract.errors import SettingsError
from streams.contract.grammars import Bounds
from streams.contract.settings import Settings
from streams.geo.addresses import Gazetteer
from streams.geo.loading import load_gazetteer
from streams.geo.measures import Point, distance_m, project

FAR_M = 150.0  # from its own address: another street
_DRAWN = ENDS_OF_LINES | {"geometry", "point"}
FAR_FROM_ADDRESS = "point_far_from_address"


@dataclass(frozen=True, slots=True)
class PointBounds:
    """What coordinates are held against: the bounds, the plane, the addresses that are known."""

    bounds: Bounds
    plane: Plane
    gazetteer: Gazetteer


def ground_of(settings: Settings, crs: str = "") -> PointBounds:
    """The ground of the settings, in the reference system a file states ("" for none)."""
    bounds = settings.bbox
    return PointBounds(bounds, plane_of(settings, bounds, crs), known_addresses(settings.gazetteer))


@lru_cache(maxsize=4)
def known_addresses(path: str) -> Gazetteer:
    """The gazetteer in a file, read once; none where it cannot be read (the workers refuse
    that).
    """
    try:
        return Gazetteer(load_gazetteer(path))
    except SettingsError:
        return Gazetteer({})


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A permit's point, its lines and where each of them begins, and what was done to them."""

    lon: float | None = None
    lat: float | None = None
    geometry: tuple[Point, ...] = ()
    parts: tuple[int, ...] = ()
    flags: tuple[str, ...] = ()


def whereabouts(found: Mapping[str, Any], ground: PointBounds) -> Whereabouts:
    """What the row's columns say. A row without any coordinate is nowhere without a flag; one whose
    coordinates give nothing says why: `coord_null`, `coord_outside`, `geometry_unreadable`. A point
    more than 150 m from the row's own address, where the gazetteer knows that, is flagged.
    """
    shape = _shape(found, ground)
    point = _point(found, ground.plane)
    if point.lon is None and shape.point is not None:
        point = Spot(*shape.point, point.flags if point.flags != NOWHERE.flags else ())
    flags = (*point.flags, *shape.flags, *_doubts(found, point, ground.gazetteer))
    return Whereabouts(point.lon, point.lat, shape.lines, shape.parts, tuple(dict.fromkeys(flags)))


def _shape(found: Mapping[str, Any], ground: PointBounds) -> Drawn:
    """The drawn geometry: of its own column, of the coordinate column, or from one end to
    another.
    """
    if not _DRAWN & found.keys():
        return Drawn()
    for key in ("geometry", "point"):
        if key in found and geometry.is_geometry(found[key]):
            return drawn(found[key], ground.plane, ground.bounds)
    if "geometry" in found or ("point" in found and len(pairs(found["point"])) > 1):
        line = pairs(found.get("geometry", found.get("point")))
        return drawn([list(pair) for pair in line], ground.plane, ground.bounds)
    ends = [_point(_end(found, prefix), ground.plane) for prefix in ("from_", "to_")]
    points = [
        (spot.lon, spot.lat) for spot in ends if spot.lon is not None and spot.lat is not None
    ]
    flags = tuple(flag for spot in ends for flag in spot.flags)
    if len(points) == 2 and points[0] != points[1]:
        return Drawn(tuple(points), flags=flags)
    return Drawn(point=points[0] if points else None, flags=flags)


def _end(found: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {
        key.removeprefix(prefix): value for key, value in found.items() if key.startswith(prefix)
    }


def _point(found: Mapping[str, Any], plane: Plane) -> Spot:
    """The point of the first of these columns that gives one: lon/lat, x/y, one column for both."""
    tried = [
        _spot(found[x], found[y], plane) if x in found and y in found else NOWHERE
        for x, y in (("lon", "lat"), ("x", "y"))
        if x in found or y in found
    ]
    if "point" in found and not geometry.is_geometry(found["point"]):
        both = pairs(found["point"])
        if len(both) < 2:
            spot = plane.spot(*both[0]) if both else NOWHERE
            # of one column it is no mistake which of its two numbers comes first
            tried.append(replace(spot, flags=tuple(x for x in spot.flags if x != SWAPPED)))
    usable = [spot for spot in tried if spot.lon is not None]
    outside = [spot for spot in tried if spot != NOWHERE]
    return next(iter([*usable, *outside, *tried]), Spot())


def _spot(x: Any, y: Any, plane: Plane) -> Spot:
    east, north = degrees(x), degrees(y)
    return NOWHERE if east is None or north is None else plane.spot(east, north)


def _doubts(found: Mapping[str, Any], point: Spot, gazetteer: Gazetteer) -> tuple[str, ...]:
    """What an address that is known for sure says against a point; of a range its nearest part."""
    if point.lon is None or point.lat is None or not gazetteer:
        return ()
    known = gazetteer.find(text(found.get("place"), 200))
    if known is None or not known.is_sure:
        return ()
    here, ends = (point.lon, point.lat), known.points
    off_m = project(here, ends)[1] if len(ends) > 1 else distance_m(here, ends[0])
    return (FAR_FROM_ADDRESS,) if off_m > FAR_M else ()


def link_ids_of(value: Any) -> tuple[str, ...]:
    words = " ".join(map(text, value)) if isinstance(value, list) else text(value, 2000)
    return tuple(dict.fromkeys(re.findall(r"[A-Za-z0-9_>-]{2,40}", words)))
