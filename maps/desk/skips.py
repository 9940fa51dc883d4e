"""What a full closure does to the buses: stops they leave out, and where to go instead."""

from collections.abc import Collection, Sequence
from itertools import pairwise

from maps.desk.clauses import Clause
from maps.desk.evidence import Evidence
from maps.desk.gather import CardFacts
from maps.desk.scene import AskedPlace, Json, Scene
from maps.desk.ways import DetourFinder
from maps.desk.words import route_name, short
from streams.words.particles import with_particle
from streams.domain.roads.detours import BusEffect
from streams.geo.network import Network, distance_m

TOLD = 3  # names a listener can keep


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


def skip_clause(rows: Sequence[Json], facts: CardFacts, evidence: Evidence) -> Clause | None:
    """Which buses may leave their line or not stop, and where to go instead."""
    if not rows:
        return None
    skipping = [row for row in rows if row["skipped"]]
    ko, en = _skip_words(skipping, facts) if skipping else _bend_words(rows, facts)
    listed = ", ".join(f"{stop['name']}" for row in skipping for stop in row["skipped"])
    routes = ", ".join(_names(rows))
    source = evidence.add(
        "network", "routes", None, f"노선: {routes} · {listed} · {ko}", f"Routes: {routes} · {en}"
    )
    sources = [source, *(evidence.notice(b) for b in facts.causes[:1])]
    return Clause("buses", ko, en, tuple(dict.fromkeys(sources)))


def _bend_words(rows: Sequence[Json], facts: CardFacts) -> tuple[str, str]:
    """Buses that leave their line and yet serve every stop."""
    if facts.place.kind == "route":
        return "버스는 통제 구간을 돌아서 갈 수 있습니다.", "Its buses may go another way."
    routes = _told(rows)
    return f"{routes} 버스는 다른 길로 돌아갈 수 있습니다.", f"{_told_en(rows)} may go another way."


def _skip_words(rows: Sequence[Json], facts: CardFacts) -> tuple[str, str]:
    """Stops that are left out, and the nearest one that is served."""
    names = list(dict.fromkeys(stop["name"] for row in rows for stop in row["skipped"]))
    stops = ", ".join(names[:TOLD])
    if len(names) > TOLD:
        stops = f"{stops} 등 {len(names)}개"
    subject = "" if facts.place.kind == "route" else f"{_told(rows)} 버스는 "
    ko = f"{subject}{stops} 정류장에 서지 못할 수 있습니다."
    en = f"{_told_en(rows)} may not serve {', '.join(names[:TOLD])}."
    nearest = next((row["nearest"] for row in rows if row["nearest"]), None)
    if nearest is None:
        return ko, en
    where = with_particle(nearest["name"], "으로/로")
    ko = f"{ko} 가까운 운행 정류장은 {where}, {nearest['walk_m']}m쯤 떨어져 있습니다."
    return ko, f"{en} Nearest stop served: {nearest['name']}, {nearest['walk_m']} m away."


def _told(rows: Sequence[Json]) -> str:
    """Their numbers: "3번, 7번", or "3번 등 12개 노선" where they are many."""
    numbers = _names(rows)
    if len(numbers) <= TOLD:
        return ", ".join(numbers)
    return f"{', '.join(numbers[:TOLD])} 등 {len(numbers)}개 노선"


def _told_en(rows: Sequence[Json]) -> str:
    numbers = [name.removesuffix("번") for name in _names(rows)]
    more = f" and {len(numbers) - TOLD} more" if len(numbers) > TOLD else ""
    return f"Bus {', '.join(numbers[:TOLD])}{more}"


def _names(rows: Sequence[Json]) -> list[str]:
    return list(dict.fromkeys(route_name(row["route_no"]) for row in rows))
