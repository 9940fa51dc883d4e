"""The usual passages of each link, by route: how many buses an hour are due there.

Passages of the running quarter hours are counted as they come; once a quarter hour is over and all
inputs have passed it, its counts go into a table in columns as in `usual`: a row is one quarter
hour of one kind of day, with a cell of 4 bytes for each pair of a link and a route. A link has at
most `MAX_ROUTES` routes of its own; all others count together as route "".
"""

import struct
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from streams.contract.derived import Passage
from streams.domain.links.quarters import (
    QUARTER_MS,
    UNIT,
    IsHoliday,
    faded,
    left_after,
    place_of,
)
from streams.domain.links.usual import ENOUGH_DAYS, WEIGHT
from streams.domain.stage import Effects, Rows, StageTable, State
from streams.geo.network import Network

MAX_ROUTES = 8
RECENT_QUARTERS = 6
"""Before a quarter hour is known from other days, the last 90 minutes of this one speak for it."""
GONE_QUIET = 10
"""So many passages in one quarter hour and none at all in the next: the feed is silent. Were it
service, it would happen once in e^10 = 22,000 quarter hours (Poisson).
"""
QUIET_QUARTERS = 4  # after an hour without a passage there is no service to count
PER_HOUR = 1000 * 4  # thousandths of a passage in an hour, of passages in a quarter of it
_COUNT = struct.Struct("<I")


@dataclass(frozen=True, slots=True)
class ServiceColumn:
    """One quarter hour of one kind of day: `counts` as of `day`, over `days`; `passed` are the
    passages of that last day.
    """

    day: int = 0
    days: int = 0
    passed: int = 0
    counts: bytes = b""


class RunningCount(NamedTuple):
    """Passages of a route in a quarter hour that is not learned yet."""

    number: int
    route_id: str
    passages: int


SERVICE = StageTable("service", ServiceColumn)  # by "kind of day|quarter hour"
PAIRS = StageTable("service-pairs", dict[str, int])  # by link: route -> its place in the counts
RUNNING = StageTable("service-running", tuple[RunningCount, ...])  # by link
MARKS = StageTable("service-marks", int)
"""`last`: the last quarter hour learned that had passages; `places`: how many places there are."""


class RoutesOf:
    """The routes that count by themselves, by link: the network's, the first by name."""

    def __init__(self, network: Network) -> None:
        found: dict[str, set[str]] = defaultdict(set)
        for route in network.routes:
            for a, b in pairwise(route.stops):
                section = f"{a}>{b}"
                for link_id in (section, *network.layers_of.get(section, ())):
                    found[link_id].add(route.id)
        self._own = {x: frozenset(sorted(routes)[:MAX_ROUTES]) for x, routes in found.items()}

    def name(self, link_id: str, route_id: str) -> str:
        """The route as it counts on a link; "" with all others."""
        return route_id if route_id in self._own.get(link_id, ()) else ""


