"""What is drawn of a city's ground: features by layer, each with the zoom it begins at. Pure.

Zooms are those of the archive's tiles, which the map shows one zoom further in: its zoom 14 draws
tiles of zoom 13.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from producers.ground.sources import Feature
from producers.reading.fields import number, text
from streams.geo.network import ROAD_CLASSES, Stop

FIRST_ZOOM, LAST_ZOOM, HOUSE_ZOOM = 7, 13, 14  # buildings need a zoom of their own: they are many
CELL_DEG = {"emd": 0.012, "ri": 0.024}  # a name comes again in each cell, for views of no more
ROAD_TYPES = {"001": "bridge", "002": "tunnel", "003": "bridge", "004": "tunnel"}
"""ROAD_TYPE of the node-link: overpass, underpass, bridge, tunnel; 000 is neither."""
_ROAD_ZOOMS = (8, 8, 9, 10, 10, 11, 12)  # by ROAD_RANK 101..107
_SPOT_ZOOMS = {"station": 11, "peak": 11, "dam": 11, "island": 12, "spot": 12}
_MOST_NAME = 60
_LAKE_DEG2 = 1e-4  # about 1 km²


@dataclass(frozen=True, slots=True)
class Drawn:
    """A shape of a layer from a zoom on."""

    layer: str
    zoom: int
    shape: BaseGeometry
    values: dict[str, Any] = field(default_factory=dict)

    def as_geojson(self) -> dict[str, Any]:
        return {
            "type": "Feature",
            "tippecanoe": {"layer": self.layer, "minzoom": self.zoom},
            "properties": self.values,
            "geometry": shapely.geometry.mapping(shapely.set_precision(self.shape, 1e-6)),
        }


def water(features: Iterable[Feature]) -> Iterator[Drawn]:
    """Lakes and rivers as areas, brooks as lines, and their names, the largest first seen."""
    for each in features:
        kind = text(each.values.get("kind"), 12)
        if areas := _parts(each.shape, "Polygon"):
            size = sum(area.area for area in areas)
            yield Drawn("water", FIRST_ZOOM if size > _LAKE_DEG2 / 10 else 9, each.shape)
            is_lake = (kind == "lake") if kind else size > _LAKE_DEG2
            yield from _along(each.name, "lake" if is_lake else "river", areas)
        elif lines := _parts(each.shape, "LineString"):
            yield Drawn("stream", 11, shapely.MultiLineString(lines))
            middle = max(lines, key=lambda line: line.length).interpolate(0.5, normalized=True)
            yield from _named(each.name, "stream", 12, middle)


def _along(name: str, kind: str, areas: list[BaseGeometry]) -> Iterator[Drawn]:
    """A water's name where it is widest, and in each cell of it for nearer views."""
    largest = max(areas, key=lambda area: area.area)
    widest = shapely.maximum_inscribed_circle(largest, tolerance=1e-4)
    yield from _named(
        name, kind, FIRST_ZOOM if kind == "lake" else 10, shapely.Point(widest.coords[0])
    )
    for area in areas:
        for cell in cells_of(area):
            yield from _named(name, "water", 11, cell.representative_point())


def cells_of(area: BaseGeometry, step: float = CELL_DEG["emd"]) -> Iterator[BaseGeometry]:
    """The parts of an area by cells of a grid; small scraps are left out."""
    west, south, east, north = area.bounds
    for x in range(math.floor(west / step), math.ceil(east / step)):
        for y in range(math.floor(south / step), math.ceil(north / step)):
            cell = shapely.box(x * step, y * step, (x + 1) * step, (y + 1) * step)
            part = shapely.intersection(area, cell)
            if part.area > cell.area / 20:
                yield part


