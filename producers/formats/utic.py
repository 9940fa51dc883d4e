"""UTIC incidents (imsOpenData): every running incident of the country in one XML answer."""

from typing import Any

from producers.formats import bodies
from producers.formats.answers import Answer, Exchange, Harvest, UnknownAnswerError, unknown
from producers.formats.closures import closure_of, is_over, kind_of, wording
from producers.formats.fields import Bounds, bounds_of, is_elsewhere, spot, text, time_ms
from producers.formats.its import link_id_of
from producers.formats.privacy import masked, refused_row
from streams.domain.records import Incident, IncidentKind
from streams.errors import RecordRefusedError
from streams.settings import Settings

FEED = "utic.incidents"
MAX_BYTES = 5 * bodies.MIB
STRAY = " *,·-"
_CODES = {"1": IncidentKind.ACCIDENT, "2": IncidentKind.WORK}
"""Two readers of this feed agree on these two codes only; the others contradict each other."""


def parse_incidents(exchange: Exchange, settings: Settings) -> Answer:
    """The incidents inside the city: by point, else by the city's name in the address."""
    try:
        body = bodies.read(exchange, max_bytes=MAX_BYTES)
        rows = _records(body.tree, exchange)
    except UnknownAnswerError as error:
        return error.answer
    harvest = Harvest(flags=body.flags, listed=len(rows))
    bounds = bounds_of(settings)
    for row in rows:
        try:
            incident = _incident(row, settings.city, bounds, body.flags)
        except RecordRefusedError as error:
            harvest.refused.append(refused_row(row, error.code, error.detail))
            continue
        _add(harvest, incident, text(row.get("incidentTitle")))
    return harvest.answer()


def _records(tree: Any, exchange: Exchange) -> list[Any]:
    """The `record` elements; one comes as a dict, none as `<result/>`."""
    if exchange.status != 200:
        is_fatal = exchange.status == 401
        raise unknown(f"HTTP-{exchange.status}", "an HTTP error", is_fatal=is_fatal)
    if not isinstance(tree, dict) or "result" not in tree:
        raise unknown("R005", "root element is not result")
    result = tree["result"]
    if not isinstance(result, dict):
        if text(result):
            raise unknown("R005", text(result, 120))
        return []
    if "record" not in result:
        raise unknown("R005", f"result holds {text(' '.join(result), 80)!r}, expected record")
    found = result["record"]
    return found if isinstance(found, list) else [found]


def _add(harvest: Harvest, incident: Incident | None, title: str) -> None:
    if incident is None:
        harvest.outside += 1
    elif is_over(title):
        harvest.over += 1
    else:
        is_repaired = bool(set(incident.flags) - {"no_end"})
        harvest.repaired += is_repaired or incident.incident_id in harvest.rows
        harvest.rows[incident.incident_id] = incident


def _incident(row: Any, city: str, bounds: Bounds, flags: tuple[str, ...]) -> Incident | None:
    """One incident, None for one of another city; raises R005, R011 or R012."""
    if not isinstance(row, dict):
        raise RecordRefusedError("R005", "record is empty")
    point = spot(row.get("locationDataX"), row.get("locationDataY"), bounds)
    if point.lon is None and not _is_of(city, row, bounds):
        return None
    incident_id = text(row.get("incidentId"), 60)
    if not incident_id:
        raise RecordRefusedError("R012", "record without incidentId")
    title = masked(text(row.get("incidentTitle"), 300))
    spoken = wording(title)
    kind = kind_of("", spoken) or _CODES.get(text(row.get("incidenteTypeCd")).lstrip("0"))
    starts_ms, ends_ms, marks = _period(row)
    lane = text(row.get("lane"), 60)
    return Incident(
        incident_id=f"utic-{incident_id}",
        kind=kind or IncidentKind.OTHER,
        title=title,
        starts_ms=starts_ms,
        ends_ms=ends_ms,
        road_name=text(row.get("roadName"), 100).strip(STRAY),
        closure=closure_of("", (lane, text(row.get("controlType"), 60)), title),
        lanes=lane,
        lon=point.lon,
        lat=point.lat,
        link_id=link_id_of(row.get("linkId")),
        flags=(*flags, *(() if kind else ("enum_unknown",)), *point.flags, *marks),
    )


def _is_of(city: str, row: dict[str, Any], bounds: Bounds) -> bool:
    """Whether a record without a point inside the bounds still names the city."""
    if is_elsewhere(row.get("locationDataX"), row.get("locationDataY"), bounds):
        return False
    address = text(row.get("addressJibun")) + text(row.get("addressNew"))
    return city in address


def _period(row: dict[str, Any]) -> tuple[int, int | None, tuple[str, ...]]:
    starts_ms = time_ms(row.get("startDate"))
    if not text(row.get("endDate")):
        return starts_ms, None, ("no_end",)
    ends_ms = time_ms(row.get("endDate"))
    if ends_ms <= starts_ms:
        return starts_ms, None, ("period_reversed",)
    return starts_ms, ends_ms, ()
