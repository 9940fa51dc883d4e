"""Place search: how often the first result is right, and how long a look-up takes.

    python -m bench.desk_search [--misses] [--works 2500] [--seconds 20]

Asks every case of `tests/unit/maps/search/search_cases.csv` of the simulated city and, where the
city's open files are beside the checkout, of Chuncheon's own network. A third of the
cases is held out: nobody tunes on it, and its figure stands apart. Then 20 look-ups a second among
2,500 works, of which one changes before every look-up.
"""

import argparse
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from statistics import quantiles
from typing import Any

from maps.search.entry import SearchHit
from maps.search.finder import Finder
from streams.domain.works.rows import Work
from streams.geo.network import Network
from tests.cities.networks import DATA, gazetteer_of, network_of
from tests.unit.maps.search.cases import (
    Case,
    cases,
    finder_of,
    misled,
    share_right,
    work_of,
)

GOAL_TOP_1, GOAL_P95_MS = 0.95, 40.0
A_SECOND = 20
Json = dict[str, Any]


def many_works(network: Network, count: int) -> dict[str, Work]:
    """Works with numbers, titles and places of their own, each on one link."""
    picked = random.Random(7)
    found = {}
    for number in range(count):
        link = picked.choice(network.links)
        start, pipe = link.name.split(" ")[0], picked.choice(("하수관", "상수관", "가스관"))
        title, place = (
            f"{start} {pipe} 공사 {number}",
            f"{start} {picked.randrange(900)}-{number % 30}",
        )
        name = f"2026-굴착-{number:04d}"
        found[name] = work_of(name, title, place, link.id)
    return found


def look_up_ms(finder: Finder, asked: Sequence[Case], count: int, seconds: float) -> list[float]:
    """The times of look-ups, 20 a second among `count` works of which one changes before each."""
    now = many_works(finder.network, count)
    finder.follow(now)
    picked, took = random.Random(11), []
    begun = time.perf_counter()
    for turn in range(int(seconds * A_SECOND)):
        time.sleep(max(0.0, begun + turn / A_SECOND - time.perf_counter()))
        name = picked.choice(list(now))
        now = {**now, name: replace(now[name], title=f"{now[name].title} {turn}")}
        query = picked.choice(asked).query
        start = time.perf_counter()
        finder.follow(now)
        finder.search(query)
        took.append(1000 * (time.perf_counter() - start))
    return took


def report(city: str, options: argparse.Namespace) -> bool:
    """Print a city's figures; whether its goals are met."""
    network, gazetteer = network_of(city), gazetteer_of(city)
    start = time.perf_counter()
    Finder(network, gazetteer)
    built_s = time.perf_counter() - start
    finder, asked = finder_of(city), [case for case in cases() if case.city == city]
    tuned = [case for case in asked if not case.is_held_out]
    held = [case for case in asked if case.is_held_out]
    shares = share_right(finder, asked), share_right(finder, tuned), share_right(finder, held)
    wrong = misled(finder, asked)
    for case in tuned if options.misses else ():
        _print_miss(case, finder.search(case.query))
    took = look_up_ms(finder, asked, options.works, options.seconds)
    p50, p95 = quantiles(took, n=20)[9], quantiles(took, n=20)[18]
    print(f"{city}: {len(network.links)} links, {len(network.stops)} stops, built {built_s:.2f} s")
    print(
        f"  top-1 {shares[0]:.1%} of {len(asked)} cases; tuned on {shares[1]:.1%} of {len(tuned)}, "
        f"held out {shares[2]:.1%} of {len(held)}; wrong and certain: {len(wrong)}"
    )
    print(
        f"  look-up among {options.works} works: median {p50:.1f} ms, p95 {p95:.1f} ms, "
        f"worst {max(took):.1f} ms of {len(took)}"
    )
    return shares[0] >= GOAL_TOP_1 and not wrong and p95 <= GOAL_P95_MS


def _print_miss(case: Case, results: Sequence[SearchHit]) -> None:
    if case.is_right(results):
        return
    first = [(row.kind, row.title, row.score, row.is_certain) for row in results[:3]]
    print(f"  {case.kind}: {case.query!r} wants {'|'.join(case.expected)}, got {first}")


def main(arguments: list[str]) -> int:
    """Run the command; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.desk_search", description=__doc__)
    parser.add_argument("--misses", action="store_true", help="print the misses tuned on")
    parser.add_argument("--works", type=int, default=2500, help="open works (2500)")
    parser.add_argument("--seconds", type=float, default=20.0, help="of look-ups (20)")
    options = parser.parse_args(arguments)
    cities = ("sim", "real") if DATA.is_dir() else ("sim",)
    return 1 - min([report(city, options) for city in cities])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
