"""Logging in with a real browser: the first account, in and out, a lock, a map that goes on."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from local.stack import Stack
from maps.access.guard import COOKIE
from streams.contract.times import KST
from tests.cities import worlds
from tests.pages.kwcag import axe, fits, stop_faults
from tests.pages.logins import first_code_of
from tests.pages.screen import LOAD_MS

MASTER = "a master key for tests, of 32 characters or more"
PASSWORD, WRONG = "four words nobody expects", "wrong words here"
SEEN_MS = 30_000
IDLE_S = 1800
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A city that asks who one is, its worker at work."""
    env = {"BOMNAE_SECRET": MASTER, "BOMNAE_LOGIN": "local"}
    with Stack(tmp_path_factory.mktemp("office"), env=env) as stack:
        worlds.lay(stack)
        stack.start_worker()
        worlds.publish(stack, worlds.tick(worlds.T0_MS))
        worlds.wait_drained(stack, worlds.T0_MS)
        yield stack


@pytest.fixture(scope="module")
def office(house: Stack) -> tuple[str, str]:
    """Its address, and the code of its first account."""
    base = house.start_map()
    return base, first_code_of(house)


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    with chromium.new_context(locale="ko-KR") as context:
        context.set_default_navigation_timeout(LOAD_MS)
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
    code_field = page.locator("#form-first [name=first_code]")
    expect(code_field).to_have_attribute("aria-invalid", "true")
    fill(page, "first", first_code=code, **(new | {"password": "short", "again": "short"}))
    expect(page.locator("#error")).to_contain_text("12자 이상")  # what it said before is over
    expect(code_field).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator("#form-first [name=password]")).to_be_focused()
    fill(page, "first", first_code=code, **(new | {"account": "u_desk"}))
    expect(page.locator("#error")).to_contain_text("붙임표")
    fill(page, "first", first_code=code, **new)
    expect(page.locator("#tool-session")).to_have_text("gwanje", timeout=SEEN_MS)
    expect(page).to_have_url(base + "/desk")
    cookies = [each for each in page.context.cookies(base) if each["name"] == COOKIE]
    assert [(x["httpOnly"], x["secure"], x["sameSite"]) for x in cookies] == [
        (True, True, "Strict")
    ]
    assert page.evaluate("document.cookie") == ""
    page.click("#tool-session")
    expect(page.locator("#own-account")).to_have_text("gwanje")
    expect(page.locator("#own-sessions li")).to_have_count(1)
    begun = page.locator("#own-sessions li span").text_content() or ""
    at = datetime.strptime(begun.partition(" · ")[0], "%Y-%m-%d %H:%M").replace(tzinfo=KST)
    assert abs(datetime.now(KST) - at) < timedelta(minutes=10), begun
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
    assert page.url.partition("#")[0] == base + "/"


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1600, 900)])
def test_the_page_of_the_login_fits(
    office: tuple[str, str], chromium: Browser, width: int, height: int
) -> None:
    base, _ = office
    with chromium.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark"
    ) as context:
        page = context.new_page()
        page.goto(base + "/login")
        expect(page.locator("#title-login")).to_be_visible()
        expect(page.locator("#tool-dark")).to_have_text("밝은 화면")
        page.click("#tool-dark")
        expect(page.locator("#tool-dark")).to_have_text("어두운 화면")
        page.reload()
        expect(page.locator("#title-login")).to_be_visible()
        fits(page)
        expect(page.locator("#form-login [name=account]")).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.locator("#form-login [name=password]")).to_be_focused()


def test_a_passkey_of_the_device_opens_the_login(office: tuple[str, str], page: Page) -> None:
    """A device that asks its owner: its key is added, opens the login with a name and without one,
    and no more once it is removed; one that asks nobody opens nothing.
    """
    base = office[0].replace("127.0.0.1", "localhost")  # keys are made for names alone
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    made = device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    page.goto(base + "/login")
    fill(page, "login", account="gwanje", password=PASSWORD)
    expect(page.locator("#tool-session")).to_have_text("gwanje", timeout=SEEN_MS)
    page.goto(base + "/login")
    page.fill("#form-passkey [name=password]", WRONG)
    page.click("#form-passkey button")
    expect(page.locator("#error")).to_contain_text("맞지 않는 것이 있습니다")
    page.fill("#form-passkey [name=password]", PASSWORD)
    page.click("#form-passkey button")
    expect(page.locator("#passkeys li")).to_have_count(1)
    for name in ("", "gwanje"):
        page.click("#own-leave")
        page.fill("#form-login [name=account]", name)
        page.click("#by-passkey")
        expect(page.locator("#tool-session")).to_have_text("gwanje", timeout=SEEN_MS)
        page.goto(base + "/login")
    page.click("#own-leave")
    page.fill("#form-login [name=account]", "nobody-here")
    page.click("#by-passkey")
    expect(page.locator("#error")).to_contain_text("기기에서 취소했거나")
    asking = {"authenticatorId": made["authenticatorId"], "isUserVerified": False}
    device.send("WebAuthn.setUserVerified", asking)
    page.fill("#form-login [name=account]", "")
    page.click("#by-passkey")
    expect(page.locator("#error")).to_contain_text("기기에서 취소했거나")
    device.send("WebAuthn.setUserVerified", asking | {"isUserVerified": True})
    page.click("#by-passkey")
    expect(page.locator("#tool-session")).to_have_text("gwanje", timeout=SEEN_MS)
    page.goto(base + "/login")
    page.click("#passkeys button")
    expect(page.locator("#passkeys li")).to_have_count(0)
    page.click("#own-leave")
    page.click("#by-passkey")
    expect(page.locator("#error")).to_contain_text("이 패스키로는 로그인할 수 없습니다")


