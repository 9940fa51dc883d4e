"""The complaint desk, as hands on a keyboard use it."""

import re
from datetime import datetime

from playwright.sync_api import Page, expect

from streams.contract.times import KST

ANSWERED = "() => desk.box.q === document.getElementById('box').value.trim()"


def ask(page: Page, text: str) -> None:
    """Types what the caller says and waits for the places of the whole text."""
    page.keyboard.press("Escape")
    expect(page.locator("#box")).to_be_focused()
    page.keyboard.type(text)
    expect(page.locator("#box")).to_have_value(text)
    page.wait_for_function(ANSWERED)
    expect(page.locator("#found [role=option]").first).to_be_visible()


def open_place(page: Page, text: str) -> None:
    """Types and opens the first place."""
    ask(page, text)
    expect(page.locator("html")).not_to_have_attribute("data-opened", "1")  # of a place before
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-opened", "1")
    expect(page.locator("#card")).to_be_visible()


def shows_certainty(page: Page, *words: str) -> None:
    """Wait until the card is as certain as one of these words."""
    chip = page.locator("#card .verdict .certainty")
    expect(chip).to_have_attribute("data-certainty", re.compile(f"^({'|'.join(words)})$"))


def look_then(page: Page, valid_ms: int, known_ms: int) -> None:
    page.keyboard.press("Alt+t")
    expect(page.locator("#then-valid")).to_be_focused()
    for name, at_ms in (("valid", valid_ms), ("known", known_ms)):
        text = f"{datetime.fromtimestamp(at_ms / 1000, KST):%Y-%m-%dT%H:%M}"
        page.locator(f"#then-{name}").fill(text)
    page.keyboard.press("Enter")
