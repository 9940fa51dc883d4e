"""The level of a speed by road class: 원활 free, 서행 slow, 정체 jam, 정보없음 unknown."""

import math
from dataclasses import dataclass

from streams.contract.enums import Level
from streams.contract.errors import SettingsError
from streams.geo.network import ROAD_CLASSES

MAX_KMH = 250.0


@dataclass(frozen=True, slots=True)
class Thresholds:
    """정체 below `jam_kmh`, 서행 below `slow_kmh`, 원활 from there on."""

    jam_kmh: float
    slow_kmh: float


def parse_levels(urban: str, express: str, motorway: str) -> dict[str, Thresholds]:
    """The thresholds of every road class, from the three settings `BOMNAE_LEVELS_*` ("15,25").

    Every class but `motorway` and `express` is an ordinary road. Raises SettingsError unless
    each text is two numbers with 0 < 정체 < 서행 <= 250 km/h.
    """
    own = {
        "motorway": _thresholds("BOMNAE_LEVELS_MOTORWAY", motorway),
        "express": _thresholds("BOMNAE_LEVELS_EXPRESS", express),
    }
    ordinary = _thresholds("BOMNAE_LEVELS_URBAN", urban)
    return {road_class: own.get(road_class, ordinary) for road_class in ROAD_CLASSES}


def level(speed_kmh: float | None, thresholds: Thresholds) -> Level:
    """The level of a speed; UNKNOWN without a speed, for no data is never free flow."""
    if speed_kmh is None or not math.isfinite(speed_kmh):
        return Level.UNKNOWN
    if speed_kmh < thresholds.jam_kmh:
        return Level.JAM
    return Level.SLOW if speed_kmh < thresholds.slow_kmh else Level.FREE


def _thresholds(variable: str, text: str) -> Thresholds:
    try:
        jam_kmh, slow_kmh = (float(part) for part in text.split(","))
    except ValueError:
        raise SettingsError(
            f"{variable} must be two speeds like 15,25, got {text[:40]!r}"
        ) from None
    if not 0 < jam_kmh < slow_kmh <= MAX_KMH:
        raise SettingsError(f"{variable} must rise within 0..{MAX_KMH:g} km/h, got {text[:40]!r}")
    return Thresholds(jam_kmh, slow_kmh)
