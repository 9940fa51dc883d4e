"""Redis and the map server as child processes on free ports; a Chromium that reaches only them."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from playwright.sync_api import Browser, Playwright

from local.services import free_port
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
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)
START_S = 20.0


@contextmanager
def running_redis(folder: Path) -> Iterator[redis.Redis]:
    """A Redis that keeps nothing; a client of it. Raises TimeoutError when it does not start."""
    port = free_port()
    command = ["redis-server", "--port", str(port), "--save", "", "--appendonly", "no"]
    with (folder / "redis.log").open("wb") as log:
        child = subprocess.Popen([*command, "--dir", str(folder)], stdout=log, stderr=log)
    client = redis.Redis(port=port)
    try:
        _wait("redis-server", lambda: bool(client.ping()))
        yield client
    finally:
        client.close()
        _end(child)


class MapServer:
    """`python -m maps serve` on a port that stays the same when it is started again."""

    def __init__(self, client: redis.Redis, network: Path, log: Path, **settings: str) -> None:
        self.address = f"127.0.0.1:{free_port()}"
        self.url = f"http://{self.address}"
        self._log = log
        port = client.connection_pool.connection_kwargs["port"]
        self._environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("BOMNAE_")},
            "BOMNAE_REDIS": f"redis://127.0.0.1:{port}/0",
            "BOMNAE_NETWORK": str(network),
            "BOMNAE_HTTP": self.address,
            "BOMNAE_SIMULATED": "1",
            "BOMNAE_CITY": "가온시",
            **{f"BOMNAE_{name.upper()}": value for name, value in settings.items()},
        }
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it and waits until it answers."""
        with self._log.open("ab") as log:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "maps", "serve"],
                env=self._environ,
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )
        _wait("maps serve", self._answers)

    def stop(self) -> None:
        if self._child is not None:
            _end(self._child)
        self._child = None

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


@contextmanager
def running_map(
    client: redis.Redis, network: Path, folder: Path, **settings: str
) -> Iterator[MapServer]:
    """The map server with these settings besides, stopped at the end whatever happens."""
    server = MapServer(client, network, folder / "maps.log", **settings)
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


def _wait(what: str, is_up: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        try:
            if is_up():
                return
        except redis.ConnectionError:
            pass
        time.sleep(0.05)
    raise TimeoutError(f"{what} did not answer within {START_S:.0f} s")


def _end(child: subprocess.Popen[bytes]) -> None:
    """Asks it to stop, and makes it after 5 s."""
    child.terminate()
    try:
        child.wait(5)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
