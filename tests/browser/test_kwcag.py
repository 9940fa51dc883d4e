"""Every page by the checks of the Korean web accessibility guidelines: `docs/compliance.md`."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from producers.network.importing import write_network
from streams.contract.times import now_ms
from tests.cities.chuncheon import TITLE, WORK, Chuncheon, shown_chuncheon
from tests.pages import kwcag, servers
from tests.pages.crew import MASTER, link_of, show_links, token_of
from tests.pages.screen import NewScreen, screens_of

WIDE = {"width": 1600, "height": 900}
PHONE = {"width": 390, "height": 844}
WALL = {"width": 3840, "height": 2160}
ZOOMED = {"200 %": {"width": 640, "height": 512}, "400 %": {"width": 320, "height": 256}}
SEEN = {  # language -> theme and size; the other language has the other theme at each size
    "ko": (("light", WIDE), ("dark", PHONE), ("dark", WALL), ("light", ZOOMED["400 %"])),
    "en": (("dark", WIDE), ("light", PHONE), ("light", WALL), ("dark", ZOOMED["400 %"])),
}
PAGES = {  # name -> what of it must be seen before it is looked at, and its address
    "map": ("#works-list .row", "/"),
    "card": ("#card h2", f"/#work={quote(WORK)}"),
    "desk": ("#examples-list dd", "/desk"),
    "answer": ("#card .verdict", f"/desk#id=work:{quote(WORK)}"),
    "work": (".verdict", f"/w/{quote(WORK)}"),
    "crew": ("#bar", f"/w/{quote(WORK)}#t="),
    "truth": ("h1", "/truth"),
    "own account": ("#own", "/login"),
    "first login": ("#form-first", "guarded:/login"),
    "not found": (".page h1", "/w/2026-none"),
}

IN_BOTH = ("truth", "not found")  # Korean and English stand beside each other there


@pytest.fixture(scope="module")
def city_dug(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chuncheon]:
    folder = tmp_path_factory.mktemp("kwcag")
    with shown_chuncheon(folder, secret=MASTER, photos=str(folder / "photos")) as city:
        city.calm()
        city.dig("full", organisation="하수과", phone="033-000-0000")
        show_links(city.client, link_of())
        yield city


@pytest.fixture(scope="module")
def guarded(city_dug: Chuncheon, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a map of the same city where people log in."""
    folder = tmp_path_factory.mktemp("guarded")
    write_network(city_dug.network, folder)
    with servers.running_map(
        city_dug.client, folder, folder, secret=MASTER, login="local"
    ) as server:
        yield server.url


@pytest.fixture(scope="module")
def new_screen(chromium: Browser, city_dug: Chuncheon) -> Iterator[NewScreen]:
    with screens_of(chromium, city_dug.url, viewport=WIDE, reduced_motion="no-preference") as make:
        yield make


@pytest.fixture(scope="module")
def shown(new_screen: NewScreen, guarded: str) -> Callable[[str], Page]:
    """Opens a page of `PAGES` once."""

    @cache
    def open_page(name: str) -> Page:
        seen, address = PAGES[name]
        base, path = (guarded, address[8:]) if address.startswith("guarded:") else ("", address)
        screen = new_screen(base) if base else new_screen()
        screen.page.goto(screen.url + path + (token_of() if name == "crew" else ""))
        expect(screen.page.locator(seen).first).to_be_visible()
        return screen.page

    return open_page


def told(found: dict[str, list[str]]) -> str:
    """Every fault on a line of its own, with where it was found."""
    return "\n".join(f"{where}: {fault}" for where, faults in found.items() for fault in faults)


def axe_at_sizes(page: Page, language: str) -> dict[str, list[str]]:
    """What axe finds in a language, by theme and width."""
    found = {}
    for theme, size in SEEN[language]:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
        found[f"{theme} {size['width']}"] = kwcag.axe(page)
    return found


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_in_the_light_in_the_dark_and_at_400_percent(
    shown: Callable[[str], Page], name: str
) -> None:
    found = axe_at_sizes(shown(name), "ko")
    assert told(found) == ""


