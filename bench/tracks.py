"""How well a bus is hidden in what is published of it: a re-identification test.

    python -m bench.tracks [--minutes 60] [--seed 1]

Two days of the simulated city, the same buses on the same lines, read as the producers read them
and named as the API names them. Said is, within a day, among how many buses one is hidden that was
seen at a stop, and whether one that was seen a few times is alone with it; and from day to day,
whether names come again, and how often a bus is found again by where it drives alone. Nothing
leaves this process. docs/pseudonyms.md says what it means.
"""

import argparse
import random
import statistics
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from maps.picture.shapes import bus_name
from producers.publishing.poll import Poll
from producers.reading.privacy import pseudonym
from producers.simulator import past
from producers.simulator.city import build_city
from producers.simulator.day import Day
from producers.simulator.portal import SimulatedPortal
from streams.contract.records import BusPosition
from streams.contract.settings import Settings
from streams.contract.times import DAY_MS, MINUTE_MS

FEED = "tago.positions"
UNTIL_MS = 1_795_305_600_000 + 10 * 3_600_000  # 2026-11-22 19:00 in Korea; any day will do
POLL_S = 60
KEY = "the buses of a simulated city are nobody's"
SEEN = (1, 2, 4)  # times that somebody saw a bus who wants to find it


class Sighting(NamedTuple):
    """What somebody who stood there knows of a bus."""

    minute: int
    route: str
    stop: str


Track = frozenset[Sighting]


@dataclass(frozen=True, slots=True)
class PublishedDay:
    """The tracks of a day by published name, and which bus of the city each name was."""

    tracks: Mapping[str, Track]
    bus_of: Mapping[str, int]


def tracks_of(rows: Iterable[BusPosition]) -> dict[str, Track]:
    """What is published of each name, as sightings."""
    found: defaultdict[str, set[Sighting]] = defaultdict(set)
    for row in rows:
        sighting = Sighting(row.observed_ms // MINUTE_MS, row.route_no, row.stop_id)
        found[bus_name(row.vehicle)].add(sighting)
    return {name: frozenset(track) for name, track in found.items()}


def hidden_among(tracks: Mapping[str, Track]) -> dict[str, list[int]]:
    """K of each sighting: among how many names one is that was seen. By `route`: on that line in
    that minute; by `stop`: there as well at that stop.
    """
    stops = Counter(sighting for track in tracks.values() for sighting in track)
    on_line = (
        {(sighting.minute, sighting.route) for sighting in track} for track in tracks.values()
    )
    routes = Counter(place for places in on_line for place in places)
    return {"route": sorted(routes.values()), "stop": sorted(stops.values())}


def alone_after(tracks: Mapping[str, Track], times: int, rng: random.Random) -> float:
    """The share of tracks that no other fits once they were seen so many times, at random."""
    long_enough = [track for track in tracks.values() if len(track) >= times]
    alone = 0
    for track in long_enough:
        seen = frozenset(rng.sample(sorted(track), times))
        alone += sum(seen <= other for other in tracks.values()) == 1
    return alone / len(long_enough) if long_enough else 0.0


def found_again(first: PublishedDay, second: PublishedDay) -> tuple[float, float]:
    """The share of the second day's buses that are found in the first by where they drive alone,
    and the share that a guess among the buses of the same line finds.

    A track is taken for the one of the day before that shares most sightings, the day aside.
    """
    before = {name: _of_day(track) for name, track in first.tracks.items()}
    right, by_guess, known = 0, 0.0, 0
    for name, track in second.tracks.items():
        if name not in second.bus_of:
            continue
        known += 1
        now = _of_day(track)
        routes = Counter(sighting.route for sighting in now)
        route = routes.most_common(1)[0][0]
        on_it = [each for each, its in before.items() if any(x.route == route for x in its)]
        if not on_it:
            continue
        by_guess += 1 / len(on_it)
        taken = max(on_it, key=lambda each: len(now & before[each]))
        right += first.bus_of.get(taken) == second.bus_of[name]
    return (right / known, by_guess / known) if known else (0.0, 0.0)


def _of_day(track: Track) -> Track:
    """The sightings by quarter of an hour of their day: a bus is not on time to the minute."""
    return frozenset(each._replace(minute=each.minute % (24 * 60) // 15) for each in track)


def published(seed: int, until_ms: int, minutes: int) -> PublishedDay:
    """A day of the simulated city as the API names its buses."""
    settings = Settings(pseudonym_key=KEY)
    opens_ms = until_ms - minutes * MINUTE_MS
    day = Day(build_city(), seed, opens_ms=opens_ms, starts_ms=opens_ms)
    rows = list(_rows(SimulatedPortal(day), settings, until_ms, minutes))
    names = [bus_name(pseudonym(bus.vehicle, settings, until_ms)) for bus in day.buses]
    return PublishedDay(tracks_of(rows), {name: place for place, name in enumerate(names)})


def _rows(
    portal: SimulatedPortal, settings: Settings, until_ms: int, minutes: int
) -> Iterator[BusPosition]:
    asked = past.exchanges(portal, until_ms=until_ms, minutes=minutes, poll_s=POLL_S)
    for exchange in asked:
        if exchange.feed == FEED:
            answer, _ = Poll(FEED, settings).interpret(exchange)
            yield from (row for row in answer.rows if isinstance(row, BusPosition))


def report(first: PublishedDay, second: PublishedDay, seed: int) -> list[str]:
    """The figures, a line each."""
    lines = [f"{len(first.tracks)} and {len(second.tracks)} names on two days"]
    for by, found in hidden_among(first.tracks).items():
        lines.append(f"seen once, known its {by}: {_spread(found)}")
    for times in SEEN:
        share = alone_after(first.tracks, times, random.Random(seed))
        lines.append(f"seen {times} times at a stop: {share:.0%} of the tracks fit no other name")
    common = first.tracks.keys() & second.tracks.keys()
    lines.append(f"names of one day that come again on the other: {len(common)}")
    right, by_guess = found_again(first, second)
    lines.append(
        f"found again on the other day by where it drove: {right:.0%} (a guess: {by_guess:.0%})"
    )
    return lines


def _spread(found: Sequence[int]) -> str:
    alone = sum(k == 1 for k in found) / len(found)
    few = sum(k < 5 for k in found) / len(found)
    middle = statistics.median_low(found)
    return (
        f"k is {found[0]} to {found[-1]}, half {middle} or less; alone {alone:.0%}, k<5 {few:.0%}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; 0."""
    parser = argparse.ArgumentParser(prog="python -m bench.tracks", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--minutes", type=int, default=60, help="of each day (60)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    first = published(options.seed, UNTIL_MS, options.minutes)
    second = published(options.seed + 1, UNTIL_MS + DAY_MS, options.minutes)
    print("\n".join(report(first, second, options.seed)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
