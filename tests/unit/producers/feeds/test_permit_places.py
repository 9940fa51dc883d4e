"""Points and lines of permits, in every way that lists write them."""

import json
from pathlib import Path
from typing import Any

import pytest
import shapely
from pyproj import CRS, Transformer

from producers.feeds.permits import folder
from producers.feeds.permits.points import Whereabouts, ground_of, link_ids_of, whereabouts
from producers.feeds.permits.rows import parse_permits
from producers.reading.coordinates import degrees, pairs
from producers.reading.permit_columns import meanings
from streams.contract.errors import SettingsError
from streams.contract.records import Permit
from streams.contract.settings import Settings

A, B, FAR = (127.7301, 37.8702), (127.7352, 37.8721), (127.6702, 37.8503)
M = 1 / 111_000  # a metre north, degrees
AT_MS = 1_795_414_391_934
KNOWN = Settings(permits_epsg=5186)


def there(settings: Settings = KNOWN, **row: Any) -> Whereabouts:
    return whereabouts(meanings(row), ground_of(settings))


def metres(point: tuple[float, float], epsg: int, digits: int = 2) -> tuple[float, float]:
    x, y = Transformer.from_crs(4326, epsg, always_xy=True).transform(*point)
    return round(x, digits), round(y, digits)


def wkt(*points: tuple[float, float]) -> str:
    return "LINESTRING(" + ", ".join(f"{x:.7f} {y:.7f}" for x, y in points) + ")"


def assert_line(found: Whereabouts, *flags: str, within: float = 2e-5) -> None:
    assert [list(point) for point in found.geometry] == [
        pytest.approx(A, abs=within),
        pytest.approx(B, abs=within),
    ]
    assert found.flags == flags


@pytest.mark.parametrize(
    "written",
    [
        wkt(A, B),
        wkt(A, B).lower(),
        "LINESTRING Z (127.7301 37.8702 100.5, 127.7352 37.8721 101)",
        "LINESTRINGZ(127.7301 37.8702 100.5,127.7352 37.8721 101)",
        "LINESTRING M (127.7301 37.8702 1, 127.7352 37.8721 2)",
        "LINESTRING ZM (127.7301 37.8702 1 2, 127.7352 37.8721 3 4)",
        "LINESTRING(127.7301 37.8702 9, 127.7352 37.8721 9)",
        f"SRID=4326;{wkt(A, B)}",
        f"MULTI{wkt(A, B).replace('(', '((').replace(')', '))')}",
        f"GEOMETRYCOLLECTION({wkt(A, B)}, POINT(127.7301 37.8702))",
        shapely.to_wkb(shapely.LineString([A, B]), hex=True),
        json.dumps({"type": "LineString", "coordinates": [A, B]}),
        json.dumps({"type": "LineString", "coordinates": [[*A, 12.5], [*B, 13.0]]}),
        json.dumps({"paths": [[A, B]], "spatialReference": {"wkid": 4326}}),
        json.dumps([A, B]),
        "127.7301 37.8702, 127.7352 37.8721",
    ],
)
def test_a_line_in_any_notation_is_read(written: str) -> None:
    assert_line(there(WKT=written))


@pytest.mark.parametrize("epsg", [5186, 5181, 5174, 2097, 5179, 5187, 32652, 3857])
def test_a_stated_reference_system_is_obeyed(epsg: int) -> None:
    assert_line(there(WKT=f"SRID={epsg};{wkt(metres(A, epsg), metres(B, epsg))}"))


def test_metres_are_read_in_the_citys_system() -> None:
    assert_line(there(WKT=wkt(metres(A, 5186), metres(B, 5186))))
    assert_line(there(Settings(permits_epsg=5179), WKT=wkt(metres(A, 5179), metres(B, 5179))))


def test_whole_numbers_are_read() -> None:
    points = [tuple(map(int, metres(point, 5186))) for point in (A, B)]
    assert_line(
        there(WKT=f"LINESTRING({points[0][0]} {points[0][1]},{points[1][0]} {points[1][1]})")
    )


def test_metres_of_a_system_that_nobody_stated_are_doubtful() -> None:
    assert_line(there(Settings(), WKT=wkt(metres(A, 5186), metres(B, 5186))), "epsg_assumed")
    x, y = metres(A, 5186)
    assert there(Settings(), X좌표=x, Y좌표=y).flags == ("epsg_assumed",)
    assert there(Settings(), 경도=A[0], 위도=A[1]).flags == ()


def test_metres_that_fit_only_when_shifted_are_doubtful_even_in_a_stated_system() -> None:
    found = there(WKT=wkt(metres(A, 5181), metres(B, 5181)))
    assert_line(found, "epsg_shifted_100km", "epsg_assumed")


