"""What a file would come to, without Kafka or Redis: its rows as they would be listed, where they
would lie, when they would be in force, and what was refused and why. Pure.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from producers.feeds import FEEDS
from producers.publishing.messages import key_of
from producers.reading import bodies, encodings
from producers.reading.answers import Answer, Exchange, Record, Refusal, UnknownAnswerError
from producers.reading.fields import text
from streams.contract.enums import PollOutcome
from streams.contract.records import BusPosition, Incident, LinkSpeed, Permit
from streams.contract.settings import Settings
from streams.contract.times import KST
from streams.domain.works.directions import Directions
from streams.domain.works.moves import listed
from streams.domain.works.phases import is_in_force, phase_at
from streams.geo.addresses import Gazetteer
from streams.geo.measures import Point
from streams.geo.network import Network
from streams.geo.placement import place
from streams.people import without_people

_PROBE = 50_000


@dataclass(frozen=True, slots=True)
class City:
    """What places rows: the network and its directions (None: nothing is placed), the addresses."""

    network: Network | None = None
    directions: Directions | None = None
    gazetteer: Gazetteer | None = None


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file's outcome. `read` counts the rows that were read, `skipped` lines that are no rows
    (totals, notes), `outside` and `over` those that are not listed for that reason. A file that
    cannot be read at all has one refusal of row 0. `left_out`: what of listed rows says nothing.
    """

    file: str
    feed: str
    read: int
    refused: tuple[Refusal, ...]
    rows: tuple[Record, ...]
    skipped: int = 0
    outside: int = 0
    over: int = 0
    left_out: tuple[Refusal, ...] = ()

    @property
    def is_readable(self) -> bool:
        return self.read > 0 or not self.refused


def feed_of(body: bytes) -> str:
    """The feed whose columns stand at the head of the body; permits where none do."""
    try:
        head = encodings.decoded(body[:_PROBE])
    except UnknownAnswerError:
        return "permits"
    signed = (feed for feed in FEEDS.values() if feed.signs)
    return next((f.name for f in signed if all(sign in head for sign in f.signs)), "permits")


def unreadable(file: str, feed: str, code: str, why: str) -> CheckedFile:
    return CheckedFile(file, feed, 0, (Refusal(b"", code, why),), ())


def checked(file: str, exchanges: Sequence[Exchange], settings: Settings) -> CheckedFile:
    """The rows of all exchanges, the latest of each, by their own feeds' parsers."""
    answers = [(exchange, FEEDS[exchange.feed].parse(exchange, settings)) for exchange in exchanges]
    rows = {(e.feed, key_of(row)): row for e, answer in answers for row in answer.rows}
    refused = [refusal for e, answer in answers for refusal in _refusals(e, answer)]
    lost = sum(refusal.row > 0 or bool(refusal.payload) for refusal in refused)
    return CheckedFile(
        file,
        ",".join(dict.fromkeys(exchange.feed for exchange in exchanges)),
        sum(answer.listed for _, answer in answers) - lost,
        tuple(refused),
        tuple(rows.values()),
        skipped=sum(answer.skipped for _, answer in answers),
        outside=sum(answer.outside for _, answer in answers),
        over=sum(answer.over for _, answer in answers),
        left_out=tuple(each for _, answer in answers for each in answer.left_out),
    )


def _refusals(exchange: Exchange, answer: Answer) -> Iterator[Refusal]:
    if answer.outcome is PollOutcome.UNKNOWN and not answer.refused:
        yield Refusal(b"", answer.code, answer.detail)
    rows = _listed(exchange) if any(not refusal.row for refusal in answer.refused) else []
    for refusal in answer.refused:
        known = _payload(refusal).items()
        found = [n for n, row in enumerate(rows, start=1) if known and known <= row.items()]
        number = refusal.row or next(iter(found), 0)
        yield Refusal(refusal.payload, refusal.code, refusal.detail, number)


def _listed(exchange: Exchange) -> list[dict[str, str]]:
    """The objects of the longest list in an answer, their values as text, for their numbers."""
    try:
        tree = bodies.read(exchange, max_bytes=len(exchange.body)).tree
    except UnknownAnswerError:
        return []
    longest: list[Any] = []
    level = [tree]
    while level:
        lists = [node for node in level if isinstance(node, list)]
        longest = max([longest, *lists], key=len)
        level = [x for node in level for x in (node.values() if isinstance(node, dict) else ())]
    return [{k: str(v) for k, v in row.items()} for row in longest if isinstance(row, dict)]


def _payload(refusal: Refusal) -> dict[str, str]:
    """What is left of a refused row, as text."""
    try:
        row = json.loads(refusal.payload)
    except ValueError:
        return {}
    return {k: str(v) for k, v in row.items()} if isinstance(row, dict) else {}


def refused_json(refusal: Refusal, why: str) -> dict[str, Any]:
    """The refusal, with the column and the value that its detail quotes."""
    row = _payload(refusal)
    named = [(k, v) for k, v in row.items() if v.strip() and repr(text(v, 60)) in refusal.detail]
    field, value = next(iter(named), ("", ""))
    return {
        "row": refusal.row,
        "code": refusal.code,
        "field": field,
        "value": without_people(value),
        "why": why,
    }


