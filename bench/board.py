"""How long the board of situations takes after one change, with many alerts that stand.

    python -m bench.board [--facts 3000 10000]

Closures of permits with their clashes and slowdowns, jams and crashes, over a grid of 20,000 links;
as many have ended of late. Then one alert after another ends. Times are the processor's.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from statistics import median
from typing import Any

from bench.results import Figure
from maps.picture.board import Board
from maps.picture.picture import Picture, PictureChanges
from streams.contract.enums import AlertEvent, RuleName, Severity
from streams.contract.times import MINUTE_MS
from streams.domain.alerts import Alert, Episode, episode_id
from streams.geo.links import Link
from streams.geo.network import Network
from tests.cities.builder import town

NOW_MS = 1_795_392_000_000
LONGEST_MS = 50
NEAR = 30  # permits that clash, on so many links:
AROUND = 60
GOAL_AT = 3_000
CHANGES = 11
SIDE = 71  # 20,000 links


def alerts_of(network: Network, count: int, chance: Random, year: str) -> dict[str, Episode]:
    """So many alerts of permits of a year, by their names "rule subject"; what clashes is near."""
    found: dict[str, Episode] = {}
    while len(found) < count:
        first = Random(len(found) // NEAR).randrange(len(network.links) - AROUND)
        link = network.links[first + chance.randrange(AROUND)]
        at_ms = NOW_MS - chance.randrange(12 * 60) * MINUTE_MS
        for name, facts in _told(link, len(found), chance, year):
            rule, _, subject = name.partition(" ")
            own = episode_id(RuleName(rule), subject, at_ms)
            said = {"title": subject, "links": [link.id], **facts}
            found[name] = Episode(at_ms, Severity.WARNING, said, told=1, id=own)
    return dict(list(found.items())[:count])


def _told(
    link: Link, number: int, chance: Random, year: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    kind = chance.randrange(3)
    if kind == 0:
        near = number - number % NEAR + chance.randrange(NEAR)
        permit, other = f"{year}-{number}", f"{year}-{near}"
        yield f"closure work:{permit}", {}
        yield f"clash clash:{permit}-{other}", {"works": [permit, other]}
        yield f"slowdown link:{link.id}", {"works": [permit]}
    elif kind == 1:
        yield f"jam link:{link.id}", {}
    else:
        lon, lat = link.geometry[0]
        yield f"closure incident:its-{year}{number}", {"lon": lon, "lat": lat}


def ends_of(alerts: dict[str, Episode]) -> Iterator[Alert]:
    for name, episode in alerts.items():
        rule, _, subject = name.partition(" ")
        began_ms = episode.since_ms - 60 * MINUTE_MS
        own = episode_id(RuleName(rule), subject, began_ms)
        yield Alert(
            f"{own}.2",
            own,
            RuleName(rule),
            subject,
            AlertEvent.END,
            episode.severity,
            began_ms,
            episode.since_ms - 20 * MINUTE_MS,
            episode.facts,
        )


def figures(count: int) -> list[Figure]:
    """A board of `count` alerts made whole, and the time of the loop that one change takes."""
    chance, side = Random(count), SIDE
    network = town(side, side)
    alerts = alerts_of(network, count, chance, "26")
    board = Board(network)
    board.take(ends_of(alerts_of(network, count, chance, "25")))
    picture = Picture(alerts=alerts, clocks={"0": NOW_MS})
    began_s = time.thread_time()
    picture = replace(picture, situations=board.of(picture))
    whole_ms = (time.thread_time() - began_s) * 1000
    took_ms = []
    for step in range(CHANGES):
        name = chance.choice(list(picture.alerts))
        left = {each: row for each, row in picture.alerts.items() if each != name}
        after = replace(picture, alerts=left)
        news = PictureChanges(alerts={name: None})
        if step == CHANGES - 1:  # a minute passes
            after, news = replace(picture, clocks={"0": NOW_MS + MINUTE_MS}), PictureChanges()
        began_s = time.thread_time()
        picture, _ = board.advance(picture, after, news)
        took_ms.append((time.thread_time() - began_s) * 1000)
    goal = LONGEST_MS if count <= GOAL_AT else None
    what = f"{count:,} alerts"
    return [
        Figure(f"{what}: situations", len(picture.situations)),
        Figure(f"{what}: the board made whole", whole_ms, "ms"),
        Figure(f"{what}: one alert ends, median", median(took_ms[:-1]), "ms", goal),
        Figure(f"{what}: one alert ends, longest", max(took_ms[:-1]), "ms"),
        Figure(f"{what}: a minute passes", took_ms[-1], "ms", goal),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.board", description=__doc__)
    parser.add_argument("--facts", type=int, nargs="+", default=[3_000, 10_000])
    for count in parser.parse_args().facts:
        for figure in figures(count):
            print(figure.line())
    return 0


if __name__ == "__main__":
    sys.exit(main())
