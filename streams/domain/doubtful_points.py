"""Permits whose points cannot all be right: many at one point, as a geocoder's fallback gives."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from streams.contract.records import Permit


class HasPoint(Protocol):
    """A permit, or a work of one."""

    @property
    def lon(self) -> float | None: ...
    @property
    def lat(self) -> float | None: ...
    @property
    def flags(self) -> tuple[str, ...]: ...


W = TypeVar("W", bound=HasPoint)
POINT_SHARED = "point_shared"
"""The flag of a permit whose point more than `MOST_AT_POINT` permits of its list have."""

MOST_AT_POINT = 20  # that many digs on one square metre are one dig, or none


def point_of(permit: HasPoint) -> tuple[float, float] | None:
    """The point to about a metre, None without one."""
    if permit.lon is None or permit.lat is None:
        return None
    return round(permit.lon, 5), round(permit.lat, 5)


def is_doubtful(permit: HasPoint) -> bool:
    """Whether a permit's point is not believed: it places the permit nowhere."""
    return POINT_SHARED in permit.flags


def marked(permits: Sequence[Permit]) -> list[Permit]:
    """The permits of a whole list, those at a crowded point with the flag and no other with it."""
    at_point = Counter(map(point_of, permits))
    return [_marked(x, is_crowded=_is_crowded(x, at_point)) for x in permits]


def at_doubtful_points(works: Iterable[W]) -> dict[tuple[float, float], list[W]]:
    """The permits whose points are not believed, by point."""
    found: dict[tuple[float, float], list[W]] = {}
    for work in works:
        if is_doubtful(work) and (point := point_of(work)) is not None:
            found.setdefault(point, []).append(work)
    return found


def _is_crowded(permit: Permit, at_point: Counter[tuple[float, float] | None]) -> bool:
    point = point_of(permit)
    return point is not None and at_point[point] > MOST_AT_POINT


def _marked(permit: Permit, *, is_crowded: bool) -> Permit:
    if is_crowded == is_doubtful(permit):
        return permit
    kept = tuple(flag for flag in permit.flags if flag != POINT_SHARED)
    return replace(permit, flags=(*kept, POINT_SHARED) if is_crowded else kept)
