"""The desk on the city's own network, where the two sides of a street share no stop: a permit with
a point closes both, one with a direction its own.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect

from producers.network.importing import import_network
from streams.contract.enums import Closure
from streams.contract.records import Permit, PermitBatch
from streams.contract.settings import Settings
from streams.contract.times import DAY_MS, now_ms
from streams.domain.links.fold import FoldSettings
from streams.domain.links.levels import thresholds_by_class
from streams.domain.links.windows import WindowGrid
from streams.domain.stages.roadstate import RoadsStage
from streams.domain.stages.works import WorksStage
from streams.geo.network import Network
from tests.cities.fakes import Folded
from tests.cities.seed import link_view
from tests.cities.stage import City
from tests.cities.traffic import Traffic
from tests.pages import servers
from tests.pages.cities import running_city
from tests.pages.desk import open_place
from tests.pages.screen import NewScreen, Screen, screens_of
from tests.places import SHARED

ROUTES = SHARED / "data/chuncheon/route_stops_20260326.cp949.csv"
THERE, BACK = "CCB250001262>CCB250001358", "CCB250001359>CCB250001263"  # 향교, 춘천시청별관
STREET = "향교 춘천시청별관"
SIZE = {"width": 1280, "height": 900}
RULES = FoldSettings(WindowGrid(60_000, 120_000), 600_000, thresholds_by_class(Settings()))


@pytest.fixture(scope="module")
def network() -> Network:
    return import_network(ROUTES, Settings.from_env({"BOMNAE_NETWORK": "-"})).network


@pytest.fixture(scope="module")
def real_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("both-sides")


@pytest.fixture(scope="module")
def real_city(network: Network, real_folder: Path) -> Iterator[City]:
    traffic = Traffic(network, seed=1, buses=0, works=0)
    traffic.links = {link.id: link_view(32.0) for link in network.links}
    with running_city(real_folder, network, traffic) as city:
        yield city


@pytest.fixture(scope="module")
def real_server(real_city: City, real_folder: Path) -> Iterator[servers.MapServer]:
    with servers.running_map(real_city.client, real_folder, real_folder) as running:
        yield running


@pytest.fixture
def new_desk(chromium: Browser, real_server: servers.MapServer) -> Iterator[NewScreen]:
    with screens_of(chromium, real_server.url, viewport=SIZE) as make:
        yield make


def dig(city: City, direction: str) -> None:
    """What the worker makes of a permit with a point in the middle of the street."""
    network = city.network
    point = network.midpoint(THERE)
    assert point is not None
    lon, lat = point
    begun_ms = now_ms() - DAY_MS
    permit = Permit(
        permit_id="2026-굴착-2041",
        title="하수관 정비 공사",
        starts_ms=begun_ms,
        ends_ms=begun_ms + 9 * DAY_MS,
        closure=Closure.FULL,
        lon=lon,
        lat=lat,
        direction=direction,
        organisation="춘천시 상하수도사업본부",
    )
    works = Folded(WorksStage(network, partitions=1), topic="permits")
    works.take(PermitBatch("permits", now_ms(), is_complete=True, rows=(permit,)))
    roads = Folded(RoadsStage(network, RULES, ("permits/0",)), topic="link-events")
    roads.take_all(works.derived[0])
    [row] = works.state["works"].values()
    views = {name: msgspec.to_builtins(view) for name, view in roads.state["links"].items()}
    city.hear_feeds()
    seen = {link.id: link_view(32.0) for link in network.links if link.id in (THERE, BACK)}
    city.say(w={permit.permit_id: msgspec.to_builtins(row)}, l=seen | views)


def ask_for_the_street(page: Page) -> None:
    open_place(page, STREET)


def says_of_sides(page: Page, *words: str) -> None:
    """Wait until the card says this of each side of the street."""
    expect(page.locator("#card .sections .section")).to_have_count(2)
    for link_id, word in zip((THERE, BACK), words, strict=True):
        row = page.locator(f'#card [data-key="section-{link_id}"]')
        expect(row.locator(".closure")).to_have_text(word, use_inner_text=True)


def other_side(page: Page) -> None:
    """Asks for the second side by itself."""
    page.locator(f'#card [data-key="section-{BACK}"]').focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(BACK.replace(">", "(>|%3E)")))


def test_a_point_closes_both_sides_of_a_street(desk: Screen, real_city: City) -> None:
    dig(real_city, "")
    ask_for_the_street(desk.page)
    verdict = desk.page.locator(".verdict .word b")
    expect(verdict).to_have_text("전면 통제")
    says_of_sides(desk.page, "전면 통제", "전면 통제")
    other_side(desk.page)
    expect(verdict).to_have_text("전면 통제")


def test_a_stated_direction_closes_its_side_and_leaves_the_other_open(
    desk: Screen, real_city: City
) -> None:
    dig(real_city, "향교→춘천시청별관")
    ask_for_the_street(desk.page)
    verdict = desk.page.locator(".verdict .word b")
    expect(verdict).to_have_text("한 방향 전면 통제")
    says_of_sides(desk.page, "전면 통제", "통제 없음")
    other_side(desk.page)
    expect(verdict).to_have_text("통행 가능")
