"""The files that one bus position passes, from the portal's answer to the canvas: as they run.

A portal answers with one bus, a little further on than before. That answer goes through the real
poll, log, stage, gate, store, map server and page, and every product file is noted in which a
function is called for it. Nothing else happens meanwhile: no clock, no other feed.
"""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientSession, web
from kafka import KafkaConsumer, TopicPartition
from playwright.async_api import Page, async_playwright

from local.shape.sources import ROOMS
from local.stack import PSEUDONYM_KEY, ROOT, Stack
from maps.picture import loop as live_loop
from maps.server import build_app
from producers.feeds import FEEDS
from producers.feeds.tago import route_request
from producers.polling.loops import PollContext, PollRound
from producers.publishing.poll import Poll
from producers.publishing.publisher import Publisher
from producers.publishing.topic_setup import ensure_topics
from producers.simulator.city import build_city
from streams.contract import topics
from streams.contract.settings import Settings
from streams.geo.network import Network
from streams.state.gate import Gate
from streams.state.redis_login import connect
from streams.state.store import Store
from streams.topology.stages import stages
from streams.worker.agents import StageRunner, delivered
from streams.worker.app import _Topics

CHROMIUM = "/usr/bin/chromium"
FEED = "tago.positions"
MOVED_DEG = 0.0004  # 40 m: the same section, and a bus that drives


@dataclass(slots=True)
class Tracer:
    """Notes in which product files functions are called while it is on."""

    files: set[str] = field(default_factory=set)
    is_on: bool = False

    def note(self, frame: FrameType, event: str, _: object) -> None:
        if self.is_on and event == "call":
            path = frame.f_code.co_filename
            if path.startswith(_ROOMS):
                self.files.add(Path(path).relative_to(ROOT).as_posix())

    @contextmanager
    def on(self) -> Iterator[None]:
        self.is_on = True
        try:
            yield
        finally:
            self.is_on = False


_ROOMS = tuple(f"{ROOT / room}/" for room in ROOMS)


async def way(folder: Path) -> set[str]:
    """The files on the way of one position; raises an error where a step of it fails."""
    tracer = Tracer()
    threading.setprofile(tracer.note)
    sys.setprofile(tracer.note)
    try:
        with Stack(folder) as stack:
            return await _through(tracer, folder, stack.env)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


async def _through(tracer: Tracer, folder: Path, env: dict[str, str]) -> set[str]:
    network = build_city()
    (folder / "network.json").write_text(network.dumps(), encoding="utf-8")
    portal = Portal(network)
    async with _serving(portal.app()) as port:
        settings = Settings.from_env(
            {
                "BOMNAE_KAFKA": env["BOMNAE_KAFKA"],
                "BOMNAE_REDIS": env["BOMNAE_REDIS"],
                "BOMNAE_LOGIN": "open",
                "BOMNAE_NETWORK": str(folder),
                "BOMNAE_TAGO_URL": f"http://127.0.0.1:{port}",
                "BOMNAE_TAGO_KEY": "any",
                "BOMNAE_PSEUDONYM_KEY": PSEUDONYM_KEY,
            }
        )
        await asyncio.to_thread(ensure_topics, settings)
        live_loop.JUDGE_S = 3600.0  # what the map does every second is no part of the way
        app = build_app(settings, network, Store.connect(settings))
        async with _serving(app) as map_port, _page(map_port) as page:
            scripts = await _drive(tracer, settings, portal, page)
    return tracer.files | scripts


async def _drive(tracer: Tracer, settings: Settings, portal: "Portal", page: Page) -> set[str]:
    """Send the bus twice, and trace the second time; answers the scripts that ran for it."""
    publisher = await asyncio.to_thread(Publisher, settings)
    runner = _runner(settings, portal.network)
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("Profiler.enable")
    await devtools.send("Profiler.startPreciseCoverage", {"callCount": True, "detailed": False})
    try:
        await _send(settings, portal, publisher, runner)
        await page.wait_for_timeout(1500)
        await devtools.send("Profiler.takePreciseCoverage")
        portal.moved_deg = MOVED_DEG
        with tracer.on():
            await _send(settings, portal, publisher, runner)
            await page.wait_for_timeout(1500)
        covered = await devtools.send("Profiler.takePreciseCoverage")
    finally:
        await asyncio.to_thread(publisher.close)
    return set(_scripts(covered["result"]))


