"""National ITS: incidents and roadworks (eventInfo). They have no id: identity is a hash of what
stays.
"""

import hashlib
from collections import defaultdict
from dataclasses import replace

from producers.feeds.feed import Feed, OneRequest
from producers.feeds.its_speeds import box_request
from producers.reading import bodies, envelopes
from producers.reading.answers import Answer, Exchange, Harvest, UnknownAnswerError
from producers.reading.bodies import MAX_PAGE_BYTES, Row, take_each
from producers.reading.closures import closure_of
from producers.reading.envelopes import harvest_of
from producers.reading.fields import is_elsewhere, link_id_of, spot, text
from producers.reading.incident_times import SOUND, times_of
from producers.reading.privacy import refused_row
from producers.reading.wordings import Wording, kind_of, names_digging, wording
from streams.contract.enums import IncidentKind
from streams.contract.grammars import Bounds
from streams.contract.records import DIGS, Incident
from streams.contract.settings import Settings
from streams.contract.wire import MAX_AHEAD_MS
from streams.people import without_people

NAME = "its.events"
_READ = """
    TYPE EVENTTYPE EVENTDETAILTYPE STARTDATE ENDDATE COORDX COORDY LINKID ROADNAME ROADNO
    ROADDRCTYPE LANESBLOCKTYPE LANESBLOCKED MESSAGE
"""
COLUMNS = frozenset(_READ.split())


def parse_events(exchange: Exchange, settings: Settings) -> Answer:
    """The running incidents inside the city. Ended and outside ones are counted, exact repeats
    dropped.
    """
    try:
        body = bodies.read(exchange, max_bytes=MAX_PAGE_BYTES)
        envelope = envelopes.opened(body.tree, exchange, envelopes.ITS)
    except UnknownAnswerError as error:
        return error.answer
    harvest = harvest_of(envelope, body.flags)
    bounds = settings.bbox
    found: dict[str, dict[str, Incident]] = defaultdict(dict)

    def take(row: Row) -> None:
        incident = _incident(row, exchange.at_ms, bounds, harvest)
        if incident is not None:
            message = text(row.get("message"), 2000)
            harvest.repaired += message in found[incident.incident_id]
            found[incident.incident_id][message] = incident

    take_each(envelope.rows, harvest, COLUMNS, take)
    rows = _distinct(found, body.flags)
    harvest.rows = {row.incident_id: row for row in rows}
    harvest.repaired += sum(bool(set(row.flags) - SOUND) for row in harvest.rows.values())
    return harvest.answer()


def _distinct(found: dict[str, dict[str, Incident]], flags: tuple[str, ...]) -> list[Incident]:
    """Incidents of one identity but different messages each get the hash of theirs appended."""
    rows: list[Incident] = []
    for incident_id, by_message in found.items():
        for message, row in by_message.items():
            suffix = f"-{_hash(message)[:6]}" if len(by_message) > 1 else ""
            rows.append(replace(row, incident_id=incident_id + suffix, flags=(*flags, *row.flags)))
    return rows


def _incident(row: Row, received_ms: int, bounds: Bounds, harvest: Harvest) -> Incident | None:
    """One incident; None when it is over or elsewhere (counted)."""
    lon, lat = row.get("coordX"), row.get("coordY")
    point = spot(lon, lat, bounds)
    if point.lon is None and is_elsewhere(lon, lat, bounds):
        harvest.outside += 1
        return None
    message = text(row.get("message"), 2000)
    times = times_of(row.get("startDate"), row.get("endDate"), message, received_ms)
    if times.is_over:
        harvest.over += 1
        return None
    if times.unread:
        harvest.left_out.append(refused_row(row, "R011", "; ".join(times.unread), COLUMNS))
    spoken = wording(message)
    kind = kind_of(text(row.get("eventType"), 40), spoken)
    blocked = text(row.get("lanesBlocked"), 100)
    # only works are known long before they begin
    is_ahead = kind is not IncidentKind.WORK and times.starts_ms - received_ms > MAX_AHEAD_MS
    return Incident(
        incident_id=_identity(row, spoken),
        kind=kind or IncidentKind.OTHER,
        title=_title(row, spoken),
        starts_ms=times.starts_ms,
        ends_ms=times.ends_ms,
        road_name=text(row.get("roadName"), 100) or spoken.road,
        direction=text(row.get("roadDrcType"), 40),
        closure=closure_of(
            text(row.get("lanesBlockType"), 20), (blocked, spoken.lanes), spoken.words
        ),
        lanes=blocked or spoken.lanes,
        lon=point.lon,
        lat=point.lat,
        link_id=link_id_of(row.get("linkId")),
        flags=(
            *(() if kind else ("enum_unknown",)),
            *point.flags,
            *times.flags,
            *(("starts_ahead",) if is_ahead else ()),
            *((DIGS,) if kind is IncidentKind.WORK and names_digging(message) else ()),
        ),
    )


def _title(row: Row, spoken: Wording) -> str:
    """What happened, in one line."""
    stretch = f"{spoken.begins}→{spoken.ends}" if spoken.begins else ""
    words = " ".join(part for part in (spoken.road, stretch, spoken.words) if part)
    named = [text(row.get(key), 60) for key in ("roadName", "eventDetailType", "eventType")]
    return without_people(words[:300]) or " ".join(part for part in named[:2] if part) or named[2]


def _identity(row: Row, spoken: Wording) -> str:
    """The hash of what does not change while an incident runs; without a link, also its stretch."""
    keys = ("type", "eventType", "linkId", "startDate", "coordX", "coordY", "roadName")
    parts = [text(row.get(key), 100) for key in keys]
    if not link_id_of(row.get("linkId")):
        parts += [spoken.road, spoken.begins, spoken.ends]
    return f"its-{_hash('|'.join(parts))[:16]}"


def _hash(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()


FEED = Feed(
    name=NAME,
    row=Incident,
    parse=parse_events,
    asker=lambda settings: OneRequest(box_request(NAME, "eventInfo", "eventType", settings)),
    switch="its_key",
    key="its_key",
    period="its_poll_s",
    quota="its_quota",
    max_bytes=MAX_PAGE_BYTES,
    columns=COLUMNS,
    signs=("eventType",),
)
