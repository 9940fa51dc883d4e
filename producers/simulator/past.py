"""A recording of what the portals would have answered in the minutes before the picture opens."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from producers.reading.answers import Exchange
from producers.recording.recorder import line_of
from producers.simulator.city import build_city
from producers.simulator.day import Day
from producers.simulator.portal import PATHS, SimulatedPortal
from producers.simulator.tago import CITY_CODE

ORIGIN = "http://127.0.0.1:8710"
SWEEP_EVERY_S = 10
SPEEDS_EVERY_S = 60
LISTS_EVERY_S = 180
BBOX = {"minX": "127.51", "maxX": "127.91", "minY": "37.67", "maxY": "38.06"}
ASKED = {
    "its.speeds": {"type": "all", "drcType": "all", **BBOX, "getType": "json"},
    "its.events": {"type": "all", "eventType": "all", **BBOX, "getType": "json"},
    "utic.incidents": {},
    "permits": {"type": "json", "numOfRows": "1000", "pageNo": "1"},
}


def write_past(
    path: Path,
    seed: int,
    until_ms: int,
    minutes: int = 20,
    *,
    at: str = "08:10",
    poll_s: int = SWEEP_EVERY_S,
    refresh_s: int = 10,
    open_minutes: int = 0,
) -> SimulatedPortal:
    """Write the recording of the minutes before `until_ms`; the portal returned goes on.

    The city opens at `until_ms`, or `open_minutes` before it: the recording then holds what the
    demo shows, 30 minutes of works a round. `truth` says of the portal's day what was really so.
    """
    opens_ms, starts_ms = until_ms - open_minutes * 60_000, until_ms - minutes * 60_000
    day = Day(build_city(), seed, opens_ms=opens_ms, starts_ms=starts_ms, at=at)
    portal = SimulatedPortal(day, refresh_s=refresh_s)
    write(path, portal, until_ms=until_ms, minutes=minutes, poll_s=poll_s)
    return portal


def write(path: Path, portal: SimulatedPortal, *, until_ms: int, minutes: int, poll_s: int) -> None:
    """Write one line per exchange, oldest first, gzipped when the name ends in `.gz`."""
    found = exchanges(portal, until_ms=until_ms, minutes=minutes, poll_s=poll_s)
    content = "".join(f"{line_of(exchange)}\n" for exchange in found).encode()
    path.write_bytes(gzip.compress(content, 1) if path.suffix == ".gz" else content)


def exchanges(
    portal: SimulatedPortal, *, until_ms: int, minutes: int, poll_s: int
) -> Iterator[Exchange]:
    """Every exchange of the minutes before `until_ms`: sweeps, then what else is due."""
    start_ms = until_ms - minutes * 60_000
    for second in range(0, minutes * 60, poll_s):
        at_ms = start_ms + second * 1000
        yield from _sweep(portal, at_ms, poll_s)
        for feed, asked in ASKED.items():
            every_s = SPEEDS_EVERY_S if feed == "its.speeds" else LISTS_EVERY_S
            if second % every_s < poll_s:
                yield _exchange(portal, feed, asked, at_ms + poll_s * 900)


def _sweep(portal: SimulatedPortal, at_ms: int, poll_s: int) -> Iterator[Exchange]:
    """One request a route, spread over the first half of the period."""
    routes = portal.day.network.routes
    for place, route in enumerate(routes):
        asked = {"cityCode": CITY_CODE, "routeId": route.id, "numOfRows": "100", "pageNo": "1"}
        moment = at_ms + place * poll_s * 500 // len(routes)
        yield _exchange(portal, "tago.positions", {**asked, "_type": "json"}, moment)


def _exchange(portal: SimulatedPortal, feed: str, asked: dict[str, str], at_ms: int) -> Exchange:
    path = next(path for path, name in PATHS.items() if name == feed)
    answer = portal.content(feed, asked, at_ms)
    url = f"{ORIGIN}{path}?{urlencode(asked)}".rstrip("?")
    return Exchange(feed, at_ms, url, answer.status, answer.body.encode())
