"""Measures the map in Chromium."""

import tempfile
import urllib.request
import zlib
from functools import partial
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from bench.results import Figure
from bench.web import dragging
from bench.web.city import running_city
from tests.pages import servers
from tests.pages.notes import Notes
from tests.pages.screen import REACH
from tests.pages.tasks import task_times

WATCH = """() => {
  window.seen = {long: [], csp: []};
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.seen.long.push([entry.startTime, entry.duration]);
  }).observe({type: "longtask"});
  document.addEventListener("securitypolicyviolation", (e) =>
    window.seen.csp.push(e.violatedDirective));
}"""
FOLLOWED = "() => bomnae.picture.network.drawn.reduce((sum, one) => sum + one, 0)"
VIEW = "() => bomnae.stream.query"
FIRST_PICTURES = 3
LARGE = 10_000  # links from which the larger goals hold: 1.5 s and 25 kB instead of 1.0 s and 8 kB
TILED = 12_001  # links from which a page reads the network in tiles: 2.0 s
PAN_PAUSE_MS = 900
CLOSE_ZOOM = 14  # where all roads are shown
SETTLE_S = 4.0


class Watched:
    """A page that notes what it asks for and what goes wrong."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.page: Page = browser.new_context(
            viewport={"width": 1600, "height": 900}, locale="ko-KR", timezone_id="Asia/Seoul"
        ).new_page()
        self.page.add_init_script(f"({WATCH})()")
        self.page.add_init_script(REACH)
        self.notes = Notes(self.page, url)
        self.page.goto(url + "/")
        self.page.wait_for_selector("html[data-ready]", timeout=40_000)

    def first_picture_ms(self) -> float:
        """From the start of the navigation until the frame with the links was painted."""
        at: float = self.page.evaluate(
            "() => performance.getEntriesByName('bomnae-ready')[0].startTime"
        )
        painted: int = self.page.evaluate(
            "() => bomnae.links.painted.filter((level) => level !== 255).length"
        )
        if not painted:
            raise RuntimeError("the page says it is ready, but no link is painted")
        return at


def steady(watched: Watched, seconds: float) -> list[Figure]:
    """Latency, long tasks and the main thread over `seconds` of a city that keeps changing."""
    page = watched.page
    page.wait_for_timeout(SETTLE_S * 1000)
    page.evaluate("() => { bomnae.latency.length = 0; seen.long.length = 0; }")
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    before = _busy_s(session.send("Performance.getMetrics"))
    page.wait_for_timeout(seconds * 1000)
    busy_s = _busy_s(session.send("Performance.getMetrics")) - before
    latency: list[float] = sorted(page.evaluate("() => bomnae.latency"))
    long_tasks: list[list[float]] = page.evaluate("() => seen.long")
    if len(latency) < seconds / 2:
        raise RuntimeError(f"only {len(latency)} updates were painted in {seconds:.0f} s")
    return [
        Figure("map: updates painted", len(latency), ""),
        Figure("event to painted, p50", latency[len(latency) // 2], "ms"),
        Figure("event to painted, p95", latency[int(len(latency) * 0.95)], "ms", 100),
        Figure("tasks over 50 ms", len(long_tasks), "", 0),
        Figure("map: longest task", max((task[1] for task in long_tasks), default=0), "ms"),
        Figure("map: main thread busy", 100 * busy_s / seconds, "%"),
        Figure("map: resyncs", page.evaluate("() => bomnae.resyncs"), "", 0),
        Figure("requests outside the machine", len(watched.notes.outside), "", 0),
        Figure("CSP violations", len(page.evaluate("() => seen.csp")), "", 0),
        Figure("map: console errors", len(watched.notes.errors), "", 0),
    ]


def pans(watched: Watched) -> list[Figure]:
    """Tasks while the map is panned over roads it has not met, from far and from near. Their time
    is the processor's: what else the machine does is not the page's doing.
    """
    page, figures = watched.page, []
    for name, zoom in (("from far", None), ("from near", CLOSE_ZOOM)):
        if zoom is not None:
            page.evaluate("(zoom) => { bomnae.map.setZoom(zoom); }", zoom)
        page.wait_for_timeout(2 * PAN_PAUSE_MS)
        times = task_times(page, partial(_pan, page))
        figures += [
            Figure(f"tasks over 50 ms, pans {name}", sum(time > 50 for time in times), "", 0),
            Figure(f"longest task, pans {name}", times[0], "ms"),
            Figure(f"links followed, {name}", page.evaluate(FOLLOWED), ""),
        ]
    return figures


def _pan(page: Page) -> None:
    """To one side and another, and back past where it began."""
    for step in ([500, 160], [500, -160], [-800, 300], [-800, -300], [300, 0], [300, 0]):
        page.evaluate("(step) => { bomnae.map.panBy(step); }", step)
        page.wait_for_timeout(PAN_PAUSE_MS)


def _busy_s(answer: dict[str, list[dict[str, float]]]) -> float:
    return next(row["value"] for row in answer["metrics"] if str(row["name"]) == "TaskDuration")


def bytes_per_update(url: str, updates: int, view: str = "") -> tuple[float, float]:
    """The kB of an update on the wire (gzip) and unpacked, over the next `updates` deltas; `view`
    is the query of a page that reads in tiles.
    """
    request = urllib.request.Request(  # noqa: S310  our own server
        f"{url}/api/v1/stream?{view}", headers={"Accept-Encoding": "gzip"}
    )
    unpack = zlib.decompressobj(16 + zlib.MAX_WBITS)
    text, wire, start = b"", 0, 0
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        while (count := text.count(b'"k":')) <= updates:
            piece = answer.read1()
            text += unpack.decompress(piece)
            if count:  # the stream's opening is not an update
                wire += len(piece)
            else:
                start = len(text)
    return wire / updates / 1000, (len(text) - start) / updates / 1000


def measure(seconds: float, links: int, works: int = 200, share: float = 0.2) -> list[Figure]:
    """All figures of a city of `links` links and `works` works; a share of the links changes a
    second.
    """
    lasts_s = seconds + 300
    with (
        tempfile.TemporaryDirectory() as name,
        running_city(Path(name), links=links, works=works, seconds=lasts_s, share=share) as client,
        servers.running_map(client, Path(name), Path(name)) as server,
        sync_playwright() as playwright,
        servers.running_chromium(playwright) as browser,
    ):
        return _figures(browser, server.url, seconds, links)


def _figures(browser: Browser, url: str, seconds: float, links: int) -> list[Figure]:
    firsts = []
    for _ in range(FIRST_PICTURES):
        cold = Watched(browser, url)
        firsts.append(cold.first_picture_ms())
        cold.page.context.close()
    watched = Watched(browser, url)
    figures = steady(watched, seconds)
    view = watched.page.evaluate(VIEW)
    if links >= TILED:
        figures += pans(watched)
    else:
        figures += dragging.measure(watched.page)
    watched.page.context.close()
    wire, raw = bytes_per_update(url, 8, view)
    first_ms, wire_kb = (1500, 25) if links > LARGE else (1000, 8)
    if links >= TILED:
        first_ms = 2000
    return [
        Figure(f"first picture, cold, median of {FIRST_PICTURES}", median(firsts), "ms", first_ms),
        Figure("bytes an update, gzip", wire, "kB", wire_kb),
        Figure("bytes an update, unpacked", raw, "kB"),
        *figures,
    ]
