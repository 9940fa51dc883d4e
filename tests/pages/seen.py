"""Whether a person sees what must be seen: all of it, on the screen, under nothing, not cut off."""

from functools import partial

from playwright.sync_api import Page

from tests.pages.waiting import wait_on

FAULTS = """(selectors) => selectors.flatMap((selector) => {
  const found = [...document.querySelectorAll(selector)]
    .find((each) => each.getClientRects().length && each.checkVisibility());
  if (!found) return [`${selector}: not shown`];
  found.scrollIntoView({ block: "nearest", inline: "nearest" });
  const { left, top, right, bottom, width, height } = found.getBoundingClientRect(), faults = [];
  if (width < 1 || height < 1) faults.push(`${selector}: has no size`);
  if (left < -1 || top < -1 || right > innerWidth + 1 || bottom > innerHeight + 1)
    faults.push(`${selector}: off the screen at ${[left, top, right, bottom].map(Math.round)}`);
  const points = [0.1, 0.5, 0.9].flatMap((x) => [0.2, 0.5, 0.8].map((y) => [x, y]));
  for (const box of found.getClientRects()) for (const [x, y] of points) {
    const hit = document.elementFromPoint(box.left + x * box.width, box.top + y * box.height);
    if (!hit || !(found.contains(hit) || hit.contains(found)) || hit.matches("dialog, body"))
      faults.push(`${selector}: covered by ${hit && (hit.id || hit.className || hit.tagName)}`);
  }
  for (const each of [found, ...found.querySelectorAll("*")]) {
    const { overflowX, overflowY } = getComputedStyle(each);
    const isCut = overflowX === "hidden" && each.scrollWidth > each.clientWidth + 1
      || overflowY === "hidden" && each.scrollHeight > each.clientHeight + 1;
    if (isCut && each.textContent.trim() && each.clientHeight > 1)
      faults.push(`${selector}: cut off: ${each.textContent.trim().slice(0, 60)}`);
  }
  return [...new Set(faults)];
})"""


def must_see(page: Page, *selectors: str) -> None:
    """Waits until the first shown element of each selector can be seen whole; TimeoutError
    with what is wrong where it never can.
    """
    faults = partial(page.evaluate, FAULTS, list(selectors))
    wait_on(page, faults, f"{', '.join(selectors)} seen whole", lambda seen: not seen)