@pytest.mark.parametrize("name", [name for name in PAGES if name not in IN_BOTH])
def test_a_page_in_english_is_as_good(shown: Callable[[str], Page], name: str) -> None:
    page = shown(name)
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    switch, html = page.locator("#tool-lang, #tongue").first, page.locator("html")
    switch.click()
    try:
        expect(html).to_have_attribute("lang", "en")
        assert told(axe_at_sizes(page, "en")) == ""
        kwcag.fits(page)
    finally:
        page.evaluate("() => { document.documentElement.dataset.theme = 'light'; }")
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        if html.get_attribute("lang") != "ko":
            switch.click()
        expect(html).to_have_attribute("lang", "ko")


@pytest.mark.parametrize("name", PAGES)
def test_each_stop_of_the_tab_key_has_a_name_and_is_seen_and_none_is_a_trap(
    shown: Callable[[str], Page], name: str
) -> None:
    page = shown(name)
    address = page.url
    found = {}
    for zoom, size in {"100 %": WIDE, **ZOOMED}.items():
        page.set_viewport_size(size)  # type: ignore[arg-type]
        found[zoom] = kwcag.stop_faults(page)
    assert told(found) == ""
    assert page.url.partition("#")[0] == address.partition("#")[0], "the focus alone leads nowhere"


def test_what_is_said_over_the_map_leaves_a_card_free_at_400_percent(
    new_screen: NewScreen, city_dug: Chuncheon
) -> None:
    screen = new_screen()
    page = screen.open(PAGES["card"][1])
    page.set_viewport_size(ZOOMED["400 %"])  # type: ignore[arg-type]
    try:
        city_dug.silence("its.speeds")
        expect(page.locator("#outage")).to_be_visible()
        assert kwcag.stop_faults(page) == []
        city_dug.is_ticking = False
        city_dug.tick(now_ms() - 60_000)
        expect(page.locator("#banner")).to_be_visible()
        assert kwcag.stop_faults(page) == []
        kwcag.fits(page)
    finally:
        city_dug.is_ticking = True
        city_dug.set_feed("its.speeds")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_at_200_and_400_percent_is_read_without_going_sideways(
    shown: Callable[[str], Page], name: str
) -> None:
    page = shown(name)
    for size in ZOOMED.values():
        page.set_viewport_size(size)  # type: ignore[arg-type]
        kwcag.fits(page)


def test_each_page_has_its_title_language_and_whole_source_and_nothing_plays_or_blinks(
    shown: Callable[[str], Page],
) -> None:
    titles = {}
    for name in PAGES:
        page = shown(name)
        titles[name] = page.title()
        source = page.request.get(page.url.partition("#")[0]).text()
        assert kwcag.markup_faults(page, source) == [], name
        expect(page.locator("html")).to_have_attribute("lang", "ko")
        assert page.locator("audio, video, marquee, blink, meta[http-equiv=refresh]").count() == 0
        assert kwcag.moving(page) == 0
        expect(page.locator("h1")).to_have_count(1)
    apart = [titles[name] for name in ("map", "desk", "work", "truth", "first login", "not found")]
    assert len({*apart}) == len(apart)


def has_theme(page: Page, theme: str) -> None:
    expect(page.locator("html")).to_have_attribute("data-theme", theme)


