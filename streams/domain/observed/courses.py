"""A route as the stretch it drives: where a point lies on it, and which links are where."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from streams.contract.records import BusPosition
from streams.domain.links.runs import RouteGeometry, RunSpot
from streams.geo.measures import project
from streams.geo.network import Link, Network, Route

LOOK_AHEAD = 4  # sections behind the stop last reported in which a bus may be
SURELY_M = 10.0  # so near a section a bus is on it
NEARER_M = 5.0  # a later section must lie nearer by so much: stops stand where two sections meet
JOINED_M = 15.0  # a link's parts under two sections that are no further apart are one
GUESSED = frozenset({"straight", "loop"})  # lengths of sections of which no line is known
MOST_OF = 0.6  # of a link that a route drives counts as driving the link


class Unit(NamedTuple):
    """A link on a route, from so many metres behind the first stop to so many."""

    end_m: float
    start_m: float
    link_id: str
    is_whole_road: bool  # a standard link, or a section without any: what a bus may avoid


class Place(NamedTuple):
    """Where a reported point is: along the route, off its line, and how many sections further than
    the stop last reported.
    """

    along_m: float
    off_m: float
    ahead: int


@dataclass(frozen=True)
class BusCourse:
    """The sections of a route and the standard links under them, by where they end."""

    route: Route
    geometry: RouteGeometry
    units: tuple[Unit, ...]

    @classmethod
    def of(cls, route: Route, network: Network) -> "BusCourse":
        geometry = RouteGeometry.of(route, network)
        parts: list[Unit] = []
        last: dict[str, int] = {}
        for unit in _parts(geometry, network):
            at = last.get(unit.link_id)
            if at is not None and unit.start_m - parts[at].end_m < JOINED_M:
                parts[at] = parts[at]._replace(end_m=unit.end_m)
            else:
                last[unit.link_id] = len(parts)
                parts.append(unit)
        whole = (
            unit
            for unit in parts
            if (link := network.link(unit.link_id)) is not None
            and unit.end_m - unit.start_m >= MOST_OF * link.length_m
        )
        return cls(route, geometry, tuple(sorted(whole)))

    @property
    def ends_m(self) -> tuple[float, ...]:
        return self.geometry.ends_m

    def sections(self, from_order: int, to_order: int) -> tuple[Link, ...]:
        """The sections ahead of these stops and of all between them."""
        row = self.geometry.links[from_order - 1 : to_order]
        return tuple(link for link in row if link is not None)

    def units_within(self, from_m: float, to_m: float) -> list[tuple[int, Unit]]:
        """The units that end at a distance or behind it and begin at another or before it, with
        their places.
        """
        first = bisect_left(self._unit_ends_m, from_m)
        last = bisect_right(self._next_starts_m, to_m)
        return [
            (at, unit)
            for at, unit in enumerate(self.units[first:last], start=first)
            if unit.start_m <= to_m
        ]

    @cached_property
    def _unit_ends_m(self) -> tuple[float, ...]:
        return tuple(unit.end_m for unit in self.units)

    @cached_property
    def _next_starts_m(self) -> tuple[float, ...]:
        """Where the first of each unit and all after it begins: one that ends later may have begun
        before.
        """
        return tuple(accumulate((unit.start_m for unit in reversed(self.units)), min))[::-1]

    def place(self, row: BusPosition, spot: RunSpot | None = None) -> Place | None:
        """Where a bus is; None without a point, or behind the last stop. `spot` is where the
        geometry has the point, if that is known already.

        Of a later section whose box is too far away to count nothing is measured.
        """
        first = row.stop_order - 1
        spot, ahead = spot or self.geometry.spot(row), self.geometry.ahead(row.stop_order)
        if spot is None or ahead is None or row.lon is None or row.lat is None:
            return None
        best = Place(self.ends_m[first] + spot.part * ahead.length_m, spot.off_m, 0)
        if spot.off_m <= SURELY_M:
            return best
        point, geometry = (row.lon, row.lat), self.geometry
        for at in range(first + 1, min(first + LOOK_AHEAD, len(geometry.links))):
            link, box = geometry.links[at], geometry.boxes[at]
            if link is None or box is None:
                continue
            if box.least_m(point) > max(SURELY_M, best.off_m - NEARER_M):
                continue
            part, off_m = project(point, link.geometry)
            if off_m < best.off_m - NEARER_M:
                best = Place(self.ends_m[at] + part * link.length_m, off_m, at - first)
            if off_m <= SURELY_M:
                break
        return best

    def stops_between(self, from_m: float, to_m: float) -> list[int]:
        """The places in `route.stops` of those that lie between two distances."""
        ends_m = self.ends_m
        return list(range(bisect_left(ends_m, from_m), bisect_left(ends_m, to_m)))


def _parts(geometry: RouteGeometry, network: Network) -> Iterator[Unit]:
    """The sections of a route in driving order, each with the standard links under it."""
    for link, start_m, end_m in zip(
        geometry.links, geometry.ends_m, geometry.ends_m[1:], strict=False
    ):
        if link is None:
            continue
        pairs = network.standards_of.get(link.id, ())
        yield Unit(end_m, start_m, link.id, is_whole_road=not pairs)
        for pair in pairs:
            under = network.link(pair.standard_id)
            part = _span(under, link) if under else None
            if part is not None:
                first_m, last_m = (start_m + each * link.length_m for each in part)
                yield Unit(last_m, first_m, pair.standard_id, is_whole_road=True)


def _span(under: Link, section: Link) -> tuple[float, float] | None:
    """From where to where along a section, 0..1, a standard link lies; None against it."""
    first, _ = project(under.geometry[0], section.geometry)
    last, _ = project(under.geometry[-1], section.geometry)
    return (first, last) if last > first else None
