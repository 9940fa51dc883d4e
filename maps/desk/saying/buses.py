"""The clauses on the way round a closure and on what it does to the buses."""

from collections.abc import Iterable, Sequence

import msgspec

from maps.desk.facts.gather import CardFacts
from maps.desk.facts.routes import RouteNow
from maps.desk.facts.skips import SkippingRoute
from maps.desk.facts.ways import DetourFinder, around
from maps.desk.saying.clauses import NAMED, Clause, ClauseName
from maps.desk.saying.names import route_name, route_number
from maps.desk.saying.sources import Sources
from maps.picture.fields import filled
from streams.contract.enums import Closure
from streams.domain.roads.detours import detour_words, distance
from streams.words.catalogue import Phrase, Translatable, Value, joined, phrase
from streams.words.spoken import OwnText, Spoken


class DetourBody(msgspec.Struct, frozen=True, kw_only=True, metaclass=Spoken):
    """The way round: its links by id, and how much longer it is."""

    text: OwnText
    links: tuple[str, ...]
    length_m: int
    extra_m: int


def detour_of(
    facts: CardFacts, ways: DetourFinder, sources: Sources
) -> tuple[DetourBody | None, Clause | None]:
    """The way round a full closure as JSON and as a clause; (None, None) without one."""
    if facts.closure is not Closure.FULL or not facts.closed:
        return None, None
    scene = sources.scene
    found = ways.round(scene.picture, around(facts, scene.network))
    count = len(ways.closed(scene.picture))
    if found is None:
        source = sources.network("detour", "no_detour", n=count)
        return None, Clause(ClauseName.DETOUR, phrase("answer.no_detour"), (source,))
    way = detour_words(found, scene.network)
    length, extra = distance(found.length_m), distance(found.extra_m)
    source = sources.network("detour", "detour", way=way, length=length, extra=extra, n=count)
    code = "answer.detour.longer" if found.extra_m >= 10 else "answer.detour"
    clause = Clause(ClauseName.DETOUR, phrase(code, way=way, extra=extra), (source,))
    return filled(DetourBody, found, text=way), clause


def skip_clause(rows: Sequence[SkippingRoute], facts: CardFacts, sources: Sources) -> Clause | None:
    """Which buses may leave their line or not stop, and where to go instead."""
    if not rows:
        return None
    skipping = [row for row in rows if row.skipped]
    bend = "answer.bends_own" if facts.is_route else "answer.bends"
    text = _skips(skipping, facts) if skipping else phrase(bend, routes=_routes(rows))
    stops = joined((stop.name for row in skipping for stop in row.skipped), ", ")
    used = [
        sources.network(
            "routes", "routes", routes=joined(_names(rows), ", "), stops=stops, text=text
        )
    ]
    used += [sources.notice(b) for b in facts.causes[:1]]
    return Clause(ClauseName.BUSES, text, tuple(dict.fromkeys(used)))


def _skips(rows: Sequence[SkippingRoute], facts: CardFacts) -> Translatable:
    """Stops that are left out, and the nearest one that is served."""
    names = list(dict.fromkeys(stop.name for row in rows for stop in row.skipped))
    code = "answer.skips_own" if facts.is_route else "answer.skips"
    text = phrase(code, stops=_listed(names, "answer.more_stops"), routes=_routes(rows))
    nearest = next((row.nearest for row in rows if row.nearest), None)
    if nearest is None:
        return text
    served = phrase("answer.nearest", stop=nearest.name, walk_m=nearest.walk_m)
    return joined((text, served), " ")


def _routes(rows: Sequence[SkippingRoute]) -> Translatable:
    """Their numbers, or the first ones and how many there are."""
    return _listed(_names(rows), "list.more.routes")


def _names(rows: Iterable[SkippingRoute]) -> list[Phrase]:
    return [route_name(no) for no in dict.fromkeys(route_number(row.route_no) for row in rows)]


def _listed(names: Sequence[Value], more: str) -> Translatable:
    listed = joined(names[:NAMED], ", ")
    if len(names) <= NAMED:
        return listed
    return phrase(more, names=listed, count=len(names), rest=len(names) - NAMED)


def running_clause(route: RouteNow | None, facts: CardFacts, sources: Sources) -> Clause | None:
    """How many buses of the route run, and near which stops."""
    if route is None or not route.is_known:
        return None
    if not route.buses:
        if facts.closure is Closure.NONE:
            return None  # the age clause has it: the verdict rests on it
        text = phrase("answer.none_running", minutes=sources.scene.fresh_minutes)
        return Clause(ClauseName.BUSES, text, (sources.silence(),))
    stops = list(dict.fromkeys(bus.stop for bus in route.buses if bus.stop))[:NAMED]
    code = "answer.running_near" if stops else "answer.running"
    text = phrase(code, n=route.running, stops=joined(stops, ", "))
    return Clause(ClauseName.BUSES, text, (sources.running(route),))
