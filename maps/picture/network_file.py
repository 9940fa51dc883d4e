"""The network as the browser gets it: once per version, immutable, whole or in tiles. Pure."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from msgspec import Meta

from maps.picture.fields import Row
from maps.picture.tiling import SLACK, STEPS, Tile, Tiling
from streams.contract.grammars import Thresholds
from streams.geo.measures import Point
from streams.geo.network import ROAD_CLASSES, Link, Network, Route

_UNIT_DEG = 1e-5  # about 1 m


class NetworkBody(Row):
    """The roads: columns by link index."""

    version: str
    city: str
    released: Annotated[str, Meta(description="of the node-link data")]
    simulated: bool
    bbox: Annotated[list[float], Meta(description="west, south, east, north in degrees")]
    ids: list[str]
    names: list[str]
    roads: list[str]
    classes: list[str]
    kinds: Annotated[list[str], Meta(description="section (of a stop pair) or standard")]
    lengths: Annotated[list[int], Meta(description="m")]
    free: Annotated[list[float], Meta(description="free flow, km/h")]
    drawn: Annotated[list[int], Meta(description="1: drawn, 0: its standard links are")]
    slow: Annotated[list[float], Meta(description="slow below, km/h")]
    jam: Annotated[list[float], Meta(description="jam below, km/h")]
    geometry: Annotated[
        list[list[int]], Meta(description="1e-5 degrees: lon, lat of the first point, then steps")
    ]
    places: Annotated[
        list[tuple[str, str, float, float]], Meta(description="[name, kind, lon, lat]")
    ]
    routes: Annotated[
        list[tuple[str, str, list[int]]], Meta(description="[id, number, sections by index]")
    ]


class TileBody(Row):
    """The roads of one tile: columns as those of the network, `indexes` first."""

    version: str
    tile: Annotated[str, Meta(description="zoom/x/y")]
    indexes: Annotated[list[int], Meta(description="link indexes, rising")]
    ids: list[str]
    names: list[str]
    roads: list[str]
    classes: list[str]
    lengths: Annotated[list[int], Meta(description="m")]
    free: Annotated[list[float], Meta(description="free flow, km/h")]
    drawn: Annotated[list[int], Meta(description="1: drawn, 0: its standard links are")]
    geometry: Annotated[
        list[list[int]], Meta(description="1e-5 degrees: lon, lat of the first point, then steps")
    ]


class NetworkIndex(Row):
    """What a page needs of a network that it reads in tiles: all but the roads themselves."""

    version: str
    city: str
    released: Annotated[str, Meta(description="of the node-link data")]
    simulated: bool
    bbox: Annotated[list[float], Meta(description="west, south, east, north in degrees")]
    count: Annotated[int, Meta(description="of links")]
    steps: Annotated[
        tuple[tuple[int, int], ...],
        Meta(description="[zoom of the map from which tiles are shown, their own zoom]"),
    ]
    slack: Annotated[float, Meta(description="how far around a view tiles are met, in tiles")]
    tiles: Annotated[list[str], Meta(description="zoom/x/y of those that have a link")]
    limits: Annotated[
        list[tuple[str, float, float]],
        Meta(description="[road class, slow below, jam below], km/h; the highest class first"),
    ]
    places: Annotated[
        list[tuple[str, str, float, float]], Meta(description="[name, kind, lon, lat]")
    ]
    routes: Annotated[
        list[tuple[str, str, list[int]]], Meta(description="[id, number, sections by index]")
    ]
    stops: Annotated[list[tuple[str, str]], Meta(description="[id, name]")]


def network_body(
    network: Network, thresholds: Mapping[str, Thresholds], city: str, *, is_simulated: bool
) -> NetworkBody:
    links = network.links
    return NetworkBody(
        version=network.version,
        city=city,
        released=network.released,
        simulated=is_simulated,
        bbox=bounds(network),
        kinds=[link.kind for link in links],
        slow=[thresholds[link.road_class].slow_kmh for link in links],
        jam=[thresholds[link.road_class].jam_kmh for link in links],
        **_columns(links),
        places=[(place.name, place.kind, place.lon, place.lat) for place in network.places],
        routes=[(route.id, route.no, places) for route, places in routes_with_links(network)],
    )


def network_index(
    network: Network,
    tiling: Tiling,
    thresholds: Mapping[str, Thresholds],
    city: str,
    *,
    is_simulated: bool,
) -> NetworkIndex:
    present = {link.road_class for link in network.links}
    ordered = [name for name in ROAD_CLASSES if name in present]
    return NetworkIndex(
        version=network.version,
        city=city,
        released=network.released,
        simulated=is_simulated,
        bbox=bounds(network),
        count=len(network.links),
        steps=STEPS,
        slack=SLACK,
        tiles=[str(tile) for tile in sorted(tiling.links_of)],
        limits=[(name, thresholds[name].slow_kmh, thresholds[name].jam_kmh) for name in ordered],
        places=[(place.name, place.kind, place.lon, place.lat) for place in network.places],
        routes=[(route.id, route.no, places) for route, places in routes_with_links(network)],
        stops=[(stop.id, stop.name) for stop in network.stops],
    )


def tile_body(network: Network, tiling: Tiling, tile: Tile) -> TileBody:
    """The roads of a tile that has any."""
    indexes = tiling.links_of[tile]
    links = [network.links[place] for place in indexes]
    return TileBody(network.version, str(tile), list(indexes), **_columns(links))


def _columns(links: Sequence[Link]) -> dict[str, Any]:
    return {
        "ids": [link.id for link in links],
        "names": [link.name for link in links],
        "roads": [link.road_name for link in links],
        "classes": [link.road_class for link in links],
        "lengths": [link.length_m for link in links],
        "free": [link.free_flow_kmh for link in links],
        "drawn": [int(link.is_drawn) for link in links],
        "geometry": [packed(link.geometry) for link in links],
    }


def packed(line: Iterable[Point]) -> list[int]:
    """[lon0, lat0, dlon, dlat, ...] in 1e-5 degrees. Differences of rounded points: no drift."""
    numbers: list[int] = []
    last_lon = last_lat = 0
    for lon, lat in line:
        x, y = round(lon / _UNIT_DEG), round(lat / _UNIT_DEG)
        numbers += (x - last_lon, y - last_lat)
        last_lon, last_lat = x, y
    return numbers


def bounds(network: Network) -> list[float]:
    """[west, south, east, north] of all links in degrees; the whole globe for an empty network."""
    points = [point for link in network.links for point in link.geometry]
    if not points:
        return [-180.0, -90.0, 180.0, 90.0]
    lons, lats = [lon for lon, _ in points], [lat for _, lat in points]
    return [min(lons), min(lats), max(lons), max(lats)]


def routes_with_links(network: Network) -> list[tuple[Route, list[int]]]:
    """Each bus route with its sections in running order; stop pairs without one are left out."""
    sections = {
        (link.from_id, link.to_id): place
        for place, link in enumerate(network.links)
        if link.kind == "section"
    }
    return [
        (route, [sections[pair] for pair in itertools.pairwise(route.stops) if pair in sections])
        for route in network.routes
    ]
