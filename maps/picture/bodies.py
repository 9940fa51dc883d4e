"""The bodies of the API made from a picture: snapshot, delta event, one link. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from maps.picture import alerts, shapes
from maps.picture.picture import Picture, PictureChanges, looks
from streams.geo.network import Link, Network

Json = dict[str, Any]
CORE_FEEDS = ((".positions", "tago.positions"), ("permits", "permits"))
"""How the name ends of what the map stands on, and under which name it is missed."""


def snapshot(
    picture: Picture, network: Network, *, now_ms: int, store: str, is_simulated: bool
) -> Json:
    """The body of /api/v1/snapshot: arrays by link index. `store`: "ok", "rebuilding", "lost"."""
    count = len(network.links)
    seen = [looks(picture.links.get(place)) for place in range(count)]
    return {
        "net": network.version,
        "id": picture.delta_id,
        "t": now_ms,
        "clock_ms": picture.clock_ms,
        "simulated": is_simulated,
        "store": store,
        "speeds": [speed for speed, _, _, _ in seen],
        "certainty": "".join(letter for _, letter, _, _ in seen),
        "closures": [[place, seen[place][2]] for place in range(count) if seen[place][2] != "none"],
        "closure_certainty": [[place, look[3]] for place, look in enumerate(seen) if look[3]],
        "buses": [shapes.bus_row(vehicle, bus) for vehicle, bus in picture.buses.items()],
        "works": work_rows(picture.works, network),
        "incidents": incident_rows(picture.incidents, network),
        "reports": report_rows(picture.reports, network),
        "alerts": alerts.alert_rows(picture.alerts, network),
        "acks": alerts.ack_rows(picture, is_all=store == "rebuilding"),
        "feeds": feed_rows(picture, now_ms),
    }


def delta_event(
    news: PictureChanges, before: Picture | None, network: Network, *, prev: str, now_ms: int
) -> Json:
    """The data of an `event: d`; only letters that have something to say.

    Against `before` only what differs on a screen is named; without it (a reader who catches up)
    every fact is.
    """
    body: Json = {"net": network.version, "prev": prev, "t": now_ms, "at": news.at_ms}
    body.update(_link_letters(news, before))
    _add_rows(body, "b", news.buses, shapes.bus_row)
    if "bx" in body:
        body["bx"] = [shapes.bus_name(vehicle) for vehicle in body["bx"]]
    _add_rows(body, "w", news.works, lambda name, row: shapes.work_row(name, row, network))
    _add_rows(body, "n", news.incidents, lambda name, row: shapes.incident_row(name, row, network))
    _add_rows(body, "u", news.reports, lambda name, row: shapes.report_row(name, row, network))
    _add_rows(body, "a", news.alerts, lambda name, row: alerts.alert_row(name, row, network))
    _add_rows(body, "y", news.acknowledgements, alerts.ack_row)
    if news.feeds:
        body["f"] = [shapes.feed_row(state, now_ms) for _, state in sorted(news.feeds.items())]
    if news.clocks:
        body["k"] = min(news.clocks.values())
    return body


def _link_letters(news: PictureChanges, before: Picture | None) -> Json:
    """Letters l and q: flat pairs of gap and speed, gap and certainty; c and e: closures, and the
    certainty of closures ("" without one), by index.

    A gap is the step from the index before (the first from 0): small numbers compress better, and
    these pairs are most of what goes over the wire.
    """
    speeds: list[tuple[int, int]] = []
    certainties: list[tuple[int, str]] = []
    closures: list[list[int | str]] = []
    sure: list[list[int | str]] = []
    for place, view in sorted(news.links.items()):
        speed, certainty, closure, evidence = looks(view)
        old = (None, None, None, None) if before is None else looks(before.links.get(place))
        if speed != old[0]:
            speeds.append((place, speed))
        if certainty != old[1]:
            certainties.append((place, certainty))
        if closure != old[2]:
            closures.append([place, closure])
        if evidence != old[3]:
            sure.append([place, evidence])
    letters: Json = {"l": _gaps(speeds), "q": _gaps(certainties), "c": closures, "e": sure}
    return {letter: values for letter, values in letters.items() if values}


def _gaps(pairs: Sequence[tuple[int, int | str]]) -> list[int | str]:
    """Pairs in the order of their index, flat, each index as the step from the one before."""
    flat: list[int | str] = []
    last = 0
    for place, value in pairs:
        flat += (place - last, value)
        last = place
    return flat


def _add_rows(body: Json, letter: str, facts: Mapping[str, Json | None], row_of: Any) -> None:
    """Rows that are there under `letter`, names of those that are gone under `letter`x."""
    rows = [row_of(name, view) for name, view in facts.items() if view is not None]
    gone = [name for name, view in facts.items() if view is None]
    if rows:
        body[letter] = rows
    if gone:
        body[f"{letter}x"] = gone


def work_rows(works: Mapping[str, Json], network: Network) -> list[Json]:
    """Every work, also one placed nowhere."""
    return [shapes.work_row(work_id, work, network) for work_id, work in works.items()]


def incident_rows(incidents: Mapping[str, Json], network: Network) -> list[Json]:
    return [shapes.incident_row(name, incident, network) for name, incident in incidents.items()]


def report_rows(reports: Mapping[str, Json], network: Network) -> list[Json]:
    """Where citizens called in the last half hour; confirmed by nobody."""
    return [shapes.report_row(name, report, network) for name, report in sorted(reports.items())]


def feed_rows(picture: Picture, now_ms: int) -> list[Json]:
    """Every feed in the order of its name; a core feed that never reported is one too, for its
    absence must not look like calm. Of a picture without any feed nothing is known yet.
    """
    rows = [shapes.feed_row(state, now_ms) for _, state in sorted(picture.feeds.items())]
    missed = (name for kind, name in CORE_FEEDS if not any(f.endswith(kind) for f in picture.feeds))
    return [*rows, *(shapes.never_row(name) for name in missed)] if rows else []


def link_body(place: int, picture: Picture, network: Network) -> Json:
    """One link with its view, its works and its incidents; a link never heard of is 정보없음."""
    link = network.links[place]
    view = picture.links.get(place) or EMPTY_VIEW
    subjects = view.get("subjects") or ()
    works = _named(picture.works, subjects, "work:")
    incidents = _named(picture.incidents, subjects, "incident:")
    return {
        **_identity(link, place),
        **EMPTY_VIEW,
        **view,
        "works": work_rows(works, network),
        "incidents": incident_rows(incidents, network),
    }


EMPTY_VIEW: Json = {
    "speed_kmh": None,
    "level": "unknown",
    "samples": 0,
    "observed_ms": None,
    "certainty": "lost",
    "sources": {},
    "closure": "none",
    "subjects": [],
    "closure_certainty": None,
    "buses_through": 0,
}


def _named(rows: Mapping[str, Json], subjects: Iterable[str], kind: str) -> dict[str, Json]:
    """The rows that subjects like "work:ID" name."""
    names = (subject.removeprefix(kind) for subject in subjects if subject.startswith(kind))
    return {name: rows[name] for name in names if name in rows}


def _identity(link: Link, place: int) -> Json:
    return {
        "id": link.id,
        "index": place,
        "name": link.name,
        "road_name": link.road_name,
        "kind": link.kind,
        "road_class": link.road_class,
        "length_m": link.length_m,
        "length_source": link.length_source,
        "free_flow_kmh": link.free_flow_kmh,
    }


def encode(body: Any) -> bytes:
    """The JSON bytes of a body."""
    return msgspec.json.encode(body)
