"""Screens for a test: whatever it is about, each is held to what every page must keep."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser

from bench.web.screen import Screen

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
