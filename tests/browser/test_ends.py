"""Works by night, of two windows a day, and without a known begin or end, on every screen."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from maps.desk.saying.times import until
from streams.contract.times import DAY_MS, KST, now_ms
from streams.domain.overlaps import last_ms
from streams.domain.unknown_times import notes
from tests.cities.chuncheon import DUG, WORK, Chuncheon, dig_row, shown_chuncheon
from tests.cities.seed import Json
from tests.pages.screen import NewScreen, Screen, screens_of

OPEN: Json = {"ends_ms": None, "first_ends_ms": None, "flags": ["no_end"]}
SPOILED: Json = {"ends_ms": None, "first_ends_ms": None, "flags": ["end_unreadable"]}
VAGUE: Json = {**OPEN, "starts_ms": None, "phase": "planned", "is_in_force": False}
VAGUE["flags"] = ["no_start", "no_end"]
SIZES = ({"width": 1600, "height": 900}, {"width": 390, "height": 844})


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chuncheon]:
    with shown_chuncheon(tmp_path_factory.mktemp("ends")) as city:
        yield city


@pytest.fixture
def new_screen(chromium: Browser, city: Chuncheon) -> Iterator[NewScreen]:
    city.calm()
    with screens_of(chromium, city.url) as make:
        yield make


@pytest.fixture
def screen(new_screen: NewScreen) -> Screen:
    return new_screen()


def night() -> Json:
    """A work of last night or tonight, now in its hours: they cross midnight whatever it is now."""
    now = datetime.fromtimestamp(now_ms() / 1000, KST)
    midnight_ms = round(now.replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000)
    begin, day_ms = (now.hour, midnight_ms) if now.hour else (23, midnight_ms - DAY_MS)
    hours = f"{begin:02}:00-{(begin - 1) % 24:02}:30"
    return {"starts_ms": day_ms, "ends_ms": day_ms + DAY_MS, "hours": hours}


def card_of(screen: Screen, *due: str) -> str:
    """What the card of the work says on the map, once it says what is due."""
    screen.open(f"/#work={WORK}")
    card = screen.page.locator("#card")
    for text in due:
        expect(card).to_contain_text(text, use_inner_text=True)
    return card.inner_text()


def answers(page: Page, url: str, due: str) -> None:
    """Wait until the desk reads this aloud of the work."""
    page.goto(f"{url}/desk#id=work:{WORK}")
    expect(page.locator(".sentence")).to_contain_text("공사")
    expect(page.locator(".sentence")).to_contain_text(due, use_inner_text=True)


def no_overflow(page: Page) -> None:
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("size", SIZES, ids=["room", "phone"])
@pytest.mark.parametrize(
    ("row", "told"),
    [
        (OPEN, ("종료일 미정", "끝나는 날은 목록에 없습니다.")),
        (SPOILED, ("종료일 미확인", "목록의 종료일을 읽지 못했습니다.")),
        (VAGUE, ("시작일 미확인 ~ 종료일 미정", "시작하는 날과 끝나는 날은 목록에 없습니다.")),
    ],
    ids=["open", "unreadable", "vague"],
)
def test_a_time_that_is_not_known_is_named_on_the_map_the_desk_and_the_works_own_page(
    new_screen: NewScreen, city: Chuncheon, size: Json, row: Json, told: tuple[str, str]
) -> None:
    word, why = told
    screen = new_screen(viewport=size)
    city.show(w={WORK: {**dig_row("partial"), **row}})
    text = card_of(screen, word, why)
    for said in ("NaN", "1970", "Invalid", "null", "undefined"):
        assert said not in text
    answers(screen.page, city.url, "목록")
    period = screen.page.locator("li.work .period")
    expect(period).to_contain_text(word)
    expect(screen.page.locator("li.work .note")).to_contain_text(why)
    assert "1970" not in period.inner_text()
    screen.page.goto(f"{city.url}/w/{WORK}")
    expect(screen.page.locator("dl.facts")).to_contain_text(word)
    expect(screen.page.locator("dl.facts")).to_contain_text(why)
    no_overflow(screen.page)


def test_what_a_list_could_not_tell_is_named_on_the_map_the_desk_and_the_works_own_page(
    screen: Screen, city: Chuncheon
) -> None:
    city.show(w={WORK: dig_row("full", flags=["hours_unreadable", "moon", "point_shared"])})
    told = notes(["hours_unreadable", "point_shared"]).to("ko")
    card_of(screen, told)
    answers(screen.page, city.url, "다만 위치가 정확하지 않을 수 있습니다.")
    expect(screen.page.locator("li.work .note")).to_have_text(told)
    screen.page.goto(f"{city.url}/w/{WORK}")
    expect(screen.page.locator("dl.facts")).to_contain_text(told)


def test_works_whose_times_are_not_known_stand_last_among_their_like(
    screen: Screen, city: Chuncheon
) -> None:
    known = dig_row("partial")
    rows = {
        "2026-굴착-1": {**known, **VAGUE, "phase": "active"},
        "2026-굴착-2": {**known, **OPEN},
        "2026-굴착-3": {**known, "title": "끝이 있는 공사"},
        "2026-굴착-4": {
            **known,
            "title": "먼저 시작한 공사",
            "starts_ms": known["starts_ms"] - DAY_MS,
        },
    }
    city.show(w={name: {**row, "permit_id": name} for name, row in rows.items()})
    page = screen.open()
    listed = page.locator("#works-list .row")
    expect(listed).to_have_count(4)
    for place, number in enumerate((4, 3, 2, 1)):
        expect(listed.nth(place)).to_have_attribute("data-id", f"2026-굴착-{number}")
    expect(listed.nth(2)).to_contain_text("~ 종료일 미정")
    expect(listed.nth(3)).to_contain_text("시작일 미확인 ~ 종료일 미정")


@pytest.mark.parametrize("size", SIZES, ids=["room", "phone"])
def test_a_night_is_until_its_morning_at_the_desk_and_the_next_day_on_the_map(
    new_screen: NewScreen, city: Chuncheon, size: Json
) -> None:
    row = night()
    screen = new_screen(viewport=size)
    city.dig("full", **row)
    begin, end = row["hours"].split("-")
    card_of(screen, f"{begin}~다음 날 {end}")
    answers(screen.page, city.url, "까지 통제할 예정")

    def is_until_its_morning() -> bool:
        morning = until(last_ms(row["ends_ms"], row["hours"]), now_ms()).to("ko")
        return f"{morning}까지" in screen.page.locator(".sentence").inner_text()

    screen.wait_until(is_until_its_morning, "until its morning, as one says it today")
    no_overflow(screen.page)


def test_two_windows_a_day_are_written_as_koreans_write_them(
    screen: Screen, city: Chuncheon
) -> None:
    city.dig("partial", hours="09:00-12:00,13:00-18:00", phase="paused")
    card_of(screen, "09:00~12:00, 13:00~18:00")
    said = "매일 오전 9시부터 낮 12시까지, 오후 1시부터 오후 6시까지"
    answers(screen.page, city.url, said)


def test_words_of_unknown_times_are_english_where_the_page_is(
    screen: Screen, city: Chuncheon
) -> None:
    city.show(w={WORK: dig_row("partial", **SPOILED)})
    page = screen.open(f"/#work={WORK}&lang=en")
    expect(page.locator("#card")).to_contain_text("end not readable")
    expect(page.locator("#card")).to_contain_text("The end in the list cannot be read.")


def test_a_clash_without_a_known_end_says_so(screen: Screen, city: Chuncheon) -> None:
    works = {f"2026-굴착-{n}": dig_row("partial", **OPEN) for n in (1, 2)}
    clash = {
        "id": "k1", "kind": "works", "severity": "high", "works": list(works), "links": [DUG[0]],
        "routes": [], "stops": [], "places": [], "from_ms": now_ms(), "until_ms": None,
    }  # fmt: skip
    city.show(w=works, o={"k1": clash})
    page = screen.open()
    page.locator("#tab-clashes").click()
    expect(page.locator("#clashes-list .row")).to_contain_text("~ 종료일 미정")
    page.locator("#clashes-list .row").click()
    expect(page.locator("#card")).to_contain_text("~ 종료일 미정")
