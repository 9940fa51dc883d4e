"""Bus positions of a GTFS Realtime feed (VehiclePositions), as protobuf or as its JSON.

A vehicle names its trip; `trips.json` beside the network says which route of the network that trip
drives (`producers network --gtfs` writes it). Where the feed gives no stop sequence the order is 0:
the fold finds it from the point. Source of the fields: GTFS Realtime reference, version 2.0.
"""

import json
from dataclasses import replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from producers.feeds.feed import Feed, OneRequest, Request, buses_change_within_s, request_to
from producers.reading.answers import Answer, Exchange, Harvest, UnknownAnswerError, unknown
from producers.reading.bodies import ANSWER, MIB, PROTOBUF
from producers.reading.fields import spot, text
from producers.reading.privacy import pseudonym, recorded_plate, refused_row
from streams.contract.errors import RecordRefusedError, SettingsError
from streams.contract.grammars import Bounds
from streams.contract.records import BusPosition
from streams.contract.settings import Settings
from streams.people import without_persons_numbers

NAME = "gtfs.positions"
MAX_BYTES = 8 * MIB
STOPPED_AT = 1
MAX_AHEAD_MS = 120_000
MIN_FREEZE_S = 60  # a feed asked more often than it is made anew does not change at each poll
NO_EXTRA = "GTFS Realtime needs gtfs-realtime-bindings: install bomnae[gtfs]"


class KnownTrips(NamedTuple):
    """Which route of the network each trip drives, its number, and the sequences of its stops."""

    pattern_of: dict[str, str]
    sequences: dict[str, list[int]]
    numbers: dict[str, str]


def parse_positions(exchange: Exchange, settings: Settings) -> Answer:
    """The buses of one answer; a trip that the network does not know is counted as `outside`."""
    try:
        message = message_of(exchange)
    except UnknownAnswerError as error:
        return error.answer
    trips, bounds = trips_of(settings.network), settings.bbox
    vehicles = [entity for entity in message.entity if entity.HasField("vehicle")]
    harvest = Harvest(listed=len(vehicles))
    for entity in vehicles:
        try:
            bus = _position(entity, message.header.timestamp, exchange, settings, bounds, trips)
        except RecordRefusedError as error:
            row = {"trip": entity.vehicle.trip.trip_id, "stop": entity.vehicle.stop_id}
            harvest.refused.append(refused_row(row, error.code, error.detail))
            continue
        if bus is None:
            harvest.outside += 1
        else:
            harvest.rows[bus.vehicle] = bus
    return harvest.answer()


def check(settings: Settings) -> None:
    """Raise SettingsError where no answer of this feed could ever be read."""
    if find_spec("google") is None or find_spec("google.transit") is None:
        raise SettingsError(NO_EXTRA)
    if not settings.network or not trips_of(settings.network).pattern_of:
        raise SettingsError(
            "BOMNAE_NETWORK must name a folder written by `python -m producers network --gtfs` to "
            "read GTFS Realtime: its trips.json says which route a trip drives"
        )


def is_json(body: bytes) -> bool:
    """Whether a feed message is in JSON, which begins as no protobuf does."""
    return body.lstrip()[:1] == b"{"


def message_of(exchange: Exchange) -> Any:
    """The feed message; raises UnknownAnswerError with a stable code."""
    try:
        from google.protobuf import json_format  # noqa: PLC0415 - an extra of the installation
        from google.protobuf.message import DecodeError  # noqa: PLC0415
        from google.transit import gtfs_realtime_pb2  # noqa: PLC0415
    except ImportError:
        raise SettingsError(NO_EXTRA) from None

    if exchange.status != 200:
        code = "NO-ANSWER" if exchange.status == 0 else f"HTTP-{exchange.status}"
        raise unknown(code, "no feed message", is_fatal=exchange.status in (401, 403))
    if len(exchange.body) > MAX_BYTES:
        raise unknown("R002", f"{len(exchange.body)} bytes, at most {MAX_BYTES}")
    message = gtfs_realtime_pb2.FeedMessage()
    try:
        if is_json(exchange.body):
            json_format.Parse(exchange.body, message, ignore_unknown_fields=True)
        else:
            message.ParseFromString(exchange.body)
    except (DecodeError, json_format.ParseError, UnicodeDecodeError, ValueError):
        raise unknown("R001", "not a GTFS Realtime feed message") from None
    if not message.IsInitialized():
        raise unknown("R005", "a feed message without its header")
    return message


@lru_cache(maxsize=4)
def trips_of(folder: str) -> KnownTrips:
    """The trips beside a network; none where it was not made of GTFS."""
    try:
        body = json.loads((Path(folder) / "trips.json").read_text(encoding="utf-8"))
        return KnownTrips(body["trips"], body["sequences"], body["numbers"])
    except (OSError, ValueError, KeyError):
        return KnownTrips({}, {}, {})


