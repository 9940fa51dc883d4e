"""How long the page's tasks are while somebody drags the map, on a processor a quarter as fast.

    python -m bench.web.dragging --url http://127.0.0.1:8700/ [--runs 3]

A task's time is its processor's: what else the machine does is not the page's doing.
"""

import argparse
import sys
from functools import partial
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from bench.results import Figure
from tests.pages import servers
from tests.pages.screen import REACH
from tests.pages.tasks import task_times

SLOWER = 4
MOST_MS = 50
STEPS = 30
STEP_MS = 16
REST_MS = 500
WAYS = ((-420, -160), (420, -160), (300, 260), (-500, 120), (200, -60))
TURNS = (-120, -120, 120, 120)
TURN_MS = 900
MARKS = "() => bomnae.marks.marks.length"


def measure(page: Page) -> list[Figure]:
    """The longest tasks of drags and of turns of the wheel over a page that is ready."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.wait_for_timeout(4 * REST_MS)
    marks = page.evaluate(MARKS)
    drags = task_times(page, partial(_drag, page))
    turns = task_times(page, partial(_turn, page))
    session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    session.detach()
    return [
        Figure("marks in view of a drag", marks),
        Figure(f"longest task of a drag, {SLOWER} x slower", drags[0], "ms", MOST_MS),
        Figure("tasks over 50 ms, drag", sum(time > MOST_MS for time in drags), "", 0),
        Figure(f"longest task of the wheel, {SLOWER} x slower", turns[0], "ms"),
        Figure("tasks over 50 ms, wheel", sum(time > MOST_MS for time in turns), ""),
    ]


def _drag(page: Page) -> None:
    """Hold the map and move it, to one side and another."""
    for across, down in WAYS:
        x, y = _middle(page)
        page.mouse.move(x, y)
        page.mouse.down()
        for step in range(1, STEPS + 1):
            page.mouse.move(x + across * step / STEPS, y + down * step / STEPS)
            page.wait_for_timeout(STEP_MS)
        page.mouse.up()
        page.wait_for_timeout(REST_MS)


def _turn(page: Page) -> None:
    page.mouse.move(*_middle(page))
    for turn in TURNS:
        page.mouse.wheel(0, turn)
        page.wait_for_timeout(TURN_MS)


def _middle(page: Page) -> tuple[float, float]:
    size = page.viewport_size or {"width": 1600, "height": 900}
    return size["width"] / 2, size["height"] / 2


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.web.dragging", description=__doc__)
    parser.add_argument("--url", required=True, help="a map that moves, such as the demo's")
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    with sync_playwright() as playwright, servers.running_chromium(playwright) as browser:
        runs = [_run(browser, args.url) for _ in range(args.runs)]
    for figures in runs:
        print("   ".join(f"{figure.name}: {figure.text()}" for figure in figures))
    for each in zip(*runs, strict=True):
        values = [figure.value or 0 for figure in each]
        print(f"{each[0].name:<45} median {median(values):.0f}, least {min(values):.0f}")
    return 0


def _run(browser: Browser, url: str) -> list[Figure]:
    page = browser.new_page(viewport={"width": 1600, "height": 900}, locale="ko-KR")
    page.add_init_script(REACH)
    page.goto(url)
    page.wait_for_selector("html[data-ready]", timeout=40_000)
    page.wait_for_timeout(8 * REST_MS)
    figures = measure(page)
    page.close()
    return figures


if __name__ == "__main__":
    sys.exit(main())
