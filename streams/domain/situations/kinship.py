"""What makes facts of one story: the same permit, the same event, the same feed's portal."""

from collections.abc import Iterable, Iterator

from streams.contract.enums import IncidentKind, RuleName
from streams.contract.times import MINUTE_MS
from streams.domain.situations.fact import TRAFFIC, Fact
from streams.geo.measures import distance_m

SAME_TIME_MS = 20 * MINUTE_MS
SAME_PLACE_M = 150.0
_CELL_DEG = 0.002  # 150 m are less than one cell, north and east, up to 47 degrees
_VAGUE = frozenset({IncidentKind.OTHER, IncidentKind.CONTROL})
"""Kinds that one feed says where another says what it was."""
_PLACED = frozenset({RuleName.CLOSURE, RuleName.OVERDUE, RuleName.UNSEEN, RuleName.DISCREPANCY})


def is_loose(fact: Fact) -> bool:
    """Whether only its place says whose story it is."""
    return fact.rule not in TRAFFIC and not fact.keys


def is_placed(fact: Fact) -> bool:
    """Whether its links are where something is, not what suffers from it."""
    return fact.rule in _PLACED or fact.rule is RuleName.REPORTS


def is_root(fact: Fact) -> bool:
    """Whether it makes a story by itself; others only go with one."""
    return is_placed(fact) or fact.rule is RuleName.FEED or is_loose(fact)


def is_same_event(one: Fact, other: Fact) -> bool:
    """Whether two incidents are one event that two feeds tell: of a kind, of a time, in one place.
    Works last: two that stand together need not begin together.
    """
    return _is_told_twice(one, other) and _is_of_kind(one, other) and _is_there(one, other)


def _is_told_twice(one: Fact, other: Fact) -> bool:
    """Whether two feeds tell them; of what is over only the portal is known."""
    feeds = {one.source.feed, other.source.feed}
    if "" not in feeds:
        return len(feeds) > 1
    return portal_of(one) != portal_of(other)


def portal_of(fact: Fact) -> str:
    """Who tells of an incident: its id begins with the portal's name. A closure by hand is told by
    nobody else.
    """
    return fact.subject if fact.is_by_hand else fact.name.partition("-")[0]


def apart(one: Fact, other: Fact) -> tuple[float, int, str, str]:
    """How far two are from each other, for an order: in place, then in time."""
    here, there = one.point, other.point
    far_m = distance_m(here, there) if here is not None and there is not None else 0.0
    first, second = sorted((one.id, other.id))
    return far_m, abs(one.since_ms - other.since_ms), first, second


def _is_of_kind(one: Fact, other: Fact) -> bool:
    kinds = {one.source.kind, other.source.kind}
    if kinds == {IncidentKind.WORK}:
        return True
    is_known = None not in kinds
    if is_known and len(kinds) > 1 and kinds.isdisjoint(_VAGUE):
        return False
    starts = [
        fact.since_ms if fact.source.starts_ms is None or not is_known else fact.source.starts_ms
        for fact in (one, other)
    ]
    return abs(starts[0] - starts[1]) <= SAME_TIME_MS


def _is_there(one: Fact, other: Fact) -> bool:
    if not set(one.links).isdisjoint(other.links):
        return True
    here, there = one.point, other.point
    return here is not None and there is not None and distance_m(here, there) <= SAME_PLACE_M


def near(facts: Iterable[Fact]) -> Iterator[tuple[Fact, Fact]]:
    """Pairs that may be in one place: that share a link, or whose points lie in cells side by
    side.
    """
    by_place: dict[object, list[Fact]] = {}
    for fact in facts:
        for place in places_of(fact):
            others = by_place.setdefault(place, [])
            yield from ((other, fact) for other in others)
            others.append(fact)


def places_of(fact: Fact) -> Iterator[object]:
    """Its links, and the cells about its point: two points of one place have a cell in common."""
    yield from dict.fromkeys(fact.links)
    if (point := fact.point) is not None:
        x, y = (round(each / _CELL_DEG) for each in point)
        yield from ((x + dx, y + dy) for dx in (0, 1) for dy in (0, 1))
