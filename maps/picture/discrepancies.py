"""The discrepancies of a picture as the API states them. Pure."""

from typing import Annotated

import msgspec
from msgspec import Meta

from maps.picture.fields import Lat, LinkIndexes, Lon, Ms, Row
from maps.picture.picture import Picture
from maps.picture.shapes import known_links, middle_of
from maps.picture.text import shown
from streams.contract.enums import Certainty, DiscrepancyKind, SightingKind
from streams.domain.observed.rows import Discrepancy
from streams.geo.network import Network


class BusEvent(msgspec.Struct):
    """One bus of the evidence."""

    at_ms: int
    did: SightingKind
    route: Annotated[str, Meta(description="route number")]


SeenRow = tuple[int, SightingKind, str]
"""One bus of the evidence on the map: Unix ms, what it did, route number."""


class DiscrepancyRow(Row, kw_only=True):
    """A discrepancy on the map; a time or a count that is left out is none or 0."""

    id: str
    kind: DiscrepancyKind
    work: Annotated[str, Meta(description="permit number")] = ""
    lon: Lon | None
    lat: Lat | None
    links: LinkIndexes
    since_ms: Ms
    told_ms: Ms
    until_ms: Ms = 0
    certainty: Certainty
    through: int = 0
    round: int = 0
    speed_ratio: Annotated[int | None, Meta(description="per mille of the usual speed")] = None
    declared_ms: Ms = 0
    declared_until_ms: Ms = 0
    buses: Annotated[list[SeenRow], Meta(description="[ms, what it did, route], oldest first")]


class Evidence(msgspec.Struct):
    """What buses did: how many drove through or went round, and the last of them."""

    through: int
    round: int
    speed_ratio: Annotated[int | None, Meta(description="per mille of the usual speed")]
    declared_from_ms: Annotated[int | None, Meta(description="since when the permit is in force")]
    declared_until_ms: int | None
    buses: list[BusEvent]


class DiscrepancyBody(msgspec.Struct):
    """Where what happens is not what was declared; `work` null: no permit says anything."""

    id: str
    kind: DiscrepancyKind
    work: str | None
    links: list[str]
    direction: Annotated[int | None, Meta(description="where the first link heads, degrees")]
    since_ms: int
    told_ms: int
    until_ms: int | None
    certainty: Certainty
    evidence: Evidence


class Discrepancies(msgspec.Struct):
    """All that go on or ended within a day, the newest first."""

    discrepancies: list[DiscrepancyBody]


def discrepancies_of(picture: Picture, network: Network) -> Discrepancies:
    """The body of `/api/v1/discrepancies`."""
    rows = sorted(picture.discrepancies.items(), key=lambda row: (-row[1].told_ms, row[0]))
    return Discrepancies([body_of(name, row, network) for name, row in rows])


def discrepancy_row(name: str, row: Discrepancy, network: Network) -> DiscrepancyRow:
    """It stands in the middle of its first link. Links the network does not know are left out."""
    links = known_links(row.links, network)
    lon, lat = middle_of(network.links[links[0]].geometry) if links else (None, None)
    return DiscrepancyRow(
        id=name,
        kind=row.kind,
        work=shown(row.work),
        lon=lon,
        lat=lat,
        links=links,
        since_ms=row.since_ms,
        told_ms=row.told_ms,
        until_ms=row.until_ms,
        certainty=row.certainty,
        through=row.through,
        round=row.round,
        speed_ratio=row.speed_ratio,
        declared_ms=row.declared_ms,
        declared_until_ms=row.declared_until_ms,
        buses=[(bus.at_ms, bus.kind, _number(bus.route_id, network)) for bus in row.events],
    )


def body_of(name: str, row: Discrepancy, network: Network) -> DiscrepancyBody:
    first = network.link(row.links[0]) if row.links else None
    return DiscrepancyBody(
        id=name,
        kind=row.kind,
        work=row.work or None,
        links=list(row.links),
        direction=first.bearing_deg if first else None,
        since_ms=row.since_ms,
        told_ms=row.told_ms,
        until_ms=row.until_ms or None,
        certainty=row.certainty,
        evidence=Evidence(
            through=row.through,
            round=row.round,
            speed_ratio=row.speed_ratio,
            declared_from_ms=row.declared_ms or None,
            declared_until_ms=row.declared_until_ms or None,
            buses=[
                BusEvent(bus.at_ms, bus.kind, _number(bus.route_id, network)) for bus in row.events
            ],
        ),
    )


def _number(route_id: str, network: Network) -> str:
    route = network.route_by_id.get(route_id)
    return route.no if route else route_id
