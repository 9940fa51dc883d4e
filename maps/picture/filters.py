"""What a caller wants to see of an export: `bbox`, `level`, `phase`. Pure; nonsense is refused."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from maps.http.refusals import bad_parameter
from streams.contract.enums import Level, Phase
from streams.geo.measures import Point

LEVELS = tuple(Level)
_CHOICES: dict[str, type[StrEnum]] = {"level": Level, "phase": Phase}
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Filters:
    """Empty sets and no box let everything pass."""

    bbox: Box | None = None
    levels: frozenset[str] = frozenset()
    phases: frozenset[str] = frozenset()

    def takes_level(self, level: str) -> bool:
        return not self.levels or level in self.levels

    def takes_phase(self, phase: str) -> bool:
        return not self.phases or phase in self.phases

    def takes_points(self, points: Iterable[Point]) -> bool:
        """Whether the box around the points meets the filter's; no points lie in no box."""
        if self.bbox is None:
            return True
        west, south, east, north = self.bbox
        line = list(points)
        if not line:
            return False
        lons, lats = [lon for lon, _ in line], [lat for _, lat in line]
        return min(lons) <= east and max(lons) >= west and min(lats) <= north and max(lats) >= south


def parse_filters(query: Mapping[str, str], allowed: Iterable[str]) -> Filters:
    """The filters of a query; raises RequestRefusedError for a parameter it cannot read.

    A parameter we do not know is refused too: `?lvl=jam` must not answer with every link.
    """
    names = list(allowed)
    for name, value in query.items():
        if name not in names:
            listed = ", ".join(names)
            raise bad_parameter(name, value, "must.be_known", names=listed)
    return Filters(
        bbox=parse_bbox(query["bbox"]) if "bbox" in query else None,
        levels=_chosen("level", query.get("level")),
        phases=_chosen("phase", query.get("phase")),
    )


def parse_bbox(text: str) -> Box:
    """`west,south,east,north` in degrees with west <= east and south <= north."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise bad_parameter("bbox", text, "must.box") from None
    values = (west, south, east, north)
    is_on_globe = all(math.isfinite(value) for value in values) and (
        -180 <= west <= east <= 180 and -90 <= south <= north <= 90
    )
    if not is_on_globe:
        raise bad_parameter("bbox", text, "must.box_on_globe")
    return values


def _chosen(name: str, text: str | None) -> frozenset[str]:
    if text is None:
        return frozenset()
    words = frozenset(text.split(","))
    if words <= set(_CHOICES[name]):
        return words
    listed = ", ".join(_CHOICES[name])
    raise bad_parameter(name, text, "must.be_of", names=listed)
