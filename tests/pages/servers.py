"""Redis and the map server as child processes on free ports; a Chromium that reaches only them."""

import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis
from playwright.sync_api import Browser, Playwright

from local.services import Process, free_port
from local.waiting import wait_until
from streams.state.keys import DELTAS, key
from tests import redis_server
from tests.places import ROOT

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Nothing but this machine can be reached: proof that the page needs nothing else.
    "--host-resolver-rules=MAP localhost 127.0.0.1, MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)
START_S = 300.0  # a network of 100,000 links takes a while to read on a busy machine
SEEN_WITHIN_S = 30.0
NOWHERE = "bbox=0,0,0.001,0.001&zoom=24"  # a snapshot of everything but the links


@contextmanager
def running_redis(folder: Path) -> Iterator[redis.Redis]:
    """The client of a Redis that keeps nothing."""
    with redis_server.running(folder) as server, server.client as client:
        yield client


class MapServer:
    """`python -m maps serve` on a port that stays the same when it is started again."""

    def __init__(self, client: redis.Redis, network: Path, folder: Path, **settings: str) -> None:
        self.client = client
        self.address = f"127.0.0.1:{free_port()}"
        self.url = f"http://{self.address}"
        port = client.connection_pool.connection_kwargs["port"]
        environ = {
            "PYTHONPATH": str(ROOT),
            "BOMNAE_REDIS": f"redis://127.0.0.1:{port}/0",
            "BOMNAE_NETWORK": str(network),
            "BOMNAE_HTTP": self.address,
            "BOMNAE_LOGIN": "open",
            "BOMNAE_SIMULATED": "1",
            "BOMNAE_CITY": "가온시",
            **{f"BOMNAE_{name.upper()}": value for name, value in settings.items()},
        }
        self.is_open = environ["BOMNAE_LOGIN"] == "open"
        self._process = Process("maps", [sys.executable, "-m", "maps", "serve"], folder, environ)

    def start(self) -> None:
        """Starts it and waits until it answers."""
        self._process.start()
        wait_until(self._answers, "maps serve", within_s=START_S)
        _RUNNING[self.url] = self

    def stop(self) -> None:
        _RUNNING.pop(self.url, None)
        self._process.stop()

    @property
    def pid(self) -> int:
        return self._process.pid

    def catch_up(self) -> None:
        """Waits until it has taken in what its store holds by now: a page that opens shows it."""
        wanted = place_of(newest_delta(self.client))
        wait_until(
            lambda: place_of(self.shown_id()),
            f"a picture at {wanted}",
            lambda seen: seen >= wanted,
            within_s=SEEN_WITHIN_S,
        )

    def shown_id(self) -> str:
        """The delta its picture stands at."""
        address = f"{self.url}/api/v1/snapshot?{NOWHERE}"
        with urllib.request.urlopen(address, timeout=SEEN_WITHIN_S) as answer:  # noqa: S310
            return str(json.load(answer)["id"])

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


_RUNNING: dict[str, MapServer] = {}


def catch_up(url: str) -> None:
    """Waits until the open map server of an address shows what its city has said; any other address
    is left as it is.
    """
    server = _RUNNING.get(url)
    if server is not None and server.is_open:
        server.catch_up()


def newest_delta(client: redis.Redis) -> str:
    """The id of what a city said last; a test's city says all in one stream."""
    found: Any = client.xrevrange(key(DELTAS, 0), count=1)
    return found[0][0].decode() if found else "0-0"


def place_of(delta_id: str) -> tuple[int, ...]:
    """A delta's id as a place in the stream."""
    return tuple(int(part) for part in delta_id.split("-"))


@contextmanager
def running_map(
    client: redis.Redis, network: Path, folder: Path, **settings: str
) -> Iterator[MapServer]:
    """The map server with these settings besides, stopped at the end whatever happens."""
    server = MapServer(client, network, folder, **settings)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@contextmanager
def running_chromium(playwright: Playwright) -> Iterator[Browser]:
    """The installed Chromium; a missing one is an error."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGS))
    try:
        yield browser
    finally:
        browser.close()
