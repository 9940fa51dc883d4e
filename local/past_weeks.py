"""The demo's weeks of before: a simulated history on disk, so that statistics, the bar of time and
reports have something to show at once.

    python -m local.past_weeks FOLDER --until MS [--seed 1]

It is what the simulator's own traffic does on its streets each day from the first of the month
before on, with a few urgent repairs a day standing in it; nobody measured it and no bus of the
picture drove it. It ends on a full hour; what comes later is the archive's, in the same folder.
"""

import argparse
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from producers.simulator import noise, works
from producers.simulator.city import build_city
from producers.simulator.clock import DayClock
from producers.simulator.streets import build_streets
from producers.simulator.traffic import Obstacle, Traffic
from streams.contract.enums import Closure, FeedStatus, Level, Phase, RuleName, Severity
from streams.contract.settings import Settings
from streams.contract.times import HOUR_MS, MINUTE_MS, day_of, midnight_ms
from streams.contract.whole_files import only_one
from streams.domain.links.columns import CLOSURES, LEVELS
from streams.domain.links.levels import level, thresholds_by_class
from streams.geo.network import Network
from streams.history.clock import put_clock
from streams.history.fold import LinkRows, Mark
from streams.history.roads import views_of
from streams.history.rows import Row
from streams.history.shelf import Shelf
from streams.history.tables import (
    CallAct,
    ClosureActRow,
    FeedAct,
    PassageRow,
    SituationActRow,
    WorkPhase,
)

MARK = Mark("simulated", 0)
"""No place of the log: the archive takes all that it has of these days besides."""
DRIVEN_H = range(6, 23)
DUG_MIN = (480, 1020)
EVERY_NTH, LONGER = 9, 8
"""So few of the simulator's repairs of half an hour, and so many times longer."""
DECLARED_MS = 2 * HOUR_MS
CALLS = 6
FEEDS = ("tago.positions", "its.speeds", "its.events", "utic.incidents", "permits")


@dataclass(frozen=True, slots=True)
class Repair:
    """A work on one street: begun when it was to begin, ended when it was done."""

    id: str
    office: str
    link_id: str
    closure: Closure
    from_ms: int
    ended_ms: int

    @property
    def until_ms(self) -> int:
        """When it was to end."""
        return self.from_ms + DECLARED_MS


def begin_of(until_ms: int) -> date:
    """The first of the month before: a report of that month is whole."""
    return (day_of(until_ms).replace(day=1) - timedelta(days=1)).replace(day=1)


def repairs_of(day: date, streets: Network, seed: int, until_ms: int) -> list[Repair]:
    """The works of a day that ended before the history does."""
    clock, own = DayClock(midnight_ms(day), 0), seed * 100_000 + day.toordinal()
    dug = [
        (work, work.dig_min)
        for work in works.urgent_repairs(streets, own)
        if work.dig_min and DUG_MIN[0] <= work.dig_min[0] < DUG_MIN[1]
    ]
    found = [
        Repair(
            f"{day:%m%d}-{work.number}",
            work.organisation,
            works.links_of(work, streets)[0].id,
            work.closure,
            clock.minute_ms(first),
            clock.minute_ms(first + LONGER * (last - first)),
        )
        for work, (first, last) in dug[::EVERY_NTH]
    ]
    return [repair for repair in found if repair.ended_ms < until_ms]


def rows_of_repair(repair: Repair, seed: int) -> Iterator[Row]:
    """Its phases, what it closed, and the situation that it was."""
    begin_ms, end_ms, until_ms = repair.from_ms, repair.ended_ms, repair.until_ms
    links = (repair.link_id,)
    steps = [
        (begin_ms - HOUR_MS, Phase.PLANNED, None, "feed"),
        (begin_ms, Phase.ACTIVE, Phase.PLANNED, "crew"),
    ]
    if end_ms > until_ms:
        steps.append((until_ms, Phase.OVERDUE, Phase.ACTIVE, "clock"))
    steps.append((end_ms, Phase.FINISHED, steps[-1][1], "crew"))
    who, closure, span = ("", ""), repair.closure.value, (begin_ms, until_ms)
    for at_ms, phase, before, by in steps:
        told = (phase, before, by, repair.office, *who, "work", closure, *span, links)
        yield Row("work_phases", at_ms, WorkPhase(at_ms, repair.id, *told))
    for at_ms, act, ends_ms in ((begin_ms, "declared", until_ms), (end_ms, "ended", end_ms)):
        row = ClosureActRow(
            *(at_ms, f"work:{repair.id}", act, "permit", repair.link_id, closure),
            *(begin_ms, ends_ms, repair.id),
        )
        yield Row("closures", at_ms, row)
    seen_ms = begin_ms + round((1 + 14 * noise.unit(seed, repair.id)) * MINUTE_MS)
    kind = (RuleName.CLOSURE.value, Severity.NOTICE.value)
    for at_ms, act in ((begin_ms, "begun"), (seen_ms, "acknowledged"), (end_ms, "ended")):
        seen = SituationActRow(at_ms, repair.id, act, *kind, begin_ms, links, 1, ("permits",))
        yield Row("situations", at_ms, seen)


