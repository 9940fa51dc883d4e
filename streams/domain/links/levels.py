"""The level of a speed by road class: 원활 free, 서행 slow, 정체 jam, 정보없음 unknown."""

import math

from streams.contract.enums import Level
from streams.contract.grammars import Thresholds
from streams.contract.settings import Settings
from streams.geo.network import ROAD_CLASSES


def thresholds_by_class(settings: Settings) -> dict[str, Thresholds]:
    """The thresholds of every road class; all but `motorway` and `express` are ordinary roads."""
    own = {"motorway": settings.levels_motorway, "express": settings.levels_express}
    return {road_class: own.get(road_class, settings.levels_urban) for road_class in ROAD_CLASSES}


def level(speed_kmh: float | None, thresholds: Thresholds) -> Level:
    """The level of a speed; UNKNOWN without a speed, for no data is never free flow."""
    if speed_kmh is None or not math.isfinite(speed_kmh):
        return Level.UNKNOWN
    if speed_kmh < thresholds.jam_kmh:
        return Level.JAM
    return Level.SLOW if speed_kmh < thresholds.slow_kmh else Level.FREE


def times_slower(speed_kmh: float | None, usual_kmh: float | None) -> float | None:
    """How many times slower than usual a speed is, to a tenth; below 1 km/h counts as 1."""
    if speed_kmh is None or usual_kmh is None:
        return None
    return round(usual_kmh / max(speed_kmh, 1.0), 1)
