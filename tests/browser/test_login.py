"""Logging in with a real browser: the first account, in and out, a lock, a map that goes on."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from local.stack import Stack
from maps.access.guard import COOKIE
from tests.cities import worlds
from tests.pages.logins import first_code_of

MASTER = "a master key for tests, of 32 characters or more"
PASSWORD, WRONG = "four words nobody expects", "wrong words here"
SEEN_MS = 30_000


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A city that asks who one is: its address, and the code of its first account."""
    env = {"BOMNAE_SECRET": MASTER, "BOMNAE_LOGIN": "local"}
    with Stack(tmp_path_factory.mktemp("office"), env=env) as stack:
        worlds.lay(stack)
        stack.start_worker()
        worlds.publish(stack, worlds.tick(worlds.T0_MS))
        worlds.wait_drained(stack, worlds.T0_MS)
        base = stack.start_map()
        yield base, first_code_of(stack)


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    with chromium.new_context(locale="ko-KR") as context:
        yield context.new_page()


def fill(page: Page, form: str, **values: str) -> None:
    for name, value in values.items():
        page.fill(f"#form-{form} [name={name}]", value)
    page.click(f"#form-{form} button")


def test_the_first_account_in_and_out(office: tuple[str, str], page: Page) -> None:
    base, code = office
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(base + "/desk")
    expect(page.locator("#title-first")).to_be_visible()
    assert page.url.endswith("/login?next=/desk")
    new = {"account": "gwanje", "password": PASSWORD, "again": PASSWORD}
    fill(page, "first", first_code="WRONG", **new)
    expect(page.locator("#error")).to_contain_text("시작 코드")
    fill(page, "first", first_code=code, **new)
    expect(page.locator("#tool-session")).to_have_text("gwanje", timeout=SEEN_MS)
    assert page.url.endswith("/desk")
    cookies = [each for each in page.context.cookies(base) if each["name"] == COOKIE]
    assert [(x["httpOnly"], x["secure"], x["sameSite"]) for x in cookies] == [
        (True, True, "Strict")
    ]
    assert page.evaluate("document.cookie") == ""
    page.click("#tool-session")
    expect(page.locator("#own-account")).to_have_text("gwanje")
    expect(page.locator("#own-sessions li")).to_have_count(1)
    page.click("#own-leave")
    expect(page.locator("#title-login")).to_be_visible()
    page.goto(base + "/")
    expect(page.locator("#title-login")).to_be_visible()
    assert errors == []


def test_wrong_words_say_no_more_than_that(office: tuple[str, str], page: Page) -> None:
    base, _ = office
    page.goto(base + "/login?next=//evil.example/")
    fill(page, "login", account="nobody", password=WRONG)
    expect(page.locator("#error")).to_contain_text("맞지 않는 것이 있습니다")
    page.click("#tool-lang")
    fill(page, "login", account="gwanje", password=WRONG)
    expect(page.locator("#error")).to_contain_text("Account, password or digits are wrong")
    fill(page, "login", account="gwanje", password=PASSWORD)
    expect(page.locator("#tool-session")).to_have_text("gwanje", timeout=SEEN_MS)
    assert page.url == base + "/"


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1600, 900)])
def test_the_page_of_the_login_fits(
    office: tuple[str, str], chromium: Browser, width: int, height: int
) -> None:
    base, _ = office
    with chromium.new_context(viewport={"width": width, "height": height}) as context:
        page = context.new_page()
        page.goto(base + "/login")
        expect(page.locator("#title-login")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        expect(page.locator("#form-login [name=account]")).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.locator("#form-login [name=password]")).to_be_focused()
