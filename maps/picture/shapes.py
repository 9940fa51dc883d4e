"""The rows the browser gets: work, incident, bus, feed. Pure; link ids become link indexes.

Texts of feeds travel as JSON strings and are drawn as text; nothing here builds HTML.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from maps.picture.doubts import doubts
from maps.picture.text import shown
from streams.contract.enums import FeedStatus
from streams.contract.records import FeedReport, PollOutcome
from streams.domain.stages.feeds import FeedState, status
from streams.geo.measures import Point
from streams.geo.network import Network

Json = dict[str, Any]

CERTAINTY_CHARS = {"confirmed": "c", "reported": "r", "inferred": "i", "lost": "l"}
NO_SPEED = -1

_WORK_FIELDS = (
    "title",
    "purpose",
    "place",
    "organisation",
    "phone",
    "hours",
    "closure",
    "lanes_closed",
    "starts_ms",
    "ends_ms",
    "dig_starts_ms",
    "dig_ends_ms",
    "phase",
    "placed_by",
    "flags",
    "feed",
    "seen_ms",
)
WORK_EXTRAS = (  # in the row only where there is something to say
    "restore_starts_ms",
    "restore_ends_ms",
    "first_ends_ms",
    "started",
    "ended",
    "cancelled",
    "remaining_width_m",
    "direction",
    "also_closed",
    "unlisted_ms",
)
_INCIDENT_FIELDS = (
    "kind",
    "title",
    "road_name",
    "direction",
    "closure",
    "lanes",
    "starts_ms",
    "ends_ms",
    "placed_by",
    "flags",
    "feed",
    "seen_ms",
)


def work_row(work_id: str, work: Mapping[str, Any], network: Network) -> Json:
    """A WORK of the API. Links the network does not know are left out."""
    extras = {name: shown(work[name]) for name in WORK_EXTRAS if work.get(name)}
    if extras.get("first_ends_ms") == work.get("ends_ms"):
        extras.pop("first_ends_ms", None)
    if found := doubts(work):
        extras["doubts"] = found
    return {**_row(work_id, work, _WORK_FIELDS, network), **extras}


def incident_row(incident_id: str, incident: Mapping[str, Any], network: Network) -> Json:
    """An INCIDENT of the API, placed like a work."""
    return _row(incident_id, incident, _INCIDENT_FIELDS, network)


def report_row(report_id: str, report: Mapping[str, Any], network: Network) -> Json:
    """A REPORT of the API: calls of citizens in one place, confirmed by nobody."""
    indexes = known_links(report.get("link_ids") or (), network)
    lon, lat = _point(report, indexes, network)
    row: Json = {"id": report_id, "title": shown(report.get("title")), "lon": lon, "lat": lat}
    row.update((name, report.get(name)) for name in ("count", "first_ms", "last_ms"))
    return {**row, "links": indexes}


def _row(row_id: str, view: Mapping[str, Any], names: Iterable[str], network: Network) -> Json:
    indexes = known_links(view.get("links") or (), network)
    lon, lat = _point(view, indexes, network)
    row: Json = {"id": row_id}
    row.update((name, shown(view.get(name))) for name in names)
    row.update(lon=lon, lat=lat, links=indexes, flags=list(view.get("flags") or ()))
    return row


def _point(view: Mapping[str, Any], indexes: list[int], network: Network) -> tuple[Any, Any]:
    """Its own point, else the middle of its first link, else (None, None)."""
    lon, lat = view.get("lon"), view.get("lat")
    if lon is not None and lat is not None:
        return lon, lat
    return middle_of(network.links[indexes[0]].geometry) if indexes else (None, None)


def middle_of(line: tuple[Point, ...]) -> Point:
    """The middle vertex of a line, or the point between its two middle ones."""
    half = len(line) // 2
    if len(line) % 2:
        return round(line[half][0], 6), round(line[half][1], 6)
    (lon1, lat1), (lon2, lat2) = line[half - 1], line[half]
    return round((lon1 + lon2) / 2, 6), round((lat1 + lat2) / 2, 6)


def known_links(link_ids: Iterable[str], network: Network) -> list[int]:
    """The indexes of the links the network knows, in the given order."""
    return [network.index[link_id] for link_id in link_ids if link_id in network.index]


def unknown_links(rows: Iterable[Mapping[str, Any]], network: Network) -> int:
    """How many links of works or incidents the network does not know."""
    return sum(link_id not in network.index for row in rows for link_id in row.get("links") or ())


def bus_name(vehicle: str) -> str:
    """A bus's name on the screens: 40 bits of its pseudonym tell a country's buses apart."""
    return vehicle[:10]


def bus_row(vehicle: str, bus: Mapping[str, Any]) -> list[Any]:
    """A BUS: [vehicle, route_no, lon, lat, bearing or -1, observed_ms, stop_id]."""
    bearing = bus.get("bearing_deg")
    return [
        bus_name(vehicle),
        bus.get("route_no"),
        bus.get("lon"),
        bus.get("lat"),
        -1 if bearing is None else bearing,
        bus.get("observed_ms"),
        bus.get("stop_id"),
    ]


def feed_row(state: FeedState, now_ms: int) -> Json:
    """A FEED: what its last reports came to and what may be said of it at `now_ms`."""
    last = state.last
    return {
        "feed": state.feed,
        "status": status(state, now_ms).value,
        "last_success_ms": state.last_success_ms,
        "last_change_ms": state.last_change_ms,
        "received_ms": last.received_ms,
        "poll_ms": last.poll_ms,
        "code": last.code,
        "detail": last.detail,
        "row_count": last.row_count,
        "usual_rows": state.usual.length,
        "refused": last.refused,
        "repaired": last.repaired,
        "simulated": last.is_simulated,
        "is_partial": last.is_partial,
    }


def word_of(word: str, trouble: str) -> str:
    """The word of a feed; "held" where it is silent because no report can be taken in."""
    return "held" if trouble and word == FeedStatus.STALE else word


def never_row(feed: str) -> Json:
    """A FEED that never reported: status "never", all else 0 or empty."""
    report = FeedReport(feed, PollOutcome.UNKNOWN, received_ms=0, poll_ms=0)
    return {**feed_row(FeedState(feed, report), 0), "status": "never"}


def speed_of(view: Mapping[str, Any] | None) -> int:
    """Whole km/h of a link's view rounded down, -1 where there is none.

    Down, not to the nearest: 14.7 km/h is 정체 below 15, and 15 on the screen would be 서행.
    """
    speed_kmh = None if view is None else view.get("speed_kmh")
    return NO_SPEED if speed_kmh is None else math.floor(speed_kmh)


def certainty_of(view: Mapping[str, Any] | None) -> str:
    """One letter: c(onfirmed), r(eported), i(nferred), l(ost). A link never heard of is lost."""
    return "l" if view is None else CERTAINTY_CHARS.get(str(view.get("certainty")), "l")


def closure_of(view: Mapping[str, Any] | None) -> str:
    """What is taken from the link; "none" for a link never heard of."""
    return "none" if view is None else str(view.get("closure") or "none")
