from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.cities.grid import grid
from tests.cities.stage import City
from tests.cities.traffic import Traffic
from tests.pages import servers
from tests.pages.cities import running_city
from tests.pages.line import Line
from tests.pages.screen import NewScreen, Screen, screens_of

LINKS = 84
expect.set_options(timeout=30_000)  # what is waited for may come late on a busy machine


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("browser")


@pytest.fixture(scope="session")
def city(folder: Path) -> Iterator[City]:
    network = grid(LINKS)
    traffic = Traffic(network, seed=7, buses=5, works=8)
    with running_city(folder, network, traffic) as living:
        yield living


@pytest.fixture(scope="session")
def server(city: City, folder: Path) -> Iterator[servers.MapServer]:
    with servers.running_map(city.client, folder, folder) as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright, servers.running_chromium(playwright) as browser:
        yield browser


@pytest.fixture(autouse=True)
def _clock_runs(city: City) -> Iterator[None]:
    city.is_ticking = True
    city.tick()
    yield
    city.is_ticking = True


@pytest.fixture
def line(server: servers.MapServer) -> Iterator[Line]:
    line = Line(server.url)
    yield line
    line.close()


@pytest.fixture
def new_screen(chromium: Browser, server: servers.MapServer) -> Iterator[NewScreen]:
    with screens_of(chromium, server.url) as make:
        yield make


@pytest.fixture
def screen(new_screen: NewScreen) -> Iterator[Screen]:
    """A screen on which no error may be written to the console."""
    screen = new_screen()
    yield screen
    assert screen.notes.errors == []


@pytest.fixture
def desk(new_desk: NewScreen) -> Iterator[Screen]:
    """A desk of the file's own `new_desk` on which no error may be written to the console."""
    desk = new_desk()
    desk.open("/desk")
    yield desk
    assert desk.notes.errors == []
