"""A made-up city that lives in a Redis of its own, for as long as the body lasts."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from bench.web.seed import FILLED
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
                _wait_for_file(folder / FILLED)
                yield client
            finally:
                city.terminate()


def _wait_for_file(path: Path) -> None:
    deadline = time.monotonic() + servers.START_S
    while not path.exists():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{path.name} was not written within {servers.START_S:.0f} s")
        time.sleep(0.05)
