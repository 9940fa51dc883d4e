"""The network import: sections of the city's file, standard links laid under them."""

from itertools import pairwise
from pathlib import Path

import pytest
import shapefile
from pyproj import Transformer

from producers.network.importing import import_network, read_network, write_lost, write_network
from producers.network.node_link import read_links
from streams.contract.errors import NetworkError
from streams.contract.grammars import Bounds
from streams.contract.settings import Settings
from streams.geo.measures import distance_m
from streams.geo.network import Link, Network
from tests.places import SHARED

CHUNCHEON = SHARED / "data/chuncheon"
SETTINGS = Settings()
HEADER = "노선번호,노선,정류장순서,정류장,정류장명,경도,위도\n"
ROWS = [
    "1,100,1,11,시청,127.7300,37.8800",
    "1,100,2,12,역,127.7400,37.8800",
    "1,100,3,13,시장,127.7400,37.8900",
]


def city(tmp_path: Path, *rows: str, encoding: str = "cp949", header: str = HEADER) -> Path:
    path = tmp_path / "routes.csv"
    path.write_bytes((header + "\n".join(rows or ROWS) + "\n").encode(encoding))
    return path


def ids(network: Network) -> list[str]:
    return [link.id for link in network.links]


def test_chuncheons_file_gives_2359_sections_over_1853_stops() -> None:
    imported = import_network(
        CHUNCHEON / "route_stops_20260326.cp949.csv",
        SETTINGS,
        stops=CHUNCHEON / "stops_20260326.cp949.csv",
    )
    network = imported.network
    assert (len(network.links), len(network.stops), len(network.routes)) == (2359, 1853, 223)
    assert (imported.refused, network.released) == ((), "2026-03-26")
    assert network.index["CCB265000793>CCB250026779"] >= 0
    assert network.stop_by_id["CCB250001192"].number == "1001"


@pytest.mark.parametrize("encoding", ["cp949", "utf-8", "utf-8-sig"])
def test_sections_are_directed_pairs_of_consecutive_stops(tmp_path: Path, encoding: str) -> None:
    network = import_network(city(tmp_path, encoding=encoding), SETTINGS).network
    assert ids(network) == ["CCB11>CCB12", "CCB12>CCB13"]
    link = network.links[0]
    straight_m = distance_m((127.73, 37.88), (127.74, 37.88))
    assert (link.name, link.bearing_deg, link.length_source) == ("시청 → 역", 90, "straight")
    assert link.length_m == round(straight_m * 1.25)


