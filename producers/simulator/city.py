"""The network as a city has it: its route-stop file and its node-link, read by the ordinary import.

It is as unkind as life: the two sides of a street are two stops with two ids, express lines pass
stops by, a spreadsheet made dates of route numbers, a section is a straight line from stop to stop.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from producers.network.overlay import laid
from producers.network.route_stops import read_route_stops, sections
from producers.simulator import lines, stops
from producers.simulator.shapes import along
from producers.simulator.streets import CITY, RELEASED, build_streets, graph_of, shortest_path
from streams.contract.grammars import Bounds
from streams.geo.measures import length_of_m
from streams.geo.network import Landmark, Link, Network, Stop

PREFIX = "CCB"
BOUNDS = Bounds(127.4, 37.6, 128.1, 38.2)
ROAD_FACTOR = 1.25
BEFORE_JUNCTION_M = 15.0
EXPRESS = "간선버스"
EXPRESS_SKIPS = 3  # of the stops it is not led through by name, each third
_MANGLED = re.compile(r"(\d{1,2})-(\d{1,2})")


@dataclass(frozen=True, slots=True)
class Course:
    """One route as its buses drive it: stop ids in order, and the street links from each to the
    next, as places in the streets' list.
    """

    route_id: str
    line: lines.BusLine
    stops: tuple[str, ...]
    nodes: tuple[str, ...]
    legs: tuple[tuple[int, ...], ...]


def build_city(*, has_node_link: bool = True) -> Network:
    """The simulated Chuncheon as its files say; without the node-link no road has a name."""
    streets, body = build_streets(), route_stop_file().encode("cp949")
    runs = read_route_stops(body, "route stops", PREFIX, BOUNDS)
    links = sections(runs, ROAD_FACTOR)
    standards = [_as_published(link) for link in streets.links] if has_node_link else []
    stop_runs = [route.stops for route in runs.routes()]
    links, overlay = laid(links, standards, stop_runs) if standards else (links, [])
    return Network(
        city=CITY,
        released=RELEASED,
        is_simulated=True,
        links=(*links, *standards),
        stops=tuple(
            replace(stop, number=f"9{stop.id[-3:]}") for _, stop in sorted(runs.stops.items())
        ),
        routes=runs.routes(),
        overlay=tuple(overlay),
        places=tuple(Landmark(*row) for row in stops.places()),
    )


def _as_published(street: Link) -> Link:
    """A street as the national node-link has it: named after its road, between numbered nodes."""
    start, end = (f"250{_node_numbers()[node]:05d}00" for node in (street.from_id, street.to_id))
    return replace(street, name=street.road_name, from_id=start, to_id=end)


@cache
def _node_numbers() -> dict[str, int]:
    return {name: number for number, name in enumerate(stops.positions(), start=1)}


def route_stop_file() -> str:
    """The city's route-stop CSV, as downloaded after somebody saved it in a spreadsheet."""
    out = io.StringIO()
    write = csv.writer(out).writerow
    write(["노선번호", "노선", "정류장순서", "정류장", "정류장명", "경도", "위도", "데이터기준일"])
    streets = build_streets()
    for course in courses():
        no, route = spreadsheet(course.line.no), course.route_id.removeprefix(PREFIX)
        for order, stop_id in enumerate(course.stops, start=1):
            stop = _pole(streets, int(stop_id[-3:]))
            where = (f"{stop.lon:.5f}", f"{stop.lat:.5f}", RELEASED)
            write([no, route, order, stop_id.removeprefix(PREFIX), stop.name, *where])
    return out.getvalue()


def spreadsheet(no: str) -> str:
    """What a spreadsheet makes of a route number: 7-1 is the first of July."""
    match = _MANGLED.fullmatch(no)
    return f"{int(match[1]):02d}월 {int(match[2]):02d}일" if match else no


@cache
def courses() -> tuple[Course, ...]:
    """Every line as it is driven."""
    streets = build_streets()
    graph, places = (
        graph_of(streets),
        {(x.from_id, x.to_id): i for i, x in enumerate(streets.links)},
    )
    found = []
    for number, line in enumerate(lines.LINES, start=1):
        nodes = _nodes(line, graph)
        links = [places[pair] for pair in pairwise(nodes)]
        served = _served(line, nodes)
        found.append(
            Course(
                f"{PREFIX}2500{90_000 + 100 * number}",
                line,
                tuple(_pole_id(links[i - 1] if i else links[0] ^ 1) for i in served),
                tuple(nodes[i] for i in served),
                tuple(tuple(links[a:b]) for a, b in pairwise(served)),
            )
        )
    return tuple(found)


def _nodes(line: lines.BusLine, graph: dict[str, dict[str, float]]) -> list[str]:
    """The nodes of one run in order: out and, on a round trip, the same way back."""
    out = [line.via[0]]
    for a, b in pairwise(line.via):
        out += shortest_path(graph, a, b)[1:]
    return out if line.is_one_way else out + out[-2::-1]


def _served(line: lines.BusLine, nodes: Sequence[str]) -> list[int]:
    """Which nodes of a run the line serves, as places in it: no junction, not all of an express."""
    found, passed = [], 0
    for place, node in enumerate(nodes):
        if node.startswith("*"):
            continue
        is_named = line.kind != EXPRESS or node in line.via or place in (0, len(nodes) - 1)
        passed += not is_named
        if is_named or passed % EXPRESS_SKIPS:
            found.append(place)
    return found


def _pole_id(link: int) -> str:
    return f"{PREFIX}250009{link:03d}"


def _pole(streets: Network, link: int) -> Stop:
    """The stop at which buses arrive by a street link: on its right, a little before the junction.

    A street's two directions stand next to each other in the list of streets, so `link ^ 1` is the
    way back: who begins a run stands where those who end theirs arrive.
    """
    street = streets.links[link]
    lon, lat = along(street.geometry, length_of_m(street.geometry) - BEFORE_JUNCTION_M)
    return Stop(_pole_id(link), street.to_id, round(lon, 5), round(lat, 5), f"9{link:03d}")
