"""A made-up city that lives in a Redis of its own, for as long as the body lasts."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from bench.web.seed import FILLED
from local.waiting import wait_until
from tests.pages import servers
from tests.places import ROOT


@contextmanager
def running_city(
    folder: Path, *, links: int, works: int, seconds: float, share: float = 0.2
) -> Iterator[redis.Redis]:
    """The client of its Redis; `network.json` is in the folder, a share of the links changes a
    second.
    """
    with servers.running_redis(folder) as client:
        port = client.connection_pool.connection_kwargs["port"]
        seed = [sys.executable, "-m", "bench.web.seed", "--links", str(links)]
        seed += ["--works", str(works), "--share", str(share), "--out", str(folder)]
        seed += ["--redis", f"redis://127.0.0.1:{port}/0", "--seconds", str(seconds)]
        with subprocess.Popen(seed, cwd=ROOT, stdout=subprocess.DEVNULL) as city:
            try:
                wait_until((folder / FILLED).exists, "a filled city", within_s=servers.START_S)
                yield client
            finally:
                city.terminate()