def row_json(
    row: Record, city: City, moments: Mapping[str, int], received_ms: int
) -> dict[str, Any]:
    """The row as it would be listed; `moments` are UTC ms by the words they were given in."""
    shown = _of_any(row)
    if isinstance(row, Permit):
        shown |= _of_permit(row)
    elif isinstance(row, Incident):
        shown |= _of_incident(row)
    shown["links"] = list(links_of(row, city))
    shown["in_force"] = {words: _holds(row, at, received_ms) for words, at in moments.items()}
    return shown


def _of_any(row: Record) -> dict[str, Any]:
    known = getattr(row, "observed_ms", None)
    shown: dict[str, Any] = {
        "id": key_of(row),
        **dict.fromkeys(("title", "place", "organisation"), ""),
        "starts": None,
        "ends": None,
        "hours": [],
        "closure": "",
        "also_closed": [],
        "lanes_closed": None,
        "direction": "",
        "observed_start": None,
        "observed_end": None,
        "lon": getattr(row, "lon", None),
        "lat": getattr(row, "lat", None),
        "links": [],
        "flags": list(row.flags),
        "in_force": {},
    }
    if isinstance(row, LinkSpeed):
        shown |= {"speed_kmh": row.speed_kmh, "observed_start": iso(known)}
    if isinstance(row, BusPosition):
        shown |= {
            "id": row.vehicle,
            "title": row.route_no,
            "place": row.stop_id,
            "observed_start": iso(known),
        }
    return shown


def _of_permit(row: Permit) -> dict[str, Any]:
    return {
        "title": row.title,
        "place": row.place,
        "organisation": row.organisation,
        "starts": iso(row.starts_ms),
        "ends": iso(row.ends_ms),
        "hours": [span for span in row.hours.split(",") if span],
        "closure": row.closure.value,
        "also_closed": [closure.value for closure in row.also_closed],
        "lanes_closed": row.lanes_closed,
        "direction": row.direction,
        "observed_start": iso(row.began_ms),
        "observed_end": iso(row.done_ms),
    }


def _of_incident(row: Incident) -> dict[str, Any]:
    return {
        "title": row.title,
        "place": row.road_name,
        "starts": iso(row.starts_ms),
        "ends": iso(row.ends_ms),
        "closure": row.closure.value,
        "direction": row.direction,
    }


def links_of(row: Record, city: City) -> tuple[str, ...]:
    """The links the row would take, in the direction it states; () without a network."""
    if city.network is None or city.directions is None or isinstance(row, BusPosition):
        return ()
    if isinstance(row, LinkSpeed):
        return (row.link_id,) if city.network.link(row.link_id) else ()
    point = None if row.lon is None or row.lat is None else (row.lon, row.lat)
    if isinstance(row, Permit):
        found, _ = place(
            city.network,
            link_ids=row.link_ids,
            geometry=row.geometry,
            parts=row.geometry_parts,
            point=point,
            address=row.place,
            gazetteer=city.gazetteer,
        )
    else:
        ids = (row.link_id,) if row.link_id else ()
        found, _ = place(city.network, link_ids=ids, point=point, road_name=row.road_name)
    return city.directions.pick(found, row.direction)


def _holds(row: Record, at_ms: int, received_ms: int) -> bool:
    """Whether the row would be in force at that moment, had its file been there before it began."""
    if isinstance(row, Permit):
        known_ms = received_ms if row.starts_ms is None else row.starts_ms - 1
        work = listed(None, row, known_ms)
        return is_in_force(work, phase_at(work, at_ms), at_ms)
    if isinstance(row, Incident):
        return row.starts_ms <= at_ms and (row.ends_ms is None or at_ms < row.ends_ms)
    return False


def iso(at_ms: int | None) -> str | None:
    """KST with its offset, to the second."""
    return None if at_ms is None else datetime.fromtimestamp(at_ms // 1000, KST).isoformat()


def features(rows: Iterable[tuple[Record, dict[str, Any]]], city: City) -> Iterator[dict[str, Any]]:
    """A GeoJSON feature for each row that lies somewhere: on its links, else as drawn or its
    point.
    """
    for row, shown in rows:
        lines = _lines(row, shown["links"], city)
        if lines:
            geometry: dict[str, Any] = {"type": "MultiLineString", "coordinates": lines}
        elif shown["lon"] is not None:
            geometry = {"type": "Point", "coordinates": [shown["lon"], shown["lat"]]}
        else:
            continue
        yield {"type": "Feature", "properties": shown, "geometry": geometry}


def _lines(row: Record, link_ids: Sequence[str], city: City) -> list[list[Point]]:
    if city.network is not None and link_ids:
        links = [city.network.link(link_id) for link_id in link_ids]
        return [list(link.geometry) for link in links if link is not None]
    if not isinstance(row, Permit) or not row.geometry:
        return []
    starts = [*(row.geometry_parts or (0,)), len(row.geometry)]
    return [list(row.geometry[a:b]) for a, b in pairwise(starts)]