def test_rows_are_ordered_by_stop_order_not_by_line(tmp_path: Path) -> None:
    network = import_network(city(tmp_path, *reversed(ROWS)), SETTINGS).network
    assert network.routes[0].stops == ("CCB11", "CCB12", "CCB13")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("1,100,4,14,바다,0.148,128.3", "R006"),
        ("1,100,3,14,둘,127.74,37.89", "R005"),
        ("1,100,x,14,글,127.74,37.89", "R008"),
        ("1,,4,14,글,127.74,37.89", "R012"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_the_rest_imported(
    tmp_path: Path, row: str, code: str
) -> None:
    imported = import_network(city(tmp_path, *ROWS, row), SETTINGS)
    assert [(r.line, r.code) for r in imported.refused] == [(5, code)]
    assert len(imported.network.links) == 2


def test_a_stop_without_a_point_keeps_its_order_and_joins_nobody(tmp_path: Path) -> None:
    rows = [ROWS[0], "1,100,2,12,역,,", ROWS[2]]
    network = import_network(city(tmp_path, *rows), SETTINGS).network
    assert network.links == ()
    assert network.routes[0].stops == ("CCB11", "CCB12", "CCB13")


def test_a_gap_in_the_order_joins_nobody(tmp_path: Path) -> None:
    network = import_network(city(tmp_path, ROWS[0], ROWS[2]), SETTINGS).network
    assert (network.links, network.routes[0].stops) == ((), ("CCB11", "", "CCB13"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        ("노선번호,노선\n1,2\n".encode(), "lacks the column 정류장순서"),
        (b"\xff\xfe\x00\x80\xff", "neither UTF-8 nor CP949"),
        (HEADER.encode(), "has no usable row"),
    ],
)
def test_an_unusable_file_says_why(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "routes.csv"
    path.write_bytes(content)
    with pytest.raises(NetworkError, match=words):
        import_network(path, SETTINGS)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match=r"routes\.csv cannot be read"):
        import_network(tmp_path / "routes.csv", SETTINGS)


def test_a_reimport_keeps_ids_and_tells_what_was_lost_and_added(tmp_path: Path) -> None:
    before = import_network(city(tmp_path), SETTINGS).network
    write_network(before, tmp_path / "net")
    rows = [ROWS[0], ROWS[1], "1,100,3,15,새역,127.7400,37.8850"]
    imported = import_network(
        city(tmp_path, *rows), SETTINGS, previous=read_network(tmp_path / "net")
    )
    assert (imported.lost, imported.added) == (("CCB12>CCB13",), ("CCB12>CCB15",))
    assert "CCB11>CCB12" in ids(imported.network)
    write_lost(imported, tmp_path / "net")
    assert "CCB12>CCB13" in (tmp_path / "net/lost.json").read_text()
    assert sorted(p.name for p in (tmp_path / "net").iterdir()) == ["lost.json", "network.json"]


def shape(tmp_path: Path, *links: tuple[str, list[tuple[float, float]]]) -> Path:
    """A node-link shapefile of straight links given in degrees."""
    to_plane = Transformer.from_crs(4326, 5186, always_xy=True)
    path = tmp_path / "MOCT_LINK.shp"
    with shapefile.Writer(str(path), shapeType=shapefile.POLYLINE, encoding="cp949") as writer:
        for name, kind, size in (
            ("LINK_ID", "C", 10), ("F_NODE", "C", 10), ("T_NODE", "C", 10), ("LANES", "N", 4),
            ("ROAD_RANK", "C", 3), ("ROAD_NAME", "C", 30), ("MAX_SPD", "N", 4), ("LENGTH", "F", 18),
        ):  # fmt: skip
            writer.field(name, kind, size, 3 if kind == "F" else 0)
        for link_id, points in links:
            writer.line([[to_plane.transform(lon, lat) for lon, lat in points]])
            length_m = 1.1 * sum(distance_m(a, b) for a, b in pairwise(points))
            writer.record(link_id, "1", "2", 2, "103", "중앙로", 60, length_m)
    return path


WEST, MIDDLE, EAST = (127.7300, 37.8801), (127.7350, 37.8801), (127.7400, 37.8801)


def laid(tmp_path: Path, *links: tuple[str, list[tuple[float, float]]]) -> Network:
    rows = city(tmp_path, *ROWS[:2])
    return import_network(rows, SETTINGS, node_link=shape(tmp_path, *links)).network


def section(network: Network) -> Link:
    return network.links[network.index["CCB11>CCB12"]]


def test_standard_links_under_a_section_give_it_road_speed_and_length(tmp_path: Path) -> None:
    network = laid(tmp_path, ("2500000100", [WEST, MIDDLE]), ("2500000200", [MIDDLE, EAST]))
    link = section(network)
    assert (link.road_name, link.road_class, link.free_flow_kmh) == ("중앙로", "national", 60.0)
    assert (link.is_drawn, link.length_source, link.lanes) == (False, "standard", 2)
    assert link.length_m == pytest.approx(1.1 * distance_m(WEST, EAST), rel=0.01)
    assert [pair.share for pair in network.overlay] == pytest.approx([0.5, 0.5], abs=0.02)


def test_the_opposite_direction_is_another_road(tmp_path: Path) -> None:
    network = laid(tmp_path, ("2500000100", [EAST, WEST]))
    assert (network.overlay, section(network).is_drawn) == ((), True)


def test_a_road_36_m_away_is_another_road(tmp_path: Path) -> None:
    aside = [(lon, 37.8800 + 37 / 111_195) for lon in (127.73, 127.74)]
    assert laid(tmp_path, ("2500000100", aside)).overlay == ()


def test_less_than_half_covered_stays_drawn_and_less_than_nine_tenths_stays_straight(
    tmp_path: Path,
) -> None:
    few = section(laid(tmp_path, ("2500000100", [WEST, (127.7340, 37.8801)])))
    most = section(laid(tmp_path, ("2500000100", [WEST, (127.7370, 37.8801)])))
    assert (few.is_drawn, few.road_name) == (True, "")
    assert (most.is_drawn, most.road_name, most.length_source) == (False, "중앙로", "straight")


def test_a_long_standard_link_lends_only_the_stretch_it_shares(tmp_path: Path) -> None:
    network = laid(tmp_path, ("2500000100", [(127.72, 37.8801), (127.75, 37.8801)]))
    assert section(network).length_m == pytest.approx(1.1 * distance_m(WEST, EAST), rel=0.02)


def test_links_of_other_cities_are_left_out(tmp_path: Path) -> None:
    seoul = [(126.98, 37.56), (126.99, 37.56)]
    path = shape(tmp_path, ("1000000100", seoul), ("2500000100", [WEST, EAST]))
    found = read_links(path, Bounds(127.4, 37.6, 128.1, 38.2))
    assert [link.id for link in found] == ["2500000100"]
    assert found[0].geometry[0] == pytest.approx(WEST, abs=1e-5)


def test_a_shapefile_of_another_kind_says_what_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "MOCT_LINK.shp"
    with shapefile.Writer(str(path), shapeType=shapefile.POLYLINE) as writer:
        writer.field("ID", "C", 10)
        writer.line([[(0, 0), (1, 1)]])
        writer.record("1")
    with pytest.raises(NetworkError, match="lacks the column LENGTH, LINK_ID"):
        read_links(path, Bounds(127.4, 37.6, 128.1, 38.2))


def test_a_broken_shapefile_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "MOCT_LINK.shp"
    path.write_bytes(b"no shapes here")
    with pytest.raises(NetworkError, match="cannot be read"):
        read_links(path, Bounds(127.4, 37.6, 128.1, 38.2))
