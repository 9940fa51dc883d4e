"""`python -m local demo`: the simulated Chuncheon, live, on this machine."""

import argparse
import json
import re
import signal
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from local.services import free_port, wait_until
from local.stack import Stack, seconds_since

_HELP = "everything of a city on this machine: broker, Redis, simulated portals, producers, map"


def main() -> int:
    """Run the demo until Ctrl-C; 0 well, 1 something did not start or ended."""
    parser = argparse.ArgumentParser(prog="python -m local", description=_HELP)
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="start the simulated city and its live map")
    demo.add_argument("--port", type=int, default=8700, help="port of the map (8700)")
    demo.add_argument("--seed", type=int, default=1, help="same seed, same day (1)")
    demo.add_argument("--at", default="08:10", help="time of day the traffic begins at (08:10)")
    demo.add_argument("--kafka", choices=("embedded", "apache"), default="embedded")
    demo.add_argument("--measure", action="store_true", help="stop at the first moving picture")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, _end)
    with tempfile.TemporaryDirectory(prefix="bomnae-") as folder:
        try:
            run_demo(Path(folder), options)
        except KeyboardInterrupt:
            print("\nstopping")
        except (OSError, RuntimeError) as error:
            print(f"demo: {error}", file=sys.stderr)
            return 1
    return 0


def _end(*_: object) -> None:
    """Stop everything; told a second time, go on stopping."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(0)


def run_demo(folder: Path, options: argparse.Namespace) -> None:
    """Start everything, say where the map is and when it first moves, and keep it running."""
    start = time.monotonic()

    def tell(text: str) -> None:
        print(f"[{seconds_since(start)}] {text}", flush=True)

    tell("broker and Redis ...")
    with Stack(folder, kafka=options.kafka) as stack:
        tell("simulated city (portals of TAGO, ITS, UTIC and permits; 20 minutes of past) ...")
        city = stack.start_city(seed=options.seed, at=options.at)
        stack.env |= _crews(folder, options.port)
        stack.run("topics", "producers", "topics")
        stack.start_worker()
        url = stack.start_map(options.port)
        tell(f"map on {url}/  (simulated data); portals on {city}")
        stack.run("past", "producers", "replay", str(stack.past), "--speed", "max", env=_COARSE)
        stack.python("producers", "producers", "run")
        wait_until(lambda: is_moving(url), "a moving picture", within_s=120)
        tell("the picture moves. Ctrl-C stops everything.")
        if options.measure:
            return
        tell(f"break a feed: curl -X POST '{city}/misbehave?feed=its.speeds&mode=silence'")
        _send_alerts(stack, tell)
        while True:
            _watch(stack)
            time.sleep(1)


def _crews(folder: Path, port: int) -> dict[str, str]:
    """The settings that let alerts and crews' answers work on this machine alone."""
    return {
        "BOMNAE_SECRET": token_urlsafe(32),
        "BOMNAE_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "BOMNAE_PHOTOS": str(folder / "photos"),
        "BOMNAE_WEBHOOK_NETWORKS": "127.0.0.0/8",
    }


def _send_alerts(stack: Stack, tell: Callable[[str], None]) -> None:
    """Subscribe a receiver to every alert, and show the first that reaches it."""
    door = f"127.0.0.1:{free_port()}"
    options = ["--url", f"http://{door}/", "--title", "모의 현장반"]
    added = stack.run("subscriptions", "streams", "subscriptions", "add", *options)
    endpoint = re.findall(r"\bep_\w+", added)[0]
    sink = stack.python("sink", "streams", "sink", "--listen", door, "--endpoint", endpoint)
    stack.python("dispatch", "streams", "dispatch")
    tell(f"a receiver checks every alert's signature: tail -f {sink.log}")


_COARSE = {"BOMNAE_TICK_MS": "10000"}  # the past needs no fine time


def is_moving(url: str) -> bool:
    """Whether the picture holds speeds and a bus that moved within the last 15 s."""
    try:
        snapshot = _json(f"{url}/api/v1/snapshot")
    except OSError:
        return False
    speeds = sum(1 for speed in snapshot["speeds"] if speed >= 0)
    newest_ms = max((bus[5] for bus in snapshot["buses"]), default=0)
    return speeds > 50 and snapshot["t"] - newest_ms < 15_000


def _watch(stack: Stack) -> None:
    """End with the output of a process that has ended."""
    for process in stack.processes.values():
        process.said("\0")


def _json(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own server
        return json.load(answer)


if __name__ == "__main__":
    sys.exit(main())