@pytest.mark.parametrize("address", ["/", "/desk"])
def test_keys_of_one_letter_rest_in_fields_and_can_be_switched_off(
    new_screen: NewScreen, address: str
) -> None:
    screen = new_screen()
    page, page_address = screen.page, screen.url + address
    page.goto(page_address)
    field = page.locator("#search-box, #box").first
    expect(page.locator("#feeds li").first).to_be_visible()
    field.focus()
    page.keyboard.type("d?")
    expect(field).to_have_value("d?")
    expect(page.locator("#help")).to_be_hidden()
    has_theme(page, "light")
    page.locator("#tool-help").focus()
    page.keyboard.press("d")
    has_theme(page, "dark")
    page.keyboard.press("Enter")
    expect(page.locator("#letters")).to_be_checked()
    page.locator("#letters").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    expect(field if address == "/desk" else page.locator("#tool-help")).to_be_focused()
    for is_new in (False, True):
        if is_new:
            page.goto("about:blank")
            page.goto(page_address)
            expect(page.locator("#feeds li").first).to_be_visible()
        page.locator("#tool-help").focus()
        for key in ("d", "?", "l", "/", "0"):
            page.keyboard.press(key)
        has_theme(page, "dark")
        expect(page.locator("html")).to_have_attribute("lang", "ko")
        expect(page.locator("#help")).to_be_hidden()
        expect(page.locator("#tool-help")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#help")).to_be_visible()
    expect(page.locator("#letters")).not_to_be_checked()


def test_a_press_is_taken_back_by_moving_off_the_button(shown: Callable[[str], Page]) -> None:
    page = shown("map")
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    before = page.locator("html").get_attribute("data-theme")
    button = page.locator("#tool-dark")
    button.hover()
    page.mouse.down()
    page.locator("#live").hover()
    page.mouse.up()
    assert page.locator("html").get_attribute("data-theme") == before
    button.click()
    has_theme(page, "light" if before == "dark" else "dark")


def test_a_map_needs_one_pointer_and_no_dragging(shown: Callable[[str], Page]) -> None:
    page = shown("map")
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    zooms = [page.evaluate("() => bomnae.map.getZoom()")]
    for name in ("in", "out"):
        page.evaluate(
            """() => { window.zoomed = null;
                 bomnae.map.once("zoomend", () => { zoomed = bomnae.map.getZoom(); }); }"""
        )
        page.click(f"#zoom-{name}")
        zooms.append(page.wait_for_function("() => window.zoomed").json_value())
    assert zooms[0] < zooms[1] > zooms[2]
    page.click("#works-list .row")
    expect(page.locator("#card h2")).to_be_visible()
    page.click("#card .close")
    expect(page.locator("#card")).to_be_hidden()


def test_help_is_the_last_tool_of_each_page_that_has_one(shown: Callable[[str], Page]) -> None:
    for name in ("map", "desk"):
        page = shown(name)
        expect(page.locator(".tools > :last-child")).to_have_id("tool-help")


def test_no_colour_stands_alone(shown: Callable[[str], Page]) -> None:
    page = shown("map")
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    heights = page.evaluate(
        """() => ["free", "slow", "jam", "unknown"].map((level) => {
          const line = document.querySelector(`.line.${level}`);
          return parseFloat(getComputedStyle(line, "::before").height);
        })"""
    )
    assert len({*heights}) == 4, "a level has a width of its own"
    for rows in ("#legend-rows .word", "#layer-rows label", "#feeds .word", "#feeds .symbol"):
        words = page.locator(rows).all_inner_texts()
        assert words, rows
        assert all(word.strip() for word in words), rows
    certainty = shown("answer").locator(".certainty").first
    expect(certainty.locator("i")).not_to_be_empty()
    expect(certainty).to_contain_text("통보됨")


DIALOGS = {  # of the map: what opens it, and what is seen then
    "help": ("#tool-help", "#help"),
    "in view": ("#zoom-list", "#around .row"),
    "closure": ("#tool-close", ".closing-text"),
    "deliveries": ("#alerts-log", "#log-body"),
    "feed": ("#feeds button", "#feed-body div"),
}


def test_what_opens_over_the_map_is_as_good(new_screen: NewScreen) -> None:
    page = new_screen(color_scheme="dark").open()
    expect(page.locator("#feeds li").first).to_be_visible()
    found = {}
    for name, (opener, seen) in DIALOGS.items():
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        page.click(opener)
        expect(page.locator(seen).first).to_be_visible()
        for size in (PHONE, ZOOMED["400 %"]):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            found[f"{name} {size['width']}"] = kwcag.axe(page)
            kwcag.fits(page)
        page.keyboard.press("Escape")
        expect(page.locator(seen).first).to_be_hidden()
    assert told(found) == ""


def kinds_in_view(page: Page) -> set[str]:
    kinds: list[str] = page.locator("#around option").evaluate_all(
        "(all) => all.map(({ value }) => value)"
    )
    return {*kinds}


def test_every_thing_on_the_map_is_reached_by_keyboard(
    new_screen: NewScreen, city_dug: Chuncheon
) -> None:
    city_dug.run_buses(1)
    stop = city_dug.network.stop_by_id["CCB250009002"]
    page = new_screen().open(f"/#map=16/{stop.lat}/{stop.lon}")
    page.wait_for_function("() => bomnae.buses.drawn.length && bomnae.marks.marks.length")
    page.keyboard.press("v")
    rows = page.locator("#around .row")
    expect(rows.first).to_be_focused()
    expect(page.locator(".around-ring")).to_be_visible()
    drawn = page.evaluate("() => bomnae.marks.marks.map(({ kind }) => kind)")
    assert kinds_in_view(page) == {"", "link", "stop", "bus", *drawn}
    for kind, name in (("work", TITLE), ("stop", stop.name), ("bus", "1번 버스")):
        page.select_option("#around select", kind)
        row = rows.filter(has_text=name).first
        row.focus()
        page.keyboard.press("Enter")
        expect(page.locator("#card h2")).to_contain_text(name)
        expect(page.locator("#card")).to_be_focused()
        page.keyboard.press("Escape")
        expect(row).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#around")).to_be_hidden()
    expect(page.locator(".leaflet-container")).to_be_focused()  # where Shift and arrows go on


def test_shift_and_an_arrow_go_from_thing_to_thing_and_say_what_it_is(
    new_screen: NewScreen, city_dug: Chuncheon
) -> None:
    stop = city_dug.network.stop_by_id["CCB250009002"]
    page = new_screen().open(f"/#map=15/{stop.lat}/{stop.lon}")
    page.wait_for_function("() => bomnae.marks.marks.length")
    page.locator(".leaflet-container").focus()
    page.keyboard.press("Shift+ArrowRight")
    said, ring = page.locator("#around-said"), page.locator(".around-ring")
    expect(said).to_have_text(re.compile(r".+, 가운데에서 .+쪽 [\d.]+ k?m"))
    expect(ring).to_be_visible()
    first = said.inner_text()
    page.keyboard.press("Shift+ArrowRight")
    expect(said).not_to_have_text(first)
    page.keyboard.press("Enter")
    expect(page.locator("#card")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".leaflet-container")).to_be_focused()
    expect(ring).to_be_visible()
    page.keyboard.press("Escape")
    expect(ring).to_be_hidden()


def test_a_contrast_theme_draws_in_the_colours_of_the_system(new_screen: NewScreen) -> None:
    page = new_screen(forced_colors="active", color_scheme="dark").open()
    expect(page.locator("#works-list .row").first).to_be_visible()
    used, system = page.evaluate(
        """async () => {
          const ctx = document.createElement("canvas").getContext("2d"), found = {};
          for (const name of ["Canvas", "CanvasText", "LinkText"]) {
            ctx.fillStyle = name;
            found[name] = ctx.fillStyle;
          }
          return [(await own("palette.js")).colours(), found];
        }"""
    )
    assert used["levels"][:2] == [system["CanvasText"], system["LinkText"]]
    assert (used["halo"], used["name"]) == (system["Canvas"], system["CanvasText"])
    assert page.evaluate("() => new Set(bomnae.links.widthOf).size") == 4
    edges = [
        page.locator(f"#tab-{name}").evaluate("(tab) => getComputedStyle(tab).borderBottomColor")
        for name in ("works", "incidents")
    ]
    assert edges[0] != edges[1], "the tab that is chosen has another edge"
