"""The administrator's page: an account is added, locked and reset where they are listed."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from local.stack import Stack
from tests.browser.test_login import MASTER, PASSWORD, SEEN_MS, fill
from tests.cities import worlds
from tests.pages.kwcag import axe, is_too_wide, stop_faults
from tests.pages.logins import first_code_of

OWN = "gwanri"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A city that asks who one is, its worker at work."""
    env = {"BOMNAE_SECRET": MASTER, "BOMNAE_LOGIN": "local"}
    with Stack(tmp_path_factory.mktemp("accounts"), env=env) as stack:
        worlds.lay(stack)
        stack.start_worker()
        worlds.publish(stack, worlds.tick(worlds.T0_MS))
        worlds.wait_drained(stack, worlds.T0_MS)
        address = stack.start_map()
        yield f"{address} {first_code_of(stack)}"


def act(page: Page, name: str, what: str) -> None:
    """Do one thing to an account, by the keyboard, and be sure of it."""
    page.locator(f"#rows tr[data-account={name}] [data-act={what}]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#sure-yes")).to_be_visible()
    expect(page.locator("#sure-what")).to_contain_text(name)
    page.locator("#sure-yes").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#sure-yes")).to_be_hidden()


def reads_well(page: Page) -> None:
    """In English, wide and narrow, light and dark, by ear and by the tab key."""
    page.click("#tool-lang")
    expect(page.locator("h1")).to_contain_text("Accounts")
    for size in ({"width": 1600, "height": 900}, {"width": 390, "height": 844}):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for theme in ("light", "dark"):
            page.evaluate("(to) => { document.documentElement.dataset.theme = to; }", theme)
            assert axe(page) == [], size
        assert stop_faults(page) == [], size
        assert not is_too_wide(page), size


def adds(page: Page, name: str) -> None:
    page.fill("#account", name)
    page.check("[name=role][value=desk]")
    page.keyboard.press("Enter")


def test_an_account_is_added_locked_and_reset(base: str, chromium: Browser) -> None:
    address, code = base.split()
    with (
        chromium.new_context(locale="ko-KR") as office,
        chromium.new_context(locale="ko-KR") as desk,
    ):
        page, theirs = office.new_page(), desk.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{address}/login?next=/accounts")
        new = {"account": OWN, "password": PASSWORD, "again": PASSWORD}
        fill(page, "first", first_code=code, **new)
        rows = page.locator("#rows tr")
        expect(rows).to_have_count(1, timeout=SEEN_MS)
        expect(rows.locator("button")).to_have_count(0)  # nobody shuts themselves out

        page.fill("#account", "hong")
        page.keyboard.press("Enter")
        expect(page.locator("#fault")).to_have_text("역할을 하나 이상 고르십시오.")
        page.fill("#office", "<b>도로과</b>")
        adds(page, "hong")
        first = page.locator("#password")
        expect(first).not_to_be_empty(timeout=SEEN_MS)
        expect(page.locator("#handed")).to_be_focused()
        password = first.inner_text()
        hong = page.locator("#rows tr[data-account=hong]")
        expect(hong).to_contain_text("<b>도로과</b>")
        expect(hong).to_contain_text("비밀번호를 바꾸어야 함")
        page.click("#handed-done")
        expect(first).to_be_empty()
        adds(page, "hong")
        expect(page.locator("#account[aria-invalid=true]")).to_be_focused()

        theirs.goto(f"{address}/login")
        fill(theirs, "login", account="hong", password=password)
        expect(theirs.locator("#form-change")).to_be_visible(timeout=SEEN_MS)
        page.reload()
        expect(hong.locator("td.number")).to_have_text("1")
        act(page, "hong", "end")
        expect(hong.locator("td.number")).to_have_text("0", timeout=SEEN_MS)
        act(page, "hong", "lock")
        expect(hong).to_have_attribute("data-locked", "true", timeout=SEEN_MS)
        theirs.goto(f"{address}/login")
        fill(theirs, "login", account="hong", password=password)
        expect(theirs.locator("#error")).to_contain_text("맞지 않는 것이 있습니다")
        act(page, "hong", "reset")
        expect(first).not_to_be_empty(timeout=SEEN_MS)
        assert first.inner_text() != password
        expect(hong).to_have_attribute("data-locked", "false")
        fill(theirs, "login", account="hong", password=first.inner_text())
        expect(theirs.locator("#form-change")).to_be_visible(timeout=SEEN_MS)

        reads_well(page)
        page.reload()
        expect(rows).to_have_count(2)
        expect(first).to_be_empty()
        assert errors == []