def test_an_address_has_no_passkeys_and_nothing_speaks_of_them(
    office: tuple[str, str], page: Page
) -> None:
    page.goto(office[0] + "/login")
    expect(page.locator("#title-login")).to_be_visible()
    expect(page.locator("#by-passkey")).to_be_hidden()


def test_a_page_shows_what_its_reader_may_use_and_a_file_says_why_it_is_taken(
    office: tuple[str, str], page: Page
) -> None:
    """The first account is operator, manager and administrator, and no auditor."""
    base, _ = office
    page.goto(base + "/login")
    fill(page, "login", account="gwanje", password=PASSWORD)
    expect(page.locator("#tool-session")).to_have_text("gwanje", timeout=SEEN_MS)
    expect(page.locator("#tool-desk")).to_be_visible()
    expect(page.locator("a[href='/records']")).to_be_hidden()
    page.click(".exports a[href$='works.csv']")
    expect(page.locator("#why-reason")).to_be_focused()
    page.fill("#why-reason", "010-1234-5678 님께")
    page.click("#why-form [type=submit]")
    expect(page.locator("#why-said")).to_contain_text("전화번호나 주민번호는 받지 않습니다")
    page.fill("#why-reason", "심의회 자료")
    with page.expect_download() as taking:
        page.click("#why-form [type=submit]")
    assert taking.value.suggested_filename == "works.csv"
    expect(page.locator("#why-dialog")).to_be_hidden()


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1600, 900)])
def test_a_page_that_is_not_ones_own_says_so_in_the_browser(
    office: tuple[str, str], chromium: Browser, width: int, height: int
) -> None:
    base, _ = office
    with chromium.new_context(viewport={"width": width, "height": height}) as context:
        page = context.new_page()
        page.goto(base + "/login")
        fill(page, "login", account="gwanje", password=PASSWORD)
        expect(page.locator("#tool-session")).to_have_text("gwanje", timeout=SEEN_MS)
        answer = page.goto(base + "/records")
        assert answer is not None
        assert answer.status == 403
        expect(page.locator("h1")).to_have_text("열 수 없습니다")
        fits(page)
        page.click("a.button[href='/desk']")
        expect(page.locator("#tool-session")).to_have_text("gwanje", timeout=SEEN_MS)


def test_a_fault_is_tied_to_its_fields_and_a_password_can_be_pasted(
    office: tuple[str, str], page: Page
) -> None:
    base, _ = office
    page.goto(base + "/login")
    fill(page, "login", account="gwanje", password=WRONG)
    account = page.locator("#form-login [name=account]")
    password = page.locator("#form-login [name=password]")
    for field in (account, password):
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_attribute("aria-describedby", "error")
    expect(page.locator("#error")).to_have_attribute("role", "alert")
    expect(account).to_have_attribute("autocomplete", "username")
    expect(password).to_have_attribute("autocomplete", "current-password")
    assert axe(page) == []
    assert stop_faults(page) == []
    password.fill("")
    account.fill(PASSWORD[:32])
    account.press("Control+a")
    account.press("Control+c")
    password.press("Control+v")
    expect(password).to_have_value(PASSWORD[:32])
    account.fill("gwanje")
    password.fill(PASSWORD)
    password.press("Enter")
    expect(page.locator("#tool-session")).to_have_text("gwanje", timeout=SEEN_MS)


def test_a_login_warns_before_it_ends_and_one_press_goes_on(
    office: tuple[str, str], page: Page
) -> None:
    base, _ = office
    page.clock.install()
    page.goto(base + "/login")
    fill(page, "login", account="gwanje", password=PASSWORD)
    expect(page.locator("#tool-session")).to_have_text("gwanje", timeout=SEEN_MS)
    page.clock.fast_forward(IDLE_S * 1000 - 120_000)  # the clock goes on by itself besides
    expect(page.locator("dialog.idle")).to_have_count(0)
    page.clock.fast_forward(61_000)
    expect(page.get_by_role("alertdialog")).to_contain_text("60초")
    expect(page.locator("#idle-go-on")).to_be_focused()
    assert axe(page) == []
    with page.expect_response("**/api/v1/session/here") as told:
        page.keyboard.press("Enter")
    assert told.value.status == 204
    expect(page.locator("dialog.idle")).to_have_count(0)
    page.clock.fast_forward(IDLE_S * 1000 - 59_000)
    expect(page.locator("dialog.idle")).to_be_visible()
    page.clock.fast_forward(60_000)
    expect(page.locator("dialog.idle")).to_have_count(0)
    expect(page.locator("#tool-session")).to_have_text("다시 로그인")


def test_whoever_must_have_a_second_factor_sets_it_up_and_goes_on(
    house: Stack, office: tuple[str, str], page: Page
) -> None:
    """The last: from now on a login as this account needs digits."""
    del office
    house.processes["maps"].stop()
    house.env["BOMNAE_SECOND_FACTOR"] = "staff"
    base = house.start_map()
    page.goto(base + "/desk")
    fill(page, "login", account="gwanje", password=PASSWORD)
    expect(page.locator("#why")).to_contain_text("인증 앱을 등록하면")  # no passkey of an address
    expect(page.locator("#own")).to_be_visible()
    page.goto(base + "/desk")
    expect(page.locator("#why")).to_contain_text("2차 인증")
    page.click("#own-code")
    secret = page.locator("#code-secret")
    expect(secret).not_to_be_empty()
    code = pyotp.TOTP((secret.text_content() or "").replace(" ", "")).now()
    fill(page, "code", code=code, password=PASSWORD)
    expect(page.locator("#tool-session")).to_have_text("gwanje", timeout=SEEN_MS)
    expect(page).to_have_url(base + "/desk")
