"""How a bus route runs: where its buses are now, and which of its sections are closed."""

from collections.abc import Sequence

from maps.desk.facts.gather import CardFacts, route_buses
from maps.desk.facts.scene import BUS_FEEDS, Json, Scene
from maps.picture.shapes import bus_name
from maps.picture.text import short


def running(route_id: str, scene: Scene) -> list[Json]:
    """The route's buses seen lately, the newest first; none while the feed of buses is silent."""
    return [_bus_row(vehicle, bus, scene) for vehicle, bus in route_buses(route_id, scene)]


def _bus_row(vehicle: str, bus: Json, scene: Scene) -> Json:
    stop_id = str(bus.get("stop_id") or "")
    stop = scene.network.stop_by_id.get(stop_id)
    return {
        "vehicle": bus_name(vehicle),
        "stop_id": stop_id,
        "stop": short(stop.name) if stop else "",
        "lon": bus.get("lon"),
        "lat": bus.get("lat"),
        "observed_ms": bus.get("observed_ms"),
    }


def route_json(facts: CardFacts, buses: Sequence[Json], scene: Scene) -> Json | None:
    """A bus route as it runs now; None for any other place."""
    if facts.place.kind != "route":
        return None
    route = scene.network.route_by_id.get(facts.place.id)
    return {
        "id": facts.place.id,
        "no": route.no if route else facts.place.title,
        "running": len(buses),
        "is_known": scene.is_any_current(BUS_FEEDS),
        "buses": list(buses),
        "closed": [
            {"id": link.id, "name": link.name, "closure": link.closure}
            for link in facts.links
            if link.closure != "none"
        ],
    }
