"""The crew's page on a phone: what a thumb taps, what comes of it, what a bad line does to it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from PIL import Image
from playwright.sync_api import Browser, Request, Route, expect

from local.services import free_port
from local.stack import Stack
from producers.network.importing import write_network
from streams.contract import topics, wire
from streams.contract.enums import Closure, PollOutcome
from streams.contract.records import FeedReport, Permit, PermitBatch
from streams.contract.times import now_ms
from streams.state.keys import key
from tests.cities import worlds
from tests.cities.chuncheon import HOUR_MS, TITLE, WORK, Chuncheon, shown_chuncheon
from tests.pages import servers
from tests.pages.crew import (
    MASTER,
    REPORTS,
    Log,
    link_of,
    open_link,
    show_links,
    token_of,
    told,
    word,
)
from tests.pages.screen import NewScreen, Screen, box_of, screens_of
from tests.services.asking import seen

Json = dict[str, Any]
PHONE = {"width": 390, "height": 844}
SMALL = {"width": 360, "height": 640}
HOSTILE = "<img src=x onerror=alert(1)>"
WORDS = ("start", "not_yet", "extend", "end")


@pytest.fixture(scope="module")
def city_dug(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chuncheon]:
    folder = tmp_path_factory.mktemp("crew")
    with shown_chuncheon(folder, secret=MASTER, photos=str(folder / "photos")) as city:
        yield city


@pytest.fixture(autouse=True)
def chuncheon(city_dug: Chuncheon) -> Chuncheon:
    city_dug.calm()
    city_dug.dig("full")
    show_links(city_dug.client, link_of())
    return city_dug


@pytest.fixture(scope="module")
def guarded(city_dug: Chuncheon, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a map of the same city where people log in."""
    folder = tmp_path_factory.mktemp("guarded")
    write_network(city_dug.network, folder)
    with servers.running_map(
        city_dug.client, folder, folder, secret=MASTER, photos=str(folder / "photos"), login="local"
    ) as server:
        yield server.url


@pytest.fixture
def new_phone(chromium: Browser, chuncheon: Chuncheon) -> Iterator[NewScreen]:
    with screens_of(
        chromium, chuncheon.url, viewport=PHONE, has_touch=True, is_mobile=True
    ) as make:
        yield make


@pytest.fixture
def phone(new_phone: NewScreen) -> Screen:
    return new_phone()


def test_the_token_leaves_the_address_at_once_and_a_reload_still_knows_it(phone: Screen) -> None:
    page = open_link(phone)
    expect(page.locator("#bar")).to_be_visible()
    assert page.url.endswith(quote(WORK))
    assert page.evaluate("() => JSON.stringify(localStorage)").count(token_of()[:10]) == 0
    page.reload()
    expect(page.locator("#bar")).to_be_visible()
    assert page.url.endswith(quote(WORK))
    assert phone.notes.errors == []


def test_without_a_login_the_link_alone_opens_the_work(
    new_phone: NewScreen, guarded: str, chuncheon: Chuncheon
) -> None:
    phone = new_phone(guarded)
    page, seen = phone.page, list[Request]()
    page.on("request", lambda request: seen.append(request))  # noqa: PLW0108 - Playwright marks it
    page.goto(f"{guarded}/w/{quote(WORK)}")
    expect(page.locator("#link-refused")).to_contain_text("현장 링크로 엽니다")
    assert TITLE not in page.content()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"]
    token = token_of()
    open_link(phone, token)  # where the page stands: the fragment alone changes
    expect(page.locator("h1")).to_have_text(TITLE)
    expect(page.locator("#bar")).to_be_visible()
    assert page.url == f"{guarded}/w/{quote(WORK)}"
    page.reload()
    expect(page.locator("h1")).to_have_text(TITLE)
    expect(page.locator("#photos")).to_be_visible()
    assert page.locator("a[href^='/desk'], a[href^='/#']").count() == 0
    log = Log(chuncheon, page)
    word(page, "start").tap()
    told(page, "taken", "기록됨: 시작")
    assert [body["token"] for body in log.bodies] == [token]
    assert page.evaluate("() => JSON.stringify(localStorage)").count(token[-43:]) == 0
    assert any(token in str(each.headers.get("authorization")) for each in seen)
    for each in seen:
        assert token not in each.url
        assert not each.headers.get("referer"), each.url
    show_links(chuncheon.client, link_of(ended_ms=now_ms()))
    page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    for again in (False, True):  # while the page stands, and for whoever opens it again
        if again:
            with page.expect_response(
                lambda answer: answer.status == 403
            ):  # this page's, not the last one's
                open_link(phone, token)
        expect(page.locator("#link-refused")).to_contain_text("종료한 링크")
        expect(page.locator("#bar")).to_have_count(0)
        assert TITLE not in page.content()
        page.wait_for_function("() => sessionStorage.length === 0")
    assert all("403" in each for each in phone.notes.errors), phone.notes.errors


