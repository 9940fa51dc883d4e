"""What a full closure does to the buses: stops they leave out, and where to go instead."""

from collections.abc import Collection
from itertools import pairwise

from maps.desk.facts.gather import CardFacts
from maps.desk.facts.scene import AskedPlace, Json, Scene
from maps.desk.facts.ways import DetourFinder
from maps.picture.text import short
from streams.domain.roads.detours import BusEffect
from streams.geo.measures import distance_m
from streams.geo.network import Network


def skipped(facts: CardFacts, ways: DetourFinder, scene: Scene) -> list[Json]:
    """The routes that closures bend at the place, with the stops they leave out there."""
    is_route = facts.place.kind == "route"
    own_links = {scene.network.links[place].id for place in facts.place.links}
    own_stops = _stops_of(facts.place, scene.network)
    closed = ways.closed(scene.picture) & own_links
    rows = []
    for effect in ways.effects(scene.picture):
        stops = [stop for stop in effect.skipped if is_route or stop in own_stops]
        is_bent = effect.is_rerouted and _passes(effect.route_id, closed, scene.network)
        if (effect.route_id == facts.place.id) if is_route else (stops or is_bent):
            rows.append(_skip_row(effect, stops, scene.network))
    return sorted(rows, key=lambda row: (str(row["route_no"]), str(row["route_id"])))


def _passes(route_id: str, closed: Collection[str], network: Network) -> bool:
    """Whether the route runs over one of these links."""
    stops = network.route_by_id[route_id].stops
    return bool(closed) and any(f"{a}>{b}" in closed for a, b in pairwise(stops))


def _stops_of(place: AskedPlace, network: Network) -> set[str]:
    links = [network.links[index] for index in place.links]
    return {stop_id for link in links for stop_id in (link.from_id, link.to_id)}


def _skip_row(effect: BusEffect, stops: list[str], network: Network) -> Json:
    served = effect.served.get(stops[0]) if stops else None
    return {
        "route_id": effect.route_id,
        "route_no": effect.route_no,
        "is_rerouted": effect.is_rerouted,
        "skipped": [_stop(stop_id, network) for stop_id in stops],
        "nearest": _nearest(stops[0], served, network) if stops else None,
    }


def _stop(stop_id: str, network: Network) -> Json:
    stop = network.stop_by_id.get(stop_id)
    return {
        "id": stop_id,
        "name": short(stop.name) if stop else stop_id,
        "number": stop.number if stop else "",
    }


def _nearest(stop_id: str, served_id: str | None, network: Network) -> Json | None:
    start, end = network.stop_by_id.get(stop_id), network.stop_by_id.get(served_id or "")
    if start is None or end is None:
        return None
    walk_m = round(distance_m((start.lon, start.lat), (end.lon, end.lat)) / 10) * 10
    return {**_stop(end.id, network), "walk_m": walk_m}
