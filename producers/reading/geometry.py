"""Drawn places of permits: WKT, EWKT, WKB, GeoJSON and ArcGIS geometries into lines in degrees."""

import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from producers.reading.planes import Plane, Points, stated_crs
from streams.contract.grammars import Bounds

UNREADABLE = "geometry_unreadable"
MAX_TEXT, MAX_VERTICES = 2_000_000, 20_000
_EWKT = re.compile(r"\s*SRID\s*=\s*(\d+)\s*;", re.IGNORECASE)
_WKB = re.compile(r"\s*(?:[0-9A-Fa-f]{2}){9,}\s*")
_COMMA_POINT = re.compile(r"(?i:POINT)\s*\(\s*([-+.\d]+)\s*,\s*([-+.\d]+)\s*\)")
_WKT = re.compile(
    r"\s*(?:MULTI)?(?:POINT|LINESTRING|POLYGON|CURVE|SURFACE|GEOMETRYCOLLECTION)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """`lines` one after another, `parts` where each begins (empty for one); `point` where a single
    point is drawn. A polygon is its outer ring. `flags` say what was done, or why it gives nothing.
    """

    lines: tuple[tuple[float, float], ...] = ()
    parts: tuple[int, ...] = ()
    point: tuple[float, float] | None = None
    flags: tuple[str, ...] = ()


def is_geometry(value: Any) -> bool:
    """Whether the value looks like one, rather than like a pair of numbers."""
    if isinstance(value, dict | list):
        return True
    words = str(value)
    return bool(
        _EWKT.match(words)
        or _WKT.match(words)
        or _WKB.fullmatch(words)
        or words.lstrip().startswith(("{", "["))
    )


def drawn(value: Any, plane: Plane, bounds: Bounds) -> Drawn:
    """The geometry in degrees. Its own SRID counts before `plane`; degrees may be lat/lon.

    Vertices outside the bounds are left out with a flag; with more than half of them outside it
    gives nothing but `coord_outside`, and what cannot be read nothing but `geometry_unreadable`.
    """
    try:
        with np.errstate(over="raise", invalid="ignore"):
            shape, crs = _read(value)
    except (
        ArithmeticError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        RecursionError,
        ShapelyError,
    ):
        return Drawn(flags=(UNREADABLE,))
    lines = [line for line in _lines(shape) if line]
    count = sum(map(len, lines))
    if not count or count > MAX_VERTICES:
        return Drawn(flags=(UNREADABLE,))
    system = stated_crs(crs) if crs else None
    own = plane if system is None else Plane(system, bounds)
    found, flags = _placed(lines, own)
    if not found:
        return Drawn(flags=flags)
    return _drawn(found, flags)


def _drawn(lines: Sequence[Points], flags: tuple[str, ...]) -> Drawn:
    long = [line for line in lines if len(line) > 1]
    if not long:
        several = ("several_points",) if len(lines) > 1 else ()
        return Drawn(point=lines[0][0], flags=(*flags, *several))
    starts = [0]
    for line in long[:-1]:
        starts.append(starts[-1] + len(line))
    parts = tuple(starts) if len(long) > 1 else ()
    return Drawn(tuple(point for line in long for point in line), parts, flags=flags)


def _read(value: Any) -> tuple[BaseGeometry, str]:
    """The shape and the reference system it states; raises one of many errors for anything else."""
    if isinstance(value, dict | list):
        return _of_tree(value)
    words = str(value).strip().strip("\"'")[:MAX_TEXT]
    if words.startswith(("{", "[")):
        return _of_tree(json.loads(words))
    if _WKB.fullmatch(words):
        shape = shapely.from_wkb(words)
        srid = int(shapely.get_srid(shape))
        return shape, str(srid) if srid else ""
    match = _EWKT.match(words)
    bare = _COMMA_POINT.sub(r"POINT(\1 \2)", words[match.end() :] if match else words)
    return shapely.from_wkt(bare), match[1] if match else ""


def _of_tree(tree: Any) -> tuple[BaseGeometry, str]:
    """GeoJSON, ArcGIS ({x, y}, points, paths, rings), or a bare list of positions."""
    if isinstance(tree, list):
        is_point = len(tree) in (2, 3) and not isinstance(tree[0], list)
        positions = [_position(tree)] if is_point else [_position(row) for row in tree]
        kind = shapely.LineString if len(positions) > 1 else shapely.Point
        return kind(positions), ""
    if "type" in tree:
        shape = shapely.from_geojson(json.dumps(tree))
        return shape, _name(tree.get("crs"))
    crs = _name(tree.get("spatialReference"))
    for x, y in (("x", "y"), ("lng", "lat"), ("lon", "lat"), ("longitude", "latitude")):
        if x in tree:
            return shapely.Point(_position([tree[x], tree[y]])), crs
    if "points" in tree:
        return shapely.MultiPoint([_position(row) for row in tree["points"]]), crs
    lines = tree["paths"] if "paths" in tree else tree["rings"]
    return shapely.MultiLineString([[_position(row) for row in line] for line in lines]), crs


def _position(row: Any) -> tuple[float, float]:
    return float(row[0]), float(row[1])


def _name(crs: Any) -> str:
    if not isinstance(crs, dict):
        return ""
    inner = crs.get("properties")
    named = inner.get("name") if isinstance(inner, dict) else None
    return str(named or crs.get("latestWkid") or crs.get("wkid") or "")


def _lines(shape: BaseGeometry) -> Iterator[Points]:
    """The vertices of every part, its height left out: of a polygon the outer ring."""
    if hasattr(shape, "geoms"):
        for part in shape.geoms:
            yield from _lines(part)
    elif shape.geom_type == "Polygon":
        yield _vertices(shape.exterior)
    else:
        yield _vertices(shape)


def _vertices(shape: BaseGeometry) -> Points:
    return [(x, y) for x, y, *_ in shape.coords if math.isfinite(x) and math.isfinite(y)]


def _placed(lines: Sequence[Points], plane: Plane) -> tuple[list[Points], tuple[str, ...]]:
    """Each line's points inside the bounds, all lines read in one way."""
    everything = [point for line in lines for point in line]
    sound = [point for point in everything if point != (0.0, 0.0)]
    reading = plane.reading(sound)
    found = [reading.inside(line) for line in lines]
    count = sum(map(len, found))
    if count * 2 <= len(sound) or not count:
        return [], ("coord_outside" if sound else "coord_null",)
    lost = ("geometry_vertex_dropped",) if count < len(everything) else ()
    return [line for line in found if line], (*reading.flags, *lost)