def test_a_link_of_a_former_version_says_so_and_leaves_the_address(
    new_phone: NewScreen, guarded: str
) -> None:
    page = new_phone(guarded).page
    page.goto(f"{guarded}/w/{quote(WORK)}?t=1795000000.{'x' * 43}")
    expect(page.locator("#link-refused")).to_contain_text("이전 버전의 링크")
    assert page.url == f"{guarded}/w/{quote(WORK)}"
    page.locator("#tongue").tap()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#link-refused")).to_contain_text("former version")
    expect(page.locator("a.button")).to_have_attribute("href", re.compile("^/login[?]next=/w/"))


def test_a_line_that_is_away_opens_the_page_as_soon_as_it_is_back(
    new_phone: NewScreen, guarded: str
) -> None:
    phone = new_phone(guarded)
    is_away = True
    phone.page.route("**/page", lambda route: route.abort() if is_away else route.continue_())
    page = open_link(phone)
    expect(page.locator("#link-refused")).to_contain_text("연결되지 않습니다")
    is_away = False
    expect(page.locator("h1")).to_have_text(TITLE)


def test_one_tap_is_recorded_and_shown_to_crew_and_desk(
    phone: Screen, chuncheon: Chuncheon
) -> None:
    page = open_link(phone)
    log = Log(chuncheon, page)
    expect(page.locator("#site-public")).to_contain_text("통보됨")
    word(page, "start").tap()
    told(page, "taken", "기록됨: 시작")
    expect(page.locator("#site-said")).to_contain_text("시작 · 현장")
    expect(page.locator("#site-public")).to_contain_text("전면 통제 · 확인됨")
    [body] = log.bodies
    assert (body["word"], body["token"].count(".")) == ("start", 2)
    assert page.evaluate("() => localStorage.length") <= 1  # the language; no tap, no token
    assert phone.notes.errors == []


def test_the_end_needs_a_second_tap_within_five_seconds(
    phone: Screen, chuncheon: Chuncheon
) -> None:
    phone.page.clock.install()
    page = open_link(phone)
    log = Log(chuncheon, page)
    expect(word(page, "end")).to_be_enabled()
    page.clock.pause_at(now_ms() / 1000 + 60)  # five seconds go by when the test says so
    word(page, "end").tap()
    expect(word(page, "end")).to_contain_text("한 번 더")
    page.clock.fast_forward(5_100)
    expect(word(page, "end")).not_to_contain_text("한 번 더")
    word(page, "end").tap()
    assert log.bodies == []
    word(page, "end").tap()
    page.clock.resume()
    told(page, "taken", "기록됨: 종료")
    assert [body["word"] for body in log.bodies] == ["end"]
    page.clock.pause_at(now_ms() / 1000 + 180)
    word(page, "end").tap()
    expect(word(page, "end")).to_contain_text("한 번 더")  # and no other line of the page
    expect(page.locator("#tap-state")).to_contain_text("5초 안에")


def test_an_extension_asks_until_when_and_shows_the_time_it_means(
    phone: Screen, chuncheon: Chuncheon
) -> None:
    ends_ms = row_of(chuncheon)["ends_ms"]
    page = open_link(phone)
    log = Log(chuncheon, page)
    expect(page.locator("#site-said")).to_contain_text("아직 없음")
    word(page, "extend").tap()
    expect(page.locator("#until button")).to_have_count(5)
    page.locator("#until button").nth(1).tap()
    told(page, "taken", "기록됨: 연장")
    assert abs(log.bodies[0]["until_ms"] - ends_ms - 2 * HOUR_MS) < 60_000
    word(page, "extend").tap()
    page.locator("#until button").nth(3).tap()
    page.locator("#until input").fill("2020-01-01T00:00")
    page.locator("#until [type=submit]").tap()
    expect(page.locator("#until [role=alert]")).to_contain_text("7일")
    page.locator("#until form button").nth(1).tap()
    expect(page.locator("#words")).to_be_visible()
    assert len(log.bodies) == 1


