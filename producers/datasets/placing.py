"""Where a row lies: degrees, metres of a plane, or a shape. Pure; bad points are nowhere."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
import shapely.geometry
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from producers.datasets.descriptor import Place
from producers.datasets.opening import GEOMETRY, Raw, heading
from producers.reading.coordinates import degrees, pairs
from producers.reading.fields import KOREA, plain_number, spot

Box = tuple[float, float, float, float]
DEGREES = "EPSG:4326"
_MAX_POINTS = 200_000
_BESSEL = "Bessel 1841"  # degrees of maps before 2002 lie 360 m off
_DRAWN_POINTS = 2_000
_THINNED_DEG = (1e-5, 3e-5, 1e-4, 3e-4, 1e-3)  # 1 m and coarser: a drawn shape is no survey's


class ShapeNote(StrEnum):
    """What is told of a shape that is not as it should be."""

    CLOSED = "closed"  # a ring ended elsewhere than it began
    MENDED = "mended"  # an area crossed itself
    SWAPPED = "swapped"  # its axes were the other way round
    OUTSIDE = "outside"  # a point of it lies outside Korea, or is none
    EMPTY = "empty"  # no point, or more than 200,000
    FLAT = "flat"  # an area of no extent


@dataclass(frozen=True, slots=True)
class Placed:
    """A point in degrees (of a line its first, of an area its middle), and the box of its shape;
    the shape itself where it is drawn; of a point the system that it was read by. `note`: what was
    put right in its shape, or why it lies nowhere.
    """

    lon: float | None = None
    lat: float | None = None
    box: Box | None = None
    shape: str = ""
    drawn: dict[str, Any] | None = None
    crs: str = ""
    note: ShapeNote | None = None

    @property
    def is_known(self) -> bool:
        return self.lon is not None

    def widened(self, box: Box | None) -> Box | None:
        """A box that holds this one too."""
        own = self.box or (
            box if self.lon is None or self.lat is None else _box([(self.lon, self.lat)])
        )
        if box is None or own is None:
            return own or box
        west, south, east, north = own
        return min(west, box[0]), min(south, box[1]), max(east, box[2]), max(north, box[3])


NOWHERE = Placed()


class Placing:
    """How the rows of one file are placed; `crs`: the system that the file states; `keeps_shapes`:
    lines and areas are drawn.
    """

    def __init__(self, places: Sequence[Place], crs: str, *, keeps_shapes: bool = False) -> None:
        self._places = places
        self._crs = crs
        self._keeps_shapes = keeps_shapes

    def placed(self, named: Raw) -> Placed:
        shape = named.get(heading(GEOMETRY))
        of_shape = self._of_shape(shape) if isinstance(shape, dict) else NOWHERE
        if of_shape.is_known:
            return of_shape
        for place in self._places:
            if (found := _of_columns(place, named)).is_known:
                return found
        return of_shape

    def _of_shape(self, shape: dict[str, Any]) -> Placed:
        points, turn = _points(shape), _turner(self._crs)
        if not points:
            return Placed(note=ShapeNote.EMPTY)
        note, sound = _open_ring(shape), _in_korea(points, turn)
        if not sound and (sound := _in_korea([(y, x) for x, y in points], turn)):
            shape = {**shape, "coordinates": _flipped(shape["coordinates"])}
            note = ShapeNote.SWAPPED
        if not sound:
            return Placed(note=ShapeNote.OUTSIDE)
        kind = str(shape.get("type", ""))
        is_area = kind.endswith("Polygon")
        if is_area and not _has_extent(sound):
            return Placed(note=ShapeNote.FLAT)
        lon, lat = _middle(sound) if is_area else sound[0]
        drawn, is_mended = _drawn(shape, turn) if self._keeps_shapes else (None, False)
        note = ShapeNote.MENDED if is_mended else note
        crs = (self._crs or DEGREES) if kind == "Point" else ""
        return Placed(round(lon, 7), round(lat, 7), _box(sound), kind, drawn, crs, note)


def _in_korea(
    points: Sequence[tuple[float, float]], turn: Transformer | None
) -> list[tuple[float, float]]:
    """The points in degrees; [] where one is not in Korea."""
    found = [turn.transform(*point) for point in points] if turn else list(points)
    return found if all(KOREA.holds(x, y) for x, y in found) else []


def _open_ring(shape: dict[str, Any]) -> ShapeNote | None:
    """The note where a ring of an area is left open."""
    if not str(shape.get("type", "")).endswith("Polygon"):
        return None
    is_open = any(ring[0] != ring[-1] for ring in _rings(shape.get("coordinates")))
    return ShapeNote.CLOSED if is_open else None


def _rings(part: Any) -> Iterator[list[Any] | tuple[Any, ...]]:
    """The lists of positions in coordinates, however deep."""
    if not isinstance(part, list | tuple) or not part:
        return
    if isinstance(part[0], list | tuple) and part[0] and isinstance(part[0][0], int | float):
        yield part
        return
    for each in part:
        yield from _rings(each)


def _flipped(part: Any) -> Any:
    """Coordinates with their axes the other way round."""
    if not isinstance(part, list | tuple):
        return part
    is_point = len(part) > 1 and isinstance(part[0], int | float)
    return [part[1], part[0]] if is_point else [_flipped(each) for each in part]


def _has_extent(points: Sequence[tuple[float, float]]) -> bool:
    return bool(shapely.MultiPoint(points).convex_hull.area)


def _drawn(shape: dict[str, Any], turn: Transformer | None) -> tuple[dict[str, Any] | None, bool]:
    """The shape in degrees with at most 2,000 points, None for one that cannot be drawn so; and
    whether it crossed itself.
    """
    try:
        found = shapely.geometry.shape({**shape, "coordinates": _flat(shape.get("coordinates"))})
    except (ValueError, TypeError, AttributeError, shapely.errors.ShapelyError):
        return None, False
    whole = _areas_of(found)
    is_mended, found = whole is not found, whole
    if turn is not None:
        found = shapely.transform(
            found, lambda points: np.column_stack(turn.transform(points[:, 0], points[:, 1]))
        )
    for tolerance in _THINNED_DEG:
        if shapely.get_num_coordinates(found) <= _DRAWN_POINTS:
            break
        found = shapely.simplify(found, tolerance)
    if not 0 < shapely.get_num_coordinates(found) <= _DRAWN_POINTS:
        return None, False
    rounded = shapely.transform(found, lambda points: np.round(points, 6))
    made: dict[str, Any] = shapely.geometry.mapping(rounded)
    return (made, is_mended) if "coordinates" in made else (None, False)


def _areas_of(found: Any) -> Any:
    """An area that crosses itself as the areas that it has; any other shape as it is."""
    if found.geom_type not in {"Polygon", "MultiPolygon"} or found.is_valid:
        return found
    parts = shapely.get_parts(shapely.make_valid(found)).tolist()
    areas = [a for part in parts for a in shapely.get_parts(part) if a.geom_type == "Polygon"]
    return areas[0] if len(areas) == 1 else shapely.MultiPolygon(areas)


def _flat(part: Any) -> Any:
    """Coordinates without heights."""
    if not isinstance(part, list | tuple):
        return part
    is_point = bool(part) and isinstance(part[0], int | float)
    return part[:2] if is_point else [_flat(each) for each in part]


def _of_columns(place: Place, named: Raw) -> Placed:
    if place.lon or place.lat_lon:
        lon, lat = _degrees(place, named)
        found = spot(lon, lat, KOREA)
        crs = place.crs or DEGREES
        if (turn := _turner(place.crs)) is not None and found.lon is not None:
            found = spot(*turn.transform(found.lon, found.lat), KOREA)
        return Placed(found.lon, found.lat, crs=crs)
    x, y = plain_number(_first(place.x, named)), plain_number(_first(place.y, named))
    turn = _turner(place.crs)
    if not x or not y or turn is None:
        return NOWHERE
    found = spot(*turn.transform(x, y), KOREA)
    return Placed(found.lon, found.lat, crs=place.crs)


def _degrees(place: Place, named: Raw) -> tuple[float | None, float | None]:
    """Longitude and latitude as they are written; swapped ones are told apart by their bounds."""
    if place.lat_lon:
        found = pairs(_first(place.lat_lon, named))
        return (found[0][1], found[0][0]) if len(found) == 1 else (None, None)
    return degrees(_first(place.lon, named)), degrees(_first(place.lat, named))


def _first(names: Sequence[str], named: Raw) -> Any:
    """The first cell that is not blank, without the blanks around it."""
    cells = (named.get(heading(name)) for name in names)
    bare = (cell.strip() if isinstance(cell, str) else cell for cell in cells)
    return next((cell for cell in bare if cell not in (None, "")), None)


@lru_cache(maxsize=64)
def _turner(crs: str) -> Transformer | None:
    """From a system to degrees; None for degrees of our day, and for no system."""
    if not crs:
        return None
    try:
        known = CRS.from_user_input(crs)
        is_old = known.ellipsoid is not None and known.ellipsoid.name == _BESSEL
        is_same = known.is_geographic and not is_old
        return None if is_same else Transformer.from_crs(known, 4326, always_xy=True)
    except (CRSError, ProjError):
        return None


def _points(shape: dict[str, Any]) -> list[tuple[float, float]]:
    """Every point of a shape; none of one with more than 200,000."""
    found = list(_leaves(shape.get("coordinates"), _MAX_POINTS + 1))
    return found if len(found) <= _MAX_POINTS else []


def _leaves(part: Any, most: int) -> Iterator[tuple[float, float]]:
    stack, count = [part], 0
    while stack and count < most:
        node = stack.pop()
        if not isinstance(node, list | tuple) or not node:
            continue
        if isinstance(node[0], int | float) and len(node) > 1:
            count += 1
            yield float(node[0]), float(node[1])
        else:
            stack.extend(reversed(node))


def _middle(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The centre of the area of a ring (the shoelace formula); of no area the mean."""
    x0, y0 = points[0]
    area = east = north = 0.0
    for (x1, y1), (x2, y2) in zip(points, [*points[1:], points[0]], strict=True):
        cross = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        area += cross
        east += (x1 + x2 - 2 * x0) * cross
        north += (y1 + y2 - 2 * y0) * cross
    if not area:
        return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)
    return x0 + east / (3 * area), y0 + north / (3 * area)


def _box(points: Sequence[tuple[float, float]]) -> Box:
    lons, lats = [x for x, _ in points], [y for _, y in points]
    return round(min(lons), 6), round(min(lats), 6), round(max(lons), 6), round(max(lats), 6)
