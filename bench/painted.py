"""From a portal's answer to the painted link, through producer, Kafka, Faust, Redis and the map.

A portal answers trafficInfo with another speed at each poll; the page notes when it painted which
speed.
"""

import json
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

from bench.results import Figure, percentile
from bench.rig import resident_mb
from local.services import wait_until
from local.stack import Stack
from producers.network.importing import write_network
from producers.simulator.city import build_city
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
    """trafficInfo for one standard link: every answer states the next speed from 1 to 240 km/h."""

    def __init__(self, link_id: str) -> None:
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
        kst = datetime.now(UTC) + timedelta(hours=9)
        row = {
            "roadName": "",
            "roadDrcType": "",
            "linkNo": "1",
            "linkId": link_id,
            "startNodeId": "",
            "endNodeId": "",
            "speed": str(speed),
            "travelTime": "30",
            "createdDate": kst.strftime("%Y%m%d%H%M%S"),
        }
        return {
            "header": {"resultCode": 0, "resultMsg": "SUCCESS"},
            "body": {"totalCount": 1, "items": [row]},
        }

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def painted_ms(folder: Path, kafka: str, seconds: float) -> tuple[list[float], float]:
    """Latencies in ms of every speed painted, and the worker's memory in MB."""
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
            wait_until(lambda: len(_painted(page)) > 2, "the first painted speeds")
            skip = len(_painted(page))
            page.wait_for_timeout(seconds * 1000)
            painted = _painted(page)[skip:]
            memory_mb = resident_mb(worker.pid)
            browser.close()
    finally:
        portal.close()
    return [at - portal.answered_ms[int(speed)] for speed, at in painted if speed > 0], memory_mb


def _painted(page: Page) -> list[list[float]]:
    found: list[list[float]] = page.evaluate("() => window.painted")
    return found


def measure(folder: Path, kafka: str, seconds: float) -> list[Figure]:
    """The whole pipe, one poll a second."""
    late, memory_mb = painted_ms(folder, kafka, seconds)
    what = "portal's answer to painted link"
    return [
        Figure(f"{what}: p50", percentile(late, 50), "ms"),
        Figure(f"{what}: p95", percentile(late, 95), "ms", GOAL_P95_MS),
        Figure(f"{what}: p99", percentile(late, 99), "ms"),
        Figure("worker's memory, simulated city", memory_mb, "MB", WORKER_GOAL_MB),
    ]
