from collections.abc import Callable

from playwright.sync_api import expect

from tests.cities.stage import City
from tests.pages.kwcag import fits
from tests.pages.screen import Screen, box_of

NewScreen = Callable[..., Screen]


def test_language_turns_to_english_and_stays_in_the_address(screen: Screen) -> None:
    page = screen.open()
    page.click("#tool-lang")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#live-word")).to_have_text("Live")
    expect(page.locator("[data-name=jam] .word")).to_have_text("Jam")
    expect(page.locator("#feeds .word").first).not_to_contain_text("정상")
    screen.wait_until(lambda: page.url, "address", lambda seen: "lang=en" in seen)
    page.keyboard.press("l")
    expect(page.locator("#live-word")).to_have_text("실시간")


def test_every_word_has_both_languages(screen: Screen) -> None:
    page = screen.open("/#lang=en")
    expect(page.locator("#feeds li").first).to_be_visible()
    texts = page.locator("[data-t]").all_inner_texts()
    korean = [text for text in texts if any("가" <= letter <= "힣" for letter in text)]
    assert korean in ([], ["한국어"])


def test_dark_follows_the_system_until_chosen(new_screen: NewScreen) -> None:
    screen = new_screen(color_scheme="dark")
    page = screen.open()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.keyboard.press("d")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    screen.wait_until(lambda: page.url, "address", lambda seen: "light" in seen)
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


def test_colour_blind_palette_repaints_the_roads(screen: Screen, city: City) -> None:
    city.set_speed(60, 50)
    page = screen.open()
    screen.wait_until(lambda: screen.level(60), "green", lambda seen: seen == "free")
    screen.wait_until(lambda: screen.probe(60)[2][1] > screen.probe(60)[2][2], "not blue")
    page.keyboard.press("c")
    screen.wait_until(lambda: screen.probe(60)[2][2] > screen.probe(60)[2][1], "blue")
    expect(page.locator("#tool-cb")).to_have_attribute("aria-pressed", "true")


def test_keys_work_with_the_korean_keyboard_on(screen: Screen) -> None:
    page = screen.open()
    page.evaluate(
        """() => dispatchEvent(new KeyboardEvent("keydown", {key: "ㅊ", code: "KeyC"}))"""
    )
    expect(page.locator("html")).to_have_attribute("data-palette", "cb")


def test_permalink_restores_the_whole_screen(screen: Screen, city: City) -> None:
    links = [city.network.links[61].id]
    city.set_work("2026-굴착-8001", title="이어 보는 공사", closure="partial", links=links)
    page = screen.open(
        "/#map=15.5/37.92/127.67&off=free,buses&phase=active&work=2026-굴착-8001&dark&cb&lang=en"
    )
    for name in ("free", "buses"):
        expect(page.locator(f"#show-{name}")).not_to_be_checked()
    expect(page.locator("input[value=active]")).to_be_checked()
    expect(page.locator("#card h2")).to_have_text("이어 보는 공사")
    root = page.locator("html")
    for name, value in (("data-theme", "dark"), ("data-palette", "cb"), ("lang", "en")):
        expect(root).to_have_attribute(name, value)
    assert screen.zoom() == 15.5  # what is chosen did not move the map
    assert [round(value, 3) for value in screen.centre()] == [37.92, 127.67]


def test_nonsense_in_the_address_is_left_out(screen: Screen) -> None:
    page = screen.open("/#map=99/abc/999&off=nothing,%E0%A4%A&phase=later&lang=xx&link=no-such")
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    expect(page.locator("#show-free")).to_be_checked()


def test_telephone_shows_the_map_first_and_scrolls_nowhere(new_screen: NewScreen) -> None:
    screen = new_screen(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = screen.open()
    fits(page)
    expect(page.locator("#feeds li").first).to_be_attached()  # all stands where it stays
    box = box_of(page.locator("#stage"))
    assert box["width"] == 390
    assert box["height"] > 600
    for sheet, shown in (("right", "#works-list"), ("left", "#search-box"), ("feeds", "#feeds")):
        page.click(f".sheets [data-sheet={sheet}]")
        expect(page.locator(shown)).to_be_visible()
        fits(page)
    page.click(".sheets [data-sheet='']")
    expect(page.locator("#side-right")).to_be_hidden()


def test_everything_is_reached_by_keyboard(screen: Screen, city: City) -> None:
    links = [city.network.links[62].id]
    city.set_work("2026-굴착-8002", title="자판 공사", closure="full", links=links)
    page = screen.open()
    expect(page.locator("[data-id='2026-굴착-8002']")).to_be_visible()
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("#search-box")).to_be_focused()
    page.keyboard.press("Escape")
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#works-list .row").first).to_be_focused()
    assert "works-list" not in page.url, "the address belongs to the picture"
    page.keyboard.press("Enter")
    expect(page.locator("#card")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#card")).to_be_hidden()
    expect(page.locator("#works-list .row").first).to_be_focused()


def test_marks_of_works_outside_their_hours_stand_out_in_the_dark(screen: Screen) -> None:
    page = screen.open("/#dark")
    brightest = """async (style) => { const canvas = document.createElement("canvas");
      canvas.width = canvas.height = 24; const ctx = canvas.getContext("2d");
      const [{ drawSign }, { colours }] = await Promise.all([own("signs.js"), own("palette.js")]);
      drawSign(ctx, "full", 12, 12, 1, style, colours());
      const { data } = ctx.getImageData(0, 0, 24, 24);
      const grey = (k) => Math.min(...data.slice(4 * k, 4 * k + 3));
      return Math.max(...Array.from({ length: 576 }, (_, k) => grey(k))); }"""
    assert page.evaluate(brightest, "dashed") > 180


def test_wall_of_4k_draws_larger_letters_and_lines(new_screen: NewScreen) -> None:
    screen = new_screen(viewport={"width": 3840, "height": 2160})
    page = screen.open()
    assert page.evaluate("async () => (await own('palette.js')).screenScale()") > 1.5
    page.wait_for_function("() => bomnae.links.canvas.element.width > 0")
    assert page.evaluate("() => bomnae.links.canvas.element.width") <= 4400
