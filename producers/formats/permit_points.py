"""Points of permit lists: degrees or a Korean plane system, with the mix-ups that occur."""

import json
import re
from typing import Any

from pyproj import Transformer
from pyproj.exceptions import CRSError

from producers.formats.fields import NOWHERE, Bounds, Spot, is_elsewhere, plain_number, spot, text
from streams.errors import SettingsError

FALSE_NORTHING_GAP_M = 100_000.0
"""EPSG:5186 (600,000) and EPSG:5181 (500,000) differ in nothing else: a mix-up is exactly 100 km.

"""


class Plane:
    """Turns x (east), y (north) in metres of one reference system into degrees inside the
    bounds.
    """

    def __init__(self, epsg: int, bounds: Bounds) -> None:
        self._bounds = bounds
        try:
            self._to_degrees = Transformer.from_crs(epsg, 4326, always_xy=True)
        except CRSError:
            raise SettingsError(f"BOMNAE_PERMITS_EPSG {epsg} is no known system") from None

    def spot(self, x: Any, y: Any) -> Spot:
        """The point as it is, else the first of: 100 km shifted, axes swapped, both; else
        nowhere.
        """
        east, north = plain_number(x), plain_number(y)
        if east is None or north is None:
            return NOWHERE
        if abs(east) <= 180 and abs(north) <= 180:
            return spot(east, north, self._bounds)
        for a, b, flags in ((east, north, ()), (north, east, ("coord_swapped",))):
            for shift_m in (0.0, FALSE_NORTHING_GAP_M, -FALSE_NORTHING_GAP_M):
                lon, lat = self._to_degrees.transform(a, b + shift_m)
                if self._bounds.holds(lon, lat):
                    mark = ("epsg_shifted_100km",) if shift_m else ()
                    return Spot(round(lon, 7), round(lat, 7), (*flags, *mark))
        return NOWHERE


def point_of(found: dict[str, Any], plane: Plane, bounds: Bounds) -> Spot:
    """The row's point: its degrees if they are usable, else its plane coordinates. A row without
    any coordinate is nowhere without a flag; one of another area carries `coord_outside`.
    """
    degrees = spot(found.get("lon"), found.get("lat"), bounds)
    if degrees.lon is not None:
        return degrees
    if "x" in found and "y" in found:
        return plane.spot(found["x"], found["y"])
    if "lon" not in found and "lat" not in found:
        return Spot()
    if is_elsewhere(found.get("lon"), found.get("lat"), bounds):
        return Spot(flags=("coord_outside",))
    return degrees


def link_ids_of(value: Any) -> tuple[str, ...]:
    words = " ".join(map(text, value)) if isinstance(value, list) else text(value, 2000)
    return tuple(dict.fromkeys(re.findall(r"[A-Za-z0-9_>-]{2,40}", words)))


def geometry_of(value: Any, bounds: Bounds) -> tuple[tuple[float, float], ...]:
    """A WKT or GeoJSON line in degrees; () when it is none or leaves the bounds."""
    words = value if isinstance(value, str) else json.dumps(value) if value else ""
    numbers = [float(n) for n in re.findall(r"-?\d+\.\d+", words[:20_000])]
    points = tuple(zip(numbers[::2], numbers[1::2], strict=False))
    is_sound = len(points) > 1 and all(bounds.holds(lon, lat) for lon, lat in points)
    return points if is_sound else ()
