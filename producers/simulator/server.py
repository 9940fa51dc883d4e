"""The simulated portals over HTTP: real paths, real limits, and misbehaviour on demand."""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from aiohttp import web

from producers.simulator import answers, ground, misbehaviour, past
from producers.simulator.answers import PortalAnswer
from producers.simulator.city import build_city
from producers.simulator.datasets import write_datasets
from producers.simulator.day import Day
from producers.simulator.portal import KEY_NAMES, PATHS, SimulatedPortal
from producers.simulator.truth import truth
from streams.contract.times import now_ms

log = logging.getLogger(__name__)
MAX_PARALLEL = 8
TRUTH_MS = 1_800_000  # what is told of the truth: so long before and after now
_JSON_FORM = {"_type": "json", "type": "json", "getType": "json"}


@dataclass(frozen=True, slots=True)
class Start:
    """What the city starts with; `at` is the time of day its pattern opens at, HH:MM."""

    seed: int
    at: str
    out_dir: Path | None
    past_path: Path | None
    past_minutes: int
    poll_s: int
    refresh_s: int


class Front:
    """The HTTP side of the portals: who asks, how many at once, and how each feed behaves."""

    def __init__(
        self,
        portal: SimulatedPortal,
        now_ms: Callable[[], int],
        *,
        latency_ms: tuple[int, int] = (5, 60),
        slow_s: float = 12.0,
        silence_s: float = 600.0,
    ) -> None:
        self._portal = portal
        self._now_ms = now_ms
        self._latency_ms = latency_ms
        self._slow_s = slow_s
        self._silence_s = silence_s
        self._rng = random.Random(portal.day.seed)  # noqa: S311 - only the spread of latencies
        self._waiting: Counter[tuple[str, str]] = Counter()
        self._frozen: dict[str, PortalAnswer] = {}
        self.modes = dict.fromkeys(KEY_NAMES, "ok")

    async def serve_feed(self, request: web.Request) -> web.Response:
        """One request of a feed; beyond `MAX_PARALLEL` at once on one key it is a 429."""
        feed = PATHS[request.path]
        caller = (KEY_NAMES[feed], request.query.get(KEY_NAMES[feed], ""))
        if self._waiting[caller] >= MAX_PARALLEL:
            return _response(answers.too_many())
        self._waiting[caller] += 1
        try:
            usual_s = self._rng.uniform(*self._latency_ms) / 1000
            special_s = {"slow": self._slow_s, "silence": self._silence_s}
            await asyncio.sleep(special_s.get(self.modes[feed], usual_s))
            return _response(self._answer(feed, request))
        finally:
            self._waiting[caller] -= 1

    def _answer(self, feed: str, request: web.Request) -> PortalAnswer:
        query, mode = dict(request.query), self.modes[feed]
        if mode in misbehaviour.CHANGES:
            query |= _JSON_FORM  # rows are only taken out of and put into JSON
        good = self._portal.answer(feed, query, self._now_ms())
        if good.status != 200:
            return good
        if mode == "frozen":
            return self._frozen.setdefault(request.path_qs, good)
        return misbehaviour.spoilt(mode, good)

    async def show_truth(self, _: web.Request) -> web.Response:
        """What is really so, which no portal tells: the works around now."""
        now_ms = self._now_ms()
        rows = truth(self._portal.day, now_ms - TRUTH_MS, now_ms + TRUTH_MS)
        return web.json_response(
            {
                "now_ms": now_ms,
                "works": [{**asdict(row), "is_so": row.is_so(now_ms)} for row in rows],
            }
        )

    async def list_modes(self, _: web.Request) -> web.Response:
        feeds = {
            feed: {"mode": mode, "modes": misbehaviour.modes_of(feed)}
            for feed, mode in self.modes.items()
        }
        return web.json_response({"feeds": feeds})

    async def set_mode(self, request: web.Request) -> web.Response:
        """`POST /misbehave?feed=F&mode=M`; 400 with the choices for a feed or mode there is not."""
        feed, mode = request.query.get("feed", ""), request.query.get("mode", "")
        if feed not in self.modes:
            return web.json_response(
                {"error": "no such feed", "feeds": list(self.modes)}, status=400
            )
        if mode not in misbehaviour.modes_of(feed):
            choices = misbehaviour.modes_of(feed)
            return web.json_response({"error": "no such mode", "modes": choices}, status=400)
        self.modes[feed] = mode
        self._frozen.clear()
        return web.json_response({"feed": feed, "mode": mode})


def build_app(front: Front) -> web.Application:
    """The application of the portals."""
    app = web.Application()
    for path in PATHS:
        app.router.add_get(path, front.serve_feed)
    app.router.add_get("/truth", front.show_truth)
    app.router.add_get("/misbehave", front.list_modes)
    app.router.add_post("/misbehave", front.set_mode)
    return app


async def serve(
    host: str = "127.0.0.1",
    port: int = 8710,
    seed: int = 1,
    out_dir: Path | None = None,
    *,
    at: str = "08:10",
    past_path: Path | None = None,
    past_minutes: int = 20,
    poll_s: int = 10,
    refresh_s: int = 10,
    latency_ms: tuple[int, int] = (5, 60),
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve the simulated city until cancelled.

    Writes `network.json` and the basemap in `out_dir` and, if asked, the recording of the minutes
    before now; all are there before the port answers. `on_ready` gets the base URL. Port 0 takes a
    free one.
    """
    start = Start(seed, at, out_dir, past_path, past_minutes, poll_s, refresh_s)
    portal = await asyncio.to_thread(_prepared, start)
    await _listen(Front(portal, now_ms, latency_ms=latency_ms), host, port, on_ready)


def _prepared(start: Start) -> SimulatedPortal:
    """The portals at this moment, with the files that belong to them written."""
    network = build_city()
    if start.out_dir is not None:
        start.out_dir.mkdir(parents=True, exist_ok=True)
        (start.out_dir / "network.json").write_text(network.dumps(), encoding="utf-8")
        (start.out_dir / ground.FILE.name).write_bytes(ground.FILE.read_bytes())
    opens_ms = now_ms()
    if start.out_dir is not None:
        write_datasets(start.out_dir, network, start.seed, at_ms=opens_ms)
    minutes = 0 if start.past_path is None else start.past_minutes
    starts_ms = opens_ms - minutes * 60_000
    day = Day(network, start.seed, opens_ms=opens_ms, starts_ms=starts_ms, at=start.at)
    portal = SimulatedPortal(day, refresh_s=start.refresh_s)
    if start.past_path is not None:
        past.write(start.past_path, portal, until_ms=opens_ms, minutes=minutes, poll_s=start.poll_s)
    return portal


async def _listen(
    front: Front, host: str, port: int, on_ready: Callable[[str], None] | None
) -> None:
    runner = web.AppRunner(build_app(front), access_log=None, handler_cancellation=True)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        url = f"http://{host}:{runner.addresses[0][1]}"
        log.info("simulated portals listening", extra={"url": url})
        if on_ready is not None:
            on_ready(url)
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


def _response(answer: PortalAnswer) -> web.Response:
    return web.Response(
        status=answer.status, text=answer.body, content_type=answer.media, charset="utf-8"
    )