def test_an_extension_is_from_the_end_of_the_work_also_before_the_page_knows_it(
    phone: Screen, chuncheon: Chuncheon
) -> None:
    ends_ms = row_of(chuncheon)["ends_ms"]
    page, held = phone.page, list[Route]()
    log = Log(chuncheon, page)
    page.route(REPORTS, lambda route: held.append(route) if not held else route.fallback())
    open_link(phone)
    phone.wait_until(lambda: bool(held), "the page looks")
    word(page, "extend").tap()
    phone.wait_until(page.locator("#until").is_visible, "it looks once more, and asks")
    page.locator("#until button").nth(1).tap()
    told(page, "taken", "기록됨: 연장")
    assert abs(log.bodies[0]["until_ms"] - ends_ms - 2 * HOUR_MS) < 60_000
    held[0].abort()


def test_a_tap_waits_for_the_line_even_over_a_closed_page(
    new_phone: NewScreen, chuncheon: Chuncheon
) -> None:
    phone = new_phone()
    page = open_link(phone)
    log = Log(chuncheon, page)
    log.is_down = True
    word(page, "start").tap()
    told(page, "away", "전송 실패: ‘시작’")
    expect(word(page, "end")).to_be_disabled()
    expect(page.locator("#again")).to_be_visible()
    kept = page.evaluate("() => JSON.stringify(localStorage)")
    assert log.bodies[0]["report_id"] in kept
    assert log.bodies[0]["token"] not in kept
    page.goto("about:blank")
    log.is_down = False
    open_link(phone)
    told(page, "taken", "기록됨: 시작")
    assert len({body["report_id"] for body in log.bodies}) == 1
    assert len(row_of(chuncheon)["reports"]) == 1


def row_of(city: Chuncheon) -> Json:
    """The work as it is stored."""
    raw: Any = city.client.hget(key("works", 0), WORK)
    row: Json = json.loads(raw)
    return row


def test_a_refused_tap_says_why_in_words(phone: Screen, chuncheon: Chuncheon) -> None:
    page = open_link(phone)
    log = Log(chuncheon, page)
    log.refusal = (409, "W005", "‘시작’을 먼저 누르십시오. / Tap “Start” first.")
    word(page, "not_yet").tap()
    told(page, "refused", "기록 안 됨: 아직 아님. ‘시작’을 먼저")
    expect(word(page, "start")).to_be_enabled()


@pytest.mark.parametrize(
    ("token", "text"), [(token_of(in_s=-9), "기한이 지났습니다"), ("1795000000.x", "깨졌습니다")]
)
def test_a_link_that_does_not_count_leaves_a_page_to_read(
    phone: Screen, token: str, text: str
) -> None:
    page = open_link(phone, token)
    expect(page.locator("#link-refused")).to_contain_text(text)
    expect(page.locator("#bar")).to_be_hidden()
    expect(page.locator("#photos")).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
    assert page.url.endswith(quote(WORK))
    page.reload()
    expect(page.locator("#link-refused")).to_be_hidden()
    expect(page.locator("#bar")).to_be_hidden()


def test_a_link_that_expires_while_the_page_is_open_ends_the_buttons(
    phone: Screen, chuncheon: Chuncheon
) -> None:
    page = open_link(phone)
    log = Log(chuncheon, page)
    log.refusal = (403, "expired_token", "기한이 지났습니다 / expired")
    word(page, "start").tap()
    expect(page.locator("#link-refused")).to_contain_text("기한이 지났습니다")
    expect(page.locator("#bar")).to_be_hidden()
    page.wait_for_function("() => sessionStorage.length === 0")


