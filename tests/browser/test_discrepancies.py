"""What buses say against what was declared: the list, the card with its evidence, the roads."""

import re
from typing import Any

from playwright.sync_api import expect

from streams.contract.times import now_ms
from tests.cities.stage import City
from tests.pages.screen import NewScreen, Screen, box_of

MINUTE_MS = 60_000
WORK = "2026-굴착-9500"


def buses(city: City, *did: str) -> list[dict[str, Any]]:
    """One bus a minute, the last of them a minute ago."""
    route = city.network.routes[0].id if city.network.routes else "R300"
    first_ms = now_ms() - len(did) * MINUTE_MS
    return [
        {"at_ms": first_ms + k * MINUTE_MS, "kind": kind, "route_id": route}
        for k, kind in enumerate(did)
    ]


def discrepancy(city: City, *did: str, **more: Any) -> dict[str, Any]:
    """One that goes on, on the city's link 70, with these buses behind it; `more` overrides."""
    row: dict[str, Any] = {
        "kind": "undeclared",
        "work": "",
        "links": [city.network.links[70].id],
        "since_ms": now_ms() - 12 * MINUTE_MS,
        "told_ms": now_ms() - 2 * MINUTE_MS,
        "certainty": "confirmed",
        "through": did.count("through"),
        "round": len(did) - did.count("through"),
        "events": buses(city, *did),
    }
    return {**row, **more}


def impassable(certainty: str) -> dict[str, Any]:
    return {"state": "impassable", "since_ms": now_ms() - 9 * MINUTE_MS, "certainty": certainty}


def test_the_evidence_of_a_discrepancy_is_opened_by_keyboard(screen: Screen, city: City) -> None:
    link = city.network.links[70].id
    city.set_work(WORK, title="열린 길의 공사", links=[link], closure="full")
    row = discrepancy(
        city,
        *("astray", "through", "through", "skipped", "through"),
        kind="no_effect",
        work=WORK,
        declared_ms=now_ms() - 40 * MINUTE_MS,
        speed_ratio=960,
    )
    page = screen.open()
    before = screen.centre()
    city.say(d={"d1": row})
    expect(page.locator("#discrepancies-count")).to_have_text("1")
    page.locator("#tab-works").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-discrepancies")).to_be_focused()
    line = page.locator("#discrepancies-list .row")
    for text in ("허가만 있고 공사 없음", "열린 길의 공사", "확인됨"):
        expect(line).to_contain_text(text)
    line.focus()
    expect(line).to_be_focused()
    page.keyboard.press("Enter")
    card = page.locator("#card")
    expect(card).to_be_focused()
    for text in ("지나간 버스", "3대", "2대", "평소의 96%", "계속 중"):
        expect(card).to_contain_text(text)
    screen.wait_until(screen.centre, "the map flew there", lambda seen: seen != before)
    timeline = card.locator(".timeline")
    expect(timeline).to_have_attribute("aria-label", re.compile("지나간 버스 3대, 우회한 버스 2대"))
    expect(timeline.locator(".hours.open")).to_have_count(1)
    expect(timeline.locator(".bus.through")).to_have_count(3)
    expect(timeline.locator(".bus.astray, .bus.skipped")).to_have_count(2)
    first = timeline.locator(".bus").first
    first.focus()
    expect(first).to_be_focused()
    expect(first).to_have_attribute("aria-label", re.compile("다른 길로 감"))
    card.locator(".evidence-list summary").click()
    expect(card.locator(".evidence-list li")).to_have_count(5)
    card.get_by_role("button", name="열린 길의 공사").click()
    expect(card).to_have_attribute("data-kind", "work")
    city.say(d={"d1": None}, w={WORK: None})
    expect(page.locator("#discrepancies-none")).to_contain_text("어긋나는 곳이 없습니다")


def test_one_kind_is_listed_and_what_is_over_stands_last(screen: Screen, city: City) -> None:
    page = screen.open()
    page.click("#tab-discrepancies")
    city.say(
        d={
            "a": discrepancy(city, "astray"),
            "b": discrepancy(city, "astray", kind="overrun", until_ms=now_ms()),
        }
    )
    rows = page.locator("#discrepancies-list .row")
    expect(rows).to_have_count(2)
    expect(rows.nth(1)).to_have_class("row is-over")
    marks = "() => bomnae.marks.marks.filter((mark) => mark.kind === 'discrepancy').length"
    screen.wait_until(
        lambda: page.evaluate(marks), "one mark, of the one that goes on", lambda seen: seen == 1
    )
    page.select_option("#discrepancy-kind", "overrun")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("종료 후 계속 통제")
    screen.wait_until(
        lambda: page.evaluate(marks), "no mark of another kind", lambda seen: seen == 0
    )
    page.select_option("#discrepancy-kind", "elsewhere")
    expect(page.locator("#discrepancies-none")).to_contain_text("이 종류")
    city.say(d={"a": None, "b": None})


