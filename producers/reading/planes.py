"""Plane coordinates in metres into degrees, with the mix-ups that occur in permit lists."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from producers.reading.fields import NOWHERE, Spot
from streams.contract.errors import SettingsError
from streams.contract.grammars import Bounds
from streams.contract.settings import Settings

FALSE_NORTHING_GAP_M = 100_000.0
"""EPSG:5186 (600,000) and EPSG:5181 (500,000) differ in nothing else: a mix-up is exactly 100
km.
"""
USUAL_EPSG = 5186
ASSUMED, SHIFTED, SWAPPED = "epsg_assumed", "epsg_shifted_100km", "coord_swapped"
_ARCGIS = {102100: 3857, 102113: 3857, 900913: 3857}
OUTSIDE = Spot(flags=("coord_outside",))
Points = list[tuple[float, float]]


def plane_of(settings: Settings, bounds: Bounds, crs: str = "") -> "Plane":
    """The plane that a file states, else the one of `BOMNAE_PERMITS_EPSG`, else EPSG:5186
    assumed.
    """
    if crs and (known := stated_crs(crs)) is not None:
        return Plane(known, bounds)
    if not settings.permits_epsg:
        return Plane(_system(f"EPSG:{USUAL_EPSG}"), bounds, is_assumed=True)
    try:
        return Plane(_system(f"EPSG:{settings.permits_epsg}"), bounds)
    except CRSError:
        raise SettingsError(
            f"BOMNAE_PERMITS_EPSG {settings.permits_epsg} is no known system"
        ) from None


@lru_cache(maxsize=64)
def stated_crs(words: str) -> CRS | None:
    """The plane system in a `.prj`, a GeoJSON crs or an SRID ("EPSG:5174"); None for degrees, where
    nothing is to be turned, and for what is no system.
    """
    match = re.fullmatch(r"(?:EPSG|SRID)?[:=\s]*(\d{4,6})", words.strip(), re.IGNORECASE)
    code = int(match[1]) if match else 0
    try:
        crs = _system(f"EPSG:{_ARCGIS.get(code, code)}" if match else words)
    except CRSError:
        return None
    return None if crs.is_geographic else crs


@lru_cache(maxsize=64)
def _system(words: str) -> CRS:
    return CRS.from_user_input(words)


@lru_cache(maxsize=64)
def _transformer(crs: CRS) -> Transformer:
    return Transformer.from_crs(crs, 4326, always_xy=True)


@dataclass(frozen=True, slots=True)
class CoordinateReading:
    """One way to read pairs of numbers: as degrees (`to_degrees` None) or as metres of a plane,
    moved north by `shift_m`, their axes swapped or not. `flags` say what had to be done.
    """

    bounds: Bounds
    to_degrees: Transformer | None = None
    shift_m: float = 0.0
    is_swapped: bool = False
    is_assumed: bool = False

    @property
    def flags(self) -> tuple[str, ...]:
        """A system that nobody stated is doubtful, and so is one that fits only when shifted."""
        marks = (
            (SWAPPED, self.is_swapped),
            (SHIFTED, bool(self.shift_m)),
            (ASSUMED, self.is_assumed or bool(self.shift_m)),
        )
        return tuple(name for name, holds in marks if holds)

    def inside(self, points: Points) -> Points:
        """Those of the points that lie inside the bounds, lon/lat."""
        pairs = [(y, x) for x, y in points] if self.is_swapped else points
        if self.to_degrees is not None and pairs:
            lons, lats = self.to_degrees.transform(
                [x for x, _ in pairs], [y + self.shift_m for _, y in pairs]
            )
            pairs = list(zip(lons, lats, strict=True))
        return [(round(x, 7), round(y, 7)) for x, y in pairs if self.bounds.holds(x, y)]


class Plane:
    """Turns x (east), y (north) in metres of one reference system into degrees inside the bounds.

    `is_assumed`: nobody has said which system it is, so that every point of it is doubtful.
    """

    def __init__(self, crs: CRS, bounds: Bounds, *, is_assumed: bool = False) -> None:
        self._bounds = bounds
        self._is_assumed = is_assumed
        self._to_degrees = _transformer(crs)

    def reading(self, points: Points) -> CoordinateReading:
        """How to read numbers: as degrees where they can be some, else as metres. The first of
        these that puts all of them inside, else the one that puts most: as they are, 100 km shifted
        (only metres), axes swapped, both.
        """
        is_degrees = all(abs(x) <= 180 and abs(y) <= 180 for x, y in points)
        best, most = CoordinateReading(self._bounds), -1
        for reading in self._readings(is_degrees=is_degrees):
            count = len(reading.inside(points))
            if count > most:
                best, most = reading, count
            if count == len(points):
                break
        return best

    def spot(self, east: float, north: float) -> Spot:
        """The point inside the bounds, else nowhere: `coord_null` for zeros, else
        `coord_outside`.
        """
        if not east or not north:
            return NOWHERE
        if self._bounds.holds(east, north):  # by far the most
            return Spot(round(east, 7), round(north, 7))
        reading = self.reading([(east, north)])
        for lon, lat in reading.inside([(east, north)]):
            return Spot(lon, lat, reading.flags)
        return OUTSIDE

    def _readings(self, *, is_degrees: bool) -> Iterator[CoordinateReading]:
        for is_swapped in (False, True):
            if is_degrees:
                yield CoordinateReading(self._bounds, is_swapped=is_swapped)
                continue
            for shift_m in (0.0, FALSE_NORTHING_GAP_M, -FALSE_NORTHING_GAP_M):
                yield CoordinateReading(
                    self._bounds, self._to_degrees, shift_m, is_swapped, self._is_assumed
                )
