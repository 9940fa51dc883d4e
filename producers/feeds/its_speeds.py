"""National ITS: link speeds (trafficInfo)."""

import re
from typing import Any

from producers.reading import bodies, envelopes
from producers.reading.answers import Answer, Exchange, Harvest, UnknownAnswerError
from producers.reading.envelopes import harvest_of
from producers.reading.fields import plain_number, text
from producers.reading.periods import moment_ms
from producers.reading.privacy import refused_row
from streams.contract.errors import RecordRefusedError
from streams.contract.records import LinkSpeed
from streams.contract.settings import Settings
from streams.contract.wire import MAX_AHEAD_MS, MAX_SPEED_KMH

FEED = "its.speeds"
MAX_BYTES = 5 * bodies.MIB  # a city's links are about 2 MB
_FLOAT = re.compile(r"([0-9]{1,12})(?:\.([0-9]*))?(?:[eE]\+?([0-9]{1,2}))?")
PLACEHOLDERS = frozenset({"", "0", "1", "-"})


def parse_speeds(exchange: Exchange, _settings: Settings) -> Answer:
    """The measured links. Speed 0 in time 0 is no measurement; of two rows of a link the newer
    counts.
    """
    try:
        body = bodies.read(exchange, max_bytes=MAX_BYTES)
        envelope = envelopes.opened(body.tree, exchange, envelopes.ITS)
    except UnknownAnswerError as error:
        return error.answer
    harvest = harvest_of(envelope, body.flags)
    for row in envelope.rows:
        try:
            _add(harvest, _speed(row, exchange.at_ms, body.flags))
        except RecordRefusedError as error:
            harvest.refused.append(refused_row(row, error.code, error.detail))
    return harvest.answer()


def link_id_of(value: Any) -> str:
    """The link id without blanks, "" for a placeholder such as "1". A table of floats has written
    it as "2500000001.0" or "2.500000001E9".
    """
    bare = text(value, 40).replace(" ", "")
    if match := _FLOAT.fullmatch(bare):
        digits, power = f"{match[1]}{match[2] or ''}", int(match[3] or 0)
        bare = digits[: len(match[1]) + power].ljust(len(match[1]) + power, "0")
    return "" if bare in PLACEHOLDERS else bare


def _add(harvest: Harvest, speed: LinkSpeed | None) -> None:
    if speed is None:
        harvest.unmeasured += 1
        return
    known = harvest.rows.get(speed.link_id)
    harvest.repaired += known is not None or bool(speed.flags)
    if isinstance(known, LinkSpeed) and known.observed_ms >= speed.observed_ms:
        return
    harvest.rows[speed.link_id] = speed


def _speed(row: Any, received_ms: int, flags: tuple[str, ...]) -> LinkSpeed | None:
    """One measured speed, None for "no measurement"; raises R005, R007, R008, R011 or R012."""
    if not isinstance(row, dict):
        raise RecordRefusedError("R005", f"row is a {type(row).__name__}, expected an object")
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
    return LinkSpeed(link_id, speed_kmh, observed_ms, _flags(row, link_id, flags))


def _flags(row: dict[str, Any], link_id: str, flags: tuple[str, ...]) -> tuple[str, ...]:
    return flags if str(row.get("linkId")) == link_id else (*flags, "id_trimmed")
