"""What a full closure does: the way round it, and the bus stops it leaves out. Pure."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from streams.domain.clashes.words import by_number
from streams.domain.roads.detours import Detour, bus_effects, detour, detour_words, distance
from streams.domain.roads.graph import RoadGraph
from streams.words.catalogue import Phrase, phrase


class StopLeftOut(NamedTuple):
    """A stop by its id, and the numbers of the routes that do not come."""

    stop_id: str
    routes: tuple[str, ...]


def round_of(
    graph: RoadGraph, link_ids: Sequence[str], closed: Collection[str]
) -> tuple[Detour, Phrase] | None:
    """The way round links, of which others are closed too; None where there is none."""
    way = detour(graph, {*link_ids, *closed}, link_ids)
    if way is None:
        return None
    text = phrase("closing.round", way=detour_words(way, graph.network), far=distance(way.extra_m))
    return way, text


def left_out(graph: RoadGraph, link_ids: Collection[str]) -> list[StopLeftOut]:
    """The stops that buses leave out for these links alone, by name."""
    network, routes = graph.network, dict[str, list[str]]()
    for effect in bus_effects(network, link_ids):
        for stop_id in effect.skipped:
            routes.setdefault(stop_id, []).append(effect.route_no)
    return [
        StopLeftOut(stop_id, tuple(sorted(dict.fromkeys(numbers), key=by_number)))
        for stop_id, numbers in sorted(routes.items())
    ]