def test_buses_that_contradict_the_crew_are_said_to_it_and_to_the_desk(
    phone: Screen, new_phone: NewScreen, chuncheon: Chuncheon
) -> None:
    started = {"at_ms": now_ms() - HOUR_MS, "by": "crew"}
    chuncheon.dig("full", started=started, buses=3)
    page = open_link(phone)
    expect(page.locator("#site-against")).to_contain_text("버스 3대가 지나갔습니다")
    expect(page.locator("#site-against")).to_have_attribute("data-contradicted", "1")
    expect(page.locator("#site-public")).to_contain_text("통보됨")
    desk = new_phone(viewport={"width": 1280, "height": 800}, is_mobile=False)
    card = desk.open(f"/desk#id=work:{quote(WORK)}")
    expect(card.locator(".clauses")).to_contain_text("버스 3대가 지나갔")
    expect(card.locator(".clauses")).to_contain_text("시작했다고 알려 온")
    expect(card.locator(".works .certainty")).to_contain_text("통보됨")
    expect(card.locator(".works .said")).to_contain_text("시작 · 현장")


def test_a_photo_is_sent_shown_to_the_crew_the_desk_and_the_operator(
    phone: Screen, new_phone: NewScreen, tmp_path: Path
) -> None:
    page = open_link(phone)
    file = tmp_path / "shot.jpg"
    Image.new("RGB", (3000, 2000), "orange").save(file)
    page.set_input_files("#photo", file)
    expect(page.locator("#photo-state")).to_contain_text("저장되었습니다")
    shot = page.locator("#shots img")
    expect(shot).to_have_count(1)
    size = shot.evaluate("(e) => e.decode().then(() => [e.naturalWidth, e.naturalHeight])")
    assert size == [1600, 1067]
    (tmp_path / "fake.jpg").write_bytes(b"<html>not a photo</html>")
    page.set_input_files("#photo", tmp_path / "fake.jpg")
    expect(page.locator("#photo-state")).to_contain_text("사진이 아닌")
    desk = new_phone(viewport={"width": 1280, "height": 800}, is_mobile=False)
    for address, place in (("/desk#id=work:", ".works"), ("/#work=", "#card .photos")):
        page = desk.open(address + quote(WORK))
        seen = page.locator(f"{place} .shots img").first
        expect(seen).to_be_visible()
        expect(seen).to_have_js_property("naturalWidth", 1600)


@pytest.mark.parametrize("size", [PHONE, SMALL])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_buttons_are_large_within_the_thumbs_reach_and_cover_nothing(
    new_phone: NewScreen, size: Json, language: str
) -> None:
    phone = new_phone(viewport=size)
    page = open_link(phone)
    if language == "en":
        page.locator("#tongue").tap()
    expect(page.locator("html")).to_have_attribute("lang", language)
    words = page.locator("#words button")
    expect(words).to_have_count(len(WORDS))
    expect(words.last).to_be_visible()
    for k in range(len(WORDS)):
        box = box_of(words.nth(k))
        assert box["height"] >= 56
        assert box["width"] >= 140
        assert box["y"] > size["height"] / 2
        assert box["y"] + box["height"] <= size["height"]
    assert page.evaluate("() => document.documentElement.scrollWidth") <= size["width"]
    page.evaluate("() => scrollTo(0, document.body.scrollHeight)")
    last = box_of(page.locator("main > p").last)
    bar = box_of(page.locator("#bar"))
    assert last["y"] + last["height"] <= bar["y"]