def rows_of_people(day: date, repairs: Sequence[Repair], seed: int) -> Iterator[Row]:
    """Calls about the day's works, and how the feeds were each hour."""
    for number in range(CALLS if repairs else 0):
        repair = repairs[number % len(repairs)]
        chance = noise.unit(seed, str(day), number)
        asked_ms = repair.from_ms + round(chance * (repair.ended_ms - repair.from_ms))
        answered_ms = asked_ms + round((0.5 + 5 * chance) * MINUTE_MS)
        call = (f"{day:%m%d}-{number}", "place" if chance < 0.4 else "closure", repair.link_id)
        yield Row("calls", asked_ms, CallAct(asked_ms, *call, None, "asked", None))
        answered = CallAct(answered_ms, *call, None, "answered", answered_ms)
        yield Row("calls", answered_ms, answered)
    for hour in range(24):
        at_ms = midnight_ms(day) + hour * HOUR_MS
        for feed in FEEDS:
            is_there = noise.unit(seed, feed, at_ms) > 0.03
            state = FeedStatus.LIVE if is_there else FeedStatus.STALE
            yield Row("feeds", at_ms, FeedAct(at_ms, feed, state, None))


class Weeks:
    """Lays day after day onto a shelf."""

    def __init__(self, shelf: Shelf, seed: int, until_ms: int) -> None:
        self._shelf, self._seed, self._until_ms = shelf, seed, until_ms
        self._streets, city = build_streets(), build_city()
        self._driven = [
            (place, link)
            for place, link in enumerate(self._streets.links)
            if link.id in city.sections_of
        ]
        by_class = thresholds_by_class(Settings.from_env({}))
        self._thresholds = [by_class[link.road_class] for link in self._streets.links]
        self._ids = [link.id for link in self._streets.links]

    def lay(self, day: date) -> None:
        """One day, up to where the history ends."""
        repairs = repairs_of(day, self._streets, self._seed, self._until_ms)
        obstacles = [
            Obstacle(self._streets.index[x.link_id], x.closure, x.from_ms, x.ended_ms)
            for x in repairs
        ]
        clock = DayClock(midnight_ms(day), 0)
        traffic = Traffic(self._streets, self._seed, clock, obstacles)
        for hour in range(24):
            at_ms = clock.opens_ms + hour * HOUR_MS
            if at_ms < self._until_ms:
                self._look(at_ms, traffic.speeds_kmh(at_ms), repairs)
                self._add(self._passages(at_ms, traffic) if hour in DRIVEN_H else ())
        self._add(row for repair in repairs for row in rows_of_repair(repair, self._seed))
        self._add(rows_of_people(day, repairs, self._seed))
        self._shelf.commit({})

    def _add(self, rows: Iterable[Row]) -> None:
        for row in rows:
            if row.at_ms < self._until_ms:
                self._shelf.add(row, MARK)

    def _look(self, at_ms: int, speeds_kmh: Sequence[float], repairs: Sequence[Repair]) -> None:
        """How every street is shown at a minute."""
        shut = {x.link_id: x.closure for x in repairs if x.from_ms <= at_ms < x.ended_ms}
        codes = [
            (round(kmh * 10) + 1) << 16
            | LEVELS.index(Level(level(kmh, bounds))) << 8
            | CLOSURES.index(shut.get(link_id, Closure.NONE)) << 1
            | 1
            for kmh, bounds, link_id in zip(speeds_kmh, self._thresholds, self._ids, strict=True)
        ]
        looked = views_of(np.array(codes, np.int64))
        rows = LinkRows(at_ms, self._ids, looked, np.ones(len(codes), np.int32))
        self._shelf.add_links(rows, MARK)

    def _passages(self, from_ms: int, traffic: Traffic) -> Iterator[Row]:
        """One bus an hour on each street that a line drives."""
        speeds_kmh = traffic.speeds_kmh(from_ms)
        for place, link in self._driven:
            at_ms = from_ms + round(noise.unit(self._seed, place, from_ms) * (HOUR_MS - 1))
            travel_ms = round(link.length_m / speeds_kmh[place] * 3600)
            row = PassageRow(at_ms, link.id, "simulated", travel_ms, link.length_m, 0)
            yield Row("passages", at_ms, row)


def lay_weeks(folder: Path, seed: int, until_ms: int) -> int:
    """Write the history up to the full hour before; how many days it has."""
    until_ms -= until_ms % HOUR_MS
    with only_one(folder):
        weeks, day = Weeks(Shelf(folder), seed, until_ms), begin_of(until_ms)
        days = (day_of(until_ms - 1) - day).days + 1
        for number in range(days):
            weeks.lay(day + timedelta(days=number))
        put_clock(folder, until_ms)
    return days


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local.past_weeks", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--until", type=int, required=True, metavar="MS")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    begun_s = time.monotonic()
    days = lay_weeks(args.folder, args.seed, args.until)
    print(f"{days} simulated days in {time.monotonic() - begun_s:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
