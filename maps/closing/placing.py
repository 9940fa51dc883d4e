"""The roads of a typed closure: its places by the search, and the quickest way between two."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from maps.closing.reading import ReadClosure
from maps.search.entry import PlaceKind, SearchHit
from maps.search.finder import Finder
from streams.contract.hand_closure import MAX_LINKS, MAX_TITLE
from streams.domain.roads.graph import RoadGraph
from streams.domain.works.directions import Directions
from streams.geo.measures import Point, distance_m
from streams.geo.network import Link, Network

LEAST_SCORE = 84  # a worse match is a neighbour of what was typed, not a reading of it
MOST_CHOICES = 6
TIED = 1
ONE_PLACE_M = 400.0
REACHES_M = (60.0, 150.0, 300.0, 600.0)
BESIDE_M = (40.0, 100.0, 250.0)
OVER_HALF = 0.5
_POINTS = (PlaceKind.STOP, PlaceKind.PLACE, PlaceKind.ADDRESS)
ARROW, WAVE = "→", "~"


class PlaceTrouble(NamedTuple):
    """What is wrong with a place: "start" or "end", a code, and what comes near."""

    field: str
    code: str
    choices: tuple[SearchHit, ...] = ()


@dataclass(frozen=True, slots=True)
class PlacedClosure:
    """The links of a closure in driving order, and what it is called after them."""

    title: str = ""
    link_ids: tuple[str, ...] = ()
    troubles: tuple[PlaceTrouble, ...] = ()


@dataclass(frozen=True, slots=True)
class ChosenPlaces:
    """What a person chose of the near ones, or clicked: it counts more than the text."""

    start: SearchHit | None = None
    end: SearchHit | None = None


def placed(
    read: ReadClosure, finder: Finder, graph: RoadGraph, chosen: ChosenPlaces = ChosenPlaces()
) -> PlacedClosure:
    """The links a text means, or what is wrong at its places."""
    start = chosen.start or found("start", read.start, finder)
    end = chosen.end or (found("end", read.end, finder) if read.end else None)
    if isinstance(end, PlaceTrouble) and not isinstance(start, PlaceTrouble):
        end = _on_street(read, finder, end)  # "소양로 A~B": B is one of 소양로
    troubles = tuple(each for each in (start, end) if isinstance(each, PlaceTrouble))
    if troubles or isinstance(start, PlaceTrouble) or isinstance(end, PlaceTrouble):
        return PlacedClosure(troubles=troubles)
    if end is None:
        return _at(start, read, finder.network)
    return between(start, end, graph, is_both=read.is_both)


def found(name: str, text: str, finder: Finder) -> SearchHit | PlaceTrouble:
    """The one place of a text; with several alike, or none, what comes near."""
    hits = [hit for hit in finder.search(text) if hit.kind is not PlaceKind.ROUTE]
    if not hits or hits[0].score < LEAST_SCORE:
        return PlaceTrouble(name, "not_found", tuple(hits[:MOST_CHOICES]))
    top = [hit for hit in hits if hit.score >= hits[0].score - TIED]
    points = [hit for hit in top if hit.kind in _POINTS]
    alike = points or top
    if hits[0].is_certain or all(_is_one_place(alike[0], each) for each in alike[1:]):
        return hits[0] if hits[0].is_certain else alike[0]
    return PlaceTrouble(name, "ambiguous", tuple(alike[:MOST_CHOICES]))


def _on_street(
    read: ReadClosure, finder: Finder, trouble: PlaceTrouble
) -> SearchHit | PlaceTrouble:
    street, _, rest = read.start.partition(" ")
    if not rest:
        return trouble
    again = found("end", f"{street} {read.end}", finder)
    return trouble if isinstance(again, PlaceTrouble) else again


def _is_one_place(one: SearchHit, other: SearchHit) -> bool:
    a, b = point_of(one), point_of(other)
    is_point = one.kind in _POINTS and other.kind in _POINTS
    return is_point and a is not None and b is not None and distance_m(a, b) <= ONE_PLACE_M


def point_of(hit: SearchHit) -> Point | None:
    return None if hit.lon is None or hit.lat is None else (hit.lon, hit.lat)


def between(start: SearchHit, end: SearchHit, graph: RoadGraph, *, is_both: bool) -> PlacedClosure:
    """The quickest way from one place to another, and back where both directions are meant."""
    a, b = _middle(start, graph.network), _middle(end, graph.network)
    if a is None or b is None or distance_m(a, b) < 1:
        return PlacedClosure(troubles=(PlaceTrouble("end", "same_place"),))
    there = _way(graph, a, b)
    back = _way(graph, b, a) if is_both else []
    if not there:
        return PlacedClosure(troubles=(PlaceTrouble("end", "no_way"),))
    links = with_layers([*there, *back], graph.network)
    if len(links) > MAX_LINKS:
        return PlacedClosure(troubles=(PlaceTrouble("end", "too_long"),))
    joint = WAVE if is_both else ARROW
    return PlacedClosure(f"{start.title}{joint}{end.title}"[:MAX_TITLE], links)


def _middle(hit: SearchHit, network: Network) -> Point | None:
    """Where a place is; a stretch without a point is in the middle of its links."""
    if (point := point_of(hit)) is not None or not hit.links:
        return point
    return network.midpoint(network.links[hit.links[len(hit.links) // 2]].id)


def _way(graph: RoadGraph, start: Point, end: Point) -> list[str]:
    """The links of the quickest way, from and to the roads nearest to two points."""
    pieces, links = graph.table.pieces, graph.network.links
    for reach_m in REACHES_M:
        starts, _ = graph.near(start, reach_m)
        _, goal = graph.near(end, reach_m)
        way = graph.table.quickest(starts, goal, frozenset()) if starts and goal.leads else None
        if way is not None:
            return list(dict.fromkeys(links[pieces[at].place].id for at in way.path))
    return []


def with_layers(link_ids: Iterable[str], network: Network) -> tuple[str, ...]:
    """The links with the sections over them and the standard links under them, where half of the
    shorter one is the same road.
    """
    ids = list(dict.fromkeys(link_ids))
    over = [
        other
        for link_id in ids
        for pairs in (network.sections_of.get(link_id, ()), network.standards_of.get(link_id, ()))
        for each in pairs
        if (other := each.section_id if each.standard_id == link_id else each.standard_id)
        in network.index
        and _is_same_road(each.share, each.section_id, each.standard_id, network)
    ]
    return tuple(dict.fromkeys([*ids, *over]))


def _is_same_road(share: float, section_id: str, standard_id: str, network: Network) -> bool:
    section, standard = network.link(section_id), network.link(standard_id)
    if section is None or standard is None:
        return False
    shorter_m = min(section.length_m, standard.length_m)
    return share * section.length_m >= OVER_HALF * shorter_m


def _at(hit: SearchHit, read: ReadClosure, network: Network) -> PlacedClosure:
    """The road at one place: a stretch whole, else the nearest road, in the direction that is
    stated or in both.
    """
    links = network.links
    if hit.kind in (PlaceKind.SECTION, PlaceKind.WORK) and hit.links:
        ids = [links[place].id for place in hit.links]
    else:
        point = point_of(hit)
        ids = [] if point is None else _beside(point, network)
    if not ids:
        return PlacedClosure(troubles=(PlaceTrouble("start", "no_road"),))
    picked = ids
    if read.direction and not read.is_both:
        picked = list(Directions(network).pick(tuple(ids), read.direction)) or ids
    return PlacedClosure(hit.title[:MAX_TITLE], with_layers(picked, network)[:MAX_LINKS])


def _beside(point: Point, network: Network) -> list[str]:
    """The nearest road that is drawn, there and back."""
    for reach_m in BESIDE_M:
        near = [link for _, link in network.near(point, reach_m) if link.is_drawn]
        if near:
            return [near[0].id, *(link.id for link in near[1:] if _is_back(near[0], link))]
    return []


def _is_back(one: Link, other: Link) -> bool:
    return (one.from_id, one.to_id) == (other.to_id, other.from_id) and bool(one.from_id)


def of_links(link_ids: Sequence[str], network: Network) -> PlacedClosure:
    """Links that were given, and what they are called after: the road most of them are of."""
    names = [link.road_name or link.name for x in link_ids if (link := network.link(x)) is not None]
    title = max(dict.fromkeys(names), key=names.count, default="")
    return PlacedClosure(title[:MAX_TITLE] or link_ids[0][:MAX_TITLE], tuple(link_ids))
