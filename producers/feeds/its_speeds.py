"""National ITS: link speeds (trafficInfo)."""

from producers.feeds.feed import Feed, OneRequest, Request, request_to
from producers.reading import bodies, envelopes
from producers.reading.answers import Answer, Exchange, Harvest, UnknownAnswerError
from producers.reading.bodies import MAX_PAGE_BYTES, Row, take_each
from producers.reading.envelopes import harvest_of
from producers.reading.fields import link_id_of, plain_number, text
from producers.reading.periods import moment_ms
from streams.contract.errors import RecordRefusedError
from streams.contract.records import LinkSpeed
from streams.contract.settings import Settings
from streams.contract.wire import MAX_AHEAD_MS, MAX_SPEED_KMH

NAME = "its.speeds"
COLUMNS = frozenset(
    {"LINKID", "LINKNO", "SPEED", "TRAVELTIME", "CREATEDDATE", "ROADNAME", "ROADDRCTYPE"}
    | {"STARTNODEID", "ENDNODEID"}
)


def box_request(feed: str, operation: str, kind: str, settings: Settings) -> Request:
    """The request for everything in the city's box: one call, never one a link."""
    box = settings.its_bbox
    return request_to(
        feed,
        f"{settings.its_url}/{operation}",
        {
            "type": "all",
            kind: "all",
            "minX": box.west,
            "minY": box.south,
            "maxX": box.east,
            "maxY": box.north,
            "getType": "json",
        },
        key_name="apiKey",
        key=settings.its_key,
    )


def parse_speeds(exchange: Exchange, _settings: Settings) -> Answer:
    """The measured links. Speed 0 in time 0 is no measurement; of two rows of a link the newer
    counts.
    """
    try:
        body = bodies.read(exchange, max_bytes=MAX_PAGE_BYTES)
        envelope = envelopes.opened(body.tree, exchange, envelopes.ITS)
    except UnknownAnswerError as error:
        return error.answer
    harvest = harvest_of(envelope, body.flags)

    def take(row: Row) -> None:
        _add(harvest, _speed(row, exchange.at_ms, body.flags))

    take_each(envelope.rows, harvest, COLUMNS, take)
    return harvest.answer()


def _add(harvest: Harvest, speed: LinkSpeed | None) -> None:
    if speed is None:
        harvest.unmeasured += 1
        return
    known = harvest.rows.get(speed.link_id)
    harvest.repaired += known is not None or bool(speed.flags)
    if isinstance(known, LinkSpeed) and known.observed_ms >= speed.observed_ms:
        return
    harvest.rows[speed.link_id] = speed


def _speed(row: Row, received_ms: int, flags: tuple[str, ...]) -> LinkSpeed | None:
    """One measured speed, None for "no measurement"; raises R005, R007, R008, R011 or R012."""
    link_id = link_id_of(row.get("linkId"))
    if not link_id:
        raise RecordRefusedError("R012", f"linkId {text(row.get('linkId'), 40)!r} is a placeholder")
    speed_kmh, travel_s = plain_number(row.get("speed")), plain_number(row.get("travelTime"))
    if speed_kmh is None:
        raise RecordRefusedError("R005", f"speed {text(row.get('speed'), 40)!r} is not a number")
    if not 0 <= speed_kmh <= MAX_SPEED_KMH:
        raise RecordRefusedError("R008", f"speed {speed_kmh} km/h, within 0..{MAX_SPEED_KMH}")
    if speed_kmh == 0 and not travel_s:
        return None
    observed_ms = moment_ms(row.get("createdDate"))
    if observed_ms - received_ms > MAX_AHEAD_MS:
        raise RecordRefusedError(
            "R007", f"{observed_ms - received_ms} ms ahead, at most {MAX_AHEAD_MS}"
        )
    is_trimmed = str(row.get("linkId")) != link_id
    trimmed = (*flags, "id_trimmed") if is_trimmed else flags
    return LinkSpeed(link_id, speed_kmh, observed_ms, trimmed)


FEED = Feed(
    name=NAME,
    row=LinkSpeed,
    parse=parse_speeds,
    asker=lambda settings: OneRequest(box_request(NAME, "trafficInfo", "drcType", settings)),
    switch="its_key",
    key="its_key",
    period="its_poll_s",
    quota="its_quota",
    change_within_s=lambda rows, settings: settings.feed_change_s if rows else 0,
    max_bytes=MAX_PAGE_BYTES,
    columns=COLUMNS,
    signs=("linkId", "speed"),
)