def _position(  # noqa: PLR0917
    entity: Any,
    header_s: int,
    exchange: Exchange,
    settings: Settings,
    bounds: Bounds,
    trips: KnownTrips,
) -> BusPosition | None:
    """One bus, None for a trip that is not of the network; raises R007, R012."""
    vehicle = entity.vehicle
    name = name_of(entity)
    if not name:
        raise RecordRefusedError("R012", "vehicle without an id")
    route_id = trips.pattern_of.get(vehicle.trip.trip_id)
    if route_id is None:
        return None
    observed_ms = 1000 * (vehicle.timestamp or header_s) or exchange.at_ms
    if observed_ms - exchange.at_ms > MAX_AHEAD_MS:
        raise RecordRefusedError("R007", f"{observed_ms - exchange.at_ms} ms ahead of its arrival")
    point = spot(vehicle.position.longitude, vehicle.position.latitude, bounds)
    return BusPosition(
        vehicle=pseudonym(name, settings, exchange.at_ms),
        route_id=route_id,
        route_no=text(trips.numbers.get(route_id) or vehicle.trip.route_id, 60),
        stop_id=text(vehicle.stop_id, 40),
        stop_order=_order(vehicle, trips.sequences[route_id]),
        observed_ms=observed_ms,
        lon=point.lon,
        lat=point.lat,
        flags=point.flags,
    )


def name_of(entity: Any) -> str:
    """What tells one vehicle from another: its id, else its label, its plate, its entity's id."""
    named = entity.vehicle.vehicle
    return named.id or named.label or named.license_plate or entity.id or ""


def _order(vehicle: Any, sequences: list[int]) -> int:
    """The order of the stop last reached, 0 where the feed does not say.

    `current_stop_sequence` is the stop the vehicle stands at or heads for.
    """
    if not vehicle.HasField("current_stop_sequence"):
        return 0
    try:
        place = sequences.index(vehicle.current_stop_sequence) + 1
    except ValueError:
        return 0
    return place if vehicle.current_status == STOPPED_AT else max(1, place - 1)


def request(settings: Settings) -> Request:
    """The request for every vehicle, its key in the query or a header."""
    name, key = settings.gtfs_key_name, settings.gtfs_key
    if name.startswith("?") or not key:
        return request_to(NAME, settings.gtfs_url, {}, key_name=name[1:] if key else "", key=key)
    return replace(request_to(NAME, settings.gtfs_url, {}), headers=((name, key),))


def scrubbed(exchange: Exchange, settings: Settings) -> str:
    """The fields of a feed message that are read, as JSON, plates as pseudonyms."""
    message = message_of(exchange)
    header = {"gtfsRealtimeVersion": "2.0", "timestamp": str(message.header.timestamp)}
    vehicles = [
        _scrubbed_vehicle(number, entity, exchange.at_ms, settings)
        for number, entity in enumerate(message.entity)
        if entity.HasField("vehicle")
    ]
    return json.dumps({"header": header, "entity": vehicles}, separators=(",", ":"))


def _scrubbed_vehicle(
    number: int, entity: Any, at_ms: int, settings: Settings
) -> dict[str, object]:
    vehicle, name = entity.vehicle, name_of(entity)
    kept: dict[str, object] = {
        "trip": {
            "tripId": without_persons_numbers(vehicle.trip.trip_id),
            "routeId": without_persons_numbers(vehicle.trip.route_id),
        },
        "vehicle": {"id": recorded_plate(name, settings, at_ms) if name else ""},
        "position": {
            "latitude": vehicle.position.latitude,
            "longitude": vehicle.position.longitude,
        },
        "timestamp": str(vehicle.timestamp),
        "stopId": without_persons_numbers(vehicle.stop_id),
        "currentStatus": int(vehicle.current_status),
    }
    if vehicle.HasField("current_stop_sequence"):
        kept["currentStopSequence"] = vehicle.current_stop_sequence
    return {"id": str(number) if name else "", "vehicle": kept}


FEED = Feed(
    name=NAME,
    row=BusPosition,
    parse=parse_positions,
    asker=lambda settings: OneRequest(request(settings)),
    switch="gtfs_url",
    key="gtfs_key",
    period="gtfs_poll_s",
    change_within_s=lambda rows, settings: buses_change_within_s(
        rows, max(settings.gtfs_poll_s, MIN_FREEZE_S), settings
    ),
    check=check,
    max_bytes=MAX_BYTES,
    marks=lambda exchange: ANSWER if is_json(exchange.body) else PROTOBUF,
    scrub=scrubbed,
)