def test_a_road_that_buses_go_round_is_fenced_whatever_was_declared(
    screen: Screen, city: City
) -> None:
    index = 70
    link = city.network.links[index].id
    page = screen.open(f"/#link={link}")
    card = page.locator("#card")
    expect(card).to_contain_text("약속 없음")
    screen.probe(index)
    pixels = """(i) => {
      const { marks, links } = bomnae, { x, y } = links.probe(i), { shift } = marks.canvas.view;
      const ratio = marks.canvas.element.width / marks.canvas.view.width;
      const found = marks.canvas.ctx.getImageData(
        (x - shift.x - 20) * ratio, (y - shift.y - 20) * ratio, 40 * ratio, 40 * ratio).data;
      const colours = new Set();
      for (let k = 0; k < found.length; k += 4) if (found[k + 3] > 250)
        colours.add([found[k], found[k + 1], found[k + 2]].join());
      return [...colours]; }"""

    def has(colour: str) -> bool:
        return colour in page.evaluate(pixels, index)

    sure, amber = "160,0,60", "184,106,0"
    assert not has(sure)
    city.say(v={link: {**impassable("confirmed"), "promise_s": 480}})
    screen.wait_until(lambda: has(sure), "a red fence")
    expect(card).to_contain_text("통행 불가")
    expect(card).to_contain_text("8분 안에 감지")
    expect(page.locator("[data-name=impassable] .count")).to_have_text("1")
    city.say(v={link: impassable("inferred")})
    screen.wait_until(lambda: has(amber) and not has(sure), "an amber one of one route")
    expect(card).to_contain_text("한 노선만")
    page.uncheck("#show-impassable")
    screen.wait_until(lambda: not has(amber), "none")
    city.say(v={link: None})


def test_blind_streets_are_shown_when_asked_for_and_stay_in_the_address(
    screen: Screen, city: City
) -> None:
    page = screen.open()
    key = page.locator("#promise-key")
    expect(page.locator("#show-promise")).not_to_be_checked()
    expect(key).to_be_hidden()
    city.say(v={city.network.links[70].id: {"state": "passable", "promise_s": 540}})
    page.check("#show-promise")
    expect(key.locator("div")).to_have_count(5)
    expect(key.locator("div").nth(1)).to_contain_text("10분 이내")
    screen.wait_until(
        lambda: key.locator(".count").nth(1).inner_text(),
        "it has a length",
        lambda seen: seen != "0 km",
    )
    screen.wait_until(lambda: page.url, "in the address", lambda seen: "on=promise" in seen)
    page.reload()
    screen.wait_for("live")
    expect(page.locator("#show-promise")).to_be_checked()
    city.say(v={city.network.links[70].id: None})


def test_on_a_telephone_the_card_and_its_timeline_fit(new_screen: NewScreen, city: City) -> None:
    screen = new_screen(viewport={"width": 390, "height": 844})
    city.say(d={"d1": discrepancy(city, "astray", "turned", "through")})
    page = screen.open("/#discrepancy=d1")
    timeline = page.locator("#card .timeline")
    expect(timeline).to_be_visible()
    box = box_of(timeline)
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    expect(page.locator("#card")).to_contain_text("기록 없는 통제")
    city.say(d={"d1": None})


def test_a_card_that_is_drawn_anew_keeps_a_press_the_focus_and_what_is_unfolded(
    screen: Screen, city: City
) -> None:
    link = city.network.links[70].id
    city.set_work(WORK, title="열린 길의 공사", links=[link], closure="full")
    city.say(d={"d1": discrepancy(city, "astray", "through", kind="no_effect", work=WORK)})
    page = screen.open("/#discrepancy=d1")
    card, listed = page.locator("#card"), page.locator("#works-list")
    lines, work = card.locator(".evidence-list"), card.get_by_role("button", name="열린 길의 공사")
    lines.locator("summary").click()
    expect(lines).to_have_attribute("open", "")
    work.focus()
    city.set_work("2026-굴착-9501", title="다른 곳의 공사", links=[city.network.links[72].id])
    expect(listed).to_contain_text("다른 곳의 공사")
    expect(lines).to_have_attribute("open", "")
    expect(work).to_be_focused()
    screen.rests()
    box = box_of(work)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    city.say(w={"2026-굴착-9501": None})
    expect(listed).not_to_contain_text("다른 곳의 공사")
    page.mouse.up()
    expect(card).to_have_attribute("data-kind", "work")
    city.say(d={"d1": None}, w={WORK: None})