def test_everything_on_the_page_is_reached_and_told_by_keyboard(
    new_phone: NewScreen, chuncheon: Chuncheon
) -> None:
    phone = new_phone(is_mobile=False, has_touch=False)
    page = open_link(phone)
    log = Log(chuncheon, page)
    expect(word(page, "extend")).to_be_enabled()
    word(page, "extend").focus()
    expect(word(page, "extend")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#until button").first).to_be_focused()
    for _ in range(4):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(word(page, "extend")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    told(page, "taken", "아직 아님")
    assert [body["word"] for body in log.bodies] == ["not_yet"]
    expect(word(page, "not_yet")).to_be_focused()


@pytest.fixture
def dug_street(tmp_path: Path) -> Iterator[str]:
    """The address of a map over a real log, worker and store, with one work on its street."""
    now = now_ms()
    permit = Permit(
        WORK,
        "하수관 정비",
        now - HOUR_MS,
        now + 3 * HOUR_MS,
        closure=Closure.FULL,
        link_ids=("S3>S4",),
    )
    batch = PermitBatch("permits", now, is_complete=True, rows=(permit,))
    heard = FeedReport("permits", PollOutcome.DATA, now, poll_ms=600_000)
    port = free_port()
    env = {"BOMNAE_SECRET": MASTER, "BOMNAE_PUBLIC_URL": f"http://127.0.0.1:{port}"}
    with Stack(tmp_path, env=env) as stack:
        worlds.lay(stack)
        stack.start_worker()
        stack.python("clock", "producers", "clock")
        log = [(topics.PERMITS, 0, wire.encode(batch))]
        worlds.publish(stack, [*log, (topics.FEED_REPORTS, 0, wire.encode(heard))])
        url = stack.start_map(port)
        seen(url, lambda body: bool(body["features"]), "/api/v1/works.geojson")
        yield url


def test_taps_on_a_phone_go_through_the_log_and_come_back(
    new_phone: NewScreen, dug_street: str
) -> None:
    office = new_phone(dug_street, viewport={"width": 1280, "height": 800}, is_mobile=False)
    card = office.open("/#work=" + quote(WORK)).locator("#card")
    card.locator(".crews summary").click()
    expect(card.locator(".crews")).to_contain_text("아직 나간 링크가 없습니다")
    card.locator(".crews input").fill("하수 시공사 1반")
    card.locator(".crews form button").click()
    link = card.locator(".crews .made input")
    expect(link).to_have_value(re.compile(f"^{dug_street}/w/.*#t=."))
    expect(card.locator(".crews li")).to_contain_text("하수 시공사 1반")
    card.locator(".crews img").evaluate("(image) => image.decode()")
    phone, address = new_phone(dug_street), link.input_value()
    page = phone.page
    page.goto(address)
    expect(page.locator("#site-public")).to_contain_text("통보됨", timeout=30_000)
    word(page, "start").tap()
    told(page, "taken", "기록됨: 시작")
    expect(page.locator("#site-public")).to_contain_text("확인됨")
    word(page, "extend").tap()
    page.locator("#until button").first.tap()
    told(page, "taken", "기록됨: 연장")
    expect(page.locator("#site-said")).to_contain_text("연장: ")
    word(page, "end").tap()
    word(page, "end").tap()
    told(page, "taken", "기록됨: 종료")
    expect(page.locator("#site-said")).to_contain_text("종료 · 현장")
    word(page, "start").tap()
    told(page, "refused", "이미 끝난 공사입니다")
    word(page, "not_yet").tap()
    told(page, "taken", "기록됨: 아직 아님")
    expect(page.locator("#not-yet-note")).to_contain_text("시작 안 함")
    card.locator(".crews .end").click()
    expect(card.locator(".crews li.over")).to_contain_text("종료")
    expect(card.locator(".crews .made input")).to_have_count(0)
    page.goto("about:blank")  # the page that stands may have heard of it by itself
    page.goto(address)
    expect(page.locator("#link-refused")).to_contain_text("종료한 링크")


def test_hostile_text_of_a_feed_is_shown_as_text(phone: Screen, chuncheon: Chuncheon) -> None:
    chuncheon.dig("full", title=HOSTILE, organisation=HOSTILE, started={"at_ms": 1, "by": "crew"})
    page = open_link(phone)
    expect(page.locator("h1")).to_have_text(HOSTILE)
    expect(page.locator("#bar")).to_be_visible()
    assert page.locator("img[src=x]").count() == 0


def test_what_buses_contradict_is_asked_and_a_tap_answers_it(
    phone: Screen, chuncheon: Chuncheon
) -> None:
    said = {"at_ms": now_ms() - HOUR_MS, "by": "crew"}
    chuncheon.dig("full", started=said, said_ms=said["at_ms"])
    bus = {"at_ms": now_ms() - 60_000, "kind": "through", "route_id": "R"}
    row = {
        "kind": "no_effect",
        "work": WORK,
        "links": [],
        "since_ms": said["at_ms"],
        "told_ms": now_ms() - 60_000,
        "through": 3,
        "is_tapped": True,
        "events": [bus],
    }
    chuncheon.show(d={"d1": row})
    page = open_link(phone)
    log = Log(chuncheon, page)
    question = page.locator("#site-question")
    expect(question).to_contain_text("버스 3대가 지나갔습니다. 지금 열려 있나요?")
    expect(question.locator("button")).to_have_count(2)
    question.locator("[data-tap=not_yet]").tap()
    expect(question).to_be_hidden()
    told(page, "taken", "기록됨: 아직 아님")
    assert [body["word"] for body in log.bodies] == ["not_yet"]
    chuncheon.say(d={"d1": None})
    assert phone.notes.errors == []