async def _send(
    settings: Settings, portal: "Portal", publisher: Publisher, runner: StageRunner
) -> None:
    """Ask the portal, publish what it says, and fold the message that came of it."""
    async with ClientSession() as session:
        poll = PollRound(
            PollContext(settings, publisher, session), FEEDS[FEED], Poll(FEED, settings)
        )
        await poll.ask(route_request(portal.route.id, settings))
    if not await asyncio.to_thread(publisher.flush, 10.0):
        raise RuntimeError("the broker took no message")
    record = await asyncio.to_thread(_newest, settings)
    await runner.take([delivered(record)])


def _newest(settings: Settings) -> Any:
    """The newest bus position of the log."""
    consumer = KafkaConsumer(bootstrap_servers=settings.kafka, auto_offset_reset="earliest")
    try:
        name = topics.BUS_POSITIONS.name
        consumer.assign([TopicPartition(name, each) for each in range(settings.partitions)])
        found: list[Any] = []
        while not found:
            found = [row for rows in consumer.poll(500).values() for row in rows]
    finally:
        consumer.close()
    return found[-1]


def _runner(settings: Settings, network: Network) -> StageRunner:
    """The worker's runner of bus positions; what it derives would go to a topic of nobody."""

    async def rewind(topic: str, partition: int, offset: int) -> None:
        raise RuntimeError(f"{topic}/{partition} is asked for again from {offset}")

    stage = stages(settings, network)[topics.BUS_POSITIONS]
    outlet = _Topics(SimpleNamespace(topic=lambda *_, **__: None))
    return StageRunner(stage, Gate(connect(settings, timeout_s=10)), outlet, rewind)


class Portal:
    """Answers every request with one bus at the first stop of a route, a little way on."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.route = network.routes[0]
        self.moved_deg = 0.0

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/{path:.*}", self.answer)
        return app

    async def answer(self, _: web.Request) -> web.Response:
        stop = next(each for each in self.network.stops if each.id == self.route.stops[0])
        row = {
            "gpslati": stop.lat + self.moved_deg,
            "gpslong": stop.lon,
            "nodeid": stop.id,
            "nodenm": stop.name,
            "nodeord": 1,
            "routenm": "1",
            "vehicleno": "강원71자0000",
        }
        body = {"items": {"item": [row]}, "numOfRows": 100, "pageNo": 1, "totalCount": 1}
        header = {"resultCode": "00", "resultMsg": "OK"}
        return web.json_response({"response": {"header": header, "body": body}})


@asynccontextmanager
async def _serving(app: web.Application) -> AsyncIterator[int]:
    """The port an application answers on."""
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _page(port: int) -> AsyncIterator[Page]:
    """The map, painted, in a browser whose clocks stand: nothing moves it but what comes."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        try:
            page = await browser.new_page(viewport={"width": 1600, "height": 900})
            await page.add_init_script("window.setInterval = () => 0")
            await page.goto(f"http://127.0.0.1:{port}/")
            await page.wait_for_selector('html[data-ready="1"]', state="attached")
            yield page
        finally:
            await browser.close()


def _scripts(coverage: list[dict[str, Any]]) -> Iterator[str]:
    """The product's scripts of which a function was called."""
    for script in coverage:
        path = urlsplit(script["url"]).path
        is_called = any(
            ranged["count"]
            for function in script["functions"]
            if function["functionName"]
            for ranged in function["ranges"]
        )
        if is_called and path.startswith("/static/") and "/vendor/" not in path:
            yield f"maps{path}"
