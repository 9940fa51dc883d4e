"""UTIC incidents (imsOpenData): every running incident of the country in one XML answer."""

import re
from typing import Any

from producers.feeds.feed import Feed, OneRequest, request_to
from producers.reading import bodies
from producers.reading.answers import Answer, Exchange, Harvest, UnknownAnswerError, unknown
from producers.reading.bodies import MAX_PAGE_BYTES, Row, take_each
from producers.reading.closures import closure_of
from producers.reading.fields import Spot, is_elsewhere, link_id_of, spot, text
from producers.reading.incident_times import SOUND, Times, times_of
from producers.reading.privacy import refused_row
from producers.reading.wordings import kind_of, wording
from streams.contract.enums import IncidentKind
from streams.contract.errors import RecordRefusedError
from streams.contract.grammars import Bounds
from streams.contract.records import Incident
from streams.contract.settings import Settings
from streams.people import without_people

NAME = "utic.incidents"
STRAY = " *,·-"
CODES = {"1": IncidentKind.ACCIDENT, "2": IncidentKind.WORK}
"""Two readers of this feed agree on these two codes only; the others contradict each other."""
_READ = """
    INCIDENTID INCIDENTETYPECD INCIDENTESUBTYPECD INCIDENTETRAFFICCD INCTRAFFICCODE INCIDENTTITLE
    ADDRESSJIBUN ADDRESSNEW ADDRESSJIBUNCD LOCATIONDATAX LOCATIONDATAY LOCATIONTYPECD LINKID LANE
    CONTROLTYPE ROADNAME STARTDATE ENDDATE UPDATEDATE
"""
COLUMNS = frozenset(_READ.split())


def parse_incidents(exchange: Exchange, settings: Settings) -> Answer:
    """The incidents inside the city: by point, else by the city's name in the address."""
    try:
        body = bodies.read(exchange, max_bytes=MAX_PAGE_BYTES)
        rows = _records(body.tree, exchange)
    except UnknownAnswerError as error:
        return error.answer
    harvest = Harvest(flags=body.flags, listed=len(rows))
    bounds = settings.bbox
    take_each(
        rows, harvest, COLUMNS, lambda row: _take(row, exchange.at_ms, settings, bounds, harvest)
    )
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


def _take(row: Row, received_ms: int, settings: Settings, bounds: Bounds, harvest: Harvest) -> None:
    """One record into the harvest; of another city, or over, it is counted. Raises R012."""
    point = spot(row.get("locationDataX"), row.get("locationDataY"), bounds)
    if point.lon is None and not _is_of(settings.city, row, bounds):
        harvest.outside += 1
        return
    title = without_people(text(row.get("incidentTitle"), 300))
    times = times_of(row.get("startDate"), row.get("endDate"), title, received_ms)
    incident = _incident(row, title, times, point, harvest.flags)
    if times.is_over:
        harvest.over += 1
        return
    if times.unread:
        harvest.left_out.append(refused_row(row, "R011", "; ".join(times.unread), COLUMNS))
    is_repaired = bool(set(incident.flags) - SOUND)
    harvest.repaired += is_repaired or incident.incident_id in harvest.rows
    harvest.rows[incident.incident_id] = incident


def _incident(row: Row, title: str, times: Times, point: Spot, flags: tuple[str, ...]) -> Incident:
    """The incident of a record; raises R012 where it has no identity."""
    incident_id = text(row.get("incidentId"), 60)
    if not incident_id:
        raise RecordRefusedError("R012", "record without incidentId")
    spoken = wording(title)
    kind = kind_of("", spoken) or CODES.get(text(row.get("incidenteTypeCd")).lstrip("0"))
    lane = text(row.get("lane"), 60)
    return Incident(
        incident_id=f"utic-{incident_id}",
        kind=kind or IncidentKind.OTHER,
        title=_shown(title),
        starts_ms=times.starts_ms,
        ends_ms=times.ends_ms,
        road_name=text(row.get("roadName"), 100).strip(STRAY),
        closure=closure_of("", (lane, text(row.get("controlType"), 60)), title),
        lanes=lane,
        lon=point.lon,
        lat=point.lat,
        link_id=link_id_of(row.get("linkId")),
        flags=(*flags, *(() if kind else ("enum_unknown",)), *point.flags, *times.flags),
    )


def _shown(title: str) -> str:
    """A title without the portal's own signs: the star before a road, and a kind that says none."""
    return title.removeprefix("[기타] ").replace("*", "").strip()


def _is_of(city: str, row: Row, bounds: Bounds) -> bool:
    """Whether a record without a point inside the bounds still names the city: by its whole name,
    or by the short one as a word ("강원 춘천 석사동").
    """
    if is_elsewhere(row.get("locationDataX"), row.get("locationDataY"), bounds):
        return False
    address = f"{text(row.get('addressJibun'))} {text(row.get('addressNew'))}"
    short = re.sub(r"(?<=..)[시군구]$", "", city)
    return city in address or short in re.split(r"[\s,·/()]+", address)


FEED = Feed(
    name=NAME,
    row=Incident,
    parse=parse_incidents,
    asker=lambda settings: OneRequest(
        request_to(NAME, settings.utic_url, {}, key_name="key", key=settings.utic_key)
    ),
    switch="utic_url",
    key="utic_key",
    period="utic_poll_s",
    max_bytes=MAX_PAGE_BYTES,
    columns=COLUMNS,
    signs=("incidentTitle",),
)
