"""What a test sees of the operator page: its states, its pixels, and what went wrong on it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, FloatRect, Locator, Page, expect

from local.waiting import Seen
from tests.pages import servers
from tests.pages.notes import Notes
from tests.pages.waiting import wait_on

LOAD_MS = 90_000.0  # a page with all its scripts, on a machine that is starved
COLOURS = {  # level -> colour, per palette, on the light screen
    "plain": {"free": (43, 154, 85), "slow": (244, 168, 29), "jam": (207, 36, 49)},
    "cb": {"free": (38, 118, 180), "slow": (247, 162, 76), "jam": (143, 16, 36)},
}
UNPAINTED = {"bed": (211, 217, 224), "unknown": (133, 141, 152)}
DRAWN = "() => !document.getElementById('stage') || document.documentElement.dataset.ready"
RESTS = """async () => { const { map } = bomnae, frame = () => new Promise(requestAnimationFrame);
  await frame(); await frame();  // what was asked for begins in a frame of its own
  return !map._animatingZoom && !map._panAnim?._inProgress; }"""
GROUND_PAINTED = (
    "() => bomnae.ground?.number && !bomnae.ground.waiting.size && !bomnae.ground.timer"
)
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
        self.context.set_default_navigation_timeout(LOAD_MS)
        self.context.add_init_script(NOTE_VIOLATIONS)
        self.context.add_init_script(REACH)
        self.page = self.context.new_page()
        self.notes = Notes(self.page, url)

    def open(self, address: str = "/", live: str = "live") -> Page:
        """Goes to an address of the server and waits until the map is in a state; a live one shows
        all that the city has said by now.
        """
        if live == "live":
            servers.catch_up(self.url)
        self.page.goto(self.url + address)
        self.wait_for(live, LOAD_MS)
        return self.page

    def wait_for(self, live: str, within_ms: float | None = None) -> None:
        """Waits for `data-live`, and of a live map for its lists: they come after its roads."""
        root = self.page.locator("html")
        expect(root).to_have_attribute("data-live", live, timeout=within_ms)
        if live == "live":
            self.page.wait_for_function(DRAWN, timeout=within_ms)

    def wait_until(
        self, ask: Callable[[], Seen], what: str, is_so: Callable[[Seen], object] = bool
    ) -> Seen:
        """What is seen on this page once it `is_so`, within 30 s."""
        return wait_on(self.page, ask, what, is_so)

    def rests(self) -> None:
        """Waits until the map neither flies, glides nor zooms: a place on the screen stays where it
        is.
        """
        self.page.wait_for_function(RESTS)

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


def box_of(locator: Locator) -> FloatRect:
    """Where an element lies, in CSS px; waits while its page draws it again, 30 s at most."""
    box = wait_on(locator.page, locator.bounding_box, f"a box of {locator}")
    assert box is not None
    return box


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
