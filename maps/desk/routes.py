"""How a bus route runs: where its buses are now, and which of its sections are closed."""

from collections.abc import Sequence

from maps.desk.clauses import Clause
from maps.desk.evidence import Evidence
from maps.desk.gather import CardFacts, route_buses
from maps.desk.scene import BUS_FEEDS, Json, Scene
from maps.desk.words import short
from maps.picture.shapes import bus_name

TOLD_PLACES = 3


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


def running_clause(facts: CardFacts, buses: Sequence[Json], evidence: Evidence) -> Clause | None:
    """How many buses of the route run, and near which stops."""
    scene = evidence.scene
    names = scene.feeds_of(BUS_FEEDS)
    if facts.place.kind != "route" or not names or not scene.is_any_current(BUS_FEEDS):
        return None
    minutes = scene.fresh_ms // 60_000
    if not buses:
        if facts.closure == "none":
            return None  # said already, for the verdict rests on it
        ko = f"최근 {minutes}분 동안 위치가 잡힌 버스는 없습니다."
        source = evidence.silence(names[0])
        return Clause("buses", ko, f"No bus of it was seen in {minutes} min.", (source,))
    places = list(dict.fromkeys(row["stop"] for row in buses if row["stop"]))[:TOLD_PLACES]
    ko, en = f"지금 {len(buses)}대가 운행하고 있습니다.", f"{len(buses)} buses run now."
    if places:
        ko = f"지금 {len(buses)}대가 운행하며 {', '.join(places)} 정류장 부근에 있습니다."
        en = f"{len(buses)} buses run now, near {', '.join(places)}."
    return Clause("buses", ko, en, (evidence.running(facts.place.id, buses),))
