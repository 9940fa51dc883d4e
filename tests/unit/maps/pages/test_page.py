import re
from dataclasses import replace
from typing import Any

import folium
import pytest

from maps.pages import csp
from maps.pages.page import shell
from maps.pages.pages import render_pages
from maps.pages.refusal import refusal_of
from maps.picture.shapes import work_row
from maps.picture.text import kst, kst_end
from streams.contract.settings import Settings
from streams.domain.works.rows import Work
from streams.geo.network import Network
from streams.words.catalogue import phrase
from tests.cities.rows import row_of

SETTINGS = Settings()
HOSTILE = "</script><img src=x onerror=alert(1)>\"'{{7*7}}\u202e"


def plain(path: str) -> str:
    return f"/static/{path}"


def test_the_page_asks_no_outside_host(network: Network) -> None:
    html = render_pages(network, SETTINGS, plain).operator.raw.decode()
    outside = re.sub(r"http://www\.w3\.org/2000/svg", "", html)
    assert "http://" not in outside
    assert "https://" not in outside
    assert not re.search(r"""(?:src|href)=["']//""", outside)


def test_the_desk_has_own_files_only_and_no_inline_block(network: Network) -> None:
    pages = render_pages(network, SETTINGS, plain)
    html = pages.desk.raw.decode()
    assert "//" not in html.replace("://", "//").replace("<!DOCTYPE html>", "")
    assert csp.hashes(html, "script") == csp.hashes(html, "style") == []
    assert not re.search(r"\son[a-z]+=| style=", html)
    assert "중앙로 " not in html
    assert pages.desk == render_pages(network, SETTINGS, plain).desk


@pytest.mark.parametrize("name", ["started", "also_closed", "unlisted_ms", "first_ends_ms"])
def test_the_work_page_says_what_is_known_beside_the_permit(
    network: Network, work: dict[str, Any], name: str
) -> None:
    more = {
        "started": {"at_ms": work["starts_ms"], "by": "crew"},
        "also_closed": ["bicycle"],
        "unlisted_ms": work["starts_ms"],
        "first_ends_ms": work["ends_ms"] - 1,
    }
    said = {
        "started": "현장",
        "also_closed": "자전거도로 통제",
        "unlisted_ms": "Not listed",
        "first_ends_ms": "당초 종료",
    }
    pages = render_pages(network, SETTINGS, plain)

    def page_of(row: dict[str, Any]) -> str:
        return pages.work(
            work_row("W", row_of(Work, row), network), [], now_ms=0, store="ok", clock_ms=None
        )

    assert said[name] not in page_of(work)
    assert said[name] in page_of({**work, name: more[name]})


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"ends_ms": None, "flags": ["no_end"]}, ["~ 종료일 미정", "끝나는 날은 목록에 없습니다."]),
        ({"ends_ms": None, "flags": ["end_unreadable"]},
         ["~ 종료일 미확인", "목록의 종료일을 읽지 못했습니다."]),
        ({"starts_ms": None, "flags": ["no_start"]},
         ["시작일 미확인 ~ 2026-", "시작하는 날은 목록에 없습니다.", "The list gives no begin."]),
        ({"hours": "09:00-12:00,13:00-18:00"}, ["09:00~12:00, 13:00~18:00"]),
        ({"hours": "22:00-06:00"}, ["22:00~다음 날 06:00"]),
        ({"flags": ["hours_unreadable"]}, ["목록의 작업 시간을 읽지 못했습니다."]),
    ],
)  # fmt: skip
def test_the_work_page_says_when_it_is_and_what_of_that_is_not_known(
    network: Network, work: dict[str, Any], more: dict[str, Any], said: list[str]
) -> None:
    pages = render_pages(network, SETTINGS, plain)
    row = work_row("W", row_of(Work, {**work, **more}), network)
    html = pages.work(row, [], now_ms=0, store="ok", clock_ms=None)
    assert [text for text in said if text not in html] == []
    assert "None" not in html


def test_rendering_twice_gives_the_same_bytes(network: Network) -> None:
    first, second = (render_pages(network, SETTINGS, plain) for _ in range(2))
    assert first.operator == second.operator
    assert first.operator_policy == second.operator_policy


