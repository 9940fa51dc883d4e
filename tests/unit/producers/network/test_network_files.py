"""Route-stop files as cities publish them, landmarks, GTFS, and an import that finds nothing."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import shapefile
from pyproj import CRS, Transformer

from producers.network.importing import check_found, import_network
from producers.network.node_link import read_links
from producers.network.places import kind_of, places_of_stops
from producers.network.stop_columns import identifier, lines_of, route_number
from streams.contract.errors import NetworkError
from streams.contract.grammars import Bounds
from streams.contract.settings import Settings
from streams.geo.network import Network, Stop

SETTINGS = Settings()
STOPS = [("11", "시청", 127.73, 37.88), ("12", "역", 127.74, 37.88), ("13", "시장", 127.74, 37.89)]


def imported(tmp_path: Path, words: str, name: str = "routes.csv") -> Network:
    path = tmp_path / name
    path.write_text(words, encoding="utf-8")
    return import_network(path, SETTINGS).network


def ids(network: Network) -> list[str]:
    return [link.id for link in network.links]


SEOUL = "ROUTE_ID,노선명,순번,NODE_ID,ARS_ID,정류소명,X좌표,Y좌표"
GYEONGGI = "ROUTE_ID,ROUTE_NM,STA_ORDER,STATION_ID,MOBILE_NO,STATION_NM,X,Y"
TAGO = "routeid,routeno,nodeord,nodeid,nodeno,nodenm,gpslong,gpslati"
LONG_NAMES = "노선ID,노선번호,정류소순번,정류소ID,정류소번호,정류소명칭,경도,위도"
HANDWRITTEN = "노선 ID ,노선번호,경유순서,정류장 ID,단축번호,정류장명,정류장X좌표,정류장Y좌표"


@pytest.mark.parametrize("header", [SEOUL, GYEONGGI, TAGO, LONG_NAMES, HANDWRITTEN])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_columns_of_every_portal_are_known(tmp_path: Path, header: str, delimiter: str) -> None:
    rows = [f"100,1,{at},{s},10{at},{n},{x},{y}" for at, (s, n, x, y) in enumerate(STOPS, 1)]
    words = "\n".join([header, *rows]).replace(",", delimiter)
    assert ids(imported(tmp_path, words)) == ["CCB11>CCB12", "CCB12>CCB13"]


@pytest.mark.parametrize("orders", [(10, 20, 30), (0, 1, 2), (100, 200, 300), (1, 2, 3)])
def test_runs_count_as_the_live_feed_does(tmp_path: Path, orders: tuple[int, ...]) -> None:
    rows = [f"100,1,{at},{s},,{n},{x},{y}" for at, (s, n, x, y) in zip(orders, STOPS, strict=True)]
    network = imported(tmp_path, "\n".join([SEOUL, *rows]))
    assert network.routes[0].stops == ("CCB11", "CCB12", "CCB13")


def test_ids_that_a_spreadsheet_made_numbers_of_are_read(tmp_path: Path) -> None:
    rows = [f"100.0,1,{at},{s}.0,,{n},{x},{y}" for at, (s, n, x, y) in enumerate(STOPS, 1)]
    assert ids(imported(tmp_path, "\n".join([SEOUL, *rows]))) == ["CCB11>CCB12", "CCB12>CCB13"]


@pytest.mark.parametrize("value", ["2.5E+08", "A>B", "1 2", "", "정류장", "a" * 41])
def test_an_id_that_lost_digits_or_would_break_a_links_id_is_refused(value: str) -> None:
    assert identifier(value) is None


def test_stops_whose_ids_hold_an_arrow_make_no_two_links_of_one_id(tmp_path: Path) -> None:
    rows = [
        "1,1,1,A,,a,127.73,37.88",
        "1,1,2,B>C,,b,127.74,37.88",
        "2,2,1,A>B,,a,127.73,37.88",
        "2,2,2,C,,c,127.74,37.88",
        "3,3,1,A,,a,127.73,37.88",
        "3,3,2,C,,c,127.74,37.88",
    ]
    assert ids(imported(tmp_path, "\n".join([SEOUL, *rows]))) == ["A>C"]


@pytest.mark.parametrize(
    ("shown", "number"),
    [
        ("01월 13일", "13-1"),
        ("07월 01일", "7-1"),
        ("1월 16일", "16-1"),
        ("12월 01일", "12-1"),
        ("Jan-07", "1-7"),
        ("7-Jan", "1-7"),
        ("13-Jan", "13-1"),
        ("301.0", "301"),
        ("2-S", "2-S"),
        ("7-1(창촌)", "7-1(창촌)"),
    ],
)
def test_a_route_number_that_a_spreadsheet_made_a_date_of_is_read(shown: str, number: str) -> None:
    assert route_number(shown) == number


def test_landmarks_are_read_from_a_file(tmp_path: Path) -> None:
    routes, places = tmp_path / "routes.csv", tmp_path / "places.csv"
    routes.write_text(
        "\n".join(
            [SEOUL, *(f"1,1,{i},{s},,{n},{x},{y}" for i, (s, n, x, y) in enumerate(STOPS, 1))]
        )
    )
    places.write_text(
        "명칭,구분,경도,위도\n봄내병원,의료,127.74,37.88\n동내119안전센터,,127.73,37.87\n먼곳,기타,129,35\n"
    )
    found = import_network(routes, SETTINGS, places=places)
    assert [(p.name, p.kind) for p in found.network.places] == [
        ("봄내병원", "병원"),
        ("동내119안전센터", "소방서"),
    ]
    assert [r.code for r in found.refused] == ["R006"]
    assert not any("--places" in line for line in found.lines())


def test_without_a_file_the_landmarks_are_what_stops_are_named_after() -> None:
    stops = [
        Stop("1", "봄내병원앞", 127.73, 37.88),
        Stop("2", "봄내병원", 127.7302, 37.88),
        Stop("3", "남춘천역", 127.72, 37.86),
        Stop("4", "병원사거리", 127.71, 37.86),
        Stop("5", "역전평", 127.7, 37.8),
    ]
    assert [(p.name, p.kind, p.lon) for p in places_of_stops(stops)] == [
        ("남춘천역", "역", 127.72),
        ("봄내병원", "병원", 127.7301),
    ]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("hospital", "병원"),
        ("의료원", "병원"),
        ("fire station", "소방서"),
        ("버스터미널", "터미널"),
        ("시장", ""),
        ("역전평", ""),
    ],
)
def test_kinds_have_one_word(words: str, kind: str) -> None:
    assert kind_of(words) == kind


def gtfs(path: Path) -> Path:
    tables = {
        "routes.txt": "route_id,route_short_name,route_type\nR,7-1,3\nT,tram,0\n",
        "trips.txt": "route_id,trip_id,direction_id\nR,t1,0\nR,t2,0\nR,t3,0\nT,t9,0\n",
        "stops.txt": "stop_id,stop_name,stop_lat,stop_lon\n"
        "a,시청,37.88,127.73\nb,역,37.88,127.74\nc,시장,37.89,127.74\n",
        "stop_times.txt": "trip_id,arrival_time,stop_id,stop_sequence\n"
        "t1,8:00,a,5\nt1,8:02,b,9\nt1,8:04,c,12\nt2,9:00,a,5\nt2,9:02,b,9\nt2,9:04,c,12\nt3,9:00,a,1\nt3,9:04,c,2\n"
        "t9,9:00,c,1\nt9,9:04,a,2\n",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, words in tables.items():
            archive.writestr(name, words)
    return path


def test_a_gtfs_feed_gives_a_route_for_each_pattern_of_its_buses(tmp_path: Path) -> None:
    found = import_network(gtfs(tmp_path / "feed.zip"), SETTINGS)
    routes = {route.id: (route.no, route.stops) for route in found.network.routes}
    assert routes == {"R:1": ("7-1", ("a", "b", "c")), "R:2": ("7-1", ("a", "c"))}
    assert found.trips is not None
    assert found.trips.pattern_of == {"t1": "R:1", "t2": "R:1", "t3": "R:2"}
    assert found.trips.sequences["R:1"] == (5, 9, 12)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "producers", "network", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ}, check=False)


def test_an_import_that_finds_next_to_nothing_fails_and_keeps_the_old_network(
    tmp_path: Path,
) -> None:
    many, few, out = tmp_path / "many.csv", tmp_path / "few.csv", tmp_path / "net"
    rows = [f"1,1,{i},{1000 + i},,s{i},{127.7 + i / 1000},37.88" for i in range(1, 31)]
    many.write_text("\n".join([SEOUL, *rows]), encoding="utf-8")
    few.write_text("\n".join([SEOUL, *rows[:3]]), encoding="utf-8")
    assert run("--route-stops", str(many), "--out", str(out)).returncode == 0
    before = (out / "network.json").read_bytes()
    failed = run("--route-stops", str(few), "--out", str(out))
    assert failed.returncode != 0
    assert "2 links, the network that stands has 29" in failed.stderr
    assert (out / "network.json").read_bytes() == before
    assert run("--route-stops", str(few), "--out", str(out), "--anyway").returncode == 0


def test_another_citys_file_is_no_network(tmp_path: Path) -> None:
    path = tmp_path / "routes.csv"
    path.write_text(
        "\n".join(
            [
                SEOUL,
                *(f"1,1,{i},{s},,{n},126.9{i},37.5{i}" for i, (s, n, _, _) in enumerate(STOPS, 1)),
            ]
        ),
        encoding="utf-8",
    )
    with pytest.raises(NetworkError, match=r"no section, 3 of \d rows refused; line 2"):
        check_found(import_network(path, SETTINGS), None, anyway=True)


def shape(path: Path, epsg: int, encoding: str, *, prj: bool = True, cpg: str = "") -> Path:
    to_plane = Transformer.from_crs(4326, epsg, always_xy=True)
    with shapefile.Writer(str(path), shapeType=shapefile.POLYLINE, encoding=encoding) as writer:
        for name, kind, size in (
            ("LINK_ID", "C", 16),
            ("ROAD_RANK", "C", 3),
            ("ROAD_NAME", "C", 30),
            ("MAX_SPD", "N", 4),
            ("LENGTH", "N", 8),
        ):
            writer.field(name, kind, size)
        writer.line([[to_plane.transform(127.73, 37.88), to_plane.transform(127.74, 37.88)]])
        writer.record("2500000100.0", "107", "후석로", 50, 880)
    if prj:
        path.with_suffix(".prj").write_text(CRS.from_epsg(epsg).to_wkt("WKT1_ESRI"))
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if cpg:
        path.with_suffix(".cpg").write_text(cpg)
    return path


BOUNDS = Bounds(127.4, 37.6, 128.1, 38.2)


@pytest.mark.parametrize("epsg", [5179, 5181, 5186, 5187, 4326])
@pytest.mark.parametrize(
    ("encoding", "cpg"),
    [("utf-8", "UTF-8"), ("utf-8", ""), ("cp949", "949"), ("cp949", "EUC-KR"), ("cp949", "")],
)
def test_a_shapefile_is_read_as_its_neighbours_say(
    tmp_path: Path, epsg: int, encoding: str, cpg: str
) -> None:
    (link,) = read_links(shape(tmp_path / "MOCT_LINK.shp", epsg, encoding, cpg=cpg), BOUNDS)
    assert (link.id, link.road_name) == ("2500000100", "후석로")
    assert link.geometry[0] == pytest.approx((127.73, 37.88), abs=2e-5)


def test_a_shapefile_none_of_whose_links_lies_here_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="none of its 1 links lies within"):
        read_links(shape(tmp_path / "MOCT_LINK.shp", 5179, "cp949", prj=False), BOUNDS)


STANDARD_ID = "노선ID,노선번호,경유순번,표준정류장ID,단축번호,정류장이름,정류장경도,정류장위도"
WITH_NAMES = "노선 아이디,노선 이름,순서,정류소 아이디,단축번호,정류소 이름,정류소 경도,정류소 위도"
BUSAN = "lineid,buslinenum,idx,nodeid,arsno,bstopnm,lin,lat"


@pytest.mark.parametrize("header", [STANDARD_ID, WITH_NAMES, BUSAN])
def test_the_columns_of_further_offices_are_known(tmp_path: Path, header: str) -> None:
    rows = [f"100,1,{at},{s},10{at},{n},{x},{y}" for at, (s, n, x, y) in enumerate(STOPS, 1)]
    words = "\n".join([header, *rows])
    assert ids(imported(tmp_path, words)) == ["CCB11>CCB12", "CCB12>CCB13"]


def test_a_title_may_stand_above_the_header(tmp_path: Path) -> None:
    rows = [f"100,1,{at},{s},,{n},{x},{y}" for at, (s, n, x, y) in enumerate(STOPS, 1)]
    words = "\n".join(["노선별 정류장 현황", "", SEOUL, *rows])
    assert ids(imported(tmp_path, words)) == ["CCB11>CCB12", "CCB12>CCB13"]
    assert [line.number for line in lines_of(words.encode(), "a.csv", ("stop_id",))] == [4, 5, 6]


@pytest.mark.parametrize("value", ["2026-07-01", "2026-07-01 00:00:00", "2026.7.1"])
def test_a_route_number_that_became_a_whole_date_is_read(value: str) -> None:
    assert route_number(value) == "7-1"
