"""Positions against the addresses of the gazetteer: files in each reference system of Korea."""

import json
import random
from math import cos, radians
from pathlib import Path

import pytest
from pyproj import CRS, Transformer

from producers.__main__ import main
from producers.datasets.agreement import (
    AGREES_M,
    LEAST_COMPARED,
    gazetteer_of,
    judged,
    name_of,
)
from producers.datasets.checking import check_files, notes_of
from producers.datasets.city import City
from producers.datasets.dongs import Dongs
from producers.datasets.loading import DescriptorError, load
from producers.datasets.sources import take_file
from producers.datasets.whole import WRONG_CRS, Whole
from streams.contract.enums import PollOutcome

SEED = 52
KNOWN = [(127.70 + 0.002 * (n % 20), 37.86 + 0.003 * (n // 20)) for n in range(60)]
HEAD = """id = "shops"
name = "업소"
field = "복지·문화·경제"
grade = "open"
period = "year"
key = ["번호"]
column = [{ name = "번호", type = "code" }, { name = "소재지주소" }]
"""
PLANES = ["EPSG:5174", "EPSG:2097", "EPSG:5181", "EPSG:5186", "EPSG:5179"]
MISTAKEN = [  # what it is, what a descriptor says: all of them land in the city
    ("EPSG:5174", "EPSG:2097"), ("EPSG:2097", "EPSG:5174"), ("EPSG:5174", "EPSG:5181"),
    ("EPSG:5181", "EPSG:5174"), ("EPSG:5181", "EPSG:2097"), ("EPSG:2097", "EPSG:5181"),
    ("EPSG:5179", "EPSG:5178"),
]  # fmt: skip


def city_of(folder: Path) -> City:
    return City(gazetteer_of(str(gazetteer_file(folder))), Dongs())


def gazetteer_file(folder: Path) -> Path:
    path = folder / "gazetteer.csv"
    rows = [f"춘천시 효자동 {n + 1},{lat},{lon}" for n, (lon, lat) in enumerate(KNOWN)]
    path.write_text("주소,위도,경도\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def shops(
    folder: Path, crs: str, *, count: int = 40, noise_m: float = 40.0, name: str = "shops.csv"
) -> Path:
    """Shops at known addresses, each some metres from the gazetteer's point, in a system."""
    rng = random.Random(SEED)
    turn = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    rows = []
    for n, (lon, lat) in enumerate(KNOWN[:count]):
        east, north = rng.gauss(0, noise_m), rng.gauss(0, noise_m)
        x, y = turn.transform(lon + east / 111_320 / cos(radians(lat)), lat + north / 111_320)
        rows.append(f"{n},강원특별자치도 춘천시 효자동 {n + 1}번지 (1층),{x:.7f},{y:.7f}")
    path = folder / name
    path.write_text("번호,소재지주소,X,Y\n" + "\n".join(rows) + "\n", encoding="cp949")
    return path


def described(folder: Path, crs: str, more: str = "") -> Path:
    is_degrees = crs in {"EPSG:4326", "EPSG:4162"}
    names = 'lon = ["X"]\nlat = ["Y"]' if is_degrees else 'x = ["X"]\ny = ["Y"]'
    path = folder / "shops.toml"
    path.write_text(HEAD + f'{more}\n[[place]]\n{names}\ncrs = "{crs}"\n', encoding="utf-8")
    return path


@pytest.mark.parametrize("crs", [*PLANES, "EPSG:4326", "EPSG:4162"])
def test_the_system_that_a_file_is_in_is_no_fault(tmp_path: Path, crs: str) -> None:
    checked = check_files(
        load(described(tmp_path, crs)),
        [shops(tmp_path, crs)],
        city_of(tmp_path),
    )
    assert not checked.is_faulty, checked.outcome.refused
    [verdict] = checked.outcome.verdicts
    assert verdict.compared == 40
    assert verdict.offset_m is not None
    assert not verdict.is_off
    assert verdict.offset_m < 30


@pytest.mark.parametrize(("real", "said"), [*MISTAKEN, ("EPSG:4162", "EPSG:4326")])
def test_a_wrong_system_is_a_fault_that_names_file_offset_count_and_what_fits(
    tmp_path: Path, real: str, said: str
) -> None:
    checked = check_files(
        load(described(tmp_path, said)),
        [shops(tmp_path, real)],
        city_of(tmp_path),
    )
    assert checked.is_faulty
    [verdict] = checked.outcome.verdicts
    assert (verdict.file, verdict.crs, verdict.fits) == ("shops.csv", said, real)
    assert verdict.offset_m is not None
    assert 200 < verdict.offset_m < 420
    [refused] = checked.outcome.refused
    assert refused.row is None
    assert refused.why == (
        f"shops.csv: positions read as {said} lie {verdict.offset_m:.0f} m from their addresses"
        f" (median of 40 rows): {real} would fit ({verdict.fit_m:.0f} m)"
    )


def test_a_reading_in_a_wrong_system_takes_the_place_of_nothing(tmp_path: Path) -> None:
    city = city_of(tmp_path)
    whole = Whole.of(load(described(tmp_path, "EPSG:2097")), b"", city)
    take_file(whole, shops(tmp_path, "EPSG:5174"))
    whole.end()
    report = whole.report(1, 1, is_simulated=False)
    assert (report.outcome, report.code, report.figures) == (PollOutcome.UNKNOWN, WRONG_CRS, None)
    assert "EPSG:5174 would fit" in report.detail
    right = Whole.of(load(described(tmp_path, "EPSG:5174")), b"", city)
    take_file(right, tmp_path / "shops.csv")
    right.end()
    figures = right.report(1, 1, is_simulated=False).figures
    assert figures is not None
    assert figures.addresses is not None
    assert (figures.addresses.compared, figures.addresses.far) == (40, 0)


@pytest.mark.parametrize("count", [1, LEAST_COMPARED - 1, LEAST_COMPARED])
def test_few_rows_are_too_few_to_judge(tmp_path: Path, count: int) -> None:
    checked = check_files(
        load(described(tmp_path, "EPSG:2097")),
        [shops(tmp_path, "EPSG:5174", count=count)],
        city_of(tmp_path),
    )
    assert checked.is_faulty is (count >= LEAST_COMPARED)
    said = "\n".join(notes_of(checked))
    assert (f"{count} rows whose address the gazetteer knows, too few to judge" in said) is (
        count < LEAST_COMPARED
    )


def test_of_several_files_the_wrong_one_is_named(tmp_path: Path) -> None:
    right = shops(tmp_path, "EPSG:5174", count=20, name="a.csv")
    wrong = shops(tmp_path, "EPSG:2097", count=20, name="b.csv")
    words = wrong.read_text(encoding="cp949").splitlines()
    rows = [f"1{row}" for row in words[1:]]  # other keys
    wrong.write_text("\n".join([words[0], *rows]) + "\n", encoding="cp949")
    checked = check_files(
        load(described(tmp_path, "EPSG:5174")),
        [right, wrong],
        city_of(tmp_path),
    )
    assert [(v.file, v.fits) for v in checked.outcome.verdicts] == [
        ("a.csv", ""), ("b.csv", "EPSG:2097"),
    ]  # fmt: skip


def test_rows_far_from_their_address_are_told_and_stay(tmp_path: Path) -> None:
    path = shops(tmp_path, "EPSG:5186")
    rows = path.read_text(encoding="cp949").splitlines()
    moved = rows[3].rsplit(",", 2)
    moved[1] = str(float(moved[1]) + 900)
    path.write_text("\n".join([*rows[:3], ",".join(moved), *rows[4:]]) + "\n", encoding="cp949")
    city = city_of(tmp_path)
    checked = check_files(load(described(tmp_path, "EPSG:5186")), [path], city)
    assert (checked.is_faulty, checked.outcome.rows) == (False, 40)
    [said] = [line for line in notes_of(checked) if line.startswith("far: ")]
    assert said.startswith("far: 1 of 40 rows lie more than 300 m from their address: row 3 (")
    bound = described(tmp_path, "EPSG:5186", "far_m = 2000")
    assert not [x for x in notes_of(check_files(load(bound), [path], city)) if "far" in x]


def test_positions_that_no_system_explains_are_told_and_no_fault(tmp_path: Path) -> None:
    path = shops(tmp_path, "EPSG:5186")
    rows = path.read_text(encoding="cp949").splitlines()
    moved = [row.rsplit(",", 2) for row in rows[1:]]
    lines = [",".join([a, str(float(x) + 700), y]) for a, x, y in moved]
    path.write_text("\n".join([rows[0], *lines]) + "\n", encoding="cp949")
    city = city_of(tmp_path)
    checked = check_files(load(described(tmp_path, "EPSG:5186")), [path], city)
    assert not checked.is_faulty
    assert any("no system that is known would fit" in line for line in notes_of(checked))


def test_addresses_are_the_columns_that_a_descriptor_names(tmp_path: Path) -> None:
    path = shops(tmp_path, "EPSG:5174")
    path.write_bytes(path.read_bytes().replace("소재지주소".encode("cp949"), b"WHERE"))
    city = city_of(tmp_path)
    made = described(tmp_path, "EPSG:2097", 'address = ["WHERE"]')
    made.write_text(made.read_text(encoding="utf-8").replace("소재지주소", "WHERE"), "utf-8")
    assert check_files(load(made), [path], city).outcome.misplaced is not None
    made.write_text(made.read_text(encoding="utf-8").replace('address = ["WHERE"]', ""), "utf-8")
    assert check_files(load(made), [path], city).outcome.verdicts == []
    made = described(tmp_path, "EPSG:2097", 'address = ["어디"]')
    with pytest.raises(DescriptorError, match="address '어디' is no declared column"):
        load(made)


def test_the_command_ends_with_1_and_says_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BOMNAE_GAZETTEER", str(gazetteer_file(tmp_path)))
    words = ["datasets", "check", str(described(tmp_path, "EPSG:2097"))]
    assert main([*words, str(shops(tmp_path, "EPSG:5174")), "--json"]) == 1
    [refused] = json.loads(capsys.readouterr().out)["refused"]
    assert "EPSG:5174 would fit" in refused["why"]
    monkeypatch.setenv("BOMNAE_GAZETTEER", "")
    assert main([*words, str(tmp_path / "shops.csv")]) == 0


def test_addresses_of_other_places_are_no_fault() -> None:
    """Noise of kilometres says nothing about a system."""
    rng = random.Random(SEED)
    for _ in range(200):
        pairs = [
            (a, (a[0] + rng.uniform(-0.05, 0.05), a[1] + rng.uniform(-0.05, 0.05)))
            for a in KNOWN[: rng.randint(LEAST_COMPARED, 60)]
        ]
        assert judged("", "EPSG:5174", pairs).fits == ""


def test_a_small_bias_of_the_gazetteer_is_no_fault() -> None:
    pairs = [(a, (a[0], a[1] + (AGREES_M - 1) / 111_320)) for a in KNOWN]
    verdict = judged("", "EPSG:5174", pairs)
    assert (verdict.is_off, verdict.fits) == (False, "")


def test_a_system_goes_by_its_code() -> None:
    assert name_of(CRS.from_epsg(5186).to_wkt()) == "EPSG:5186"
