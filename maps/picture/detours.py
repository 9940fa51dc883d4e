"""The detours of buses as the API states them. Pure."""

from typing import Annotated

import msgspec
from msgspec import Meta

from maps.picture.fields import Lat, LinkIndexes, Lon, Ms, Row
from maps.picture.shapes import known_links, point_of_links
from maps.picture.text import shown
from streams.domain.observed.detours import BusDetour
from streams.domain.observed.ways import streets_of, with_ends
from streams.geo.measures import midpoint_of
from streams.geo.network import Network


class LeftStop(msgspec.Struct):
    """A stop that the buses leave out."""

    id: str
    name: str
    lon: Lon | None
    lat: Lat | None


class DetourRow(Row, kw_only=True):
    """Where the buses of a route go round now."""

    id: Annotated[str, Meta(description='"route|first link avoided"')]
    title: Annotated[str, Meta(description="number of the route")]
    route: str
    towards: Annotated[str, Meta(description="name of the last stop of the route")]
    bearing: Annotated[int, Meta(description="of the first link avoided, degrees, or -1")]
    links: Annotated[LinkIndexes, Meta(description="those avoided")]
    path: Annotated[
        list[tuple[Lon, Lat]],
        Meta(description="the way that most take; [] where no bus was seen on it"),
    ]
    streets: Annotated[list[str], Meta(description="those of the way, in order")]
    stops: Annotated[list[LeftStop], Meta(description="left out by half of the buses or more")]
    cause: Annotated[str, Meta(description='work:ID, incident:ID ...; "": no record explains it')]
    since_ms: Ms
    last_ms: Annotated[int, Meta(description="when the last bus was back on its line, Unix ms")]
    buses: Annotated[int, Meta(description="that went round")]
    lon: Lon | None
    lat: Lat | None


def detour_row(name: str, row: BusDetour, network: Network) -> DetourRow:
    """It stands in the middle of its way, else of the links avoided."""
    route = network.route_by_id.get(row.route_id)
    last = network.stop_by_id.get(route.stops[-1]) if route and route.stops else None
    links = known_links(row.links, network)
    first = network.links[links[0]] if links else None
    path = [(round(lon, 6), round(lat, 6)) for lon, lat in with_ends(row.way, row.links, network)]
    lon, lat = midpoint_of(path) if path else point_of_links(links, network)
    return DetourRow(
        id=name,
        title=shown(route.no) if route else shown(row.route_id),
        route=row.route_id,
        towards=shown(last.name) if last else "",
        bearing=first.bearing_deg if first else -1,
        links=links,
        path=path,
        streets=[shown(street) for street in streets_of(row.way, row.links, network)],
        stops=[_stop(stop_id, network) for stop_id in row.stops],
        cause=row.cause,
        since_ms=row.since_ms,
        last_ms=row.last_ms,
        buses=row.buses,
        lon=lon,
        lat=lat,
    )


def _stop(stop_id: str, network: Network) -> LeftStop:
    stop = network.stop_by_id.get(stop_id)
    if stop is None:
        return LeftStop(stop_id, shown(stop_id), None, None)
    return LeftStop(stop_id, shown(stop.name), stop.lon, stop.lat)
