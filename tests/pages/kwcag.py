"""Checks of the Korean web accessibility guidelines (KWCAG 2.2) that any page of ours must pass."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from typing import Any

from playwright.sync_api import Page

from tests.places import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MOST_STOPS = 200
LEAST_DIAGONAL_PX = 23  # 6 mm on a screen of 96 dots an inch
VOID = frozenset(
    ("area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
RUN_AXE = """async (tags) => {
  const rules = {
    "label-content-name-mismatch": { enabled: true }, "target-size": { enabled: true },
  };
  const given = { runOnly: tags, rules, resultTypes: ["violations"] };
  const { violations } = await axe.run(document, given);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
}"""
STOP = """() => {
  const element = document.activeElement;
  if (!element || element === document.body || element === document.documentElement) return null;
  window.stops ||= [];
  if (!window.stops.includes(element)) window.stops.push(element);
  const own = element.getBoundingClientRect(), label = element.labels?.[0];
  const shown = label && own.width * own.height < 400 ? label : element;
  const { left, top, right, bottom, width, height } = shown.getBoundingClientRect();
  const isAt = (x, y) => {
    const hit = document.elementFromPoint(left + x * width, top + y * height);
    return hit !== null && (shown.contains(hit) || hit.matches("label") && hit.contains(shown));
  };
  const isSeen = [0.1, 0.5, 0.9].some((x) => [0.1, 0.5, 0.9].some((y) => isAt(x, y)));
  const over = document.elementFromPoint(left + width / 2, top + height / 2);
  const { labels, nextElementSibling, parentElement } = element;
  const ringed = [element, ...(labels || []), nextElementSibling, parentElement];
  const hasRing = ringed.some((each) => {
    if (!each) return false;
    const { outlineStyle, outlineWidth } = getComputedStyle(each);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  });
  return {
    place: window.stops.indexOf(element), html: element.outerHTML.slice(0, 120), hasRing,
    isSeen, cover: over ? `${over.tagName} ${over.id} ${over.className}` : "nothing",
    isWithin: left >= -1 && right <= innerWidth + 1,
    diagonal: Math.hypot(width, height), isInText: getComputedStyle(element).display === "inline",
  };
}"""
TO_THE_TOP = """() => {
  window.stops = [];
  scrollTo(0, 0);
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute("tabindex");
}"""
REPEATED_IDS = """() => {
  const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
  return ids.filter((id, k) => ids.indexOf(id) !== k);
}"""
MOVING = """() => document.getAnimations().filter(({ playState, effect }) =>
  playState === "running" && effect.getComputedTiming().iterations === Infinity).length"""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the tab key stops: its place in the order, what a reader hears, and its look."""

    place: int
    role: str
    name: str
    look: dict[str, Any]

    def faults(self) -> Iterator[str]:
        """What is wrong with it, in words; nothing where it is as it should be."""
        html = self.look["html"]
        if not self.name.strip() or not self.role or self.role == "generic":
            yield f"no name or role: {self.role} {html}"
        if not self.look["hasRing"]:
            yield f"the focus is not seen: {html}"
        if not self.look["isSeen"]:
            yield f"the focus is covered by {self.look['cover']}: {html}"
        if not self.look["isWithin"]:
            yield f"wider than the screen: {html}"
        if self.look["diagonal"] < LEAST_DIAGONAL_PX and not self.look["isInText"]:
            yield f"too small a target: {html}"


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


def axe(page: Page) -> list[str]:
    """What axe-core finds wrong on a page, a rule and an element each."""
    page.evaluate(_axe())
    found: list[str] = page.evaluate(RUN_AXE, RULES)
    return found


def stops(page: Page) -> list[Stop]:
    """Every stop of the tab key from the top of a page to its end, which must come."""
    page.evaluate(TO_THE_TOP)
    session = page.context.new_cdp_session(page)
    session.send("Accessibility.enable")
    found: list[Stop] = []
    try:
        for _ in range(MOST_STOPS):
            page.keyboard.press("Tab")
            look = page.evaluate(STOP)
            if look is None or look["place"] < len(found):
                return found
            role, name = _heard(session)
            found.append(Stop(look["place"], role, name, look))
    finally:
        session.detach()
    raise AssertionError(f"the keyboard does not come out of the page: {found[-3:]}")


def _heard(session: Any) -> tuple[str, str]:
    """Role and name of what has the focus, as the browser tells a screen reader."""
    it = session.send("Runtime.evaluate", {"expression": "document.activeElement"})["result"]
    given = {"objectId": it["objectId"], "fetchRelatives": False}
    node = session.send("Accessibility.getPartialAXTree", given)["nodes"][0]
    return node.get("role", {}).get("value", ""), node.get("name", {}).get("value", "")


def stop_faults(page: Page) -> list[str]:
    found = stops(page)
    assert found, "nothing can be reached by keyboard"
    return [fault for stop in found for fault in stop.faults()]


def is_too_wide(page: Page) -> bool:
    """Whether a page must be scrolled sideways."""
    wide: bool = page.evaluate("() => document.documentElement.scrollWidth > innerWidth")
    return wide


def fits(page: Page) -> None:
    """Waits until a page is no wider than its window: a change of size lays it out anew."""
    width = (page.viewport_size or {"width": 0})["width"]
    page.wait_for_function("(px) => document.documentElement.scrollWidth <= px", arg=width)


def markup_faults(page: Page, html: str) -> list[str]:
    """Elements of the source that are not closed in their order, and ids that stand twice."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    repeated: list[str] = page.evaluate(REPEATED_IDS)
    return [*reader.faults, *(f"not closed: {tag}" for tag in reader.open), *repeated]


class _Reader(HTMLParser):
    """Follows the elements of a source; ours close all but those that cannot be closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        self.faults += [f"{tag} has {name} twice" for name in {*names} if names.count(name) > 1]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element that closes itself, such as of a drawing."""

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.faults.append(f"{tag} closes nothing")


def moving(page: Page) -> int:
    """How many things move without an end."""
    count: int = page.evaluate(MOVING)
    return count
