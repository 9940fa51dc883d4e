"""Why a clash is one, in Korean and English."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from streams.contract.enums import ClashKind, ClashSeverity
from streams.domain.clashes.clash import Clash
from streams.domain.particles import with_particle
from streams.geo.network import Network

SHOWN = 3


def reason(clash: Clash, works: Mapping[str, Any], network: Network) -> tuple[str, str]:
    """One sentence in each language. `works` are rows, or their JSON; a work that is no longer
    there is called by its permit number.
    """
    return _REASONS[clash.kind](clash, works, network)


def _works(clash: Clash, works: Mapping[str, Any], network: Network) -> tuple[str, str]:
    one, other = (_name(work_id, works) for work_id in clash.works)
    where = _road(clash.links, network)
    subject = f"{with_particle(one, '과/와')} {with_particle(other, '이/가')} {where}"
    if clash.severity is ClashSeverity.HIGH:
        en = f"{one} and {other} dig the same road at the same time: {where}."
        return f"{subject}에서 같은 때에 겹쳐 굴착합니다.", en
    first, second = (set(_links(works.get(work_id))) for work_id in clash.works)
    if first.isdisjoint(second):
        en = f"{one} and {other} adjoin at the same time: {where}."
        return f"{subject}에서 같은 때에 잇닿아 공사합니다.", en
    en = f"{one} and {other} take the same road at the same time: {where}."
    return f"{subject}에서 같은 때에 자리를 씁니다.", en


def _route(clash: Clash, works: Mapping[str, Any], network: Network) -> tuple[str, str]:
    work = _name(clash.works[0], works)
    ko_routes, en_routes = _routes(clash, network)
    stops = _stops(clash.stops, network)
    ko = f"{with_particle(work, '으로/로')} 버스 {ko_routes} 노선이 돌아갑니다."
    en = f"Bus {en_routes} must leave the road because of {work}."
    if not stops:
        return ko, en
    ko = f"{ko.removesuffix('돌아갑니다.')}돌아가고 {stops[0]}에 서지 못합니다."
    return ko, f"{en[:-1]} and cannot serve {stops[1]}."


def _stop(clash: Clash, works: Mapping[str, Any], network: Network) -> tuple[str, str]:
    work = _name(clash.works[0], works)
    ko_stops, en_stops = _stops(clash.stops, network) or ("정류장", "a stop")
    if not clash.routes:
        ko = f"{with_particle(work, '이/가')} {ko_stops} 자리를 씁니다."
        return ko, f"{work} takes {en_stops}."
    ko_routes, en_routes = _routes(clash, network)
    ko = f"{with_particle(work, '이/가')} 버스 {ko_routes} 노선이 서는 {ko_stops} 자리를 막습니다."
    return ko, f"{work} closes {en_stops}, served by bus {en_routes}."


def _detour(clash: Clash, works: Mapping[str, Any], network: Network) -> tuple[str, str]:
    """The work whose links the clash names lies on the other's way round."""
    first, second = clash.works
    is_first_on_way = not set(clash.links).isdisjoint(_links(works.get(first)))
    on_way, closed = (first, second) if is_first_on_way else (second, first)
    where = _road(clash.links, network)
    one, other = _name(on_way, works), _name(closed, works)
    round_it = f"{with_particle(other, '을/를')} 돌아가는 길({where})"
    ko = f"{with_particle(one, '은/는')} {round_it}에 있습니다."
    return ko, f"{one} lies on the way round {other} ({where})."


def _cut(clash: Clash, works: Mapping[str, Any], network: Network) -> tuple[str, str]:
    del network
    names = [_name(work_id, works) for work_id in clash.works]
    ko_works, en_works = _listed(names, "건")
    ko_places, en_places = _listed(clash.places, "곳")
    ko = f"{with_particle(ko_works, '이/가')} 함께 막으면 {ko_places} 사이의 길이 끊기거나 "
    ko += "두 배 넘게 걸립니다."
    return ko, f"Together {en_works} cut off or double the way between {en_places}."


def _crowd(clash: Clash, works: Mapping[str, Any], network: Network) -> tuple[str, str]:
    del works
    where = _road(clash.links, network)
    ko = f"{where}에 공사 {clash.count}건이 몰려 있어 서로 비교하지 않았습니다."
    return ko, f"{clash.count} works on one road, not compared with each other: {where}."


def _point(clash: Clash, works: Mapping[str, Any], network: Network) -> tuple[str, str]:
    del works, network
    ko = f"같은 지점에 허가 {clash.count}건: 위치 의심"
    return ko, f"{clash.count} permits at one point: their place is in doubt"


_REASONS = {
    ClashKind.CROWD: _crowd,
    ClashKind.POINT: _point,
    ClashKind.WORKS: _works,
    ClashKind.ROUTE: _route,
    ClashKind.STOP: _stop,
    ClashKind.DETOUR: _detour,
    ClashKind.CUT: _cut,
}


def _name(work_id: str, works: Mapping[str, Any]) -> str:
    """The title with the permit number, or the number alone."""
    title = str(_field(works.get(work_id), "title") or "").strip()
    return f"{title}({work_id})" if title else work_id


def _links(work: Any) -> Sequence[str]:
    return _field(work, "links") or ()


def _field(work: Any, name: str) -> Any:
    return work.get(name) if isinstance(work, Mapping) else getattr(work, name, None)


def _road(link_ids: Sequence[str], network: Network) -> str:
    """The roads of links, or the first link's own name where they have none."""
    links = [link for link_id in link_ids if (link := network.link(link_id)) is not None]
    roads = list(dict.fromkeys(link.road_name for link in links if link.road_name))
    if roads:
        return "·".join(roads[:SHOWN])
    return links[0].name if links else "-"


def _routes(clash: Clash, network: Network) -> tuple[str, str]:
    routes = [network.route_by_id.get(route_id) for route_id in clash.routes]
    numbers = list(dict.fromkeys(route.no for route in routes if route))
    return _listed(numbers, "개")


def _stops(stop_ids: Sequence[str], network: Network) -> tuple[str, str] | None:
    stops = [network.stop_by_id.get(stop_id) for stop_id in stop_ids]
    names = list(dict.fromkeys(stop.name for stop in stops if stop))
    if not names:
        return None
    ko, en = _listed(names, "곳")
    return (ko if len(names) > SHOWN else f"{ko} 정류장"), en


def _listed(names: Sequence[str], counter: str) -> tuple[str, str]:
    """`A, B, C`, or the first three and how many there are in all."""
    shown = ", ".join(names[:SHOWN])
    if len(names) <= SHOWN:
        return shown, shown
    return f"{shown} 등 {len(names)}{counter}", f"{shown} and {len(names) - SHOWN} more"


def by_number(no: str) -> tuple[int, str]:
    """Orders the numbers of routes as people do: 4, 16, 300."""
    digits = re.match(r"\d+", no)
    return int(digits.group()) if digits else 10**9, no
