"""Shapefiles and GeoJSON that a city has, as features in degrees within its box."""

import json
import struct
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapefile
import shapely
from pyproj import Transformer
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from producers.reading.fields import text
from producers.reading.shapefiles import reader_of, system_of
from streams.contract.errors import BasemapError, NetworkError
from streams.contract.grammars import Bounds

NAMES = ("name", "명칭", "이름", "riv_nm", "rivnm", "emd_kor_nm", "li_kor_nm", "adm_nm", "buld_nm")
"""The columns that hold a name, the first that is there."""
_MOST_NAME = 40
_BROKEN = (
    *(shapefile.ShapefileException, struct.error, ShapelyError, OSError),
    *(ValueError, TypeError, LookupError, Warning),  # what pyshp makes of a broken table
)


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing on the ground; `values` are its columns by lower-case name."""

    shape: BaseGeometry
    values: Mapping[str, Any]

    @property
    def name(self) -> str:
        found = (text(self.values.get(column), _MOST_NAME).strip("- ") for column in NAMES)
        return next(filter(None, found), "")


def read_features(path: Path, bounds: Bounds) -> list[Feature]:
    """The features that touch the box, cut at it; raises BasemapError that names the file when it
    cannot be read or has none there.
    """
    if not path.is_file():
        raise BasemapError(f"{path.name} does not exist")
    box = shapely.box(bounds.west, bounds.south, bounds.east, bounds.north)
    read = _of_shapefile if path.suffix.lower() == ".shp" else _of_geojson
    try:
        rows = list(read(path, bounds))
        kept = [
            Feature(cut, values)
            for shape, values in rows
            if shape.intersects(box) and not (cut := shapely.intersection(shape, box)).is_empty
        ]
    except NetworkError as error:
        raise BasemapError(str(error)) from error
    except _BROKEN as error:
        raise BasemapError(f"{path.name} cannot be read: {error}") from error
    if not kept:
        raise BasemapError(
            f"{path.name}: none of its {len(rows)} features lies within {bounds}: "
            "is it of another city, or its .prj missing or wrong?"
        )
    return kept


def _of_shapefile(path: Path, bounds: Bounds) -> Iterator[tuple[BaseGeometry, Mapping[str, Any]]]:
    system = system_of(path)
    to_plane = Transformer.from_crs(4326, system, always_xy=True)
    to_degrees = Transformer.from_crs(system, 4326, always_xy=True)
    around = to_plane.transform_bounds(bounds.west, bounds.south, bounds.east, bounds.north)
    with ExitStack() as stack:
        reader = stack.enter_context(reader_of(path, stack))
        for piece in reader.iterShapeRecords(bbox=list(around)):
            if piece.shape.shapeType == shapefile.NULL:
                continue
            plane = shapely.geometry.shape(piece.shape.__geo_interface__)
            values = {str(key).lower(): value for key, value in piece.record.as_dict().items()}
            yield _sound(shapely.transform(plane, _turned(to_degrees))), values


def _turned(turn: Transformer) -> Any:
    """What shapely turns points by; a third coordinate is left as it is."""

    def points(xy: Any) -> Any:
        xy[:, 0], xy[:, 1] = turn.transform(xy[:, 0], xy[:, 1])
        return xy

    return points


def _of_geojson(path: Path, _: Bounds) -> Iterator[tuple[BaseGeometry, Mapping[str, Any]]]:
    body = json.loads(path.read_bytes())
    features = body.get("features") if isinstance(body, dict) else None
    if not isinstance(features, list):
        raise BasemapError(f"{path.name} is no GeoJSON FeatureCollection")
    for place, row in enumerate(features, start=1):
        try:
            shape = shapely.geometry.shape(row["geometry"])
            values = {str(key).lower(): each for key, each in (row["properties"] or {}).items()}
        except (KeyError, TypeError, AttributeError, IndexError) as error:
            raise BasemapError(f"{path.name}: its feature {place} is none") from error
        yield _sound(shape), values


def _sound(shape: BaseGeometry) -> BaseGeometry:
    """The shape, mended where it crosses itself."""
    return shape if shape.is_valid else shapely.make_valid(shape)
