"""A whole running city: broker, Redis, simulated portals, producers, worker and map."""

import sys
import time
from collections.abc import Collection
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from local.services import (
    Process,
    answers,
    delete_topics,
    free_port,
    start_apache_kafka,
    start_broker,
    start_redis,
)

ROOT = Path(__file__).parents[1]
JARS = ROOT / ".cache" / "kafka"
KEY = "any-key-will-do"  # the simulated portals take any
PSEUDONYM_KEY = "the plates of a simulated city are nobody's"
POLLS = {  # a demo's periods, s: a real city polls slower, for its keys have quotas
    "BOMNAE_TAGO_POLL_S": "5",
    "BOMNAE_ITS_POLL_S": "10",
    "BOMNAE_UTIC_POLL_S": "15",
    "BOMNAE_PERMITS_POLL_S": "15",
    "BOMNAE_FEED_CHANGE_S": "8",
    "BOMNAE_ITS_QUOTA": "1000000",
}


OWN = {"PYTHONPATH": str(ROOT), "BOMNAE_SESSION_S": "3", "BOMNAE_LOGIN": "open"}
"""What a city on one machine sets: nobody is asked who they are, and every screen says so."""


class Stack:
    """Processes by name, started one by one and stopped in reverse order whatever happens."""

    def __init__(
        self, folder: Path, *, kafka: str = "embedded", env: dict[str, str] | None = None
    ) -> None:
        """`kafka`: "embedded", "apache", or the address of a broker whose topics may go."""
        self.folder = folder
        self.processes: dict[str, Process] = {}
        self.env = {**OWN, **(env or {})}
        self._kafka = kafka
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self._start_stores()
        except BaseException:
            self._open.close()
            raise
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._open.close()

    def _start_stores(self) -> None:
        if self._kafka == "apache":
            broker, self.env["BOMNAE_KAFKA"] = start_apache_kafka(self.folder, JARS)
            self._keep(broker)
        elif self._kafka == "embedded":
            broker, self.env["BOMNAE_KAFKA"] = start_broker(self.folder)
            self._keep(broker)
        else:
            self.env["BOMNAE_KAFKA"] = self._kafka
            delete_topics(self._kafka)
        redis, self.env["BOMNAE_REDIS"] = start_redis(self.folder)
        self._keep(redis)

    def _keep(self, process: Process) -> Process:
        self.processes[process.name] = process
        self._open.callback(process.stop)
        return process

    def python(self, name: str, *arguments: str, env: dict[str, str] | None = None) -> Process:
        """Start `python -m ...` under a name."""
        command = [sys.executable, "-m", *arguments]
        process = Process(name, command, self.folder, {**self.env, **(env or {})})
        return self._keep(process.start())

    def aside(self, name: str, *arguments: str) -> Process:
        """Start `python -m ...` that ends by itself, after all others; it is not among them."""
        command = ["nice", sys.executable, "-m", *arguments]
        process = Process(name, command, self.folder, self.env)
        self._open.callback(process.stop)
        return process.start()

    def run(
        self,
        name: str,
        *arguments: str,
        env: dict[str, str] | None = None,
        within_s: float = 120,
        fine: Collection[int] = (0,),
    ) -> str:
        """The output of `python -m ...`, run to its end; RuntimeError for an exit not in `fine`."""
        process = Process(
            name, [sys.executable, "-m", *arguments], self.folder, {**self.env, **(env or {})}
        )
        with process:
            process.wait_ended(within_s)
        output = process.output
        if process.exit_code not in fine:
            raise RuntimeError(f"{name} ended with {process.exit_code}:\n{output[-3000:]}")
        return output

    def start_city(
        self, *, seed: int = 1, at: str = "08:10", past_minutes: int = 20, refresh_s: int = 4
    ) -> str:
        """Start the simulated portals, point the settings at them; returns their base URL."""
        port = free_port()
        base = f"http://127.0.0.1:{port}"
        self.env |= {
            **POLLS,
            "BOMNAE_SIMULATED": "1",
            "BOMNAE_NETWORK": str(self.folder / "city"),
            "BOMNAE_BASEMAP": str(self.folder / "city" / "basemap.pmtiles"),
            "BOMNAE_TAGO_URL": f"{base}/1613000",
            "BOMNAE_TAGO_KEY": KEY,
            "BOMNAE_ITS_URL": f"{base}/its",
            "BOMNAE_ITS_KEY": KEY,
            "BOMNAE_UTIC_URL": f"{base}/utic/guide/imsOpenData.do",
            "BOMNAE_UTIC_KEY": KEY,
            "BOMNAE_PERMITS": f"{base}/3830000/roadExcavation/getConstructionList",
            "BOMNAE_PERMITS_KEY": KEY,
            "BOMNAE_PERMITS_EPSG": "5186",
            "BOMNAE_CORRIDORS": str(ROOT / "producers" / "simulator" / "corridors.toml"),
            "BOMNAE_PSEUDONYM_KEY": PSEUDONYM_KEY,
        }
        options = ["--port", str(port), "--seed", str(seed), "--at", at]
        options += ["--out", str(self.folder / "city"), "--past-minutes", str(past_minutes)]
        options += ["--refresh-s", str(refresh_s)]
        if past_minutes:
            options += ["--past", str(self.past)]
        city = self.python("city", "producers", "simulate", *options)
        city.wait_until(lambda: answers(port), "the simulated city")
        return base

    @property
    def past(self) -> Path:
        """The recording of the minutes before the city's start."""
        return self.folder / "past.jsonl.gz"

    def start_worker(self, name: str = "worker") -> Process:
        return self.python(name, "streams", "worker")

    def start_feeds(self) -> Process:
        """Start the clock and the polls, each a process of its own; returns the polls'."""
        self.python("clock", "producers", "clock")
        return self.python("producers", "producers", "run", "--no-clock")

    def start_map(self, port: int = 0, **env: str) -> str:
        """Start a map server, with settings of its own; returns its base URL once it answers."""
        port = port or free_port()
        own = {"BOMNAE_HTTP": f"127.0.0.1:{port}", **env}
        server = self.python("maps", "maps", "serve", env=own)
        server.wait_until(lambda: answers(port), "the map server")
        return f"http://127.0.0.1:{port}"


def seconds_since(start: float) -> str:
    return f"{time.monotonic() - start:5.1f} s"