def test_a_bessel_point_read_as_another_system_is_told_as_doubtful() -> None:
    x, y = metres(A, 5174)
    found = there(Settings(), X좌표=x, Y좌표=y)
    assert abs((found.lat or 0) - A[1]) * 111_000 > 200  # on another street
    assert "epsg_assumed" in found.flags


def test_swapped_axes_are_put_right_with_a_flag() -> None:
    assert_line(there(WKT=wkt(A[::-1], B[::-1])), "coord_swapped")
    plane = [metres(point, 5186)[::-1] for point in (A, B)]
    assert_line(there(WKT=wkt(*plane)), "coord_swapped")


def test_two_lines_apart_stay_two() -> None:
    ring = [A, (127.731, 37.8702), (127.731, 37.871), A]
    shape = shapely.MultiLineString([[A, B], [FAR, (127.6712, 37.8503)]])
    found = there(WKT=shape.wkt)
    assert (len(found.geometry), found.parts) == (4, (0, 2))
    areas = shapely.MultiPolygon([(ring, []), ([(x - 0.02, y) for x, y in ring], [])])
    assert there(WKT=areas.wkt).parts == (0, 4)
    assert there(WKT=wkt(A, B)).parts == ()


def test_of_an_area_the_outer_ring_is_kept() -> None:
    ring = [A, (127.74, 37.8702), (127.74, 37.88), A]
    hole = [(127.735, 37.871), (127.736, 37.871), (127.736, 37.872), (127.735, 37.871)]
    assert there(WKT=shapely.Polygon(ring, [hole]).wkt).geometry == tuple(ring)


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_stray_vertex_is_dropped_with_a_flag(at: int) -> None:
    points = [A, B]
    points.insert(at, (0.0, 0.0))
    assert_line(there(WKT=wkt(*points)), "geometry_vertex_dropped")


def test_a_drawn_point_is_the_permits_point() -> None:
    found = there(WKT="POINT Z (127.7301 37.8702 12)")
    assert (found.lon, found.lat, found.geometry, found.flags) == (*A, (), ())
    assert there(geometry={"x": A[0], "y": A[1]}).lon == A[0]
    assert there(WKT="POINT(127.7301, 37.8702)").lon == A[0]


def test_of_several_drawn_points_the_first_is_taken_with_a_flag() -> None:
    found = there(WKT="MULTIPOINT((127.7301 37.8702),(127.7352 37.8721))")
    assert (found.lon, found.flags) == (A[0], ("several_points",))


@pytest.mark.parametrize(
    ("written", "flag"),
    [
        ("첨부 도면 참조", "geometry_unreadable"),
        ("LINESTRING(127.7301 37.8702", "geometry_unreadable"),
        ("LINESTRING EMPTY", "geometry_unreadable"),
        ("POLYGON((1 2))", "geometry_unreadable"),
        ("{}", "geometry_unreadable"),
        ('{"type":"Point","coordinates":["a"]}', "geometry_unreadable"),
        ("POINT(1e400 37)", "geometry_unreadable"),
        ("POINT(" + "9" * 200 + "E" + "9" * 2 + " " + "9" * 299 + "e12)", "geometry_unreadable"),
        ("POINT(0 0)", "coord_null"),
        ("POINT(nan nan)", "geometry_unreadable"),
        ("LINESTRING(126.97 37.56, 126.98 37.57)", "coord_outside"),
        (wkt(metres(A, 5179), metres(B, 5179)), "coord_outside"),
        (wkt(metres(A, 32652), metres(B, 32652)), "coord_outside"),
    ],
)
def test_a_geometry_that_gives_nothing_says_why(written: str, flag: str) -> None:
    found = there(WKT=written)
    assert (found.geometry, found.lon, found.flags) == ((), None, (flag,))


@pytest.mark.parametrize(
    ("columns", "flag"),
    [
        ({"경도": "126.97", "위도": "37.56"}, "coord_outside"),
        ({"경도": "129.07", "위도": "35.17"}, "coord_outside"),
        (dict(zip(("X좌표", "Y좌표"), metres(A, 5179), strict=True)), "coord_outside"),
        (dict(zip(("X좌표", "Y좌표"), metres(A, 32652), strict=True)), "coord_outside"),
        ({"좌표": "126.97, 37.56"}, "coord_outside"),
        ({"경도": "0", "위도": "0"}, "coord_null"),
        ({"경도": "미상", "위도": "37.87"}, "coord_null"),
        ({"경도": "127.73"}, "coord_null"),
        ({"좌표": "도면 참조"}, "coord_null"),
    ],
)
def test_a_coordinate_that_gives_nothing_says_why(columns: dict[str, Any], flag: str) -> None:
    found = there(**columns)
    assert (found.lon, found.lat, found.flags) == (None, None, (flag,))


