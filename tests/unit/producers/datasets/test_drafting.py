"""A draft of a descriptor: it is sound, reads its own file whole, and tells nothing of a person."""

import csv
import json
from pathlib import Path

import pytest

from producers.__main__ import main
from producers.datasets.checking import check_files
from producers.datasets.descriptor import Descriptor, Treatment, ValueType
from producers.datasets.drafting import draft_of
from producers.datasets.loading import load
from producers.datasets.opening import UnreadableFileError
from streams.contract.dataset import DatasetGrade
from tests.unit.producers.reading.test_permit_formats import sheet_of, workbook

CANARIES = ("김봄내", "010-2345-6789", "033-250-3000", "900101-1234567", "301호", "bom@nae.kr")
COLUMNS = {
    "관리번호": "A-{n:03}", "접수자 성명": "김봄내", "비고란": "010-2345-6789",
    "사무실": "033-250-3000",
    "식별": "900101-1234567", "도로명주소": "춘천시 봄내로 {n} 301호", "편지": "bom@nae.kr",
    "개수": "{n}", "폭(m)": "1.{n}", "설치일": "2026-01-{n:02}", "운영여부": "Y", "시도코드": "51",
    "우편": "0{n:04}", "구분": "공원", "빈칸": "", "경도": "127.7{n:02}", "위도": "37.8{n:02}",
}  # fmt: skip


def table(folder: Path, columns: dict[str, str], rows: int = 20, name: str = "3_lamps.csv") -> Path:
    path = folder / name
    with path.open("w", encoding="cp949", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        writer.writerows(
            [cell.format(n=n) for cell in columns.values()] for n in range(1, rows + 1)
        )
    return path


def drafted(folder: Path, file: Path) -> tuple[Descriptor, str]:
    words = draft_of(file)
    path = folder / "draft.toml"
    path.write_text(words, encoding="utf-8")
    return load(path), words


def test_a_draft_has_types_key_place_and_drops_what_looks_personal(tmp_path: Path) -> None:
    file = table(tmp_path, COLUMNS)
    found, words = drafted(tmp_path, file)
    assert (found.id, found.key, found.grade) == ("lamps", ("관리번호",), DatasetGrade.INTERNAL)
    types = {x.name: x.type for x in found.columns if x.personal is None}
    assert types == {
        "관리번호": ValueType.CODE, "개수": ValueType.WHOLE, "폭(m)": ValueType.NUMBER,
        "설치일": ValueType.DATE, "운영여부": ValueType.FLAG, "시도코드": ValueType.CODE,
        "우편": ValueType.CODE, "구분": ValueType.TEXT, "빈칸": ValueType.TEXT,
    }  # fmt: skip
    dropped = [x.name for x in found.columns if x.personal is Treatment.DROP]
    assert dropped == ["접수자 성명", "비고란", "사무실", "식별", "도로명주소", "편지"]
    assert next(x.unit for x in found.columns if x.name == "폭(m)") == "m"
    assert [(x.lon, x.lat) for x in found.places] == [(("경도",), ("위도",))]
    checked = check_files(found, [file])
    assert (checked.outcome.rows, checked.outcome.on_map, checked.is_faulty) == (20, 20, False)
    for canary in CANARIES:
        assert canary not in words
        assert canary not in str([taken.values for taken in checked.outcome.sample])


def test_an_address_alone_stays_and_one_beside_a_name_does_not(tmp_path: Path) -> None:
    alone = {"번호": "{n}", "도로명주소": "춘천시 봄내로 {n}"}
    assert drafted(tmp_path, table(tmp_path, alone))[0].columns[1].personal is None
    beside = {**alone, "신청인": "{n}번"}
    assert drafted(tmp_path, table(tmp_path, beside))[0].columns[1].personal is Treatment.DROP


@pytest.mark.parametrize(
    "name",
    [
        "사업자등록번호",
        "법인 대표자",
        "대표자",
        "소유주",
        "건축주명",
        "OWNER_NM",
        "OWNR_NM",
        "DTL_ADDR",
        "DETAIL_ADRES",
        "ADDR_DTL",
        "BIZRNO",
        "BRNO",
        "CEO_NM",
        "동호수",
    ],
)
def test_what_is_an_owners_or_a_firms_head_is_dropped(tmp_path: Path, name: str) -> None:
    found, _ = drafted(tmp_path, table(tmp_path, {"번호": "{n}", name: "1{n}-22"}))
    assert found.columns[1].personal is Treatment.DROP


@pytest.mark.parametrize("beside", [{"OWNER_NM": "x{n}"}, {"점용인": "박서준"}])
def test_a_flat_beside_a_name_is_dropped_whatever_its_name(
    tmp_path: Path, beside: dict[str, str]
) -> None:
    flats = {"번호": "{n}", "칸": "101동 120{n}호", "RN_ADRES": "봄내로 {n}", "세대수": "{n}"}
    alone = drafted(tmp_path, table(tmp_path, flats))[0].columns
    assert {x.name: x.personal for x in alone}["RN_ADRES"] is None
    found = drafted(tmp_path, table(tmp_path, {**flats, **beside}))[0].columns
    kept = [x.name for x in found if x.personal is None]
    assert kept == ["번호", "세대수"]


def test_metres_of_a_plane_are_for_a_person_to_decide(tmp_path: Path) -> None:
    found, words = drafted(
        tmp_path, table(tmp_path, {"이름표": "{n}", "X": "2665{n:02}", "Y": "5876{n:02}"})
    )
    assert found.places == ()
    for crs in ("EPSG:5186", "EPSG:5174", "EPSG:5181", "EPSG:2097"):
        assert f"#   {crs}: 3" in words


def test_rows_of_json_and_shapes_are_found(tmp_path: Path) -> None:
    path = tmp_path / "paths.geojson"
    shape = {"type": "LineString", "coordinates": [[127.7, 37.8], [127.71, 37.81]]}
    features = [
        {"type": "Feature", "properties": {"ROAD_ID": f"R{n}", "width": n}, "geometry": shape}
        for n in range(3)
    ]
    body = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(body), encoding="utf-8")
    found, words = drafted(tmp_path, path)
    assert (found.key, found.drawn) == (("ROAD_ID",), "line")
    assert 'meaning = "..."' in words
    assert check_files(found, [path]).outcome.on_map == 3


