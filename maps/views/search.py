"""Search over roads, sections, stops, routes, places and works. Pure.

초성 works letter by letter: in a query a lone consonant stands for every syllable that begins with
it, so ㅈㅇㄹ and 중ㅇㄹ both find 중앙로.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from maps.views import shapes
from maps.views.network_file import routes_with_links
from maps.views.text import folded, shown
from streams.domain.network import Network, Point

MAX_RESULTS = 20
MAX_QUERY_CHARS = 100  # nothing has a longer name
KINDS = ("road", "work", "place", "stop", "route", "section")
"""The kinds in the order of equally good finds."""

_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_FIRST_SYLLABLE, _SYLLABLES_AN_INITIAL = 0xAC00, 588
_EXACT, _PREFIX, _INSIDE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to be found, under one or more folded keys."""

    kind: str
    title: str
    subtitle: str
    id: str
    lon: float | None
    lat: float | None
    links: tuple[int, ...]
    keys: tuple[str, ...]

    def result(self) -> dict[str, Any]:
        """The entry as the API gives it."""
        names = ("kind", "title", "subtitle", "id", "lon", "lat")
        return {**{name: getattr(self, name) for name in names}, "links": list(self.links)}


def search(query: str, entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """The best 20, exact before prefix before inside; nothing for an empty or endless query."""
    text = folded(query[: 10 * MAX_QUERY_CHARS])
    if not 0 < len(text) <= MAX_QUERY_CHARS:
        return []
    pattern = pattern_of(text)
    found = []
    for entry in entries:
        rank = _rank(pattern, entry.keys)
        if rank is not None:
            found.append(
                (rank, KINDS.index(entry.kind), len(entry.title), entry.title, entry.id, entry)
            )
    found.sort(key=lambda row: row[:5])
    return [row[5].result() for row in found[:MAX_RESULTS]]


def pattern_of(text: str) -> re.Pattern[str]:
    """A pattern of a folded query; it has no repetition, so no text can make it slow."""
    return re.compile("".join(_letter(char) for char in text))


def _letter(char: str) -> str:
    place = _INITIALS.find(char)
    if place < 0:
        return re.escape(char)
    first = _FIRST_SYLLABLE + place * _SYLLABLES_AN_INITIAL
    return f"[{char}{chr(first)}-{chr(first + _SYLLABLES_AN_INITIAL - 1)}]"


def _rank(pattern: re.Pattern[str], keys: Iterable[str]) -> int | None:
    ranks = (_rank_in(pattern, key) for key in keys)
    return min((rank for rank in ranks if rank is not None), default=None)


def _rank_in(pattern: re.Pattern[str], key: str) -> int | None:
    match = pattern.search(key)
    if match is None:
        return None
    if match.start():
        return _INSIDE
    return _EXACT if match.end() == len(key) else _PREFIX


def network_entries(network: Network) -> list[Entry]:
    """Everything of the network that has a name; each road once."""
    kinds = (_roads, _sections, _stops, _routes, _places)
    return [entry for entries in kinds for entry in entries(network)]


def work_entries(works: Mapping[str, Mapping[str, Any]], network: Network) -> list[Entry]:
    """Works by permit number, title and place, also those placed nowhere."""
    rows = (shapes.work_row(work_id, work, network) for work_id, work in works.items())
    return [_work(row) for row in rows]


def _entry(
    kind: str,
    title: str,
    *,
    name: str,
    point: tuple[Any, Any],
    keys: Iterable[str],
    subtitle: str = "",
    links: Iterable[int] = (),
) -> Entry:
    folded_keys = tuple(key for key in map(folded, keys) if key)
    return Entry(kind, title, subtitle, name, point[0], point[1], tuple(links), folded_keys)


def _work(row: Mapping[str, Any]) -> Entry:
    title, place = row["title"] or row["id"], row["place"] or ""
    return _entry(
        "work",
        title,
        name=row["id"],
        subtitle=" · ".join(part for part in (shown(row["id"]), place) if part),
        point=(row["lon"], row["lat"]),
        links=row["links"],
        keys=[row["id"], title, place],
    )


def _roads(network: Network) -> Iterable[Entry]:
    by_name: dict[str, list[int]] = defaultdict(list)
    for place, link in enumerate(network.links):
        if link.road_name:
            by_name[link.road_name].append(place)
    for name, links in by_name.items():
        point = _middle(network, links[len(links) // 2])
        subtitle = f"구간 {len(links)}개"
        yield _entry(
            "road", name, name=name, subtitle=subtitle, point=point, links=links, keys=[name]
        )


def _sections(network: Network) -> Iterable[Entry]:
    for place, link in enumerate(network.links):
        if link.kind == "section" and link.name:
            yield _entry(
                "section",
                link.name,
                name=link.id,
                subtitle=link.road_name,
                point=_middle(network, place),
                links=(place,),
                keys=[link.name],
            )


def _stops(network: Network) -> Iterable[Entry]:
    at_stop: dict[str, list[int]] = defaultdict(list)
    for place, link in enumerate(network.links):
        if link.kind == "section":
            at_stop[link.from_id].append(place)
            at_stop[link.to_id].append(place)
    for stop in network.stops:
        yield _entry(
            "stop",
            stop.name,
            name=stop.id,
            subtitle=stop.number,
            point=(stop.lon, stop.lat),
            links=at_stop.get(stop.id, ()),
            keys=[stop.name, stop.number],
        )


def _routes(network: Network) -> Iterable[Entry]:
    for route, links in routes_with_links(network):
        ends = [network.stop_by_id.get(stop_id) for stop_id in route.stops[:1] + route.stops[-1:]]
        yield _entry(
            "route",
            route.no,
            name=route.id,
            subtitle=" → ".join(stop.name for stop in ends if stop),
            point=_middle(network, links[0]) if links else (None, None),
            links=links,
            keys=[route.no, f"{route.no}번"],
        )


def _places(network: Network) -> Iterable[Entry]:
    for place in network.places:
        point = (place.lon, place.lat)
        yield _entry(
            "place",
            place.name,
            name=place.name,
            subtitle=place.kind,
            point=point,
            keys=[place.name],
        )


def _middle(network: Network, place: int) -> Point:
    return shapes.middle_of(network.links[place].geometry)
