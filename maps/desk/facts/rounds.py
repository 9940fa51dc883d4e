"""Where buses go round now, as they are seen: the way they take, the stops left out, the cause."""

import msgspec

from maps.desk.facts.gather import CardFacts
from maps.desk.facts.scene import BUS_FEEDS, AskedPlace, Scene
from maps.picture.text import short
from maps.search.entry import PlaceKind
from streams.domain.clashes.words import by_number
from streams.domain.observed.detours import BusDetour
from streams.domain.observed.ways import streets_of
from streams.domain.stages.incidents import RunningIncident
from streams.domain.works.rows import Work

Row = Work | RunningIncident


class BusesRound(msgspec.Struct, frozen=True, kw_only=True):
    """The buses of a route that go round; `cause` is "work:ID", "incident:ID" or "" (no record)."""

    id: str
    route_id: str
    route_no: str
    streets: list[str]
    stops: list[str]
    links: list[str]
    cause: str
    since_ms: int
    last_ms: int
    buses: int


def buses_round(facts: CardFacts, scene: Scene) -> list[BusesRound]:
    """The detours of the route, at the stop or on the links asked about, by number of their route;
    none while the feed of buses is silent.
    """
    if not scene.is_any_current(BUS_FEEDS):
        return []
    own = {link.id for link in facts.links}
    own |= {x for link_id in own for x in scene.network.layers_of.get(link_id, ())}
    rows = [
        _row(name, row, scene)
        for name, row in scene.picture.detours.items()
        if _is_at(row, facts.place, own)
    ]
    return sorted(rows, key=lambda row: (by_number(row.route_no), row.id))


def cause_row(subject: str, scene: Scene) -> Row | None:
    """The work or the incident behind a detour; None where the picture has none."""
    kind, _, name = subject.partition(":")
    if kind == "work":
        return scene.picture.works.get(name)
    return scene.picture.incidents.get(name) if kind == "incident" else None


def _is_at(row: BusDetour, place: AskedPlace, own: set[str]) -> bool:
    if place.kind is PlaceKind.ROUTE:
        return row.route_id == place.id
    if place.kind is PlaceKind.STOP and place.id in row.stops:
        return True
    return not own.isdisjoint(row.links)


def _row(name: str, row: BusDetour, scene: Scene) -> BusesRound:
    network = scene.network
    route = network.route_by_id.get(row.route_id)
    stops = (network.stop_by_id.get(stop_id) for stop_id in row.stops)
    return BusesRound(
        id=name,
        route_id=row.route_id,
        route_no=route.no if route else row.route_id,
        streets=[short(street) for street in streets_of(row.way, row.links, network)],
        stops=list(dict.fromkeys(short(stop.name) for stop in stops if stop)),
        links=list(row.links),
        cause=row.cause,
        since_ms=row.since_ms,
        last_ms=row.last_ms,
        buses=row.buses,
    )