def districts(features: Iterable[Feature], level: str) -> Iterator[Drawn]:
    """The borders of 읍, 면, 동 (`emd`) or 리 (`ri`), each once, and their names."""
    found = [(each.name, _parts(each.shape, "Polygon")) for each in features]
    zoom = 9 if level == "emd" else 12
    edges = [part.boundary for _, parts in found for part in parts]
    if edges:
        lines = shapely.line_merge(shapely.union_all(edges))
        yield Drawn("border", zoom, lines, {"level": level})
    for name, parts in found:
        if not parts:
            continue
        is_wide = level == "emd" and not name.endswith("동") and not name.endswith("가")
        largest = max(parts, key=lambda part: part.area)
        seen = {"wide": 9, "emd": 11, "ri": 12}["wide" if is_wide else level]
        yield from _named(name, "wide" if is_wide else level, seen, largest.representative_point())
        if is_wide:
            continue
        for part in parts:
            for cell in cells_of(part, CELL_DEG[level]):
                yield from _named(name, "near", LAST_ZOOM, cell.representative_point())


def rails(features: Iterable[Feature]) -> Iterator[Drawn]:
    for each in features:
        if lines := _parts(each.shape, "LineString"):
            yield Drawn("rail", 8, shapely.MultiLineString(lines))
            middle = max(lines, key=lambda line: line.length).interpolate(0.5, normalized=True)
            yield from _named(each.name, "rail", 11, middle)


def roads(features: Iterable[Feature]) -> Iterator[Drawn]:
    """The roads of a node-link, bridges and tunnels as such, and each road's name where it is
    longest in a cell.
    """
    longest: dict[tuple[str, int, int], tuple[float, BaseGeometry, int]] = {}
    for each in features:
        lines = _parts(each.shape, "LineString")
        if not lines:
            continue
        rank = _rank(each)
        kind = ROAD_TYPES.get(text(each.values.get("road_type"), 3).zfill(3), "")
        shape = shapely.MultiLineString(lines)
        yield Drawn("road", _ROAD_ZOOMS[rank], shape, {"rank": rank, "kind": kind})
        name = text(each.values.get("road_name"), _MOST_NAME).strip("- ")
        middle = lines[0].interpolate(0.5, normalized=True)
        place = (name, *(math.floor(at / CELL_DEG["emd"]) for at in (middle.x, middle.y)))
        if name and shape.length > longest.get(place, (0.0,))[0]:
            longest[place] = (shape.length, middle, rank)
    for (name, _, _), (_, middle, rank) in sorted(longest.items(), key=lambda each: each[0]):
        yield from _named(name, "road", max(12, _ROAD_ZOOMS[rank]), middle)


def _rank(feature: Feature) -> int:
    found = number(text(feature.values.get("road_rank"), 10))
    last = len(ROAD_CLASSES) - 1
    return int(found) - 101 if found is not None and 0 <= found - 101 <= last else last


def buildings(features: Iterable[Feature]) -> Iterator[Drawn]:
    for each in features:
        if areas := _parts(each.shape, "Polygon"):
            yield Drawn("building", HOUSE_ZOOM, each.shape)
            middle = max(areas, key=lambda area: area.area).representative_point()
            yield from _named(each.name, "building", HOUSE_ZOOM, middle)


def spots(features: Iterable[Feature]) -> Iterator[Drawn]:
    """Points with names: stations, peaks, islands; `kind` is the file's word."""
    for each in features:
        kind = text(each.values.get("kind"), 12)
        kind = kind if kind in _SPOT_ZOOMS else "spot"
        for point in _parts(each.shape, "Point"):
            yield from _named(each.name, kind, _SPOT_ZOOMS[kind], point)


def stops_of(stops: Iterable[Stop]) -> Iterator[Drawn]:
    """The stops of the network; two sides of a street are two stops of one name."""
    for stop in stops:
        yield from _named(stop.name, "stop", 13, shapely.Point(stop.lon, stop.lat))


def _named(name: str, kind: str, zoom: int, point: BaseGeometry) -> Iterator[Drawn]:
    if name:
        yield Drawn("name", zoom, point, {"name": name, "kind": kind})


def _parts(shape: BaseGeometry, kind: str) -> list[BaseGeometry]:
    """The parts of a shape that are of one kind."""
    if shape.geom_type == kind:
        return [shape]
    return [part for each in getattr(shape, "geoms", ()) for part in _parts(each, kind)]
