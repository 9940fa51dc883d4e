from pathlib import Path

import pytest

from maps.pages.basemap import read_basemap
from maps.pages.pages import render_pages
from producers.simulator.ground import FILE
from streams.contract.errors import SettingsError
from streams.contract.settings import Settings
from streams.geo.network import Network
from tests.cities.builder import city, link


def test_the_page_names_the_basemap_by_its_content(network: Network) -> None:
    found = read_basemap(str(FILE), network)
    assert found is not None
    assert found.address == f"/api/v1/basemap/{found.version}.pmtiles"
    page = render_pages(network, Settings(), str, found.address).operator.raw.decode()
    assert found.address in page
    assert "pmtiles" not in render_pages(network, Settings(), str).operator.raw.decode()
    assert read_basemap("", network) is None


@pytest.mark.parametrize(
    ("body", "why"), [(None, "cannot read"), (b"x" * 200, "no PMTiles"), (b"", "no PMTiles")]
)
def test_a_file_that_is_none_stops_the_start(
    tmp_path: Path, network: Network, body: bytes | None, why: str
) -> None:
    path = tmp_path / "city.pmtiles"
    if body is not None:
        path.write_bytes(body)
    with pytest.raises(SettingsError, match=f"BOMNAE_BASEMAP.*{why}"):
        read_basemap(str(path), network)


def test_a_basemap_of_another_city_stops_the_start() -> None:
    busan = city(link("A>B", (129.0, 35.1), (129.1, 35.2)))
    with pytest.raises(SettingsError, match="another city"):
        read_basemap(str(FILE), busan)
