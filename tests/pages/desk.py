"""The complaint desk, as hands on a keyboard use it."""

from datetime import datetime

from playwright.sync_api import Page, expect

from streams.contract.times import KST


def ask(page: Page, text: str) -> None:
    """Types what the caller says and waits for the places."""
    page.keyboard.press("Escape")
    page.keyboard.type(text)
    expect(page.locator("#found [role=option]").first).to_be_visible()


def open_place(page: Page, text: str) -> None:
    """Types and opens the first place."""
    ask(page, text)
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-opened", "1")
    expect(page.locator("#card")).to_be_visible()


def certainty(page: Page) -> str:
    found = page.locator("#card .verdict .certainty").get_attribute("data-certainty")
    return str(found)


def look_then(page: Page, valid_ms: int, known_ms: int) -> None:
    page.keyboard.press("Alt+t")
    expect(page.locator("#then-valid")).to_be_focused()
    for name, at_ms in (("valid", valid_ms), ("known", known_ms)):
        text = f"{datetime.fromtimestamp(at_ms / 1000, KST):%Y-%m-%dT%H:%M}"
        page.locator(f"#then-{name}").fill(text)
    page.keyboard.press("Enter")
