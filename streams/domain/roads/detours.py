"""The way round a closure: which links, how long, in words a caller can follow, and for buses."""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from streams.domain.roads.graph import RoadGraph, Way
from streams.geo.measures import Point, distance_m
from streams.geo.network import Link, Network, Route, Stop
from streams.words.catalogue import Phrase, joined, phrase

LONGEST_EXTRA_M = 15_000  # a way round that costs more than this is no help to anybody
NAMED_WITHIN_M = 250.0  # a spot is called after a stop no further away than this
_NEAR_DEG = 0.004  # more than 250 m of latitude, and of longitude up to 55 N
_ARROW = " → "


@dataclass(frozen=True, slots=True)
class Detour:
    """Links in driving order; `extra_m` is what they cost over the closed way, at least 0.

    `around` is the closed run as it is driven; `leaves` and `rejoins` are where the way turns off
    its road and comes back.
    """

    links: tuple[str, ...]
    length_m: int
    extra_m: int
    around: tuple[str, ...] = ()
    leaves: Point = (0.0, 0.0)
    rejoins: Point = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class BusEffect:
    """What closures do to one route.

    `skipped` are the stops it cannot serve, in running order, and `served` gives for each the
    nearest stop that it still serves (None: none). `is_rerouted` says that it leaves its road
    somewhere: with one closed section it does, and yet serves both its stops.
    """

    route_id: str
    route_no: str
    skipped: tuple[str, ...]
    served: Mapping[str, str | None]
    is_rerouted: bool


def detour(graph: RoadGraph, closed_links: Collection[str], around: Sequence[str]) -> Detour | None:
    """The quickest way from the start of the run of `around` to its end over no closed link.

    `around` is a stretch of road in driving order; links of it against the first one are left out
    (`RoadGraph.run_of`). Where its ends are stops in the middle of a road, the way leaves the road
    before and comes back behind them (`RoadGraph.between`). A closed link shuts the other layers
    of its road too. None when there is no way, when it is more than 15 km longer, or when `around`
    is not in the network.
    """
    run = graph.run_of(around)
    way = graph.between(run, graph.blocked(closed_links)) if run else None
    if way is None or not is_sane(graph, run, way):
        return None
    links = graph.network.links
    return Detour(
        tuple(links[place].id for place in way.links),
        round(way.length_m),
        _extra_m(graph, run, way),
        tuple(links[place].id for place in run),
        way.start,
        way.end,
    )


def is_sane(graph: RoadGraph, run: Sequence[int], way: Way) -> bool:
    """Whether a way round is short enough to be any use."""
    return _extra_m(graph, run, way) <= LONGEST_EXTRA_M


def _extra_m(graph: RoadGraph, run: Sequence[int], way: Way) -> int:
    return max(0, round(way.length_m - way.saved_m) - graph.length_m(run))


def distance(length_m: int) -> Phrase:
    """1.8km; below a kilometre tens of metres."""
    if length_m < 1000:
        return phrase("distance.m", n=round(length_m / 10) * 10)
    return phrase("distance.km", n=f"{length_m / 1000:.1f}")


def detour_words(way: Detour, network: Network) -> Phrase:
    """A detour without a full stop: where to leave, over what, where back.

    Two to four names: roads where they have names, else stops on the way. What the way drives back
    along the closed road itself is left out: nobody who is told goes there first.
    """
    links = [network.links[network.index[link_id]] for link_id in way.links]
    own = {network.links[network.index[link_id]].road_name for link_id in way.around} - {""}
    aside = _without_own_road(links, own) or links
    leaves = _start_name(aside[0], way.leaves if aside[0] is links[0] else None, network)
    rejoins = _end_name(aside[-1], way.rejoins if aside[-1] is links[-1] else None, network)
    roads = [name for name in _roads(aside) if name not in own]
    over = (roads or _stops_between(aside, {leaves, rejoins}))[:2]
    start = phrase("detour.start", place=leaves) if leaves and leaves != rejoins else None
    turn = joined([start or "", _turn(start, over, is_road=bool(roads))], " ")
    if rejoins:
        return phrase("detour.whole", way=phrase("detour.rejoin", turn=turn, place=rejoins))
    return phrase("detour.whole", way=phrase("detour.rejoin_road", turn=turn))


def _turn(start: Phrase | None, over: Sequence[str], *, is_road: bool) -> Phrase:
    if not over:
        return phrase("detour.off" if start else "detour.aside")
    into = phrase("detour.into", road=over[0]) if is_road else phrase("detour.by", stop=over[0])
    return phrase("detour.past", turn=into, place=over[1]) if len(over) > 1 else into