@pytest.mark.parametrize(
    "written",
    [
        "127.7301, 37.8702",
        "37.8702,127.7301",
        "(127.7301,37.8702)",
        "[127.7301, 37.8702]",
        "127.7301 37.8702",
        "127.7301/37.8702",
        "127.7301;37.8702",
        "위도 37.8702 경도 127.7301",
        "위도: 37.8702, 경도: 127.7301",
        "N37.8702 E127.7301",
        "lat=37.8702&lng=127.7301",
        '{"lat": 37.8702, "lng": 127.7301}',
        "127°43'48.36\"E, 37°52'12.72\"N",
        "37°52′12.72″ 127°43′48.36″",
        "127도43분48.36초, 37도52분12.72초",
        "１２７.７３０１, ３７.８７０２",
        "POINT(127.7301 37.8702)",
    ],
)
def test_one_column_for_both_coordinates_is_read(written: str) -> None:
    found = there(좌표=written)
    assert [found.lon, found.lat] == pytest.approx(A, abs=1e-6)
    assert found.flags == ()


@pytest.mark.parametrize("mark", [", ", " ", " / "])
def test_one_column_of_metres_is_read(mark: str) -> None:
    found = there(좌표=mark.join(map(str, metres(A, 5186))))
    assert [found.lon, found.lat] == pytest.approx(A, abs=1e-6)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("127.7301", 127.7301),
        (127.7301, 127.7301),
        ("127.7301°", 127.7301),
        ("동경 127.7301", 127.7301),
        ("127°43'48.36\"", 127.7301),
        ("127° 43' 48.36\" E", 127.7301),
        ("127도 43분 48.36초", 127.7301),
        ("127도43.806분", 127.7301),
        ("127-43-48.36", 127.7301),
        ("127:43:48.36", 127.7301),
        ("127 43 48.36", 127.7301),
        ("127°73'00\"", None),
        ("264,696.6", 264_696.6),
        ("미상", None),
        ("", None),
        (None, None),
    ],
)
def test_degrees_written_out_are_read(written: Any, value: float | None) -> None:
    assert degrees(written) == pytest.approx(value)


@pytest.mark.parametrize("written", ["", "도면 참조", "127.73", "127.73, 37.87, 5", "석사동 12-3"])
def test_what_is_no_pair_of_numbers_is_none(written: str) -> None:
    assert pairs(written) == []


@pytest.mark.parametrize(
    "columns",
    [
        {"시점경도": A[0], "시점위도": A[1], "종점경도": B[0], "종점위도": B[1]},
        {"시점좌표": f"{A[0]},{A[1]}", "종점좌표": f"{B[1]},{B[0]}"},
        {"시점(경도)": A[0], "시점(위도)": A[1], "종점(경도)": B[0], "종점(위도)": B[1]},
        {"FROM_LON": A[0], "FROM_LAT": A[1], "TO_LON": B[0], "TO_LAT": B[1]},
        {"좌표": f"{A[0]},{A[1]}; {B[0]},{B[1]}"},
    ],
)
def test_the_two_ends_of_a_road_are_a_line(columns: dict[str, Any]) -> None:
    assert_line(there(**columns))


def test_one_end_alone_is_a_point() -> None:
    found = there(시점경도=A[0], 시점위도=A[1])
    assert (found.lon, found.geometry) == (A[0], ())


def test_a_row_without_coordinates_is_nowhere_without_a_flag() -> None:
    assert there(공사명="관로") == Whereabouts()


def test_link_ids_are_read_from_one_text_or_a_list() -> None:
    assert link_ids_of("2500100100, 2500100200") == link_ids_of([2500100100, 2500100200])


ROW = {
    "허가번호": "1",
    "공사명": "관로",
    "위치": "석사동 12-3",
    "시작일": "2026-09-01",
    "종료일": "2026-09-30",
}


def dropped(tmp_path: Path, name: str, words: str, prj: str = "") -> Permit:
    """The one permit of a file in a folder, as a poll would read it."""
    (tmp_path / name).write_text(words, encoding="utf-8")
    if prj:
        (tmp_path / name).with_suffix(".prj").write_text(prj, encoding="utf-8")
    files = folder.signature(tmp_path)
    [exchange] = folder.exchanges_of(tmp_path, files, AT_MS)
    [row] = parse_permits(exchange, Settings()).rows
    assert isinstance(row, Permit)
    return row


