"""Waiting for what a page shows, while its events go on."""

from collections.abc import Callable

from playwright.sync_api import Page

from local.waiting import Seen, wait_until

WAIT_S = 30.0


def wait_on(
    page: Page,
    ask: Callable[[], Seen],
    what: str,
    is_so: Callable[[Seen], object] = bool,
    *,
    within_s: float = WAIT_S,
) -> Seen:
    """`wait_until`, with the page's own pause: without it no event of the page would come in."""

    def pause(seconds: float) -> None:
        page.wait_for_timeout(seconds * 1000)

    return wait_until(ask, what, is_so, within_s=within_s, pause=pause)
