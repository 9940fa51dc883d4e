"""A city's route-stop file into stops, routes and sections (directed pairs of consecutive
stops).
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from producers.formats.columns import column_of
from producers.formats.fields import Bounds, plain_number, spot, text
from streams.domain.network import Link, Point, Route, Stop, bearing_deg, distance_m
from streams.errors import NetworkError

NEEDED = ("노선번호", "노선", "정류장순서", "정류장", "정류장명", "경도", "위도")
FREE_FLOW_KMH = 50.0  # the general limit of city roads
MAX_ORDER = 1000


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line of the file that is not used."""

    line: int
    code: str
    detail: str


@dataclass(slots=True)
class StopRuns:
    """What the file holds: stops, and per route its number and its stops by order."""

    released: str = ""
    stops: dict[str, Stop] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    orders: dict[str, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))
    refused: list[RefusedLine] = field(default_factory=list)

    def routes(self) -> tuple[Route, ...]:
        """The routes by id; an order that the file lacks is "", so that order 1 stays
        `stops[0]`.
        """
        return tuple(
            Route(route_id, self.numbers[route_id], _run(orders))
            for route_id, orders in sorted(self.orders.items())
        )


def decoded(body: bytes, name: str) -> str:
    """The text of a file in UTF-8 (with or without mark) or CP949; raises NetworkError
    otherwise.
    """
    for encoding in ("utf-8-sig", "cp949"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NetworkError(f"{name} is neither UTF-8 nor CP949")


def read_route_stops(body: bytes, name: str, prefix: str, bounds: Bounds) -> StopRuns:
    """The stops and runs of a file. A row with bad coordinates or a doubled order is refused with
    its line; raises NetworkError R0xx when the file is empty, in another encoding or lacks a
    column.
    """
    rows = csv.DictReader(io.StringIO(decoded(body, name), newline=""))
    columns = {column_of(column): column for column in rows.fieldnames or ()}
    if not columns:
        raise NetworkError(f"{name} is empty")
    if missing := [column for column in NEEDED if column not in columns]:
        raise NetworkError(f"{name} lacks the column {', '.join(missing)}")
    runs = StopRuns()
    for row in rows:
        named = {
            key: text(row.get(columns[key])) for key in (*NEEDED, "데이터기준일") if key in columns
        }
        _add(runs, named, rows.line_num, prefix, bounds)
    if not runs.orders:
        raise NetworkError(f"{name} has no usable row, {len(runs.refused)} refused")
    return runs


def read_pole_numbers(body: bytes, name: str, prefix: str) -> dict[str, str]:
    """Stop id -> the number on its pole, from a stop file with 관리번호 and 정류장 번호."""
    rows = csv.DictReader(io.StringIO(decoded(body, name), newline=""))
    columns = {column_of(column): column for column in rows.fieldnames or ()}
    if missing := [column for column in ("관리번호", "정류장번호") if column not in columns]:
        raise NetworkError(f"{name} lacks the column {', '.join(missing)}")
    pairs = ((text(row[columns["관리번호"]]), text(row[columns["정류장번호"]])) for row in rows)
    return {_id(stop, prefix): number for stop, number in pairs if stop}


def _add(runs: StopRuns, row: dict[str, str], line: int, prefix: str, bounds: Bounds) -> None:
    """Take one row, or refuse it. A stop keeps its place in the run even without a usable point."""
    order = plain_number(row["정류장순서"])
    if not row["노선"] or not row["정류장"]:
        runs.refused.append(RefusedLine(line, "R012", "row without 노선 or 정류장"))
        return
    if order is None or order != int(order) or not 1 <= order <= MAX_ORDER:
        detail = f"정류장순서 {row['정류장순서']!r}, a whole number within 1..{MAX_ORDER}"
        runs.refused.append(RefusedLine(line, "R008", detail))
        return
    route_id, stop_id = _id(row["노선"], prefix), _id(row["정류장"], prefix)
    if int(order) in runs.orders[route_id]:
        runs.refused.append(RefusedLine(line, "R005", f"order {order:.0f} of {route_id} again"))
        return
    runs.numbers.setdefault(route_id, row["노선번호"])
    runs.orders[route_id][int(order)] = stop_id
    runs.released = max(runs.released, row.get("데이터기준일", ""))
    point = spot(row["경도"], row["위도"], bounds)
    if point.lon is None or point.lat is None:
        detail = f"stop {stop_id}: 경도 {row['경도']!r}, 위도 {row['위도']!r} outside {bounds}"
        runs.refused.append(RefusedLine(line, "R006", detail))
        return
    runs.stops.setdefault(stop_id, Stop(stop_id, row["정류장명"], point.lon, point.lat))


def _id(number: str, prefix: str) -> str:
    """The id of the live feed: the city's number behind its prefix."""
    return number if re.match(r"[A-Za-z]", number) else f"{prefix}{number}"


def _run(orders: dict[int, str]) -> tuple[str, ...]:
    return tuple(orders.get(order, "") for order in range(1, max(orders) + 1))


def sections(runs: StopRuns, road_factor: float) -> list[Link]:
    """One link for each distinct directed pair of consecutive stops, by id. A stop without a point
    gives no section: its neighbours are not each other's neighbours.
    """
    pairs = {pair for route in runs.routes() for pair in _pairs(route.stops)}
    known = (pair for pair in sorted(pairs) if pair[0] in runs.stops and pair[1] in runs.stops)
    return [_section(runs.stops[a], runs.stops[b], road_factor) for a, b in known]


def _pairs(stops: Iterable[str]) -> Iterable[tuple[str, str]]:
    run = list(stops)
    return ((a, b) for a, b in pairwise(run) if a and b and a != b)


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
