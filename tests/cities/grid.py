"""A made-up city for measuring: a wavy grid of directed links, five points each, named roads."""

import math
from collections.abc import Iterator

from streams.geo.measures import Point
from streams.geo.network import Landmark, Link, Network, Route, Stop
from tests.cities.builder import link

WEST, NORTH, STEP_LON, STEP_LAT = 127.66, 37.93, 0.0042, 0.0033
NAMES = ("가람대로", "마루대로", "늘봄대로", "하늘로", "은하로", "새싹로", "도담로", "차오름로")
EXPRESS_EVERY, MAIN_EVERY = 12, 4


def grid(link_count: int) -> Network:
    """A network of `link_count` links: nodes in a square, neighbours joined both ways."""
    side = math.ceil(0.5 + math.sqrt(link_count / 4 + 0.25))
    links = tuple(link for link, _ in zip(_links(side), range(link_count), strict=False))
    stops = tuple(Stop(f"S{i}", f"{NAMES[i % 8]} {i}번 정류장", *_node(i, i)) for i in range(side))
    return Network(
        city="가온시",
        released="2026-11-01",
        links=links,
        stops=stops,
        routes=(Route("R1", "300", tuple(stop.id for stop in stops)),),
        places=(Landmark("가온시청", "office", *_node(side // 2, side // 2)),),
        is_simulated=True,
    )


def _links(side: int) -> Iterator[Link]:
    for row in range(side):
        for column in range(side):
            for right, down in ((1, 0), (0, 1)):
                if column + right < side and row + down < side:
                    yield from _pair(row, column, right, down)


def _pair(row: int, column: int, right: int, down: int) -> Iterator[Link]:
    line = _line(_node(row, column), _node(row + down, column + right))
    lane = row if right else column
    road = f"{NAMES[lane % 8]}{'' if right else ' 세로'} {lane // 8 + 1}길"
    name = f"{road} {column if right else row + 1}구간"
    yield _link(f"L{row:03}{column:03}{right}>", name, road, lane, line)
    yield _link(f"L{row:03}{column:03}{right}<", f"{name} 반대", road, lane, line[::-1])


def _link(link_id: str, name: str, road: str, lane: int, line: tuple[Point, ...]) -> Link:
    road_class = "city"
    if lane % MAIN_EVERY == 0:
        road_class = "express" if lane % EXPRESS_EVERY == 0 else "metropolitan"
    own = {"name": name, "road_name": road, "road_class": road_class}
    return link(link_id, *line, length_source="geometry", from_id="", to_id="", **own)


def _node(row: int, column: int) -> Point:
    """A crossing, a little off the exact grid so that roads wave."""
    lon = WEST + column * STEP_LON + 0.0006 * math.sin(row * 1.3 + column)
    lat = NORTH - row * STEP_LAT + 0.0005 * math.sin(column * 1.1 + row)
    return round(lon, 6), round(lat, 6)


def _line(a: Point, b: Point) -> tuple[Point, ...]:
    parts = (0, 0.25, 0.5, 0.75, 1)
    bend = [0.00012 * math.sin(math.pi * part) for part in parts]
    return tuple(
        (round(a[0] + (b[0] - a[0]) * p + c, 6), round(a[1] + (b[1] - a[1]) * p + c, 6))
        for p, c in zip(parts, bend, strict=True)
    )
