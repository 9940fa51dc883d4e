"""What a test sees of the operator page: its states, its pixels, and what went wrong on it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.pages.notes import Notes

WAIT_S = 8.0
COLOURS = {  # level -> colour, per palette, on the light screen
    "plain": {"free": (43, 154, 85), "slow": (244, 168, 29), "jam": (207, 36, 49)},
    "cb": {"free": (38, 118, 180), "slow": (247, 162, 76), "jam": (143, 16, 36)},
}
UNPAINTED = {"bed": (211, 217, 224), "unknown": (133, 141, 152)}
NOTE_VIOLATIONS = """
  window.violations = [];
  document.addEventListener("securitypolicyviolation", (e) =>
    window.violations.push(e.violatedDirective + " " + e.blockedURI));
"""
# A page makes no global: `bomnae` is its live map, `desk` its desk, `own(path)` any module of it.
REACH = """
  addEventListener("DOMContentLoaded", () => {
    const entry = document.querySelector("link[rel=modulepreload]")?.href;
    if (!entry) return;
    window.own = (path) => import(new URL("../" + path, entry));
    import(entry).then(({ live, desk }) => Object.assign(window, { bomnae: live, desk }));
  });
"""


class Screen:
    """One page, and the notes of what it did that it should not have."""

    def __init__(self, browser: Browser, url: str, **options: Any) -> None:
        self.url = url
        given = {"viewport": {"width": 1600, "height": 900}, "color_scheme": "light", **options}
        self.context = browser.new_context(locale="ko-KR", timezone_id="Asia/Seoul", **given)
        self.context.add_init_script(NOTE_VIOLATIONS)
        self.context.add_init_script(REACH)
        self.page = self.context.new_page()
        self.notes = Notes(self.page, url)

    def open(self, address: str = "/", live: str = "live") -> Page:
        """Goes to an address of the server and waits until the map is in a state."""
        self.page.goto(self.url + address)
        self.wait_for(live)
        return self.page

    def wait_for(self, live: str) -> None:
        """Waits for `data-live`."""
        expect(self.page.locator("html")).to_have_attribute("data-live", live, timeout=15_000)

    def violations(self) -> list[str]:
        found: list[str] = self.page.evaluate("() => window.violations || []")
        return found

    def resyncs(self) -> int:
        count: int = self.page.evaluate("() => bomnae.resyncs")
        return count

    def probe(self, index: int) -> tuple[float, float, tuple[int, int, int]]:
        """Where the middle of a link is on the page (x, y) and its colour."""
        found = self.page.evaluate(
            """(i) => { const p = bomnae.links.probe(i);
            const box = bomnae.map.getContainer().getBoundingClientRect();
            return [p.x + box.left, p.y + box.top, ...p.rgba]; }""",
            index,
        )
        x, y, red, green, blue, _ = found
        return x, y, (red, green, blue)

    def level(self, index: int, palette: str = "plain") -> str:
        """The level (or `bed`, `unknown`) whose colour is nearest to a link's middle pixel."""
        pixel = self.probe(index)[2]
        known = {**COLOURS[palette], **UNPAINTED}

        def away(name: str) -> int:
            return sum((a - b) ** 2 for a, b in zip(pixel, known[name], strict=True))

        return min(known, key=away)

    def centre(self) -> list[float]:
        """Latitude and longitude of the middle of the map."""
        centre: list[float] = self.page.evaluate(
            "() => { const at = bomnae.map.getCenter(); return [at.lat, at.lng]; }"
        )
        return centre

    def zoom(self) -> float:
        zoom: float = self.page.evaluate("() => bomnae.map.getZoom()")
        return zoom


def eventually(screen: Screen, what: str, is_so: Callable[[], bool]) -> None:
    """Waits until something holds; fails with `what` after 8 s."""
    deadline = time.monotonic() + WAIT_S
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {WAIT_S:.0f} s: {what}")
        screen.page.wait_for_timeout(40)


NewScreen = Callable[..., Screen]


@contextmanager
def screens_of(chromium: Browser, url: str, **usual: Any) -> Iterator[NewScreen]:
    """Makes screens, of `url` where none is named: none may ask outside, break the CSP or open a
    dialog.
    """
    screens: list[Screen] = []

    def make(url: str = url, **options: Any) -> Screen:
        screens.append(Screen(chromium, url, **(usual | options)))
        return screens[-1]

    yield make
    for screen in screens:
        found = (screen.notes.outside, screen.violations(), screen.notes.dialogs)
        screen.context.close()
        assert found == ([], [], [])