class Service:
    """The passages, in the midst of a message (or of rows that stand)."""

    def __init__(self, state: State, effects: Effects, is_holiday: IsHoliday) -> None:
        self._columns = Rows(SERVICE, state, effects)
        self._pairs = Rows(PAIRS, state, effects)
        self._running = Rows(RUNNING, state, effects)
        self._marks = Rows(MARKS, state, effects)
        self._is_holiday = is_holiday

    def count(self, passage: Passage, routes: RoutesOf) -> None:
        """Count a passage in its quarter hour, by when it left the link."""
        route_id = routes.name(passage.link_id, passage.route_id)
        number = passage.exited_ms // QUARTER_MS
        counts = {each[:2]: each for each in self._running.get(passage.link_id) or ()}
        before = counts.get((number, route_id))
        passages = 1 if before is None else before.passages + 1
        counts[number, route_id] = RunningCount(number, route_id, passages)
        self._running.put(passage.link_id, tuple(sorted(counts.values())))

    def waiting(self) -> set[int]:
        """The quarter hours that there is something to learn of: those with passages, and those
        soon after, which may be quiet ones.
        """
        busy = {each.number for row in self._running.all().values() for each in row}
        if (last := self._marks.get("last")) is not None:
            busy.add(last)
        return {number + step for number in busy for step in range(QUIET_QUARTERS + 1)}

    def learn(self, number: int, closed: Collection[str]) -> Counter[str]:
        """Learn a quarter hour, and no longer count it as running; its passages by link.

        On links that are `closed` it was as ever: nothing is learned of a road from its closure. A
        quarter hour in which the whole feed was silent was none.
        """
        at, counts = place_of(number, self._is_holiday), self._taken(number)
        by_link: Counter[str] = Counter()
        for (link_id, _), count in counts.items():
            by_link[link_id] += count
        passed = sum(counts.values())
        if passed:
            self._marks.put("last", number)
        elif not self._is_quiet(number):
            return by_link
        column = self._columns.get(at.row()) or ServiceColumn(at.day)
        gone = at.day - column.day
        left = left_after(gone)
        known = [count * left // UNIT for (count,) in _COUNT.iter_unpack(column.counts)]
        before = faded(column.days, gone)
        as_ever = self._places_on(closed)
        for place in as_ever:
            if place < len(known) and before:
                known[place] += known[place] * WEIGHT // before
        for (link_id, route_id), count in counts.items():
            place = self._place(link_id, route_id)
            known += [0] * (place + 1 - len(known))
            known[place] += WEIGHT * count if place not in as_ever else 0
        packed = b"".join(map(_COUNT.pack, known))
        self._columns.put(at.row(), ServiceColumn(at.day, before + WEIGHT, passed, packed))
        return by_link

    def _places_on(self, links: Collection[str]) -> frozenset[int]:
        rows = (self._pairs.get(link_id) or {} for link_id in links)
        return frozenset(place for row in rows for place in row.values())

    def _taken(self, number: int) -> dict[tuple[str, str], int]:
        """The counts of a quarter hour, by link and route, taken from those that run."""
        found: dict[tuple[str, str], int] = {}
        for link_id, row in sorted(self._running.all().items()):
            left = tuple(each for each in row if each.number != number)
            if len(left) < len(row):
                found |= {(link_id, x.route_id): x.passages for x in row if x.number == number}
                self._running.put(link_id, left or None)
        return found

    def _is_quiet(self, number: int) -> bool:
        """Whether a quarter hour without a passage was one of thin service, not of a dead feed."""
        last = self._marks.get("last")
        if last is None or not last < number <= last + QUIET_QUARTERS:
            return False
        at = place_of(last, self._is_holiday)
        column = self._columns.get(at.row())
        return column is not None and column.day == at.day and column.passed < GONE_QUIET

    def _place(self, link_id: str, route_id: str) -> int:
        pairs = self._pairs.get(link_id) or {}
        if (place := pairs.get(route_id)) is None:
            place = self._marks.get("places") or 0
            self._pairs.put(link_id, {**pairs, route_id: place})
            self._marks.put("places", place + 1)
        return place

    def due_by_route(self, link_id: str, at_ms: int) -> dict[str, int]:
        """How many buses an hour are due on a link, in thousandths, by route ("": all without a
        place of their own); routes not due are left out.

        From the days learned: of the quarter hour, else with those beside it, else of its hour.
        Before two days of any of these are known, from the last 90 minutes that are learned.
        """
        pairs = self._pairs.get(link_id)
        if not pairs:
            return {}
        at = place_of(at_ms // QUARTER_MS, self._is_holiday)
        for steps in ((0,), (-1, 0, 1), at.of_hour):
            columns = [self._columns.get(at.row(step)) for step in steps]
            known = [column for column in columns if column is not None]
            if any(faded(x.days, at.day - x.day) >= ENOUGH_DAYS for x in known):
                return _rates(pairs, known)
        return _rates(pairs, list(self._today(at_ms // QUARTER_MS)))

    def _today(self, number: int) -> Iterator[ServiceColumn]:
        """The columns of the last 90 minutes that were learned of this very day."""
        for back in range(1, RECENT_QUARTERS + 1):
            at = place_of(number - back, self._is_holiday)
            column = self._columns.get(at.row())
            if column is not None and column.day == at.day:
                yield column


def _rates(pairs: Mapping[str, int], columns: Collection[ServiceColumn]) -> dict[str, int]:
    """Passages over days of all columns together, in thousandths an hour, by route."""
    days = sum(column.days for column in columns)
    rates: dict[str, int] = {}
    for route_id, place in pairs.items():
        counts = sum(_count_at(column, place) for column in columns)
        if days and (rate := counts * PER_HOUR // days):
            rates[route_id] = rate
    return rates


def _count_at(column: ServiceColumn, place: int) -> int:
    at = place * _COUNT.size
    return int(_COUNT.unpack_from(column.counts, at)[0]) if at < len(column.counts) else 0
