"""TAGO getRouteAcctoBusLcList: the buses of one route, with the quirks seen in the field."""

from collections.abc import Mapping
from typing import Any

from producers.simulator import noise
from producers.simulator.answers import PortalAnswer, enveloped
from producers.simulator.day import Day
from producers.simulator.fleet import SimulatedBus
from producers.simulator.routes import DrivenRoute
from producers.simulator.shapes import along
from streams.geo.measures import Point

CITY_CODE = "32010"
TEXT_NUMBERS = "서면4(서면403)"
BAD_BUSES = {5: "swapped", 17: "missing", 29: "zero", 41: "jump"}
"""Places in the fleet whose receiver now and then gives nonsense."""
MASKED = frozenset({8, 9, 33, 52})
"""Places in the fleet whose operator masks the plates: several buses go by one name."""
MASK = "강원70자****"
JUMP_DEG = 0.02  # about 2 km to the north: another road of the city
SUCCESS = {"resultCode": "00", "resultMsg": "NORMAL SERVICE."}


def bus_positions(day: Day, query: Mapping[str, str]) -> PortalAnswer:
    """The answer for `routeId`; a success without rows when no bus runs or it is unknown."""
    rows = route_rows(day, query.get("routeId", "")) if query.get("cityCode") == CITY_CODE else []
    return enveloped(SUCCESS, page(rows, query), wants_xml=query.get("_type") != "json")


def page(rows: list[dict[str, Any]], query: Mapping[str, str]) -> dict[str, Any]:
    """The page asked for, in TAGO's body: no rows `""`, one row an object, more a list."""
    size, number = _positive(query.get("numOfRows"), 10), _positive(query.get("pageNo"), 1)
    shown = rows[(number - 1) * size : number * size]
    items: Any = {"item": shown[0] if len(shown) == 1 else shown} if shown else ""
    return {"items": items, "numOfRows": size, "pageNo": number, "totalCount": len(rows)}


def route_rows(day: Day, route_id: str) -> list[dict[str, Any]]:
    """One row a bus; one that turns round stands on the route it leaves and the one it takes."""
    rows = []
    for place, bus in enumerate(day.buses):
        if not bus.is_listed:
            continue
        if bus.run.route_id == route_id:
            rows.append(_row(day, place, bus, bus.run, bus.order))
        elif bus.is_parked and day.fleet.runs[bus.run.partner or bus.run.no].route_id == route_id:
            rows.append(_row(day, place, bus, day.fleet.runs[bus.run.partner], 0))
    return rows


def _row(day: Day, place: int, bus: SimulatedBus, run: DrivenRoute, order: int) -> dict[str, Any]:
    lat, lon = _receiver(day, place, _point(day, place, bus))
    stop = day.network.stop_by_id[run.stops[order]]
    row: dict[str, Any] = {
        "gpslati": lat,
        "gpslong": lon,
        "nodeid": stop.id,
        "nodenm": stop.name,
        "nodeord": order + 1,
        "routenm": int(run.no) if run.no.isdigit() else run.no,
        "routetp": run.kind,
        "vehicleno": MASK if place in MASKED else bus.vehicle,
    }
    return {name: str(value) for name, value in row.items()} if run.no == TEXT_NUMBERS else row


def _point(day: Day, place: int, bus: SimulatedBus) -> Point:
    """Matched to the road, as the portal does, and a few metres off along it."""
    wobble_m = 8 * (noise.unit(day.seed, "gps", place, day.now_ms // 1000) - 0.5)
    if bus.path:
        return along(day.streets.links[bus.path[0]].geometry, bus.travelled_m + wobble_m)
    if bus.depot:
        return day.streets.links[bus.came_by].geometry[-1]
    if bus.order < len(bus.run.legs):
        return day.streets.links[bus.run.legs[bus.order][0]].geometry[0]
    return day.streets.links[bus.run.legs[-1][-1]].geometry[-1]


def _receiver(day: Day, place: int, point: Point) -> tuple[Any, Any]:
    """(lat, lon) as the receiver gives them; a bad one is wrong in one minute of three."""
    lon, lat = round(point[0], 6), round(point[1], 6)
    fault = BAD_BUSES.get(place) if day.now_ms // 60_000 % 3 == 0 else None
    answers: dict[str | None, tuple[Any, Any]] = {
        "swapped": (lon, lat),
        "missing": ("", ""),
        "zero": (0.14806354, lon),
        "jump": (round(lat + JUMP_DEG, 6), lon),
    }
    return answers.get(fault, (lat, lon))


def _positive(text: str | None, default: int) -> int:
    return max(1, int(text)) if text and text.isdigit() else default
