"""Bus positions of TAGO (getRouteAcctoBusLcList). They carry no time: event time is the
response's.
"""

import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from producers.reading import bodies, envelopes
from producers.reading.answers import Answer, Exchange, Harvest, UnknownAnswerError
from producers.reading.envelopes import harvest_of
from producers.reading.fields import plain_number, spot, text
from producers.reading.limits import MIB
from producers.reading.privacy import pseudonym
from producers.reading.rows import Row, take_each
from streams.contract.errors import RecordRefusedError
from streams.contract.grammars import Bounds
from streams.contract.records import BusPosition
from streams.contract.settings import Settings
from streams.domain.links.runs import MASKED, SCATTER_M, SHARED
from streams.geo.measures import distance_m

NAME = "tago.positions"
MAX_BYTES = MIB  # a route's answer is about 20 kB
COLUMNS = frozenset(
    {"ROUTEID", "ROUTENM", "ROUTETP", "NODEID", "NODENM", "NODEORD", "GPSLATI", "GPSLONG"}
)
_MASK = re.compile(r"[*＊∗✱※○●◯〇⚪□■#?•]|[xX]{2}|[ㅇo]{2}|_{2}")


def route_of(url: str) -> str:
    """The routeId a position request asked for, "" without one."""
    return parse_qs(urlsplit(url).query).get("routeId", [""])[0]


def parse_positions(exchange: Exchange, settings: Settings) -> Answer:
    """The buses of one route. A vehicle listed twice counts once, where it is furthest along, and
    has a flag when it stands for several buses.
    """
    try:
        body = bodies.read(exchange, max_bytes=MAX_BYTES)
        envelope = envelopes.opened(body.tree, exchange, envelopes.TAGO)
    except UnknownAnswerError as error:
        return error.answer
    harvest = harvest_of(envelope, body.flags)
    bounds = settings.bbox

    def take(row: Row) -> None:
        _add(harvest, _position(row, exchange, settings, bounds, body.flags))

    take_each(envelope.rows, harvest, COLUMNS, take)
    return harvest.answer()


def _add(harvest: Harvest, bus: BusPosition) -> None:
    known = harvest.rows.get(bus.vehicle)
    if isinstance(known, BusPosition):
        harvest.repaired += 1
        if _are_several(known, bus):
            bus, known = (replace(row, flags=(*row.flags, SHARED)) for row in (bus, known))
        bus = max(known, bus, key=lambda row: row.stop_order)
    elif bus.flags:
        harvest.repaired += 1
    harvest.rows[bus.vehicle] = bus


def _are_several(one: BusPosition, other: BusPosition) -> bool:
    """Whether two rows of one answer under one plate are two buses: they stand apart, or the plate
    hides which they are.
    """
    if SHARED in one.flags or MASKED in one.flags:
        return True
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return False
    return distance_m((one.lon, one.lat), (other.lon, other.lat)) > SCATTER_M


def _position(
    row: Row, exchange: Exchange, settings: Settings, bounds: Bounds, flags: tuple[str, ...]
) -> BusPosition:
    """One bus; raises R005, R008 or R012 when it lacks an identity or its place in the route."""
    plate = text(row.get("vehicleno"), 40)
    route_id = text(row.get("routeid"), 40) or route_of(exchange.url)
    if not plate or not route_id:
        raise RecordRefusedError("R012", "row without vehicleno or routeId")
    point = spot(row.get("gpslong"), row.get("gpslati"), bounds)
    return BusPosition(
        vehicle=pseudonym(plate, settings, exchange.at_ms),
        route_id=route_id,
        route_no=text(row.get("routenm"), 60),
        stop_id=text(row.get("nodeid"), 40),
        stop_order=_order(row.get("nodeord")),
        observed_ms=exchange.at_ms,
        lon=point.lon,
        lat=point.lat,
        flags=(*flags, *point.flags, *((MASKED,) if _MASK.search(plate) else ())),
    )


def _order(value: Any) -> int:
    order = plain_number(value)
    if order is None or order != int(order):
        raise RecordRefusedError("R005", f"nodeord {text(value, 40)!r} is not a whole number")
    if not 0 <= order <= 1000:
        raise RecordRefusedError("R008", f"nodeord {order:.0f}, within 0..1000")
    return int(order)
