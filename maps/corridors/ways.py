"""Where a corridor runs: two places as somebody types them, and the quickest way between them."""

from collections.abc import Sequence
from dataclasses import dataclass

from maps.search.entry import SearchHit, placed
from maps.search.finder import Finder
from streams.contract.errors import BomnaeError
from streams.domain.roads.graph import RoadGraph
from streams.geo.measures import Point

SURE_FROM, AHEAD_BY = 90, 10
"""A place of so high a score, so far ahead of the next one, is meant."""
CHOICES = 5


class CorridorError(BomnaeError):
    """A corridor that is none; the subclass says why."""


class PlaceNotFoundError(CorridorError):
    """No place is called so."""

    def __init__(self, typed: str) -> None:
        super().__init__(f"no place is called {typed!r}")
        self.typed = typed


class PlaceAmbiguousError(CorridorError):
    """Several places may be meant: `choices`."""

    def __init__(self, typed: str, choices: Sequence[str]) -> None:
        super().__init__(f"{typed!r} may be {', '.join(choices)}")
        self.typed, self.choices = typed, tuple(choices)


class NoWayError(CorridorError):
    """No road leads from one place to the other."""

    def __init__(self, start: str, goal: str) -> None:
        super().__init__(f"no road leads from {start} to {goal}")
        self.start, self.goal = start, goal


@dataclass(frozen=True, slots=True)
class Leg:
    """So many metres of a link, by its place in the network."""

    link: int
    metres: float


@dataclass(frozen=True, slots=True)
class CorridorWay:
    """The way of a corridor on free roads, in driving order."""

    start: str
    goal: str
    legs: tuple[Leg, ...]

    @property
    def length_m(self) -> float:
        return sum(leg.metres for leg in self.legs)


def way_of(start: str, goal: str, finder: Finder, graph: RoadGraph) -> CorridorWay:
    """The way between two places as typed; CorridorError where there is none."""
    return way_between(place_of(start, finder), place_of(goal, finder), graph)


def way_between(one: SearchHit, other: SearchHit, graph: RoadGraph) -> CorridorWay:
    """The quickest way between two places on empty roads; NoWayError where there is none.

    Closures do not move it: how long the same way takes is what is compared from day to day.
    """
    starts, _ = graph.beside(_point(one))
    _, ends = graph.beside(_point(other))
    found = graph.table.quickest(starts, ends, frozenset()) if starts and ends.leads else None
    if found is None or one.id == other.id:
        raise NoWayError(one.title, other.title)
    return CorridorWay(
        one.title, other.title, tuple(Leg(place, metres) for place, metres in graph.legs_of(found))
    )


def place_of(typed: str, finder: Finder) -> SearchHit:
    """The one place that a text means; CorridorError where that is none, or not one."""
    network = finder.network
    hits = [placed(hit, network) for hit in finder.search(typed)]
    hits = [hit for hit in hits if hit.lon is not None]
    if not hits:
        raise PlaceNotFoundError(typed)
    if not _is_meant(hits):
        names = dict.fromkeys(_named(hit) for hit in hits)
        raise PlaceAmbiguousError(typed, list(names)[:CHOICES])
    return hits[0]


def _is_meant(hits: Sequence[SearchHit]) -> bool:
    """Whether the first of what was found is surely what was typed: else all may be."""
    first, second = hits[0], hits[1].score if len(hits) > 1 else 0
    return first.is_certain or (first.score >= SURE_FROM and first.score - second >= AHEAD_BY)


def _named(hit: SearchHit) -> str:
    return f"{hit.title} ({hit.subtitle})" if hit.subtitle else hit.title


def _point(hit: SearchHit) -> Point:
    return hit.lon or 0.0, hit.lat or 0.0