def test_the_shell_leaves_folium_as_it_was(network: Network) -> None:
    before = list(folium.Map.default_js)
    shell(network, SETTINGS, plain)
    assert folium.Map.default_js == before


def test_the_page_holds_no_road(network: Network) -> None:
    html = render_pages(network, SETTINGS, plain).operator.raw.decode()
    assert "중앙로" not in html
    assert "S0>S1" not in html


def test_every_inline_block_is_in_the_policy(network: Network) -> None:
    pages = render_pages(network, SETTINGS, plain)
    html = pages.operator.raw.decode()
    for source in (*csp.hashes(html, "script"), *csp.hashes(html, "style")):
        assert source in pages.operator_policy
    assert "unsafe" not in pages.operator_policy
    assert not re.search(r"\son[a-z]+=", html)


def test_a_tile_host_is_allowed_for_pictures_only(network: Network) -> None:
    tiles = "https://{s}.tile.example/{z}/{x}/{y}.png"
    settings = replace(SETTINGS, tiles=tiles, tiles_attribution="© example")
    policy = render_pages(network, settings, plain).operator_policy
    assert "img-src 'self' data: https://*.tile.example;" in policy
    assert policy.count("tile.example") == 1
    first, second = (render_pages(network, settings, plain).operator for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    "tiles", ["", "javascript:alert(1)", "https://a b/{z}", "https://x;script-src *"]
)
def test_a_tile_address_that_is_none_opens_nothing(tiles: str) -> None:
    assert csp.tile_source(tiles) == []


def test_text_of_feeds_stays_text_on_the_work_page(network: Network, work: dict[str, Any]) -> None:
    names = ("title", "purpose", "place", "organisation", "phone", "hours", "direction")
    row = work_row(HOSTILE, row_of(Work, {**work, **dict.fromkeys(names, HOSTILE)}), network)
    pages = render_pages(network, SETTINGS, plain)
    html = pages.work(row, [], now_ms=1_795_400_000_000, store="ok", clock_ms=None)
    assert "<img" not in html
    assert html.count("<script") == html.count("</script>") == 1  # the theme's
    assert "{{7*7}}" in html
    assert "\u202e" not in re.findall(r"<h1>(.*?)</h1>", html, re.DOTALL)[0]
    assert pages.policy.count("sha256") == 0


def test_the_page_of_a_refusal_speaks_two_languages_and_leads_back(network: Network) -> None:
    facts = refusal_of(404, "not_found", phrase("missing.text"), may={"see"}, account="", again="")
    facts = replace(facts, what="/w/" + HOSTILE)
    html = render_pages(network, SETTINGS, plain).refusal(facts, "", ())
    assert "찾을 수 없" in html
    assert "There is nothing" in html
    assert 'href="/"' in html
    assert "<img" not in html


def test_a_city_name_cannot_leave_its_string(network: Network) -> None:
    pages = render_pages(network, replace(SETTINGS, city=HOSTILE), plain)
    assert "<img" not in pages.operator.raw.decode() + pages.desk.raw.decode()


@pytest.mark.parametrize(("clock_ms", "is_said"), [(None, True), (89_999, True), (90_000, False)])
def test_a_work_page_of_a_late_picture_says_so(
    network: Network, work: dict[str, Any], clock_ms: int | None, *, is_said: bool
) -> None:
    row = work_row("W", row_of(Work, work), network)
    pages = render_pages(network, SETTINGS, plain)
    html = pages.work(row, [], now_ms=100_000, store="ok", clock_ms=clock_ms)
    assert ('class="lost"' in html) is is_said


@pytest.mark.parametrize(
    ("at_ms", "expected"),
    [(1_795_964_400_000, "2026-11-29 24:00"), (0, "1970-01-01 09:00"), (None, "-")],
)
def test_a_period_that_ends_at_midnight_ends_the_day_before(
    at_ms: int | None, expected: str
) -> None:
    assert kst_end(at_ms) == expected


@pytest.mark.parametrize(
    ("at_ms", "expected"), [(0, "1970-01-01 09:00"), (None, "-"), (10**18, "-")]
)
def test_times_are_korean(at_ms: int | None, expected: str) -> None:
    assert kst(at_ms) == expected
