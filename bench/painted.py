"""From a portal's answer to the painted link, through producer, Kafka, Faust, Redis and the map.

A portal answers trafficInfo with another speed at each poll; the page notes when it painted which
speed.
"""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

from bench.latency import Load
from bench.results import Figure, percentile, shown
from bench.rig import resident_mb
from bench.workload import Workload
from local.stack import Stack
from local.waiting import wait_until
from producers.network.importing import write_network
from producers.simulator.city import build_city
from streams.geo.network import Network
from tests.pages.screen import REACH

GOAL_P95_MS = 500.0
WORKER_GOAL_MB = 120.0
CHROMIUM = "/usr/bin/chromium"
WATCH = """(index) => {
  window.painted = [];
  let last = null;
  const look = () => {
    const picture = window.bomnae && window.bomnae.picture;
    const speed = picture ? picture.speeds[index] : null;
    if (speed !== last) {
      last = speed;
      requestAnimationFrame(() => setTimeout(() => window.painted.push([speed, Date.now()]), 0));
    }
    requestAnimationFrame(look);
  };
  look();
}"""


class Portal:
    """trafficInfo for one standard link: every answer states the next speed from 1 to 240 km/h.

    All of one time, that of the first: each corrects the one before and is shown as it is. Reports
    of later times would be averaged, and what is painted would not say which answer it was.
    """

    def __init__(self, link_id: str) -> None:
        self._created = f"{datetime.now(UTC) + timedelta(hours=9):%Y%m%d%H%M%S}"
        self.answered_ms: dict[int, float] = {}
        portal = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps(portal.next_body(link_id)).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def next_body(self, link_id: str) -> Any:
        speed = len(self.answered_ms) % 240 + 1
        self.answered_ms[speed] = time.time() * 1000
        row = {
            "roadName": "",
            "roadDrcType": "",
            "linkNo": "1",
            "linkId": link_id,
            "startNodeId": "",
            "endNodeId": "",
            "speed": str(speed),
            "travelTime": "30",
            "createdDate": self._created,
        }
        return {
            "header": {"resultCode": 0, "resultMsg": "SUCCESS"},
            "body": {"totalCount": 1, "items": [row]},
        }

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def painted_ms(
    folder: Path, kafka: str, seconds: float, per_s: float = 0.0
) -> tuple[list[float], float]:
    """Latencies in ms of every speed painted, and the worker's memory in MB; with `per_s` so many
    observations of the other links come beside the portal's.
    """
    network = build_city()
    link_id = next(link.id for link in network.links if link.kind == "standard")
    write_network(network, folder)
    portal = Portal(link_id)
    env = {
        "BOMNAE_NETWORK": str(folder),
        "BOMNAE_ITS_URL": portal.url,
        "BOMNAE_ITS_KEY": "bench",
        "BOMNAE_ITS_POLL_S": "1",
        "BOMNAE_ITS_QUOTA": "100000",
    }
    try:
        with Stack(folder, kafka=kafka, env=env) as stack, sync_playwright() as playwright:
            stack.run("topics", "producers", "topics")
            worker = stack.start_worker()
            url = stack.start_map()
            stack.python("producers", "producers", "run", "--only", "its.speeds")
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_page(viewport={"width": 1600, "height": 900})
            page.add_init_script(REACH)
            page.goto(url)
            expect(page.locator("html")).to_have_attribute("data-ready", "1", timeout=20_000)
            page.evaluate(WATCH, network.index[link_id])
            wait_until(
                lambda: len(_painted(page)), "the first painted speeds", lambda seen: seen > 2
            )
            skip = len(_painted(page))
            with _loaded(stack.env["BOMNAE_KAFKA"], network, link_id, per_s, seconds):
                page.wait_for_timeout(seconds * 1000)
            painted = _painted(page)[skip:]
            memory_mb = resident_mb(worker.pid)
            browser.close()
    finally:
        portal.close()
    late = [at - portal.answered_ms[int(speed)] for speed, at in painted if speed > 0]
    if len(late) < seconds / 2:
        raise RuntimeError(f"only {len(late)} speeds were painted in {seconds:.0f} s")
    return late, memory_mb


@contextmanager
def _loaded(
    kafka: str, network: Network, link_id: str, per_s: float, seconds: float
) -> Iterator[None]:
    """A load on all links but the one that is watched, written in a thread."""
    if not per_s:
        yield
        return
    others = tuple(link for link in network.links if link.kind == "standard" and link.id != link_id)
    load = Load(Workload(replace(network, links=others)), per_s)
    writing = threading.Thread(target=lambda: asyncio.run(load.run(kafka, seconds)))
    writing.start()
    yield
    writing.join()


def _painted(page: Page) -> list[list[float]]:
    found: list[list[float]] = page.evaluate("() => window.painted")
    return found


def measure(folder: Path, kafka: str, seconds: float, half: float) -> list[Figure]:
    """The whole pipe, one poll a second, alone and beside `half` observations a second."""
    found = []
    for name, per_s in (("alone", 0.0), (f"beside {shown(half)} obs/s", half)):
        late, memory_mb = painted_ms(folder / name[:5], kafka, seconds, per_s)
        what = f"portal's answer to painted link, {name}"
        found += [
            Figure(f"{what}: p50", percentile(late, 50), "ms"),
            Figure(f"{what}: p95", percentile(late, 95), "ms", GOAL_P95_MS),
            Figure(f"{what}: p99", percentile(late, 99), "ms"),
            Figure(f"{what}: worker's memory", memory_mb, "MB", WORKER_GOAL_MB),
        ]
    return found