def listed(epsg: int, point: tuple[float, float]) -> str:
    x, y = metres(point, epsg)
    return ",".join([*ROW, "X좌표", "Y좌표"]) + "\n" + ",".join([*ROW.values(), f"{x}", f"{y}"])


@pytest.mark.parametrize("epsg", [5174, 5179, 5186])
@pytest.mark.parametrize("version", ["WKT1_ESRI", "WKT2_2019"])
def test_the_projection_beside_a_list_is_obeyed(tmp_path: Path, epsg: int, version: str) -> None:
    row = dropped(tmp_path, "list.csv", listed(epsg, A), CRS.from_epsg(epsg).to_wkt(version))
    assert [row.lon, row.lat] == pytest.approx(A, abs=2e-5)
    assert row.flags == ()


def test_a_projection_that_cannot_be_read_leaves_the_system_assumed(tmp_path: Path) -> None:
    assert dropped(tmp_path, "list.csv", listed(5186, A), "nonsense").flags == ("epsg_assumed",)


def test_a_projection_that_comes_later_is_a_change_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("x")
    before = folder.signature(tmp_path)
    (tmp_path / "list.prj").write_text("x")
    assert folder.signature(tmp_path) != before


def test_a_projection_alone_is_no_list(tmp_path: Path) -> None:
    (tmp_path / "list.prj").write_text("x")
    assert folder.signature(tmp_path) == ()


@pytest.mark.parametrize(
    "head",
    [
        {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::5174"}}},
        {"crs": {"type": "name", "properties": {"name": "EPSG:5174"}}},
        {"spatialReference": {"wkid": 5174}},
        {"spatialReference": {"wkid": 102080, "latestWkid": 5174}},
    ],
)
def test_the_reference_system_of_a_feature_list_is_obeyed(tmp_path: Path, head: Any) -> None:
    x, y = metres(A, 5174)
    geometry = {"x": x, "y": y} if "spatialReference" in head else {
        "type": "Point", "coordinates": [x, y],
    }  # fmt: skip
    body = {**head, "features": [{"properties": ROW, "geometry": geometry}]}
    row = dropped(tmp_path, "list.geojson", json.dumps(body))
    assert [row.lon, row.lat] == pytest.approx(A, abs=2e-5)
    assert row.flags == ()


@pytest.fixture
def gazetteer(tmp_path: Path) -> Settings:
    file = tmp_path / "known.csv"
    file.write_text(f"소재지지번주소,위도,경도\n석사동 12-3,{A[1]},{A[0]}\n", encoding="utf-8")
    return Settings(gazetteer=str(file), permits_epsg=5186)


@pytest.mark.parametrize(("off_m", "flags"), [(100, ()), (200, ("point_far_from_address",))])
def test_a_point_far_from_its_own_address_is_doubtful(
    gazetteer: Settings, off_m: int, flags: tuple[str, ...]
) -> None:
    point = {"경도": A[0], "위도": A[1] + off_m * M}
    assert there(gazetteer, 위치="춘천시 석사동 12-3번지 일원", **point).flags == flags
    assert there(gazetteer, 위치="퇴계동 9", **point).flags == ()


@pytest.mark.parametrize(
    ("place", "flags"),
    [
        ("석사동 12-3 ~ 60-1 구간", ()),  # 300 m from both ends, and between them
        ("석사동 12-3 인근", ("point_far_from_address",)),
        ("석사동 12-9", ()),  # only another lot of 12 is known: no word against a point
    ],
)
def test_a_point_between_the_ends_of_its_address_is_not_far(
    tmp_path: Path, place: str, flags: tuple[str, ...]
) -> None:
    file = tmp_path / "range.csv"
    rows = f"석사동 12-3,{A[1]},{A[0]}\n석사동 60-1,{A[1] + 600 * M},{A[0]}\n"
    file.write_text(f"소재지지번주소,위도,경도\n{rows}", encoding="utf-8")
    known = Settings(gazetteer=str(file), permits_epsg=5186)
    assert there(known, 위치=place, 경도=A[0], 위도=A[1] + 300 * M).flags == flags


def test_a_gazetteer_that_cannot_be_read_doubts_no_point() -> None:
    assert (
        there(Settings(gazetteer="/nowhere.csv"), 위치="석사동 12-3", 경도=A[0], 위도=A[1]).flags
        == ()
    )


def test_a_reference_system_that_does_not_exist_is_refused() -> None:
    with pytest.raises(SettingsError, match="BOMNAE_PERMITS_EPSG 9999 is no known system"):
        ground_of(Settings(permits_epsg=9999))
