"""The terms of a closure from words and fields: a field that is given counts more than the text,
this more than what stood before.
"""

from dataclasses import dataclass, replace

from msgspec import UnsetType

from maps.api.closure_bodies import PlaceGiven, TermsGiven
from maps.closing.placing import (
    ChosenPlaces,
    PlacedClosure,
    PlaceTrouble,
    of_links,
    placed,
)
from maps.closing.reading import ReadClosure, end_trouble, read_text
from maps.picture.text import short
from maps.search.entry import PlaceKind, SearchHit
from maps.search.finder import Finder
from streams.contract.enums import Closure, IncidentKind
from streams.contract.hand_closure import MAX_REASON, MAX_TITLE, MAX_WORDS, MOST_MS, HandClosure
from streams.contract.times import HOUR_MS
from streams.domain.roads.graph import RoadGraph
from streams.geo.network import Network
from streams.people import without_people

WAITED_MS = 12 * HOUR_MS
_NO_PLACE = (("text", "empty"), ("place", "empty"))
_OF_ROAD = (Closure.NONE, Closure.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a closure would be, and what is wrong with it."""

    title: str = ""
    link_ids: tuple[str, ...] = ()
    is_both: bool = False
    cause: IncidentKind = IncidentKind.OTHER
    closure: Closure = Closure.PARTIAL
    lanes: str = ""
    direction: str = ""
    reason: str = ""
    starts_ms: int = 0
    ends_ms: int | None = None
    troubles: tuple[PlaceTrouble, ...] = ()


def read_terms(
    given: TermsGiven, known: HandClosure | None, finder: Finder, graph: RoadGraph, now_ms: int
) -> Terms:
    """The terms at a time; `known`: the version that is corrected."""
    said_ms = given.said_ms or now_ms  # a text that had to wait speaks of when it was typed
    read = read_text(given.text, said_ms if 0 <= now_ms - said_ms <= WAITED_MS else now_ms)
    if given.is_both is not None:
        read = replace(read, is_both=given.is_both)
    terms = _of_text(read) if given.text.strip() or known is None else _of_known(known)
    where = _placed(given, read, finder, graph)
    if where is not None:
        terms = replace(terms, title=where.title, link_ids=where.link_ids)
        terms = replace(terms, troubles=(*where.troubles, *_beside(read)))
    terms = _with_fields(terms, given, starts_ms=now_ms)
    terms = replace(terms, troubles=tuple(x for x in terms.troubles if not _is_given(x, given)))
    return replace(terms, troubles=(*terms.troubles, *_wrong(terms, given, known, now_ms)))


def _of_text(read: ReadClosure) -> Terms:
    return Terms(
        is_both=read.is_both,
        cause=read.cause,
        closure=read.closure,
        lanes=read.lanes,
        direction=read.direction,
        reason=read.reason,
        starts_ms=read.starts_ms,
        ends_ms=read.ends_ms,
        troubles=tuple(PlaceTrouble(each.field, each.code) for each in read.troubles),
    )


def _of_known(known: HandClosure) -> Terms:
    return Terms(
        title=known.title,
        link_ids=known.link_ids,
        cause=known.cause,
        closure=known.closure,
        lanes=known.lanes,
        direction=known.direction,
        reason=known.reason,
        starts_ms=known.starts_ms,
        ends_ms=known.ends_ms,
    )


def _beside(read: ReadClosure) -> tuple[PlaceTrouble, ...]:
    """What is wrong in a text beside a place that it has not."""
    found = (each for each in read.troubles if (each.field, each.code) not in _NO_PLACE)
    return tuple(PlaceTrouble(each.field, each.code) for each in found)


def _placed(
    given: TermsGiven, read: ReadClosure, finder: Finder, graph: RoadGraph
) -> PlacedClosure | None:
    """Where it is by links, by places that were chosen, or by the text; None where none says."""
    network = finder.network
    if given.link_ids:
        unknown = [each for each in given.link_ids if each not in network.index]
        if unknown:
            return PlacedClosure(troubles=(PlaceTrouble("place", "no_road"),))
        return of_links(given.link_ids, network)
    chosen = ChosenPlaces(_hit(given.start, finder, network), _hit(given.end, finder, network))
    if not read.start and chosen.start is None:
        return None
    return placed(read, finder, graph, chosen)


def _hit(given: PlaceGiven | None, finder: Finder, network: Network) -> SearchHit | None:
    """The place that was chosen; a point that was clicked is called after its road."""
    if given is None:
        return None
    if given.kind is not None:
        return finder.find(given.kind, given.id)
    if given.lon is None or given.lat is None:
        return None
    point = (given.lon, given.lat)
    near = next((link for _, link in network.near(point, 250) if link.is_drawn), None)
    title = (near.road_name or near.name) if near else ""
    return SearchHit(
        kind=PlaceKind.PLACE, id="", title=title, lon=round(point[0], 6), lat=round(point[1], 6)
    )


def _is_given(trouble: PlaceTrouble, given: TermsGiven) -> bool:
    """Whether a field was given in place of what the text says of it."""
    by_field = {
        "starts_ms": given.starts_ms is not None,
        "ends_ms": not isinstance(given.ends_ms, UnsetType),
        "start": trouble.code == "empty" and given.start is not None,
        "end": trouble.code in ("empty", "two_places") and given.end is not None,
    }
    return by_field.get(trouble.field, False)


def _with_fields(terms: Terms, given: TermsGiven, *, starts_ms: int) -> Terms:
    """The terms with each field that is given."""
    own = {
        name: value
        for name in ("cause", "closure", "lanes", "direction", "reason", "starts_ms")
        if (value := getattr(given, name)) is not None
    }
    if not isinstance(given.ends_ms, UnsetType):
        own["ends_ms"] = given.ends_ms
    terms = replace(terms, **own)
    return replace(
        terms,
        title=short(without_people(given.title or terms.title), MAX_TITLE),
        lanes=short(terms.lanes, MAX_WORDS),
        direction=short(without_people(terms.direction), MAX_WORDS),
        reason=short(without_people(terms.reason), MAX_REASON),
        starts_ms=terms.starts_ms or starts_ms,
    )


def _wrong(
    terms: Terms, given: TermsGiven, known: HandClosure | None, now_ms: int
) -> list[PlaceTrouble]:
    """What is wrong with the terms as a whole; a trouble that a text has is not said twice."""
    said = {each.field for each in terms.troubles}
    found = []
    if not terms.link_ids and not said & {"text", "place", "start", "end"}:
        found.append(PlaceTrouble("place" if given.text.strip() else "text", "empty"))
    wrong = end_trouble(terms.starts_ms, terms.ends_ms, now_ms)
    is_as_before = known is not None and terms.ends_ms == known.ends_ms
    if wrong is not None and "ends_ms" not in said and not is_as_before:
        found.append(PlaceTrouble(wrong.field, wrong.code))
    if terms.starts_ms - now_ms > MOST_MS or (terms.ends_ms or 0) - terms.starts_ms > MOST_MS:
        found.append(PlaceTrouble("ends_ms", "too_far"))
    if terms.closure in _OF_ROAD:
        found.append(PlaceTrouble("closure", "no_closure"))
    return found