def _without_own_road(links: Sequence[Link], own: Collection[str]) -> list[Link]:
    """The links from the first one off the closed road to the last one off it."""
    off = [at for at, link in enumerate(links) if link.road_name not in own]
    return list(links[off[0] : off[-1] + 1]) if off else []


def _roads(links: Iterable[Link]) -> list[str]:
    """The first road driven into, then the longest of the others; "" is no name."""
    runs = [
        (name, sum(link.length_m for link in run))
        for name, run in groupby(links, key=lambda link: link.road_name)
        if name
    ]
    if not runs:
        return []
    others = [run for run in runs if run[0] != runs[0][0]]
    longest = max(others, key=lambda run: run[1], default=None)
    return [runs[0][0], *([longest[0]] if longest else [])]


def _stops_between(links: Sequence[Link], known: Collection[str]) -> list[str]:
    """The names a third and two thirds along the way, without those already named."""
    ends = [_ends(link)[1] for link in links[:-1]]
    names = [name for name in dict.fromkeys(ends) if name and name not in known]
    if len(names) <= 2:
        return names
    return [names[len(names) // 3], names[2 * len(names) // 3]]


def _start_name(link: Link, at: Point | None, network: Network) -> str:
    is_there = at is None or distance_m(at, link.geometry[0]) < 1
    name = _ends(link)[0] if is_there else ""
    return name or _nearest_stop(at or link.geometry[0], network)


def _end_name(link: Link, at: Point | None, network: Network) -> str:
    is_there = at is None or distance_m(at, link.geometry[-1]) < 1
    name = _ends(link)[1] if is_there else ""
    return name or _nearest_stop(at or link.geometry[-1], network)


def _ends(link: Link) -> tuple[str, str]:
    """The names of a section's two ends; a standard link has none."""
    if link.kind != "section" or _ARROW not in link.name:
        return "", ""
    start, _, end = link.name.partition(_ARROW)
    return start.strip(), end.strip()


def _nearest_stop(at: Point, network: Network) -> str:
    near = [
        (distance_m(at, (stop.lon, stop.lat)), stop.id, stop.name)
        for stop in network.stops
        if abs(stop.lat - at[1]) < _NEAR_DEG and abs(stop.lon - at[0]) < _NEAR_DEG
    ]
    off_m, _, name = min(near, default=(math.inf, "", ""))
    return name if off_m <= NAMED_WITHIN_M else ""


def bus_effects(
    network: Network,
    closed: Collection[str],
    *,
    closed_stops: Collection[str] = (),
    routes: Iterable[Route] | None = None,
) -> list[BusEffect]:
    """The routes (of the network, or of those given) that closed links or stops change, in order.

    A bus leaves its line at the last stop before a run of consecutive closed sections and is back
    at the first stop behind it: the stops inside the run are skipped. A closed standard link
    closes the sections over it. A stop that the route passes twice is skipped only if it is
    skipped both times. For other layers of a road without standard links, close
    `RoadGraph.blocked`.
    """
    shut = set(closed).union(
        section
        for link_id in closed
        if link_id in network.sections_of
        for section in network.layers_of.get(link_id, ())
    )
    every = network.routes if routes is None else routes
    effects = (_effect(network, route, shut, closed_stops) for route in every)
    return [effect for effect in effects if effect is not None]


def _effect(
    network: Network, route: Route, shut: Collection[str], closed_stops: Collection[str]
) -> BusEffect | None:
    is_shut = [f"{a}>{b}" in shut for a, b in pairwise(route.stops)]
    passed = [
        stop in closed_stops or (0 < at < len(is_shut) and is_shut[at - 1] and is_shut[at])
        for at, stop in enumerate(route.stops)
    ]
    if not any(is_shut) and not any(passed):
        return None
    served = {stop for stop, is_passed in zip(route.stops, passed, strict=True) if not is_passed}
    served.discard("")
    skipped = tuple(dict.fromkeys(x for x in route.stops if x and x not in served))
    nearest = {stop: _nearest(network, stop, served) for stop in skipped}
    return BusEffect(route.id, route.no, skipped, nearest, any(is_shut))


def _nearest(network: Network, stop_id: str, served: Collection[str]) -> str | None:
    """The served stop nearest by air; None without one, or where the stop's place is unknown."""
    here = network.stop_by_id.get(stop_id)
    if here is None:
        return None
    near = (
        (distance_m((here.lon, here.lat), (stop.lon, stop.lat)), stop.id)
        for stop in _known(network, served)
    )
    return min(near, default=(0.0, None))[1]


def _known(network: Network, stop_ids: Iterable[str]) -> Iterator[Stop]:
    return (network.stop_by_id[x] for x in stop_ids if x in network.stop_by_id)
