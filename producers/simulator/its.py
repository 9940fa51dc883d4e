"""The national ITS: trafficInfo and eventInfo."""

from collections.abc import Mapping
from typing import Any

from producers.simulator import noise, xml
from producers.simulator.answers import XML, PortalAnswer, as_json
from producers.simulator.clock import kst
from producers.simulator.day import Day
from producers.simulator.events import Event
from producers.simulator.streets import MEASURED, measured
from producers.simulator.works import link_named
from streams.geo.measures import Point
from streams.geo.network import Link

HEADER = {"resultCode": 0, "resultMsg": "SUCCESS"}
UNMEASURED_SHARE = 0.04
Bounds = tuple[float, float, float, float]


def traffic_info(day: Day, query: Mapping[str, str], at_ms: int, refresh_ms: int) -> PortalAnswer:
    """The speeds of every measured link inside the bounds, as of the last refresh."""
    as_of_ms = at_ms - at_ms % refresh_ms
    speeds = day.traffic.speeds_kmh(as_of_ms)
    closed = day.traffic.closed(as_of_ms)
    bounds = _bounds(query)
    rows = []
    for place, index in enumerate(measured(day.streets)):
        link = day.streets.links[index]
        if not _inside(_middle(link), bounds):
            continue
        is_measured = index not in closed and (
            noise.unit(day.seed, "its", place, as_of_ms // 180_000) >= UNMEASURED_SHARE
        )
        spread = 0.94 + 0.12 * noise.unit(day.seed, "spread", place, as_of_ms // refresh_ms)
        speed = min(speeds[index] * spread, 110.0) if is_measured else 0.0
        rows.append(_speed_row(link, speed, as_of_ms))
    return _envelope(rows, query)


def event_info(day: Day, query: Mapping[str, str], at_ms: int) -> PortalAnswer:
    """The running events inside the bounds, and those the centre forgot to take off."""
    bounds = _bounds(query)
    rows = [event_row(day, event) for event in day.events_listed(at_ms)]
    inside = [row for row in rows if _inside((float(row["coordX"]), float(row["coordY"])), bounds)]
    return _envelope(inside, query)


def event_row(day: Day, event: Event) -> dict[str, str]:
    link = link_named(day.streets, event.where)
    lon, lat = _middle(link)
    started = kst(day.clock.minute_ms(event.span_min[0]))
    return {
        "type": event.road_type,
        "eventType": event.kind,
        "eventDetailType": event.detail,
        "startDate": f"{started:%Y%m%d%H%M%S}"
        if event.has_start_time
        else f"{started:%Y%m%d}000000",
        "coordX": f"{lon:.4f}",
        "coordY": f"{lat:.4f}",
        "linkId": link.id if link.road_name in MEASURED and event.has_link else "1",
        "roadName": link.road_name,
        "roadNo": "5" if event.road_type == "국도" else "0",
        "roadDrcType": "종점방향" if event.road_type == "국도" else "",
        "lanesBlockType": event.block,
        "lanesBlocked": event.lanes,
        "message": event.text,
        "endDate": "",
    }


def _speed_row(link: Link, speed_kmh: float, as_of_ms: int) -> dict[str, str]:
    travel_s = link.length_m * 3.6 / speed_kmh if speed_kmh else 0.0
    return {
        "roadName": link.road_name,
        "roadDrcType": "up" if link.id.endswith("0") else "down",
        "linkNo": link.id[6:8].lstrip("0") or "0",
        "linkId": link.id,
        "startNodeId": "",
        "endNodeId": "",
        "speed": f"{speed_kmh:.1f}".removesuffix(".0"),
        "travelTime": f"{travel_s:.2f}" if travel_s else "0",
        "createdDate": f"{kst(as_of_ms):%Y%m%d%H%M%S}",
    }


def _envelope(rows: list[dict[str, str]], query: Mapping[str, str]) -> PortalAnswer:
    if query.get("getType") == "xml":
        body: dict[str, Any] = {"totalCount": len(rows), "items": {"item": rows}}
        return PortalAnswer(200, XML, xml.document("response", {"header": HEADER, "body": body}))
    return as_json({"header": HEADER, "body": {"totalCount": len(rows), "items": rows}})


def _bounds(query: Mapping[str, str]) -> Bounds:
    """minX, minY, maxX, maxY in degrees; the whole world where one is missing or no number."""
    try:
        return (
            float(query["minX"]),
            float(query["minY"]),
            float(query["maxX"]),
            float(query["maxY"]),
        )
    except (KeyError, ValueError):
        return -180.0, -90.0, 180.0, 90.0


def _inside(point: Point, bounds: Bounds) -> bool:
    return bounds[0] <= point[0] <= bounds[2] and bounds[1] <= point[1] <= bounds[3]


def _middle(link: Link) -> Point:
    return link.geometry[len(link.geometry) // 2]
