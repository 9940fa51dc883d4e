"""Why a clash is one, as a sentence."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from streams.contract.enums import ClashKind, ClashSeverity
from streams.domain.clashes.clash import Clash
from streams.geo.network import Network
from streams.words.catalogue import Phrase, Translatable, Value, joined, phrase

SHOWN = 3


def reason(clash: Clash, works: Mapping[str, Any], network: Network) -> Phrase:
    """One sentence. `works` are rows, or their JSON; a work that is no longer there is called by
    its permit number.
    """
    return _REASONS[clash.kind](clash, works, network)


def _works(clash: Clash, works: Mapping[str, Any], network: Network) -> Phrase:
    one, other = (_name(work_id, works) for work_id in clash.works)
    first, second = (set(_links(works.get(work_id))) for work_id in clash.works)
    values = {"one": one, "other": other, "where": _road(clash.links, network)}
    if clash.severity is ClashSeverity.HIGH:
        return phrase("clash.reason.dig", **values)
    if first.isdisjoint(second):
        return phrase("clash.reason.adjoin", **values)
    return phrase("clash.reason.share", **values)


def _route(clash: Clash, works: Mapping[str, Any], network: Network) -> Phrase:
    work, routes = _name(clash.works[0], works), _routes(clash, network)
    stops = _stops(clash.stops, network)
    if stops is None:
        return phrase("clash.reason.route", work=work, routes=routes)
    return phrase("clash.reason.route_stops", work=work, routes=routes, stops=stops)


def _stop(clash: Clash, works: Mapping[str, Any], network: Network) -> Phrase:
    work = _name(clash.works[0], works)
    stops = _stops(clash.stops, network) or phrase("clash.a_stop")
    if not clash.routes:
        return phrase("clash.reason.stop", work=work, stops=stops)
    routes = _routes(clash, network)
    return phrase("clash.reason.stop_routes", work=work, stops=stops, routes=routes)


def _detour(clash: Clash, works: Mapping[str, Any], network: Network) -> Phrase:
    """The work whose links the clash names lies on the other's way round."""
    first, second = clash.works
    is_first_on_way = not set(clash.links).isdisjoint(_links(works.get(first)))
    on_way, closed = (first, second) if is_first_on_way else (second, first)
    one, other = _name(on_way, works), _name(closed, works)
    return phrase("clash.reason.detour", one=one, other=other, where=_road(clash.links, network))


def _cut(clash: Clash, works: Mapping[str, Any], _network: Network) -> Phrase:
    names = [_name(work_id, works) for work_id in clash.works]
    places = _listed(clash.places, "list.more.places")
    return phrase("clash.reason.cut", works=_listed(names, "list.more.works"), places=places)


def _crowd(clash: Clash, _works: Mapping[str, Any], network: Network) -> Phrase:
    where = _road(clash.links, network)
    return phrase("clash.reason.crowd", where=where, count=clash.count)


def _point(clash: Clash, _works: Mapping[str, Any], _network: Network) -> Phrase:
    return phrase("clash.reason.point", count=clash.count)


_REASONS: Mapping[ClashKind, Callable[[Clash, Mapping[str, Any], Network], Phrase]] = {
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


def _routes(clash: Clash, network: Network) -> Translatable:
    routes = [network.route_by_id.get(route_id) for route_id in clash.routes]
    numbers = sorted({route.no for route in routes if route}, key=by_number)
    return _listed([phrase("clash.route_no", no=no) for no in numbers], "list.more.routes")


def by_number(no: str) -> tuple[int, str]:
    """Orders the numbers of routes as people do: 4, 16, 300."""
    digits = re.match(r"\d+", no)
    return int(digits.group()) if digits else 10**9, no


def _stops(stop_ids: Sequence[str], network: Network) -> Translatable | None:
    stops = [network.stop_by_id.get(stop_id) for stop_id in stop_ids]
    names = list(dict.fromkeys(stop.name for stop in stops if stop))
    if not names:
        return None
    listed = _listed(names, "list.more.places")
    return listed if len(names) > SHOWN else phrase("clash.stop_names", names=listed)


def _listed(names: Sequence[Value], more: str) -> Translatable:
    """`A, B, C`, or the first three and how many there are in all."""
    shown = joined(names[:SHOWN], ", ")
    if len(names) <= SHOWN:
        return shown
    return phrase(more, names=shown, count=len(names))
