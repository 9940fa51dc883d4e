"""The desk in a browser: from Enter to the painted card, while other clerks ask as well."""

import random
from collections.abc import Callable, Sequence

from playwright.sync_api import TimeoutError as PageTimeout
from playwright.sync_api import sync_playwright

from bench.results import Figure
from streams.geo.network import Network
from tests.pages import servers
from tests.pages.screen import Screen

PAINTED_MS = 5000
_WATCH = """
  window.painted = [];
  let pressed = 0;
  addEventListener("keydown", (e) => { if (e.key === "Enter") pressed = performance.now(); }, true);
  new MutationObserver(() => {
    if (!pressed || document.documentElement.dataset.opened !== "1") return;
    const began = pressed;
    pressed = 0;
    requestAnimationFrame(() => setTimeout(() => window.painted.push(performance.now() - began)));
  }).observe(document.documentElement, { attributes: true, attributeFilter: ["data-answered"] });
"""


def painted_ms(
    url: str, asked: Sequence[str], is_on: Callable[[], bool]
) -> tuple[list[float], int]:
    """Types each text and presses Enter, as long as `is_on`; ms to each painted card, and how many
    got none within 5 s.
    """
    with sync_playwright() as playwright, servers.running_chromium(playwright) as browser:
        screen = Screen(browser, url, viewport={"width": 1280, "height": 800})
        page = screen.open("/desk")
        page.evaluate(_WATCH)
        missed = 0
        for text in asked:
            if not is_on():
                break
            page.keyboard.press("Escape")
            page.keyboard.insert_text(text)
            count = page.evaluate("() => window.painted.length")
            page.keyboard.press("Enter")
            try:
                page.wait_for_function(
                    "(n) => window.painted.length > n", arg=count, timeout=PAINTED_MS
                )
            except PageTimeout:
                missed += 1
        found: list[float] = page.evaluate("() => window.painted")
        screen.context.close()
        return found, missed


def screen_texts(network: Network, works: Sequence[str], chance: random.Random) -> list[str]:
    """What a clerk types who knows what to type: stops, poles, routes and permits."""
    texts = [stop.name for stop in chance.sample(network.stops, 200)]
    texts += [f"{route.no}번" for route in chance.sample(network.routes, 20)]
    texts += chance.sample(works, min(100, len(works)))
    chance.shuffle(texts)
    return texts


def screen_figures(painted: Sequence[float], missed: int) -> list[Figure]:
    """The figures of the page, with the load of the other look-ups on the same machine."""
    ordered = sorted(painted)
    return [
        Figure("cards on the screen", len(ordered), ""),
        Figure("Enter to the painted card, p50", ordered[len(ordered) // 2], "ms"),
        Figure("Enter to the painted card, p95", ordered[int(len(ordered) * 0.95)], "ms", 1000),
        Figure("texts without a card", missed, "", 0),
    ]
