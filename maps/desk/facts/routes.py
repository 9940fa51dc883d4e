"""How a bus route runs: where its buses are now, and which of its sections are closed."""

import msgspec

from maps.desk.facts.gather import CardFacts, route_buses
from maps.desk.facts.scene import BUS_FEEDS, Scene
from maps.picture.shapes import bus_name
from maps.picture.text import short
from streams.contract.enums import Closure


class RunningBus(msgspec.Struct, frozen=True):
    """A bus of the route; `stop` is the name of the stop it was last at, "" where none is known."""

    vehicle: str
    stop_id: str
    stop: str
    lon: float
    lat: float
    observed_ms: int


class ClosedSection(msgspec.Struct, frozen=True):
    """A link of a place with what is taken from it."""

    id: str
    name: str
    closure: Closure


class RouteNow(msgspec.Struct, frozen=True):
    """A bus route as it runs now; `is_known`: its feed answers."""

    id: str
    no: str
    running: int
    is_known: bool
    buses: list[RunningBus]
    closed: list[ClosedSection]


def route_now(facts: CardFacts, scene: Scene) -> RouteNow | None:
    """The route that a card is about, None for any other place."""
    if not facts.is_route:
        return None
    route = scene.network.route_by_id.get(facts.place.id)
    buses = [
        RunningBus(
            vehicle=bus_name(vehicle),
            stop_id=bus.stop_id,
            stop=stop_name(bus.stop_id, scene),
            lon=bus.lon,
            lat=bus.lat,
            observed_ms=bus.observed_ms,
        )
        for vehicle, bus in route_buses(facts.place.id, scene)
    ]
    return RouteNow(
        id=facts.place.id,
        no=route.no if route else facts.place.title,
        running=len(buses),
        is_known=scene.is_any_current(BUS_FEEDS),
        buses=buses,
        closed=[
            ClosedSection(link.id, link.name, link.closure)
            for link in facts.links
            if link.closure is not Closure.NONE
        ],
    )


def stop_name(stop_id: str, scene: Scene) -> str:
    stop = scene.network.stop_by_id.get(stop_id)
    return short(stop.name) if stop else ""
