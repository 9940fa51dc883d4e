"""A city's route-stop file into stops, routes and sections: directed pairs of consecutive stops."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from math import gcd

from producers.network.refused import RefusedLine
from producers.network.stop_columns import StopRow, identifier, lines_of, route_number
from producers.reading.fields import plain_number, spot
from streams.contract.errors import NetworkError
from streams.contract.grammars import Bounds
from streams.geo.measures import Point, bearing_deg, distance_m
from streams.geo.network import Link, Route, Stop

FREE_FLOW_KMH = 50.0  # the general limit of city roads
MAX_ORDER = 1000


@dataclass(slots=True)
class StopRuns:
    """What the file holds: stops, and per route its number and its stops by order."""

    released: str = ""
    stops: dict[str, Stop] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    orders: dict[str, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))
    refused: list[RefusedLine] = field(default_factory=list)
    recounted: list[str] = field(default_factory=list)

    def count_evenly(self) -> None:
        """Count every run as the live feed does, 1, 2, 3: lists begin at 0 or count by tens."""
        for route_id, orders in self.orders.items():
            shift = 1 - min(orders) if 0 in orders else 0
            step = gcd(*orders) if not shift and len(orders) > 1 else 1
            if shift or step > 1:
                self.recounted.append(route_id)
                self.orders[route_id] = {
                    order // step + shift: stop for order, stop in orders.items()
                }

    def routes(self) -> tuple[Route, ...]:
        """The routes by id; an order that the file lacks is "", so that order 1 stays
        `stops[0]`.
        """
        return tuple(
            Route(
                route_id,
                self.numbers[route_id],
                tuple(orders.get(order, "") for order in range(1, max(orders) + 1)),
            )
            for route_id, orders in sorted(self.orders.items())
        )


NEEDED = ("route_no", "route_id", "order", "stop_id", "stop_name", "lon", "lat")


def read_route_stops(body: bytes, name: str, prefix: str, bounds: Bounds) -> StopRuns:
    """The stops and runs of a file. A row without a usable point, id or order is refused with its
    line; raises NetworkError when the file cannot be read, lacks a column or has no usable row.
    """
    runs = StopRuns()
    for line in lines_of(body, name, NEEDED):
        _add(runs, line, prefix, bounds)
    if not runs.orders:
        first = f": {runs.refused[0].detail}" if runs.refused else ""
        raise NetworkError(f"{name} has no usable row, {len(runs.refused)} refused{first}")
    runs.count_evenly()
    return runs


def read_pole_numbers(body: bytes, name: str, prefix: str) -> dict[str, str]:
    """Stop id -> the number on its pole, from a stop file with 관리번호 and 정류장 번호."""
    pairs = (
        (identifier(line.values["stop_id"]), route_number(line.values["pole_no"]))
        for line in lines_of(body, name, ("stop_id", "pole_no"))
    )
    return {prefixed(stop, prefix): number for stop, number in pairs if stop}


def _add(runs: StopRuns, line: StopRow, prefix: str, bounds: Bounds) -> None:
    """Take one row, or refuse it. A stop keeps its place in the run even without a usable point."""
    row = line.values
    route, stop, order = identifier(row["route_id"]), identifier(row["stop_id"]), _order(row)
    if wrong := _wrong_identity(row, route, stop, order):
        runs.refused.append(RefusedLine(line.number, *wrong))
        return
    route_id = prefixed(str(route), prefix)
    stop_id = prefixed(str(stop), prefix)
    if order in runs.orders[route_id]:
        detail = f"order {order} of {route_id} again"
        runs.refused.append(RefusedLine(line.number, "R005", detail))
        return
    runs.numbers.setdefault(route_id, route_number(row["route_no"]))
    runs.orders[route_id][int(order or 0)] = stop_id
    runs.released = max(runs.released, row.get("released", ""))
    point = spot(row["lon"], row["lat"], bounds)
    if point.lon is None or point.lat is None:
        detail = f"stop {stop_id}: {row['lon']!r}, {row['lat']!r} (lon, lat) outside {bounds}"
        runs.refused.append(RefusedLine(line.number, "R006", detail))
        return
    runs.stops.setdefault(stop_id, Stop(stop_id, row["stop_name"], point.lon, point.lat))


def _wrong_identity(
    row: dict[str, str], route: str | None, stop: str | None, order: int | None
) -> tuple[str, str] | None:
    """Code and detail of why a row says nothing of a run; None when it does."""
    if not row["route_id"] or not row["stop_id"]:
        return "R012", "row without a route's or a stop's id"
    for what, value, found in (("route", row["route_id"], route), ("stop", row["stop_id"], stop)):
        if found is None:
            return "R012", f"{what} id {value[:40]!r}, letters, digits, _ and - only, not rounded"
    if order is None:
        return "R008", f"order {row['order'][:20]!r}, a whole number within 0..{MAX_ORDER}"
    return None


def _order(row: dict[str, str]) -> int | None:
    order = plain_number(row["order"])
    is_one = order is not None and order == int(order) and 0 <= order <= MAX_ORDER
    return int(order) if is_one and order is not None else None


def prefixed(number: str, prefix: str) -> str:
    """The id of the live feed: the city's number behind its prefix."""
    return number if re.match(r"[A-Za-z]", number) else f"{prefix}{number}"


def sections(runs: StopRuns, road_factor: float) -> list[Link]:
    """One link for each distinct directed pair of consecutive stops, by id. A stop without a point
    gives no section: its neighbours are not each other's neighbours.
    """
    pairs = {
        (a, b) for route in runs.routes() for a, b in pairwise(route.stops) if a and b and a != b
    }
    known = (pair for pair in sorted(pairs) if pair[0] in runs.stops and pair[1] in runs.stops)
    return [_section(runs.stops[a], runs.stops[b], road_factor) for a, b in known]


def _section(a: Stop, b: Stop, road_factor: float) -> Link:
    line: tuple[Point, Point] = ((a.lon, a.lat), (b.lon, b.lat))
    return Link(
        id=f"{a.id}>{b.id}",
        kind="section",
        name=f"{a.name} → {b.name}",
        road_name="",
        road_class="city",
        length_m=max(1, round(distance_m(*line) * road_factor)),
        length_source="straight",
        bearing_deg=bearing_deg(*line),
        free_flow_kmh=FREE_FLOW_KMH,
        geometry=line,
        from_id=a.id,
        to_id=b.id,
    )