@pytest.mark.parametrize("name", ['따"옴\\표.csv', "한글.csv", "a b.csv"])
def test_no_name_breaks_a_draft(tmp_path: Path, name: str) -> None:
    file = table(tmp_path, {'열 "하나"': "{n}", "둘\n째": "x"}, name=name)
    found, _ = drafted(tmp_path, file)
    assert len(found.columns) == 2
    assert check_files(found, [file]).outcome.rows == 20


def test_the_command_prints_it_and_names_a_file_that_it_cannot_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["datasets", "draft", str(table(tmp_path, COLUMNS)), "--id", "lights"]) == 0
    assert 'id = "lights"' in capsys.readouterr().out
    (tmp_path / "b.csv").write_bytes(b"\x00\x01\x02")
    assert main(["datasets", "draft", str(tmp_path / "b.csv")]) == 2
    assert main(["datasets", "draft", str(tmp_path / "none.csv")]) == 2
    assert "none.csv: No such file" in capsys.readouterr().err


def test_a_hostile_name_of_a_column_stays_a_text(tmp_path: Path) -> None:
    """A line's end in a name begins no setting, and a control letter leaves the draft sound."""
    path = tmp_path / "a\x07.json"
    rows = [{'번호\n[source]\nurl = "x"\n#': f"A{n}", "코드\nlicence2=1\n#": n} for n in range(3)]
    path.write_text(json.dumps([{**row, "길이\x07": 1.5} for row in rows]), encoding="utf-8")
    found, words = drafted(tmp_path, path)
    assert found.source.url == ""
    assert not [line for line in words.splitlines() if line.startswith(("url", "licence2"))]
    assert [column.name for column in found.columns][-1] == "길이\x07"


@pytest.mark.parametrize("cell", ["홍길동", "010-1234-5678", "800101-1234567"])
def test_rows_without_a_line_of_names_do_not_become_names(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{cell},춘천\n{cell},원주\n", encoding="utf-8")
    with pytest.raises(UnreadableFileError, match="a person's data") as told:
        draft_of(path)
    assert cell not in str(told.value)


def test_a_text_column_called_geometry_is_a_column(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("geometry,이름표\nPOINT,가\n", encoding="utf-8")
    assert [column.name for column in drafted(tmp_path, path)[0].columns] == ["geometry", "이름표"]


def test_a_draft_is_of_the_sheet_with_most_columns_and_drops_bare_names(tmp_path: Path) -> None:
    """Sheets of totals and of codes stand beside the list."""
    head = ["연번", "점용인", "점용목적", "면적"]
    names = ("김민수", "박서준", "이영희")
    lines = [[str(n), name, "교량", "3"] for n, name in enumerate(names)]
    file = tmp_path / "permits.xlsx"
    total = sheet_of([["점용목적", "건수"], ["교량", "3"]])
    file.write_bytes(workbook(total, sheet_of([head, *lines]), sheet_of([["코드"], ["1"]])))
    found, _ = drafted(tmp_path, file)
    assert [x.name for x in found.columns] == head
    assert [x.name for x in found.columns if x.personal is Treatment.DROP] == ["점용인"]
    outcome = check_files(found, [file]).outcome
    assert (outcome.rows, outcome.refused_count, len(outcome.left_out)) == (3, 0, 2)
