"""Fills Redis as the worker would, then writes a delta a second: a city that never stands still.

python -m bench.web.seed --redis redis://127.0.0.1:6379/0 --out /tmp/city --links 5000 --seconds 60
"""

import argparse
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import redis

from producers.network.importing import write_network
from streams.contract.times import now_ms
from tests.cities.grid import grid
from tests.cities.seed import emit
from tests.cities.traffic import Traffic, fill

FILLED = "filled"  # a file of this name: Redis has the whole city


def drive(client: redis.Redis, traffic: Traffic, seconds: float, share: float) -> Iterable[int]:
    """One delta a second for `seconds`; yields the time of each."""
    until = time.monotonic() + seconds
    due = time.monotonic()
    while due < until:
        now = now_ms()
        delta = traffic.step(share, now)
        delta["at"] = now_ms()
        emit(client, delta)
        yield now
        due += 1
        time.sleep(max(0.0, due - time.monotonic()))


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.web.seed", description=__doc__)
    parser.add_argument("--redis", required=True, help="URL of a Redis that may be emptied")
    parser.add_argument("--out", required=True, type=Path, help="folder for network.json")
    parser.add_argument("--links", type=int, default=5000)
    parser.add_argument("--buses", type=int, default=300)
    parser.add_argument("--works", type=int, default=200)
    parser.add_argument("--share", type=float, default=0.2, help="share of links changed a second")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args(argv)
    network = grid(wanted.links)
    write_network(network, wanted.out)
    traffic = Traffic(network, seed=wanted.seed, buses=wanted.buses, works=wanted.works)
    client = redis.Redis.from_url(wanted.redis)
    fill(client, traffic)
    (wanted.out / FILLED).touch()
    print(f"network {network.version}: {len(network.links)} links, seed {wanted.seed}", flush=True)
    for _ in drive(client, traffic, wanted.seconds, wanted.share):
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
