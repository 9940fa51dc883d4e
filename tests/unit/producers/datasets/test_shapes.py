"""Bad shapes: each is put right or lies nowhere, and is counted and told."""

import json
from pathlib import Path
from typing import Any

import pytest
from pyproj import Transformer
from shapely.geometry import shape as shapely_of

from producers.datasets.checking import check_files, notes_of
from producers.datasets.loading import load
from producers.datasets.placing import Placed, Placing, ShapeNote
from producers.datasets.sources import take_file
from producers.datasets.whole import Whole

SQUARE = [[127.7, 37.8], [127.8, 37.8], [127.8, 37.9], [127.7, 37.9], [127.7, 37.8]]
HOLE = [[127.72, 37.82], [127.72, 37.84], [127.74, 37.84], [127.74, 37.82], [127.72, 37.82]]
BOW = [[127.7, 37.8], [127.8, 37.9], [127.8, 37.8], [127.7, 37.9], [127.7, 37.8]]
AREA = 0.01


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def multi(*parts: Any) -> dict[str, Any]:
    return {"type": "MultiPolygon", "coordinates": list(parts)}


def placed(shape: dict[str, Any], crs: str = "") -> Placed:
    return Placing((), crs, keeps_shapes=True).placed({"GEOMETRY": shape})


def extent(found: Placed) -> float:
    assert found.drawn is not None
    drawn = shapely_of(found.drawn)
    assert drawn.is_valid
    return float(drawn.area)


@pytest.mark.parametrize(
    ("shape", "note", "area"),
    [
        (polygon(SQUARE), None, AREA),
        (polygon(SQUARE[::-1]), None, AREA),
        (polygon(SQUARE, HOLE), None, AREA - 0.0004),
        (polygon(SQUARE, HOLE[::-1]), None, AREA - 0.0004),
        (polygon([[*at, 80.5] for at in SQUARE]), None, AREA),
        # a part that lies in another is a hole of it, as a map draws it
        (multi([SQUARE], [HOLE]), ShapeNote.MENDED, AREA - 0.0004),
        (multi([SQUARE, HOLE], [[[x + 0.2, y] for x, y in SQUARE]]), None, 2 * AREA - 0.0004),
        (multi([SQUARE], [[[x + 0.2, y] for x, y in SQUARE[:-1]]]), ShapeNote.CLOSED, 2 * AREA),
        (polygon(SQUARE[:-1]), ShapeNote.CLOSED, AREA),
        (polygon(BOW), ShapeNote.MENDED, AREA / 2),
        (polygon([[y, x] for x, y in SQUARE]), ShapeNote.SWAPPED, AREA),
    ],
)
def test_a_shape_that_can_be_put_right_is_drawn(
    shape: dict[str, Any], note: ShapeNote | None, area: float
) -> None:
    found = placed(shape)
    assert found.note is note
    assert extent(found) == pytest.approx(area, rel=1e-3)
    assert found.is_known


@pytest.mark.parametrize(
    ("shape", "note"),
    [
        (polygon([[127.7, 37.8], [127.8, 37.9], [127.7, 37.8]]), ShapeNote.FLAT),
        (polygon([[127.7, 37.8]] * 4), ShapeNote.FLAT),
        (polygon([*SQUARE[:2], [0, 0], SQUARE[0]]), ShapeNote.OUTSIDE),
        (polygon([[2.3, 48.8], [2.4, 48.8], [2.4, 48.9], [2.3, 48.8]]), ShapeNote.OUTSIDE),
        (polygon([[float("nan"), 37.8], *SQUARE[1:]]), ShapeNote.OUTSIDE),
        (polygon(), ShapeNote.EMPTY),
        (polygon([]), ShapeNote.EMPTY),
        ({"type": "Polygon"}, ShapeNote.EMPTY),
        ({"type": "Polygon", "coordinates": "127.7 37.8"}, ShapeNote.EMPTY),
        ({"type": "GeometryCollection", "geometries": [polygon(SQUARE)]}, ShapeNote.EMPTY),
        ({"type": "MultiPolygon", "coordinates": [1, 2]}, ShapeNote.OUTSIDE),
        (polygon([*SQUARE] * 41_000), ShapeNote.EMPTY),
    ],
)
def test_a_shape_that_is_none_lies_nowhere_and_says_why(
    shape: dict[str, Any], note: ShapeNote
) -> None:
    found = placed(shape)
    assert (found.is_known, found.drawn, found.note) == (False, None, note)


@pytest.mark.parametrize("crs", ["EPSG:5174", "EPSG:5179", "EPSG:5186"])
def test_areas_of_a_plane_come_back_to_where_they_were(crs: str) -> None:
    turn = Transformer.from_crs(4326, crs, always_xy=True)
    found = placed(polygon([turn.transform(at[0], at[1]) for at in SQUARE]), crs)
    assert found.note is None
    assert extent(found) == pytest.approx(AREA, rel=1e-3)


def test_they_are_counted_and_told_and_their_rows_stay(tmp_path: Path) -> None:
    path = tmp_path / "areas.toml"
    path.write_text(
        'id = "areas"\nname = "면"\nfield = "인구"\ngrade = "open"\nperiod = "year"\n'
        'draw = "area"\ncolumn = [{ name = "번호", type = "code" }]\n',
        encoding="utf-8",
    )
    shapes = [polygon(SQUARE), polygon(BOW), polygon(SQUARE[:-1]), polygon(BOW), polygon(), None]
    features = [
        {"type": "Feature", "geometry": shape, "properties": {"번호": str(n)}}
        for n, shape in enumerate(shapes)
    ]
    file = tmp_path / "areas.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    checked = check_files(load(path), [file])
    assert (checked.is_faulty, checked.outcome.rows, checked.outcome.on_map) == (False, 6, 4)
    assert list(notes_of(checked)) == [
        "shapes: 2 cross themselves, and were taken apart: row 2, 4",
        "shapes: 1 with an open ring, which was closed: row 3",
        "shapes: 1 without a point (or with more than 200,000), not drawn: row 5",
    ]
    whole = Whole.of(load(path))
    take_file(whole, file)
    whole.end()
    assert whole.figures().shapes == {"mended": 2, "closed": 1, "empty": 1}
