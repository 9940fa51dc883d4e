"""What closures do to the buses at a place: stops they leave out, and where to go instead."""

from itertools import pairwise

import msgspec

from maps.desk.facts.gather import CardFacts
from maps.desk.facts.scene import Scene
from maps.desk.facts.ways import DetourFinder
from maps.picture.text import short
from streams.domain.clashes.words import by_number
from streams.domain.roads.detours import BusEffect
from streams.geo.measures import distance_m
from streams.geo.network import Network


class StopRef(msgspec.Struct, frozen=True):
    """A bus stop with the number on its pole."""

    id: str
    name: str
    number: str


class NearestStop(StopRef, frozen=True):
    """A stop that is served instead, so far on foot."""

    walk_m: int


class SkippingRoute(msgspec.Struct, frozen=True):
    """A route that leaves its line at the place; `nearest` is of the first stop it leaves out."""

    route_id: str
    route_no: str
    is_rerouted: bool
    skipped: list[StopRef]
    nearest: NearestStop | None


def skipped(facts: CardFacts, ways: DetourFinder, scene: Scene) -> list[SkippingRoute]:
    """The routes that closures bend at the place, with the stops they leave out there."""
    network = scene.network
    own = [link.link for link in facts.links]
    own_stops = {stop_id for link in own for stop_id in (link.from_id, link.to_id)}
    closed = ways.closed(scene.picture) & {link.id for link in own}
    rows = []
    for effect in ways.effects(scene.picture):
        stops = [stop for stop in effect.skipped if facts.is_route or stop in own_stops]
        line = pairwise(network.route_by_id[effect.route_id].stops)
        is_bent = effect.is_rerouted and any(f"{a}>{b}" in closed for a, b in line)
        if (effect.route_id == facts.place.id) if facts.is_route else (stops or is_bent):
            rows.append(_skipping(effect, stops, network))
    return sorted(rows, key=lambda row: (by_number(row.route_no), row.route_id))


def _skipping(effect: BusEffect, stops: list[str], network: Network) -> SkippingRoute:
    served = effect.served.get(stops[0]) if stops else None
    return SkippingRoute(
        route_id=effect.route_id,
        route_no=effect.route_no,
        is_rerouted=effect.is_rerouted,
        skipped=[_stop(stop_id, network) for stop_id in stops],
        nearest=_nearest(stops[0], served, network) if stops else None,
    )


def _stop(stop_id: str, network: Network) -> StopRef:
    stop = network.stop_by_id.get(stop_id)
    return (
        StopRef(stop_id, short(stop.name), stop.number) if stop else StopRef(stop_id, stop_id, "")
    )


def _nearest(stop_id: str, served_id: str | None, network: Network) -> NearestStop | None:
    start, end = network.stop_by_id.get(stop_id), network.stop_by_id.get(served_id or "")
    if start is None or end is None:
        return None
    walk_m = round(distance_m((start.lon, start.lat), (end.lon, end.lat)) / 10) * 10
    return NearestStop(end.id, short(end.name), end.number, walk_m)
